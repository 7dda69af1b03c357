// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel sends, several parts at a time, for a system call costs more
 * than what it brings. Read without libnl, which copies each message into
 * memory of its own: a dump has millions.
 */
#define _GNU_SOURCE		/* recvmmsg() */
#include "nl_internal.h"

#include <errno.h>
#include <stdlib.h>

struct nl_parts {
	struct mmsghdr heads[NL_PARTS];
	struct iovec places[NL_PARTS];
	struct sockaddr_nl from[NL_PARTS];
	char text[NL_PARTS][NL_PART_BYTES];
};

struct nl_parts *nl_parts_new(void)
{
	return malloc(sizeof(struct nl_parts));
}

static void prepare(struct nl_parts *parts)
{
	for (unsigned int i = 0; i < NL_PARTS; i++) {
		parts->places[i] = (struct iovec){
			parts->text[i], NL_PART_BYTES
		};
		parts->heads[i].msg_hdr = (struct msghdr){
			.msg_name = &parts->from[i],
			.msg_namelen = sizeof(parts->from[i]),
			.msg_iov = &parts->places[i],
			.msg_iovlen = 1,
		};
	}
}

int nl_parts_receive(const struct nl_client *client, struct nl_parts *parts,
		     unsigned int limit)
{
	int n;

	prepare(parts);
	do {
		n = recvmmsg(nl_socket_get_fd(client->sock), parts->heads,
			     limit, MSG_TRUNC | MSG_WAITFORONE, NULL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int nl_part(struct nl_parts *parts, unsigned int i, struct nlmsghdr **head)
{
	unsigned int len = parts->heads[i].msg_len;

	*head = (void *)parts->text[i];
	if (parts->from[i].nl_pid)	/* not the kernel */
		return 0;
	return len > NL_PART_BYTES ? -EMSGSIZE : (int)len;
}
