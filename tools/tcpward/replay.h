/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of `tcpward replay` hand to each other. */
#ifndef TCPWARD_REPLAY_H
#define TCPWARD_REPLAY_H

#include "capture.h"

#include "core/core.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* --- records (replay_table.c) ------------------------------------------ */

struct replay_table;

/* Which connection a record is about, as long as its opener stays. */
struct replay_identity {
	uint64_t id;		/* counts the connections, from 1 */
	uint32_t iss;		/* of the opener */
	uint8_t client;
};

/* A connection as the core sees it. */
struct replay_record {
	struct tcpw_conn conn;
	struct tcpw_ext *ext;
	struct replay_identity now;
	struct replay_identity former;	/* may come back (R37, R95) */
};

struct replay_table *replay_table_new(void);
void replay_table_free(struct replay_table *table);

/*
 * The record for @seg and in @side its sender's index; NULL where none has
 * been kept. A record whose time is over at @now_ms is removed before.
 */
struct replay_record *replay_table_find(struct replay_table *table,
					const struct capture_segment *seg,
					uint64_t now_ms, unsigned int *side);

/* Add a blank record for @seg, which has none. NULL without memory. */
struct replay_record *replay_table_add(struct replay_table *table,
				       const struct capture_segment *seg);

void replay_table_remove(struct replay_table *table,
			 struct replay_record *record);

/* --- judging (replay_judge.c) ------------------------------------------ */

/* What became of one segment. */
struct replay_line {
	const struct capture_segment *at;
	struct tcpw_seg seg;
	struct tcpw_ruling ruling;
	uint64_t conn;		/* 0: no record */
	uint64_t base_us;	/* time of the first one judged */
	bool first;		/* of the replay */
	bool begins;		/* a connection */
	bool from_client;
	uint8_t client;		/* enum tcpward_state afterwards, as shown */
	uint8_t server;
};

struct replay_summary {
	uint64_t segments;
	uint64_t verdicts[TCPWARD_VERDICT_DROP + 1];
	uint64_t flagged;
	uint64_t connections;
	uint64_t unreadable;
	uint64_t reasons[TCPWARD_REASON_MAX + 1];	/* and flags */
};

struct replay {
	struct tcpw_config cfg;
	struct replay_table *table;
	struct replay_summary sum;
	uint64_t last_us;	/* time of the last packet, as in the file */
	uint64_t clock_us;	/* runs forward only, from 1 hour */
	uint64_t base_us;
};

/* Judge @at. Returns 0, or -ENOMEM. */
int replay_judge(struct replay *replay, const struct capture_segment *at,
		 struct replay_line *line);

/* --- output (replay_json.c, replay_text.c) ----------------------------- */

/* The number of the first rule of a reason: "R74" of "R74, R75". */
int replay_rule_len(unsigned int reason);

void replay_json_begin(void);
void replay_json_segment(const struct replay_line *line);
/* @error, which may be NULL, becomes part of the document of -j. */
void replay_json_end(const struct replay_summary *sum, json_t *error);

void replay_text_segment(const struct replay_line *line);
void replay_text_end(const struct replay_summary *sum);

#endif
