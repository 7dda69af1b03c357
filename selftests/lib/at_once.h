/* SPDX-License-Identifier: GPL-2.0 */
/* The core's short ways of judging and applying at once, beside the whole one. */
#ifndef SELFTESTS_AT_ONCE_H
#define SELFTESTS_AT_ONCE_H

#include "core/core.h"

#include <stdbool.h>
#include <string.h>

/*
 * Whether tcpw_go_on() or tcpw_step_on() takes a segment and does not come to
 * what @ruling says, or to @whole, which the whole way has made of @conn.
 */
static inline bool at_once_differs(struct tcpw_conn conn,
				   const struct tcpw_ext *ext,
				   unsigned int side,
				   const struct tcpw_seg *seg,
				   const struct tcpw_config *cfg,
				   const struct tcpw_ruling *ruling,
				   __u64 now_ms, const struct tcpw_conn *whole)
{
	enum tcpw_went went = tcpw_go_on(&conn, ext, side, seg, cfg, now_ms);
	bool back = went == TCPW_WENT_BACK;

	if (!went && !tcpw_step_on(&conn, ext, side, seg, cfg, now_ms))
		return false;
	return (went && !ruling->plain) ||
	       ruling->verdict != TCPWARD_VERDICT_PASS || ruling->flag ||
	       ruling->retransmission != back ||
	       memcmp(&conn, whole, sizeof(conn));
}

#endif
