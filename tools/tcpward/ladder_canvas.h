/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of characters that is never longer than it may be: everything the
 * ladder prints as text goes through it.
 */
#ifndef TCPWARD_LADDER_CANVAS_H
#define TCPWARD_LADDER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CANVAS_COLUMNS_LEAST 60
#define CANVAS_COLUMNS_MOST 200

enum canvas_style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_STATE,
	STYLE_DROP,
	STYLE_QUIET,
	STYLE_FLAG,
	STYLE_PHASE,
};

enum glyph {
	GLYPH_CLOSED,		/* life lines by state */
	GLYPH_OPENING,
	GLYPH_ESTABLISHED,
	GLYPH_CLOSING,
	GLYPH_TIME_WAIT,
	GLYPH_BROKEN,
	GLYPH_LINE,
	GLYPH_DASH,		/* arrow of a quiet segment */
	GLYPH_RIGHT,
	GLYPH_LEFT,
	GLYPH_CROSS,
	GLYPH_QUIET,
	GLYPH_FLAG,
	GLYPH_MORE,
	GLYPH_BAND,
	GLYPH_BREAK,
};

struct canvas {
	FILE *out;
	int columns;
	bool utf8;
	bool color;
	uint32_t cell[CANVAS_COLUMNS_MOST];
	uint8_t style[CANVAS_COLUMNS_MOST];
};

void canvas_begin(struct canvas *canvas, FILE *out, int columns, bool utf8,
		  bool color);
void canvas_glyph(struct canvas *canvas, int x, enum glyph glyph,
		  enum canvas_style style);
/* Columns @from to @to, @to included. */
void canvas_fill(struct canvas *canvas, int from, int to, enum glyph glyph,
		 enum canvas_style style);
/*
 * Write at most @room columns of UTF-8 at @x; what this canvas cannot show
 * in one column becomes '?'. Returns the columns used.
 */
int canvas_text(struct canvas *canvas, int x, int room, const char *text,
		enum canvas_style style);
/* The same, ending at column @end. */
void canvas_text_end(struct canvas *canvas, int end, const char *text,
		     enum canvas_style style);
/* Print the line, without blanks at its end, and clear it. */
void canvas_flush(struct canvas *canvas);

/* Columns that @text takes. */
int canvas_width(const char *text);

/*
 * Octets of @text that fit into @room columns, broken at a space where there
 * is one. *next is where the rest begins.
 */
size_t canvas_wrap(const char *text, int room, const char **next);

#endif
