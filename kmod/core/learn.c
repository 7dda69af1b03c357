// SPDX-License-Identifier: GPL-2.0
/* What an endpoint says of itself in its SYN, and its timestamp clock. */
#include "core/internal.h"

#include <linux/string.h>

/* One second of the sender's clock was seen: measure it, rounded up. */
static void measure_ts(struct tcpw_endpoint *ep, __u32 tsval, __u64 now_ms)
{
	/* Both moments were rounded down: so much has passed at least. */
	__u64 elapsed_ms = (tcpw_ts_time(now_ms) - ep->ts_time - 1ull) *
			   TCPW_TS_TIME_MS;

	if ((__s64)elapsed_ms < 1000)
		return;
	ep->ts_ref = (__u32)((__u64)(tsval - ep->ts_ref) * 1000 / elapsed_ms) +
		     1;
	ep->flags |= TCPW_EP_TS_RATE;
	ep->ts_time = tcpw_ts_time(now_ms);
}

void tcpw_learn_ts(struct tcpw_endpoint *ep, __u32 tsval, __u64 now_ms)
{
	ep->tsrecent = tsval;
	if (ep->flags & TCPW_EP_TS_RATE)
		ep->ts_time = tcpw_ts_time(now_ms);
	else
		measure_ts(ep, tsval, now_ms);
}

static void learn_ws(struct tcpw_endpoint *ep, __u8 options, __u8 ws)
{
	/* The scale may stand behind the break: read windows widely (R13). */
	if (options & TCPW_OPT_BROKEN && !(options & TCPW_OPT_WS))
		ws = TCPW_SCALE_MAX;
	else if (!(options & TCPW_OPT_WS))
		return;
	if (ws > TCPW_SCALE_MAX)
		ws = TCPW_SCALE_MAX;
	/* Copies of a SYN may differ: the largest shift (R44). */
	if (!(ep->flags & TCPW_EP_WS) || ws > ep->ws)
		ep->ws = ws;
	ep->flags |= TCPW_EP_WS;
}

static void learn_options(struct tcpw_endpoint *ep, __u8 options, __u8 ws,
			  __u32 tsval, __u64 now_ms)
{
	learn_ws(ep, options, ws);
	if (options & TCPW_OPT_SACK_OK)
		ep->flags |= TCPW_EP_SACK_OK;
	if (options & TCPW_OPT_AUTH)
		ep->flags |= TCPW_EP_AUTH;
	if (!(options & TCPW_OPT_TS))
		return;
	if (!(ep->flags & TCPW_EP_TS))
		ep->ts_ref = tsval;
	if (!(ep->flags & TCPW_EP_TS) || ep->flags & TCPW_EP_TS_RATE)
		ep->ts_time = tcpw_ts_time(now_ms);
	ep->tsrecent = tsval;
	ep->flags |= TCPW_EP_TS;
}

static void learn_window(struct tcpw_endpoint *ep, __u16 window)
{
	if (window > ep->maxwnd)
		ep->maxwnd = window;
}

void tcpw_learn_syn(struct tcpw_endpoint *ep, const struct tcpw_seg *seg,
		    __u64 now_ms)
{
	__u32 end = seg->seq + tcpw_seg_space(seg);

	ep->nxt = tcpw_later(ep->nxt, end);
	tcpw_saw_data(ep, end);
	learn_window(ep, seg->window);
	learn_options(ep, seg->options, seg->ws, seg->tsval, now_ms);
}

static void endpoint_begin(struct tcpw_endpoint *ep, __u32 iss, __u32 end)
{
	memset(ep, 0, sizeof(*ep));
	ep->iss = iss;
	ep->una = iss;
	ep->nxt = end;
	ep->dend = end;
	ep->edge = iss + 1;
	ep->maxwnd = 1;
	ep->flags = TCPW_EP_SYN | TCPW_EP_ISS;
	ep->state = TCPWARD_STATE_SYN_SENT;
}

void tcpw_endpoint_open(struct tcpw_endpoint *ep, const struct tcpw_seg *seg,
			__u64 now_ms)
{
	endpoint_begin(ep, seg->seq, seg->seq + tcpw_seg_space(seg));
	tcpw_learn_syn(ep, seg, now_ms);
}

void tcpw_endpoint_from_syn(struct tcpw_endpoint *ep,
			    const struct tcpw_syn *syn, __u64 now_ms)
{
	endpoint_begin(ep, syn->iss, syn->end);
	learn_window(ep, syn->window);
	learn_options(ep, syn->options, syn->ws, syn->tsval, now_ms);
}

void tcpw_endpoint_from_synack(struct tcpw_endpoint *ep,
			       const struct tcpw_synack *synack, __u64 now_ms)
{
	endpoint_begin(ep, synack->iss, synack->iss + 1);
	learn_window(ep, synack->window);
	learn_options(ep, synack->options, synack->ws, synack->tsval, now_ms);
}
