// SPDX-License-Identifier: GPL-2.0
/*
 * The states of both endpoints after a segment that passes, by the table,
 * and the timer that goes with them (R84).
 */
#include "core/internal.h"
#include "core/table.h"

static void step(__u8 *state, enum tcpw_event event)
{
	__u8 cell = tcpw_table_cell(event, *state);

	if (tcpw_cell_legal(cell))
		*state = cell;
}

/* Events that the acknowledgement in the segment brings for both ends. */
static void follow_ack(const struct tcpw_ctx *c, __u8 *sender, __u8 *receiver)
{
	const struct tcpw_endpoint *x = c->x, *y = c->y;

	if (y->flags & TCPW_EP_SYN && !(x->flags & TCPW_EP_ACKED_SYN) &&
	    tcpw_after(c->seg->ack, y->iss)) {
		step(sender, x->flags & TCPW_EP_SYN_ACKED ?
			     TCPW_EVENT_ACKS_SYN : TCPW_EVENT_ACKS_SYN_FIRST);
		step(receiver, TCPW_EVENT_SYN_ACKED);
	}
	if (y->flags & TCPW_EP_FIN && !(x->flags & TCPW_EP_ACKED_FIN) &&
	    tcpw_after(c->seg->ack, y->dend)) {
		step(sender, TCPW_EVENT_ACKS_FIN);
		step(receiver, TCPW_EVENT_FIN_ACKED);
	}
}

/* Its sender's ACK of the peer's FIN came before it (R61). */
static bool fin_overtaken(const struct tcpw_ctx *c)
{
	return c->x->flags & TCPW_EP_ACKED_FIN &&
	       !tcpw_after(c->seg->ack, c->y->dend);
}

static bool sent_fin(__u8 state)
{
	return state >= TCPWARD_STATE_FIN_WAIT_1 &&
	       state != TCPWARD_STATE_CLOSE_WAIT;
}

__u8 tcpw_timer_of(__u8 kind, __u8 one, __u8 other)
{
	__u8 low = one < other ? one : other;
	__u8 high = one < other ? other : one;

	if (kind == TCPWARD_KIND_RESET)
		return TCPW_TIMER_RESET;
	if (low < TCPWARD_STATE_ESTABLISHED)
		return high <= TCPWARD_STATE_SYN_SENT ? TCPW_TIMER_SYN :
							TCPW_TIMER_HALF_OPEN;
	if (tcpw_finished(one) && tcpw_finished(other))
		return TCPW_TIMER_TIME_WAIT;
	if (sent_fin(one) && sent_fin(other))
		return TCPW_TIMER_CLOSING;
	return TCPW_TIMER_ESTABLISHED;
}

void tcpw_follow(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	__u8 *sender = &r->next[c->side], *receiver = &r->next[!c->side];
	const struct tcpw_seg *seg = c->seg;

	if (seg->flags & TCPW_SYN)
		step(sender, TCPW_EVENT_SYN);
	if (seg->flags & TCPW_ACK)
		follow_ack(c, sender, receiver);
	if (seg->flags & TCPW_FIN && !(c->x->flags & TCPW_EP_FIN))
		step(sender, fin_overtaken(c) ? TCPW_EVENT_FIN_OVERTAKEN :
						TCPW_EVENT_FIN);
	r->timer = tcpw_timer_of(c->conn->kind, *sender, *receiver);
	/* Within TIME-WAIT only a repeated FIN of its peer counts (R90). */
	if (r->timer == TCPW_TIMER_TIME_WAIT &&
	    tcpw_finished(c->x->state) && tcpw_finished(c->y->state) &&
	    !(seg->flags & TCPW_FIN &&
	      c->y->state == TCPWARD_STATE_TIME_WAIT))
		r->timer = TCPW_TIMER_KEEP;
}
