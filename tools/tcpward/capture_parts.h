/* SPDX-License-Identifier: GPL-2.0 */
/* What the layers of the capture reader hand to each other. */
#ifndef TCPWARD_CAPTURE_PARTS_H
#define TCPWARD_CAPTURE_PARTS_H

#include "capture.h"

#define CAPTURE_PROTO_TCP 6
#define CAPTURE_TCP_HEADER 20

/* A packet, seen from the layer that is being read. */
struct capture_packet {
	const uint8_t *data;
	uint32_t len;		/* captured from data on */
	uint32_t wire;		/* on the wire from data on, at least len */
	bool loopback;		/* never left the machine */
};

/* A piece of an IP datagram: where it goes. */
struct capture_fragment {
	uint32_t id;
	uint32_t offset;	/* octets */
	bool more;
};

enum capture_content {
	CONTENT_TCP,
	CONTENT_TCP_FRAGMENT,
	CONTENT_TCP_CUT,	/* TCP, but not enough of it */
	CONTENT_OTHER,
};

/* Whether @link is a link-layer type that capture_link_skip() knows. */
bool capture_link_known(int link);

/* Move @packet to its IP header. False when it holds none. */
bool capture_link_skip(int link, struct capture_packet *packet);

/*
 * Read the IP headers of @packet: addresses, tcp, avail, total and known of
 * @seg, and @frag for a piece of a datagram.
 */
enum capture_content capture_ip(const struct capture_packet *packet,
				struct capture_segment *seg,
				struct capture_fragment *frag);

/* Datagrams under reassembly; zeroed at the beginning. */
struct capture_frags;

struct capture_frags *capture_frags_new(void);
void capture_frags_free(struct capture_frags *frags);

/*
 * Add the piece @frag that @seg describes. True when it completes its
 * datagram: @seg then describes the whole, as far as its TCP header.
 */
bool capture_frags_add(struct capture_frags *frags,
		       const struct capture_fragment *frag,
		       struct capture_segment *seg);

/* Pieces added whose datagram is not complete. */
uint64_t capture_frags_pending(const struct capture_frags *frags);

static inline uint16_t capture_be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t capture_be32(const uint8_t *p)
{
	return (uint32_t)capture_be16(p) << 16 | capture_be16(p + 2);
}

#endif
