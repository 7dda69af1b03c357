/* SPDX-License-Identifier: GPL-2.0 */
/* A connection: its name, its record, and what is shown of it. */
#ifndef TCPW_FLOW_H
#define TCPW_FLOW_H

#include "core/core.h"

#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

struct tcpw_net;

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
		       const struct tcpw_facts *facts, u64 created_ms,
		       u64 now_ms);
void tcpw_flow_end(struct tcpw_net *tn, struct tcpw_flow *flow,
		   const struct tcpw_was *was, u64 now_ms);
bool tcpw_flow_provide_more(struct tcpw_net *tn, struct tcpw_flow *flow,
			    u32 limit);
void tcpw_flow_settle(struct tcpw_net *tn, struct tcpw_flow *flow,
		      const struct tcpw_was *was, u64 now_ms,
		      struct tcpw_move moves[2]);
void tcpw_flow_stepped(struct tcpw_net *tn, struct tcpw_flow *flow,
		       const u8 from[2], u64 was_ms, u64 now_ms);
u64 tcpw_flow_age_ms(u64 id, u64 now_ms);

/* view.c: a copy of it; under its lock */
void tcpw_flow_view(const struct tcpw_flow *flow, u64 now_ms,
		    struct tcpw_view *view);

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

#endif
