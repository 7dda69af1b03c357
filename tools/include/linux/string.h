/* SPDX-License-Identifier: GPL-2.0 */
/* Shadow of the kernel's <linux/string.h>: memset(), memcpy(), memcmp(). */
#ifndef TCPW_SHADOW_STRING_H
#define TCPW_SHADOW_STRING_H

#include <string.h>

#endif
