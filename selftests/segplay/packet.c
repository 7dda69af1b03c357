// SPDX-License-Identifier: GPL-2.0
/* Builds segments as bytes, and verifies their checksums. */
#include "segplay.h"

#include <string.h>

#define HEADER_LEN 20
#define SUM_AT 16

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	*at++ = value >> 8;
	*at++ = value;
	return at;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value);
}

static uint8_t *put_options(uint8_t *at, const struct segment *seg)
{
	size_t i;

	if (seg->mss.given) {
		*at++ = 2;
		*at++ = 4;
		at = put16(at, seg->mss.value);
	}
	if (seg->sack_ok) {
		*at++ = 4;
		*at++ = 2;
	}
	if (seg->tsval.given) {
		*at++ = 8;
		*at++ = 10;
		at = put32(put32(at, seg->tsval.value), seg->tsecr.value);
	}
	if (seg->ws.given) {
		*at++ = 3;
		*at++ = 3;
		*at++ = seg->ws.value;
	}
	if (seg->sacks) {
		*at++ = 5;
		*at++ = 2 + 8 * seg->sacks;
		for (i = 0; i < 2 * (size_t)seg->sacks; i++)
			at = put32(at, seg->sack[i]);
	}
	memcpy(at, seg->raw, seg->raw_len);
	return at + seg->raw_len;
}

/* Ones' complement sum of 16-bit words; an odd last octet is a high one. */
static uint64_t sum_of(const uint8_t *bytes, uint32_t len)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < len; i++)
		sum += (uint64_t)bytes[i] << (i % 2 ? 0 : 8);
	return sum;
}

/* The payload is zero and adds nothing, and so the pseudo header's fields may
 * be added in any width.
 */
static uint16_t folded_sum(const struct packet *packet)
{
	uint64_t sum = sum_of(packet->src.bytes, packet->src.len) +
		       sum_of(packet->dst.bytes, packet->dst.len) +
		       sum_of(packet->tcp, packet->avail) +
		       6 + (packet->total >> 16) + (packet->total & 0xffff);

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

bool packet_sum_right(const struct packet *packet)
{
	return packet->snapped || folded_sum(packet) == 0xffff;
}

void packet_build(const struct segment *seg, struct packet *packet)
{
	uint8_t *at = packet->tcp;
	uint32_t header;

	memset(packet->tcp, 0, sizeof(packet->tcp));
	at = put_options(at + HEADER_LEN, seg);
	header = (at - packet->tcp + 3) & ~3u;
	at = put16(packet->tcp, packet->src.port);
	at = put16(at, packet->dst.port);
	at = put32(at, seg->seq.value);
	at = put32(at, seg->ack.value);
	*at++ = (seg->offset.given ? seg->offset.value : header / 4) << 4 |
		seg->reserved.value << 1 | !!(seg->flags & TCPW_AE);
	*at++ = seg->flags;
	put16(put16(put16(at, seg->window.value), 0), seg->urgent.value);
	packet->avail = header;
	packet->total = header + seg->len;
	packet->loopback = seg->loopback;
	put16(packet->tcp + SUM_AT,
	      ~folded_sum(packet) ^ (seg->bad_sum ? 0x5555 : 0));
	if (seg->cut.given)
		packet->total = seg->cut.value;
	if (packet->avail > packet->total)
		packet->avail = packet->total;
	packet->snapped = seg->snap.given && packet->avail > seg->snap.value;
	if (packet->snapped)
		packet->avail = seg->snap.value;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->len == b->len && a->port == b->port &&
	       !memcmp(a->bytes, b->bytes, a->len);
}
