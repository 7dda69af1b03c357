// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/tcpward.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/tcpward.h>

/* Integer value ranges */
static const struct netlink_range_validation tcpward_a_record_offset_ms_range = {
	.max	= 134217727ULL,
};

static const struct netlink_range_validation tcpward_a_core_end_max_window_bytes_range = {
	.max	= 1073725440ULL,
};

static const struct netlink_range_validation tcpward_a_config_max_connections_range = {
	.min	= 16ULL,
	.max	= 16777216ULL,
};

static const struct netlink_range_validation tcpward_a_config_max_half_open_range = {
	.min	= 16ULL,
	.max	= 16777216ULL,
};

static const struct netlink_range_validation tcpward_a_config_msl_ms_range = {
	.min	= 50ULL,
	.max	= 600000ULL,
};

static const struct netlink_range_validation tcpward_a_config_timeout_syn_ms_range = {
	.max	= 2147483647ULL,
};

static const struct netlink_range_validation tcpward_a_config_timeout_half_open_ms_range = {
	.max	= 2147483647ULL,
};

static const struct netlink_range_validation tcpward_a_config_timeout_established_ms_range = {
	.max	= 2147483647ULL,
};

static const struct netlink_range_validation tcpward_a_config_timeout_closing_ms_range = {
	.max	= 2147483647ULL,
};

static const struct netlink_range_validation tcpward_a_config_timeout_reset_ms_range = {
	.max	= 240000ULL,
};

static const struct netlink_range_validation tcpward_a_config_paws_slack_ms_range = {
	.max	= 60000ULL,
};

static const struct netlink_range_validation tcpward_a_config_mark_range = {
	.min	= 1ULL,
	.max	= 4294967295ULL,
};

static const struct netlink_range_validation tcpward_a_config_skip_mark_range = {
	.max	= 4294967295ULL,
};

static const struct netlink_range_validation tcpward_a_config_adopt_ms_range = {
	.max	= 2147483647ULL,
};

static const struct netlink_range_validation tcpward_a_config_pressed_ms_range = {
	.max	= 2147483647ULL,
};

/* Common nested types */
const struct nla_policy tcpward_core_conn_nl_policy[TCPWARD_A_CORE_CONN_CLOSED_BY + 1] = {
	[TCPWARD_A_CORE_CONN_LOWER] = NLA_POLICY_NESTED(tcpward_core_end_nl_policy),
	[TCPWARD_A_CORE_CONN_HIGHER] = NLA_POLICY_NESTED(tcpward_core_end_nl_policy),
	[TCPWARD_A_CORE_CONN_EXPIRES_MS] = { .type = NLA_U64, },
	[TCPWARD_A_CORE_CONN_KIND] = NLA_POLICY_MAX(NLA_U8, 3),
	[TCPWARD_A_CORE_CONN_CLIENT] = NLA_POLICY_MAX(NLA_U8, 1),
	[TCPWARD_A_CORE_CONN_FLAGS] = NLA_POLICY_MASK(NLA_U8, 0x1f),
	[TCPWARD_A_CORE_CONN_RST_BY] = NLA_POLICY_MAX(NLA_U8, 3),
	[TCPWARD_A_CORE_CONN_CLOSED_BY] = NLA_POLICY_MAX(NLA_U8, 2),
};

const struct nla_policy tcpward_core_end_nl_policy[TCPWARD_A_CORE_END_STATE + 1] = {
	[TCPWARD_A_CORE_END_ISS] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_NXT] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_UNA] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_EDGE] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_FIN] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_DEND] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_MAX_WINDOW_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_core_end_max_window_bytes_range),
	[TCPWARD_A_CORE_END_TSRECENT] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_TSRECENT_AGE_S] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_TS_REF] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_TS_REF_AGE_MS] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_END_FLAGS] = NLA_POLICY_MASK(NLA_U16, 0xffff),
	[TCPWARD_A_CORE_END_WINDOW_SCALE] = NLA_POLICY_MAX(NLA_U8, 14),
	[TCPWARD_A_CORE_END_STATE] = NLA_POLICY_MAX(NLA_U8, 10),
};

const struct nla_policy tcpward_core_ext_nl_policy[TCPWARD_A_CORE_EXT_SYNACKS + 1] = {
	[TCPWARD_A_CORE_EXT_SYN] = NLA_POLICY_NESTED(tcpward_core_syn_nl_policy),
	[TCPWARD_A_CORE_EXT_SYNACK] = NLA_POLICY_NESTED(tcpward_core_synack_nl_policy),
	[TCPWARD_A_CORE_EXT_SHADOW] = NLA_POLICY_NESTED(tcpward_core_conn_nl_policy),
	[TCPWARD_A_CORE_EXT_SHADOW_LEFT_MS] = { .type = NLA_U64, },
	[TCPWARD_A_CORE_EXT_STALE_AGE_MS] = { .type = NLA_U64, },
	[TCPWARD_A_CORE_EXT_STALE_SEQ] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_EXT_CHALLENGE_ACK] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_EXT_LIMIT_AGE_S] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_EXT_LIMIT_SYNS] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_EXT_LIMIT_RSTS] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_EXT_LIMIT_ACKS] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_EXT_SHADOW_RULE] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_EXT_STALE] = NLA_POLICY_MAX(NLA_U8, 1),
	[TCPWARD_A_CORE_EXT_CHALLENGED] = NLA_POLICY_MAX(NLA_U8, 1),
	[TCPWARD_A_CORE_EXT_SYNACKS] = { .type = NLA_U8, },
};

const struct nla_policy tcpward_core_syn_nl_policy[TCPWARD_A_CORE_SYN_OPTIONS + 1] = {
	[TCPWARD_A_CORE_SYN_ISS] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYN_END] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYN_TSVAL] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYN_AGE_MS] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYN_WINDOW] = { .type = NLA_U16, },
	[TCPWARD_A_CORE_SYN_WINDOW_SCALE] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_SYN_FLAGS] = NLA_POLICY_MASK(NLA_U8, 0x1f),
	[TCPWARD_A_CORE_SYN_OPTIONS] = { .type = NLA_U8, },
};

const struct nla_policy tcpward_core_synack_nl_policy[TCPWARD_A_CORE_SYNACK_ORDER + 1] = {
	[TCPWARD_A_CORE_SYNACK_ISS] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYNACK_ACK] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYNACK_TSVAL] = { .type = NLA_U32, },
	[TCPWARD_A_CORE_SYNACK_WINDOW] = { .type = NLA_U16, },
	[TCPWARD_A_CORE_SYNACK_WINDOW_SCALE] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_SYNACK_FLAGS] = NLA_POLICY_MASK(NLA_U8, 0x1f),
	[TCPWARD_A_CORE_SYNACK_OPTIONS] = { .type = NLA_U8, },
	[TCPWARD_A_CORE_SYNACK_ANSWERS] = NLA_POLICY_MAX(NLA_U8, 4),
	[TCPWARD_A_CORE_SYNACK_ORDER] = { .type = NLA_U8, },
};

const struct nla_policy tcpward_endpoint_nl_policy[TCPWARD_A_ENDPOINT_TSRECENT + 1] = {
	[TCPWARD_A_ENDPOINT_ADDR] = { .type = NLA_BINARY, },
	[TCPWARD_A_ENDPOINT_PORT] = { .type = NLA_U16, },
	[TCPWARD_A_ENDPOINT_STATE] = NLA_POLICY_MAX(NLA_U32, 10),
	[TCPWARD_A_ENDPOINT_SEGMENTS] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_BYTES] = { .type = NLA_U64, },
	[TCPWARD_A_ENDPOINT_RETRANSMITTED] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_ISS] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_NXT] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_UNA] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_EDGE] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_MAX_WINDOW_BYTES] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_WINDOW_SCALE] = { .type = NLA_U8, },
	[TCPWARD_A_ENDPOINT_OPTIONS] = { .type = NLA_U32, },
	[TCPWARD_A_ENDPOINT_TSRECENT] = { .type = NLA_U32, },
};

const struct nla_policy tcpward_filter_nl_policy[TCPWARD_A_FILTER_ID + 1] = {
	[TCPWARD_A_FILTER_FAMILY] = { .type = NLA_U8, },
	[TCPWARD_A_FILTER_ADDR] = { .type = NLA_BINARY, },
	[TCPWARD_A_FILTER_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[TCPWARD_A_FILTER_PORT] = { .type = NLA_U16, },
	[TCPWARD_A_FILTER_STATES] = { .type = NLA_U32, },
	[TCPWARD_A_FILTER_REASON] = NLA_POLICY_MAX(NLA_U32, 73),
	[TCPWARD_A_FILTER_ID] = { .type = NLA_U64, },
};

const struct nla_policy tcpward_record_nl_policy[TCPWARD_A_RECORD_OFFSET_MS + 1] = {
	[TCPWARD_A_RECORD_SIDE] = NLA_POLICY_MAX(NLA_U8, 1),
	[TCPWARD_A_RECORD_STATE] = NLA_POLICY_MAX(NLA_U32, 10),
	[TCPWARD_A_RECORD_OFFSET_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_record_offset_ms_range),
};

/* TCPWARD_CMD_CONN_GET - do */
const struct nla_policy tcpward_conn_get_nl_policy[TCPWARD_A_CONN_BRIEF + 1] = {
	[TCPWARD_A_CONN_ID] = { .type = NLA_U64, },
	[TCPWARD_A_CONN_FAMILY] = { .type = NLA_U8, },
	[TCPWARD_A_CONN_CLIENT] = NLA_POLICY_NESTED(tcpward_endpoint_nl_policy),
	[TCPWARD_A_CONN_SERVER] = NLA_POLICY_NESTED(tcpward_endpoint_nl_policy),
	[TCPWARD_A_CONN_FILTER] = NLA_POLICY_NESTED(tcpward_filter_nl_policy),
	[TCPWARD_A_CONN_FULL] = { .type = NLA_FLAG, },
	[TCPWARD_A_CONN_BRIEF] = { .type = NLA_FLAG, },
};

/* TCPWARD_CMD_CONN_DEL - do */
const struct nla_policy tcpward_conn_del_nl_policy[TCPWARD_A_CONN_FILTER + 1] = {
	[TCPWARD_A_CONN_ID] = { .type = NLA_U64, },
	[TCPWARD_A_CONN_FAMILY] = { .type = NLA_U8, },
	[TCPWARD_A_CONN_CLIENT] = NLA_POLICY_NESTED(tcpward_endpoint_nl_policy),
	[TCPWARD_A_CONN_SERVER] = NLA_POLICY_NESTED(tcpward_endpoint_nl_policy),
	[TCPWARD_A_CONN_FILTER] = NLA_POLICY_NESTED(tcpward_filter_nl_policy),
};

/* TCPWARD_CMD_CONFIG_GET - do */
const struct nla_policy tcpward_config_get_nl_policy[TCPWARD_A_CONFIG_ABI + 1] = {
	[TCPWARD_A_CONFIG_ABI] = { .type = NLA_U32, },
};

/* TCPWARD_CMD_CONFIG_SET - do */
const struct nla_policy tcpward_config_set_nl_policy[TCPWARD_A_CONFIG_PRESSED_MS + 1] = {
	[TCPWARD_A_CONFIG_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[TCPWARD_A_CONFIG_PLACEMENT] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_PICKUP] = NLA_POLICY_MAX(NLA_U32, 2),
	[TCPWARD_A_CONFIG_VIEW] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_MAX_CONNECTIONS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_max_connections_range),
	[TCPWARD_A_CONFIG_MAX_HALF_OPEN] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_max_half_open_range),
	[TCPWARD_A_CONFIG_WHEN_FULL] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_MSL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_msl_ms_range),
	[TCPWARD_A_CONFIG_TIMEOUT_SYN_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_timeout_syn_ms_range),
	[TCPWARD_A_CONFIG_TIMEOUT_HALF_OPEN_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_timeout_half_open_ms_range),
	[TCPWARD_A_CONFIG_TIMEOUT_ESTABLISHED_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_timeout_established_ms_range),
	[TCPWARD_A_CONFIG_TIMEOUT_CLOSING_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_timeout_closing_ms_range),
	[TCPWARD_A_CONFIG_TIMEOUT_RESET_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_timeout_reset_ms_range),
	[TCPWARD_A_CONFIG_TW_STALE_SYN] = NLA_POLICY_MAX(NLA_U32, 2),
	[TCPWARD_A_CONFIG_TW_RST] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_SYN_LIVE] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_RST_INEXACT] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_TS_MISSING] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_PAWS] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_PAWS_SLACK_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_paws_slack_ms_range),
	[TCPWARD_A_CONFIG_CSUM] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_ACTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[TCPWARD_A_CONFIG_MARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_mark_range),
	[TCPWARD_A_CONFIG_SKIP_MARK] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_skip_mark_range),
	[TCPWARD_A_CONFIG_ADOPT_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_adopt_ms_range),
	[TCPWARD_A_CONFIG_PRESSED_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &tcpward_a_config_pressed_ms_range),
};

/* TCPWARD_CMD_STATS_GET - do */
const struct nla_policy tcpward_stats_get_nl_policy[TCPWARD_A_STATS_ABI + 1] = {
	[TCPWARD_A_STATS_ABI] = { .type = NLA_U32, },
};

/* TCPWARD_CMD_REASON_GET - do */
const struct nla_policy tcpward_reason_get_nl_policy[TCPWARD_A_REASONS_NAME + 1] = {
	[TCPWARD_A_REASONS_REASON] = NLA_POLICY_MAX(NLA_U32, 73),
	[TCPWARD_A_REASONS_NAME] = { .type = NLA_NUL_STRING, },
};

/* TCPWARD_CMD_TRACE_START - do */
const struct nla_policy tcpward_trace_start_nl_policy[TCPWARD_A_TRACE_FILTER + 1] = {
	[TCPWARD_A_TRACE_FILTER] = NLA_POLICY_NESTED(tcpward_filter_nl_policy),
};

/* TCPWARD_CMD_CONN_RESTORE - do */
const struct nla_policy tcpward_conn_restore_nl_policy[TCPWARD_A_CONN_EXT + 1] = {
	[TCPWARD_A_CONN_FAMILY] = { .type = NLA_U8, },
	[TCPWARD_A_CONN_CLIENT] = NLA_POLICY_NESTED(tcpward_endpoint_nl_policy),
	[TCPWARD_A_CONN_SERVER] = NLA_POLICY_NESTED(tcpward_endpoint_nl_policy),
	[TCPWARD_A_CONN_AGE_MS] = { .type = NLA_U64, },
	[TCPWARD_A_CONN_IDLE_MS] = { .type = NLA_U64, },
	[TCPWARD_A_CONN_HANDSHAKE_RTT_US] = { .type = NLA_U32, },
	[TCPWARD_A_CONN_QUIET] = { .type = NLA_U32, },
	[TCPWARD_A_CONN_DROPPED] = { .type = NLA_U32, },
	[TCPWARD_A_CONN_LAST_REASON] = NLA_POLICY_MAX(NLA_U32, 73),
	[TCPWARD_A_CONN_RECORD] = NLA_POLICY_NESTED(tcpward_record_nl_policy),
	[TCPWARD_A_CONN_CORE] = NLA_POLICY_NESTED(tcpward_core_conn_nl_policy),
	[TCPWARD_A_CONN_EXT] = NLA_POLICY_NESTED(tcpward_core_ext_nl_policy),
};

/* Ops table for tcpward */
const struct genl_ops tcpward_nl_ops[8] = {
	{
		.cmd		= TCPWARD_CMD_CONN_GET,
		.doit		= tcpward_nl_conn_get_doit,
		.dumpit		= tcpward_nl_conn_get_dumpit,
		.policy		= tcpward_conn_get_nl_policy,
		.maxattr	= TCPWARD_A_CONN_BRIEF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_CONN_DEL,
		.doit		= tcpward_nl_conn_del_doit,
		.policy		= tcpward_conn_del_nl_policy,
		.maxattr	= TCPWARD_A_CONN_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_CONFIG_GET,
		.doit		= tcpward_nl_config_get_doit,
		.policy		= tcpward_config_get_nl_policy,
		.maxattr	= TCPWARD_A_CONFIG_ABI,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_CONFIG_SET,
		.doit		= tcpward_nl_config_set_doit,
		.policy		= tcpward_config_set_nl_policy,
		.maxattr	= TCPWARD_A_CONFIG_PRESSED_MS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_STATS_GET,
		.doit		= tcpward_nl_stats_get_doit,
		.policy		= tcpward_stats_get_nl_policy,
		.maxattr	= TCPWARD_A_STATS_ABI,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_REASON_GET,
		.doit		= tcpward_nl_reason_get_doit,
		.dumpit		= tcpward_nl_reason_get_dumpit,
		.policy		= tcpward_reason_get_nl_policy,
		.maxattr	= TCPWARD_A_REASONS_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_TRACE_START,
		.doit		= tcpward_nl_trace_start_doit,
		.policy		= tcpward_trace_start_nl_policy,
		.maxattr	= TCPWARD_A_TRACE_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= TCPWARD_CMD_CONN_RESTORE,
		.doit		= tcpward_nl_conn_restore_doit,
		.policy		= tcpward_conn_restore_nl_policy,
		.maxattr	= TCPWARD_A_CONN_EXT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group tcpward_nl_mcgrps[] = {
	[TCPWARD_NLGRP_TRANSITIONS] = { "transitions", },
	[TCPWARD_NLGRP_VERDICTS] = { "verdicts", },
};
