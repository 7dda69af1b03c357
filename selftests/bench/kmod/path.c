// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a forwarded packet: what is registered at PRE_ROUTING, FORWARD
 * and POST_ROUTING of the namespace, called as the IP layer calls it. Between
 * these the packet has its route, as it would. Checks what became of it.
 */
#include "bench.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>

#define DEVICE "bench0"
#define FAR_AWAY 0x0a000001	/* whatever the device leads to */

/* Return: 0; -ENODEV without the device, an errno without a route by it. */
int bench_path_open(struct bench_path *path, struct net *net, bool tracked)
{
	struct flowi4 flow = { .daddr = htonl(FAR_AWAY) };
	struct rtable *rt;

	path->net = net;
	path->tracked = tracked;
	path->dev = dev_get_by_name(net, DEVICE);
	if (!path->dev)
		return -ENODEV;
	rt = ip_route_output_key(net, &flow);
	if (IS_ERR(rt)) {
		dev_put(path->dev);
		return PTR_ERR(rt);
	}
	path->dst = &rt->dst;
	return 0;
}

void bench_path_close(struct bench_path *path)
{
	dst_release(path->dst);
	dev_put(path->dev);
}

static bool hook(const struct bench_path *path, unsigned int number,
		 struct sk_buff *skb, struct net_device *in,
		 struct net_device *out)
{
	return nf_hook(NFPROTO_IPV4, number, path->net, NULL, skb, in, out,
		       NULL) == 1;
}

/*
 * bench_path_pass() - send a packet along the path
 *
 * What nf_conntrack does not accept it leaves untracked: so it must be
 * tracked where that is what is measured. Freeing a packet gives the entry
 * back, which is done here in its stead; a hook that refuses a packet frees
 * it, too.
 *
 * Context: RCU read side, bottom halves off. Return: whether it was accepted
 * everywhere; the packet is as it was in any case.
 */
bool bench_path_pass(const struct bench_path *path, struct sk_buff *skb)
{
	bool tracked;

	skb_get(skb);
	skb->_skb_refdst = 0;
	skb->dev = path->dev;
	if (!hook(path, NF_INET_PRE_ROUTING, skb, path->dev, NULL))
		return false;
	skb_dst_set_noref(skb, path->dst);
	if (!hook(path, NF_INET_FORWARD, skb, path->dev, path->dev) ||
	    !hook(path, NF_INET_POST_ROUTING, skb, path->dev, path->dev))
		return false;
	refcount_dec(&skb->users);
	tracked = skb_nfct(skb);
	nf_reset_ct(skb);
	return tracked == path->tracked;
}
