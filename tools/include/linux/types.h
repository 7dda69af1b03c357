/* SPDX-License-Identifier: GPL-2.0 */
/* Shadow of the kernel's <linux/types.h>: adds bool to the exported one. */
#ifndef TCPW_SHADOW_TYPES_H
#define TCPW_SHADOW_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>

#endif
