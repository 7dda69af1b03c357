// SPDX-License-Identifier: GPL-2.0
/*
 * The timing wheel. A packet only writes the deadline of its record; the
 * wheel visits the record when the deadline was, and puts it further on when
 * it has moved (lazy re-insertion). Only a deadline that comes nearer moves a
 * record at once. Deadlines beyond one turn are visited once a turn.
 *
 * A record is linked and unlinked under its own lock and that of its slot;
 * but the worker takes it out under the slot's lock alone, and looks at it
 * afterwards, under RCU. Whoever has linked it anew by then has won.
 */
#include "tcpward.h"

#include <linux/sched.h>
#include <linux/slab.h>

#define TICK_SHIFT 8		/* 256 ms */
#define TICK_JIFFIES msecs_to_jiffies(1 << TICK_SHIFT)

static u32 now_tick(void)
{
	return tcpw_now_ms() >> TICK_SHIFT;
}

static struct tcpw_slot *slot_of(struct tcpw_wheel *wheel, u32 tick)
{
	return &wheel->slots[tick % TCPW_SLOTS];
}

/* The first tick at which the deadline has passed. */
static u32 tick_of(u64 deadline_ms)
{
	return (deadline_ms >> TICK_SHIFT) + 1;
}

/* The worker may pass a slot while it is being chosen: then the next one. */
static void link(struct tcpw_wheel *wheel, struct tcpw_flow *flow, u32 want)
{
	struct tcpw_slot *slot;
	u32 base, tick;

	for (;;) {
		base = max(READ_ONCE(wheel->tick), now_tick());
		tick = clamp(want, base + 1, base + TCPW_SLOTS - 1);
		slot = slot_of(wheel, tick);
		spin_lock(&slot->lock);
		if (tick > READ_ONCE(wheel->tick))
			break;
		spin_unlock(&slot->lock);
	}
	flow->tick = tick;
	hlist_add_head(&flow->slot, &slot->list);
	spin_unlock(&slot->lock);
}

static void unlink(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	struct tcpw_slot *slot = slot_of(wheel, flow->tick);

	spin_lock(&slot->lock);
	if (!hlist_unhashed(&flow->slot))
		hlist_del_init(&flow->slot);
	spin_unlock(&slot->lock);
	flow->tick = 0;
}

/* The deadline of a record was written. Context: tcpw_flow.lock held. */
void tcpw_wheel_set(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	u64 deadline_ms = flow->facts.conn.deadline_ms;
	u32 want;

	lockdep_assert_held(&flow->lock);
	if (!deadline_ms)
		return;
	want = tick_of(deadline_ms);
	if (flow->tick && want >= flow->tick)
		return;
	if (flow->tick)
		unlink(wheel, flow);
	link(wheel, flow, want);
}

void tcpw_wheel_remove(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->tick)
		unlink(wheel, flow);
}

/* --- the worker -------------------------------------------------------- */

/* What the deadline brought about. */
struct visit {
	struct tcpw_outcome out;
	bool gone;
	bool restored;
};

static void expire(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms,
		   struct visit *visit)
{
	struct tcpw_view *view = &visit->out.view;

	tcpw_flow_view(flow, now_ms, view);
	if (tcpw_expire(&flow->facts.conn, flow->ext, now_ms)) {
		visit->gone = true;
		tcpw_table_remove(tn, flow, now_ms);
		return;
	}
	visit->restored = true;
	tcpw_flow_settle(tn, flow, now_ms, visit->out.moves);
	tcpw_flow_view(flow, now_ms, view);
}

static void visit_flow(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	struct visit visit = {};
	u64 now_ms;

	spin_lock_bh(&flow->lock);
	now_ms = tcpw_now_ms();
	if (!flow->dead && hlist_unhashed(&flow->slot)) {
		flow->tick = 0;
		if (tcpw_expired(&flow->facts.conn, now_ms))
			expire(tn, flow, now_ms, &visit);
		else
			tcpw_wheel_set(&tn->wheel, flow);
	}
	spin_unlock_bh(&flow->lock);
	if (visit.gone)
		tcpw_report_gone(tn, &visit.out.view, TCPWARD_CONN_EVENT_END);
	if (visit.restored)
		tcpw_report_moves(tn, &visit.out);
}

static struct tcpw_flow *pop(struct tcpw_slot *slot, struct hlist_head *due)
{
	struct tcpw_flow *flow;

	spin_lock_bh(&slot->lock);
	flow = hlist_entry_safe(due->first, struct tcpw_flow, slot);
	if (flow)
		hlist_del_init(&flow->slot);
	spin_unlock_bh(&slot->lock);
	return flow;
}

/* The slot's lock guards what was moved out of it to @due, too. */
static void turn_to(struct tcpw_net *tn, u32 tick)
{
	struct tcpw_slot *slot = slot_of(&tn->wheel, tick);
	struct tcpw_flow *flow;
	HLIST_HEAD(due);

	WRITE_ONCE(tn->wheel.tick, tick);
	spin_lock_bh(&slot->lock);
	hlist_move_list(&slot->list, &due);
	spin_unlock_bh(&slot->lock);
	do {
		rcu_read_lock();
		flow = pop(slot, &due);
		if (flow)
			visit_flow(tn, flow);
		rcu_read_unlock();
		cond_resched();
	} while (flow);
}

/* After a long sleep every slot is visited once. */
static void work(struct work_struct *work)
{
	struct tcpw_net *tn = container_of(to_delayed_work(work),
					   struct tcpw_net, wheel.work);
	u32 now = now_tick(), tick = tn->wheel.tick;

	if (now - tick > TCPW_SLOTS)
		tick = now - TCPW_SLOTS;
	while (tick != now)
		turn_to(tn, ++tick);
	if (atomic_read(&tn->records))
		tcpw_wheel_start(&tn->wheel);
}

/* To be called when a record was added: without any the wheel stands still. */
void tcpw_wheel_start(struct tcpw_wheel *wheel)
{
	if (!delayed_work_pending(&wheel->work))
		queue_delayed_work(system_power_efficient_wq, &wheel->work,
				   TICK_JIFFIES);
}

int tcpw_wheel_init(struct tcpw_wheel *wheel)
{
	unsigned int i;

	wheel->slots = kvcalloc(TCPW_SLOTS, sizeof(*wheel->slots), GFP_KERNEL);
	if (!wheel->slots)
		return -ENOMEM;
	for (i = 0; i < TCPW_SLOTS; i++)
		spin_lock_init(&wheel->slots[i].lock);
	wheel->tick = now_tick();
	INIT_DELAYED_WORK(&wheel->work, work);
	return 0;
}

/* No packet can start it any more. */
void tcpw_wheel_stop(struct tcpw_wheel *wheel)
{
	cancel_delayed_work_sync(&wheel->work);
}

void tcpw_wheel_exit(struct tcpw_wheel *wheel)
{
	kvfree(wheel->slots);
}
