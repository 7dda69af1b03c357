// SPDX-License-Identifier: GPL-2.0
/*
 * N requests over one connection beside N requests over N connections: what
 * keep-alive saves, by the kernel's count where it can be had.
 */
#include "probe.h"

#include <string.h>

struct tally {
	uint64_t time_us;
	unsigned int failed;
	unsigned int connections;
	unsigned int tls_full;
	unsigned int tls_resumed;
	bool known;		/* the kernel's part below */
	unsigned int segments;
	unsigned int handshakes;
	unsigned int closes;
	unsigned int time_waits[2];	/* at the client, at the server */
};

static bool reached(const struct probe_kernel *kernel, uint8_t side,
		    enum tcpward_state state)
{
	for (unsigned int i = 0; i < kernel->move_count; i++)
		if (kernel->moves[i].side == side &&
		    kernel->moves[i].to == state)
			return true;
	return false;
}

/* Both ends have sent their FIN. */
static bool closed(const struct probe_kernel *kernel)
{
	return (reached(kernel, 0, TCPWARD_STATE_FIN_WAIT_1) ||
		reached(kernel, 0, TCPWARD_STATE_LAST_ACK)) &&
	       (reached(kernel, 1, TCPWARD_STATE_FIN_WAIT_1) ||
		reached(kernel, 1, TCPWARD_STATE_LAST_ACK));
}

static void add_conn(struct tally *tally, const struct probe_conn *conn)
{
	const struct probe_kernel *kernel = &conn->kernel;
	int waiting = probe_kernel_time_wait(kernel);

	tally->connections++;
	if (conn->tls.done)
		*(conn->tls.resumed ? &tally->tls_resumed :
				      &tally->tls_full) += 1;
	tally->known &= kernel->known;
	tally->segments += probe_kernel_segments(kernel);
	tally->handshakes += reached(kernel, 0, TCPWARD_STATE_ESTABLISHED);
	tally->closes += closed(kernel);
	if (waiting >= 0)
		tally->time_waits[waiting]++;
}

static struct tally add_up(const struct probe_run *run)
{
	struct tally tally = { .known = !probe_watch_missing(run->watch) };
	const struct probe_request *request;
	uint64_t last_us;

	for (unsigned int i = 0; i < run->count; i++) {
		request = &run->requests[i];
		last_us = request->start_us;
		for (int phase = 0; phase < PROBE_PHASES; phase++)
			if (request->end_us[phase])
				last_us = request->end_us[phase];
		tally.time_us += last_us - request->start_us;
		tally.failed += request->error.code != EXIT_DONE;
	}
	for (const struct probe_conn *conn = run->conns; conn;
	     conn = conn->next)
		add_conn(&tally, conn);
	return tally;
}

static json_t *counted(const struct tally *tally, unsigned int value)
{
	return tally->known ? json_integer(value) : json_null();
}

static json_t *tally_json(const struct tally *tally)
{
	return json_pack("{s:I, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:o}",
			 "time_us", (json_int_t)tally->time_us,
			 "failed", tally->failed,
			 "connections", tally->connections,
			 "tls_handshakes", tally->tls_full,
			 "tls_resumptions", tally->tls_resumed,
			 "segments", counted(tally, tally->segments),
			 "tcp_handshakes", counted(tally, tally->handshakes),
			 "closes", counted(tally, tally->closes),
			 "time_waits_client",
			 counted(tally, tally->time_waits[0]),
			 "time_waits_server",
			 counted(tally, tally->time_waits[1]));
}

static void print_row(const char *name, bool known, unsigned int one,
		      unsigned int many)
{
	if (known)
		printf("  %-34s %14u %16u\n", name, one, many);
	else
		printf("  %-34s %14s %16s\n", name, "-", "-");
}

static void print_table(const struct probe_settings *set,
			const struct tally *one, const struct tally *many)
{
	bool known = one->known && many->known;
	char first[24], second[24];

	probe_heading("%u requests to %s", set->compare, set->urls[0]);
	printf("  %-34s %14s %16s\n", "", "one connection",
	       "one for each");
	printf("  %-34s %14s %16s\n", "time of all requests",
	       probe_time_text(first, one->time_us),
	       probe_time_text(second, many->time_us));
	print_row("connections", true, one->connections, many->connections);
	if (one->tls_full + one->tls_resumed) {
		print_row("TLS handshakes, full", true, one->tls_full,
			  many->tls_full);
		print_row("TLS handshakes, resumed", true, one->tls_resumed,
			  many->tls_resumed);
	}
	print_row("segments", known, one->segments, many->segments);
	print_row("TCP handshakes", known, one->handshakes, many->handshakes);
	print_row("closes, FIN by both ends", known, one->closes,
		  many->closes);
	print_row("TIME_WAIT left at the client", known, one->time_waits[0],
		  many->time_waits[0]);
	print_row("TIME_WAIT left at the server", known, one->time_waits[1],
		  many->time_waits[1]);
}

static void print_compare(const struct probe_settings *set,
			  const struct tally *one, const struct tally *many,
			  const char *missing)
{
	if (tool.format != OUTPUT_TEXT) {
		tool_print_json(json_pack(
			"{s:i, s:s, s:{s:s, s:i, s:o, s:o}, s:s?}",
			"schema_version", TOOL_SCHEMA_VERSION, "type",
			"compare", "compare_keepalive", "url", set->urls[0],
			"requests", set->compare, "keepalive",
			tally_json(one), "no_keepalive", tally_json(many),
			"kernel_missing", missing));
		return;
	}
	print_table(set, one, many);
	if (missing)
		tool_note("no kernel's count: %s", missing);
	else
		printf("  the counts of segments, handshakes, closes and TIME_WAIT are the kernel's\n");
}

static const char *missing_in(const struct probe_run *run)
{
	const struct probe_conn *conn = run->conns;

	for (; conn; conn = conn->next)
		if (probe_kernel_missing(run->watch, conn))
			break;
	return probe_kernel_missing(run->watch, conn ? conn : run->conns);
}

static int report_failure(const struct probe_run *run)
{
	for (unsigned int i = 0; i < run->count; i++) {
		const struct probe_error *error = &run->requests[i].error;

		if (error->code)
			return tool_fail(error->code, error->why, error->fix,
					 "%s", error->what);
	}
	return EXIT_DONE;
}

int probe_compare(const struct probe_settings *set,
		  struct probe_watch *watch)
{
	struct probe_settings apart = *set;
	struct probe_run *one, *many;
	struct tally tally[2];
	int code = EXIT_REFUSED;

	apart.keepalive = false;
	one = probe_run(set, watch, set->compare);
	many = probe_run(&apart, watch, set->compare);
	if (one && many) {
		code = report_failure(one);
		if (!code)
			code = report_failure(many);
	}
	if (!code) {
		tally[0] = add_up(one);
		tally[1] = add_up(many);
		print_compare(set, &tally[0], &tally[1],
			      missing_in(one) ? missing_in(one) :
						missing_in(many));
	}
	if (one)
		probe_run_free(one);
	if (many)
		probe_run_free(many);
	return code;
}
