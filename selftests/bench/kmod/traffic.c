// SPDX-License-Identifier: GPL-2.0
/*
 * Many segments of many connections. A row of the bench is a round of one to
 * three segments; all connections take each of these before the next one. The
 * packets are handed over in batches with bottom halves off, as a device
 * driver does.
 */
#include "bench.h"

#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/tcp.h>

#define BATCH 64
#define STEPS 3
#define SEGMENTS_PER_TICK 1024	/* of timestamps: about a millisecond */

enum speaker {
	CLIENT,
	SERVER,
	TURN,			/* whose turn it is */
	OTHER,
};

struct step {
	enum speaker speaker;
	struct bench_segment segment;
};

#define ACK TCPHDR_ACK
#define DATA(ahead_, advance_) { \
	.flags = TCPHDR_ACK | TCPHDR_PSH, \
	.options = BENCH_TIMESTAMPS, \
	.payload = BENCH_PAYLOAD, \
	.ahead = (ahead_), \
	.advance = (advance_), \
}

static const struct row {
	const char *name;
	bool flip;		/* the turn goes to the other side */
	unsigned int steps;
	struct step step[STEPS];
} rows[] = {
	{ "syn", false, 1, {
		{ CLIENT, { TCPHDR_SYN, BENCH_SYN_OPTIONS, .advance = 1 } },
	} },
	{ "syn-ack", false, 1, {
		{ SERVER, { TCPHDR_SYN | ACK, BENCH_SYN_OPTIONS,
			    .advance = 1 } },
	} },
	{ "third-ack", false, 1, {
		{ CLIENT, { ACK, BENCH_TIMESTAMPS } },
	} },
	{ "data", true, 1, {
		{ TURN, DATA(0, BENCH_PAYLOAD) },
	} },
	/* One comes too early, is answered with SACK, the hole is filled. */
	{ "out-of-order", true, 3, {
		{ TURN, DATA(BENCH_PAYLOAD, 0) },
		{ OTHER, { ACK, BENCH_SACK } },
		{ TURN, DATA(0, 2 * BENCH_PAYLOAD) },
	} },
	{ "ack", true, 1, {
		{ TURN, { ACK, BENCH_TIMESTAMPS } },
	} },
	{ "fin", false, 2, {
		{ CLIENT, { TCPHDR_FIN | ACK, BENCH_TIMESTAMPS,
			    .advance = 1 } },
		{ SERVER, { TCPHDR_FIN | ACK, BENCH_TIMESTAMPS,
			    .advance = 1 } },
	} },
	{ "last-ack", false, 1, {
		{ CLIENT, { ACK, BENCH_TIMESTAMPS } },
	} },
};

/* What the loop over connections needs. */
struct traffic {
	const struct bench_order *order;
	struct bench_path path;
	struct bench_progress *progress;
	u64 longest_ns;
	u32 mask;		/* numbers below the next power of two */
	u32 half;		/* bits of the mask to fold */
	u32 salt;		/* another order in each pass */
};

/* A permutation of the numbers under the mask: each step can be undone. */
static u32 scramble(const struct traffic *t, u32 i)
{
	i = (i + t->salt) & t->mask;
	i = (i * 2654435761u) & t->mask;
	i ^= i >> t->half;
	i = (i * 2246822519u) & t->mask;
	return i ^ i >> t->half;
}

/* Numbers beyond the last connection are followed until they lead back. */
static u32 visited(const struct traffic *t, u32 i)
{
	if (!t->order->shuffled)
		return i;
	do {
		i = scramble(t, i);
	} while (i >= t->progress->connections);
	return i;
}

static void breathe(u64 segments)
{
	if (segments % BATCH)
		return;
	rcu_read_unlock();
	local_bh_enable();
	cond_resched();
	local_bh_disable();
	rcu_read_lock();
}

static bool pass_timed(struct traffic *t, struct sk_buff *skb)
{
	u64 ns = bench_clock_ns();
	bool passed = bench_path_pass(&t->path, skb);

	t->longest_ns = max(t->longest_ns, bench_clock_ns() - ns);
	return passed;
}

static bool pass_one(struct traffic *t, struct sk_buff *skb)
{
	return t->order->each ? pass_timed(t, skb) :
				bench_path_pass(&t->path, skb);
}

/* One segment of each connection. */
static int pass(struct traffic *t, const struct bench_packet *packet)
{
	struct bench_progress *progress = t->progress;
	u32 i;

	progress->tick[packet->side] = progress->segments / SEGMENTS_PER_TICK;
	t->salt += 0x9e3779b9u;
	for (i = 0; i < progress->connections; i++) {
		bench_packet_write(packet, progress,
				   progress->first + visited(t, i));
		if (!pass_one(t, packet->skb))
			return -EPROTO;
		breathe(++progress->segments);
	}
	progress->sent[packet->side] += packet->segment->advance;
	return 0;
}

static u8 side_of(enum speaker speaker, u8 turn)
{
	switch (speaker) {
	case TURN:
		return turn;
	case OTHER:
		return !turn;
	default:
		return speaker;
	}
}

static int play_round(struct traffic *t, const struct row *row,
		      struct bench_packet *packets)
{
	unsigned int i;
	int err;

	for (i = 0; i < row->steps; i++) {
		packets[i].side = side_of(row->step[i].speaker,
					  t->progress->turn);
		err = pass(t, &packets[i]);
		if (err)
			return err;
	}
	t->progress->turn ^= row->flip;
	return 0;
}

/*
 * Those who come first wait, so that all go at once. Whoever is to start the
 * others may be on this CPU.
 */
static void pass_gate(atomic_t *gate)
{
	if (!gate)
		return;
	atomic_dec(gate);
	while (atomic_read(gate) > 0)
		usleep_range(20, 50);
}

static int run(struct traffic *t, const struct row *row,
	       struct bench_packet *packets, struct bench_result *result)
{
	u64 segments = t->progress->segments;
	int err = 0;
	u32 i;

	pass_gate(t->order->gate);
	local_bh_disable();
	rcu_read_lock();
	result->wall_ns = ktime_get_ns();
	result->ns = bench_clock_ns();
	for (i = 0; i < t->order->rounds && !err; i++)
		err = play_round(t, row, packets);
	result->ns = bench_clock_ns() - result->ns;
	result->wall_ns = ktime_get_ns() - result->wall_ns;
	rcu_read_unlock();
	local_bh_enable();
	result->segments = t->progress->segments - segments;
	result->longest_ns = t->longest_ns;
	return err;
}

static const struct row *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static int play(struct traffic *t, const struct row *row,
		struct bench_result *result)
{
	struct bench_packet packets[STEPS] = {};
	unsigned int i;
	int err = 0;

	for (i = 0; i < row->steps && !err; i++)
		err = bench_packet_make(&packets[i], &row->step[i].segment);
	if (!err)
		err = run(t, row, packets, result);
	for (i = 0; i < row->steps; i++)
		kfree_skb(packets[i].skb);
	return err;
}

/*
 * bench_traffic() - rounds of a row, for all connections
 * @net: whose hooks they pass
 *
 * Context: process. Return: 0, -EINVAL for an unknown row, -EPROTO where a
 * packet was not accepted, -ENOMEM, or what bench_path_open() says.
 */
int bench_traffic(struct net *net, const struct bench_order *order,
		  struct bench_progress *progress,
		  struct bench_result *result)
{
	u32 bits = order_base_2(progress->connections);
	struct traffic traffic = {
		.order = order,
		.progress = progress,
		.mask = (u32)((1ull << bits) - 1),
		.half = bits / 2 + 1,
	};
	const struct row *row = find(order->name);
	int err;

	if (!row)
		return -EINVAL;
	err = bench_path_open(&traffic.path, net, order->tracked);
	if (err)
		return err;
	err = play(&traffic, row, result);
	bench_path_close(&traffic.path);
	return err;
}
