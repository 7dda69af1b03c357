// SPDX-License-Identifier: GPL-2.0
/*
 * Segments with ACK, without SYN and RST: R22 to R25, R28, R33, R37 to R39,
 * R45 to R64, R70, R71, R74, R81 to R91, R100, R103, R120.
 */
#include "core/internal.h"

static bool opening(const struct tcpw_conn *conn)
{
	return !tcpw_synchronized(&conn->ep[0]) ||
	       !tcpw_synchronized(&conn->ep[1]);
}

/* Both ends are open with this segment, whatever was known before it. */
static void established(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	r->next[c->side] = c->seg->flags & TCPW_FIN ?
			   TCPWARD_STATE_FIN_WAIT_1 :
			   TCPWARD_STATE_ESTABLISHED;
	r->next[!c->side] = TCPWARD_STATE_ESTABLISHED;
	r->timer = TCPW_TIMER_ESTABLISHED;
}

static struct tcpw_ruling pick_up(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r;

	if (!tcpw_loose(c->cfg))
		return tcpw_ruling_drop(c, TCPWARD_REASON_NO_RECORD);
	r = tcpw_ruling_pass(c, TCPW_OP_PICKUP);
	r.create = 1;
	established(c, &r);
	tcpw_ruling_flag(&r, TCPWARD_REASON_PICKED_UP);
	return r;
}

/*
 * R70, R71: both ends have spoken since the RST. Where its sender is the
 * second one, its word counts if it acknowledges anew: an older segment may
 * only have been overtaken by the RST.
 */
static bool undoes_reset(const struct tcpw_ctx *c)
{
	if (c->conn->kind != TCPWARD_KIND_RESET ||
	    !(c->y->flags & TCPW_EP_AFTER_RST))
		return false;
	return c->conn->rst_by & 1 << !c->side ||
	       tcpw_after(c->seg->ack, c->y->una);
}

static bool first_of_picked_up(const struct tcpw_ctx *c)
{
	return c->conn->kind == TCPWARD_KIND_MID &&
	       !(c->x->flags & TCPW_EP_SEEN1);
}

/* R38, R33: data on the SYN makes early data an answer to fast open. */
static bool early_data(const struct tcpw_ctx *c)
{
	return c->x->state == TCPWARD_STATE_SYN_RECEIVED && c->seg->len &&
	       !(c->conn->flags & TCPW_CONN_SIMULTANEOUS) &&
	       c->y->dend == c->y->iss + 1;
}

/* The segment fits the record: what follows from it. */
static struct tcpw_ruling tracked(const struct tcpw_ctx *c,
				  struct tcpw_ruling r)
{
	tcpw_follow(c, &r);
	if (undoes_reset(c)) {
		r.op = TCPW_OP_RESUME;
		r.timer = tcpw_timer_of(TCPWARD_KIND_OPEN, r.next[0],
					r.next[1]);
		tcpw_ruling_flag(&r, TCPWARD_REASON_RESET_UNDONE);
	}
	if (first_of_picked_up(c))
		tcpw_ruling_flag(&r, TCPWARD_REASON_SCALE_UNKNOWN);
	if (early_data(c))
		tcpw_ruling_flag(&r, TCPWARD_REASON_EARLY_SERVER_DATA);
	return r;
}

static struct tcpw_ruling third_step(const struct tcpw_ctx *c, int slot)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_PICK_SYNACK);

	r.slot = (__u8)slot;
	established(c, &r);
	return r;
}

/*
 * R37, R70, R95, R96, R100: it fits only the former record. That comes back
 * where the new one has replaced it on an opener's word alone, or where both
 * its ends go on in spite of the RST that ended it.
 */
static struct tcpw_ruling of_shadow(const struct tcpw_ctx *c)
{
	struct tcpw_ctx shadow = tcpw_shadow_ctx(c);
	struct tcpw_ruling r;

	if (shadow.conn->kind == TCPWARD_KIND_RESET ? undoes_reset(&shadow) :
	    c->conn->flags & TCPW_CONN_REPLACES) {
		r = tracked(&shadow, tcpw_zone(&shadow));
		r.op = TCPW_OP_RETURN;
		return r;
	}
	if (c->ext->shadow_rule == 96)
		return tcpw_ruling_pass(c, TCPW_OP_TRACK_SHADOW);
	return tcpw_ruling_quiet(c, TCPWARD_REASON_SHADOW_SEGMENT,
				 TCPW_OP_TRACK_SHADOW);
}

/* R63: one direction is all that is seen here. */
static struct tcpw_ruling one_way(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_ONE_WAY);

	established(c, &r);
	tcpw_ruling_flag(&r, TCPWARD_REASON_ONE_WAY);
	return r;
}

static bool may_be_one_way(const struct tcpw_config *cfg)
{
	return tcpw_loose(cfg) || tcpw_observer(cfg);
}

static bool is_bare_ack(const struct tcpw_seg *seg)
{
	return !seg->len && !(seg->flags & TCPW_FIN);
}

/*
 * A bare ACK of an end whose SYN is not known: it answers the SYN (split
 * handshake, R28), or challenges it out of an older connection (R74).
 */
static struct tcpw_ruling bare_ack(const struct tcpw_ctx *c)
{
	bool answers = tcpw_acks(c->seg->ack, c->y->iss, c->y->nxt) ||
		       tcpw_syn_acked(c->ext, !c->side, c->seg->ack) >= 0;

	if (c->ext && tcpw_over_limit(c, c->ext->limit_acks))
		return tcpw_ruling_drop(c, TCPWARD_REASON_CHALLENGE_RATE);
	return tcpw_ruling_quiet(c, answers ?
				 TCPWARD_REASON_SPLIT_HANDSHAKE :
				 TCPWARD_REASON_CHALLENGE_UNKNOWN,
				 TCPW_OP_CHALLENGE);
}

/* The sender has never sent a SYN, its peer has. */
static struct tcpw_ruling from_listen(const struct tcpw_ctx *c)
{
	if (tcpw_fits_shadow(c))
		return of_shadow(c);
	if (is_bare_ack(c->seg))
		return bare_ack(c);
	/* Without a FIN: the only forgery that would cost something (R40). */
	if (may_be_one_way(c->cfg) && !(c->seg->flags & TCPW_FIN) &&
	    tcpw_after(c->seg->ack, c->y->iss))
		return one_way(c);
	return tcpw_ruling_drop(c, TCPWARD_REASON_DATA_BEFORE_HANDSHAKE);
}

/* The sender has sent a SYN, and nothing has come back yet. */
static struct tcpw_ruling to_listen(const struct tcpw_ctx *c)
{
	int third = tcpw_synack_third(c, false);

	if (third >= 0)
		return third_step(c, third);
	if (tcpw_fits_shadow(c))
		return of_shadow(c);
	if (may_be_one_way(c->cfg) && !tcpw_before(c->seg->seq, c->x->iss))
		return one_way(c);
	return tcpw_ruling_drop(c, TCPWARD_REASON_DATA_BEFORE_HANDSHAKE);
}

/*
 * The SYNs crossed, but the sender speaks with other numbers than its SYN's:
 * that SYN was forged, or this is of an older connection (R28, R74).
 */
static bool crossed_strangely(const struct tcpw_ctx *c,
			      const struct tcpw_ruling *r)
{
	return c->x->state == TCPWARD_STATE_SYN_SENT &&
	       c->y->state == TCPWARD_STATE_SYN_SENT &&
	       r->field == TCPWARD_FIELD_SEQ && is_bare_ack(c->seg);
}

struct tcpw_ruling tcpw_judge_segment(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r;
	int third;

	if (c->conn->kind == TCPWARD_KIND_BLANK)
		return pick_up(c);
	third = tcpw_synack_third(c, true);
	if (third >= 0)
		return third_step(c, third);
	if (c->x->state == TCPWARD_STATE_LISTEN)
		return from_listen(c);
	if (c->y->state == TCPWARD_STATE_LISTEN)
		return to_listen(c);
	r = tcpw_zone(c);
	if (r.verdict == TCPWARD_VERDICT_PASS)
		return tracked(c, r);
	third = tcpw_synack_third(c, false);
	if (third >= 0)
		return third_step(c, third);
	if ((opening(c->conn) || c->conn->flags & TCPW_CONN_REPLACES) &&
	    tcpw_fits_shadow(c))
		return of_shadow(c);
	if (crossed_strangely(c, &r))
		return bare_ack(c);
	return r;
}
