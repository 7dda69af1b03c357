// SPDX-License-Identifier: GPL-2.0
/*
 * Connecting to the module, one request with its answers, and what went
 * wrong. Never prints but in nl_fail().
 */
#include "nl_internal.h"
#include "tool.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

struct talk {
	struct nl_client *client;
	uint32_t sequence;
	int (*each)(struct nlattr *attrs, int len, void *arg);
	void *arg;
	int result;		/* what each() returned */
	bool done;
};

/* Type of the attribute that lies at @offset of the request, 0: unknown. */
static int attribute_at(const struct nlmsgerr *err, bool capped,
			uint32_t offset)
{
	const char *request = (const char *)&err->msg;

	if (capped || offset + sizeof(struct nlattr) > err->msg.nlmsg_len)
		return 0;
	return ((const struct nlattr *)(request + offset))->nla_type &
	       NLA_TYPE_MASK;
}

static void take_extack(struct nl_client *client, struct nlattr *head, int len,
			const struct nlmsgerr *err, bool capped)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (len < 0 ||
	    nla_parse(tb, NLMSGERR_ATTR_MAX, head, len, NULL))
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		nla_strlcpy(client->extack, tb[NLMSGERR_ATTR_MSG],
			    sizeof(client->extack));
	if (err && tb[NLMSGERR_ATTR_OFFS])
		client->bad_attr = attribute_at(err, capped,
					nl_u32(tb[NLMSGERR_ATTR_OFFS]));
}

/* NLMSG_ERROR, which is an acknowledgement, too. */
static void on_error(struct talk *talk, struct nlmsghdr *head)
{
	bool capped = head->nlmsg_flags & NLM_F_CAPPED;
	struct nlmsgerr *err = NLMSG_DATA(head);
	int skip = sizeof(*err);

	talk->done = true;
	if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*err))) {
		talk->client->error = -EBADMSG;
		return;
	}
	talk->client->error = err->error;
	if (!err->error)
		return;
	if (!capped)
		skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
	skip = NLMSG_ALIGN(skip);
	if (head->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(talk->client, (void *)((char *)err + skip),
			    (int)head->nlmsg_len - NLMSG_HDRLEN - skip, err,
			    capped);
}

/* NLMSG_DONE: ends a dump and carries its error. */
static void on_done(struct talk *talk, struct nlmsghdr *head)
{
	int skip = NLMSG_ALIGN(sizeof(int));

	talk->done = true;
	if (nlmsg_datalen(head) < (int)sizeof(int))
		return;
	talk->client->error = *(int *)nlmsg_data(head);
	if (talk->client->error && head->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(talk->client,
			    (void *)((char *)nlmsg_data(head) + skip),
			    nlmsg_datalen(head) - skip, NULL, true);
}

static void on_answer(struct talk *talk, struct nlmsghdr *head)
{
	int len = (int)head->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	struct nlattr *attrs = (void *)((char *)head + NLMSG_HDRLEN +
					GENL_HDRLEN);

	/* After a refusal of each() the rest of a dump is only drained. */
	if (talk->each && !talk->result && len >= 0)
		talk->result = talk->each(attrs, len, talk->arg);
}

static void on_message(struct talk *talk, struct nlmsghdr *head)
{
	/* Of an event, or of a request that was given up. */
	if (head->nlmsg_seq != talk->sequence)
		return;
	if (head->nlmsg_flags & NLM_F_DUMP_INTR)
		talk->client->interrupted = true;
	switch (head->nlmsg_type) {
	case NLMSG_ERROR:
		on_error(talk, head);
		break;
	case NLMSG_DONE:
		on_done(talk, head);
		break;
	case NLMSG_NOOP:
		break;
	default:
		on_answer(talk, head);
		break;
	}
}

struct nl_msg *nl_request(struct nl_client *client, int command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family,
				0, flags, command, TCPWARD_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

static int take_part(struct talk *talk, struct nl_parts *parts,
		     unsigned int i)
{
	struct nlmsghdr *head;
	int len = nl_part(parts, i, &head);

	for (; NLMSG_OK(head, len) && !talk->done; head = NLMSG_NEXT(head, len))
		on_message(talk, head);
	return len < 0 ? len : 0;
}

/* Not more than one part where events may come behind the answer. */
static int receive_answers(struct nl_client *client, struct talk *talk,
			   bool dump)
{
	struct nl_parts *parts = nl_parts_new();
	int n, err = 0;

	if (!parts)
		return -ENOMEM;
	while (!talk->done && !err) {
		n = nl_parts_receive(client, parts, dump ? NL_PARTS : 1);
		err = n < 0 ? n : 0;
		for (int i = 0; i < n && !err; i++)
			err = take_part(talk, parts, i);
	}
	free(parts);
	return talk->done ? client->error : err;
}

int nl_talk(struct nl_client *client, struct nl_msg *msg,
	    int (*each)(struct nlattr *attrs, int len, void *arg), void *arg)
{
	struct talk talk = { .client = client, .each = each, .arg = arg };
	bool dump;
	int err;

	client->error = 0;
	client->extack[0] = '\0';
	client->bad_attr = 0;
	client->interrupted = false;
	if (!msg)
		return client->error = -ENOMEM;
	dump = nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP;
	/* The answer to a dump is ended by NLMSG_DONE instead. */
	if (!dump)
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	errno = 0;
	err = nl_send_auto(client->sock, msg);
	talk.sequence = nlmsg_hdr(msg)->nlmsg_seq;
	nlmsg_free(msg);
	if (err < 0)
		return client->error = errno ? -errno : -EIO;
	client->error = receive_answers(client, &talk, dump);
	return client->error ? client->error : talk.result;
}

static int open_socket(struct nl_client *client)
{
	int on = 1, fd;

	client->sock = nl_socket_alloc();
	if (!client->sock)
		return -ENOMEM;
	errno = 0;
	if (genl_connect(client->sock))
		return errno ? -errno : -EIO;
	fd = nl_socket_get_fd(client->sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	nl_socket_disable_msg_peek(client->sock);
	nl_socket_set_msg_buf_size(client->sock, NL_PART_BYTES);
	client->family = genl_ctrl_resolve(client->sock, TCPWARD_FAMILY_NAME);
	client->no_family = client->family < 0;
	return client->no_family ? -ENOENT : 0;
}

/* The request leaves out the ABI version, so that any module answers. */
static int compare_abi(struct nl_client *client)
{
	struct model_stats stats;
	int err = nl_stats(client, &stats);

	if (err)
		return err;
	client->module_abi = stats.abi;
	memcpy(client->module_version, stats.version, sizeof(stats.version));
	return stats.abi == TCPWARD_ABI_VERSION ? 0 : -EPROTO;
}

int nl_open(struct nl_client **client)
{
	struct nl_client *new = calloc(1, sizeof(*new));
	int err;

	*client = new;
	if (!new)
		return -ENOMEM;
	err = open_socket(new);
	if (!err)
		err = compare_abi(new);
	new->error = err;
	return err;
}

void nl_end(struct nl_client *client)
{
	if (!client)
		return;
	nl_socket_free(client->sock);
	free(client->parts);
	free(client);
}

const char *nl_extack(const struct nl_client *client)
{
	return client && client->extack[0] ? client->extack : NULL;
}

int nl_bad_attribute(const struct nl_client *client)
{
	return client->bad_attr;
}

bool nl_interrupted(const struct nl_client *client)
{
	return client->interrupted;
}

static int fail_abi(const struct nl_client *client, const char *what)
{
	char why[160];

	snprintf(why, sizeof(why),
		 "the module (%s) speaks version %u of the interface, this "
		 "tool (%s) version %u", client->module_version,
		 client->module_abi, TOOL_VERSION, TCPWARD_ABI_VERSION);
	return tool_fail(EXIT_NO_MODULE, why,
			 "build and install both from the same source, then "
			 "reload the module", "%s", what);
}

int nl_fail(struct nl_client *client, int error, const char *what)
{
	const char *extack = nl_extack(client);
	char why[320];

	if (client && client->no_family)
		return tool_fail(EXIT_NO_MODULE,
				 "the tcpward module is not loaded",
				 "load it: modprobe tcpward, or insmod "
				 "build/$(uname -r)/tcpward.ko", "%s", what);
	if (error == -EPERM)
		return tool_fail(EXIT_NO_MODULE,
				 "permission denied: CAP_NET_ADMIN is needed "
				 "in the user namespace that owns this "
				 "network namespace", "run it as root",
				 "%s", what);
	if (client && client->module_abi &&
	    client->module_abi != TCPWARD_ABI_VERSION)
		return fail_abi(client, what);
	if (extack)
		snprintf(why, sizeof(why), "%s (%s)", extack,
			 strerror(-error));
	else
		snprintf(why, sizeof(why), "%s", strerror(-error));
	return tool_fail(EXIT_REFUSED, why, NULL, "%s", what);
}
