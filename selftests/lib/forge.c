// SPDX-License-Identifier: GPL-2.0
/*
 * usage: forge COUNT FLAGS BYTES FROM PORT TO PORT
 *
 * Sends COUNT forged TCP segments with FLAGS (letters of SFRPA) and BYTES of
 * payload to TO, as if they came from FROM: blind, for it knows addresses and
 * ports but no sequence number. The numbers are spread evenly over the whole
 * space, from a random start, as a blind attacker would do. Needs root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_BYTES 1400
#define PAUSE_NS 5000000	/* a blind attack, not a flood */

struct forgery {
	int family;
	struct in6_addr from, to;	/* the first four bytes for IPv4 */
	uint16_t from_port, to_port;
	uint8_t flags;
	size_t bytes;
};

struct packet {
	size_t length;
	unsigned char data[sizeof(struct ip6_hdr) + sizeof(struct tcphdr) +
			   MAX_BYTES];
};

static void die(const char *what)
{
	fprintf(stderr, "forge: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(void)
{
	fputs("usage: forge COUNT FLAGS BYTES FROM PORT TO PORT\n", stderr);
	exit(2);
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value > max)
		usage();
	return value;
}

static uint8_t flag_bits(const char *letters)
{
	static const char names[] = "FSRPA";
	uint8_t bits = 0;

	for (; *letters; letters++) {
		const char *found = strchr(names, *letters);

		if (!found)
			usage();
		bits |= 1 << (found - names);
	}
	return bits;
}

static uint32_t sum_bytes(const void *data, size_t length, uint32_t sum)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? byte[i] : byte[i] << 8;
	return sum;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static size_t ip_header(const struct forgery *f, void *at, size_t payload)
{
	struct iphdr *ip = at;
	struct ip6_hdr *ip6 = at;

	if (f->family == AF_INET) {
		*ip = (struct iphdr){
			.version = 4, .ihl = 5, .ttl = 64,
			.tot_len = htons(sizeof(*ip) + payload),
			.protocol = IPPROTO_TCP,
		};
		memcpy(&ip->saddr, &f->from, 4);
		memcpy(&ip->daddr, &f->to, 4);
		ip->check = folded(sum_bytes(ip, sizeof(*ip), 0));
		return sizeof(*ip);
	}
	*ip6 = (struct ip6_hdr){ .ip6_src = f->from, .ip6_dst = f->to };
	ip6->ip6_flow = htonl(6u << 28);
	ip6->ip6_plen = htons(payload);
	ip6->ip6_nxt = IPPROTO_TCP;
	ip6->ip6_hops = 64;
	return sizeof(*ip6);
}

static void build(const struct forgery *f, uint32_t seq, uint32_t ack,
		  struct packet *packet)
{
	size_t payload = sizeof(struct tcphdr) + f->bytes;
	size_t addr_len = f->family == AF_INET ? 4 : 16;
	size_t head = ip_header(f, packet->data, payload);
	struct tcphdr *tcp = (void *)(packet->data + head);
	uint32_t sum = IPPROTO_TCP + payload;

	*tcp = (struct tcphdr){
		.source = htons(f->from_port), .dest = htons(f->to_port),
		.seq = htonl(seq), .doff = 5, .window = htons(1024),
	};
	tcp->ack_seq = f->flags & TH_ACK ? htonl(ack) : 0;
	tcp->th_flags = f->flags;
	memset(tcp + 1, 'x', f->bytes);
	sum = sum_bytes(&f->from, addr_len, sum);
	sum = sum_bytes(&f->to, addr_len, sum);
	tcp->check = folded(sum_bytes(tcp, payload, sum));
	packet->length = head + payload;
}

static void send_packet(int fd, const struct forgery *f,
			const struct packet *packet)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = {
		.sin6_family = AF_INET6, .sin6_addr = f->to,
	};
	bool v4 = f->family == AF_INET;

	memcpy(&to4.sin_addr, &f->to, 4);
	if (sendto(fd, packet->data, packet->length, 0,
		   v4 ? (void *)&to4 : (void *)&to6,
		   v4 ? sizeof(to4) : sizeof(to6)) < 0)
		die("sendto");
}

static void parse(struct forgery *f, char **argv)
{
	f->flags = flag_bits(argv[2]);
	f->bytes = number(argv[3], MAX_BYTES);
	f->family = strchr(argv[4], ':') ? AF_INET6 : AF_INET;
	f->from_port = number(argv[5], 65535);
	f->to_port = number(argv[7], 65535);
	if (inet_pton(f->family, argv[4], &f->from) != 1 ||
	    inet_pton(f->family, argv[6], &f->to) != 1)
		usage();
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	uint32_t start[2], step;
	struct forgery f = { 0 };
	struct packet packet;
	unsigned long count;
	int fd;

	if (argc != 8)
		usage();
	count = number(argv[1], 100000);
	parse(&f, argv);
	if (!count)
		return 0;
	if (getrandom(start, sizeof(start), 0) != sizeof(start))
		die("getrandom");
	fd = socket(f.family, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		die("raw socket");
	step = UINT32_MAX / count;
	for (unsigned long i = 0; i < count; i++) {
		build(&f, start[0] + i * step, start[1] + i * step, &packet);
		send_packet(fd, &f, &packet);
		nanosleep(&pause, NULL);
	}
	return 0;
}
