/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON by hand, for what there are millions of: each function writes at @to,
 * where there has to be room, and returns the end of what it wrote.
 */
#ifndef TCPWARD_JSON_PUT_H
#define TCPWARD_JSON_PUT_H

#include <stdint.h>
#include <string.h>

/* So that the lengths of literals are known where they are used. */
#define PUT_INLINE static inline __attribute__((always_inline))

PUT_INLINE char *json_put(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

/* At least @width digits. */
static inline char *json_put_digits(char *to, uint64_t value,
				    unsigned int width)
{
	char digits[24];
	unsigned int n = sizeof(digits), least = n - width;

	while (value > UINT32_MAX) {
		digits[--n] = '0' + value % 10;
		value /= 10;
	}
	for (uint32_t rest = value; rest || n > least; rest /= 10)
		digits[--n] = '0' + rest % 10;
	memcpy(to, digits + n, sizeof(digits) - n);
	return to + sizeof(digits) - n;
}

PUT_INLINE char *json_put_number(char *to, uint64_t value)
{
	if (value > 9)
		return json_put_digits(to, value, 1);
	*to = '0' + value;
	return to + 1;
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
