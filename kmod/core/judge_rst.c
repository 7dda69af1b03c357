// SPDX-License-Identifier: GPL-2.0
/*
 * RST: R29, R30, R40 to R42, R62, R65 to R73, R78 to R80, R95 to R97. X
 * sends it; what Y expects next lies in [X.una, X.nxt].
 */
#include "core/internal.h"

static struct tcpw_ruling believed(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_RESET);

	r.timer = TCPW_TIMER_RESET;
	return r;
}

static bool acks_record(const struct tcpw_ctx *c)
{
	return c->seg->flags & TCPW_ACK && c->y->flags & TCPW_EP_SYN &&
	       tcpw_acks(c->seg->ack, c->y->iss, c->y->nxt);
}

/* Past its own SYN and no further than it has sent. */
static bool exact_opening(const struct tcpw_ctx *c)
{
	return tcpw_acks(c->seg->seq, c->x->iss, c->x->nxt);
}

/*
 * R95: only the claimed sender of the SYN says that it was an old duplicate.
 * An end that has answered it, or refuses it, has left TIME-WAIT.
 */
static bool brings_back(const struct tcpw_ctx *c, unsigned int opener)
{
	return c->side == opener && tcpw_has_shadow(c->ext, c->now_ms) &&
	       c->ext->shadow.kind != TCPWARD_KIND_RESET;
}

/* The opening is over: another SYN, the former record, or nothing is left. */
static struct tcpw_ruling opening_over(const struct tcpw_ctx *c,
				       unsigned int opener)
{
	int other = tcpw_syn_best(c->ext, opener);
	struct tcpw_ruling r;

	if (other >= 0) {
		r = tcpw_ruling_pass(c, TCPW_OP_CANCEL_OWN);
		r.slot = (__u8)other;
		r.next[opener] = TCPWARD_STATE_SYN_SENT;
		r.next[!opener] = tcpw_synack_of(c->ext, other) < 0 ?
				  TCPWARD_STATE_LISTEN :
				  TCPWARD_STATE_SYN_RECEIVED;
		r.timer = tcpw_timer_of(TCPWARD_KIND_OPEN, r.next[0],
					r.next[1]);
		return r;
	}
	if (!brings_back(c, opener))
		return believed(c);
	r = tcpw_ruling_pass(c, TCPW_OP_RESTORE);
	r.next[0] = c->ext->shadow.ep[0].state;
	r.next[1] = c->ext->shadow.ep[1].state;
	return r;
}

static struct tcpw_ruling cancel(const struct tcpw_ctx *c, int slot)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_CANCEL_SYN);

	r.slot = (__u8)slot;
	return r;
}

/* R40: a RST that echoes a timestamp echoes one that was sent. */
static bool odd_echo(const struct tcpw_ctx *c)
{
	return c->seg->options & TCPW_OPT_TS &&
	       !tcpw_echoes_syn(c->y, c->seg->tsecr);
}

/* Refusal of an open by an end that has sent nothing else (R40, R41). */
static struct tcpw_ruling refusal(const struct tcpw_ctx *c)
{
	int pending = c->seg->flags & TCPW_ACK ?
		      tcpw_syn_acked(c->ext, !c->side, c->seg->ack) : -1;
	struct tcpw_ruling r;

	if (!acks_record(c)) {
		if (pending >= 0)
			return cancel(c, pending);
		if (tcpw_resets_shadow(c))
			return tcpw_ruling_pass(c, TCPW_OP_END_SHADOW);
		if (!(c->seg->flags & TCPW_ACK))
			return tcpw_ruling_drop(c,
					TCPWARD_REASON_BLIND_RESET_OPEN);
		return tcpw_ruling_numbers(c, TCPWARD_REASON_BLIND_RESET_OPEN,
					   TCPWARD_FIELD_ACK, c->y->iss + 1,
					   c->y->nxt);
	}
	if (odd_echo(c)) {
		r = tcpw_ruling_quiet(c, TCPWARD_REASON_RESET_OPEN_BAD_ECHO,
				      TCPW_OP_NONE);
		tcpw_ruling_flag(&r, TCPWARD_REASON_RESET_OPEN_BAD_ECHO);
		return r;
	}
	return opening_over(c, !c->side);
}

/* A pending SYN of the sender that the RST names by its end, or -1. */
static int names_pending(const struct tcpw_ctx *c)
{
	return tcpw_syn_acked(c->ext, c->side, c->seg->seq);
}

/* Both ends have a SYN out, and this one is taken back (R29). */
static struct tcpw_ruling takes_back(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_CANCEL_SIDE);

	r.next[c->side] = TCPWARD_STATE_LISTEN;
	r.timer = TCPW_TIMER_SYN;
	return r;
}

/* The opener gives up, or clears an older connection (R42, R74, R96). */
static struct tcpw_ruling by_opener(const struct tcpw_ctx *c)
{
	bool crossed = c->y->state == TCPWARD_STATE_SYN_SENT;
	int pending = names_pending(c);

	if (exact_opening(c))
		return crossed ? takes_back(c) : opening_over(c, c->side);
	/* A refusal that its sender's own SYN has overtaken (R40). */
	if (crossed && acks_record(c))
		return tcpw_ruling_quiet(c,
				TCPWARD_REASON_RESET_REFUSES_PENDING,
				TCPW_OP_NONE);
	if (pending >= 0)
		return cancel(c, pending);
	if (tcpw_resets_shadow(c))
		return tcpw_ruling_pass(c, TCPW_OP_END_SHADOW);
	if (c->ext && c->ext->challenged &&
	    c->seg->seq == c->ext->challenge_ack) {
		if (tcpw_over_limit(c, c->ext->limit_acks))
			return tcpw_ruling_drop(c,
					TCPWARD_REASON_CHALLENGE_RATE);
		return tcpw_ruling_quiet(c, TCPWARD_REASON_CHALLENGE_RESET,
					 TCPW_OP_COUNT_ACK);
	}
	return tcpw_ruling_numbers(c, TCPWARD_REASON_RESET_OUT_OF_WINDOW,
				   TCPWARD_FIELD_SEQ, c->x->iss + 1,
				   c->x->nxt);
}

/* The answering end resets what it has half opened (R42). */
static struct tcpw_ruling by_answerer(const struct tcpw_ctx *c)
{
	if (exact_opening(c) || acks_record(c))
		return opening_over(c, !c->side);
	if (tcpw_resets_shadow(c))
		return tcpw_ruling_pass(c, TCPW_OP_END_SHADOW);
	return tcpw_ruling_numbers(c, TCPWARD_REASON_RESET_OUT_OF_WINDOW,
				   TCPWARD_FIELD_SEQ, c->x->iss + 1,
				   c->x->nxt);
}

/* R97: the holder may believe it, but the record keeps TIME-WAIT. */
static struct tcpw_ruling to_time_wait(const struct tcpw_ctx *c)
{
	if (c->cfg->tw_rst == TCPWARD_TW_RST_IGNORE1337)
		return tcpw_ruling_drop(c, TCPWARD_REASON_RESET_IN_TIME_WAIT);
	if (c->seg->seq == c->x->nxt)
		return tcpw_ruling_pass(c, TCPW_OP_NONE);
	return tcpw_ruling_numbers(c, TCPWARD_REASON_RESET_IN_TIME_WAIT,
				   TCPWARD_FIELD_SEQ, c->x->nxt, c->x->nxt);
}

static struct tcpw_ruling by_time_wait(const struct tcpw_ctx *c)
{
	if (!tcpw_before(c->seg->seq, c->x->una) &&
	    !tcpw_after(c->seg->seq, c->x->nxt))
		return tcpw_ruling_pass(c, TCPW_OP_NONE);
	return tcpw_ruling_numbers(c, TCPWARD_REASON_RESET_IN_TIME_WAIT,
				   TCPWARD_FIELD_SEQ, c->x->una, c->x->nxt);
}

/* R67: in the window, never sent. */
static struct tcpw_ruling inexact(const struct tcpw_ctx *c)
{
	if (c->cfg->rst_inexact == TCPWARD_QUIET_OR_DROP_DROP)
		return tcpw_ruling_numbers(c, TCPWARD_REASON_RESET_IN_WINDOW,
					   TCPWARD_FIELD_SEQ, c->x->una,
					   c->x->nxt);
	if (c->ext && tcpw_over_limit(c, c->ext->limit_rsts))
		return tcpw_ruling_drop(c, TCPWARD_REASON_RESET_RATE);
	return tcpw_ruling_quiet(c, TCPWARD_REASON_RESET_IN_WINDOW,
				 TCPW_OP_COUNT_RST);
}

/*
 * R78: the RST answers an older segment, its sender has closed already: by
 * itself, or because the peer's RST, which those segments follow, ended it.
 */
static bool crossed_close(const struct tcpw_ctx *c)
{
	bool closed = c->x->flags & TCPW_EP_FIN || c->conn->rst_by;

	return closed && tcpw_before(c->seg->seq, c->x->una) &&
	       !tcpw_before(c->seg->seq,
			    c->x->una - tcpw_window_of(c->y) - 1);
}

/* R68: RST+ACK refuses, once, a SYN pending beside the record. */
static int refuses_pending(const struct tcpw_ctx *c)
{
	int slot = -1;

	if (c->seg->flags & TCPW_ACK)
		slot = tcpw_syn_acked(c->ext, !c->side, c->seg->ack);
	if (slot >= 0 && c->ext->syn[slot].flags & TCPW_SYN_REFUSED)
		return -1;
	return slot;
}

static struct tcpw_ruling out_of_window(const struct tcpw_ctx *c)
{
	int slot = refuses_pending(c);
	struct tcpw_ruling r;

	if (crossed_close(c))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_RESET_CROSSED_CLOSE,
					 TCPW_OP_NONE);
	if (slot >= 0) {
		r = tcpw_ruling_quiet(c, TCPWARD_REASON_RESET_REFUSES_PENDING,
				      TCPW_OP_REFUSE_SYN);
		r.slot = (__u8)slot;
		return r;
	}
	if (c->conn->flags & TCPW_CONN_REPLACES && tcpw_resets_shadow(c))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_SHADOW_SEGMENT,
					 TCPW_OP_NONE);
	return tcpw_ruling_numbers(c, TCPWARD_REASON_RESET_OUT_OF_WINDOW,
				   TCPWARD_FIELD_SEQ, c->x->una,
				   tcpw_later(c->x->edge - 1, c->x->nxt));
}

static struct tcpw_ruling synchronized_rst(const struct tcpw_ctx *c)
{
	const struct tcpw_endpoint *x = c->x;
	__u32 seq = c->seg->seq;
	struct tcpw_ruling r;

	if (seq == x->una || seq == x->nxt) {
		r = believed(c);
		if (c->seg->flags & TCPW_ACK &&
		    tcpw_after(c->seg->ack, c->y->nxt))
			tcpw_ruling_flag(&r, TCPWARD_REASON_RESET_STRAY_ACK);
		return r;
	}
	if (tcpw_zones_open(c->conn))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_MID_RESET,
					 TCPW_OP_NONE);
	if (tcpw_after(seq, x->una) && tcpw_before(seq, x->nxt))
		return tcpw_ruling_quiet(c, TCPWARD_REASON_RESET_BETWEEN,
					 TCPW_OP_NONE);
	if (tcpw_after(seq, x->nxt) && tcpw_before(seq, x->edge))
		return inexact(c);
	return out_of_window(c);
}

struct tcpw_ruling tcpw_judge_rst(const struct tcpw_ctx *c)
{
	__u8 xs = c->x->state, ys = c->y->state;

	if (c->conn->kind == TCPWARD_KIND_BLANK)
		return tcpw_loose(c->cfg) ?
		       tcpw_ruling_quiet(c,
				TCPWARD_REASON_RESET_WITHOUT_RECORD,
				TCPW_OP_NONE) :
		       tcpw_ruling_drop(c,
				TCPWARD_REASON_RESET_WITHOUT_RECORD);
	if (xs == TCPWARD_STATE_LISTEN)
		return refusal(c);
	if (xs == TCPWARD_STATE_SYN_SENT)
		return by_opener(c);
	if (ys == TCPWARD_STATE_SYN_SENT)
		return by_answerer(c);
	if (ys == TCPWARD_STATE_TIME_WAIT && c->conn->kind !=
	    TCPWARD_KIND_RESET)
		return to_time_wait(c);
	if (xs == TCPWARD_STATE_TIME_WAIT && c->conn->kind !=
	    TCPWARD_KIND_RESET)
		return by_time_wait(c);
	return synchronized_rst(c);
}
