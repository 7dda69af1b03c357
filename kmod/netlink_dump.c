// SPDX-License-Identifier: GPL-2.0
/*
 * All connections that match over netlink. A dump goes on where it stopped,
 * even when that record has gone meanwhile; where a record may have been
 * missed or shown twice, its messages say so.
 */
#include "netlink.h"
#include "compat.h"
#include "netlink_gen.h"
#include "tcpward.h"

#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>

#define LOOKS_MAX 4096		/* at records in one stretch */

struct dump {
	struct tcpw_walk walk;
	unsigned int generation;
	u64 place;		/* id of the record that it goes on with */
	bool refused;		/* the filter, but the words are still due */
	struct tcpw_look look;
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
	err = tcpw_filter_parse(&dump->look.filter,
				attrs[TCPWARD_A_CONN_FILTER], cb->extack);
	/* Linux 6.1 has no place for words here, only in the first part. */
	if (err && cb->extack) {
		kfree(dump);
		return err;
	}
	dump->refused = err;
	dump->generation = 1;
	dump->look.full = attrs[TCPWARD_A_CONN_FULL];
	dump->look.brief = attrs[TCPWARD_A_CONN_BRIEF];
	dump->walk.whole = !tcpw_filter_names_ends(&dump->look.filter);
	rhashtable_walk_enter(&tn->table, &dump->walk.iter);
	*dump_of(cb) = dump;
	return 0;
}

int tcpw_conn_dump_done(struct netlink_callback *cb)
{
	struct dump *dump = *dump_of(cb);

	rhashtable_walk_exit(&dump->walk.iter);
	kfree(dump);
	return 0;
}

static int dump_flow(struct sk_buff *skb, struct netlink_callback *cb,
		     struct dump *dump, struct tcpw_flow *flow)
{
	void *header;

	/* No message tells the zone that it would have to come back to. */
	if ((dump->look.full && flow->key.zone) ||
	    !tcpw_filter_ends(&dump->look.filter, flow) ||
	    !tcpw_look_at(NULL, flow, &dump->look))
		return 0;
	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &tcpw_family, NLM_F_MULTI,
			     TCPWARD_CMD_CONN_GET);
	if (!header)
		return -EMSGSIZE;
	if (tcpw_look_put(skb, &dump->look)) {
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
	int resized = rhashtable_walk_start_check(&dump->walk.iter);
	struct tcpw_flow *flow = rhashtable_walk_peek(&dump->walk.iter);

	if (resized || (dump->place && dump->place != tcpw_conn_id(flow)))
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
		flow = tcpw_table_next(&dump->walk);
		if (flow && ++looks >= LOOKS_MAX) {
			ret = 1;
			break;
		}
	}
	dump->place = tcpw_conn_id(flow);
	rhashtable_walk_stop(&dump->walk.iter);
	return ret;
}

static int refuse(struct netlink_callback *cb, struct dump *dump)
{
	struct nlattr **attrs = tcpw_compat_dump_attrs(cb);

	return tcpw_filter_parse(&dump->look.filter,
				 attrs[TCPWARD_A_CONN_FILTER], cb->extack);
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
