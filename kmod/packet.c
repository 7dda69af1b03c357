// SPDX-License-Identifier: GPL-2.0
/*
 * From a packet to a tuple and a segment. Lengths come from the packet, not
 * from header fields, so that GRO, GSO and BIG TCP are read right. Never
 * changes a packet, but for what the kernel notes of a verified checksum.
 */
#include "tcpward.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ip.h>
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
	bool group;		/* to a broadcast or multicast address */
	bool stopover;		/* daddr is not the network header's own */
	struct in6_addr last;	/* what daddr points to then */
};

/*
 * tcpw_tuple_make() - two sockets in canonical order
 * @side: set to the index that @one has there
 */
void tcpw_tuple_make(struct tcpw_tuple *tuple, u8 family,
		     const void *one, __be16 one_port,
		     const void *other, __be16 other_port, u8 *side)
{
	size_t size = family == NFPROTO_IPV4 ? sizeof(struct in_addr) :
					       sizeof(struct in6_addr);
	int order = memcmp(one, other, size);

	if (!order)
		order = ntohs(one_port) - ntohs(other_port);
	*side = order > 0;
	memset(tuple, 0, sizeof(*tuple));
	memcpy(&tuple->addr[*side], one, size);
	memcpy(&tuple->addr[!*side], other, size);
	tuple->port[*side] = one_port;
	tuple->port[!*side] = other_port;
	tuple->family = family;
}

static bool group_ipv4(const struct sk_buff *skb, __be32 daddr)
{
	const struct rtable *rt = skb_rtable(skb);

	if (ipv4_is_multicast(daddr) || ipv4_is_lbcast(daddr))
		return true;
	return rt && rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST);
}

static bool read_ipv4(const struct sk_buff *skb, struct layer *layer)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int network = skb_network_offset(skb);
	unsigned int size = skb->len - network;

	if (iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_OFFSET))
		return false;
	/* A short datagram may carry padding of the link behind it. */
	if (!skb_is_gso(skb))
		size = min_t(unsigned int, size, ntohs(iph->tot_len));
	if (size < iph->ihl * 4)
		return false;
	layer->saddr = &iph->saddr;
	layer->daddr = &iph->daddr;
	layer->offset = network + iph->ihl * 4;
	layer->total = size - iph->ihl * 4;
	layer->fragment = iph->frag_off & htons(IP_MF);
	layer->group = group_ipv4(skb, iph->daddr);
	return true;
}

/*
 * A routing header with segments left makes the destination a stopover; its
 * first address is the last one on the way, in both types that are in use
 * (RFC 6275 6.4, RFC 8754 2).
 *
 * Return: false where the end of the way is not told.
 */
static bool read_routing(const struct tcpw_packet *pkt, struct layer *layer)
{
	int flags = IP6_FH_F_SKIP_RH;
	struct ipv6_rt_hdr buffer, *routing;
	unsigned int offset = 0;
	unsigned short fragment;

	if (ipv6_find_hdr(pkt->skb, &offset, NEXTHDR_ROUTING, &fragment,
			  &flags) != NEXTHDR_ROUTING)
		return true;
	/* The host sends it on, and it is judged as what it is then. */
	if (pkt->state->hook == NF_INET_LOCAL_IN)
		return false;
	routing = skb_header_pointer(pkt->skb, offset, sizeof(buffer),
				     &buffer);
	if (!routing || (routing->type != IPV6_SRCRT_TYPE_2 &&
			 routing->type != IPV6_SRCRT_TYPE_4))
		return false;
	layer->stopover = true;
	layer->daddr = &layer->last;
	return !skb_copy_bits(pkt->skb, offset + 8, &layer->last,
			      sizeof(layer->last));
}

static bool read_ipv6(const struct tcpw_packet *pkt, struct layer *layer)
{
	const struct sk_buff *skb = pkt->skb;
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	unsigned int network = skb_network_offset(skb);
	unsigned int end = skb->len;
	u8 nexthdr = ip6h->nexthdr;
	__be16 fragment = 0;
	int offset;

	offset = ipv6_skip_exthdr(skb, network + sizeof(*ip6h), &nexthdr,
				  &fragment);
	if (offset < 0 || nexthdr != IPPROTO_TCP ||
	    fragment & htons(IP6_OFFSET))
		return false;
	/* No length stands in the header of a jumbogram. */
	if (!skb_is_gso(skb) && ip6h->payload_len)
		end = min_t(unsigned int, end, network + sizeof(*ip6h) +
					       ntohs(ip6h->payload_len));
	if (end < offset)
		return false;
	layer->saddr = &ip6h->saddr;
	layer->daddr = &ip6h->daddr;
	layer->offset = offset;
	layer->total = end - offset;
	layer->fragment = fragment;
	layer->group = ipv6_addr_is_multicast(&ip6h->daddr);
	return ip6h->nexthdr == IPPROTO_TCP || read_routing(pkt, layer);
}

static bool read_layer(const struct tcpw_packet *pkt, struct layer *layer)
{
	if (pkt->state->pf == NFPROTO_IPV4)
		return read_ipv4(pkt->skb, layer);
	return read_ipv6(pkt, layer);
}

/* As much of the TCP header as there is, contiguous. */
static const u8 *header(const struct tcpw_packet *pkt, unsigned int total,
			u8 *buffer, unsigned int *avail)
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

static bool from_network(const struct tcpw_packet *pkt)
{
	const struct net_device *in = pkt->state->in;

	return in && !(in->flags & IFF_LOOPBACK);
}

/* Before routing has said so: of interest where a record might begin. */
static bool opens_to_broadcast(const struct tcpw_packet *pkt,
			       const struct layer *layer)
{
	const struct nf_hook_state *state = pkt->state;

	if (state->pf != NFPROTO_IPV4 || !state->in || skb_dst(pkt->skb) ||
	    (pkt->seg.flags & (TCPW_SYN | TCPW_ACK)) != TCPW_SYN)
		return false;
	return inet_addr_type_dev_table(state->net, state->in,
					*(const __be32 *)layer->daddr) ==
	       RTN_BROADCAST;
}

static void note_known(struct tcpw_packet *pkt, const struct layer *layer)
{
	const struct tcpw_tuple *tuple = &pkt->tuple;

	if (layer->group || opens_to_broadcast(pkt, layer))
		pkt->seg.known |= TCPW_SEG_GROUP;
	if (!tuple->port[0] || !tuple->port[1])
		pkt->seg.known |= TCPW_SEG_PORT_ZERO;
	if (ntohs(tuple->port[pkt->side]) < ntohs(tuple->port[!pkt->side]))
		pkt->seg.known |= TCPW_SEG_FROM_SERVER;
	if (tcpw_tuple_self(tuple) && from_network(pkt))
		pkt->seg.known |= TCPW_SEG_SAME_SOCKET;
}

/*
 * tcpw_packet_read() - fill in tuple, side, segment and offset
 * @pkt: skb and state are set
 *
 * A fragment that was left over, because reassembly is off for it, cannot be
 * judged, for its segment goes on elsewhere: but the first one must hold the
 * whole TCP header (RFC 3128).
 *
 * Return: false for what is not judged: it passes.
 */
bool tcpw_packet_read(struct tcpw_packet *pkt)
{
	u8 buffer[TCP_HEADER_MAX] = {};
	__be16 ports[2] = {};
	struct layer layer;
	unsigned int avail;
	const u8 *tcp;

	layer.stopover = false;
	if (!read_layer(pkt, &layer))
		return false;
	pkt->offset = layer.offset;
	pkt->renamed = false;
	pkt->aliased = false;
	pkt->stopover = layer.stopover;
	tcp = header(pkt, layer.total, buffer, &avail);
	if (avail >= sizeof(ports))
		memcpy(ports, tcp, sizeof(ports));
	tcpw_tuple_make(&pkt->tuple, pkt->state->pf, layer.saddr, ports[0],
			layer.daddr, ports[1], &pkt->side);
	tcpw_seg_parse(&pkt->seg, tcp, avail, layer.total);
	note_known(pkt, &layer);
	if (layer.fragment) {
		if (!pkt->seg.bad)
			return false;
		pkt->seg.bad = TCPWARD_REASON_TRUNCATED_HEADER;
	}
	return true;
}

/*
 * tcpw_packet_checksum() - verify the checksum of a received segment (R2)
 *
 * The sum covers the address where a routing header ends, for which the kernel
 * has no help: such a segment counts as right.
 *
 * A partial sum, as local output and loopback have it, counts as right. The
 * sum that a forwarded packet leaves with is of no use to its next device.
 */
void tcpw_packet_checksum(struct tcpw_packet *pkt)
{
	const struct nf_hook_state *state = pkt->state;

	if (state->hook == NF_INET_LOCAL_OUT || pkt->seg.bad || pkt->stopover)
		return;
	if (nf_checksum(pkt->skb, state->hook, pkt->offset, IPPROTO_TCP,
			state->pf))
		pkt->seg.known |= TCPW_SEG_BAD_SUM;
	if (state->hook == NF_INET_FORWARD)
		skb_forward_csum(pkt->skb);
}
