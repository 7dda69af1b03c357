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
#include "wheel.h"

#include <linux/prefetch.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define SLOTS (3 * NEAR_SLOTS + FAR_SLOTS)

/* The first slot of each wheel. */
static const u16 base[TCPW_WAITS + 1] = {
	[TCPW_WAIT_NEAR] = 0,
	[TCPW_WAIT_FAR] = NEAR_SLOTS,
	[TCPW_WAIT_HALF_OPEN] = NEAR_SLOTS + FAR_SLOTS,
	[TCPW_WAIT_RESET] = 2 * NEAR_SLOTS + FAR_SLOTS,
	[TCPW_WAITS] = SLOTS,
};

static bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
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

struct tcpw_slot *tcpw_wheel_slot(struct tcpw_wheel *wheel,
				  enum tcpw_wait wait, u32 tick)
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
		      const struct tcpw_flow *flow, enum tcpw_wait wait)
{
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
		 u32 want, u32 now)
{
	u32 tick = READ_ONCE(wheel->tick), from = now;

	if (before(from, tick))
		from = tick;
	if (before(want, from + NEAR_SLOTS))
		return before(from, want) ? want : from + 1;
	if (evictable(*wait))
		return from + NEAR_SLOTS - 1;
	*wait = TCPW_WAIT_FAR;
	return tcpw_wheel_far_tick(want) - FAR_TICKS;
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
		 enum tcpw_wait belongs, u32 want, u32 now)
{
	struct tcpw_slot *slot;
	enum tcpw_wait wait;
	u32 tick;

	for (;;) {
		wait = belongs;
		tick = place(wheel, &wait, want, now);
		slot = tcpw_wheel_slot(wheel, wait, tick);
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

static void unlink(struct tcpw_wheel *wheel, struct tcpw_flow *flow,
		   enum tcpw_wait wait)
{
	struct tcpw_slot *slot = slot_of(wheel, flow);

	spin_lock(&slot->lock);
	if (!list_empty(&flow->waits))
		take(wheel, flow, wait);
	spin_unlock(&slot->lock);
	flow->slot = 0;
}

/* Nothing ends it by time; but who can be evicted is to be found. */
static u32 never(const struct tcpw_wheel *wheel)
{
	return READ_ONCE(wheel->tick) + NEAR_SLOTS - 1;
}

static bool stays(const struct tcpw_wheel *wheel, const struct tcpw_flow *flow,
		  enum tcpw_wait wait, enum tcpw_wait belongs, u32 want)
{
	if (wait != belongs && (evictable(wait) || evictable(belongs)))
		return false;
	return !before(want, visit_tick(wheel, flow, wait));
}

/*
 * State or deadline of a record were written, the latter to a nearer time, or
 * for the first time. Context: tcpw_flow.lock held.
 */
void tcpw_wheel_set(struct tcpw_wheel *wheel, struct tcpw_flow *flow,
		    u64 now_ms)
{
	enum tcpw_wait wait, belongs = belongs_to(&flow->conn);
	u64 deadline_ms = flow->conn.deadline_ms;
	u32 want;

	lockdep_assert_held(&flow->lock);
	if (!deadline_ms && !evictable(belongs)) {
		tcpw_wheel_remove(wheel, flow);
		return;
	}
	want = deadline_ms ? tick_of(deadline_ms) : never(wheel);
	if (flow->slot) {
		wait = wait_of(flow);
		if (stays(wheel, flow, wait, belongs, want))
			return;
		unlink(wheel, flow, wait);
	}
	link(wheel, flow, belongs, want, now_ms >> TICK_SHIFT);
}

void tcpw_wheel_remove(struct tcpw_wheel *wheel, struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->slot)
		unlink(wheel, flow, wait_of(flow));
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

/* A record that will be taken out soon, with its bucket and what follows it. */
static void fetch(struct tcpw_net *tn, const struct tcpw_flow *flow)
{
	tcpw_table_fetch(tn, &flow->key);
	prefetchw(flow->waits.next);
}

/*
 * tcpw_wheel_pop_first() - take out the first record of a list
 * @list: that of the slot, or what was taken out of that
 *
 * The next one is on its way while this one is looked at. Context: RCU read
 * side. Return: NULL where there is none.
 */
struct tcpw_flow *tcpw_wheel_pop_first(struct tcpw_net *tn,
				       struct tcpw_slot *slot,
				       struct list_head *list,
				       enum tcpw_wait wait)
{
	struct tcpw_flow *flow, *next;

	if (list_empty(list))
		return NULL;
	spin_lock_bh(&slot->lock);
	flow = list_first_entry_or_null(list, struct tcpw_flow, waits);
	if (flow)
		take(&tn->wheel, flow, wait);
	next = list_first_entry_or_null(list, struct tcpw_flow, waits);
	if (next)
		fetch(tn, next);
	spin_unlock_bh(&slot->lock);
	return flow;
}

static struct tcpw_flow *pop_from(struct tcpw_net *tn, enum tcpw_wait wait,
				  u32 first)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	u32 next = READ_ONCE(wheel->tick) + 1, tick;
	struct tcpw_slot *slot;
	struct tcpw_flow *flow;

	tick = before(first, next) ? next : first;
	for (; before(tick, next + NEAR_SLOTS); tick++) {
		slot = tcpw_wheel_slot(wheel, wait, tick);
		flow = tcpw_wheel_pop_first(tn, slot, &slot->list, wait);
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
struct tcpw_flow *tcpw_wheel_pop(struct tcpw_net *tn, enum tcpw_wait wait)
{
	struct tcpw_wheel *wheel = &tn->wheel;
	struct tcpw_flow *flow;

	if (!tcpw_wheel_count(wheel, wait))
		return NULL;
	flow = pop_from(tn, wait, READ_ONCE(wheel->first[wait]));
	return flow ?: pop_from(tn, wait, READ_ONCE(wheel->tick) + 1);
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
			flow = tcpw_wheel_pop_first(tn, &slots[i],
						    &slots[i].list, wait);
			if (flow)
				each(tn, flow);
			rcu_read_unlock();
			cond_resched();
		} while (flow);
	}
}

/* --- coming and going -------------------------------------------------- */

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
	wheel->tick = tcpw_wheel_now();
	wheel->fallen = tcpw_wheel_far_tick(wheel->tick);
	INIT_LIST_HEAD(&wheel->falling);
	for (i = 0; i < TCPW_WAITS; i++)
		wheel->first[i] = wheel->tick;
	INIT_DELAYED_WORK(&wheel->work, tcpw_expire_turn);
	return 0;
}

void tcpw_wheel_exit(struct tcpw_wheel *wheel)
{
	kvfree(wheel->slots);
}
