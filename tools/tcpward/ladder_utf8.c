// SPDX-License-Identifier: GPL-2.0
/* UTF-8 in and out, whatever locale the program runs in. */
#include "ladder_utf8.h"

uint32_t utf8_decode(const char **text)
{
	const unsigned char *p = (const unsigned char *)*text;
	int more = *p < 0xc0 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
	uint32_t code = more ? *p & (0x3f >> more) : *p;
	int i;

	++*text;
	if (*p >= 0x80 && (*p < 0xc2 || *p > 0xf4))
		return UTF8_BAD;
	for (i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return UTF8_BAD;
		code = code << 6 | (p[i] & 0x3f);
		++*text;
	}
	if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff ||
	    (more == 2 && code < 0x800) || (more == 3 && code < 0x10000))
		return UTF8_BAD;
	return code;
}

void utf8_put(uint32_t code, FILE *out)
{
	if (code < 0x80) {
		putc(code, out);
		return;
	}
	if (code < 0x800) {
		putc(0xc0 | code >> 6, out);
	} else {
		if (code < 0x10000) {
			putc(0xe0 | code >> 12, out);
		} else {
			putc(0xf0 | code >> 18, out);
			putc(0x80 | (code >> 12 & 0x3f), out);
		}
		putc(0x80 | (code >> 6 & 0x3f), out);
	}
	putc(0x80 | (code & 0x3f), out);
}
