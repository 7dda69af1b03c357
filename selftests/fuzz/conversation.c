// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are a configuration, one octet for each knob, and a
 * conversation, one step of STEP octets each, with numbers relative to what
 * the core knows, so that few bytes lead deep. Owns the caller's part of
 * core.h; the promises are held in promises.c.
 *
 * NARRATE=1 build/fuzz/conversation FILE prints that input as a scenario.
 */
#include "narrate.h"
#include "promises.h"
#include "../lib/at_once.h"

#include <string.h>

#define HEADER (1 + TCPW_KNOBS)
#define STEP 15
#define STEPS_MAX 120

/* The first octet: what the caller does. */
#define NO_MEMORY 0x01		/* never provides an ext */
#define ONE_SOCKET 0x02		/* connected to itself: judged for both sides */
#define COPIES 0x04		/* each segment arrives twice */

struct conversation {
	struct tcpw_config cfg;
	struct memory now;
	uint8_t how;
	uint64_t now_ms;
	uint64_t written_ms;	/* when the record was */
	uint64_t told_ms;	/* when the last segment was narrated */
};

/* --- bytes to segments -------------------------------------------------- */

static int16_t get16(const uint8_t *p)
{
	return (int16_t)(p[0] << 8 | p[1]);
}

/* 0 is the default: so is what a short input lacks. */
static void choose_knob(struct tcpw_config *cfg, const struct tcpw_knob *knob,
			uint8_t choice)
{
	const uint32_t some_ms[] = {
		knob->dflt, knob->min, knob->max, knob->min + 1000,
	};
	uint32_t *slot = tcpw_knob_slot(cfg, knob);

	if (knob->unit == TCPW_UNIT_MS)
		*slot = some_ms[choice % 4];
	else if (knob->values)
		*slot = (knob->dflt + choice) % (knob->max + 1);
}

static void choose_config(struct conversation *c, const uint8_t *p)
{
	unsigned int i;

	tcpw_config_default(&c->cfg);
	for (i = 0; i < TCPW_KNOBS; i++)
		choose_knob(&c->cfg, &tcpw_knobs[i], p[i]);
	if (c->cfg.pickup == TCPWARD_PICKUP_AUTO)
		c->cfg.pickup = TCPWARD_PICKUP_STRICT;
}

static uint32_t own_number(const struct conversation *c, unsigned int side,
			   unsigned int which)
{
	const struct tcpw_endpoint *x = &c->now.conn.ep[side];

	switch (which % 8) {
	case 0:
		return x->nxt;
	case 1:
		return x->una;
	case 2:
		return x->edge;
	case 3:
		return x->iss;
	case 4:
		return x->dend;
	case 5:
		return c->now.ext.shadow.ep[side].nxt;
	case 6:
		return c->now.ext.syn[which / 8 % TCPW_CANDIDATES].end;
	}
	return 0x80000000u * (which / 8);
}

static uint32_t peer_number(const struct conversation *c, unsigned int side,
			    unsigned int which)
{
	if (which % 8 == 6)
		return c->now.ext.synack[which / 8 % TCPW_CANDIDATES].iss + 1;
	if (which % 8 == 7)
		return c->now.ext.syn[which / 8 % TCPW_CANDIDATES].end;
	return own_number(c, !side, which);
}

static void choose_options(struct tcpw_seg *seg, const struct conversation *c,
			   unsigned int side, const uint8_t *p)
{
	unsigned int i;

	seg->options = p[0];
	if (!(seg->options & TCPW_OPT_SACK) || seg->flags & TCPW_RST)
		seg->options &= ~TCPW_OPT_SACK;
	else
		seg->sacks = 1 + p[1] % TCPW_SACK_MAX;
	for (i = 0; i < seg->sacks; i++) {
		seg->sack[2 * i] = seg->ack + (i + 1) * p[1];
		seg->sack[2 * i + 1] = seg->sack[2 * i] + (int8_t)p[2];
	}
	seg->ws = p[1] % 18;
	seg->mss = 1460;
	seg->tsval = c->now.conn.ep[side].tsrecent + (int8_t)p[2] * (1 + p[1]);
	seg->tsecr = c->now.conn.ep[!side].tsrecent;
	if (p[1] & 0x80)
		seg->tsecr += p[1];
}

/* What is seldom: marks of the caller, or a header that cannot be used. */
static void choose_marks(struct tcpw_seg *seg, uint8_t p)
{
	if ((p & 0xf0) == 0xf0)
		seg->bad = TCPWARD_REASON_BAD_HEADER_LENGTH;
	else
		seg->known = p & 0x1f;
	seg->sack_bad = seg->options & TCPW_OPT_SACK && p & 0x20;
}

static void choose_segment(struct tcpw_seg *seg, const struct conversation *c,
			   unsigned int side, const uint8_t *p)
{
	static const uint16_t flags[8] = {
		TCPW_SYN, TCPW_SYN | TCPW_ACK, TCPW_ACK, TCPW_PSH | TCPW_ACK,
		TCPW_FIN | TCPW_ACK, TCPW_RST, TCPW_RST | TCPW_ACK,
		TCPW_URG | TCPW_ACK | TCPW_FIN,
	};

	memset(seg, 0, sizeof(*seg));
	seg->flags = flags[p[0] >> 1 & 7];
	if (p[0] & 0x10)
		seg->flags |= TCPW_ECE | TCPW_CWR | TCPW_AE;
	if (p[0] & 0x20)
		seg->flags |= TCPW_URG;
	seg->seq = own_number(c, side, p[1]) + get16(p + 2);
	seg->ack = peer_number(c, side, p[4]) + get16(p + 5);
	seg->len = p[7] < 0xf0 ? p[7] >> 1 : (p[7] & 0xfu) << 12;
	if (seg->flags & TCPW_SYN && !(p[0] & 0x80))
		seg->len = 0;
	seg->window = (uint16_t)get16(p + 8);
	seg->urgent = p[7];
	choose_options(seg, c, side, p + 10);
	choose_marks(seg, p[14]);
}

/* --- the caller's part, as core.h asks for it --------------------------- */

static struct tcpw_ruling judge(const struct conversation *c,
				unsigned int side, const struct tcpw_seg *seg)
{
	const struct tcpw_ext *ext = c->now.has_ext ? &c->now.ext : NULL;
	const struct conversation before = *c;
	const struct tcpw_seg copy = *seg;
	struct tcpw_ruling r, again;

	r = tcpw_judge(&c->now.conn, ext, side, seg, &c->cfg, c->now_ms);
	must(!memcmp(&before.now, &c->now, sizeof(c->now)) &&
	     !memcmp(&before.cfg, &c->cfg, sizeof(c->cfg)) &&
	     !memcmp(&copy, seg, sizeof(copy)), "judge() writes nothing");
	again = tcpw_judge(&c->now.conn, ext, side, seg, &c->cfg, c->now_ms);
	must(!memcmp(&r, &again, sizeof(r)), "the same ruling twice");
	again = tcpw_judge_whole(&c->now.conn, ext, side, seg, &c->cfg,
				 c->now_ms);
	must(!again.plain, "the whole way is not the short one");
	again.plain = r.plain;
	must(!memcmp(&r, &again, sizeof(r)), "both ways come to one ruling");
	check_ruling(&r, &c->now);
	return r;
}

static void provide_ext(struct conversation *c, struct tcpw_ruling *r)
{
	if (!r->needs_ext || c->now.has_ext)
		return;
	if (c->how & NO_MEMORY) {
		*r = tcpw_ruling_without_ext(&c->now.conn, *r);
		check_ruling(r, &c->now);
		must(!r->needs_ext, "a ruling that needs no ext");
		return;
	}
	memset(&c->now.ext, 0, sizeof(c->now.ext));
	c->now.has_ext = true;
}

static bool narrating(void)
{
	static int wanted = -1;

	if (wanted < 0)
		wanted = !!getenv("NARRATE");
	return wanted;
}

/* An end that talks to itself, or whose segments are not all seen here. */
static void note_wild(struct conversation *c, const struct tcpw_ruling *r)
{
	if (r->create)
		c->now.wild = c->how & ONE_SOCKET;
	c->now.wild |= r->flag == TCPWARD_REASON_ACKED_UNSEEN ||
		       r->flag == TCPWARD_REASON_ONE_WAY;
}

static void apply(struct conversation *c, unsigned int side,
		  const struct tcpw_seg *seg, const struct tcpw_ruling *r)
{
	struct memory whole = c->now, before = c->now;

	tcpw_apply(&c->now.conn, c->now.has_ext ? &c->now.ext : NULL, side,
		   seg, &c->cfg, r, c->now_ms);
	tcpw_apply_whole(&whole.conn, whole.has_ext ? &whole.ext : NULL, side,
			 seg, &c->cfg, r, c->now_ms);
	must(!memcmp(&whole, &c->now, sizeof(whole)),
	     "both ways come to one record");
	must(!at_once_differs(before.conn, before.has_ext ? &before.ext : NULL,
			      side, seg, &c->cfg, r, c->now_ms, &c->now.conn),
	     "judged and applied at once it comes to the same");
}

static struct tcpw_ruling carry_out(struct conversation *c, unsigned int side,
				    const struct tcpw_seg *seg)
{
	struct tcpw_ruling r = judge(c, side, seg);
	struct memory before;

	provide_ext(c, &r);
	if (narrating())
		narrate_segment(c->now_ms - c->told_ms, side, seg, &r);
	c->told_ms = c->now_ms;
	note_wild(c, &r);
	before = c->now;
	if (before.conn.kind == TCPWARD_KIND_BLANK && !r.create)
		return r;
	apply(c, side, seg, &r);
	check_change(&r, &before, &c->now);
	if (r.verdict == TCPWARD_VERDICT_PASS)
		c->written_ms = c->now_ms;
	check_record(&c->now, &c->cfg, c->written_ms);
	check_saved(&c->now, c->now_ms);
	return r;
}

static void arrive(struct conversation *c, unsigned int side,
		   const struct tcpw_seg *seg)
{
	struct tcpw_ruling first = carry_out(c, side, seg), second;

	if (c->how & COPIES) {
		second = carry_out(c, side, seg);
		check_copy(&first, &second, seg, &c->now);
	}
	if (c->how & ONE_SOCKET)
		carry_out(c, !side, seg);
}

static void pass_time(struct conversation *c, uint8_t how_long)
{
	static const struct tcpw_conn blank;

	c->now_ms += (uint64_t)(how_long & 0xf) << (how_long >> 4);
	while (tcpw_expired(&c->now.conn, c->now_ms)) {
		if (!tcpw_expire(&c->now.conn,
				 c->now.has_ext ? &c->now.ext : NULL,
				 c->now_ms)) {
			must(c->now.conn.kind != TCPWARD_KIND_BLANK,
			     "a record restored");
			continue;
		}
		must(!memcmp(&c->now.conn, &blank, sizeof(blank)),
		     "nothing is left of an expired record");
		c->now.has_ext = false;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conversation c = { .now_ms = 1000000, .told_ms = 1000000 };
	const uint8_t *step = data + HEADER;
	struct tcpw_seg seg;
	unsigned int i, side;

	if (size < HEADER)
		return 0;
	c.how = data[0];
	choose_config(&c, data + 1);
	if (narrating())
		narrate_begin(&c.cfg);
	for (i = 0; i < (size - HEADER) / STEP && i < STEPS_MAX; i++) {
		side = step[0] & 1;
		pass_time(&c, step[13]);
		choose_segment(&seg, &c, side, step);
		arrive(&c, side, &seg);
		step += STEP;
	}
	return 0;
}
