// SPDX-License-Identifier: GPL-2.0
/*
 * Reads TCP headers. Owns: what bytes mean. Never: what a segment means for
 * a connection.
 */
#include "core/core.h"

#include <linux/string.h>

#define HEADER_MIN 20

enum {
	KIND_END = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WS = 3,
	KIND_SACK_OK = 4,
	KIND_SACK = 5,
	KIND_TS = 8,
	KIND_MD5 = 19,
	KIND_AO = 29,
	KIND_TFO = 34,
	KIND_EXPERIMENT = 254,
};

static __u16 get16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

static __u32 get32(const __u8 *p)
{
	return (__u32)get16(p) << 16 | get16(p + 2);
}

/* RFC 2018 3: 8n+2 octets with n from 1 to 4. */
static void read_sack(struct tcpw_seg *seg, const __u8 *opt, __u32 len)
{
	__u32 i;

	if (len < 10 || len > 34 || (len - 2) % 8) {
		seg->sack_bad = 1;
		return;
	}
	seg->options |= TCPW_OPT_SACK;
	seg->sacks = (__u8)((len - 2) / 8);
	for (i = 0; i < 2u * seg->sacks; i++)
		seg->sack[i] = get32(opt + 2 + 4 * i);
}

/* Fast open as kind 254 with the magic 0xF989 (RFC 7413 appendix A.2). */
static bool is_tfo_experiment(const __u8 *opt, __u32 len)
{
	return len >= 4 && get16(opt + 2) == 0xF989;
}

static void read_option(struct tcpw_seg *seg, const __u8 *opt, __u32 len)
{
	switch (opt[0]) {
	case KIND_MSS:
		if (len != 4)
			break;
		seg->mss = get16(opt + 2);
		seg->options |= TCPW_OPT_MSS;
		break;
	case KIND_WS:
		if (len != 3)
			break;
		seg->ws = opt[2];
		seg->options |= TCPW_OPT_WS;
		break;
	case KIND_SACK_OK:
		if (len == 2)
			seg->options |= TCPW_OPT_SACK_OK;
		break;
	case KIND_SACK:
		read_sack(seg, opt, len);
		break;
	case KIND_TS:
		if (len != 10)
			break;
		seg->tsval = get32(opt + 2);
		seg->tsecr = get32(opt + 6);
		seg->options |= TCPW_OPT_TS;
		break;
	case KIND_MD5:
	case KIND_AO:
		seg->options |= TCPW_OPT_AUTH;
		break;
	case KIND_TFO:
		seg->options |= TCPW_OPT_TFO;
		break;
	case KIND_EXPERIMENT:
		if (is_tfo_experiment(opt, len))
			seg->options |= TCPW_OPT_TFO;
		break;
	}
}

/*
 * What all stacks send in data: nothing, or NOP NOP timestamps (RFC 7323 A),
 * and NOP NOP SACK behind where something is missing.
 */
static bool read_aligned(struct tcpw_seg *seg, const __u8 *opt, __u32 len)
{
	if (!len)
		return true;
	if (len < 12 || get32(opt) != 0x0101080A)
		return false;
	if (len != 12 && (len < 24 || get32(opt + 12) != 0x010104F2 + len))
		return false;
	seg->tsval = get32(opt + 4);
	seg->tsecr = get32(opt + 8);
	seg->options = TCPW_OPT_TS;
	if (len != 12)
		read_sack(seg, opt + 14, len - 14);
	return true;
}

/* A SYN of Linux: MSS, SACK permitted, timestamps, NOP, window scale. */
static bool read_aligned_syn(struct tcpw_seg *seg, const __u8 *opt, __u32 len)
{
	if (len != 20 || get16(opt) != 0x0204 || get32(opt + 4) != 0x0402080A ||
	    get32(opt + 16) >> 8 != 0x010303)
		return false;
	seg->mss = get16(opt + 2);
	seg->tsval = get32(opt + 8);
	seg->tsecr = get32(opt + 12);
	seg->ws = opt[19];
	seg->options = TCPW_OPT_MSS | TCPW_OPT_SACK_OK | TCPW_OPT_TS |
		       TCPW_OPT_WS;
	return true;
}

static void read_options(struct tcpw_seg *seg, const __u8 *opt, __u32 left)
{
	while (left && opt[0] != KIND_END) {
		if (opt[0] == KIND_NOP) {
			opt++;
			left--;
			continue;
		}
		if (left < 2 || opt[1] < 2 || opt[1] > left) {
			seg->options |= TCPW_OPT_BROKEN;
			return;
		}
		read_option(seg, opt, opt[1]);
		left -= opt[1];
		opt += opt[1];
	}
}

static bool common_flags(__u16 flags)
{
	return (flags & (TCPW_SYN | TCPW_FIN | TCPW_RST | TCPW_ACK)) ==
	       TCPW_ACK;
}

/* Combinations that no state accepts: R3 to R6. */
static __u8 bad_flags(__u16 flags)
{
	if (flags & TCPW_SYN && flags & TCPW_FIN)
		return TCPWARD_REASON_SYN_AND_FIN;
	if (flags & TCPW_SYN && flags & TCPW_RST)
		return TCPWARD_REASON_SYN_AND_RST;
	if (flags & TCPW_FIN && flags & TCPW_RST)
		return TCPWARD_REASON_FIN_AND_RST;
	if (!(flags & (TCPW_SYN | TCPW_RST | TCPW_ACK)))
		return TCPWARD_REASON_NO_USEFUL_FLAG;
	return TCPWARD_REASON_NONE;
}

static void read_nothing(struct tcpw_seg *seg, __u32 total)
{
	memset(seg, 0, sizeof(*seg));
	seg->bad = total < HEADER_MIN ? TCPWARD_REASON_BAD_HEADER_LENGTH :
					TCPWARD_REASON_TRUNCATED_HEADER;
}

/* The fixed part; options are none until they are read. */
static void read_fixed(struct tcpw_seg *seg, const __u8 *tcp, __u16 flags)
{
	seg->seq = get32(tcp + 4);
	seg->ack = get32(tcp + 8);
	seg->tsval = 0;
	seg->tsecr = 0;
	seg->window = get16(tcp + 14);
	seg->flags = flags;
	seg->options = 0;
	seg->known = 0;
	seg->bad = 0;
	seg->sack_bad = 0;
	seg->mss = 0;
	seg->ws = 0;
	seg->sacks = 0;
	seg->urgent = get16(tcp + 18);
	memset(seg->pad, 0, sizeof(seg->pad));
}

void tcpw_seg_parse(struct tcpw_seg *seg, const __u8 *tcp, __u32 avail,
		    __u32 total)
{
	__u32 header, word;

	if (avail < HEADER_MIN) {
		read_nothing(seg, total);
		return;
	}
	word = get16(tcp + 12);
	header = word >> 12 << 2;
	read_fixed(seg, tcp, word & 0x1ff);
	seg->len = total - header;
	if (header < HEADER_MIN || header > total) {
		seg->len = 0;
		seg->bad = TCPWARD_REASON_BAD_HEADER_LENGTH;
		return;
	}
	if (!common_flags(seg->flags))
		seg->bad = bad_flags(seg->flags);
	if (header > avail) {
		read_options(seg, tcp + HEADER_MIN, avail - HEADER_MIN);
		seg->options |= TCPW_OPT_BROKEN;
		return;
	}
	tcp += HEADER_MIN;
	header -= HEADER_MIN;
	if (!read_aligned(seg, tcp, header) &&
	    !read_aligned_syn(seg, tcp, header))
		read_options(seg, tcp, header);
}
