/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink family owe each other. */
#ifndef TCPW_NETLINK_H
#define TCPW_NETLINK_H

#include "tcpward.h"

#include <linux/types.h>

struct genl_info;
struct genl_ops;
struct netlink_callback;
struct sk_buff;

/* netlink.c */
struct sk_buff *tcpw_netlink_reply(struct genl_info *info, void **header);

/* netlink_conn.c */
int tcpw_conn_parse_ends(struct tcpw_tuple *tuple, u8 *client,
			 struct genl_info *info);
u64 tcpw_conn_id(struct tcpw_flow *flow);

/* A record as it was at one moment. */
struct tcpw_look {
	struct tcpw_filter filter;	/* of what is looked for */
	struct tcpw_view view;
	struct tcpw_ext ext;
	bool has_ext;
	bool full;		/* wanted with what the core keeps */
	bool brief;		/* wanted without what few ask for */
};

bool tcpw_look_at(struct tcpw_net *tn, struct tcpw_flow *flow, void *arg);
int tcpw_look_put(struct sk_buff *skb, struct tcpw_look *look);

/* netlink_dump.c */
int tcpw_conn_dump_start(struct netlink_callback *cb);
int tcpw_conn_dump_done(struct netlink_callback *cb);

/* netlink_config.c */
int tcpw_config_policy_init(struct genl_ops *op);
void tcpw_config_policy_exit(void);

#endif
