// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward watch: state changes and refused segments as they happen, until
 * SIGINT, SIGTERM or the wanted count of lines.
 */
#include "filter.h"
#include "format.h"
#include "nl.h"
#include "tool.h"

#include "core/core.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_BYTES 65536
#define POLL_MS 500		/* a signal just before poll() waits so long */

struct watching {
	const struct filter *filter;
	uint64_t left;		/* lines; 0: no end */
	uint64_t lost;
	bool overflow;		/* lost some of which the count is not known */
};

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Non-zero when that was the last line wanted. */
static int printed(struct watching *watching)
{
	return stop || (watching->left && !--watching->left);
}

static void print_json(json_t *object, const char *type)
{
	if (tool.format == OUTPUT_JSON)
		json_array_add(object);
	else
		json_line(object, type);
}

/* A number as it is, and from the sender's first one where that is known. */
static const char *number(const struct model_endpoint *ep, bool sequence,
			  uint32_t value, char *text)
{
	if (sequence && ep->has_iss)
		snprintf(text, FORMAT_TEXT, "%d (%u)",
			 (int32_t)(value - ep->iss), value);
	else
		snprintf(text, FORMAT_TEXT, "%u", value);
	return text;
}

/* Whose numbers the field counts: those of the sender, or of its peer. */
static const struct model_endpoint *
numbers_of(const struct model_segment *segment)
{
	bool peer = segment->field == TCPWARD_FIELD_ACK;

	return segment->side == peer ? &segment->client : &segment->server;
}

static void print_failed(const struct model_segment *segment)
{
	const struct model_endpoint *ep = numbers_of(segment);
	bool sequence = segment->field == TCPWARD_FIELD_SEQ ||
			segment->field == TCPWARD_FIELD_ACK ||
			segment->field == TCPWARD_FIELD_FIN;
	char seen[FORMAT_TEXT], low[FORMAT_TEXT], high[FORMAT_TEXT];

	if (!segment->field)
		return;
	number(ep, sequence, segment->seen, seen);
	number(ep, sequence, segment->low, low);
	number(ep, sequence, segment->high, high);
	if (segment->low == segment->high)
		printf("    %s %s, expected %s\n", field_text(segment->field),
		       seen, low);
	else
		printf("    %s %s, expected %s to %s\n",
		       field_text(segment->field), seen, low, high);
}

static void print_cause(const char *what, enum tcpward_reason cause)
{
	const struct tcpw_reason *reason = &tcpw_reasons[cause];

	if (cause)
		printf("    %s%s%s (%s, %s): %s\n", what, *what ? " " : "",
		       reason->name, reason->rule, reason->source,
		       reason->seen);
}

static const char *segment_numbers(const struct model_segment *segment,
				   char *text)
{
	const struct model_endpoint *src = segment->side ? &segment->server :
					   &segment->client;
	const struct model_endpoint *dst = segment->side ? &segment->client :
					   &segment->server;
	char seq[FORMAT_TEXT], ack[FORMAT_TEXT] = "";

	number(src, true, segment->seq, seq);
	if (segment->flags & TCPW_ACK)
		number(dst, true, segment->ack, ack);
	snprintf(text, 3 * FORMAT_TEXT, "seq %s%s%s, %u bytes", seq,
		 *ack ? ", ack " : "", ack, segment->length_bytes);
	return text;
}

static const char *verdict_words(const struct model_segment *segment)
{
	if (segment->verdict == TCPWARD_VERDICT_DROP)
		return segment->observed ? "WOULD DROP" : "DROP";
	return segment->verdict == TCPWARD_VERDICT_QUIET ? "QUIET" : "FLAG";
}

static void print_segment(const struct model_segment *segment)
{
	const struct model_endpoint *src = segment->side ? &segment->server :
					   &segment->client;
	const struct model_endpoint *dst = segment->side ? &segment->client :
					   &segment->server;
	char from[MODEL_ADDRESS_TEXT], to[MODEL_ADDRESS_TEXT];
	char clock[FORMAT_TEXT], flags[FORMAT_TEXT], text[3 * FORMAT_TEXT];
	enum paint color = segment->verdict == TCPWARD_VERDICT_DROP ?
			   PAINT_RED : PAINT_YELLOW;

	printf("%s  %s %s %s  %s%s%s  %s %s\n",
	       format_clock(segment->time_us, clock),
	       model_address_text(&src->at, from), arrow(),
	       model_address_text(&dst->at, to), paint(color),
	       verdict_words(segment), paint_end(),
	       format_flags(segment->flags, flags),
	       segment_numbers(segment, text));
	print_cause("", segment->reason);
	print_cause(segment->reason ? "also" : "", segment->flag);
	print_failed(segment);
	if (segment->has_id)
		printf("    client %s, server %s\n",
		       state_text(segment->client.state),
		       state_text(segment->server.state));
}

static int on_verdict(const struct model_segment *segment, void *arg)
{
	struct watching *watching = arg;

	if (!filter_match_segment(watching->filter, segment))
		return 0;
	if (tool.format == OUTPUT_TEXT)
		print_segment(segment);
	else
		print_json(json_segment(segment, "verdict"), "verdict");
	return printed(watching);
}

/* As wide as "SYN_RECEIVED -> ESTABLISHED", so that lines stand in columns. */
#define MOVE_COLUMNS 27
#define ADDRESS_COLUMNS 15

static void print_side(const struct model_transition *transition, int side)
{
	const struct model_endpoint *ep = side ? &transition->server :
					  &transition->client;
	bool moved = transition->moved && transition->side == side;
	char address[MODEL_ADDRESS_TEXT];
	int used;

	printf("  %-*s ", ADDRESS_COLUMNS,
	       model_address_text(&ep->at, address));
	used = printf("%s", state_text(moved ? transition->from : ep->state));
	if (moved) {
		printf(" %s %s%s%s", arrow(),
		       paint(paint_state(transition->to)),
		       state_text(transition->to), paint_end());
		used += strlen(state_text(transition->to)) +
			(tool.utf8 ? 3 : 4);
	}
	if (!side && used < MOVE_COLUMNS)
		printf("%*s", MOVE_COLUMNS - used, "");
}

static void print_transition(const struct model_transition *transition)
{
	static const char *const events[] = {
		[TCPWARD_CONN_EVENT_NEW] = "new",
		[TCPWARD_CONN_EVENT_END] = "record ended",
		[TCPWARD_CONN_EVENT_FORGET] = "forgotten on request",
		[TCPWARD_CONN_EVENT_EVICT] = "evicted for a newer one",
		[TCPWARD_CONN_EVENT_RESTORE] = "restored",
	};
	char text[FORMAT_TEXT];

	printf("%s", format_clock(transition->time_us, text));
	print_side(transition, 0);
	print_side(transition, 1);
	if (transition->has_event &&
	    transition->event < sizeof(events) / sizeof(*events))
		printf("  %s%s%s", paint(PAINT_BOLD),
		       events[transition->event], paint_end());
	if (transition->moved && transition->to == TCPWARD_STATE_TIME_WAIT &&
	    transition->expires)
		printf("  %s left",
		       format_ms(transition->expires_ms, text));
	if (transition->moved && transition->to > TCPWARD_STATE_ESTABLISHED &&
	    transition->from == TCPWARD_STATE_ESTABLISHED &&
	    transition->closed_by == transition->side)
		printf("  %s closes first", side_text(transition->side));
	putchar('\n');
}

static int on_transition(const struct model_transition *transition, void *arg)
{
	struct watching *watching = arg;

	if (!filter_match_transition(watching->filter, transition))
		return 0;
	if (tool.format == OUTPUT_TEXT)
		print_transition(transition);
	else
		json_transition(transition);
	return printed(watching);
}

/* An overflow is told at once; the gap behind it then tells how many. */
static void on_lost(uint64_t count, void *arg)
{
	struct watching *watching = arg;

	watching->lost += count;
	watching->overflow |= !count;
	if (tool.format != OUTPUT_TEXT)
		print_json(json_pack("{s:s, s:o}", "type", "lost", "count",
				     count ? json_integer(count) :
				     json_null()), "lost");
	else if (count)
		tool_note("%" PRIu64 " events lost; going on", count);
	else
		tool_note("too slow: the buffer overflowed; going on");
	fflush(stdout);
}

/* What has come is written out whenever nothing more has: see nl_receive(). */
static int stream(struct nl_client *client, struct watching *watching)
{
	const struct nl_handlers handlers = {
		.verdict = on_verdict,
		.transition = on_transition,
		.lost = on_lost,
		.arg = watching,
	};
	int err = 0;

	if (isatty(STDERR_FILENO) && !watching->left)
		tool_note("watching; Ctrl-C ends it");
	if (tool.format == OUTPUT_JSON)
		json_array_begin("events");
	fflush(stdout);
	while (!stop && !err) {
		err = nl_receive(client, &handlers, POLL_MS);
		fflush(stdout);
		if (err == -EINTR)
			err = 0;
	}
	if (tool.format == OUTPUT_JSON)
		json_array_end(json_pack("{s:I, s:b}", "lost",
					 (json_int_t)watching->lost,
					 "overflow", watching->overflow));
	else if (watching->lost || watching->overflow)
		tool_note("%" PRIu64 " events lost in all%s", watching->lost,
			  watching->overflow ? "; the buffer overflowed" : "");
	return err < 0 ? err : 0;
}

static int run(struct watching *watching)
{
	struct nl_client *client;
	int err, code = EXIT_DONE;

	catch_signals();
	err = nl_open(&client);
	if (!err)
		err = nl_subscribe(client, NL_TRANSITIONS | NL_VERDICTS);
	if (!err)
		err = stream(client, watching);
	if (err)
		code = nl_fail(client, err, "cannot watch");
	nl_end(client);
	return code;
}

static int take_options(int argc, char **argv, uint64_t *count)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ 0 },
	};
	char *end;

	while (getopt_long(argc, argv, "c:", options, NULL) == 'c') {
		errno = 0;
		*count = strtoull(optarg, &end, 10);
		if (errno || *end || *optarg < '0' || *optarg > '9' || !*count)
			return tool_fail(EXIT_USAGE, NULL, "1 or more",
					 "'%s' is no count", optarg);
	}
	return 0;
}

int cmd_watch(int argc, char **argv)
{
	static char output[OUTPUT_BYTES];	/* until the program ends */
	struct watching watching = { 0 };
	struct filter *filter;
	const char *timed;
	int code;

	code = take_options(argc, argv, &watching.left);
	if (code)
		return code;
	filter = filter_parse(argc - optind, argv + optind);
	if (!filter)
		return EXIT_USAGE;
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	watching.filter = filter;
	timed = filter_timed_word(filter);
	if (timed)
		code = tool_fail(EXIT_USAGE, NULL,
				 "list and show know it",
				 "filter: watch cannot tell '%s'", timed);
	else
		code = run(&watching);
	filter_free(filter);
	return code;
}
