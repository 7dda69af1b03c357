// SPDX-License-Identifier: GPL-2.0
/* The probe's connections as ladders: segments traced, phases as bands. */
#define _GNU_SOURCE
#include "probe.h"

#include "ladder.h"
#include "probe_watch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void add_phase(struct ladder *ladder, uint64_t at_us,
		      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_phase(struct ladder *ladder, uint64_t at_us,
		      const char *format, ...)
{
	char label[80];
	va_list args;

	va_start(args, format);
	vsnprintf(label, sizeof(label), format, args);
	va_end(args);
	ladder_add_phase(ladder, probe_epoch_us(at_us), label);
}

/* A band where each phase begins; the last where the response is whole. */
static void add_phases(struct ladder *ladder,
		       const struct probe_request *request,
		       const struct probe_conn *conn)
{
	const uint64_t *end = request->end_us;
	uint64_t ready_us = request->start_us;

	if (end[PROBE_DNS]) {
		add_phase(ladder, request->start_us, "DNS: %s", conn->host);
		add_phase(ladder, conn->opened_us, "TCP handshake");
		ready_us = end[PROBE_TCP];
	}
	if (end[PROBE_TLS]) {
		add_phase(ladder, end[PROBE_TCP], "TLS handshake");
		ready_us = end[PROBE_TLS];
	}
	if (request->request.head.len)
		add_phase(ladder, ready_us, "request: %s %s",
			  request->request.start[0],
			  request->request.start[1]);
	if (end[PROBE_TRANSFER])
		add_phase(ladder, end[PROBE_TRANSFER], "response: %s %s",
			  request->response.start[1],
			  request->response.start[2] ?
			  request->response.start[2] : "");
	else if (request->error.what)
		add_phase(ladder, conn->opened_us, "failed");
}

static struct ladder *make_ladder(const struct probe_watch *watch,
				  const struct probe_run *run,
				  const struct probe_conn *conn)
{
	struct ladder *ladder = ladder_new();

	if (!ladder)
		return NULL;
	for (unsigned int i = 0; i < watch->segment_count; i++)
		if (probe_of_conn(conn, &watch->segments[i].client,
				  &watch->segments[i].server))
			ladder_add(ladder, &watch->segments[i]);
	for (unsigned int i = 0; i < run->count; i++)
		if (run->requests[i].conn == conn)
			add_phases(ladder, &run->requests[i], conn);
	if (probe_kernel_time_wait(&conn->kernel) >= 0)
		ladder_set_time_wait(ladder, conn->kernel.conn.expires_ms);
	return ladder;
}

static int write_svg(const struct ladder *ladder, const char *path)
{
	FILE *out = fopen(path, "w");
	int error;

	if (!out)
		return tool_fail(EXIT_REFUSED, strerror(errno), NULL,
				 "cannot write %s", path);
	ladder_print_svg(ladder, out);
	error = fflush(out) ? errno : 0;
	if (fclose(out) && !error)
		error = errno;
	if (error)
		return tool_fail(EXIT_REFUSED, strerror(error), NULL,
				 "cannot write %s", path);
	return EXIT_DONE;
}

static void print_ladder(const struct ladder *ladder,
			 const struct probe_conn *conn)
{
	char local[MODEL_ADDRESS_TEXT], remote[MODEL_ADDRESS_TEXT];

	probe_heading("Ladder of %s to %s",
		      model_address_text(&conn->local, local),
		      model_address_text(&conn->remote, remote));
	ladder_print(ladder, stdout, tool.columns, tool.utf8, tool.color);
}

/* The list of connections is newest first; ladders come oldest first. */
static int draw(const struct probe_watch *watch, const struct probe_run *run,
		const struct probe_conn *conn)
{
	int code = conn->next ? draw(watch, run, conn->next) : EXIT_DONE;
	struct ladder *ladder = make_ladder(watch, run, conn);

	if (!ladder)
		return code;
	if (run->set->ladder && tool.format == OUTPUT_TEXT)
		print_ladder(ladder, conn);
	if (run->set->svg && !conn->next)
		code = write_svg(ladder, run->set->svg);
	ladder_free(ladder);
	return code;
}

int probe_ladders(const struct probe_watch *watch,
		  const struct probe_run *run)
{
	const char *missing = probe_watch_missing(watch);

	if (!run->set->ladder && !run->set->svg)
		return EXIT_DONE;
	if (missing)
		return tool_fail(EXIT_NO_MODULE, missing,
				 "'tcpward status' shows what to do",
				 "no ladder: its segments come from the kernel");
	return run->conns ? draw(watch, run, run->conns) : EXIT_DONE;
}
