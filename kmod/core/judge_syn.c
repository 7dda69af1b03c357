// SPDX-License-Identifier: GPL-2.0
/* SYN without ACK: R19, R20, R26 to R30, R35, R74 to R77, R92 to R99. */
#include "core/internal.h"
#include "core/table.h"

static struct tcpw_ruling open_record(const struct tcpw_ctx *c,
				      enum tcpw_op op)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, op);

	r.next[c->side] = TCPWARD_STATE_SYN_SENT;
	r.next[!c->side] = TCPWARD_STATE_LISTEN;
	r.timer = TCPW_TIMER_SYN;
	r.create = c->conn->kind == TCPWARD_KIND_BLANK;
	return r;
}

/* A record that only one end ever spoke in leaves no shadow. */
static struct tcpw_ruling reopen(const struct tcpw_ctx *c)
{
	if (c->x->state != TCPWARD_STATE_LISTEN &&
	    c->y->state != TCPWARD_STATE_LISTEN)
		return open_record(c, TCPW_OP_REOPEN);
	return open_record(c, TCPW_OP_OPEN);
}

static struct tcpw_ruling track(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_TRACK);

	tcpw_follow(c, &r);
	return r;
}

/* SYN against SYN: crossing (R26, R27), or after a bare ACK (R28). */
static struct tcpw_ruling against_syn(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r = track(c);

	if (c->ext && c->ext->challenged &&
	    tcpw_acks(c->ext->challenge_ack, c->y->iss, c->y->nxt))
		tcpw_ruling_flag(&r, TCPWARD_REASON_SPLIT_OPEN);
	return r;
}

/* The table says that a SYN with another number may open anew. */
static struct tcpw_ruling another_syn(const struct tcpw_ctx *c)
{
	struct tcpw_ruling r = tcpw_ruling_pass(c, TCPW_OP_ADD_SYN);

	/* The handshake goes on beside the new candidate (R29, R35). */
	r.timer = tcpw_timer_of(c->conn->kind, c->x->state, c->y->state);
	return r;
}

/* R93: newer than all that the finished connection sent. */
static bool newer(const struct tcpw_ctx *c)
{
	bool old_ts = c->x->flags & c->y->flags & TCPW_EP_TS;
	bool seq_newer = tcpw_after(c->seg->seq, c->x->nxt - 1);

	if (!(c->seg->options & TCPW_OPT_TS))
		return seq_newer;
	if (!old_ts || tcpw_after(c->seg->tsval, c->x->tsrecent))
		return true;
	return c->seg->tsval == c->x->tsrecent && seq_newer;
}

/* R94: nobody can tell a late duplicate from a live opener but by patience. */
static struct tcpw_ruling stale_into_time_wait(const struct tcpw_ctx *c)
{
	bool by_time = c->seg->options & TCPW_OPT_TS;
	struct tcpw_ruling r;

	if (c->cfg->tw_stale_syn == TCPWARD_TW_STALE_SYN_QUIET)
		return tcpw_ruling_quiet(c, TCPWARD_REASON_REUSE_TOO_OLD,
					 TCPW_OP_ADD_SYN);
	if (c->cfg->tw_stale_syn == TCPWARD_TW_STALE_SYN_RETRY && c->ext &&
	    c->ext->stale && c->ext->stale_seq == c->seg->seq &&
	    c->now_ms - c->ext->stale_ms >= TCPW_STALE_RETRY_MS)
		return reopen(c);
	r = tcpw_ruling_numbers(c, TCPWARD_REASON_REUSE_TOO_OLD,
		by_time ? TCPWARD_FIELD_TSVAL : TCPWARD_FIELD_SEQ,
		by_time ? c->x->tsrecent + 1 : c->x->nxt,
		(by_time ? c->x->tsrecent : c->x->nxt) + 0x7fffffff);
	if (c->cfg->tw_stale_syn == TCPWARD_TW_STALE_SYN_RETRY) {
		r.op = TCPW_OP_STALE_SYN;
		r.needs_ext = 1;
	}
	return r;
}

static struct tcpw_ruling into_finished(const struct tcpw_ctx *c)
{
	/* The holder of TIME-WAIT knows what it does (R96). */
	if (c->x->state == TCPWARD_STATE_TIME_WAIT || newer(c))
		return reopen(c);
	return stale_into_time_wait(c);
}

static struct tcpw_ruling same_syn(const struct tcpw_ctx *c)
{
	__u8 cell = tcpw_table_cell(TCPW_EVENT_SYN, c->x->state);
	bool crossed = c->conn->flags & (TCPW_CONN_SIMULTANEOUS |
					 TCPW_CONN_SPLIT);

	if (!tcpw_cell_legal(cell)) {
		if (crossed)
			return tcpw_ruling_quiet(c, TCPWARD_REASON_SYN_REPEAT,
						 TCPW_OP_NONE);
		return tcpw_ruling_numbers(c, tcpw_cell_reason(cell),
			TCPWARD_FIELD_SEQ, c->x->nxt,
			tcpw_later(c->x->edge, c->x->nxt));
	}
	if (c->x->state == TCPWARD_STATE_SYN_RECEIVED && !crossed)
		return tcpw_ruling_quiet(c, TCPWARD_REASON_SYN_REPEAT,
					 TCPW_OP_NONE);
	return track(c);
}

/* R74, R75, R98: forwarded within limits; the record stays the judge. */
static struct tcpw_ruling doubtful_syn(const struct tcpw_ctx *c, __u8 reason)
{
	if (reason == TCPWARD_REASON_SYN_ON_LIVE &&
	    c->cfg->syn_live == TCPWARD_QUIET_OR_DROP_DROP)
		return tcpw_ruling_drop(c, reason);
	if (c->ext && tcpw_over_limit(c, c->ext->limit_syns))
		return tcpw_ruling_drop(c, TCPWARD_REASON_SYN_RATE);
	return tcpw_ruling_quiet(c, reason, TCPW_OP_ADD_SYN);
}

static struct tcpw_ruling new_syn(const struct tcpw_ctx *c)
{
	__u8 cell = tcpw_table_cell(TCPW_EVENT_SYN_NEW, c->x->state);

	if (!tcpw_cell_legal(cell))
		return doubtful_syn(c, tcpw_cell_reason(cell));
	if (c->x->state == TCPWARD_STATE_LISTEN)
		return against_syn(c);
	if (c->x->state == TCPWARD_STATE_SYN_SENT)
		return another_syn(c);
	return into_finished(c);
}

/* A copy of a SYN that was answered while the record still stood (R98). */
static bool answered_already(const struct tcpw_ctx *c)
{
	int slot = tcpw_syn_find(c->ext, c->side, c->seg->seq);

	return slot >= 0 && tcpw_synack_of(c->ext, slot) >= 0;
}

struct tcpw_ruling tcpw_judge_syn(const struct tcpw_ctx *c)
{
	if (c->conn->kind == TCPWARD_KIND_BLANK)
		return open_record(c, TCPW_OP_OPEN);
	if (c->conn->kind == TCPWARD_KIND_RESET)
		return answered_already(c) ?
		       tcpw_ruling_pass(c, TCPW_OP_ADD_SYN) : reopen(c);
	if (c->x->flags & TCPW_EP_SYN && c->seg->seq == c->x->iss)
		return same_syn(c);
	return new_syn(c);
}
