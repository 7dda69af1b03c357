// SPDX-License-Identifier: GPL-2.0
/*
 * The notation of segments (RULES 0.5). Owns its grammar; numbers that a
 * segment leaves out are filled in by the player.
 *
 *	[FROM>TO] FLAGS [SEQ[:END]] [ack N] WORDS... [{MARK}]
 *
 * FROM and TO are A or B, with another port as A:81, or an address. Left out,
 * a SYN+ACK is from B and anything else from A. FLAGS are letters: F S R P U,
 * A or . for ACK, E for ECE, C for CWR, N for AE (once called NS); in brackets
 * without ACK: [], [P]. P or U alone imply ACK.
 *
 * Words: w65535 | mss 1460 | ws 7 | sackok | ts VAL/ECHO | ts VAL |
 * sack 1:2,3:4 | tfo | tfo-exp | md5 | ao | kind NUMBER/LENGTH |
 * options 01 01 08 00 | urg N | ackfield N (without the bit) | res 0..7 |
 * badsum | offset WORDS (false data offset) | cut OCTETS (of the datagram) |
 * snap OCTETS (captured) | lo (not from a network)
 *
 * Marks: verdicts out of P, Q, D; then +flag or -flag; then the reason, for
 * PASS that of the flag: {P}, {PQ}, {D stale-syn}, {P+flag}, {P straddles-window}.
 */
#include "segplay.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_TS_LEN 10

static const struct {
	char letter;
	uint16_t bit;
} flag_letters[] = {
	{ 'F', TCPW_FIN }, { 'S', TCPW_SYN }, { 'R', TCPW_RST },
	{ 'P', TCPW_PSH }, { 'A', TCPW_ACK }, { '.', TCPW_ACK },
	{ 'U', TCPW_URG }, { 'E', TCPW_ECE }, { 'C', TCPW_CWR },
	{ 'N', TCPW_AE },
};

/* Words followed by a number. */
static const struct {
	const char *word;
	uint32_t max;
	size_t offset;
} number_words[] = {
	{ "ack", UINT32_MAX, offsetof(struct segment, ack) },
	{ "ackfield", UINT32_MAX, offsetof(struct segment, ack_field) },
	{ "cut", 60, offsetof(struct segment, cut) },
	{ "mss", UINT16_MAX, offsetof(struct segment, mss) },
	{ "offset", 15, offsetof(struct segment, offset) },
	{ "res", 7, offsetof(struct segment, reserved) },
	{ "snap", 60, offsetof(struct segment, snap) },
	{ "urg", UINT16_MAX, offsetof(struct segment, urgent) },
	{ "w", UINT16_MAX, offsetof(struct segment, window) },
	{ "ws", UINT8_MAX, offsetof(struct segment, ws) },
};

/* Words that stand for an option without further fields of interest. */
static const struct {
	const char *word;
	uint8_t len;
	uint8_t start[4];
} option_words[] = {
	{ "ao", 16, { 29, 16 } },
	{ "md5", 18, { 19, 18 } },
	{ "tfo", 10, { 34, 10 } },
	{ "tfo-exp", 12, { 254, 12, 0xf9, 0x89 } },
};

#define table_size(table) (sizeof(table) / sizeof((table)[0]))

static size_t find_number(const char *word)
{
	size_t i = 0;

	while (i < table_size(number_words) &&
	       strcmp(number_words[i].word, word))
		i++;
	return i;
}

static size_t find_option(const char *word)
{
	size_t i = 0;

	while (i < table_size(option_words) &&
	       strcmp(option_words[i].word, word))
		i++;
	return i;
}

static bool end_parse(const char *text, struct end_ref *end, uint8_t side)
{
	uint32_t port;
	int named = side_parse(*text);

	*end = (struct end_ref){ .side = side };
	if (named < 0) {
		end->has_bytes = true;
		return address_parse(text, &end->address, &end->has_port);
	}
	end->side = named;
	if (!text[1])
		return true;
	end->has_port = true;
	if (text[1] != ':' || !number_parse(text + 2, UINT16_MAX, &port))
		return false;
	end->address.port = port;
	return true;
}

/* "A>B": an address in place of a name stands for the other end. */
static bool direction_parse(const struct reader *reader, char *word,
			    struct segment *seg)
{
	char *arrow = strchr(word, '>');
	bool ok;

	*arrow = '\0';
	ok = end_parse(word, &seg->from, SIDE_B) &&
	     end_parse(arrow + 1, &seg->to, !seg->from.side);
	*arrow = '>';
	return ok || reader_fail(reader, word, "not FROM>TO");
}

static bool flags_parse(const struct reader *reader, const char *word,
			struct segment *seg)
{
	size_t len = strlen(word), i, k;

	seg->bare = word[0] == '[' && word[len - 1] == ']';
	for (i = seg->bare; i < len - seg->bare; i++) {
		for (k = 0; k < table_size(flag_letters); k++)
			if (flag_letters[k].letter == word[i])
				break;
		if (k == table_size(flag_letters))
			return reader_fail(reader, word, "not TCP flags");
		seg->flags |= flag_letters[k].bit;
	}
	return true;
}

/* "101:201"; the SYN octet is within the range, the FIN octet behind it. */
static bool range_parse(const struct reader *reader, char *word,
			struct segment *seg)
{
	char *colon = strchr(word, ':');
	uint32_t end;
	bool ok;

	if (colon)
		*colon = '\0';
	seg->seq.given = number_parse(word, UINT32_MAX, &seg->seq.value);
	ok = seg->seq.given;
	if (ok && colon) {
		ok = number_parse(colon + 1, UINT32_MAX, &end);
		seg->len = end - seg->seq.value - !!(seg->flags & TCPW_SYN);
	}
	if (colon)
		*colon = ':';
	if (!ok)
		return reader_fail(reader, word, "not SEQ or SEQ:END");
	if (seg->len > INT32_MAX)
		return reader_fail(reader, word, "range runs backwards");
	return true;
}

static bool ts_parse(char *text, struct segment *seg)
{
	char *slash = strchr(text, '/');

	if (slash) {
		*slash = '\0';
		seg->tsecr.given = true;
		if (!number_parse(slash + 1, UINT32_MAX, &seg->tsecr.value))
			return false;
	}
	seg->tsval.given = true;
	return number_parse(text, UINT32_MAX, &seg->tsval.value);
}

static bool sack_parse(char *text, struct segment *seg)
{
	char *block, *colon;

	for (; (block = strsep(&text, ",")); seg->sacks++) {
		colon = strchr(block, ':');
		if (!colon || seg->sacks == TCPW_SACK_MAX)
			return false;
		*colon = '\0';
		if (!number_parse(block, UINT32_MAX,
				  &seg->sack[2 * seg->sacks]) ||
		    !number_parse(colon + 1, UINT32_MAX,
				  &seg->sack[2 * seg->sacks + 1]))
			return false;
	}
	return true;
}

/* Room for @len further octets of options as they are, or NULL. */
static uint8_t *raw_room(struct segment *seg, size_t len)
{
	uint8_t *room = seg->raw + seg->raw_len;

	if (len > SEGMENT_OPTIONS - (size_t)seg->raw_len)
		return NULL;
	seg->raw_len += len;
	return room;
}

static bool kind_parse(char *text, struct segment *seg)
{
	char *slash = strchr(text, '/');
	uint32_t kind, len;
	uint8_t *room;

	if (!slash)
		return false;
	*slash = '\0';
	if (!number_parse(text, UINT8_MAX, &kind) ||
	    !number_parse(slash + 1, SEGMENT_OPTIONS, &len) || len < 2)
		return false;
	room = raw_room(seg, len);
	if (!room)
		return false;
	room[0] = kind;
	room[1] = len;
	return true;
}

static bool octets_parse(const struct reader *reader, struct words *words,
			 struct segment *seg)
{
	char *word = words->list[words->at];
	uint8_t *room;

	while (word && strlen(word) == 2 && isxdigit((unsigned char)word[0]) &&
	       isxdigit((unsigned char)word[1])) {
		room = raw_room(seg, 1);
		if (!room)
			return reader_fail(reader, word,
					   "more options than fit");
		*room = strtoul(word, NULL, 16);
		word = words->list[++words->at];
	}
	return true;
}

static bool option_parse(const struct reader *reader, const char *word,
			 size_t which, struct segment *seg)
{
	uint8_t *room = raw_room(seg, option_words[which].len);

	if (!room)
		return reader_fail(reader, word, "more options than fit");
	memcpy(room, option_words[which].start,
	       sizeof(option_words[which].start));
	return true;
}

/* The next word, unless it is the mark; or NULL. */
static char *take_value(struct words *words)
{
	char *text = words->list[words->at];

	if (!text || *text == '{')
		return NULL;
	words->at++;
	return text;
}

/* "w65535" or a word and its number. */
static bool try_number(struct words *words, const char *word,
		       struct segment *seg, bool *ok)
{
	size_t which = find_number(word);
	struct number *number;
	const char *text;

	if (which == table_size(number_words)) {
		if (*word != 'w' || !isdigit((unsigned char)word[1]))
			return false;
		which = find_number("w");
		text = word + 1;
	} else {
		text = take_value(words);
	}
	number = (void *)((char *)seg + number_words[which].offset);
	number->given = true;
	*ok = text && number_parse(text, number_words[which].max,
				   &number->value);
	return true;
}

static bool try_text(struct words *words, const char *word,
		     struct segment *seg, bool *ok)
{
	bool (*parse)(char *text, struct segment *seg) =
		!strcmp(word, "ts") ? ts_parse :
		!strcmp(word, "sack") ? sack_parse :
		!strcmp(word, "kind") ? kind_parse : NULL;
	char *text, *copy;

	if (!parse)
		return false;
	text = take_value(words);
	copy = strdup(text ? text : "");	/* messages quote the whole */
	if (!copy)
		abort();
	*ok = text && parse(copy, seg);
	free(copy);
	return true;
}

static bool try_switch(const char *word, struct segment *seg)
{
	bool *set = !strcmp(word, "sackok") ? &seg->sack_ok :
		    !strcmp(word, "badsum") ? &seg->bad_sum :
		    !strcmp(word, "lo") ? &seg->loopback : NULL;

	if (set)
		*set = true;
	return set;
}

static bool word_parse(const struct reader *reader, struct words *words,
		       struct segment *seg)
{
	const char *word = words->list[words->at++];
	size_t which = find_option(word);
	bool ok;

	if (which < table_size(option_words))
		return option_parse(reader, word, which, seg);
	if (!strcmp(word, "options"))
		return octets_parse(reader, words, seg);
	if (try_switch(word, seg))
		return true;
	if (!try_number(words, word, seg, &ok) &&
	    !try_text(words, word, seg, &ok))
		return reader_fail(reader, word, "unknown word");
	if (ok)
		return true;
	if (words->list[words->at - 1] == word)
		return reader_fail(reader, word, "wrong or missing value");
	return reader_fail(reader, words->list[words->at - 1],
			   "not a value of %s", word);
}

static bool reason_parse(const char *name, struct expectation *expect)
{
	int i;

	for (i = 0; i <= TCPWARD_REASON_MAX; i++)
		if (!strcmp(tcpw_reasons[i].name, name)) {
			expect->reason = i;
			return true;
		}
	return false;
}

static bool mark_parse(const struct reader *reader, char *word,
		       struct expectation *expect)
{
	static const char letters[] = "PQD";
	char *at = word + 1;
	size_t len;

	expect->verdicts = 0;
	for (; *at && strchr(letters, *at); at++)
		expect->verdicts |= 1 << (strchr(letters, *at) - letters);
	expect->flag = !strncmp(at, "+flag", 5);
	expect->no_flag = !strncmp(at, "-flag", 5);
	at += 5 * (expect->flag || expect->no_flag);
	at += strspn(at, " ");
	len = strcspn(at, "}");
	if (!expect->verdicts)
		return reader_fail(reader, word, "not a mark");
	if (!len)
		return true;
	at[len] = '\0';
	if (!reason_parse(at, expect))
		return reader_fail(reader, at, "no such reason");
	return true;
}

static size_t options_len(const struct segment *seg)
{
	return 4 * seg->mss.given + 2 * seg->sack_ok +
	       OPTION_TS_LEN * seg->tsval.given + 3 * seg->ws.given +
	       (seg->sacks ? 2 + 8 * seg->sacks : 0) + seg->raw_len;
}

/* The ACK bit that "ack N" or data alone imply. */
static void complete_flags(struct segment *seg)
{
	const uint16_t plain = TCPW_PSH | TCPW_URG | TCPW_ECE | TCPW_CWR |
			       TCPW_AE;

	if (!seg->bare && (seg->ack.given ||
			   (seg->flags && !(seg->flags & ~plain))))
		seg->flags |= TCPW_ACK;
}

bool segment_parse(const struct reader *reader, struct words *words,
		   struct segment *seg)
{
	char *word = words->list[words->at];
	bool directed = strchr(word, '>');

	*seg = (struct segment){
		.expect = { .verdicts = 1 << TCPWARD_VERDICT_PASS,
			    .reason = -1 },
	};
	if (directed) {
		if (!direction_parse(reader, word, seg))
			return false;
		word = words->list[++words->at];
	}
	if (!word)
		return reader_fail(reader, words->list[words->at - 1],
				   "flags must follow");
	words->at++;
	if (!flags_parse(reader, word, seg))
		return false;
	word = words->list[words->at];
	if (word && isdigit((unsigned char)*word)) {
		words->at++;
		if (!range_parse(reader, word, seg))
			return false;
	}
	while ((word = words->list[words->at]) && *word != '{')
		if (!word_parse(reader, words, seg))
			return false;
	if (word) {
		words->at++;
		if (!mark_parse(reader, word, &seg->expect))
			return false;
	}
	complete_flags(seg);
	if (!directed) {
		seg->from.side = (seg->flags & (TCPW_SYN | TCPW_ACK)) ==
				 (TCPW_SYN | TCPW_ACK) ? SIDE_B : SIDE_A;
		seg->to.side = !seg->from.side;
	}
	if (options_len(seg) > SEGMENT_OPTIONS)
		return reader_fail(reader, words->list[0],
				   "more than %d octets of options",
				   SEGMENT_OPTIONS);
	return true;
}
