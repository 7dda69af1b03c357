// SPDX-License-Identifier: GPL-2.0
/*
 * What is on the wire: packets as Linux sends them, with the checksum already
 * verified by the device. Headers are written anew for each connection; the
 * payload is nobody's business and stays.
 */
#include "bench.h"

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/tcp.h>

#define HEADROOM 64
#define CLIENT_NET 0x0a000000	/* 10.0.0.0/8 */
#define SERVER_ADDR 0xc0000201	/* 192.0.2.1 */
#define SERVER_PORT 443
#define PORTS 50000		/* connections of one client address */
#define FIRST_PORT 10000
#define SYN_WINDOW 64240
#define WINDOW 501		/* scaled by 7 */

static const u8 syn_options[] = {
	2, 4, 1460 >> 8, 1460 & 0xff, 4, 2,
	8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7,
};

static const u8 timestamps[] = {
	1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0,
};

static const u8 sack[] = {
	1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 1, 5, 10, 0, 0, 0, 0, 0, 0, 0, 0,
};

static const struct {
	const u8 *text;
	u8 size;
	u8 tsval;		/* offset of the timestamps' values */
} options[] = {
	[BENCH_SYN_OPTIONS] = { syn_options, sizeof(syn_options), 8 },
	[BENCH_TIMESTAMPS] = { timestamps, sizeof(timestamps), 4 },
	[BENCH_SACK] = { sack, sizeof(sack), 4 },
};

#define SACK_BLOCK 16		/* offset of its edges in sack[] */

static u32 first_number(u32 index, unsigned int side)
{
	return index * 2654435761u + side * 0x5bd1e995u;
}

static u32 ticks(u32 index, const struct bench_progress *progress,
		 unsigned int side)
{
	return index * 40503u + side * 1000u + progress->tick[side];
}

/* Addresses and ports of a connection, by side. */
void bench_tuple(u32 index, __be32 addr[2], __be16 port[2])
{
	addr[BENCH_CLIENT] = htonl(CLIENT_NET + 1 + index / PORTS);
	port[BENCH_CLIENT] = htons(FIRST_PORT + index % PORTS);
	addr[BENCH_SERVER] = htonl(SERVER_ADDR);
	port[BENCH_SERVER] = htons(SERVER_PORT);
}

static void make_ip(struct sk_buff *skb, unsigned int size)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(size);
	iph->frag_off = htons(IP_DF);
	iph->ttl = 64;
	iph->protocol = IPPROTO_TCP;
}

static void make_tcp(struct sk_buff *skb, const struct bench_segment *segment)
{
	unsigned int size = options[segment->options].size;
	struct tcphdr *tcph = skb_put_zero(skb, sizeof(*tcph));

	skb_set_transport_header(skb, sizeof(struct iphdr));
	tcph->doff = (sizeof(*tcph) + size) / 4;
	tcp_flag_byte(tcph) = segment->flags;
	tcph->window = htons(segment->flags & TCPHDR_SYN ? SYN_WINDOW :
							   WINDOW);
	skb_put_data(skb, options[segment->options].text, size);
}

/* Return: 0 or -ENOMEM. */
int bench_packet_make(struct bench_packet *packet,
		      const struct bench_segment *segment)
{
	unsigned int size = sizeof(struct iphdr) + sizeof(struct tcphdr) +
			    options[segment->options].size + segment->payload;
	struct sk_buff *skb = alloc_skb(HEADROOM + size, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, HEADROOM);
	make_ip(skb, size);
	make_tcp(skb, segment);
	skb_put_zero(skb, segment->payload);
	skb->protocol = htons(ETH_P_IP);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	packet->skb = skb;
	packet->segment = segment;
	return 0;
}

static void write_options(u8 *text, const struct bench_packet *packet,
			  const struct bench_progress *progress, u32 index,
			  u32 ack)
{
	u8 *values = text + options[packet->segment->options].tsval;
	u32 echo = ticks(index, progress, !packet->side);

	put_unaligned_be32(ticks(index, progress, packet->side), values);
	if (packet->segment->flags & TCPHDR_ACK)
		put_unaligned_be32(echo, values + 4);
	if (packet->segment->options != BENCH_SACK)
		return;
	put_unaligned_be32(ack + BENCH_PAYLOAD, text + SACK_BLOCK);
	put_unaligned_be32(ack + 2 * BENCH_PAYLOAD, text + SACK_BLOCK + 4);
}

/* Make the packet one of a connection. */
void bench_packet_write(const struct bench_packet *packet,
			const struct bench_progress *progress, u32 index)
{
	struct iphdr *iph = (struct iphdr *)packet->skb->data;
	struct tcphdr *tcph = (struct tcphdr *)(iph + 1);
	unsigned int src = packet->side, dst = !src;
	__be32 addr[2];
	__be16 port[2];
	u32 ack;

	bench_tuple(index, addr, port);
	iph->saddr = addr[src];
	iph->daddr = addr[dst];
	tcph->source = port[src];
	tcph->dest = port[dst];
	tcph->seq = htonl(first_number(index, src) + progress->sent[src] +
			  packet->segment->ahead);
	ack = first_number(index, dst) + progress->sent[dst];
	if (packet->segment->flags & TCPHDR_ACK)
		tcph->ack_seq = htonl(ack);
	write_options((u8 *)(tcph + 1), packet, progress, index, ack);
}
