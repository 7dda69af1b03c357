// SPDX-License-Identifier: GPL-2.0
/*
 * From a packet to a tuple and a segment. Lengths come from the packet, not
 * from header fields, so that GRO, GSO and BIG TCP are read right. Never
 * changes a packet, but for what the kernel notes of a verified checksum.
 */
#include "packet.h"
#include "compat.h"

#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/route.h>

#define TCP_HEADER_MAX 60

/* The network layer as the rest of this file needs it. */
struct layer {
	const void *saddr;
	const void *daddr;
	unsigned int offset;	/* of the TCP header, from skb->data */
	unsigned int total;	/* octets of TCP header and payload */
	bool fragment;		/* the first one; others are not judged */
	struct tcpw_way way;	/* IPv6: what the addresses may point to */
};

static inline void tuple_ipv4(struct tcpw_tuple *tuple,
			      __be32 one, __be16 one_port,
			      __be32 other, __be16 other_port, u8 *side)
{
	bool swap = tcpw_tuple_swap(one, one_port, other, other_port);

	tuple->addr[0] = (union nf_inet_addr){ .ip = swap ? other : one };
	tuple->addr[1] = (union nf_inet_addr){ .ip = swap ? one : other };
	tuple->port[0] = swap ? other_port : one_port;
	tuple->port[1] = swap ? one_port : other_port;
	tuple->family = NFPROTO_IPV4;
	tuple->zone = 0;
	*side = swap;
}

static void tuple_ipv6(struct tcpw_tuple *tuple, const struct in6_addr *one,
		       __be16 one_port, const struct in6_addr *other,
		       __be16 other_port, u8 *side)
{
	int order = memcmp(one, other, sizeof(*one));
	bool swap;

	if (!order)
		order = ntohs(one_port) - ntohs(other_port);
	swap = order > 0;
	tuple->addr[swap].in6 = *one;
	tuple->addr[!swap].in6 = *other;
	tuple->port[swap] = one_port;
	tuple->port[!swap] = other_port;
	tuple->family = NFPROTO_IPV6;
	tuple->zone = 0;
	*side = swap;
}

static inline void tuple_make(struct tcpw_tuple *tuple, u8 family,
			      const void *one, __be16 one_port,
			      const void *other, __be16 other_port, u8 *side)
{
	if (family == NFPROTO_IPV4)
		tuple_ipv4(tuple, *(const __be32 *)one, one_port,
			   *(const __be32 *)other, other_port, side);
	else
		tuple_ipv6(tuple, one, one_port, other, other_port, side);
}

/*
 * tcpw_tuple_make() - two sockets in canonical order
 * @side: set to the index that @one has there
 */
void tcpw_tuple_make(struct tcpw_tuple *tuple, u8 family,
		     const void *one, __be16 one_port,
		     const void *other, __be16 other_port, u8 *side)
{
	tuple_make(tuple, family, one, one_port, other, other_port, side);
}

static bool read_ipv4(const struct sk_buff *skb, struct layer *layer)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int size = tcpw_ipv4_size(skb);

	if (iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_OFFSET) ||
	    size < iph->ihl * 4)
		return false;
	layer->saddr = &iph->saddr;
	layer->daddr = &iph->daddr;
	layer->offset = skb_network_offset(skb) + iph->ihl * 4;
	layer->total = size - iph->ihl * 4;
	layer->fragment = iph->frag_off & htons(IP_MF);
	return true;
}

static bool read_ipv6(struct tcpw_packet *pkt, struct layer *layer)
{
	const struct sk_buff *skb = pkt->skb;
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	unsigned int network = skb_network_offset(skb);
	struct tcpw_way *way = &layer->way;
	unsigned int end = skb->len;

	if (!tcpw_way_read(skb, pkt->state->hook == NF_INET_LOCAL_IN, way)) {
		pkt->unreadable = way->unreadable;
		return false;
	}
	/* No length stands in the header of a jumbogram. */
	if (!skb_is_gso(skb) && ip6h->payload_len)
		end = min_t(unsigned int, end, network + sizeof(*ip6h) +
					       ntohs(ip6h->payload_len));
	if (end < way->offset)
		return false;
	layer->saddr = way->home ? &way->from : &ip6h->saddr;
	layer->daddr = way->stopover ? &way->to : &ip6h->daddr;
	layer->offset = way->offset;
	layer->total = end - way->offset;
	layer->fragment = way->fragment;
	pkt->detour = way->home || way->stopover;
	return true;
}

static bool read_layer(struct tcpw_packet *pkt, struct layer *layer)
{
	if (pkt->state->pf == NFPROTO_IPV4)
		return read_ipv4(pkt->skb, layer);
	return read_ipv6(pkt, layer);
}

/* The TCP header where it does not lie in one piece, as far as there is one. */
static noinline const u8 *gather(const struct tcpw_packet *pkt,
				 unsigned int total, u8 *buffer,
				 unsigned int *avail)
{
	const struct tcphdr *tcph;
	const u8 *whole;

	*avail = min_t(unsigned int, total, sizeof(*tcph));
	tcph = skb_header_pointer(pkt->skb, pkt->offset, *avail, buffer);
	if (!tcph) {
		*avail = 0;
		return buffer;
	}
	if (*avail < sizeof(*tcph) || tcph->doff * 4 <= *avail)
		return (const u8 *)tcph;
	whole = skb_header_pointer(pkt->skb, pkt->offset,
				   min_t(unsigned int, total, tcph->doff * 4),
				   buffer);
	if (!whole)
		return (const u8 *)tcph;
	*avail = min_t(unsigned int, total, tcph->doff * 4);
	return whole;
}

/* As much of the TCP header as there is, contiguous. */
static inline const u8 *header(const struct tcpw_packet *pkt,
			       unsigned int total, u8 *buffer,
			       unsigned int *avail)
{
	const struct tcphdr *tcph = (void *)pkt->skb->data + pkt->offset;
	int linear = skb_headlen(pkt->skb) - pkt->offset;

	linear = min_t(int, linear, total);
	if (linear < (int)sizeof(*tcph) || linear < tcph->doff * 4)
		return gather(pkt, total, buffer, avail);
	*avail = linear;
	return (const u8 *)tcph;
}

static bool from_network(const struct tcpw_packet *pkt)
{
	const struct net_device *in = pkt->state->in;

	return in && !(in->flags & IFF_LOOPBACK);
}

/* By its address, by routing, or before that by the table of addresses. */
static bool to_group_ipv4(const struct tcpw_packet *pkt)
{
	__be32 to = ip_hdr(pkt->skb)->daddr;
	const struct nf_hook_state *state = pkt->state;
	const struct rtable *rt = skb_rtable(pkt->skb);

	if (ipv4_is_multicast(to) || ipv4_is_lbcast(to))
		return true;
	if (rt)
		return rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST);
	return state->in && inet_addr_type_dev_table(state->net, state->in,
						     to) == RTN_BROADCAST;
}

/* A SYN to all of a group, which no connection can begin with (R117). */
bool tcpw_packet_opens_to_group(const struct tcpw_packet *pkt)
{
	if (!(pkt->seg.flags & TCPW_SYN))
		return false;
	if (pkt->state->pf == NFPROTO_IPV4)
		return to_group_ipv4(pkt);
	return ipv6_addr_is_multicast(&ipv6_hdr(pkt->skb)->daddr);
}

/* tcpw_packet_note() - what is known of a segment beyond its TCP header */
void tcpw_packet_note(struct tcpw_packet *pkt, __be16 from, __be16 to)
{
	u8 known = 0;

	if (tcpw_packet_opens_to_group(pkt))
		known |= TCPW_SEG_GROUP;
	if (!from || !to)
		known |= TCPW_SEG_PORT_ZERO;
	if (ntohs(from) < ntohs(to))
		known |= TCPW_SEG_FROM_SERVER;
	if (tcpw_tuple_self(&pkt->tuple) && from_network(pkt))
		known |= TCPW_SEG_SAME_SOCKET;
	pkt->seg.known = known;
}

/*
 * tcpw_packet_read() - fill in tuple, side, segment and offset
 * @pkt: skb, state and early are set
 *
 * A fragment that was left over, because reassembly is off for it, cannot be
 * judged, for its segment goes on elsewhere: but the first one must hold the
 * whole TCP header (RFC 3128).
 *
 * Return: false for what is not judged: it passes.
 */
bool tcpw_packet_read(struct tcpw_packet *pkt)
{
	u8 buffer[TCP_HEADER_MAX] __uninitialized;
	struct layer layer __uninitialized;
	__be16 ports[2] = {};
	unsigned int avail;
	const u8 *tcp;

	if (!read_layer(pkt, &layer))
		return false;
	pkt->offset = layer.offset;
	pkt->total = layer.total;
	tcp = header(pkt, layer.total, buffer, &avail);
	if (avail >= sizeof(ports))
		memcpy(ports, tcp, sizeof(ports));
	tuple_make(&pkt->tuple, pkt->state->pf, layer.saddr, ports[0],
		   layer.daddr, ports[1], &pkt->side);
	tcpw_seg_parse(&pkt->seg, tcp, avail, layer.total);
	tcpw_packet_note(pkt, ports[0], ports[1]);
	if (layer.fragment) {
		if (!pkt->seg.bad)
			return false;
		pkt->seg.bad = TCPWARD_REASON_TRUNCATED_HEADER;
	}
	return true;
}

/*
 * The sum covers the ends that extension headers name, for which the kernel
 * has no help.
 */
static bool detour_sum_bad(const struct tcpw_packet *pkt)
{
	const struct tcpw_tuple *tuple = &pkt->tuple;
	const struct sk_buff *skb = pkt->skb;

	if (pkt->renamed || skb_csum_unnecessary(skb))
		return false;
	return csum_ipv6_magic(&tuple->addr[pkt->side].in6,
			       &tuple->addr[!pkt->side].in6, pkt->total,
			       IPPROTO_TCP, skb_checksum(skb, pkt->offset,
							 pkt->total, 0));
}

static bool sum_bad(const struct tcpw_packet *pkt)
{
	if (pkt->detour)
		return detour_sum_bad(pkt);
	return nf_checksum(pkt->skb, pkt->state->hook, pkt->offset,
			   IPPROTO_TCP, pkt->state->pf);
}

/*
 * tcpw_packet_checksum() - verify the checksum of a received segment (R2)
 *
 * A partial sum, as local output and loopback have it, counts as right. The
 * sum that a forwarded packet leaves with is of no use to its next device.
 */
void tcpw_packet_checksum(struct tcpw_packet *pkt)
{
	const struct nf_hook_state *state = pkt->state;

	if (state->hook == NF_INET_LOCAL_OUT || pkt->seg.bad)
		return;
	if (sum_bad(pkt))
		pkt->seg.known |= TCPW_SEG_BAD_SUM;
	if (state->hook == NF_INET_FORWARD)
		skb_forward_csum(pkt->skb);
}
