// SPDX-License-Identifier: GPL-2.0
/*
 * A restored record knows nothing of what passed between the save and the
 * restore: its numbers are reached at least. Until each end was heard twice,
 * a segment that is too far ahead, and fails in nothing else, moves the
 * record on. What lies behind is refused as ever, and so is any SYN or RST.
 * The record of a connection whose segments may go past us by any number is
 * moved to where a segment says that it is.
 */
#include "core/internal.h"
#include "tcpward.h"

#define REACH 0x40000000u	/* octets that may have passed unseen */
#define HEARD 2			/* segments of an end that say where it is */
#define UNHEARD_BITS 2		/* of tcpw_flow.unheard, for each end */
#define UNHEARD_MASK 3

static bool ahead(u32 number, u32 of)
{
	return tcpw_after(number, of) && number - of <= REACH;
}

/* The peer must have offered the window that the segment is sent in. */
static void move_sender(struct tcpw_endpoint *x, const struct tcpw_seg *seg)
{
	u32 end = seg->seq + tcpw_seg_space(seg);

	if (!ahead(end, x->edge))
		return;
	x->edge = end;
	x->nxt = tcpw_later(x->nxt, seg->seq);
	tcpw_saw_data(x, seg->seq);
}

static void move_receiver(struct tcpw_endpoint *y, const struct tcpw_seg *seg)
{
	if (ahead(seg->ack, y->nxt))
		y->nxt = seg->ack;
}

static void bound_iss(struct tcpw_endpoint *ep)
{
	if (ep->nxt - ep->iss > TCPW_ISS_REACH)
		tcpw_clear(&ep->flags, TCPW_EP_ISS);
}

static void hear(struct tcpw_flow *flow, unsigned int side)
{
	unsigned int shift = UNHEARD_BITS * side;

	if (flow->unheard >> shift & UNHEARD_MASK)
		flow->unheard -= 1 << shift;
}

/*
 * tcpw_catch_up() - judge again a segment that a restored record refused
 * @r: the ruling, replaced if the segment passes now
 *
 * Context: tcpw_flow.lock held.
 */
void tcpw_catch_up(struct tcpw_flow *flow, const struct tcpw_packet *pkt,
		   const struct tcpw_config *cfg, struct tcpw_ruling *r)
{
	struct tcpw_conn conn = flow->conn;
	struct tcpw_ruling again;

	lockdep_assert_held(&flow->lock);
	if ((pkt->seg.flags & (TCPW_SYN | TCPW_RST | TCPW_ACK)) != TCPW_ACK)
		return;
	if (r->verdict == TCPWARD_VERDICT_DROP) {
		move_sender(&conn.ep[pkt->side], &pkt->seg);
		move_receiver(&conn.ep[!pkt->side], &pkt->seg);
		bound_iss(&conn.ep[0]);
		bound_iss(&conn.ep[1]);
		again = tcpw_judge(&conn, tcpw_flow_ext(flow), pkt->side, &pkt->seg,
				   cfg, pkt->now_ms);
		if (again.verdict != TCPWARD_VERDICT_PASS)
			return;
		flow->conn = conn;
		*r = again;
	}
	if (r->verdict == TCPWARD_VERDICT_PASS)
		hear(flow, pkt->side);
}

void tcpw_catch_up_begin(struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	flow->unheard = HEARD | HEARD << UNHEARD_BITS;
}

static void leap_end(struct tcpw_endpoint *ep, u32 number)
{
	ep->una = number;
	ep->nxt = number;
	if (!(ep->flags & TCPW_EP_FIN))
		ep->dend = number;
	tcpw_clear(&ep->flags, TCPW_EP_ISS);
}

/* To where the segment is, whatever was there before: but a FIN stays. */
static void leap(struct tcpw_conn *conn, unsigned int side,
		 const struct tcpw_seg *seg)
{
	struct tcpw_endpoint *x = &conn->ep[side], *y = &conn->ep[!side];

	leap_end(x, seg->seq);
	x->edge = seg->seq + tcpw_seg_space(seg);
	if (!(seg->flags & TCPW_ACK))
		return;
	leap_end(y, seg->ack);
	y->edge = seg->ack;
}

/*
 * tcpw_catch_up_bypassed() - judge again a segment that a record refused
 * which others may have gone past
 * @r: the ruling; of a drop nothing is left but what the segment alone is
 *	refused for
 *
 * Context: tcpw_flow.lock held.
 */
void tcpw_catch_up_bypassed(struct tcpw_flow *flow,
			    const struct tcpw_packet *pkt,
			    const struct tcpw_policy *policy,
			    struct tcpw_ruling *r)
{
	struct tcpw_conn conn = flow->conn, blank = {};
	struct tcpw_ruling again;

	lockdep_assert_held(&flow->lock);
	again = tcpw_judge(&blank, NULL, pkt->side, &pkt->seg, &policy->loose,
			   pkt->now_ms);
	if (again.verdict == TCPWARD_VERDICT_DROP)
		return;
	r->verdict = TCPWARD_VERDICT_QUIET;
	if (pkt->seg.flags & TCPW_SYN)
		return;
	leap(&conn, pkt->side, &pkt->seg);
	again = tcpw_judge(&conn, tcpw_flow_ext(flow), pkt->side, &pkt->seg,
			   &policy->strict, pkt->now_ms);
	if (again.verdict != TCPWARD_VERDICT_PASS)
		return;
	tcpw_ruling_flag(&again, TCPWARD_REASON_PICKED_UP);
	flow->conn = conn;
	*r = again;
}
