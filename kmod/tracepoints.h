/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: what the kernel's own instruments see (perf, bpftrace). */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcpward

#if !defined(TCPW_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCPW_TRACEPOINTS_H

#include "tcpward.h"

#include <linux/tracepoint.h>

/* A segment was judged. Addresses as the kernel keeps IPv4 in IPv6. */
TRACE_EVENT(verdict,
	TP_PROTO(const struct tcpw_packet *pkt,
		 const struct tcpw_ruling *ruling),
	TP_ARGS(pkt, ruling),
	TP_STRUCT__entry(
		__field(u16, family)
		__field(u16, sport)
		__field(u16, dport)
		__field(u16, flags)
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, len)
		__field(u8, verdict)
		__field(u8, reason)
		__field(u8, flag)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
	),
	TP_fast_assign(
		__entry->family = pkt->tuple.family;
		__entry->sport = ntohs(pkt->tuple.port[pkt->side]);
		__entry->dport = ntohs(pkt->tuple.port[!pkt->side]);
		__entry->flags = pkt->seg.flags;
		__entry->seq = pkt->seg.seq;
		__entry->ack = pkt->seg.ack;
		__entry->len = pkt->seg.len;
		__entry->verdict = ruling->verdict;
		__entry->reason = ruling->reason;
		__entry->flag = ruling->flag;
		memcpy(__entry->saddr, &pkt->tuple.addr[pkt->side], 16);
		memcpy(__entry->daddr, &pkt->tuple.addr[!pkt->side], 16);
	),
	TP_printk("family=%u saddr=%*phN daddr=%*phN sport=%u dport=%u flags=%#x seq=%u ack=%u len=%u verdict=%s reason=%s flag=%s",
		  __entry->family,
		  __entry->family == NFPROTO_IPV4 ? 4 : 16, __entry->saddr,
		  __entry->family == NFPROTO_IPV4 ? 4 : 16, __entry->daddr,
		  __entry->sport, __entry->dport, __entry->flags,
		  __entry->seq, __entry->ack, __entry->len,
		  __print_symbolic(__entry->verdict,
				   { TCPWARD_VERDICT_PASS, "pass" },
				   { TCPWARD_VERDICT_QUIET, "quiet" },
				   { TCPWARD_VERDICT_DROP, "drop" }),
		  tcpw_reasons[__entry->reason].name,
		  tcpw_reasons[__entry->flag].name)
);

/* An endpoint went from one state to another. */
TRACE_EVENT(transition,
	TP_PROTO(const struct tcpw_flow *flow, unsigned int side,
		 struct tcpw_move move),
	TP_ARGS(flow, side, move),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u16, family)
		__field(u16, sport)
		__field(u16, dport)
		__field(u8, client)
		__field(u8, from)
		__field(u8, to)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
	),
	TP_fast_assign(
		__entry->id = tcpw_flow_id(flow);
		__entry->family = flow->key.family;
		__entry->sport = ntohs(flow->key.port[side]);
		__entry->dport = ntohs(flow->key.port[!side]);
		__entry->client = side == flow->conn.client;
		__entry->from = move.from;
		__entry->to = move.to;
		tcpw_flow_addr(flow, side, __entry->saddr);
		tcpw_flow_addr(flow, !side, __entry->daddr);
	),
	TP_printk("id=%llu %s family=%u saddr=%*phN daddr=%*phN sport=%u dport=%u %s -> %s",
		  __entry->id, __entry->client ? "client" : "server",
		  __entry->family,
		  __entry->family == NFPROTO_IPV4 ? 4 : 16, __entry->saddr,
		  __entry->family == NFPROTO_IPV4 ? 4 : 16, __entry->daddr,
		  __entry->sport, __entry->dport,
		  tcpw_state_name(__entry->from),
		  tcpw_state_name(__entry->to))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE tracepoints
#include <trace/define_trace.h>
