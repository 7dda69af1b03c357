// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are a conversation, one step of STEP octets each,
 * with numbers relative to what the core knows, so that few bytes lead deep.
 * Checked are the promises of core.h and RULES 1 and R57.
 */
#include "fuzz.h"

#include <string.h>

#define STEP 14
#define STEPS_MAX 120

struct conversation {
	struct tcpw_config cfg;
	struct tcpw_conn conn;
	struct tcpw_ext ext;
	bool has_ext;
	bool no_memory;		/* never provide an ext */
	uint64_t now_ms;
};

/* --- bytes to segments -------------------------------------------------- */

static int16_t get16(const uint8_t *p)
{
	return (int16_t)(p[0] << 8 | p[1]);
}

static void choose_config(struct conversation *c, const uint8_t *p)
{
	tcpw_config_default(&c->cfg);
	c->cfg.pickup = p[0] & 1 ? TCPWARD_PICKUP_LOOSE :
				   TCPWARD_PICKUP_STRICT;
	c->cfg.view = p[0] >> 1 & 1;
	c->cfg.syn_live = p[0] >> 2 & 1;
	c->cfg.rst_inexact = p[0] >> 3 & 1;
	c->cfg.ts_missing = p[0] >> 4 & 1;
	c->cfg.paws = p[0] >> 5 & 1;
	c->cfg.tw_rst = p[0] >> 6 & 1;
	c->cfg.tw_stale_syn = (p[1] & 3) % 3;
	c->no_memory = p[1] >> 2 & 1;
	if (p[1] >> 3 & 1)
		c->cfg.timeout_reset_ms = 0;
}

static uint32_t own_number(const struct conversation *c, unsigned int side,
			   unsigned int which)
{
	const struct tcpw_endpoint *x = &c->conn.ep[side];

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
		return x->fin;
	case 5:
		return c->ext.shadow.ep[side].nxt;
	case 6:
		return c->ext.syn[which / 8 % TCPW_CANDIDATES].end;
	}
	return 0x80000000u * (which / 8);
}

static uint32_t peer_number(const struct conversation *c, unsigned int side,
			    unsigned int which)
{
	if (which % 8 == 6)
		return c->ext.synack[which / 8 % TCPW_CANDIDATES].iss + 1;
	if (which % 8 == 7)
		return c->ext.syn[which / 8 % TCPW_CANDIDATES].end;
	return own_number(c, !side, which);
}

static void choose_options(struct tcpw_seg *seg, const struct conversation *c,
			   unsigned int side, const uint8_t *p)
{
	seg->options = p[0];
	if (!(seg->options & TCPW_OPT_SACK) || seg->flags & TCPW_RST)
		seg->options &= ~TCPW_OPT_SACK;
	else
		seg->sacks = 1 + p[1] % TCPW_SACK_MAX;
	seg->sack[0] = seg->ack + p[1];
	seg->sack[1] = seg->ack + p[2];
	seg->ws = p[1] % 18;
	seg->mss = 1460;
	seg->tsval = c->conn.ep[side].tsrecent + (int8_t)p[2] * (1 + p[1]);
	seg->tsecr = c->conn.ep[!side].tsrecent;
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
		seg->known = p[0] >> 5;
	seg->seq = own_number(c, side, p[1]) + get16(p + 2);
	seg->ack = peer_number(c, side, p[4]) + get16(p + 5);
	seg->len = p[7] < 0xf0 ? p[7] >> 1 : (p[7] & 0xfu) << 12;
	if (seg->flags & TCPW_SYN && !(p[0] & 0x80))
		seg->len = 0;
	seg->window = (uint16_t)get16(p + 8);
	seg->urgent = p[7];
	choose_options(seg, c, side, p + 10);
}

/* --- promises ----------------------------------------------------------- */

/* Half the number space is neither left nor right. */
static bool up_to(uint32_t a, uint32_t b)
{
	return b - a <= 0x80000000u;
}

static void check_ruling(const struct tcpw_ruling *r)
{
	must(r->verdict <= TCPWARD_VERDICT_DROP, "verdict");
	must(r->reason <= TCPWARD_REASON_MAX, "reason");
	must(r->flag <= TCPWARD_REASON_MAX, "flag");
	must(!r->reason == (r->verdict == TCPWARD_VERDICT_PASS),
	     "a reason for each verdict but PASS");
	must(r->next[0] <= TCPWARD_STATE_MAX &&
	     r->next[1] <= TCPWARD_STATE_MAX, "next state");
	must(r->timer <= TCPW_TIMER_RESET, "timer");
	must(!r->create || r->verdict == TCPWARD_VERDICT_PASS,
	     "records are created by PASS alone");
	must(r->field <= TCPWARD_FIELD_LENGTH, "field");
}

/* Numbers of an endpoint that is the same in both records. */
static void check_endpoint(const struct tcpw_endpoint *before,
			   const struct tcpw_endpoint *after)
{
	must(after->ws <= 14, "window scale");
	must(after->state <= TCPWARD_STATE_MAX, "state");
	must(up_to(before->nxt, after->nxt), "nxt never moves left");
	must(up_to(before->una, after->una), "una never moves left");
	must(up_to(before->edge, after->edge), "edge never moves left");
	must(before->maxwnd <= after->maxwnd, "maxwnd never shrinks");
	if (!(before->flags & TCPW_EP_FIN))
		return;
	must(after->flags & TCPW_EP_FIN, "a FIN stays sent");
	must(after->fin == before->fin, "a FIN stays where it is");
}

/* Open or closing, and the same: candidates may change an opening. */
static bool same_endpoint(const struct tcpw_endpoint *a,
			  const struct tcpw_endpoint *b)
{
	const uint16_t known = TCPW_EP_SYN | TCPW_EP_ISS;

	return a->state >= TCPWARD_STATE_ESTABLISHED && a->iss == b->iss && (a->flags & known) == known &&
	       (b->flags & known) == known;
}

static void check_record(const struct tcpw_conn *before,
			 const struct tcpw_conn *after)
{
	unsigned int side;

	must(after->kind <= TCPWARD_KIND_RESET, "kind");
	must(after->client <= 1, "client");
	must(after->closed_by <= 2, "closed_by");
	if (before->client != after->client ||
	    !same_endpoint(&before->ep[0], &after->ep[0]) ||
	    !same_endpoint(&before->ep[1], &after->ep[1]))
		return;
	for (side = 0; side < 2; side++)
		check_endpoint(&before->ep[side], &after->ep[side]);
}

static struct tcpw_ruling judge(const struct conversation *c,
				unsigned int side, const struct tcpw_seg *seg)
{
	const struct tcpw_ext *ext = c->has_ext ? &c->ext : NULL;
	struct conversation before = *c;
	struct tcpw_ruling r, again;

	r = tcpw_judge(&c->conn, ext, side, seg, &c->cfg, c->now_ms);
	must(!memcmp(&before.conn, &c->conn, sizeof(c->conn)) &&
	     !memcmp(&before.ext, &c->ext, sizeof(c->ext)),
	     "judge() writes nothing");
	again = tcpw_judge(&c->conn, ext, side, seg, &c->cfg, c->now_ms);
	must(!memcmp(&r, &again, sizeof(r)), "the same ruling twice");
	check_ruling(&r);
	return r;
}

/* --- the caller's part, as core.h asks for it --------------------------- */

static void provide_ext(struct conversation *c, struct tcpw_ruling *r)
{
	if (!r->needs_ext || c->has_ext)
		return;
	if (c->no_memory) {
		*r = tcpw_ruling_without_ext(&c->conn, *r);
		check_ruling(r);
		must(!r->needs_ext, "a ruling that needs no ext");
		return;
	}
	memset(&c->ext, 0, sizeof(c->ext));
	c->has_ext = true;
}

static void carry_out(struct conversation *c, unsigned int side,
		      const struct tcpw_seg *seg)
{
	struct tcpw_ruling r = judge(c, side, seg);
	struct tcpw_conn before = c->conn;

	must(!r.create || before.kind == TCPWARD_KIND_BLANK,
	     "a record is created where there is none");
	provide_ext(c, &r);
	if (before.kind == TCPWARD_KIND_BLANK && !r.create)
		return;
	tcpw_apply(&c->conn, c->has_ext ? &c->ext : NULL, side, seg, &c->cfg,
		   &r, c->now_ms);
	if (r.verdict != TCPWARD_VERDICT_PASS)
		must(!memcmp(&before, &c->conn, sizeof(before)),
		     "QUIET and DROP change no record (R57)");
	check_record(&before, &c->conn);
	if (r.create)
		must(c->conn.kind != TCPWARD_KIND_BLANK, "a record created");
}

static void pass_time(struct conversation *c, uint8_t how_long)
{
	static const struct tcpw_conn blank;

	c->now_ms += (uint64_t)(how_long & 0xf) << (how_long >> 4);
	while (tcpw_expired(&c->conn, c->now_ms)) {
		if (!tcpw_expire(&c->conn, c->has_ext ? &c->ext : NULL,
				 c->now_ms))
			continue;
		must(!memcmp(&c->conn, &blank, sizeof(blank)),
		     "nothing is left of an expired record");
		c->has_ext = false;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conversation c = { .now_ms = 1000000 };
	const uint8_t *step = data + 2;
	struct tcpw_seg seg;
	unsigned int i, side;

	if (size < 2)
		return 0;
	choose_config(&c, data);
	for (i = 0; i < (size - 2) / STEP && i < STEPS_MAX; i++) {
		side = step[0] & 1;
		pass_time(&c, step[STEP - 1]);
		choose_segment(&seg, &c, side, step);
		carry_out(&c, side, &seg);
		step += STEP;
	}
	return 0;
}
