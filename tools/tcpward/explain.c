// SPDX-License-Identifier: GPL-2.0
/* tcpward explain: what a reason or a rule means. Needs no module. */
#include "explain.h"
#include "format.h"
#include "tool.h"

#include "core/core.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Whether "R74, R75, R77" holds @rule, in either case. */
static bool has_rule(const char *rules, const char *rule)
{
	size_t len = strlen(rule);

	for (; *rules; rules += strspn(rules, ", ")) {
		size_t own = strcspn(rules, ", ");

		if (own == len && !strncasecmp(rules, rule, len))
			return true;
		rules += own;
	}
	return false;
}

static json_t *json_explanation(enum tcpward_reason r)
{
	const struct tcpw_reason *reason = &tcpw_reasons[r];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
			 "name", reason->name, "class",
			 class_text(reason->class), "rule", reason->rule,
			 "source", reason->source, "seen", reason->seen,
			 "innocent", reason->innocent,
			 "todo", explain_advice[r]);
}

/* @text in lines that fit, the first one behind a label. */
static void print_wrapped(const char *label, const char *text)
{
	int width = (tool.columns < 100 ? tool.columns : 100) - 12;
	size_t len, fit;

	while (*text) {
		len = strlen(text);
		fit = len;
		if (width > 20 && len > (size_t)width) {
			for (fit = width; fit && text[fit] != ' '; fit--)
				;
			fit = fit ? fit : (size_t)width;
		}
		printf("  %-9s %.*s\n", label, (int)fit, text);
		label = "";
		text += fit;
		text += strspn(text, " ");
	}
}

static void print_explanation(enum tcpward_reason r)
{
	static const char *const meaning[] = {
		[TCPWARD_REASON_CLASS_NONE] = "",
		[TCPWARD_REASON_CLASS_DROP] = "the segment is dropped",
		[TCPWARD_REASON_CLASS_QUIET] =
			"the segment is forwarded, but nothing is learned "
			"from it",
		[TCPWARD_REASON_CLASS_FLAG] =
			"the segment is forwarded and reported",
	};
	const struct tcpw_reason *reason = &tcpw_reasons[r];

	printf("%s%s%s\n", paint(PAINT_BOLD), reason->name, paint_end());
	print_wrapped("verdict", meaning[reason->class]);
	print_wrapped("seen", reason->seen);
	printf("  %-9s %s; rule %s\n", "source", reason->source,
	       reason->rule);
	print_wrapped("innocent", reason->innocent);
	print_wrapped("do", explain_advice[r]);
}

static void print_line(enum tcpward_reason r)
{
	const struct tcpw_reason *reason = &tcpw_reasons[r];

	printf("%-22s %-5s  %-14s %s\n", reason->name,
	       class_text(reason->class), reason->rule, reason->source);
}

static bool wanted(enum tcpward_reason r, const char *word)
{
	return !word || !strcmp(tcpw_reasons[r].name, word) ||
	       has_rule(tcpw_reasons[r].rule, word);
}

static int unknown(const char *word)
{
	const char *names[TCPWARD_REASON_MAX + 1], *nearest;
	char hint[128];

	for (int r = 1; r <= TCPWARD_REASON_MAX; r++)
		names[r - 1] = tcpw_reasons[r].name;
	names[TCPWARD_REASON_MAX] = NULL;
	if (toupper((unsigned char)word[0]) == 'R' &&
	    isdigit((unsigned char)word[1]))
		return tool_fail(EXIT_USAGE, NULL, "'tcpward explain' lists "
				 "all", "no reason stands for rule '%s'",
				 word);
	nearest = tool_nearest(word, names);
	if (nearest)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest);
	return tool_fail(EXIT_USAGE, NULL,
			 nearest ? hint : "'tcpward explain' lists all",
			 "unknown reason '%s'", word);
}

static void print_one(enum tcpward_reason r, const char *word)
{
	if (tool.format == OUTPUT_JSON) {
		json_array_add(json_explanation(r));
	} else if (tool.format == OUTPUT_JSON_LINES) {
		json_line(json_explanation(r), "reason");
	} else if (word) {
		print_explanation(r);
	} else {
		print_line(r);
	}
}

int cmd_explain(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	int found = 0;

	if (argc > 2)
		return tool_fail(EXIT_USAGE, NULL, NULL,
				 "explain takes one reason or rule");
	for (int r = 1; r <= TCPWARD_REASON_MAX; r++)
		found += wanted(r, word);
	if (!found)
		return unknown(word);
	if (tool.format == OUTPUT_JSON)
		json_array_begin("reasons");
	for (int r = 1, n = 0; r <= TCPWARD_REASON_MAX; r++) {
		if (!wanted(r, word))
			continue;
		if (n++ && word && tool.format == OUTPUT_TEXT)
			putchar('\n');
		print_one(r, word);
	}
	if (tool.format == OUTPUT_JSON)
		json_array_end(NULL);
	return EXIT_DONE;
}
