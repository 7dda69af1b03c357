// SPDX-License-Identifier: GPL-2.0
/*
 * Connections as JSON, of list and show alike; Documentation/json.rst says
 * what they hold. Written by hand, because a table has millions of them; names
 * and addresses need no escaping.
 */
#include "format.h"
#include "json_put.h"
#include "tool.h"

#include "core/core.h"

#include <arpa/inet.h>

/* Twice what the longest takes: whole, with all records. */
#define CONN_TEXT 4096

/* inet_ntop() prints with snprintf(): only where that is not plain. */
static char *put_address(char *to, const struct model_address *at)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (at->family == AF_INET6) {
		inet_ntop(AF_INET6, at->addr, text, sizeof(text));
		return json_put(to, text);
	}
	for (unsigned int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = json_put_number(to, at->addr[i]);
	}
	return to;
}

/* @key with its comma and colon. */
PUT_INLINE char *put_count(char *to, const char *key, uint64_t value)
{
	return json_put_number(json_put(to, key), value);
}

PUT_INLINE char *put_maybe(char *to, const char *key, bool known, uint64_t value)
{
	to = json_put(to, key);
	return known ? json_put_number(to, value) : json_put(to, "null");
}

PUT_INLINE char *put_name(char *to, const char *key, const char *name)
{
	return json_put_name(json_put(to, key), name);
}

static const char *side_name(int side)
{
	return side < 0 ? NULL : side_text(side);
}

static char *put_options(char *to, uint32_t options)
{
	static const char *const names[] = {
		"\"window-scale\"", "\"timestamps\"", "\"sack\"",
		"\"authentication\"",
	};
	bool first = true;

	to = json_put(to, ",\"options\":[");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!(options & 1U << i))
			continue;
		to = json_put(to, first ? "" : ",");
		to = json_put(to, names[i]);
		first = false;
	}
	return json_put(to, "]");
}

static char *put_numbers(char *to, const struct model_endpoint *ep)
{
	to = put_maybe(to, ",\"iss\":", ep->has_iss, ep->iss);
	to = put_count(to, ",\"nxt\":", ep->nxt);
	to = put_count(to, ",\"una\":", ep->una);
	to = put_count(to, ",\"edge\":", ep->edge);
	to = put_count(to, ",\"max_window_bytes\":", ep->max_window_bytes);
	to = put_count(to, ",\"window_scale\":", ep->window_scale);
	to = put_count(to, ",\"tsrecent\":", ep->tsrecent);
	return put_options(to, ep->options);
}

static char *put_endpoint(char *to, const char *key,
			  const struct model_endpoint *ep, bool whole)
{
	to = json_put(to, key);
	to = json_put(to, "{\"addr\":\"");
	to = put_address(to, &ep->at);
	to = put_count(to, "\",\"port\":", ep->at.port);
	to = put_name(to, ",\"state\":", state_text(ep->state));
	to = put_count(to, ",\"segments\":", ep->segments);
	to = put_count(to, ",\"bytes\":", ep->bytes);
	to = put_count(to, ",\"retransmitted\":", ep->retransmitted);
	if (whole)
		to = put_numbers(to, ep);
	return json_put(to, "}");
}

static char *put_records(char *to, const struct model_conn *conn)
{
	to = json_put(to, ",\"transitions\":[");
	for (unsigned int i = 0; i < conn->records; i++) {
		const struct model_record *record = &conn->record[i];

		to = json_put(to, i ? "," : "");
		to = put_name(to, "{\"side\":", side_text(record->side));
		to = put_name(to, ",\"state\":", state_text(record->state));
		to = put_count(to, ",\"offset_ms\":", record->offset_ms);
		to = json_put(to, "}");
	}
	return json_put(to, "]");
}

static char *put_whole(char *to, const struct model_conn *conn)
{
	int holder = conn_time_wait(conn);

	to = put_records(to, conn);
	to = put_name(to, ",\"time_wait_of\":",
		      holder == 2 ? "both" : side_name(holder));
	to = put_count(to, ",\"pending_syns\":", conn->pending_syns);
	return put_name(to, ",\"shadow\":",
			conn->shadow ? kind_text(conn->shadow) : NULL);
}

static char *put_conn(char *to, const struct model_conn *conn, bool whole)
{
	bool v6 = conn->client.at.family == AF_INET6;

	to = put_count(to, "\"id\":", conn->id);
	to = put_count(to, ",\"family\":", v6 ? 6 : 4);
	to = put_endpoint(to, ",\"client\":", &conn->client, whole);
	to = put_endpoint(to, ",\"server\":", &conn->server, whole);
	to = put_name(to, ",\"closed_by\":", side_name(conn->closed_by));
	to = put_count(to, ",\"age_ms\":", conn->age_ms);
	to = put_count(to, ",\"idle_ms\":", conn->idle_ms);
	to = put_maybe(to, ",\"expires_ms\":", conn->expires,
		       conn->expires_ms);
	to = put_maybe(to, ",\"handshake_rtt_us\":", conn->has_rtt,
		       conn->handshake_rtt_us);
	to = put_name(to, ",\"kind\":", kind_text(conn->kind));
	to = json_put(to, conn_half_open(conn) ? ",\"half_open\":true" :
						 ",\"half_open\":false");
	to = put_count(to, ",\"quiet\":", conn->quiet);
	to = put_count(to, ",\"dropped\":", conn->dropped);
	to = put_name(to, ",\"last_reason\":", conn->last_reason ?
		      tcpw_reasons[conn->last_reason].name : NULL);
	return whole ? put_whole(to, conn) : to;
}

void json_conn(const struct model_conn *conn, bool whole)
{
	bool lines = tool.format == OUTPUT_JSON_LINES;
	char text[CONN_TEXT], *to = text;

	if (lines) {
		to = put_count(to, "{\"schema_version\":",
			       TOOL_SCHEMA_VERSION);
		to = json_put(to, ",\"type\":\"connection\",");
	} else {
		json_array_next();
		to = json_put(to, "{");
	}
	to = put_conn(to, conn, whole);
	to = json_put(to, lines ? "}\n" : "}");
	fwrite(text, 1, to - text, stdout);
}
