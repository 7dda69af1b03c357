/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sequence diagram of one connection: collects segments, draws them
 * between two life lines (DESIGN section 6). Source-independent: fed from a
 * trace, a probe or a capture.
 */
#ifndef TCPWARD_LADDER_H
#define TCPWARD_LADDER_H

#include "model.h"

#include <stdio.h>

struct ladder;

struct ladder *ladder_new(void);
void ladder_free(struct ladder *ladder);

/* Add a segment of the ladder's connection, in order of time. */
void ladder_add(struct ladder *ladder, const struct model_segment *segment);

/* Add a state change without a segment: TIME-WAIT ending, record expired. */
void ladder_add_transition(struct ladder *ladder,
			   const struct model_transition *transition);

/* A named moment of a probe ("TLS handshake done"), shown as a band. */
void ladder_add_phase(struct ladder *ladder, uint64_t time_us,
		      const char *label);

/* Time left in TIME-WAIT at the end of the collection, 0 for none. */
void ladder_set_time_wait(struct ladder *ladder, uint64_t left_ms);

/* Draw in @columns (60 to 200) of UTF-8 or ASCII, with ANSI colour or not. */
void ladder_print(const struct ladder *ladder, FILE *out, int columns,
		  bool utf8, bool color);

/* The same model as a self-contained SVG document without scripts. */
void ladder_print_svg(const struct ladder *ladder, FILE *out);

#endif
