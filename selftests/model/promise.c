// SPDX-License-Identifier: GPL-2.0
/*
 * The invariants: what the core promises in every state that can be reached
 * (README.rst says them in words).
 */
#include "model.h"

#include "core/saved.h"

#include <string.h>

#define LONGEST_MS 7440000	/* no deadline lies further off (R84) */

/* R94: the first copies of a SYN that looks stale; 500 ms later it passes. */
static bool may_retry(const struct state *before, const struct passage *p)
{
	const struct tcpw_ext *ext = &before->middle.ext;

	return p->ruling.reason == TCPWARD_REASON_REUSE_TOO_OLD &&
	       !(before->middle.has_ext && ext->stale &&
		 ext->stale_seq == p->seg.seq &&
		 before->now_ms - ext->stale_ms >= 500);
}

/* A strict box does not know connections that were silent for hours. */
static bool unknown_by_right(const struct state *before,
			     const struct passage *p)
{
	uint8_t reason = p->ruling.reason;

	return before->orphaned &&
	       (reason == TCPWARD_REASON_NO_RECORD ||
		reason == TCPWARD_REASON_RESET_WITHOUT_RECORD ||
		reason == TCPWARD_REASON_DATA_BEFORE_HANDSHAKE ||
		reason == TCPWARD_REASON_SYNACK_WITHOUT_SYN);
}

/* RULES 1.4: its FIN or probe octet, beyond the window, was lost. */
static bool beyond_edge(const struct state *before, const struct passage *p)
{
	const struct end *x = &before->end[p->side];

	return p->ruling.reason == TCPWARD_REASON_RIGHT_OF_WINDOW &&
	       !segment_space(&p->seg) &&
	       seq_less(x->una + x->wnd, p->seg.seq);
}

static void check_drop(const struct scenario *sc, const struct state *before,
		       const struct state *after, const struct passage *p,
		       struct complaint *complaint)
{
	if (may_retry(before, p) || unknown_by_right(before, p) ||
	    beyond_edge(before, p))
		return;
	complaint->what = segment_needed(sc, before, after, p);
	complaint->wanted_pass = complaint->what;
}

static bool synchronized(uint8_t state)
{
	return state >= TCPWARD_STATE_ESTABLISHED;
}

static bool finished(uint8_t state)
{
	return state == TCPWARD_STATE_TIME_WAIT ||
	       state == TCPWARD_STATE_CLOSED;
}

/* The record is of a connection, and it is the one that the ends have. */
static bool alive(const struct state *st)
{
	const struct tcpw_conn *conn = &st->middle.conn;
	uint8_t a = conn->ep[0].state, b = conn->ep[1].state;

	return conn->kind == TCPWARD_KIND_OPEN && synchronized(a) &&
	       synchronized(b) && !(finished(a) && finished(b)) &&
	       same_connection(&st->end[0], &st->end[1]);
}

/* R37: forged openings may stand in front, the record stays behind them. */
static void check_forgery(const struct state *before,
			  const struct state *after,
			  struct complaint *complaint)
{
	const struct tcpw_conn *was = &before->middle.conn;
	const struct tcpw_conn *is = &after->middle.conn;
	const struct tcpw_conn *shadow = &after->middle.ext.shadow;

	if (alive(before) && memcmp(was, is, sizeof(*was)) &&
	    memcmp(was, shadow, sizeof(*was)))
		complaint->what = "a forged segment changed a live connection";
}

/* From here on nothing more is said: the record goes at its deadline. */
static void check_end(const struct state *st, struct complaint *complaint)
{
	struct middle mid = st->middle;
	uint64_t now_ms = st->now_ms;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (mid.conn.kind == TCPWARD_KIND_BLANK)
			return;
		if (!mid.conn.deadline_ms ||
		    mid.conn.deadline_ms > now_ms + LONGEST_MS) {
			complaint->what = "the record has no end in sight";
			return;
		}
		if (now_ms < mid.conn.deadline_ms)
			now_ms = mid.conn.deadline_ms;
		if (tcpw_expire(&mid.conn, mid.has_ext ? &mid.ext : NULL,
				now_ms) && mid.conn.kind)
			break;
	}
	complaint->what = "the record outlives its deadlines";
}

/* What is saved now is no file that restore refuses. */
static void check_saved(const struct state *st, struct complaint *complaint)
{
	const struct middle *mid = &st->middle;
	struct tcpw_saved_conn conn;
	struct tcpw_saved_ext ext;

	if (mid->conn.kind == TCPWARD_KIND_BLANK)
		return;
	tcpw_save_conn(&conn, &mid->conn, st->now_ms);
	if (mid->has_ext)
		tcpw_save_ext(&ext, &mid->ext, st->now_ms);
	if (tcpw_saved_fault(&conn, mid->has_ext ? &ext : NULL))
		complaint->what = "the record is saved, and refused by restore";
}

void check_passage(const struct scenario *sc, const struct state *before,
		   const struct state *after, const struct passage *p,
		   struct complaint *complaint)
{
	if (complaint->what)
		return;
	if (p->forged)
		check_forgery(before, after, complaint);
	else if (p->ruling.verdict == TCPWARD_VERDICT_DROP)
		check_drop(sc, before, after, p, complaint);
	if (!complaint->what)
		check_end(after, complaint);
	if (!complaint->what)
		check_saved(after, complaint);
}

static bool is_finished(const struct end *end)
{
	return (end->state == CLOSED || end->state == LISTEN) &&
	       end->flags & END_DONE;
}

/* @x has received and acknowledged all that @y has sent, and @y knows. */
static bool heard(const struct end *x, const struct end *y)
{
	return x->rcv_nxt == y->nxt && y->una == y->nxt;
}

static bool agreed(const struct end *a, const struct end *b)
{
	if (a->state >= ESTABLISHED && b->state >= ESTABLISHED)
		return heard(a, b) && heard(b, a);
	if (a->state == TIME_WAIT)
		return is_finished(b) && a->una == a->nxt;
	return b->state == TIME_WAIT && is_finished(a) && b->una == b->nxt;
}

static uint8_t as_shown(uint8_t state)
{
	static const uint8_t shown[] = {
		[CLOSED] = TCPWARD_STATE_CLOSED,
		[LISTEN] = TCPWARD_STATE_CLOSED,
		[SYN_SENT] = TCPWARD_STATE_SYN_SENT,
		[SYN_RECEIVED] = TCPWARD_STATE_SYN_RECEIVED,
		[ESTABLISHED] = TCPWARD_STATE_ESTABLISHED,
		[FIN_WAIT_1] = TCPWARD_STATE_FIN_WAIT_1,
		[FIN_WAIT_2] = TCPWARD_STATE_FIN_WAIT_2,
		[CLOSE_WAIT] = TCPWARD_STATE_CLOSE_WAIT,
		[CLOSING] = TCPWARD_STATE_CLOSING,
		[LAST_ACK] = TCPWARD_STATE_LAST_ACK,
		[TIME_WAIT] = TCPWARD_STATE_TIME_WAIT,
	};

	return shown[state];
}

void check_state(const struct scenario *sc, const struct state *st,
		 struct complaint *complaint)
{
	const struct tcpw_conn *conn = &st->middle.conn;
	unsigned int side;

	/* Who has sent a RST counts as closed until both ends speak (R71). */
	if (complaint->what || st->orphaned || !network_empty(st) ||
	    conn->kind == TCPWARD_KIND_RESET ||
	    !agreed(&st->end[0], &st->end[1]))
		return;
	for (side = 0; side < 2; side++)
		if (!(st->end[side].flags & END_BLURRED) && tcpw_shown_state(conn, side) !=
		    as_shown(st->end[side].state))
			complaint->what = "the ends agree, the record shows other states";
}
