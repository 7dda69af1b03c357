// SPDX-License-Identifier: GPL-2.0
/*
 * Event streams: multicast groups and the segment trace. A full buffer never
 * ends a stream; what was lost is counted by the sequence numbers.
 */
#include "nl_internal.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <poll.h>
#include <stdlib.h>

#define STREAM_BUFFER_BYTES (8 << 20)

static int prepare(struct nl_client *client)
{
	int bytes = STREAM_BUFFER_BYTES, on = 1;
	int fd = nl_socket_get_fd(client->sock);

	if (client->parts)
		return 0;
	client->parts = nl_parts_new();
	if (!client->parts)
		return -ENOMEM;
	/* FORCE goes past net.core.rmem_max where the privilege is there. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	/* So that the module hears of what did not fit, and counts it. */
	setsockopt(fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &on, sizeof(on));
	/* libnl has not seen the answers so far. */
	nl_socket_disable_seq_check(client->sock);
	return 0;
}

static int join(struct nl_client *client, const char *group)
{
	int id = genl_ctrl_resolve_grp(client->sock, TCPWARD_FAMILY_NAME,
				       group);

	if (id < 0)
		return -ENOENT;
	errno = 0;
	if (nl_socket_add_membership(client->sock, id))
		return errno ? -errno : -EIO;
	return 0;
}

int nl_subscribe(struct nl_client *client, unsigned int groups)
{
	int err = prepare(client);

	if (!err && groups & NL_TRANSITIONS)
		err = join(client, TCPWARD_MCGRP_TRANSITIONS);
	if (!err && groups & NL_VERDICTS)
		err = join(client, TCPWARD_MCGRP_VERDICTS);
	client->error = err;
	if (!err)
		nl_socket_set_nonblocking(client->sock);
	return err;
}

int nl_trace_start(struct nl_client *client, const struct model_filter *filter)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_TRACE_START, 0);
	int err;

	if (msg && filter &&
	    !nl_put_filter(msg, TCPWARD_A_TRACE_FILTER, filter)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	err = prepare(client);
	if (err)
		nlmsg_free(msg);
	else
		err = nl_talk(client, msg, NULL, NULL);
	if (!err)
		nl_socket_set_nonblocking(client->sock);
	return err;
}

int nl_fd(const struct nl_client *client)
{
	return nl_socket_get_fd(client->sock);
}

struct receiver {
	struct nl_client *client;
	const struct nl_handlers *handlers;
};

static void check_gap(struct receiver *receiver, enum nl_stream stream,
		      uint32_t sequence)
{
	struct nl_client *client = receiver->client;
	uint32_t gap = sequence - client->next[stream];

	if (client->started[stream] && gap && gap < 1U << 31 &&
	    receiver->handlers->lost)
		receiver->handlers->lost(gap, receiver->handlers->arg);
	/* Messages of two CPUs may come in the other order. */
	if (!client->started[stream] || gap < 1U << 31)
		client->next[stream] = sequence + 1;
	client->started[stream] = true;
}

static int take_segment(struct receiver *receiver, struct nlattr *attrs,
			int len, enum nl_stream stream)
{
	const struct nl_handlers *handlers = receiver->handlers;
	struct model_segment segment;

	nl_parse_segment(attrs, len, &segment);
	check_gap(receiver, stream, segment.sequence);
	if (stream == NL_STREAM_SEGMENT)
		return handlers->segment ?
		       handlers->segment(&segment, handlers->arg) : 0;
	return handlers->verdict ?
	       handlers->verdict(&segment, handlers->arg) : 0;
}

static int take_transition(struct receiver *receiver, struct nlattr *attrs,
			   int len)
{
	const struct nl_handlers *handlers = receiver->handlers;
	struct model_transition transition;

	nl_parse_transition(attrs, len, &transition);
	check_gap(receiver, NL_STREAM_TRANSITION, transition.sequence);
	return handlers->transition ?
	       handlers->transition(&transition, handlers->arg) : 0;
}

/* Of other messages, answers are late ones to a request that was given up. */
static int take_event(struct receiver *receiver, struct nlmsghdr *head)
{
	int len = (int)head->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	struct genlmsghdr *event = NLMSG_DATA(head);
	struct nlattr *attrs = (void *)((char *)event + GENL_HDRLEN);

	if (head->nlmsg_type != receiver->client->family || len < 0)
		return 0;
	switch (event->cmd) {
	case TCPWARD_CMD_SEGMENT_NTF:
		return take_segment(receiver, attrs, len, NL_STREAM_SEGMENT);
	case TCPWARD_CMD_VERDICT_NTF:
		return take_segment(receiver, attrs, len, NL_STREAM_VERDICT);
	case TCPWARD_CMD_TRANSITION_NTF:
		return take_transition(receiver, attrs, len);
	}
	return 0;
}

static int take_part(struct receiver *receiver, unsigned int i)
{
	struct nlmsghdr *head;
	int len = nl_part(receiver->client->parts, i, &head);
	int result = len < 0 ? len : 0;

	for (; !result && NLMSG_OK(head, len); head = NLMSG_NEXT(head, len))
		result = take_event(receiver, head);
	return result;
}

/* Read until the socket is empty or a handler has had enough. */
static int drain(struct receiver *receiver)
{
	const struct nl_handlers *handlers = receiver->handlers;
	struct nl_client *client = receiver->client;
	int result = 0, n;

	while (!result) {
		n = nl_parts_receive(client, client->parts, NL_PARTS);
		for (int i = 0; i < n && !result; i++)
			result = take_part(receiver, i);
		if (n == -EAGAIN)
			break;
		if (n < 0 && n != -ENOBUFS)
			return n;
		if (n < 0 && handlers->lost)
			handlers->lost(0, handlers->arg);
	}
	return result;
}

int nl_receive(struct nl_client *client, const struct nl_handlers *handlers,
	       int timeout_ms)
{
	struct receiver receiver = { .client = client, .handlers = handlers };
	struct pollfd fd = { .fd = nl_fd(client), .events = POLLIN };
	int err;

	err = poll(&fd, 1, timeout_ms);
	if (err <= 0)
		return err ? -errno : 0;
	return drain(&receiver);
}
