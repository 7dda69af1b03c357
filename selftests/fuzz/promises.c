// SPDX-License-Identifier: GPL-2.0
/*
 * The promises that the conversations are held to: rulings make sense,
 * QUIET and DROP change no more than RULES allow, numbers never move back,
 * states follow from what was sent. Knows the core only by core.h.
 */
#include "promises.h"

#include "core/saved.h"

#include <stdio.h>
#include <string.h>

#define REACH 0x40000000u

/* Half the number space is neither left nor right. */
static bool up_to(uint32_t a, uint32_t b)
{
	return b - a <= 0x80000000u;
}

/* Both ends were seen opening, and have not gone far since. */
static bool well_known(const struct memory *at, const struct tcpw_conn *conn)
{
	const uint16_t known = TCPW_EP_SYN | TCPW_EP_ISS;

	return !at->wild &&
	       (conn->ep[0].flags & conn->ep[1].flags & known) == known &&
	       conn->ep[0].nxt - conn->ep[0].iss < REACH &&
	       conn->ep[1].nxt - conn->ep[1].iss < REACH;
}

/* --- rulings ------------------------------------------------------------ */

static void check_reasons(const struct tcpw_ruling *r,
			  const struct memory *at)
{
	must(r->reason <= TCPWARD_REASON_MAX, "reason");
	must(r->flag <= TCPWARD_REASON_MAX, "flag");
	must(!r->reason == (r->verdict == TCPWARD_VERDICT_PASS),
	     "a reason for each verdict but PASS");
	must(r->field <= TCPWARD_FIELD_LENGTH, "field");
	must(!r->field || r->verdict != TCPWARD_VERDICT_PASS,
	     "numbers that failed belong to a refusal");
	must(!r->field || !well_known(at, &at->conn) ||
	     r->seen - r->low > r->high - r->low,
	     "what failed lies outside its bounds");
}

void check_ruling(const struct tcpw_ruling *r, const struct memory *at)
{
	unsigned int side;

	must(r->verdict <= TCPWARD_VERDICT_DROP, "verdict");
	check_reasons(r, at);
	must(r->next[0] <= TCPWARD_STATE_MAX &&
	     r->next[1] <= TCPWARD_STATE_MAX, "next state");
	must(r->timer <= TCPW_TIMER_RESET, "timer");
	must(r->slot <= TCPW_CANDIDATES, "slot");
	must(!r->create || at->conn.kind == TCPWARD_KIND_BLANK,
	     "a record is created where there is none");
	if (r->verdict == TCPWARD_VERDICT_PASS)
		return;
	must(!r->create, "records are created by PASS alone");
	must(r->timer == TCPW_TIMER_KEEP, "QUIET and DROP keep the timer");
	for (side = 0; side < 2; side++)
		must(r->next[side] == at->conn.ep[side].state,
		     "QUIET and DROP keep the states");
}

/* --- what comes of them ------------------------------------------------- */

/* Numbers of an endpoint that is the same in both records. */
static void check_moves(const struct tcpw_endpoint *before,
			const struct tcpw_endpoint *after)
{
	const uint16_t stay = TCPW_EP_SYN | TCPW_EP_SYN_ACKED |
			      TCPW_EP_ACKED_SYN | TCPW_EP_FIN |
			      TCPW_EP_FIN_ACKED | TCPW_EP_ACKED_FIN |
			      TCPW_EP_TS | TCPW_EP_SACK_OK | TCPW_EP_AUTH;

	must(up_to(before->nxt, after->nxt), "nxt never moves left");
	must(up_to(before->una, after->una), "una never moves left");
	must(up_to(before->edge, after->edge), "edge never moves left");
	must(up_to(before->dend, after->dend), "dend never moves left");
	must(before->maxwnd <= after->maxwnd, "maxwnd never shrinks");
	must(!(before->flags & ~after->flags & stay),
	     "what was sent stays sent");
	must(!(before->flags & TCPW_EP_FIN) || after->dend == before->dend,
	     "a FIN stays where it is");
}

/* Open or closing, and the same: candidates may change an opening. */
static bool same_endpoint(const struct tcpw_endpoint *a,
			  const struct tcpw_endpoint *b)
{
	return a->state >= TCPWARD_STATE_ESTABLISHED && a->iss == b->iss;
}

/* Where both are the same connection, it has only moved on. */
static void check_goes_on(const struct memory *at,
			  const struct tcpw_conn *before,
			  const struct tcpw_conn *after)
{
	unsigned int side;

	if (!well_known(at, before) || !well_known(at, after) ||
	    before->client != after->client ||
	    !same_endpoint(&before->ep[0], &after->ep[0]) ||
	    !same_endpoint(&before->ep[1], &after->ep[1]))
		return;
	for (side = 0; side < 2; side++)
		check_moves(&before->ep[side], &after->ep[side]);
}

/*
 * A DROP may note one thing, the stale SYN (R94). QUIET notes candidates and
 * counts, and a segment of the former record alone moves that on (R100).
 */
static void check_refused(const struct tcpw_ruling *r,
			  const struct memory *before,
			  const struct memory *after)
{
	struct tcpw_ext may = before->ext;

	must(!memcmp(&before->conn, &after->conn, sizeof(before->conn)),
	     "QUIET and DROP change no record (R57)");
	may.stale = after->ext.stale;
	may.stale_seq = after->ext.stale_seq;
	may.stale_ms = after->ext.stale_ms;
	if (r->verdict == TCPWARD_VERDICT_QUIET) {
		memcpy(may.syn, after->ext.syn, sizeof(may.syn));
		memcpy(may.synack, after->ext.synack, sizeof(may.synack));
		may.synacks = after->ext.synacks;
		may.limit_s = after->ext.limit_s;
		may.limit_syns = after->ext.limit_syns;
		may.limit_rsts = after->ext.limit_rsts;
		may.limit_acks = after->ext.limit_acks;
		may.challenged = after->ext.challenged;
		may.challenge_ack = after->ext.challenge_ack;
	}
	if (r->reason == TCPWARD_REASON_SHADOW_SEGMENT) {
		check_goes_on(after, &before->ext.shadow,
			      &after->ext.shadow);
		may.shadow = after->ext.shadow;
	}
	must(!memcmp(&may, &after->ext, sizeof(may)),
	     "QUIET and DROP change no more of the rest than RULES allow");
}

void check_change(const struct tcpw_ruling *r, const struct memory *before,
		  const struct memory *after)
{
	if (r->verdict != TCPWARD_VERDICT_PASS)
		check_refused(r, before, after);
	if (r->create)
		must(after->conn.kind != TCPWARD_KIND_BLANK,
		     "a record created");
	check_goes_on(after, &before->conn, &after->conn);
}

/*
 * Networks repeat segments. A RST ends what it was good for; and a third step
 * that chose a candidate says nothing of its timestamps.
 */
void check_copy(const struct tcpw_ruling *first,
		const struct tcpw_ruling *second, const struct tcpw_seg *seg,
		const struct memory *after)
{
	if (seg->flags & TCPW_RST || !well_known(after, &after->conn) ||
	    second->reason == TCPWARD_REASON_PAWS ||
	    second->reason == TCPWARD_REASON_TIMESTAMP_MISSING)
		return;
	must(first->verdict != TCPWARD_VERDICT_PASS ||
	     second->verdict != TCPWARD_VERDICT_DROP,
	     "a copy of what passed is not dropped");
}

/* --- records ------------------------------------------------------------ */

/* RULES 1.3, row by row; a later row counts. */
static bool state_follows(const struct tcpw_endpoint *ep)
{
	bool fin = ep->flags & TCPW_EP_FIN;
	bool acked = ep->flags & TCPW_EP_FIN_ACKED;
	bool has_acked = ep->flags & TCPW_EP_ACKED_FIN;

	if (!fin && !has_acked)
		return ep->state <= TCPWARD_STATE_ESTABLISHED;
	if (!fin)
		return ep->state == TCPWARD_STATE_CLOSE_WAIT;
	if (!has_acked)
		return ep->state == (acked ? TCPWARD_STATE_FIN_WAIT_2 :
					     TCPWARD_STATE_FIN_WAIT_1);
	if (!acked)
		return ep->state == TCPWARD_STATE_LAST_ACK ||
		       ep->state == TCPWARD_STATE_CLOSING;
	return ep->state == TCPWARD_STATE_CLOSED ||
	       ep->state == TCPWARD_STATE_TIME_WAIT;
}

static void check_endpoint(const struct tcpw_endpoint *ep, bool numbers)
{
	must(ep->ws <= 14, "window scale");
	must(ep->state <= TCPWARD_STATE_MAX, "state");
	if (!numbers)
		return;
	must(state_follows(ep), "the state follows from what was sent (1.3)");
	if (ep->state < TCPWARD_STATE_ESTABLISHED)
		return;
	must(ep->maxwnd >= 1, "maxwnd is at least 1");
	must(up_to(ep->una, ep->nxt), "nothing is acknowledged unsent");
	must(up_to(ep->dend, ep->nxt), "no data beyond nxt");
	must(!(ep->flags & TCPW_EP_FIN) || up_to(ep->dend + 1, ep->nxt),
	     "the FIN was sent");
	must(!(ep->flags & TCPW_EP_FIN_ACKED) ||
	     up_to(ep->dend + 1, ep->una), "the FIN was acknowledged");
}

static uint64_t longest_ms(const struct tcpw_config *cfg)
{
	const uint64_t all[] = {
		cfg->timeout_syn_ms, cfg->timeout_half_open_ms,
		cfg->timeout_established_ms, cfg->timeout_closing_ms,
		cfg->timeout_reset_ms, 2ull * cfg->msl_ms,
	};
	uint64_t longest = 1;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] > longest)
			longest = all[i];
	return longest;
}

void check_record(const struct memory *at, const struct tcpw_config *cfg,
		  uint64_t now_ms)
{
	const struct tcpw_conn *conn = &at->conn;
	bool may_stay = !cfg->timeout_syn_ms || !cfg->timeout_half_open_ms ||
			!cfg->timeout_established_ms ||
			!cfg->timeout_closing_ms;

	must(conn->kind <= TCPWARD_KIND_RESET, "kind");
	must(conn->client <= 1, "client");
	must(conn->closed_by <= 2, "closed_by");
	must(conn->rst_by <= 3, "rst_by");
	if (conn->kind == TCPWARD_KIND_BLANK)
		return;
	must(conn->deadline_ms || may_stay, "every record ends");
	must(conn->deadline_ms <= now_ms + longest_ms(cfg),
	     "no record outlives its timeouts");
	/* Of numbers met in the middle nothing is certain. */
	check_endpoint(&conn->ep[0], well_known(at, conn));
	check_endpoint(&conn->ep[1], well_known(at, conn));
}

void check_saved(const struct memory *at, uint64_t now_ms)
{
	const struct tcpw_conn *shadow = &at->ext.shadow;
	struct tcpw_saved_conn conn;
	struct memory copy = *at;
	struct tcpw_saved_ext ext;
	const char *fault;

	if (at->conn.kind == TCPWARD_KIND_BLANK ||
	    tcpw_expired(&at->conn, now_ms))
		return;
	tcpw_save_conn(&conn, &at->conn, now_ms);
	if (at->has_ext)
		tcpw_save_ext(&ext, &at->ext, now_ms);
	fault = tcpw_saved_fault(&conn, at->has_ext ? &ext : NULL);
	if (fault)
		fprintf(stderr, "refused: %s\n", fault);
	must(!fault, "what the core has made can be restored");
	tcpw_restore_conn(&copy.conn, &conn, now_ms);
	if (at->has_ext)
		tcpw_restore_ext(&copy.ext, &ext, now_ms);
	must(!memcmp(&copy.conn, &at->conn, sizeof(copy.conn)),
	     "a record restored at once is the same");
	/* The rest of what is over is told as a moment. */
	if (shadow->kind == TCPWARD_KIND_BLANK ||
	    tcpw_expired(shadow, now_ms))
		copy.ext.shadow.deadline_ms = shadow->deadline_ms;
	if (at->ext.shadow_until_ms <= now_ms)
		copy.ext.shadow_until_ms = at->ext.shadow_until_ms;
	must(!memcmp(&copy.ext, &at->ext, sizeof(copy.ext)),
	     "what stands beside it is, too");
}
