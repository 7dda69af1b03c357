// SPDX-License-Identifier: GPL-2.0
/* How rulings are made: every verdict starts from one of these. */
#include "core/internal.h"
#include "core/table.h"

static bool op_needs_ext(enum tcpw_op op)
{
	switch (op) {
	case TCPW_OP_REOPEN:
	case TCPW_OP_ADD_SYN:
	case TCPW_OP_ADD_SYNACK:
	case TCPW_OP_COUNT_RST:
	case TCPW_OP_CHALLENGE:
	case TCPW_OP_NEW_OPENER:
	case TCPW_OP_STALE_SYN:
		return true;
	default:
		return false;
	}
}

static struct tcpw_ruling ruling(const struct tcpw_ctx *c, __u8 verdict,
				 __u8 reason, enum tcpw_op op)
{
	struct tcpw_ruling r = {
		.verdict = verdict,
		.reason = reason,
		.op = (__u8)op,
		.needs_ext = op_needs_ext(op),
		.next = { c->conn->ep[0].state, c->conn->ep[1].state },
	};

	return r;
}

struct tcpw_ruling tcpw_ruling_pass(const struct tcpw_ctx *c, enum tcpw_op op)
{
	return ruling(c, TCPWARD_VERDICT_PASS, TCPWARD_REASON_NONE, op);
}

struct tcpw_ruling tcpw_ruling_quiet(const struct tcpw_ctx *c, __u8 reason,
				     enum tcpw_op op)
{
	return ruling(c, TCPWARD_VERDICT_QUIET, reason, op);
}

struct tcpw_ruling tcpw_ruling_drop(const struct tcpw_ctx *c, __u8 reason)
{
	return ruling(c, TCPWARD_VERDICT_DROP, reason, TCPW_OP_NONE);
}

static __u32 field_of(const struct tcpw_seg *seg, __u8 field)
{
	switch (field) {
	case TCPWARD_FIELD_SEQ:
		return seg->seq;
	case TCPWARD_FIELD_ACK:
		return seg->ack;
	case TCPWARD_FIELD_TSVAL:
		return seg->tsval;
	case TCPWARD_FIELD_TSECR:
		return seg->tsecr;
	case TCPWARD_FIELD_FIN:
		return seg->seq + tcpw_seg_space(seg) - 1;
	default:
		return seg->len;
	}
}

struct tcpw_ruling tcpw_ruling_numbers(const struct tcpw_ctx *c, __u8 reason,
				       __u8 field, __u32 low, __u32 high)
{
	struct tcpw_ruling r = tcpw_ruling_drop(c, reason);

	r.field = field;
	r.low = low;
	r.high = high;
	r.seen = field_of(c->seg, field);
	return r;
}

/* One flag a segment: the first one found is the most specific. */
void tcpw_ruling_flag(struct tcpw_ruling *r, __u8 flag)
{
	if (!r->flag)
		r->flag = flag;
}

struct tcpw_ruling tcpw_ruling_without_ext(const struct tcpw_conn *conn,
					   struct tcpw_ruling r)
{
	/* A new opening needs no memory of the old one to be followed. */
	if (r.op == TCPW_OP_REOPEN) {
		r.needs_ext = 0;
		return r;
	}
	r.verdict = TCPWARD_VERDICT_QUIET;
	r.reason = TCPWARD_REASON_OUT_OF_MEMORY;
	r.flag = TCPWARD_REASON_NONE;
	r.retransmission = 0;
	r.op = TCPW_OP_NONE;
	r.timer = TCPW_TIMER_KEEP;
	r.needs_ext = 0;
	r.create = 0;
	r.next[0] = conn->ep[0].state;
	r.next[1] = conn->ep[1].state;
	return r;
}
