/* SPDX-License-Identifier: GPL-2.0 */
/* Generated from Documentation/netlink/specs/tcpward.yaml: do not edit. */
#ifndef TCPW_CORE_KNOBS_GEN_H
#define TCPW_CORE_KNOBS_GEN_H

#include <linux/types.h>

/* All configuration keys, in the order of their attributes. */
struct tcpw_config {
	__u32 mode;
	__u32 placement;
	__u32 pickup;
	__u32 view;
	__u32 max_connections;
	__u32 max_half_open;
	__u32 when_full;
	__u32 msl_ms;
	__u32 timeout_syn_ms;
	__u32 timeout_half_open_ms;
	__u32 timeout_established_ms;
	__u32 timeout_closing_ms;
	__u32 timeout_reset_ms;
	__u32 tw_stale_syn;
	__u32 tw_rst;
	__u32 syn_live;
	__u32 rst_inexact;
	__u32 ts_missing;
	__u32 paws;
	__u32 paws_slack_ms;
	__u32 csum;
	__u32 action;
	__u32 mark;
	__u32 skip_mark;
};

#define TCPW_KNOBS 24

#endif
