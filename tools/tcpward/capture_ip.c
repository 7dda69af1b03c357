// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 and IPv6: finds the TCP segment in a packet and its length by the IP
 * header, whatever the capture kept of it.
 */
#include "capture_parts.h"

#include "core/core.h"

#include <string.h>
#include <sys/socket.h>

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define IPV4_MORE 0x2000
#define IPV4_OFFSET 0x1fff

#define IPV6_HOP_BY_HOP 0
#define IPV6_ROUTING 43
#define IPV6_FRAGMENT 44
#define IPV6_AUTH 51
#define IPV6_DESTINATION 60
#define IPV6_MOBILITY 135
#define IPV6_HIP 139
#define IPV6_SHIM6 140

#define OPTION_PAD1 0
#define OPTION_JUMBO 0xc2

static bool group_address(const struct capture_segment *seg)
{
	static const uint8_t everybody[4] = { 255, 255, 255, 255 };

	if (seg->family == AF_INET6)
		return seg->dst[0] == 0xff;
	return seg->dst[0] >> 4 == 0xe || !memcmp(seg->dst, everybody, 4);
}

/* The last step of both versions: @header octets of IP, @total with them. */
static enum capture_content found(const struct capture_packet *packet,
				  uint32_t header, uint32_t total,
				  struct capture_segment *seg)
{
	seg->tcp = packet->data + header;
	seg->total = total - header;
	seg->avail = packet->len - header;
	if (seg->avail > seg->total)
		seg->avail = seg->total;
	seg->whole = seg->avail == seg->total;
	if (group_address(seg))
		seg->known |= TCPW_SEG_GROUP;
	return CONTENT_TCP;
}

static enum capture_content ipv4(const struct capture_packet *packet,
				 struct capture_segment *seg,
				 struct capture_fragment *frag)
{
	const uint8_t *ip = packet->data;
	uint32_t header, total;
	uint16_t where;

	if (packet->len < 10 || ip[9] != CAPTURE_PROTO_TCP)
		return CONTENT_OTHER;
	header = (ip[0] & 0xf) * 4;
	if (header < IPV4_HEADER || packet->len < header)
		return CONTENT_TCP_CUT;
	total = capture_be16(ip + 2);
	if (!total)		/* longer than the field, or not yet cut up */
		total = packet->wire;
	if (total < header)
		return CONTENT_TCP_CUT;
	seg->family = AF_INET;
	memcpy(seg->src, ip + 12, 4);
	memcpy(seg->dst, ip + 16, 4);
	found(packet, header, total, seg);
	where = capture_be16(ip + 6);
	frag->id = capture_be16(ip + 4);
	frag->offset = (where & IPV4_OFFSET) * 8;
	frag->more = where & IPV4_MORE;
	return frag->offset || frag->more ? CONTENT_TCP_FRAGMENT : CONTENT_TCP;
}

/* The length in a jumbo payload option among the hop-by-hop options, or 0. */
static uint32_t jumbo_length(const uint8_t *options, uint32_t len)
{
	uint32_t at = 2;

	while (at + 6 <= len) {
		if (options[at] == OPTION_PAD1)
			at++;
		else if (options[at] == OPTION_JUMBO && options[at + 1] == 4)
			return capture_be32(options + at + 2);
		else
			at += 2 + options[at + 1];
	}
	return 0;
}

/* Octets of the extension header @type at @ext, 0 when it is none. */
static uint32_t extension_length(uint8_t type, const uint8_t *ext)
{
	switch (type) {
	case IPV6_HOP_BY_HOP:
	case IPV6_ROUTING:
	case IPV6_DESTINATION:
	case IPV6_MOBILITY:
	case IPV6_HIP:
	case IPV6_SHIM6:
		return (ext[1] + 1) * 8;
	case IPV6_AUTH:
		return (ext[1] + 2) * 4;
	case IPV6_FRAGMENT:
		return 8;
	}
	return 0;
}

static void read_fragment(const uint8_t *ext, struct capture_fragment *frag)
{
	frag->offset = capture_be16(ext + 2) & 0xfff8;
	frag->more = ext[3] & 1;
	frag->id = capture_be32(ext + 4);
}

/*
 * Walk the extension headers to TCP. Returns its offset, or 0 when there is
 * another protocol or the capture ends before it.
 */
static uint32_t skip_extensions(const struct capture_packet *packet,
				uint32_t *jumbo, struct capture_fragment *frag)
{
	uint8_t type = packet->data[6];
	uint32_t at = IPV6_HEADER, len;
	const uint8_t *ext;

	while (type != CAPTURE_PROTO_TCP) {
		ext = packet->data + at;
		if (packet->len < at + 8)
			return 0;
		len = extension_length(type, ext);
		if (!len || packet->len < at + len)
			return 0;
		if (type == IPV6_HOP_BY_HOP)
			*jumbo = jumbo_length(ext, len);
		if (type == IPV6_FRAGMENT)
			read_fragment(ext, frag);
		type = ext[0];
		at += len;
		if (frag->offset)	/* what follows is payload */
			return type == CAPTURE_PROTO_TCP ? at : 0;
	}
	return at;
}

static enum capture_content ipv6(const struct capture_packet *packet,
				 struct capture_segment *seg,
				 struct capture_fragment *frag)
{
	const uint8_t *ip = packet->data;
	uint32_t header, total, jumbo = 0;

	if (packet->len < IPV6_HEADER)
		return packet->len > 6 && ip[6] == CAPTURE_PROTO_TCP ?
		       CONTENT_TCP_CUT : CONTENT_OTHER;
	header = skip_extensions(packet, &jumbo, frag);
	if (!header)
		return CONTENT_OTHER;
	total = capture_be16(ip + 4);
	if (!total)		/* jumbo, or not yet cut up */
		total = jumbo ? jumbo : packet->wire - IPV6_HEADER;
	if (total > UINT32_MAX - IPV6_HEADER || total + IPV6_HEADER < header)
		return CONTENT_TCP_CUT;
	seg->family = AF_INET6;
	memcpy(seg->src, ip + 8, 16);
	memcpy(seg->dst, ip + 24, 16);
	found(packet, header, total + IPV6_HEADER, seg);
	return frag->offset || frag->more ? CONTENT_TCP_FRAGMENT : CONTENT_TCP;
}

enum capture_content capture_ip(const struct capture_packet *packet,
				struct capture_segment *seg,
				struct capture_fragment *frag)
{
	return packet->data[0] >> 4 == 4 ? ipv4(packet, seg, frag) :
					   ipv6(packet, seg, frag);
}
