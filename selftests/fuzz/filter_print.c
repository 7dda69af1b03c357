// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a parsed filter in the words of its grammar, with no more
 * parentheses than its shape needs: depth and length are limited.
 */
#include "filter_print.h"
#include "fuzz.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

static const char *const ops[] = {
	[OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_GT] = ">",
	[OP_LE] = "<=", [OP_GE] = ">=",
};

static void print_state(FILE *to, const struct filter_node *node)
{
	struct filter_node named;
	size_t i;

	for (i = 0; filter_state_names[i]; i++) {
		filter_parse_state(filter_state_names[i], &named);
		if (named.kind == node->kind && named.mask == node->mask &&
		    named.group == node->group) {
			fprintf(to, "state %s ", filter_state_names[i]);
			return;
		}
	}
	must(false, "every state has a name");
}

static void print_address(FILE *to, const struct filter_node *node)
{
	bool v6 = node->family == AF_INET6;
	char text[INET6_ADDRSTRLEN];

	fprintf(to, "%s", node->ends == END_CLIENT ? "src " :
			  node->ends == END_SERVER ? "dst " : "");
	if (!node->has_addr) {
		fprintf(to, "%s", node->has_port ? "" : "* ");
	} else {
		inet_ntop(node->family, node->addr, text, sizeof(text));
		fprintf(to, "%s%s%s/%u", v6 ? "[" : "", text, v6 ? "]" : "",
			node->prefix_len);
	}
	if (node->has_port)
		fprintf(to, ":%" PRIu64, node->value);
	fputc(' ', to);
}

static void print_condition(FILE *to, const struct filter_node *node)
{
	switch (node->kind) {
	case FILTER_ALL:
	case FILTER_STATE:
		print_state(to, node);
		break;
	case FILTER_ADDRESS:
		print_address(to, node);
		break;
	case FILTER_PORT:
		fprintf(to, "%s %s :%" PRIu64 " ", node->ends == END_CLIENT ?
			"sport" : "dport", ops[node->op], node->value);
		break;
	case FILTER_REASON:
		fprintf(to, "reason %s ", tcpw_reasons[node->value].name);
		break;
	case FILTER_ID:
		fprintf(to, "id %" PRIu64 " ", node->value);
		break;
	case FILTER_AGE:
	case FILTER_IDLE:
	case FILTER_RTT:
		fprintf(to, "%s %s %" PRIu64 "us ",
			node->kind == FILTER_AGE ? "age" :
			node->kind == FILTER_IDLE ? "idle" : "rtt",
			ops[node->op], node->value);
		break;
	default:
		must(false, "no other condition has words");
	}
}

static void print_within(FILE *to, const struct filter_node *node, bool bare)
{
	if (!bare)
		fputs("( ", to);
	filter_print(to, node);
	if (!bare)
		fputs(") ", to);
}

static bool joins(const struct filter_node *node)
{
	return node->kind == FILTER_AND || node->kind == FILTER_OR;
}

void filter_print(FILE *to, const struct filter_node *node)
{
	switch (node->kind) {
	case FILTER_AND:
		print_within(to, node->left, node->left->kind != FILTER_OR);
		fputs("and ", to);
		print_within(to, node->right, !joins(node->right));
		break;
	case FILTER_OR:
		print_within(to, node->left, true);
		fputs("or ", to);
		print_within(to, node->right, node->right->kind != FILTER_OR);
		break;
	case FILTER_NOT:
		fputs("not ", to);
		print_within(to, node->left, !joins(node->left));
		break;
	default:
		print_condition(to, node);
	}
}

static bool same_condition(const struct filter_node *a,
			   const struct filter_node *b)
{
	return a->op == b->op && a->group == b->group && a->mask == b->mask &&
	       a->ends == b->ends && a->has_addr == b->has_addr &&
	       (!a->has_addr || (a->family == b->family &&
				 a->prefix_len == b->prefix_len &&
				 !memcmp(a->addr, b->addr, sizeof(a->addr)))) &&
	       a->has_port == b->has_port && a->value == b->value;
}

bool filter_same(const struct filter_node *a, const struct filter_node *b)
{
	if (!a || !b)
		return a == b;
	return a->kind == b->kind && same_condition(a, b) &&
	       filter_same(a->left, b->left) && filter_same(a->right, b->right);
}
