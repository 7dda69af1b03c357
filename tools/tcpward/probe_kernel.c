// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's view of the probe's connections: events kept while the requests
 * run, joined by address and port after the close. Without the module, or the
 * privilege, it only says what is missing.
 */
#include "probe.h"

#include "nl.h"
#include "probe_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How long the last events of a close are waited for. */
#define SETTLE_MS 1000
#define SETTLE_STEP_MS 50

static void *grow(void *array, unsigned int count, size_t size)
{
	/* Room doubles: 16, 32, 64 ... */
	if (count && (count < 16 || count & (count - 1)))
		return array;
	return realloc(array, (count ? 2 * count : 16) * size);
}

static bool wanted(const struct probe_watch *watch,
		   const struct model_endpoint *a,
		   const struct model_endpoint *b)
{
	for (unsigned int i = 0; i < watch->remote_count; i++)
		if (model_address_equal(&watch->remotes[i].at, &a->at) ||
		    model_address_equal(&watch->remotes[i].at, &b->at))
			return true;
	return false;
}

static int on_transition(const struct model_transition *transition, void *arg)
{
	struct probe_watch *watch = arg;
	void *grown;

	if (!wanted(watch, &transition->client, &transition->server))
		return 0;
	grown = grow(watch->transitions, watch->transition_count,
		     sizeof(*transition));
	if (!grown)
		return -ENOMEM;
	watch->transitions = grown;
	watch->transitions[watch->transition_count++] = *transition;
	return 0;
}

static int keep_segment(struct model_segment **segments, unsigned int *count,
			const struct model_segment *segment)
{
	void *grown = grow(*segments, *count, sizeof(*segment));

	if (!grown)
		return -ENOMEM;
	*segments = grown;
	(*segments)[(*count)++] = *segment;
	return 0;
}

static int on_verdict(const struct model_segment *segment, void *arg)
{
	struct probe_watch *watch = arg;

	if (segment->verdict != TCPWARD_VERDICT_DROP ||
	    !wanted(watch, &segment->client, &segment->server))
		return 0;
	return keep_segment(&watch->refused, &watch->refused_count, segment);
}

static int on_segment(const struct model_segment *segment, void *arg)
{
	struct probe_watch *watch = arg;

	return keep_segment(&watch->segments, &watch->segment_count, segment);
}

static void on_lost(uint64_t count, void *arg)
{
	struct probe_watch *watch = arg;

	watch->events_lost += count ? count : 1;
}

static struct nl_handlers handlers_of(struct probe_watch *watch)
{
	return (struct nl_handlers){
		.segment = on_segment,
		.verdict = on_verdict,
		.transition = on_transition,
		.lost = on_lost,
		.arg = watch,
	};
}

static void set_missing(struct probe_watch *watch, int error)
{
	const char *why = strerror(-error);

	if (error == -ENOENT)
		why = "the tcpward module is not loaded";
	else if (error == -EPERM)
		why = "permission denied: CAP_NET_ADMIN is needed";
	else if (error == -EPROTO)
		why = "module and tool are of different ABI versions";
	snprintf(watch->missing, sizeof(watch->missing), "%s", why);
}

/* Asks for a connection that is not there, to hear whether it may ask. */
static bool may_ask(struct nl_client *query)
{
	struct model_address nowhere = { .family = AF_INET };
	struct model_conn none;

	return nl_conn_get(query, &nowhere, &nowhere, &none) != -EPERM;
}

struct probe_watch *probe_watch_open(bool trace)
{
	struct probe_watch *watch = calloc(1, sizeof(*watch));
	int error;

	if (!watch)
		return NULL;
	watch->trace = trace;
	error = nl_open(&watch->query);
	if (!error && !may_ask(watch->query))
		error = -EPERM;
	if (!error)
		error = nl_open(&watch->events);
	if (!error)
		error = nl_subscribe(watch->events,
				     NL_TRANSITIONS | NL_VERDICTS);
	if (error)
		set_missing(watch, error);
	return watch;
}

void probe_watch_close(struct probe_watch *watch)
{
	for (unsigned int i = 0; i < watch->remote_count; i++)
		nl_end(watch->remotes[i].trace);
	nl_end(watch->events);
	nl_end(watch->query);
	free(watch->remotes);
	free(watch->transitions);
	free(watch->refused);
	free(watch->segments);
	free(watch);
}

const char *probe_watch_missing(const struct probe_watch *watch)
{
	return watch->missing[0] ? watch->missing : NULL;
}

/* Trace what belongs to @at; a trace that fails leaves the ladder out. */
static struct nl_client *start_trace(struct probe_watch *watch,
				     const struct model_address *at)
{
	struct model_filter filter = {
		.family = at->family,
		.has_addr = true,
		.prefix_len = at->family == AF_INET6 ? 128 : 32,
		.has_port = true,
		.port = at->port,
	};
	struct nl_client *trace;
	int error;

	memcpy(filter.addr, at->addr, sizeof(filter.addr));
	error = nl_open(&trace);
	if (!error)
		error = nl_trace_start(trace, &filter);
	if (!error)
		return trace;
	nl_end(trace);
	set_missing(watch, error);
	return NULL;
}

void probe_watch_remote(struct probe_watch *watch,
			const struct model_address *remote)
{
	struct watch_remote *grown;

	if (watch->missing[0])
		return;
	for (unsigned int i = 0; i < watch->remote_count; i++)
		if (model_address_equal(&watch->remotes[i].at, remote))
			return;
	grown = grow(watch->remotes, watch->remote_count, sizeof(*grown));
	if (!grown)
		return;
	watch->remotes = grown;
	grown += watch->remote_count++;
	grown->at = *remote;
	grown->trace = watch->trace ? start_trace(watch, remote) : NULL;
}

unsigned int probe_watch_fds(const struct probe_watch *watch,
			     struct curl_waitfd *fds, unsigned int room)
{
	unsigned int count = 0;

	if (watch->missing[0])
		return 0;
	fds[count++].fd = nl_fd(watch->events);
	for (unsigned int i = 0; i < watch->remote_count && count < room; i++)
		if (watch->remotes[i].trace)
			fds[count++].fd = nl_fd(watch->remotes[i].trace);
	for (unsigned int i = 0; i < count; i++)
		fds[i].events = CURL_WAIT_POLLIN;
	return count;
}

void probe_watch_drain(struct probe_watch *watch, int timeout_ms)
{
	const struct nl_handlers handlers = handlers_of(watch);

	if (watch->missing[0])
		return;
	nl_receive(watch->events, &handlers, timeout_ms);
	for (unsigned int i = 0; i < watch->remote_count; i++)
		if (watch->remotes[i].trace)
			nl_receive(watch->remotes[i].trace, &handlers, 0);
}

bool probe_of_conn(const struct probe_conn *conn,
		   const struct model_endpoint *a,
		   const struct model_endpoint *b)
{
	return (model_address_equal(&conn->local, &a->at) &&
		model_address_equal(&conn->remote, &b->at)) ||
	       (model_address_equal(&conn->local, &b->at) &&
		model_address_equal(&conn->remote, &a->at));
}

/* No further event of its close is to be expected. */
static bool settled(const struct probe_watch *watch,
		    const struct probe_conn *conn)
{
	enum tcpward_state at[2] = { TCPWARD_STATE_LISTEN,
				     TCPWARD_STATE_LISTEN };

	for (unsigned int i = 0; i < watch->transition_count; i++) {
		const struct model_transition *move = &watch->transitions[i];

		if (move->moved && move->side < 2 &&
		    probe_of_conn(conn, &move->client, &move->server))
			at[move->side] = move->to;
	}
	for (int side = 0; side < 2; side++)
		if (at[side] != TCPWARD_STATE_LISTEN &&
		    at[side] != TCPWARD_STATE_CLOSED &&
		    at[side] != TCPWARD_STATE_TIME_WAIT)
			return false;
	return true;
}

static void take_transition(struct probe_kernel *kernel,
			    const struct model_transition *transition)
{
	void *grown;

	if (transition->has_event &&
	    transition->event == TCPWARD_CONN_EVENT_END && !kernel->known) {
		kernel->conn.client = transition->client;
		kernel->conn.server = transition->server;
		kernel->conn.closed_by = transition->closed_by;
		kernel->known = true;
	}
	if (!transition->moved)
		return;
	grown = grow(kernel->moves, kernel->move_count,
		     sizeof(*kernel->moves));
	if (!grown)
		return;
	kernel->moves = grown;
	kernel->moves[kernel->move_count++] = (struct probe_move){
		.at_us = probe_from_epoch_us(transition->time_us),
		.side = transition->side,
		.from = transition->from,
		.to = transition->to,
	};
}

static void join(struct probe_watch *watch, struct probe_conn *conn)
{
	struct probe_kernel *kernel = &conn->kernel;

	kernel->events_lost = watch->events_lost;
	kernel->known = conn->local.family &&
			!nl_conn_get(watch->query, &conn->local,
				     &conn->remote, &kernel->conn);
	for (unsigned int i = 0; i < watch->transition_count; i++)
		if (probe_of_conn(conn, &watch->transitions[i].client,
				  &watch->transitions[i].server))
			take_transition(kernel, &watch->transitions[i]);
	for (unsigned int i = 0; i < watch->refused_count; i++)
		if (probe_of_conn(conn, &watch->refused[i].client,
				  &watch->refused[i].server))
			keep_segment(&kernel->refused, &kernel->refused_count,
				     &watch->refused[i]);
}

void probe_watch_join(struct probe_watch *watch, struct probe_run *run)
{
	uint64_t end_us = probe_now_us() + SETTLE_MS * 1000;
	struct probe_conn *conn;

	if (watch->missing[0])
		return;
	do {
		probe_watch_drain(watch, SETTLE_STEP_MS);
		for (conn = run->conns; conn && settled(watch, conn);)
			conn = conn->next;
	} while (conn && probe_now_us() < end_us);
	for (conn = run->conns; conn; conn = conn->next)
		join(watch, conn);
}

const char *probe_kernel_missing(const struct probe_watch *watch,
				 const struct probe_conn *conn)
{
	if (watch->missing[0])
		return watch->missing;
	if (!conn || !conn->local.family)
		return "no connection came about";
	if (!conn->kernel.known)
		return "the module holds no record of this connection: is its mode off in this network namespace, or the address translated?";
	return NULL;
}

int probe_kernel_time_wait(const struct probe_kernel *kernel)
{
	if (!kernel->known)
		return -1;
	if (kernel->conn.client.state == TCPWARD_STATE_TIME_WAIT)
		return 0;
	return kernel->conn.server.state == TCPWARD_STATE_TIME_WAIT ? 1 : -1;
}

uint32_t probe_kernel_segments(const struct probe_kernel *kernel)
{
	return kernel->conn.client.segments + kernel->conn.server.segments;
}

void probe_kernel_clear(struct probe_kernel *kernel)
{
	free(kernel->moves);
	free(kernel->refused);
}
