// SPDX-License-Identifier: GPL-2.0
/* SYN+ACK: R19, R21, R26, R27, R31, R34, R36, R37, R74, R98, R99. */
#include "core/internal.h"
#include "core/table.h"

/* R101: the echo must be a timestamp that some copy of the SYN carried. */
static bool odd_echo(const struct tcpw_ctx *c)
{
	return c->seg->options & TCPW_OPT_TS && c->y->flags & TCPW_EP_TS &&
	       !tcpw_echoes_syn(c->y, c->seg->tsecr);
}

static struct tcpw_ruling track(const struct tcpw_ctx *c, enum tcpw_op op)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, op);

	tcpw_follow(c, &r);
	if (op == TCPW_OP_RESUME)
		r.timer = tcpw_timer_of(TCPWARD_KIND_OPEN, r.next[0],
					r.next[1]);
	if (odd_echo(c))
		tcpw_ruling_flag(&r, TCPWARD_REASON_ECHO_MISMATCH);
	return r;
}

/* The record as it is once syn[slot] or the SYN+ACK have taken over. */
static struct tcpw_ruling take_over(const struct tcpw_ctx *c, enum tcpw_op op,
				    int slot)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, op);

	r.slot = (__u8)slot;
	r.next[c->side] = TCPWARD_STATE_SYN_RECEIVED;
	r.next[!c->side] = TCPWARD_STATE_SYN_SENT;
	r.timer = TCPW_TIMER_HALF_OPEN;
	return r;
}

static bool answers_record(const struct tcpw_ctx *c)
{
	return c->y->flags & TCPW_EP_SYN &&
	       tcpw_acks(c->seg->ack, c->y->iss, c->y->nxt);
}

static struct tcpw_ruling note(const struct tcpw_ctx *c,
			       struct tcpw_ruling r, int slot)
{
	r.op = TCPW_OP_ADD_SYNACK;
	r.needs_ext = 1;
	r.slot = (__u8)slot;
	r.timer = TCPW_TIMER_KEEP;
	return r;
}

/* A SYN+ACK of the former connection once more (R70, R100). */
static bool repeats_shadow(const struct tcpw_ctx *c)
{
	struct tcpw_ctx shadow;

	if (!tcpw_has_shadow(c->ext, c->now_ms))
		return false;
	shadow = tcpw_shadow_ctx(c);
	return shadow.x->flags & TCPW_EP_SYN &&
	       c->seg->seq == shadow.x->iss && answers_record(&shadow);
}

static struct tcpw_ruling blind(const struct tcpw_ctx *c)
{
	if (repeats_shadow(c))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_SHADOW_SEGMENT,
					 TCPW_OP_NONE);
	if (tcpw_loose(c->cfg))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_BLIND_SYNACK,
					 TCPW_OP_NONE);
	if (!(c->y->flags & TCPW_EP_SYN))
		return tcpw_ruling_drop(c, TCPWARD_REASON_BLIND_SYNACK);
	if (answers_record(c))
		return tcpw_ruling_numbers(c, TCPWARD_REASON_BLIND_SYNACK,
					   TCPWARD_FIELD_SEQ, c->x->iss,
					   c->x->iss);
	return tcpw_ruling_numbers(c, TCPWARD_REASON_BLIND_SYNACK,
				   TCPWARD_FIELD_ACK, c->y->iss + 1,
				   c->y->nxt);
}

static struct tcpw_ruling from_listen(const struct tcpw_ctx *c, int pending)
{
	if (answers_record(c))
		return track(c, c->conn->kind == TCPWARD_KIND_RESET ?
				TCPW_OP_RESUME : TCPW_OP_TRACK);
	if (pending >= 0 && c->conn->kind != TCPWARD_KIND_RESET)
		return take_over(c, TCPW_OP_PICK_SYN, pending);
	if (tcpw_fits_shadow(c))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_SHADOW_SEGMENT,
					 TCPW_OP_NONE);
	return blind(c);
}

/* Its own SYN crossed, or was another attempt that died (R99). */
static struct tcpw_ruling from_syn_sent(const struct tcpw_ctx *c, int pending)
{
	bool answers = answers_record(c);

	if (answers && c->seg->seq == c->x->iss)
		return track(c, TCPW_OP_TRACK);
	if (c->y->state == TCPWARD_STATE_SYN_SENT && answers)
		return take_over(c, TCPW_OP_NEW_OPENER, 0);
	if (pending < 0)
		return blind(c);
	if (c->y->state == TCPWARD_STATE_SYN_SENT)
		return take_over(c, TCPW_OP_PICK_SYN, pending);
	return note(c, tcpw_ruling_quiet(c, TCPWARD_REASON_SYNACK_CANDIDATE,
					 TCPW_OP_ADD_SYNACK), pending);
}

static struct tcpw_ruling from_syn_received(const struct tcpw_ctx *c,
					    int pending)
{
	bool answers = answers_record(c);

	if (answers && c->seg->seq == c->x->iss)
		return track(c, TCPW_OP_TRACK);
	if (answers || pending >= 0)
		return note(c, tcpw_ruling_pass(c, TCPW_OP_ADD_SYNACK),
			    answers ? TCPW_CANDIDATES : pending);
	return blind(c);
}

/* Beside an open or closing record: R21, R37, R98. */
static struct tcpw_ruling from_synchronized(const struct tcpw_ctx *c,
					    int pending)
{
	bool same = c->x->flags & TCPW_EP_SYN && c->seg->seq == c->x->iss;
	__u8 cell;

	if (pending >= 0 && c->ext->syn[pending].flags & TCPW_SYN_REUSE)
		return note(c, tcpw_ruling_pass(c, TCPW_OP_ADD_SYNACK),
			    pending);
	if (pending >= 0)
		return note(c, tcpw_ruling_quiet(c,
				TCPWARD_REASON_SYNACK_CANDIDATE,
				TCPW_OP_ADD_SYNACK), pending);
	if (c->x->flags & TCPW_EP_OPEN)
		return tcpw_ruling_quiet(c, TCPWARD_REASON_MID_SYNACK,
					 TCPW_OP_NONE);
	cell = tcpw_table_cell(same ? TCPW_EVENT_SYNACK :
				      TCPW_EVENT_SYNACK_NEW, c->x->state);
	if (same)
		return tcpw_ruling_quiet(c, tcpw_cell_reason(cell),
					 TCPW_OP_NONE);
	/*
	 * A late copy of the SYN reached an end without memory: the opener has
	 * long gone on, and tells it so (R70).
	 */
	if (c->conn->kind == TCPWARD_KIND_RESET && answers_record(c))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_SYNACK_CANDIDATE,
					 TCPW_OP_NONE);
	return tcpw_ruling_numbers(c, tcpw_cell_reason(cell),
				   TCPWARD_FIELD_SEQ, c->x->iss, c->x->iss);
}

struct tcpw_ruling tcpw_judge_synack(const struct tcpw_ctx *c)
{
	int pending = tcpw_syn_acked(c->ext, !c->side, c->seg->ack);

	if (c->conn->kind == TCPWARD_KIND_BLANK)
		return tcpw_loose(c->cfg) ?
		       tcpw_ruling_quiet(c, TCPWARD_REASON_SYNACK_WITHOUT_SYN,
					 TCPW_OP_NONE) :
		       tcpw_ruling_drop(c, TCPWARD_REASON_SYNACK_WITHOUT_SYN);
	switch (c->x->state) {
	case TCPWARD_STATE_LISTEN:
		return from_listen(c, pending);
	case TCPWARD_STATE_SYN_SENT:
		return from_syn_sent(c, pending);
	case TCPWARD_STATE_SYN_RECEIVED:
		return from_syn_received(c, pending);
	default:
		return from_synchronized(c, pending);
	}
}
