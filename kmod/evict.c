// SPDX-License-Identifier: GPL-2.0
/*
 * Who makes room (R43): what a RST has ended, then half-open records, of which
 * there is a limit besides; those that would have gone first by time. A flood
 * evicts these, never a synchronized connection.
 */
#include "tcpward.h"

/* Return: false when there is none to evict. */
static bool evict_oldest(struct tcpw_net *tn, enum tcpw_wait wait)
{
	struct tcpw_flow *flow;

	do {
		flow = tcpw_wheel_pop(tn, wait);
		if (!flow)
			return false;
		/* Until then the record may have moved on. */
	} while (!tcpw_table_leave(tn, flow, wait, TCPWARD_CONN_EVENT_EVICT));
	this_cpu_inc(tn->stats->evicted);
	return true;
}

/*
 * tcpw_evict() - make room in the table for one record
 *
 * What an evicted record belonged to may go on: as long as it could have
 * been there still, pickup=auto adopts.
 *
 * Context: RCU read side, no lock held. Return: false when there is none.
 */
bool tcpw_evict(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	if (evict_oldest(tn, TCPW_WAIT_RESET)) {
		tcpw_net_pressed(tn, policy->set.timeout_reset_ms ?: 1);
		return true;
	}
	if (!evict_oldest(tn, TCPW_WAIT_HALF_OPEN))
		return false;
	tcpw_net_pressed(tn, policy->set.timeout_half_open_ms);
	return true;
}

/* Hold half-open records to their limit, after one was added. */
void tcpw_evict_half_open(struct tcpw_net *tn,
			  const struct tcpw_policy *policy)
{
	while (tcpw_wheel_count(&tn->wheel, TCPW_WAIT_HALF_OPEN) >
	       policy->set.max_half_open) {
		if (!evict_oldest(tn, TCPW_WAIT_HALF_OPEN))
			break;
		tcpw_net_pressed(tn, policy->set.timeout_half_open_ms);
	}
}
