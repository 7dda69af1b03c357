// SPDX-License-Identifier: GPL-2.0
/*
 * The ladder as text. Narrow, the states stand between the life lines, below
 * the arrow that changed them; wide, outside of them, beside it.
 */
#include "ladder_canvas.h"
#include "ladder_model.h"

#include "core/core.h"

#include <string.h>

#define GAP_COLUMNS 8
#define STATE_COLUMNS 14	/* "~SYN_RECEIVED" and a blank */
#define WIDE_COLUMNS 100

struct sheet {
	struct canvas canvas;
	const struct ladder_rows *rows;
	int decimals;		/* of the time column */
	int gap;		/* first column of the gap */
	int line[2];		/* columns of the life lines */
	bool wide;
};

static enum glyph bar_of(enum tcpward_state state)
{
	switch (state) {
	case TCPWARD_STATE_LISTEN:
	case TCPWARD_STATE_CLOSED:
		return GLYPH_CLOSED;
	case TCPWARD_STATE_SYN_SENT:
	case TCPWARD_STATE_SYN_RECEIVED:
		return GLYPH_OPENING;
	case TCPWARD_STATE_ESTABLISHED:
		return GLYPH_ESTABLISHED;
	case TCPWARD_STATE_TIME_WAIT:
		return GLYPH_TIME_WAIT;
	default:
		return GLYPH_CLOSING;
	}
}

/* --- pieces of a line --------------------------------------------------- */

static void draw_time(struct sheet *sheet, const struct ladder_row *row)
{
	char text[32], gap[24];

	snprintf(text, sizeof(text), "%.*f", sheet->decimals,
		 row->time_us / 1e6);
	canvas_text_end(&sheet->canvas, sheet->gap - 2, text, STYLE_PLAIN);
	if (!row->has_gap)
		return;
	ladder_duration_text(row->gap_us, gap, sizeof(gap));
	snprintf(text, sizeof(text), "+%s", gap);
	canvas_text_end(&sheet->canvas, sheet->gap + GAP_COLUMNS - 1, text,
			STYLE_DIM);
}

static void draw_lines(struct sheet *sheet, const struct ladder_row *row)
{
	int side;

	for (side = 0; side < 2; side++)
		canvas_glyph(&sheet->canvas, sheet->line[side],
			     bar_of(row->end[side].state), STYLE_PLAIN);
}

static bool any_change(const struct ladder_row *row)
{
	return row->end[0].changed || row->end[1].changed;
}

static void draw_states(struct sheet *sheet, const struct ladder_row *row)
{
	int inset = sheet->wide ? -2 : 2;
	char text[32];
	int side, x;

	for (side = 0; side < 2; side++) {
		const struct ladder_end *end = &row->end[side];

		if (!end->changed)
			continue;
		snprintf(text, sizeof(text), "%s%s",
			 end->inferred ? "~" : "", tcpw_state_name(end->state));
		x = sheet->line[side] + (side ? -inset : inset);
		if (side == sheet->wide)
			canvas_text(&sheet->canvas, x, STATE_COLUMNS, text,
				    STYLE_STATE);
		else
			canvas_text_end(&sheet->canvas, x, text, STYLE_STATE);
	}
}

/* Ends the line of a row; the states follow below where they have no place. */
static void flush_row(struct sheet *sheet, const struct ladder_row *row)
{
	draw_lines(sheet, row);
	if (sheet->wide)
		draw_states(sheet, row);
	canvas_flush(&sheet->canvas);
	if (sheet->wide || !any_change(row))
		return;
	draw_lines(sheet, row);
	draw_states(sheet, row);
	canvas_flush(&sheet->canvas);
}

static int inner_columns(const struct sheet *sheet)
{
	return sheet->line[1] - sheet->line[0] - 1;
}

/* Text between the life lines, wrapped, behind a glyph. */
static void print_note(struct sheet *sheet, const struct ladder_row *row,
		       enum glyph glyph, const char *text,
		       enum canvas_style style)
{
	int room = inner_columns(sheet) - 6, x = sheet->line[0] + 3;
	bool first = true;

	while (*text) {
		const char *next;
		size_t len = canvas_wrap(text, room, &next);

		if (first)
			canvas_glyph(&sheet->canvas, x, glyph, style);
		canvas_text(&sheet->canvas, x + 2, len, text, style);
		draw_lines(sheet, row);
		canvas_flush(&sheet->canvas);
		first = false;
		text = next;
	}
}

/* --- arrows ------------------------------------------------------------- */

struct arrow {
	int side;		/* sender */
	int reach;		/* columns from the sender's life line */
	enum glyph line;
	enum canvas_style style;
	bool stopped;
	bool crossed;		/* would have been stopped */
};

static struct arrow arrow_of(const struct sheet *sheet,
			     const struct model_segment *segment, int label)
{
	struct arrow arrow = {
		.side = segment->side,
		.reach = inner_columns(sheet),
		.line = GLYPH_LINE,
	};
	int least = label + 5;

	if (segment->verdict == TCPWARD_VERDICT_QUIET) {
		arrow.line = GLYPH_DASH;
		arrow.style = STYLE_QUIET;
	} else if (segment->verdict == TCPWARD_VERDICT_DROP) {
		arrow.style = STYLE_DROP;
		arrow.crossed = segment->observed;
		arrow.stopped = !segment->observed;
	}
	if (arrow.stopped) {
		arrow.reach /= 2;
		if (arrow.reach < least)
			arrow.reach = least;
		if (arrow.reach > inner_columns(sheet) - 2)
			arrow.reach = inner_columns(sheet) - 2;
	}
	return arrow;
}

static void draw_arrow(struct sheet *sheet, const struct arrow *arrow)
{
	int step = arrow->side ? -1 : 1;
	int from = sheet->line[arrow->side] + step;
	int head = from + step * (arrow->reach - 1);
	struct canvas *canvas = &sheet->canvas;

	if (step > 0)
		canvas_fill(canvas, from, head, arrow->line, arrow->style);
	else
		canvas_fill(canvas, head, from, arrow->line, arrow->style);
	/* Dashed, ASCII has but every other column. */
	for (; arrow->line == GLYPH_DASH && !canvas->utf8 && from != head &&
	       from + step != head; from += 2 * step)
		canvas_text(canvas, from + step, 1, " ", STYLE_PLAIN);
	if (arrow->stopped)
		canvas_glyph(canvas, head, GLYPH_CROSS, arrow->style);
	else
		canvas_glyph(canvas, head, step > 0 ? GLYPH_RIGHT : GLYPH_LEFT,
			     arrow->style);
	if (arrow->crossed)
		canvas_glyph(canvas, head - step, GLYPH_CROSS, arrow->style);
}

static void draw_label(struct sheet *sheet, const struct arrow *arrow,
		       const char *label)
{
	int width = strlen(label) + 2;
	int margin = (arrow->reach - width) / 2;
	int x = arrow->side ? sheet->line[1] - arrow->reach + margin :
			      sheet->line[0] + 1 + margin;

	canvas_text(&sheet->canvas, x, 1, " ", STYLE_PLAIN);
	canvas_text(&sheet->canvas, x + 1, width - 2, label, arrow->style);
	canvas_text(&sheet->canvas, x + width - 1, 1, " ", STYLE_PLAIN);
}

/* The longest wording that leaves an arrow visible on both sides of it. */
static bool choose_label(const struct sheet *sheet,
			 const struct ladder_row *row, char *label,
			 size_t size)
{
	int room = inner_columns(sheet) - 7;
	enum ladder_length length = LADDER_FULL;

	/* What is agreed upon in the handshake is worth the place. */
	if (row->item->segment->flags & TCPW_SYN &&
	    row->item->segment->verdict == TCPWARD_VERDICT_PASS)
		length = LADDER_LONG;
	for (; length <= LADDER_SHORTEST; length++) {
		ladder_segment_text(row, length, label, size);
		if ((int)strlen(label) <= room)
			return true;
	}
	return false;
}

static void print_notes(struct sheet *sheet, const struct ladder_row *row)
{
	const struct model_segment *segment = row->item->segment;
	enum canvas_style style = STYLE_FLAG;
	enum glyph glyph = GLYPH_FLAG;
	char text[LADDER_WORDS];
	unsigned int i;

	if (segment->verdict == TCPWARD_VERDICT_DROP) {
		style = STYLE_DROP;
		glyph = GLYPH_CROSS;
	} else if (segment->verdict == TCPWARD_VERDICT_QUIET) {
		style = STYLE_QUIET;
		glyph = GLYPH_QUIET;
	}
	for (i = 0; ladder_note(row, i, text, sizeof(text)); i++)
		print_note(sheet, row, i ? GLYPH_MORE : glyph, text, style);
}

static void print_segment(struct sheet *sheet, const struct ladder_row *row)
{
	char label[LADDER_WORDS];
	struct arrow arrow;
	bool fits;

	fits = choose_label(sheet, row, label, sizeof(label));
	if (!fits) {
		canvas_text(&sheet->canvas, sheet->line[0] + 2,
			    inner_columns(sheet) - 2, label, STYLE_PLAIN);
		draw_lines(sheet, row);
		canvas_flush(&sheet->canvas);
	}
	arrow = arrow_of(sheet, row->item->segment, fits ? strlen(label) : 0);
	draw_time(sheet, row);
	draw_arrow(sheet, &arrow);
	if (fits)
		draw_label(sheet, &arrow, label);
	flush_row(sheet, row);
	print_notes(sheet, row);
}

/* --- other rows --------------------------------------------------------- */

static void print_fold(struct sheet *sheet, const struct ladder_row *row)
{
	enum glyph glyph = GLYPH_MORE;
	char text[LADDER_WORDS];

	if (row->fold.side >= 0)
		glyph = row->fold.side ? GLYPH_LEFT : GLYPH_RIGHT;
	ladder_fold_text(&row->fold, text, sizeof(text));
	draw_time(sheet, row);
	print_note(sheet, row, glyph, text, STYLE_DIM);
}

/* A line across, with a text in its middle. */
static void draw_across(struct sheet *sheet, enum glyph glyph,
			const char *text, enum canvas_style style)
{
	int inner = inner_columns(sheet), width = canvas_width(text);
	int x;

	if (width > inner - 6)
		width = inner - 6;
	x = sheet->line[0] + 1 + (inner - width) / 2;
	canvas_fill(&sheet->canvas, sheet->line[0] + 1, sheet->line[1] - 1,
		    glyph, style);
	canvas_text(&sheet->canvas, x - 1, 1, " ", STYLE_PLAIN);
	canvas_text(&sheet->canvas, x, width, text, style);
	canvas_text(&sheet->canvas, x + width, 1, " ", STYLE_PLAIN);
}

static void print_gap(struct sheet *sheet, const struct ladder_row *row)
{
	char text[32];
	int side;

	ladder_duration_text(row->silence_us, text, sizeof(text));
	draw_across(sheet, GLYPH_BREAK, text, STYLE_DIM);
	for (side = 0; side < 2; side++)
		canvas_glyph(&sheet->canvas, sheet->line[side], GLYPH_BROKEN,
			     STYLE_DIM);
	canvas_flush(&sheet->canvas);
}

static void print_phase(struct sheet *sheet, const struct ladder_row *row)
{
	draw_time(sheet, row);
	draw_across(sheet, GLYPH_BAND, row->item->phase, STYLE_PHASE);
	flush_row(sheet, row);
}

static void print_event(struct sheet *sheet, const struct ladder_row *row)
{
	char text[LADDER_WORDS];

	ladder_event_text(row, text, sizeof(text));
	draw_time(sheet, row);
	draw_across(sheet, GLYPH_DASH, text, STYLE_PLAIN);
	flush_row(sheet, row);
}

static void print_time_wait(struct sheet *sheet, const struct ladder_row *row)
{
	char text[LADDER_WORDS];

	ladder_time_wait_text(row, text, sizeof(text));
	if (row->side)
		canvas_text_end(&sheet->canvas, sheet->line[1] - 2, text,
				STYLE_STATE);
	else
		canvas_text(&sheet->canvas, sheet->line[0] + 2,
			    inner_columns(sheet) - 2, text, STYLE_STATE);
	flush_row(sheet, row);
}

static void print_row(struct sheet *sheet, const struct ladder_row *row)
{
	switch (row->kind) {
	case LADDER_ROW_START:
		if (sheet->wide)
			draw_states(sheet, row);
		draw_lines(sheet, row);
		if (!sheet->wide)
			draw_states(sheet, row);
		canvas_flush(&sheet->canvas);
		break;
	case LADDER_ROW_SEGMENT:
		print_segment(sheet, row);
		break;
	case LADDER_ROW_FOLD:
		print_fold(sheet, row);
		break;
	case LADDER_ROW_GAP:
		print_gap(sheet, row);
		break;
	case LADDER_ROW_PHASE:
		print_phase(sheet, row);
		break;
	case LADDER_ROW_EVENT:
		print_event(sheet, row);
		break;
	case LADDER_ROW_TIME_WAIT:
		print_time_wait(sheet, row);
		break;
	}
}

/* --- above and below ---------------------------------------------------- */

static void print_head(struct sheet *sheet)
{
	char client[MODEL_ADDRESS_TEXT], server[MODEL_ADDRESS_TEXT];
	struct canvas *canvas = &sheet->canvas;
	int left = sheet->line[0], end = canvas->columns - 1, width;

	model_address_text(&sheet->rows->at[0], client);
	model_address_text(&sheet->rows->at[1], server);
	width = strlen(client);
	if (sheet->wide)
		end = sheet->line[1];
	if (left + width > canvas->columns)
		left = canvas->columns - width;

	canvas_text_end(canvas, sheet->gap - 2, "time", STYLE_DIM);
	canvas_text_end(canvas, sheet->gap + GAP_COLUMNS - 1, "gap",
			STYLE_DIM);
	canvas_text(canvas, sheet->line[0], 6, "client", STYLE_STATE);
	canvas_text_end(canvas, end, "server", STYLE_STATE);
	canvas_flush(canvas);
	canvas_text(canvas, left, width, client, STYLE_PLAIN);
	if (left + width + 2 + (int)strlen(server) > end)
		canvas_flush(canvas);
	canvas_text_end(canvas, end, server, STYLE_PLAIN);
	canvas_flush(canvas);
}

static void print_paragraph(struct canvas *canvas, const char *text,
			    enum canvas_style style)
{
	int indent = 0;

	while (*text) {
		const char *next;
		size_t len = canvas_wrap(text, canvas->columns - indent,
					 &next);

		canvas_text(canvas, indent, len, text, style);
		canvas_flush(canvas);
		indent = 2;
		text = next;
	}
}

static void print_foot(struct sheet *sheet, const struct ladder *ladder)
{
	char text[LADDER_FOOT];
	unsigned int i;

	canvas_flush(&sheet->canvas);
	for (i = 0; ladder_foot(ladder, sheet->rows, i, text, sizeof(text));
	     i++)
		print_paragraph(&sheet->canvas, text, STYLE_PLAIN);
}

static void lay_out(struct sheet *sheet)
{
	const struct ladder_rows *rows = sheet->rows;
	int columns = sheet->canvas.columns, width;
	double last_s = 0;
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (rows->row[i].time_us / 1e6 > last_s)
			last_s = rows->row[i].time_us / 1e6;
	sheet->decimals = last_s < 1000 ? 6 : 3;
	width = snprintf(NULL, 0, "%.*f", sheet->decimals, last_s);
	sheet->gap = width + 1;
	sheet->wide = columns >= WIDE_COLUMNS;
	sheet->line[0] = sheet->gap + GAP_COLUMNS + 1;
	sheet->line[1] = columns - 1;
	if (sheet->wide) {
		sheet->line[0] += STATE_COLUMNS;
		sheet->line[1] -= STATE_COLUMNS;
	}
}

void ladder_print(const struct ladder *ladder, FILE *out, int columns,
		  bool utf8, bool color)
{
	struct ladder_rows rows;
	struct sheet sheet;
	size_t i;

	if (ladder_rows_make(ladder, &rows)) {
		fputs("(no memory to draw the ladder)\n", out);
		return;
	}
	if (!rows.at[0].family) {
		fputs("(no segment was seen)\n", out);
		ladder_rows_free(&rows);
		return;
	}
	canvas_begin(&sheet.canvas, out, columns, utf8, color);
	sheet.rows = &rows;
	lay_out(&sheet);
	print_head(&sheet);
	for (i = 0; i < rows.count; i++)
		print_row(&sheet, &rows.row[i]);
	print_foot(&sheet, ladder);
	ladder_rows_free(&rows);
}
