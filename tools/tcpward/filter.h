/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter grammar of all commands (that of ss): state groups, src, dst,
 * sport, dport, and/or/not, parentheses, reason, age, idle, rtt. Matched
 * here, with what the kernel can match handed down as struct model_filter.
 */
#ifndef TCPWARD_FILTER_H
#define TCPWARD_FILTER_H

#include "model.h"

struct filter;

/*
 * Parse words argv[0] .. argv[argc - 1]; an empty list matches everything.
 * Returns NULL after having reported what is wrong by tool_fail().
 */
struct filter *filter_parse(int argc, char **argv);
void filter_free(struct filter *filter);

bool filter_match(const struct filter *filter, const struct model_conn *conn);
/* For streams: a segment or transition, by addresses, states and reason. */
bool filter_match_segment(const struct filter *filter,
			  const struct model_segment *segment);
bool filter_match_transition(const struct filter *filter,
			     const struct model_transition *transition);

/*
 * The word (age, idle, rtt) of @filter that no message of a stream answers, or
 * NULL: the stream commands refuse it.
 */
const char *filter_timed_word(const struct filter *filter);

/*
 * The part of @filter that the kernel can match; never too narrow. Returns
 * whether that is all of it: then the kernel matches the same.
 */
bool filter_for_kernel(const struct filter *filter,
		       struct model_filter *out);

#endif
