// SPDX-License-Identifier: GPL-2.0
/*
 * The worker that turns the timing wheels of a namespace (wheel.c), and what
 * becomes of a record whose deadline has passed.
 */
#include "compat.h"
#include "report.h"
#include "wheel.h"

#include <linux/bottom_half.h>
#include <linux/sched.h>

#define VISITS 16		/* at once */

/* What the deadline brought about, as far as somebody hears of it. */
struct visit {
	struct tcpw_outcome out;	/* set in parts */
	bool gone;
	bool restored;
};

static void restored(struct tcpw_net *tn, struct tcpw_flow *flow,
		     const struct tcpw_was *was, u64 now_ms,
		     struct visit *visit)
{
	struct tcpw_outcome *out = &visit->out;

	visit->restored = true;
	out->began = false;
	out->replaced = false;
	memset(out->moves, 0, sizeof(out->moves));
	out->time_us = ktime_to_us(ktime_get_real());
	tcpw_flow_settle(tn, flow, was, now_ms, out->moves);
	tcpw_flow_view(flow, now_ms, &out->view);
}

static void expire(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms,
		   struct visit *visit)
{
	struct tcpw_was was = tcpw_flow_was(flow);
	bool heard = tcpw_report_hears_ends(tn);

	if (heard)
		tcpw_flow_view(flow, now_ms, &visit->out.view);
	if (!tcpw_expire(&flow->conn, tcpw_flow_ext(flow), now_ms)) {
		restored(tn, flow, &was, now_ms, visit);
		return;
	}
	visit->gone = heard;
	tcpw_table_remove(tn, flow, &was, now_ms);
}

static void visit_flow(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	struct visit visit __uninitialized;
	u64 now_ms;

	visit.gone = false;
	visit.restored = false;
	spin_lock_bh(&flow->lock);
	now_ms = tcpw_now_ms();
	if (!flow->dead && list_empty(&flow->waits)) {
		flow->slot = 0;
		if (tcpw_expired(&flow->conn, now_ms))
			expire(tn, flow, now_ms, &visit);
		else
			tcpw_wheel_set(&tn->wheel, flow, now_ms);
	}
	spin_unlock_bh(&flow->lock);
	if (visit.gone)
		tcpw_report_gone(tn, &visit.out.view, TCPWARD_CONN_EVENT_END);
	if (visit.restored)
		tcpw_report_moves(tn, &visit.out);
}

/* What was taken out of a slot, which guards it, too. */
struct due {
	struct tcpw_slot *slot;
	enum tcpw_wait wait;
	struct list_head *list;
};

/*
 * With bottom halves off, so that what is told of them shares a datagram: see
 * event.c. Return: false when nothing is left.
 */
static bool visit_some(struct tcpw_net *tn, const struct due *due)
{
	unsigned int n = VISITS;
	struct tcpw_flow *flow;

	rcu_read_lock();
	local_bh_disable();
	do {
		flow = tcpw_wheel_pop_first(tn, due->slot, due->list,
					    due->wait);
		if (flow)
			visit_flow(tn, flow);
	} while (flow && --n);
	local_bh_enable();
	rcu_read_unlock();
	cond_resched();
	return flow;
}

static void take_out(const struct due *due)
{
	spin_lock_bh(&due->slot->lock);
	list_splice_init(&due->slot->list, due->list);
	spin_unlock_bh(&due->slot->lock);
}

static void visit_slot(struct tcpw_net *tn, enum tcpw_wait wait, u32 tick)
{
	LIST_HEAD(list);
	struct due due = {
		.slot = tcpw_wheel_slot(&tn->wheel, wait, tick),
		.wait = wait,
		.list = &list,
	};

	take_out(&due);
	while (visit_some(tn, &due))
		;
}

/* After a long sleep every slot is visited once. */
static void turn_near(struct tcpw_net *tn)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	u32 now = tcpw_wheel_now(), tick = wheel->tick;

	if (now - tick > NEAR_SLOTS)
		tick = now - NEAR_SLOTS;
	while (tick != now) {
		WRITE_ONCE(wheel->tick, ++tick);
		visit_slot(tn, TCPW_WAIT_NEAR, tick);
		visit_slot(tn, TCPW_WAIT_HALF_OPEN, tick);
		visit_slot(tn, TCPW_WAIT_RESET, tick);
	}
}

/* The same for the far wheel, in pieces. Return: whether there is more. */
static bool turn_far(struct tcpw_net *tn)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	u32 now = tcpw_wheel_far_tick(wheel->tick), tick = wheel->fallen;
	unsigned int batch = FALL_BATCH / VISITS;
	struct due due = {
		.slot = tcpw_wheel_slot(wheel, TCPW_WAIT_FAR, tick),
		.wait = TCPW_WAIT_FAR,
		.list = &wheel->falling,
	};

	while (batch--)
		if (!visit_some(tn, &due))
			break;
	if (!list_empty(&wheel->falling))
		return true;
	if (tick == now)
		return false;
	if (now - tick > FAR_SLOTS * FAR_TICKS)
		tick = now - FAR_SLOTS * FAR_TICKS;
	tick += FAR_TICKS;
	WRITE_ONCE(wheel->fallen, tick);
	due.slot = tcpw_wheel_slot(wheel, TCPW_WAIT_FAR, tick);
	take_out(&due);
	return true;
}

void tcpw_expire_turn(struct work_struct *work)
{
	struct tcpw_net *tn = container_of(to_delayed_work(work),
					   struct tcpw_net, wheel.work);

	do
		turn_near(tn);
	while (turn_far(tn) || tn->wheel.tick != tcpw_wheel_now());
	if (atomic_read(&tn->records))
		tcpw_wheel_start(&tn->wheel);
}

/* To be called when a record was added: without any the wheels stand still. */
void tcpw_wheel_start(struct tcpw_wheel *wheel)
{
	u64 ms = 1 << TICK_SHIFT;

	if (delayed_work_pending(&wheel->work))
		return;
	ms -= tcpw_now_ms() % ms;
	queue_delayed_work(TCPW_UNBOUND_WQ, &wheel->work, msecs_to_jiffies(ms));
}

/* No packet can start it any more. */
void tcpw_wheel_stop(struct tcpw_wheel *wheel)
{
	cancel_delayed_work_sync(&wheel->work);
}
