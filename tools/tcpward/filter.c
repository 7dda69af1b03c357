// SPDX-License-Identifier: GPL-2.0
/*
 * The grammar of filters, by recursive descent:
 *
 *   or      = and { "or" and }
 *   and     = not { ["and"] not }
 *   not     = "not" not | "(" or ")" | condition
 */
#define _GNU_SOURCE
#include "filter_internal.h"
#include "tool.h"

#include "core/core.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64
#define CONDITIONS_MAX 1000
#define OPERATORS "=<>!&|"

struct parser {
	char **words;		/* ends with NULL */
	unsigned int depth;
	unsigned int conditions;
};

static struct filter_node *parse_or(struct parser *parser);

static const char *const keywords[] = {
	"state", "src", "dst", "sport", "dport", "reason", "age", "idle",
	"rtt", "id", "and", "or", "not", NULL
};

static void node_free(struct filter_node *node)
{
	if (!node)
		return;
	node_free(node->left);
	node_free(node->right);
	free(node);
}

static struct filter_node *fail(struct filter_node *node, const char *hint,
				const char *format, const char *word)
{
	char *what = NULL;

	node_free(node);
	/* The format is one of this file's own. */
	if (asprintf(&what, format, word) < 0)
		what = NULL;
	tool_fail(EXIT_USAGE, NULL, hint, "filter: %s", what ? what : word);
	free(what);
	return NULL;
}

static struct filter_node *fail_nearest(struct filter_node *node,
					const char *format, const char *word,
					const char *const *names,
					const char *otherwise)
{
	const char *nearest = tool_nearest(word, names);
	char hint[96];

	if (nearest)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest);
	return fail(node, nearest ? hint : otherwise, format, word);
}

static struct filter_node *new_node(enum filter_kind kind, const char *word)
{
	struct filter_node *node = calloc(1, sizeof(*node));

	if (!node)
		return fail(NULL, NULL, "%s", "out of memory");
	node->kind = kind;
	node->word = word;
	return node;
}

static struct filter_node *join(enum filter_kind kind,
				struct filter_node *left,
				struct filter_node *right)
{
	struct filter_node *node;

	if (!left || (kind != FILTER_NOT && !right)) {
		node_free(left);
		node_free(right);
		return NULL;
	}
	node = new_node(kind, NULL);
	if (!node) {
		node_free(left);
		node_free(right);
		return NULL;
	}
	node->left = left;
	node->right = right;
	return node;
}

static bool next_is(const struct parser *parser, const char *a, const char *b)
{
	const char *word = parser->words[0];

	return word && (!strcmp(word, a) || !strcmp(word, b));
}

static bool take(struct parser *parser, const char *a, const char *b)
{
	if (!next_is(parser, a, b))
		return false;
	parser->words++;
	return true;
}

static bool take_op(struct parser *parser, enum filter_op *op)
{
	static const struct {
		const char *sign, *word;
		enum filter_op op;
	} ops[] = {
		{ "=", "eq", OP_EQ }, { "==", "eq", OP_EQ },
		{ "!=", "ne", OP_NE }, { "<", "lt", OP_LT },
		{ ">", "gt", OP_GT }, { "<=", "le", OP_LE },
		{ ">=", "ge", OP_GE },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (take(parser, ops[i].sign, ops[i].word)) {
			*op = ops[i].op;
			return true;
		}
	}
	*op = OP_EQ;
	return false;
}

static bool ends_here(const struct parser *parser)
{
	return !parser->words[0] || next_is(parser, ")", "(");
}

/* "state NAME[,NAME...]": any of them, of either end. */
static struct filter_node *parse_state(struct parser *parser,
				       struct filter_node *node)
{
	struct filter_node *all = NULL;
	enum filter_op op;
	char *name, *rest;

	take_op(parser, &op);
	if (op > OP_NE)
		return fail(node, NULL, "%s takes = or !=", "state");
	if (ends_here(parser))
		return fail(node, "state established",
			    "a name is missing after '%s'", node->word);
	rest = *parser->words++;
	parser->conditions += strlen(rest) / 4;
	while ((name = strsep(&rest, ","))) {
		if (!node)
			node = new_node(FILTER_STATE, name);
		if (node && !filter_parse_state(name, node)) {
			node_free(all);
			return fail_nearest(node, "unknown state '%s'", name,
					    filter_state_names,
					    "established, time-wait ..., or "
					    "half-open, synchronized, "
					    "closing, connected, all");
		}
		all = all ? join(FILTER_OR, all, node) : node;
		if (!all)
			return NULL;
		node = NULL;
	}
	return op == OP_NE ? join(FILTER_NOT, all, NULL) : all;
}

static struct filter_node *parse_address(struct parser *parser,
					 struct filter_node *node)
{
	enum filter_op op;

	take_op(parser, &op);
	if (op > OP_NE)
		return fail(node, "for ports there are sport and dport",
			    "%s takes = or !=", node->word);
	if (ends_here(parser))
		return fail(node, "ADDR[/LEN][:PORT]",
			    "an address is missing after '%s'", node->word);
	if (!filter_parse_address(parser->words[0], node))
		return fail(node, "ADDR[/LEN][:PORT] in numbers, IPv6 with a "
			    "port in brackets: [2001:db8::1]:443",
			    "'%s' is no address", parser->words[0]);
	parser->words++;
	return op == OP_NE ? join(FILTER_NOT, node, NULL) : node;
}

static struct filter_node *parse_port(struct parser *parser,
				      struct filter_node *node)
{
	take_op(parser, &node->op);
	if (ends_here(parser))
		return fail(node, "dport = :443",
			    "a port is missing after '%s'", node->word);
	if (!filter_parse_port(parser->words[0], &node->value))
		return fail(node, "0 to 65535, or the name of a service",
			    "'%s' is no port", parser->words[0]);
	parser->words++;
	return node;
}

static struct filter_node *parse_duration(struct parser *parser,
					  struct filter_node *node)
{
	if (!take_op(parser, &node->op))
		return fail(node, "age > 5s",
			    "a comparison is missing after '%s'", node->word);
	if (ends_here(parser))
		return fail(node, "age > 5s",
			    "a time is missing after '%s'", node->word);
	if (!filter_parse_duration(parser->words[0], &node->value))
		return fail(node, "5s, 250ms, 10us, 2m, 1h or 1d",
			    "'%s' is no time", parser->words[0]);
	parser->words++;
	return node;
}

static struct filter_node *parse_reason(struct parser *parser,
					struct filter_node *node)
{
	const char *names[TCPWARD_REASON_MAX + 1];
	enum filter_op op;
	unsigned int i;

	take_op(parser, &op);
	if (op > OP_NE)
		return fail(node, NULL, "%s takes = or !=", "reason");
	if (ends_here(parser))
		return fail(node, "'tcpward explain' lists them",
			    "a name is missing after '%s'", node->word);
	for (i = 1; i <= TCPWARD_REASON_MAX; i++) {
		names[i - 1] = tcpw_reasons[i].name;
		if (!strcmp(parser->words[0], tcpw_reasons[i].name))
			node->value = i;
	}
	names[i - 1] = NULL;
	if (!node->value)
		return fail_nearest(node, "unknown reason '%s'",
				    parser->words[0], names,
				    "'tcpward explain' lists them");
	parser->words++;
	return op == OP_NE ? join(FILTER_NOT, node, NULL) : node;
}

static struct filter_node *parse_id(struct parser *parser,
				    struct filter_node *node)
{
	enum filter_op op;

	take_op(parser, &op);
	if (op > OP_NE)
		return fail(node, NULL, "%s takes = or !=", "id");
	if (ends_here(parser) ||
	    !filter_parse_number(parser->words[0], &node->value))
		return fail(node, "id 7, as 'tcpward list -j' shows it",
			    "a number is missing after '%s'", node->word);
	parser->words++;
	return op == OP_NE ? join(FILTER_NOT, node, NULL) : node;
}

struct condition {
	const char *word;
	enum filter_kind kind;
	unsigned int ends;
	struct filter_node *(*parse)(struct parser *parser,
				     struct filter_node *node);
};

static const struct condition conditions[] = {
	{ "state", FILTER_STATE, 0, parse_state },
	{ "src", FILTER_ADDRESS, END_CLIENT, parse_address },
	{ "dst", FILTER_ADDRESS, END_SERVER, parse_address },
	{ "sport", FILTER_PORT, END_CLIENT, parse_port },
	{ "dport", FILTER_PORT, END_SERVER, parse_port },
	{ "reason", FILTER_REASON, 0, parse_reason },
	{ "age", FILTER_AGE, 0, parse_duration },
	{ "idle", FILTER_IDLE, 0, parse_duration },
	{ "rtt", FILTER_RTT, 0, parse_duration },
	{ "id", FILTER_ID, 0, parse_id },
	{ .word = NULL },
};

static struct filter_node *parse_condition(struct parser *parser)
{
	const struct condition *condition;
	const char *word = parser->words[0];
	struct filter_node *node;

	node = new_node(FILTER_ADDRESS, word);
	if (!node)
		return NULL;
	for (condition = conditions; condition->word; condition++) {
		if (strcmp(word, condition->word))
			continue;
		parser->words++;
		node->kind = condition->kind;
		node->ends = condition->ends;
		return condition->parse(parser, node);
	}
	/* A bare address stands for either end. */
	node->ends = END_CLIENT | END_SERVER;
	if (!filter_parse_address(word, node))
		return fail_nearest(node, "unknown word '%s'", word, keywords,
				    "state, src, dst, sport, dport, reason, "
				    "age, idle, rtt, id, and, or, not");
	parser->words++;
	return node;
}

static struct filter_node *parse_parentheses(struct parser *parser)
{
	struct filter_node *node = parse_or(parser);

	if (node && !take(parser, ")", ")"))
		return fail(node, NULL, "%s is missing", "')'");
	return node;
}

static struct filter_node *parse_not(struct parser *parser)
{
	struct filter_node *node;

	if (!parser->words[0])
		return fail(NULL, NULL, "%s", "a condition is missing at the "
			    "end");
	if (parser->depth == DEPTH_MAX ||
	    parser->conditions++ >= CONDITIONS_MAX)
		return fail(NULL, NULL, "%s", "too long or nested too deep");
	parser->depth++;
	if (take(parser, "not", "!"))
		node = join(FILTER_NOT, parse_not(parser), NULL);
	else if (take(parser, "(", "("))
		node = parse_parentheses(parser);
	else
		node = parse_condition(parser);
	parser->depth--;
	return node;
}

static struct filter_node *parse_and(struct parser *parser)
{
	struct filter_node *node = parse_not(parser);

	while (node && parser->words[0] && !next_is(parser, ")", ")") &&
	       !next_is(parser, "or", "|") && !next_is(parser, "||", "||")) {
		if (!take(parser, "and", "&"))
			take(parser, "&&", "&&");
		node = join(FILTER_AND, node, parse_not(parser));
	}
	return node;
}

static struct filter_node *parse_or(struct parser *parser)
{
	struct filter_node *node = parse_and(parser);

	while (node &&
	       (take(parser, "or", "|") || take(parser, "||", "||")))
		node = join(FILTER_OR, node, parse_and(parser));
	return node;
}

/* Length of the word at @text: a parenthesis, an operator or the rest. */
static size_t word_length(const char *text)
{
	if (*text == '(' || *text == ')')
		return 1;
	if (*text == '!' && text[1] != '=')
		return 1;
	if (strchr(OPERATORS, *text))
		return strspn(text, "=<>&|!");
	return strcspn(text, " \t\n()" OPERATORS);
}

/* Cut @argv into words; each lies in *text, ended by NUL. */
static char **split(int argc, char **argv, char **text)
{
	size_t bytes = 1, n = 0, len;
	const char *from;
	char **words, *to;

	for (int i = 0; i < argc; i++)
		bytes += 2 * strlen(argv[i]) + 2;
	*text = malloc(bytes);
	words = malloc(bytes * sizeof(*words));
	if (!*text || !words) {
		free(words);
		return NULL;
	}
	to = *text;
	for (int i = 0; i < argc; i++) {
		for (from = argv[i]; *from; from += len) {
			len = strspn(from, " \t\n");
			if (len)
				continue;
			len = word_length(from);
			words[n++] = memcpy(to, from, len);
			to += len;
			*to++ = '\0';
		}
	}
	words[n] = NULL;
	return words;
}

static struct filter_node *parse_all(struct parser *parser)
{
	struct filter_node *node;

	if (!parser->words[0])
		return new_node(FILTER_ALL, NULL);
	node = parse_or(parser);
	if (node && parser->words[0])
		return fail(node, NULL, "'%s' closes nothing",
			    parser->words[0]);
	return node;
}

/* -4 and -6 belong to every filter. */
static struct filter_node *with_family(struct filter_node *node)
{
	struct filter_node *family;

	if (!node || !tool.family)
		return node;
	family = new_node(FILTER_FAMILY, NULL);
	if (family)
		family->value = tool.family;
	return join(FILTER_AND, node, family);
}

struct filter *filter_parse(int argc, char **argv)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	struct parser parser = { 0 };
	char **words = NULL;

	if (filter)
		words = split(argc, argv, &filter->text);
	if (words) {
		parser.words = words;
		filter->root = with_family(parse_all(&parser));
	} else {
		fail(NULL, NULL, "%s", "out of memory");
	}
	free(words);
	if (filter && !filter->root) {
		filter_free(filter);
		return NULL;
	}
	return filter;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	node_free(filter->root);
	free(filter->text);
	free(filter);
}
