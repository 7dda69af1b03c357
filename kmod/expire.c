// SPDX-License-Identifier: GPL-2.0
/*
 * The timing wheels, which end all that ends by time. A packet only writes the
 * deadline of its record; a wheel visits the record when the deadline was, and
 * puts it further on when it has moved (lazy re-insertion). Only a deadline
 * that comes nearer moves a record at once.
 *
 * The near wheel has 512 slots of 256 ms, the far one 256 slots of 65.5 s. A
 * far slot falls into the near wheel when the first of its deadlines is still
 * one slot's time away, which leaves time for however many it holds. Deadlines
 * beyond 4.6 hours are visited once a turn. So an idle record costs two visits
 * for each deadline, and a busy one as much for each length of its timeout.
 *
 * A record is linked and unlinked under its own lock and that of its slot;
 * but the worker takes it out under the slot's lock alone, and looks at it
 * afterwards, under RCU. Whoever has linked it anew by then has won.
 *
 * Ticks are compared by difference: they start over after 34 years.
 */
#include "compat.h"
#include "tcpward.h"

#include <linux/sched.h>
#include <linux/slab.h>

#define TICK_SHIFT 8		/* 256 ms */
#define NEAR_SLOTS 512
#define FAR_SLOTS 256
#define FAR_TICKS 256		/* in a far slot; two of them in the near wheel */
#define FALL_BATCH 1024		/* records, before the near wheel has a turn */

static u32 now_tick(void)
{
	return tcpw_now_ms() >> TICK_SHIFT;
}

static bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static u32 far_tick(u32 tick)
{
	return tick & ~(FAR_TICKS - 1);
}

/* The first tick at which the deadline has passed. */
static u32 tick_of(u64 deadline_ms)
{
	return (deadline_ms >> TICK_SHIFT) + 1;
}

static struct tcpw_slot *far_slot(struct tcpw_wheel *wheel, u32 tick)
{
	return &wheel->slots[NEAR_SLOTS + tick / FAR_TICKS % FAR_SLOTS];
}

static struct tcpw_slot *near_slot(struct tcpw_wheel *wheel, u32 tick)
{
	return &wheel->slots[tick % NEAR_SLOTS];
}

static struct tcpw_slot *slot_of(struct tcpw_wheel *wheel,
				 const struct tcpw_flow *flow)
{
	return flow->wheel == TCPW_WHEEL_FAR ? far_slot(wheel, flow->tick) :
					       near_slot(wheel, flow->tick);
}

/* When to visit a record for the sake of a deadline, and in which wheel. */
static void place(struct tcpw_wheel *wheel, struct tcpw_flow *flow, u32 want)
{
	u32 tick = READ_ONCE(wheel->tick), base = now_tick();

	if (before(base, tick))
		base = tick;
	if (before(want, base + NEAR_SLOTS)) {
		flow->wheel = TCPW_WHEEL_NEAR;
		flow->tick = before(base, want) ? want : base + 1;
		return;
	}
	flow->wheel = TCPW_WHEEL_FAR;
	flow->tick = far_tick(want) - FAR_TICKS;
}

/* Whether the worker, which says so before it takes the lock, was there. */
static bool passed(const struct tcpw_wheel *wheel, const struct tcpw_flow *flow)
{
	if (flow->wheel == TCPW_WHEEL_FAR)
		return !before(READ_ONCE(wheel->fallen), flow->tick);
	return !before(READ_ONCE(wheel->tick), flow->tick);
}

/* The worker may pass a slot while it is being chosen: then the next one. */
static void link(struct tcpw_wheel *wheel, struct tcpw_flow *flow, u32 want)
{
	struct tcpw_slot *slot;

	for (;;) {
		place(wheel, flow, want);
		slot = slot_of(wheel, flow);
		spin_lock(&slot->lock);
		if (!passed(wheel, flow))
			break;
		spin_unlock(&slot->lock);
	}
	hlist_add_head(&flow->slot, &slot->list);
	spin_unlock(&slot->lock);
}

static void unlink(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	struct tcpw_slot *slot = slot_of(wheel, flow);

	spin_lock(&slot->lock);
	if (!hlist_unhashed(&flow->slot))
		hlist_del_init(&flow->slot);
	spin_unlock(&slot->lock);
	flow->wheel = TCPW_WHEEL_NONE;
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
	if (flow->wheel && !before(want, flow->tick))
		return;
	if (flow->wheel)
		unlink(wheel, flow);
	link(wheel, flow, want);
}

void tcpw_wheel_remove(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->wheel)
		unlink(wheel, flow);
}

/* --- the worker -------------------------------------------------------- */

/* What the deadline brought about, as far as somebody hears of it. */
struct visit {
	struct tcpw_outcome out;	/* set in parts */
	bool gone;
	bool restored;
};

static void restored(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms,
		     struct visit *visit)
{
	struct tcpw_outcome *out = &visit->out;

	visit->restored = true;
	out->began = false;
	out->replaced = false;
	out->time_us = ktime_to_us(ktime_get_real());
	tcpw_flow_settle(tn, flow, now_ms, out->moves);
	tcpw_flow_view(flow, now_ms, &out->view);
}

static void expire(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms,
		   struct visit *visit)
{
	bool heard = tcpw_report_hears_ends(tn);

	if (heard)
		tcpw_flow_view(flow, now_ms, &visit->out.view);
	if (!tcpw_expire(&flow->facts.conn, flow->ext, now_ms)) {
		restored(tn, flow, now_ms, visit);
		return;
	}
	visit->gone = heard;
	tcpw_table_remove(tn, flow, now_ms);
}

static void visit_flow(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	struct visit visit;
	u64 now_ms;

	visit.gone = false;
	visit.restored = false;
	spin_lock_bh(&flow->lock);
	now_ms = tcpw_now_ms();
	if (!flow->dead && hlist_unhashed(&flow->slot)) {
		flow->wheel = TCPW_WHEEL_NONE;
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

/* Return: false when nothing is left in @due, taken out of @slot. */
static bool visit_next(struct tcpw_net *tn, struct tcpw_slot *slot,
		       struct hlist_head *due)
{
	struct tcpw_flow *flow;

	rcu_read_lock();
	flow = pop(slot, due);
	if (flow)
		visit_flow(tn, flow);
	rcu_read_unlock();
	cond_resched();
	return flow;
}

/* The slot's lock guards what was taken out of it to @due, too. */
static void take_out(struct tcpw_slot *slot, struct hlist_head *due)
{
	spin_lock_bh(&slot->lock);
	hlist_move_list(&slot->list, due);
	spin_unlock_bh(&slot->lock);
}

/* After a long sleep every slot is visited once. */
static void turn_near(struct tcpw_net *tn)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	u32 now = now_tick(), tick = wheel->tick;
	struct tcpw_slot *slot;
	HLIST_HEAD(due);

	if (now - tick > NEAR_SLOTS)
		tick = now - NEAR_SLOTS;
	while (tick != now) {
		WRITE_ONCE(wheel->tick, ++tick);
		slot = near_slot(wheel, tick);
		take_out(slot, &due);
		while (visit_next(tn, slot, &due))
			;
	}
}

/* The same for the far wheel, in pieces. Return: whether there is more. */
static bool turn_far(struct tcpw_net *tn)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	u32 now = far_tick(wheel->tick), tick = wheel->fallen;
	struct tcpw_slot *slot = far_slot(wheel, tick);
	unsigned int batch = FALL_BATCH;

	while (batch--)
		if (!visit_next(tn, slot, &wheel->falling))
			break;
	if (!hlist_empty(&wheel->falling))
		return true;
	if (tick == now)
		return false;
	if (now - tick > FAR_SLOTS * FAR_TICKS)
		tick = now - FAR_SLOTS * FAR_TICKS;
	tick += FAR_TICKS;
	WRITE_ONCE(wheel->fallen, tick);
	take_out(far_slot(wheel, tick), &wheel->falling);
	return true;
}

static void turn_wheels(struct work_struct *work)
{
	struct tcpw_net *tn = container_of(to_delayed_work(work),
					   struct tcpw_net, wheel.work);

	do
		turn_near(tn);
	while (turn_far(tn) || tn->wheel.tick != now_tick());
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

int tcpw_wheel_init(struct tcpw_wheel *wheel)
{
	unsigned int i;

	wheel->slots = kvcalloc(NEAR_SLOTS + FAR_SLOTS, sizeof(*wheel->slots),
				GFP_KERNEL);
	if (!wheel->slots)
		return -ENOMEM;
	for (i = 0; i < NEAR_SLOTS + FAR_SLOTS; i++)
		spin_lock_init(&wheel->slots[i].lock);
	wheel->tick = now_tick();
	wheel->fallen = far_tick(wheel->tick);
	INIT_DELAYED_WORK(&wheel->work, turn_wheels);
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
