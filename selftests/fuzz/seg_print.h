/* SPDX-License-Identifier: GPL-2.0 */
/* A scenario as read, in its notation again. */
#ifndef TCPW_FUZZ_SEG_PRINT_H
#define TCPW_FUZZ_SEG_PRINT_H

#include "segplay.h"

void seg_print(FILE *to, const struct script *script);

#endif
