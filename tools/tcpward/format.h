/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How values look to people and in JSON. Text functions fill and return
 * @text, which holds FORMAT_TEXT bytes.
 */
#ifndef TCPWARD_FORMAT_H
#define TCPWARD_FORMAT_H

#include "model.h"

#include <jansson.h>

#define FORMAT_TEXT 64

enum paint {
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_RED,
	PAINT_GREEN,
	PAINT_YELLOW,
	PAINT_BLUE,
};

/* The escape sequence, or "" without colour. */
const char *paint(enum paint paint);
const char *paint_end(void);
/* The colour that a state is shown in, beside its name. */
enum paint paint_state(enum tcpward_state state);

/* "850us", "12.3ms", "5.2s", "3m12s", "2h04m", "3d02h". */
const char *format_us(uint64_t us, char *text);
const char *format_ms(uint64_t ms, char *text);
/* "512", "14.2k", "1.3M" bytes. */
const char *format_bytes(uint64_t bytes, char *text);
/* "14:03:59.123456", local time. */
const char *format_clock(uint64_t time_us, char *text);
/* "S", "SA", "FA", "." for a bare ACK. */
const char *format_flags(uint16_t flags, char *text);
/* "ws 7, timestamps, SACK" of an endpoint. */
const char *format_options(const struct model_endpoint *ep, char *text);
/* " (https)" where the port has a name and -n is not given, or "". */
const char *format_service(uint16_t port, char *text);

/* LISTEN cannot be told from CLOSED and is shown so. */
const char *state_text(enum tcpward_state state);
const char *side_text(int side);
const char *side_name(int side);	/* NULL for -1: neither */
const char *kind_text(enum tcpward_kind kind);
const char *verdict_text(enum tcpward_verdict verdict);
const char *field_text(enum tcpward_field field);
const char *event_text(enum tcpward_conn_event event);
const char *class_text(unsigned int class);

/* An arrow or comparison sign that the terminal can show. */
const char *arrow(void);

/* Handshake not finished: an end has asked or answered, no more. */
bool conn_half_open(const struct model_conn *conn);
/* The side (0, 1) that holds TIME-WAIT; -1: none, 2: both. */
int conn_time_wait(const struct model_conn *conn);

/* A JSON object, without schema_version. */
json_t *json_segment(const struct model_segment *segment, const char *type);
/* Of enum tcpward_reason, or null for NONE. */
json_t *json_reason(enum tcpward_reason reason);

/* Print @object (released) as a line of its own, of this type. */
void json_line(json_t *object, const char *type);

/*
 * Print a connection: what comes next in an array with -j, a line with -J,
 * which is not flushed; @whole: also what show prints.
 */
void json_conn(const struct model_conn *conn, bool whole);
/* A transition, likewise. */
void json_transition(const struct model_transition *transition);

/* One JSON document whose array @key is written as it comes. */
void json_array_begin(const char *key);
void json_array_next(void);		/* what is printed next is in it */
void json_array_add(json_t *object);	/* releases @object */
/* @rest (released; may be NULL): members after the array. */
void json_array_end(json_t *rest);

#endif
