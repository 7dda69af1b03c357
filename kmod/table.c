// SPDX-License-Identifier: GPL-2.0
/*
 * All connections of a network namespace. Owns who is in the table: a record
 * is found under RCU and is there until it is dead, which its lock guards.
 */
#include "compat.h"
#include "report.h"

#include <linux/jhash.h>
#include <linux/prefetch.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <net/ipv6.h>

/* Nobody outside is to know which names meet in the table. */
static u32 secret __read_mostly;

void __init tcpw_table_setup(void)
{
	secret = get_random_u32();
}

/* The name of a connection, by which the table finds it. */
void tcpw_table_key(const struct tcpw_tuple *tuple, struct tcpw_key *key)
{
	unsigned int i;

	key->port[0] = tuple->port[0];
	key->port[1] = tuple->port[1];
	key->zone = tuple->zone;
	key->family = tuple->family;
	key->pad = 0;
	for (i = 0; i < 2; i++)
		key->addr[i] = tuple->family == NFPROTO_IPV4 ?
			(__force u32)tuple->addr[i].ip :
			jhash2((const u32 *)tuple->addr[i].all, 4, secret);
}

static inline u32 hash_key(const struct tcpw_key *key)
{
	const u32 *words = (const u32 *)key;

	BUILD_BUG_ON(sizeof(*key) != 4 * sizeof(*words));
	return jhash_3words(words[0], words[1], words[2], secret ^ words[3]);
}

/* A key whose hash is known, and what a digest does not tell apart. */
struct name {
	const struct tcpw_key *key;
	const struct tcpw_tuple *tuple;
	u32 hash;
};

static inline u32 hash_name(const void *data, u32 len, u32 seed)
{
	const struct name *name = data;

	return name->hash;
}

static inline u32 hash_flow(const void *data, u32 len, u32 seed)
{
	const struct tcpw_flow *flow = data;

	return hash_key(&flow->key);
}

static bool equal_ipv6(const struct tcpw_flow *flow,
		       const struct tcpw_tuple *tuple)
{
	const struct tcpw_flow6 *flow6 =
		container_of(flow, struct tcpw_flow6, flow);

	return ipv6_addr_equal(&flow6->addr[0], &tuple->addr[0].in6) &&
	       ipv6_addr_equal(&flow6->addr[1], &tuple->addr[1].in6);
}

/* The rest of what a segment needs is on its way while this one is read. */
static inline int compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct name *name = arg->key;
	const struct tcpw_flow *flow = obj;
	const u64 *one = (const u64 *)name->key;
	const u64 *other = (const u64 *)&flow->key;

	prefetchw(&flow->conn);
	prefetchw(&flow->conn.ep[1]);
	if ((one[0] ^ other[0]) | (one[1] ^ other[1]))
		return 1;
	return flow->key.family != NFPROTO_IPV4 &&
	       !equal_ipv6(flow, name->tuple);
}

/*
 * A table that was large once stays so, as long as its namespace does: what
 * fills it again does not wait for it to grow again.
 */
static const struct rhashtable_params params = {
	.head_offset = offsetof(struct tcpw_flow, node),
	.key_len = sizeof(struct tcpw_key),
	.hashfn = hash_name,
	.obj_hashfn = hash_flow,
	.obj_cmpfn = compare,
};

int tcpw_table_init(struct tcpw_net *tn)
{
	return rhashtable_init(&tn->table, &params);
}

static void free_flow(void *ptr, void *arg)
{
	tcpw_flow_free(ptr);
}

/* Nobody can see the table any more. */
void tcpw_table_exit(struct tcpw_net *tn)
{
	rhashtable_free_and_destroy(&tn->table, free_flow, NULL);
}

u32 tcpw_table_hash(const struct tcpw_key *key)
{
	return hash_key(key);
}

/*
 * tcpw_table_find() - the record of that name
 * @tuple: not looked at for IPv4
 * @hash: set, for tcpw_table_insert()
 *
 * Context: RCU read side, as all that is given a record below.
 */
struct tcpw_flow *tcpw_table_find(struct tcpw_net *tn,
				  const struct tcpw_tuple *tuple,
				  const struct tcpw_key *key, u32 *hash)
{
	const struct name name = {
		.key = key,
		.tuple = tuple,
		.hash = hash_key(key),
	};

	*hash = name.hash;
	return rhashtable_lookup(&tn->table, &name, params);
}

/* The bucket of a key that will be looked for. Context: RCU read side. */
void tcpw_table_fetch(struct tcpw_net *tn, const struct tcpw_key *key)
{
	const struct bucket_table *tbl = rcu_dereference(tn->table.tbl);

	prefetchw(rht_bucket(tbl, rht_bucket_index(tbl, hash_key(key))));
}

/*
 * tcpw_table_insert() - make a connection known
 * @tuple: its own
 * @hash: that of its key
 *
 * Return: 0; -EEXIST where another one is there already; another errno where
 * the table could not take it.
 */
int tcpw_table_insert(struct tcpw_net *tn, struct tcpw_flow *flow,
		      const struct tcpw_tuple *tuple, u32 hash)
{
	const struct name name = {
		.key = &flow->key,
		.tuple = tuple,
		.hash = hash,
	};
	struct tcpw_flow *old;

	old = rhashtable_lookup_get_insert_key(&tn->table, &name, &flow->node,
					       params);
	if (IS_ERR(old))
		return PTR_ERR(old);
	return old ? -EEXIST : 0;
}

/*
 * Take a record out, in three steps: out of the sight of packets, out of
 * what else refers to it, and out of memory when the last reader is done.
 */
void tcpw_table_remove(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const struct tcpw_was *was, u64 now_ms)
{
	lockdep_assert_held(&flow->lock);
	flow->dead = 1;
	rhashtable_remove_fast(&tn->table, &flow->node, params);

	tcpw_wheel_remove(&tn->wheel, flow);
	tcpw_flow_end(tn, flow, was, now_ms);
	if (flow->has_more)
		atomic_dec(&tn->exts);
	atomic_dec(&tn->records);

	tcpw_flow_bury(tn, flow);
}

/*
 * tcpw_table_leave() - take a record out, and say so
 * @popped: the wheel that it was popped from, and has to be missing in; or
 *	TCPW_WAITS
 *
 * Return: false when it is gone already, or waits again.
 */
bool tcpw_table_leave(struct tcpw_net *tn, struct tcpw_flow *flow,
		      enum tcpw_wait popped, enum tcpward_conn_event event)
{
	bool leaves, heard = tcpw_report_hears_ends(tn);
	struct tcpw_view view __uninitialized;
	u64 now_ms = tcpw_now_ms();
	struct tcpw_was was;

	spin_lock_bh(&flow->lock);
	leaves = !flow->dead && (popped == TCPW_WAITS ||
				 tcpw_wheel_popped(flow, popped));
	if (leaves) {
		was = tcpw_flow_was(flow);
		if (heard)
			tcpw_flow_view(flow, now_ms, &view);
		tcpw_table_remove(tn, flow, &was, now_ms);
	}
	spin_unlock_bh(&flow->lock);
	if (leaves && heard)
		tcpw_report_gone(tn, &view, event);
	return leaves;
}

/* Return: false when the record is gone already. */
bool tcpw_table_forget(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	return tcpw_table_leave(tn, flow, TCPW_WAITS,
				TCPWARD_CONN_EVENT_FORGET);
}

/* --- walking ----------------------------------------------------------- */

#define WALK_BATCH 256
#define WALK_AHEAD 32		/* buckets, of which half may be empty */

static struct rhash_head *first(const struct bucket_table *tbl,
				unsigned int slot)
{
	return rht_ptr_rcu(rht_bucket(tbl, slot));
}

static void fetch(const struct rhash_head *head, bool whole)
{
	const char *flow = (char *)container_of(head, struct tcpw_flow, node);
	size_t at, bytes = whole ? sizeof(struct tcpw_flow) : 1;

	if (rht_is_a_nulls(head))
		return;
	for (at = 0; at < bytes; at += L1_CACHE_BYTES)
		prefetch(flow + at);
}

/*
 * The first record of a bucket; of one that was asked for a while ago, so that
 * it has come and can be read, the second. RCU keeps both in memory.
 */
static void fetch_bucket(const struct bucket_table *tbl, unsigned int slot,
			 bool whole)
{
	struct rhash_head *head;

	fetch(first(tbl, slot), whole);
	if (slot < WALK_AHEAD / 2)
		return;
	head = first(tbl, slot - WALK_AHEAD / 2);
	if (!rht_is_a_nulls(head))
		fetch(rcu_dereference(head->next), whole);
}

/*
 * tcpw_table_next() - the next record of a walk
 *
 * Records lie where there was memory: a walk would wait for each of them, if
 * those of the buckets that come next were not on their way already. What is
 * asked for may be gone, or in another table, when the walk gets there.
 *
 * Context: between rhashtable_walk_start() and _stop(). Return: that of
 * rhashtable_walk_next().
 */
struct tcpw_flow *tcpw_table_next(struct tcpw_walk *walk)
{
	const struct bucket_table *tbl = walk->iter.walker.tbl;
	unsigned int slot = walk->iter.slot, end;

	if (tbl) {
		end = min(slot + WALK_AHEAD, tbl->size);
		if (walk->fetched < slot || walk->fetched > end)
			walk->fetched = slot;
		while (walk->fetched < end)
			fetch_bucket(tbl, walk->fetched++, walk->whole);
	}
	return rhashtable_walk_next(&walk->iter);
}

/*
 * tcpw_table_walk() - show every record to a function
 * @each: gets the record under RCU; true ends the walk
 *
 * Context: process. A record that comes or goes meanwhile may be missed; one
 * may be shown twice while the table is resized.
 *
 * Return: whether @each ended the walk.
 */
bool tcpw_table_walk(struct tcpw_net *tn,
		     bool (*each)(struct tcpw_net *tn, struct tcpw_flow *flow,
				  void *arg), void *arg)
{
	struct tcpw_walk walk = { .whole = true };
	struct tcpw_flow *flow;
	unsigned int n = 0;
	bool done = false;

	rhashtable_walk_enter(&tn->table, &walk.iter);
	rhashtable_walk_start(&walk.iter);
	while (!done && (flow = tcpw_table_next(&walk))) {
		if (IS_ERR(flow))	/* resized */
			continue;
		done = each(tn, flow, arg);
		if (done || ++n % WALK_BATCH)
			continue;
		rhashtable_walk_stop(&walk.iter);
		cond_resched();
		rhashtable_walk_start(&walk.iter);
	}
	rhashtable_walk_stop(&walk.iter);
	rhashtable_walk_exit(&walk.iter);
	return done;
}

static bool forget(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	tcpw_table_forget(tn, flow);
	return false;
}

static void forget_waiting(struct tcpw_net *tn, struct tcpw_flow *flow)
{
	tcpw_table_forget(tn, flow);
}

/*
 * Forget all: what waits, then what does not, and what the worker holds just
 * now. Removals may hide records from a walk: until none is left.
 */
void tcpw_table_flush(struct tcpw_net *tn)
{
	tcpw_wheel_empty(tn, forget_waiting);
	while (atomic_read(&tn->records))
		tcpw_table_walk(tn, forget, NULL);
}

/* --- limits ------------------------------------------------------------ */

bool tcpw_table_full(const struct tcpw_net *tn,
		     const struct tcpw_policy *policy)
{
	return atomic_read(&tn->records) >= policy->set.max_connections;
}

#define BURIED_SHARE 8
#define BURIED_FEW 1024

/*
 * Evicting makes room at once, but memory comes back after a grace period of
 * RCU only, which a flood can outrun: the dead have a limit too.
 */
static bool crowded(const struct tcpw_net *tn, u32 limit)
{
	u32 in_memory = atomic_read(&tn->records) + atomic_read(&tn->buried);

	return in_memory >= limit + limit / BURIED_SHARE + BURIED_FEW;
}

/* Take a free place for a record that is about to be made. */
bool tcpw_table_take(struct tcpw_net *tn, u32 limit)
{
	int records = atomic_read(&tn->records);

	do {
		if (records >= limit)
			return false;
	} while (!atomic_try_cmpxchg(&tn->records, &records, records + 1));
	return true;
}

/* The same; without a free one, that of an old record which can be spared. */
bool tcpw_table_admit(struct tcpw_net *tn, const struct tcpw_policy *policy)
{
	u32 limit = policy->set.max_connections;

	if (crowded(tn, limit))
		return false;
	while (!tcpw_table_take(tn, limit))
		if (!tcpw_evict(tn, policy))
			return false;
	return true;
}

/* Hold what is there to limits that were lowered, as far as it can go. */
void tcpw_table_bound(struct tcpw_net *tn)
{
	const struct tcpw_policy *policy;
	bool more = true;

	while (more) {
		rcu_read_lock();
		policy = rcu_dereference(tn->policy);
		tcpw_evict_half_open(tn, policy);
		more = atomic_read(&tn->records) >
		       policy->set.max_connections &&
		       tcpw_evict(tn, policy);
		rcu_read_unlock();
		cond_resched();
	}
}
