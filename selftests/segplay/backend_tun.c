// SPDX-License-Identifier: GPL-2.0
/*
 * Two TUN devices and the way between them. Any address is routed, by the
 * device that it came in at. Behind each segment goes a datagram of UDP the
 * same way: once that has arrived, a segment that has not was dropped.
 */
#define _GNU_SOURCE
#include "backend_tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define DATAGRAM_MAX 65535
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define HOP_LIMIT 64
#define SENTINEL_LEN 32		/* IP and UDP header, a number */
#define SENTINEL_MS 10000	/* a busy machine, an emulated processor */

static const char *const device_names[2] = { "sega", "segb" };
static int devices[2];
static uint32_t sentinels;	/* sent so far */

static const char routes[] =
	"link set sega up mtu 65535\n"
	"link set segb up mtu 65535\n"
	"rule add iif sega lookup 101\n"
	"rule add iif segb lookup 102\n"
	"route add default dev segb table 101\n"
	"route add default dev sega table 102\n";

static const char routes6[] =
	"rule add iif sega lookup 101\n"
	"rule add iif segb lookup 102\n"
	"route add default dev segb table 101\n"
	"route add default dev sega table 102\n";

static bool fail(const char *what)
{
	int error = errno;

	fprintf(stderr, "segplay: %s: %s\n", what, strerror(error));
	if (error == EPERM || error == EACCES)
		fputs("  hint: run it as root\n", stderr);
	if (error == ENOENT)
		fputs("  hint: load what the kernel lacks: modprobe tun "
		      "nf_conntrack\n", stderr);
	return false;
}

bool tun_sysctl(const char *name, const char *value)
{
	char path[256];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	file = fopen(path, "w");
	ok = file && fputs(value, file) >= 0;
	if (file)
		ok &= !fclose(file);
	return ok || fail(path);
}

bool tun_command(const char *command, const char *input)
{
	FILE *pipe = popen(command, "w");
	bool ok;

	ok = pipe && fputs(input, pipe) >= 0;
	if (pipe)
		ok &= !pclose(pipe);
	if (!ok)
		fprintf(stderr, "segplay: '%s' failed\n", command);
	return ok;
}

static bool device_open(int side)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	strcpy(request.ifr_name, device_names[side]);
	devices[side] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (devices[side] < 0)
		return fail("/dev/net/tun");
	if (ioctl(devices[side], TUNSETIFF, &request))
		return fail(device_names[side]);
	return true;
}

/* Addresses of the kernel's own would be spoken from. */
static bool quiet_device(int side)
{
	char name[64];

	snprintf(name, sizeof(name), "net/ipv6/conf/%s/addr_gen_mode",
		 device_names[side]);
	if (!tun_sysctl(name, "1"))
		return false;
	snprintf(name, sizeof(name), "net/ipv4/conf/%s/rp_filter",
		 device_names[side]);
	return tun_sysctl(name, "0");
}

bool tun_open(void)
{
	if (unshare(CLONE_NEWNET))
		return fail("cannot create a network namespace");
	return device_open(SIDE_A) && device_open(SIDE_B) &&
	       quiet_device(SIDE_A) && quiet_device(SIDE_B) &&
	       tun_sysctl("net/ipv4/conf/all/rp_filter", "0") &&
	       tun_sysctl("net/ipv4/ip_forward", "1") &&
	       tun_sysctl("net/ipv6/conf/all/forwarding", "1") &&
	       tun_command("ip -batch -", routes) &&
	       tun_command("ip -6 -batch -", routes6);
}

static void join_ipv4(const struct packet *packet)
{
	struct ip_mreqn group = {
		.imr_ifindex = if_nametoindex(device_names[packet->from]),
	};
	static int member = -1;

	memcpy(&group.imr_multiaddr, packet->dst.bytes, 4);
	if (member < 0)
		member = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
		   sizeof(group));
}

static void join_ipv6(const struct packet *packet)
{
	struct ipv6_mreq group = {
		.ipv6mr_interface = if_nametoindex(device_names[packet->from]),
	};
	static int member = -1;

	memcpy(&group.ipv6mr_multiaddr, packet->dst.bytes, 16);
	if (member < 0)
		member = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(member, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group,
		   sizeof(group));
}

/* Failure, as of a second time, shows when the segment is not judged. */
void tun_join(const struct packet *packet)
{
	const uint8_t *dst = packet->dst.bytes;

	if (packet->dst.len == 4 && dst[0] >> 4 == 14)
		join_ipv4(packet);
	else if (packet->dst.len == 16 && dst[0] == 0xff)
		join_ipv6(packet);
}

/* --- datagrams --------------------------------------------------------- */

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static uint16_t header_sum(const uint8_t *header)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < IPV4_HEADER; i += 2)
		sum += header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void put_ipv4(uint8_t *header, const uint8_t *src, const uint8_t *dst,
		     uint8_t protocol, uint32_t payload)
{
	memset(header, 0, IPV4_HEADER);
	header[0] = 4 << 4 | IPV4_HEADER / 4;
	put16(header + 2, IPV4_HEADER + payload);
	header[6] = 0x40;	/* not to be fragmented */
	header[8] = HOP_LIMIT;
	header[9] = protocol;
	memcpy(header + 12, src, 4);
	memcpy(header + 16, dst, 4);
	put16(header + 10, header_sum(header));
}

static void put_ipv6(uint8_t *header, const struct packet *packet)
{
	memset(header, 0, IPV6_HEADER);
	header[0] = 6 << 4;
	put16(header + 4, packet->total);
	header[6] = IPPROTO_TCP;
	header[7] = HOP_LIMIT;
	memcpy(header + 8, packet->src.bytes, 16);
	memcpy(header + 24, packet->dst.bytes, 16);
}

static bool link_local(const struct address *address)
{
	return address->len == 16 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

const char *tun_beyond(const struct packet *packet)
{
	if (packet->loopback)
		return "a segment on loopback";
	if (packet->snapped)
		return "a segment captured in part";
	if (packet->total + IPV6_HEADER > DATAGRAM_MAX)
		return "a segment beyond 64 KiB";
	if (link_local(&packet->src) || link_local(&packet->dst))
		return "a link-local address";
	return NULL;
}

/* The whole datagram; returns its length. */
static size_t datagram(const struct packet *packet, uint8_t *bytes)
{
	size_t header;

	if (packet->src.len == 4) {
		header = IPV4_HEADER;
		put_ipv4(bytes, packet->src.bytes, packet->dst.bytes,
			 IPPROTO_TCP, packet->total);
	} else {
		header = IPV6_HEADER;
		put_ipv6(bytes, packet);
	}
	memcpy(bytes + header, packet->tcp, packet->avail);
	memset(bytes + header + packet->avail, 0,
	       packet->total - packet->avail);
	return header + packet->total;
}

static void sentinel(uint8_t *bytes)
{
	static const uint8_t src[] = { 192, 0, 2, 254 };
	static const uint8_t dst[] = { 198, 51, 100, 254 };
	uint8_t *udp = bytes + IPV4_HEADER;

	put_ipv4(bytes, src, dst, IPPROTO_UDP, SENTINEL_LEN - IPV4_HEADER);
	memset(udp, 0, SENTINEL_LEN - IPV4_HEADER);
	put16(udp, 9);
	put16(udp + 2, 9);
	put16(udp + 4, SENTINEL_LEN - IPV4_HEADER);
	sentinels++;
	memcpy(udp + 8, &sentinels, sizeof(sentinels));
}

/* Forwarding took one hop and mended the sum, and nothing else. */
static bool is_forwarded(const uint8_t *got, size_t got_len,
			 const uint8_t *sent, size_t len)
{
	static uint8_t wanted[DATAGRAM_MAX];

	memcpy(wanted, sent, len);
	if (wanted[0] >> 4 == 6) {
		wanted[7]--;
	} else {
		wanted[8]--;
		put16(wanted + 10, 0);
		put16(wanted + 10, header_sum(wanted));
	}
	return got_len == len && !memcmp(got, wanted, len);
}

static bool is_tcp(const uint8_t *bytes, size_t len)
{
	if (len >= IPV6_HEADER && bytes[0] >> 4 == 6)
		return bytes[6] == IPPROTO_TCP;
	return len >= IPV4_HEADER && bytes[0] >> 4 == 4 &&
	       bytes[9] == IPPROTO_TCP;
}

/* Read device @side until the sentinel comes; how often has @sent come? */
static unsigned int arrivals(int side, const uint8_t *sent, size_t len,
			     const uint8_t *last, const char **fault)
{
	struct pollfd device = { .fd = devices[side], .events = POLLIN };
	static uint8_t got[DATAGRAM_MAX];
	unsigned int count = 0;
	ssize_t got_len;

	for (;;) {
		if (poll(&device, 1, SENTINEL_MS) <= 0)
			break;
		got_len = read(devices[side], got, sizeof(got));
		if (got_len < 0)
			break;
		if (is_forwarded(got, got_len, last, SENTINEL_LEN))
			return count;
		if (is_forwarded(got, got_len, sent, len))
			count++;
		else if (is_tcp(got, got_len))
			*fault = "the segment was changed on its way";
	}
	*fault = "the namespace forwards nothing";
	return count;
}

bool tun_pass(const struct packet *packet, const char **fault)
{
	static uint8_t bytes[DATAGRAM_MAX];
	size_t len = datagram(packet, bytes);
	uint8_t last[SENTINEL_LEN];
	unsigned int count;

	sentinel(last);
	if (write(devices[packet->from], bytes, len) != (ssize_t)len ||
	    write(devices[packet->from], last, sizeof(last)) !=
	    SENTINEL_LEN) {
		*fault = "the device takes no segment";
		return false;
	}
	count = arrivals(!packet->from, bytes, len, last, fault);
	if (count > 1)
		*fault = "the segment came twice";
	return count;
}
