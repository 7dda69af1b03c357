// SPDX-License-Identifier: GPL-2.0
/* Statistics and reasons over netlink. */
#include "netlink.h"
#include "netlink_gen.h"
#include "tcpward.h"

#include <linux/slab.h>
#include <net/sock.h>

/* --- statistics -------------------------------------------------------- */

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, TCPWARD_A_STATS_PAD);
}

static int put_gauges(struct sk_buff *skb, const struct tcpw_net *tn)
{
	if (nla_put_string(skb, TCPWARD_A_STATS_VERSION, TCPW_VERSION) ||
	    nla_put_u32(skb, TCPWARD_A_STATS_ABI, TCPWARD_ABI_VERSION) ||
	    nla_put_u32(skb, TCPWARD_A_STATS_CONNECTIONS,
			atomic_read(&tn->records)) ||
	    nla_put_u32(skb, TCPWARD_A_STATS_HALF_OPEN,
			tcpw_wheel_count(&tn->wheel,
					 TCPW_WAIT_HALF_OPEN)) ||
	    nla_put_u32(skb, TCPWARD_A_STATS_EXTRAS, atomic_read(&tn->exts)) ||
	    nla_put_u32(skb, TCPWARD_A_STATS_RECORD_BYTES, tcpw_flow_bytes()))
		return -EMSGSIZE;
	return 0;
}

static int put_counters(struct sk_buff *skb, const struct tcpw_stats *sum)
{
	const unsigned long *verdict = sum->verdict;

	if (put_u64(skb, TCPWARD_A_STATS_SEGMENTS,
		    verdict[TCPWARD_VERDICT_PASS] +
		    verdict[TCPWARD_VERDICT_QUIET] +
		    verdict[TCPWARD_VERDICT_DROP]) ||
	    put_u64(skb, TCPWARD_A_STATS_PASSED,
		    verdict[TCPWARD_VERDICT_PASS]) ||
	    put_u64(skb, TCPWARD_A_STATS_QUIET,
		    verdict[TCPWARD_VERDICT_QUIET]) ||
	    put_u64(skb, TCPWARD_A_STATS_DROPPED,
		    verdict[TCPWARD_VERDICT_DROP]) ||
	    put_u64(skb, TCPWARD_A_STATS_FLAGGED, sum->flagged) ||
	    put_u64(skb, TCPWARD_A_STATS_UNTRACKED, sum->untracked) ||
	    put_u64(skb, TCPWARD_A_STATS_EVENTS_LOST, sum->events_lost) ||
	    put_u64(skb, TCPWARD_A_STATS_OPENED, sum->opened) ||
	    put_u64(skb, TCPWARD_A_STATS_ENDED, sum->ended) ||
	    put_u64(skb, TCPWARD_A_STATS_EVICTED, sum->evicted))
		return -EMSGSIZE;
	return 0;
}

static int put_states(struct sk_buff *skb, const struct tcpw_stats *sum)
{
	unsigned int i;

	for (i = 0; i <= TCPWARD_STATE_MAX; i++)
		if (nla_put_u32(skb, TCPWARD_A_STATS_IN_STATE,
				sum->in_state[0][i]) ||
		    nla_put_u32(skb, TCPWARD_A_STATS_SERVER_IN_STATE,
				sum->in_state[1][i]) ||
		    put_u64(skb, TCPWARD_A_STATS_ENTERED, sum->entered[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_histogram(struct sk_buff *skb, int attr,
			 const unsigned long *buckets)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < TCPW_BUCKETS; i++) {
		if (nla_put_u32(skb, TCPWARD_A_HISTOGRAM_BUCKET,
				min_t(unsigned long, buckets[i], U32_MAX))) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_stats(struct sk_buff *skb, const struct tcpw_net *tn,
		     const struct tcpw_stats *sum)
{
	if (put_gauges(skb, tn) || put_counters(skb, sum) ||
	    put_states(skb, sum) ||
	    put_histogram(skb, TCPWARD_A_STATS_HANDSHAKE_RTT_US,
			  sum->rtt_us) ||
	    put_histogram(skb, TCPWARD_A_STATS_LIFETIME_MS,
			  sum->lifetime_ms))
		return -EMSGSIZE;
	return 0;
}

int tcpward_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct tcpw_stats *sum;
	struct sk_buff *reply;
	void *header;
	int err;

	err = tcpw_netlink_abi(info->attrs[TCPWARD_A_STATS_ABI],
			       info->extack);
	if (err)
		return err;
	sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	if (!sum)
		return -ENOMEM;
	tcpw_stats_sum(tn, sum);
	reply = tcpw_netlink_reply(info, &header);
	err = reply ? put_stats(reply, tn, sum) : -ENOMEM;
	kfree(sum);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* --- reasons ----------------------------------------------------------- */

static u64 count_of(const struct tcpw_net *tn, unsigned int reason)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(tn->stats, cpu)->reason[reason]);
	return sum;
}

static int put_reason(struct sk_buff *skb, const struct tcpw_net *tn,
		      unsigned int number)
{
	const struct tcpw_reason *reason = &tcpw_reasons[number];

	if (nla_put_u32(skb, TCPWARD_A_REASONS_REASON, number) ||
	    nla_put_string(skb, TCPWARD_A_REASONS_NAME, reason->name) ||
	    nla_put_u32(skb, TCPWARD_A_REASONS_CLASS, reason->class) ||
	    nla_put_string(skb, TCPWARD_A_REASONS_RULE, reason->rule) ||
	    nla_put_string(skb, TCPWARD_A_REASONS_SOURCE, reason->source) ||
	    nla_put_string(skb, TCPWARD_A_REASONS_SEEN, reason->seen) ||
	    nla_put_string(skb, TCPWARD_A_REASONS_INNOCENT,
			   reason->innocent) ||
	    nla_put_u64_64bit(skb, TCPWARD_A_REASONS_COUNT,
			      count_of(tn, number), TCPWARD_A_REASONS_PAD))
		return -EMSGSIZE;
	return 0;
}

static int find_reason(struct genl_info *info, unsigned int *number)
{
	const struct nlattr *name = info->attrs[TCPWARD_A_REASONS_NAME];
	unsigned int i;

	if (info->attrs[TCPWARD_A_REASONS_REASON]) {
		*number = nla_get_u32(info->attrs[TCPWARD_A_REASONS_REASON]);
		return 0;
	}
	if (!name) {
		NL_SET_ERR_MSG(info->extack,
			       "name a reason by number or by name");
		return -EINVAL;
	}
	for (i = 0; i <= TCPWARD_REASON_MAX; i++) {
		if (!nla_strcmp(name, tcpw_reasons[i].name)) {
			*number = i;
			return 0;
		}
	}
	NL_SET_ERR_MSG_ATTR(info->extack, name, "no reason has this name");
	return -ENOENT;
}

int tcpward_nl_reason_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct sk_buff *reply;
	unsigned int number;
	void *header;
	int err;

	err = find_reason(info, &number);
	if (err)
		return err;
	reply = tcpw_netlink_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	err = put_reason(reply, tn, number);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int tcpward_nl_reason_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct tcpw_net *tn = tcpw_net(sock_net(cb->skb->sk));
	void *header;

	for (; cb->args[0] <= TCPWARD_REASON_MAX; cb->args[0]++) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, &tcpw_family,
				     NLM_F_MULTI, TCPWARD_CMD_REASON_GET);
		if (!header)
			break;
		if (put_reason(skb, tn, cb->args[0])) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}
