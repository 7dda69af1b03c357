/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the trace command owe each other. */
#ifndef TCPWARD_TRACE_H
#define TCPWARD_TRACE_H

#include "ladder_model.h"

#include <jansson.h>
#include <uthash.h>

/* Segments that are kept for the ladders at most; about 400 bytes each. */
#define TRACE_KEPT 200000

/* Both ends, the smaller address first: without padding, hashed as it is. */
struct trace_key {
	uint8_t addr[2][16];
	uint16_t port[2];
	uint32_t family;
};

struct trace_conn {
	struct trace_key key;
	unsigned int number;		/* from 1, in order of appearance */
	bool has_id;
	uint64_t id;
	struct model_endpoint end[2];	/* as last seen: client, server */
	struct ladder *ladder;
	json_t *segments;		/* NULL: not wanted */
	struct ladder_base base[2];	/* of the live lines */
	uint64_t time_wait_left_ms;
	struct trace_conn *next;	/* in order of appearance */
	UT_hash_handle hh;		/* the latest between its ends */
};

struct trace_conns {
	struct trace_conn *by_key;
	struct trace_conn *first;
	struct trace_conn *last;
	unsigned int count;
	unsigned int kept;
	uint64_t unkept;		/* segments beyond TRACE_KEPT */
	bool json;			/* keep segments as JSON */
};

/*
 * The connection of @segment, a new one if need be; @segment is turned round
 * where it calls the other end the client. NULL for lack of memory.
 */
struct trace_conn *trace_conn_of(struct trace_conns *conns,
				 struct model_segment *segment);
void trace_keep(struct trace_conns *conns, struct trace_conn *conn,
		const struct model_segment *segment);
void trace_keep_transition(struct trace_conns *conns,
			   const struct model_transition *transition);
void trace_free(struct trace_conns *conns);

json_t *trace_json_segment(const struct trace_conn *conn,
			   const struct model_segment *segment);
/* One line on a terminal, as it happens. */
void trace_print_line(struct trace_conn *conn,
		      const struct model_segment *segment);
void trace_print_ladders(const struct trace_conns *conns);
void trace_print_document(const struct trace_conns *conns, uint64_t lost);

#endif
