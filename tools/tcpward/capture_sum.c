// SPDX-License-Identifier: GPL-2.0
/* The TCP checksum over a captured segment and its pseudo header. */
#include "capture_parts.h"

#include <sys/socket.h>

#define SUM_OFFSET 16

static uint64_t add(uint64_t sum, const uint8_t *data, uint32_t len)
{
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += capture_be16(data + i);
	if (len & 1)
		sum += data[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/*
 * A packet captured before its device has summed it carries the sum of the
 * pseudo header alone; that counts as right, as it does inline.
 */
bool capture_bad_sum(const struct capture_segment *seg)
{
	uint32_t octets = seg->family == AF_INET6 ? 16 : 4;
	uint64_t pseudo;

	if (!seg->whole || seg->total < CAPTURE_TCP_HEADER)
		return false;
	pseudo = CAPTURE_PROTO_TCP + (seg->total >> 16) +
		 (seg->total & 0xffff);
	pseudo = add(add(pseudo, seg->src, octets), seg->dst, octets);
	if (capture_be16(seg->tcp + SUM_OFFSET) == fold(pseudo))
		return false;
	return fold(add(pseudo, seg->tcp, seg->total)) != 0xffff;
}
