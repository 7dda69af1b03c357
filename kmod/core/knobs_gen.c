/* SPDX-License-Identifier: GPL-2.0 */
/* Generated from Documentation/netlink/specs/tcpward.yaml: do not edit. */
#include "core/core.h"

#include <linux/stddef.h>

static const char *const mode_values[] = {
	"off", "observe", "enforce", NULL
};

static const char *const placement_values[] = {
	"filter", "early", NULL
};

static const char *const pickup_values[] = {
	"strict", "loose", "auto", NULL
};

static const char *const view_values[] = {
	"inline", "observer", NULL
};

static const char *const when_full_values[] = {
	"pass", "drop", NULL
};

static const char *const tw_stale_syn_values[] = {
	"retry", "drop", "quiet", NULL
};

static const char *const tw_rst_values[] = {
	"exact", "ignore1337", NULL
};

static const char *const syn_live_values[] = {
	"quiet", "drop", NULL
};

static const char *const rst_inexact_values[] = {
	"quiet", "drop", NULL
};

static const char *const ts_missing_values[] = {
	"flag", "drop", NULL
};

static const char *const paws_values[] = {
	"off", "on", NULL
};

static const char *const csum_values[] = {
	"off", "on", NULL
};

static const char *const action_values[] = {
	"drop", "mark", NULL
};

const struct tcpw_knob tcpw_knobs[TCPW_KNOBS] = {
	{
		.name = "mode",
		.doc = "What is done with verdicts: off unregisters the hooks, observe drops nothing.",
		.attr = TCPWARD_A_CONFIG_MODE,
		.unit = TCPW_UNIT_NONE,
		.values = mode_values,
		.min = 0,
		.max = 2,
		.dflt = TCPWARD_MODE_ENFORCE,
	},
	{
		.name = "placement",
		.doc = "Where segments are judged: beside the filter, or before conntrack.",
		.attr = TCPWARD_A_CONFIG_PLACEMENT,
		.unit = TCPW_UNIT_NONE,
		.values = placement_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_PLACEMENT_FILTER,
	},
	{
		.name = "pickup",
		.doc = "Segments without a record: refuse, adopt, or adopt what is older than the tracker (strict in replay and scenarios unless set).",
		.attr = TCPWARD_A_CONFIG_PICKUP,
		.unit = TCPW_UNIT_NONE,
		.values = pickup_values,
		.min = 0,
		.max = 2,
		.dflt = TCPWARD_PICKUP_AUTO,
	},
	{
		.name = "view",
		.doc = "Whether every segment passes here, or some may be missing.",
		.attr = TCPWARD_A_CONFIG_VIEW,
		.unit = TCPW_UNIT_NONE,
		.values = view_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_VIEW_INLINE,
	},
	{
		.name = "max_connections",
		.doc = "Records in this namespace; 0 in the module parameter means by memory.",
		.attr = TCPWARD_A_CONFIG_MAX_CONNECTIONS,
		.unit = TCPW_UNIT_COUNT,
		.min = 16,
		.max = 16777216,
		.dflt = 0,
	},
	{
		.name = "max_half_open",
		.doc = "Records with an unfinished handshake.",
		.attr = TCPWARD_A_CONFIG_MAX_HALF_OPEN,
		.unit = TCPW_UNIT_COUNT,
		.min = 16,
		.max = 16777216,
		.dflt = 0,
	},
	{
		.name = "when_full",
		.doc = "A new connection while the table is full.",
		.attr = TCPWARD_A_CONFIG_WHEN_FULL,
		.unit = TCPW_UNIT_NONE,
		.values = when_full_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_PASS_OR_DROP_PASS,
	},
	{
		.name = "msl",
		.doc = "Maximum segment lifetime; TIME-WAIT lasts twice as long.",
		.attr = TCPWARD_A_CONFIG_MSL_MS,
		.unit = TCPW_UNIT_MS,
		.min = 50,
		.max = 600000,
		.dflt = 30000,
	},
	{
		.name = "timeout_syn",
		.doc = "A SYN without answer; 0 means never.",
		.attr = TCPWARD_A_CONFIG_TIMEOUT_SYN_MS,
		.unit = TCPW_UNIT_MS,
		.min = 0,
		.max = 2147483647,
		.dflt = 180000,
	},
	{
		.name = "timeout_half_open",
		.doc = "A handshake without its third step; 0 means never.",
		.attr = TCPWARD_A_CONFIG_TIMEOUT_HALF_OPEN_MS,
		.unit = TCPW_UNIT_MS,
		.min = 0,
		.max = 2147483647,
		.dflt = 240000,
	},
	{
		.name = "timeout_established",
		.doc = "An idle connection, open or half closed; 0 means never.",
		.attr = TCPWARD_A_CONFIG_TIMEOUT_ESTABLISHED_MS,
		.unit = TCPW_UNIT_MS,
		.min = 0,
		.max = 2147483647,
		.dflt = 7440000,
	},
	{
		.name = "timeout_closing",
		.doc = "A close that does not go on; 0 means never.",
		.attr = TCPWARD_A_CONFIG_TIMEOUT_CLOSING_MS,
		.unit = TCPW_UNIT_MS,
		.min = 0,
		.max = 2147483647,
		.dflt = 240000,
	},
	{
		.name = "timeout_reset",
		.doc = "What is remembered of a connection after its RST.",
		.attr = TCPWARD_A_CONFIG_TIMEOUT_RESET_MS,
		.unit = TCPW_UNIT_MS,
		.min = 0,
		.max = 240000,
		.dflt = 240000,
	},
	{
		.name = "tw_stale_syn",
		.doc = "A SYN into TIME-WAIT with old numbers (R94).",
		.attr = TCPWARD_A_CONFIG_TW_STALE_SYN,
		.unit = TCPW_UNIT_NONE,
		.values = tw_stale_syn_values,
		.min = 0,
		.max = 2,
		.dflt = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "tw_rst",
		.doc = "A RST against the holder of TIME-WAIT (R97).",
		.attr = TCPWARD_A_CONFIG_TW_RST,
		.unit = TCPW_UNIT_NONE,
		.values = tw_rst_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_TW_RST_EXACT,
	},
	{
		.name = "syn_live",
		.doc = "A SYN with a new number on a live connection (R75).",
		.attr = TCPWARD_A_CONFIG_SYN_LIVE,
		.unit = TCPW_UNIT_NONE,
		.values = syn_live_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_QUIET_OR_DROP_QUIET,
	},
	{
		.name = "rst_inexact",
		.doc = "A RST inside the window with a number never sent (R67).",
		.attr = TCPWARD_A_CONFIG_RST_INEXACT,
		.unit = TCPW_UNIT_NONE,
		.values = rst_inexact_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_QUIET_OR_DROP_QUIET,
	},
	{
		.name = "ts_missing",
		.doc = "A segment without the agreed timestamp (R102).",
		.attr = TCPWARD_A_CONFIG_TS_MISSING,
		.unit = TCPW_UNIT_NONE,
		.values = ts_missing_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_FLAG_OR_DROP_FLAG,
	},
	{
		.name = "paws",
		.doc = "Refuse segments with old timestamps (R103).",
		.attr = TCPWARD_A_CONFIG_PAWS,
		.unit = TCPW_UNIT_NONE,
		.values = paws_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_SWITCH_ON,
	},
	{
		.name = "paws_slack",
		.doc = "How far back a timestamp may lie, in the sender's own clock (R103).",
		.attr = TCPWARD_A_CONFIG_PAWS_SLACK_MS,
		.unit = TCPW_UNIT_MS,
		.min = 0,
		.max = 60000,
		.dflt = 1000,
	},
	{
		.name = "csum",
		.doc = "Verify checksums of received segments (R2); off in replay.",
		.attr = TCPWARD_A_CONFIG_CSUM,
		.unit = TCPW_UNIT_NONE,
		.values = csum_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_SWITCH_ON,
	},
	{
		.name = "action",
		.doc = "What mode enforce does with a refused segment: drop it, or set a bit of its mark.",
		.attr = TCPWARD_A_CONFIG_ACTION,
		.unit = TCPW_UNIT_NONE,
		.values = action_values,
		.min = 0,
		.max = 1,
		.dflt = TCPWARD_ACTION_DROP,
	},
	{
		.name = "mark",
		.doc = "Bits of the packet mark that action=mark sets, for nftables to match.",
		.attr = TCPWARD_A_CONFIG_MARK,
		.unit = TCPW_UNIT_BITS,
		.min = 1,
		.max = 4294967295,
		.dflt = 0x1000000,
	},
	{
		.name = "skip_mark",
		.doc = "Packets with all these bits in their mark are neither judged nor tracked; 0 means none.",
		.attr = TCPWARD_A_CONFIG_SKIP_MARK,
		.unit = TCPW_UNIT_BITS,
		.min = 0,
		.max = 4294967295,
		.dflt = 0,
	},
};
