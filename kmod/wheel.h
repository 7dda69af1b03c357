/* SPDX-License-Identifier: GPL-2.0 */
/* What the wheels and those who turn them owe each other. */
#ifndef TCPW_WHEEL_H
#define TCPW_WHEEL_H

#include "tcpward.h"

#define TICK_SHIFT 8		/* 256 ms */
#define NEAR_SLOTS 512		/* of each wheel that turns by ticks */
#define FAR_SLOTS 256
#define FAR_TICKS 256		/* in a far slot; two of them in the near wheel */
#define FALL_BATCH 1024		/* records, before the near wheel has a turn */

static inline u32 tcpw_wheel_now(void)
{
	return tcpw_now_ms() >> TICK_SHIFT;
}

static inline u32 tcpw_wheel_far_tick(u32 tick)
{
	return tick & ~(FAR_TICKS - 1);
}

/* wheel.c */
struct tcpw_slot *tcpw_wheel_slot(struct tcpw_wheel *wheel,
				  enum tcpw_wait wait, u32 tick);
struct tcpw_flow *tcpw_wheel_pop_first(struct tcpw_net *tn,
				       struct tcpw_slot *slot,
				       struct list_head *list,
				       enum tcpw_wait wait);

#endif
