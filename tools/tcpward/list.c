// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward list: a line for each connection. The first rows are kept back to
 * find the widths of the columns; after them lines go out as they come.
 */
#include "filter.h"
#include "format.h"
#include "nl.h"
#include "tool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_ROWS 2000
#define OUTPUT_BYTES (256 << 10)

enum column {
	COLUMN_CLIENT,
	COLUMN_SERVER,
	COLUMN_CLIENT_STATE,
	COLUMN_SERVER_STATE,
	COLUMN_NOTE,
	COLUMN_AGE,
	COLUMN_IDLE,
	COLUMN_ENDS,
	COLUMN_RTT,
	COLUMN_CLIENT_BYTES,
	COLUMN_SERVER_BYTES,
	COLUMN_RETRANSMITTED,
	COLUMNS
};

static const struct {
	const char *title;
	bool right;
} columns[COLUMNS] = {
	{ "CLIENT", false }, { "SERVER", false },
	{ "C-STATE", false }, { "S-STATE", false },
	{ "NOTE", false }, { "AGE", true }, { "IDLE", true },
	{ "ENDS", true }, { "RTT", true }, { "C-SENT", true },
	{ "S-SENT", true }, { "RETR", true },
};

struct listing {
	const struct filter *filter;
	struct model_conn *kept;
	unsigned int kept_rows;
	bool flushed;
	int widths[COLUMNS];
	uint64_t count;
	uint64_t half_open;
	uint64_t time_wait;
};

static const char *note(const struct model_conn *conn)
{
	if (conn->kind == TCPWARD_KIND_RESET)
		return "reset";
	if (conn_half_open(conn))
		return "half-open";
	if (conn->closed_by >= 0)
		return conn->closed_by ? "server closed" : "client closed";
	return conn->kind == TCPWARD_KIND_MID ? "picked up" : "";
}

static void cell(const struct model_conn *conn, enum column column, char *text)
{
	strcpy(text, "-");
	switch (column) {
	case COLUMN_CLIENT:
		model_address_text(&conn->client.at, text);
		break;
	case COLUMN_SERVER:
		model_address_text(&conn->server.at, text);
		break;
	case COLUMN_CLIENT_STATE:
		strcpy(text, state_text(conn->client.state));
		break;
	case COLUMN_SERVER_STATE:
		strcpy(text, state_text(conn->server.state));
		break;
	case COLUMN_NOTE:
		strcpy(text, note(conn));
		break;
	case COLUMN_AGE:
		format_ms(conn->age_ms, text);
		break;
	case COLUMN_IDLE:
		format_ms(conn->idle_ms, text);
		break;
	case COLUMN_ENDS:
		if (conn->expires)
			format_ms(conn->expires_ms, text);
		break;
	case COLUMN_RTT:
		if (conn->has_rtt)
			format_us(conn->handshake_rtt_us, text);
		break;
	case COLUMN_CLIENT_BYTES:
		format_bytes(conn->client.bytes, text);
		break;
	case COLUMN_SERVER_BYTES:
		format_bytes(conn->server.bytes, text);
		break;
	default:
		format_bytes((uint64_t)conn->client.retransmitted +
			     conn->server.retransmitted, text);
		break;
	}
}

static const char *cell_paint(const struct model_conn *conn, int column)
{
	if (column == COLUMN_CLIENT_STATE)
		return paint(paint_state(conn->client.state));
	if (column == COLUMN_SERVER_STATE)
		return paint(paint_state(conn->server.state));
	if (column == COLUMN_ENDS && conn_time_wait(conn) >= 0)
		return paint(PAINT_BLUE);
	return NULL;
}

static void print_row(const struct listing *listing,
		      const struct model_conn *conn)
{
	char text[MODEL_ADDRESS_TEXT > FORMAT_TEXT ? MODEL_ADDRESS_TEXT :
		  FORMAT_TEXT];

	for (int c = 0; c < COLUMNS; c++) {
		const char *color = conn ? cell_paint(conn, c) :
				    paint(PAINT_BOLD);
		int width = listing->widths[c];

		if (conn)
			cell(conn, c, text);
		else
			strcpy(text, columns[c].title);
		printf("%s%s%*s%s", c ? " " : "", color ? color : "",
		       columns[c].right ? width : -width, text,
		       color ? paint_end() : "");
	}
	putchar('\n');
}

static void measure(struct listing *listing)
{
	char text[MODEL_ADDRESS_TEXT];

	for (int c = 0; c < COLUMNS; c++) {
		listing->widths[c] = strlen(columns[c].title);
		for (unsigned int i = 0; i < listing->kept_rows; i++) {
			cell(&listing->kept[i], c, text);
			if ((int)strlen(text) > listing->widths[c])
				listing->widths[c] = strlen(text);
		}
	}
}

static void flush_rows(struct listing *listing)
{
	measure(listing);
	listing->flushed = true;
	if (listing->kept_rows)
		print_row(listing, NULL);
	for (unsigned int i = 0; i < listing->kept_rows; i++)
		print_row(listing, &listing->kept[i]);
}

static int add(const struct model_conn *conn, void *arg)
{
	struct listing *listing = arg;

	if (!filter_match(listing->filter, conn))
		return 0;
	listing->count++;
	listing->half_open += conn_half_open(conn);
	listing->time_wait += conn_time_wait(conn) >= 0;
	if (tool.format != OUTPUT_TEXT) {
		json_conn(conn, false);
		return 0;
	}
	if (listing->flushed) {
		print_row(listing, conn);
		return 0;
	}
	listing->kept[listing->kept_rows++] = *conn;
	if (listing->kept_rows == KEPT_ROWS)
		flush_rows(listing);
	return 0;
}

static void finish(struct listing *listing, bool interrupted, bool complete)
{
	if (tool.format == OUTPUT_JSON)
		json_array_end(json_pack("{s:b, s:b}", "complete", complete,
					 "changed_while_read", interrupted));
	if (tool.format != OUTPUT_TEXT)
		return;
	if (!listing->flushed)
		flush_rows(listing);
	printf("%s%" PRIu64 " connection%s, %" PRIu64 " half-open, %" PRIu64
	       " in TIME_WAIT%s%s\n", paint(PAINT_DIM), listing->count,
	       listing->count == 1 ? "" : "s", listing->half_open,
	       listing->time_wait,
	       interrupted ? "; the table changed while it was read" : "",
	       paint_end());
}

static int run(struct listing *listing)
{
	struct model_filter kernel;
	struct nl_client *client;
	int err, code = EXIT_DONE;

	filter_for_kernel(listing->filter, &kernel);
	err = nl_open(&client);
	if (err) {
		code = nl_fail(client, err, "cannot list the connections");
		nl_end(client);
		return code;
	}
	if (tool.format == OUTPUT_JSON)
		json_array_begin("connections");
	err = nl_conns(client, &kernel, true, add, listing);
	finish(listing, nl_interrupted(client), !err);
	if (err && tool.format == OUTPUT_JSON)
		code = EXIT_REFUSED;
	else if (err)
		code = nl_fail(client, err, "the list is not complete");
	nl_end(client);
	return code;
}

int cmd_list(int argc, char **argv)
{
	static char output[OUTPUT_BYTES];	/* until the program ends */
	struct listing listing = { 0 };
	struct filter *filter;
	int code;

	filter = filter_parse(argc - 1, argv + 1);
	if (!filter)
		return EXIT_USAGE;
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	listing.filter = filter;
	listing.kept = calloc(KEPT_ROWS, sizeof(*listing.kept));
	if (listing.kept)
		code = run(&listing);
	else
		code = tool_fail(EXIT_REFUSED, "out of memory", NULL,
				 "cannot list the connections");
	free(listing.kept);
	filter_free(filter);
	return code;
}
