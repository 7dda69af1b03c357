/* SPDX-License-Identifier: GPL-2.0 */
/* Shadow of the kernel's <linux/stddef.h>: NULL and offsetof(). */
#ifndef TCPW_SHADOW_STDDEF_H
#define TCPW_SHADOW_STDDEF_H

#include <stddef.h>

#endif
