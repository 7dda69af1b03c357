/* SPDX-License-Identifier: GPL-2.0 */
/* How a segment that passes changes the numbers of a record. */
#ifndef TCPW_CORE_TRACK_H
#define TCPW_CORE_TRACK_H

#include "core/internal.h"

/* Any class of segment but RST; states are not touched. */
void tcpw_track(struct tcpw_conn *conn, unsigned int side,
		const struct tcpw_seg *seg, __u64 now_ms);

/* The first segment of a record that begins in the middle. */
void tcpw_track_pickup(struct tcpw_conn *conn, unsigned int side,
		       const struct tcpw_seg *seg, __u64 now_ms);

/* An end of which nothing was seen, as its peer's ACK describes it. */
void tcpw_track_unseen(struct tcpw_endpoint *ep, __u32 number);

/* apply.c: when the record ends, by an enum tcpw_timer (R84). */
void tcpw_set_deadline(struct tcpw_conn *conn, const struct tcpw_config *cfg,
		       __u8 timer, __u64 now_ms);

#endif
