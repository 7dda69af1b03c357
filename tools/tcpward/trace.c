// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward trace: every judged segment as it comes, until the user, a count or
 * a time ends it; then the connections as ladders.
 */
#include "trace.h"
#include "filter.h"
#include "nl.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct trace {
	struct filter *filter;
	const char *svg;
	FILE *svg_file;
	unsigned long count;		/* 0: without end */
	uint64_t time_ms;		/* 0: without end */
	bool live;			/* lines as they come */
	bool keep;			/* for ladders or a document */
	struct nl_client *segments;
	struct nl_client *transitions;	/* NULL when nothing is kept */
	struct trace_conns conns;
	unsigned long seen;
	uint64_t lost;
	bool overrun;			/* lost some, not known how many */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = 1;
}

/* Without SA_RESTART: the signal has to wake poll(). */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	interrupted = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* --- options ------------------------------------------------------------ */

static int parse_count(struct trace *trace, const char *text)
{
	char *end;

	errno = 0;
	trace->count = strtoul(text, &end, 10);
	if (errno || *end || *text == '-' || !trace->count)
		return tool_fail(EXIT_USAGE, "not a number from 1 on", NULL,
				 "--count %s", text);
	return 0;
}

static int parse_time(struct trace *trace, const char *text)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (*end || end == text || !(seconds >= 0.001 && seconds <= 1e9))
		return tool_fail(EXIT_USAGE,
				 "not a number of seconds from 0.001 on", NULL,
				 "--time %s", text);
	trace->time_ms = seconds * 1000;
	return 0;
}

static int take_option(struct trace *trace, const char *word,
		       const char *value)
{
	if (!strncmp(word, "--svg", 5)) {
		trace->svg = value;
		return 0;
	}
	if (!strncmp(word, "--time", 6))
		return parse_time(trace, value);
	return parse_count(trace, value);
}

/* main() has checked that each option is known and has its value. */
static int parse(struct trace *trace, int argc, char **argv)
{
	int i, words = 0, error;
	const char *value;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			while (++i < argc)
				argv[words++] = argv[i];
			break;
		}
		if (argv[i][0] != '-') {
			argv[words++] = argv[i];
			continue;
		}
		value = strchr(argv[i], '=');
		error = take_option(trace, argv[i], value ? value + 1 :
				    argv[i + 1]);
		if (error)
			return error;
		i += !value;
	}
	trace->filter = filter_parse(words, argv);
	if (!trace->filter)
		return EXIT_USAGE;
	value = filter_timed_word(trace->filter);
	if (value)
		return tool_fail(EXIT_USAGE, "no segment tells it",
				 "'tcpward list' knows it",
				 "trace cannot filter by '%s'", value);
	return 0;
}

/* --- receiving ---------------------------------------------------------- */

static bool finished(const struct trace *trace)
{
	return interrupted || (trace->count && trace->seen >= trace->count);
}

static void print_json_line(const struct trace_conn *conn,
			    const struct model_segment *segment)
{
	json_t *object = trace_json_segment(conn, segment);

	json_object_set_new(object, "schema_version",
			    json_integer(TOOL_SCHEMA_VERSION));
	tool_print_json(object);
}

static int on_segment(const struct model_segment *segment, void *arg)
{
	struct model_segment copy = *segment;
	struct trace *trace = arg;
	struct trace_conn *conn;

	if (finished(trace))
		return 1;
	if (!filter_match_segment(trace->filter, segment))
		return 0;
	conn = trace_conn_of(&trace->conns, &copy);
	if (!conn)
		return -ENOMEM;
	trace->seen++;
	if (trace->keep)
		trace_keep(&trace->conns, conn, &copy);
	if (trace->live)
		trace_print_line(conn, &copy);
	if (tool.format == OUTPUT_JSON_LINES)
		print_json_line(conn, &copy);
	return finished(trace);
}

static int on_transition(const struct model_transition *transition, void *arg)
{
	struct trace *trace = arg;

	trace_keep_transition(&trace->conns, transition);
	return finished(trace);
}

static void on_lost(uint64_t count, void *arg)
{
	struct trace *trace = arg;

	trace->lost += count;
	trace->overrun |= !count;
	if (tool.format == OUTPUT_JSON_LINES && count)
		tool_print_json(json_pack("{s:i, s:s, s:I}", "schema_version",
					  TOOL_SCHEMA_VERSION, "type", "lost",
					  "segments", (json_int_t)count));
	else if (trace->live && count)
		tool_note("%" PRIu64 " segments were lost here", count);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds that may be waited, -1: any time. */
static int wait_ms(const struct trace *trace, uint64_t start_ms)
{
	uint64_t gone_ms = now_ms() - start_ms;

	if (!trace->time_ms)
		return -1;
	if (gone_ms >= trace->time_ms)
		return 0;
	return trace->time_ms - gone_ms > 60000 ? 60000 :
	       (int)(trace->time_ms - gone_ms);
}

/* Transitions have no part in the segments' sequence: losses are theirs. */
static int receive(struct trace *trace, uint64_t start_ms)
{
	const struct nl_handlers handlers = {
		.segment = on_segment,
		.transition = on_transition,
		.lost = on_lost,
		.arg = trace,
	};
	const struct nl_handlers quiet = {
		.transition = on_transition,
		.arg = trace,
	};
	struct pollfd fd[2] = {
		{ .fd = nl_fd(trace->segments), .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};
	int ready, error;

	if (trace->transitions)
		fd[1].fd = nl_fd(trace->transitions);
	ready = poll(fd, 2, wait_ms(trace, start_ms));
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	error = fd[0].revents ? nl_receive(trace->segments, &handlers, 0) : 0;
	if (!error && fd[1].revents)
		error = nl_receive(trace->transitions, &quiet, 0);
	return error == -EINTR ? 0 : error;
}

static int stream(struct trace *trace)
{
	uint64_t start_ms = now_ms();
	int error = 0;

	while (!error && !finished(trace) && wait_ms(trace, start_ms))
		error = receive(trace, start_ms);
	if (error < 0)
		return nl_fail(trace->segments, error,
			       "cannot go on receiving segments");
	return 0;
}

/* --- begin and end ------------------------------------------------------ */

/* Before anything is traced: a bad name must not cost the trace. */
static int open_svg(struct trace *trace)
{
	int fd;

	if (!trace->svg)
		return 0;
	fd = open(trace->svg, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		trace->svg_file = fdopen(fd, "w");
	if (!trace->svg_file)
		return tool_fail(EXIT_REFUSED, strerror(errno), NULL,
				 "cannot write %s", trace->svg);
	return 0;
}

/* A file made for this trace, and only that, goes again. */
static void discard_svg(const struct trace *trace)
{
	if (trace->svg_file && !lseek(fileno(trace->svg_file), 0, SEEK_END))
		unlink(trace->svg);
}

static int write_svg(struct trace *trace)
{
	FILE *out = trace->svg_file;
	int error = 0;

	if (!out)
		return 0;
	if (!trace->conns.first) {
		discard_svg(trace);
		return tool_fail(EXIT_REFUSED, "no segment was seen that fits"
				 " the filter", NULL, "%s is not written",
				 trace->svg);
	}
	if (ftruncate(fileno(out), 0) && errno != EINVAL)
		error = errno;
	ladder_print_svg(trace->conns.first->ladder, out);
	if (fflush(out))
		error = errno;
	if (error)
		return tool_fail(EXIT_REFUSED, strerror(error), NULL,
				 "cannot write %s", trace->svg);
	if (trace->conns.count > 1)
		tool_note("%s shows the first of %u connections", trace->svg,
			  trace->conns.count);
	return 0;
}

static int start(struct trace *trace)
{
	struct model_filter filter;
	int error;

	filter_for_kernel(trace->filter, &filter);
	error = nl_open(&trace->segments);
	if (!error)
		error = nl_trace_start(trace->segments, &filter);
	if (error)
		return nl_fail(trace->segments, error, "cannot trace segments");
	if (trace->keep) {
		error = nl_open(&trace->transitions);
		if (!error)
			error = nl_subscribe(trace->transitions,
					     NL_TRANSITIONS);
	}
	if (error)
		return nl_fail(trace->transitions, error,
			       "cannot listen to transitions");
	return 0;
}

/* What the records say of TIME-WAIT now that the trace ends. */
static void ask_time_wait(struct trace *trace)
{
	struct nl_client *client = NULL;
	struct model_conn record;
	struct trace_conn *conn;

	if (nl_open(&client))
		goto close_client;
	for (conn = trace->conns.first; conn; conn = conn->next) {
		if (conn->end[0].state != TCPWARD_STATE_TIME_WAIT &&
		    conn->end[1].state != TCPWARD_STATE_TIME_WAIT)
			continue;
		if (nl_conn_get(client, &conn->end[0].at, &conn->end[1].at,
				&record) ||
		    record.id != conn->id || !record.expires)
			continue;
		conn->time_wait_left_ms = record.expires_ms;
		ladder_set_time_wait(conn->ladder, record.expires_ms);
	}
close_client:
	nl_end(client);
}

static int finish(struct trace *trace)
{
	if (trace->keep)
		ask_time_wait(trace);
	if (tool.format == OUTPUT_TEXT) {
		if (trace->live && trace->seen)
			putchar('\n');
		trace_print_ladders(&trace->conns);
	} else if (tool.format == OUTPUT_JSON) {
		trace_print_document(&trace->conns, trace->lost);
	}
	fflush(stdout);
	if (trace->lost)
		tool_note("%" PRIu64 " segments came too fast and are missing",
			  trace->lost);
	else if (trace->overrun)
		tool_note("segments came too fast: the last ones are missing");
	if (trace->conns.unkept)
		tool_note("the last %" PRIu64 " segments are not drawn: more"
			  " than %d are not kept", trace->conns.unkept,
			  TRACE_KEPT);
	return write_svg(trace);
}

static int run(struct trace *trace)
{
	int code = open_svg(trace);

	if (!code)
		code = start(trace);
	if (code) {
		discard_svg(trace);
		return code;
	}
	catch_signals();
	tool_note("tracing%s", trace->count || trace->time_ms ? "" :
		  "; Ctrl-C ends it and draws the ladders");
	code = stream(trace);
	return code ? code : finish(trace);
}

int cmd_trace(int argc, char **argv)
{
	struct trace trace = {
		.live = tool.format == OUTPUT_TEXT && isatty(STDOUT_FILENO),
	};
	int code;

	code = parse(&trace, argc, argv);
	trace.keep = tool.format != OUTPUT_JSON_LINES || trace.svg;
	trace.conns.json = tool.format == OUTPUT_JSON;
	if (!code)
		code = run(&trace);
	nl_end(trace.segments);
	nl_end(trace.transitions);
	trace_free(&trace.conns);
	if (trace.svg_file)
		fclose(trace.svg_file);
	filter_free(trace.filter);
	return code;
}
