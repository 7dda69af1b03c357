// SPDX-License-Identifier: GPL-2.0
/*
 * Connections put back over netlink, as conn-get told them in full. Nothing
 * is believed: numbers come by the policy, the record as a whole by
 * tcpw_saved_fault(); what is refused has changed nothing.
 */
#include "core/saved.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "report.h"

#include <linux/slab.h>

#define AGE_MAX_MS (100ull * 366 * 86400 * 1000)	/* a hundred years */

/* A connection as the request describes it. */
struct restore {
	struct tcpw_tuple tuple;
	struct tcpw_saved_conn saved_conn;
	struct tcpw_saved_ext saved_ext;
	struct tcpw_facts facts;
	struct tcpw_ext ext;
	u64 created_ms;
	bool has_ext;
	u8 client;
	struct tcpw_view view;	/* of the record that came of it */
};

/* --- the request ------------------------------------------------------- */

static int take_counts(struct restore *r, unsigned int side,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_ENDPOINT_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_ENDPOINT_TSRECENT, nest,
			       tcpward_endpoint_nl_policy, extack);
	if (err)
		return err;
	if (tb[TCPWARD_A_ENDPOINT_SEGMENTS])
		r->facts.segments[side] =
			nla_get_u32(tb[TCPWARD_A_ENDPOINT_SEGMENTS]);
	if (tb[TCPWARD_A_ENDPOINT_BYTES])
		r->facts.bytes[side] =
			nla_get_u64(tb[TCPWARD_A_ENDPOINT_BYTES]);
	if (tb[TCPWARD_A_ENDPOINT_RETRANSMITTED])
		r->facts.retransmitted[side] =
			nla_get_u32(tb[TCPWARD_A_ENDPOINT_RETRANSMITTED]);
	return 0;
}

static int take_ends(struct restore *r, struct genl_info *info)
{
	const struct nlattr *client = info->attrs[TCPWARD_A_CONN_CLIENT];
	const struct nlattr *server = info->attrs[TCPWARD_A_CONN_SERVER];
	int err;

	if (!client || !server) {
		NL_SET_ERR_MSG(info->extack, "client and server are needed");
		return -EINVAL;
	}
	err = tcpw_conn_parse_ends(&r->tuple, &r->client, info);
	if (!err)
		err = take_counts(r, r->client, client, info->extack);
	return err ?: take_counts(r, !r->client, server, info->extack);
}

static int take_times(struct restore *r, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	u64 age_ms, idle_ms;

	if (!attrs[TCPWARD_A_CONN_AGE_MS] || !attrs[TCPWARD_A_CONN_IDLE_MS]) {
		NL_SET_ERR_MSG(info->extack, "age and idle time are needed");
		return -EINVAL;
	}
	age_ms = nla_get_u64(attrs[TCPWARD_A_CONN_AGE_MS]);
	idle_ms = nla_get_u64(attrs[TCPWARD_A_CONN_IDLE_MS]);
	if (age_ms > AGE_MAX_MS || idle_ms > age_ms) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    age_ms > AGE_MAX_MS ?
				    attrs[TCPWARD_A_CONN_AGE_MS] :
				    attrs[TCPWARD_A_CONN_IDLE_MS],
				    "idle for longer than its age, or too old");
		return -ERANGE;
	}
	/* Older than this boot: before the clock's zero, modulo. */
	r->created_ms = tcpw_now_ms() - age_ms;
	r->facts.passed_ms = tcpw_now_ms() - idle_ms;
	return 0;
}

static void take_marks(struct restore *r, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[TCPWARD_A_CONN_HANDSHAKE_RTT_US])
		r->facts.rtt_us =
			nla_get_u32(attrs[TCPWARD_A_CONN_HANDSHAKE_RTT_US]);
	if (attrs[TCPWARD_A_CONN_QUIET])
		r->facts.quiet = nla_get_u32(attrs[TCPWARD_A_CONN_QUIET]);
	if (attrs[TCPWARD_A_CONN_DROPPED])
		r->facts.dropped = nla_get_u32(attrs[TCPWARD_A_CONN_DROPPED]);
	if (attrs[TCPWARD_A_CONN_LAST_REASON])
		r->facts.last_reason =
			nla_get_u32(attrs[TCPWARD_A_CONN_LAST_REASON]);
}

static int take_record(struct restore *r, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_RECORD_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_RECORD_OFFSET_MS, nest,
			       tcpward_record_nl_policy, extack);
	if (err)
		return err;
	if (!tb[TCPWARD_A_RECORD_SIDE] || !tb[TCPWARD_A_RECORD_STATE] ||
	    !tb[TCPWARD_A_RECORD_OFFSET_MS] ||
	    r->facts.records == TCPW_RECORDS) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "not one of eight records with all numbers");
		return -EINVAL;
	}
	r->facts.record[r->facts.records++] =
		TCPW_RECORD(nla_get_u8(tb[TCPWARD_A_RECORD_SIDE]) ^ r->client,
			    nla_get_u32(tb[TCPWARD_A_RECORD_STATE]),
			    nla_get_u32(tb[TCPWARD_A_RECORD_OFFSET_MS]));
	return 0;
}

static int take_records(struct restore *r, struct genl_info *info)
{
	struct nlattr *attr;
	int rest, err = 0;

	nla_for_each_attr(attr, genlmsg_data(info->genlhdr),
			  genlmsg_len(info->genlhdr), rest) {
		if (nla_type(attr) == TCPWARD_A_CONN_RECORD)
			err = take_record(r, attr, info->extack);
		if (err)
			break;
	}
	return err;
}

static int take_core(struct restore *r, struct genl_info *info)
{
	const struct nlattr *core = info->attrs[TCPWARD_A_CONN_CORE];
	const struct nlattr *ext = info->attrs[TCPWARD_A_CONN_EXT];
	u64 now_ms = tcpw_now_ms();
	const char *fault;
	int err;

	if (!core) {
		NL_SET_ERR_MSG(info->extack, "the record itself is missing");
		return -EINVAL;
	}
	r->has_ext = ext;
	err = tcpw_message_take_conn(&r->saved_conn, core, info->extack);
	if (!err && ext)
		err = tcpw_message_take_ext(&r->saved_ext, ext, info->extack);
	if (err)
		return err;
	fault = tcpw_saved_fault(&r->saved_conn, ext ? &r->saved_ext : NULL);
	if (!fault && r->saved_conn.client != r->client)
		fault = "client is not the end that is named so";
	if (fault) {
		NL_SET_BAD_ATTR(info->extack, core);
		info->extack->_msg = fault;
		return -EINVAL;
	}
	tcpw_restore_conn(&r->facts.conn, &r->saved_conn, now_ms);
	if (ext)
		tcpw_restore_ext(&r->ext, &r->saved_ext, now_ms);
	return 0;
}

static int parse(struct restore *r, struct genl_info *info)
{
	int err;

	err = take_ends(r, info);
	if (!err)
		err = take_times(r, info);
	if (!err)
		err = take_core(r, info);
	if (err)
		return err;
	take_marks(r, info);
	return take_records(r, info);
}

/* --- the table --------------------------------------------------------- */

/* Nobody gives way to what is restored: the limits are those of newcomers. */
static bool has_place(struct tcpw_net *tn, const struct tcpw_config *cfg,
		      const struct tcpw_conn *conn)
{
	if (tcpw_half_open(conn) &&
	    tcpw_wheel_count(&tn->wheel, TCPW_WAIT_HALF_OPEN) >=
	    cfg->max_half_open)
		return false;
	return tcpw_table_take(tn, cfg->max_connections);
}

/* Its lock is held, so that whoever finds it waits until it is whole. */
static void fill(struct tcpw_net *tn, struct tcpw_flow *flow,
		 struct restore *r)
{
	u64 now_ms = tcpw_now_ms();

	lockdep_assert_held(&flow->lock);
	if (r->has_ext)
		flow->more->ext = r->ext;
	tcpw_flow_restore(tn, flow, &r->facts, r->created_ms, now_ms);
	tcpw_flow_view(flow, now_ms, &r->view);
}

static int insert(struct tcpw_net *tn, struct tcpw_flow *flow,
		  struct restore *r, const struct tcpw_config *cfg)
{
	u32 ext_limit = cfg->max_connections / TCPW_EXT_SHARE;
	int err = 0;

	spin_lock_bh(&flow->lock);
	if (r->has_ext && !tcpw_flow_provide_more(tn, flow, ext_limit))
		err = -ENOSPC;
	if (!err)
		err = tcpw_table_insert(tn, flow, &r->tuple,
					tcpw_table_hash(&flow->key));
	if (!err)
		fill(tn, flow, r);
	else if (flow->has_more)
		atomic_dec(&tn->exts);
	spin_unlock_bh(&flow->lock);
	return err;
}

/* With the configuration held still, so that no switch comes between. */
static int restore(struct tcpw_net *tn, struct restore *r)
{
	const struct tcpw_config *cfg;
	struct tcpw_flow *flow;
	struct tcpw_key key;
	int err;

	lockdep_assert_held(&tn->lock);
	cfg = &rcu_dereference_protected(tn->policy,
					 lockdep_is_held(&tn->lock))->set;
	if (tn->leaving)
		return -ENODEV;
	if (!has_place(tn, cfg, &r->facts.conn))
		return -ENOSPC;
	tcpw_table_key(&r->tuple, &key);
	flow = tcpw_flow_alloc(&r->tuple, &key, GFP_KERNEL);
	err = flow ? insert(tn, flow, r, cfg) : -ENOMEM;
	if (!err) {
		tcpw_wheel_start(&tn->wheel);
		return 0;
	}
	if (flow)
		tcpw_flow_free(flow);
	atomic_dec(&tn->records);
	return err;
}

static void explain(struct netlink_ext_ack *extack, int err)
{
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "there is a record already: it is kept");
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "no place for another record");
	else if (err == -ENODEV)
		NL_SET_ERR_MSG(extack, "the module is being unloaded");
}

int tcpward_nl_conn_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct restore *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err;

	if (!r)
		return -ENOMEM;
	err = parse(r, info);
	if (!err) {
		mutex_lock(&tn->lock);
		err = restore(tn, r);
		mutex_unlock(&tn->lock);
		explain(info->extack, err);
		if (!err)
			tcpw_report_restored(tn, &r->view);
	}
	kfree(r);
	return err;
}
