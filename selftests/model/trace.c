// SPDX-License-Identifier: GPL-2.0
/*
 * A broken promise as a case for segplay: what the middle box saw, with the
 * verdicts that it gave, and at last what it should have given. What it did
 * not see stands beside it as comments.
 */
#include "model.h"

#include <stdio.h>
#include <string.h>

static const char *const deeds[DEEDS] = {
	[DEED_OPEN] = "opens",
	[DEED_WRITE] = "writes",
	[DEED_CLOSE] = "closes its side",
	[DEED_LEAVE] = "closes both ways",
	[DEED_ABORT] = "aborts",
	[DEED_CRASH] = "crashes",
	[DEED_READ] = "reads",
	[DEED_TIME_OUT] = "times out",
	[DEED_PROBE] = "sends a keep-alive",
	[DEED_LOSE_BEFORE] = "'s segment is lost before the box",
	[DEED_DELIVER] = "'s segment arrives",
	[DEED_DELIVER_COPY] = "'s segment arrives, a copy follows",
	[DEED_LOSE_AFTER] = "'s segment is lost behind the box",
};

static void print_segment(const struct segment *seg, unsigned int side)
{
	printf("%c>%c ", 'A' + side, 'B' - side);
	if (seg->flags == ACK && !seg->len)
		printf(".");
	else
		printf("%s%s%s%s%s", seg->flags & SYN ? "S" : "",
		       seg->flags & FIN ? "F" : "",
		       seg->flags & RST ? "R" : "", seg->len ? "P" : "",
		       seg->flags & ACK ? "A" : "");
	printf(" %u", seg->seq);
	if (seg->len)
		printf(":%u", seg->seq + seg->len);
	if (seg->flags & ACK)
		printf(" ack %u", seg->ack);
	if (!(seg->flags & RST))
		printf(" w%u", seg->window);
}

static const char *verdict(const struct passage *p,
			   const struct complaint *complaint)
{
	if (complaint->wanted_pass)
		return "PQ";
	switch (p->ruling.verdict) {
	case TCPWARD_VERDICT_PASS:
		return "P";
	case TCPWARD_VERDICT_QUIET:
		return "Q";
	default:
		return "D";
	}
}

static void print_passage(const struct passage *p,
			  const struct complaint *complaint)
{
	uint8_t reason = p->ruling.reason;

	print_segment(&p->seg, p->side);
	printf(" {%s}", verdict(p, complaint));
	if (p->forged)
		printf("\t# forged");
	if (reason)
		printf("\t# got %s %s", p->ruling.verdict ==
		       TCPWARD_VERDICT_DROP ? "DROP" : "QUIET",
		       tcpw_reasons[reason].name);
	printf("\n");
}

static void print_ends(const struct state *st)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		const struct end *end = &st->end[side];

		printf("# %c: %s iss %u una %u nxt %u rcv.nxt %u; shown %s\n",
		       'A' + side, end_state_name(end->state), end->iss,
		       end->una, end->nxt, end->rcv_nxt, tcpw_state_name(
				tcpw_shown_state(&st->middle.conn, side)));
	}
}

static void print_action(const struct action *a, const struct state *before,
			 const struct state *after)
{
	const struct segment *bag = a->deed == DEED_LOSE_BEFORE ?
				    before->before[a->side] :
				    before->after[a->side];

	if (after->now_ms != before->now_ms)
		printf("+%us\n", (unsigned int)(after->now_ms -
						before->now_ms) / 1000);
	if (!deeds[a->deed])
		return;
	printf("# %c%s%s", 'A' + a->side,
	       *deeds[a->deed] == '\'' ? "" : " ", deeds[a->deed]);
	if (*deeds[a->deed] == '\'') {
		printf(": ");
		print_segment(&bag[a->which], a->side);
	}
	printf("\n");
}

/* States that the record should show; the numbers of a forgery's victim. */
static void print_wanted(const struct state *st, const struct passage *last,
			 const struct complaint *complaint)
{
	const struct end *end = st->end;

	if (complaint->wanted_pass || last->happened)
		return;
	printf("state A=%s B=%s\n",
	       end_state_name(end[0].state == LISTEN ? CLOSED : end[0].state),
	       end_state_name(end[1].state == LISTEN ? CLOSED : end[1].state));
}

/* What the last verdict said, or that no segment was refused. */
static const char *word_of(const struct finding *finding)
{
	return finding->reason ? tcpw_reasons[finding->reason].name :
				 "states";
}

void print_case(const struct scenario *sc, const struct finding *finding,
		unsigned int number)
{
	const struct complaint none = {};
	struct complaint complaint;
	struct state st, before;
	struct passage passage;
	unsigned int i;
	bool last;

	printf("# %s, %s: %s\ncase model-%u\n", sc->name,
	       word_of(finding), finding->complaint.what, number);
	if (sc->tw_stale_syn == TCPWARD_TW_STALE_SYN_QUIET)
		printf("set tw_stale_syn=quiet\n");
	state_init(sc, &st);
	for (i = 0; i < finding->path_length; i++) {
		last = i + 1 == finding->path_length;
		before = st;
		act(sc, &st, &finding->path[i], &passage, &complaint);
		print_action(&finding->path[i], &before, &st);
		if (passage.happened)
			print_passage(&passage, last ? &finding->complaint :
						       &none);
	}
	print_ends(&st);
	print_wanted(&st, &passage, &finding->complaint);
}
