/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the core owe each other; not for callers. */
#ifndef TCPW_CORE_INTERNAL_H
#define TCPW_CORE_INTERNAL_H

#include "core/core.h"

#include <linux/stddef.h>

/* What tcpw_apply() does beyond counting the verdict. */
enum tcpw_op {
	TCPW_OP_NONE,		/* nothing tracked changes */
	TCPW_OP_TRACK,		/* the segment belongs to the record */
	TCPW_OP_OPEN,		/* SYN: begin a record */
	TCPW_OP_REOPEN,		/* SYN: begin anew, former record as shadow */
	TCPW_OP_PICKUP,		/* begin a record in the middle */
	TCPW_OP_ONE_WAY,	/* track; the peer's SYN was never seen */
	TCPW_OP_RESUME,		/* the RST was not believed: track again */
	TCPW_OP_ADD_SYN,	/* note a pending SYN */
	TCPW_OP_ADD_SYNACK,	/* note a SYN+ACK answering syn[slot] */
	TCPW_OP_PICK_SYN,	/* SYN+ACK answers syn[slot], not the record */
	TCPW_OP_NEW_OPENER,	/* SYN+ACK with a new ISS: roles change (R99) */
	TCPW_OP_PICK_SYNACK,	/* third step of synack[slot] */
	TCPW_OP_RESET,		/* a believed RST */
	TCPW_OP_CANCEL_SYN,	/* RST against syn[slot] alone */
	TCPW_OP_CANCEL_OWN,	/* RST against the record's SYN, not syn[slot] */
	TCPW_OP_CANCEL_SIDE,	/* RST against a SYN that crossed another */
	TCPW_OP_REFUSE_SYN,	/* RST+ACK refuses syn[slot] once (R68) */
	TCPW_OP_COUNT_RST,	/* a doubtful RST passes (R67) */
	TCPW_OP_CHALLENGE,	/* note a challenge ACK (R28, R74) */
	TCPW_OP_COUNT_ACK,	/* the RST that answers it */
	TCPW_OP_STALE_SYN,	/* note a stale SYN (R94) */
	TCPW_OP_RESTORE,	/* RST: the shadow is the record again (R95) */
	TCPW_OP_TRACK_SHADOW,	/* the segment belongs to the shadow */
	TCPW_OP_RETURN,		/* shadow is the record again; track (R37) */
	TCPW_OP_END_SHADOW,	/* RST that ends the shadow (R96) */
};

/* One segment and all that it is judged by. */
struct tcpw_ctx {
	const struct tcpw_conn *conn;
	const struct tcpw_ext *ext;	/* may be NULL */
	const struct tcpw_seg *seg;
	const struct tcpw_config *cfg;
	const struct tcpw_endpoint *x;	/* sender */
	const struct tcpw_endpoint *y;	/* receiver */
	__u64 now_ms;
	unsigned int side;		/* of the sender */
};

static inline struct tcpw_ctx
tcpw_context(const struct tcpw_conn *conn, const struct tcpw_ext *ext,
	     unsigned int side, const struct tcpw_seg *seg,
	     const struct tcpw_config *cfg, __u64 now_ms)
{
	return (struct tcpw_ctx){
		.conn = conn,
		.ext = ext,
		.seg = seg,
		.cfg = cfg,
		.x = &conn->ep[side],
		.y = &conn->ep[!side],
		.now_ms = now_ms,
		.side = side,
	};
}

#define TCPW_LIMIT_PER_S 10	/* doubtful segments of a kind (R67, R75) */
#define TCPW_SHADOW_MAX_MS 240000	/* R37 */
#define TCPW_STALE_RETRY_MS 500	/* R94 */
#define TCPW_MIN_WINDOW 65535u	/* RULES 1.2 */
#define TCPW_SCALE_MAX 14
#define TCPW_TS_TIME_MS 16	/* unit of tcpw_endpoint.ts_time */
/* RFC 7323 5.5 */
#define TCPW_TS_VOID (24u * 86400u * 1000u / TCPW_TS_TIME_MS)
#define TCPW_ISS_REACH 0x40000000u	/* the ISS bounds numbers that far */

/* Sequence numbers are compared modulo 2^32 (R55). */
static inline bool tcpw_before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0;
}

static inline bool tcpw_after(__u32 a, __u32 b)
{
	return tcpw_before(b, a);
}

static inline __u32 tcpw_later(__u32 a, __u32 b)
{
	return tcpw_after(b, a) ? b : a;
}

/* low < n <= high */
static inline bool tcpw_acks(__u32 n, __u32 low, __u32 high)
{
	return tcpw_after(n, low) && !tcpw_after(n, high);
}

static inline void tcpw_clear(__u16 *flags, __u16 bits)
{
	*flags = (__u16)(*flags & ~bits);
}

/* Where data ends is where a FIN stands: nothing moves that. */
static inline void tcpw_saw_data(struct tcpw_endpoint *ep, __u32 end)
{
	if (!(ep->flags & TCPW_EP_FIN))
		ep->dend = tcpw_later(ep->dend, end);
}

static inline __u32 tcpw_ts_time(__u64 now_ms)
{
	return (__u32)(now_ms / TCPW_TS_TIME_MS);
}

/*
 * Too long ago to compare timestamps with (R105). While their rate is unknown
 * tsrecent is about a second younger than the first one, which is as good.
 */
static inline bool tcpw_ts_void(const struct tcpw_endpoint *ep, __u64 now_ms)
{
	return tcpw_ts_time(now_ms) - ep->ts_time > TCPW_TS_VOID;
}

static inline __u32 tcpw_window_of(const struct tcpw_endpoint *ep)
{
	return ep->maxwnd > TCPW_MIN_WINDOW ? ep->maxwnd : TCPW_MIN_WINDOW;
}

static inline bool tcpw_loose(const struct tcpw_config *cfg)
{
	return cfg->pickup == TCPWARD_PICKUP_LOOSE;
}

static inline bool tcpw_observer(const struct tcpw_config *cfg)
{
	return cfg->view == TCPWARD_VIEW_OBSERVER;
}

static inline bool tcpw_synchronized(const struct tcpw_endpoint *ep)
{
	return ep->state >= TCPWARD_STATE_ESTABLISHED;
}

/* Some copy of the SYN of @ep carried this timestamp (R40, R101). */
static inline bool tcpw_echoes_syn(const struct tcpw_endpoint *ep,
				   __u32 tsecr)
{
	return ep->flags & TCPW_EP_TS && !tcpw_before(tsecr, ep->ts_ref) &&
	       !tcpw_after(tsecr, ep->tsrecent);
}

/* Both ends have finished: only TIME-WAIT is left to wait for. */
static inline bool tcpw_finished(__u8 state)
{
	return state == TCPWARD_STATE_TIME_WAIT ||
	       state == TCPWARD_STATE_CLOSED;
}

/* ruling.c: how rulings are made */
struct tcpw_ruling tcpw_ruling_pass(const struct tcpw_ctx *c,
				    enum tcpw_op op);
struct tcpw_ruling tcpw_ruling_quiet(const struct tcpw_ctx *c, __u8 reason,
				     enum tcpw_op op);
struct tcpw_ruling tcpw_ruling_drop(const struct tcpw_ctx *c, __u8 reason);
/* A drop with the numbers that failed. */
struct tcpw_ruling tcpw_ruling_numbers(const struct tcpw_ctx *c, __u8 reason,
				       __u8 field, __u32 low, __u32 high);
void tcpw_ruling_flag(struct tcpw_ruling *r, __u8 flag);

/* follow.c: states after a segment, and the timer that goes with them */
void tcpw_follow(const struct tcpw_ctx *c, struct tcpw_ruling *r);
__u8 tcpw_timer_of(__u8 kind, __u8 one, __u8 other);

/* zone.c: sequence, acknowledgement and timestamp of a segment */
bool tcpw_zones_open(const struct tcpw_conn *conn);
unsigned int tcpw_scale(const struct tcpw_endpoint *ep,
			const struct tcpw_endpoint *peer);
/* Judge by numbers alone, by the record of @c: PASS means that it fits. */
struct tcpw_ruling tcpw_zone(const struct tcpw_ctx *c);

/* candidates.c: pending SYNs and SYN+ACKs */
int tcpw_syn_find(const struct tcpw_ext *ext, unsigned int side, __u32 iss);
/* The pending SYN of @side that @ack acknowledges, or -1. */
int tcpw_syn_acked(const struct tcpw_ext *ext, unsigned int side, __u32 ack);
/* The pending SYN of @side to go on with: answered, else the latest; or -1. */
int tcpw_syn_best(const struct tcpw_ext *ext, unsigned int side);
/* The SYN+ACK that answers syn[slot], or -1. */
int tcpw_synack_of(const struct tcpw_ext *ext, int slot);
/* Keep @syn, unless all places hold repeated ones (R29). */
void tcpw_syn_put(struct tcpw_ext *ext, const struct tcpw_syn *syn);
void tcpw_syn_add(struct tcpw_ext *ext, unsigned int side,
		  const struct tcpw_seg *seg, bool reuse, __u64 now_ms);
/* Forget syn[slot] and what answers it. */
void tcpw_syn_cancel(struct tcpw_ext *ext, __u8 slot);
void tcpw_synack_drop(struct tcpw_ext *ext, int answer);
/* syn[slot] and the record's own SYN change places. */
void tcpw_synacks_swap(struct tcpw_ext *ext, __u8 slot);
/* Forget what answers the record's own SYN. */
void tcpw_synacks_void_own(struct tcpw_ext *ext);
/* Keep @sa, in the place of the oldest if need be. */
void tcpw_synack_put(struct tcpw_ext *ext, const struct tcpw_synack *sa);
void tcpw_synack_add(struct tcpw_ext *ext, unsigned int side,
		     const struct tcpw_seg *seg, __u8 syn);
/* The record's own SYN of @side as a pending one. */
struct tcpw_syn tcpw_syn_of(const struct tcpw_endpoint *ep, unsigned int side,
			    __u64 now_ms);
/* The SYN+ACK by which the end of @side answered it: an answer to @syn. */
struct tcpw_synack tcpw_synack_from(const struct tcpw_conn *conn,
				    unsigned int side, __u8 syn);
/* The SYN+ACK to which this segment is the third step, or -1. */
int tcpw_synack_third(const struct tcpw_ctx *c, bool exact);
/* The sender of @side has moved on: its openings are void (R37). */
void tcpw_candidates_void(struct tcpw_ext *ext, unsigned int side);
bool tcpw_over_limit(const struct tcpw_ctx *c, __u8 count);
void tcpw_limit_count(struct tcpw_ext *ext, __u8 *count, __u64 now_ms);

/* shadow.c: the former record between the same sockets */
bool tcpw_has_shadow(const struct tcpw_ext *ext, __u64 now_ms);
/* @c with the shadow in the place of the record. */
struct tcpw_ctx tcpw_shadow_ctx(const struct tcpw_ctx *c);
bool tcpw_fits_shadow(const struct tcpw_ctx *c);
bool tcpw_resets_shadow(const struct tcpw_ctx *c);

/* judge.c */
bool tcpw_repeats(const struct tcpw_ctx *c);

/* learn.c: endpoints from SYNs */
void tcpw_learn_syn(struct tcpw_endpoint *ep, const struct tcpw_seg *seg,
		    __u64 now_ms);
void tcpw_endpoint_open(struct tcpw_endpoint *ep, const struct tcpw_seg *seg,
			__u64 now_ms);
void tcpw_endpoint_from_syn(struct tcpw_endpoint *ep,
			    const struct tcpw_syn *syn, __u64 now_ms);
void tcpw_endpoint_from_synack(struct tcpw_endpoint *ep,
			       const struct tcpw_synack *synack,
			       __u64 now_ms);
void tcpw_learn_ts(struct tcpw_endpoint *ep, __u32 tsval, __u64 now_ms);

/* One per class of segment. */
struct tcpw_ruling tcpw_judge_syn(const struct tcpw_ctx *c);
struct tcpw_ruling tcpw_judge_synack(const struct tcpw_ctx *c);
struct tcpw_ruling tcpw_judge_segment(const struct tcpw_ctx *c);
struct tcpw_ruling tcpw_judge_rst(const struct tcpw_ctx *c);

#endif
