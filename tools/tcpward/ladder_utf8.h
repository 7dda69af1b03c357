/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8, one code point at a time. */
#ifndef TCPWARD_LADDER_UTF8_H
#define TCPWARD_LADDER_UTF8_H

#include <stdint.h>
#include <stdio.h>

#define UTF8_BAD 0xfffd

/*
 * The code point at **text, which is moved behind it; UTF8_BAD for octets
 * that are none. Never reads past the end of the string.
 */
uint32_t utf8_decode(const char **text);

void utf8_put(uint32_t code, FILE *out);

#endif
