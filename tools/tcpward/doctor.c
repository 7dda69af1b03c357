// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward doctor: is this machine fit for tcpward? Owns the list of checks and
 * how their findings look; works without the module, and says so.
 */
#include "doctor.h"
#include "format.h"
#include "tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 21		/* of the text, behind level and check */

/* What has to be known for a check to make sense. */
enum needs {
	NEEDS_NOTHING,
	NEEDS_MODULE = 1,	/* it answers, in our words */
	NEEDS_RULES = 2,
};

static const struct check {
	const char *name;
	void (*run)(struct doctor *doctor);
	unsigned int needs;
} checks[] = {
	{ "kernel", doctor_kernel, NEEDS_NOTHING },
	{ "headers", doctor_headers, NEEDS_NOTHING },
	{ "signature", doctor_signature, NEEDS_NOTHING },
	{ "module", doctor_module, NEEDS_NOTHING },
	{ "permission", doctor_permission, NEEDS_NOTHING },
	{ "version", doctor_version, NEEDS_NOTHING },
	{ "mode", doctor_mode, NEEDS_MODULE },
	{ "pickup", doctor_pickup, NEEDS_MODULE },
	{ "table", doctor_table, NEEDS_MODULE },
	{ "half-open", doctor_half_open, NEEDS_MODULE },
	{ "memory", doctor_memory, NEEDS_MODULE },
	{ "losses", doctor_losses, NEEDS_MODULE },
	{ "checksums", doctor_checksums, NEEDS_MODULE },
	{ "one-way", doctor_one_way, NEEDS_MODULE },
	{ "rules", doctor_rules, NEEDS_NOTHING },
	{ "nat", doctor_nat, NEEDS_MODULE | NEEDS_RULES },
	{ "flowtable", doctor_flowtable, NEEDS_RULES },
	{ "synproxy", doctor_synproxy, NEEDS_RULES },
	{ "helper", doctor_helper, NEEDS_RULES },
	{ "conntrack", doctor_conntrack, NEEDS_RULES },
	{ "fragments", doctor_fragments, NEEDS_NOTHING },
	{ "devices", doctor_devices, NEEDS_NOTHING },
	{ "clock", doctor_clock, NEEDS_NOTHING },
};

static const char *const level_names[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_NOTE] = "note",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_PROBLEM] = "problem",
};

static const enum paint level_paints[] = {
	[DOCTOR_OK] = PAINT_GREEN,
	[DOCTOR_NOTE] = PAINT_BLUE,
	[DOCTOR_WARNING] = PAINT_YELLOW,
	[DOCTOR_PROBLEM] = PAINT_RED,
};

void doctor_say(struct doctor *doctor, enum doctor_level level,
		const char *means, const char *remedy, const char *found, ...)
{
	char text[DOCTOR_PATH + DOCTOR_LINE];
	va_list args;

	va_start(args, found);
	vsnprintf(text, sizeof(text), found, args);
	va_end(args);
	doctor->count[level]++;
	json_array_append_new(doctor->findings,
		json_pack("{s:s, s:s, s:o, s:o, s:o}",
			  "check", doctor->check, "level", level_names[level],
			  "found", tool_json_text(text),
			  "means", tool_json_text(means),
			  "remedy", tool_json_text(remedy)));
}

/* The names of checks that could not be made. */
static json_t *run_checks(struct doctor *doctor)
{
	json_t *skipped = json_array();
	unsigned int known;

	for (unsigned int i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		known = (doctor->error ? 0 : NEEDS_MODULE) |
			(doctor->rules ? NEEDS_RULES : 0);
		doctor->check = checks[i].name;
		if (checks[i].needs & ~known)
			json_array_append_new(skipped,
					      json_string(checks[i].name));
		else
			checks[i].run(doctor);
	}
	return skipped;
}

/* Words from column @column on, broken at the width of the terminal. */
static void print_words(const char *text, int column)
{
	int width = tool.columns > MARGIN + 20 ? tool.columns : MARGIN + 20;

	while (*text) {
		int len = strcspn(text, " ");

		if (column > MARGIN && column + 1 + len > width) {
			printf("\n%*s", MARGIN, "");
			column = MARGIN;
		}
		column += printf("%s%.*s", column > MARGIN ? " " : "", len,
				 text);
		text += len;
		text += *text == ' ';
	}
	putchar('\n');
}

static const char *word(const json_t *finding, const char *key)
{
	return json_string_value(json_object_get(finding, key));
}

static void print_finding(const json_t *finding)
{
	const char *level = word(finding, "level");
	const char *means = word(finding, "means");
	const char *remedy = word(finding, "remedy");
	enum doctor_level at = DOCTOR_OK;

	while (strcmp(level_names[at], level))
		at++;
	printf("%s%-8s%s %-12s", paint(level_paints[at]), level, paint_end(),
	       word(finding, "check"));
	print_words(word(finding, "found"), MARGIN);
	if (means) {
		printf("%*s", MARGIN, "");
		print_words(means, MARGIN);
	}
	if (remedy)
		printf("%*sremedy: %s%s%s\n", MARGIN, "", paint(PAINT_BOLD),
		       remedy, paint_end());
}

static void print_text(const struct doctor *doctor, const json_t *skipped)
{
	const json_t *each;
	size_t i;

	json_array_foreach(doctor->findings, i, each)
		print_finding(each);
	if (json_array_size(skipped))
		fputs("\nnot checked:", stdout);
	json_array_foreach(skipped, i, each)
		printf(" %s", json_string_value(each));
	printf("%s\n%u problem%s, %u warning%s, %u note%s\n",
	       json_array_size(skipped) ? "\n" : "",
	       doctor->count[DOCTOR_PROBLEM],
	       doctor->count[DOCTOR_PROBLEM] == 1 ? "" : "s",
	       doctor->count[DOCTOR_WARNING],
	       doctor->count[DOCTOR_WARNING] == 1 ? "" : "s",
	       doctor->count[DOCTOR_NOTE],
	       doctor->count[DOCTOR_NOTE] == 1 ? "" : "s");
}

static void print_json(const struct doctor *doctor, json_t *skipped)
{
	json_t *object = json_pack("{s:i, s:b, s:i, s:i, s:i, s:O, s:O}",
		"schema_version", TOOL_SCHEMA_VERSION,
		"fit", !doctor->count[DOCTOR_PROBLEM],
		"problems", doctor->count[DOCTOR_PROBLEM],
		"warnings", doctor->count[DOCTOR_WARNING],
		"notes", doctor->count[DOCTOR_NOTE],
		"findings", doctor->findings, "not_checked", skipped);

	tool_print_json(object);
}

static int verdict(const struct doctor *doctor)
{
	if (doctor->absent)
		return EXIT_NO_MODULE;
	return doctor->count[DOCTOR_PROBLEM] ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_doctor(int argc, char **argv)
{
	struct doctor doctor = { 0 };
	json_t *skipped;

	if (argc > 1)
		return tool_fail(EXIT_USAGE, NULL, "see 'tcpward --help'",
				 "doctor takes no argument: '%s'", argv[1]);
	doctor.findings = json_array();
	doctor_learn(&doctor);
	skipped = run_checks(&doctor);
	if (tool.format == OUTPUT_TEXT)
		print_text(&doctor, skipped);
	else
		print_json(&doctor, skipped);
	json_decref(skipped);
	json_decref(doctor.findings);
	json_decref(doctor.rules);
	nl_end(doctor.client);
	return verdict(&doctor);
}
