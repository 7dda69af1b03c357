/* SPDX-License-Identifier: GPL-2.0 */
/* What packet.c and express.c read alike. */
#ifndef TCPW_PACKET_H
#define TCPW_PACKET_H

#include "tcpward.h"

#include <linux/ip.h>
#include <linux/skbuff.h>

/*
 * Octets of an IPv4 datagram. A short one may carry padding of the link behind
 * it; the length of a super-packet does not stand in its header.
 */
static inline unsigned int tcpw_ipv4_size(const struct sk_buff *skb)
{
	unsigned int size = skb->len - skb_network_offset(skb);

	if (skb_is_gso(skb))
		return size;
	return min_t(unsigned int, size, ntohs(ip_hdr(skb)->tot_len));
}

/* The order of two sockets of IPv4: whether the other is the lower one. */
static inline bool tcpw_tuple_swap(__be32 one, __be16 one_port,
				   __be32 other, __be16 other_port)
{
	return ((u64)ntohl(one) << 16 | ntohs(one_port)) >
	       ((u64)ntohl(other) << 16 | ntohs(other_port));
}

#endif
