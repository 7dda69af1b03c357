// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration keys as text. Owns how values and times are spelled; what
 * keys there are, their ranges and defaults stand in the netlink spec.
 */
#include "knob_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_SIZE 32
#define SHOWN 40		/* octets of a wrong word that are repeated */

static const struct {
	const char *name;
	uint32_t ms;
} time_units[] = {
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

#define TIME_UNITS (sizeof(time_units) / sizeof(time_units[0]))

const struct tcpw_knob *knob_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < TCPW_KNOBS; i++)
		if (strlen(tcpw_knobs[i].name) == len &&
		    !memcmp(tcpw_knobs[i].name, name, len))
			return &tcpw_knobs[i];
	return NULL;
}

/* Digits alone, and how many characters they took. */
static int parse_digits(const char *text, uint64_t *value, size_t *used)
{
	*value = 0;
	for (*used = 0; isdigit((unsigned char)text[*used]); ++*used) {
		if (*value > (UINT64_MAX - 9) / 10)
			return -ERANGE;
		*value = *value * 10 + (text[*used] - '0');
	}
	return *used ? 0 : -EINVAL;
}

/* Hexadecimal behind 0x, else decimal. */
static int parse_bits(const char *text, uint64_t *value)
{
	size_t used;
	int err;

	if (strncmp(text, "0x", 2)) {
		err = parse_digits(text, value, &used);
		return err ?: text[used] ? -EINVAL : 0;
	}
	text += 2;
	used = strspn(text, "0123456789abcdefABCDEF");
	if (!used || text[used])
		return -EINVAL;
	*value = strtoull(text, NULL, 16);
	return *value > UINT32_MAX ? -ERANGE : 0;
}

int knob_parse_time(const char *text, uint64_t *ms)
{
	uint64_t count;
	size_t used, i;
	int err;

	err = parse_digits(text, &count, &used);
	if (err)
		return err;
	text += used;
	if (!*text)
		text = "s";
	for (i = 0; i < TIME_UNITS; i++) {
		if (strcmp(text, time_units[i].name))
			continue;
		if (count > UINT64_MAX / time_units[i].ms)
			return -ERANGE;
		*ms = count * time_units[i].ms;
		return 0;
	}
	return -EINVAL;
}

void knob_time_text(uint64_t ms, char *text, size_t size)
{
	size_t i = 0;

	while (ms ? ms % time_units[i].ms : time_units[i].ms != 1000)
		i++;
	snprintf(text, size, "%" PRIu64 "%s", ms / time_units[i].ms,
		 time_units[i].name);
}

/* Timeouts without an upper bound can be switched off. */
static bool can_be_never(const struct tcpw_knob *knob)
{
	return knob->unit == TCPW_UNIT_MS && !knob->min &&
	       knob->max == INT_MAX;
}

static int parse_name(const struct tcpw_knob *knob, const char *text,
		      __u32 *value)
{
	__u32 i;

	for (i = 0; knob->values[i]; i++)
		if (!strcmp(knob->values[i], text)) {
			*value = i;
			return 0;
		}
	return -EINVAL;
}

int knob_parse(const struct tcpw_knob *knob, const char *text, __u32 *value)
{
	uint64_t wide;
	size_t used;
	int err;

	if (knob->values)
		return parse_name(knob, text, value);
	if (can_be_never(knob) && !strcmp(text, "never")) {
		*value = 0;
		return 0;
	}
	if (knob->unit == TCPW_UNIT_MS) {
		err = knob_parse_time(text, &wide);
	} else if (knob->unit == TCPW_UNIT_BITS) {
		err = parse_bits(text, &wide);
	} else {
		err = parse_digits(text, &wide, &used);
		if (!err && text[used])
			err = -EINVAL;
	}
	if (err)
		return err;
	if (wide < knob->min || wide > knob->max)
		return -ERANGE;
	*value = wide;
	return 0;
}

void knob_range_text(const struct tcpw_knob *knob, char *text, size_t size)
{
	char low[VALUE_SIZE], high[VALUE_SIZE];
	size_t used = 0, i;

	if (knob->values) {
		text[0] = '\0';
		for (i = 0; knob->values[i] && used < size; i++)
			used += snprintf(text + used, size - used, "%s%s",
					 i ? "|" : "", knob->values[i]);
		return;
	}
	if (knob->unit == TCPW_UNIT_MS) {
		knob_time_text(can_be_never(knob) ? 1 : knob->min, low,
			       sizeof(low));
		/* 24 days and odd: the whole hours say enough. */
		knob_time_text(can_be_never(knob) ?
			       knob->max - knob->max % 3600000 : knob->max,
			       high, sizeof(high));
	} else if (knob->unit == TCPW_UNIT_BITS) {
		snprintf(low, sizeof(low), "%#x", knob->min);
		snprintf(high, sizeof(high), "%#x", knob->max);
	} else {
		snprintf(low, sizeof(low), "%u", knob->min);
		snprintf(high, sizeof(high), "%u", knob->max);
	}
	snprintf(text, size, "%s to %s%s", low, high,
		 can_be_never(knob) ? ", or never" : "");
}

void knob_value_text(const struct tcpw_knob *knob, __u32 value, char *text,
		     size_t size)
{
	if (knob->values && value <= knob->max)
		snprintf(text, size, "%s", knob->values[value]);
	else if (can_be_never(knob) && !value)
		snprintf(text, size, "never");
	else if (knob->unit == TCPW_UNIT_MS)
		knob_time_text(value, text, size);
	else if (knob->unit == TCPW_UNIT_BITS)
		snprintf(text, size, "%#x", value);
	else
		snprintf(text, size, "%u", value);
}

/* The beginning says enough, and leaves room for the range. */
static const char *shown(const char *word, size_t len, char *text)
{
	snprintf(text, SHOWN + sizeof("..."), "%.*s%s",
		 (int)(len > SHOWN ? SHOWN : len), word,
		 len > SHOWN ? "..." : "");
	return text;
}

int knob_assign(struct tcpw_config *cfg, const char *assignment, char *error,
		size_t size)
{
	const char *equals = strchr(assignment, '=');
	size_t len = equals ? (size_t)(equals - assignment) :
			      strlen(assignment);
	const struct tcpw_knob *knob = knob_find(assignment, len);
	char word[SHOWN + sizeof("...")], range[128];
	__u32 value;
	int err;

	if (!knob) {
		snprintf(error, size, "there is no key '%s'",
			 shown(assignment, len, word));
		return -ENOENT;
	}
	if (!equals) {
		snprintf(error, size, "'%s' lacks its value: write %s=VALUE",
			 knob->name, knob->name);
		return -EINVAL;
	}
	err = knob_parse(knob, equals + 1, &value);
	if (err) {
		knob_range_text(knob, range, sizeof(range));
		snprintf(error, size, "%s=%s is %s: it takes %s", knob->name,
			 shown(equals + 1, strlen(equals + 1), word), err == -ERANGE ? "out of range" :
			 "not a value of this key", range);
		return err;
	}
	*tcpw_knob_slot(cfg, knob) = value;
	return 0;
}
