// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: find the record, have the core judge the segment, write
 * what follows. All is decided under the lock of the connection and reported
 * after it.
 */
#include "compat.h"
#include "report.h"
#include "tracepoints.h"

#include <linux/rcupdate.h>
#include <linux/skbuff.h>

/* A segment on its way, and what it is judged by. */
struct passage {
	struct tcpw_net *tn;
	const struct tcpw_policy *policy;
	struct tcpw_packet *pkt;
	struct tcpw_outcome out;
};

static void count_segment(struct tcpw_flow *flow, const struct passage *p)
{
	const struct tcpw_ruling *r = &p->out.ruling;
	u8 side = p->pkt->side;

	if (r->verdict != TCPWARD_VERDICT_PASS)
		flow->last_reason = r->reason;
	if (r->verdict == TCPWARD_VERDICT_DROP) {
		flow->dropped++;
		return;
	}
	flow->segments[side]++;
	flow->bytes[side] += p->pkt->seg.len;
	if (r->retransmission)
		flow->retransmitted[side]++;
	if (r->verdict == TCPWARD_VERDICT_QUIET)
		flow->quiet++;
	else
		flow->passed_ms = (u32)p->pkt->now_ms;
}

/* A SYN opened anew, or a candidate took the place of the record (R37). */
static bool replaced(const struct tcpw_was *was, const struct tcpw_conn *is,
		     const struct tcpw_seg *seg)
{
	if (was->kind == TCPWARD_KIND_BLANK)
		return false;
	if (is->flags & TCPW_CONN_REPLACES &&
	    !(was->flags & TCPW_CONN_REPLACES))
		return true;
	if ((seg->flags & (TCPW_SYN | TCPW_ACK)) != TCPW_SYN ||
	    is->kind != TCPWARD_KIND_OPEN ||
	    is->ep[!is->client].state != TCPWARD_STATE_LISTEN)
		return false;
	return was->kind != TCPWARD_KIND_OPEN ||
	       was->state[!was->client] != TCPWARD_STATE_LISTEN;
}

static void apply(struct passage *p, struct tcpw_flow *flow)
{
	tcpw_apply(&flow->conn, tcpw_flow_ext(flow), p->pkt->side,
		   &p->pkt->seg, &p->policy->strict, &p->out.ruling,
		   p->pkt->now_ms);
}

/* Only SYNs and candidates can put another record in the place of one. */
static void apply_in_place(struct passage *p, struct tcpw_flow *flow,
			   struct tcpw_was *was)
{
	bool heard = tcpw_report_hears_ends(p->tn);
	u64 now_ms = p->pkt->now_ms;

	if (heard)
		tcpw_flow_view(flow, now_ms, &p->out.former);
	apply(p, flow);
	if (!replaced(was, &flow->conn, &p->pkt->seg))
		return;
	p->out.replaced = heard;
	p->out.began = true;
	tcpw_flow_end(p->tn, flow, was, now_ms);
	tcpw_flow_begin(p->tn, flow, now_ms);
	memset(was, 0, sizeof(*was));
}

/* For who listens: what it was like, and when. */
static void keep_outcome(struct passage *p, const struct tcpw_flow *flow)
{
	tcpw_flow_view(flow, p->pkt->now_ms, &p->out.view);
	p->out.time_us = ktime_to_us(ktime_get_real());
}

/* Numbers and the deadline change, and nothing follows from that. */
static void carry_out_plain(struct passage *p, struct tcpw_flow *flow)
{
	u64 deadline_ms = flow->conn.deadline_ms;

	apply(p, flow);
	count_segment(flow, p);
	tcpw_stats_segment(p->tn, &p->out.ruling);
	tcpw_wheel_move(&p->tn->wheel, flow, deadline_ms, p->pkt->now_ms);
	if (tcpw_trace_heard(p->tn))
		keep_outcome(p, flow);
}

/* Carry out the ruling on a record, under its lock. */
static void carry_out(struct passage *p, struct tcpw_flow *flow)
{
	u32 limit = p->policy->set.max_connections / TCPW_EXT_SHARE;
	struct tcpw_was was = tcpw_flow_was(flow);
	struct tcpw_ruling *r = &p->out.ruling;

	lockdep_assert_held(&flow->lock);
	if (r->needs_ext && !flow->has_more &&
	    !tcpw_flow_provide_more(p->tn, flow, limit))
		*r = tcpw_ruling_without_ext(&flow->conn, *r);
	if (!p->out.began && (p->pkt->seg.flags & TCPW_SYN || flow->has_more))
		apply_in_place(p, flow, &was);
	else
		apply(p, flow);
	count_segment(flow, p);
	tcpw_stats_segment(p->tn, r);
	tcpw_flow_settle(p->tn, flow, &was, p->pkt->now_ms, p->out.moves);
	if (tcpw_report_wanted(p->tn, &p->out))
		keep_outcome(p, flow);
}

/* --- segments of known connections ------------------------------------- */

/*
 * The deadline has passed, the wheel was not there yet. Return: whether the
 * record is gone; else a former one has taken its place.
 */
static bool expired(struct passage *p, struct tcpw_flow *flow,
		    struct tcpw_view *gone)
{
	struct tcpw_was was = tcpw_flow_was(flow);
	u64 now_ms = p->pkt->now_ms;

	tcpw_flow_view(flow, now_ms, gone);
	if (!tcpw_expire(&flow->conn, tcpw_flow_ext(flow), now_ms)) {
		tcpw_flow_settle(p->tn, flow, &was, now_ms, p->out.moves);
		return false;
	}
	tcpw_table_remove(p->tn, flow, &was, now_ms);
	return true;
}

/* Where there is a record, pickup=auto has nothing to choose. */
static const struct tcpw_config *config_of(const struct tcpw_policy *policy)
{
	return policy->set.pickup == TCPWARD_PICKUP_LOOSE ? &policy->loose :
							    &policy->strict;
}

/* What the core says, and what others say who know more of the path. */
static void judge(struct passage *p, struct tcpw_flow *flow)
{
	const struct tcpw_config *cfg = config_of(p->policy);
	struct tcpw_ruling *r = &p->out.ruling;
	struct tcpw_packet *pkt = p->pkt;

	*r = tcpw_judge(&flow->conn, tcpw_flow_ext(flow), pkt->side,
			&pkt->seg, cfg, pkt->now_ms);
	if (flow->unheard)
		tcpw_catch_up(flow, pkt, cfg, r);
	if (r->verdict == TCPWARD_VERDICT_DROP && tcpw_nat_bypassed(pkt))
		tcpw_catch_up_bypassed(flow, pkt, p->policy, r);
}

/* Return: false when the record was gone. */
static bool known(struct passage *p, struct tcpw_flow *flow)
{
	struct tcpw_view gone __uninitialized;
	struct tcpw_packet *pkt = p->pkt;

	spin_lock_bh(&flow->lock);
	if (flow->dead) {
		spin_unlock_bh(&flow->lock);
		return false;
	}
	/* Under the lock, so that time never goes back for a record. */
	pkt->now_ms = tcpw_now_ms();
	if (tcpw_expired(&flow->conn, pkt->now_ms) &&
	    expired(p, flow, &gone)) {
		spin_unlock_bh(&flow->lock);
		tcpw_report_gone(p->tn, &gone, TCPWARD_CONN_EVENT_END);
		return false;
	}
	judge(p, flow);
	if (p->out.ruling.plain &&
	    p->out.ruling.verdict == TCPWARD_VERDICT_PASS)
		carry_out_plain(p, flow);
	else
		carry_out(p, flow);
	spin_unlock_bh(&flow->lock);
	return true;
}

/* --- segments without a record ----------------------------------------- */

/* Refused only because there is no record, which there was no place for. */
static bool for_want_of_record(const struct tcpw_ruling *r)
{
	return r->verdict == TCPWARD_VERDICT_DROP &&
	       (r->reason == TCPWARD_REASON_NO_RECORD ||
		r->reason == TCPWARD_REASON_RESET_WITHOUT_RECORD ||
		r->reason == TCPWARD_REASON_SYNACK_WITHOUT_SYN);
}

static void without_place(struct passage *p)
{
	struct tcpw_ruling *r = &p->out.ruling;

	r->create = 0;
	if (p->policy->set.when_full == TCPWARD_PASS_OR_DROP_DROP) {
		r->verdict = TCPWARD_VERDICT_DROP;
		r->reason = TCPWARD_REASON_TABLE_FULL;
		return;
	}
	r->verdict = TCPWARD_VERDICT_PASS;
	r->reason = TCPWARD_REASON_NONE;
	r->flag = TCPWARD_REASON_UNTRACKED;
	tcpw_net_pressed(p->tn, p->policy->set.timeout_established_ms);
}

static void without_memory(struct passage *p)
{
	struct tcpw_conn blank = {};

	p->out.ruling = tcpw_ruling_without_ext(&blank, p->out.ruling);
	tcpw_net_pressed(p->tn, p->policy->set.timeout_established_ms);
}

static void report_unrecorded(struct passage *p)
{
	local_bh_disable();
	tcpw_stats_segment(p->tn, &p->out.ruling);
	local_bh_enable();
	if (!tcpw_report_wanted(p->tn, &p->out))
		return;
	memset(&p->out.view, 0, sizeof(p->out.view));
	p->out.view.tuple = p->pkt->tuple;
	p->out.view.now_ms = p->pkt->now_ms;
	p->out.time_us = ktime_to_us(ktime_get_real());
}

/*
 * Make a record. It is locked before others can find it, so that they wait
 * until it says something.
 *
 * Return: 0; -EEXIST where somebody was quicker; -ENOMEM.
 */
static int create(struct passage *p)
{
	struct tcpw_packet *pkt = p->pkt;
	struct tcpw_flow *flow;
	int err;

	flow = tcpw_flow_alloc(&pkt->tuple, &pkt->key, GFP_ATOMIC);
	if (!flow)
		return -ENOMEM;
	spin_lock_bh(&flow->lock);
	err = tcpw_table_insert(p->tn, flow, &pkt->tuple, pkt->hash);
	if (err) {
		spin_unlock_bh(&flow->lock);
		tcpw_flow_free(flow);
		return err == -EEXIST ? err : -ENOMEM;
	}
	p->out.began = true;
	tcpw_flow_begin(p->tn, flow, pkt->now_ms);
	carry_out(p, flow);
	spin_unlock_bh(&flow->lock);
	tcpw_wheel_start(&p->tn->wheel);
	tcpw_evict_half_open(p->tn, p->policy);
	return 0;
}

/* Return: false when there is a record by now. */
static bool unknown(struct passage *p)
{
	struct tcpw_packet *pkt = p->pkt;
	struct tcpw_conn blank = {};
	int err;

	pkt->now_ms = tcpw_now_ms();
	p->out.ruling = tcpw_judge(&blank, NULL, pkt->side, &pkt->seg,
				   tcpw_pickup(p->tn, p->policy, pkt),
				   pkt->now_ms);
	if (p->out.ruling.create && tcpw_table_admit(p->tn, p->policy)) {
		err = create(p);
		if (!err)
			return true;
		atomic_dec(&p->tn->records);
		if (err == -EEXIST)
			return false;
		without_memory(p);
	} else if (p->out.ruling.create ||
		   (for_want_of_record(&p->out.ruling) &&
		    tcpw_table_full(p->tn, p->policy))) {
		without_place(p);
	}
	report_unrecorded(p);
	return true;
}

/* By its name, or the one under which it began at the other place. */
static struct tcpw_flow *find(struct tcpw_net *tn, struct tcpw_packet *pkt)
{
	struct tcpw_flow *flow;
	struct tcpw_key key;
	u32 hash;

	tcpw_table_key(&pkt->tuple, &pkt->key);
	flow = tcpw_table_find(tn, &pkt->tuple, &pkt->key, &pkt->hash);
	if (flow || !pkt->aliased)
		return flow;
	tcpw_table_key(&pkt->alias, &key);
	flow = tcpw_table_find(tn, &pkt->alias, &key, &hash);
	if (!flow)
		return NULL;
	pkt->tuple = pkt->alias;
	pkt->key = key;
	pkt->hash = hash;
	pkt->side = pkt->alias_side;
	pkt->aliased = false;
	return flow;
}

/* What becomes of the packet. Return: whether it is dropped. */
static bool dropped(const struct passage *p)
{
	const struct tcpw_config *cfg = &p->policy->set;

	if (p->out.ruling.verdict != TCPWARD_VERDICT_DROP ||
	    cfg->mode != TCPWARD_MODE_ENFORCE)
		return false;
	if (cfg->action == TCPWARD_ACTION_DROP)
		return true;
	p->pkt->skb->mark |= cfg->mark;
	return false;
}

/* By all rules. Return: false to drop the packet. */
static noinline bool whole_way(struct tcpw_net *tn,
			       const struct tcpw_policy *policy,
			       struct tcpw_packet *pkt, struct tcpw_flow *flow)
{
	struct passage p __uninitialized;
	bool drop;

	p.tn = tn;
	p.policy = policy;
	p.pkt = pkt;
	p.out.time_us = 0;
	p.out.began = false;
	p.out.replaced = false;
	memset(p.out.moves, 0, sizeof(p.out.moves));
	while (!(flow ? known(&p, flow) : unknown(&p)))
		flow = find(tn, pkt);
	drop = dropped(&p);
	if (drop)
		pkt->refused = p.out.ruling.reason;
	tcpw_report_segment(tn, pkt, &p.out, !drop &&
			    p.out.ruling.verdict == TCPWARD_VERDICT_DROP);
	return !drop;
}

/* --- the short way ----------------------------------------------------- */

/* Numbers and the deadline of an open connection are all that changes. */
static inline bool goes_on(struct tcpw_net *tn,
			   const struct tcpw_policy *policy,
			   struct tcpw_flow *flow, unsigned int side,
			   const struct tcpw_seg *seg, u64 now_ms)
{
	u64 deadline_ms = flow->conn.deadline_ms;
	enum tcpw_went went;

	went = tcpw_go_on(&flow->conn, NULL, side, seg, &policy->strict,
			  now_ms);
	if (!went)
		return false;
	if (unlikely(went == TCPW_WENT_BACK))
		flow->retransmitted[side]++;
	tcpw_wheel_move(&tn->wheel, flow, deadline_ms, now_ms);
	return true;
}

/* One of the steps by which it opens and closes. */
static inline bool steps_on(struct tcpw_net *tn,
			    const struct tcpw_policy *policy,
			    struct tcpw_flow *flow, unsigned int side,
			    const struct tcpw_seg *seg, u64 now_ms)
{
	const struct tcpw_endpoint *ep = flow->conn.ep;
	const u8 from[2] = { ep[0].state, ep[1].state };
	u64 deadline_ms = flow->conn.deadline_ms;

	if (!tcpw_step_on(&flow->conn, NULL, side, seg, &policy->strict,
			  now_ms))
		return false;
	tcpw_flow_stepped(tn, flow, from, deadline_ms, now_ms);
	return true;
}

/* None of these, but it passes, and nothing is to be said of it. */
static noinline bool passes(struct tcpw_net *tn,
			    const struct tcpw_policy *policy,
			    struct tcpw_flow *flow, unsigned int side,
			    const struct tcpw_seg *seg, u64 now_ms)
{
	struct tcpw_was was = tcpw_flow_was(flow);
	struct tcpw_move moves[2];
	struct tcpw_ruling r;

	/* A SYN can put another record in the place of one. */
	if ((seg->flags & (TCPW_SYN | TCPW_ACK)) == TCPW_SYN)
		return false;
	r = tcpw_judge(&flow->conn, NULL, side, seg, config_of(policy), now_ms);
	if (r.verdict != TCPWARD_VERDICT_PASS || r.flag || r.needs_ext)
		return false;
	tcpw_apply(&flow->conn, NULL, side, seg, &policy->strict, &r, now_ms);
	flow->retransmitted[side] += r.retransmission;
	tcpw_flow_settle(tn, flow, &was, now_ms, moves);
	return true;
}

/* The ends of the connection may move, and nobody listens. */
static inline bool moves_on(struct tcpw_net *tn,
			    const struct tcpw_policy *policy,
			    struct tcpw_flow *flow, unsigned int side,
			    const struct tcpw_seg *seg, u64 now_ms)
{
	return !tcpw_report_hears_ends(tn) &&
	       (steps_on(tn, policy, flow, side, seg, now_ms) ||
		passes(tn, policy, flow, side, seg, now_ms));
}

/*
 * tcpw_follow_on() - what most segments do: they pass, nothing is said of
 * them, and nobody is told
 * @flow: found under its name
 *
 * Context: netfilter hook, RCU read side. Return: false when nothing was done.
 */
bool tcpw_follow_on(struct tcpw_net *tn, const struct tcpw_policy *policy,
		    struct tcpw_flow *flow, unsigned int side,
		    const struct tcpw_seg *seg)
{
	bool followed;
	u64 now_ms;

	if (unlikely(tcpw_trace_heard(tn) || trace_verdict_enabled()))
		return false;
	spin_lock_bh(&flow->lock);
	/* Under the lock, so that time never goes back for a record. */
	now_ms = tcpw_now_ms();
	followed = !flow->dead && !flow->has_more && !flow->unheard &&
		   !tcpw_expired(&flow->conn, now_ms) &&
		   (goes_on(tn, policy, flow, side, seg, now_ms) ||
		    moves_on(tn, policy, flow, side, seg, now_ms));
	if (followed) {
		flow->segments[side]++;
		flow->bytes[side] += seg->len;
		flow->passed_ms = (u32)now_ms;
		__this_cpu_inc(tn->stats->verdict[TCPWARD_VERDICT_PASS]);
	}
	spin_unlock_bh(&flow->lock);
	return followed;
}

/*
 * tcpw_follow_segment() - judge a segment and follow its connection
 *
 * Context: netfilter hook, RCU read side. Return: false to drop the packet.
 */
bool tcpw_follow_segment(struct tcpw_net *tn, struct tcpw_packet *pkt)
{
	const struct tcpw_policy *policy = rcu_dereference(tn->policy);
	struct tcpw_flow *flow;

	if (policy->set.csum && !skb_csum_unnecessary(pkt->skb))
		tcpw_packet_checksum(pkt);
	flow = pkt->looked ? pkt->found : find(tn, pkt);
	/* Who found it before has tried this, too. */
	if (flow && !pkt->looked &&
	    tcpw_follow_on(tn, policy, flow, pkt->side, &pkt->seg))
		return true;
	return whole_way(tn, policy, pkt, flow);
}
