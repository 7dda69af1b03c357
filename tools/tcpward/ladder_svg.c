// SPDX-License-Identifier: GPL-2.0
/*
 * The ladder as a picture: a self-contained SVG document, without scripts,
 * with colours for light and dark surroundings. Details are in the titles,
 * which viewers show below the pointer.
 */
#include "ladder_canvas.h"
#include "ladder_model.h"
#include "ladder_utf8.h"

#include "core/core.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH 960
#define MARGIN 12
#define TIME_X 84		/* where the time column ends */
#define GAP_X 152
#define CLIENT_X 296
#define SERVER_X 824
#define BAR 10			/* width of a life line */
#define HEAD_Y 64
#define LETTERS 72		/* that fit between the life lines */
#define FOOT_LETTERS 128
#define LETTER_WIDTH 7.3
#define LINE 18			/* height of a line of text */
#define SLOPE 8			/* a segment arrives later than it leaves */

struct picture {
	FILE *out;
	const struct ladder_rows *rows;
	int *y;			/* of each row, and of the end */
};

static const int line_x[2] = { CLIENT_X, SERVER_X };

/* --- writing ------------------------------------------------------------ */

static void put_escaped(FILE *out, const char *text)
{
	while (*text) {
		uint32_t code = utf8_decode(&text);

		if (code == '&')
			fputs("&amp;", out);
		else if (code == '<')
			fputs("&lt;", out);
		else if (code == '>')
			fputs("&gt;", out);
		else if ((code < 0x20 && code != '\n') || (code >= 0xfffd && code < 0x10000))
			putc('?', out);
		else
			utf8_put(code, out);
	}
}

/* @anchor: start, middle or end. */
__attribute__((format(printf, 6, 7)))
static void put_text(FILE *out, int x, int y, const char *anchor,
		     const char *class, const char *format, ...)
{
	char text[LADDER_FOOT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\""
		" class=\"%s\">", x, y, anchor, class);
	put_escaped(out, text);
	fputs("</text>\n", out);
}

static void put_times(const struct picture *picture,
		      const struct ladder_row *row, int y)
{
	char gap[24];

	put_text(picture->out, TIME_X, y, "end", "time", "%.*f",
		 row->time_us < 1000000000 ? 6 : 3, row->time_us / 1e6);
	if (!row->has_gap)
		return;
	ladder_duration_text(row->gap_us, gap, sizeof(gap));
	put_text(picture->out, GAP_X, y, "end", "dim", "+%s", gap);
}

/* --- heights ------------------------------------------------------------ */

static unsigned int notes_of(const struct ladder_row *row)
{
	char text[LADDER_WORDS];
	unsigned int n = 0;

	while (ladder_note(row, n, text, sizeof(text)))
		n++;
	return n;
}

static int height_of(const struct ladder_row *row)
{
	switch (row->kind) {
	case LADDER_ROW_SEGMENT:
		return 34 + LINE * notes_of(row);
	case LADDER_ROW_GAP:
		return 40;
	case LADDER_ROW_TIME_WAIT:
		return 72;
	default:
		return 30;
	}
}

static bool place_rows(struct picture *picture)
{
	const struct ladder_rows *rows = picture->rows;
	int y = HEAD_Y;
	size_t i;

	picture->y = calloc(rows->count + 1, sizeof(*picture->y));
	if (!picture->y)
		return false;
	for (i = 0; i < rows->count; i++) {
		picture->y[i] = y;
		y += height_of(&rows->row[i]);
	}
	picture->y[i] = y;
	return true;
}

/* Where in its row a change becomes true: segments leave before they come. */
static int change_y(const struct picture *picture, size_t i, int side)
{
	const struct ladder_row *row = &picture->rows->row[i];

	if (row->kind != LADDER_ROW_SEGMENT)
		return picture->y[i] + 8;
	return picture->y[i] + 16 +
	       (side == row->item->segment->side ? 0 : SLOPE);
}

/* --- life lines --------------------------------------------------------- */

static const char *class_of(enum tcpward_state state)
{
	switch (state) {
	case TCPWARD_STATE_LISTEN:
	case TCPWARD_STATE_CLOSED:
		return "closed";
	case TCPWARD_STATE_SYN_SENT:
	case TCPWARD_STATE_SYN_RECEIVED:
		return "opening";
	case TCPWARD_STATE_ESTABLISHED:
		return "established";
	case TCPWARD_STATE_TIME_WAIT:
		return "time-wait";
	default:
		return "closing";
	}
}

static void put_bar(const struct picture *picture, int side, int from, int to,
		    const struct ladder_end *end)
{
	int x = line_x[side] - BAR / 2;

	fprintf(picture->out, "<rect class=\"%s\" x=\"%d\" y=\"%d\""
		" width=\"%d\" height=\"%d\"><title>%s: %s%s</title></rect>\n",
		class_of(end->state), x, from, BAR, to - from - 1,
		side ? "server" : "client", end->inferred ? "~" : "",
		tcpw_state_name(end->state));
}

static void put_life_line(const struct picture *picture, int side)
{
	const struct ladder_rows *rows = picture->rows;
	const struct ladder_end *now = NULL;
	int from = 0, y;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct ladder_end *end = &rows->row[i].end[side];

		if (!end->changed)
			continue;
		y = change_y(picture, i, side);
		if (now)
			put_bar(picture, side, from, y, now);
		now = end;
		from = y;
		put_text(picture->out, line_x[side] + (side ? 14 : -14),
			 y + 8, side ? "start" : "end", "state", "%s%s",
			 end->inferred ? "~" : "",
			 tcpw_state_name(end->state));
	}
	if (now)
		put_bar(picture, side, from, picture->y[i], now);
}

/* --- segments ----------------------------------------------------------- */

static void put_title(const struct picture *picture,
		      const struct ladder_row *row)
{
	const struct model_segment *segment = row->item->segment;
	char from[MODEL_ADDRESS_TEXT], to[MODEL_ADDRESS_TEXT];
	time_t seconds = segment->time_us / 1000000;
	const struct tcpw_reason *reason;
	char text[2 * LADDER_WORDS];
	FILE *out = picture->out;
	struct tm tm;
	unsigned int i;

	model_address_text(&picture->rows->at[segment->side], from);
	model_address_text(&picture->rows->at[!segment->side], to);
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(out, "<title>%s.%06u UTC, %s to %s\n", text,
		(unsigned int)(segment->time_us % 1000000), from, to);
	ladder_segment_text(row, LADDER_WHOLE, text, sizeof(text));
	fprintf(out, "%s\nabsolute seq %u", text, segment->seq);
	if (segment->flags & TCPW_ACK)
		fprintf(out, ", ack %u", segment->ack);
	if (segment->verdict == TCPWARD_VERDICT_PASS)
		fputs("\npassed", out);
	for (i = 0; ladder_note(row, i, text, sizeof(text)); i++)
		fprintf(out, "\n%s", text);
	reason = &tcpw_reasons[segment->reason ? segment->reason :
			       segment->flag];
	if (reason != tcpw_reasons) {
		fprintf(out, "\n%s: ", reason->source);
		put_escaped(out, reason->seen);
	}
	fprintf(out, "\nclient %s, server %s</title>\n",
		tcpw_state_name(row->end[0].state),
		tcpw_state_name(row->end[1].state));
}

static void put_cross(FILE *out, int x, int y)
{
	fprintf(out, "<path d=\"M%d %dl10 10m0 -10l-10 10\"/>\n", x - 5,
		y - 5);
}

static bool stopped(const struct model_segment *segment)
{
	return segment->verdict == TCPWARD_VERDICT_DROP && !segment->observed;
}

static void put_arrow(FILE *out, const struct model_segment *segment, int y)
{
	bool drop = segment->verdict == TCPWARD_VERDICT_DROP;
	int step = segment->side ? -1 : 1;
	int from = line_x[segment->side] + step * BAR / 2;
	int to = line_x[!segment->side] - step * BAR / 2;
	int end_y = y + SLOPE;

	if (stopped(segment)) {
		to = (from + to) / 2;
		end_y = y + SLOPE / 2;
	}
	fprintf(out, "<path d=\"M%d %dL%d %d\"/>\n", from, y, to, end_y);
	if (drop)
		put_cross(out, segment->observed ? (from + to) / 2 : to,
			  y + SLOPE / 2);
	if (!stopped(segment))
		fprintf(out, "<polygon points=\"%d,%d %d,%d %d,%d\"/>\n", to,
			end_y, to - step * 10, end_y - 5, to - step * 10,
			end_y + 4);
}

static const char *const verdict_class[] = {
	[TCPWARD_VERDICT_PASS] = "pass",
	[TCPWARD_VERDICT_QUIET] = "quiet",
	[TCPWARD_VERDICT_DROP] = "drop",
};

static void put_segment(const struct picture *picture,
			const struct ladder_row *row, int y)
{
	const struct model_segment *segment = row->item->segment;
	enum ladder_length length = LADDER_LONG;
	bool pass = segment->verdict == TCPWARD_VERDICT_PASS;
	int x = (CLIENT_X + SERVER_X) / 2;
	const char *anchor = "middle";
	FILE *out = picture->out;
	char text[LADDER_WORDS];
	size_t room = LETTERS;
	unsigned int i;

	/* What is stopped midway has its words on the way there. */
	if (stopped(segment)) {
		anchor = segment->side ? "end" : "start";
		x = line_x[segment->side] + (segment->side ? -20 : 20);
		room /= 2;
	}
	if (stopped(segment) || !(segment->flags & TCPW_SYN))
		length = LADDER_FULL;
	do {
		ladder_segment_text(row, length, text, sizeof(text));
	} while (strlen(text) > room && length++ < LADDER_SHORTEST);
	fprintf(out, "<g class=\"%s\">\n", verdict_class[segment->verdict]);
	put_title(picture, row);
	put_times(picture, row, y + 20);
	put_text(out, x, y + 12, anchor, "label", "%s", text);
	put_arrow(out, segment, y + 16);
	for (i = 0; ladder_note(row, i, text, sizeof(text)); i++)
		put_text(out, x, y + 34 + LINE * (int)i + 6, anchor,
			 pass ? "flag" : "note", "%s", text);
	fputs("</g>\n", out);
}

/* --- other rows --------------------------------------------------------- */

static void put_fold(const struct picture *picture,
		     const struct ladder_row *row, int y)
{
	static const char *const arrows[] = { "⋮", "→", "←" };
	char text[LADDER_WORDS];

	ladder_fold_text(&row->fold, text, sizeof(text));
	put_times(picture, row, y + 20);
	put_text(picture->out, (CLIENT_X + SERVER_X) / 2, y + 20, "middle",
		 "dim", "%s %s", arrows[row->fold.side + 1], text);
}

/* Cuts through both life lines, so that time is seen to be missing. */
static void put_gap(const struct picture *picture,
		    const struct ladder_row *row, int y)
{
	FILE *out = picture->out;
	char text[32];
	int side;

	for (side = 0; side < 2; side++)
		fprintf(out, "<polygon class=\"paper\" points=\"%d,%d %d,%d"
			" %d,%d %d,%d\"/>\n",
			line_x[side] - BAR, y + 20, line_x[side] + BAR, y + 12,
			line_x[side] + BAR, y + 20, line_x[side] - BAR,
			y + 28);
	ladder_duration_text(row->silence_us, text, sizeof(text));
	put_text(out, (CLIENT_X + SERVER_X) / 2, y + 24, "middle", "dim",
		 "≈ ≈ ≈   %s   ≈ ≈ ≈", text);
}

static void put_phase(const struct picture *picture,
		      const struct ladder_row *row, int y)
{
	FILE *out = picture->out;

	fprintf(out, "<g class=\"phase\"><rect x=\"%d\" y=\"%d\" width=\"%d\""
		" height=\"20\"/>\n", CLIENT_X + BAR, y + 5,
		SERVER_X - CLIENT_X - 2 * BAR);
	put_times(picture, row, y + 20);
	put_text(out, (CLIENT_X + SERVER_X) / 2, y + 19, "middle", "label",
		 "%.*s", (int)LETTERS, row->item->phase);
	fputs("</g>\n", out);
}

static void put_event(const struct picture *picture,
		      const struct ladder_row *row, int y)
{
	char text[LADDER_WORDS];

	ladder_event_text(row, text, sizeof(text));
	put_times(picture, row, y + 20);
	put_text(picture->out, (CLIENT_X + SERVER_X) / 2, y + 20, "middle",
		 "label", "%s", text);
}

static void put_time_wait(const struct picture *picture,
			  const struct ladder_row *row, int y)
{
	char text[LADDER_WORDS];

	ladder_time_wait_text(row, text, sizeof(text));
	put_text(picture->out, line_x[row->side] + (row->side ? -14 : 14),
		 y + 40, row->side ? "end" : "start", "state", "%s", text);
}

static void put_row(const struct picture *picture,
		    const struct ladder_row *row, int y)
{
	switch (row->kind) {
	case LADDER_ROW_START:
		break;		/* states stand beside the life lines */
	case LADDER_ROW_SEGMENT:
		put_segment(picture, row, y);
		break;
	case LADDER_ROW_FOLD:
		put_fold(picture, row, y);
		break;
	case LADDER_ROW_GAP:
		put_gap(picture, row, y);
		break;
	case LADDER_ROW_PHASE:
		put_phase(picture, row, y);
		break;
	case LADDER_ROW_EVENT:
		put_event(picture, row, y);
		break;
	case LADDER_ROW_TIME_WAIT:
		put_time_wait(picture, row, y);
		break;
	}
}

/* --- the whole ---------------------------------------------------------- */

/* Middle of an address: the life line, unless it would be cut off. */
static int address_x(int side, int letters)
{
	int most = WIDTH - MARGIN - letters * LETTER_WIDTH / 2;

	return line_x[side] < most ? line_x[side] : most;
}

static void put_head(const struct picture *picture)
{
	static const char *const names[] = { "client", "server" };
	char address[MODEL_ADDRESS_TEXT];
	FILE *out = picture->out;
	int side;

	put_text(out, TIME_X, 26, "end", "dim", "time (s)");
	put_text(out, GAP_X, 26, "end", "dim", "gap");
	for (side = 0; side < 2; side++) {
		model_address_text(&picture->rows->at[side], address);
		put_text(out, line_x[side], 26, "middle", "name", "%s",
			 names[side]);
		put_text(out, address_x(side, strlen(address)), 26 + LINE,
			 "middle", "address", "%s", address);
	}
}

/* Writes the lines below the ladder, or only counts them. */
static int put_foot(const struct picture *picture, const struct ladder *ladder,
		    bool write)
{
	int y = picture->y[picture->rows->count] + 2 * LINE, lines = 0;
	char text[LADDER_FOOT];
	unsigned int i;

	for (i = 0; ladder_foot(ladder, picture->rows, i, text, sizeof(text));
	     i++) {
		const char *line = text, *next;

		for (; *line; line = next, lines++) {
			size_t len = canvas_wrap(line, FOOT_LETTERS, &next);

			if (write)
				put_text(picture->out, MARGIN,
					 y + lines * LINE, "start",
					 line == text ? "foot" : "dim",
					 "%.*s", (int)len, line);
		}
	}
	return lines;
}

static void put_document(const struct picture *picture,
			 const struct ladder *ladder)
{
	const struct ladder_rows *rows = picture->rows;
	FILE *out = picture->out;
	int height;
	size_t i;

	height = picture->y[rows->count] + MARGIN +
		 LINE * (put_foot(picture, ladder, false) + 1);
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\""
		" viewBox=\"0 0 %d %d\" role=\"img\">\n"
		"<title>A TCP connection, segment by segment</title>\n"
		"<style>\n%s</style>\n"
		"<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n",
		WIDTH, height, ladder_svg_style, WIDTH, height);
	put_head(picture);
	put_life_line(picture, 0);
	put_life_line(picture, 1);
	for (i = 0; i < rows->count; i++)
		put_row(picture, &rows->row[i], picture->y[i]);
	put_foot(picture, ladder, true);
	fputs("</svg>\n", out);
}

void ladder_print_svg(const struct ladder *ladder, FILE *out)
{
	struct picture picture = { .out = out };
	struct ladder_rows rows;

	if (ladder_rows_make(ladder, &rows))
		return;
	picture.rows = &rows;
	if (place_rows(&picture))
		put_document(&picture, ladder);
	free(picture.y);
	ladder_rows_free(&rows);
}
