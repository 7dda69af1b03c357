// SPDX-License-Identifier: GPL-2.0
/*
 * What can happen in a state, and what comes of it. An action that would
 * send into a full leg waits: that bounds the exploration, it loses nothing.
 */
#include "model.h"

#include <string.h>

#define WAIT_MS 61000		/* longer than TIME-WAIT of both, 2 * 30 s */
#define SILENCE_MS 7500000	/* longer than any deadline of the record */
#define TIME_OUT_MS 1000
#define START_MS 1000000

struct list {
	struct action *at;
	unsigned int count;
};

void state_init(const struct scenario *sc, struct state *st)
{
	unsigned int side;

	memset(st, 0, sizeof(*st));
	for (side = 0; side < 2; side++) {
		struct end *end = &st->end[side];

		end->flags = sc->listens[side] ? END_LISTENS : 0;
		end->opens = sc->opens[side];
		end->writes = sc->writes[side];
		end->timeouts = sc->timeouts[side];
		end->probes = sc->probes[side];
		end->aborts = sc->aborts[side];
		end->crashes = sc->crashes[side];
		end_forget(end);
	}
	st->now_ms = START_MS;
	st->copies = sc->copies;
	st->losses = sc->losses;
	st->forgeries = sc->forgeries;
	st->waits = sc->waits;
	st->silences = sc->silences;
}

static void add(struct list *list, enum deed deed, unsigned int side,
		unsigned int which)
{
	list->at[list->count++] = (struct action){ deed, side, which };
}

/* One number right is luck only where there are numbers to guess. */
static unsigned int forgeries(const struct state *st)
{
	if (!st->forgeries)
		return 0;
	return same_connection(&st->end[0], &st->end[1]) ? FORGERIES :
							   FORGERIES_BLIND;
}

static void user_actions(const struct scenario *sc, const struct end *end,
			 unsigned int side, struct list *list)
{
	if (end_can_open(end))
		add(list, DEED_OPEN, side, 0);
	if (end_can_write(end, 1))
		add(list, DEED_WRITE, side, 1);
	if (end_can_write(end, 2))
		add(list, DEED_WRITE, side, 2);
	if (sc->closes[side] && end_can_close(end, &sc->rules[side]))
		add(list, DEED_CLOSE, side, 0);
	if (sc->leaves[side] && end_can_close(end, &sc->rules[side]))
		add(list, DEED_LEAVE, side, 0);
	if (end_can_abort(end))
		add(list, DEED_ABORT, side, 0);
	if (end->crashes && end->state > LISTEN)
		add(list, DEED_CRASH, side, 0);
	if (end_can_read(end))
		add(list, DEED_READ, side, 0);
	if (end_can_time_out(end))
		add(list, DEED_TIME_OUT, side, 0);
	if (end_can_probe(end))
		add(list, DEED_PROBE, side, 0);
}

static void leg_actions(const struct scenario *sc, const struct state *st,
			unsigned int side, bool after, struct list *list)
{
	const struct segment *bag = after ? st->after[side] :
					    st->before[side];
	bool in_order = after ? sc->in_order_after : sc->in_order;
	unsigned int i;

	for (i = 0; i < sc->in_flight && bag[i].used; i++) {
		if (i && (in_order ||
			  !memcmp(&bag[i], &bag[i - 1], sizeof(bag[i]))))
			continue;
		add(list, after ? DEED_DELIVER : DEED_JUDGE, side, i);
		if (st->copies)
			add(list, after ? DEED_DELIVER_COPY :
					  DEED_JUDGE_COPY, side, i);
		if (st->losses)
			add(list, after ? DEED_LOSE_AFTER :
					  DEED_LOSE_BEFORE, side, i);
	}
}

unsigned int actions_of(const struct scenario *sc, const struct state *st,
			struct action *actions)
{
	struct list list = { .at = actions };
	unsigned int side, i;

	for (side = 0; side < 2; side++) {
		user_actions(sc, &st->end[side], side, &list);
		leg_actions(sc, st, side, false, &list);
		leg_actions(sc, st, side, true, &list);
		for (i = 0; i < forgeries(st); i++)
			add(&list, DEED_FORGE, side, i);
	}
	if (!network_empty(st))
		return list.count;
	/* Who waits for an answer does not wait so long in silence. */
	if (st->waits && !end_waits(&st->end[0]) && !end_waits(&st->end[1]))
		add(&list, DEED_WAIT, 0, 0);
	if (st->silences)
		add(&list, DEED_SILENCE, 0, 0);
	return list.count;
}

static bool act_user(const struct scenario *sc, struct end *end,
		     const struct action *a, struct segment *out)
{
	const struct end_rules *rules = &sc->rules[a->side];

	switch (a->deed) {
	case DEED_OPEN:
		return end_open(end, rules, out);
	case DEED_WRITE:
		return end_write(end, rules, a->which, out);
	case DEED_CLOSE:
		return end_close(end, rules, false, out);
	case DEED_LEAVE:
		return end_close(end, rules, true, out);
	case DEED_ABORT:
		return end_abort(end, out);
	case DEED_READ:
		return end_read(end, rules, out);
	case DEED_TIME_OUT:
		return end_time_out(end, rules, out);
	case DEED_PROBE:
		return end_probe(end, rules, out);
	case DEED_CRASH:
		end->crashes--;
		end_forget(end);
	}
	return false;
}

static bool act_of_user(const struct scenario *sc, struct state *st,
			const struct action *a)
{
	struct segment out;

	if (a->deed == DEED_TIME_OUT)
		st->now_ms += TIME_OUT_MS;
	if (!act_user(sc, &st->end[a->side], a, &out))
		return true;
	if (bag_full(sc, st->before[a->side]))
		return false;
	bag_put(st->before[a->side], &out, sc->in_order);
	return true;
}

/*
 * An end in CLOSING never was in CLOSE-WAIT, but a FIN that it repeats
 * acknowledges the other FIN. A box that sees only that one cannot know.
 */
static void blur(struct state *st, const struct segment *seg,
		 unsigned int side)
{
	struct end *end = &st->end[side];

	if (seg->flags & FIN && end->state >= CLOSING &&
	    end->state != LAST_ACK && seg->ack == end->rcv_nxt &&
	    !(st->middle.conn.ep[side].flags & TCPW_EP_FIN))
		end->flags |= END_BLURRED;
}

static bool act_judge(const struct scenario *sc, struct state *st,
		      const struct action *a, struct passage *passage,
		      struct complaint *complaint)
{
	struct segment *bag = st->before[a->side];

	passage->side = a->side;
	passage->forged = a->deed == DEED_FORGE;
	if (passage->forged) {
		st->forgeries--;
		forge(sc, st, a->side, a->which, &passage->seg);
	} else {
		passage->seg = bag[a->which];
	}
	if (bag_full(sc, st->after[a->side]))
		return false;
	if (a->deed == DEED_JUDGE_COPY)
		st->copies--;
	else if (!passage->forged)
		bag_take(bag, a->which);
	if (!passage->forged)
		blur(st, &passage->seg, a->side);
	if (middle_take(sc, st, passage, complaint))
		bag_put(st->after[a->side], &passage->seg,
			sc->in_order_after);
	return true;
}

static bool act_deliver(const struct scenario *sc, struct state *st,
			const struct action *a)
{
	struct segment *bag = st->after[a->side];
	unsigned int to = !a->side;
	struct segment in = bag[a->which], out;

	if (a->deed == DEED_DELIVER_COPY)
		st->copies--;
	else
		bag_take(bag, a->which);
	if (!end_receive(&st->end[to], &sc->rules[to], &in, &out))
		return true;
	if (bag_full(sc, st->before[to]))
		return false;
	bag_put(st->before[to], &out, sc->in_order);
	return true;
}

static void act_lose(struct state *st, const struct action *a)
{
	st->losses--;
	bag_take(a->deed == DEED_LOSE_AFTER ? st->after[a->side] :
					      st->before[a->side], a->which);
}

/* Nothing moves for a while. */
static void act_pause(struct state *st, const struct action *a)
{
	bool silence = a->deed == DEED_SILENCE;
	unsigned int side;

	st->now_ms += silence ? SILENCE_MS : WAIT_MS;
	if (silence)
		st->silences--;
	else
		st->waits--;
	for (side = 0; side < 2; side++) {
		struct end *end = &st->end[side];

		/* It gives up what nobody answers. */
		if (end->state == TIME_WAIT || (silence && end_waits(end)))
			end_forget(end);
	}
	middle_expire(st);
	for (side = 0; silence && side < 2; side++)
		if (st->end[side].state > LISTEN)
			st->orphaned = 1;
}

bool act(const struct scenario *sc, struct state *st,
	 const struct action *a, struct passage *passage,
	 struct complaint *complaint)
{
	memset(passage, 0, sizeof(*passage));
	*complaint = (struct complaint){};
	switch (a->deed) {
	case DEED_JUDGE:
	case DEED_JUDGE_COPY:
	case DEED_FORGE:
		return act_judge(sc, st, a, passage, complaint);
	case DEED_DELIVER:
	case DEED_DELIVER_COPY:
		return act_deliver(sc, st, a);
	case DEED_LOSE_BEFORE:
	case DEED_LOSE_AFTER:
		act_lose(st, a);
		return true;
	case DEED_WAIT:
	case DEED_SILENCE:
		act_pause(st, a);
		return true;
	default:
		return act_of_user(sc, st, a);
	}
}
