// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in: netfilter hooks just before the filter, after DNAT
 * and before SNAT, so that both directions of a translated connection carry
 * the same addresses. Owns the choice of what is judged where; every packet
 * is judged once in a namespace.
 */
#include "tcpward.h"

#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

/*
 * What leaves by the loopback device comes back as input and is judged then.
 * What leaves by a VRF device passes local output again with the device
 * behind it.
 */
static bool judged_later(const struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	const struct net_device *dev;

	if (state->hook != NF_INET_LOCAL_OUT)
		return false;
	dev = skb_dst(skb) ? skb_dst(skb)->dev : state->out;
	return dev->flags & IFF_LOOPBACK || netif_is_l3_master(dev);
}

/*
 * A socket connected to itself is a simultaneous open of which both ends are
 * one (RFC 9293 3.5): each of its segments is sent by both.
 */
static bool both_pass(struct tcpw_net *tn, struct tcpw_packet *pkt)
{
	bool pass;

	pkt->side = 0;
	pass = tcpw_follow_segment(tn, pkt);
	pkt->side = 1;
	return tcpw_follow_segment(tn, pkt) && pass;
}

static unsigned int tcpw_hook(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct tcpw_net *tn = tcpw_net(state->net);
	struct tcpw_packet pkt;
	bool pass;

	if (judged_later(skb, state))
		return NF_ACCEPT;
	pkt.skb = skb;
	pkt.state = state;
	if (!tcpw_packet_read(&pkt))
		return NF_ACCEPT;
	if (tcpw_tuple_self(&pkt.tuple) &&
	    !(pkt.seg.known & TCPW_SEG_SAME_SOCKET))
		pass = both_pass(tn, &pkt);
	else
		pass = tcpw_follow_segment(tn, &pkt);
	return pass ? NF_ACCEPT : NF_DROP;
}

#define HOOK(family, number, prio) { \
	.hook = tcpw_hook, \
	.pf = (family), \
	.hooknum = (number), \
	.priority = (prio) - 1, \
}

static const struct nf_hook_ops hooks[] = {
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_IN, NF_IP_PRI_FILTER),
	HOOK(NFPROTO_IPV4, NF_INET_FORWARD, NF_IP_PRI_FILTER),
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT, NF_IP_PRI_FILTER),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_IN, NF_IP6_PRI_FILTER),
	HOOK(NFPROTO_IPV6, NF_INET_FORWARD, NF_IP6_PRI_FILTER),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, NF_IP6_PRI_FILTER),
#endif
};

static int defrag_enable(struct net *net)
{
	int err = nf_defrag_ipv4_enable(net);

	if (err)
		return err;
#if IS_ENABLED(CONFIG_IPV6)
	err = nf_defrag_ipv6_enable(net);
	if (err)
		nf_defrag_ipv4_disable(net);
#endif
	return err;
}

static void defrag_disable(struct net *net)
{
#if IS_ENABLED(CONFIG_IPV6)
	nf_defrag_ipv6_disable(net);
#endif
	nf_defrag_ipv4_disable(net);
}

/* Context: process, tcpw_net.lock held. */
int tcpw_hook_register(struct net *net)
{
	int err = defrag_enable(net);

	if (err)
		return err;
	err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	if (err)
		defrag_disable(net);
	return err;
}

/* Packets may still be on their way: a grace period ends that. */
void tcpw_hook_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	defrag_disable(net);
}
