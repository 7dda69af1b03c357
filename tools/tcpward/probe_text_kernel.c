// SPDX-License-Identifier: GPL-2.0
/* For people: what the kernel saw of a connection of the probe. */
#include "probe.h"

#include "core/core.h"

static void print_moves(const struct probe_conn *conn, uint8_t side)
{
	const struct probe_kernel *kernel = &conn->kernel;
	char line[400];
	size_t len = 0;

	line[0] = '\0';
	for (unsigned int i = 0; i < kernel->move_count; i++) {
		const struct probe_move *move = &kernel->moves[i];
		int64_t us = move->at_us - conn->opened_us;

		if (move->side != side || len >= sizeof(line) - 60)
			continue;
		len += snprintf(line + len, sizeof(line) - len,
				"%s%s +%.2fms", len ? ", " : "",
				tcpw_state_name(move->to),
				us > 0 ? us / 1e3 : 0);
	}
	printf("  %-15s ", side ? "server" : "client");
	probe_wrap(18, line);
}

static void print_refused(const struct probe_kernel *kernel)
{
	for (unsigned int i = 0; i < kernel->refused_count; i++) {
		const struct model_segment *segment = &kernel->refused[i];
		const struct tcpw_reason *reason =
			&tcpw_reasons[segment->reason];

		printf("  %-15s from the %s: %s (%s, %s)%s\n",
		       i ? "" : "refused",
		       segment->side ? "server" : "client", reason->name,
		       reason->rule, reason->source,
		       segment->observed ? ", observed only" : "");
	}
	if (!kernel->refused_count)
		printf("  %-15s none\n", "refused");
}

static void print_close(const struct probe_kernel *kernel)
{
	int waiting = probe_kernel_time_wait(kernel);

	if (kernel->conn.closed_by >= 0)
		printf("  %-15s the %s\n", "closed first",
		       kernel->conn.closed_by ? "server" : "client");
	if (waiting >= 0)
		printf("  %-15s at the %s, %.1f s left\n", "TIME_WAIT",
		       waiting ? "server" : "client",
		       kernel->conn.expires_ms / 1e3);
}

void probe_print_kernel(const struct probe_watch *watch,
			const struct probe_conn *conn)
{
	char local[MODEL_ADDRESS_TEXT], remote[MODEL_ADDRESS_TEXT], rtt[24];
	const char *missing = probe_kernel_missing(watch, conn);
	const struct model_conn *model = &conn->kernel.conn;

	if (missing) {
		tool_note("no view of the kernel: %s", missing);
		return;
	}
	probe_heading("The kernel's view of %s to %s",
		      model_address_text(&conn->local, local),
		      model_address_text(&conn->remote, remote));
	printf("  %-15s %u: %u from the client, %u from the server; %u retransmitted\n",
	       "segments", probe_kernel_segments(&conn->kernel),
	       model->client.segments, model->server.segments,
	       model->client.retransmitted + model->server.retransmitted);
	if (model->has_rtt)
		printf("  %-15s %s\n", "handshake RTT",
		       probe_time_text(rtt, model->handshake_rtt_us));
	print_moves(conn, 0);
	print_moves(conn, 1);
	print_refused(&conn->kernel);
	print_close(&conn->kernel);
	if (conn->kernel.events_lost)
		printf("  %-15s %llu events, so that the above may lack something\n",
		       "lost", (unsigned long long)conn->kernel.events_lost);
}
