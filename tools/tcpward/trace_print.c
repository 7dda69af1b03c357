// SPDX-License-Identifier: GPL-2.0
/* How a trace looks: lines as they come, ladders and documents at the end. */
#include "format.h"
#include "ladder_canvas.h"
#include "tool.h"
#include "trace.h"

#include <arpa/inet.h>
#include <string.h>

json_t *trace_json_segment(const struct trace_conn *conn,
			   const struct model_segment *segment)
{
	json_t *object = json_segment(segment, "segment");

	json_object_set_new(object, "conn", json_integer(conn->number));
	return object;
}

static enum canvas_style style_of(const struct model_segment *segment)
{
	if (segment->verdict == TCPWARD_VERDICT_DROP)
		return STYLE_DROP;
	if (segment->verdict == TCPWARD_VERDICT_QUIET)
		return STYLE_QUIET;
	return STYLE_PLAIN;
}

static void print_ends(const struct trace_conn *conn)
{
	char client[MODEL_ADDRESS_TEXT], server[MODEL_ADDRESS_TEXT];

	printf("#%u: client %s, server %s\n", conn->number,
	       model_address_text(&conn->end[0].at, client),
	       model_address_text(&conn->end[1].at, server));
}

static void draw_direction(struct canvas *canvas, int x,
			   const struct model_segment *segment,
			   enum canvas_style style)
{
	enum glyph line = segment->verdict == TCPWARD_VERDICT_QUIET ?
			  GLYPH_DASH : GLYPH_LINE;

	canvas_fill(canvas, x, x + 3, line, style);
	if (segment->side)
		canvas_glyph(canvas, x, GLYPH_LEFT, style);
	else
		canvas_glyph(canvas, x + 3, GLYPH_RIGHT, style);
	if (segment->verdict == TCPWARD_VERDICT_DROP)
		canvas_glyph(canvas, x + 1 + !segment->side, GLYPH_CROSS,
			     style);
}

/* Why, below the line that it explains. */
static void print_notes(struct canvas *canvas, int x,
			const struct ladder_row *row, enum canvas_style style)
{
	char text[LADDER_WORDS];
	unsigned int i;

	for (i = 0; ladder_note(row, i, text, sizeof(text)); i++) {
		canvas_text(canvas, x, canvas->columns - x, text, style);
		canvas_flush(canvas);
	}
}

void trace_print_line(struct trace_conn *conn,
		      const struct model_segment *segment)
{
	struct model_segment copy = *segment;
	const struct ladder_item item = {
		.kind = LADDER_SEGMENT,
		.segment = &copy,
	};
	struct ladder_row row = { .kind = LADDER_ROW_SEGMENT, .item = &item };
	enum canvas_style style = style_of(segment);
	char clock[FORMAT_TEXT], text[LADDER_WORDS];
	bool first = !conn->base[0].known && !conn->base[1].known;
	struct canvas canvas;
	int x = 0;

	if (first)
		print_ends(conn);
	ladder_row_numbers(&row, conn->base);
	canvas_begin(&canvas, stdout, tool.columns, tool.utf8, tool.color);
	x += canvas_text(&canvas, x, FORMAT_TEXT,
			 format_clock(segment->time_us, clock), STYLE_DIM);
	snprintf(text, sizeof(text), " #%u ", conn->number);
	x += canvas_text(&canvas, x, sizeof(text), text, STYLE_DIM);
	draw_direction(&canvas, x, segment, style);
	x += 5;
	ladder_segment_text(&row, LADDER_FULL, text, sizeof(text));
	canvas_text(&canvas, x, canvas.columns - x, text, style);
	snprintf(text, sizeof(text), " %s %s",
		 state_text(segment->client.state),
		 state_text(segment->server.state));
	canvas_text_end(&canvas, canvas.columns - 1, text, STYLE_STATE);
	canvas_flush(&canvas);
	print_notes(&canvas, x, &row, style);
	fflush(stdout);
}

void trace_print_ladders(const struct trace_conns *conns)
{
	const struct trace_conn *conn;

	for (conn = conns->first; conn; conn = conn->next) {
		if (conns->count > 1)
			printf("%s#%u\n", conn->number > 1 ? "\n" : "",
			       conn->number);
		ladder_print(conn->ladder, stdout, tool.columns, tool.utf8,
			     tool.color);
	}
	if (!conns->count)
		tool_note("no segment was seen that fits the filter");
}

static json_t *json_end(const struct model_endpoint *end)
{
	char addr[INET6_ADDRSTRLEN] = "";

	inet_ntop(end->at.family, end->at.addr, addr, sizeof(addr));
	return json_pack("{s:s, s:i, s:s}", "addr", addr,
			 "port", end->at.port,
			 "state", state_text(end->state));
}

static json_t *json_conn_of(const struct trace_conn *conn)
{
	return json_pack("{s:i, s:o, s:i, s:o, s:o, s:o, s:O}",
			 "conn", (int)conn->number,
			 "id", conn->has_id ? json_integer(conn->id) :
			 json_null(),
			 "family", conn->key.family == AF_INET6 ? 6 : 4,
			 "client", json_end(&conn->end[0]),
			 "server", json_end(&conn->end[1]),
			 "time_wait_left_ms", conn->time_wait_left_ms ?
			 json_integer(conn->time_wait_left_ms) : json_null(),
			 "segments", conn->segments);
}

void trace_print_document(const struct trace_conns *conns, uint64_t lost)
{
	json_t *list = json_array();
	const struct trace_conn *conn;

	for (conn = conns->first; conn; conn = conn->next)
		json_array_append_new(list, json_conn_of(conn));
	tool_print_json(json_pack("{s:i, s:o, s:I, s:I}",
				  "schema_version", TOOL_SCHEMA_VERSION,
				  "connections", list,
				  "segments_lost", (json_int_t)lost,
				  "segments_not_kept",
				  (json_int_t)conns->unkept));
}
