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
#define ENDS(early) \
	{ { .iss = ISS_A, .buffer = 2, .closes_early = early }, \
	  { .iss = ISS_B, .buffer = 3, .closes_early = early, \
	    .takes_crossed_synack = true } }
/* The second connection of A has a lower number than the first. */
#define OLDER_ENDS \
	{ { .iss = { 0x05000000u, 0xe0000000u, 0x10000000u, 0xf0000000u }, \
	    .buffer = 2 }, \
	  { .iss = ISS_B, .buffer = 3 } }
#define ANY 255

const struct scenario scenarios[] = {
	{
		.name = "life",
		.about = "open, data each way, closes of all kinds, loss",
		.rules = ENDS(true),
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 1, 0 },
		.writes = { 2, 1 },
		.timeouts = { 2, 2 },
		.probes = { 1, 1 },
		.in_flight = 2,
		.losses = ANY,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "cross",
		.about = "opens from both ends",
		.rules = ENDS(false),
		.listens = { true, true },
		.closes = { true, true },
		.opens = { 1, 1 },
		.writes = { 1, 1 },
		.timeouts = { 2, 2 },
		.in_order = true,
		.in_flight = 2,
		.losses = ANY,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "crash",
		.about = "either end loses its memory and uses the port again",
		.rules = ENDS(false),
		.listens = { false, true },
		.opens = { 3, 0 },
		.writes = { 1, 1 },
		.timeouts = { 2, 1 },
		.crashes = { 1, 1 },
		.in_order = true,
		.in_flight = 2,
		.losses = 2,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "reuse",
		.about = "the port is used again during and after TIME-WAIT",
		.rules = ENDS(false),
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 3, 0 },
		.timeouts = { 2, 2 },
		.in_order = true,
		.in_flight = 2,
		.losses = ANY,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "reset",
		.about = "aborts, and applications that leave with data unread",
		.rules = ENDS(false),
		.listens = { false, true },
		.closes = { true, true },
		.leaves = { true, true },
		.opens = { 2, 0 },
		.writes = { 2, 2 },
		.timeouts = { 1, 1 },
		.aborts = { 1, 1 },
		.in_order = true,
		.in_flight = 2,
		.losses = 2,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "copies",
		.about = "segments repeated and overtaken",
		.rules = ENDS(true),
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
		.rules = ENDS(false),
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 1, 0 },
		.writes = { 1, 1 },
		.timeouts = { 1, 1 },
		.in_order = true,
		.in_flight = 2,
		.losses = 1,
		.forgeries = 2,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "window",
		.about = "data waits to be read, the window closes",
		.rules = {
			{ .iss = ISS_A, .buffer = 2, .reads_later = true },
			{ .iss = ISS_B, .buffer = 1, .reads_later = true },
		},
		.listens = { false, true },
		.closes = { true, true },
		.leaves = { true, true },
		.opens = { 1, 0 },
		.writes = { 3, 3 },
		.timeouts = { 2, 2 },
		.in_flight = 2,
		.losses = ANY,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "silence",
		.about = "the record ends before the connection",
		.rules = ENDS(false),
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 2, 0 },
		.writes = { 1, 1 },
		.timeouts = { 2, 1 },
		.crashes = { 1, 0 },
		.in_order = true,
		.in_flight = 2,
		.losses = 2,
		.silences = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "stale",
		.about = "reuse with a SYN that looks old",
		.rules = OLDER_ENDS,
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 2, 0 },
		.timeouts = { 2, 2 },
		.in_order = true,
		.in_flight = 2,
		.losses = 2,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_RETRY,
	},
	{
		.name = "forward",
		.about = "the same with tw_stale_syn=quiet",
		.rules = OLDER_ENDS,
		.listens = { false, true },
		.closes = { true, true },
		.opens = { 2, 0 },
		.timeouts = { 2, 2 },
		.in_order = true,
		.in_flight = 2,
		.losses = 2,
		.waits = 1,
		.tw_stale_syn = TCPWARD_TW_STALE_SYN_QUIET,
	},
};

const unsigned int scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);
