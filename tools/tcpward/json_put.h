/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON by hand, for what there are millions of: each function writes at @to,
 * where there has to be room, and returns the end of what it wrote.
 */
#ifndef TCPWARD_JSON_PUT_H
#define TCPWARD_JSON_PUT_H

#include <stdint.h>
#include <string.h>

static inline char *json_put(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

/* At least @width digits. */
static inline char *json_put_number(char *to, uint64_t value,
				    unsigned int width)
{
	char digits[24];
	unsigned int n = 0;

	while (value || n < width) {
		digits[n++] = '0' + value % 10;
		value /= 10;
	}
	while (n)
		*to++ = digits[--n];
	return to;
}

/* @name needs no escaping; NULL: null. */
static inline char *json_put_name(char *to, const char *name)
{
	if (!name)
		return json_put(to, "null");
	*to++ = '"';
	to = json_put(to, name);
	*to++ = '"';
	return to;
}

#endif
