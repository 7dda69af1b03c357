// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are a TCP header as far as it was captured. Reads
 * beyond them are the sanitizer's to find; what is said of them is checked
 * here.
 */
#include "fuzz.h"

#include <string.h>

static void check(const struct tcpw_seg *seg, uint32_t total)
{
	must(seg->bad <= TCPWARD_REASON_MAX, "reason of a bad header");
	must(seg->sacks <= TCPW_SACK_MAX, "number of SACK blocks");
	must(!seg->known, "known belongs to the caller");
	must(seg->len <= total, "more payload than datagram");
	if (seg->bad)
		return;
	must(total - seg->len >= 20 && total - seg->len <= 60,
	     "length of the header");
	must(seg->flags & (TCPW_SYN | TCPW_RST | TCPW_ACK), "a useful flag");
	must(!(seg->flags & TCPW_SYN && seg->flags & (TCPW_FIN | TCPW_RST)),
	     "SYN with FIN or RST");
}

/* What lies behind the last SACK block is nobody's. */
static bool same(const struct tcpw_seg *a, const struct tcpw_seg *b)
{
	return !memcmp(a, b, offsetof(struct tcpw_seg, sack)) &&
	       !memcmp(a->sack, b->sack, 8 * a->sacks);
}

/* NOPs behind say nothing, but spoil the layouts that are read at once. */
static void check_padded(const struct tcpw_seg *seg, const uint8_t *tcp,
			 uint32_t total)
{
	uint32_t header = (tcp[12] >> 4) * 4;
	struct tcpw_seg padded;
	uint8_t longer[60];

	if (seg->bad || seg->options & TCPW_OPT_BROKEN || header > 56)
		return;
	memcpy(longer, tcp, header);
	memset(longer + header, 1, 4);
	longer[12] += 0x10;
	tcpw_seg_parse(&padded, longer, header + 4, total + 4);
	must(same(seg, &padded), "one way of reading says what the other says");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcpw_seg seg, again;
	uint32_t total;

	if (size < 2 || size > 70)
		return 0;
	/* The first octets: how much longer the datagram was. */
	total = size - 2 + (data[0] << 8 | data[1]);
	memset(&seg, 0xaa, sizeof(seg));
	memset(&again, 0x55, sizeof(again));
	tcpw_seg_parse(&seg, data + 2, size - 2, total);
	tcpw_seg_parse(&again, data + 2, size - 2, total);
	check(&seg, total);
	must(same(&seg, &again), "the same twice");
	if (size >= 22)
		check_padded(&seg, data + 2, total);
	return 0;
}
