// SPDX-License-Identifier: GPL-2.0
/*
 * All connections of a network namespace. Owns who is in the table: a record
 * is found under RCU and is there until it is dead, which its lock guards.
 */
#include "tcpward.h"

#include <linux/sched.h>

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct tcpw_flow, node),
	.key_offset = offsetof(struct tcpw_flow, tuple),
	.key_len = sizeof(struct tcpw_tuple),
	.automatic_shrinking = true,
};

int tcpw_table_init(struct tcpw_net *tn)
{
	return rhashtable_init(&tn->table, &params);
}

static void free_flow(void *ptr, void *arg)
{
	tcpw_flow_free(ptr);
}

/* Nobody can see the table any more. */
void tcpw_table_exit(struct tcpw_net *tn)
{
	rhashtable_free_and_destroy(&tn->table, free_flow, NULL);
}

/* Context: RCU read side, as all that is given a record below. */
struct tcpw_flow *tcpw_table_find(struct tcpw_net *tn,
				  const struct tcpw_tuple *tuple)
{
	return rhashtable_lookup(&tn->table, tuple, params);
}

/*
 * tcpw_table_insert() - make a connection known
 *
 * Return: 0; -EEXIST where another one is there already; another errno where
 * the table could not take it.
 */
int tcpw_table_insert(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	struct tcpw_flow *old;

	old = rhashtable_lookup_get_insert_fast(&tn->table, &flow->node,
						params);
	if (IS_ERR(old))
		return PTR_ERR(old);
	return old ? -EEXIST : 0;
}

/*
 * Take a record out, in three steps: out of the sight of packets, out of
 * what else refers to it, and out of memory when the last reader is done.
 */
void tcpw_table_remove(struct tcpw_net *tn, struct tcpw_flow *flow,
		       u64 now_ms)
{
	lockdep_assert_held(&flow->lock);
	flow->dead = true;
	rhashtable_remove_fast(&tn->table, &flow->node, params);

	tcpw_pool_set(tn, flow);
	tcpw_wheel_remove(&tn->wheel, flow);
	tcpw_flow_end(tn, flow, now_ms);
	if (flow->ext)
		atomic_dec(&tn->exts);
	atomic_dec(&tn->records);

	tcpw_flow_bury(tn, flow);
}

/* Return: false when the record is gone already. */
bool tcpw_table_forget(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	u64 now_ms = tcpw_now_ms();
	bool gone, heard = tcpw_report_hears_ends(tn);
	struct tcpw_view view;

	spin_lock_bh(&flow->lock);
	gone = flow->dead;
	if (!gone) {
		if (heard)
			tcpw_flow_view(flow, now_ms, &view);
		tcpw_table_remove(tn, flow, now_ms);
	}
	spin_unlock_bh(&flow->lock);
	if (gone)
		return false;
	if (heard)
		tcpw_report_gone(tn, &view, TCPWARD_CONN_EVENT_FORGET);
	return true;
}

/* --- walking ----------------------------------------------------------- */

#define WALK_BATCH 256

/*
 * tcpw_table_walk() - show every record to a function
 * @each: gets the record under RCU; true ends the walk
 *
 * Context: process. A record that comes or goes meanwhile may be missed; one
 * may be shown twice while the table is resized.
 *
 * Return: whether @each ended the walk.
 */
bool tcpw_table_walk(struct tcpw_net *tn,
		     bool (*each)(struct tcpw_net *tn, struct tcpw_flow *flow,
				  void *arg), void *arg)
{
	struct rhashtable_iter iter;
	struct tcpw_flow *flow;
	unsigned int n = 0;
	bool done = false;

	rhashtable_walk_enter(&tn->table, &iter);
	rhashtable_walk_start(&iter);
	while (!done && (flow = rhashtable_walk_next(&iter))) {
		if (IS_ERR(flow))	/* resized */
			continue;
		done = each(tn, flow, arg);
		if (done || ++n % WALK_BATCH)
			continue;
		rhashtable_walk_stop(&iter);
		cond_resched();
		rhashtable_walk_start(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return done;
}

static bool forget(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	tcpw_table_forget(tn, flow);
	return false;
}

/* Forget all. Removals may hide records from a walk: until none is left. */
void tcpw_table_flush(struct tcpw_net *tn)
{
	while (atomic_read(&tn->records))
		tcpw_table_walk(tn, forget, NULL);
}

/* --- limits ------------------------------------------------------------ */

bool tcpw_table_full(const struct tcpw_net *tn,
		     const struct tcpw_policy *policy)
{
	return atomic_read(&tn->records) >= policy->set.max_connections;
}

#define BURIED_SHARE 8
#define BURIED_FEW 1024

/*
 * Evicting makes room at once, but memory comes back after a grace period of
 * RCU only, which a flood can outrun: the dead have a limit too.
 */
static bool crowded(const struct tcpw_net *tn, u32 limit)
{
	u32 in_memory = atomic_read(&tn->records) + atomic_read(&tn->buried);

	return in_memory >= limit + limit / BURIED_SHARE + BURIED_FEW;
}

/* Take a free place for a record that is about to be made. */
bool tcpw_table_take(struct tcpw_net *tn, u32 limit)
{
	int records = atomic_read(&tn->records);

	do {
		if (records >= limit)
			return false;
	} while (!atomic_try_cmpxchg(&tn->records, &records, records + 1));
	return true;
}

/* The same; without a free one, that of an old record which can be spared. */
bool tcpw_table_admit(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	u32 limit = policy->set.max_connections;

	if (crowded(tn, limit))
		return false;
	while (!tcpw_table_take(tn, limit))
		if (!tcpw_pool_evict(tn, policy))
			return false;
	return true;
}

/* Hold what is there to limits that were lowered, as far as it can go. */
void tcpw_table_bound(struct tcpw_net *tn)
{
	const struct tcpw_policy *policy;
	bool more = true;

	while (more) {
		rcu_read_lock();
		policy = rcu_dereference(tn->policy);
		tcpw_pool_bound(tn, policy);
		more = atomic_read(&tn->records) >
		       policy->set.max_connections &&
		       tcpw_pool_evict(tn, policy);
		rcu_read_unlock();
		cond_resched();
	}
}
