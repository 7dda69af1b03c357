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
 * Records that may have to make room wait apart, in wheels like the near one:
 * half-open ones, and those that a RST has ended. What is evicted is what
 * comes first there; a deadline beyond the last slot waits in that for now.
 *
 * A record is linked and unlinked under its own lock and that of its slot; but
 * the worker, and whoever evicts, takes it out under the slot's lock alone, and
 * looks at it afterwards, under RCU. Whoever has linked it anew by then has
 * won.
 *
 * Ticks are compared by difference: they start over after 34 years.
 */
#include "compat.h"
#include "tcpward.h"

#include <linux/sched.h>
#include <linux/slab.h>

#define TICK_SHIFT 8		/* 256 ms */
#define NEAR_SLOTS 512		/* of each wheel that turns by ticks */
#define FAR_SLOTS 256
#define FAR_TICKS 256		/* in a far slot; two of them in the near wheel */
#define FALL_BATCH 1024		/* records, before the near wheel has a turn */
#define SLOTS (3 * NEAR_SLOTS + FAR_SLOTS)

/* The first slot of each wheel. */
static const u16 base[TCPW_WAITS + 1] = {
	[TCPW_WAIT_NEAR] = 0,
	[TCPW_WAIT_FAR] = NEAR_SLOTS,
	[TCPW_WAIT_HALF_OPEN] = NEAR_SLOTS + FAR_SLOTS,
	[TCPW_WAIT_RESET] = 2 * NEAR_SLOTS + FAR_SLOTS,
	[TCPW_WAITS] = SLOTS,
};

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

/* Where in its wheel a tick has its slot. */
static u32 turn_of(enum tcpw_wait wait, u32 tick)
{
	return wait == TCPW_WAIT_FAR ? tick / FAR_TICKS % FAR_SLOTS :
				       tick % NEAR_SLOTS;
}

static struct tcpw_slot *slot_at(struct tcpw_wheel *wheel, enum tcpw_wait wait,
				 u32 tick)
{
	return &wheel->slots[base[wait] + turn_of(wait, tick)];
}

static struct tcpw_slot *slot_of(struct tcpw_wheel *wheel,
				 const struct tcpw_flow *flow)
{
	return &wheel->slots[flow->slot - 1];
}

/* The wheel of a record that is in one. */
static enum tcpw_wait wait_of(const struct tcpw_flow *flow)
{
	enum tcpw_wait wait = TCPW_WAIT_NEAR;

	while (flow->slot > base[wait + 1])
		wait++;
	return wait;
}

/* The wheel that it belongs to; the far one is a matter of its deadline. */
static enum tcpw_wait belongs_to(const struct tcpw_conn *conn)
{
	if (conn->kind == TCPWARD_KIND_RESET)
		return TCPW_WAIT_RESET;
	return tcpw_half_open(conn) ? TCPW_WAIT_HALF_OPEN : TCPW_WAIT_NEAR;
}

static bool evictable(enum tcpw_wait wait)
{
	return wait >= TCPW_WAIT_HALF_OPEN;
}

/* When the worker comes to a record, if it is not there just now. */
static u32 visit_tick(const struct tcpw_wheel *wheel,
		      const struct tcpw_flow *flow)
{
	enum tcpw_wait wait = wait_of(flow);
	u32 turn = flow->slot - 1 - base[wait], next;

	if (wait == TCPW_WAIT_FAR) {
		next = READ_ONCE(wheel->fallen) / FAR_TICKS + 1;
		return (next + (turn - next) % FAR_SLOTS) * FAR_TICKS;
	}
	next = READ_ONCE(wheel->tick) + 1;
	return next + (turn - next) % NEAR_SLOTS;
}

/* When to visit a record for the sake of a deadline, and in which wheel. */
static u32 place(const struct tcpw_wheel *wheel, enum tcpw_wait *wait,
		 u32 want)
{
	u32 tick = READ_ONCE(wheel->tick), from = now_tick();

	if (before(from, tick))
		from = tick;
	if (before(want, from + NEAR_SLOTS))
		return before(from, want) ? want : from + 1;
	if (evictable(*wait))
		return from + NEAR_SLOTS - 1;
	*wait = TCPW_WAIT_FAR;
	return far_tick(want) - FAR_TICKS;
}

/* Whether the worker, which says so before it takes the lock, was there. */
static bool passed(const struct tcpw_wheel *wheel, enum tcpw_wait wait,
		   u32 tick)
{
	if (wait == TCPW_WAIT_FAR)
		return !before(READ_ONCE(wheel->fallen), tick);
	return !before(READ_ONCE(wheel->tick), tick);
}

/* Who evicts looks no further back than to here. */
static void note_first(struct tcpw_wheel *wheel, enum tcpw_wait wait, u32 tick)
{
	u32 first = READ_ONCE(wheel->first[wait]), was;

	atomic_inc(&wheel->count[wait]);
	while (before(tick, first)) {
		was = cmpxchg(&wheel->first[wait], first, tick);
		if (was == first)
			break;
		first = was;
	}
}

/* The worker may pass a slot while it is being chosen: then the next one. */
static void link(struct tcpw_wheel *wheel, struct tcpw_flow *flow,
		 enum tcpw_wait belongs, u32 want)
{
	struct tcpw_slot *slot;
	enum tcpw_wait wait;
	u32 tick;

	for (;;) {
		wait = belongs;
		tick = place(wheel, &wait, want);
		slot = slot_at(wheel, wait, tick);
		spin_lock(&slot->lock);
		if (!passed(wheel, wait, tick))
			break;
		spin_unlock(&slot->lock);
	}
	flow->slot = slot - wheel->slots + 1;
	list_add_tail(&flow->waits, &slot->list);
	spin_unlock(&slot->lock);
	if (evictable(wait))
		note_first(wheel, wait, tick);
}

/* Context: lock of the slot held, in which the record is. */
static void take(struct tcpw_wheel *wheel, struct tcpw_flow *flow,
		 enum tcpw_wait wait)
{
	list_del_init(&flow->waits);
	if (evictable(wait))
		atomic_dec(&wheel->count[wait]);
}

static void unlink(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	struct tcpw_slot *slot = slot_of(wheel, flow);

	spin_lock(&slot->lock);
	if (!list_empty(&flow->waits))
		take(wheel, flow, wait_of(flow));
	spin_unlock(&slot->lock);
	flow->slot = 0;
}

/* Nothing ends it by time; but who can be evicted is to be found. */
static u32 never(const struct tcpw_wheel *wheel)
{
	return READ_ONCE(wheel->tick) + NEAR_SLOTS - 1;
}

static bool stays(const struct tcpw_wheel *wheel, const struct tcpw_flow *flow,
		  enum tcpw_wait belongs, u32 want)
{
	enum tcpw_wait wait = wait_of(flow);

	if (wait != belongs && (evictable(wait) || evictable(belongs)))
		return false;
	return !before(want, visit_tick(wheel, flow));
}

/*
 * State or deadline of a record were written, the latter to a nearer time, or
 * for the first time. Context: tcpw_flow.lock held.
 */
void tcpw_wheel_set(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	enum tcpw_wait belongs = belongs_to(&flow->conn);
	u64 deadline_ms = flow->conn.deadline_ms;
	u32 want;

	lockdep_assert_held(&flow->lock);
	if (!deadline_ms && !evictable(belongs)) {
		tcpw_wheel_remove(wheel, flow);
		return;
	}
	want = deadline_ms ? tick_of(deadline_ms) : never(wheel);
	if (flow->slot) {
		if (stays(wheel, flow, belongs, want))
			return;
		unlink(wheel, flow);
	}
	link(wheel, flow, belongs, want);
}

void tcpw_wheel_remove(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->slot)
		unlink(wheel, flow);
}

/* --- who makes room ---------------------------------------------------- */

u32 tcpw_wheel_count(const struct tcpw_wheel *wheel, enum tcpw_wait wait)
{
	return atomic_read(&wheel->count[wait]);
}

/* Whether it was taken out of that wheel, and not put anywhere since. */
bool tcpw_wheel_popped(const struct tcpw_flow *flow, enum tcpw_wait wait)
{
	lockdep_assert_held(&flow->lock);
	return flow->slot && wait_of(flow) == wait &&
	       list_empty(&flow->waits);
}

static struct tcpw_flow *pop_slot(struct tcpw_wheel *wheel,
				  struct tcpw_slot *slot, enum tcpw_wait wait)
{
	struct tcpw_flow *flow;

	if (list_empty(&slot->list))
		return NULL;
	spin_lock_bh(&slot->lock);
	flow = list_first_entry_or_null(&slot->list, struct tcpw_flow, waits);
	if (flow)
		take(wheel, flow, wait);
	spin_unlock_bh(&slot->lock);
	return flow;
}

static struct tcpw_flow *pop_from(struct tcpw_wheel *wheel,
				  enum tcpw_wait wait, u32 first)
{
	u32 next = READ_ONCE(wheel->tick) + 1, tick;
	struct tcpw_flow *flow;

	tick = before(first, next) ? next : first;
	for (; before(tick, next + NEAR_SLOTS); tick++) {
		flow = pop_slot(wheel, slot_at(wheel, wait, tick), wait);
		if (!flow)
			continue;
		cmpxchg(&wheel->first[wait], first, tick);
		return flow;
	}
	return NULL;
}

/*
 * tcpw_wheel_pop() - the record that would be the first to go by time
 *
 * One that is linked while another is looked for may be missed, until there
 * is none but it.
 *
 * Context: RCU read side. Return: NULL where there is none.
 */
struct tcpw_flow *tcpw_wheel_pop(struct tcpw_wheel *wheel, enum tcpw_wait wait)
{
	struct tcpw_flow *flow;

	if (!tcpw_wheel_count(wheel, wait))
		return NULL;
	flow = pop_from(wheel, wait, READ_ONCE(wheel->first[wait]));
	return flow ?: pop_from(wheel, wait, READ_ONCE(wheel->tick) + 1);
}

/* --- the worker -------------------------------------------------------- */

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
	struct visit visit __tcpw_unset;
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
			tcpw_wheel_set(&tn->wheel, flow);
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

static struct tcpw_flow *pop_due(struct tcpw_wheel *wheel,
				 const struct due *due)
{
	struct tcpw_flow *flow;

	spin_lock_bh(&due->slot->lock);
	flow = list_first_entry_or_null(due->list, struct tcpw_flow, waits);
	if (flow)
		take(wheel, flow, due->wait);
	spin_unlock_bh(&due->slot->lock);
	return flow;
}

/* Return: false when nothing is left. */
static bool visit_next(struct tcpw_net *tn, const struct due *due)
{
	struct tcpw_flow *flow;

	rcu_read_lock();
	flow = pop_due(&tn->wheel, due);
	if (flow)
		visit_flow(tn, flow);
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
		.slot = slot_at(&tn->wheel, wait, tick),
		.wait = wait,
		.list = &list,
	};

	take_out(&due);
	while (visit_next(tn, &due))
		;
}

/* After a long sleep every slot is visited once. */
static void turn_near(struct tcpw_net *tn)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	u32 now = now_tick(), tick = wheel->tick;

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
	u32 now = far_tick(wheel->tick), tick = wheel->fallen;
	unsigned int batch = FALL_BATCH;
	struct due due = {
		.slot = slot_at(wheel, TCPW_WAIT_FAR, tick),
		.wait = TCPW_WAIT_FAR,
		.list = &wheel->falling,
	};

	while (batch--)
		if (!visit_next(tn, &due))
			break;
	if (!list_empty(&wheel->falling))
		return true;
	if (tick == now)
		return false;
	if (now - tick > FAR_SLOTS * FAR_TICKS)
		tick = now - FAR_SLOTS * FAR_TICKS;
	tick += FAR_TICKS;
	WRITE_ONCE(wheel->fallen, tick);
	due.slot = slot_at(wheel, TCPW_WAIT_FAR, tick);
	take_out(&due);
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

/*
 * tcpw_wheel_empty() - show all that waits to a function, and take it out
 *
 * Context: process. For when no packet comes any more: one record after the
 * other, as they lie, which is quicker than through the table.
 */
void tcpw_wheel_empty(struct tcpw_net *tn,
		      void (*each)(struct tcpw_net *tn,
				   struct tcpw_flow *flow))
{
	struct tcpw_slot *slots = tn->wheel.slots;
	enum tcpw_wait wait = TCPW_WAIT_NEAR;
	struct tcpw_flow *flow;
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (i == base[wait + 1])
			wait++;
		do {
			rcu_read_lock();
			flow = pop_slot(&tn->wheel, &slots[i], wait);
			if (flow)
				each(tn, flow);
			rcu_read_unlock();
			cond_resched();
		} while (flow);
	}
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

	wheel->slots = kvcalloc(SLOTS, sizeof(*wheel->slots), GFP_KERNEL);
	if (!wheel->slots)
		return -ENOMEM;
	for (i = 0; i < SLOTS; i++) {
		spin_lock_init(&wheel->slots[i].lock);
		INIT_LIST_HEAD(&wheel->slots[i].list);
	}
	wheel->tick = now_tick();
	wheel->fallen = far_tick(wheel->tick);
	INIT_LIST_HEAD(&wheel->falling);
	for (i = 0; i < TCPW_WAITS; i++)
		wheel->first[i] = wheel->tick;
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
