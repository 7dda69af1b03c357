// SPDX-License-Identifier: GPL-2.0
/*
 * The short way of a packet: of what packet.c, nat.c and follow.c do, as much
 * as a segment of IPv4 needs that goes on where its connection was. Owns no
 * rule: whatever is out of the ordinary goes the whole way.
 */
#include "packet.h"

#include <linux/tcp.h>
#include <net/ip.h>

/* No options of IP, no fragment, and the TCP header in one piece. */
static inline const struct tcphdr *plain_header(const struct sk_buff *skb,
						int total)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *tcph = (const struct tcphdr *)(iph + 1);
	int linear = skb_headlen(skb) - skb_network_offset(skb) - sizeof(*iph);

	if (iph->ihl * 4 != sizeof(*iph) || iph->protocol != IPPROTO_TCP ||
	    iph->frag_off & htons(IP_OFFSET | IP_MF) ||
	    linear < (int)sizeof(*tcph) || linear < tcph->doff * 4 ||
	    total < (int)sizeof(*tcph) || total < tcph->doff * 4)
		return NULL;
	return tcph;
}

/* As tcpw_tuple_make() and tcpw_table_key() do. Return: the sender's side. */
static inline u8 name(struct tcpw_key *key, const struct iphdr *iph,
		      const struct tcphdr *tcph)
{
	bool swap = tcpw_tuple_swap(iph->saddr, tcph->source,
				    iph->daddr, tcph->dest);

	key->addr[0] = (__force u32)(swap ? iph->daddr : iph->saddr);
	key->addr[1] = (__force u32)(swap ? iph->saddr : iph->daddr);
	key->port[0] = swap ? tcph->dest : tcph->source;
	key->port[1] = swap ? tcph->source : tcph->dest;
	key->zone = 0;
	key->family = NFPROTO_IPV4;
	key->pad = 0;
	return swap;
}

/* A port of zero is remarkable, a socket connected to itself has two sides. */
static inline bool plain_name(const struct tcpw_key *key)
{
	return key->port[0] && key->port[1] &&
	       (key->addr[0] != key->addr[1] || key->port[0] != key->port[1]);
}

static inline bool sum_counts(const struct sk_buff *skb,
			      const struct tcpw_policy *policy,
			      const struct nf_hook_state *state)
{
	return policy->set.csum && state->hook != NF_INET_LOCAL_OUT &&
	       !skb_csum_unnecessary(skb);
}

/* What only the whole way needs, as tcpw_packet_read() has it. */
static noinline void read_rest(struct tcpw_packet *pkt,
			       const struct iphdr *iph,
			       const struct tcphdr *tcph)
{
	pkt->offset = (const u8 *)tcph - pkt->skb->data;
	tcpw_tuple_make(&pkt->tuple, NFPROTO_IPV4, &iph->saddr, tcph->source,
			&iph->daddr, tcph->dest, &pkt->side);
	tcpw_packet_note(pkt, tcph->source, tcph->dest);
	pkt->looked = true;
}

/*
 * tcpw_express() - follow a packet that nothing is to be said of
 * @pkt: skb and state are set
 *
 * What goes the whole way from here has been read, and pkt->looked is set.
 *
 * Context: netfilter hook of place "filter" for IPv4, RCU read side. Return:
 * true when it was followed and passes; false when nothing was done.
 */
bool tcpw_express(struct tcpw_net *tn, const struct tcpw_policy *policy,
		  struct tcpw_packet *pkt)
{
	const struct sk_buff *skb = pkt->skb;
	const struct tcphdr *tcph;
	u8 side;

	pkt->total = tcpw_ipv4_size(skb) - sizeof(struct iphdr);
	tcph = plain_header(skb, pkt->total);
	/* Conntrack may know the connection by other names. */
	if (!tcph || skb_nfct(skb) || READ_ONCE(tn->zoned) ||
	    sum_counts(skb, policy, pkt->state))
		return false;
	side = name(&pkt->key, ip_hdr(skb), tcph);
	if (!plain_name(&pkt->key))
		return false;
	pkt->found = tcpw_table_find(tn, NULL, &pkt->key, &pkt->hash);
	tcpw_seg_parse(&pkt->seg, (const u8 *)tcph, tcph->doff * 4,
		       pkt->total);
	if (pkt->found && !(tcph->syn && tcpw_packet_opens_to_group(pkt)) &&
	    tcpw_follow_on(tn, policy, pkt->found, side, &pkt->seg))
		return true;
	read_rest(pkt, ip_hdr(skb), tcph);
	return false;
}
