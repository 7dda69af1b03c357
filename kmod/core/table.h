/* SPDX-License-Identifier: GPL-2.0 */
/* The state table: next[event][state] of one endpoint. */
#ifndef TCPW_CORE_TABLE_H
#define TCPW_CORE_TABLE_H

#include "core/core.h"

enum tcpw_event {
	/* What the endpoint emits. */
	TCPW_EVENT_SYN,		/* SYN, first or again, with its own ISS */
	TCPW_EVENT_SYN_NEW,	/* SYN with another sequence number */
	TCPW_EVENT_SYNACK,	/* SYN+ACK, first or again, with its own ISS */
	TCPW_EVENT_SYNACK_NEW,	/* SYN+ACK with another sequence number */
	TCPW_EVENT_SEGMENT,	/* anything with ACK but SYN, FIN or RST */
	TCPW_EVENT_FIN,		/* the first one */
	TCPW_EVENT_FIN_OVERTAKEN,	/* the same, by its ACK of a FIN */
	TCPW_EVENT_RST,
	/* What its acknowledgement says for the first time. */
	TCPW_EVENT_ACKS_SYN,	/* p, with s: its own SYN is acknowledged */
	TCPW_EVENT_ACKS_SYN_FIRST,	/* p before s: the SYNs crossed */
	TCPW_EVENT_ACKS_FIN,	/* q */
	/* What the peer's acknowledgement says for the first time. */
	TCPW_EVENT_SYN_ACKED,	/* s */
	TCPW_EVENT_FIN_ACKED,	/* f */
	/* Seen in the middle of a connection. */
	TCPW_EVENT_PICKUP,
	TCPW_EVENTS,
};

/* A cell holds the next state, or TCPW_ILLEGAL plus a reason. */
#define TCPW_ILLEGAL 0x80

extern const __u8 tcpw_table[TCPW_EVENTS][TCPWARD_STATE_MAX + 1];

static inline __u8 tcpw_table_cell(enum tcpw_event event, unsigned int state)
{
	return tcpw_table[event][state];
}

static inline bool tcpw_cell_legal(__u8 cell)
{
	return !(cell & TCPW_ILLEGAL);
}

static inline __u8 tcpw_cell_reason(__u8 cell)
{
	return cell & (TCPW_ILLEGAL - 1);
}

const char *tcpw_event_name(enum tcpw_event event);

#endif
