/* SPDX-License-Identifier: GPL-2.0 */
/* What core.h and RULES promise of a ruling and of what comes of it. */
#ifndef TCPW_FUZZ_PROMISES_H
#define TCPW_FUZZ_PROMISES_H

#include "fuzz.h"

/* A record and what stands beside it. */
struct memory {
	struct tcpw_conn conn;
	struct tcpw_ext ext;
	bool has_ext;		/* the core knows ext */
	bool wild;		/* its numbers have jumped: nothing is certain */
};

/* Of a ruling by itself. */
void check_ruling(const struct tcpw_ruling *r, const struct memory *at);
/* Of a segment that was judged so and then applied. */
void check_change(const struct tcpw_ruling *r, const struct memory *before,
		  const struct memory *after);
/* Of a segment that arrives twice, by the rulings on both copies. */
void check_copy(const struct tcpw_ruling *first,
		const struct tcpw_ruling *second, const struct tcpw_seg *seg,
		const struct memory *after);
/* Of a record at any time; @now_ms: when it was written last. */
void check_record(const struct memory *at, const struct tcpw_config *cfg,
		  uint64_t now_ms);
/* Of a record that may be saved at any time, and restored. */
void check_saved(const struct memory *at, uint64_t now_ms);

#endif
