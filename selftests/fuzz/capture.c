// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are a capture file. Takes it through reader, table
 * and core as `tcpward replay` does.
 */
#include "fuzz.h"

#include "replay.h"

#include <string.h>

static volatile uint8_t sink;

static void check_segment(const struct capture_segment *at, uint64_t frame)
{
	uint32_t i;

	must(at->frame > frame, "frames count upwards");
	must(at->avail <= at->total, "no more captured than there was");
	must(at->avail >= 4, "ports were captured");
	for (i = 0; i < at->avail; i++)	/* all of it can be read */
		sink = at->tcp[i];
	capture_bad_sum(at);
}

static void judge_all(struct replay *replay, struct capture *cap)
{
	struct replay_line line = {};
	struct capture_segment at;
	uint64_t frame = 0;

	while (capture_next(cap, &at) == CAPTURE_SEGMENT) {
		check_segment(&at, frame);
		frame = at.frame;
		must(!replay_judge(replay, &at, &line), "enough memory");
		must(line.conn <= replay->sum.connections, "number");
	}
	must(capture_unreadable(cap) + replay->sum.segments <=
	     capture_frames(cap), "a frame counts once");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CAPTURE_ERROR_TEXT];
	struct replay replay = {};
	struct capture *cap;
	FILE *file;

	if (!size)
		return 0;
	file = fmemopen((void *)data, size, "rb");
	must(file, "a file in memory");
	cap = capture_open(file, error);
	if (!cap)
		return 0;
	tcpw_config_default(&replay.cfg);
	replay.cfg.view = TCPWARD_VIEW_OBSERVER;
	replay.cfg.pickup = TCPWARD_PICKUP_AUTO;
	replay.table = replay_table_new();
	must(replay.table, "enough memory");
	judge_all(&replay, cap);
	replay_table_free(replay.table);
	capture_close(cap);
	return 0;
}
