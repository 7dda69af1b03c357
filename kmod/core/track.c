// SPDX-License-Identifier: GPL-2.0
/*
 * How a segment that passes changes the numbers of a record (RULES 1.1).
 * Only tcpw_apply() calls this; states come from the ruling.
 */
#include "core/track.h"

#include <linux/string.h>

static void track_window(struct tcpw_endpoint *x, struct tcpw_endpoint *y,
			 const struct tcpw_seg *seg)
{
	unsigned int scale = seg->flags & TCPW_SYN ? 0 : tcpw_scale(x, y);
	__u32 window = (__u32)seg->window << scale;

	if (window > x->maxwnd)
		x->maxwnd = window;
	y->edge = tcpw_later(y->edge, seg->ack + window);
}

/* The ISS bounds numbers within reach alone: modulo 2^32 it lies ahead. */
static void outgrow_iss(struct tcpw_endpoint *ep)
{
	if (ep->nxt - ep->iss > TCPW_ISS_REACH)
		tcpw_clear(&ep->flags, TCPW_EP_ISS);
}

static void track_ack(struct tcpw_conn *conn, unsigned int side,
		      const struct tcpw_seg *seg)
{
	struct tcpw_endpoint *x = &conn->ep[side], *y = &conn->ep[!side];

	y->una = tcpw_later(y->una, seg->ack);
	y->nxt = tcpw_later(y->nxt, seg->ack);
	outgrow_iss(y);
	track_window(x, y, seg);
	if (y->flags & TCPW_EP_SYN && tcpw_after(seg->ack, y->iss)) {
		x->flags |= TCPW_EP_ACKED_SYN;
		y->flags |= TCPW_EP_SYN_ACKED;
		if (tcpw_after(seg->ack, y->iss + 1) &&
		    tcpw_after(y->dend, y->iss + 1))
			conn->flags |= side ? TCPW_CONN_C2S_ACKED :
					      TCPW_CONN_S2C_ACKED;
	}
	if (y->flags & TCPW_EP_FIN && tcpw_after(seg->ack, y->dend)) {
		x->flags |= TCPW_EP_ACKED_FIN;
		y->flags |= TCPW_EP_FIN_ACKED;
	}
}

/* R103: only a segment that the peer waits for sets the clock forward. */
static void track_ts(struct tcpw_endpoint *x, const struct tcpw_endpoint *y,
		     const struct tcpw_seg *seg, __u64 now_ms)
{
	if (!(x->flags & y->flags & TCPW_EP_TS) ||
	    !(seg->options & TCPW_OPT_TS))
		return;
	if (tcpw_ts_void(x, now_ms) ||
	    (!tcpw_before(seg->tsval, x->tsrecent) &&
	     !tcpw_after(seg->seq, x->una)))
		tcpw_learn_ts(x, seg->tsval, now_ms);
}

static void track_seen(struct tcpw_endpoint *x)
{
	if (x->flags & TCPW_EP_SEEN1)
		x->flags |= TCPW_EP_SEEN2;
	x->flags |= TCPW_EP_SEEN1;
}

static void track_data(struct tcpw_conn *conn, unsigned int side,
		       const struct tcpw_seg *seg)
{
	struct tcpw_endpoint *x = &conn->ep[side];
	__u32 end = seg->seq + tcpw_seg_space(seg);

	x->nxt = tcpw_later(x->nxt, end);
	if (seg->len)
		tcpw_saw_data(x, seg->seq + seg->len);
	if (seg->flags & TCPW_FIN && !(x->flags & TCPW_EP_FIN)) {
		x->dend = end - 1;
		x->flags |= TCPW_EP_FIN;
		if (!conn->closed_by)
			conn->closed_by = (__u8)(1 + side);
	}
	outgrow_iss(x);
}

/* The first SYN of an end: what its peer's SYN offered is its window. */
static void begin(struct tcpw_conn *conn, unsigned int side,
		  const struct tcpw_seg *seg, __u64 now_ms)
{
	struct tcpw_endpoint *x = &conn->ep[side], *y = &conn->ep[!side];

	tcpw_endpoint_open(x, seg, now_ms);
	x->edge = x->iss + 1 + y->maxwnd;
	if (seg->flags & TCPW_ACK)
		return;
	y->edge = tcpw_later(y->edge, y->iss + 1 + seg->window);
	conn->flags |= TCPW_CONN_SIMULTANEOUS;
}

static void track_syn(struct tcpw_conn *conn, unsigned int side,
		      const struct tcpw_seg *seg, __u64 now_ms)
{
	if (conn->ep[side].state == TCPWARD_STATE_LISTEN)
		begin(conn, side, seg, now_ms);
	else
		tcpw_learn_syn(&conn->ep[side], seg, now_ms);
	if (seg->flags & TCPW_ACK)
		track_ack(conn, side, seg);
}

void tcpw_track(struct tcpw_conn *conn, unsigned int side,
		const struct tcpw_seg *seg, __u64 now_ms)
{
	if (seg->flags & TCPW_SYN) {
		track_syn(conn, side, seg, now_ms);
		return;
	}
	track_data(conn, side, seg);
	track_ack(conn, side, seg);
	track_ts(&conn->ep[side], &conn->ep[!side], seg, now_ms);
	if (conn->ep[side].flags & TCPW_EP_OPEN)
		track_seen(&conn->ep[side]);
	if (conn->kind == TCPWARD_KIND_RESET)
		conn->ep[side].flags |= TCPW_EP_AFTER_RST;
}

void tcpw_track_unseen(struct tcpw_endpoint *ep, __u32 number)
{
	memset(ep, 0, sizeof(*ep));
	ep->una = number;
	ep->nxt = number;
	ep->dend = number;
	ep->edge = number;
	ep->maxwnd = 1;
	ep->flags = TCPW_EP_OPEN;
}

void tcpw_track_pickup(struct tcpw_conn *conn, unsigned int side,
		       const struct tcpw_seg *seg, __u64 now_ms)
{
	memset(conn, 0, sizeof(*conn));
	conn->kind = TCPWARD_KIND_MID;
	conn->client = seg->known & TCPW_SEG_FROM_SERVER ? !side : (__u8)side;
	tcpw_track_unseen(&conn->ep[side], seg->seq);
	tcpw_track_unseen(&conn->ep[!side], seg->ack);
	tcpw_track(conn, side, seg, now_ms);
}
