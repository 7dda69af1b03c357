// SPDX-License-Identifier: GPL-2.0
/*
 * A device of a network namespace to send frames by, past its queueing
 * discipline.
 */
#define _GNU_SOURCE
#include "gun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEND_BUFFER (8 << 20)

static void enter(const char *netns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("network namespace %s: %m", netns);
	close(fd);
}

static void use_device(struct line *line, const char *device)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct ifreq request = {};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(line->fd, SIOCGIFHWADDR, &request))
		die("device %s: %m", device);
	memcpy(line->addresses + 6, request.ifr_hwaddr.sa_data, 6);
	to.sll_ifindex = if_nametoindex(device);
	if (bind(line->fd, (struct sockaddr *)&to, sizeof(to)))
		die("device %s: %m", device);
}

/* @text: NETNS/DEVICE/address of the receiver on it */
void line_open(struct line *line, const char *text)
{
	char netns[64], device[IFNAMSIZ];
	uint8_t *to = line->addresses;
	int size = SEND_BUFFER, on = 1;

	if (sscanf(text, "%63[^/]/%15[^/]/%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx",
		   netns, device, to, to + 1, to + 2, to + 3, to + 4,
		   to + 5) != 8)
		die("--line %s: want NETNS/DEVICE/ADDRESS of Ethernet", text);
	enter(netns);
	/* Of no protocol: receives nothing. */
	line->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (line->fd < 0)
		die("packet socket: %m");
	setsockopt(line->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (setsockopt(line->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
		       sizeof(on)))
		die("PACKET_QDISC_BYPASS: %m");
	use_device(line, device);
}

/* Return: how many the device took; empties the batch. */
unsigned int line_send(const struct line *line, struct batch *batch)
{
	struct mmsghdr messages[GUN_BATCH] = {};
	unsigned int i, at = 0, taken = 0;
	struct iovec parts[GUN_BATCH][2];
	int n;

	for (i = 0; i < batch->frames; i++) {
		parts[i][0].iov_base = (void *)line->addresses;
		parts[i][0].iov_len = sizeof(line->addresses);
		parts[i][1].iov_base = batch->frame[i];
		parts[i][1].iov_len = batch->length[i];
		messages[i].msg_hdr.msg_iov = parts[i];
		messages[i].msg_hdr.msg_iovlen = 2;
	}
	while (at < batch->frames) {
		n = sendmmsg(line->fd, messages + at, batch->frames - at, 0);
		if (n < 0 && errno != ENOBUFS && errno != EAGAIN)
			die("send: %m");
		taken += n < 0 ? 0 : n;
		at += n < 0 ? 1 : n;
	}
	batch->frames = 0;
	return taken;
}
