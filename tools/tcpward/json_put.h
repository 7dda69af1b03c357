/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON by hand, for what there are millions of: each function writes at @to,
 * where there has to be room, and returns the end of what it wrote.
 */
#ifndef TCPWARD_JSON_PUT_H
#define TCPWARD_JSON_PUT_H

#include "model.h"

#include <stdbool.h>
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

static inline unsigned int json_digits(uint64_t value)
{
	unsigned int n = 1;

	for (; value >= 10000; value /= 10000)
		n += 4;
	return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* At least @width digits, from the last one to the first. */
static inline char *json_put_digits(char *to, uint64_t value,
				    unsigned int width)
{
	unsigned int n = json_digits(value);
	char *end = to + (n < width ? width : n), *at = end;
	uint32_t rest;

	for (; value > UINT32_MAX; value /= 10)
		*--at = '0' + value % 10;
	for (rest = value; at > to; rest /= 10)
		*--at = '0' + rest % 10;
	return end;
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

/* --- members: @key with its comma and colon ----------------------------- */

PUT_INLINE char *json_put_count(char *to, const char *key, uint64_t value)
{
	return json_put_number(json_put(to, key), value);
}

PUT_INLINE char *json_put_maybe(char *to, const char *key, bool known,
				uint64_t value)
{
	to = json_put(to, key);
	return known ? json_put_number(to, value) : json_put(to, "null");
}

PUT_INLINE char *json_put_named(char *to, const char *key, const char *name)
{
	return json_put_name(json_put(to, key), name);
}

/* What an endpoint begins with: address, port and state. */
char *json_put_socket(char *to, const char *key,
		      const struct model_endpoint *ep);

/* A line, or what comes next in an array, up to its first member. */
char *json_put_begin(char *to);
/* Ends and prints what begins at @text. */
void json_put_end(const char *text, char *to);

#endif
