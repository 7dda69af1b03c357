// SPDX-License-Identifier: GPL-2.0
/*
 * Reads scenario files into cases. Owns lines, comments, cases, macros, the
 * clock and repetition; what a step means stands in steps.c.
 *
 *	# comment
 *	set msl=30s			before the first case: for all cases
 *	case NAME			fresh table, clock and numbers
 *	set KEY=VALUE ...
 *	addr A=IP:PORT B=IP:PORT
 *	A>B S 100 {P}; B>A SA 300 ack 101
 *	HS				or HS7: RULES 0.5
 *	+3s				advances the clock; 3s: likewise
 *	+3s A>B . 101 ack 301		before the segment
 *	repeat 200: +60s A>B . 101 ack 301; B>A . 301 ack 101
 *	state A=ESTABLISHED B=CLOSE_WAIT
 *	record gone			or present
 *	timewait A 60s			the rest of A's TIME-WAIT
 *	client A			who opened
 *	exact-clock			the case turns on milliseconds: a backend
 *					with a real clock skips it
 *	whole-second			advances the clock to a full second
 */
#include "segplay.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knob_text.h"

#define MAX_REPEAT 100000

static const struct {
	const char *name;
	const char *steps[3];
} macros[] = {
	{ "HS", {
		"A>B S 100 w65535",
		"B>A SA 300 ack 101 w65535",
		"A>B . 101 ack 301 w65535",
	} },
	{ "HS7", {
		"A>B S 100 w65535 ws 7 sackok ts 1000/0",
		"B>A SA 300 ack 101 w65535 ws 7 sackok ts 2000/1000",
		"A>B . 101 ack 301 w65535 ts 1001/2000",
	} },
};

/* What is read at present. */
struct state {
	struct reader reader;
	struct script *script;
	struct steps defaults;	/* what stands before the first case */
	bool in_case;
};

bool reader_fail(const struct reader *reader, const char *word,
		 const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", reader->file, reader->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": '%s'\n", word);
	return false;
}

static void *grown(void *list, size_t count, size_t size)
{
	if (count & (count - 1))
		return list;
	list = realloc(list, (count ? 2 * count : 1) * size);
	if (!list)
		abort();
	return list;
}

static char *copied(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

static void add_step(struct steps *steps, const struct step *step)
{
	steps->list = grown(steps->list, steps->count, sizeof(*step));
	steps->list[steps->count++] = *step;
}

static void free_steps(struct steps *steps)
{
	size_t i;

	for (i = 0; i < steps->count; i++)
		free(steps->list[i].text);
	free(steps->list);
}

static void add_case(struct state *st, const char *name)
{
	struct script *script = st->script;
	struct test_case *test;
	size_t i;

	script->cases = grown(script->cases, script->count, sizeof(*test));
	test = &script->cases[script->count++];
	*test = (struct test_case){ .name = copied(name) };
	for (i = 0; i < st->defaults.count; i++) {
		add_step(&test->steps, &st->defaults.list[i]);
		test->steps.list[i].text = copied(st->defaults.list[i].text);
	}
	st->in_case = true;
}

static char *trimmed(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/* Cut @text into words, which point into it. */
static bool split_words(struct state *st, char *text, struct words *words)
{
	char *end;

	words->count = words->at = 0;
	for (;; text = end) {
		text += strspn(text, " \t");
		if (!*text)
			break;
		if (words->count == MAX_WORDS)
			return reader_fail(&st->reader, text, "too many words");
		if (*text == '{') {
			end = strchr(text, '}');
			if (!end)
				return reader_fail(&st->reader, text,
						   "mark without end");
			end++;
		} else {
			end = text + strcspn(text, " \t{");
		}
		words->list[words->count++] = strndup(text, end - text);
	}
	words->list[words->count] = NULL;
	return true;
}

static void free_words(struct words *words)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		free(words->list[i]);
}

/* Leading "+3s" or "3s:". */
static bool take_time(struct state *st, struct words *words, uint64_t *wait_ms)
{
	const char *word = words->list[words->at];
	size_t len = strlen(word);
	uint64_t ms;
	char *time;
	int err;

	if (*word != '+' &&
	    !(isdigit((unsigned char)*word) && word[len - 1] == ':'))
		return true;
	time = copied(word + (*word == '+'));
	if (word[len - 1] == ':')
		time[strlen(time) - 1] = '\0';
	err = knob_parse_time(time, &ms);
	free(time);
	if (err)
		return reader_fail(&st->reader, word, "not a time");
	*wait_ms += ms;
	words->at++;
	return true;
}

static bool fail_before_cases(struct state *st, const char *text)
{
	return reader_fail(&st->reader, text,
			   "only set and addr may stand before a case");
}

static bool read_step(struct state *st, const char *text, uint64_t wait_ms);

static bool read_macro(struct state *st, size_t which, struct words *words,
		       uint64_t wait_ms)
{
	size_t i;

	if (words->list[words->at])
		return reader_fail(&st->reader, words->list[words->at],
				   "%s takes nothing", macros[which].name);
	if (!st->in_case)
		return fail_before_cases(st, macros[which].name);
	for (i = 0; i < 3; i++)
		if (!read_step(st, macros[which].steps[i], i ? 0 : wait_ms))
			return false;
	return true;
}

static bool may_stand_before_cases(const struct step *step)
{
	return step->kind == STEP_SET || step->kind == STEP_ADDR;
}

static bool read_words(struct state *st, const char *text,
		       struct words *words, uint64_t wait_ms)
{
	struct step step = {
		.kind = STEP_WAIT,
		.file = st->reader.file,
		.line = st->reader.line,
	};
	size_t i;

	if (!take_time(st, words, &wait_ms))
		return false;
	step.wait_ms = wait_ms;
	if (words->at < words->count) {
		for (i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
			if (!strcmp(words->list[words->at], macros[i].name)) {
				words->at++;
				return read_macro(st, i, words, wait_ms);
			}
		if (!step_parse(&st->reader, words, &step))
			return false;
	}
	if (words->at < words->count)
		return reader_fail(&st->reader, words->list[words->at],
				   "unexpected word");
	if (!st->in_case && !may_stand_before_cases(&step))
		return fail_before_cases(st, text);
	step.text = copied(text);
	add_step(st->in_case ?
		 &st->script->cases[st->script->count - 1].steps :
		 &st->defaults, &step);
	return true;
}

static bool read_step(struct state *st, const char *text, uint64_t wait_ms)
{
	char *copy = copied(text);
	struct words words;
	bool ok;

	ok = split_words(st, copy, &words);
	if (ok && words.count)
		ok = read_words(st, text, &words, wait_ms);
	free_words(&words);
	free(copy);
	return ok;
}

static bool read_steps(struct state *st, char *line)
{
	char *step;

	while ((step = strsep(&line, ";")))
		if (!read_step(st, trimmed(step), 0))
			return false;
	return true;
}

/* repeat N: STEP; STEP */
static bool read_repeated(struct state *st, char *line)
{
	char *colon = strchr(line, ':');
	uint32_t times;
	char *copy;
	bool ok = true;

	if (!colon)
		return reader_fail(&st->reader, line, "repeat N: STEPS");
	*colon = '\0';
	line = trimmed(line);
	if (!number_parse(line, MAX_REPEAT, &times))
		return reader_fail(&st->reader, line, "not a count");
	while (ok && times--) {
		copy = copied(colon + 1);
		ok = read_steps(st, copy);
		free(copy);
	}
	return ok;
}

/* What stands behind @keyword and a space, or NULL. */
static char *after_keyword(char *line, const char *keyword)
{
	size_t len = strlen(keyword);

	if (strncmp(line, keyword, len) ||
	    (line[len] && !isspace((unsigned char)line[len])))
		return NULL;
	return trimmed(line + len);
}

static void strip_comment(char *line)
{
	char *mark = line;

	while ((mark = strchr(mark, '#'))) {
		if (mark == line || isspace((unsigned char)mark[-1])) {
			*mark = '\0';
			return;
		}
		mark++;
	}
}

static bool read_line(struct state *st, char *line)
{
	char *rest;

	strip_comment(line);
	line = trimmed(line);
	rest = after_keyword(line, "case");
	if (rest) {
		if (!*rest)
			return reader_fail(&st->reader, line,
					   "a case needs a name");
		add_case(st, rest);
		return true;
	}
	rest = after_keyword(line, "repeat");
	return rest ? read_repeated(st, rest) : read_steps(st, line);
}

bool script_read_stream(struct script *script, const char *file, FILE *stream)
{
	struct state st = { .reader.file = file, .script = script };
	size_t before = script->count, size = 0;
	char *line = NULL;
	bool ok = true;
	ssize_t len;

	while (ok && (len = getline(&line, &size, stream)) >= 0) {
		st.reader.line++;
		ok = strlen(line) == (size_t)len ?
		     read_line(&st, line) :
		     reader_fail(&st.reader, trimmed(line),
				 "a NUL octet behind");
	}
	if (ok && ferror(stream)) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		ok = false;
	} else if (ok && script->count == before) {
		fprintf(stderr, "%s: no case in it\n", file);
		ok = false;
	}
	free(line);
	free_steps(&st.defaults);
	return ok;
}

bool script_read(struct script *script, const char *file)
{
	FILE *stream = fopen(file, "r");
	bool ok;

	if (!stream) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		return false;
	}
	ok = script_read_stream(script, file, stream);
	fclose(stream);
	return ok;
}

void script_free(struct script *script)
{
	size_t i;

	for (i = 0; i < script->count; i++) {
		free_steps(&script->cases[i].steps);
		free(script->cases[i].name);
	}
	free(script->cases);
}
