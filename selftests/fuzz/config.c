// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are the words of `tcpward set` or `get`, one a line,
 * behind an octet that chooses. Each is read as --set reads it, too. The
 * kernel is played by this file: it has a configuration and keeps to its
 * ranges.
 */
#include "fuzz.h"
#include "hear.h"
#include "knob_text.h"
#include "nl.h"
#include "tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 24
#define TEXT_MAX 1024
#define WHY_SIZE 256

#define AS_JSON 0x01
#define GET 0x02

struct input {
	char text[TEXT_MAX + 1];
	char *word[1 + WORDS_MAX];	/* [0] is the command */
	int count;
};

/* --- the kernel --------------------------------------------------------- */

static struct {
	struct tcpw_config cfg;
	const struct tcpw_knob *bad;
} kernel;

int nl_open(struct nl_client **client)
{
	*client = NULL;
	return 0;
}

void nl_end(struct nl_client *client)
{
}

int nl_config_get(struct nl_client *client, struct tcpw_config *cfg,
		  struct nl_judging *judging)
{
	*cfg = kernel.cfg;
	return 0;
}

int nl_config_set(struct nl_client *client, const struct tcpw_config *cfg,
		  uint32_t mask)
{
	struct tcpw_config to = kernel.cfg, from = *cfg;
	const struct tcpw_knob *knob;
	uint32_t value;

	for (knob = tcpw_knobs; knob < tcpw_knobs + TCPW_KNOBS; knob++) {
		if (!(mask & 1u << (knob - tcpw_knobs)))
			continue;
		value = *tcpw_knob_slot(&from, knob);
		kernel.bad = knob;
		if (value < knob->min || value > knob->max)
			return -ERANGE;
		*tcpw_knob_slot(&to, knob) = value;
	}
	kernel.bad = NULL;
	kernel.cfg = to;
	return 0;
}

const char *nl_extack(const struct nl_client *client)
{
	return kernel.bad ? "the kernel's words" : NULL;
}

int nl_bad_attribute(const struct nl_client *client)
{
	return kernel.bad ? kernel.bad->attr : 0;
}

int nl_fail(struct nl_client *client, int error, const char *what)
{
	must(false, "every refusal of this kernel names a key");
	return EXIT_REFUSED;
}

/* --- one assignment ----------------------------------------------------- */

static __int128 hexadecimal(const char *digits)
{
	size_t count = strspn(digits, "0123456789abcdefABCDEF");
	const char *significant = digits + strspn(digits, "0");

	if (!count || digits[count])
		return -1;
	return strlen(significant) > 8 ? (__int128)1 << 100 :
	       (__int128)strtoul(digits, NULL, 16);
}

/* What @text means, worked out in another way; -1: nothing. */
static __int128 meaning(const struct tcpw_knob *knob, const char *text)
{
	size_t digits = strspn(text, "0123456789"), i;
	const char *unit = text + digits;
	__int128 value = 0;

	for (i = 0; knob->values && knob->values[i]; i++)
		if (!strcmp(knob->values[i], text))
			return i;
	if (!strcmp(text, "never") && knob->unit == TCPW_UNIT_MS &&
	    !knob->min && knob->max > 1000000000)
		return 0;
	if (knob->values || !digits)
		return -1;
	if (knob->unit == TCPW_UNIT_BITS && !strncmp(text, "0x", 2))
		return hexadecimal(text + 2);
	/* More digits can only be too much, unless they begin with zeros. */
	for (i = 0; i < digits; i++)
		if (value < (__int128)1 << 100)
			value = value * 10 + (text[i] - '0');
	if (knob->unit != TCPW_UNIT_MS)
		return *unit ? -1 : value;
	return !*unit || !strcmp(unit, "s") ? value * 1000 :
	       !strcmp(unit, "ms") ? value :
	       !strcmp(unit, "m") ? value * 60000 :
	       !strcmp(unit, "h") ? value * 3600000 : -1;
}

static bool means(const struct tcpw_knob *knob, const char *text,
		  __u32 *value)
{
	__int128 wide = meaning(knob, text);

	*value = (__u32)wide;
	return wide >= knob->min && wide <= knob->max;
}

/* The ends of "50ms to 10m, or never" are values themselves. */
static void check_range(const struct tcpw_knob *knob, const char *range)
{
	char copy[WHY_SIZE], *low = copy, *high, *rest;
	__u32 value;

	must(strlen(range) < 128, "ranges fit the buffers of the tool");
	if (knob->values)
		return;
	strcpy(copy, range);
	high = strstr(copy, " to ");
	must(high, "a range has two ends");
	*high = '\0';
	high += strlen(" to ");
	rest = strchr(high, ',');
	if (rest)
		*rest = '\0';
	must(!knob_parse(knob, low, &value), "the lowest value is accepted");
	must(!knob_parse(knob, high, &value), "the highest is accepted");
	must(!rest || !knob_parse(knob, "never", &value), "never is, too");
}

static void check_accepted(const struct tcpw_knob *knob, const char *text,
			   struct tcpw_config *before,
			   struct tcpw_config *after)
{
	__u32 value = *tcpw_knob_slot(after, knob), again;
	char printed[64];

	must(means(knob, text, &again) && again == value,
	     "it means what it says");
	*tcpw_knob_slot(before, knob) = value;
	must(!memcmp(before, after, sizeof(*before)), "one key changes");
	knob_value_text(knob, value, printed, sizeof(printed));
	must(!knob_parse(knob, printed, &again) && again == value,
	     "it prints back to the same value");
}

/* The beginning of @word, up to @len octets, stands in @text. */
static bool names(const char *text, const char *word, size_t len)
{
	char copy[TEXT_MAX + 1];

	snprintf(copy, sizeof(copy), "%.*s", (int)len, word);
	return strstr(text, copy);
}

static void check_refused(const struct tcpw_knob *knob, const char *word,
			  const char *why)
{
	size_t key = strcspn(word, "=");
	char range[WHY_SIZE];
	__u32 value;

	must(strlen(why) < WHY_SIZE - 1, "the reason is whole");
	must(names(why, word, key < 24 && !knob ? key : 24),
	     "a refusal names the word");
	if (!knob || !strchr(word, '='))
		return;
	must(!means(knob, strchr(word, '=') + 1, &value),
	     "nothing good is refused");
	knob_range_text(knob, range, sizeof(range));
	must(strstr(why, range), "a refusal names the range");
	check_range(knob, range);
}

/* As replay and segplay take it; returns whether it was good. */
static bool assign(struct tcpw_config *cfg, const char *word)
{
	const struct tcpw_knob *knob = knob_find(word, strcspn(word, "="));
	struct tcpw_config before = *cfg;
	char why[WHY_SIZE];

	if (!knob_assign(cfg, word, why, sizeof(why))) {
		must(knob, "only keys can be set");
		check_accepted(knob, strchr(word, '=') + 1, &before, cfg);
		return true;
	}
	must(!memcmp(&before, cfg, sizeof(before)), "nothing changed");
	check_refused(knob, word, why);
	return false;
}

/* --- the commands ------------------------------------------------------- */

/* The text of a failure: what, why and fix, wherever they were printed. */
static char *failure(const struct heard *heard)
{
	json_t *all, *error;
	const char *what, *why = "", *fix = "";
	char *text = NULL;
	size_t size;
	FILE *file;

	if (tool.format == OUTPUT_TEXT)
		return strdup(heard->err);
	must(!*heard->err, "errors as JSON go to stdout");
	all = json_loads(heard->out, 0, NULL);
	error = json_object_get(all, "error");
	what = json_string_value(json_object_get(error, "what"));
	must(what, "an error is JSON with -j");
	if (json_is_string(json_object_get(error, "why")))
		why = json_string_value(json_object_get(error, "why"));
	if (json_is_string(json_object_get(error, "fix")))
		fix = json_string_value(json_object_get(error, "fix"));
	file = open_memstream(&text, &size);
	fprintf(file, "tcpward: %s: %s\n  hint: %s\n", what, why, fix);
	fclose(file);
	json_decref(all);
	return text;
}

static bool is_text(const char *word)
{
	json_t *string = json_string(word);

	json_decref(string);
	return string;
}

/* Some word that was given, as far as messages repeat it, is named. */
static bool names_some(const char *text, const struct input *in)
{
	int i;

	for (i = 1; i < in->count; i++)
		if (!is_text(in->word[i]) ||
		    names(text, in->word[i], strcspn(in->word[i], "=")) ||
		    names(text, in->word[i], 63))
			return true;
	return in->count == 1 && strstr(text, "KEY=VALUE");
}

static void check_failure(int code, const struct input *in,
			  const struct heard *heard)
{
	char *text = failure(heard), range[128];

	must(strlen(text) > strlen("tcpward: "), "a failure has a text");
	if (code == EXIT_USAGE) {
		must(names_some(text, in), "a failure names the word");
	} else {
		must(code == EXIT_REFUSED && kernel.bad, "exit code");
		knob_range_text(kernel.bad, range, sizeof(range));
		must(strstr(text, range), "the range");
		must(strstr(text, kernel.bad->name), "the key");
		must(strstr(text, "nothing was changed"), "what became");
	}
	free(text);
}

static void check_output(const struct heard *heard)
{
	json_t *all;

	must(!*heard->err, "success is silent on stderr");
	must(*heard->out, "success says what it did");
	if (tool.format == OUTPUT_TEXT)
		return;
	all = json_loads(heard->out, 0, NULL);
	must(json_object_get(all, "schema_version"), "JSON with -j");
	json_decref(all);
}

static void run_command(struct input *in, bool get, bool all_good)
{
	struct tcpw_config before = kernel.cfg, wanted = kernel.cfg;
	struct heard heard;
	char why[WHY_SIZE];
	int code, i;

	hear_begin();
	code = get ? cmd_get(in->count, in->word) :
		     cmd_set(in->count, in->word);
	heard = hear_end();
	if (code) {
		must(!memcmp(&before, &kernel.cfg, sizeof(before)),
		     "a refusal changes nothing");
		check_failure(code, in, &heard);
		return;
	}
	check_output(&heard);
	if (get)
		return;
	must(all_good, "nothing bad is set");
	for (i = 1; i < in->count; i++)
		knob_assign(&wanted, in->word[i], why, sizeof(why));
	must(!memcmp(&wanted, &kernel.cfg, sizeof(wanted)),
	     "what was asked for is set, and nothing else");
}

static void split(struct input *in, const uint8_t *data, size_t size)
{
	char *rest = in->text, *word;

	memcpy(in->text, data, size);
	in->text[size] = '\0';
	in->word[0] = "set";
	in->count = 1;
	while (in->count <= WORDS_MAX && (word = strsep(&rest, "\n")))
		if (*word)
			in->word[in->count++] = word;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcpw_config cfg;
	bool all_good = true;
	struct input in;
	int i;

	if (!size || size > TEXT_MAX)
		return 0;
	split(&in, data + 1, size - 1);
	tcpw_config_default(&cfg);
	tcpw_config_default(&kernel.cfg);
	kernel.bad = NULL;
	tool.format = data[0] & AS_JSON ? OUTPUT_JSON : OUTPUT_TEXT;
	for (i = 1; i < in.count; i++)
		all_good &= assign(&cfg, in.word[i]);
	run_command(&in, data[0] & GET, all_good);
	return 0;
}
