// SPDX-License-Identifier: GPL-2.0
/* tcpward show: everything known about a connection. */
#include "filter.h"
#include "format.h"
#include "nl.h"
#include "tool.h"

#include "core/core.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What an end in this state has proven by what it sent. */
static const char *proven(const struct model_conn *conn,
			  const struct model_endpoint *ep)
{
	switch (ep->state) {
	case TCPWARD_STATE_SYN_SENT:
		return "asked to open; has not shown yet that it hears";
	case TCPWARD_STATE_SYN_RECEIVED:
		return "hears the other end; does not know yet that it is "
		       "heard";
	case TCPWARD_STATE_ESTABLISHED:
		return "knows that it hears and is heard";
	case TCPWARD_STATE_FIN_WAIT_1:
		return "has closed its side; its FIN is not acknowledged yet";
	case TCPWARD_STATE_FIN_WAIT_2:
		return "has closed its side, acknowledged; still listens";
	case TCPWARD_STATE_CLOSE_WAIT:
		return "knows that the other end closed; may still send";
	case TCPWARD_STATE_CLOSING:
		return "both closed at once; its FIN is not acknowledged yet";
	case TCPWARD_STATE_LAST_ACK:
		return "closed second; its FIN is not acknowledged yet";
	case TCPWARD_STATE_TIME_WAIT:
		return "all is closed; waits 2 MSL so that late segments die "
		       "and a lost last ACK can be repeated";
	default:
		if (conn->kind == TCPWARD_KIND_RESET)
			return "the connection was reset";
		return ep->segments ? "closed and done" :
		       "has sent nothing yet";
	}
}

/* Milliseconds in the present state; false where it is not recorded. */
static bool in_state_for(const struct model_conn *conn, int side,
			 uint64_t *ms)
{
	for (int i = (int)conn->records - 1; i >= 0; i--) {
		const struct model_record *record = &conn->record[i];

		if (record->side != side)
			continue;
		*ms = conn->age_ms > record->offset_ms ?
		      conn->age_ms - record->offset_ms : 0;
		return true;
	}
	return false;
}

static void print_end(const struct model_conn *conn, int side)
{
	const struct model_endpoint *ep = side ? &conn->server : &conn->client;
	char address[MODEL_ADDRESS_TEXT], service[FORMAT_TEXT];
	char since[FORMAT_TEXT];
	uint64_t ms;

	printf("  %-8s%s%s  %s%s%s", side_text(side),
	       model_address_text(&ep->at, address),
	       format_service(ep->at.port, service),
	       paint(paint_state(ep->state)), state_text(ep->state),
	       paint_end());
	if (in_state_for(conn, side, &ms))
		printf(" for %s", format_ms(ms, since));
	printf("\n          %s\n", proven(conn, ep));
}

static void print_life(const struct model_conn *conn)
{
	char a[FORMAT_TEXT], b[FORMAT_TEXT];

	printf("  record  ");
	if (conn->kind == TCPWARD_KIND_MID)
		printf("picked up in the middle ");
	else
		printf("seen from its first segment ");
	printf("%s ago, idle for %s", format_ms(conn->age_ms, a),
	       format_ms(conn->idle_ms, b));
	if (conn->expires)
		printf(", ends in %s", format_ms(conn->expires_ms, a));
	else
		printf(", never ends by itself");
	if (conn_half_open(conn))
		printf("; %shalf-open%s", paint(PAINT_YELLOW), paint_end());
	putchar('\n');
	if (conn->has_rtt)
		printf("  RTT     %s between SYN and third step, seen from "
		       "here\n", format_us(conn->handshake_rtt_us, a));
	if (conn->closed_by >= 0)
		printf("  closed  by the %s first\n",
		       side_text(conn->closed_by));
}

static void print_time_wait(const struct model_conn *conn)
{
	int holder = conn_time_wait(conn);
	char left[FORMAT_TEXT];

	if (holder < 0)
		return;
	printf("  %sTIME_WAIT%s of %s, %s left; a repeated FIN from the other "
	       "end restarts it\n", paint(PAINT_BLUE), paint_end(),
	       holder == 2 ? "both ends" : holder ? "the server" :
	       "the client", format_ms(conn->expires_ms, left));
}

/* A sequence number, from the first one where that is known. */
static const char *number(const struct model_endpoint *ep, uint32_t value,
			  char *text)
{
	if (ep->has_iss)
		snprintf(text, FORMAT_TEXT, "%u (%u)", value - ep->iss, value);
	else
		snprintf(text, FORMAT_TEXT, "(%u)", value);
	return text;
}

static void print_pair(const char *label, const char *client,
		       const char *server)
{
	printf("  %-28s%24s%24s\n", label, client, server);
}

static void print_count_pair(const char *label, uint64_t client,
			     uint64_t server)
{
	char c[FORMAT_TEXT], s[FORMAT_TEXT];

	snprintf(c, sizeof(c), "%" PRIu64, client);
	snprintf(s, sizeof(s), "%" PRIu64, server);
	print_pair(label, c, s);
}

static void print_numbers(const struct model_conn *conn)
{
	const struct model_endpoint *c = &conn->client, *s = &conn->server;
	char a[FORMAT_TEXT], b[FORMAT_TEXT];

	printf("%s", paint(PAINT_BOLD));
	print_pair("sent by", "client", "server");
	printf("%s", paint_end());
	print_count_pair("segments", c->segments, s->segments);
	print_count_pair("bytes", c->bytes, s->bytes);
	print_count_pair("retransmitted segments", c->retransmitted,
			 s->retransmitted);
	print_pair("next number (SND.NXT)", number(c, c->nxt, a),
		   number(s, s->nxt, b));
	print_pair("acknowledged (SND.UNA)", number(c, c->una, a),
		   number(s, s->una, b));
	print_pair("may send up to", number(c, c->edge, a),
		   number(s, s->edge, b));
	print_count_pair("bytes in flight", (uint32_t)(c->nxt - c->una),
			 (uint32_t)(s->nxt - s->una));
	print_count_pair("largest window offered", c->max_window_bytes,
			 s->max_window_bytes);
	print_pair("options", format_options(c, a), format_options(s, b));
	if ((c->options | s->options) & 2)
		print_count_pair("last timestamp", c->tsrecent, s->tsrecent);
}

static void print_recorder(const struct model_conn *conn)
{
	char offset[FORMAT_TEXT];

	if (!conn->records)
		return;
	printf("%s  flight recorder%s (last %u state changes)\n",
	       paint(PAINT_BOLD), paint_end(), conn->records);
	for (unsigned int i = 0; i < conn->records; i++) {
		const struct model_record *record = &conn->record[i];

		printf("  %10s  %s  %s%s%s\n",
		       format_ms(record->offset_ms, offset),
		       side_text(record->side),
		       paint(paint_state(record->state)),
		       state_text(record->state), paint_end());
	}
}

static void print_refusals(const struct model_conn *conn)
{
	const struct tcpw_reason *reason = &tcpw_reasons[conn->last_reason];

	if (conn->dropped || conn->quiet)
		printf("  refused %u dropped, %u forwarded without being "
		       "tracked\n", conn->dropped, conn->quiet);
	if (conn->last_reason)
		printf("          last: %s%s%s (%s, %s)\n          %s\n",
		       paint(PAINT_RED), reason->name, paint_end(),
		       reason->rule, reason->source, reason->seen);
	if (conn->pending_syns)
		printf("  pending %u SYN%s waiting for an answer beside this "
		       "record\n", conn->pending_syns,
		       conn->pending_syns == 1 ? "" : "s");
	if (conn->shadow)
		printf("  shadow  the former connection between these sockets "
		       "is kept (%s)\n", kind_text(conn->shadow));
}

static void print_conn(const struct model_conn *conn)
{
	printf("%sconnection %" PRIu64 "%s\n", paint(PAINT_BOLD), conn->id,
	       paint_end());
	print_end(conn, 0);
	print_end(conn, 1);
	print_life(conn);
	print_time_wait(conn);
	print_refusals(conn);
	putchar('\n');
	print_numbers(conn);
	putchar('\n');
	print_recorder(conn);
}

struct showing {
	const struct filter *filter;
	uint64_t count;
};

static int show(const struct model_conn *conn, void *arg)
{
	struct showing *showing = arg;

	if (!filter_match(showing->filter, conn))
		return 0;
	showing->count++;
	if (tool.format == OUTPUT_TEXT) {
		if (showing->count > 1)
			putchar('\n');
		print_conn(conn);
		return 0;
	}
	if (tool.format == OUTPUT_JSON && showing->count == 1)
		json_array_begin("connections");
	json_conn(conn, true);
	if (tool.format == OUTPUT_JSON_LINES)
		fflush(stdout);
	return 0;
}

static int run(struct showing *showing)
{
	struct model_filter kernel;
	struct nl_client *client;
	int err, code = EXIT_DONE;

	filter_for_kernel(showing->filter, &kernel);
	err = nl_open(&client);
	if (!err)
		err = nl_conns(client, &kernel, false, show, showing);
	if (showing->count && tool.format == OUTPUT_JSON)
		json_array_end(json_pack("{s:b}", "complete", !err));
	if (err)
		code = nl_fail(client, err, "cannot show the connection");
	else if (!showing->count)
		code = tool_fail(EXIT_REFUSED, NULL,
				 "'tcpward list' shows what there is",
				 "no connection matches");
	nl_end(client);
	return code;
}

int cmd_show(int argc, char **argv)
{
	struct showing showing = { 0 };
	struct filter *filter;
	int code;

	if (argc < 2)
		return tool_fail(EXIT_USAGE, NULL,
				 "for example: tcpward show dport = :443",
				 "show needs a filter");
	filter = filter_parse(argc - 1, argv + 1);
	if (!filter)
		return EXIT_USAGE;
	showing.filter = filter;
	code = run(&showing);
	filter_free(filter);
	return code;
}
