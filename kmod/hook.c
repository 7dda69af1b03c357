// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets come in: netfilter hooks of one of two places. At "filter",
 * just before the filter, after DNAT and before SNAT, both directions of a
 * translated connection carry the same addresses. At "early", before
 * conntrack, nothing forged reaches it, and translated connections are asked
 * for (nat.c). Owns the choice of what is judged where; every packet is judged
 * once in a namespace.
 */
#include "compat.h"
#include "tcpward.h"

#include <linux/bottom_half.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/percpu.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

/*
 * The packet that a CPU judged last at early, and the change of place that was
 * under way. The pointer is followed by nobody: what it points to has gone, and
 * in a later change, or in another namespace, it may be another packet.
 */
struct judged {
	const struct sk_buff *skb;
	u64 move;
};

static DEFINE_PER_CPU(struct judged, judged_early);
static atomic64_t moves;	/* so many changes have begun, everywhere */

/* Bottom halves are off, for output comes from processes, too. */
static void note_judged(const struct tcpw_net *tn, const struct sk_buff *skb)
{
	local_bh_disable();
	__this_cpu_write(judged_early.skb, skb);
	__this_cpu_write(judged_early.move, READ_ONCE(tn->move));
	local_bh_enable();
}

static bool was_judged(const struct tcpw_net *tn, const struct sk_buff *skb)
{
	bool judged;

	local_bh_disable();
	judged = __this_cpu_read(judged_early.skb) == skb &&
		 __this_cpu_read(judged_early.move) == READ_ONCE(tn->move);
	local_bh_enable();
	return judged;
}

/*
 * What leaves by a VRF device passes local output again with the device
 * behind it.
 */
static bool leaves_by_vrf(const struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	return netif_is_l3_master(state->out) ||
	       (skb_dst(skb) && netif_is_l3_master(skb_dst(skb)->dev));
}

/* What leaves by the loopback device comes back as input. */
static bool leaves_by_loopback(const struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct net_device *dev;

	dev = skb_dst(skb) ? skb_dst(skb)->dev : state->out;
	return dev->flags & IFF_LOOPBACK;
}

/* What a VRF device received passed here with the device below it. */
static bool again_by_vrf(const struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	if (state->pf == NFPROTO_IPV4)
		return ipv4_l3mdev_skb(IPCB(skb)->flags);
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_l3mdev_skb(IP6CB(skb)->flags);
#else
	return false;
#endif
}

/*
 * What IPsec or Mobile IPv6 has transformed passes local output again, and
 * TCP can be read in some of it.
 */
static bool transformed(const struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	if (state->pf == NFPROTO_IPV4)
		return IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED;
#if IS_ENABLED(CONFIG_IPV6)
	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
#else
	return false;
#endif
}

static bool leaves_again(const struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	return leaves_by_vrf(skb, state) || transformed(skb, state);
}

/* Rules that ran before have taken it out of what is judged. */
static bool skipped(const struct tcpw_policy *policy,
		    const struct sk_buff *skb)
{
	u32 bits = policy->set.skip_mark;

	return bits && (skb->mark & bits) == bits;
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

static unsigned int judge(struct tcpw_net *tn, struct tcpw_packet *pkt)
{
	bool pass;

	if (tcpw_tuple_self(&pkt->tuple) &&
	    !(pkt->seg.known & TCPW_SEG_SAME_SOCKET))
		pass = both_pass(tn, pkt);
	else
		pass = tcpw_follow_segment(tn, pkt);
	return pass ? NF_ACCEPT : tcpw_drop(pkt);
}

/* TCP that cannot be judged is counted, at least. */
static unsigned int not_judged(struct tcpw_net *tn,
			       const struct tcpw_packet *pkt)
{
	const struct tcpw_ruling ruling = {
		.verdict = TCPWARD_VERDICT_PASS,
		.flag = TCPWARD_REASON_UNTRACKED,
	};

	if (!pkt->unreadable)
		return NF_ACCEPT;
	local_bh_disable();
	tcpw_stats_segment(tn, &ruling);
	local_bh_enable();
	return NF_ACCEPT;
}

/* Nothing of a packet is zeroed that is set before it is read. */
static void begin(struct tcpw_packet *pkt, struct sk_buff *skb,
		  const struct nf_hook_state *state, bool early)
{
	pkt->skb = skb;
	pkt->state = state;
	pkt->refused = TCPWARD_REASON_NONE;
	pkt->early = early;
	pkt->aliased = false;
	pkt->detour = false;
	pkt->unreadable = false;
	pkt->renamed = false;
	pkt->bypassed = false;
	pkt->looked = false;
}

/* Loopback is judged as input: after NAT of local output has chosen it. */
static unsigned int at_filter(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct tcpw_net *tn = priv;
	u32 places = smp_load_acquire(&tn->places);
	struct tcpw_packet pkt __uninitialized;
	const struct tcpw_policy *policy;

	if (!(places & BIT(TCPWARD_PLACEMENT_FILTER)))
		return NF_ACCEPT;
	if (places & BIT(TCPWARD_PLACEMENT_EARLY) && was_judged(tn, skb))
		return NF_ACCEPT;
	if (state->hook == NF_INET_LOCAL_OUT &&
	    (leaves_again(skb, state) || leaves_by_loopback(skb, state)))
		return NF_ACCEPT;
	policy = rcu_dereference(tn->policy);
	if (skipped(policy, skb))
		return NF_ACCEPT;
	begin(&pkt, skb, state, false);
	if (state->pf == NFPROTO_IPV4 &&
	    tcpw_express(tn, policy, &pkt))
		return NF_ACCEPT;
	if (pkt.looked)
		return judge(tn, &pkt);
	if (!tcpw_packet_read(&pkt))
		return not_judged(tn, &pkt);
	if ((skb_nfct(skb) || READ_ONCE(tn->zoned)) &&
	    !tcpw_nat_alias(tn, &pkt))
		return not_judged(tn, &pkt);
	return judge(tn, &pkt);
}

/* Loopback is judged as output: NAT may yet send it elsewhere. */
static unsigned int at_early(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct tcpw_net *tn = priv;
	u32 places = smp_load_acquire(&tn->places);
	struct tcpw_packet pkt __uninitialized;

	if (!(places & BIT(TCPWARD_PLACEMENT_EARLY)))
		return NF_ACCEPT;
	if (state->hook == NF_INET_LOCAL_OUT ? leaves_again(skb, state) :
	    state->in->flags & IFF_LOOPBACK || again_by_vrf(skb, state))
		return NF_ACCEPT;
	if (skipped(rcu_dereference(tn->policy), skb))
		return NF_ACCEPT;
	begin(&pkt, skb, state, true);
	if (!tcpw_packet_read(&pkt))
		return not_judged(tn, &pkt);
	if (places & BIT(TCPWARD_PLACEMENT_FILTER))
		note_judged(tn, skb);
	tcpw_nat_rename(&pkt);
	return judge(tn, &pkt);
}

/* Between the two there is room for rules that act on a mark. */
#define EARLY_PRI (NF_IP_PRI_CONNTRACK - 20)
#define EARLY6_PRI (NF_IP6_PRI_CONNTRACK - 20)

#define HOOK(function, family, number, prio) { \
	.hook = (function), \
	.pf = (family), \
	.hooknum = (number), \
	.priority = (prio), \
}

static const struct nf_hook_ops filter_hooks[] = {
	HOOK(at_filter, NFPROTO_IPV4, NF_INET_LOCAL_IN, NF_IP_PRI_FILTER - 1),
	HOOK(at_filter, NFPROTO_IPV4, NF_INET_FORWARD, NF_IP_PRI_FILTER - 1),
	HOOK(at_filter, NFPROTO_IPV4, NF_INET_LOCAL_OUT, NF_IP_PRI_FILTER - 1),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(at_filter, NFPROTO_IPV6, NF_INET_LOCAL_IN, NF_IP6_PRI_FILTER - 1),
	HOOK(at_filter, NFPROTO_IPV6, NF_INET_FORWARD, NF_IP6_PRI_FILTER - 1),
	HOOK(at_filter, NFPROTO_IPV6, NF_INET_LOCAL_OUT, NF_IP6_PRI_FILTER - 1),
#endif
};

static const struct nf_hook_ops early_hooks[] = {
	HOOK(at_early, NFPROTO_IPV4, NF_INET_PRE_ROUTING, EARLY_PRI),
	HOOK(at_early, NFPROTO_IPV4, NF_INET_LOCAL_OUT, EARLY_PRI),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(at_early, NFPROTO_IPV6, NF_INET_PRE_ROUTING, EARLY6_PRI),
	HOOK(at_early, NFPROTO_IPV6, NF_INET_LOCAL_OUT, EARLY6_PRI),
#endif
};

static const struct {
	const struct nf_hook_ops *hooks;
	unsigned int count;
	unsigned int first;	/* in tcpw_net.hooks */
} places[] = {
	[TCPWARD_PLACEMENT_FILTER] = { filter_hooks,
				       ARRAY_SIZE(filter_hooks), 0 },
	[TCPWARD_PLACEMENT_EARLY] = { early_hooks, ARRAY_SIZE(early_hooks),
				      ARRAY_SIZE(filter_hooks) },
};

/* Each namespace has hooks of its own, which know it. */
static struct nf_hook_ops *hooks_of(struct tcpw_net *tn, u32 place)
{
	BUILD_BUG_ON(ARRAY_SIZE(filter_hooks) + ARRAY_SIZE(early_hooks) >
		     TCPW_HOOKS);
	return tn->hooks + places[place].first;
}

static void hooks_make(struct tcpw_net *tn, u32 place)
{
	struct nf_hook_ops *hooks = hooks_of(tn, place);
	unsigned int i;

	for (i = 0; i < places[place].count; i++) {
		hooks[i] = places[place].hooks[i];
		hooks[i].priv = tn;
	}
}

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

/* Context: process, tcpw_net.lock held. Return: 0, -ENOPKG, or an errno. */
static int place_register(struct tcpw_net *tn, u32 place)
{
	int err = 0;

	if (place == TCPWARD_PLACEMENT_EARLY)
		err = tcpw_nat_hold();
	if (err)
		return err;
	err = defrag_enable(tn->net);
	if (err)
		goto release_nat;
	hooks_make(tn, place);
	err = nf_register_net_hooks(tn->net, hooks_of(tn, place),
				    places[place].count);
	if (err)
		goto disable_defrag;
	return 0;

disable_defrag:
	defrag_disable(tn->net);
release_nat:
	if (place == TCPWARD_PLACEMENT_EARLY)
		tcpw_nat_release();
	return err;
}

static void place_unregister(struct tcpw_net *tn, u32 place)
{
	nf_unregister_net_hooks(tn->net, hooks_of(tn, place),
				places[place].count);
	defrag_disable(tn->net);
	if (place == TCPWARD_PLACEMENT_EARLY)
		tcpw_nat_release();
}

/* Context: process, tcpw_net.lock held. Return: 0, -ENOPKG, or an errno. */
int tcpw_hook_register(struct tcpw_net *tn, u32 place)
{
	int err;

	lockdep_assert_held(&tn->lock);
	WRITE_ONCE(tn->places, BIT(place));
	err = place_register(tn, place);
	if (err)
		WRITE_ONCE(tn->places, 0);
	return err;
}

/* Packets may still be on their way: a grace period ends that. */
void tcpw_hook_unregister(struct tcpw_net *tn)
{
	lockdep_assert_held(&tn->lock);
	place_unregister(tn, ilog2(tn->places));
}

/*
 * tcpw_hook_move() - judge at another place from now on
 *
 * On the way to filter, both hooks of a packet can find their place the one in
 * force: it counts as retransmitted. On the way to early none of them could,
 * and a segment that was missed makes its answer look forged; so both are in
 * force until every packet has passed both, and the second one leaves alone
 * what the first one judged.
 *
 * Context: process, tcpw_net.lock held. Return: 0, or an errno with nothing
 * changed.
 */
int tcpw_hook_move(struct tcpw_net *tn, u32 place)
{
	u32 from = ilog2(tn->places);
	int err;

	lockdep_assert_held(&tn->lock);
	err = place_register(tn, place);
	if (err)
		return err;
	if (place == TCPWARD_PLACEMENT_EARLY) {
		WRITE_ONCE(tn->move, atomic64_inc_return(&moves));
		/* Whoever sees both in force sees the number, too. */
		smp_store_release(&tn->places, BIT(from) | BIT(place));
		synchronize_net();
	}
	WRITE_ONCE(tn->places, BIT(place));
	synchronize_net();
	place_unregister(tn, from);
	return 0;
}
