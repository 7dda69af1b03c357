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

#include "core/core.h"

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
struct tcpw_saved_conn;
struct tcpw_saved_ext;

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

/* --- connections ------------------------------------------------------- */

/* Both sockets in canonical order: the lower address and port is [0]. */
struct tcpw_tuple {
	union nf_inet_addr addr[2];
	__be16 port[2];
	u8 family;
	u16 zone;		/* of nf_conntrack; mostly 0 */
};

/* Both ends are one socket: legal on loopback, a land attack elsewhere. */
static inline bool tcpw_tuple_self(const struct tcpw_tuple *tuple)
{
	return tuple->port[0] == tuple->port[1] &&
	       nf_inet_addr_cmp(&tuple->addr[0], &tuple->addr[1]);
}

#define TCPW_RECORDS 8

/* What is known of a connection, apart from how it is stored. */
struct tcpw_facts {
	struct tcpw_conn conn;
	u64 id;			/* see tcpw_flow_created_ms() */
	u64 passed_ms;		/* when the last segment passed */
	u64 bytes[2];		/* by side, as conn.ep[] */
	u32 segments[2];
	u32 retransmitted[2];	/* segments */
	u32 rtt_us;		/* SYN to third step; 0: not seen whole */
	u32 quiet;		/* segments */
	u32 dropped;		/* segments */
	u32 record[TCPW_RECORDS];	/* flight recorder, the oldest first */
	u8 records;		/* of them written */
	u8 shown[2];		/* states that are counted and reported */
	u8 last_reason;
};

/*
 * The name of a record in the table, sixteen octets for either family: an
 * IPv6 address is a digest here, and stands whole behind the record.
 */
struct tcpw_key {
	u32 addr[2];
	__be16 port[2];
	u16 zone;
	u8 family;
	u8 pad;			/* zero: keys are compared whole */
} __aligned(8);

/* What only some connections need. */
struct tcpw_more {
	struct tcpw_ext ext;	/* F */
	u64 id;			/* F */
};

/*
 * A record. There are many, and what a segment costs is above all how much of
 * one has to come from memory: a segment in order reads and writes the first
 * 152 octets, three lines of the cache; what follows belongs to transitions,
 * to doubtful segments and to time. tcpw_flow_init() holds this to its size.
 */
struct tcpw_flow {
	struct rhash_head node;
	struct tcpw_key key;		/* C */
	spinlock_t lock;
	u32 passed_ms;			/* F: modulo 2^32 */
	union {
		u64 id;			/* F: without more */
		struct tcpw_more *more;	/* F: where has_more is set */
	};
	union {
		u64 bytes[2];		/* F */
		struct tcpw_net *tn;	/* once dead */
	};
	u32 segments[2];		/* F */
	struct tcpw_conn conn;		/* F */
	u32 slot:12;			/* F: that it waits in; 0: none */
	u32 unheard:4;			/* F: see catch_up.c */
	u32 records:4;			/* F: see flow.c */
	u32 last_reason:8;		/* F */
	u32 has_more:1;			/* F */
	u32 opening:1;			/* F: rtt_us is when it began, modulo */
	u32 dead:1;			/* F: no longer in the table */
	u32 rtt_us;			/* F */
	u32 retransmitted[2];		/* F */
	u32 quiet;			/* F */
	u32 dropped;			/* F */
	union {
		struct list_head waits;	/* W: in tcpw_slot.list or empty */
		struct rcu_head rcu;	/* once dead */
	};
	u32 record[TCPW_RECORDS];	/* F: flight recorder */
};

/* One of IPv6: the addresses are in the order of the tuple. */
struct tcpw_flow6 {
	struct tcpw_flow flow;
	struct in6_addr addr[2];	/* C */
};

static inline struct tcpw_ext *tcpw_flow_ext(const struct tcpw_flow *flow)
{
	return flow->has_more ? &flow->more->ext : NULL;
}

static inline u64 tcpw_flow_id(const struct tcpw_flow *flow)
{
	return flow->has_more ? flow->more->id : flow->id;
}

/* A copy of a connection that can be read without its lock. */
struct tcpw_view {
	struct tcpw_tuple tuple;
	struct tcpw_facts facts;
	u64 now_ms;
	u8 pending_syns;
	u8 shadow;		/* enum tcpward_kind */
};

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

/* What of a record is counted and waited for, before it is written. */
struct tcpw_was {
	u64 deadline_ms;
	u8 state[2];
	u8 kind;		/* enum tcpward_kind; BLANK: not counted */
	u8 client;
	u8 rst_by;
	u8 flags;		/* TCPW_CONN_* */
};

/* One endpoint that went from one state to another. */
struct tcpw_move {
	u8 from;
	u8 to;
};

/* What became of a segment, or of a record, to be reported. */
struct tcpw_outcome {
	struct tcpw_ruling ruling;
	struct tcpw_move moves[2];	/* by side; from == to: none */
	u64 time_us;		/* since the epoch */
	bool began;		/* the record is new */
	bool replaced;		/* it took the place of former */
	struct tcpw_view view;	/* facts.id 0: no record */
	struct tcpw_view former;	/* set where replaced is */
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

/* flow.c: one connection; all but tcpw_flow_alloc() under its lock */
int tcpw_flow_init(void);
void tcpw_flow_exit(void);
struct tcpw_flow *tcpw_flow_alloc(const struct tcpw_tuple *tuple,
				  const struct tcpw_key *key, gfp_t gfp);
void tcpw_flow_free(struct tcpw_flow *flow);
void tcpw_flow_bury(struct tcpw_net *tn, struct tcpw_flow *flow);
u32 tcpw_flow_bytes(void);
void tcpw_flow_tuple(const struct tcpw_flow *flow, struct tcpw_tuple *tuple);
void tcpw_flow_addr(const struct tcpw_flow *flow, unsigned int side, u8 *to);
void tcpw_flow_begin(struct tcpw_net *tn, struct tcpw_flow *flow, u64 now_ms);
void tcpw_flow_restore(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const struct tcpw_facts *facts, u64 created_ms);
void tcpw_flow_end(struct tcpw_net *tn, struct tcpw_flow *flow,
		   const struct tcpw_was *was, u64 now_ms);
bool tcpw_flow_provide_more(struct tcpw_net *tn, struct tcpw_flow *flow,
			    u32 limit);
void tcpw_flow_settle(struct tcpw_net *tn, struct tcpw_flow *flow,
		      const struct tcpw_was *was, u64 now_ms,
		      struct tcpw_move moves[2]);
void tcpw_flow_view(const struct tcpw_flow *flow, u64 now_ms,
		    struct tcpw_view *view);
u64 tcpw_flow_age_ms(u64 id, u64 now_ms);

static inline struct tcpw_was tcpw_flow_was(const struct tcpw_flow *flow)
{
	const struct tcpw_conn *conn = &flow->conn;

	return (struct tcpw_was){
		.deadline_ms = conn->deadline_ms,
		.state = { conn->ep[0].state, conn->ep[1].state },
		.kind = conn->kind,
		.client = conn->client,
		.rst_by = conn->rst_by,
		.flags = conn->flags,
	};
}

#define TCPW_RECORD(side, state, ms) \
	((u32)(side) << 31 | (u32)(state) << 27 | (ms))
#define TCPW_RECORD_SIDE(r) ((r) >> 31)
#define TCPW_RECORD_STATE(r) ((r) >> 27 & 0xf)
#define TCPW_RECORD_MS(r) ((r) & 0x7ffffff)

/* table.c: all connections of a namespace */
void tcpw_table_setup(void);
int tcpw_table_init(struct tcpw_net *tn);
void tcpw_table_exit(struct tcpw_net *tn);
void tcpw_table_key(const struct tcpw_tuple *tuple, struct tcpw_key *key);
struct tcpw_flow *tcpw_table_find(struct tcpw_net *tn,
				  const struct tcpw_tuple *tuple,
				  const struct tcpw_key *key);
int tcpw_table_insert(struct tcpw_net *tn, struct tcpw_flow *flow,
		      const struct tcpw_tuple *tuple);
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
void tcpw_wheel_set(struct tcpw_wheel *wheel, struct tcpw_flow *flow);
void tcpw_wheel_remove(struct tcpw_wheel *wheel, struct tcpw_flow *flow);

/* The same where the state stays: one that moves away is seen in its time. */
static inline void tcpw_wheel_move(struct tcpw_wheel *wheel,
				   struct tcpw_flow *flow, u64 was_ms)
{
	if (!flow->slot || flow->conn.deadline_ms < was_ms)
		tcpw_wheel_set(wheel, flow);
}

u32 tcpw_wheel_count(const struct tcpw_wheel *wheel, enum tcpw_wait wait);
struct tcpw_flow *tcpw_wheel_pop(struct tcpw_wheel *wheel,
				 enum tcpw_wait wait);
bool tcpw_wheel_popped(const struct tcpw_flow *flow, enum tcpw_wait wait);
void tcpw_wheel_empty(struct tcpw_net *tn,
		      void (*each)(struct tcpw_net *tn,
				   struct tcpw_flow *flow));

/* stats.c: counters */
void tcpw_stats_segment(struct tcpw_net *tn, const struct tcpw_ruling *ruling);
void tcpw_stats_sum(const struct tcpw_net *tn, struct tcpw_stats *sum);
unsigned int tcpw_stats_bucket(u64 value);

/* report.c: who hears of what; all after the locks are dropped */
bool tcpw_report_wanted(const struct tcpw_net *tn,
			const struct tcpw_outcome *out);
void tcpw_report_segment(struct tcpw_net *tn, const struct tcpw_packet *pkt,
			 const struct tcpw_outcome *out, bool observed);
void tcpw_report_moves(struct tcpw_net *tn, const struct tcpw_outcome *out);
bool tcpw_report_hears_ends(const struct tcpw_net *tn);
void tcpw_report_gone(struct tcpw_net *tn, const struct tcpw_view *view,
		      enum tcpward_conn_event event);
void tcpw_report_restored(struct tcpw_net *tn, const struct tcpw_view *view);

/* event.c: notifications to multicast groups */
/* What a transition notification says. */
struct tcpw_transition_info {
	const struct tcpw_view *view;
	u64 time_us;		/* since the epoch */
	struct tcpw_move move;
	u8 shown[2];		/* states after the move, by side */
	int side;		/* that moved; -1: none */
	int event;		/* enum tcpward_conn_event; -1: none */
};

/* A judged segment as messages tell it. */
struct tcpw_segment_info {
	const struct tcpw_packet *pkt;
	const struct tcpw_outcome *out;
	bool observed;		/* the verdict was not carried out */
	u8 client;		/* side of the client */
};

void tcpw_event_init(struct tcpw_net *tn);
void tcpw_event_exit(struct tcpw_net *tn);
bool tcpw_event_heard(const struct tcpw_net *tn, unsigned int group);
struct sk_buff *tcpw_event_alloc(size_t size, u8 cmd, void **header);
void tcpw_event_transition(struct tcpw_net *tn,
			   const struct tcpw_transition_info *info);
void tcpw_event_verdict(struct tcpw_net *tn,
			const struct tcpw_segment_info *info);

/* trace.c: segments to the sockets that asked for them */
int tcpw_trace_init(void);
void tcpw_trace_exit(void);
void tcpw_trace_clear(struct tcpw_net *tn);
static inline bool tcpw_trace_heard(const struct tcpw_net *tn)
{
	return !list_empty(&tn->traces);
}

void tcpw_trace_segment(struct tcpw_net *tn,
			const struct tcpw_segment_info *info);

/* message.c: parts of messages */
size_t tcpw_message_segment_size(void);
int tcpw_message_segment(struct sk_buff *skb, u32 sequence,
			 const struct tcpw_segment_info *info);
size_t tcpw_message_transition_size(void);
int tcpw_message_transition(struct sk_buff *skb, u32 sequence,
			    const struct tcpw_transition_info *info);
int tcpw_message_conn(struct sk_buff *skb, const struct tcpw_view *view,
		      bool brief);

/* message_core.c: the state of the core, whole */
int tcpw_message_core(struct sk_buff *skb, const struct tcpw_conn *conn,
		      const struct tcpw_ext *ext, u64 now_ms);
int tcpw_message_take_conn(struct tcpw_saved_conn *conn,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack);
int tcpw_message_take_ext(struct tcpw_saved_ext *ext,
			  const struct nlattr *nest,
			  struct netlink_ext_ack *extack);

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
