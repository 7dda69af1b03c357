// SPDX-License-Identifier: GPL-2.0
/* How values look to people. No static buffers, no output. */
#include "format.h"
#include "tool.h"

#include "core/core.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netdb.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *paint(enum paint paint)
{
	static const char *const sequences[] = {
		[PAINT_BOLD] = "\033[1m",
		[PAINT_DIM] = "\033[2m",
		[PAINT_RED] = "\033[31m",
		[PAINT_GREEN] = "\033[32m",
		[PAINT_YELLOW] = "\033[33m",
		[PAINT_BLUE] = "\033[36m",
	};

	return tool.color ? sequences[paint] : "";
}

const char *paint_end(void)
{
	return tool.color ? "\033[0m" : "";
}

enum paint paint_state(enum tcpward_state state)
{
	switch (state) {
	case TCPWARD_STATE_ESTABLISHED:
		return PAINT_GREEN;
	case TCPWARD_STATE_SYN_SENT:
	case TCPWARD_STATE_SYN_RECEIVED:
		return PAINT_YELLOW;
	case TCPWARD_STATE_LISTEN:
	case TCPWARD_STATE_CLOSED:
		return PAINT_DIM;
	default:
		return PAINT_BLUE;
	}
}

const char *format_us(uint64_t us, char *text)
{
	if (us < 1000)
		snprintf(text, FORMAT_TEXT, "%" PRIu64 "us", us);
	else if (us < 100000)
		snprintf(text, FORMAT_TEXT, "%.1fms", us / 1e3);
	else
		format_ms(us / 1000, text);
	return text;
}

const char *format_ms(uint64_t ms, char *text)
{
	uint64_t s = ms / 1000, m = s / 60, h = m / 60;

	if (ms < 1000)
		snprintf(text, FORMAT_TEXT, "%" PRIu64 "ms", ms);
	else if (s < 100)
		snprintf(text, FORMAT_TEXT, "%" PRIu64 ".%" PRIu64 "s", s,
			 ms % 1000 / 100);
	else if (m < 60)
		snprintf(text, FORMAT_TEXT, "%" PRIu64 "m%02" PRIu64 "s", m,
			 s % 60);
	else if (h < 24)
		snprintf(text, FORMAT_TEXT, "%" PRIu64 "h%02" PRIu64 "m", h,
			 m % 60);
	else
		snprintf(text, FORMAT_TEXT, "%" PRIu64 "d%02" PRIu64 "h",
			 h / 24, h % 24);
	return text;
}

const char *format_bytes(uint64_t bytes, char *text)
{
	static const char units[] = "kMGTPE";
	double value = bytes;
	int unit = -1;

	while (value >= 999.5) {
		value /= 1000;
		unit++;
	}
	if (unit < 0)
		snprintf(text, FORMAT_TEXT, "%" PRIu64, bytes);
	else
		snprintf(text, FORMAT_TEXT, value < 99.95 ? "%.1f%c" :
			 "%.0f%c", value, units[unit]);
	return text;
}

const char *format_clock(uint64_t time_us, char *text)
{
	time_t seconds = time_us / 1000000;
	struct tm tm;
	size_t len;

	localtime_r(&seconds, &tm);
	len = strftime(text, FORMAT_TEXT, "%H:%M:%S", &tm);
	snprintf(text + len, FORMAT_TEXT - len, ".%06u",
		 (unsigned int)(time_us % 1000000));
	return text;
}

const char *format_flags(uint16_t flags, char *text)
{
	static const struct {
		uint16_t bit;
		char letter;
	} letters[] = {
		{ TCPW_SYN, 'S' }, { TCPW_FIN, 'F' }, { TCPW_RST, 'R' },
		{ TCPW_PSH, 'P' }, { TCPW_URG, 'U' }, { TCPW_ECE, 'E' },
		{ TCPW_CWR, 'C' },
	};
	size_t n = 0;

	for (size_t i = 0; i < COUNT(letters); i++)
		if (flags & letters[i].bit)
			text[n++] = letters[i].letter;
	if (flags & TCPW_ACK) {
		text[n] = n ? 'A' : '.';
		n++;
	}
	text[n] = '\0';
	if (!n)
		strcpy(text, "-");
	return text;
}

const char *format_options(const struct model_endpoint *ep, char *text)
{
	size_t n = 0;

	text[0] = '\0';
	if (ep->options & 1)
		n += snprintf(text + n, FORMAT_TEXT - n, ", ws %u",
			      ep->window_scale);
	if (ep->options & 2)
		n += snprintf(text + n, FORMAT_TEXT - n, ", timestamps");
	if (ep->options & 4)
		n += snprintf(text + n, FORMAT_TEXT - n, ", SACK");
	if (ep->options & 8)
		n += snprintf(text + n, FORMAT_TEXT - n, ", authentication");
	if (!n)
		snprintf(text, FORMAT_TEXT, "none");
	else
		memmove(text, text + 2, n - 1);
	return text;
}

const char *format_service(uint16_t port, char *text)
{
	struct servent *service = NULL;

	if (!tool.numeric)
		service = getservbyport(htons(port), "tcp");
	text[0] = '\0';
	if (service)
		snprintf(text, FORMAT_TEXT, " (%s)", service->s_name);
	return text;
}

const char *state_text(enum tcpward_state state)
{
	return tcpw_state_name(state == TCPWARD_STATE_LISTEN ?
			       TCPWARD_STATE_CLOSED : state);
}

const char *side_text(int side)
{
	return side ? "server" : "client";
}

const char *side_name(int side)
{
	return side < 0 ? NULL : side_text(side);
}

/* The name at @i, or "?" from a newer interface. */
static const char *name_at(const char *const *names, size_t count, size_t i)
{
	return i < count ? names[i] : "?";
}

const char *kind_text(enum tcpward_kind kind)
{
	static const char *const names[] = { "none", "open", "mid", "reset" };

	return name_at(names, COUNT(names), kind);
}

const char *verdict_text(enum tcpward_verdict verdict)
{
	static const char *const names[] = { "pass", "quiet", "drop" };

	return name_at(names, COUNT(names), verdict);
}

const char *field_text(enum tcpward_field field)
{
	static const char *const names[] = {
		"none", "seq", "ack", "tsval", "tsecr", "fin", "count",
		"length"
	};

	return name_at(names, COUNT(names), field);
}

const char *event_text(enum tcpward_conn_event event)
{
	static const char *const names[] = {
		"new", "end", "forget", "evict", "restore"
	};

	return name_at(names, COUNT(names), event);
}

const char *class_text(unsigned int class)
{
	static const char *const names[] = { "none", "drop", "quiet", "flag" };

	return name_at(names, COUNT(names), class);
}

const char *arrow(void)
{
	return tool.utf8 ? "\u2192" : "->";
}

bool conn_half_open(const struct model_conn *conn)
{
	return conn->kind == TCPWARD_KIND_OPEN &&
	       (conn->client.state < TCPWARD_STATE_ESTABLISHED ||
		conn->server.state < TCPWARD_STATE_ESTABLISHED);
}

int conn_time_wait(const struct model_conn *conn)
{
	bool client = conn->client.state == TCPWARD_STATE_TIME_WAIT;
	bool server = conn->server.state == TCPWARD_STATE_TIME_WAIT;

	return client && server ? 2 : server ? 1 : client ? 0 : -1;
}
