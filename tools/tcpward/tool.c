// SPDX-License-Identifier: GPL-2.0
/*
 * What all commands share: errors, notes, JSON output, "did you mean". Never
 * ends the program: exit codes travel up to main().
 */
#define _GNU_SOURCE
#include "tool.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct tool_options tool = {
	.columns = 80,
};

void tool_print_json(json_t *object)
{
	bool lines = tool.format == OUTPUT_JSON_LINES;

	json_dumpf(object, stdout, lines ? JSON_COMPACT : JSON_INDENT(2));
	putchar('\n');
	if (lines)
		fflush(stdout);
	json_decref(object);
}

json_t *tool_json_text(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();
	char *copy, *at;

	if (string)
		return string;
	copy = strdup(text);
	for (at = copy; at && *at; at++)
		if (*at & 0x80)
			*at = '?';
	string = json_string(copy ? copy : "out of memory");
	free(copy);
	return string;
}

static void print_error_json(const char *what, const char *why,
			     const char *fix)
{
	tool_print_json(json_pack("{s:i, s:{s:o, s:o, s:o}}",
				  "schema_version", TOOL_SCHEMA_VERSION,
				  "error", "what", tool_json_text(what),
				  "why", tool_json_text(why),
				  "fix", tool_json_text(fix)));
}

int tool_fail(enum exit_code code, const char *why, const char *fix,
	      const char *what, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, what);
	if (vasprintf(&text, what, args) < 0)
		text = NULL;
	va_end(args);

	fflush(stdout);
	if (tool.format != OUTPUT_TEXT) {
		print_error_json(text ? text : what, why, fix);
	} else {
		fprintf(stderr, "tcpward: %s%s%s\n", text ? text : what,
			why ? ": " : "", why ? why : "");
		if (fix)
			fprintf(stderr, "  hint: %s\n", fix);
	}
	free(text);
	return code;
}

void tool_note(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("tcpward: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

#define NEAREST_MAX 40

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Edits (insert, delete, replace, swap neighbours) that lead from a to b. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[3][NEAREST_MAX + 1], i, j, cost;
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > NEAREST_MAX || b_len > NEAREST_MAX)
		return NEAREST_MAX;
	for (j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		unsigned int *now = row[i % 3], *last = row[(i + 2) % 3];

		now[0] = i;
		for (j = 1; j <= b_len; j++) {
			cost = a[i - 1] != b[j - 1];
			now[j] = min3(last[j] + 1, now[j - 1] + 1,
				      last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = min3(now[j], now[j],
					      row[(i + 1) % 3][j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

const char *tool_nearest(const char *word, const char *const *names)
{
	unsigned int best = 1 + strlen(word) / 3, d;
	const char *nearest = NULL;

	for (; *names; names++) {
		d = distance(word, *names);
		/* A beginning counts as near: "stat", "est". */
		if (d > 1 && strlen(word) > 1 &&
		    !strncmp(word, *names, strlen(word)))
			d = 1;
		if (d < best || (d == best && !nearest)) {
			best = d;
			nearest = *names;
		}
	}
	return nearest;
}
