// SPDX-License-Identifier: GPL-2.0
/*
 * The zones of RULES 1.4 and 1.5: does a segment with ACK, without SYN and
 * RST, fit the record by its numbers? Names as there: X sends, Y receives.
 */
#include "core/internal.h"
#include "core/table.h"

#define TS_SLACK_MIN 1000u		/* ticks, while the rate is unknown */

static bool unknown(const struct tcpw_endpoint *ep)
{
	return ep->flags & TCPW_EP_OPEN && !(ep->flags & TCPW_EP_SEEN2);
}

/* R62: nothing can be refused until two segments of each end were seen. */
bool tcpw_zones_open(const struct tcpw_conn *conn)
{
	return unknown(&conn->ep[0]) || unknown(&conn->ep[1]);
}

/* R44, R118: both ends offered scaling, or nobody knows. */
unsigned int tcpw_scale(const struct tcpw_endpoint *ep,
			const struct tcpw_endpoint *peer)
{
	if (ep->flags & TCPW_EP_OPEN)
		return TCPW_SCALE_MAX;
	if (!(ep->flags & TCPW_EP_WS))
		return 0;
	return peer->flags & (TCPW_EP_WS | TCPW_EP_OPEN) ? ep->ws : 0;
}

static bool third_step(const struct tcpw_ctx *c)
{
	return !(c->x->flags & TCPW_EP_ACKED_SYN) &&
	       c->y->flags & TCPW_EP_SYN;
}

static __u8 seq_reason(const struct tcpw_ctx *c, __u8 reason)
{
	if (third_step(c))
		return TCPWARD_REASON_WRONG_THIRD_STEP_SEQ;
	return c->seg->flags & TCPW_FIN ? TCPWARD_REASON_FIN_OUT_OF_WINDOW :
					  reason;
}

/* R86, R87: what the sender's FIN forbids. */
static bool fits_fin(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	__u32 end = c->seg->seq + tcpw_seg_space(c->seg), first;
	bool fin = c->seg->flags & TCPW_FIN, different;
	const struct tcpw_endpoint *x = c->x;

	if (!(x->flags & TCPW_EP_FIN)) {
		if (!fin || tcpw_zones_open(c->conn) ||
		    !(tcpw_before(end - 1, x->dend) ||
		      tcpw_before(end - 1, x->nxt - 1)))
			return true;
		first = tcpw_later(x->dend, x->nxt - 1);
		*r = tcpw_ruling_numbers(c, TCPWARD_REASON_DIFFERENT_FIN,
					 TCPWARD_FIELD_FIN, first,
					 tcpw_later(x->edge, first));
		return false;
	}
	different = fin && end - 1 != x->dend;
	if (!different && !tcpw_after(end, x->dend + 1))
		return true;
	*r = tcpw_ruling_numbers(c, different ? TCPWARD_REASON_DIFFERENT_FIN :
						TCPWARD_REASON_DATA_AFTER_FIN,
				 TCPWARD_FIELD_FIN, x->dend, x->dend);
	return false;
}

/* Beyond every window ever offered (upper limit of "bad"). */
static bool right_of_window(const struct tcpw_ctx *c, __u32 right)
{
	__u32 space = tcpw_seg_space(c->seg), seq = c->seg->seq;

	if (tcpw_after(seq, right))
		return true;
	return seq == right && (space > 1 ||
				(space == 1 && tcpw_after(right, c->x->edge)));
}

/* A drop by sequence number: octets end before the edge, bare ACKs at it. */
static struct tcpw_ruling bad_seq(const struct tcpw_ctx *c, __u8 reason,
				  __u32 low, __u32 right)
{
	__u32 high = tcpw_seg_space(c->seg) ? right - 1 : right;

	return tcpw_ruling_numbers(c, seq_reason(c, reason),
				   TCPWARD_FIELD_SEQ, low, high);
}

static bool fits_seq(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	__u32 space = tcpw_seg_space(c->seg), seq = c->seg->seq;
	__u32 reach = tcpw_window_of(c->y) + 1;
	const struct tcpw_endpoint *x = c->x;
	__u32 right = tcpw_later(x->edge, x->nxt);
	__u32 low = (tcpw_before(x->nxt, x->edge) ? x->nxt : x->edge) - reach;
	bool iss = x->flags & TCPW_EP_ISS;
	__u8 reason = TCPWARD_REASON_NONE;

	if (iss && tcpw_before(low, x->iss))
		low = x->iss;
	if (right_of_window(c, right))
		reason = TCPWARD_REASON_RIGHT_OF_WINDOW;
	else if (iss && tcpw_before(seq, x->iss))
		reason = TCPWARD_REASON_OLD_INCARNATION;
	else if (tcpw_before(seq + space, x->una - reach))
		reason = TCPWARD_REASON_FAR_BELOW_WINDOW;
	if (reason) {
		*r = bad_seq(c, reason, low, right);
		return false;
	}
	if (tcpw_before(seq, low)) {
		*r = tcpw_ruling_numbers(c, TCPWARD_REASON_BELOW_WINDOW,
					 TCPWARD_FIELD_SEQ, low, right);
		r->verdict = TCPWARD_VERDICT_QUIET;
		return false;
	}
	if (space > 1 && tcpw_before(seq, x->edge) &&
	    tcpw_after(seq + space, x->edge))
		r->flag = TCPWARD_REASON_STRADDLES_WINDOW;
	return true;
}

/* RULES 1.5, R23 to R25. A number below the ISS is of a former connection. */
static bool fits_ack(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	const struct tcpw_endpoint *y = c->y;
	__u32 low = y->una - tcpw_window_of(c->x), ack = c->seg->ack;
	bool below_iss = false;

	if (y->flags & TCPW_EP_ISS) {
		below_iss = !tcpw_after(ack, y->iss);
		if (tcpw_before(low, y->iss + 1))
			low = y->iss + 1;
	}
	if (tcpw_after(ack, y->nxt)) {
		if (tcpw_observer(c->cfg)) {
			r->flag = TCPWARD_REASON_ACKED_UNSEEN;
			return true;
		}
		*r = tcpw_ruling_numbers(c, third_step(c) ?
			TCPWARD_REASON_WRONG_THIRD_STEP_ACK :
			TCPWARD_REASON_ACK_UNSENT,
			TCPWARD_FIELD_ACK, low, y->nxt);
		return false;
	}
	if (!tcpw_before(ack, low))
		return true;
	*r = tcpw_ruling_numbers(c, third_step(c) ?
		TCPWARD_REASON_WRONG_THIRD_STEP_ACK : below_iss ?
		TCPWARD_REASON_OLD_INCARNATION : TCPWARD_REASON_ACK_TOO_OLD,
		TCPWARD_FIELD_ACK, low, y->nxt);
	return false;
}

/* How far back a timestamp of @ep may lie, in its own ticks (R103). */
static __u32 paws_slack(const struct tcpw_endpoint *ep,
			const struct tcpw_config *cfg)
{
	__u32 since_first;

	if (ep->flags & TCPW_EP_TS_RATE)
		return (__u32)((__u64)ep->ts_ref * cfg->paws_slack_ms / 1000);
	since_first = ep->tsrecent - ep->ts_ref;
	return since_first > TS_SLACK_MIN ? since_first : TS_SLACK_MIN;
}

static bool lacks_ts(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	if (c->cfg->ts_missing == TCPWARD_FLAG_OR_DROP_DROP) {
		*r = tcpw_ruling_drop(c, TCPWARD_REASON_TIMESTAMP_MISSING);
		return false;
	}
	r->flag = TCPWARD_REASON_TIMESTAMP_MISSING;
	return true;
}

static bool fits_ts(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	const struct tcpw_endpoint *x = c->x;
	__u32 oldest;

	if (!(x->flags & c->y->flags & TCPW_EP_TS))
		return true;
	if (!(c->seg->options & TCPW_OPT_TS))
		return lacks_ts(c, r);
	if (!tcpw_before(c->seg->tsval, x->tsrecent))
		return true;
	oldest = x->tsrecent - paws_slack(x, c->cfg);
	if (c->cfg->paws != TCPWARD_SWITCH_ON ||
	    !tcpw_before(c->seg->tsval, oldest) || tcpw_ts_void(x, c->now_ms))
		return true;
	*r = tcpw_ruling_numbers(c, TCPWARD_REASON_PAWS, TCPWARD_FIELD_TSVAL,
				 oldest, oldest + 0x7fffffff);
	return false;
}

/*
 * Of several flags the last one counts; a refusal has none. Nobody can judge
 * numbers while the zones are open.
 */
struct tcpw_ruling tcpw_zone(const struct tcpw_ctx *c)
{
	__u8 cell = tcpw_table_cell(TCPW_EVENT_SEGMENT, c->x->state);
	struct tcpw_ruling r;

	if (!tcpw_cell_legal(cell))
		return tcpw_ruling_drop(c, tcpw_cell_reason(cell));
	r = tcpw_ruling_pass(c, TCPW_OP_TRACK);
	if (fits_fin(c, &r) &&
	    (tcpw_zones_open(c->conn) ||
	     (fits_seq(c, &r) && fits_ack(c, &r))))
		fits_ts(c, &r);
	return r;
}
