// SPDX-License-Identifier: GPL-2.0
/*
 * The words of a ladder: segments, notes, durations, summary. Knows nothing
 * of how they are drawn.
 */
#include "ladder_model.h"

#include "core/core.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static const struct {
	uint16_t bit;
	const char *name;
	char letter;
} flag_names[] = {
	{ TCPW_SYN, "SYN", 'S' },
	{ TCPW_FIN, "FIN", 'F' },
	{ TCPW_RST, "RST", 'R' },
	{ TCPW_PSH, "PSH", 'P' },
	{ TCPW_ACK, "ACK", 'A' },
	{ TCPW_URG, "URG", 'U' },
	{ TCPW_ECE, "ECE", 'E' },
	{ TCPW_CWR, "CWR", 'C' },
	{ TCPW_AE, "AE", 'N' },
};

#define FLAG_NAMES (sizeof(flag_names) / sizeof(flag_names[0]))

__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

const char *ladder_flags_text(uint16_t flags, bool brief, char *text,
			      size_t size)
{
	const char *gap = "";
	size_t i;

	text[0] = '\0';
	for (i = 0; i < FLAG_NAMES; i++) {
		if (!(flags & flag_names[i].bit))
			continue;
		if (brief)
			append(text, size, "%c", flag_names[i].letter);
		else
			append(text, size, "%s%s", gap, flag_names[i].name);
		gap = " ";
	}
	if (!text[0])
		append(text, size, "%s", brief ? "-" : "no flags");
	return text;
}

void ladder_number_text(const struct ladder_number *number, char *text,
			size_t size)
{
	static const char *const mark[] = {
		[LADDER_NUMBER_RELATIVE] = "",
		[LADDER_NUMBER_INFERRED] = "~",
		[LADDER_NUMBER_PLAIN] = "#",
	};

	snprintf(text, size, "%s%" PRId64, mark[number->kind], number->value);
}

static void append_offer(const struct model_segment *segment, char *text,
			 size_t size)
{
	append(text, size, " win %u", segment->window);
	if (segment->has_mss)
		append(text, size, " mss %u", segment->mss);
	if (segment->has_window_scale)
		append(text, size, " ws %u", segment->window_scale);
}

static void append_options(const struct model_segment *segment, char *text,
			   size_t size)
{
	unsigned int i;

	if (segment->has_ts)
		append(text, size, " ts %u/%u", segment->tsval,
		       segment->tsecr);
	for (i = 0; i + 1 < segment->sack_edges; i += 2)
		append(text, size, " sack %u:%u", segment->sack[i],
		       segment->sack[i + 1]);
}

void ladder_segment_text(const struct ladder_row *row,
			 enum ladder_length length, char *text, size_t size)
{
	const struct model_segment *segment = row->item->segment;
	bool brief = length > LADDER_FULL;
	char seq[32], ack[32];

	ladder_flags_text(segment->flags, brief, text, size);
	ladder_number_text(&row->seq, seq, sizeof(seq));
	ladder_number_text(&row->ack, ack, sizeof(ack));
	if (length == LADDER_SHORTEST)
		append(text, size, " %s+%u", seq, segment->length_bytes);
	else
		append(text, size, " seq %s", seq);
	if (segment->flags & TCPW_ACK)
		append(text, size, " ack %s", ack);
	if (length != LADDER_SHORTEST && (!brief || segment->length_bytes))
		append(text, size, " len %u", segment->length_bytes);
	if (length <= LADDER_LONG)
		append_offer(segment, text, size);
	else if (!segment->window && !(segment->flags & TCPW_RST))
		append(text, size, " win 0");
	if (length == LADDER_WHOLE)
		append_options(segment, text, size);
	if (segment->retransmission)
		append(text, size, brief ? " retr." : " retransmission");
}

static const char *verdict_words(const struct model_segment *segment)
{
	if (segment->verdict == TCPWARD_VERDICT_QUIET)
		return "quiet";
	return segment->observed ? "would be dropped" : "dropped";
}

static void numbers_text(const struct ladder_row *row, char *text, size_t size)
{
	static const char *const names[] = {
		[TCPWARD_FIELD_SEQ] = "seq",
		[TCPWARD_FIELD_ACK] = "ack",
		[TCPWARD_FIELD_TSVAL] = "TSval",
		[TCPWARD_FIELD_TSECR] = "TSecr",
		[TCPWARD_FIELD_FIN] = "FIN at",
		[TCPWARD_FIELD_COUNT] = "count",
		[TCPWARD_FIELD_LENGTH] = "length",
	};
	enum tcpward_field field = row->item->segment->field;
	char low[32], high[32], seen[32];

	ladder_number_text(&row->low, low, sizeof(low));
	ladder_number_text(&row->high, high, sizeof(high));
	ladder_number_text(&row->seen, seen, sizeof(seen));
	/* Times and counts are what they are: no sign of being absolute. */
	if (field != TCPWARD_FIELD_SEQ && field != TCPWARD_FIELD_ACK &&
	    field != TCPWARD_FIELD_FIN) {
		memmove(low, low + 1, strlen(low));
		memmove(high, high + 1, strlen(high));
		memmove(seen, seen + 1, strlen(seen));
	}
	if (!strcmp(low, high))
		snprintf(text, size, "%s %s, expected %s", names[field], seen,
			 low);
	else
		snprintf(text, size, "%s %s, expected %s to %s", names[field],
			 seen, low, high);
}

bool ladder_note(const struct ladder_row *row, unsigned int index, char *text,
		 size_t size)
{
	const struct model_segment *segment = row->item->segment;
	const struct tcpw_reason *reason;

	if (segment->verdict != TCPWARD_VERDICT_PASS && index-- == 0) {
		reason = &tcpw_reasons[segment->reason];
		snprintf(text, size, "%s: %s (%s)", verdict_words(segment),
			 reason->name, reason->rule);
		return true;
	}
	if (segment->field != TCPWARD_FIELD_NONE && index-- == 0) {
		numbers_text(row, text, size);
		return true;
	}
	if (segment->flag != TCPWARD_REASON_NONE && index-- == 0) {
		reason = &tcpw_reasons[segment->flag];
		snprintf(text, size, "flagged: %s (%s)", reason->name,
			 reason->rule);
		return true;
	}
	return false;
}

static const char *plural(unsigned int count)
{
	return count == 1 ? "" : "s";
}

void ladder_fold_text(const struct ladder_fold *fold, char *text, size_t size)
{
	text[0] = '\0';
	if (fold->data_segments)
		append(text, size, "%u more data segment%s, %" PRIu64 " bytes",
		       fold->data_segments, plural(fold->data_segments),
		       fold->data_bytes);
	if (fold->data_segments && fold->acks)
		append(text, size, ", ");
	if (fold->acks)
		append(text, size, "%u %sACK%s", fold->acks,
		       fold->data_segments ? "" : "more ", plural(fold->acks));
}

void ladder_event_text(const struct ladder_row *row, char *text, size_t size)
{
	static const char *const words[] = {
		[TCPWARD_CONN_EVENT_END] = "record expired",
		[TCPWARD_CONN_EVENT_FORGET] = "record removed on request",
		[TCPWARD_CONN_EVENT_EVICT] = "record removed for a newer one",
		[TCPWARD_CONN_EVENT_RESTORE] = "record restored",
	};
	bool time_wait = row->end[0].changed || row->end[1].changed;

	snprintf(text, size, "%s", time_wait ? "TIME_WAIT over" :
		 words[row->item->transition->event]);
}

void ladder_time_wait_text(const struct ladder_row *row, char *text,
			   size_t size)
{
	snprintf(text, size, "TIME_WAIT of the %s: %" PRIu64 ".%u s left",
		 row->side ? "server" : "client", row->left_ms / 1000,
		 (unsigned int)(row->left_ms % 1000 / 100));
}

void ladder_duration_text(uint64_t us, char *text, size_t size)
{
	uint64_t s = us / 1000000;

	if (us < 1000)
		snprintf(text, size, "%" PRIu64 "us", us);
	else if (us < 100000)
		snprintf(text, size, "%.1fms", us / 1e3);
	else if (us < 1000000)
		snprintf(text, size, "%.0fms", us / 1e3);
	else if (s < 100)
		snprintf(text, size, "%.2fs", us / 1e6);
	else if (s < 3600)
		snprintf(text, size, "%" PRIu64 "m%02us", s / 60,
			 (unsigned int)(s % 60));
	else
		snprintf(text, size, "%" PRIu64 "h%02um", s / 3600,
			 (unsigned int)(s % 3600 / 60));
}

/* --- the whole ---------------------------------------------------------- */

struct tally {
	unsigned int segments;
	uint64_t bytes;
	unsigned int dropped;
	unsigned int quiet;
	unsigned int flagged;
	unsigned int retransmissions;
	uint64_t first_us;
	uint64_t last_us;
};

static struct tally count(const struct ladder *ladder)
{
	struct tally tally = { .segments = 0 };
	size_t i;

	for (i = 0; i < ladder->items; i++) {
		const struct model_segment *segment = ladder->item[i].segment;

		if (ladder->item[i].kind != LADDER_SEGMENT)
			continue;
		if (!tally.segments++)
			tally.first_us = segment->time_us;
		if (segment->time_us > tally.last_us)
			tally.last_us = segment->time_us;
		tally.bytes += segment->length_bytes;
		tally.dropped += segment->verdict == TCPWARD_VERDICT_DROP;
		tally.quiet += segment->verdict == TCPWARD_VERDICT_QUIET;
		tally.flagged += segment->flag != TCPWARD_REASON_NONE;
		tally.retransmissions += segment->retransmission;
	}
	return tally;
}

static void summary_text(const struct ladder *ladder, char *text, size_t size)
{
	struct tally tally = count(ladder);
	char duration[32];

	ladder_duration_text(tally.last_us - tally.first_us, duration,
			     sizeof(duration));
	snprintf(text, size, "%u segment%s, %" PRIu64 " bytes in %s;"
		 " %u dropped, %u quiet", tally.segments,
		 plural(tally.segments), tally.bytes, duration, tally.dropped,
		 tally.quiet);
	if (tally.flagged)
		append(text, size, ", %u flagged", tally.flagged);
	if (tally.retransmissions)
		append(text, size, ", %u retransmission%s",
		       tally.retransmissions, plural(tally.retransmissions));
}

static bool met(const struct ladder *ladder, enum tcpward_reason reason)
{
	size_t i;

	for (i = 0; i < ladder->items; i++) {
		const struct model_segment *segment = ladder->item[i].segment;

		if (ladder->item[i].kind == LADDER_SEGMENT &&
		    (segment->reason == reason || segment->flag == reason))
			return true;
	}
	return false;
}

bool ladder_foot(const struct ladder *ladder, const struct ladder_rows *rows,
		 unsigned int index, char *text, size_t size)
{
	unsigned int reason;

	if (index-- == 0) {
		summary_text(ladder, text, size);
		return true;
	}
	if (rows->inferred && index-- == 0) {
		snprintf(text, size, "~ inferred: not shown by a segment of"
			 " that end itself");
		return true;
	}
	if (rows->plain && index-- == 0) {
		snprintf(text, size, "# as on the wire: the first number of"
			 " that end is not known");
		return true;
	}
	for (reason = 1; reason <= TCPWARD_REASON_MAX; reason++) {
		const struct tcpw_reason *r = &tcpw_reasons[reason];

		if (!met(ladder, reason) || index-- > 0)
			continue;
		snprintf(text, size, "%s (%s, %s): %s", r->name, r->rule,
			 r->source, r->seen);
		return true;
	}
	return false;
}
