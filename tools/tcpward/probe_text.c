// SPDX-License-Identifier: GPL-2.0
/*
 * The probe's report for people: phases as bars, request and response with
 * their parts named. At most 100 columns.
 */
#include "probe.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define BAR_COLUMNS 48
#define MAX_COLUMNS 100

void probe_heading(const char *format, ...)
{
	va_list args;

	fputs(tool.color ? "\n\033[1m" : "\n", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	puts(tool.color ? "\033[0m" : "");
}

const char *probe_time_text(char *text, uint64_t us)
{
	if (us < 10000)
		snprintf(text, 24, "%.2f ms", us / 1e3);
	else if (us < 1000000)
		snprintf(text, 24, "%.1f ms", us / 1e3);
	else
		snprintf(text, 24, "%.2f s", us / 1e6);
	return text;
}

/* What a server sends must not reach the terminal as control sequences. */
void probe_put(const char *text, size_t len)
{
	for (size_t i = 0; i < len && text[i]; i++)
		putchar((unsigned char)text[i] < ' ' || text[i] == 0x7f ?
			'.' : text[i]);
}

void probe_wrap(unsigned int indent, const char *text)
{
	size_t room = (tool.columns < MAX_COLUMNS ? tool.columns :
						    MAX_COLUMNS);
	size_t len;

	room = room > indent + 20 ? room - indent : 20;
	while (strlen(text) > room) {
		for (len = room; len && text[len] != ' ';)
			len--;
		if (!len)
			len = strcspn(text, " ");
		probe_put(text, len);
		printf("\n%*s", (int)indent, "");
		text += len + (text[len] == ' ');
	}
	probe_put(text, strlen(text));
	putchar('\n');
}

static void print_bar(uint64_t from_us, uint64_t us, uint64_t total_us)
{
	unsigned int before, count;

	if (!total_us)
		total_us = 1;
	before = from_us * BAR_COLUMNS / total_us;
	count = (from_us + us) * BAR_COLUMNS / total_us - before;
	if (before == BAR_COLUMNS)
		before--;
	printf("%*s", (int)before, "");
	if (!count)
		fputs(tool.utf8 ? "\u258f" : "|", stdout);
	for (; count; count--)
		fputs(tool.utf8 ? "\u2588" : "#", stdout);
	putchar('\n');
}

static const char *const phase_content[PROBE_PHASES] = {
	[PROBE_DNS] = "name to address",
	[PROBE_TCP] = "TCP handshake",
	[PROBE_TLS] = "TLS handshake",
	[PROBE_SEND] = "request sent",
	[PROBE_WAIT] = "first byte",
	[PROBE_TRANSFER] = "the rest",
};

static uint64_t last_end(const struct probe_request *request)
{
	uint64_t end_us = request->start_us;

	for (int i = 0; i < PROBE_PHASES; i++)
		if (request->end_us[i])
			end_us = request->end_us[i];
	return end_us;
}

static void print_phases(const struct probe_request *request)
{
	uint64_t total_us = last_end(request) - request->start_us;
	uint64_t last_us = request->start_us, us;
	char text[24];

	probe_heading("Phases, %s in all", probe_time_text(text, total_us));
	for (int i = 0; i < PROBE_PHASES; i++) {
		printf("  %-9s %-16s", probe_phase_names[i],
		       phase_content[i]);
		if (!request->end_us[i]) {
			puts("         -");
			continue;
		}
		us = request->end_us[i] - last_us;
		printf("%10s  ", probe_time_text(text, us));
		print_bar(last_us - request->start_us, us, total_us);
		last_us = request->end_us[i];
	}
}

static void print_part(const char *part, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print_part(const char *part, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("  %-15s ", part);
	probe_wrap(18, text);
}

static void print_fields(const char *part, const json_t *fields)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(fields, i, pair)
		print_part(i ? "" : part, "%s: %s",
			   json_string_value(json_array_get(pair, 0)),
			   json_string_value(json_array_get(pair, 1)));
}

/* The body's beginning where it is text, up to the end of its first line. */
static void print_body(const struct probe_message *message)
{
	size_t len = 0;

	if (!message->body_bytes) {
		print_part("body", "none");
		return;
	}
	while (len < message->preview_bytes && len < 60 &&
	       isprint((unsigned char)message->preview[len]))
		len++;
	print_part("body", "%llu bytes%s%.*s%s",
		   (unsigned long long)message->body_bytes,
		   len ? ": " : ", not text", (int)len, message->preview,
		   len && len < message->body_bytes - 1 ? " ..." : "");
}

static const char *or_nothing(const char *text)
{
	return text ? text : "";
}

static void print_request(const struct probe_message *message)
{
	probe_heading("Request, as sent");
	print_part("request line", "%s %s %s", or_nothing(message->start[0]),
		   or_nothing(message->start[1]),
		   or_nothing(message->start[2]));
	print_part("", "method %s, target %s, version %s",
		   or_nothing(message->start[0]),
		   or_nothing(message->start[1]),
		   or_nothing(message->start[2]));
	print_fields("headers", message->headers);
	print_body(message);
}

static void print_response(const struct probe_message *message)
{
	probe_heading("Response, as received");
	if (message->interim)
		print_part("before it", "%u interim response%s (1xx)",
			   message->interim, message->interim == 1 ? "" : "s");
	print_part("status line", "%s %s %s", or_nothing(message->start[0]),
		   or_nothing(message->start[1]),
		   or_nothing(message->start[2]));
	print_part("", "version %s, status %s, reason %s",
		   or_nothing(message->start[0]),
		   or_nothing(message->start[1]),
		   message->start[2] ? message->start[2] : "not given");
	print_fields("headers", message->headers);
	print_fields("trailers", message->trailers);
	print_body(message);
	if (probe_header(message, "Location"))
		print_part("redirect", "not followed");
}

static void print_title(const struct probe_request *request)
{
	const struct probe_conn *conn = request->conn;
	char local[MODEL_ADDRESS_TEXT], remote[MODEL_ADDRESS_TEXT];

	probe_heading("%s", request->url);
	if (!conn || !conn->remote.family) {
		puts("  no connection");
		return;
	}
	printf("  connection %s to %s, %s\n",
	       conn->local.family ? model_address_text(&conn->local, local) :
				    "-",
	       model_address_text(&conn->remote, remote),
	       request->reused ? "reused" : "new");
}

static void print_whole(const struct probe_request *request)
{
	print_title(request);
	print_phases(request);
	if (request->conn && request->conn->https && !request->reused)
		probe_print_tls(request->conn, request);
	if (request->request.start[0])
		print_request(&request->request);
	if (request->response.start[0])
		print_response(&request->response);
	if (request->conn && !request->conn->https &&
	    request->response.start[0])
		probe_print_plain(request);
}

/* The same request again: a line is enough. */
static void print_again(const struct probe_request *request,
			unsigned int number)
{
	char total[24], wait[24];
	uint64_t wait_us = request->end_us[PROBE_WAIT] -
			   request->end_us[PROBE_SEND];

	printf("  request %-4u %10s in all, %10s for the first byte, %s connection, %s %s\n",
	       number,
	       probe_time_text(total, last_end(request) - request->start_us),
	       probe_time_text(wait, wait_us),
	       request->reused ? "same" : "new",
	       or_nothing(request->response.start[1]),
	       or_nothing(request->response.start[2]));
}

static bool same_bytes(const struct probe_buffer *a,
		       const struct probe_buffer *b)
{
	return a->len == b->len && a->data && b->data &&
	       !memcmp(a->data, b->data, a->len);
}

static bool alike(const struct probe_request *a,
		  const struct probe_request *b)
{
	return a->response.start[1] && b->response.start[1] &&
	       !strcmp(a->response.start[1], b->response.start[1]) &&
	       a->response.body_bytes == b->response.body_bytes &&
	       a->response.body_hash == b->response.body_hash;
}

/* What two requests for the same show of a protocol without memory. */
static void print_memory(const struct probe_request *first,
			 const struct probe_request *last)
{
	bool same = same_bytes(&first->request.head, &last->request.head);
	const char *cookie = probe_header(&last->request, "Cookie");

	fputs("  ", stdout);
	if (same && alike(first, last))
		probe_wrap(2, "Identical requests were answered alike: HTTP is stateless, each request stands for itself.");
	else if (same)
		probe_wrap(2, "Identical requests were answered differently: the content changed at the server.");
	else if (cookie && alike(first, last))
		probe_wrap(2, "The later request carried a cookie; the answer is the same.");
	else if (cookie)
		probe_wrap(2, "The later request carried a cookie, and the answer is another: what the server knows of an earlier request came with the request.");
	else
		probe_wrap(2, "The requests were not identical.");
}

/* @first is whole; what follows for the same URL is told in short. */
static unsigned int print_group(const struct probe_run *run,
				unsigned int first)
{
	const struct probe_request *requests = run->requests;
	unsigned int i = first + 1;

	print_whole(&requests[first]);
	for (; i < run->count && requests[i].url == requests[first].url; i++) {
		if (i == first + 1)
			probe_heading("The same again");
		if (requests[i].error.code && !requests[first].error.code)
			print_whole(&requests[i]);
		else
			print_again(&requests[i], i - first + 1);
	}
	if (i > first + 1 && requests[i - 1].response.start[0])
		print_memory(&requests[first], &requests[i - 1]);
	return i;
}

static void print_kernel(const struct probe_run *run,
			 const struct probe_conn *conn)
{
	if (conn->next)
		print_kernel(run, conn->next);
	probe_print_kernel(run->watch, conn);
}

void probe_print_text(const struct probe_run *run)
{
	const char *missing = probe_watch_missing(run->watch);

	for (unsigned int i = 0; i < run->count;)
		i = print_group(run, i);
	if (missing)
		tool_note("no view of the kernel: %s", missing);
	else if (run->conns)
		print_kernel(run, run->conns);
}
