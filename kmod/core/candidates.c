// SPDX-License-Identifier: GPL-2.0
/*
 * Openings that compete with the record: pending SYNs and the SYN+ACKs that
 * answer them (R29, R31, R35, R37, R74, R98), and the limits on segments
 * that pass in doubt.
 */
#include "core/internal.h"

#include <linux/string.h>

static bool of_side(__u8 flags, unsigned int side)
{
	return flags & TCPW_SYN_USED && !!(flags & TCPW_SYN_SIDE) == side;
}

int tcpw_syn_find(const struct tcpw_ext *ext, unsigned int side, __u32 iss)
{
	int i;

	for (i = 0; ext && i < TCPW_CANDIDATES; i++)
		if (of_side(ext->syn[i].flags, side) && ext->syn[i].iss == iss)
			return i;
	return -1;
}

int tcpw_syn_acked(const struct tcpw_ext *ext, unsigned int side, __u32 ack)
{
	int i;

	for (i = 0; ext && i < TCPW_CANDIDATES; i++)
		if (of_side(ext->syn[i].flags, side) &&
		    tcpw_acks(ack, ext->syn[i].iss, ext->syn[i].end))
			return i;
	return -1;
}

int tcpw_synack_of(const struct tcpw_ext *ext, int slot)
{
	int i;

	for (i = 0; ext && i < TCPW_CANDIDATES; i++)
		if (ext->synack[i].flags & TCPW_SYN_USED &&
		    ext->synack[i].syn == slot)
			return i;
	return -1;
}

int tcpw_syn_best(const struct tcpw_ext *ext, unsigned int side)
{
	int best = -1, i;

	for (i = 0; ext && i < TCPW_CANDIDATES; i++) {
		if (!of_side(ext->syn[i].flags, side))
			continue;
		if (tcpw_synack_of(ext, i) >= 0)
			return i;
		if (best < 0 || tcpw_after(ext->syn[i].time_ms,
					   ext->syn[best].time_ms))
			best = i;
	}
	return best;
}

/* A free place, else the oldest SYN that was never repeated (R29). */
static struct tcpw_syn *syn_place(struct tcpw_ext *ext)
{
	struct tcpw_syn *place = NULL, *syn;
	int i;

	for (i = 0; i < TCPW_CANDIDATES; i++) {
		syn = &ext->syn[i];
		if (!(syn->flags & TCPW_SYN_USED))
			return syn;
		if (syn->flags & TCPW_SYN_REPEATED)
			continue;
		if (!place || tcpw_before(syn->time_ms, place->time_ms))
			place = syn;
	}
	return place;
}

static void synacks_void(struct tcpw_ext *ext, int syn)
{
	int i;

	for (i = 0; i < TCPW_CANDIDATES; i++)
		if (ext->synack[i].syn == syn)
			ext->synack[i].flags = 0;
}

void tcpw_synacks_swap(struct tcpw_ext *ext, __u8 slot)
{
	struct tcpw_synack *sa = ext->synack;

	for (; sa < ext->synack + TCPW_CANDIDATES; sa++)
		if (sa->syn == slot)
			sa->syn = TCPW_CANDIDATES;
		else if (sa->syn == TCPW_CANDIDATES)
			sa->syn = slot;
}

void tcpw_syn_cancel(struct tcpw_ext *ext, __u8 slot)
{
	ext->syn[slot].flags = 0;
	synacks_void(ext, slot);
}

void tcpw_synack_drop(struct tcpw_ext *ext, int answer)
{
	if (answer >= 0)
		ext->synack[answer].flags = 0;
}

void tcpw_synacks_void_own(struct tcpw_ext *ext)
{
	synacks_void(ext, TCPW_CANDIDATES);
}

void tcpw_syn_put(struct tcpw_ext *ext, const struct tcpw_syn *syn)
{
	struct tcpw_syn *place = syn_place(ext);

	if (!place)
		return;
	synacks_void(ext, (int)(place - ext->syn));
	*place = *syn;
}

void tcpw_syn_add(struct tcpw_ext *ext, unsigned int side,
		  const struct tcpw_seg *seg, bool reuse, __u64 now_ms)
{
	int known = tcpw_syn_find(ext, side, seg->seq);
	const struct tcpw_syn syn = {
		.iss = seg->seq,
		.end = seg->seq + tcpw_seg_space(seg),
		.tsval = seg->tsval,
		.time_ms = (__u32)now_ms,
		.window = seg->window,
		.ws = seg->ws,
		.options = seg->options,
		.flags = (__u8)(TCPW_SYN_USED | (side ? TCPW_SYN_SIDE : 0) |
				(reuse ? TCPW_SYN_REUSE : 0)),
	};

	if (known < 0) {
		tcpw_syn_put(ext, &syn);
		return;
	}
	ext->syn[known].flags |= TCPW_SYN_REPEATED;
	ext->syn[known].time_ms = (__u32)now_ms;
	ext->syn[known].tsval = seg->tsval;
}

/* The same SYN+ACK again, a free place, else the oldest. */
static struct tcpw_synack *synack_place(struct tcpw_ext *ext, __u32 iss)
{
	struct tcpw_synack *place = NULL, *sa;
	int i;

	for (i = 0; i < TCPW_CANDIDATES; i++) {
		sa = &ext->synack[i];
		if (sa->flags & TCPW_SYN_USED && sa->iss == iss)
			return sa;
	}
	for (i = 0; i < TCPW_CANDIDATES; i++) {
		sa = &ext->synack[i];
		if (!(sa->flags & TCPW_SYN_USED))
			return sa;
		if (!place || (__u8)(ext->synacks - sa->order) >
			      (__u8)(ext->synacks - place->order))
			place = sa;
	}
	return place;
}

void tcpw_synack_put(struct tcpw_ext *ext, const struct tcpw_synack *sa)
{
	struct tcpw_synack *place = synack_place(ext, sa->iss);

	*place = *sa;
	place->order = ext->synacks++;
}

void tcpw_synack_add(struct tcpw_ext *ext, unsigned int side,
		     const struct tcpw_seg *seg, __u8 syn)
{
	const struct tcpw_synack sa = {
		.iss = seg->seq,
		.ack = seg->ack,
		.tsval = seg->tsval,
		.window = seg->window,
		.ws = seg->ws,
		.flags = (__u8)(TCPW_SYN_USED | (side ? TCPW_SYN_SIDE : 0)),
		.options = seg->options,
		.syn = syn,
	};

	tcpw_synack_put(ext, &sa);
}

static __u8 options_of(const struct tcpw_endpoint *ep)
{
	return (__u8)((ep->flags & TCPW_EP_WS ? TCPW_OPT_WS : 0) |
		      (ep->flags & TCPW_EP_TS ? TCPW_OPT_TS : 0) |
		      (ep->flags & TCPW_EP_SACK_OK ? TCPW_OPT_SACK_OK : 0) |
		      (ep->flags & TCPW_EP_AUTH ? TCPW_OPT_AUTH : 0));
}

struct tcpw_syn tcpw_syn_of(const struct tcpw_endpoint *ep, unsigned int side,
			    __u64 now_ms)
{
	return (struct tcpw_syn){
		.iss = ep->iss,
		.end = ep->nxt,
		.tsval = ep->tsrecent,
		.time_ms = (__u32)now_ms,
		.window = (__u16)ep->maxwnd,
		.ws = ep->ws,
		.flags = (__u8)(TCPW_SYN_USED | (side ? TCPW_SYN_SIDE : 0)),
		.options = options_of(ep),
	};
}

struct tcpw_synack tcpw_synack_from(const struct tcpw_conn *conn,
				    unsigned int side, __u8 syn)
{
	const struct tcpw_endpoint *ep = &conn->ep[side];
	const struct tcpw_endpoint *opener = &conn->ep[!side];
	__u32 window = opener->edge - opener->una;

	return (struct tcpw_synack){
		.iss = ep->iss,
		.ack = opener->una,
		.tsval = ep->tsrecent,
		.window = (__u16)(window > 65535 ? 65535 : window),
		.ws = ep->ws,
		.flags = (__u8)(TCPW_SYN_USED | (side ? TCPW_SYN_SIDE : 0)),
		.options = options_of(ep),
		.syn = syn,
	};
}

/*
 * Exact: the numbers of a third step that carries no news. Otherwise data
 * may have travelled both ways behind the SYNs, one window each; a keep-alive
 * stands one octet below (R51).
 */
static bool is_third(const struct tcpw_synack *sa, __u32 syn_end,
		     const struct tcpw_seg *seg, bool exact)
{
	if (exact)
		return seg->seq == syn_end && seg->ack == sa->iss + 1;
	return tcpw_acks(seg->ack, sa->iss, sa->iss + TCPW_MIN_WINDOW) &&
	       !tcpw_before(seg->seq, sa->ack - 1) &&
	       !tcpw_after(seg->seq, sa->ack + TCPW_MIN_WINDOW);
}

int tcpw_synack_third(const struct tcpw_ctx *c, bool exact)
{
	const struct tcpw_synack *sa;
	__u32 end;
	int i;

	for (i = 0; c->ext && i < TCPW_CANDIDATES; i++) {
		sa = &c->ext->synack[i];
		if (!of_side(sa->flags, !c->side))
			continue;
		end = sa->syn < TCPW_CANDIDATES ? c->ext->syn[sa->syn].end :
						  c->x->nxt;
		if (is_third(sa, end, c->seg, exact))
			return i;
	}
	return -1;
}

void tcpw_candidates_void(struct tcpw_ext *ext, unsigned int side)
{
	int i;

	for (i = 0; i < TCPW_CANDIDATES; i++) {
		if (of_side(ext->syn[i].flags, side))
			ext->syn[i].flags = 0;
		if (of_side(ext->synack[i].flags, !side))
			ext->synack[i].flags = 0;
	}
}

bool tcpw_over_limit(const struct tcpw_ctx *c, __u8 count)
{
	return c->ext && c->ext->limit_s == (__u32)(c->now_ms / 1000) &&
	       count >= TCPW_LIMIT_PER_S;
}

void tcpw_limit_count(struct tcpw_ext *ext, __u8 *count, __u64 now_ms)
{
	__u32 now_s = (__u32)(now_ms / 1000);

	if (ext->limit_s != now_s) {
		ext->limit_s = now_s;
		ext->limit_syns = 0;
		ext->limit_rsts = 0;
		ext->limit_acks = 0;
	}
	(*count)++;
}
