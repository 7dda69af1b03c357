// SPDX-License-Identifier: GPL-2.0
/*
 * One connection: its memory, its counters, its flight recorder, and what
 * follows from a change of state. Never decides about a segment.
 */
#include "tracepoints.h"

#include <linux/module.h>
#include <linux/slab.h>

static struct kmem_cache *flow_cache;
static struct kmem_cache *flow6_cache;
static struct kmem_cache *more_cache;

/* --- memory ------------------------------------------------------------ */

static void destroy_caches(void)
{
	kmem_cache_destroy(more_cache);
	kmem_cache_destroy(flow6_cache);
	kmem_cache_destroy(flow_cache);
}

int __init tcpw_flow_init(void)
{
	/* Debug kernels have larger locks. */
	BUILD_BUG_ON(sizeof(spinlock_t) == 4 &&
		     (offsetof(struct tcpw_flow, conn) != 64 ||
		      sizeof(struct tcpw_flow) > 224));
	flow_cache = KMEM_CACHE(tcpw_flow, 0);
	flow6_cache = KMEM_CACHE(tcpw_flow6, 0);
	more_cache = KMEM_CACHE(tcpw_more, 0);
	if (flow_cache && flow6_cache && more_cache)
		return 0;
	destroy_caches();
	return -ENOMEM;
}

void tcpw_flow_exit(void)
{
	rcu_barrier();		/* flow_rcu() of the last connections */
	destroy_caches();
}

static struct tcpw_flow *alloc(const struct tcpw_tuple *tuple, gfp_t gfp)
{
	struct tcpw_flow6 *flow6;

	if (tuple->family == NFPROTO_IPV4)
		return kmem_cache_zalloc(flow_cache, gfp);
	flow6 = kmem_cache_zalloc(flow6_cache, gfp);
	if (!flow6)
		return NULL;
	flow6->addr[0] = tuple->addr[0].in6;
	flow6->addr[1] = tuple->addr[1].in6;
	return &flow6->flow;
}

/* Context: that of @gfp. Return: NULL without memory, which the callers count. */
struct tcpw_flow *tcpw_flow_alloc(const struct tcpw_tuple *tuple,
				  const struct tcpw_key *key, gfp_t gfp)
{
	struct tcpw_flow *flow = alloc(tuple, gfp | __GFP_NOWARN);

	if (!flow)
		return NULL;
	flow->key = *key;
	spin_lock_init(&flow->lock);
	INIT_LIST_HEAD(&flow->waits);
	return flow;
}

/* For a connection that nobody else can see. */
void tcpw_flow_free(struct tcpw_flow *flow)
{
	if (flow->has_more)
		kmem_cache_free(more_cache, flow->more);
	if (flow->key.family == NFPROTO_IPV4)
		kmem_cache_free(flow_cache, flow);
	else
		kmem_cache_free(flow6_cache,
				container_of(flow, struct tcpw_flow6, flow));
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

/* What a connection takes of the memory at most, its share of all else
 * included.
 */
u32 tcpw_flow_bytes(void)
{
	return SLAB_BYTES(struct tcpw_flow6) +
	       SLAB_BYTES(struct tcpw_more) / TCPW_EXT_SHARE + BUCKET_BYTES;
}

/* Candidates and shadows take memory too: not more of them than @limit. */
bool tcpw_flow_provide_more(struct tcpw_net *tn, struct tcpw_flow *flow,
			    u32 limit)
{
	struct tcpw_more *more = NULL;

	lockdep_assert_held(&flow->lock);
	if (atomic_inc_return(&tn->exts) <= limit)
		more = kmem_cache_zalloc(more_cache,
					 GFP_ATOMIC | __GFP_NOWARN);
	if (!more) {
		atomic_dec(&tn->exts);
		return false;
	}
	more->id = flow->id;
	flow->more = more;
	flow->has_more = 1;
	return true;
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

static void release_more(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	struct tcpw_more *more = flow->more;

	flow->id = more->id;
	flow->has_more = 0;
	kmem_cache_free(more_cache, more);
	atomic_dec(&tn->exts);
}

static void set_id(struct tcpw_flow *flow, u64 id)
{
	if (flow->has_more)
		flow->more->id = id;
	else
		flow->id = id;
}

/* --- names ------------------------------------------------------------- */

void tcpw_flow_tuple(const struct tcpw_flow *flow, struct tcpw_tuple *tuple)
{
	const struct tcpw_flow6 *flow6;

	memset(tuple, 0, sizeof(*tuple));
	memcpy(tuple->port, flow->key.port, sizeof(tuple->port));
	tuple->family = flow->key.family;
	tuple->zone = flow->key.zone;
	if (flow->key.family == NFPROTO_IPV4) {
		tuple->addr[0].ip = (__force __be32)flow->key.addr[0];
		tuple->addr[1].ip = (__force __be32)flow->key.addr[1];
		return;
	}
	flow6 = container_of(flow, struct tcpw_flow6, flow);
	tuple->addr[0].in6 = flow6->addr[0];
	tuple->addr[1].in6 = flow6->addr[1];
}

/* Sixteen octets, as messages and tracepoints of either family have them. */
void tcpw_flow_addr(const struct tcpw_flow *flow, unsigned int side, u8 *to)
{
	struct tcpw_tuple tuple;

	tcpw_flow_tuple(flow, &tuple);
	memcpy(to, &tuple.addr[side], sizeof(tuple.addr[side]));
}

/*
 * An id is the moment at which the record began, in 1/1024 ms, or as soon
 * after it as no other did. What was restored may be older than the clock,
 * which therefore counts from long before the boot.
 */
#define ID_SHIFT 10
#define ID_EPOCH_MS (1ull << 42)

static u64 id_at(u64 ms)
{
	return (ID_EPOCH_MS + ms) << ID_SHIFT;
}

static u64 new_id(struct tcpw_net *tn, u64 now_ms)
{
	s64 last = atomic64_read(&tn->last_id), id;

	do {
		id = max_t(s64, id_at(now_ms), last + 1);
	} while (!atomic64_try_cmpxchg(&tn->last_id, &last, id));
	return id;
}

/* Of a millisecond, a thousand can be restored before two have one id. */
static u64 restored_id(struct tcpw_net *tn, u64 created_ms)
{
	return id_at(created_ms) +
	       (u32)atomic_inc_return(&tn->restored) % (1 << ID_SHIFT);
}

/* 0 where ids are ahead of the clock. */
u64 tcpw_flow_age_ms(u64 id, u64 now_ms)
{
	s64 created_ms = (id >> ID_SHIFT) - ID_EPOCH_MS;

	return max_t(s64, (s64)now_ms - created_ms, 0);
}

/* --- counters ---------------------------------------------------------- */

static u8 shown(u8 kind, u8 rst_by, u8 state, unsigned int side)
{
	if (state == TCPWARD_STATE_LISTEN ||
	    (kind == TCPWARD_KIND_RESET && rst_by & 1 << side))
		return TCPWARD_STATE_CLOSED;
	return state;
}

static u8 was_shown(const struct tcpw_was *was, unsigned int side)
{
	return shown(was->kind, was->rst_by, was->state[side], side);
}

static void uncount(struct tcpw_net *tn, const struct tcpw_was *was)
{
	if (was->kind == TCPWARD_KIND_BLANK)
		return;
	__this_cpu_dec(tn->stats->in_state[0][was_shown(was, was->client)]);
	__this_cpu_dec(tn->stats->in_state[1][was_shown(was, !was->client)]);
}

static void count(struct tcpw_net *tn, const struct tcpw_conn *conn)
{
	u8 client = conn->client;

	__this_cpu_inc(tn->stats->in_state[0][tcpw_shown_state(conn, client)]);
	__this_cpu_inc(tn->stats->in_state[1][tcpw_shown_state(conn, !client)]);
}

static void recount(struct tcpw_net *tn, unsigned int role,
		    struct tcpw_move move)
{
	__this_cpu_dec(tn->stats->in_state[role][move.from]);
	__this_cpu_inc(tn->stats->in_state[role][move.to]);
}

/*
 * tcpw_flow_begin() - a record begins, in a new place or in that of another
 *
 * Everything but the record of the core starts anew.
 */
void tcpw_flow_begin(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms)
{
	lockdep_assert_held(&flow->lock);
	set_id(flow, new_id(tn, now_ms));
	flow->passed_ms = 0;
	memset(flow->bytes, 0, sizeof(flow->bytes));
	memset(flow->segments, 0, sizeof(flow->segments));
	memset(flow->retransmitted, 0, sizeof(flow->retransmitted));
	flow->quiet = 0;
	flow->dropped = 0;
	flow->unheard = 0;
	flow->records = 0;
	flow->last_reason = 0;
	flow->opening = 1;
	flow->rtt_us = tcpw_now_us();
	__this_cpu_inc(tn->stats->opened);
}

/* A record begins with what is known of it, its transitions included. */
void tcpw_flow_restore(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const struct tcpw_facts *facts, u64 created_ms,
		       u64 now_ms)
{
	lockdep_assert_held(&flow->lock);
	set_id(flow, restored_id(tn, created_ms));
	flow->conn = facts->conn;
	flow->passed_ms = (u32)facts->passed_ms;
	memcpy(flow->bytes, facts->bytes, sizeof(flow->bytes));
	memcpy(flow->segments, facts->segments, sizeof(flow->segments));
	memcpy(flow->retransmitted, facts->retransmitted,
	       sizeof(flow->retransmitted));
	memcpy(flow->record, facts->record, sizeof(flow->record));
	flow->records = facts->records;
	flow->last_reason = facts->last_reason;
	flow->rtt_us = facts->rtt_us;
	flow->quiet = facts->quiet;
	flow->dropped = facts->dropped;
	tcpw_catch_up_begin(flow);
	__this_cpu_inc(tn->stats->opened);
	count(tn, &flow->conn);
	tcpw_wheel_set(&tn->wheel, flow, now_ms);
}

/* A record ends: it expired, was removed, or another one takes its place. */
void tcpw_flow_end(struct tcpw_net *tn, struct tcpw_flow *flow,
		   const struct tcpw_was *was, u64 now_ms)
{
	u64 age_ms = tcpw_flow_age_ms(tcpw_flow_id(flow), now_ms);

	lockdep_assert_held(&flow->lock);
	uncount(tn, was);
	__this_cpu_inc(tn->stats->ended);
	__this_cpu_inc(tn->stats->lifetime_ms[tcpw_stats_bucket(age_ms)]);
}

/* --- changes of state -------------------------------------------------- */

/* Side in bit 31, state in bits 27 to 30, milliseconds below (37 hours). */
static void record(struct tcpw_flow *flow, unsigned int side, u8 state,
		   u64 age_ms)
{
	u8 records = flow->records;

	flow->record[records % TCPW_RECORDS] =
		TCPW_RECORD(side, state,
			    min_t(u64, age_ms, TCPW_RECORD_MS(U32_MAX)));
	if (++records == 2 * TCPW_RECORDS)
		records = TCPW_RECORDS;
	flow->records = records;
}

static bool synchronized(u8 state)
{
	return state >= TCPWARD_STATE_ESTABLISHED &&
	       state != TCPWARD_STATE_CLOSED;
}

/* The third step is what makes the client synchronized. */
static void handshake(struct tcpw_net *tn, struct tcpw_flow *flow,
		      struct tcpw_move client, u64 age_ms)
{
	if (!flow->opening || flow->conn.kind != TCPWARD_KIND_OPEN ||
	    client.from > TCPWARD_STATE_SYN_RECEIVED ||
	    !synchronized(client.to))
		return;
	flow->opening = 0;
	flow->rtt_us = age_ms > U32_MAX / USEC_PER_MSEC ? U32_MAX :
		       max(tcpw_now_us() - flow->rtt_us, 1u);
	__this_cpu_inc(tn->stats->rtt_us[tcpw_stats_bucket(flow->rtt_us)]);
}

static void show_move(struct tcpw_net *tn, struct tcpw_flow *flow,
		      unsigned int side, struct tcpw_move move, u64 age_ms)
{
	record(flow, side, move.to, age_ms);
	__this_cpu_inc(tn->stats->entered[move.to]);
	trace_transition(flow, side, move);
}

/* The client first, as a segment of it moves both ends in that order. */
static void show(struct tcpw_net *tn, struct tcpw_flow *flow,
		 const struct tcpw_was *was, u64 now_ms,
		 struct tcpw_move moves[2])
{
	u8 client = flow->conn.client;
	bool counted = was->kind != TCPWARD_KIND_BLANK &&
		       was->client == client;
	u64 age_ms = tcpw_flow_age_ms(tcpw_flow_id(flow), now_ms);
	unsigned int role, side;

	if (!counted)
		uncount(tn, was);
	for (role = 0; role < 2; role++) {
		side = role ^ client;
		moves[side].from = was_shown(was, side);
		moves[side].to = tcpw_shown_state(&flow->conn, side);
		if (moves[side].from == moves[side].to)
			continue;
		if (counted)
			recount(tn, role, moves[side]);
		show_move(tn, flow, side, moves[side], age_ms);
	}
	if (!counted)
		count(tn, &flow->conn);
	handshake(tn, flow, moves[client], age_ms);
}

static bool changed(const struct tcpw_was *was, const struct tcpw_conn *conn)
{
	return was->state[0] != conn->ep[0].state ||
	       was->state[1] != conn->ep[1].state || was->kind != conn->kind ||
	       was->client != conn->client || was->rst_by != conn->rst_by;
}

/*
 * tcpw_flow_settle() - the core has written the record: draw the conclusions
 * @was: what the record was before; blank where it is new
 * @moves: set where a side went through anything, else left alone
 *
 * Keeps counters by state, flight recorder and deadline in step with the
 * record.
 */
void tcpw_flow_settle(struct tcpw_net *tn, struct tcpw_flow *flow,
		      const struct tcpw_was *was, u64 now_ms,
		      struct tcpw_move moves[2])
{
	bool moved = changed(was, &flow->conn);

	lockdep_assert_held(&flow->lock);
	if (moved) {
		show(tn, flow, was, now_ms, moves);
		tcpw_wheel_set(&tn->wheel, flow, now_ms);
	} else {
		tcpw_wheel_move(&tn->wheel, flow, was->deadline_ms, now_ms);
	}
	if (flow->has_more && ext_idle(&flow->more->ext, now_ms))
		release_more(tn, flow);
}

static u8 open_shown(u8 state)
{
	return shown(TCPWARD_KIND_OPEN, 0, state, 0);
}

/*
 * tcpw_flow_stepped() - the same after tcpw_step_on(), when only states differ
 * @from: the states before, by side
 * @was_ms: the deadline before
 */
void tcpw_flow_stepped(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const u8 from[2], u64 was_ms, u64 now_ms)
{
	u64 age_ms = tcpw_flow_age_ms(flow->id, now_ms);
	const struct tcpw_conn *conn = &flow->conn;
	struct tcpw_move move;
	unsigned int role, side;

	lockdep_assert_held(&flow->lock);
	for (role = 0; role < 2; role++) {
		side = role ^ conn->client;
		if (from[side] == conn->ep[side].state)
			continue;
		move.from = open_shown(from[side]);
		move.to = open_shown(conn->ep[side].state);
		recount(tn, role, move);
		show_move(tn, flow, side, move, age_ms);
		if (!role)
			handshake(tn, flow, move, age_ms);
	}
	if (tcpw_states_half_open(from[0], from[1]) != tcpw_half_open(conn))
		tcpw_wheel_set(&tn->wheel, flow, now_ms);
	else
		tcpw_wheel_move(&tn->wheel, flow, was_ms, now_ms);
}
