/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ladder's parts owe each other: the collected items (ladder.c), the
 * rows made of them (ladder_rows.c), the words of a row (ladder_words.c). The
 * renderers (ladder_text.c, ladder_svg.c) decide nothing but how it looks.
 */
#ifndef TCPWARD_LADDER_MODEL_H
#define TCPWARD_LADDER_MODEL_H

#include "ladder.h"

#include <stddef.h>

enum ladder_item_kind {
	LADDER_SEGMENT,
	LADDER_TRANSITION,
	LADDER_PHASE,
};

struct ladder_item {
	enum ladder_item_kind kind;
	uint64_t time_us;
	union {
		struct model_segment *segment;
		struct model_transition *transition;
		char *phase;
		void *data;	/* each of them: to be freed */
	};
};

struct ladder {
	struct ladder_item *item;
	size_t items;
	size_t room;
	uint64_t time_wait_left_ms;
};

enum ladder_number_kind {
	LADDER_NUMBER_RELATIVE,	/* to the ISS of its side */
	LADDER_NUMBER_INFERRED,	/* to the first number seen, ISS unknown */
	LADDER_NUMBER_PLAIN,	/* as on the wire */
};

struct ladder_number {
	enum ladder_number_kind kind;
	int64_t value;
};

/* State of one end at a row. */
struct ladder_end {
	enum tcpward_state state;	/* LISTEN stands as CLOSED */
	bool changed;			/* entered at this row */
	bool inferred;			/* changed, but not by a segment of
					 * this end */
};

enum ladder_row_kind {
	LADDER_ROW_START,	/* states before the first segment */
	LADDER_ROW_SEGMENT,
	LADDER_ROW_FOLD,
	LADDER_ROW_GAP,		/* a long time in which nothing came */
	LADDER_ROW_PHASE,
	LADDER_ROW_EVENT,	/* state change without a segment */
	LADDER_ROW_TIME_WAIT,	/* what is left of it at the end */
};

struct ladder_fold {
	unsigned int data_segments;
	uint64_t data_bytes;
	unsigned int acks;
	int side;		/* sender of the data, -1: ACKs only */
};

struct ladder_row {
	enum ladder_row_kind kind;
	uint64_t time_us;		/* since the first item */
	bool has_gap;
	uint64_t gap_us;		/* since the segment before */
	uint64_t silence_us;		/* since anything before */
	struct ladder_end end[2];	/* client, server */
	bool foldable;
	const struct ladder_item *item;	/* of SEGMENT, PHASE, EVENT */
	struct ladder_number seq;
	struct ladder_number ack;
	struct ladder_number low;	/* of what was refused */
	struct ladder_number high;
	struct ladder_number seen;
	struct ladder_fold fold;
	int side;			/* of TIME_WAIT: who holds it */
	uint64_t left_ms;		/* of TIME_WAIT */
};

struct ladder_rows {
	struct ladder_row *row;
	size_t count;
	struct model_address at[2];
	bool inferred;		/* a `~` stands somewhere */
	bool plain;		/* a `#` stands somewhere */
};

/* Lay out @ladder. Returns 0 or -ENOMEM; release with ladder_rows_free(). */
int ladder_rows_make(const struct ladder *ladder, struct ladder_rows *rows);
void ladder_rows_free(struct ladder_rows *rows);

/* The number that a side's sequence numbers are shown relative to. */
struct ladder_base {
	bool known;
	bool inferred;
	uint32_t number;
};

/*
 * Set the relative numbers of the segment row->item, learning the bases of
 * both sides from it. For one row after the other as they come.
 */
void ladder_row_numbers(struct ladder_row *row, struct ladder_base base[2]);

/* --- words (ladder_words.c); each writes at most @size octets ----------- */

#define LADDER_WORDS 160

enum ladder_length {
	LADDER_WHOLE,		/* ... ts 1/0 sack 1:2 */
	LADDER_LONG,		/* ... win 64240 mss 1460 ws 7 */
	LADDER_FULL,		/* PSH ACK seq 1 ack 1 len 517 */
	LADDER_SHORT,		/* PA seq 1 ack 1 len 517 */
	LADDER_SHORTEST,	/* PA 1+517 ack 1 */
};

/* "SYN ACK", or "SA" when @brief; "no flags", "-". */
const char *ladder_flags_text(uint16_t flags, bool brief, char *text,
			      size_t size);

void ladder_segment_text(const struct ladder_row *row,
			 enum ladder_length length, char *text, size_t size);

/*
 * Line @index of what is remarkable about a segment: verdict with reason and
 * rule, the numbers that failed, a flag. False when there is none.
 */
bool ladder_note(const struct ladder_row *row, unsigned int index, char *text,
		 size_t size);

void ladder_number_text(const struct ladder_number *number, char *text,
			size_t size);
void ladder_fold_text(const struct ladder_fold *fold, char *text,
		      size_t size);
void ladder_event_text(const struct ladder_row *row, char *text,
		       size_t size);
void ladder_time_wait_text(const struct ladder_row *row, char *text,
			   size_t size);

/* "12.3ms", "1.23s", "1h02m": at most 7 columns. */
void ladder_duration_text(uint64_t us, char *text, size_t size);

/*
 * Paragraph @index below a ladder: what was counted, what the signs mean, why
 * segments were refused. False when there is no more.
 */
bool ladder_foot(const struct ladder *ladder, const struct ladder_rows *rows,
		 unsigned int index, char *text, size_t size);
#define LADDER_FOOT 480

/* The style sheet of the picture. */
extern const char ladder_svg_style[];

#endif
