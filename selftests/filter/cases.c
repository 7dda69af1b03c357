// SPDX-License-Identifier: GPL-2.0
/*
 * Filters against connections: what each must and must not match, and, with
 * random ones, that what the kernel is told never leaves out a match.
 */
#include "kernel_match.h"
#include "filter.h"
#include "tool.h"

#include "core/core.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static unsigned int results, failures;

static void result(bool ok, const char *name)
{
	results++;
	failures += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", results, name);
}

/* --- connections -------------------------------------------------------- */

static void set_end(struct model_endpoint *ep, const char *addr, int port,
		    enum tcpward_state state)
{
	ep->at.family = strchr(addr, ':') ? AF_INET6 : AF_INET;
	ep->at.port = port;
	ep->state = state;
	if (inet_pton(ep->at.family, addr, ep->at.addr) != 1)
		abort();
}

/* A: 10.0.0.1:40000 to 192.0.2.7:443, closing; B: IPv6, half-open. */
static struct model_conn conn_a(void)
{
	struct model_conn conn = { .id = 7, .kind = TCPWARD_KIND_OPEN };

	set_end(&conn.client, "10.0.0.1", 40000, TCPWARD_STATE_FIN_WAIT_2);
	set_end(&conn.server, "192.0.2.7", 443, TCPWARD_STATE_CLOSE_WAIT);
	conn.age_ms = 6000;
	conn.idle_ms = 300;
	conn.has_rtt = true;
	conn.handshake_rtt_us = 12000;
	conn.last_reason = TCPWARD_REASON_STALE_SYN;
	return conn;
}

static struct model_conn conn_b(void)
{
	struct model_conn conn = { .id = 8, .kind = TCPWARD_KIND_OPEN };

	set_end(&conn.client, "2001:db8::1", 50000, TCPWARD_STATE_SYN_SENT);
	set_end(&conn.server, "2001:db8:1::2", 80, TCPWARD_STATE_CLOSED);
	return conn;
}

/* Which of A and B a filter matches. */
static const struct {
	const char *filter;
	bool a, b;
} cases[] = {
	{ "", true, true },
	{ "state all", true, true },
	{ "state established", false, false },
	{ "state fin-wait-2", true, false },
	{ "state FIN_WAIT_2", true, false },
	{ "state close-wait", true, false },
	{ "state closing", true, false },
	{ "state simultaneous-close", false, false },
	{ "state half-open", false, true },
	{ "state synchronized", true, false },
	{ "state connected", true, true },
	{ "state closed", false, true },
	{ "state time-wait,syn-sent", false, true },
	{ "state != syn-sent", true, false },
	{ "not state closing", false, true },
	{ "dport = :443", true, false },
	{ "dport = 443", true, false },
	{ "dport = :https", true, false },
	{ "dport eq :443", true, false },
	{ "dport :443", true, false },
	{ "sport = :443", false, false },
	{ "sport > 40000", false, true },
	{ "sport ge 40000", true, true },
	{ "sport<=40000", true, false },
	{ "dport != :443", false, true },
	{ "dport lt 81", false, true },
	{ "src 10.0.0.0/8", true, false },
	{ "src 10.0.0.1", true, false },
	{ "src = 10.0.0.1", true, false },
	{ "src != 10.0.0.1", false, true },
	{ "src 10.0.0.0/31", true, false },
	{ "src 10.0.0.2/31", false, false },
	{ "src 10.0.0.1:40000", true, false },
	{ "src 10.0.0.1:40001", false, false },
	{ "src :40000", true, false },
	{ "src *:40000", true, false },
	{ "dst 10.0.0.1", false, false },
	{ "dst 192.0.2.7:443", true, false },
	{ "src 0.0.0.0/0", true, false },
	{ "src 2001:db8::/32", false, true },
	{ "src 2001:db8::1", false, true },
	{ "src [2001:db8::1]", false, true },
	{ "src [2001:db8::1]:50000", false, true },
	{ "src [2001:db8::]/32:50000", false, true },
	{ "src [2001:db8::/32]:50000", false, true },
	{ "src [2001:db8::1]:1", false, false },
	{ "192.0.2.7", true, false },
	{ "192.0.2.7:443", true, false },
	{ "10.0.0.1:443", false, false },
	{ ":80", false, true },
	{ "age > 5s", true, false },
	{ "age > 6s", false, false },
	{ "age >= 6s", true, false },
	{ "age < 0.1m", false, true },
	{ "idle < 500ms", true, true },
	{ "idle > 299999us", true, false },
	{ "rtt > 10ms", true, false },
	{ "rtt < 10ms", false, false },
	{ "reason stale-syn", true, false },
	{ "not reason stale-syn", false, true },
	{ "id 8", false, true },
	{ "state closing and dport = :443 and not src 172.16.0.0/12",
	  true, false },
	{ "state closing dport = :443", true, false },
	{ "state half-open or dport = :443", true, true },
	{ "state half-open | dport = :443", true, true },
	{ "(state half-open or state closing) and dport = :80", false, true },
	{ "state half-open or state closing and dport = :80", false, true },
	{ "! ( dport = :80 )", true, false },
	{ "not not dport = :80", false, true },
	{ "not(dport=:80||dport=:443)", false, false },
	{ "dport = :443 && src 10.0.0.1", true, false },
};

static const char *const refused[] = {
	"state", "state nonsense", "state closing,", "dport", "dport =",
	"dport = :70000", "dport = :nosuchservice", "src", "src 10.0.0",
	"src 10.0.0.0/33", "src 2001:db8::/129", "src [2001:db8::1",
	"src [10.0.0.1]:80", "src 10.0.0.1:", "src > 10.0.0.1", "age",
	"age 5s", "age > ", "age > 5x", "age > -1s", "reason", "reason none",
	"reason nonsense", "id x", "and", "or dport = :1", "dport = :1 or",
	"dport = :1 and", "not", "(", ")", "( dport = :1", "dport = :1 )",
	"()", "nonsense", "dport = = :1", "state < closed",
};

static struct filter *parse(const char *text)
{
	char copy[512], *word = copy;

	snprintf(copy, sizeof(copy), "%s", text);
	return filter_parse(1, &word);
}

static void test_cases(void)
{
	const struct model_conn a = conn_a(), b = conn_b();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *filter = parse(cases[i].filter);

		result(filter && filter_match(filter, &a) == cases[i].a &&
		       filter_match(filter, &b) == cases[i].b,
		       cases[i].filter[0] ? cases[i].filter : "(nothing)");
		filter_free(filter);
	}
}

static void test_refused(void)
{
	char name[128];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct filter *filter = parse(refused[i]);

		snprintf(name, sizeof(name), "refused: %s", refused[i]);
		result(!filter, name);
		filter_free(filter);
	}
}

static void test_limits(void)
{
	static char text[200000];
	struct filter *filter;
	char *word = text;

	memset(text, '(', sizeof(text) - 1);
	filter = filter_parse(1, &word);
	result(!filter, "a hundred thousand parentheses are refused");
	filter_free(filter);
	for (size_t i = 0; i + 8 < sizeof(text); i += 8)
		memcpy(text + i, "  id 1  ", 8);
	filter = filter_parse(1, &word);
	result(!filter, "ten thousand conditions are refused");
	filter_free(filter);
}

static void test_family(void)
{
	const struct model_conn a = conn_a(), b = conn_b();
	struct model_filter kernel;
	struct filter *filter;

	tool.family = AF_INET6;
	filter = parse("state connected");
	filter_for_kernel(filter, &kernel);
	result(!filter_match(filter, &a) && filter_match(filter, &b) &&
	       kernel.family == AF_INET6, "-6 belongs to every filter");
	filter_free(filter);
	tool.family = AF_UNSPEC;
}

/* What forget leaves to the kernel, beyond what chance finds. */
static void test_whole(void)
{
	static const struct {
		const char *text;
		bool whole;
	} known[] = {
		{ "", true }, { "state all", true }, { "id 7", true },
		{ "state time-wait,closed", true },
		{ "state time-wait or state established", true },
		{ "10.0.0.0/8 and state time-wait and :443", true },
		{ "reason stale-syn", true }, { "reason urgent-odd", false },
		{ "10.0.0.1:443", false }, { "src 10.0.0.1", false },
		{ "sport = :443", false }, { "state half-open", false },
		{ "not state time-wait", false }, { "age > 5s", false },
		{ ":80 and :443", false }, { "id 7 or state closed", false },
		{ "state closing and state time-wait", false },
	};
	struct model_filter kernel;
	struct filter *filter;
	bool ok = true;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		filter = parse(known[i].text);
		if (filter_for_kernel(filter, &kernel) != known[i].whole) {
			printf("# %s\n", known[i].text);
			ok = false;
		}
		filter_free(filter);
	}
	result(ok, "whether the kernel matches the same is known");
}

/* --- streams ------------------------------------------------------------ */

static void test_streams(void)
{
	struct filter *timed = parse("dport = :443 or age > 5s");
	struct filter *reason = parse("reason urgent-odd");
	struct model_transition transition = { .id = 7 };
	struct model_segment segment = { 0 };
	const struct model_conn a = conn_a();

	segment.client = transition.client = a.client;
	segment.server = transition.server = a.server;
	segment.flag = TCPWARD_REASON_URGENT_ODD;
	result(filter_timed_word(timed) &&
	       !strcmp(filter_timed_word(timed), "age"),
	       "what a stream cannot tell is named");
	result(!filter_timed_word(reason) &&
	       filter_match_segment(reason, &segment),
	       "a segment matches by its flag");
	result(!filter_match_transition(reason, &transition),
	       "a state change has no reason");
	result(filter_match_transition(timed, &transition),
	       "a state change matches by its ports");
	filter_free(timed);
	filter_free(reason);
}

/* --- what the kernel is told -------------------------------------------- */

static const char *random_condition(void)
{
	static const char *const conditions[] = {
		"state closing", "state half-open", "state synchronized",
		"state connected", "state time-wait,closed", "state all",
		"src 10.0.0.0/24", "dst 10.0.0.2", "src 10.0.0.1:2",
		"10.0.0.0/31", "[fd00::]/126:1", "src fd00::1", ":2",
		"sport = :1", "dport = :2", "dport > 1", "dport != 3",
		"reason stale-syn", "reason urgent-odd", "age > 5s", "id 3",
		"rtt < 1s", "reason != paws", "src != 10.0.0.1",
	};

	return conditions[rand() % (sizeof(conditions) /
				    sizeof(conditions[0]))];
}

static void random_filter(char *text, size_t size, int depth)
{
	size_t n = 0;

	n += snprintf(text, size, "%s( ", rand() % 4 ? "" : "not ");
	if (depth && rand() % 3) {
		random_filter(text + n, size - n, depth - 1);
		n += strlen(text + n);
		n += snprintf(text + n, size - n, " %s ",
			      rand() % 2 ? "and" : "or");
		random_filter(text + n, size - n, depth - 1);
		n += strlen(text + n);
	} else {
		n += snprintf(text + n, size - n, "%s", random_condition());
	}
	snprintf(text + n, size - n, " )");
}

static struct model_conn random_conn(void)
{
	static const enum tcpward_reason reasons[] = {
		TCPWARD_REASON_NONE, TCPWARD_REASON_STALE_SYN,
		TCPWARD_REASON_PAWS,
	};
	struct model_conn conn = { .id = 1 + rand() % 4 };
	bool v6 = rand() % 2;
	char addr[32];

	snprintf(addr, sizeof(addr), v6 ? "fd00::%d" : "10.0.0.%d",
		 1 + rand() % 3);
	set_end(&conn.client, addr, 1 + rand() % 3,
		1 + rand() % TCPWARD_STATE_MAX);
	snprintf(addr, sizeof(addr), v6 ? "fd00::%d" : "10.0.0.%d",
		 1 + rand() % 3);
	set_end(&conn.server, addr, 1 + rand() % 3,
		1 + rand() % TCPWARD_STATE_MAX);
	conn.kind = 1 + rand() % TCPWARD_KIND_RESET;
	conn.last_reason = reasons[rand() % 3];
	conn.age_ms = rand() % 10000;
	return conn;
}

static void test_kernel(void)
{
	unsigned int filters = 0, matched = 0, spared = 0, same = 0;
	bool narrow = false, wide = false;
	char text[4096];

	srand(1);
	while (filters++ < 20000 && !narrow && !wide) {
		struct model_filter kernel;
		struct filter *filter;
		char *word = text;
		bool whole;

		random_filter(text, sizeof(text), 3);
		filter = filter_parse(1, &word);
		if (!filter)
			abort();
		whole = filter_for_kernel(filter, &kernel);
		for (int i = 0; i < 20; i++) {
			struct model_conn conn = random_conn();
			bool here = filter_match(filter, &conn);
			bool there = kernel_match(&kernel, &conn);

			matched += here;
			spared += !there;
			narrow |= here && !there;
			wide |= whole && there && !here;
			same += whole && here;
		}
		if (narrow || wide)
			printf("# too %s: %s\n", narrow ? "narrow" : "wide",
			       text);
		filter_free(filter);
	}
	result(!narrow, "the kernel is never told too narrow a filter");
	result(!wide && same > 1000, "one said to be whole is not too wide");
	result(matched > 10000 && spared > 10000,
	       "the random filters match something and spare something");
}

int main(void)
{
	printf("TAP version 14\n1..%zu\n",
	       sizeof(cases) / sizeof(cases[0]) +
	       sizeof(refused) / sizeof(refused[0]) + 11);
	test_cases();
	test_refused();
	test_limits();
	test_family();
	test_whole();
	test_streams();
	test_kernel();
	return failures != 0;
}
