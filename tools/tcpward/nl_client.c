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

/* Dumps arrive in parts of at most 32 KiB. */
#define MESSAGE_BYTES 65536

struct talk {
	struct nl_client *client;
	int (*each)(struct nlattr *attrs, int len, void *arg);
	void *arg;
	int result;		/* what each() returned */
	bool done;
};

uint32_t nl_u32(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= 4 ? nla_get_u32(attr) : 0;
}

uint64_t nl_u64(const struct nlattr *attr)
{
	return attr && nla_len(attr) >= 8 ? nla_get_u64(attr) : 0;
}

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

/* NLMSG_ERROR: libnl keeps neither errno nor extack, so both are read here. */
static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *head = (void *)((char *)err - NLMSG_HDRLEN);
	bool capped = head->nlmsg_flags & NLM_F_CAPPED;
	struct talk *talk = arg;
	int skip = sizeof(*err);

	talk->client->error = err->error;
	talk->done = true;
	if (!capped)
		skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
	skip = NLMSG_ALIGN(skip);
	if (head->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(talk->client, (void *)((char *)err + skip),
			    (int)head->nlmsg_len - NLMSG_HDRLEN - skip, err,
			    capped);
	return NL_STOP;
}

/* NLMSG_DONE: ends a dump and carries its error, which libnl ignores. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *head = nlmsg_hdr(msg);
	struct talk *talk = arg;
	int skip = NLMSG_ALIGN(sizeof(int));

	talk->done = true;
	if (nlmsg_datalen(head) < (int)sizeof(int))
		return NL_STOP;
	talk->client->error = *(int *)nlmsg_data(head);
	if (talk->client->error && head->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(talk->client,
			    (void *)((char *)nlmsg_data(head) + skip),
			    nlmsg_datalen(head) - skip, NULL, true);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct talk *talk = arg;

	talk->done = true;
	return NL_STOP;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct talk *talk = arg;

	talk->client->interrupted = true;
	return NL_OK;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *head = genlmsg_hdr(nlmsg_hdr(msg));
	struct talk *talk = arg;

	/* After a refusal of each() the rest of a dump is only drained. */
	if (talk->each && !talk->result)
		talk->result = talk->each(genlmsg_attrdata(head, 0),
					  genlmsg_attrlen(head, 0),
					  talk->arg);
	return NL_OK;
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

static int receive_answers(struct nl_client *client, struct talk *talk)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err = 0;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, talk);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, talk);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, talk);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, talk);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, talk);
	while (!talk->done && err >= 0) {
		errno = 0;
		err = nl_recvmsgs(client->sock, cb);
	}
	nl_cb_put(cb);
	if (!talk->done)
		return errno ? -errno : -EIO;
	return client->error;
}

int nl_talk(struct nl_client *client, struct nl_msg *msg,
	    int (*each)(struct nlattr *attrs, int len, void *arg), void *arg)
{
	struct talk talk = { .client = client, .each = each, .arg = arg };
	int err;

	client->error = 0;
	client->extack[0] = '\0';
	client->bad_attr = 0;
	client->interrupted = false;
	if (!msg)
		return client->error = -ENOMEM;
	/* The answer to a dump is ended by NLMSG_DONE instead. */
	if (!(nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP))
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	errno = 0;
	err = nl_send_auto(client->sock, msg);
	nlmsg_free(msg);
	if (err < 0)
		return client->error = errno ? -errno : -EIO;
	client->error = receive_answers(client, &talk);
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
	nl_socket_set_msg_buf_size(client->sock, MESSAGE_BYTES);
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
