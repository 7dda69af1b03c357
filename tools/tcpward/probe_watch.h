/* SPDX-License-Identifier: GPL-2.0 */
/* What was heard from the module; shared by probe_kernel.c, probe_ladder.c. */
#ifndef TCPWARD_PROBE_WATCH_H
#define TCPWARD_PROBE_WATCH_H

#include "probe.h"

struct nl_client;

struct watch_remote {
	struct model_address at;
	struct nl_client *trace;	/* NULL: not asked for */
};

struct probe_watch {
	struct nl_client *query;
	struct nl_client *events;
	char missing[160];		/* empty: nothing is */
	bool trace;
	struct watch_remote *remotes;
	unsigned int remote_count;
	struct model_transition *transitions;
	unsigned int transition_count;
	struct model_segment *refused;
	unsigned int refused_count;
	struct model_segment *segments;	/* of the traces */
	unsigned int segment_count;
	uint64_t events_lost;
};

/* Whether @a and @b are the ends of @conn, whichever opened. */
bool probe_of_conn(const struct probe_conn *conn,
		   const struct model_endpoint *a,
		   const struct model_endpoint *b);

#endif
