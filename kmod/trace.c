// SPDX-License-Identifier: GPL-2.0
/*
 * Segment traces: every judged segment that matches a filter goes to the
 * socket that asked for it, and the filter goes with the socket. Owns
 * tcpw_net.traces, which packets read under RCU.
 */
#include "netlink_gen.h"
#include "report.h"

#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#define TRACES_MAX 64		/* in a namespace */

struct trace {
	struct list_head list;	/* R */
	struct rcu_head rcu;
	struct tcpw_filter filter;	/* C */
	u32 portid;		/* C: of the socket */
	spinlock_t lock;
	u32 sequence;		/* under lock */
};

static bool matches(const struct tcpw_filter *filter,
		    const struct tcpw_segment_info *info)
{
	const struct tcpw_ruling *ruling = &info->out->ruling;

	if (filter->reason && filter->reason != ruling->reason &&
	    filter->reason != ruling->flag)
		return false;
	return tcpw_filter_view(filter, &info->out->view);
}

/* A full socket drops the message, and its reader sees the gap. */
static void send(struct tcpw_net *tn, struct trace *trace,
		 const struct tcpw_segment_info *info)
{
	struct sk_buff *skb;
	void *header;
	int err = -ENOBUFS;

	skb = tcpw_event_alloc(tcpw_message_segment_size(),
			       TCPWARD_CMD_SEGMENT_NTF, &header);
	spin_lock_bh(&trace->lock);
	if (!skb) {
		trace->sequence++;
	} else if (tcpw_message_segment(skb, trace->sequence++, info)) {
		nlmsg_free(skb);
	} else {
		genlmsg_end(skb, header);
		err = genlmsg_unicast(tn->net, skb, trace->portid);
	}
	spin_unlock_bh(&trace->lock);
	if (err)
		this_cpu_inc(tn->stats->events_lost);
}

/* Context: RCU read side, no lock held. */
void tcpw_trace_segment(struct tcpw_net *tn,
			const struct tcpw_segment_info *info)
{
	struct trace *trace;

	list_for_each_entry_rcu(trace, &tn->traces, list)
		if (matches(&trace->filter, info))
			send(tn, trace, info);
}

/* --- coming and going -------------------------------------------------- */

static struct trace *find(struct tcpw_net *tn, u32 portid, unsigned int *n)
{
	struct trace *trace;

	lockdep_assert_held(&tn->lock);
	*n = 0;
	list_for_each_entry(trace, &tn->traces, list) {
		if (trace->portid == portid)
			return trace;
		++*n;
	}
	return NULL;
}

/* The stream goes on: a second filter of a socket replaces the first. */
static int start(struct tcpw_net *tn, struct trace *trace,
		 struct netlink_ext_ack *extack)
{
	unsigned int n;
	struct trace *old = find(tn, trace->portid, &n);

	if (old) {
		trace->sequence = old->sequence;
		list_replace_rcu(&old->list, &trace->list);
		kfree_rcu(old, rcu);
		return 0;
	}
	if (n >= TRACES_MAX) {
		NL_SET_ERR_MSG(extack, "too many traces in this network namespace: 64 are allowed");
		return -ENOSPC;
	}
	list_add_tail_rcu(&trace->list, &tn->traces);
	return 0;
}

int tcpward_nl_trace_start_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct trace *trace;
	int err;

	trace = kzalloc(sizeof(*trace), GFP_KERNEL);
	if (!trace)
		return -ENOMEM;
	spin_lock_init(&trace->lock);
	trace->portid = info->snd_portid;
	err = tcpw_filter_parse(&trace->filter,
				info->attrs[TCPWARD_A_TRACE_FILTER],
				info->extack);
	if (err)
		goto free;
	mutex_lock(&tn->lock);
	err = start(tn, trace, info->extack);
	mutex_unlock(&tn->lock);
	if (err)
		goto free;
	return 0;

free:
	kfree(trace);
	return err;
}

static int socket_released(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	const struct netlink_notify *notify = ptr;
	struct trace *trace;
	struct tcpw_net *tn;
	unsigned int n;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	tn = tcpw_net(notify->net);
	if (!tcpw_trace_heard(tn))
		return NOTIFY_DONE;
	mutex_lock(&tn->lock);
	trace = find(tn, notify->portid, &n);
	if (trace) {
		list_del_rcu(&trace->list);
		kfree_rcu(trace, rcu);
	}
	mutex_unlock(&tn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = socket_released,
};

int __init tcpw_trace_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

void tcpw_trace_exit(void)
{
	netlink_unregister_notifier(&netlink_notifier);
}

/* The namespace or the module goes: no packet comes any more. */
void tcpw_trace_clear(struct tcpw_net *tn)
{
	struct trace *trace, *next;

	list_for_each_entry_safe(trace, next, &tn->traces, list)
		kfree(trace);
	INIT_LIST_HEAD(&tn->traces);
}
