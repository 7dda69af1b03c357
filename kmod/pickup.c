// SPDX-License-Identifier: GPL-2.0
/*
 * Segments without a record: what is older than the tracker is adopted, the
 * rest refused. Owns what pickup=auto means; the core knows strict and loose.
 */
#include "compat.h"
#include "tcpward.h"

#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>

/* The two ends of a packet as the host sees them. */
struct ends {
	const union nf_inet_addr *local;
	const union nf_inet_addr *remote;
	__be16 local_port;
	__be16 remote_port;
	int dif;
	int sdif;
};

static void find_ends(const struct tcpw_packet *pkt, struct ends *ends)
{
	bool out = pkt->state->hook == NF_INET_LOCAL_OUT;
	u8 local = out ? pkt->side : !pkt->side;
	const struct net_device *dev;

	ends->local = &pkt->tuple.addr[local];
	ends->remote = &pkt->tuple.addr[!local];
	ends->local_port = pkt->tuple.port[local];
	ends->remote_port = pkt->tuple.port[!local];
	if (out) {
		dev = pkt->state->out;
		ends->dif = dev->ifindex;
		ends->sdif = l3mdev_master_ifindex_rcu(dev);
	} else if (pkt->tuple.family == NFPROTO_IPV4) {
		ends->dif = inet_iif(pkt->skb);
		ends->sdif = inet_sdif(pkt->skb);
	} else {
		ends->dif = inet6_iif(pkt->skb);
		ends->sdif = inet6_sdif(pkt->skb);
	}
}

static struct sock *lookup(const struct tcpw_packet *pkt,
			   const struct ends *ends)
{
	struct net *net = pkt->state->net;

	if (pkt->tuple.family == NFPROTO_IPV4)
		return tcpw_compat_lookup4(net, ends->remote->ip,
					   ends->remote_port, ends->local->ip,
					   ntohs(ends->local_port),
					   ends->dif, ends->sdif);
#if IS_ENABLED(CONFIG_IPV6)
	return tcpw_compat_lookup6(net, &ends->remote->in6, ends->remote_port,
				   &ends->local->in6, ntohs(ends->local_port),
				   ends->dif, ends->sdif);
#else
	return NULL;
#endif
}

/* A socket that closes has left the table, but its last RST names it. */
static bool sender_is_socket(const struct tcpw_packet *pkt,
			     const struct ends *ends)
{
	const struct sock *sk = pkt->skb->sk;

	return pkt->state->hook == NF_INET_LOCAL_OUT && sk &&
	       sk_fullsock(sk) && sk->sk_protocol == IPPROTO_TCP &&
	       sk->sk_type == SOCK_STREAM && sk->sk_state != TCP_LISTEN &&
	       sk->sk_num == ntohs(ends->local_port) &&
	       sk->sk_dport == ends->remote_port;
}

/* Sockets from SYN-SENT to TIME-WAIT and requests count; listeners do not. */
static bool has_socket(const struct tcpw_packet *pkt)
{
	struct ends ends;
	struct sock *sk;

	find_ends(pkt, &ends);
	if (sender_is_socket(pkt, &ends))
		return true;
	sk = lookup(pkt, &ends);
	if (!sk)
		return false;
	sock_gen_put(sk);
	return true;
}

/* Context: RCU read side. */
const struct tcpw_config *tcpw_pickup(struct tcpw_net *tn,
				      const struct tcpw_policy *policy,
				      const struct tcpw_packet *pkt)
{
	bool adopt;

	if (policy->set.pickup == TCPWARD_PICKUP_STRICT)
		return &policy->strict;
	if (policy->set.pickup == TCPWARD_PICKUP_LOOSE)
		return &policy->loose;
	/* An opening SYN begins a record in either case. */
	if ((pkt->seg.flags & (TCPW_SYN | TCPW_ACK)) == TCPW_SYN)
		return &policy->strict;
	adopt = pkt->now_ms < READ_ONCE(tn->pressed_ms);
	if (pkt->state->hook == NF_INET_FORWARD)
		adopt |= pkt->now_ms < READ_ONCE(tn->adopt_ms);
	else
		adopt |= has_socket(pkt);
	return adopt ? &policy->loose : &policy->strict;
}
