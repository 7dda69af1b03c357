// SPDX-License-Identifier: GPL-2.0
/*
 * The judge: header sanity (R1 to R17), then by class of segment. Flags that
 * speak of the segment alone are added here.
 */
#include "core/internal.h"

static __u8 refused_alone(const struct tcpw_seg *seg)
{
	if (seg->bad)
		return seg->bad;
	if (seg->known & TCPW_SEG_BAD_SUM)
		return TCPWARD_REASON_BAD_CHECKSUM;
	if (seg->known & TCPW_SEG_SAME_SOCKET)
		return TCPWARD_REASON_SAME_SOCKET;
	if (seg->known & TCPW_SEG_GROUP && seg->flags & TCPW_SYN)
		return TCPWARD_REASON_MULTICAST;
	return TCPWARD_REASON_NONE;
}

static bool odd_sack(const struct tcpw_ctx *c)
{
	const struct tcpw_seg *seg = c->seg;
	unsigned int i;

	if (seg->sack_bad)
		return true;
	if (!seg->sacks || tcpw_zones_open(c->conn) ||
	    seg->flags & (TCPW_SYN | TCPW_RST))
		return false;
	if (c->conn->kind == TCPWARD_KIND_OPEN &&
	    !(c->x->flags & c->y->flags & TCPW_EP_SACK_OK))
		return true;
	for (i = 0; i < seg->sacks; i++)
		if (!tcpw_before(seg->sack[2 * i], seg->sack[2 * i + 1]) ||
		    tcpw_after(seg->sack[2 * i + 1], c->y->nxt))
			return true;
	return false;
}

static bool odd_urgent(const struct tcpw_ctx *c)
{
	return c->seg->flags & TCPW_URG &&
	       (!c->seg->urgent || c->x->flags & TCPW_EP_FIN);
}

static void flag_segment(const struct tcpw_ctx *c, struct tcpw_ruling *r)
{
	const struct tcpw_seg *seg = c->seg;

	if (seg->options & TCPW_OPT_BROKEN)
		tcpw_ruling_flag(r, TCPWARD_REASON_BROKEN_OPTIONS);
	if (seg->flags & TCPW_SYN && seg->options & TCPW_OPT_WS &&
	    seg->ws > TCPW_SCALE_MAX)
		tcpw_ruling_flag(r, TCPWARD_REASON_WINDOW_SCALE_CLAMPED);
	if (!(seg->flags & TCPW_SYN) &&
	    seg->options & (TCPW_OPT_MSS | TCPW_OPT_WS | TCPW_OPT_SACK_OK))
		tcpw_ruling_flag(r, TCPWARD_REASON_MISPLACED_OPTION);
	if (odd_urgent(c))
		tcpw_ruling_flag(r, TCPWARD_REASON_URGENT_ODD);
	if (odd_sack(c))
		tcpw_ruling_flag(r, TCPWARD_REASON_SACK_ODD);
	if (seg->known & TCPW_SEG_PORT_ZERO)
		tcpw_ruling_flag(r, TCPWARD_REASON_PORT_ZERO);
}

/* R108: both SYNs carried TCP-MD5 or TCP-AO, this segment does not. */
static bool lacks_auth(const struct tcpw_ctx *c)
{
	return c->x->flags & c->y->flags & TCPW_EP_AUTH &&
	       !(c->seg->options & TCPW_OPT_AUTH);
}

static struct tcpw_ruling judge_class(const struct tcpw_ctx *c)
{
	__u16 flags = c->seg->flags;
	struct tcpw_ruling r;

	if (lacks_auth(c) && flags & (TCPW_SYN | TCPW_RST))
		return tcpw_ruling_drop(c, TCPWARD_REASON_AUTH_MISSING);
	if (flags & TCPW_RST)
		return tcpw_judge_rst(c);
	if (flags & TCPW_SYN)
		return flags & TCPW_ACK ? tcpw_judge_synack(c) :
					  tcpw_judge_syn(c);
	r = tcpw_judge_segment(c);
	if (lacks_auth(c))
		tcpw_ruling_flag(&r, TCPWARD_REASON_AUTH_UNVERIFIED);
	return r;
}

/* A keep-alive repeats the octet below what is all acknowledged (R51). */
bool tcpw_repeats(const struct tcpw_ctx *c)
{
	__u32 space = tcpw_seg_space(c->seg);

	if (!space || c->seg->flags & TCPW_RST ||
	    c->conn->kind == TCPWARD_KIND_BLANK ||
	    c->x->state == TCPWARD_STATE_LISTEN)
		return false;
	if (space == 1 && c->seg->seq == c->x->nxt - 1 &&
	    c->x->una == c->x->nxt && !(c->seg->flags & TCPW_FIN))
		return false;
	return tcpw_before(c->seg->seq, c->x->nxt);
}

static struct tcpw_ruling whole_way(const struct tcpw_ctx *c)
{
	__u8 refused = refused_alone(c->seg);
	struct tcpw_ruling r;

	if (refused)
		return tcpw_ruling_drop(c, refused);
	r = judge_class(c);
	if (r.verdict == TCPWARD_VERDICT_DROP)
		return r;
	flag_segment(c, &r);
	if (r.verdict == TCPWARD_VERDICT_PASS)
		r.retransmission = tcpw_repeats(c);
	if (c->ext)
		r.needs_ext = 0;
	return r;
}

struct tcpw_ruling tcpw_judge_whole(const struct tcpw_conn *conn,
				    const struct tcpw_ext *ext,
				    unsigned int side,
				    const struct tcpw_seg *seg,
				    const struct tcpw_config *cfg,
				    __u64 now_ms)
{
	const struct tcpw_ctx c =
		tcpw_context(conn, ext, side, seg, cfg, now_ms);

	return whole_way(&c);
}
