/* SPDX-License-Identifier: GPL-2.0 */
/* What to do about a reason, for tcpward explain. */
#ifndef TCPWARD_EXPLAIN_H
#define TCPWARD_EXPLAIN_H

#include <linux/tcpward.h>

extern const char *const explain_advice[TCPWARD_REASON_MAX + 1];

#endif
