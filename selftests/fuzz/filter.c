// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are the words of a filter, one a line, behind an
 * octet that chooses options of the tool. What is accepted prints back to the
 * same filter; the kernel is never told too narrow a one; a refusal names a
 * word.
 */
#include "filter_print.h"
#include "fuzz.h"
#include "hear.h"
#include "kernel_match.h"
#include "tool.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#define WORDS_MAX 16
#define TEXT_MAX 1024

#define AS_JSON 0x01

/* The real one reads a file each time, another one on each machine. */
struct servent *getservbyname(const char *name, const char *proto)
{
	static struct servent https = { .s_name = "https" };

	https.s_port = htons(443);
	return strcmp(name, "https") ? NULL : &https;
}

/* --- connections -------------------------------------------------------- */

static struct model_endpoint end_of(bool v6, unsigned int host, uint16_t port,
				    enum tcpward_state state)
{
	struct model_endpoint ep = {
		.at = { .family = v6 ? AF_INET6 : AF_INET, .port = port },
		.state = state,
	};

	ep.at.addr[0] = v6 ? 0xfd : 10;
	ep.at.addr[v6 ? 15 : 3] = host;
	return ep;
}

/* A few that differ in all that a filter can ask for. */
static struct model_conn example(unsigned int n)
{
	struct model_conn conn = { .id = n % 5 };

	conn.client = end_of(n & 1, n % 3, n % 4 ? 1 + n : 443,
			     n % TCPWARD_STATE_MAX + 1);
	conn.server = end_of(n & 1, 3 - n % 3, n % 5 ? 80 : 443,
			     n / 3 % TCPWARD_STATE_MAX + 1);
	conn.kind = n % TCPWARD_KIND_RESET + 1;
	conn.last_reason = n * 7 % (TCPWARD_REASON_MAX + 1);
	conn.age_ms = 700 * n;
	conn.idle_ms = 90 * n;
	conn.has_rtt = n & 2;
	conn.handshake_rtt_us = 1500 * n;
	return conn;
}

static struct model_segment segment_of(const struct model_conn *conn)
{
	return (struct model_segment){
		.has_id = conn->id,
		.id = conn->id,
		.client = conn->client,
		.server = conn->server,
		.reason = conn->last_reason,
	};
}

static struct model_transition transition_of(const struct model_conn *conn)
{
	return (struct model_transition){
		.id = conn->id,
		.client = conn->client,
		.server = conn->server,
	};
}

static bool is_timed(const struct filter_node *node)
{
	return node && (node->kind == FILTER_AGE ||
			node->kind == FILTER_IDLE ||
			node->kind == FILTER_RTT || is_timed(node->left) ||
			is_timed(node->right));
}

static void check_matches(const struct filter *one, const struct filter *two)
{
	const char *timed = filter_timed_word(one);
	struct model_filter kernel;
	unsigned int n;
	bool whole;

	must(!timed == !is_timed(one->root), "timed words are found");
	whole = filter_for_kernel(one, &kernel);
	for (n = 0; n < 24; n++) {
		struct model_conn conn = example(n);
		struct model_segment segment = segment_of(&conn);
		struct model_transition transition = transition_of(&conn);
		bool here = filter_match(one, &conn);

		must(here == filter_match(two, &conn), "matches the same");
		must(!here || kernel_match(&kernel, &conn),
		     "the kernel is never told too narrow a filter");
		must(!whole || here == kernel_match(&kernel, &conn),
		     "one said to be whole is not too wide");
		must(filter_match_segment(one, &segment) ==
		     filter_match_segment(two, &segment), "segments, too");
		must(filter_match_transition(one, &transition) ==
		     filter_match_transition(two, &transition),
		     "state changes, too");
	}
}

/* Each condition is within what its words can say. */
static void check_nodes(const struct filter_node *node)
{
	if (!node)
		return;
	check_nodes(node->left);
	check_nodes(node->right);
	if (node->kind == FILTER_STATE)
		must(node->mask && !(node->mask >> (TCPWARD_STATE_MAX + 1)),
		     "states");
	if (node->kind == FILTER_ADDRESS && node->has_addr)
		must(node->prefix_len <=
		     (node->family == AF_INET6 ? 128 : 32), "length of prefix");
	if (node->kind == FILTER_PORT || node->has_port)
		must(node->value <= UINT16_MAX, "port");
	if (node->kind == FILTER_REASON)
		must(node->value && node->value <= TCPWARD_REASON_MAX,
		     "reason");
}

/* --- texts -------------------------------------------------------------- */

/* -4 and -6 are no words. */
static const struct filter_node *without_family(const struct filter *filter)
{
	must(!tool.family || (filter->root->kind == FILTER_AND &&
			      filter->root->right->kind == FILTER_FAMILY &&
			      (int)filter->root->right->value == tool.family),
	     "-4 and -6 belong to every filter");
	return tool.family ? filter->root->left : filter->root;
}

static void check_prints_back(const struct filter *filter)
{
	struct filter *again;
	struct heard heard;
	char *text = NULL;
	size_t size;
	FILE *file;

	file = open_memstream(&text, &size);
	filter_print(file, without_family(filter));
	fclose(file);
	hear_begin();
	again = filter_parse(1, &text);
	heard = hear_end();
	/* Each name in a list of states costs one word more when printed. */
	must(again || strstr(heard.err, "too long") ||
	     strstr(heard.out, "too long"), "what is printed is accepted");
	if (again) {
		must(filter_same(filter->root, again->root),
		     "it prints back to the same filter");
		check_matches(filter, again);
	}
	filter_free(again);
	free(text);
}

/* From the first to the last quotation mark, or NULL where there are none. */
static char *quoted(const char *what)
{
	const char *first = strchr(what, '\'');
	const char *last = strrchr(what, '\'');

	return first && last > first ? strndup(first + 1, last - first - 1) :
				       NULL;
}

static void check_refusal(const struct heard *heard, const char *words)
{
	char *what = NULL, *word;
	json_t *all = NULL;

	if (tool.format == OUTPUT_TEXT) {
		what = strndup(heard->err, strcspn(heard->err, "\n"));
	} else {
		all = json_loads(heard->out, 0, NULL);
		what = strdup(json_string_value(json_object_get(
			json_object_get(all, "error"), "what")) ?: "");
		json_decref(all);
	}
	must(strstr(what, "filter: "), "a refusal has a text");
	word = quoted(what);
	/* With -j what is not UTF-8 is shown otherwise. */
	must(!word || !strcmp(word, ")") || strstr(words, word) ||
	     (tool.format != OUTPUT_TEXT && strchr(word, '?')),
	     "a refusal names the word");
	free(word);
	free(what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	char text[TEXT_MAX + 1], words[TEXT_MAX + 1];
	char *argv[WORDS_MAX], *rest = text;
	struct filter *filter;
	struct heard heard;
	int argc = 0;

	if (!size || size > TEXT_MAX)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	strcpy(words, text);
	tool.format = data[0] & AS_JSON ? OUTPUT_JSON : OUTPUT_TEXT;
	tool.family = families[(data[0] >> 1) % 3];
	while (argc < WORDS_MAX && rest)
		argv[argc++] = strsep(&rest, "\n");
	hear_begin();
	filter = filter_parse(argc, argv);
	heard = hear_end();
	if (filter) {
		must(!*heard.out && !*heard.err, "acceptance is silent");
		check_nodes(filter->root);
		check_prints_back(filter);
	} else {
		check_refusal(&heard, words);
	}
	filter_free(filter);
	return 0;
}
