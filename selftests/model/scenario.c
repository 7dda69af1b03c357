// SPDX-License-Identifier: GPL-2.0
/*
 * What is explored. Each scenario varies some of what can happen and bounds
 * the rest, so that it can be explored to its end or to a useful depth.
 */
#include "model.h"

/*
 * Numbers in turn: the first data passes 2^32; then a higher one, then one
 * that is lower than both. Far apart, as RFC 6528 makes them.
 */
#define ISS_A { 0xfffffffdu, 0x05000000u, 0xe0000000u, 0x10000000u }
#define ISS_B { 0x30000000u, 0x38000000u, 0x20000000u, 0x40000000u }
#define RULES { { .iss = ISS_A, .buffer = 2 }, \
		{ .iss = ISS_B, .buffer = 3, .takes_crossed_synack = true } }
#define ANY 255

const struct scenario scenarios[] = {
	{
		.name = "life",
		.about = "open, data each way, closes of all kinds, loss",
		.rules = RULES,
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 1, 0 },
		.writes = { 2, 1 },
		.timeouts = { 2, 2 },
		.in_flight = 2,
		.losses = ANY,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "cross",
		.about = "opens from both ends",
		.rules = RULES,
		.closes = { true, true },
		.opens = { 2, 1 },
		.writes = { 1, 0 },
		.timeouts = { 1, 1 },
		.in_flight = 2,
		.losses = ANY,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "crash",
		.about = "either end loses its memory and uses the port again",
		.rules = RULES,
		.listens = { false, true },
		.opens = { 3, 0 },
		.writes = { 1, 1 },
		.timeouts = { 2, 1 },
		.crashes = { 1, 1 },
		.in_flight = 2,
		.losses = 2,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "reuse",
		.about = "the port is used again during and after TIME-WAIT",
		.rules = RULES,
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 3, 0 },
		.timeouts = { 2, 2 },
		.in_flight = 2,
		.losses = ANY,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "reset",
		.about = "aborts, and applications that leave with data unread",
		.rules = RULES,
		.listens = { false, true },
		.closes = { true, true },
		.leaves = { true, true },
		.opens = { 2, 0 },
		.writes = { 2, 2 },
		.timeouts = { 1, 1 },
		.aborts = { 1, 1 },
		.in_flight = 2,
		.losses = 2,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "copies",
		.about = "segments repeated and overtaken",
		.rules = RULES,
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 2, 0 },
		.writes = { 2, 1 },
		.timeouts = { 1, 1 },
		.in_flight = 3,
		.copies = 3,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "forger",
		.about = "an off-path forger against a connection",
		.rules = RULES,
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 1, 0 },
		.writes = { 1, 1 },
		.timeouts = { 1, 1 },
		.in_flight = 2,
		.losses = 1,
		.forgeries = 3,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
};

const unsigned int scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);
