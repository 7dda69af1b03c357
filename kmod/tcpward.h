/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the module owe each other, grouped by file.
 *
 * Lock order, outer first:
 *	tcpw_net.lock		mutex: configuration, hooks, list of traces
 *	tcpw_flow.lock		spinlock, bottom halves off: one connection
 *	tcpw_slot.lock		spinlock: one slot of a timing wheel
 *	bucket locks of rhashtable
 * Never two of a kind at once. tcpw_stream.lock (messages not yet sent) is
 * taken with none of these held: decide under the lock, report after it.
 *
 * Letters beside members:
 *	C constant once others can see it	F tcpw_flow.lock
 *	W tcpw_slot.lock			N tcpw_net.lock
 *	R RCU, written under N			A atomic or READ_ONCE() and WRITE_ONCE()
 */
#ifndef TCPW_TCPWARD_H
#define TCPW_TCPWARD_H

#include "flow.h"

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define TCPW_VERSION "0.1.0"

struct genl_family;
struct genl_info;
struct net;
struct netlink_ext_ack;
struct nf_hook_state;
struct nlattr;
struct sk_buff;

/* Deadlines and ages count time asleep too, as the peers' clocks do. */
static inline u64 tcpw_now_ms(void)
{
	return ktime_to_ms(ktime_get_coarse_boottime());
}

/* Modulo 2^32: for what takes less than an hour. */
static inline u32 tcpw_now_us(void)
{
	return (u32)ktime_to_us(ktime_get_boottime());
}

/* --- a network namespace ----------------------------------------------- */

/* The configuration, and what it means to the core without pickup=auto. */
struct tcpw_policy {
	struct tcpw_config set;
	struct tcpw_config strict;
	struct tcpw_config loose;
	struct rcu_head rcu;
};

/* Where records wait for their time; see wheel.c. */
enum tcpw_wait {
	TCPW_WAIT_NEAR,
	TCPW_WAIT_FAR,
	TCPW_WAIT_HALF_OPEN,	/* or to be evicted: these two */
	TCPW_WAIT_RESET,
	TCPW_WAITS,
};

struct tcpw_slot {
	spinlock_t lock;
	struct list_head list;	/* W: oldest first */
};

struct tcpw_wheel {
	struct tcpw_slot *slots;
	u32 tick;		/* A: the last one visited; worker only */
	u32 fallen;		/* A: first tick of the far slot that fell last */
	struct list_head falling;	/* W of that slot: what is left of it */
	u32 first[TCPW_WAITS];	/* A: no record waits for an earlier tick */
	atomic_t count[TCPW_WAITS];	/* of those that can be evicted */
	struct delayed_work work;
};

/* Messages of one kind to listeners, numbered so that they see losses. */
struct tcpw_stream {
	spinlock_t lock;
	u32 sequence;		/* under lock */
	u32 messages;		/* under lock: in the batch */
	struct sk_buff *batch;	/* written under lock: not yet sent; or NULL */
};

#define TCPW_STREAMS 2		/* TCPWARD_NLGRP_TRANSITIONS, _VERDICTS */
#define TCPW_BUCKETS 32

/* Per CPU, written with bottom halves off: no interrupt counts. */
struct tcpw_stats {
	unsigned long verdict[TCPWARD_VERDICT_DROP + 1];
	unsigned long flagged;
	unsigned long untracked;
	unsigned long events_lost;
	unsigned long opened;
	unsigned long ended;
	unsigned long evicted;
	unsigned long reason[TCPWARD_REASON_MAX + 1];
	unsigned long entered[TCPWARD_STATE_MAX + 1];
	/* Records by state of client and server; a sum over CPUs alone has
	 * a meaning.
	 */
	unsigned long in_state[2][TCPWARD_STATE_MAX + 1];
	unsigned long rtt_us[TCPW_BUCKETS];
	unsigned long lifetime_ms[TCPW_BUCKETS];
};

#define TCPW_HOOKS 10		/* of all places and families */

struct tcpw_net {
	struct net *net;	/* C */
	struct mutex lock;
	struct tcpw_policy __rcu *policy;	/* R */
	bool hooked;		/* N */
	bool leaving;		/* N: no hooks any more */
	bool zoned;		/* A: zones of nf_conntrack were met */
	struct nf_hook_ops hooks[TCPW_HOOKS];	/* N */
	u32 places;		/* A: bits of enum tcpward_placement in force */
	u64 move;		/* A: number of the latest change to early */
	struct rhashtable table;
	atomic_t records;	/* in the table, or about to be */
	atomic_t buried;	/* dead, but in memory until RCU is done */
	atomic_t exts;
	atomic64_t last_id;
	atomic_t restored;	/* ever, for their ids */
	u64 since_ms;		/* A: judging began; 0: off */
	u64 adopt_ms;		/* A: pickup=auto adopts until then */
	u64 pressed_ms;		/* A: as long, for what went untracked */
	struct tcpw_wheel wheel;
	struct tcpw_stats __percpu *stats;
	struct tcpw_stream streams[TCPW_STREAMS];
	struct tasklet_struct flush;	/* of the streams */
	struct list_head traces;	/* R */
};

/* --- packets ----------------------------------------------------------- */

struct tcpw_packet {
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct tcpw_tuple tuple;
	struct tcpw_flow *found;	/* where looked is set; may be NULL */
	struct tcpw_key key;	/* of the tuple, once it was looked for */
	u32 hash;		/* of the key */
	struct tcpw_seg seg;
	u64 now_ms;
	unsigned int offset;	/* of the TCP header, from skb->data */
	unsigned int total;	/* octets of TCP header and payload */
	u8 side;		/* of the sender, index in tuple */
	u8 refused;		/* enum tcpward_reason, once it has to go */
	bool early;		/* judged before conntrack has seen it */
	bool aliased;		/* alias is its name at the other place */
	bool detour;		/* the IP header does not name both ends */
	bool unreadable;	/* carries TCP, but nobody knows whose */
	bool renamed;		/* the tuple is not the packet's own */
	bool bypassed;		/* renamed, and tcpw_nat_bypassed() */
	bool looked;		/* tcpw_express() has, and tried what it knows */
	u8 alias_side;
	struct tcpw_tuple alias;
};

/* main.c */
extern struct tcpw_config tcpw_defaults;	/* of new namespaces */

/* net.c: state of a network namespace and its configuration */
struct tcpw_net *tcpw_net(const struct net *net);
int tcpw_net_init(void);
void tcpw_net_exit(void);
int tcpw_net_begin(void);	/* put hooks in place */
void tcpw_net_end(void);	/* take them away everywhere */
int tcpw_net_configure(struct tcpw_net *tn, const struct tcpw_config *cfg);
void tcpw_net_adopt(struct tcpw_net *tn, u32 for_ms);
void tcpw_net_press(struct tcpw_net *tn, u32 for_ms);
void tcpw_net_pressed(struct tcpw_net *tn, u64 for_ms);

/* What time does to judging here. */
struct tcpw_judging {
	bool judging;
	u64 for_ms;
	u32 adopt_ms;		/* rests; 0: over */
	u32 pressed_ms;
};

void tcpw_net_judging(const struct tcpw_net *tn, struct tcpw_judging *judging);

/* hook.c: where packets come in */
int tcpw_hook_register(struct tcpw_net *tn, u32 place);
void tcpw_hook_unregister(struct tcpw_net *tn);
int tcpw_hook_move(struct tcpw_net *tn, u32 place);

/* nat.c: names of translated connections */
bool tcpw_nat_load(void);
int tcpw_nat_hold(void);
void tcpw_nat_release(void);
void tcpw_nat_rename(struct tcpw_packet *pkt);
bool tcpw_nat_alias(struct tcpw_net *tn, struct tcpw_packet *pkt);
bool tcpw_nat_bypassed(const struct tcpw_packet *pkt);

/* packet.c: from a packet to a tuple and a segment */
bool tcpw_packet_read(struct tcpw_packet *pkt);
bool tcpw_packet_opens_to_group(const struct tcpw_packet *pkt);
void tcpw_packet_note(struct tcpw_packet *pkt, __be16 from, __be16 to);
void tcpw_packet_checksum(struct tcpw_packet *pkt);
void tcpw_tuple_make(struct tcpw_tuple *tuple, u8 family,
		     const void *one, __be16 one_port,
		     const void *other, __be16 other_port, u8 *side);

/* way.c: what IPv6 extension headers say */
struct tcpw_way {
	unsigned int offset;	/* of the TCP header, from skb->data */
	bool fragment;		/* the first one */
	bool home;		/* from is the sender's home address */
	bool stopover;		/* to is where the routing header ends */
	bool unreadable;	/* there is TCP, but not whose */
	struct in6_addr from;
	struct in6_addr to;
};

bool tcpw_way_read(const struct sk_buff *skb, bool arrived,
		   struct tcpw_way *way);

/* pickup.c: adopt a segment without a record, or not */
const struct tcpw_config *tcpw_pickup(struct tcpw_net *tn,
				      const struct tcpw_policy *policy,
				      const struct tcpw_packet *pkt);

/* catch_up.c: what restored records have missed */
void tcpw_catch_up(struct tcpw_flow *flow, const struct tcpw_packet *pkt,
		   const struct tcpw_config *cfg, struct tcpw_ruling *r);
void tcpw_catch_up_begin(struct tcpw_flow *flow);
void tcpw_catch_up_bypassed(struct tcpw_flow *flow,
			    const struct tcpw_packet *pkt,
			    const struct tcpw_policy *policy,
			    struct tcpw_ruling *r);

/* follow.c: judge a segment, write what follows, report it */
#define TCPW_EXT_SHARE 8	/* one connection in so many may have an ext */

bool tcpw_follow_segment(struct tcpw_net *tn, struct tcpw_packet *pkt);
bool tcpw_follow_on(struct tcpw_net *tn, const struct tcpw_policy *policy,
		    struct tcpw_flow *flow, unsigned int side,
		    const struct tcpw_seg *seg);

/* express.c: the short way of a packet */
bool tcpw_express(struct tcpw_net *tn, const struct tcpw_policy *policy,
		  struct tcpw_packet *pkt);

/* drop.c: the end of a refused packet */
void tcpw_drop_init(void);
void tcpw_drop_exit(void);
unsigned int tcpw_drop(const struct tcpw_packet *pkt);

/* table.c: all connections of a namespace */
void tcpw_table_setup(void);
int tcpw_table_init(struct tcpw_net *tn);
void tcpw_table_exit(struct tcpw_net *tn);
void tcpw_table_key(const struct tcpw_tuple *tuple, struct tcpw_key *key);
void tcpw_table_fetch(struct tcpw_net *tn, const struct tcpw_key *key);
u32 tcpw_table_hash(const struct tcpw_key *key);
struct tcpw_flow *tcpw_table_find(struct tcpw_net *tn,
				  const struct tcpw_tuple *tuple,
				  const struct tcpw_key *key, u32 *hash);
int tcpw_table_insert(struct tcpw_net *tn, struct tcpw_flow *flow,
		      const struct tcpw_tuple *tuple, u32 hash);
void tcpw_table_remove(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const struct tcpw_was *was, u64 now_ms);
bool tcpw_table_leave(struct tcpw_net *tn, struct tcpw_flow *flow,
		      enum tcpw_wait popped, enum tcpward_conn_event event);
bool tcpw_table_forget(struct tcpw_net *tn, struct tcpw_flow *flow);
void tcpw_table_flush(struct tcpw_net *tn);
bool tcpw_table_walk(struct tcpw_net *tn,
		     bool (*each)(struct tcpw_net *tn, struct tcpw_flow *flow,
				  void *arg), void *arg);
/* A way through all records, for tcpw_table_next(). */
struct tcpw_walk {
	struct rhashtable_iter iter;
	unsigned int fetched;	/* the first bucket not asked for yet */
	bool whole;		/* more than the name is read of most */
};

struct tcpw_flow *tcpw_table_next(struct tcpw_walk *walk);
bool tcpw_table_full(const struct tcpw_net *tn,
		     const struct tcpw_policy *policy);
bool tcpw_table_take(struct tcpw_net *tn, u32 limit);
bool tcpw_table_admit(struct tcpw_net *tn, const struct tcpw_policy *policy);
void tcpw_table_bound(struct tcpw_net *tn);

/* evict.c: who makes room */
bool tcpw_evict(struct tcpw_net *tn, const struct tcpw_policy *policy);
void tcpw_evict_half_open(struct tcpw_net *tn,
			  const struct tcpw_policy *policy);

/* expire.c: who turns the timing wheels */
void tcpw_wheel_start(struct tcpw_wheel *wheel);
void tcpw_wheel_stop(struct tcpw_wheel *wheel);
void tcpw_expire_turn(struct work_struct *work);

/* wheel.c: the timing wheels */
int tcpw_wheel_init(struct tcpw_wheel *wheel);
void tcpw_wheel_exit(struct tcpw_wheel *wheel);
void tcpw_wheel_set(struct tcpw_wheel *wheel, struct tcpw_flow *flow,
		    u64 now_ms);
void tcpw_wheel_remove(struct tcpw_wheel *wheel, struct tcpw_flow *flow);

/* The same where the state stays: one that moves away is seen in its time. */
static inline void tcpw_wheel_move(struct tcpw_wheel *wheel,
				   struct tcpw_flow *flow, u64 was_ms,
				   u64 now_ms)
{
	if (!flow->slot || flow->conn.deadline_ms < was_ms)
		tcpw_wheel_set(wheel, flow, now_ms);
}

u32 tcpw_wheel_count(const struct tcpw_wheel *wheel, enum tcpw_wait wait);
struct tcpw_flow *tcpw_wheel_pop(struct tcpw_net *tn, enum tcpw_wait wait);
bool tcpw_wheel_popped(const struct tcpw_flow *flow, enum tcpw_wait wait);
void tcpw_wheel_empty(struct tcpw_net *tn,
		      void (*each)(struct tcpw_net *tn,
				   struct tcpw_flow *flow));

/* stats.c: counters */
void tcpw_stats_segment(struct tcpw_net *tn, const struct tcpw_ruling *ruling);
void tcpw_stats_sum(const struct tcpw_net *tn, struct tcpw_stats *sum);
unsigned int tcpw_stats_bucket(u64 value);

/* filter.c: filters given in requests */
struct tcpw_filter {
	union nf_inet_addr addr;
	u64 id;
	u32 states;		/* mask of 1 << state; 0: any */
	u32 reason;
	__be16 port;
	u8 family;		/* AF_UNSPEC: any */
	u8 prefix_len;		/* bits of addr that count */
	bool has_port;
	bool has_id;
};

int tcpw_filter_parse(struct tcpw_filter *filter, const struct nlattr *attr,
		      struct netlink_ext_ack *extack);
bool tcpw_filter_names_ends(const struct tcpw_filter *filter);
bool tcpw_filter_ends(const struct tcpw_filter *filter,
		      const struct tcpw_flow *flow);
bool tcpw_filter_facts(const struct tcpw_filter *filter,
		       const struct tcpw_flow *flow);
bool tcpw_filter_view(const struct tcpw_filter *filter,
		      const struct tcpw_view *view);

/* netlink.c: the family */
extern struct genl_family tcpw_family;
int tcpw_netlink_init(void);
void tcpw_netlink_exit(void);
int tcpw_netlink_abi(const struct nlattr *attr,
		     struct netlink_ext_ack *extack);

#endif
