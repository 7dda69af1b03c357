// SPDX-License-Identifier: GPL-2.0
/*
 * Connections over netlink: tell one, forget one or all that match. To tell
 * all is the business of netlink_dump.c.
 */
#include "netlink.h"
#include "netlink_gen.h"
#include "report.h"

#include <linux/sched/signal.h>
#include <net/genetlink.h>

/* --- one connection ---------------------------------------------------- */

/* What a request names: attributes of the conn set. */
struct wanted {
	struct tcpw_tuple tuple;
	u64 id;			/* 0: by tuple */
};

struct end {
	const void *addr;
	int len;
	__be16 port;
};

static int parse_end(struct end *end, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_ENDPOINT_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_ENDPOINT_TSRECENT, attr,
			       tcpward_endpoint_nl_policy, extack);
	if (err)
		return err;
	if (!tb[TCPWARD_A_ENDPOINT_ADDR] || !tb[TCPWARD_A_ENDPOINT_PORT]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an endpoint needs address and port");
		return -EINVAL;
	}
	end->addr = nla_data(tb[TCPWARD_A_ENDPOINT_ADDR]);
	end->len = nla_len(tb[TCPWARD_A_ENDPOINT_ADDR]);
	end->port = htons(nla_get_u16(tb[TCPWARD_A_ENDPOINT_PORT]));
	if (end->len == sizeof(struct in_addr) ||
	    end->len == sizeof(struct in6_addr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[TCPWARD_A_ENDPOINT_ADDR],
			    "an address has 4 or 16 octets");
	return -EINVAL;
}

/*
 * tcpw_conn_parse_ends() - the sockets that a request names
 * @client: set to the side of the client in @tuple
 *
 * Both attributes must be there.
 */
int tcpw_conn_parse_ends(struct tcpw_tuple *tuple, u8 *client,
			 struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct end one, other;
	u8 family;
	int err;

	err = parse_end(&one, attrs[TCPWARD_A_CONN_CLIENT], info->extack);
	if (!err)
		err = parse_end(&other, attrs[TCPWARD_A_CONN_SERVER],
				info->extack);
	if (err)
		return err;
	if (one.len != other.len) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TCPWARD_A_CONN_SERVER],
				    "both addresses must be of one family");
		return -EINVAL;
	}
	family = one.len == sizeof(struct in_addr) ? NFPROTO_IPV4 :
						     NFPROTO_IPV6;
	if (attrs[TCPWARD_A_CONN_FAMILY] &&
	    nla_get_u8(attrs[TCPWARD_A_CONN_FAMILY]) != family) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TCPWARD_A_CONN_FAMILY],
				    "the addresses are not of the family given");
		return -EINVAL;
	}
	tcpw_tuple_make(tuple, family, one.addr, one.port, other.addr,
			other.port, client);
	return 0;
}

static int parse_wanted(struct wanted *wanted, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	u8 side;

	wanted->id = 0;
	if (attrs[TCPWARD_A_CONN_ID]) {
		wanted->id = nla_get_u64(attrs[TCPWARD_A_CONN_ID]);
		if (wanted->id)
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[TCPWARD_A_CONN_ID],
				    "no connection has the id 0");
		return -EINVAL;
	}
	if (attrs[TCPWARD_A_CONN_CLIENT] && attrs[TCPWARD_A_CONN_SERVER])
		return tcpw_conn_parse_ends(&wanted->tuple, &side, info);
	if (info->genlhdr->cmd == TCPWARD_CMD_CONN_DEL)
		NL_SET_ERR_MSG(info->extack,
			       "name a connection by id, or by client and server, or give a filter");
	else
		NL_SET_ERR_MSG(info->extack,
			       "name a connection by id, or by client and server");
	return -EINVAL;
}

/* Looks for wanted->id; sets it to 0 when done. */
struct search {
	struct wanted *wanted;
	bool (*act)(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg);
	void *arg;
	bool found;
};

/* Of a record, a NULL or an error: 0 for these. */
u64 tcpw_conn_id(struct tcpw_flow *flow)
{
	u64 id;

	if (IS_ERR_OR_NULL(flow))
		return 0;
	spin_lock_bh(&flow->lock);
	id = tcpw_flow_id(flow);
	spin_unlock_bh(&flow->lock);
	return id;
}

static bool act_on_id(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	struct search *search = arg;

	if (tcpw_conn_id(flow) != search->wanted->id)
		return false;
	search->found = search->act(tn, flow, search->arg);
	return true;
}

/* Ids have no index: they are asked for by people, now and then. */
static int act_on(struct tcpw_net *tn, struct wanted *wanted,
		  bool (*act)(struct tcpw_net *tn, struct tcpw_flow *flow,
			      void *arg), void *arg,
		  struct netlink_ext_ack *extack)
{
	struct search search = { .wanted = wanted, .act = act, .arg = arg };
	struct tcpw_flow *flow;
	struct tcpw_key key;
	u32 hash;

	if (wanted->id) {
		tcpw_table_walk(tn, act_on_id, &search);
	} else {
		tcpw_table_key(&wanted->tuple, &key);
		rcu_read_lock();
		flow = tcpw_table_find(tn, &wanted->tuple, &key, &hash);
		search.found = flow && act(tn, flow, arg);
		rcu_read_unlock();
	}
	if (search.found)
		return 0;
	NL_SET_ERR_MSG(extack, "no such connection");
	return -ENOENT;
}

/* Return: false when the record is gone already, or is not looked for. */
bool tcpw_look_at(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	struct tcpw_look *look = arg;
	bool wanted;

	spin_lock_bh(&flow->lock);
	wanted = !flow->dead && tcpw_filter_facts(&look->filter, flow);
	if (wanted)
		tcpw_flow_view(flow, tcpw_now_ms(), &look->view);
	look->has_ext = look->full && wanted && flow->has_more;
	if (look->has_ext)
		look->ext = flow->more->ext;
	spin_unlock_bh(&flow->lock);
	return wanted;
}

int tcpw_look_put(struct sk_buff *skb, struct tcpw_look *look)
{
	if (tcpw_message_conn(skb, &look->view, look->brief))
		return -EMSGSIZE;
	if (!look->full)
		return 0;
	return tcpw_message_core(skb, &look->view.facts.conn,
				 look->has_ext ? &look->ext : NULL,
				 look->view.now_ms);
}

int tcpward_nl_conn_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct tcpw_look found = {
		.full = info->attrs[TCPWARD_A_CONN_FULL],
		.brief = info->attrs[TCPWARD_A_CONN_BRIEF],
	};
	struct wanted wanted;
	struct sk_buff *reply;
	void *header;
	int err;

	if (info->attrs[TCPWARD_A_CONN_FILTER]) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[TCPWARD_A_CONN_FILTER],
				    "a filter is for dumps");
		return -EINVAL;
	}
	err = parse_wanted(&wanted, info);
	if (!err)
		err = act_on(tn, &wanted, tcpw_look_at, &found, info->extack);
	if (err)
		return err;
	reply = tcpw_netlink_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	err = tcpw_look_put(reply, &found);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* --- forgetting -------------------------------------------------------- */

#define WALKS_MAX 16

/* What is forgotten, and how many records were. */
struct cull {
	struct tcpw_filter filter;
	u32 forgotten;
};

static bool forget(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	struct cull *cull = arg;
	bool forgotten = tcpw_table_forget(tn, flow);

	cull->forgotten += forgotten;
	return forgotten;
}

static bool matches(const struct tcpw_filter *filter, struct tcpw_flow *flow)
{
	bool wanted;

	if (!tcpw_filter_ends(filter, flow))
		return false;
	spin_lock_bh(&flow->lock);
	wanted = tcpw_filter_facts(filter, flow);
	spin_unlock_bh(&flow->lock);
	return wanted;
}

static bool forget_matching(struct tcpw_net *tn, struct tcpw_flow *flow,
			    void *arg)
{
	struct cull *cull = arg;

	if (matches(&cull->filter, flow))
		forget(tn, flow, cull);
	return fatal_signal_pending(current);
}

/*
 * Removals may hide records from a walk: until one finds none. Bounded,
 * because new ones that match may come without end.
 */
static int forget_all(struct tcpw_net *tn, struct cull *cull)
{
	unsigned int walks;
	u32 before;

	for (walks = 0; walks < WALKS_MAX; walks++) {
		before = cull->forgotten;
		if (tcpw_table_walk(tn, forget_matching, cull))
			return -EINTR;
		if (cull->forgotten == before)
			break;
	}
	return 0;
}

static int forget_filtered(struct tcpw_net *tn, struct cull *cull,
			   struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *filter = attrs[TCPWARD_A_CONN_FILTER];
	int err;

	if (attrs[TCPWARD_A_CONN_ID] || attrs[TCPWARD_A_CONN_CLIENT] ||
	    attrs[TCPWARD_A_CONN_SERVER] || attrs[TCPWARD_A_CONN_FAMILY]) {
		NL_SET_ERR_MSG_ATTR(info->extack, filter,
				    "name a connection or give a filter, not both");
		return -EINVAL;
	}
	err = tcpw_filter_parse(&cull->filter, filter, info->extack);
	return err ?: forget_all(tn, cull);
}

static int forget_named(struct tcpw_net *tn, struct cull *cull,
			struct genl_info *info)
{
	struct wanted wanted;
	int err = parse_wanted(&wanted, info);

	return err ?: act_on(tn, &wanted, forget, cull, info->extack);
}

/* Nothing is forgotten that cannot be told. */
int tcpward_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct cull cull = { 0 };
	struct sk_buff *reply;
	void *header;
	int err;

	reply = tcpw_netlink_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	if (info->attrs[TCPWARD_A_CONN_FILTER])
		err = forget_filtered(tn, &cull, info);
	else
		err = forget_named(tn, &cull, info);
	if (!err)
		err = nla_put_u32(reply, TCPWARD_A_CONN_FORGOTTEN,
				  cull.forgotten);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}
