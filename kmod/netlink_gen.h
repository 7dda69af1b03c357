/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/tcpward.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_TCPWARD_GEN_H
#define _LINUX_TCPWARD_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/tcpward.h>

/* Common nested types */
extern const struct nla_policy tcpward_core_conn_nl_policy[TCPWARD_A_CORE_CONN_CLOSED_BY + 1];
extern const struct nla_policy tcpward_core_end_nl_policy[TCPWARD_A_CORE_END_STATE + 1];
extern const struct nla_policy tcpward_core_ext_nl_policy[TCPWARD_A_CORE_EXT_SYNACKS + 1];
extern const struct nla_policy tcpward_core_syn_nl_policy[TCPWARD_A_CORE_SYN_OPTIONS + 1];
extern const struct nla_policy tcpward_core_synack_nl_policy[TCPWARD_A_CORE_SYNACK_ORDER + 1];
extern const struct nla_policy tcpward_endpoint_nl_policy[TCPWARD_A_ENDPOINT_TSRECENT + 1];
extern const struct nla_policy tcpward_filter_nl_policy[TCPWARD_A_FILTER_ID + 1];
extern const struct nla_policy tcpward_record_nl_policy[TCPWARD_A_RECORD_OFFSET_MS + 1];

extern const struct nla_policy tcpward_conn_get_nl_policy[TCPWARD_A_CONN_BRIEF + 1];

extern const struct nla_policy tcpward_conn_del_nl_policy[TCPWARD_A_CONN_FILTER + 1];

extern const struct nla_policy tcpward_config_get_nl_policy[TCPWARD_A_CONFIG_ABI + 1];

extern const struct nla_policy tcpward_config_set_nl_policy[TCPWARD_A_CONFIG_PRESSED_MS + 1];

extern const struct nla_policy tcpward_stats_get_nl_policy[TCPWARD_A_STATS_ABI + 1];

extern const struct nla_policy tcpward_reason_get_nl_policy[TCPWARD_A_REASONS_NAME + 1];

extern const struct nla_policy tcpward_trace_start_nl_policy[TCPWARD_A_TRACE_FILTER + 1];

extern const struct nla_policy tcpward_conn_restore_nl_policy[TCPWARD_A_CONN_EXT + 1];

/* Ops table for tcpward */
extern const struct genl_ops tcpward_nl_ops[8];

int tcpward_nl_conn_get_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_conn_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int tcpward_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_reason_get_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_reason_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int tcpward_nl_trace_start_doit(struct sk_buff *skb, struct genl_info *info);
int tcpward_nl_conn_restore_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	TCPWARD_NLGRP_TRANSITIONS,
	TCPWARD_NLGRP_VERDICTS,
};

#endif /* _LINUX_TCPWARD_GEN_H */
