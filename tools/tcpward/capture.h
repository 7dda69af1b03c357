/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP segments out of a capture file: pcap and pcapng by libpcap; Ethernet
 * with VLAN tags, FDDI, null, loop, raw and Linux cooked link layers; IPv4 and
 * IPv6 with fragments put together. Says where a segment lies; judges nothing.
 */
#ifndef TCPWARD_CAPTURE_H
#define TCPWARD_CAPTURE_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct capture;

#define CAPTURE_ERROR_TEXT PCAP_ERRBUF_SIZE

struct capture_segment {
	uint64_t frame;		/* number in the file, from 1 */
	uint64_t time_us;	/* of the packet, since the epoch */
	int family;		/* AF_INET, AF_INET6 */
	uint8_t src[16];	/* network byte order; IPv4 uses 4 octets */
	uint8_t dst[16];
	uint16_t sport;		/* host byte order */
	uint16_t dport;
	const uint8_t *tcp;	/* valid until the next capture_next() */
	uint32_t avail;		/* octets captured at tcp */
	uint32_t total;		/* octets of header and payload by IP */
	uint8_t known;		/* TCPW_SEG_* but BAD_SUM */
	bool whole;		/* in one piece: the checksum can be verified */
	bool loopback;		/* never left the machine */
};

enum capture_result {
	CAPTURE_SEGMENT,
	CAPTURE_END,
	CAPTURE_FAILED,		/* capture_error() says why */
};

/*
 * Read from @file, which is given away: capture_close() closes it, and so
 * does a failure. NULL then, with the cause in @error.
 */
struct capture *capture_open(FILE *file, char error[CAPTURE_ERROR_TEXT]);
void capture_close(struct capture *cap);

/* The next frame that holds TCP which can be read. */
enum capture_result capture_next(struct capture *cap,
				 struct capture_segment *seg);

/* Frames read so far. */
uint64_t capture_frames(const struct capture *cap);

/*
 * Frames that hold TCP but no segment that can be judged: cut before the
 * end of the TCP header, or fragments of datagrams that never got complete.
 */
uint64_t capture_unreadable(const struct capture *cap);

const char *capture_error(const struct capture *cap);

/* Whether the TCP checksum of @seg is complete and wrong. */
bool capture_bad_sum(const struct capture_segment *seg);

#endif
