// SPDX-License-Identifier: GPL-2.0
/*
 * Link layers: finds the IP header of a frame. Knows no IP beyond the number
 * of its version.
 */
#include "capture_parts.h"

#include <string.h>

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88a8
#define TYPE_QINQ_OLD 0x9100
#define ETHERNET_LENGTH_MAX 1500	/* no type then, but LLC follows */

#define ETHERNET_HEADER 14
#define VLAN_TAG 4
#define SNAP_HEADER 8
#define NULL_HEADER 4
#define FDDI_HEADER 13
#define FDDI_LLC 0x50		/* frame control, without its priority */
#define SLL_HEADER 16
#define SLL2_HEADER 20
#define ARPHRD_LOOP 772

static bool advance(struct capture_packet *packet, uint32_t octets)
{
	if (packet->len < octets)
		return false;
	packet->data += octets;
	packet->len -= octets;
	packet->wire -= octets;
	return true;
}

static bool holds_ip(const struct capture_packet *packet)
{
	return packet->len && (packet->data[0] >> 4 == 4 ||
			       packet->data[0] >> 4 == 6);
}

/* SNAP carries an Ethernet type behind a length field. */
static bool skip_snap(struct capture_packet *packet, uint16_t *type)
{
	static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };
	const uint8_t *data = packet->data;

	if (!advance(packet, SNAP_HEADER) || memcmp(data, snap, sizeof(snap)))
		return false;
	*type = capture_be16(data + sizeof(snap));
	return true;
}

/* From the octet behind an Ethernet type to the IP header. */
static bool skip_tags(struct capture_packet *packet, uint16_t type)
{
	const uint8_t *tag;

	while (type == TYPE_VLAN || type == TYPE_QINQ ||
	       type == TYPE_QINQ_OLD) {
		tag = packet->data;
		if (!advance(packet, VLAN_TAG))
			return false;
		type = capture_be16(tag + 2);
	}
	if (type <= ETHERNET_LENGTH_MAX && !skip_snap(packet, &type))
		return false;
	return (type == TYPE_IPV4 || type == TYPE_IPV6) && holds_ip(packet);
}

static bool skip_ethernet(struct capture_packet *packet)
{
	static const uint8_t nobody[12];
	const uint8_t *header = packet->data;

	if (!advance(packet, ETHERNET_HEADER))
		return false;
	packet->loopback = !memcmp(header, nobody, sizeof(nobody));
	return skip_tags(packet, capture_be16(header + 12));
}

/* The family stands in the byte order of the machine that captured. */
static bool skip_null(struct capture_packet *packet)
{
	const uint8_t *header = packet->data;

	if (!advance(packet, NULL_HEADER))
		return false;
	packet->loopback = true;
	switch (header[0] | header[3]) {
	case 2:				/* AF_INET everywhere */
	case 10: case 24: case 28: case 30:	/* AF_INET6 somewhere */
		return holds_ip(packet);
	}
	return false;
}

static bool skip_fddi(struct capture_packet *packet)
{
	const uint8_t *header = packet->data;
	uint16_t type;

	return advance(packet, FDDI_HEADER) &&
	       (header[0] & 0xf0) == FDDI_LLC && skip_snap(packet, &type) &&
	       skip_tags(packet, type);
}

static bool skip_sll(struct capture_packet *packet)
{
	const uint8_t *header = packet->data;

	if (!advance(packet, SLL_HEADER))
		return false;
	packet->loopback = capture_be16(header + 2) == ARPHRD_LOOP;
	return skip_tags(packet, capture_be16(header + 14));
}

static bool skip_sll2(struct capture_packet *packet)
{
	const uint8_t *header = packet->data;

	if (!advance(packet, SLL2_HEADER))
		return false;
	packet->loopback = capture_be16(header + 8) == ARPHRD_LOOP;
	return skip_tags(packet, capture_be16(header));
}

bool capture_link_known(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_FDDI:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
		return true;
	}
	return false;
}

bool capture_link_skip(int link, struct capture_packet *packet)
{
	switch (link) {
	case DLT_EN10MB:
		return skip_ethernet(packet);
	case DLT_FDDI:
		return skip_fddi(packet);
	case DLT_NULL:
	case DLT_LOOP:
		return skip_null(packet);
	case DLT_LINUX_SLL:
		return skip_sll(packet);
	case DLT_LINUX_SLL2:
		return skip_sll2(packet);
	}
	return holds_ip(packet);
}
