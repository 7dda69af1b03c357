// SPDX-License-Identifier: GPL-2.0
/* Copies of connections, for messages: they are read without a lock. */
#include "tcpward.h"

/* What was idle for longer than 49 days seems to have been so for less. */
static u64 passed_ms(const struct tcpw_flow *flow, u64 now_ms)
{
	return now_ms - (u32)((u32)now_ms - flow->passed_ms);
}

static void view_records(const struct tcpw_flow *flow,
			 struct tcpw_facts *facts)
{
	unsigned int first, i;

	facts->records = min_t(unsigned int, flow->records, TCPW_RECORDS);
	first = flow->records > TCPW_RECORDS ? flow->records : 0;
	for (i = 0; i < facts->records; i++)
		facts->record[i] = flow->record[(first + i) % TCPW_RECORDS];
}

static void view_ext(const struct tcpw_flow *flow, struct tcpw_view *view)
{
	const struct tcpw_ext *ext = tcpw_flow_ext(flow);
	unsigned int i;

	view->pending_syns = 0;
	view->shadow = TCPWARD_KIND_BLANK;
	if (!ext)
		return;
	view->shadow = ext->shadow.kind;
	for (i = 0; i < TCPW_CANDIDATES; i++)
		view->pending_syns += !!(ext->syn[i].flags & TCPW_SYN_USED);
}

void tcpw_flow_view(const struct tcpw_flow *flow, u64 now_ms,
		    struct tcpw_view *view)
{
	struct tcpw_facts *facts = &view->facts;

	lockdep_assert_held(&flow->lock);
	tcpw_flow_tuple(flow, &view->tuple);
	view->now_ms = now_ms;
	facts->conn = flow->conn;
	facts->id = tcpw_flow_id(flow);
	facts->passed_ms = passed_ms(flow, now_ms);
	memcpy(facts->bytes, flow->bytes, sizeof(facts->bytes));
	memcpy(facts->segments, flow->segments, sizeof(facts->segments));
	memcpy(facts->retransmitted, flow->retransmitted,
	       sizeof(facts->retransmitted));
	facts->rtt_us = flow->opening ? 0 : flow->rtt_us;
	facts->quiet = flow->quiet;
	facts->dropped = flow->dropped;
	facts->shown[0] = tcpw_shown_state(&flow->conn, 0);
	facts->shown[1] = tcpw_shown_state(&flow->conn, 1);
	facts->last_reason = flow->last_reason;
	view_records(flow, facts);
	view_ext(flow, view);
}
