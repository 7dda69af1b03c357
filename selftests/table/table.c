// SPDX-License-Identifier: GPL-2.0
/*
 * Enumerates the state table of one endpoint. Each cell is checked by itself,
 * and the table as a whole against RULES 1.3: all that can be known of an
 * endpoint is walked through, and the state read from the rules' own table.
 */
#include "core/table.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define STATES (TCPWARD_STATE_MAX + 1)

/* What RULES 1.3 knows of an endpoint. */
enum {
	S = 1,		/* has sent SYN */
	s = 2,		/* its SYN is acknowledged */
	p = 4,		/* has acknowledged the peer's SYN */
	F = 8,		/* has sent FIN */
	f = 16,		/* its FIN is acknowledged */
	q = 32,		/* has acknowledged the peer's FIN */
	c = 64,		/* the first FIN carried that acknowledgement */
	KNOWN = 128,
};

static bool failed;

static void fail(enum tcpw_event event, unsigned int state, const char *what)
{
	printf("# %s, %s: %s\n", tcpw_state_name(state),
	       tcpw_event_name(event), what);
	failed = true;
}

static int report(int number, const char *name)
{
	int bad = failed;

	printf("%sok %d - %s\n", failed ? "not " : "", number, name);
	failed = false;
	return bad;
}

/* The rows of RULES 1.3 in their order; where two fit, the later counts. */
static unsigned int state_of(unsigned int known)
{
	static const struct {
		unsigned int set, clear;
		unsigned int state;
	} rows[] = {
		{ 0, 0, TCPWARD_STATE_LISTEN },
		{ S, p, TCPWARD_STATE_SYN_SENT },
		{ S | p, s, TCPWARD_STATE_SYN_RECEIVED },
		{ S | p | s, F | q, TCPWARD_STATE_ESTABLISHED },
		{ q, F, TCPWARD_STATE_CLOSE_WAIT },
		{ F, f | q, TCPWARD_STATE_FIN_WAIT_1 },
		{ F | f, q, TCPWARD_STATE_FIN_WAIT_2 },
		{ F | q | c, f, TCPWARD_STATE_LAST_ACK },
		{ F | q, f | c, TCPWARD_STATE_CLOSING },
		{ F | f | q | c, 0, TCPWARD_STATE_CLOSED },
		{ F | f | q, c, TCPWARD_STATE_TIME_WAIT },
	};
	unsigned int state = TCPWARD_STATE_LISTEN;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((known & rows[i].set) == rows[i].set &&
		    !(known & rows[i].clear))
			state = rows[i].state;
	return state;
}

/* Events that add to what is known: what they need, forbid and add. */
static const struct {
	enum tcpw_event event;
	unsigned int needs, without, adds;
} facts[] = {
	{ TCPW_EVENT_SYN, 0, p, S },
	{ TCPW_EVENT_SYNACK, 0, p, S },
	{ TCPW_EVENT_SEGMENT, S, 0, 0 },
	{ TCPW_EVENT_ACKS_SYN, S | s, p, p },
	{ TCPW_EVENT_ACKS_SYN_FIRST, S, s | p, p },
	{ TCPW_EVENT_SYN_ACKED, S, s, s },
	{ TCPW_EVENT_ACKS_FIN, S | p, q, q },
	{ TCPW_EVENT_FIN, S | p, F | q, F },
	{ TCPW_EVENT_FIN, S | p | q, F, F | c },
	{ TCPW_EVENT_FIN_OVERTAKEN, S | p, F, F },
	{ TCPW_EVENT_FIN_ACKED, S | p | F, f, f | s },
};

#define FACTS (sizeof(facts) / sizeof(facts[0]))

static void follow(unsigned int known, size_t fact, bool *reached)
{
	unsigned int after = known | facts[fact].adds;
	unsigned int state = state_of(known);
	__u8 cell = tcpw_table_cell(facts[fact].event, state);

	if (!tcpw_cell_legal(cell))
		fail(facts[fact].event, state, "refused, but RULES allow it");
	else if (cell != state_of(after))
		fail(facts[fact].event, state, "not the state of RULES 1.3");
	reached[after] = true;
}

/* All facts in all orders: at most one new fact a round. */
static void walk(void)
{
	bool reached[KNOWN] = { true };
	unsigned int round, known;
	size_t i;

	for (round = 0; round < 8; round++)
		for (known = 0; known < KNOWN; known++)
			for (i = 0; reached[known] && i < FACTS; i++)
				if ((known & facts[i].needs) ==
				    facts[i].needs &&
				    !(known & facts[i].without))
					follow(known, i, reached);
}

static void check_cells(void)
{
	unsigned int event, state;
	__u8 cell, reason;

	for (event = 0; event < TCPW_EVENTS; event++)
		for (state = 0; state < STATES; state++) {
			cell = tcpw_table_cell(event, state);
			reason = tcpw_cell_reason(cell);
			if (tcpw_cell_legal(cell) && cell > TCPWARD_STATE_MAX)
				fail(event, state, "no state");
			/* No event leads back to LISTEN: 0 means unset. */
			if (!cell)
				fail(event, state, "unset");
			if (!tcpw_cell_legal(cell) &&
			    (!reason || reason > TCPWARD_REASON_MAX ||
			     !strncmp(tcpw_reasons[reason].source, "-", 2)))
				fail(event, state, "no reason with a source");
		}
}

static void check_names(void)
{
	unsigned int i, k;

	for (i = 0; i < TCPW_EVENTS; i++) {
		if (!tcpw_event_name(i))
			fail(i, 0, "no name");
		for (k = 0; k < i; k++)
			if (!strcmp(tcpw_event_name(i), tcpw_event_name(k)))
				fail(i, 0, "name used twice");
	}
	/* LISTEN is shown as CLOSED; all others differ. */
	for (i = 1; i < STATES; i++)
		for (k = 1; k < i; k++)
			if (!strcmp(tcpw_state_name(i), tcpw_state_name(k)))
				fail(0, i, "name used twice");
}

static void check_reach(void)
{
	bool reached[STATES] = { true };
	unsigned int round, event, state;
	__u8 cell;

	for (round = 0; round < STATES; round++)
		for (state = 0; state < STATES; state++)
			for (event = 0; event < TCPW_EVENTS; event++) {
				if (!reached[state])
					continue;
				cell = tcpw_table_cell(event, state);
				if (tcpw_cell_legal(cell) && cell < STATES)
					reached[cell] = true;
			}
	for (state = 0; state < STATES; state++)
		if (!reached[state])
			fail(0, state, "cannot be reached");
}

/* RULES 10, and resets: cells that no order of facts can ask for. */
static void check_refusals(void)
{
	unsigned int state;

	for (state = 0; state < STATES; state++) {
		bool open = state >= TCPWARD_STATE_ESTABLISHED;

		if (tcpw_table_cell(TCPW_EVENT_RST, state) !=
		    TCPWARD_STATE_CLOSED)
			fail(TCPW_EVENT_RST, state, "not CLOSED");
		if (open && tcpw_cell_legal(tcpw_table_cell(TCPW_EVENT_SYN,
							    state)))
			fail(TCPW_EVENT_SYN, state, "R76 refuses it");
		if (open && tcpw_cell_legal(tcpw_table_cell(
			    TCPW_EVENT_SYNACK_NEW, state)))
			fail(TCPW_EVENT_SYNACK_NEW, state, "R37 refuses it");
	}
	if (tcpw_cell_legal(tcpw_table_cell(TCPW_EVENT_SEGMENT,
					    TCPWARD_STATE_LISTEN)))
		fail(TCPW_EVENT_SEGMENT, TCPWARD_STATE_LISTEN,
		     "R38 refuses it");
}

int main(void)
{
	int bad = 0;

	printf("TAP version 14\n1..5\n");
	check_cells();
	bad |= report(1, "every cell holds a state or a reason");
	check_names();
	bad |= report(2, "events and states have names of their own");
	check_reach();
	bad |= report(3, "every state can be reached");
	walk();
	bad |= report(4, "the table says what RULES 1.3 says");
	check_refusals();
	bad |= report(5, "the table refuses what RULES 10 refuses");
	return bad;
}
