// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams in pieces: keeps of each only its TCP header and which octets
 * have come, in a fixed number of places; the oldest gives way.
 */
#include "capture_parts.h"

#include <stdlib.h>
#include <string.h>

#define PLACES 64
#define HEADER_MAX 60		/* the longest TCP header */
#define DATAGRAM_MAX 65536
#define BLOCK 8			/* pieces begin at multiples of this */
#define TIMEOUT_US 60000000ULL	/* RFC 8200 4.5 */

struct datagram {
	struct capture_segment first;	/* addresses */
	uint32_t id;
	uint32_t total;		/* octets of all, 0: last piece not seen */
	uint32_t blocks;	/* set in come[] */
	uint32_t pieces;	/* 0: place is free */
	uint64_t age;		/* count of pieces added when it was begun */
	uint32_t cut;		/* octets of the header kept, 0: all that came */
	uint8_t come[DATAGRAM_MAX / BLOCK / 8];
	uint8_t header[HEADER_MAX];
};

struct capture_frags {
	struct datagram place[PLACES];
	uint64_t added;
	uint64_t completed;	/* pieces of complete datagrams */
};

struct capture_frags *capture_frags_new(void)
{
	return calloc(1, sizeof(struct capture_frags));
}

void capture_frags_free(struct capture_frags *frags)
{
	free(frags);
}

uint64_t capture_frags_pending(const struct capture_frags *frags)
{
	return frags->added - frags->completed;
}

static bool belongs(const struct datagram *d, uint32_t id,
		    const struct capture_segment *seg)
{
	return d->pieces && d->id == id && d->first.family == seg->family &&
	       !memcmp(d->first.src, seg->src, sizeof(seg->src)) &&
	       !memcmp(d->first.dst, seg->dst, sizeof(seg->dst)) &&
	       seg->time_us - d->first.time_us < TIMEOUT_US;
}

static struct datagram *find_place(struct capture_frags *frags, uint32_t id,
				   const struct capture_segment *seg)
{
	struct datagram *oldest = &frags->place[0], *d;

	for (d = frags->place; d < frags->place + PLACES; d++) {
		if (belongs(d, id, seg))
			return d;
		if (d->age < oldest->age)
			oldest = d;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->first = *seg;
	oldest->id = id;
	oldest->age = frags->added;
	return oldest;
}

static void mark_come(struct datagram *d, uint32_t offset, uint32_t len)
{
	uint32_t block, end = (offset + len + BLOCK - 1) / BLOCK;

	for (block = offset / BLOCK; block < end; block++) {
		if (d->come[block / 8] & 1 << block % 8)
			continue;
		d->come[block / 8] |= 1 << block % 8;
		d->blocks++;
	}
}

/*
 * Octets of the TCP header may come in several pieces. Where the capture cut
 * the first one behind the fixed header, that is all there is to judge by, as
 * it is for a whole datagram. False when too little of this piece was kept.
 */
static bool keep_header(struct datagram *d, uint32_t offset,
			const struct capture_segment *seg)
{
	uint32_t len = seg->total;

	if (offset >= HEADER_MAX)
		return true;
	if (len > HEADER_MAX - offset)
		len = HEADER_MAX - offset;
	if (seg->avail < len) {
		len = seg->avail;
		if (offset || len < CAPTURE_TCP_HEADER)
			return false;
		d->cut = len;
	}
	memcpy(d->header + offset, seg->tcp, len);
	return true;
}

static bool complete(const struct datagram *d)
{
	return d->total && d->blocks == (d->total + BLOCK - 1) / BLOCK;
}

bool capture_frags_add(struct capture_frags *frags,
		       const struct capture_fragment *frag,
		       struct capture_segment *seg)
{
	struct datagram *d;

	frags->added++;
	if (frag->offset + seg->total > DATAGRAM_MAX)
		return false;
	d = find_place(frags, frag->id, seg);
	d->pieces++;
	if (!keep_header(d, frag->offset, seg))
		return false;
	mark_come(d, frag->offset, seg->total);
	if (!frag->more)
		d->total = frag->offset + seg->total;
	if (!complete(d))
		return false;
	frags->completed += d->pieces;
	d->pieces = 0;
	d->age = 0;
	seg->tcp = d->header;
	seg->total = d->total;
	seg->avail = d->total < HEADER_MAX ? d->total : HEADER_MAX;
	if (d->cut)
		seg->avail = d->cut;
	seg->whole = false;
	return true;
}
