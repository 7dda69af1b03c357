// SPDX-License-Identifier: GPL-2.0
/*
 * SEGMENT ARRIVES of RFC 9293 3.10.7, in its order and with its steps.
 * Choices that it leaves: data and FIN out of order are not kept, every
 * segment that occupies sequence space is acknowledged at once, a SYN in
 * TIME-WAIT opens anew where its number is higher (MAY-2).
 */
#include "endpoint.h"

#include <string.h>

void end_forget(struct end *end)
{
	struct end left = {
		.state = end->flags & END_LISTENS ? LISTEN : CLOSED,
		.flags = end->flags & END_LISTENS,
		.isses = end->isses,
		.opens = end->opens,
		.writes = end->writes,
		.timeouts = end->timeouts,
		.probes = end->probes,
		.aborts = end->aborts,
		.crashes = end->crashes,
	};

	*end = left;
}

void end_begin(struct end *end, const struct end_rules *rules)
{
	end_forget(end);
	end->iss = rules->iss[end->isses];
	end->isses = (end->isses + 1) % END_ISSES;
	end->una = end->iss;
	end->nxt = end->iss + 1;
}

bool end_send(const struct end *end, const struct end_rules *rules,
	      uint32_t seq, uint8_t flags, uint8_t len, struct segment *out)
{
	*out = (struct segment){
		.seq = seq,
		.ack = flags & ACK ? end->rcv_nxt : 0,
		.flags = flags,
		.len = len,
		.window = flags & RST ? 0 : rules->buffer - end->unread,
		.used = 1,
	};
	return true;
}

bool end_ack(const struct end *end, const struct end_rules *rules,
	     struct segment *out)
{
	return end_send(end, rules, end->nxt, ACK, 0, out);
}

/* <SEQ=SEG.ACK><CTL=RST>, or <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> */
static bool answer_reset(const struct segment *in, struct segment *out)
{
	if (in->flags & ACK)
		*out = (struct segment){
			.seq = in->ack, .flags = RST, .used = 1,
		};
	else
		*out = (struct segment){
			.ack = in->seq + segment_space(in),
			.flags = RST | ACK,
			.used = 1,
		};
	return true;
}

static void take_window(struct end *end, const struct segment *in)
{
	end->wnd = in->window;
	end->wl1 = in->seq;
	end->wl2 = in->ack;
	if (in->window > end->max_wnd)
		end->max_wnd = in->window;
}

/* 3.10.7.2 */
static bool in_listen(struct end *end, const struct end_rules *rules,
		      const struct segment *in, struct segment *out)
{
	if (in->flags & RST)
		return false;
	if (in->flags & ACK)
		return answer_reset(in, out);
	if (!(in->flags & SYN))
		return false;
	end_begin(end, rules);
	end->rcv_nxt = in->seq + 1;
	end->state = SYN_RECEIVED;
	take_window(end, in);
	return end_send(end, rules, end->iss, SYN | ACK, 0, out);
}

/* 3.10.7.3 */
static bool in_syn_sent(struct end *end, const struct end_rules *rules,
			const struct segment *in, struct segment *out)
{
	bool acks = in->flags & ACK && seq_less(end->iss, in->ack) &&
		    seq_at_most(in->ack, end->nxt);

	if (in->flags & ACK && !acks)
		return !(in->flags & RST) && answer_reset(in, out);
	if (in->flags & RST) {
		if (acks)
			end_forget(end);
		return false;
	}
	if (!(in->flags & SYN))
		return false;
	end->rcv_nxt = in->seq + 1;
	take_window(end, in);
	if (acks) {
		end->una = in->ack;
		end->state = ESTABLISHED;
		return end_ack(end, rules, out);
	}
	end->state = SYN_RECEIVED;
	return end_send(end, rules, end->iss, SYN | ACK, 0, out);
}

/* Table 6: does any part of it lie in the window? */
static bool acceptable(const struct end *end, const struct end_rules *rules,
		       const struct segment *in)
{
	uint32_t window = rules->buffer - end->unread;
	uint32_t space = segment_space(in);

	/* With a closed window the ACK field alone, also behind a probe. */
	if (!space && !window)
		return in->seq - end->rcv_nxt < rules->buffer;
	if (!window)
		return false;
	if (in->seq - end->rcv_nxt < window)
		return true;
	return space && in->seq + space - 1 - end->rcv_nxt < window;
}

/* Figure 7, line 6: the SYN+ACK repeats the SYN that crossed. */
static bool crossed_synack(const struct end *end,
			   const struct end_rules *rules,
			   const struct segment *in)
{
	return rules->takes_crossed_synack && end->state == SYN_RECEIVED &&
	       in->flags == (SYN | ACK) && in->seq + 1 == end->rcv_nxt &&
	       in->ack == end->nxt;
}

/* RFC 9293 3.5.3, RFC 5961 3.2: exact, or else a challenge. */
static bool take_reset(struct end *end, const struct end_rules *rules,
		       const struct segment *in, struct segment *out)
{
	if (in->seq != end->rcv_nxt)
		return end_ack(end, rules, out);
	end_forget(end);
	return false;
}

/* Fourth step. */
static bool take_syn(struct end *end, const struct end_rules *rules,
		     struct segment *out)
{
	if (end->state == SYN_RECEIVED && !(end->flags & END_ACTIVE)) {
		end_forget(end);
		return false;
	}
	return end_ack(end, rules, out);
}

/* RFC 1122 4.2.2.13: higher than all that the last connection used. */
static bool reopens(const struct end *end, const struct segment *in)
{
	return end->state == TIME_WAIT && end->flags & END_LISTENS &&
	       (in->flags & (SYN | ACK | RST)) == SYN &&
	       seq_less(end->rcv_nxt, in->seq);
}

static bool reopen(struct end *end, const struct end_rules *rules,
		   const struct segment *in, struct segment *out)
{
	end_forget(end);
	return in_listen(end, rules, in, out);
}

/* What the acknowledgement of the own FIN does. */
static void fin_acked(struct end *end)
{
	switch (end->state) {
	case FIN_WAIT_1:
		end->state = FIN_WAIT_2;
		break;
	case CLOSING:
		end->state = TIME_WAIT;
		break;
	case LAST_ACK:
		end_forget(end);
		end->flags |= END_DONE;
		break;
	}
}

/* Fifth step; false: the segment ends here, *sends says with an answer. */
static bool take_ack(struct end *end, const struct end_rules *rules,
		     const struct segment *in, struct segment *out,
		     bool *sends)
{
	bool news = seq_less(end->una, in->ack);

	if (end->state == SYN_RECEIVED) {
		if (!news || seq_less(end->nxt, in->ack)) {
			*sends = answer_reset(in, out);
			return false;
		}
		end->state = ESTABLISHED;
		take_window(end, in);
	}
	if (seq_less(end->nxt, in->ack) ||
	    seq_less(in->ack, end->una - end->max_wnd)) {
		*sends = end_ack(end, rules, out);
		return false;
	}
	if (news)
		end->una = in->ack;
	if (seq_at_most(end->una, in->ack) &&
	    (seq_less(end->wl1, in->seq) ||
	     (end->wl1 == in->seq && seq_at_most(end->wl2, in->ack))))
		take_window(end, in);
	if (news && end->flags & END_FIN && end->una == end->nxt)
		fin_acked(end);
	return true;
}

static bool receives(const struct end *end)
{
	return end->state == ESTABLISHED || end->state == FIN_WAIT_1 ||
	       end->state == FIN_WAIT_2;
}

/* Seventh step: takes what is in order and in the window. */
static bool take_data(struct end *end, const struct end_rules *rules,
		      const struct segment *in)
{
	uint32_t window = rules->buffer - end->unread;
	uint32_t have = end->rcv_nxt - in->seq, fresh;

	if (seq_less(end->rcv_nxt, in->seq) || have >= in->len)
		return false;
	fresh = in->len - have;
	if (fresh > window)
		fresh = window;
	end->rcv_nxt += fresh;
	if (rules->reads_later)
		end->unread += fresh;
	return fresh;
}

/* Eighth step. */
static void take_fin(struct end *end)
{
	end->rcv_nxt++;
	switch (end->state) {
	case ESTABLISHED:
		end->state = CLOSE_WAIT;
		break;
	case FIN_WAIT_1:
		end->state = CLOSING;
		break;
	case FIN_WAIT_2:
		end->state = TIME_WAIT;
		break;
	}
}

static bool take_text(struct end *end, const struct end_rules *rules,
		      const struct segment *in, struct segment *out)
{
	bool fresh = false;

	if (!in->len && !(in->flags & FIN))
		return false;
	if (receives(end)) {
		fresh = take_data(end, rules, in);
		/* SHLD-3: nobody will ever read it. */
		if (fresh && end->flags & END_GONE) {
			end_send(end, rules, end->nxt, RST, 0, out);
			end_forget(end);
			return true;
		}
		if (in->flags & FIN && in->seq + in->len == end->rcv_nxt)
			take_fin(end);
	}
	return end_ack(end, rules, out);
}

/* 3.10.7.4 */
static bool in_other_state(struct end *end, const struct end_rules *rules,
			   const struct segment *in, struct segment *out)
{
	struct segment synack = *in;
	bool sends = false;

	if (reopens(end, in))
		return reopen(end, rules, in, out);
	if (crossed_synack(end, rules, in)) {
		synack.flags = ACK;
		synack.seq++;
		in = &synack;
	} else if (!acceptable(end, rules, in)) {
		return !(in->flags & RST) && end_ack(end, rules, out);
	}
	if (in->flags & RST)
		return take_reset(end, rules, in, out);
	if (in->flags & SYN)
		return take_syn(end, rules, out);
	if (!(in->flags & ACK))
		return false;
	if (!take_ack(end, rules, in, out, &sends))
		return sends;
	if (end->state == CLOSED || end->state == LISTEN)
		return false;
	return take_text(end, rules, in, out);
}

bool end_receive(struct end *end, const struct end_rules *rules,
		 const struct segment *in, struct segment *out)
{
	switch (end->state) {
	case CLOSED:
		return !(in->flags & RST) && answer_reset(in, out);
	case LISTEN:
		return in_listen(end, rules, in, out);
	case SYN_SENT:
		return in_syn_sent(end, rules, in, out);
	default:
		return in_other_state(end, rules, in, out);
	}
}
