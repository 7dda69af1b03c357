// SPDX-License-Identifier: GPL-2.0
/*
 * The state table of one endpoint (RULES 1.3 and 10). The table alone
 * chooses the next state; an exception is another event, never an if after
 * the lookup. An illegal cell holds the reason: see below the table.
 */
#include "core/table.h"

enum {
	sLI = TCPWARD_STATE_LISTEN,
	sSS = TCPWARD_STATE_SYN_SENT,
	sSR = TCPWARD_STATE_SYN_RECEIVED,
	sES = TCPWARD_STATE_ESTABLISHED,
	sF1 = TCPWARD_STATE_FIN_WAIT_1,
	sF2 = TCPWARD_STATE_FIN_WAIT_2,
	sCW = TCPWARD_STATE_CLOSE_WAIT,
	sCG = TCPWARD_STATE_CLOSING,
	sLA = TCPWARD_STATE_LAST_ACK,
	sTW = TCPWARD_STATE_TIME_WAIT,
	sCL = TCPWARD_STATE_CLOSED,
	/* RFC 9293 3.10.7.2-3: nothing to acknowledge yet (R38) */
	iBH = TCPW_ILLEGAL | TCPWARD_REASON_DATA_BEFORE_HANDSHAKE,
	/* RFC 9293 3.5: late copy of the opening SYN (R76) */
	iST = TCPW_ILLEGAL | TCPWARD_REASON_STALE_SYN,
	/* RFC 5961 4.2: SYN on a live connection (R74, R75, R77) */
	iLV = TCPW_ILLEGAL | TCPWARD_REASON_SYN_ON_LIVE,
	/* RFC 9293 3.6.1: the port is used again while closing (R98) */
	iRU = TCPW_ILLEGAL | TCPWARD_REASON_SYN_REUSE,
	/* RFC 9293 3.8.3: SYN+ACK repeated after the third step (R21) */
	iRP = TCPW_ILLEGAL | TCPWARD_REASON_SYNACK_REPEAT,
	/* RFC 9293 3.10.7.4: another SYN+ACK on an open connection (R37) */
	iLS = TCPW_ILLEGAL | TCPWARD_REASON_LATE_SYNACK,
	/* RFC 9293 3.10.4: a second FIN where the first one is known (R87) */
	iDF = TCPW_ILLEGAL | TCPWARD_REASON_DIFFERENT_FIN,
	/* RFC 9293 3.10.7.4: acknowledges what was never sent (R24) */
	iAU = TCPW_ILLEGAL | TCPWARD_REASON_ACK_UNSENT,
};

/*
 * A repeated FIN is not TCPW_EVENT_FIN: it is TCPW_EVENT_SEGMENT. A FIN that
 * does not acknowledge the peer's FIN, although a later segment of its sender
 * that came first does, was sent before it: CLOSING, not LAST-ACK. CLOSED
 * here is an endpoint that has finished; one that has emitted nothing is in
 * LISTEN. From CLOSED and TIME_WAIT a new SYN opens the next connection if
 * its numbers are good (R93, R94, R96).
 */
const __u8 tcpw_table[TCPW_EVENTS][TCPWARD_STATE_MAX + 1] = {
/*				 LI   SS   SR   ES   F1   F2   CW   CG   LA   TW   CL */
[TCPW_EVENT_SYN] =		{sSS, sSS, sSR, iST, iST, iST, iST, iST, iST, iST, iST},
[TCPW_EVENT_SYN_NEW] =		{sSS, sSS, iLV, iLV, iRU, iRU, iRU, iRU, iRU, sSS, sSS},
[TCPW_EVENT_SYNACK] =		{sSS, sSS, sSR, iRP, iRP, iRP, iRP, iRP, iRP, iRP, iRP},
[TCPW_EVENT_SYNACK_NEW] =	{sSS, sSS, sSR, iLS, iLS, iLS, iLS, iLS, iLS, iLS, iLS},
[TCPW_EVENT_SEGMENT] =		{iBH, sSS, sSR, sES, sF1, sF2, sCW, sCG, sLA, sTW, sCL},
[TCPW_EVENT_FIN] =		{iBH, iBH, sF1, sF1, iDF, iDF, sLA, iDF, iDF, iDF, iDF},
[TCPW_EVENT_FIN_OVERTAKEN] =	{iBH, iBH, sF1, sF1, iDF, iDF, sCG, iDF, iDF, iDF, iDF},
[TCPW_EVENT_RST] =		{sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL},
[TCPW_EVENT_ACKS_SYN] =		{iBH, sES, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW, sCL},
[TCPW_EVENT_ACKS_SYN_FIRST] =	{iBH, sSR, sSR, sES, sF1, sF2, sCW, sCG, sLA, sTW, sCL},
[TCPW_EVENT_ACKS_FIN] =		{iBH, iBH, sCW, sCW, sCG, sTW, sCW, sCG, sLA, sTW, sCL},
[TCPW_EVENT_SYN_ACKED] =	{iAU, sSS, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW, sCL},
[TCPW_EVENT_FIN_ACKED] =	{iAU, iAU, iAU, iAU, sF2, sF2, iAU, sTW, sCL, sTW, sCL},
[TCPW_EVENT_PICKUP] =		{sES, sES, sES, sES, sF1, sF2, sCW, sCG, sLA, sTW, sCL},
};

const char *tcpw_event_name(enum tcpw_event event)
{
	static const char *const names[TCPW_EVENTS] = {
		[TCPW_EVENT_SYN] = "sends SYN",
		[TCPW_EVENT_SYN_NEW] = "sends SYN, new number",
		[TCPW_EVENT_SYNACK] = "sends SYN+ACK",
		[TCPW_EVENT_SYNACK_NEW] = "sends SYN+ACK, new number",
		[TCPW_EVENT_SEGMENT] = "sends ACK or data",
		[TCPW_EVENT_FIN] = "sends first FIN",
		[TCPW_EVENT_FIN_OVERTAKEN] = "sends first FIN, overtaken",
		[TCPW_EVENT_RST] = "sends RST",
		[TCPW_EVENT_ACKS_SYN] = "acknowledges SYN",
		[TCPW_EVENT_ACKS_SYN_FIRST] = "acknowledges SYN first",
		[TCPW_EVENT_ACKS_FIN] = "acknowledges FIN",
		[TCPW_EVENT_SYN_ACKED] = "its SYN acknowledged",
		[TCPW_EVENT_FIN_ACKED] = "its FIN acknowledged",
		[TCPW_EVENT_PICKUP] = "picked up",
	};

	return names[event];
}
