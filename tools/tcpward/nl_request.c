// SPDX-License-Identifier: GPL-2.0
/* The requests of nl.h that have an answer and an end. */
#include "nl_internal.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

static bool put_address(struct nl_msg *msg, int type, const uint8_t *addr,
			int family)
{
	return !nla_put(msg, type, family == AF_INET6 ? 16 : 4, addr);
}

/* One that matches everything is empty, but there. */
bool nl_put_filter(struct nl_msg *msg, int type,
		   const struct model_filter *filter)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	bool ok = nest;

	if (filter->family)
		ok &= !nla_put_u8(msg, TCPWARD_A_FILTER_FAMILY,
				  filter->family);
	if (filter->has_addr)
		ok &= put_address(msg, TCPWARD_A_FILTER_ADDR, filter->addr,
				  filter->family) &&
		      !nla_put_u8(msg, TCPWARD_A_FILTER_PREFIX_LEN,
				  filter->prefix_len);
	if (filter->has_port)
		ok &= !nla_put_u16(msg, TCPWARD_A_FILTER_PORT, filter->port);
	if (filter->states)
		ok &= !nla_put_u32(msg, TCPWARD_A_FILTER_STATES,
				   filter->states);
	if (filter->reason)
		ok &= !nla_put_u32(msg, TCPWARD_A_FILTER_REASON,
				   filter->reason);
	if (filter->has_id)
		ok &= !nla_put_u64(msg, TCPWARD_A_FILTER_ID, filter->id);
	if (ok)
		nla_nest_end_keep_empty(msg, nest);
	return ok;
}

static bool put_endpoint(struct nl_msg *msg, int type,
			 const struct model_address *at)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest ||
	    !put_address(msg, TCPWARD_A_ENDPOINT_ADDR, at->addr, at->family) ||
	    nla_put_u16(msg, TCPWARD_A_ENDPOINT_PORT, at->port))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

/* NULL, and @msg released, unless it could be filled. */
static struct nl_msg *filled(struct nl_msg *msg, bool ok)
{
	if (ok)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static int take_stats(struct nlattr *attrs, int len, void *arg)
{
	nl_parse_stats(attrs, len, arg);
	return 0;
}

int nl_stats(struct nl_client *client, struct model_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	return nl_talk(client, nl_request(client, TCPWARD_CMD_STATS_GET, 0),
		       take_stats, stats);
}

struct config_answer {
	struct tcpw_config *cfg;
	struct nl_judging *judging;
};

static int take_config(struct nlattr *attrs, int len, void *arg)
{
	struct nlattr *tb[TCPWARD_A_CONFIG_MAX + 1];
	struct config_answer *answer = arg;

	if (nla_parse(tb, TCPWARD_A_CONFIG_MAX, attrs, len, NULL))
		return -EBADMSG;
	for (unsigned int i = 0; i < TCPW_KNOBS; i++)
		*tcpw_knob_slot(answer->cfg, &tcpw_knobs[i]) =
			nl_u32(tb[tcpw_knobs[i].attr]);
	if (answer->judging)
		*answer->judging = (struct nl_judging){
			nl_u64(tb[TCPWARD_A_CONFIG_ENFORCING_MS]),
			nl_u32(tb[TCPWARD_A_CONFIG_ADOPT_MS]),
			nl_u32(tb[TCPWARD_A_CONFIG_PRESSED_MS]),
		};
	return 0;
}

int nl_config_get(struct nl_client *client, struct tcpw_config *cfg,
		  struct nl_judging *judging)
{
	struct config_answer answer = { cfg, judging };

	return nl_talk(client, nl_request(client, TCPWARD_CMD_CONFIG_GET, 0),
		       take_config, &answer);
}

int nl_config_set(struct nl_client *client, const struct tcpw_config *cfg,
		  uint32_t mask)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_CONFIG_SET, 0);
	struct tcpw_config values = *cfg;
	bool ok = msg;

	for (unsigned int i = 0; ok && i < TCPW_KNOBS; i++)
		if (mask & 1U << i)
			ok = !nla_put_u32(msg, tcpw_knobs[i].attr,
					  *tcpw_knob_slot(&values,
							  &tcpw_knobs[i]));
	return nl_talk(client, filled(msg, ok), NULL, NULL);
}

struct conn_answer {
	int (*each)(const struct model_conn *conn, void *arg);
	void *arg;
};

static int take_conn(struct nlattr *attrs, int len, void *arg)
{
	struct conn_answer *answer = arg;
	struct model_conn conn;

	nl_parse_conn(attrs, len, &conn);
	return answer->each(&conn, answer->arg);
}

int nl_conns(struct nl_client *client, const struct model_filter *filter,
	     bool brief,
	     int (*each)(const struct model_conn *conn, void *arg), void *arg)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_CONN_GET,
					NLM_F_DUMP);
	struct conn_answer answer = { each, arg };
	bool ok = msg && (!filter || nl_put_filter(msg, TCPWARD_A_CONN_FILTER,
						   filter));

	if (brief)
		ok = ok && !nla_put_flag(msg, TCPWARD_A_CONN_BRIEF);
	return nl_talk(client, filled(msg, ok), take_conn, &answer);
}

static int keep_conn(const struct model_conn *conn, void *arg)
{
	*(struct model_conn *)arg = *conn;
	return 0;
}

/* A request about the connection between two ends, or NULL. */
static struct nl_msg *request_between(struct nl_client *client, int command,
				      const struct model_address *one,
				      const struct model_address *other)
{
	struct nl_msg *msg = nl_request(client, command, 0);
	bool ok = msg &&
		  !nla_put_u8(msg, TCPWARD_A_CONN_FAMILY, one->family) &&
		  put_endpoint(msg, TCPWARD_A_CONN_CLIENT, one) &&
		  put_endpoint(msg, TCPWARD_A_CONN_SERVER, other);

	return filled(msg, ok);
}

int nl_conn_get(struct nl_client *client, const struct model_address *one,
		const struct model_address *other, struct model_conn *conn)
{
	struct conn_answer answer = { keep_conn, conn };

	return nl_talk(client,
		       request_between(client, TCPWARD_CMD_CONN_GET, one,
				       other), take_conn, &answer);
}

int nl_conn_del(struct nl_client *client, const struct model_address *one,
		const struct model_address *other)
{
	return nl_talk(client,
		       request_between(client, TCPWARD_CMD_CONN_DEL, one,
				       other), NULL, NULL);
}

static int take_forgotten(struct nlattr *attrs, int len, void *arg)
{
	struct nlattr *tb[TCPWARD_A_CONN_MAX + 1];
	uint32_t *forgotten = arg;

	if (nla_parse(tb, TCPWARD_A_CONN_MAX, attrs, len, NULL))
		return -EBADMSG;
	*forgotten = nl_u32(tb[TCPWARD_A_CONN_FORGOTTEN]);
	return 0;
}

int nl_conns_del(struct nl_client *client, const struct model_filter *filter,
		 uint32_t *forgotten)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_CONN_DEL, 0);
	bool ok = msg && nl_put_filter(msg, TCPWARD_A_CONN_FILTER, filter);

	*forgotten = 0;
	return nl_talk(client, filled(msg, ok), take_forgotten, forgotten);
}

static int take_reason(struct nlattr *attrs, int len, void *arg)
{
	struct nlattr *tb[TCPWARD_A_REASONS_MAX + 1];
	uint64_t *counts = arg;
	uint32_t reason;

	if (nla_parse(tb, TCPWARD_A_REASONS_MAX, attrs, len, NULL))
		return -EBADMSG;
	reason = nl_u32(tb[TCPWARD_A_REASONS_REASON]);
	if (reason <= TCPWARD_REASON_MAX)
		counts[reason] = nl_u64(tb[TCPWARD_A_REASONS_COUNT]);
	return 0;
}

int nl_reason_counts(struct nl_client *client,
		     uint64_t counts[TCPWARD_REASON_MAX + 1])
{
	memset(counts, 0, (TCPWARD_REASON_MAX + 1) * sizeof(*counts));
	return nl_talk(client, nl_request(client, TCPWARD_CMD_REASON_GET,
					  NLM_F_DUMP), take_reason, counts);
}
