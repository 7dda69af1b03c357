// SPDX-License-Identifier: GPL-2.0
/*
 * Which segments there are of each kind, and how they look. All of a
 * connection follows from its index and the seed, so that a later run can go
 * on with what an earlier one began.
 */
#include "gun.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

#define FIRST_PORT 1024
#define PORTS 60000		/* of an address, before the next one */
#define HEADER 20
#define MSS 1400

static const struct kind kinds[] = {
	{ "syn", true, 1, { { 0, SYN, 0, 0 } } },
	{ "ack", false, 1, { { 0, ACK, 1, 1 } } },
	{ "open", false, 3, { { 0, SYN, 0, 0 }, { 1, SYN | ACK, 0, 1 },
			      { 0, ACK, 1, 1 } } },
	{ "close", false, 3, { { 0, FIN | ACK, 1, 1 }, { 1, FIN | ACK, 1, 2 },
			       { 0, ACK, 2, 2 } } },
	{ "reset", false, 1, { { 0, RST, 1, 0 } } },
};

/* Return: NULL when there is none of that name. */
const struct kind *kind_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/* SplitMix64: every number from another index. */
static uint64_t scattered(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

struct ends {
	uint8_t from[16];
	uint16_t port;
	uint32_t isn[2];
};

static size_t address_bytes(const struct target *target)
{
	return target->family == AF_INET ? 4 : 16;
}

static void randomize(const struct target *target, uint64_t number,
		      uint8_t *address)
{
	unsigned int i, keep, bits = target->bits;
	uint8_t free;

	for (i = 0; i < address_bytes(target); i++) {
		keep = bits < 8 ? bits : 8;
		bits -= keep;
		if (i == 8)
			number = scattered(number);
		free = 0xff >> keep;
		address[i] &= ~free;
		address[i] |= (number >> i % 8 * 8) & free;
	}
}

static void add(const struct target *target, uint64_t number,
		uint8_t *address)
{
	size_t i = address_bytes(target);

	while (number && i--) {
		number += address[i];
		address[i] = number;
		number >>= 8;
	}
}

static void find_ends(const struct target *target, bool random,
		      uint64_t index, struct ends *ends)
{
	uint64_t number = scattered(target->seed ^ scattered(index));

	memcpy(ends->from, target->from, sizeof(ends->from));
	ends->isn[0] = number;
	ends->isn[1] = number >> 32;
	if (random) {
		number = scattered(number);
		ends->port = FIRST_PORT + number % PORTS;
		randomize(target, scattered(number), ends->from);
	} else {
		ends->port = FIRST_PORT + index % PORTS;
		add(target, index / PORTS, ends->from);
	}
}

static uint32_t sum(const uint8_t *bytes, size_t length, uint32_t total)
{
	size_t i;

	for (i = 0; i < length; i += 2)
		total += bytes[i] << 8 | bytes[i + 1];
	return total;
}

static uint16_t folded(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~total;
}

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value);
}

static size_t tcp_header(const struct shot *shot, const struct ends *ends,
			 uint16_t port, uint8_t *tcp)
{
	size_t length = shot->flags & SYN ? HEADER + 4 : HEADER;

	memset(tcp, 0, length);
	put16(tcp, shot->from ? port : ends->port);
	put16(tcp + 2, shot->from ? ends->port : port);
	put32(tcp + 4, ends->isn[shot->from] + shot->seq);
	if (shot->flags & ACK)
		put32(tcp + 8, ends->isn[!shot->from] + shot->ack);
	tcp[12] = length << 2;
	tcp[13] = shot->flags;
	put16(tcp + 14, 65535);
	if (shot->flags & SYN) {
		put16(tcp + 20, 0x0204);
		put16(tcp + 22, MSS);
	}
	return length;
}

/* Return: the length, the addresses behind it excluded. */
static size_t ip_header(const struct target *target, size_t payload,
			uint8_t *ip)
{
	if (target->family == AF_INET6) {
		put32(ip, 6u << 28);
		put16(ip + 4, payload);
		ip[6] = IPPROTO_TCP;
		ip[7] = 64;
		return 8;
	}
	memset(ip, 0, 12);
	ip[0] = 0x45;
	put16(ip + 2, HEADER + payload);
	ip[6] = 0x40;		/* don't fragment */
	ip[8] = 64;
	ip[9] = IPPROTO_TCP;
	return 12;
}

/*
 * shot_frame() - one segment of the connection @index
 * @frame: gets the type and the packet; room for GUN_FRAME less addresses
 *
 * Return: how long it is.
 */
size_t shot_frame(const struct target *target, const struct kind *kind,
		  const struct shot *shot, uint64_t index, uint8_t *frame)
{
	size_t bytes = address_bytes(target), length, at;
	uint8_t *ip = frame + 2, *tcp, *addresses;
	struct ends ends;

	find_ends(target, kind->random, index, &ends);
	put16(frame, target->family == AF_INET ? ETHERTYPE_IP :
						 ETHERTYPE_IPV6);
	length = shot->flags & SYN ? HEADER + 4 : HEADER;
	at = ip_header(target, length, ip);
	addresses = ip + at;
	memcpy(addresses + bytes * shot->from, ends.from, bytes);
	memcpy(addresses + bytes * !shot->from, target->to, bytes);
	if (target->family == AF_INET)
		put16(ip + 10, folded(sum(ip, HEADER, 0)));
	tcp = addresses + 2 * bytes;
	tcp_header(shot, &ends, target->port, tcp);
	put16(tcp + 16, folded(sum(addresses, 2 * bytes + length,
				   IPPROTO_TCP + length)));
	return tcp + length - frame;
}
