// SPDX-License-Identifier: GPL-2.0
/*
 * Sends valid, damaged and random messages to the module's netlink family and
 * tells how they were answered; the kernel's own detectors judge the rest.
 * Every so often the module must answer a plain question. Owns its sockets;
 * never touches what runs in other network namespaces.
 *
 * usage: nlfuzz MESSAGES [SEED]
 */
#include "nlfuzz.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/tcpward.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS 8
#define BATCH 64		/* datagrams between two questions */
#define TOGETHER 8		/* messages in a datagram, at most */
#define PROGRESS 100000
#define SECONDS 20		/* for an answer */

static uint64_t state;
static unsigned long errors[4096];	/* answers by errno */
static unsigned long accepted[256];	/* by operation */
static unsigned long others;		/* other answers and notifications */

/* splitmix64 */
uint32_t nlfuzz_random(uint32_t below)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

static int open_socket(void)
{
	struct timeval patience = { .tv_sec = SECONDS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				 sizeof(patience))) {
		perror("nlfuzz: socket");
		exit(2);
	}
	return fd;
}

static int send_octets(int fd, const void *octets, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return sendto(fd, octets, len, MSG_DONTWAIT, (void *)&kernel,
		      sizeof(kernel));
}

/* --- answers ----------------------------------------------------------- */

static void count(const struct nlmsghdr *head)
{
	int error;

	if (head->nlmsg_type != NLMSG_ERROR && head->nlmsg_type != NLMSG_DONE) {
		others++;
		return;
	}
	memcpy(&error, NLMSG_DATA(head), sizeof(error));
	errors[(unsigned int)-error % 4096]++;
	if (!error)
		accepted[head->nlmsg_seq % 256]++;
}

static void drain(int fd)
{
	static uint8_t buffer[65536];
	struct nlmsghdr *head;
	int len;

	while ((len = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
		for (head = (void *)buffer; NLMSG_OK(head, (uint32_t)len);
		     head = NLMSG_NEXT(head, len))
			count(head);
}

/* --- the family, and whether it lives ---------------------------------- */

static void request(union message *msg, uint16_t type, uint8_t cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(&msg->head);

	memset(msg, 0, sizeof(*msg));
	msg->head.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	msg->head.nlmsg_type = type;
	msg->head.nlmsg_flags = NLM_F_REQUEST;
	genl->cmd = cmd;
	genl->version = 1;
}

/* Return: the answer's type, -1 without one. */
static int ask(union message *msg)
{
	int fd = open_socket();
	int len = -1;

	if (send_octets(fd, msg, msg->head.nlmsg_len) > 0)
		len = recv(fd, msg, sizeof(*msg), 0);
	close(fd);
	return len >= (int)NLMSG_HDRLEN ? msg->head.nlmsg_type : -1;
}

static uint16_t family_id(void)
{
	static const char name[] = TCPWARD_FAMILY_NAME;
	union message msg;
	struct nlattr *attr;
	int left;

	request(&msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	attr = (void *)(msg.octets + msg.head.nlmsg_len);
	attr->nla_type = CTRL_ATTR_FAMILY_NAME;
	attr->nla_len = NLA_HDRLEN + sizeof(name);
	memcpy(attr + 1, name, sizeof(name));
	msg.head.nlmsg_len += NLA_ALIGN(attr->nla_len);
	if (ask(&msg) != GENL_ID_CTRL)
		return 0;
	attr = (void *)(msg.octets + NLMSG_HDRLEN + GENL_HDRLEN);
	left = msg.head.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	while (left >= NLA_HDRLEN && attr->nla_type != CTRL_ATTR_FAMILY_ID) {
		left -= NLA_ALIGN(attr->nla_len);
		attr = (void *)((uint8_t *)attr + NLA_ALIGN(attr->nla_len));
	}
	return left >= NLA_HDRLEN + 2 ? *(uint16_t *)(attr + 1) : 0;
}

static bool alive(uint16_t family)
{
	union message msg;

	request(&msg, family, TCPWARD_CMD_CONFIG_GET);
	return ask(&msg) == family;
}

/* --- the course -------------------------------------------------------- */

/* Some sockets listen, some never read, and all are replaced now and then. */
static void renew(int *fd)
{
	unsigned int group;

	if (*fd >= 0)
		close(*fd);
	*fd = open_socket();
	for (group = 1; group < 32; group++)
		if (!nlfuzz_random(16))
			setsockopt(*fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				   &group, sizeof(group));
}

/* Return: octets, up to where another message may begin. */
static size_t make_one(uint8_t *to, uint16_t family)
{
	static void (*const make[])(union message *, uint16_t) = {
		nlfuzz_valid, nlfuzz_mutated, nlfuzz_random_octets,
	};
	union message msg;
	struct genlmsghdr *genl = NLMSG_DATA(&msg.head);
	size_t len;

	make[nlfuzz_random(3)](&msg, family);
	msg.head.nlmsg_seq = nlfuzz_random(1 << 24) << 8 | genl->cmd;
	len = NLMSG_ALIGN(msg.head.nlmsg_len);
	memcpy(to, &msg, len);
	return len;
}

/* Return: the number of messages in the datagram that was sent. */
static unsigned int one(int *fd, uint16_t family)
{
	static uint8_t datagram[TOGETHER * NLFUZZ_BYTES];
	unsigned int i, together = 1 + nlfuzz_random(TOGETHER);
	size_t len = 0;

	if (*fd < 0 || !nlfuzz_random(500))
		renew(fd);
	for (i = 0; i < together; i++)
		len += make_one(datagram + len, family);
	send_octets(*fd, datagram, len);
	if (nlfuzz_random(4))
		drain(*fd);
	return together;
}

static void tell(unsigned long sent)
{
	unsigned int i;

	printf("# %lu messages in all, %lu answers with data\n", sent, others);
	for (i = 0; i < 4096; i++)
		if (errors[i])
			printf("# %8lu %s\n", errors[i],
			       i ? strerror(i) : "accepted");
}

/* A fuzzer that is refused everywhere fuzzes the front door. */
static bool all_accepted(void)
{
	uint8_t cmd;
	bool all = true;

	for (cmd = 1; cmd <= TCPWARD_CMD_MAX; cmd++) {
		if (!nlfuzz_knows(cmd))
			continue;
		printf("# %8lu accepted of operation %u\n", accepted[cmd],
		       cmd);
		all &= accepted[cmd] > 0;
	}
	return all;
}

int main(int argc, char **argv)
{
	unsigned long i, sent = 0, told = 0;
	unsigned long messages = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	int fds[SOCKETS] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	uint16_t family = family_id();

	if (!messages || !family) {
		fprintf(stderr, messages ? "nlfuzz: no family "
			TCPWARD_FAMILY_NAME "\n" :
			"usage: nlfuzz MESSAGES [SEED]\n");
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	for (i = 0; sent < messages; i++) {
		sent += one(&fds[nlfuzz_random(SOCKETS)], family);
		if (i % BATCH == 0 && !alive(family)) {
			printf("# no answer after %lu messages\n", sent);
			return 1;
		}
		if (sent / PROGRESS != told) {
			told = sent / PROGRESS;
			printf("# %lu messages\n", sent);
			fflush(stdout);
		}
	}
	tell(sent);
	return !all_accepted() || !others;
}
