// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: the bytes are a scenario file. What is accepted prints back to
 * the same scenario, builds packets that say what it says, and plays; a
 * refusal names file, line and word.
 */
#define _GNU_SOURCE
#include "fuzz.h"
#include "hear.h"
#include "seg_print.h"

#include <ctype.h>
#include <string.h>

#define NAME "x.seg"
#define TEXT_MAX 2048

static bool read_text(struct script *script, const char *text, size_t size)
{
	FILE *stream = fmemopen((void *)text, size, "r");
	bool ok;

	must(stream, "a file in memory");
	ok = script_read_stream(script, NAME, stream);
	fclose(stream);
	return ok;
}

/* --- refusals ----------------------------------------------------------- */

/* Line @number of @text, as far as a reader of lines sees it. */
static char *line_of(const char *text, size_t size, unsigned long number)
{
	const char *end = text + size, *stop;

	for (; number > 1; number--) {
		text = memchr(text, '\n', end - text);
		must(text, "the line exists");
		text++;
	}
	stop = memchr(text, '\n', end - text);
	return strndup(text, (stop ? stop : end) - text);
}

/* "...: 'WORD'" with a WORD that stands in @line. */
static bool names_word(char *what, const char *line)
{
	size_t len = strlen(what);
	char *at = what;

	if (len < 2 || what[len - 1] != '\n' || what[len - 2] != '\'')
		return false;
	what[len - 2] = '\0';
	while ((at = strstr(at, ": '"))) {
		at += strlen(": '");
		if (strstr(line, at))
			return true;
	}
	return false;
}

static void check_refusal(const char *said, const char *text, size_t size)
{
	char *copy = strdup(said), *what, *line;
	unsigned long number;

	must(!strncmp(copy, NAME ": ", strlen(NAME ": ")) ||
	     !strncmp(copy, NAME ":", strlen(NAME ":")), "names the file");
	if (strcmp(copy, NAME ": no case in it\n")) {
		number = strtoul(copy + strlen(NAME ":"), &what, 10);
		must(number && what[0] == ':', "a refusal names the line");
		line = line_of(text, size, number);
		must(names_word(what, line), "a refusal names the word");
		free(line);
	}
	free(copy);
}

/* --- packets ------------------------------------------------------------ */

static bool is_plain(const struct segment *seg)
{
	return !seg->raw_len && !seg->offset.given && !seg->cut.given &&
	       !seg->snap.given;
}

static void check_options(const struct segment *seg,
			  const struct tcpw_seg *read)
{
	must(seg->mss.given == !!(read->options & TCPW_OPT_MSS) &&
	     (!seg->mss.given || seg->mss.value == read->mss), "mss");
	must(seg->ws.given == !!(read->options & TCPW_OPT_WS) &&
	     (!seg->ws.given || seg->ws.value == read->ws), "ws");
	must(seg->sack_ok == !!(read->options & TCPW_OPT_SACK_OK), "sackok");
	must(seg->tsval.given == !!(read->options & TCPW_OPT_TS) &&
	     (!seg->tsval.given || (seg->tsval.value == read->tsval &&
				    seg->tsecr.value == read->tsecr)), "ts");
	must(seg->sacks == read->sacks &&
	     !memcmp(seg->sack, read->sack, 8 * seg->sacks), "sack");
}

/* The bytes say what the scenario says, by the core's own parser. */
static void check_packet(const struct segment *seg)
{
	struct packet packet = {
		.src = { .len = 4, .port = 1 },
		.dst = { .len = 4, .port = 2 },
	};
	struct tcpw_seg read;

	packet_build(seg, &packet);
	must(packet.avail <= sizeof(packet.tcp), "a header fits");
	tcpw_seg_parse(&read, packet.tcp, packet.avail, packet.total);
	if (!is_plain(seg))
		return;
	must(packet_sum_right(&packet) == !seg->bad_sum, "checksum");
	if (read.bad)
		return;
	must(read.flags == seg->flags, "flags");
	must(read.seq == seg->seq.value && read.ack == seg->ack.value,
	     "numbers");
	must(read.len == seg->len, "length");
	must(read.window == (uint16_t)seg->window.value &&
	     read.urgent == (uint16_t)seg->urgent.value, "window, urgent");
	check_options(seg, &read);
}

static void check_packets(const struct script *script)
{
	const struct test_case *test = script->cases;
	size_t i;

	for (; test < script->cases + script->count; test++)
		for (i = 0; i < test->steps.count; i++)
			if (test->steps.list[i].kind == STEP_SEGMENT)
				check_packet(&test->steps.list[i].segment);
}

/* --- what is accepted --------------------------------------------------- */

static char *printed(const struct script *script)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	seg_print(file, script);
	fclose(file);
	return text;
}

/* The results without the lines for people, which quote the file. */
static char *played(const struct script *script)
{
	struct play_options how = { .backend = &backend_core };
	struct heard heard;
	char *results, *to;
	const char *from;
	size_t i, len;

	play_config_default(&how.config);
	hear_begin();
	for (i = 0; i < script->count; i++)
		play_case(&script->cases[i], i + 1, &how);
	heard = hear_end();
	must(!*heard.err, "playing is silent on stderr");
	to = results = malloc(strlen(heard.out) + 1);
	for (from = heard.out; *from; from += len) {
		len = strcspn(from, "\n") + 1;
		if (*from != '#')
			to = mempcpy(to, from, len);
	}
	*to = '\0';
	return results;
}

static void check_prints_back(const struct script *script)
{
	char *text = printed(script), *again, *one, *two;
	struct script copy = { 0 };
	struct heard heard;
	bool ok;

	hear_begin();
	ok = read_text(&copy, text, strlen(text));
	heard = hear_end();
	must(ok && !*heard.err, "what is printed is accepted");
	again = printed(&copy);
	must(!strcmp(text, again), "it prints back to the same scenario");
	one = played(script);
	two = played(&copy);
	must(!strcmp(one, two), "it plays the same");
	script_free(&copy);
	free(text);
	free(again);
	free(one);
	free(two);
}

/* Many repetitions find no more than a few, only later. */
static bool repeats_much(const char *text, size_t size)
{
	const char *end = text + size, *at = text, *digit;

	while ((at = memmem(at, end - at, "repeat", 6))) {
		for (digit = at += 6; digit < end && (isspace((unsigned char)
		     *digit) || *digit == '0'); digit++)
			;
		if (end - digit >= 3 && isxdigit((unsigned char)digit[1]) &&
		    isxdigit((unsigned char)digit[2]))
			return true;
		if (digit < end && *digit == 'x')
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = { 0 };
	const char *text = (const char *)data;
	struct heard heard;
	bool ok;

	if (!size || size > TEXT_MAX || repeats_much(text, size))
		return 0;
	hear_begin();
	ok = read_text(&script, text, size);
	heard = hear_end();
	if (ok) {
		must(!*heard.err, "acceptance is silent");
		check_packets(&script);
		check_prints_back(&script);
	} else {
		check_refusal(heard.err, text, size);
	}
	script_free(&script);
	return 0;
}
