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
	must(!memcmp(&seg, &again, sizeof(seg)), "the same twice");
	check(&seg, total);
	return 0;
}
