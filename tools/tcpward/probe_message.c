// SPDX-License-Identifier: GPL-2.0
/*
 * HTTP/1.x messages taken apart: start line, headers, body. Works on the bytes
 * that were really sent and received.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FNV_OFFSET 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

void probe_buffer_add(struct probe_buffer *buffer, const char *data,
		      size_t len)
{
	char *grown = realloc(buffer->data, buffer->len + len + 1);

	if (!grown)
		return;
	memcpy(grown + buffer->len, data, len);
	buffer->data = grown;
	buffer->len += len;
	grown[buffer->len] = '\0';
}

void probe_body_add(struct probe_message *message, const char *data,
		    size_t len)
{
	size_t room = PROBE_PREVIEW_BYTES - message->preview_bytes;

	if (!message->body_bytes)
		message->body_hash = FNV_OFFSET;
	message->body_bytes += len;
	for (size_t i = 0; i < len; i++)
		message->body_hash = (message->body_hash ^
				      (unsigned char)data[i]) * FNV_PRIME;
	if (room > len)
		room = len;
	memcpy(message->preview + message->preview_bytes, data, room);
	message->preview_bytes += room;
}

/* Bytes of a header need not be UTF-8; JSON must be. */
static json_t *text_json(const char *text, size_t len)
{
	json_t *value = json_stringn(text, len);
	char *latin, *to;

	if (value)
		return value;
	latin = to = malloc(2 * len + 1);
	if (!latin)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = text[i];

		if (byte >= 0x80) {
			*to++ = 0xc0 | byte >> 6;
			byte = 0x80 | (byte & 0x3f);
		}
		*to++ = byte ? byte : ' ';
	}
	value = json_stringn(latin, to - latin);
	free(latin);
	return value;
}

/* Cut the line at @at from the head: its length without CR LF. */
static size_t line_length(const char *at, const char **next)
{
	size_t len = strcspn(at, "\n");

	*next = at + len + (at[len] == '\n');
	return len && at[len - 1] == '\r' ? len - 1 : len;
}

static void parse_start(struct probe_message *message, const char *line,
			size_t len)
{
	const char *end = line + len, *stop;

	for (int i = 0; i < 3 && line < end; i++) {
		stop = i < 2 ? memchr(line, ' ', end - line) : NULL;
		if (!stop)
			stop = end;
		free(message->start[i]);
		message->start[i] = strndup(line, stop - line);
		line = stop < end ? stop + 1 : end;
	}
}

static void parse_header(json_t *headers, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *end = line + len;
	const char *value = colon ? colon + 1 : end;
	json_t *pair = json_array();

	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	json_array_append_new(pair, text_json(line, (colon ? colon : end) -
						    line));
	json_array_append_new(pair, text_json(value, end - value));
	json_array_append_new(headers, pair);
}

/*
 * A response may come as several heads: those of status 1xx are counted and
 * left, fields after the last head's empty line are trailers.
 */
void probe_message_parse(struct probe_message *message)
{
	const char *at = message->head.data, *next;
	bool in_head = false, ended = false;
	size_t len;

	message->headers = json_array();
	message->trailers = json_array();
	for (; at && *at; at = next) {
		len = line_length(at, &next);
		if (!len) {
			in_head = false;
			ended = true;
		} else if (in_head) {
			parse_header(message->headers, at, len);
		} else if (ended && strncmp(at, "HTTP/", 5)) {
			parse_header(message->trailers, at, len);
		} else {
			message->interim += ended;
			json_array_clear(message->headers);
			parse_start(message, at, len);
			in_head = true;
		}
	}
}

void probe_message_clear(struct probe_message *message)
{
	for (int i = 0; i < 3; i++)
		free(message->start[i]);
	free(message->head.data);
	json_decref(message->headers);
	json_decref(message->trailers);
	memset(message, 0, sizeof(*message));
}

const char *probe_header(const struct probe_message *message,
			 const char *name)
{
	json_t *pair;
	size_t i;

	json_array_foreach(message->headers, i, pair)
		if (!strcasecmp(json_string_value(json_array_get(pair, 0)),
				name))
			return json_string_value(json_array_get(pair, 1));
	return NULL;
}
