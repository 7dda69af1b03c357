/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configuration keys as users write them: KEY=VALUE. Shared by tcpward and
 * segplay.
 */
#ifndef TCPW_KNOB_TEXT_H
#define TCPW_KNOB_TEXT_H

#include "core/core.h"

#include <stddef.h>
#include <stdint.h>

/* NULL when there is no such key. */
const struct tcpw_knob *knob_find(const char *name, size_t len);

/*
 * Parse @text for @knob: the name of a value, a count, or a time ("30" or
 * "30s", "500ms", "2m", "2h", "never"). Returns 0, -EINVAL (not a value of this kind) or
 * -ERANGE; the range then stands in knob_range_text().
 */
int knob_parse(const struct tcpw_knob *knob, const char *text, __u32 *value);

/* "retry|drop|quiet", "50ms to 600s": what @knob accepts. */
void knob_range_text(const struct tcpw_knob *knob, char *text, size_t size);

/* The value as knob_parse() reads it: "30s", "retry". */
void knob_value_text(const struct tcpw_knob *knob, __u32 value, char *text,
		     size_t size);

/*
 * Apply "KEY=VALUE" to @cfg. On failure returns -ENOENT (unknown key),
 * -EINVAL or -ERANGE, with a sentence in @error.
 */
int knob_assign(struct tcpw_config *cfg, const char *assignment, char *error,
		size_t size);

/*
 * A time by itself: "500ms", "30s", "2m", "2h"; a plain number is seconds.
 * Returns 0, -EINVAL or -ERANGE.
 */
int knob_parse_time(const char *text, uint64_t *ms);

/* The shortest exact form: "2m", "90s", "1500ms". */
void knob_time_text(uint64_t ms, char *text, size_t size);

#endif
