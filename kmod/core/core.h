/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pure core: judges TCP segments by RULES.md. No clock, no lock, no
 * allocation, no log, no globals: time and configuration are arguments.
 *
 * A caller keeps one struct tcpw_conn per connection and
 *   1. tcpw_seg_parse()   bytes to struct tcpw_seg,
 *   2. tcpw_expire()      when the deadline of the record has passed,
 *   3. tcpw_judge()       const in, ruling out; for a segment without a
 *                         record it passes a zeroed struct tcpw_conn,
 *   4. tcpw_apply()       the only writer,
 * or tries tcpw_go_on() and tcpw_step_on(), which are 3. and 4. for most
 * segments, before these.
 * Where the ruling says needs_ext and there is no struct tcpw_ext yet, the
 * caller provides a zeroed one before tcpw_apply(), or, lacking memory,
 * turns the ruling into the safe one with tcpw_ruling_without_ext().
 *
 * A socket connected to itself has one address for two ends: its segments
 * are judged and applied twice, once for each side.
 */
#ifndef TCPW_CORE_H
#define TCPW_CORE_H

#include <linux/tcpward.h>
#include <linux/types.h>

#include "core/knobs_gen.h"

/* --- segments ---------------------------------------------------------- */

#define TCPW_FIN 0x001
#define TCPW_SYN 0x002
#define TCPW_RST 0x004
#define TCPW_PSH 0x008
#define TCPW_ACK 0x010
#define TCPW_URG 0x020
#define TCPW_ECE 0x040
#define TCPW_CWR 0x080
#define TCPW_AE 0x100

/* What the caller knows of a segment beyond its TCP header. */
#define TCPW_SEG_BAD_SUM 0x01		/* checksum verified and wrong */
#define TCPW_SEG_SAME_SOCKET 0x02	/* from a network: source = destination */
#define TCPW_SEG_GROUP 0x04		/* to a broadcast or multicast address */
#define TCPW_SEG_PORT_ZERO 0x08		/* from or to port 0 */
#define TCPW_SEG_FROM_SERVER 0x10	/* by its ports: the source is lower */

/* Options found (struct tcpw_seg.options). */
#define TCPW_OPT_MSS 0x01
#define TCPW_OPT_WS 0x02
#define TCPW_OPT_SACK_OK 0x04
#define TCPW_OPT_TS 0x08
#define TCPW_OPT_SACK 0x10
#define TCPW_OPT_TFO 0x20
#define TCPW_OPT_AUTH 0x40		/* TCP-MD5 (19) or TCP-AO (29) */
#define TCPW_OPT_BROKEN 0x80		/* the list breaks off (R13) */

#define TCPW_SACK_MAX 4

struct tcpw_seg {
	__u32 seq;
	__u32 ack;
	__u32 tsval;
	__u32 tsecr;
	union {
		struct {
			__u16 window;	/* as on the wire */
			__u16 flags;	/* TCPW_FIN ... TCPW_AE */
			__u8 options;	/* TCPW_OPT_* */
			__u8 known;	/* TCPW_SEG_*: of the caller, not read */
			__u8 bad;	/* enum tcpward_reason of the header */
			__u8 sack_bad;	/* SACK of an impossible length */
		};
		__u64 marks;		/* these at once: see short.c */
	};
	__u32 len;		/* payload octets, SYN and FIN not counted */
	__u16 mss;
	__u8 ws;		/* window scale option as on the wire */
	__u8 sacks;		/* SACK blocks in sack[] */
	__u16 urgent;
	__u16 pad[3];
	__u32 sack[2 * TCPW_SACK_MAX];	/* edges in turn; undefined behind */
};

/**
 * tcpw_seg_parse() - read a TCP header
 * @seg: filled in but for what lies behind the last of ->sacks; ->bad says
 *	why the header cannot be used
 * @tcp: first octet of the TCP header
 * @avail: octets that may be read at @tcp
 * @total: octets of TCP header and payload by the IP header; may exceed
 *	@avail (truncated capture, paged packet)
 *
 * The options must lie within @avail to be read; what is missing counts as
 * a list that breaks off.
 */
void tcpw_seg_parse(struct tcpw_seg *seg, const __u8 *tcp, __u32 avail,
		    __u32 total);

/* Sequence space a segment occupies: payload, SYN and FIN. */
static inline __u32 tcpw_seg_space(const struct tcpw_seg *seg)
{
	return seg->len + !!(seg->flags & TCPW_SYN) +
	       !!(seg->flags & TCPW_FIN);
}

/* --- connections ------------------------------------------------------- */

#define TCPW_EP_SYN 0x0001		/* S: has sent a SYN */
#define TCPW_EP_SYN_ACKED 0x0002	/* s: peer acknowledged it */
#define TCPW_EP_ACKED_SYN 0x0004	/* p: acknowledged the peer's SYN */
#define TCPW_EP_FIN 0x0008		/* F: has sent a FIN, at ->dend */
#define TCPW_EP_FIN_ACKED 0x0010	/* f: peer acknowledged it */
#define TCPW_EP_ACKED_FIN 0x0020	/* q: acknowledged the peer's FIN */
#define TCPW_EP_WS 0x0040		/* a SYN carried window scale */
#define TCPW_EP_TS 0x0080		/* a SYN carried timestamps */
#define TCPW_EP_SACK_OK 0x0100		/* a SYN carried SACK-permitted */
#define TCPW_EP_AUTH 0x0200		/* a SYN carried TCP-MD5 or TCP-AO */
#define TCPW_EP_TS_RATE 0x0400		/* ->ts_ref is ticks per second */
#define TCPW_EP_ISS 0x0800		/* ->iss is known and within reach */
#define TCPW_EP_OPEN 0x1000		/* nothing known of its numbers yet */
#define TCPW_EP_SEEN1 0x2000		/* one segment seen since pickup */
#define TCPW_EP_SEEN2 0x4000		/* two or more */
#define TCPW_EP_AFTER_RST 0x8000	/* spoke since the RST */

/*
 * One endpoint as sender, derived from what it has itself emitted. Numbers
 * are RFC 9293's; una and edge come from the peer's segments. A FIN stands
 * where data ends. ts_ref and ts_time are of the first TSval until its rate is
 * known, then ts_ref is the rate, and ts_time when tsrecent was taken.
 */
struct tcpw_endpoint {
	__u32 iss;
	__u32 nxt;		/* highest SEG.SEQ+SEG.LEN accepted */
	__u32 una;		/* highest ACK accepted from the peer */
	__u32 edge;		/* right edge of all windows offered to it */
	__u32 dend;		/* end of SYN and data accepted; FIN's octet */
	__u32 maxwnd;		/* largest window it offered, scaled, >= 1 */
	__u32 tsrecent;
	__u32 ts_ref;		/* first TSval, later ticks per second */
	__u32 ts_time;		/* in 16 ms, modulo: two years */
	union {
		struct {
			__u16 flags;	/* TCPW_EP_* */
			__u8 ws;	/* its window scale, at most 14 */
			__u8 state;	/* enum tcpward_state */
		};
		__u32 marks;		/* these at once: see short.c */
	};
};

_Static_assert(sizeof(struct tcpw_endpoint) == 40, "two of them a record");

#define TCPW_CONN_SIMULTANEOUS 0x01	/* SYN crossed SYN */
#define TCPW_CONN_SPLIT 0x02		/* split handshake (R28) */
#define TCPW_CONN_REPLACES 0x04		/* took over from the shadow (R37) */
#define TCPW_CONN_C2S_ACKED 0x08	/* data of ep[0] was acknowledged */
#define TCPW_CONN_S2C_ACKED 0x10	/* data of ep[1] was acknowledged */

/*
 * A connection: plain data without pointers, all zero means no record.
 * ep[] is indexed by the direction argument of tcpw_judge(), which the
 * caller derives from the addresses; client says which of them opened.
 */
struct tcpw_conn {
	struct tcpw_endpoint ep[2];
	__u64 kind : 2;		/* enum tcpward_kind */
	__u64 client : 1;	/* index of the opener in ep[] */
	__u64 flags : 5;	/* TCPW_CONN_* */
	__u64 rst_by : 2;	/* 1 << side of each end that sent a RST */
	__u64 closed_by : 2;	/* 1 + side that closed first; 0: nobody */
	__u64 pad : 4;		/* zero: records are compared whole */
	__u64 deadline_ms : 48;	/* end of the record; 0: never */
};

_Static_assert(sizeof(struct tcpw_conn) == 88, "with what the module adds 256");

#define TCPW_CANDIDATES 4

#define TCPW_SYN_USED 0x01
#define TCPW_SYN_REPEATED 0x02	/* its sender sent it again */
#define TCPW_SYN_REUSE 0x04	/* came while the record was closing (R98) */
#define TCPW_SYN_REFUSED 0x08	/* one RST+ACK against it passed (R68) */
#define TCPW_SYN_SIDE 0x10	/* sent by ep[1] */

/* A SYN that waits for its answer beside the record. */
struct tcpw_syn {
	__u32 iss;
	__u32 end;		/* after SYN and data */
	__u32 tsval;
	__u32 time_ms;		/* of the latest copy */
	__u16 window;
	__u8 ws;
	__u8 flags;		/* TCPW_SYN_* */
	__u8 options;		/* TCPW_OPT_* */
	__u8 pad[3];
};

/* A SYN+ACK that waits for the third step beside the record. */
struct tcpw_synack {
	__u32 iss;
	__u32 ack;
	__u32 tsval;
	__u16 window;
	__u8 ws;
	__u8 flags;		/* TCPW_SYN_USED, TCPW_SYN_SIDE: its sender */
	__u8 options;
	__u8 syn;		/* answers syn[]; TCPW_CANDIDATES: the record's */
	__u8 order;		/* tcpw_ext.synacks when it came */
	__u8 pad;
};

/*
 * What only some connections need: candidates, the former record between
 * the same sockets, and the limits on doubtful segments.
 */
struct tcpw_ext {
	struct tcpw_syn syn[TCPW_CANDIDATES];
	struct tcpw_synack synack[TCPW_CANDIDATES];
	struct tcpw_conn shadow;	/* kind BLANK: none */
	__u64 shadow_until_ms;		/* forgotten then; 0: with its deadline */
	__u64 stale_ms;			/* R94: when the stale SYN came */
	__u32 stale_seq;
	__u32 challenge_ack;		/* R74: what the last challenge ACK said */
	__u32 limit_s;			/* second that the counts are of */
	__u8 limit_syns;
	__u8 limit_rsts;
	__u8 limit_acks;
	__u8 shadow_rule;		/* rule that made the shadow */
	__u8 stale;			/* stale_seq is set */
	__u8 challenged;		/* challenge_ack is set */
	__u8 synacks;			/* SYN+ACKs ever noted, modulo 256 */
	__u8 pad;
};

/* --- judging ----------------------------------------------------------- */

enum tcpw_timer {
	TCPW_TIMER_KEEP,	/* deadline stays */
	TCPW_TIMER_SYN,
	TCPW_TIMER_HALF_OPEN,
	TCPW_TIMER_ESTABLISHED,
	TCPW_TIMER_CLOSING,
	TCPW_TIMER_TIME_WAIT,
	TCPW_TIMER_RESET,
};

/* What becomes of a segment, by value. */
struct tcpw_ruling {
	__u8 verdict;		/* enum tcpward_verdict */
	__u8 reason;		/* enum tcpward_reason of QUIET and DROP */
	__u8 flag;		/* enum tcpward_reason of what is remarkable */
	__u8 op;		/* enum tcpw_op: for tcpw_apply() alone */
	__u8 slot;		/* candidate that op speaks of */
	__u8 next[2];		/* enum tcpward_state of ep[] afterwards */
	__u8 timer;		/* enum tcpw_timer */
	__u8 create : 1;	/* a new record begins: store it */
	__u8 needs_ext : 1;	/* tcpw_apply() wants a struct tcpw_ext */
	__u8 retransmission : 1;	/* carries sequence space seen before */
	__u8 plain : 1;		/* only numbers and the deadline change */
	__u8 pad : 4;
	__u8 field;		/* enum tcpward_field that failed */
	__u32 low;		/* first acceptable value of field */
	__u32 high;		/* last acceptable value */
	__u32 seen;		/* value of the segment */
};

/**
 * tcpw_judge() - what becomes of a segment
 * @conn: the record; all zero where there is none
 * @ext: may be NULL
 * @side: sender, index in conn->ep[]
 * @now_ms: any monotonic clock, the same for all calls on a record
 *
 * @cfg->pickup must be strict or loose: auto is the caller's business.
 */
struct tcpw_ruling tcpw_judge(const struct tcpw_conn *conn,
			      const struct tcpw_ext *ext, unsigned int side,
			      const struct tcpw_seg *seg,
			      const struct tcpw_config *cfg, __u64 now_ms);

/* Both without the short way of short.c, to compare: but for ->plain. */
struct tcpw_ruling tcpw_judge_whole(const struct tcpw_conn *conn,
				    const struct tcpw_ext *ext,
				    unsigned int side,
				    const struct tcpw_seg *seg,
				    const struct tcpw_config *cfg,
				    __u64 now_ms);

void tcpw_apply_whole(struct tcpw_conn *conn, struct tcpw_ext *ext,
		      unsigned int side, const struct tcpw_seg *seg,
		      const struct tcpw_config *cfg,
		      const struct tcpw_ruling *ruling, __u64 now_ms);

/* Carry out a ruling of tcpw_judge() on the same arguments. */
void tcpw_apply(struct tcpw_conn *conn, struct tcpw_ext *ext,
		unsigned int side, const struct tcpw_seg *seg,
		const struct tcpw_config *cfg,
		const struct tcpw_ruling *ruling, __u64 now_ms);

/* What tcpw_go_on() has done. */
enum tcpw_went {
	TCPW_WENT_NOT,		/* nothing: tcpw_judge() says what to do */
	TCPW_WENT_ON,
	TCPW_WENT_BACK,		/* the segment repeats data */
};

/**
 * tcpw_go_on() - judge and apply at once data and ACKs of open connections
 *
 * Return: unless TCPW_WENT_NOT, the segment passes, nothing is to be said of
 * it, and nothing but numbers and the deadline has changed.
 */
enum tcpw_went
tcpw_go_on(struct tcpw_conn *conn, const struct tcpw_ext *ext,
	   unsigned int side, const struct tcpw_seg *seg,
	   const struct tcpw_config *cfg, __u64 now_ms);

/**
 * tcpw_step_on() - the same for the steps by which connections open and close
 *
 * Return: true when the segment passes, repeats nothing, and nothing is to be
 * said of it: the answer to a SYN, the third step, or what follows them in
 * order, a FIN too. Ends may have moved; the record is TCPWARD_KIND_OPEN as
 * before, and who opened it is the same. False when nothing was done.
 */
bool tcpw_step_on(struct tcpw_conn *conn, const struct tcpw_ext *ext,
		  unsigned int side, const struct tcpw_seg *seg,
		  const struct tcpw_config *cfg, __u64 now_ms);

/* The safe ruling where memory for struct tcpw_ext is lacking. */
struct tcpw_ruling tcpw_ruling_without_ext(const struct tcpw_conn *conn,
					   struct tcpw_ruling ruling);

/**
 * tcpw_expire() - the deadline of a record has passed
 *
 * Return: true when the record is gone (and zeroed); false when a former
 * record that still has time left was restored (R95).
 */
bool tcpw_expire(struct tcpw_conn *conn, struct tcpw_ext *ext, __u64 now_ms);

static inline bool tcpw_expired(const struct tcpw_conn *conn, __u64 now_ms)
{
	return conn->kind != TCPWARD_KIND_BLANK && conn->deadline_ms &&
	       now_ms >= conn->deadline_ms;
}

/* Of both ends of an open connection, in either order. */
static inline bool tcpw_states_half_open(__u8 one, __u8 other)
{
	return one < TCPWARD_STATE_ESTABLISHED ||
	       other < TCPWARD_STATE_ESTABLISHED;
}

/* Handshake unfinished: counts against max_half_open. */
static inline bool tcpw_half_open(const struct tcpw_conn *conn)
{
	return conn->kind == TCPWARD_KIND_OPEN &&
	       tcpw_states_half_open(conn->ep[0].state, conn->ep[1].state);
}

/* State to show: LISTEN cannot be told from CLOSED. */
static inline __u8 tcpw_shown_state(const struct tcpw_conn *conn,
				    unsigned int side)
{
	if (conn->kind == TCPWARD_KIND_RESET && conn->rst_by & 1 << side)
		return TCPWARD_STATE_CLOSED;
	return conn->ep[side].state == TCPWARD_STATE_LISTEN ?
	       TCPWARD_STATE_CLOSED : conn->ep[side].state;
}

/* --- tables ------------------------------------------------------------ */

struct tcpw_reason {
	const char *name;	/* kebab-case */
	const char *rule;	/* "R74, R75" */
	const char *source;	/* "RFC 9293 3.5" */
	const char *seen;
	const char *innocent;
	__u8 class;		/* enum tcpward_reason_class */
};

extern const struct tcpw_reason tcpw_reasons[TCPWARD_REASON_MAX + 1];

enum tcpw_unit {
	TCPW_UNIT_NONE,
	TCPW_UNIT_MS,
	TCPW_UNIT_COUNT,
	TCPW_UNIT_BITS,		/* spelled as hexadecimal number */
};

/* A configuration key; its value is the attr'th member of tcpw_config. */
struct tcpw_knob {
	const char *name;	/* as users write it: msl, tw_stale_syn */
	const char *doc;
	const char *const *values;	/* names of an enum, or NULL */
	__u32 min;
	__u32 max;
	__u32 dflt;
	__u16 attr;		/* TCPWARD_A_CONFIG_* */
	__u8 unit;		/* enum tcpw_unit */
};

extern const struct tcpw_knob tcpw_knobs[TCPW_KNOBS];

static inline __u32 *tcpw_knob_slot(struct tcpw_config *cfg,
				    const struct tcpw_knob *knob)
{
	return (__u32 *)cfg + (knob - tcpw_knobs);
}

/* The defaults of all keys; limits of 0 are for the caller to fill in. */
void tcpw_config_default(struct tcpw_config *cfg);

/* Name of a state as RFC 9293 has it, spelled SYN_SENT. */
const char *tcpw_state_name(unsigned int state);

#endif
