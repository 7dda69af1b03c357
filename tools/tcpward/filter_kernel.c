// SPDX-License-Identifier: GPL-2.0
/*
 * The part of a filter that the kernel can match, so that a dump of a large
 * table stays small. Whatever is doubtful is left to filter_match().
 */
#include "filter_internal.h"

#include "core/core.h"

#include <string.h>

/* Each returns whether the kernel's filter matches the same, no more. */
static bool from_address(const struct filter_node *node,
			 struct model_filter *out)
{
	if (node->has_addr) {
		out->has_addr = true;
		out->family = node->family;
		out->prefix_len = node->prefix_len;
		memcpy(out->addr, node->addr, sizeof(out->addr));
	}
	out->has_port = node->has_port;
	out->port = node->has_port ? node->value : 0;
	/* The kernel looks at both ends, and for each attribute anew. */
	return node->ends == (END_CLIENT | END_SERVER) &&
	       !(node->has_addr && node->has_port);
}

static bool from_condition(const struct filter_node *node,
			   struct model_filter *out)
{
	switch (node->kind) {
	case FILTER_ALL:
		return true;
	case FILTER_STATE:
		out->states = node->mask;
		return node->group == GROUP_NONE;
	case FILTER_ADDRESS:
		return from_address(node, out);
	case FILTER_PORT:
		out->has_port = node->op == OP_EQ;
		out->port = out->has_port ? node->value : 0;
		return false;
	case FILTER_REASON:
		/* A flag is no refusal: the kernel would not find it. */
		if (tcpw_reasons[node->value].class ==
		    TCPWARD_REASON_CLASS_FLAG)
			return false;
		out->reason = node->value;
		return true;
	case FILTER_ID:
		out->has_id = true;
		out->id = node->value;
		return true;
	case FILTER_FAMILY:
		out->family = node->value;
		return true;
	default:
		return false;
	}
}

/*
 * Both must match: of each attribute the kernel takes only one, so the one of
 * @a stays where both have it; but the narrower set of states and prefix.
 */
static bool both(const struct model_filter *a, const struct model_filter *b,
		 struct model_filter *out)
{
	const struct model_filter *addr = a;
	bool whole = !(a->has_addr && b->has_addr) &&
		     !(a->has_port && b->has_port) &&
		     !(a->states && b->states) &&
		     !(a->reason && b->reason) && !(a->has_id && b->has_id) &&
		     (!a->family || !b->family || a->family == b->family);

	*out = *a;
	if (b->has_addr &&
	    (!a->has_addr || b->prefix_len > a->prefix_len))
		addr = b;
	out->has_addr = addr->has_addr;
	out->prefix_len = addr->prefix_len;
	memcpy(out->addr, addr->addr, sizeof(out->addr));
	out->family = addr->family ? addr->family :
		      a->family ? a->family : b->family;
	if (!a->has_port) {
		out->has_port = b->has_port;
		out->port = b->port;
	}
	if (!a->states || (b->states && __builtin_popcount(b->states) <
					__builtin_popcount(a->states)))
		out->states = b->states;
	if (!a->reason)
		out->reason = b->reason;
	if (!a->has_id) {
		out->has_id = b->has_id;
		out->id = b->id;
	}
	return whole;
}

/* Whether @filter asks for states and for nothing else. */
static bool only_states(const struct model_filter *filter)
{
	return filter->states && !filter->family && !filter->has_addr &&
	       !filter->has_port && !filter->reason && !filter->has_id;
}

/* One must match: only what both demand alike remains. */
static bool either(const struct model_filter *a, const struct model_filter *b,
		   struct model_filter *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == b->family)
		out->family = a->family;
	if (a->has_addr && b->has_addr && a->family == b->family &&
	    a->prefix_len == b->prefix_len &&
	    !memcmp(a->addr, b->addr, sizeof(a->addr))) {
		out->has_addr = true;
		out->prefix_len = a->prefix_len;
		memcpy(out->addr, a->addr, sizeof(out->addr));
	}
	if (a->has_port && b->has_port && a->port == b->port) {
		out->has_port = true;
		out->port = a->port;
	}
	if (a->states && b->states)
		out->states = a->states | b->states;
	if (a->reason == b->reason)
		out->reason = a->reason;
	if (a->has_id && b->has_id && a->id == b->id) {
		out->has_id = true;
		out->id = a->id;
	}
	return only_states(a) && only_states(b);
}

static bool for_kernel(const struct filter_node *node,
		       struct model_filter *out)
{
	struct model_filter left, right;
	bool parts;

	memset(out, 0, sizeof(*out));
	if (node->kind != FILTER_AND && node->kind != FILTER_OR)
		return from_condition(node, out);
	parts = for_kernel(node->left, &left);
	parts &= for_kernel(node->right, &right);
	if (node->kind == FILTER_AND)
		return both(&left, &right, out) && parts;
	return either(&left, &right, out) && parts;
}

bool filter_for_kernel(const struct filter *filter, struct model_filter *out)
{
	return for_kernel(filter->root, out);
}
