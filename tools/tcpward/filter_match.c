// SPDX-License-Identifier: GPL-2.0
/*
 * Whether something matches a filter. What a message does not tell (the age
 * in a stream) is neither true nor false; such a filter lets it through.
 */
#include "filter_internal.h"

#include <string.h>

enum truth { NO, YES, UNKNOWN };

struct subject {
	const struct model_endpoint *client;
	const struct model_endpoint *server;
	const struct model_conn *conn;	/* NULL in streams */
	enum tcpward_reason reason;
	enum tcpward_reason flag;
	bool has_id;
	uint64_t id;
};

static enum truth truth(bool value)
{
	return value ? YES : NO;
}

static enum truth compare(uint64_t a, enum filter_op op, uint64_t b)
{
	switch (op) {
	case OP_EQ:
		return truth(a == b);
	case OP_NE:
		return truth(a != b);
	case OP_LT:
		return truth(a < b);
	case OP_GT:
		return truth(a > b);
	case OP_LE:
		return truth(a <= b);
	default:
		return truth(a >= b);
	}
}

static bool in_mask(const struct model_endpoint *ep, uint32_t mask)
{
	return mask & 1U << ep->state;
}

static enum truth match_state(const struct filter_node *node,
			      const struct subject *subject)
{
	const uint32_t closed = 1U << TCPWARD_STATE_LISTEN |
				1U << TCPWARD_STATE_CLOSED;
	const uint32_t opening = 1U << TCPWARD_STATE_SYN_SENT |
				 1U << TCPWARD_STATE_SYN_RECEIVED;
	bool either = in_mask(subject->client, node->mask) ||
		      in_mask(subject->server, node->mask);
	bool over = subject->conn && subject->conn->kind == TCPWARD_KIND_RESET;
	bool unfinished = !over && (in_mask(subject->client, opening) ||
				    in_mask(subject->server, opening));

	switch (node->group) {
	case GROUP_CONNECTED:
		return truth(!in_mask(subject->client, closed) ||
			     !in_mask(subject->server, closed));
	case GROUP_SYNCHRONIZED:
		return truth(either && !unfinished);
	case GROUP_HALF_OPEN:
		return truth(unfinished);
	default:
		return truth(either);
	}
}

static bool address_matches(const struct filter_node *node,
			    const struct model_address *at)
{
	unsigned int bytes = node->prefix_len / 8, bits = node->prefix_len % 8;

	if (node->has_port && node->value != at->port)
		return false;
	if (!node->has_addr)
		return true;
	if (node->family != at->family || memcmp(node->addr, at->addr, bytes))
		return false;
	return !bits ||
	       !((node->addr[bytes] ^ at->addr[bytes]) >> (8 - bits));
}

static enum truth match_address(const struct filter_node *node,
				const struct subject *subject)
{
	return truth((node->ends & END_CLIENT &&
		      address_matches(node, &subject->client->at)) ||
		     (node->ends & END_SERVER &&
		      address_matches(node, &subject->server->at)));
}

static enum truth match_time(const struct filter_node *node,
			     const struct model_conn *conn)
{
	if (!conn)
		return UNKNOWN;
	if (node->kind == FILTER_AGE)
		return compare(conn->age_ms * 1000, node->op, node->value);
	if (node->kind == FILTER_IDLE)
		return compare(conn->idle_ms * 1000, node->op, node->value);
	return conn->has_rtt ?
	       compare(conn->handshake_rtt_us, node->op, node->value) : NO;
}

static enum truth match(const struct filter_node *node,
			const struct subject *subject);

static enum truth match_both(const struct filter_node *node,
			     const struct subject *subject,
			     enum truth decisive)
{
	enum truth left = match(node->left, subject), right;

	if (left == decisive)
		return left;
	right = match(node->right, subject);
	return right == decisive || left != UNKNOWN ? right : UNKNOWN;
}

static enum truth match_not(enum truth inner)
{
	return inner == UNKNOWN ? UNKNOWN : truth(inner == NO);
}

static enum truth match(const struct filter_node *node,
			const struct subject *subject)
{
	switch (node->kind) {
	case FILTER_ALL:
		return YES;
	case FILTER_AND:
		return match_both(node, subject, NO);
	case FILTER_OR:
		return match_both(node, subject, YES);
	case FILTER_NOT:
		return match_not(match(node->left, subject));
	case FILTER_STATE:
		return match_state(node, subject);
	case FILTER_ADDRESS:
		return match_address(node, subject);
	case FILTER_PORT:
		return compare(node->ends & END_CLIENT ?
			       subject->client->at.port :
			       subject->server->at.port,
			       node->op, node->value);
	case FILTER_REASON:
		return truth(subject->reason == node->value ||
			     subject->flag == node->value);
	case FILTER_ID:
		return truth(subject->has_id && subject->id == node->value);
	case FILTER_FAMILY:
		return truth(subject->client->at.family == (int)node->value);
	default:
		return match_time(node, subject->conn);
	}
}

bool filter_match(const struct filter *filter, const struct model_conn *conn)
{
	const struct subject subject = {
		.client = &conn->client,
		.server = &conn->server,
		.conn = conn,
		.reason = conn->last_reason,
		.has_id = true,
		.id = conn->id,
	};

	return match(filter->root, &subject) != NO;
}

bool filter_match_segment(const struct filter *filter,
			  const struct model_segment *segment)
{
	const struct subject subject = {
		.client = &segment->client,
		.server = &segment->server,
		.reason = segment->reason,
		.flag = segment->flag,
		.has_id = segment->has_id,
		.id = segment->id,
	};

	return match(filter->root, &subject) != NO;
}

bool filter_match_transition(const struct filter *filter,
			     const struct model_transition *transition)
{
	const struct subject subject = {
		.client = &transition->client,
		.server = &transition->server,
		.has_id = true,
		.id = transition->id,
	};

	return match(filter->root, &subject) != NO;
}

static const char *timed_word(const struct filter_node *node)
{
	const char *word;

	if (!node)
		return NULL;
	if (node->kind == FILTER_AGE || node->kind == FILTER_IDLE ||
	    node->kind == FILTER_RTT)
		return node->word;
	word = timed_word(node->left);
	return word ? word : timed_word(node->right);
}

const char *filter_timed_word(const struct filter *filter)
{
	return timed_word(filter->root);
}
