// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of netlink messages: connections, segments, transitions. Reads only
 * copies; -EMSGSIZE means that the buffer is full.
 */
#include "netlink_gen.h"
#include "report.h"

#define ADDR_SIZE nla_total_size(sizeof(struct in6_addr))
#define U8_SIZE nla_total_size(sizeof(u8))
#define U16_SIZE nla_total_size(sizeof(u16))
#define U32_SIZE nla_total_size(sizeof(u32))
#define U64_SIZE nla_total_size_64bit(sizeof(u64))

/* --- numbers ----------------------------------------------------------- */

/*
 * As nla_put_u32() and its like, but inline: a dump of a large table puts tens
 * of millions of them.
 */
static __always_inline void *reserve(struct sk_buff *skb, int attr, int size)
{
	struct nlattr *nla;

	if (skb_tailroom(skb) < nla_total_size(size))
		return NULL;
	nla = __skb_put(skb, nla_total_size(size));
	nla->nla_type = attr;
	nla->nla_len = nla_attr_size(size);
	return nla_data(nla);
}

/* With padding, zero. */
static __always_inline int put_short(struct sk_buff *skb, int attr,
				     const void *value, int size)
{
	void *to = reserve(skb, attr, size);

	if (!to)
		return -EMSGSIZE;
	memset(to, 0, NLA_ALIGN(size));
	memcpy(to, value, size);
	return 0;
}

static inline int put_u8(struct sk_buff *skb, int attr, u8 value)
{
	return put_short(skb, attr, &value, sizeof(value));
}

static inline int put_u16(struct sk_buff *skb, int attr, u16 value)
{
	return put_short(skb, attr, &value, sizeof(value));
}

static inline int put_u32(struct sk_buff *skb, int attr, u32 value)
{
	u32 *to = reserve(skb, attr, sizeof(value));

	if (!to)
		return -EMSGSIZE;
	*to = value;
	return 0;
}

static inline int put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	void *to;

	if (nla_align_64bit(skb, pad))
		return -EMSGSIZE;
	to = reserve(skb, attr, sizeof(value));
	if (!to)
		return -EMSGSIZE;
	memcpy(to, &value, sizeof(value));
	return 0;
}

/* --- endpoints --------------------------------------------------------- */

static int put_socket(struct sk_buff *skb, const struct tcpw_tuple *tuple,
		      unsigned int side, u8 state)
{
	const union nf_inet_addr *addr = &tuple->addr[side];
	bool v4 = tuple->family == NFPROTO_IPV4;

	if (v4 ? put_u32(skb, TCPWARD_A_ENDPOINT_ADDR,
			 (__force u32)addr->ip) :
		 nla_put(skb, TCPWARD_A_ENDPOINT_ADDR, sizeof(addr->in6),
			 addr))
		return -EMSGSIZE;
	if (put_u16(skb, TCPWARD_A_ENDPOINT_PORT,
		    ntohs(tuple->port[side])) ||
	    put_u32(skb, TCPWARD_A_ENDPOINT_STATE, state))
		return -EMSGSIZE;
	return 0;
}

/* A count that is 0 is no news in a brief message. */
static int put_count(struct sk_buff *skb, int attr, u32 count, bool brief)
{
	return brief && !count ? 0 : put_u32(skb, attr, count);
}

static int put_counts(struct sk_buff *skb, const struct tcpw_facts *facts,
		      unsigned int side, bool brief)
{
	if (put_u32(skb, TCPWARD_A_ENDPOINT_SEGMENTS, facts->segments[side]) ||
	    put_u64(skb, TCPWARD_A_ENDPOINT_BYTES, facts->bytes[side],
		    TCPWARD_A_ENDPOINT_PAD) ||
	    put_count(skb, TCPWARD_A_ENDPOINT_RETRANSMITTED,
		      facts->retransmitted[side], brief))
		return -EMSGSIZE;
	return 0;
}

static u32 option_bits(const struct tcpw_endpoint *ep)
{
	return (ep->flags & TCPW_EP_WS ? 1 : 0) |
	       (ep->flags & TCPW_EP_TS ? 2 : 0) |
	       (ep->flags & TCPW_EP_SACK_OK ? 4 : 0) |
	       (ep->flags & TCPW_EP_AUTH ? 8 : 0);
}

/* Almost always, so that numbers can be shown from the first message on. */
static int put_iss(struct sk_buff *skb, const struct tcpw_endpoint *ep)
{
	if (!(ep->flags & TCPW_EP_ISS))
		return 0;
	return put_u32(skb, TCPWARD_A_ENDPOINT_ISS, ep->iss);
}

static int put_numbers(struct sk_buff *skb, const struct tcpw_endpoint *ep)
{
	if (put_u32(skb, TCPWARD_A_ENDPOINT_NXT, ep->nxt) ||
	    put_u32(skb, TCPWARD_A_ENDPOINT_UNA, ep->una) ||
	    put_u32(skb, TCPWARD_A_ENDPOINT_EDGE, ep->edge) ||
	    put_u32(skb, TCPWARD_A_ENDPOINT_MAX_WINDOW_BYTES,
		    ep->maxwnd) ||
	    put_u8(skb, TCPWARD_A_ENDPOINT_WINDOW_SCALE, ep->ws) ||
	    put_u32(skb, TCPWARD_A_ENDPOINT_OPTIONS, option_bits(ep)) ||
	    put_u32(skb, TCPWARD_A_ENDPOINT_TSRECENT, ep->tsrecent))
		return -EMSGSIZE;
	return 0;
}

/* How much of an endpoint a message tells. */
enum detail {
	DETAIL_BRIEF,		/* counts, but no sequence number */
	DETAIL_SOCKET,
	DETAIL_COUNTS,
	DETAIL_ALL,
};

static int put_endpoint(struct sk_buff *skb, int attr,
			const struct tcpw_view *view, unsigned int side,
			u8 state, enum detail detail)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if (put_socket(skb, &view->tuple, side, state))
		goto cancel;
	if (detail != DETAIL_BRIEF &&
	    put_iss(skb, &view->facts.conn.ep[side]))
		goto cancel;
	if (detail != DETAIL_SOCKET &&
	    put_counts(skb, &view->facts, side, detail == DETAIL_BRIEF))
		goto cancel;
	if (detail == DETAIL_ALL &&
	    put_numbers(skb, &view->facts.conn.ep[side]))
		goto cancel;
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

/* AF_INET and AF_INET6 are what NFPROTO_IPV4 and _IPV6 are numbered as. */
static int put_identity(struct sk_buff *skb, const struct tcpw_view *view,
			int id, int pad, int family)
{
	if (view->facts.id &&
	    put_u64(skb, id, view->facts.id, pad))
		return -EMSGSIZE;
	return put_u8(skb, family, view->tuple.family);
}

/* --- connections ------------------------------------------------------- */

static int put_records(struct sk_buff *skb, const struct tcpw_facts *facts)
{
	struct nlattr *nest;
	unsigned int i;
	u32 record;

	for (i = 0; i < facts->records; i++) {
		nest = nla_nest_start(skb, TCPWARD_A_CONN_RECORD);
		if (!nest)
			return -EMSGSIZE;
		record = facts->record[i];
		if (put_u8(skb, TCPWARD_A_RECORD_SIDE,
			   TCPW_RECORD_SIDE(record) ^
			   facts->conn.client) ||
		    put_u32(skb, TCPWARD_A_RECORD_STATE,
			    TCPW_RECORD_STATE(record)) ||
		    put_u32(skb, TCPWARD_A_RECORD_OFFSET_MS,
			    TCPW_RECORD_MS(record))) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
		nla_nest_end(skb, nest);
	}
	return 0;
}

static u64 since(u64 now_ms, u64 then_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

static int put_times(struct sk_buff *skb, const struct tcpw_view *view)
{
	const struct tcpw_facts *facts = &view->facts;
	s64 idle_ms = max_t(s64, view->now_ms - facts->passed_ms, 0);
	u64 age_ms = max_t(u64, tcpw_flow_age_ms(facts->id, view->now_ms),
			   idle_ms);

	if (put_u64(skb, TCPWARD_A_CONN_AGE_MS, age_ms,
		    TCPWARD_A_CONN_PAD) ||
	    put_u64(skb, TCPWARD_A_CONN_IDLE_MS, idle_ms,
		    TCPWARD_A_CONN_PAD))
		return -EMSGSIZE;
	if (facts->conn.deadline_ms &&
	    put_u64(skb, TCPWARD_A_CONN_EXPIRES_MS,
		    since(facts->conn.deadline_ms, view->now_ms),
		    TCPWARD_A_CONN_PAD))
		return -EMSGSIZE;
	if (facts->rtt_us &&
	    put_u32(skb, TCPWARD_A_CONN_HANDSHAKE_RTT_US, facts->rtt_us))
		return -EMSGSIZE;
	return 0;
}

static int put_closed_by(struct sk_buff *skb, int attr,
			 const struct tcpw_conn *conn)
{
	if (!conn->closed_by)
		return 0;
	return put_u8(skb, attr, (conn->closed_by - 1) ^ conn->client);
}

static int put_marks(struct sk_buff *skb, const struct tcpw_view *view,
		     bool brief)
{
	const struct tcpw_facts *facts = &view->facts;

	if (put_u32(skb, TCPWARD_A_CONN_KIND, facts->conn.kind) ||
	    put_closed_by(skb, TCPWARD_A_CONN_CLOSED_BY, &facts->conn) ||
	    put_count(skb, TCPWARD_A_CONN_QUIET, facts->quiet, brief) ||
	    put_count(skb, TCPWARD_A_CONN_DROPPED, facts->dropped, brief))
		return -EMSGSIZE;
	if (facts->last_reason &&
	    put_u32(skb, TCPWARD_A_CONN_LAST_REASON, facts->last_reason))
		return -EMSGSIZE;
	if (view->pending_syns &&
	    put_u8(skb, TCPWARD_A_CONN_PENDING_SYNS, view->pending_syns))
		return -EMSGSIZE;
	if (view->shadow &&
	    put_u32(skb, TCPWARD_A_CONN_SHADOW, view->shadow))
		return -EMSGSIZE;
	return 0;
}

/* @brief: without what few ask for, which is more than half of it. */
int tcpw_message_conn(struct sk_buff *skb, const struct tcpw_view *view,
		      bool brief)
{
	enum detail detail = brief ? DETAIL_BRIEF : DETAIL_ALL;
	const struct tcpw_facts *facts = &view->facts;
	u8 client = facts->conn.client;

	if (put_identity(skb, view, TCPWARD_A_CONN_ID, TCPWARD_A_CONN_PAD,
			 TCPWARD_A_CONN_FAMILY) ||
	    put_endpoint(skb, TCPWARD_A_CONN_CLIENT, view, client,
			 facts->shown[client], detail) ||
	    put_endpoint(skb, TCPWARD_A_CONN_SERVER, view, !client,
			 facts->shown[!client], detail) ||
	    put_marks(skb, view, brief) || put_times(skb, view))
		return -EMSGSIZE;
	return brief ? 0 : put_records(skb, facts);
}

/* --- segments ---------------------------------------------------------- */

#define SOCKET_SIZE (nla_total_size(ADDR_SIZE + U16_SIZE + 2 * U32_SIZE))

size_t tcpw_message_segment_size(void)
{
	return 2 * U64_SIZE +		/* time-us, id */
	       2 * U8_SIZE +		/* family, side */
	       2 * SOCKET_SIZE +	/* client, server */
	       3 * U16_SIZE +		/* flags, window, mss */
	       U8_SIZE +		/* window-scale */
	       13 * U32_SIZE +		/* all other numbers */
	       2 * TCPW_SACK_MAX * U32_SIZE +
	       2 * nla_total_size(0);	/* retransmission, observed */
}

static int put_options(struct sk_buff *skb, const struct tcpw_seg *seg)
{
	unsigned int i;

	if (seg->options & TCPW_OPT_WS &&
	    put_u8(skb, TCPWARD_A_SEGMENT_WINDOW_SCALE, seg->ws))
		return -EMSGSIZE;
	if (seg->options & TCPW_OPT_MSS &&
	    put_u16(skb, TCPWARD_A_SEGMENT_MSS, seg->mss))
		return -EMSGSIZE;
	if (seg->options & TCPW_OPT_TS &&
	    (put_u32(skb, TCPWARD_A_SEGMENT_TSVAL, seg->tsval) ||
	     put_u32(skb, TCPWARD_A_SEGMENT_TSECR, seg->tsecr)))
		return -EMSGSIZE;
	for (i = 0; i < 2u * seg->sacks; i++)
		if (put_u32(skb, TCPWARD_A_SEGMENT_SACK, seg->sack[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_segment(struct sk_buff *skb, const struct tcpw_seg *seg)
{
	if (put_u16(skb, TCPWARD_A_SEGMENT_FLAGS, seg->flags) ||
	    put_u32(skb, TCPWARD_A_SEGMENT_SEQ, seg->seq) ||
	    put_u32(skb, TCPWARD_A_SEGMENT_ACK, seg->ack) ||
	    put_u32(skb, TCPWARD_A_SEGMENT_LENGTH_BYTES, seg->len) ||
	    put_u16(skb, TCPWARD_A_SEGMENT_WINDOW, seg->window))
		return -EMSGSIZE;
	return put_options(skb, seg);
}

static int put_ruling(struct sk_buff *skb, const struct tcpw_ruling *r)
{
	if (put_u32(skb, TCPWARD_A_SEGMENT_VERDICT, r->verdict))
		return -EMSGSIZE;
	if (r->retransmission &&
	    nla_put_flag(skb, TCPWARD_A_SEGMENT_RETRANSMISSION))
		return -EMSGSIZE;
	if (r->reason &&
	    put_u32(skb, TCPWARD_A_SEGMENT_REASON, r->reason))
		return -EMSGSIZE;
	if (r->flag && put_u32(skb, TCPWARD_A_SEGMENT_FLAG, r->flag))
		return -EMSGSIZE;
	if (!r->field)
		return 0;
	if (put_u32(skb, TCPWARD_A_SEGMENT_FIELD, r->field) ||
	    put_u32(skb, TCPWARD_A_SEGMENT_LOW, r->low) ||
	    put_u32(skb, TCPWARD_A_SEGMENT_HIGH, r->high) ||
	    put_u32(skb, TCPWARD_A_SEGMENT_SEEN, r->seen))
		return -EMSGSIZE;
	return 0;
}

/* Without a record an end that has sent something is still CLOSED. */
static u8 state_of(const struct tcpw_view *view, unsigned int side)
{
	return view->facts.id ? view->facts.shown[side] :
				TCPWARD_STATE_CLOSED;
}

int tcpw_message_segment(struct sk_buff *skb, u32 sequence,
			 const struct tcpw_segment_info *info)
{
	const struct tcpw_view *view = &info->out->view;
	u8 client = info->client;

	if (put_u32(skb, TCPWARD_A_SEGMENT_SEQUENCE, sequence) ||
	    put_u64(skb, TCPWARD_A_SEGMENT_TIME_US,
		    info->out->time_us, TCPWARD_A_SEGMENT_PAD) ||
	    put_identity(skb, view, TCPWARD_A_SEGMENT_ID,
			 TCPWARD_A_SEGMENT_PAD, TCPWARD_A_SEGMENT_FAMILY) ||
	    put_endpoint(skb, TCPWARD_A_SEGMENT_CLIENT, view, client,
			 state_of(view, client), DETAIL_SOCKET) ||
	    put_endpoint(skb, TCPWARD_A_SEGMENT_SERVER, view, !client,
			 state_of(view, !client), DETAIL_SOCKET) ||
	    put_u8(skb, TCPWARD_A_SEGMENT_SIDE,
		   info->pkt->side ^ client) ||
	    put_segment(skb, &info->pkt->seg) ||
	    put_ruling(skb, &info->out->ruling))
		return -EMSGSIZE;
	if (info->observed && nla_put_flag(skb, TCPWARD_A_SEGMENT_OBSERVED))
		return -EMSGSIZE;
	return 0;
}

/* --- transitions ------------------------------------------------------- */

size_t tcpw_message_transition_size(void)
{
	return 2 * (SOCKET_SIZE + 2 * U32_SIZE + U64_SIZE) +
	       3 * U64_SIZE +		/* time-us, id, expires-ms */
	       3 * U8_SIZE +		/* family, side, closed-by */
	       4 * U32_SIZE;		/* sequence, from, to, event */
}

static int put_move(struct sk_buff *skb,
		    const struct tcpw_transition_info *info)
{
	u8 client = info->view->facts.conn.client;

	if (info->event >= 0 &&
	    put_u32(skb, TCPWARD_A_TRANSITION_EVENT, info->event))
		return -EMSGSIZE;
	if (info->side < 0)
		return 0;
	if (put_u8(skb, TCPWARD_A_TRANSITION_SIDE,
		   info->side ^ client) ||
	    put_u32(skb, TCPWARD_A_TRANSITION_FROM, info->move.from) ||
	    put_u32(skb, TCPWARD_A_TRANSITION_TO, info->move.to))
		return -EMSGSIZE;
	return 0;
}

/* The view is that after the segment, which may have moved both ends. */
static int put_ends(struct sk_buff *skb,
		    const struct tcpw_transition_info *info)
{
	const struct tcpw_view *view = info->view;
	u8 client = view->facts.conn.client;

	if (put_endpoint(skb, TCPWARD_A_TRANSITION_CLIENT, view, client,
			 info->shown[client], DETAIL_COUNTS) ||
	    put_endpoint(skb, TCPWARD_A_TRANSITION_SERVER, view, !client,
			 info->shown[!client], DETAIL_COUNTS))
		return -EMSGSIZE;
	return 0;
}

int tcpw_message_transition(struct sk_buff *skb, u32 sequence,
			    const struct tcpw_transition_info *info)
{
	const struct tcpw_view *view = info->view;
	const struct tcpw_conn *conn = &view->facts.conn;

	if (put_u32(skb, TCPWARD_A_TRANSITION_SEQUENCE, sequence) ||
	    put_u64(skb, TCPWARD_A_TRANSITION_TIME_US,
		    info->time_us, TCPWARD_A_TRANSITION_PAD) ||
	    put_identity(skb, view, TCPWARD_A_TRANSITION_ID,
			 TCPWARD_A_TRANSITION_PAD,
			 TCPWARD_A_TRANSITION_FAMILY) ||
	    put_ends(skb, info) || put_move(skb, info) ||
	    put_closed_by(skb, TCPWARD_A_TRANSITION_CLOSED_BY, conn))
		return -EMSGSIZE;
	if (conn->deadline_ms &&
	    put_u64(skb, TCPWARD_A_TRANSITION_EXPIRES_MS,
		    since(conn->deadline_ms, view->now_ms),
		    TCPWARD_A_TRANSITION_PAD))
		return -EMSGSIZE;
	return 0;
}
