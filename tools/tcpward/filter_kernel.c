// SPDX-License-Identifier: GPL-2.0
/*
 * The part of a filter that the kernel can match, so that a dump of a large
 * table stays small. Whatever is doubtful is left to filter_match().
 */
#include "filter_internal.h"

#include "core/core.h"

#include <string.h>

static void from_condition(const struct filter_node *node,
			   struct model_filter *out)
{
	switch (node->kind) {
	case FILTER_STATE:
		out->states = node->mask;
		break;
	case FILTER_ADDRESS:
		if (node->has_addr) {
			out->has_addr = true;
			out->family = node->family;
			out->prefix_len = node->prefix_len;
			memcpy(out->addr, node->addr, sizeof(out->addr));
		}
		out->has_port = node->has_port;
		out->port = node->has_port ? node->value : 0;
		break;
	case FILTER_PORT:
		out->has_port = node->op == OP_EQ;
		out->port = out->has_port ? node->value : 0;
		break;
	case FILTER_REASON:
		/* A flag is no refusal: the kernel would not find it. */
		if (tcpw_reasons[node->value].class !=
		    TCPWARD_REASON_CLASS_FLAG)
			out->reason = node->value;
		break;
	case FILTER_ID:
		out->has_id = true;
		out->id = node->value;
		break;
	case FILTER_FAMILY:
		out->family = node->value;
		break;
	default:
		break;
	}
}

/*
 * Both must match: of each attribute the kernel takes only one, so the one of
 * @a stays where both have it; but the narrower set of states and prefix.
 */
static void both(const struct model_filter *a, const struct model_filter *b,
		 struct model_filter *out)
{
	const struct model_filter *addr = a;

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
}

/* One must match: only what both demand alike remains. */
static void either(const struct model_filter *a, const struct model_filter *b,
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
}

static void for_kernel(const struct filter_node *node,
		       struct model_filter *out)
{
	struct model_filter left, right;

	memset(out, 0, sizeof(*out));
	if (node->kind != FILTER_AND && node->kind != FILTER_OR) {
		from_condition(node, out);
		return;
	}
	for_kernel(node->left, &left);
	for_kernel(node->right, &right);
	if (node->kind == FILTER_AND)
		both(&left, &right, out);
	else
		either(&left, &right, out);
}

void filter_for_kernel(const struct filter *filter, struct model_filter *out)
{
	for_kernel(filter->root, out);
}
