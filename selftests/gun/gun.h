/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the packet gun owe each other.
 */
#ifndef GUN_H
#define GUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUN_LINES 2	/* the client's, the server's */
#define GUN_BATCH 64	/* what a device polls at once: keeps the order */
#define GUN_FRAME 128	/* bytes, more than any segment here takes */

/* main.c */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* shot.c: the segments of each kind, as frames */
struct shot {			/* one segment of a connection */
	uint8_t from;		/* line: 0 the client's, 1 the server's */
	uint8_t flags;		/* of TCP */
	uint8_t seq, ack;	/* from the initial numbers on */
};

struct kind {
	const char *name;
	bool random;		/* senders: else one after the other */
	unsigned int shots;
	struct shot shot[3];
};

struct target {
	int family;
	uint8_t from[16], to[16];	/* IPv4 in the first four bytes */
	unsigned int bits;	/* of from that stay when it is random */
	uint16_t port;
	uint64_t seed;
};

const struct kind *kind_find(const char *name);
size_t shot_frame(const struct target *target, const struct kind *kind,
		  const struct shot *shot, uint64_t index,
		  uint8_t *frame /* behind the addresses of Ethernet */);

/* line.c: devices to send by */
struct line {
	int fd;
	uint8_t addresses[12];	/* of Ethernet: receiver, sender */
};

/* What one batch sends by one line. */
struct batch {
	unsigned int frames;
	uint8_t frame[GUN_BATCH][GUN_FRAME];
	size_t length[GUN_BATCH];
};

void line_open(struct line *line, const char *text);
unsigned int line_send(const struct line *line, struct batch *batch);

#endif
