// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of IPv6 extension headers: where TCP begins, and between whom it
 * is, which the IPv6 header alone may not say. Reads; never judges.
 */
#include "tcpward.h"

#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#define ROUTING_HEAD 8		/* octets before the addresses */

static bool read_octets(const struct sk_buff *skb, unsigned int at, void *to,
			unsigned int size)
{
	return !skb_copy_bits(skb, at, to, size);
}

/*
 * RPL leaves out what its addresses have in common with the destination
 * (RFC 6554 3).
 */
static bool read_last_rpl(const struct sk_buff *skb, unsigned int at,
			  unsigned int size, struct in6_addr *last)
{
	unsigned int common, rest;
	u8 head[ROUTING_HEAD];

	if (!read_octets(skb, at, head, sizeof(head)))
		return false;
	common = head[4] & 0xf;
	rest = sizeof(*last) - common;
	if (size < sizeof(head) + (head[5] >> 4) + rest)
		return false;
	*last = ipv6_hdr(skb)->daddr;
	return read_octets(skb, at + size - (head[5] >> 4) - rest,
			   last->s6_addr + common, rest);
}

/*
 * A routing header with segments left makes the destination a stopover. The
 * end of the way is its first address (RFC 6275 6.4, RFC 8754 2), or its last
 * one (RFC 2460 4.4, RFC 6554 3).
 *
 * Return: false where the end of the way is not told.
 */
static bool read_routing(const struct sk_buff *skb, unsigned int at,
			 unsigned int size, struct tcpw_way *way)
{
	struct ipv6_rt_hdr head;

	if (!read_octets(skb, at, &head, sizeof(head)))
		return false;
	if (!head.segments_left)
		return true;
	way->stopover = true;
	if (head.type == IPV6_SRCRT_TYPE_3)
		return read_last_rpl(skb, at, size, &way->to);
	if (size < ROUTING_HEAD + sizeof(way->to))
		return false;
	switch (head.type) {
	case IPV6_SRCRT_TYPE_0:
		at += size - sizeof(way->to);
		break;
	case IPV6_SRCRT_TYPE_2:
	case IPV6_SRCRT_TYPE_4:
		at += ROUTING_HEAD;
		break;
	default:
		return false;
	}
	return read_octets(skb, at, &way->to, sizeof(way->to));
}

/* The home address option names who sends (RFC 6275 6.3). */
static void read_home(const struct sk_buff *skb, unsigned int at,
		      unsigned int end, struct tcpw_way *way)
{
	u8 option[2];

	at += sizeof(struct ipv6_opt_hdr);
	while (at < end) {
		if (!read_octets(skb, at, option, sizeof(option)))
			return;
		if (option[0] == IPV6_TLV_PAD1) {
			at++;
			continue;
		}
		at += sizeof(option);
		if (option[0] == IPV6_TLV_HAO &&
		    option[1] == sizeof(way->from) &&
		    at + sizeof(way->from) <= end)
			way->home = read_octets(skb, at, &way->from,
						sizeof(way->from));
		at += option[1];
	}
}

/* Return: false for what is not the first fragment, or no fragment header. */
static bool read_fragment(const struct sk_buff *skb, unsigned int at,
			  struct tcpw_way *way)
{
	struct frag_hdr head;

	if (!read_octets(skb, at, &head, sizeof(head)) ||
	    head.frag_off & htons(IP6_OFFSET))
		return false;
	way->fragment = head.frag_off & htons(IP6_MF);
	return true;
}

/*
 * tcpw_way_read() - follow the headers of an IPv6 packet to TCP
 * @arrived: the host itself deals with the headers next
 *
 * What is behind an authentication header is not judged, as in IPv4: the host
 * that can verify it gets to see the segment without.
 *
 * Return: false where there is no TCP, or none that can be judged.
 */
bool tcpw_way_read(const struct sk_buff *skb, bool arrived,
		   struct tcpw_way *way)
{
	unsigned int at = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	u8 type = ipv6_hdr(skb)->nexthdr;
	struct ipv6_opt_hdr head;
	bool told = true;
	unsigned int size;

	way->fragment = false;
	way->home = false;
	way->stopover = false;
	way->unreadable = false;
	while (type != IPPROTO_TCP) {
		if (!ipv6_ext_hdr(type) || type == NEXTHDR_NONE ||
		    type == NEXTHDR_AUTH ||
		    !read_octets(skb, at, &head, sizeof(head)))
			return false;
		size = ipv6_optlen(&head);
		if (type == NEXTHDR_FRAGMENT) {
			size = sizeof(struct frag_hdr);
			if (!read_fragment(skb, at, way))
				return false;
		} else if (type == NEXTHDR_ROUTING) {
			told = read_routing(skb, at, size, way);
		} else if (type == NEXTHDR_DEST) {
			read_home(skb, at, at + size, way);
		}
		type = head.nexthdr;
		at += size;
	}
	way->offset = at;
	/* The host sends it on, and it is judged as what it is then. */
	if (arrived && way->stopover)
		return false;
	way->unreadable = !told;
	return told;
}
