// SPDX-License-Identifier: GPL-2.0
/* Names, times and limits of saved records: see saved.h. */
#include "core/saved.h"

#include "core/internal.h"

#include <linux/stddef.h>
#include <linux/string.h>

/* --- names ------------------------------------------------------------- */

static const char *state_word(unsigned int i)
{
	/* Unlike for people, an end that sent nothing is not one that closed. */
	if (i == TCPWARD_STATE_LISTEN)
		return "LISTEN";
	return i <= TCPWARD_STATE_MAX ? tcpw_state_name(i) : NULL;
}

static const char *kind_word(unsigned int i)
{
	static const char *const words[] = {
		"blank", "open", "mid", "reset",
	};

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

static const char *end_flag(unsigned int i)
{
	static const char *const words[] = {
		"syn", "syn-acked", "acked-syn", "fin", "fin-acked",
		"acked-fin", "ws", "ts", "sack-ok", "auth", "ts-rate", "iss",
		"open", "seen1", "seen2", "after-rst",
	};

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

static const char *conn_flag(unsigned int i)
{
	static const char *const words[] = {
		"simultaneous", "split", "replaces", "lower-acked",
		"higher-acked",
	};

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

static const char *syn_flag(unsigned int i)
{
	static const char *const words[] = {
		"used", "repeated", "reuse", "refused", "higher",
	};

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

static const char *option(unsigned int i)
{
	static const char *const words[] = {
		"mss", "ws", "sack-ok", "ts", "sack", "tfo", "auth", "broken",
	};

	return i < sizeof(words) / sizeof(*words) ? words[i] : NULL;
}

/* The ABI names the bits that the core uses. */
_Static_assert((int)TCPWARD_CORE_END_FLAGS_SYN == TCPW_EP_SYN &&
	       (int)TCPWARD_CORE_END_FLAGS_FIN == TCPW_EP_FIN &&
	       (int)TCPWARD_CORE_END_FLAGS_WS == TCPW_EP_WS &&
	       (int)TCPWARD_CORE_END_FLAGS_AUTH == TCPW_EP_AUTH &&
	       (int)TCPWARD_CORE_END_FLAGS_OPEN == TCPW_EP_OPEN &&
	       (int)TCPWARD_CORE_END_FLAGS_AFTER_RST == TCPW_EP_AFTER_RST,
	       "flags of ends");
_Static_assert((int)TCPWARD_CORE_CONN_FLAGS_SIMULTANEOUS ==
	       TCPW_CONN_SIMULTANEOUS &&
	       (int)TCPWARD_CORE_CONN_FLAGS_LOWER_ACKED ==
	       TCPW_CONN_C2S_ACKED &&
	       (int)TCPWARD_CORE_CONN_FLAGS_HIGHER_ACKED ==
	       TCPW_CONN_S2C_ACKED, "flags of connections");
_Static_assert((int)TCPWARD_CORE_SYN_FLAGS_USED == TCPW_SYN_USED &&
	       (int)TCPWARD_CORE_SYN_FLAGS_HIGHER == TCPW_SYN_SIDE,
	       "flags of SYNs");

/* --- members ----------------------------------------------------------- */

#define FIELD(structure, member, attribute, text, words, are_bits) {	\
	.name = text,							\
	.word = words,							\
	.attr = TCPWARD_A_CORE_##attribute,				\
	.offset = offsetof(struct structure, member),			\
	.size = sizeof(((struct structure *)NULL)->member),		\
	.bits = are_bits,						\
}

#define END(member, attribute, text, words, bits) \
	FIELD(tcpw_saved_end, member, END_##attribute, text, words, bits)

const struct tcpw_field tcpw_end_fields[] = {
	END(iss, ISS, "iss", NULL, 0),
	END(nxt, NXT, "nxt", NULL, 0),
	END(una, UNA, "una", NULL, 0),
	END(edge, EDGE, "edge", NULL, 0),
	END(fin, FIN, "fin", NULL, 0),
	END(dend, DEND, "dend", NULL, 0),
	END(maxwnd, MAX_WINDOW_BYTES, "max_window_bytes", NULL, 0),
	END(tsrecent, TSRECENT, "tsrecent", NULL, 0),
	END(tsrecent_age_s, TSRECENT_AGE_S, "tsrecent_age_s", NULL, 0),
	END(ts_ref, TS_REF, "ts_ref", NULL, 0),
	END(ts_ref_age_ms, TS_REF_AGE_MS, "ts_ref_age_ms", NULL, 0),
	END(flags, FLAGS, "flags", end_flag, 1),
	END(ws, WINDOW_SCALE, "window_scale", NULL, 0),
	END(state, STATE, "state", state_word, 0),
	{ .name = NULL },
};

#define CONN(member, attribute, text, words, bits) \
	FIELD(tcpw_saved_conn, member, CONN_##attribute, text, words, bits)

const struct tcpw_field tcpw_conn_fields[] = {
	CONN(expires_ms, EXPIRES_MS, "expires_ms", NULL, 0),
	CONN(kind, KIND, "kind", kind_word, 0),
	CONN(client, CLIENT, "client", NULL, 0),
	CONN(flags, FLAGS, "flags", conn_flag, 1),
	CONN(rst_by, RST_BY, "rst_by", NULL, 0),
	CONN(closed_by, CLOSED_BY, "closed_by", NULL, 0),
	{ .name = NULL },
};

#define SYN(member, attribute, text, words, bits) \
	FIELD(tcpw_syn, member, SYN_##attribute, text, words, bits)

const struct tcpw_field tcpw_syn_fields[] = {
	SYN(iss, ISS, "iss", NULL, 0),
	SYN(end, END, "end", NULL, 0),
	SYN(tsval, TSVAL, "tsval", NULL, 0),
	SYN(time_ms, AGE_MS, "age_ms", NULL, 0),
	SYN(window, WINDOW, "window", NULL, 0),
	SYN(ws, WINDOW_SCALE, "window_scale", NULL, 0),
	SYN(flags, FLAGS, "flags", syn_flag, 1),
	SYN(options, OPTIONS, "options", option, 1),
	{ .name = NULL },
};

#define SYNACK(member, attribute, text, words, bits) \
	FIELD(tcpw_synack, member, SYNACK_##attribute, text, words, bits)

const struct tcpw_field tcpw_synack_fields[] = {
	SYNACK(iss, ISS, "iss", NULL, 0),
	SYNACK(ack, ACK, "ack", NULL, 0),
	SYNACK(tsval, TSVAL, "tsval", NULL, 0),
	SYNACK(window, WINDOW, "window", NULL, 0),
	SYNACK(ws, WINDOW_SCALE, "window_scale", NULL, 0),
	SYNACK(flags, FLAGS, "flags", syn_flag, 1),
	SYNACK(options, OPTIONS, "options", option, 1),
	SYNACK(syn, ANSWERS, "answers", NULL, 0),
	SYNACK(order, ORDER, "order", NULL, 0),
	{ .name = NULL },
};

#define EXT(member, attribute, text) \
	FIELD(tcpw_ext, member, EXT_##attribute, text, NULL, 0)

const struct tcpw_field tcpw_ext_fields[] = {
	EXT(shadow_until_ms, SHADOW_LEFT_MS, "shadow_left_ms"),
	EXT(stale_ms, STALE_AGE_MS, "stale_age_ms"),
	EXT(stale_seq, STALE_SEQ, "stale_seq"),
	EXT(challenge_ack, CHALLENGE_ACK, "challenge_ack"),
	EXT(limit_s, LIMIT_AGE_S, "limit_age_s"),
	EXT(limit_syns, LIMIT_SYNS, "limit_syns"),
	EXT(limit_rsts, LIMIT_RSTS, "limit_rsts"),
	EXT(limit_acks, LIMIT_ACKS, "limit_acks"),
	EXT(shadow_rule, SHADOW_RULE, "shadow_rule"),
	EXT(stale, STALE, "stale"),
	EXT(challenged, CHALLENGED, "challenged"),
	EXT(synacks, SYNACKS, "synacks"),
	{ .name = NULL },
};

__u64 tcpw_field_get(const struct tcpw_field *field, const void *base)
{
	const void *at = (const __u8 *)base + field->offset;

	switch (field->size) {
	case 1:
		return *(const __u8 *)at;
	case 2:
		return *(const __u16 *)at;
	case 4:
		return *(const __u32 *)at;
	default:
		return *(const __u64 *)at;
	}
}

void tcpw_field_set(const struct tcpw_field *field, void *base, __u64 value)
{
	void *at = (__u8 *)base + field->offset;

	switch (field->size) {
	case 1:
		*(__u8 *)at = (__u8)value;
		break;
	case 2:
		*(__u16 *)at = (__u16)value;
		break;
	case 4:
		*(__u32 *)at = (__u32)value;
		break;
	default:
		*(__u64 *)at = value;
		break;
	}
}

#define TS_AGE_MAX_MS (366ull * 86400 * 1000)	/* long void */

/* --- times ------------------------------------------------------------- */

/*
 * Files have two times of timestamps where a record has one: the age of both
 * is told, of which the rate says which it is. What is not set has no time,
 * and its age is not to look like one.
 */
static __u64 ts_age_ms(const struct tcpw_endpoint *ep, __u64 now_ms)
{
	if (!(ep->flags & TCPW_EP_TS))
		return 0;
	return (__u64)(tcpw_ts_time(now_ms) - ep->ts_time) * TCPW_TS_TIME_MS;
}

/*
 * The age in ms is the finer one, but starts anew after 49 days, and may be
 * that of a former time.
 */
static __u32 ts_time(const struct tcpw_saved_end *end, __u64 now_ms)
{
	__u64 age_ms = 1000ull * end->tsrecent_age_s;

	if (!(end->flags & TCPW_EP_TS))
		return 0;
	if (end->ts_ref_age_ms / 1000 == end->tsrecent_age_s ||
	    (!(end->flags & TCPW_EP_TS_RATE) && end->ts_ref_age_ms > age_ms))
		age_ms = end->ts_ref_age_ms;
	if (age_ms > TS_AGE_MAX_MS)
		age_ms = TS_AGE_MAX_MS;
	return tcpw_ts_time(now_ms) - tcpw_ts_time(age_ms);
}

static void save_end(struct tcpw_saved_end *to,
		     const struct tcpw_endpoint *from, __u64 now_ms)
{
	__u64 age_ms = ts_age_ms(from, now_ms);
	bool fin = from->flags & TCPW_EP_FIN;

	*to = (struct tcpw_saved_end){
		.iss = from->iss,
		.nxt = from->nxt,
		.una = from->una,
		.edge = from->edge,
		.fin = fin ? from->dend : 0,
		.dend = from->dend,
		.maxwnd = from->maxwnd,
		.tsrecent = from->tsrecent,
		.tsrecent_age_s = (__u32)(age_ms / 1000),
		.ts_ref = from->ts_ref,
		.ts_ref_age_ms = (__u32)age_ms,
		.flags = from->flags,
		.ws = from->ws,
		.state = from->state,
	};
}

static void restore_end(struct tcpw_endpoint *to,
			const struct tcpw_saved_end *from, __u64 now_ms)
{
	*to = (struct tcpw_endpoint){
		.iss = from->iss,
		.nxt = from->nxt,
		.una = from->una,
		.edge = from->edge,
		.dend = from->flags & TCPW_EP_FIN ? from->fin : from->dend,
		.maxwnd = from->maxwnd,
		.tsrecent = from->tsrecent,
		.ts_ref = from->ts_ref,
		.ts_time = ts_time(from, now_ms),
		.flags = from->flags,
		.ws = from->ws,
		.state = from->state,
	};
}

static __u64 left(__u64 deadline_ms, __u64 now_ms)
{
	if (!deadline_ms)
		return 0;
	return deadline_ms > now_ms ? deadline_ms - now_ms : 1;
}

void tcpw_save_conn(struct tcpw_saved_conn *to, const struct tcpw_conn *from,
		    __u64 now_ms)
{
	save_end(&to->ep[0], &from->ep[0], now_ms);
	save_end(&to->ep[1], &from->ep[1], now_ms);
	to->expires_ms = left(from->deadline_ms, now_ms);
	to->kind = from->kind;
	to->client = from->client;
	to->flags = from->flags;
	to->rst_by = from->rst_by;
	to->closed_by = from->closed_by;
	memset(to->pad, 0, sizeof(to->pad));
}

void tcpw_restore_conn(struct tcpw_conn *to,
		       const struct tcpw_saved_conn *from, __u64 now_ms)
{
	memset(to, 0, sizeof(*to));
	restore_end(&to->ep[0], &from->ep[0], now_ms);
	restore_end(&to->ep[1], &from->ep[1], now_ms);
	to->deadline_ms = from->expires_ms ? now_ms + from->expires_ms : 0;
	to->kind = from->kind;
	to->client = from->client;
	to->flags = from->flags;
	to->rst_by = from->rst_by;
	to->closed_by = from->closed_by;
}

/* Ages and times turn into each other by the same subtraction, modulo. */
static void turn_ext(struct tcpw_ext *ext, __u64 now_ms)
{
	unsigned int i;

	for (i = 0; i < TCPW_CANDIDATES; i++)
		if (ext->syn[i].flags & TCPW_SYN_USED)
			ext->syn[i].time_ms = (__u32)now_ms -
					      ext->syn[i].time_ms;
	if (ext->stale)
		ext->stale_ms = now_ms - ext->stale_ms;
	if (ext->limit_syns | ext->limit_rsts | ext->limit_acks)
		ext->limit_s = (__u32)(now_ms / 1000) - ext->limit_s;
}

void tcpw_save_ext(struct tcpw_saved_ext *to, const struct tcpw_ext *from,
		   __u64 now_ms)
{
	to->rest = *from;
	memset(&to->rest.shadow, 0, sizeof(to->rest.shadow));
	to->rest.shadow_until_ms = left(from->shadow_until_ms, now_ms);
	turn_ext(&to->rest, now_ms);
	tcpw_save_conn(&to->shadow, &from->shadow, now_ms);
}

void tcpw_restore_ext(struct tcpw_ext *to, const struct tcpw_saved_ext *from,
		      __u64 now_ms)
{
	*to = from->rest;
	if (to->shadow_until_ms)
		to->shadow_until_ms += now_ms;
	turn_ext(to, now_ms);
	tcpw_restore_conn(&to->shadow, &from->shadow, now_ms);
}

/* --- what no record can say -------------------------------------------- */

#define LEFT_MAX_MS 0x7fffffffu		/* the longest timeout */
#define WINDOW_MAX (65535u << TCPW_SCALE_MAX)

static bool has_sent_fin(__u8 state)
{
	return state >= TCPWARD_STATE_FIN_WAIT_1 &&
	       state != TCPWARD_STATE_CLOSE_WAIT;
}

/*
 * Numbers lie in order while the ISS bounds them. Beyond its reach, and where
 * one end is unknown and segments pass unjudged, they lie anywhere.
 */
static const char *numbers_fault(const struct tcpw_saved_end *ep,
				 const struct tcpw_saved_end *peer)
{
	if (!(ep->flags & TCPW_EP_ISS) || peer->flags & TCPW_EP_OPEN)
		return NULL;
	if (tcpw_after(ep->una, ep->nxt))
		return "una is after nxt";
	if (tcpw_after(ep->dend, ep->nxt))
		return "dend is after nxt";
	if (tcpw_before(ep->edge, ep->una))
		return "edge is before una";
	if (ep->flags & TCPW_EP_FIN && !tcpw_before(ep->fin, ep->nxt))
		return "fin is not before nxt";
	if (ep->iss == ep->nxt || tcpw_after(ep->iss, ep->una) ||
	    ep->nxt - ep->iss > TCPW_ISS_REACH)
		return "iss is not before una and nxt, and within reach";
	return NULL;
}

static const char *end_fault(const struct tcpw_saved_end *ep,
			     const struct tcpw_saved_end *peer)
{
	if (ep->state > TCPWARD_STATE_MAX)
		return "state is out of range";
	if (ep->ws > TCPW_SCALE_MAX)
		return "window_scale is above 14";
	if (ep->maxwnd > WINDOW_MAX)
		return "max_window_bytes is above 65535 scaled by 14";
	if (ep->flags & TCPW_EP_SYN && ep->flags & TCPW_EP_OPEN)
		return "flags syn and open exclude each other";
	if (ep->flags & TCPW_EP_ISS && !(ep->flags & TCPW_EP_SYN))
		return "flag iss needs syn";
	if (ep->flags & TCPW_EP_TS_RATE && !(ep->flags & TCPW_EP_TS))
		return "flag ts-rate needs ts";
	if (ep->state == TCPWARD_STATE_LISTEN)
		return ep->flags & (TCPW_EP_SYN | TCPW_EP_FIN) ?
		       "an end in LISTEN has sent nothing" : NULL;
	if (!(ep->flags & (TCPW_EP_SYN | TCPW_EP_OPEN)))
		return "flags lack syn or open";
	if (has_sent_fin(ep->state) && !(ep->flags & TCPW_EP_FIN))
		return "this state needs flag fin";
	if (!ep->maxwnd)
		return "max_window_bytes is 0";
	return numbers_fault(ep, peer);
}

static const char *conn_fault(const struct tcpw_saved_conn *conn)
{
	const char *fault;

	if (conn->kind > TCPWARD_KIND_RESET)
		return "kind is out of range";
	if (conn->client > 1)
		return "client is neither 0 nor 1";
	if (conn->flags & ~0x1fu)
		return "flags are out of range";
	if (conn->rst_by > 3)
		return "rst_by is out of range";
	if (conn->closed_by > 2)
		return "closed_by is out of range";
	if (conn->expires_ms > LEFT_MAX_MS)
		return "expires_ms is out of range";
	if (conn->kind == TCPWARD_KIND_BLANK)
		return NULL;
	if ((conn->kind == TCPWARD_KIND_RESET) != !!conn->rst_by)
		return "rst_by and kind reset need each other";
	if (conn->ep[0].state == TCPWARD_STATE_LISTEN &&
	    conn->ep[1].state == TCPWARD_STATE_LISTEN)
		return "neither end has sent anything";
	fault = end_fault(&conn->ep[0], &conn->ep[1]);
	return fault ? fault : end_fault(&conn->ep[1], &conn->ep[0]);
}

static const char *candidates_fault(const struct tcpw_ext *ext)
{
	const struct tcpw_synack *sa;
	unsigned int i;

	for (i = 0; i < TCPW_CANDIDATES; i++) {
		sa = &ext->synack[i];
		if (ext->syn[i].flags & ~0x1fu)
			return "flags of a pending SYN are out of range";
		if (sa->flags & ~(TCPW_SYN_USED | TCPW_SYN_SIDE))
			return "flags of a pending SYN+ACK are out of range";
		if (sa->syn > TCPW_CANDIDATES)
			return "answers is out of range";
		if (sa->flags && sa->syn < TCPW_CANDIDATES &&
		    !(ext->syn[sa->syn].flags & TCPW_SYN_USED))
			return "a pending SYN+ACK answers no SYN";
	}
	return NULL;
}

const char *tcpw_saved_fault(const struct tcpw_saved_conn *conn,
			     const struct tcpw_saved_ext *ext)
{
	const char *fault = conn_fault(conn);

	if (!fault && conn->kind == TCPWARD_KIND_BLANK)
		fault = "kind is blank";
	if (fault || !ext)
		return fault;
	if (ext->rest.stale > 1 || ext->rest.challenged > 1)
		return "stale and challenged are 0 or 1";
	if (ext->rest.shadow_until_ms > LEFT_MAX_MS)
		return "shadow_left_ms is out of range";
	fault = conn_fault(&ext->shadow);
	return fault ? fault : candidates_fault(&ext->rest);
}
