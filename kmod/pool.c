// SPDX-License-Identifier: GPL-2.0
/*
 * Records that may have to make room, oldest first (R43): half-open ones, of
 * which there is a limit, and those that a RST has ended. A flood evicts
 * these, never a synchronized connection. What is in a list is what counts.
 */
#include "tcpward.h"

void tcpw_pool_init(struct tcpw_pool *pool)
{
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->list);
}

static void unlink(struct tcpw_pool *pool, struct tcpw_flow *flow)
{
	lockdep_assert_held(&pool->lock);
	list_del_init(&flow->pooled);
	WRITE_ONCE(pool->count, pool->count - 1);
}

static void leave(struct tcpw_pool *pool, struct tcpw_flow *flow)
{
	spin_lock(&pool->lock);
	if (!list_empty(&flow->pooled))
		unlink(pool, flow);
	spin_unlock(&pool->lock);
}

static void enter(struct tcpw_pool *pool, struct tcpw_flow *flow)
{
	spin_lock(&pool->lock);
	list_add_tail(&flow->pooled, &pool->list);
	WRITE_ONCE(pool->count, pool->count + 1);
	spin_unlock(&pool->lock);
}

/* The pool that a record belongs to; TCPW_POOLS: none. */
static u8 pool_of(const struct tcpw_conn *conn)
{
	if (conn->kind == TCPWARD_KIND_RESET)
		return TCPW_POOL_RESET;
	return tcpw_half_open(conn) ? TCPW_POOL_HALF_OPEN : TCPW_POOLS;
}

/* The record was written, or is about to go: put it where it belongs. */
void tcpw_pool_set(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	u8 pool = flow->dead ? TCPW_POOLS : pool_of(&flow->facts.conn);

	lockdep_assert_held(&flow->lock);
	if (flow->pool == pool)
		return;
	if (flow->pool != TCPW_POOLS)
		leave(&tn->pools[flow->pool], flow);
	flow->pool = pool;
	if (pool != TCPW_POOLS)
		enter(&tn->pools[pool], flow);
}

static struct tcpw_flow *pop_oldest(struct tcpw_pool *pool)
{
	struct tcpw_flow *flow;

	spin_lock_bh(&pool->lock);
	flow = list_first_entry_or_null(&pool->list, struct tcpw_flow, pooled);
	if (flow)
		unlink(pool, flow);
	spin_unlock_bh(&pool->lock);
	return flow;
}

/* Between the list and this lock the record may have left the pool. */
static bool evict_flow(struct tcpw_net *tn, struct tcpw_flow *flow, u8 pool)
{
	u64 now_ms = tcpw_now_ms();
	bool evicted, heard = tcpw_report_hears_ends(tn);
	struct tcpw_view view;

	spin_lock_bh(&flow->lock);
	evicted = !flow->dead && flow->pool == pool;
	if (evicted) {
		if (heard)
			tcpw_flow_view(flow, now_ms, &view);
		tcpw_table_remove(tn, flow, now_ms);
		this_cpu_inc(tn->stats->evicted);
	}
	spin_unlock_bh(&flow->lock);
	if (evicted && heard)
		tcpw_report_gone(tn, &view, TCPWARD_CONN_EVENT_EVICT);
	return evicted;
}

/* Return: false when there is none to evict. */
static bool evict_oldest(struct tcpw_net *tn, u8 pool)
{
	struct tcpw_flow *flow;

	do {
		flow = pop_oldest(&tn->pools[pool]);
		if (!flow)
			return false;
	} while (!evict_flow(tn, flow, pool));
	return true;
}

/*
 * tcpw_pool_evict() - make room in the table for one record
 *
 * What an evicted record belonged to may go on: as long as it could have
 * been there still, pickup=auto adopts.
 *
 * Context: RCU read side, no lock held. Return: false when there is none.
 */
bool tcpw_pool_evict(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	if (evict_oldest(tn, TCPW_POOL_RESET)) {
		tcpw_net_pressed(tn, policy->set.timeout_reset_ms ?: 1);
		return true;
	}
	if (!evict_oldest(tn, TCPW_POOL_HALF_OPEN))
		return false;
	tcpw_net_pressed(tn, policy->set.timeout_half_open_ms);
	return true;
}

/* Hold half-open records to their limit, after one was added. */
void tcpw_pool_bound(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	const struct tcpw_pool *pool = &tn->pools[TCPW_POOL_HALF_OPEN];

	while (READ_ONCE(pool->count) > policy->set.max_half_open) {
		if (!evict_oldest(tn, TCPW_POOL_HALF_OPEN))
			break;
		tcpw_net_pressed(tn, policy->set.timeout_half_open_ms);
	}
}
