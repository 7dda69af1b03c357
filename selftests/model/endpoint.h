/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reference endpoint by RFC 9293 with the challenge ACKs of RFC 5961.
 * Shares nothing with the core: its own segments, states and comparisons.
 * Never knows of the middle box, of time or of the network.
 */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of the wire. */
#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

struct segment {
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint8_t len;		/* octets of data */
	uint8_t window;
	uint8_t used;		/* a place in a bag is taken */
};

enum end_state {
	CLOSED,
	LISTEN,
	SYN_SENT,
	SYN_RECEIVED,
	ESTABLISHED,
	FIN_WAIT_1,
	FIN_WAIT_2,
	CLOSE_WAIT,
	CLOSING,
	LAST_ACK,
	TIME_WAIT,
};

#define END_LISTENS 0x01	/* a server: without connection in LISTEN */
#define END_ACTIVE 0x02		/* this connection began with an active OPEN */
#define END_FIN 0x04		/* has sent its FIN, at nxt - 1 */
#define END_GONE 0x08		/* the application has closed both ways */
#define END_DONE 0x10		/* the last connection ended in LAST-ACK */
#define END_BLURRED 0x20	/* the box saw its FIN only as repeated */

#define END_ISSES 4

/* How an end of a scenario behaves; the same for all its connections. */
struct end_rules {
	uint32_t iss[END_ISSES];	/* in turn, one per connection */
	uint8_t buffer;			/* octets it takes without a read */
	bool reads_later;		/* data stays in the buffer until read */
	bool takes_crossed_synack;	/* SYN+ACK repeats the crossed SYN */
	bool fin_beyond_window;	/* sends its FIN into a full window */
	bool closes_early;	/* may close in SYN-RECEIVED */
};

/* Sequence variables have the names of RFC 9293 3.3.1. */
struct end {
	uint32_t iss;
	uint32_t una;
	uint32_t nxt;
	uint32_t wl1;
	uint32_t wl2;
	uint32_t rcv_nxt;
	uint8_t state;		/* enum end_state */
	uint8_t flags;		/* END_* */
	uint8_t wnd;		/* SND.WND */
	uint8_t max_wnd;	/* MAX.SND.WND of RFC 5961 */
	uint8_t unread;		/* octets waiting for the application */
	uint8_t isses;		/* connections begun, modulo END_ISSES */
	/* What the users and timers of this end may still do. */
	uint8_t opens;
	uint8_t writes;		/* octets */
	uint8_t timeouts;
	uint8_t probes;		/* keep-alives */
	uint8_t aborts;
	uint8_t crashes;
};

/*
 * All that act on an end return true where it sends *out. The actions of
 * users and timers come after a question whether they are possible.
 */

/* SEGMENT ARRIVES, RFC 9293 3.10.7. */
bool end_receive(struct end *end, const struct end_rules *rules,
		 const struct segment *in, struct segment *out);

bool end_can_open(const struct end *end);
bool end_open(struct end *end, const struct end_rules *rules,
	      struct segment *out);
bool end_can_write(const struct end *end, unsigned int octets);
bool end_write(struct end *end, const struct end_rules *rules,
	       unsigned int octets, struct segment *out);
bool end_can_close(const struct end *end, const struct end_rules *rules);
/* Half-close, or (@gone) nothing more will be read either. */
bool end_close(struct end *end, const struct end_rules *rules, bool gone,
	       struct segment *out);
bool end_can_abort(const struct end *end);
bool end_abort(struct end *end, struct segment *out);
bool end_can_read(const struct end *end);
bool end_read(struct end *end, const struct end_rules *rules,
	      struct segment *out);
bool end_can_time_out(const struct end *end);
bool end_time_out(struct end *end, const struct end_rules *rules,
		  struct segment *out);
bool end_can_probe(const struct end *end);
bool end_probe(struct end *end, const struct end_rules *rules,
	       struct segment *out);
/* All is forgotten: a crash, the end of TIME-WAIT, or giving up. */
void end_forget(struct end *end);

/* Does it wait for an answer that it would repeat something for? */
bool end_waits(const struct end *end);

const char *end_state_name(unsigned int state);

/* For endpoint.c and user.c. */
void end_begin(struct end *end, const struct end_rules *rules);
bool end_send(const struct end *end, const struct end_rules *rules,
	      uint32_t seq, uint8_t flags, uint8_t len, struct segment *out);
bool end_ack(const struct end *end, const struct end_rules *rules,
	     struct segment *out);

/* Sequence numbers are compared modulo 2^32. */
static inline bool seq_less(uint32_t a, uint32_t b)
{
	return a != b && b - a < 0x80000000u;
}

static inline bool seq_at_most(uint32_t a, uint32_t b)
{
	return b - a < 0x80000000u;
}

static inline uint32_t segment_space(const struct segment *seg)
{
	return seg->len + !!(seg->flags & SYN) + !!(seg->flags & FIN);
}

#endif
