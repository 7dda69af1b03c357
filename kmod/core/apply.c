// SPDX-License-Identifier: GPL-2.0
/*
 * The only writer: carries out a ruling. A segment that is QUIET or DROP
 * changes at most struct tcpw_ext: candidates, counts and the shadow, never
 * the record (R57).
 */
#include "core/track.h"

#include <linux/string.h>

struct apply {
	struct tcpw_conn *conn;
	struct tcpw_ext *ext;		/* may be NULL */
	const struct tcpw_seg *seg;
	const struct tcpw_config *cfg;
	const struct tcpw_ruling *r;
	__u64 now_ms;
	unsigned int side;
};

static __u64 timeout_ms(const struct tcpw_config *cfg, __u8 timer)
{
	switch (timer) {
	case TCPW_TIMER_SYN:
		return cfg->timeout_syn_ms;
	case TCPW_TIMER_HALF_OPEN:
		return cfg->timeout_half_open_ms;
	case TCPW_TIMER_CLOSING:
		return cfg->timeout_closing_ms;
	case TCPW_TIMER_TIME_WAIT:
		return 2ull * cfg->msl_ms;
	case TCPW_TIMER_RESET:
		/* Nothing to keep: gone with the next look. */
		return cfg->timeout_reset_ms ? cfg->timeout_reset_ms : 1;
	default:
		return cfg->timeout_established_ms;
	}
}

void tcpw_set_deadline(struct tcpw_conn *conn, const struct tcpw_config *cfg,
		       __u8 timer, __u64 now_ms)
{
	__u64 ms;

	if (timer == TCPW_TIMER_KEEP)
		return;
	ms = timeout_ms(cfg, timer);
	conn->deadline_ms = ms ? now_ms + ms : 0;
}

static void set_states(const struct apply *a)
{
	a->conn->ep[0].state = a->r->next[0];
	a->conn->ep[1].state = a->r->next[1];
}

static void forget_candidates(struct tcpw_ext *ext)
{
	if (!ext)
		return;
	memset(ext->syn, 0, sizeof(ext->syn));
	memset(ext->synack, 0, sizeof(ext->synack));
	ext->challenged = 0;
	ext->stale = 0;
}

static void forget_shadow(struct tcpw_ext *ext)
{
	if (ext)
		ext->shadow.kind = TCPWARD_KIND_BLANK;
}

static void keep_shadow(const struct apply *a, __u8 rule, __u64 until_ms)
{
	if (!a->ext)
		return;
	a->ext->shadow = *a->conn;
	a->ext->shadow_rule = rule;
	a->ext->shadow_until_ms = until_ms;
}

static void apply_open(const struct apply *a)
{
	struct tcpw_conn *conn = a->conn;

	forget_candidates(a->ext);
	memset(conn, 0, sizeof(*conn));
	conn->kind = TCPWARD_KIND_OPEN;
	conn->client = (__u8)a->side;
	tcpw_endpoint_open(&conn->ep[a->side], a->seg, a->now_ms);
}

static void apply_reopen(const struct apply *a)
{
	__u8 rule = 93;

	if (a->conn->kind == TCPWARD_KIND_RESET)
		rule = 92;
	else if (a->conn->ep[a->side].state == TCPWARD_STATE_TIME_WAIT)
		rule = 96;
	keep_shadow(a, rule, 0);
	apply_open(a);
}

/* Data acknowledged both ways: the new record is real (R37). */
static void settle(const struct apply *a)
{
	const __u8 both = TCPW_CONN_C2S_ACKED | TCPW_CONN_S2C_ACKED;
	struct tcpw_conn *conn = a->conn;

	if (conn->flags & TCPW_CONN_REPLACES) {
		if ((conn->flags & both) != both)
			return;
		conn->flags &= (__u8)~TCPW_CONN_REPLACES;
	}
	if (tcpw_synchronized(&conn->ep[0]) &&
	    tcpw_synchronized(&conn->ep[1]))
		forget_shadow(a->ext);
}

static void apply_track(const struct apply *a)
{
	tcpw_track(a->conn, a->side, a->seg, a->now_ms);
	if (a->r->flag == TCPWARD_REASON_SPLIT_OPEN)
		a->conn->flags |= TCPW_CONN_SPLIT;
	set_states(a);
	if (!a->ext || a->seg->flags & TCPW_SYN)
		return;
	tcpw_candidates_void(a->ext, a->side);
	settle(a);
}

static void apply_resume(const struct apply *a)
{
	struct tcpw_conn *conn = a->conn;
	bool mid = conn->ep[0].flags & conn->ep[1].flags & TCPW_EP_OPEN;

	conn->kind = mid ? TCPWARD_KIND_MID : TCPWARD_KIND_OPEN;
	conn->rst_by = 0;
	conn->closed_by = 0;
	tcpw_clear(&conn->ep[0].flags, TCPW_EP_AFTER_RST);
	tcpw_clear(&conn->ep[1].flags, TCPW_EP_AFTER_RST);
	apply_track(a);
}

static void apply_one_way(const struct apply *a)
{
	struct tcpw_endpoint *x = &a->conn->ep[a->side];
	struct tcpw_endpoint *y = &a->conn->ep[!a->side];

	if (x->state == TCPWARD_STATE_LISTEN)
		tcpw_track_unseen(x, a->seg->seq);
	else
		tcpw_track_unseen(y, a->seg->ack);
	x->flags |= TCPW_EP_ACKED_SYN | TCPW_EP_SYN_ACKED;
	y->flags |= TCPW_EP_ACKED_SYN | TCPW_EP_SYN_ACKED;
	apply_track(a);
}

/* syn[slot] and the SYN of the record change places. */
static void swap_in_syn(const struct apply *a, unsigned int opener)
{
	struct tcpw_endpoint *ep = &a->conn->ep[opener];
	struct tcpw_syn *slot = &a->ext->syn[a->r->slot];
	struct tcpw_syn former = tcpw_syn_of(ep, opener, a->now_ms);

	tcpw_endpoint_from_syn(ep, slot, a->now_ms);
	*slot = former;
	tcpw_synacks_swap(a->ext, a->r->slot);
}

static void apply_pick_syn(const struct apply *a)
{
	swap_in_syn(a, !a->side);
	a->conn->ep[a->side].state = TCPWARD_STATE_LISTEN;
	a->conn->client = !a->side;
	a->conn->flags &= (__u8)~TCPW_CONN_SIMULTANEOUS;
	apply_track(a);
}

/*
 * R99: the sender answers the other's SYN. Its own attempt is over, unless
 * the answer was forged: its SYN stays as a candidate.
 */
static void apply_new_opener(const struct apply *a)
{
	struct tcpw_endpoint *x = &a->conn->ep[a->side];
	struct tcpw_syn former = tcpw_syn_of(x, a->side, a->now_ms);

	if (a->ext) {
		memset(a->ext->synack, 0, sizeof(a->ext->synack));
		tcpw_syn_put(a->ext, &former);
	}
	x->state = TCPWARD_STATE_LISTEN;
	a->conn->client = !a->side;
	a->conn->flags &= (__u8)~TCPW_CONN_SIMULTANEOUS;
	apply_track(a);
}

/* The answering end, as its SYN+ACK describes it. */
static void seat_synack(const struct apply *a, unsigned int opener,
			const struct tcpw_synack *sa)
{
	struct tcpw_endpoint *x = &a->conn->ep[opener];
	struct tcpw_endpoint *y = &a->conn->ep[!opener];

	tcpw_endpoint_from_synack(y, sa, a->now_ms);
	y->edge = y->iss + 1 + x->maxwnd;
	y->state = TCPWARD_STATE_SYN_RECEIVED;
	y->flags |= TCPW_EP_ACKED_SYN;
	x->flags |= TCPW_EP_SYN_ACKED;
	x->una = sa->ack;
	x->edge = sa->ack + sa->window;
}

/* The third step of a candidate: it becomes the record (R31, R37, R98). */
static void apply_pick_synack(const struct apply *a)
{
	const struct tcpw_synack sa = a->ext->synack[a->r->slot];
	struct tcpw_conn *conn = a->conn;
	bool replaces = tcpw_synchronized(&conn->ep[0]) &&
			tcpw_synchronized(&conn->ep[1]);

	if (replaces)
		keep_shadow(a, 37, a->now_ms + TCPW_SHADOW_MAX_MS);
	if (sa.syn < TCPW_CANDIDATES)
		tcpw_endpoint_from_syn(&conn->ep[a->side],
				       &a->ext->syn[sa.syn], a->now_ms);
	seat_synack(a, a->side, &sa);
	conn->kind = TCPWARD_KIND_OPEN;
	conn->client = (__u8)a->side;
	conn->flags = replaces ? TCPW_CONN_REPLACES : 0;
	conn->rst_by = 0;
	conn->closed_by = 0;
	forget_candidates(a->ext);
	apply_track(a);
}

static void reset_record(struct tcpw_conn *conn, unsigned int side)
{
	conn->kind = TCPWARD_KIND_RESET;
	conn->rst_by |= (__u8)(1 << side);
	tcpw_clear(&conn->ep[0].flags, TCPW_EP_AFTER_RST);
	tcpw_clear(&conn->ep[1].flags, TCPW_EP_AFTER_RST);
}

static void apply_reset(const struct apply *a)
{
	reset_record(a->conn, a->side);
	if (!a->conn->closed_by)
		a->conn->closed_by = (__u8)(1 + a->side);
}

/*
 * The record's SYN gives way to syn[slot] and what answered that. Taken back
 * by its own sender it is gone; refused by the other end it stays as a
 * candidate with its answer, for the refusal may be lost (R40, R70).
 */
static void apply_cancel_own(const struct apply *a)
{
	struct tcpw_ext *ext = a->ext;
	unsigned int opener = !!(ext->syn[a->r->slot].flags & TCPW_SYN_SIDE);
	struct tcpw_synack former = tcpw_synack_from(a->conn, !opener, a->r->slot);
	bool answered = a->conn->ep[!opener].flags & TCPW_EP_SYN;
	int answer = tcpw_synack_of(ext, a->r->slot);

	tcpw_synacks_void_own(ext);
	swap_in_syn(a, opener);
	memset(&a->conn->ep[!opener], 0, sizeof(a->conn->ep[0]));
	if (answer >= 0)
		seat_synack(a, opener, &ext->synack[answer]);
	tcpw_synack_drop(ext, answer);
	if (opener == a->side)
		tcpw_syn_cancel(ext, a->r->slot);
	else if (answered)
		tcpw_synack_put(ext, &former);
	set_states(a);
}

static void apply_cancel_side(const struct apply *a)
{
	memset(&a->conn->ep[a->side], 0, sizeof(a->conn->ep[0]));
	a->conn->client = !a->side;
	a->conn->flags &= (__u8)~TCPW_CONN_SIMULTANEOUS;
	set_states(a);
}

static void bring_back(struct tcpw_conn *conn, struct tcpw_ext *ext)
{
	*conn = ext->shadow;
	forget_shadow(ext);
	forget_candidates(ext);
}

static void note_challenge(const struct apply *a)
{
	a->ext->challenge_ack = a->seg->ack;
	a->ext->challenged = 1;
	tcpw_limit_count(a->ext, &a->ext->limit_acks, a->now_ms);
}

/* The first copy counts: a copy within 500 ms does not start anew (R94). */
static void note_stale(const struct apply *a)
{
	if (a->ext->stale && a->ext->stale_seq == a->seg->seq)
		return;
	a->ext->stale = 1;
	a->ext->stale_seq = a->seg->seq;
	a->ext->stale_ms = a->now_ms;
}

static void note_syn(const struct apply *a)
{
	bool reuse = a->r->reason == TCPWARD_REASON_SYN_REUSE ||
		     a->r->reason == TCPWARD_REASON_REUSE_TOO_OLD;

	tcpw_syn_add(a->ext, a->side, a->seg, reuse, a->now_ms);
	if (a->r->verdict == TCPWARD_VERDICT_QUIET)
		tcpw_limit_count(a->ext, &a->ext->limit_syns, a->now_ms);
}

/* The former connection goes on behind the new opening (R70, R100). */
static void track_shadow(const struct apply *a)
{
	struct tcpw_conn *conn = &a->ext->shadow;
	const struct tcpw_ctx c =
		tcpw_context(conn, NULL, a->side, a->seg, a->cfg, a->now_ms);
	struct tcpw_ruling r = tcpw_ruling_pass(&c, TCPW_OP_TRACK);

	tcpw_follow(&c, &r);
	tcpw_track(conn, a->side, a->seg, a->now_ms);
	conn->ep[0].state = r.next[0];
	conn->ep[1].state = r.next[1];
}

/* What only struct tcpw_ext remembers. */
static void apply_ext(const struct apply *a)
{
	struct tcpw_ext *ext = a->ext;

	switch (a->r->op) {
	case TCPW_OP_ADD_SYN:
		note_syn(a);
		break;
	case TCPW_OP_ADD_SYNACK:
		tcpw_synack_add(ext, a->side, a->seg, a->r->slot);
		break;
	case TCPW_OP_CANCEL_SYN:
		tcpw_syn_cancel(ext, a->r->slot);
		break;
	case TCPW_OP_REFUSE_SYN:
		ext->syn[a->r->slot].flags |= TCPW_SYN_REFUSED;
		break;
	case TCPW_OP_COUNT_RST:
		tcpw_limit_count(ext, &ext->limit_rsts, a->now_ms);
		break;
	case TCPW_OP_CHALLENGE:
		note_challenge(a);
		break;
	case TCPW_OP_COUNT_ACK:
		tcpw_limit_count(ext, &ext->limit_acks, a->now_ms);
		break;
	case TCPW_OP_STALE_SYN:
		note_stale(a);
		break;
	case TCPW_OP_END_SHADOW:
		/* The RST may be lost: its copies belong there, too (R70). */
		reset_record(&ext->shadow, a->side);
		break;
	case TCPW_OP_TRACK_SHADOW:
		track_shadow(a);
		break;
	}
}

static void apply_record(const struct apply *a)
{
	switch (a->r->op) {
	case TCPW_OP_TRACK:
		apply_track(a);
		break;
	case TCPW_OP_OPEN:
		forget_shadow(a->ext);
		apply_open(a);
		break;
	case TCPW_OP_REOPEN:
		apply_reopen(a);
		break;
	case TCPW_OP_PICKUP:
		tcpw_track_pickup(a->conn, a->side, a->seg, a->now_ms);
		set_states(a);
		break;
	case TCPW_OP_ONE_WAY:
		apply_one_way(a);
		break;
	case TCPW_OP_RESUME:
		apply_resume(a);
		break;
	case TCPW_OP_PICK_SYN:
		apply_pick_syn(a);
		break;
	case TCPW_OP_NEW_OPENER:
		apply_new_opener(a);
		break;
	case TCPW_OP_PICK_SYNACK:
		apply_pick_synack(a);
		break;
	case TCPW_OP_RESET:
		apply_reset(a);
		break;
	case TCPW_OP_CANCEL_OWN:
		apply_cancel_own(a);
		break;
	case TCPW_OP_CANCEL_SIDE:
		apply_cancel_side(a);
		break;
	case TCPW_OP_RESTORE:
		bring_back(a->conn, a->ext);
		break;
	case TCPW_OP_RETURN:
		bring_back(a->conn, a->ext);
		if (a->conn->kind == TCPWARD_KIND_RESET)
			apply_resume(a);
		else
			apply_track(a);
		break;
	}
}

void tcpw_apply_whole(struct tcpw_conn *conn, struct tcpw_ext *ext,
		      unsigned int side, const struct tcpw_seg *seg,
		      const struct tcpw_config *cfg,
		      const struct tcpw_ruling *r, __u64 now_ms)
{
	const struct apply a = {
		.conn = conn,
		.ext = ext,
		.seg = seg,
		.cfg = cfg,
		.r = r,
		.now_ms = now_ms,
		.side = side,
	};

	if (ext)
		apply_ext(&a);
	if (r->verdict != TCPWARD_VERDICT_PASS)
		return;
	apply_record(&a);
	tcpw_set_deadline(conn, cfg, r->timer, now_ms);
}

bool tcpw_expire(struct tcpw_conn *conn, struct tcpw_ext *ext, __u64 now_ms)
{
	if (tcpw_half_open(conn) && tcpw_has_shadow(ext, now_ms)) {
		bring_back(conn, ext);
		return false;
	}
	memset(conn, 0, sizeof(*conn));
	if (ext)
		memset(ext, 0, sizeof(*ext));
	return true;
}
