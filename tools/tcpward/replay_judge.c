// SPDX-License-Identifier: GPL-2.0
/*
 * Takes each captured segment through the core: packet time, record, ruling.
 * Prints nothing.
 */
#include "replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_US 3600000000ULL	/* a clock of 0 would look unset */
#define STEP_BACK_US 1000000ULL

/*
 * The clock of the core runs forward only. Packets a little out of order
 * share a time; a leap back (captures put together) starts a new count.
 */
static uint64_t clock_ms(struct replay *r, uint64_t time_us)
{
	if (!r->sum.segments) {
		r->clock_us = HOUR_US;
		r->base_us = time_us;
		r->last_us = time_us;
	}
	if (time_us > r->last_us)
		r->clock_us += time_us - r->last_us;
	if (time_us > r->last_us || r->last_us - time_us > STEP_BACK_US)
		r->last_us = time_us;
	return r->clock_us / 1000;
}

/* pickup=auto: whatever lived when the capture began has spoken by then. */
static struct tcpw_config config_at(const struct replay *r, uint64_t now_ms)
{
	uint64_t grace_ms = HOUR_US / 1000 + r->cfg.timeout_established_ms;
	struct tcpw_config cfg = r->cfg;

	if (cfg.pickup == TCPWARD_PICKUP_AUTO)
		cfg.pickup = now_ms < grace_ms ? TCPWARD_PICKUP_LOOSE :
						 TCPWARD_PICKUP_STRICT;
	return cfg;
}

static void read_segment(const struct replay *r,
			 const struct capture_segment *at,
			 struct tcpw_seg *seg)
{
	tcpw_seg_parse(seg, at->tcp, at->avail, at->total);
	seg->known = at->known;
	if (r->cfg.csum == TCPWARD_SWITCH_ON && capture_bad_sum(at))
		seg->known |= TCPW_SEG_BAD_SUM;
}

/* R13 accuses the sender; here the capture broke the list of options off. */
static void forgive_cut(const struct capture_segment *at,
			struct tcpw_ruling *ruling)
{
	if (ruling->flag == TCPWARD_REASON_BROKEN_OPTIONS &&
	    at->avail < (at->tcp[12] >> 4) * 4u)
		ruling->flag = TCPWARD_REASON_NONE;
}

static void count(struct replay_summary *sum, const struct tcpw_ruling *ruling)
{
	sum->segments++;
	sum->verdicts[ruling->verdict]++;
	sum->flagged += !!ruling->flag;
	if (ruling->reason)
		sum->reasons[ruling->reason]++;
	if (ruling->flag && ruling->flag != ruling->reason)
		sum->reasons[ruling->flag]++;
}

/*
 * Between the same sockets one connection can follow another within a
 * record (R92, R93, R98), and the former can come back. A new SYN while the
 * handshake still lasts (R35) is the same attempt. True when one begins.
 */
static bool identify(struct replay *r, struct replay_record *rec,
		     bool was_half_open)
{
	uint8_t client = rec->conn.client;
	struct replay_identity now = {
		.iss = rec->conn.ep[client].iss,
		.client = client,
	};

	if (rec->conn.kind == TCPWARD_KIND_BLANK ||
	    (rec->now.id && now.iss == rec->now.iss &&
	     client == rec->now.client))
		return false;
	if (rec->former.id && now.iss == rec->former.iss &&
	    client == rec->former.client) {
		rec->now = rec->former;
		rec->former.id = 0;
		return false;
	}
	if (was_half_open) {
		now.id = rec->now.id;
		rec->now = now;
		return false;
	}
	rec->former = rec->now;
	now.id = ++r->sum.connections;
	rec->now = now;
	return true;
}

/* Give the record what the ruling asks for, then let the core write it. */
static int carry_out(struct replay *r, struct replay_record **record,
		     unsigned int side, const struct tcpw_config *cfg,
		     struct replay_line *line, uint64_t now_ms)
{
	struct replay_record *rec = *record;

	if (!rec && line->ruling.create)
		rec = *record = replay_table_add(r->table, line->at);
	if (!rec)
		return line->ruling.create ? -ENOMEM : 0;
	if (line->ruling.needs_ext && !rec->ext) {
		rec->ext = calloc(1, sizeof(*rec->ext));
		if (!rec->ext)
			return -ENOMEM;
	}
	tcpw_apply(&rec->conn, rec->ext, side, &line->seg, cfg, &line->ruling,
		   now_ms);
	return 0;
}

/* A socket connected to itself: each segment is the other end's, too. */
static int mirror(struct replay *r, struct replay_record **record,
		  const struct capture_segment *at, unsigned int side,
		  const struct tcpw_config *cfg, struct replay_line *line,
		  uint64_t now_ms)
{
	struct tcpw_ruling ruling = line->ruling;
	int err;

	if (!*record || at->sport != at->dport ||
	    memcmp(at->src, at->dst, sizeof(at->src)))
		return 0;
	line->ruling = tcpw_judge(&(*record)->conn, (*record)->ext, !side,
				  &line->seg, cfg, now_ms);
	err = carry_out(r, record, !side, cfg, line, now_ms);
	line->ruling = ruling;
	return err;
}

/* A segment without a record comes from the client unless it is a SYN+ACK. */
static bool sent_by_client(const struct tcpw_conn *conn, unsigned int side,
			   const struct tcpw_seg *seg)
{
	if (conn->kind != TCPWARD_KIND_BLANK)
		return side == conn->client;
	return (seg->flags & (TCPW_SYN | TCPW_ACK)) != (TCPW_SYN | TCPW_ACK);
}

int replay_judge(struct replay *r, const struct capture_segment *at,
		 struct replay_line *line)
{
	static const struct tcpw_conn blank;
	uint64_t now_ms = clock_ms(r, at->time_us);
	struct tcpw_config cfg = config_at(r, now_ms);
	const struct tcpw_conn *conn;
	struct replay_record *rec;
	struct tcpw_conn before;
	unsigned int side;
	int err;

	*line = (struct replay_line){
		.at = at,
		.base_us = r->base_us,
		.first = !r->sum.segments,
	};
	read_segment(r, at, &line->seg);
	rec = replay_table_find(r->table, at, now_ms, &side);
	if (rec)
		identify(r, rec, false);
	before = rec ? rec->conn : blank;
	line->ruling = tcpw_judge(&before, rec ? rec->ext : NULL, side,
				  &line->seg, &cfg, now_ms);
	err = carry_out(r, &rec, side, &cfg, line, now_ms);
	if (!err)
		err = mirror(r, &rec, at, side, &cfg, line, now_ms);
	if (err)
		return err;
	forgive_cut(at, &line->ruling);
	count(&r->sum, &line->ruling);
	if (rec)
		line->begins = identify(r, rec, tcpw_half_open(&before));
	conn = rec ? &rec->conn : &blank;
	line->conn = rec ? rec->now.id : 0;
	/* Where the segment ended the record, its sides are the former's. */
	line->from_client = sent_by_client(conn->kind ? conn : &before, side,
					   &line->seg);
	side = line->from_client ? side : !side;
	line->client = tcpw_shown_state(conn, side);
	line->server = tcpw_shown_state(conn, !side);
	if (rec && rec->conn.kind == TCPWARD_KIND_BLANK)
		replay_table_remove(r->table, rec);
	return 0;
}
