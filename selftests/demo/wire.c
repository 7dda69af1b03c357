// SPDX-License-Identifier: GPL-2.0
/*
 * usage: wire DEVICE DEVICE
 *
 * A wire with a trouble: carries frames between two devices, but holds back
 * the first TCP SYN over IPv4 that enters at the first one, until SIGUSR1.
 * Frames keep their offload metadata, so unfinished checksums and
 * super-packets stay what they are. Says on stdout what it holds and releases.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct frame {
	size_t length_bytes;
	unsigned char data[sizeof(struct virtio_net_hdr) + 128 * 1024];
};

static struct frame held;
static struct timespec held_since;
static bool holding;
static volatile sig_atomic_t release;

static void on_release(int signal)
{
	release = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set(int fd, int option, const char *name)
{
	int on = 1;

	if (setsockopt(fd, SOL_PACKET, option, &on, sizeof(on)))
		die(name);
}

static int open_device(const char *name)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !at.sll_ifindex)
		die(name);
	set(fd, PACKET_VNET_HDR, "PACKET_VNET_HDR");
	set(fd, PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING");
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(name);
	return fd;
}

/* The IPv4 header of a frame that opens a TCP connection, or NULL. */
static const struct iphdr *opening(const struct frame *frame)
{
	const unsigned char *data = frame->data + sizeof(struct virtio_net_hdr);
	const struct ether_header *link = (const void *)data;
	const struct iphdr *ip = (const void *)(link + 1);
	const struct tcphdr *tcp;
	size_t need = data - frame->data + sizeof(*link) + sizeof(*ip);

	if (frame->length_bytes < need ||
	    link->ether_type != htons(ETHERTYPE_IP) ||
	    ip->protocol != IPPROTO_TCP)
		return NULL;
	tcp = (const void *)((const unsigned char *)ip + ip->ihl * 4);
	if (frame->length_bytes < need - sizeof(*ip) + ip->ihl * 4 +
				  sizeof(*tcp))
		return NULL;
	return tcp->syn && !tcp->ack ? ip : NULL;
}

static void say_held(const struct iphdr *ip)
{
	const struct tcphdr *tcp = (const void *)((const char *)ip + ip->ihl * 4);
	char src[INET_ADDRSTRLEN], dst[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &ip->saddr, src, sizeof(src));
	inet_ntop(AF_INET, &ip->daddr, dst, sizeof(dst));
	printf("wire: holding SYN %s:%d > %s:%d seq %u\n",
	       src, ntohs(tcp->source), dst, ntohs(tcp->dest), ntohl(tcp->seq));
}

/* A device that is down loses frames, as a wire does. */
static void put(int fd, const struct frame *frame)
{
	if (write(fd, frame->data, frame->length_bytes) < 0 &&
	    errno != ENETDOWN && errno != ENXIO && errno != ENOBUFS)
		die("write");
}

/* Whether a frame was waiting. */
static bool get(int fd, struct frame *frame)
{
	ssize_t length = read(fd, frame->data, sizeof(frame->data));

	if (length <= 0)
		return false;
	frame->length_bytes = length;
	return true;
}

static void carry(int from, int to, bool may_hold)
{
	static struct frame frame;
	const struct iphdr *ip;

	if (!get(from, &frame))
		return;
	ip = may_hold && !holding ? opening(&frame) : NULL;
	if (!ip) {
		put(to, &frame);
		return;
	}
	held = frame;
	holding = true;
	clock_gettime(CLOCK_MONOTONIC, &held_since);
	say_held(ip);
}

static void let_go(int to)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	put(to, &held);
	printf("wire: the held SYN goes on after %.1f s\n",
	       now.tv_sec - held_since.tv_sec +
	       (now.tv_nsec - held_since.tv_nsec) / 1e9);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_release };
	struct pollfd wait[2] = { { .events = POLLIN }, { .events = POLLIN } };
	sigset_t blocked, open;

	if (argc != 3) {
		fputs("usage: wire DEVICE DEVICE\n", stderr);
		return 2;
	}
	setlinebuf(stdout);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigaction(SIGUSR1, &action, NULL);
	wait[0].fd = open_device(argv[1]);
	wait[1].fd = open_device(argv[2]);
	puts("wire: ready");
	while (true) {
		bool woken = ppoll(wait, 2, NULL, &open) >= 0;

		if (woken && wait[0].revents)
			carry(wait[0].fd, wait[1].fd, true);
		if (woken && wait[1].revents)
			carry(wait[1].fd, wait[0].fd, false);
		if (release && holding)
			let_go(wait[1].fd);
		release = 0;
	}
}
