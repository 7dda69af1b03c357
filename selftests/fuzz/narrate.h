/* SPDX-License-Identifier: GPL-2.0 */
/* A conversation as a scenario, for whoever wants to play it. */
#ifndef TCPW_FUZZ_NARRATE_H
#define TCPW_FUZZ_NARRATE_H

#include "fuzz.h"

void narrate_begin(const struct tcpw_config *cfg);
/* A segment, @wait_ms after the one before it, and what became of it. */
void narrate_segment(uint64_t wait_ms, unsigned int side,
		     const struct tcpw_seg *seg, const struct tcpw_ruling *r);

#endif
