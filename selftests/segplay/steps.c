// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a case other than segments: settings, addresses, checks. Owns
 * their grammar; never plays anything.
 */
#include "segplay.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knob_text.h"

bool number_parse(const char *text, uint32_t max, uint32_t *value)
{
	unsigned long long wide;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	/* A leading zero means nothing. */
	wide = strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	if (*end || wide > max)
		return false;
	*value = wide;
	return true;
}

int side_parse(char letter)
{
	return letter == 'A' ? SIDE_A : letter == 'B' ? SIDE_B : -1;
}

bool address_parse(const char *text, struct address *address, bool *has_port)
{
	const char *end, *start = text + (*text == '[');
	bool v6 = *text == '[';
	uint32_t port = 0;
	char host[64];
	size_t len;

	end = strchr(start, v6 ? ']' : ':');
	if (v6 && !end)
		return false;
	len = end ? (size_t)(end - start) : strlen(start);
	if (len >= sizeof(host))
		return false;
	memcpy(host, start, len);
	host[len] = '\0';
	*address = (struct address){ .len = v6 ? 16 : 4 };
	if (inet_pton(v6 ? AF_INET6 : AF_INET, host, address->bytes) != 1)
		return false;
	end = end ? end + v6 : start + len;
	*has_port = *end == ':';
	if (*has_port && !number_parse(end + 1, UINT16_MAX, &port))
		return false;
	address->port = port;
	return *has_port || !*end;
}

/* The next word, or NULL after a message. */
static char *next_word(const struct reader *reader, struct words *words,
		       const char *wanted)
{
	char *word = words->list[words->at];

	if (!word) {
		reader_fail(reader, words->list[words->at - 1],
			    "%s must follow", wanted);
		return NULL;
	}
	words->at++;
	return word;
}

static bool set_parse(const struct reader *reader, struct words *words,
		      struct step *step)
{
	char error[256];
	char *word;

	do {
		word = next_word(reader, words, "KEY=VALUE");
		if (!word)
			return false;
		if (knob_assign(&step->set.cfg, word, error, sizeof(error)))
			return reader_fail(reader, word, "%s", error);
		step->set.given[knob_find(word, strcspn(word, "=")) -
				tcpw_knobs] = true;
	} while (words->list[words->at]);
	return true;
}

/* "A=REST" or "B=REST". */
static char *assignment(const struct reader *reader, char *word, int *side)
{
	*side = side_parse(*word);
	if (*side < 0 || word[1] != '=') {
		reader_fail(reader, word, "A=... or B=... is wanted");
		return NULL;
	}
	return word + 2;
}

static bool addr_parse(const struct reader *reader, struct words *words,
		       struct step *step)
{
	bool has_port;
	char *word, *rest;
	int side;

	do {
		word = next_word(reader, words, "A=IP:PORT or B=IP:PORT");
		rest = word ? assignment(reader, word, &side) : NULL;
		if (!rest)
			return false;
		if (!address_parse(rest, &step->addr.address[side],
				   &has_port) || !has_port)
			return reader_fail(reader, word, "not IP:PORT");
		step->addr.given[side] = true;
	} while (words->list[words->at]);
	return true;
}

static int state_parse(const char *text)
{
	char name[32];
	size_t i;

	for (i = 0; text[i] && i < sizeof(name) - 1; i++)
		name[i] = text[i] == '-' ? '_' : text[i];
	name[i] = '\0';
	for (i = TCPWARD_STATE_LISTEN + 1; i <= TCPWARD_STATE_MAX; i++)
		if (!strcmp(name, tcpw_state_name(i)))
			return i;
	return -1;
}

static bool states_parse(const struct reader *reader, struct words *words,
			 struct step *step)
{
	int side, state;
	char *word, *rest;

	do {
		word = next_word(reader, words, "A=STATE or B=STATE");
		rest = word ? assignment(reader, word, &side) : NULL;
		if (!rest)
			return false;
		state = state_parse(rest);
		if (state < 0)
			return reader_fail(reader, word, "not a state");
		step->state.state[side] = state;
		step->state.given[side] = true;
	} while (words->list[words->at]);
	return true;
}

static bool record_parse(const struct reader *reader, struct words *words,
			 struct step *step)
{
	char *word = next_word(reader, words, "gone or present");

	if (!word)
		return false;
	step->present = !strcmp(word, "present");
	if (!step->present && strcmp(word, "gone"))
		return reader_fail(reader, word, "gone or present is wanted");
	return true;
}

/* "A" or "B". */
static bool side_word(const struct reader *reader, struct words *words,
		      uint8_t *side)
{
	char *word = next_word(reader, words, "A or B");

	if (!word)
		return false;
	if (side_parse(*word) < 0 || word[1])
		return reader_fail(reader, word, "A or B is wanted");
	*side = side_parse(*word);
	return true;
}

static bool timewait_parse(const struct reader *reader, struct words *words,
			   struct step *step)
{
	char *word;

	if (!side_word(reader, words, &step->timewait.side))
		return false;
	word = next_word(reader, words, "a time");
	if (!word)
		return false;
	if (knob_parse_time(word, &step->timewait.left_ms))
		return reader_fail(reader, word, "not a time");
	return true;
}

static bool client_parse(const struct reader *reader, struct words *words,
			 struct step *step)
{
	return side_word(reader, words, &step->client);
}

/* A word by itself. */
static bool nothing_parse(const struct reader *reader, struct words *words,
			  struct step *step)
{
	return true;
}

static bool segment_step_parse(const struct reader *reader,
			       struct words *words, struct step *step)
{
	return segment_parse(reader, words, &step->segment);
}

static const struct {
	const char *word;
	enum step_kind kind;
	bool (*parse)(const struct reader *reader, struct words *words,
		      struct step *step);
} kinds[] = {
	{ "set", STEP_SET, set_parse },
	{ "addr", STEP_ADDR, addr_parse },
	{ "state", STEP_STATE, states_parse },
	{ "record", STEP_RECORD, record_parse },
	{ "timewait", STEP_TIMEWAIT, timewait_parse },
	{ "client", STEP_CLIENT, client_parse },
	{ "exact-clock", STEP_EXACT_CLOCK, nothing_parse },
	{ "whole-second", STEP_WHOLE_SECOND, nothing_parse },
	{ NULL, STEP_SEGMENT, segment_step_parse },
};

bool step_parse(const struct reader *reader, struct words *words,
		struct step *step)
{
	size_t i = 0;

	while (kinds[i].word && strcmp(kinds[i].word, words->list[words->at]))
		i++;
	if (kinds[i].word)
		words->at++;
	step->kind = kinds[i].kind;
	return kinds[i].parse(reader, words, step);
}
