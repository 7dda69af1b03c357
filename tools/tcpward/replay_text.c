// SPDX-License-Identifier: GPL-2.0
/*
 * A replay for people: a line for each segment, the sockets where a
 * connection begins, why a segment was refused with the numbers that failed,
 * and a summary.
 */
#include "replay.h"
#include "tool.h"

#include <arpa/inet.h>
#include <inttypes.h>

#define FLAG_LETTERS 10

static const char *const verdict_names[] = {
	[TCPWARD_VERDICT_PASS] = "pass",
	[TCPWARD_VERDICT_QUIET] = "QUIET",
	[TCPWARD_VERDICT_DROP] = "DROP",
};

static const char *const field_names[] = {
	[TCPWARD_FIELD_NONE] = NULL,
	[TCPWARD_FIELD_SEQ] = "sequence number",
	[TCPWARD_FIELD_ACK] = "acknowledgement",
	[TCPWARD_FIELD_TSVAL] = "timestamp",
	[TCPWARD_FIELD_TSECR] = "timestamp echo",
	[TCPWARD_FIELD_FIN] = "position of the FIN",
	[TCPWARD_FIELD_COUNT] = "count",
	[TCPWARD_FIELD_LENGTH] = "length",
};

/* SYN+ACK is "SA", a bare ACK ".", as tcpdump and the scenarios have it. */
static void flag_letters(uint16_t flags, char text[FLAG_LETTERS])
{
	static const char letters[] = "FSRPAUECN";
	unsigned int i;
	char *to = text;

	for (i = 0; letters[i]; i++)
		if (flags & 1 << i)
			*to++ = letters[i];
	*to = '\0';
	if (flags == TCPW_ACK) {
		text[0] = '.';
	} else if (!flags) {
		text[0] = '-';
		text[1] = '\0';
	}
}

static void socket_text(int family, const uint8_t *addr, uint16_t port,
			char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	inet_ntop(family, addr, host, sizeof(host));
	snprintf(text, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
		 port);
}

static void print_sockets(const struct replay_line *line)
{
	const struct capture_segment *at = line->at;
	char src[64], dst[64];

	socket_text(at->family, at->src, at->sport, src, sizeof(src));
	socket_text(at->family, at->dst, at->dport, dst, sizeof(dst));
	if (line->conn)
		printf("connection %" PRIu64 ": ", line->conn);
	else
		printf("no connection: ");
	printf("%s %s %s\n", line->from_client ? src : dst,
	       line->conn ? "to" : line->from_client ? "->" : "<-",
	       line->from_client ? dst : src);
}

static void print_reason(unsigned int reason)
{
	if (reason)
		printf("  %s (%.*s)", tcpw_reasons[reason].name,
		       replay_rule_len(reason), tcpw_reasons[reason].rule);
}

/* Which number failed, and what would have been good. */
static void print_numbers(const struct tcpw_ruling *ruling)
{
	const char *name = field_names[ruling->field];

	if (name)
		printf("%8s%s %u, acceptable %u to %u\n", "", name,
		       ruling->seen, ruling->low, ruling->high);
}

void replay_text_segment(const struct replay_line *line)
{
	const struct tcpw_ruling *ruling = &line->ruling;
	int64_t since_us = line->at->time_us - line->base_us;
	char flags[FLAG_LETTERS];

	if (line->first)
		puts("  frame          s  conn dir flags    len verdict"
		     " client       server");
	if (line->begins || !line->conn)
		print_sockets(line);
	flag_letters(line->seg.flags, flags);
	printf("%7" PRIu64 " %10.6f %5" PRIu64 " %s %-5s %6u %-7s %-12s %-*s",
	       line->at->frame, since_us / 1e6, line->conn,
	       line->from_client ? "c2s" : "s2c", flags, line->seg.len,
	       verdict_names[ruling->verdict], tcpw_state_name(line->client),
	       ruling->reason || ruling->flag ? 12 : 0,
	       tcpw_state_name(line->server));
	print_reason(ruling->reason);
	print_reason(ruling->flag);
	putchar('\n');
	if (ruling->reason)
		print_numbers(ruling);
}

void replay_text_end(const struct replay_summary *sum)
{
	unsigned int reason;

	printf("%" PRIu64 " segments of %" PRIu64 " connections: %" PRIu64
	       " passed, %" PRIu64 " quiet, %" PRIu64 " dropped, %" PRIu64
	       " flagged", sum->segments, sum->connections,
	       sum->verdicts[TCPWARD_VERDICT_PASS],
	       sum->verdicts[TCPWARD_VERDICT_QUIET],
	       sum->verdicts[TCPWARD_VERDICT_DROP], sum->flagged);
	if (sum->unreadable)
		printf(", %" PRIu64 " frames unreadable", sum->unreadable);
	putchar('\n');
	for (reason = 1; reason <= TCPWARD_REASON_MAX; reason++)
		if (sum->reasons[reason])
			printf("%8" PRIu64 "  %s: %s\n", sum->reasons[reason],
			       tcpw_reasons[reason].name,
			       tcpw_reasons[reason].seen);
}
