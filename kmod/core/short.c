// SPDX-License-Identifier: GPL-2.0
/*
 * The short way: what nearly all segments are, data and acknowledgements of
 * an open connection within every bound, is seen here at once. Owns no rule:
 * each condition only says that the rules elsewhere come to this ruling, and
 * whatever meets one of them not goes the whole way. Scenarios, fuzzer and
 * model go both ways and compare.
 */
#include "core/internal.h"

#define KEEPS_TO_ACK (TCPW_SYN | TCPW_FIN | TCPW_RST | TCPW_URG | TCPW_ACK)
#define BESIDE_DATA (TCPW_OPT_TS | TCPW_OPT_SACK | TCPW_OPT_TFO)

static bool plain_segment(const struct tcpw_seg *seg)
{
	return (seg->flags & KEEPS_TO_ACK) == TCPW_ACK &&
	       !(seg->options & ~BESIDE_DATA) &&
	       !(seg->known & ~TCPW_SEG_FROM_SERVER) &&
	       !(seg->bad | seg->sack_bad | seg->sacks);
}

/* Open both ways, handshake done, numbers known, nothing beside the record. */
static bool plain_record(const struct tcpw_ctx *c)
{
	const struct tcpw_endpoint *x = c->x, *y = c->y;
	const __u16 either = x->flags | y->flags;

	return c->conn->kind == TCPWARD_KIND_OPEN &&
	       x->state == TCPWARD_STATE_ESTABLISHED &&
	       y->state == TCPWARD_STATE_ESTABLISHED &&
	       x->flags & TCPW_EP_ACKED_SYN && !c->ext &&
	       !(either & (TCPW_EP_OPEN | TCPW_EP_AUTH | TCPW_EP_FIN));
}

/* Within the window, and not far below it. */
static bool fits_seq(const struct tcpw_ctx *c)
{
	__u32 seq = c->seg->seq, end = seq + c->seg->len;
	__u32 reach = tcpw_window_of(c->y) + 1;
	const struct tcpw_endpoint *x = c->x;

	if (tcpw_after(end, x->edge) || tcpw_before(seq, x->nxt - reach) ||
	    tcpw_before(end, x->una - reach))
		return false;
	return !(x->flags & TCPW_EP_ISS) || !tcpw_before(seq, x->iss);
}

static bool fits_ack(const struct tcpw_ctx *c)
{
	const struct tcpw_endpoint *y = c->y;
	__u32 ack = c->seg->ack;

	if (tcpw_after(ack, y->nxt) ||
	    tcpw_before(ack, y->una - tcpw_window_of(c->x)))
		return false;
	return !(y->flags & TCPW_EP_ISS) || tcpw_after(ack, y->iss);
}

static bool fits_ts(const struct tcpw_ctx *c)
{
	if (!(c->x->flags & c->y->flags & TCPW_EP_TS))
		return true;
	return c->seg->options & TCPW_OPT_TS &&
	       !tcpw_before(c->seg->tsval, c->x->tsrecent);
}

bool tcpw_short_way(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	if (!plain_segment(c->seg) || !plain_record(c) || !fits_seq(c) ||
	    !fits_ack(c) || !fits_ts(c))
		return false;
	*r = (struct tcpw_ruling){
		.verdict = TCPWARD_VERDICT_PASS,
		.op = TCPW_OP_TRACK,
		.next = { TCPWARD_STATE_ESTABLISHED, TCPWARD_STATE_ESTABLISHED },
		.timer = TCPW_TIMER_ESTABLISHED,
		.retransmission = tcpw_repeats(c),
	};
	return true;
}
