// SPDX-License-Identifier: GPL-2.0
/* tcpward get and set: the configuration of this network namespace. */
#include "format.h"
#include "knob_text.h"
#include "nl.h"
#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ALL_KNOBS ((1U << TCPW_KNOBS) - 1)

static int unknown_key(const char *word, size_t len)
{
	const char *names[TCPW_KNOBS + 1], *nearest;
	char key[64], hint[128];

	for (unsigned int i = 0; i < TCPW_KNOBS; i++)
		names[i] = tcpw_knobs[i].name;
	names[TCPW_KNOBS] = NULL;
	snprintf(key, sizeof(key), "%.*s", (int)len, word);
	nearest = tool_nearest(key, names);
	if (nearest)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest);
	return tool_fail(EXIT_USAGE, NULL,
			 nearest ? hint : "'tcpward get' lists the keys",
			 "unknown key '%s'", key);
}

static void knob_text(const struct tcpw_config *cfg,
		      const struct tcpw_knob *knob, char *text, size_t size)
{
	struct tcpw_config copy = *cfg;

	knob_value_text(knob, *tcpw_knob_slot(&copy, knob), text, size);
}

static json_t *json_value(const struct tcpw_config *cfg,
			  const struct tcpw_knob *knob)
{
	struct tcpw_config copy = *cfg;
	char text[FORMAT_TEXT];

	if (knob->unit == TCPW_UNIT_COUNT)
		return json_integer(*tcpw_knob_slot(&copy, knob));
	knob_text(cfg, knob, text, sizeof(text));
	return json_string(text);
}

static json_t *json_knob(const struct tcpw_config *cfg,
			 const struct tcpw_knob *knob)
{
	struct tcpw_config copy = *cfg;
	char range[128], dflt[FORMAT_TEXT];
	json_t *object;

	knob_range_text(knob, range, sizeof(range));
	knob_value_text(knob, knob->dflt, dflt, sizeof(dflt));
	object = json_pack("{s:o, s:s, s:s, s:s}", "value",
			   json_value(cfg, knob), "range", range, "default",
			   knob->unit == TCPW_UNIT_COUNT && !knob->dflt ?
			   "by memory" : dflt, "doc", knob->doc);
	if (knob->unit == TCPW_UNIT_MS)
		json_object_set_new(object, "value_ms", json_integer(
				    *tcpw_knob_slot(&copy, knob)));
	return object;
}

static void print_json(const struct tcpw_config *cfg, uint32_t mask)
{
	json_t *keys = json_object();

	for (unsigned int i = 0; i < TCPW_KNOBS; i++)
		if (mask & 1U << i)
			json_object_set_new(keys, tcpw_knobs[i].name,
					    json_knob(cfg, &tcpw_knobs[i]));
	tool_print_json(json_pack("{s:i, s:o}", "schema_version",
				  TOOL_SCHEMA_VERSION, "config", keys));
}

/* "key=value", the range, and what it is: the first word suits set. */
static void print_knob(const struct tcpw_config *cfg,
		       const struct tcpw_knob *knob)
{
	char value[FORMAT_TEXT], range[128], dflt[FORMAT_TEXT] = "by memory";
	bool changed;

	knob_text(cfg, knob, value, sizeof(value));
	knob_range_text(knob, range, sizeof(range));
	if (knob->unit != TCPW_UNIT_COUNT || knob->dflt)
		knob_value_text(knob, knob->dflt, dflt, sizeof(dflt));
	changed = strcmp(value, dflt) && strcmp(dflt, "by memory");
	printf("%s%s=%s%s%*s %s%s, default %s%s\n",
	       paint(changed ? PAINT_YELLOW : PAINT_BOLD), knob->name, value,
	       paint_end(),
	       (int)(30 - strlen(knob->name) - strlen(value)) > 0 ?
	       (int)(30 - strlen(knob->name) - strlen(value)) : 0, "",
	       paint(PAINT_DIM), range, dflt, paint_end());
	printf("    %s\n", knob->doc);
}

static int read_config(struct tcpw_config *cfg, const char *what)
{
	struct nl_client *client;
	int err, code = EXIT_DONE;

	err = nl_open(&client);
	if (!err)
		err = nl_config_get(client, cfg, NULL);
	if (err)
		code = nl_fail(client, err, what);
	nl_end(client);
	return code;
}

int cmd_get(int argc, char **argv)
{
	const struct tcpw_knob *knob;
	struct tcpw_config cfg;
	uint32_t mask = 0;
	int code;

	for (int i = 1; i < argc; i++) {
		knob = knob_find(argv[i], strlen(argv[i]));
		if (!knob)
			return unknown_key(argv[i], strlen(argv[i]));
		mask |= 1U << (knob - tcpw_knobs);
	}
	code = read_config(&cfg, "cannot read the configuration");
	if (code)
		return code;
	if (!mask)
		mask = ALL_KNOBS;
	if (tool.format != OUTPUT_TEXT) {
		print_json(&cfg, mask);
		return EXIT_DONE;
	}
	for (unsigned int i = 0; i < TCPW_KNOBS; i++)
		if (mask & 1U << i)
			print_knob(&cfg, &tcpw_knobs[i]);
	return EXIT_DONE;
}

/*
 * A value that is out of range is still sent, so that the kernel refuses it
 * in its own words, unless it does not even fit the attribute.
 */
static bool parse_anyway(const struct tcpw_knob *knob, const char *text,
			 __u32 *value)
{
	uint64_t wide;
	char *end;

	if (knob->unit == TCPW_UNIT_MS) {
		if (knob_parse_time(text, &wide))
			return false;
	} else {
		errno = 0;
		wide = strtoull(text, &end,
				knob->unit == TCPW_UNIT_BITS ? 0 : 10);
		if (errno || *end)
			return false;
	}
	*value = wide;
	return wide <= UINT32_MAX;
}

static int take_assignment(const char *word, struct tcpw_config *cfg,
			   uint32_t *mask)
{
	size_t len = strcspn(word, "=");
	const struct tcpw_knob *knob = knob_find(word, len);
	char range[128];
	__u32 *slot;
	int err;

	if (!knob)
		return unknown_key(word, len);
	knob_range_text(knob, range, sizeof(range));
	if (!word[len])
		return tool_fail(EXIT_USAGE, NULL, range,
				 "%s lacks a value: %s=VALUE", knob->name,
				 knob->name);
	if (*mask & 1U << (knob - tcpw_knobs))
		return tool_fail(EXIT_USAGE, NULL, NULL, "%s is given twice",
				 knob->name);
	*mask |= 1U << (knob - tcpw_knobs);
	slot = tcpw_knob_slot(cfg, knob);
	err = knob_parse(knob, word + len + 1, slot);
	if (!err || (err == -ERANGE &&
		     parse_anyway(knob, word + len + 1, slot)))
		return 0;
	return tool_fail(EXIT_USAGE, err == -ERANGE ? "out of range" :
			 "not a value of this key", range, "%s", word);
}

/* The kernel's refusal, with the range of the key that it speaks of. */
static int fail_set(struct nl_client *client, int err)
{
	const char *extack = nl_extack(client);
	char fix[192], range[128];

	for (unsigned int i = 0; extack && i < TCPW_KNOBS; i++) {
		const struct tcpw_knob *knob = &tcpw_knobs[i];

		if (knob->attr != nl_bad_attribute(client))
			continue;
		knob_range_text(knob, range, sizeof(range));
		snprintf(fix, sizeof(fix), "%s takes %s; nothing was changed",
			 knob->name, range);
		return tool_fail(EXIT_REFUSED, extack, fix,
				 "the kernel refused %s", knob->name);
	}
	return nl_fail(client, err, "cannot change the configuration");
}

static json_t *json_changes(const struct tcpw_config *from,
			    const struct tcpw_config *to, uint32_t mask)
{
	json_t *changes = json_object();

	for (unsigned int i = 0; i < TCPW_KNOBS; i++)
		if (mask & 1U << i)
			json_object_set_new(changes, tcpw_knobs[i].name,
				json_pack("{s:o, s:o}",
					  "from",
					  json_value(from, &tcpw_knobs[i]),
					  "to",
					  json_value(to, &tcpw_knobs[i])));
	return changes;
}

static void print_changes(const struct tcpw_config *from,
			  const struct tcpw_config *to, uint32_t mask)
{
	char a[FORMAT_TEXT], b[FORMAT_TEXT];

	if (tool.format != OUTPUT_TEXT) {
		tool_print_json(json_pack("{s:i, s:o}", "schema_version",
					  TOOL_SCHEMA_VERSION, "changed",
					  json_changes(from, to, mask)));
		return;
	}
	for (unsigned int i = 0; i < TCPW_KNOBS; i++) {
		if (!(mask & 1U << i))
			continue;
		knob_text(from, &tcpw_knobs[i], a, sizeof(a));
		knob_text(to, &tcpw_knobs[i], b, sizeof(b));
		printf("%s: %s %s %s\n", tcpw_knobs[i].name, a, arrow(), b);
	}
}

int cmd_set(int argc, char **argv)
{
	struct tcpw_config wanted = { 0 }, from, to;
	struct nl_client *client;
	int err, code = EXIT_DONE;
	uint32_t mask = 0;

	if (argc < 2)
		return tool_fail(EXIT_USAGE, NULL,
				 "for example: tcpward set mode=observe",
				 "set needs KEY=VALUE");
	for (int i = 1; i < argc && !code; i++)
		code = take_assignment(argv[i], &wanted, &mask);
	if (code)
		return code;
	err = nl_open(&client);
	if (!err)
		err = nl_config_get(client, &from, NULL);
	if (err) {
		code = nl_fail(client, err, "cannot change the configuration");
	} else {
		err = nl_config_set(client, &wanted, mask);
		if (err)
			code = fail_set(client, err);
		else if ((err = nl_config_get(client, &to, NULL)))
			code = nl_fail(client, err, "cannot read it back");
	}
	nl_end(client);
	if (!code)
		print_changes(&from, &to, mask);
	return code;
}
