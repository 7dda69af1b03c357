// SPDX-License-Identifier: GPL-2.0
/*
 * Cells of one line, in UTF-8 or ASCII, with or without colour. Knows nothing
 * of ladders.
 */
#include "ladder_canvas.h"
#include "ladder_utf8.h"

#include <string.h>

static const struct {
	uint32_t utf8;
	char ascii;
} glyphs[] = {
	[GLYPH_CLOSED] = { 0x2506, '.' },	/* ┆ */
	[GLYPH_OPENING] = { 0x2502, ':' },	/* │ */
	[GLYPH_ESTABLISHED] = { 0x2503, '|' },	/* ┃ */
	[GLYPH_CLOSING] = { 0x2551, '!' },	/* ║ */
	[GLYPH_TIME_WAIT] = { 0x2507, '*' },	/* ┇ */
	[GLYPH_BROKEN] = { 0x2248, '/' },	/* ≈ */
	[GLYPH_LINE] = { 0x2500, '-' },		/* ─ */
	[GLYPH_DASH] = { 0x254c, '-' },		/* ╌ */
	[GLYPH_RIGHT] = { 0x25ba, '>' },	/* ► */
	[GLYPH_LEFT] = { 0x25c4, '<' },		/* ◄ */
	[GLYPH_CROSS] = { 0x2717, 'X' },	/* ✗ */
	[GLYPH_QUIET] = { 0x25cb, 'o' },	/* ○ */
	[GLYPH_FLAG] = { 0x2691, '!' },		/* ⚑ */
	[GLYPH_MORE] = { 0x22ee, ':' },		/* ⋮ */
	[GLYPH_BAND] = { 0x2550, '=' },		/* ═ */
	[GLYPH_BREAK] = { 0x2248, '/' },	/* ≈ */
};

static const char *const escapes[] = {
	[STYLE_PLAIN] = "\033[0m",
	[STYLE_DIM] = "\033[0;2m",
	[STYLE_STATE] = "\033[0;1m",
	[STYLE_DROP] = "\033[0;1;31m",
	[STYLE_QUIET] = "\033[0;33m",
	[STYLE_FLAG] = "\033[0;35m",
	[STYLE_PHASE] = "\033[0;36m",
};

static void clear(struct canvas *canvas)
{
	int x;

	for (x = 0; x < CANVAS_COLUMNS_MOST; x++)
		canvas->cell[x] = ' ';
	memset(canvas->style, STYLE_PLAIN, sizeof(canvas->style));
}

void canvas_begin(struct canvas *canvas, FILE *out, int columns, bool utf8,
		  bool color)
{
	if (columns < CANVAS_COLUMNS_LEAST)
		columns = CANVAS_COLUMNS_LEAST;
	if (columns > CANVAS_COLUMNS_MOST)
		columns = CANVAS_COLUMNS_MOST;
	canvas->out = out;
	canvas->columns = columns;
	canvas->utf8 = utf8;
	canvas->color = color;
	clear(canvas);
}

static void put(struct canvas *canvas, int x, uint32_t code,
		enum canvas_style style)
{
	if (x < 0 || x >= canvas->columns)
		return;
	canvas->cell[x] = code;
	canvas->style[x] = style;
}

void canvas_glyph(struct canvas *canvas, int x, enum glyph glyph,
		  enum canvas_style style)
{
	put(canvas, x, canvas->utf8 ? glyphs[glyph].utf8 :
	    (uint32_t)glyphs[glyph].ascii, style);
}

void canvas_fill(struct canvas *canvas, int from, int to, enum glyph glyph,
		 enum canvas_style style)
{
	for (; from <= to; from++)
		canvas_glyph(canvas, from, glyph, style);
}

/* Scripts whose characters take one column each, and nothing to control. */
static bool plain(uint32_t code)
{
	return (code >= 0xa1 && code < 0x300) ||
	       (code >= 0x370 && code < 0x530) ||
	       (code >= 0x2010 && code < 0x2028) ||
	       (code >= 0x2190 && code < 0x2300);
}

int canvas_text(struct canvas *canvas, int x, int room, const char *text,
		enum canvas_style style)
{
	int used = 0;
	uint32_t code;

	while (*text && used < room) {
		code = utf8_decode(&text);
		if (code < 0x20 || code > 0x7e)
			if (!canvas->utf8 || !plain(code))
				code = '?';
		put(canvas, x + used++, code, style);
	}
	return used;
}

void canvas_text_end(struct canvas *canvas, int end, const char *text,
		     enum canvas_style style)
{
	int width = canvas_width(text);

	canvas_text(canvas, end - width + 1, width, text, style);
}

void canvas_flush(struct canvas *canvas)
{
	uint8_t style = STYLE_PLAIN;
	int end = canvas->columns, x;

	while (end > 0 && canvas->cell[end - 1] == ' ')
		end--;
	for (x = 0; x < end; x++) {
		if (canvas->color && canvas->cell[x] != ' ' &&
		    canvas->style[x] != style) {
			style = canvas->style[x];
			fputs(escapes[style], canvas->out);
		}
		utf8_put(canvas->cell[x], canvas->out);
	}
	if (style != STYLE_PLAIN)
		fputs(escapes[STYLE_PLAIN], canvas->out);
	putc('\n', canvas->out);
	clear(canvas);
}

int canvas_width(const char *text)
{
	int width = 0;

	while (*text) {
		utf8_decode(&text);
		width++;
	}
	return width;
}

size_t canvas_wrap(const char *text, int room, const char **next)
{
	const char *p = text, *space = NULL;

	while (*p && room-- > 0) {
		utf8_decode(&p);
		if (*p == ' ')
			space = p;
	}
	if (*p && *p != ' ' && space)
		p = space;
	*next = p + strspn(p, " ");
	return p - text;
}
