// SPDX-License-Identifier: GPL-2.0
/*
 * Segments without a record: what is older than the tracker is adopted, the
 * rest refused. Owns what pickup=auto means; the core knows strict and loose.
 */
#include "compat.h"
#include "tcpward.h"

#include <linux/netdevice.h>
#include <net/addrconf.h>
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
	const struct net_device *dev = out ? pkt->state->out : pkt->state->in;
	u8 local = out ? pkt->side : !pkt->side;

	ends->local = &pkt->tuple.addr[local];
	ends->remote = &pkt->tuple.addr[!local];
	ends->local_port = pkt->tuple.port[local];
	ends->remote_port = pkt->tuple.port[!local];
	if (out) {
		ends->dif = dev->ifindex;
		ends->sdif = l3mdev_master_ifindex_rcu(dev);
	} else if (pkt->state->hook == NF_INET_PRE_ROUTING) {
		ends->dif = l3mdev_master_ifindex_rcu(dev) ?: dev->ifindex;
		ends->sdif = ends->dif == dev->ifindex ? 0 : dev->ifindex;
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

/* Before routing, the address tells whether the host is meant. */
static bool is_forwarded(const struct tcpw_packet *pkt)
{
	const union nf_inet_addr *to = &pkt->tuple.addr[!pkt->side];
	const struct nf_hook_state *state = pkt->state;

	if (state->hook != NF_INET_PRE_ROUTING)
		return state->hook == NF_INET_FORWARD;
	if (pkt->tuple.family == NFPROTO_IPV4)
		return inet_addr_type_dev_table(state->net, state->in,
						to->ip) != RTN_LOCAL;
#if IS_ENABLED(CONFIG_IPV6)
	return !ipv6_chk_addr(state->net, &to->in6, NULL, 0);
#else
	return true;
#endif
}

/* Older than the tracker: by the words of the host, or while all may be. */
static bool is_older(struct tcpw_net *tn, const struct tcpw_packet *pkt)
{
	if (pkt->now_ms < READ_ONCE(tn->pressed_ms))
		return true;
	/* What NAT translates has an entry there, which its opening made. */
	if (pkt->renamed)
		return true;
	if (is_forwarded(pkt) ? pkt->now_ms < READ_ONCE(tn->adopt_ms) :
				has_socket(pkt))
		return true;
	/* As long as none of its segments was seen, its record has ended. */
	return tcpw_nat_bypassed(pkt);
}

/* Context: RCU read side. */
const struct tcpw_config *tcpw_pickup(struct tcpw_net *tn,
				      const struct tcpw_policy *policy,
				      const struct tcpw_packet *pkt)
{
	if (policy->set.pickup == TCPWARD_PICKUP_STRICT)
		return &policy->strict;
	if (policy->set.pickup == TCPWARD_PICKUP_LOOSE)
		return &policy->loose;
	/* An opening SYN begins a record in either case. */
	if ((pkt->seg.flags & (TCPW_SYN | TCPW_ACK)) == TCPW_SYN)
		return &policy->strict;
	return is_older(tn, pkt) ? &policy->loose : &policy->strict;
}
