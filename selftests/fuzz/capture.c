// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are a capture file. Takes it through reader, table
 * and core as `tcpward replay` does; and the beginning of it once more.
 */
#include "fuzz.h"

#include "replay.h"

#include <string.h>

#define VERDICTS 64

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

/* What became of the first segments of a file. */
struct verdicts {
	unsigned int count;
	struct {
		uint64_t frame;
		uint8_t verdict, reason, flag;
	} of[VERDICTS];
};

static void note(struct verdicts *all, uint64_t frame,
		 const struct tcpw_ruling *r)
{
	if (all->count == VERDICTS)
		return;
	all->of[all->count].frame = frame;
	all->of[all->count].verdict = r->verdict;
	all->of[all->count].reason = r->reason;
	all->of[all->count++].flag = r->flag;
}

static void judge_all(struct replay *replay, struct capture *cap,
		      struct verdicts *all)
{
	struct replay_line line = {};
	struct capture_segment at;
	uint64_t frame = 0;

	while (capture_next(cap, &at) == CAPTURE_SEGMENT) {
		check_segment(&at, frame);
		frame = at.frame;
		must(!replay_judge(replay, &at, &line), "enough memory");
		must(line.conn <= replay->sum.connections, "number");
		note(all, frame, &line.ruling);
	}
	must(capture_unreadable(cap) + replay->sum.segments <=
	     capture_frames(cap), "a frame counts once");
}

static void judge_file(const uint8_t *data, size_t size,
		       struct verdicts *all)
{
	char error[CAPTURE_ERROR_TEXT] = "";
	struct replay replay = {};
	struct capture *cap;
	FILE *file;

	file = fmemopen((void *)data, size, "rb");
	must(file, "a file in memory");
	cap = capture_open(file, error);
	if (!cap) {
		must(*error, "a refusal has a text");
		return;
	}
	tcpw_config_default(&replay.cfg);
	replay.cfg.view = TCPWARD_VIEW_OBSERVER;
	replay.cfg.pickup = TCPWARD_PICKUP_AUTO;
	replay.table = replay_table_new();
	must(replay.table, "enough memory");
	judge_all(&replay, cap, all);
	replay_table_free(replay.table);
	capture_close(cap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verdicts whole = {}, part = {};

	if (!size)
		return 0;
	judge_file(data, size, &whole);
	if (size < 2 || !whole.count)
		return 0;
	judge_file(data, size - size / 4 - 1, &part);
	must(part.count <= whole.count &&
	     !memcmp(part.of, whole.of, part.count * sizeof(part.of[0])),
	     "a file cut short gives the same as far as it goes");
	return 0;
}
