/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink family owe each other. */
#ifndef TCPW_NETLINK_H
#define TCPW_NETLINK_H

#include <linux/types.h>

struct genl_info;
struct genl_ops;
struct netlink_callback;
struct tcpw_tuple;
struct sk_buff;

/* netlink.c */
struct sk_buff *tcpw_netlink_reply(struct genl_info *info, void **header);

/* netlink_conn.c */
int tcpw_conn_parse_ends(struct tcpw_tuple *tuple, u8 *client,
			 struct genl_info *info);
int tcpw_conn_dump_start(struct netlink_callback *cb);
int tcpw_conn_dump_done(struct netlink_callback *cb);

/* netlink_config.c */
int tcpw_config_policy_init(struct genl_ops *op);
void tcpw_config_policy_exit(void);

#endif
