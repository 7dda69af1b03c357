// SPDX-License-Identifier: GPL-2.0
/*
 * The short way: what nearly all segments are, data and acknowledgements of
 * an open connection within every bound, and the steps by which a connection
 * opens and closes in order, is seen here at once, and followed. Owns no rule:
 * each condition only says that the rules elsewhere come to this ruling and
 * change these numbers, and whatever meets one of them not goes the whole way.
 * Scenarios, fuzzer and model go both ways and compare.
 */
#include "core/internal.h"
#include "core/track.h"

/* More than the largest window, and with it less than half of all numbers. */
#define NEAR 0x40000000u

/* Data or a bare ACK, and nothing else to be said of it. */
static inline bool plain_segment(const struct tcpw_seg *seg)
{
	static const struct tcpw_seg asked = {
		.flags = TCPW_SYN | TCPW_FIN | TCPW_RST | TCPW_URG | TCPW_ACK,
		.options = 0xff & ~(TCPW_OPT_TS | TCPW_OPT_SACK |
				    TCPW_OPT_TFO),
		.known = 0xff & ~TCPW_SEG_FROM_SERVER,
		.bad = 0xff,
		.sack_bad = 0xff,
	};
	static const struct tcpw_seg answer = { .flags = TCPW_ACK };

	return (seg->marks & asked.marks) == answer.marks;
}

/* Handshake done, nothing closed, numbers known. */
static inline bool plain_end(const struct tcpw_endpoint *ep)
{
	static const struct tcpw_endpoint asked = {
		.flags = TCPW_EP_SYN | TCPW_EP_SYN_ACKED | TCPW_EP_ACKED_SYN |
			 TCPW_EP_OPEN | TCPW_EP_AUTH | TCPW_EP_FIN,
		.state = 0xff,
	};
	static const struct tcpw_endpoint answer = {
		.flags = TCPW_EP_SYN | TCPW_EP_SYN_ACKED | TCPW_EP_ACKED_SYN,
		.state = TCPWARD_STATE_ESTABLISHED,
	};

	return (ep->marks & asked.marks) == answer.marks;
}

/* @a is @b or follows it, by less than any window. */
static inline bool soon_after(__u32 a, __u32 b)
{
	return a - b < NEAR;
}

/* Goes on where its sender was, and repeats nothing. */
static inline bool goes_on(const struct tcpw_endpoint *x,
			   const struct tcpw_endpoint *y,
			   const struct tcpw_seg *seg)
{
	return soon_after(seg->seq, x->nxt) &&
	       soon_after(seg->seq + seg->len, x->una) &&
	       soon_after(seg->ack, y->una);
}

/* Not far below what was sent and acknowledged, nor below the ISS. */
static bool reaches(const struct tcpw_endpoint *x,
		    const struct tcpw_endpoint *y, const struct tcpw_seg *seg)
{
	__u32 reach = tcpw_window_of(y) + 1;

	if (tcpw_before(seg->seq, x->nxt - reach) ||
	    tcpw_before(seg->seq + seg->len, x->una - reach) ||
	    tcpw_before(seg->ack, y->una - tcpw_window_of(x)))
		return false;
	if (x->flags & TCPW_EP_ISS && tcpw_before(seg->seq, x->iss))
		return false;
	return !(y->flags & TCPW_EP_ISS) || tcpw_after(seg->ack, y->iss);
}

/* R107 */
static bool fits_sack(const struct tcpw_endpoint *x,
		      const struct tcpw_endpoint *y,
		      const struct tcpw_seg *seg)
{
	const __u32 *edge = seg->sack;
	unsigned int i;

	if (seg->sacks && !(x->flags & y->flags & TCPW_EP_SACK_OK))
		return false;
	for (i = seg->sacks; i; i--, edge += 2)
		if (!tcpw_before(edge[0], edge[1]) ||
		    tcpw_after(edge[1], y->nxt))
			return false;
	return true;
}

static inline bool fits_ts(const struct tcpw_endpoint *x,
			   const struct tcpw_endpoint *y,
			   const struct tcpw_seg *seg)
{
	if (!(x->flags & y->flags & TCPW_EP_TS))
		return true;
	return seg->options & TCPW_OPT_TS &&
	       !tcpw_before(seg->tsval, x->tsrecent);
}

/* Carries what was seen before, and is no keep-alive: tcpw_repeats(). */
static bool repeats(const struct tcpw_endpoint *x, const struct tcpw_seg *seg)
{
	if (!seg->len || !tcpw_before(seg->seq, x->nxt))
		return false;
	return seg->len != 1 || seg->seq != x->nxt - 1 || x->una != x->nxt;
}

/* All but how far behind it may lie, and SACK. */
static inline bool plain(const struct tcpw_conn *conn,
			 const struct tcpw_endpoint *x,
			 const struct tcpw_endpoint *y,
			 const struct tcpw_seg *seg)
{
	return conn->kind == TCPWARD_KIND_OPEN && plain_segment(seg) &&
	       plain_end(x) && plain_end(y) && fits_ts(x, y, seg) &&
	       soon_after(x->edge, seg->seq + seg->len) &&
	       soon_after(y->nxt, seg->ack);
}

static const struct tcpw_ruling plain_ruling = {
	.verdict = TCPWARD_VERDICT_PASS,
	.op = TCPW_OP_TRACK,
	.next = { TCPWARD_STATE_ESTABLISHED, TCPWARD_STATE_ESTABLISHED },
	.timer = TCPW_TIMER_ESTABLISHED,
	.plain = 1,
};

/* Behind the order, or with SACK blocks. */
static bool fits_further(const struct tcpw_endpoint *x,
			 const struct tcpw_endpoint *y,
			 const struct tcpw_seg *seg)
{
	return (goes_on(x, y, seg) || reaches(x, y, seg)) &&
	       fits_sack(x, y, seg);
}

static __attribute__((__noinline__)) struct tcpw_ruling
judge_further(const struct tcpw_conn *conn, unsigned int side,
	      const struct tcpw_seg *seg, const struct tcpw_config *cfg,
	      __u64 now_ms)
{
	const struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;
	struct tcpw_ruling r = plain_ruling;

	if (!fits_further(x, y, seg))
		return tcpw_judge_whole(conn, NULL, side, seg, cfg, now_ms);
	r.retransmission = repeats(x, seg);
	return r;
}

/* --- opening and closing ----------------------------------------------- */

/* A SYN, a FIN, an ACK, and nothing else to be said of it. */
static inline bool step_segment(const struct tcpw_seg *seg)
{
	static const struct tcpw_seg asked = {
		.flags = TCPW_RST | TCPW_URG,
		.options = TCPW_OPT_SACK | TCPW_OPT_AUTH | TCPW_OPT_BROKEN,
		.known = 0xff & ~TCPW_SEG_FROM_SERVER,
		.bad = 0xff,
		.sack_bad = 0xff,
	};

	return !(seg->marks & asked.marks) &&
	       (seg->flags & TCPW_SYN ?
		!(seg->options & TCPW_OPT_WS) || seg->ws <= TCPW_SCALE_MAX :
		!(seg->options & (TCPW_OPT_MSS | TCPW_OPT_WS |
				  TCPW_OPT_SACK_OK)));
}

/* Its SYN was seen; its numbers are known. */
static inline bool known_end(const struct tcpw_endpoint *ep)
{
	return (ep->flags & (TCPW_EP_SYN | TCPW_EP_OPEN | TCPW_EP_AUTH)) ==
	       TCPW_EP_SYN;
}

/* The record is as its opener's SYN has left it, and this is the answer. */
static bool answers(const struct tcpw_endpoint *x,
		    const struct tcpw_endpoint *y, const struct tcpw_seg *seg)
{
	return x->state == TCPWARD_STATE_LISTEN && !x->flags && known_end(y) &&
	       tcpw_acks(seg->ack, y->iss, y->nxt) &&
	       (!(seg->options & TCPW_OPT_TS) || !(y->flags & TCPW_EP_TS) ||
		tcpw_echoes_syn(y, seg->tsecr));
}

/* The third step, or between ends that are open or closing. */
static inline bool under_way(const struct tcpw_endpoint *x,
			     const struct tcpw_endpoint *y)
{
	return known_end(x) && known_end(y) &&
	       x->state != TCPWARD_STATE_LISTEN &&
	       x->state != TCPWARD_STATE_SYN_RECEIVED &&
	       y->state >= TCPWARD_STATE_SYN_RECEIVED &&
	       !tcpw_finished(x->state) && !tcpw_finished(y->state);
}

/* R86, R87: nothing behind the first FIN, and that behind all data. */
static inline bool fits_fin(const struct tcpw_endpoint *x,
			    const struct tcpw_seg *seg)
{
	__u32 end = seg->seq + seg->len;

	if (x->flags & TCPW_EP_FIN)
		return !(seg->flags & TCPW_FIN) &&
		       !tcpw_after(end, x->dend + 1);
	return !(seg->flags & TCPW_FIN) || !tcpw_before(end, x->dend);
}

/* The very next of its sender. */
static bool is_next(const struct tcpw_endpoint *x,
		    const struct tcpw_endpoint *y, const struct tcpw_seg *seg)
{
	return under_way(x, y) && seg->seq == x->nxt &&
	       soon_after(seg->seq, x->una) &&
	       soon_after(x->edge, seg->seq + tcpw_seg_space(seg)) &&
	       seg->ack != y->iss && soon_after(seg->ack, y->una) &&
	       soon_after(y->nxt, seg->ack) && fits_fin(x, seg) &&
	       fits_ts(x, y, seg);
}

/* One of the steps by which a connection opens and closes in order. */
static bool is_step(const struct tcpw_conn *conn, unsigned int side,
		    const struct tcpw_seg *seg)
{
	const struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;

	if (conn->kind != TCPWARD_KIND_OPEN || !(seg->flags & TCPW_ACK) ||
	    !step_segment(seg))
		return false;
	return seg->flags & TCPW_SYN ? answers(x, y, seg) :
				       is_next(x, y, seg);
}

/* Between sockets of which nothing is known. */
static inline bool opens(const struct tcpw_conn *conn,
			 const struct tcpw_seg *seg)
{
	return conn->kind == TCPWARD_KIND_BLANK &&
	       (seg->flags & (TCPW_SYN | TCPW_ACK)) == TCPW_SYN &&
	       step_segment(seg);
}

static struct tcpw_ruling first_syn(unsigned int side)
{
	struct tcpw_ruling r = {
		.verdict = TCPWARD_VERDICT_PASS,
		.op = TCPW_OP_OPEN,
		.timer = TCPW_TIMER_SYN,
		.create = 1,
	};

	r.next[side] = TCPWARD_STATE_SYN_SENT;
	r.next[!side] = TCPWARD_STATE_LISTEN;
	return r;
}

struct tcpw_ruling tcpw_judge(const struct tcpw_conn *conn,
			      const struct tcpw_ext *ext, unsigned int side,
			      const struct tcpw_seg *seg,
			      const struct tcpw_config *cfg, __u64 now_ms)
{
	const struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;

	if (ext)
		return tcpw_judge_whole(conn, ext, side, seg, cfg, now_ms);
	if (opens(conn, seg))
		return first_syn(side);
	if (!plain(conn, x, y, seg))
		return tcpw_judge_whole(conn, ext, side, seg, cfg, now_ms);
	if (seg->sacks || !goes_on(x, y, seg))
		return judge_further(conn, side, seg, cfg, now_ms);
	return plain_ruling;
}

/* --- following --------------------------------------------------------- */

static inline void follow_data(struct tcpw_endpoint *x,
			       const struct tcpw_seg *seg)
{
	__u32 end = seg->seq + seg->len;

	if (tcpw_after(end, x->nxt)) {
		x->nxt = end;
		if (end - x->iss > TCPW_ISS_REACH)
			tcpw_clear(&x->flags, TCPW_EP_ISS);
	}
	if (seg->len && tcpw_after(end, x->dend))
		x->dend = end;
}

static inline void follow_ack(struct tcpw_endpoint *x,
			      struct tcpw_endpoint *y,
			      const struct tcpw_seg *seg)
{
	__u32 window = seg->window, edge;

	if (x->flags & y->flags & TCPW_EP_WS)
		window <<= x->ws;
	edge = seg->ack + window;
	if (window > x->maxwnd)
		x->maxwnd = window;
	if (tcpw_after(edge, y->edge))
		y->edge = edge;
	if (tcpw_after(seg->ack, y->una))
		y->una = seg->ack;
}

/* What a record that replaced another one waits for (R37). */
static inline void follow_acked(struct tcpw_conn *conn, unsigned int side,
				const struct tcpw_endpoint *y, __u32 ack)
{
	const unsigned int flag = side ? TCPW_CONN_C2S_ACKED :
					 TCPW_CONN_S2C_ACKED;

	if (!(conn->flags & flag) && tcpw_after(ack, y->iss) &&
	    tcpw_after(ack, y->iss + 1) && tcpw_after(y->dend, y->iss + 1))
		conn->flags |= flag;
}

/* R103: the judge has seen that it is no older than tsrecent. */
static inline bool sets_clock(const struct tcpw_endpoint *x,
			      const struct tcpw_endpoint *y,
			      const struct tcpw_seg *seg, __u64 now_ms)
{
	return x->flags & y->flags & TCPW_EP_TS &&
	       (!tcpw_after(seg->seq, x->una) || tcpw_ts_void(x, now_ms));
}

static inline __attribute__((__always_inline__)) void
follow(struct tcpw_conn *conn, unsigned int side, struct tcpw_endpoint *x,
       struct tcpw_endpoint *y, const struct tcpw_seg *seg,
       const struct tcpw_config *cfg, __u64 now_ms)
{
	follow_data(x, seg);
	follow_ack(x, y, seg);
	follow_acked(conn, side, y, seg->ack);
	conn->deadline_ms = cfg->timeout_established_ms ?
			    now_ms + cfg->timeout_established_ms : 0;
	if (sets_clock(x, y, seg, now_ms))
		tcpw_learn_ts(x, seg->tsval, now_ms);
}

void tcpw_apply(struct tcpw_conn *conn, struct tcpw_ext *ext,
		unsigned int side, const struct tcpw_seg *seg,
		const struct tcpw_config *cfg, const struct tcpw_ruling *r,
		__u64 now_ms)
{
	struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;

	if (r->plain && r->verdict == TCPWARD_VERDICT_PASS)
		follow(conn, side, x, y, seg, cfg, now_ms);
	else
		tcpw_apply_whole(conn, ext, side, seg, cfg, r, now_ms);
}

static __attribute__((__noinline__)) enum tcpw_went
go_further(struct tcpw_conn *conn, unsigned int side,
	   const struct tcpw_seg *seg, const struct tcpw_config *cfg,
	   __u64 now_ms)
{
	struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;
	enum tcpw_went went;

	if (!fits_further(x, y, seg))
		return TCPW_WENT_NOT;
	went = repeats(x, seg) ? TCPW_WENT_BACK : TCPW_WENT_ON;
	follow(conn, side, x, y, seg, cfg, now_ms);
	return went;
}

enum tcpw_went
tcpw_go_on(struct tcpw_conn *conn, const struct tcpw_ext *ext,
	   unsigned int side, const struct tcpw_seg *seg,
	   const struct tcpw_config *cfg, __u64 now_ms)
{
	struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;

	if (ext || !plain(conn, x, y, seg))
		return TCPW_WENT_NOT;
	if (seg->sacks || !goes_on(x, y, seg))
		return go_further(conn, side, seg, cfg, now_ms);
	follow(conn, side, x, y, seg, cfg, now_ms);
	return TCPW_WENT_ON;
}

/* Its first FIN. */
static void follow_fin(struct tcpw_conn *conn, unsigned int side,
		       struct tcpw_endpoint *x)
{
	x->dend = x->nxt++;
	x->flags |= TCPW_EP_FIN;
	if (!conn->closed_by)
		conn->closed_by = (__u8)(1 + side);
}

/* SYN and FIN of the other end, as far as they are acknowledged. */
static void follow_steps_acked(struct tcpw_endpoint *x,
			       struct tcpw_endpoint *y, __u32 ack)
{
	if (tcpw_after(ack, y->iss)) {
		x->flags |= TCPW_EP_ACKED_SYN;
		y->flags |= TCPW_EP_SYN_ACKED;
	}
	if (y->flags & TCPW_EP_FIN && tcpw_after(ack, y->dend)) {
		x->flags |= TCPW_EP_ACKED_FIN;
		y->flags |= TCPW_EP_FIN_ACKED;
	}
}

static void follow_step(struct tcpw_conn *conn, unsigned int side,
			const struct tcpw_seg *seg, __u64 now_ms)
{
	struct tcpw_endpoint *x = conn->ep + side, *y = conn->ep + !side;

	follow_data(x, seg);
	if (seg->flags & TCPW_FIN)
		follow_fin(conn, side, x);
	follow_ack(x, y, seg);
	follow_steps_acked(x, y, seg->ack);
	follow_acked(conn, side, y, seg->ack);
	if (sets_clock(x, y, seg, now_ms))
		tcpw_learn_ts(x, seg->tsval, now_ms);
}

bool tcpw_step_on(struct tcpw_conn *conn, const struct tcpw_ext *ext,
		  unsigned int side, const struct tcpw_seg *seg,
		  const struct tcpw_config *cfg, __u64 now_ms)
{
	const struct tcpw_ctx c =
		tcpw_context(conn, ext, side, seg, cfg, now_ms);
	struct tcpw_ruling r;

	if (ext || !is_step(conn, side, seg))
		return false;
	r.next[0] = conn->ep[0].state;
	r.next[1] = conn->ep[1].state;
	tcpw_follow(&c, &r);
	if (seg->flags & TCPW_SYN)
		tcpw_track(conn, side, seg, now_ms);
	else
		follow_step(conn, side, seg, now_ms);
	conn->ep[0].state = r.next[0];
	conn->ep[1].state = r.next[1];
	tcpw_set_deadline(conn, cfg, r.timer, now_ms);
	return true;
}
