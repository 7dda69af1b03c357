/* SPDX-License-Identifier: GPL-2.0 */
/* What is told of segments and records, to whom, and in which messages. */
#ifndef TCPW_REPORT_H
#define TCPW_REPORT_H

#include "tcpward.h"

struct tcpw_saved_conn;
struct tcpw_saved_ext;

/* What became of a segment, or of a record, to be reported. */
struct tcpw_outcome {
	struct tcpw_ruling ruling;
	struct tcpw_move moves[2];	/* by side; from == to: none */
	u64 time_us;		/* since the epoch */
	bool began;		/* the record is new */
	bool replaced;		/* it took the place of former */
	struct tcpw_view view;	/* facts.id 0: no record */
	struct tcpw_view former;	/* set where replaced is */
};

/* report.c: who hears of what; all after the locks are dropped */
bool tcpw_report_wanted(const struct tcpw_net *tn,
			const struct tcpw_outcome *out);
void tcpw_report_segment(struct tcpw_net *tn, const struct tcpw_packet *pkt,
			 const struct tcpw_outcome *out, bool observed);
void tcpw_report_moves(struct tcpw_net *tn, const struct tcpw_outcome *out);
bool tcpw_report_hears_ends(const struct tcpw_net *tn);
void tcpw_report_gone(struct tcpw_net *tn, const struct tcpw_view *view,
		      enum tcpward_conn_event event);
void tcpw_report_restored(struct tcpw_net *tn, const struct tcpw_view *view);

/* event.c: notifications to multicast groups */
/* What a transition notification says. */
struct tcpw_transition_info {
	const struct tcpw_view *view;
	u64 time_us;		/* since the epoch */
	struct tcpw_move move;
	u8 shown[2];		/* states after the move, by side */
	int side;		/* that moved; -1: none */
	int event;		/* enum tcpward_conn_event; -1: none */
};

/* A judged segment as messages tell it. */
struct tcpw_segment_info {
	const struct tcpw_packet *pkt;
	const struct tcpw_outcome *out;
	bool observed;		/* the verdict was not carried out */
	u8 client;		/* side of the client */
};

void tcpw_event_init(struct tcpw_net *tn);
void tcpw_event_exit(struct tcpw_net *tn);
bool tcpw_event_heard(const struct tcpw_net *tn, unsigned int group);
struct sk_buff *tcpw_event_alloc(size_t size, u8 cmd, void **header);
void tcpw_event_transition(struct tcpw_net *tn,
			   const struct tcpw_transition_info *info);
void tcpw_event_verdict(struct tcpw_net *tn,
			const struct tcpw_segment_info *info);

/* trace.c: segments to the sockets that asked for them */
int tcpw_trace_init(void);
void tcpw_trace_exit(void);
void tcpw_trace_clear(struct tcpw_net *tn);
static inline bool tcpw_trace_heard(const struct tcpw_net *tn)
{
	return !list_empty(&tn->traces);
}

void tcpw_trace_segment(struct tcpw_net *tn,
			const struct tcpw_segment_info *info);

/* message.c: parts of messages */
size_t tcpw_message_segment_size(void);
int tcpw_message_segment(struct sk_buff *skb, u32 sequence,
			 const struct tcpw_segment_info *info);
size_t tcpw_message_transition_size(void);
int tcpw_message_transition(struct sk_buff *skb, u32 sequence,
			    const struct tcpw_transition_info *info);
int tcpw_message_conn(struct sk_buff *skb, const struct tcpw_view *view,
		      bool brief);

/* message_core.c: the state of the core, whole */
int tcpw_message_core(struct sk_buff *skb, const struct tcpw_conn *conn,
		      const struct tcpw_ext *ext, u64 now_ms);
int tcpw_message_take_conn(struct tcpw_saved_conn *conn,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack);
int tcpw_message_take_ext(struct tcpw_saved_ext *ext,
			  const struct nlattr *nest,
			  struct netlink_ext_ack *extack);

#endif
