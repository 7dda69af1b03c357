/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzz targets share. */
#ifndef TCPW_FUZZ_H
#define TCPW_FUZZ_H

#include "core/core.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant; @what names it where it does not hold. */
static inline void must(bool holds, const char *what)
{
	if (holds)
		return;
	dprintf(2, "does not hold: %s\n", what); /* stderr may be memory */
	abort();
}

#endif
