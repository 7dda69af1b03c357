// SPDX-License-Identifier: GPL-2.0
/*
 * Did a dropped segment matter? In three ways it can:
 *   its receiver would have taken something from it,
 *   it is of a connection in which both ends are, or
 *   without it an end waits for ever for what it would else be told.
 * The last is found by trying: from now on the network is at its best, and
 * both ends repeat what they must, once through the middle box and once
 * without it.
 */
#include "model.h"

#include <string.h>

#define PATIENCE 7		/* repetitions, each twice as late: 127 s */
#define PATIENCE_HALF 5		/* half open without being asked for */
#define ROUND 64		/* deliveries within one repetition */

static bool connected(const struct end *end)
{
	return end->state > LISTEN;
}

/* The connection of @x that sends now has also sent @seg. */
static bool sent_by(const struct end *x, const struct segment *seg)
{
	return connected(x) && seq_at_most(x->iss, seg->seq) &&
	       seq_at_most(seg->seq + segment_space(seg), x->nxt);
}

static bool knows(const struct end *x, const struct end *y)
{
	return x->state >= ESTABLISHED && seq_less(y->iss, x->rcv_nxt) &&
	       seq_at_most(x->rcv_nxt, y->nxt);
}

bool same_connection(const struct end *x, const struct end *y)
{
	return knows(x, y) && knows(y, x);
}

/*
 * @x opens and has taken a SYN that @y does not open with for the peer's: a
 * forged one, or a late copy. By the RFC its opening is lost.
 */
static bool drawn_in(const struct end *x, const struct end *y)
{
	return x->state == SYN_RECEIVED && x->flags & END_ACTIVE &&
	       !(connected(y) && seq_less(y->iss, x->rcv_nxt) &&
		 seq_at_most(x->rcv_nxt, y->nxt));
}

static bool learned(const struct end *before, const struct end *after)
{
	return before->state != after->state ||
	       before->una != after->una ||
	       before->rcv_nxt != after->rcv_nxt ||
	       before->wnd != after->wnd ||
	       before->unread != after->unread;
}

/* A half-open connection of an end that listens: nobody has asked for it. */
static bool idle_half(const struct end *end)
{
	return connected(end) && end->una == end->iss &&
	       !(end->flags & END_ACTIVE);
}

static bool accepted(const struct scenario *sc, const struct state *st,
		     const struct passage *p)
{
	const struct end *x = &st->end[p->side], *y = &st->end[!p->side];
	struct segment answer;
	struct end end = *y;

	if (p->seg.flags & RST ? idle_half(y) : !sent_by(x, &p->seg))
		return false;
	if ((p->seg.flags & (SYN | ACK)) == SYN && x->state > SYN_RECEIVED)
		return false;
	end_receive(&end, &sc->rules[!p->side], &p->seg, &answer);
	return learned(y, &end);
}

static void send(const struct scenario *sc, struct state *st,
		 unsigned int side, const struct segment *seg)
{
	if (!bag_full(sc, st->before[side]))
		bag_put(st->before[side], seg, true);
}

/* One segment of @side reaches its receiver, through the box or past it. */
static void carry(const struct scenario *sc, struct state *st,
		  unsigned int side, bool box)
{
	struct passage passage = { .side = side };
	struct complaint ignored = {};
	struct segment answer;

	if (!bag_empty(st->after[side])) {
		passage.seg = st->after[side][0];
		bag_take(st->after[side], 0);
		if (end_receive(&st->end[!side], &sc->rules[!side],
				&passage.seg, &answer))
			send(sc, st, !side, &answer);
	} else if (!bag_empty(st->before[side])) {
		passage.seg = st->before[side][0];
		bag_take(st->before[side], 0);
		if (!box || middle_take(sc, st, &passage, &ignored))
			bag_put(st->after[side], &passage.seg, true);
	}
}

static void repeat(const struct scenario *sc, struct state *st,
		   unsigned int side, unsigned int times)
{
	struct end *end = &st->end[side];
	struct segment out;

	if (end_can_read(end) && end_read(end, &sc->rules[side], &out))
		send(sc, st, side, &out);
	if (idle_half(end) && times == PATIENCE_HALF)
		end_forget(end);
	end->timeouts = 1;
	end->probes = 1;
	if (end_can_time_out(end) ? end_time_out(end, &sc->rules[side], &out) :
	    end_can_probe(end) && end_probe(end, &sc->rules[side], &out))
		send(sc, st, side, &out);
}

/* Opening, or connected with an end that does not know of it. */
static bool stuck(const struct end *x, const struct end *y)
{
	if (!connected(x) || idle_half(x) || drawn_in(x, y) ||
	    x->state == TIME_WAIT)
		return false;
	return x->una != x->nxt || !same_connection(x, y);
}

static bool ends_stuck(const struct scenario *sc, const struct state *from,
		       bool box)
{
	struct scenario best = *sc;
	struct state st = *from;
	unsigned int i, k;

	best.in_flight = BAG;
	for (i = 0; ; i++) {
		for (k = 0; k < ROUND && !network_empty(&st); k++)
			carry(&best, &st, k & 1, box);
		if (!stuck(&st.end[0], &st.end[1]) &&
		    !stuck(&st.end[1], &st.end[0]))
			return false;
		if (i == PATIENCE)
			return true;
		st.now_ms += 1000u << i;
		repeat(&best, &st, 0, i);
		repeat(&best, &st, 1, i);
	}
}

const char *segment_needed(const struct scenario *sc,
			   const struct state *before,
			   const struct state *after,
			   const struct passage *p)
{
	const struct end *x = &before->end[p->side];
	const struct end *y = &before->end[!p->side];

	if (drawn_in(x, y) || drawn_in(y, x))
		return NULL;
	if (accepted(sc, before, p))
		return "a segment was dropped that its receiver would take";
	if (same_connection(x, y) && sent_by(x, &p->seg) &&
	    (p->seg.flags & (SYN | ACK)) != SYN)
		return "a segment of a connection was dropped";
	if (ends_stuck(sc, after, true) && !ends_stuck(sc, before, false))
		return "a segment was dropped, an end waits for ever";
	return NULL;
}
