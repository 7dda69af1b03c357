// SPDX-License-Identifier: GPL-2.0
/*
 * Records of which the handshake is unfinished, oldest first (R43): a flood
 * of SYNs evicts them, never a synchronized connection. What is in the list
 * is what counts.
 */
#include "tcpward.h"

void tcpw_half_init(struct tcpw_half *half)
{
	spin_lock_init(&half->lock);
	INIT_LIST_HEAD(&half->list);
}

static void unlink(struct tcpw_half *half, struct tcpw_flow *flow)
{
	lockdep_assert_held(&half->lock);
	list_del_init(&flow->half);
	WRITE_ONCE(half->count, half->count - 1);
}

/* Context: tcpw_flow.lock held. */
void tcpw_half_set(struct tcpw_half *half, struct tcpw_flow *flow, bool on)
{
	lockdep_assert_held(&flow->lock);
	if (flow->is_half == on)
		return;
	flow->is_half = on;
	spin_lock(&half->lock);
	if (on) {
		list_add_tail(&flow->half, &half->list);
		WRITE_ONCE(half->count, half->count + 1);
	} else if (!list_empty(&flow->half)) {
		unlink(half, flow);
	}
	spin_unlock(&half->lock);
}

static struct tcpw_flow *pop_oldest(struct tcpw_half *half)
{
	struct tcpw_flow *flow;

	spin_lock_bh(&half->lock);
	flow = list_first_entry_or_null(&half->list, struct tcpw_flow, half);
	if (flow)
		unlink(half, flow);
	spin_unlock_bh(&half->lock);
	return flow;
}

/* Between the list and this lock the handshake may have been finished. */
static bool evict(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	u64 now_ms = tcpw_now_ms();
	struct tcpw_view view;
	bool evicted;

	spin_lock_bh(&flow->lock);
	evicted = !flow->dead && flow->is_half;
	if (evicted) {
		tcpw_flow_view(flow, now_ms, &view);
		tcpw_table_remove(tn, flow, now_ms);
		this_cpu_inc(tn->stats->evicted);
	}
	spin_unlock_bh(&flow->lock);
	if (evicted)
		tcpw_report_gone(tn, &view, TCPWARD_CONN_EVENT_EVICT);
	return evicted;
}

/*
 * tcpw_half_evict() - make room by ending the oldest half-open record
 *
 * What it belonged to may go on: as long as it could still have been half
 * open, pickup=auto adopts.
 *
 * Context: RCU read side, no lock held. Return: false when there is none.
 */
bool tcpw_half_evict(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	struct tcpw_flow *flow;

	do {
		flow = pop_oldest(&tn->half);
		if (!flow)
			return false;
	} while (!evict(tn, flow));
	tcpw_net_pressed(tn, policy->set.timeout_half_open_ms);
	return true;
}

/* Hold the pool to its limit, after a record was added. */
void tcpw_half_bound(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	while (READ_ONCE(tn->half.count) > policy->set.max_half_open)
		if (!tcpw_half_evict(tn, policy))
			break;
}
