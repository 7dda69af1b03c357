// SPDX-License-Identifier: GPL-2.0
/*
 * One connection: its memory, its counters, its flight recorder, and what
 * follows from a change of state. Never decides about a segment.
 */
#include "tracepoints.h"

#include <linux/module.h>
#include <linux/slab.h>

static struct kmem_cache *flow_cache;
static struct kmem_cache *ext_cache;

/* --- memory ------------------------------------------------------------ */

int __init tcpw_flow_init(void)
{
	/* Debug kernels have larger locks. */
	BUILD_BUG_ON(sizeof(spinlock_t) == 4 && sizeof(struct tcpw_flow) > 320);
	flow_cache = KMEM_CACHE(tcpw_flow, SLAB_HWCACHE_ALIGN);
	if (!flow_cache)
		return -ENOMEM;
	ext_cache = KMEM_CACHE(tcpw_ext, 0);
	if (!ext_cache) {
		kmem_cache_destroy(flow_cache);
		return -ENOMEM;
	}
	return 0;
}

void tcpw_flow_exit(void)
{
	rcu_barrier();		/* flow_rcu() of the last connections */
	kmem_cache_destroy(ext_cache);
	kmem_cache_destroy(flow_cache);
}

/* Context: that of @gfp. Return: NULL without memory, which the callers count. */
struct tcpw_flow *tcpw_flow_alloc(const struct tcpw_tuple *tuple, gfp_t gfp)
{
	struct tcpw_flow *flow;

	flow = kmem_cache_zalloc(flow_cache, gfp | __GFP_NOWARN);
	if (!flow)
		return NULL;
	flow->tuple = *tuple;
	spin_lock_init(&flow->lock);
	INIT_LIST_HEAD(&flow->pooled);
	flow->pool = TCPW_POOLS;
	INIT_HLIST_NODE(&flow->slot);
	return flow;
}

/* For a connection that nobody else can see. */
void tcpw_flow_free(struct tcpw_flow *flow)
{
	if (flow->ext)
		kmem_cache_free(ext_cache, flow->ext);
	kmem_cache_free(flow_cache, flow);
}

static void flow_rcu(struct rcu_head *rcu)
{
	struct tcpw_flow *flow = container_of(rcu, struct tcpw_flow, rcu);

	atomic_dec(&flow->tn->buried);
	tcpw_flow_free(flow);
}

/* For one that is dead: packets and dumps may still look at it. */
void tcpw_flow_bury(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	flow->tn = tn;
	atomic_inc(&tn->buried);
	call_rcu(&flow->rcu, flow_rcu);
}

/* A page has room for so many, and a larger slab for no fewer. */
#define SLAB_BYTES(type) (PAGE_SIZE / (PAGE_SIZE / sizeof(type)))
/* A table grown at 3/4 has 8/3 buckets for each, and half of them once more
 * while it grows.
 */
#define BUCKET_BYTES (4 * sizeof(struct rhash_lock_head *))

/* What a connection takes of the memory, its share of all else included. */
u32 tcpw_flow_bytes(void)
{
	return SLAB_BYTES(struct tcpw_flow) +
	       SLAB_BYTES(struct tcpw_ext) / TCPW_EXT_SHARE + BUCKET_BYTES;
}

/* Candidates and shadows take memory too: not more of them than @limit. */
bool tcpw_flow_provide_ext(struct tcpw_net *tn, struct tcpw_flow *flow,
			   u32 limit)
{
	lockdep_assert_held(&flow->lock);
	if (atomic_inc_return(&tn->exts) <= limit)
		flow->ext = kmem_cache_zalloc(ext_cache,
					      GFP_ATOMIC | __GFP_NOWARN);
	if (!flow->ext)
		atomic_dec(&tn->exts);
	return flow->ext;
}

static bool ext_idle(const struct tcpw_ext *ext, u64 now_ms)
{
	unsigned int i;

	for (i = 0; i < TCPW_CANDIDATES; i++)
		if (ext->syn[i].flags || ext->synack[i].flags)
			return false;
	return ext->shadow.kind == TCPWARD_KIND_BLANK && !ext->stale &&
	       !ext->challenged && ext->limit_s != (u32)div_u64(now_ms, 1000);
}

static void release_ext(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	kmem_cache_free(ext_cache, flow->ext);
	flow->ext = NULL;
	atomic_dec(&tn->exts);
}

/* --- counters ---------------------------------------------------------- */

static void uncount(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	const u8 *shown = flow->facts.shown;

	if (!flow->counted)
		return;
	flow->counted = false;
	this_cpu_dec(tn->stats->in_state[0][shown[flow->client]]);
	this_cpu_dec(tn->stats->in_state[1][shown[!flow->client]]);
}

static void count(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	const u8 *shown = flow->facts.shown;

	flow->counted = true;
	flow->client = flow->facts.conn.client;
	this_cpu_inc(tn->stats->in_state[0][shown[flow->client]]);
	this_cpu_inc(tn->stats->in_state[1][shown[!flow->client]]);
}

/*
 * tcpw_flow_begin() - a record begins, in a new place or in that of another
 *
 * Everything but the record of the core starts anew.
 */
void tcpw_flow_begin(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	struct tcpw_conn conn = flow->facts.conn;

	lockdep_assert_held(&flow->lock);
	uncount(tn, flow);
	memset(&flow->facts, 0, sizeof(flow->facts));
	flow->facts.conn = conn;
	flow->facts.id = atomic64_inc_return(&tn->next_id);
	flow->facts.created_us = tcpw_now_us();
	flow->facts.shown[0] = TCPWARD_STATE_CLOSED;
	flow->facts.shown[1] = TCPWARD_STATE_CLOSED;
	memset(flow->unheard, 0, sizeof(flow->unheard));
	this_cpu_inc(tn->stats->opened);
}

/* A record begins with what is known of it, its transitions included. */
void tcpw_flow_restore(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const struct tcpw_facts *facts)
{
	lockdep_assert_held(&flow->lock);
	flow->facts = *facts;
	flow->facts.id = atomic64_inc_return(&tn->next_id);
	flow->facts.shown[0] = tcpw_shown_state(&facts->conn, 0);
	flow->facts.shown[1] = tcpw_shown_state(&facts->conn, 1);
	tcpw_catch_up_begin(flow);
	this_cpu_inc(tn->stats->opened);
}

/* 0 where the clock of @now_ms, the coarse one, is behind by a tick. */
u64 tcpw_flow_age_ms(const struct tcpw_facts *facts, u64 now_ms)
{
	s64 created_ms = div_s64(facts->created_us, USEC_PER_MSEC);

	return max_t(s64, (s64)now_ms - created_ms, 0);
}

/* A record ends: it expired, was removed, or another one takes its place. */
void tcpw_flow_end(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms)
{
	u64 age_ms = tcpw_flow_age_ms(&flow->facts, now_ms);

	lockdep_assert_held(&flow->lock);
	uncount(tn, flow);
	this_cpu_inc(tn->stats->ended);
	this_cpu_inc(tn->stats->lifetime_ms[tcpw_stats_bucket(age_ms)]);
}

/* --- changes of state -------------------------------------------------- */

/* Side in bit 31, state in bits 27 to 30, milliseconds below (37 hours). */
static void record(struct tcpw_facts *facts, unsigned int side, u8 state,
		   u64 now_ms)
{
	u64 ms = tcpw_flow_age_ms(facts, now_ms);

	tcpw_flow_put_record(facts, side, state,
			     min_t(u64, ms, TCPW_RECORD_MS(U32_MAX)));
}

void tcpw_flow_put_record(struct tcpw_facts *facts, unsigned int side,
			  u8 state, u32 ms)
{
	facts->record[facts->records % TCPW_RECORDS] =
		side << 31 | (u32)state << 27 | ms;
	if (++facts->records == 2 * TCPW_RECORDS)
		facts->records = TCPW_RECORDS;
}

unsigned int tcpw_flow_records(const struct tcpw_facts *facts)
{
	return min_t(unsigned int, facts->records, TCPW_RECORDS);
}

/* The @i'th record that is left, the oldest first. */
u32 tcpw_flow_record(const struct tcpw_facts *facts, unsigned int i)
{
	if (facts->records > TCPW_RECORDS)
		i += facts->records;
	return facts->record[i % TCPW_RECORDS];
}

static bool synchronized(u8 state)
{
	return state >= TCPWARD_STATE_ESTABLISHED &&
	       state != TCPWARD_STATE_CLOSED;
}

/* The third step is what makes the client synchronized. */
static void handshake(struct tcpw_net *tn, struct tcpw_facts *facts,
		      struct tcpw_move client)
{
	u64 rtt_us;

	if (facts->conn.kind != TCPWARD_KIND_OPEN || facts->rtt_us ||
	    client.from > TCPWARD_STATE_SYN_RECEIVED ||
	    !synchronized(client.to))
		return;
	rtt_us = tcpw_now_us() - facts->created_us;
	facts->rtt_us = clamp_t(u64, rtt_us, 1, U32_MAX);
	this_cpu_inc(tn->stats->rtt_us[tcpw_stats_bucket(rtt_us)]);
}

/* The client first, as a segment of it moves both ends in that order. */
static void show(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms,
		 const struct tcpw_move moves[2])
{
	struct tcpw_facts *facts = &flow->facts;
	u8 client = facts->conn.client;
	unsigned int i, side;

	uncount(tn, flow);
	for (i = 0; i < 2; i++) {
		side = i ^ client;
		if (moves[side].from == moves[side].to)
			continue;
		facts->shown[side] = moves[side].to;
		record(facts, side, moves[side].to, now_ms);
		this_cpu_inc(tn->stats->entered[moves[side].to]);
		trace_transition(flow, side, moves[side]);
	}
	count(tn, flow);
	handshake(tn, facts, moves[client]);
}

/*
 * tcpw_flow_settle() - the core has written the record: draw the conclusions
 * @moves: set to what each side went through
 *
 * Keeps counters by state, flight recorder, pool and deadline in step with
 * the record.
 */
void tcpw_flow_settle(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms,
		      struct tcpw_move moves[2])
{
	const struct tcpw_facts *facts = &flow->facts;
	bool moved = !flow->counted || flow->client != facts->conn.client;
	unsigned int side;

	lockdep_assert_held(&flow->lock);
	for (side = 0; side < 2; side++) {
		moves[side].from = facts->shown[side];
		moves[side].to = tcpw_shown_state(&facts->conn, side);
		moved |= moves[side].from != moves[side].to;
	}
	if (moved)
		show(tn, flow, now_ms, moves);
	tcpw_pool_set(tn, flow);
	tcpw_wheel_set(&tn->wheel, flow);
	if (flow->ext && ext_idle(flow->ext, now_ms))
		release_ext(tn, flow);
}

void tcpw_flow_view(const struct tcpw_flow *flow, u64 now_ms,
		    struct tcpw_view *view)
{
	unsigned int i;

	lockdep_assert_held(&flow->lock);
	view->tuple = flow->tuple;
	view->facts = flow->facts;
	view->now_ms = now_ms;
	view->pending_syns = 0;
	view->shadow = TCPWARD_KIND_BLANK;
	if (!flow->ext)
		return;
	view->shadow = flow->ext->shadow.kind;
	for (i = 0; i < TCPW_CANDIDATES; i++)
		view->pending_syns += !!(flow->ext->syn[i].flags &
					 TCPW_SYN_USED);
}
