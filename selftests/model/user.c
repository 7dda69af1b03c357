// SPDX-License-Identifier: GPL-2.0
/*
 * What users and timers do to an endpoint: RFC 9293 3.10.1 to 3.10.5 and
 * 3.10.8. The counts in struct end bound how often.
 */
#include "endpoint.h"

static bool connected(const struct end *end)
{
	return end->state >= SYN_RECEIVED && end->state != TIME_WAIT;
}

bool end_can_open(const struct end *end)
{
	return end->opens && (end->state == CLOSED || end->state == LISTEN ||
			      end->state == TIME_WAIT);
}

bool end_open(struct end *end, const struct end_rules *rules,
	      struct segment *out)
{
	end->opens--;
	end_begin(end, rules);
	end->state = SYN_SENT;
	end->flags |= END_ACTIVE;
	return end_send(end, rules, end->iss, SYN, 0, out);
}

bool end_can_write(const struct end *end, unsigned int octets)
{
	return (end->state == ESTABLISHED || end->state == CLOSE_WAIT) &&
	       end->writes >= octets &&
	       seq_at_most(end->nxt + octets, end->una + end->wnd);
}

bool end_write(struct end *end, const struct end_rules *rules,
	       unsigned int octets, struct segment *out)
{
	uint32_t seq = end->nxt;

	end->writes -= octets;
	end->nxt += octets;
	return end_send(end, rules, seq, ACK, octets, out);
}

bool end_can_close(const struct end *end, const struct end_rules *rules)
{
	if (end->state == SYN_RECEIVED)
		return rules->closes_early;
	return (end->state == ESTABLISHED || end->state == CLOSE_WAIT) &&
	       (rules->fin_beyond_window ||
		seq_less(end->nxt, end->una + end->wnd));
}

bool end_close(struct end *end, const struct end_rules *rules, bool gone,
	       struct segment *out)
{
	if (gone)
		end->flags |= END_GONE;
	/* 3.6.1: received data was never read. */
	if (gone && end->unread) {
		end_send(end, rules, end->nxt, RST, 0, out);
		end_forget(end);
		return true;
	}
	end->flags |= END_FIN;
	end->state = end->state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT_1;
	end->nxt++;
	return end_send(end, rules, end->nxt - 1, FIN | ACK, 0, out);
}

bool end_can_abort(const struct end *end)
{
	return end->aborts && end->state != CLOSED && end->state != LISTEN;
}

/* 3.10.5: in SYN-SENT and TIME-WAIT without a word. */
bool end_abort(struct end *end, struct segment *out)
{
	bool sends = connected(end) && end->state != CLOSING &&
		     end->state != LAST_ACK;

	end->aborts--;
	*out = (struct segment){
		.seq = end->nxt, .flags = RST, .used = sends,
	};
	end_forget(end);
	return sends;
}

bool end_can_read(const struct end *end)
{
	return end->unread;
}

bool end_read(struct end *end, const struct end_rules *rules,
	      struct segment *out)
{
	bool opens = end->unread == rules->buffer;

	end->unread = 0;
	return opens && connected(end) && end_ack(end, rules, out);
}

static bool probes_window(const struct end *end)
{
	return end->una == end->nxt && !end->wnd && end->writes &&
	       (end->state == ESTABLISHED || end->state == CLOSE_WAIT);
}

bool end_waits(const struct end *end)
{
	return end->state >= SYN_SENT &&
	       (end->una != end->nxt || probes_window(end));
}

bool end_can_time_out(const struct end *end)
{
	return end->timeouts && end_waits(end);
}

/* All from SND.UNA on, or one octet into a closed window. */
bool end_time_out(struct end *end, const struct end_rules *rules,
		  struct segment *out)
{
	bool fin = end->flags & END_FIN;

	end->timeouts--;
	if (probes_window(end))
		return end_write(end, rules, 1, out);
	if (end->state == SYN_SENT)
		return end_send(end, rules, end->iss, SYN, 0, out);
	if (end->una == end->iss)
		return end_send(end, rules, end->iss, SYN | ACK, 0, out);
	return end_send(end, rules, end->una, fin ? FIN | ACK : ACK,
			end->nxt - end->una - fin, out);
}

bool end_can_probe(const struct end *end)
{
	return end->probes && end->una == end->nxt &&
	       end->state >= ESTABLISHED && end->state != TIME_WAIT;
}

/* RFC 9293 3.8.4 */
bool end_probe(struct end *end, const struct end_rules *rules,
	       struct segment *out)
{
	end->probes--;
	return end_send(end, rules, end->nxt - 1, ACK, 0, out);
}

const char *end_state_name(unsigned int state)
{
	static const char *const names[] = {
		[CLOSED] = "CLOSED",
		[LISTEN] = "LISTEN",
		[SYN_SENT] = "SYN_SENT",
		[SYN_RECEIVED] = "SYN_RECEIVED",
		[ESTABLISHED] = "ESTABLISHED",
		[FIN_WAIT_1] = "FIN_WAIT_1",
		[FIN_WAIT_2] = "FIN_WAIT_2",
		[CLOSE_WAIT] = "CLOSE_WAIT",
		[CLOSING] = "CLOSING",
		[LAST_ACK] = "LAST_ACK",
		[TIME_WAIT] = "TIME_WAIT",
	};

	return names[state];
}
