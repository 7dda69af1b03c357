/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink client (libnl): requests, dumps and event streams. No function
 * prints but nl_fail(); all return 0 or a negative errno value.
 */
#ifndef TCPWARD_NL_H
#define TCPWARD_NL_H

#include "model.h"

#include "core/core.h"

struct nl_client;

/*
 * Connect to the module and compare ABI versions. On failure *client still
 * holds what nl_fail() needs and must be closed.
 */
int nl_open(struct nl_client **client);
void nl_end(struct nl_client *client); /* libnl owns the name nl_close */

/*
 * Report the last failure of @client: @what could not be done; why by errno
 * and the kernel's extack text; what to do (load the module, CAP_NET_ADMIN).
 * Returns the exit code that fits.
 */
int nl_fail(struct nl_client *client, int error, const char *what);

/* The kernel's extack text of the last failure, or NULL. */
const char *nl_extack(const struct nl_client *client);
/* Type of the top-level attribute that extack pointed at, or 0. */
int nl_bad_attribute(const struct nl_client *client);
/* Whether the table changed while the last dump was read. */
bool nl_interrupted(const struct nl_client *client);

int nl_stats(struct nl_client *client, struct model_stats *stats);

/* What time does to judging; all 0 in mode off. */
struct nl_judging {
	uint64_t for_ms;
	uint32_t adopt_ms;	/* rest of the time to adopt forwarded segments */
	uint32_t pressed_ms;	/* likewise any, after the table was full */
};

/* @judging may be NULL. */
int nl_config_get(struct nl_client *client, struct tcpw_config *cfg,
		  struct nl_judging *judging);
/* Set the knobs whose bit (index in tcpw_knobs[]) is in @mask, all or none. */
int nl_config_set(struct nl_client *client, const struct tcpw_config *cfg,
		  uint32_t mask);

/*
 * Dump connections; a callback that returns non-zero ends the dump with it.
 * @brief: without records, sequence numbers, windows and options.
 */
int nl_conns(struct nl_client *client, const struct model_filter *filter,
	     bool brief,
	     int (*each)(const struct model_conn *conn, void *arg), void *arg);
/* One connection by both ends, whichever opened; -ENOENT when unknown. */
int nl_conn_get(struct nl_client *client, const struct model_address *one,
		const struct model_address *other, struct model_conn *conn);
int nl_conn_del(struct nl_client *client, const struct model_address *one,
		const struct model_address *other);
/* Forget all that match; @forgotten: how many those were. */
int nl_conns_del(struct nl_client *client, const struct model_filter *filter,
		 uint32_t *forgotten);

/* Count of segments per reason, indexed by enum tcpward_reason. */
int nl_reason_counts(struct nl_client *client,
		     uint64_t counts[TCPWARD_REASON_MAX + 1]);

/* Event streams; each needs a client of its own. */
#define NL_TRANSITIONS 1
#define NL_VERDICTS 2

struct nl_handlers {
	/*
	 * Non-zero ends nl_receive() with that value; what was received with
	 * it, in the same datagram or another, is not told any more.
	 */
	int (*segment)(const struct model_segment *segment, void *arg);
	int (*verdict)(const struct model_segment *segment, void *arg);
	int (*transition)(const struct model_transition *transition,
			  void *arg);
	/* @count messages were lost (gap in the sequence, ENOBUFS: 0). */
	void (*lost)(uint64_t count, void *arg);
	void *arg;
};

int nl_subscribe(struct nl_client *client, unsigned int groups);
int nl_trace_start(struct nl_client *client,
		   const struct model_filter *filter);
/* For poll(2). */
int nl_fd(const struct nl_client *client);
/*
 * Read what has arrived, waiting at most @timeout_ms (-1: for ever, until a
 * signal: -EINTR). 0 when the time is over.
 */
int nl_receive(struct nl_client *client, const struct nl_handlers *handlers,
	       int timeout_ms);

#endif
