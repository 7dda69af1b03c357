// SPDX-License-Identifier: GPL-2.0
/*
 * Who hears of what: transitions and verdicts to the multicast groups,
 * segments to traces. Called with no lock held.
 */
#include "netlink_gen.h"
#include "report.h"

#define CREATE_TRACE_POINTS
#include "tracepoints.h"

static bool moved(const struct tcpw_outcome *out)
{
	return out->began || out->moves[0].from != out->moves[0].to ||
	       out->moves[1].from != out->moves[1].to;
}

static bool remarkable(const struct tcpw_ruling *ruling)
{
	return ruling->verdict != TCPWARD_VERDICT_PASS || ruling->flag;
}

/* Whether the outcome has to be copied for somebody. Context: any. */
bool tcpw_report_wanted(const struct tcpw_net *tn,
			const struct tcpw_outcome *out)
{
	if (tcpw_trace_heard(tn))
		return true;
	if (moved(out) && tcpw_event_heard(tn, TCPWARD_NLGRP_TRANSITIONS))
		return true;
	return remarkable(&out->ruling) &&
	       tcpw_event_heard(tn, TCPWARD_NLGRP_VERDICTS);
}

static void record_event(struct tcpw_net *tn, const struct tcpw_view *view,
			 u64 time_us, enum tcpward_conn_event event)
{
	struct tcpw_transition_info info = {
		.view = view,
		.time_us = time_us,
		.side = -1,
		.event = event,
	};
	const u8 *shown = view->facts.shown;

	memcpy(info.shown, shown, sizeof(info.shown));
	/* TIME-WAIT is the state that ends by time alone. */
	if (event == TCPWARD_CONN_EVENT_END &&
	    (shown[0] == TCPWARD_STATE_TIME_WAIT ||
	     shown[1] == TCPWARD_STATE_TIME_WAIT)) {
		info.side = shown[1] == TCPWARD_STATE_TIME_WAIT;
		info.move.from = TCPWARD_STATE_TIME_WAIT;
		info.move.to = TCPWARD_STATE_CLOSED;
		info.shown[info.side] = info.move.to;
	}
	tcpw_event_transition(tn, &info);
}

/* Whether who leaves has to be copied for somebody. Context: any. */
bool tcpw_report_hears_ends(const struct tcpw_net *tn)
{
	return tcpw_event_heard(tn, TCPWARD_NLGRP_TRANSITIONS);
}

/* A record has left; @view is what it was last. */
void tcpw_report_gone(struct tcpw_net *tn, const struct tcpw_view *view,
		      enum tcpward_conn_event event)
{
	if (tcpw_event_heard(tn, TCPWARD_NLGRP_TRANSITIONS))
		record_event(tn, view, ktime_to_us(ktime_get_real()), event);
}

/* A record is back as it was saved: no end of it has moved. */
void tcpw_report_restored(struct tcpw_net *tn, const struct tcpw_view *view)
{
	record_event(tn, view, ktime_to_us(ktime_get_real()),
		     TCPWARD_CONN_EVENT_RESTORE);
}

/* Of two moves by one segment, the first message knows the first alone. */
static void moves(struct tcpw_net *tn, const struct tcpw_outcome *out)
{
	struct tcpw_transition_info info = {
		.view = &out->view,
		.time_us = out->time_us,
		.event = out->began ? TCPWARD_CONN_EVENT_NEW : -1,
	};
	u8 client = out->view.facts.conn.client;
	unsigned int i;

	if (out->replaced)
		record_event(tn, &out->former, out->time_us,
			     TCPWARD_CONN_EVENT_END);
	for (i = 0; i < 2; i++)
		info.shown[i] = out->moves[i].from == out->moves[i].to ?
				out->view.facts.shown[i] : out->moves[i].from;
	for (i = 0; i < 2; i++) {
		info.side = i ^ client;
		info.move = out->moves[info.side];
		if (info.move.from == info.move.to)
			continue;
		info.shown[info.side] = info.move.to;
		tcpw_event_transition(tn, &info);
		info.event = -1;
	}
	if (info.event < 0)
		return;
	info.side = -1;
	tcpw_event_transition(tn, &info);
}

/* A former record is back: there was no segment. */
void tcpw_report_moves(struct tcpw_net *tn, const struct tcpw_outcome *out)
{
	if (moved(out) && tcpw_event_heard(tn, TCPWARD_NLGRP_TRANSITIONS))
		moves(tn, out);
}

/* Without a record, whoever does not answer a SYN is taken for the client. */
static u8 client_of(const struct tcpw_packet *pkt,
		    const struct tcpw_outcome *out)
{
	if (out->view.facts.id)
		return out->view.facts.conn.client;
	return (pkt->seg.flags & (TCPW_SYN | TCPW_ACK)) ==
	       (TCPW_SYN | TCPW_ACK) ? !pkt->side : pkt->side;
}

void tcpw_report_segment(struct tcpw_net *tn, const struct tcpw_packet *pkt,
			 const struct tcpw_outcome *out, bool observed)
{
	struct tcpw_segment_info info = {
		.pkt = pkt,
		.out = out,
		.observed = observed,
	};

	trace_verdict(pkt, &out->ruling);
	/* Nothing was copied, because nobody listened. */
	if (!out->time_us)
		return;
	info.client = client_of(pkt, out);
	tcpw_trace_segment(tn, &info);
	if (remarkable(&out->ruling))
		tcpw_event_verdict(tn, &info);
	tcpw_report_moves(tn, out);
}
