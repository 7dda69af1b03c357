/* SPDX-License-Identifier: GPL-2.0 */
/* A parsed filter in words again. */
#ifndef TCPW_FUZZ_FILTER_PRINT_H
#define TCPW_FUZZ_FILTER_PRINT_H

#include "filter_internal.h"

#include <stdio.h>

void filter_print(FILE *to, const struct filter_node *node);
/* The same conditions, joined in the same way. */
bool filter_same(const struct filter_node *a, const struct filter_node *b);

#endif
