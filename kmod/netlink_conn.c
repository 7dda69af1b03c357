// SPDX-License-Identifier: GPL-2.0
/*
 * Connections over netlink: one, all that match, forget one. A dump goes on
 * where it stopped, even when that record has gone meanwhile; where a record
 * may have been missed or shown twice, its messages say so.
 */
#include "netlink.h"
#include "compat.h"
#include "netlink_gen.h"
#include "tcpward.h"

#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>

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

/* 0: none. */
static u64 id_of(struct tcpw_flow *flow)
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

	if (id_of(flow) != search->wanted->id)
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

	if (wanted->id) {
		tcpw_table_walk(tn, act_on_id, &search);
	} else {
		tcpw_table_key(&wanted->tuple, &key);
		rcu_read_lock();
		flow = tcpw_table_find(tn, &wanted->tuple, &key);
		search.found = flow && act(tn, flow, arg);
		rcu_read_unlock();
	}
	if (search.found)
		return 0;
	NL_SET_ERR_MSG(extack, "no such connection");
	return -ENOENT;
}

/* A record as it was at one moment. */
struct look {
	struct tcpw_view view;
	struct tcpw_ext ext;
	bool has_ext;
	bool full;		/* wanted with what the core keeps */
};

static bool look_at(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	struct look *look = arg;
	bool dead;

	spin_lock_bh(&flow->lock);
	dead = flow->dead;
	if (!dead)
		tcpw_flow_view(flow, tcpw_now_ms(), &look->view);
	look->has_ext = look->full && !dead && flow->has_more;
	if (look->has_ext)
		look->ext = flow->more->ext;
	spin_unlock_bh(&flow->lock);
	return !dead;
}

static int put_look(struct sk_buff *skb, struct look *look)
{
	if (tcpw_message_conn(skb, &look->view))
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
	struct look found = {
		.full = info->attrs[TCPWARD_A_CONN_FULL],
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
		err = act_on(tn, &wanted, look_at, &found, info->extack);
	if (err)
		return err;
	reply = tcpw_netlink_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	err = put_look(reply, &found);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static bool forget(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg)
{
	return tcpw_table_forget(tn, flow);
}

int tcpward_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct wanted wanted;
	int err;

	err = parse_wanted(&wanted, info);
	if (err)
		return err;
	return act_on(tn, &wanted, forget, NULL, info->extack);
}

/* --- all that match ---------------------------------------------------- */

#define LOOKS_MAX 4096		/* at records in one stretch */

struct dump {
	struct rhashtable_iter iter;
	struct tcpw_filter filter;
	unsigned int generation;
	u64 place;		/* id of the record that it goes on with */
	bool refused;		/* the filter, but the words are still due */
	struct look look;
};

static struct dump **dump_of(struct netlink_callback *cb)
{
	return (struct dump **)cb->ctx;
}

int tcpw_conn_dump_start(struct netlink_callback *cb)
{
	struct tcpw_net *tn = tcpw_net(sock_net(cb->skb->sk));
	struct nlattr **attrs = tcpw_compat_dump_attrs(cb);
	struct dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	int err;

	if (!dump)
		return -ENOMEM;
	err = tcpw_filter_parse(&dump->filter, attrs[TCPWARD_A_CONN_FILTER],
				cb->extack);
	/* Linux 6.1 has no place for words here, only in the first part. */
	if (err && cb->extack) {
		kfree(dump);
		return err;
	}
	dump->refused = err;
	dump->generation = 1;
	dump->look.full = attrs[TCPWARD_A_CONN_FULL];
	rhashtable_walk_enter(&tn->table, &dump->iter);
	*dump_of(cb) = dump;
	return 0;
}

int tcpw_conn_dump_done(struct netlink_callback *cb)
{
	struct dump *dump = *dump_of(cb);

	rhashtable_walk_exit(&dump->iter);
	kfree(dump);
	return 0;
}

static bool dump_matches(const struct dump *dump, const struct tcpw_view *view)
{
	if (dump->filter.reason &&
	    dump->filter.reason != view->facts.last_reason)
		return false;
	return tcpw_filter_view(&dump->filter, view);
}

static int dump_flow(struct sk_buff *skb, struct netlink_callback *cb,
		     struct dump *dump, struct tcpw_flow *flow)
{
	struct tcpw_tuple tuple;
	void *header;

	tcpw_flow_tuple(flow, &tuple);
	/* No message tells the zone that it would have to come back to. */
	if ((dump->look.full && tuple.zone) ||
	    !tcpw_filter_tuple(&dump->filter, &tuple) ||
	    !look_at(NULL, flow, &dump->look) ||
	    !dump_matches(dump, &dump->look.view))
		return 0;
	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &tcpw_family, NLM_F_MULTI,
			     TCPWARD_CMD_CONN_GET);
	if (!header)
		return -EMSGSIZE;
	if (put_look(skb, &dump->look)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	cb->seq = dump->generation;
	genl_dump_check_consistent(cb, header);
	genlmsg_end(skb, header);
	return 0;
}

/*
 * Go on with the walk. A table that was resized begins anew; a record that
 * has gone leaves the walk to count its way, or to take another one for it
 * that was given the same memory. All may show a record twice or not at all.
 */
static struct tcpw_flow *resume(struct dump *dump)
	__acquires(RCU)
{
	int resized = rhashtable_walk_start_check(&dump->iter);
	struct tcpw_flow *flow = rhashtable_walk_peek(&dump->iter);

	if (resized || (dump->place && dump->place != id_of(flow)))
		dump->generation++;
	return flow;
}

/* Return: 1 to go on, 0 at the end of the table, -EMSGSIZE. */
static int dump_stretch(struct sk_buff *skb, struct netlink_callback *cb,
			struct dump *dump)
{
	struct tcpw_flow *flow = resume(dump);
	unsigned int looks = 0;
	int ret = 0;

	while (flow) {
		if (flow == ERR_PTR(-EAGAIN)) {
			dump->generation++;
		} else if (dump_flow(skb, cb, dump, flow)) {
			ret = -EMSGSIZE;
			break;
		}
		flow = rhashtable_walk_next(&dump->iter);
		if (flow && ++looks >= LOOKS_MAX) {
			ret = 1;
			break;
		}
	}
	dump->place = id_of(flow);
	rhashtable_walk_stop(&dump->iter);
	return ret;
}

static int refuse(struct netlink_callback *cb, struct dump *dump)
{
	struct nlattr **attrs = tcpw_compat_dump_attrs(cb);

	return tcpw_filter_parse(&dump->filter, attrs[TCPWARD_A_CONN_FILTER],
				 cb->extack);
}

int tcpward_nl_conn_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	struct dump *dump = *dump_of(cb);
	int ret;

	if (dump->refused)
		return refuse(cb, dump);
	do {
		cond_resched();
		ret = dump_stretch(skb, cb, dump);
	} while (ret > 0);
	cb->seq = dump->generation;
	return skb->len;
}
