/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the bench module owe each other, grouped by file. */
#ifndef TCPW_BENCH_H
#define TCPW_BENCH_H

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/types.h>

struct dst_entry;
struct net;
struct net_device;
struct sk_buff;

enum bench_side {
	BENCH_CLIENT,
	BENCH_SERVER,
};

/*
 * Where all connections of a population stand: they go in step, so that
 * nothing is kept per connection and the harness touches no memory of its own
 * for them. Everything else follows from the number of a connection.
 */
struct bench_progress {
	u32 first;		/* number of the first connection */
	u32 connections;
	u32 sent[2];		/* octets of sequence space, by side */
	u32 tick[2];		/* of the timestamps last sent, by side */
	u64 segments;		/* of all connections and both sides */
	u8 turn;		/* side that speaks next */
};

enum bench_options {
	BENCH_SYN_OPTIONS,	/* MSS, SACK permitted, timestamps, scale */
	BENCH_TIMESTAMPS,
	BENCH_SACK,		/* timestamps and one block */
};

/* One segment, the same for all connections but for its numbers. */
struct bench_segment {
	u16 flags;		/* TCPHDR_* */
	u8 options;		/* enum bench_options */
	u16 payload;		/* octets */
	u32 ahead;		/* octets that are missing before it */
	u32 advance;		/* octets that count as sent afterwards */
};

/* One of these is used for all connections, one after the other. */
struct bench_packet {
	const struct bench_segment *segment;
	struct sk_buff *skb;
	u8 side;		/* of the sender */
};

/* The way of a forwarded packet through a namespace. */
struct bench_path {
	struct net *net;
	struct net_device *dev;
	struct dst_entry *dst;
	bool tracked;		/* by nf_conntrack: held to it */
};

/* segment.c: what is on the wire */
#define BENCH_PAYLOAD 1448	/* octets: of an Ethernet, with timestamps */

int bench_packet_make(struct bench_packet *packet,
		      const struct bench_segment *segment);
void bench_packet_write(const struct bench_packet *packet,
			const struct bench_progress *progress, u32 index);
void bench_tuple(u32 index, __be32 addr[2], __be16 port[2]);

/* path.c: through the hooks */
int bench_path_open(struct bench_path *path, struct net *net, bool tracked);
void bench_path_close(struct bench_path *path);
bool bench_path_pass(const struct bench_path *path, struct sk_buff *skb);

/* traffic.c: many segments of many connections */
struct bench_order {
	char name[32];		/* of a row */
	u32 rounds;
	bool shuffled;		/* connections in a random order */
	bool tracked;		/* what bench_path is to hold packets to */
	bool each;		/* time each segment: for `longest` */
	atomic_t *gate;		/* NULL, or threads that have yet to arrive */
};

struct bench_result {
	u64 ns;			/* CPU time */
	u64 wall_ns;
	u64 longest_ns;		/* CPU time of one segment at all hooks */
	u64 segments;
};

int bench_traffic(struct net *net, const struct bench_order *order,
		  struct bench_progress *progress,
		  struct bench_result *result);

/* parallel.c: the same by a thread of each CPU, on connections of its own */
#define BENCH_THREADS 2

int bench_parallel(struct net *net, const struct bench_order *order,
		   unsigned int first, unsigned int threads,
		   struct bench_progress *progress,
		   struct bench_result *results);

/* clock.c */
u64 bench_clock_ns(void);

/* stall.c: how long nothing else could run */
struct bench_stall {
	u64 softirq_ns;		/* the longest softirq */
	u64 wake_ns;		/* longest wait of an urgent thread */
	u64 wakes;
};

#ifdef CONFIG_UML
int bench_stall_begin(void);
void bench_stall_make(u64 ns);
int bench_stall_end(struct bench_stall *stall);
#else
static inline int bench_stall_begin(void)
{
	return -EOPNOTSUPP;
}

static inline void bench_stall_make(u64 ns)
{
}

static inline int bench_stall_end(struct bench_stall *stall)
{
	return -EOPNOTSUPP;
}
#endif

/* states.c: what nf_conntrack made of it */
#define BENCH_STATES 16

void bench_states(struct net *net, u32 first, u32 connections,
		  u32 count[BENCH_STATES]);

#endif
