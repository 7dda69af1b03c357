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

/* Twice what the longest takes: whole, with all records. */
#define CONN_TEXT 4096

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
	to = json_put_maybe(to, ",\"iss\":", ep->has_iss, ep->iss);
	to = json_put_count(to, ",\"nxt\":", ep->nxt);
	to = json_put_count(to, ",\"una\":", ep->una);
	to = json_put_count(to, ",\"edge\":", ep->edge);
	to = json_put_count(to, ",\"max_window_bytes\":", ep->max_window_bytes);
	to = json_put_count(to, ",\"window_scale\":", ep->window_scale);
	to = json_put_count(to, ",\"tsrecent\":", ep->tsrecent);
	return put_options(to, ep->options);
}

static char *put_endpoint(char *to, const char *key,
			  const struct model_endpoint *ep, bool whole)
{
	to = json_put_socket(to, key, ep);
	to = json_put_count(to, ",\"segments\":", ep->segments);
	to = json_put_count(to, ",\"bytes\":", ep->bytes);
	to = json_put_count(to, ",\"retransmitted\":", ep->retransmitted);
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
		to = json_put_named(to, "{\"side\":", side_text(record->side));
		to = json_put_named(to, ",\"state\":",
				    state_text(record->state));
		to = json_put_count(to, ",\"offset_ms\":", record->offset_ms);
		to = json_put(to, "}");
	}
	return json_put(to, "]");
}

static char *put_whole(char *to, const struct model_conn *conn)
{
	int holder = conn_time_wait(conn);

	to = put_records(to, conn);
	to = json_put_named(to, ",\"time_wait_of\":",
			    holder == 2 ? "both" : side_name(holder));
	to = json_put_count(to, ",\"pending_syns\":", conn->pending_syns);
	return json_put_named(to, ",\"shadow\":",
			      conn->shadow ? kind_text(conn->shadow) : NULL);
}

static char *put_conn(char *to, const struct model_conn *conn, bool whole)
{
	bool v6 = conn->client.at.family == AF_INET6;

	to = json_put_count(to, "\"id\":", conn->id);
	to = json_put_count(to, ",\"family\":", v6 ? 6 : 4);
	to = put_endpoint(to, ",\"client\":", &conn->client, whole);
	to = put_endpoint(to, ",\"server\":", &conn->server, whole);
	to = json_put_named(to, ",\"closed_by\":", side_name(conn->closed_by));
	to = json_put_count(to, ",\"age_ms\":", conn->age_ms);
	to = json_put_count(to, ",\"idle_ms\":", conn->idle_ms);
	to = json_put_maybe(to, ",\"expires_ms\":", conn->expires,
			    conn->expires_ms);
	to = json_put_maybe(to, ",\"handshake_rtt_us\":", conn->has_rtt,
			    conn->handshake_rtt_us);
	to = json_put_named(to, ",\"kind\":", kind_text(conn->kind));
	to = json_put(to, conn_half_open(conn) ? ",\"half_open\":true" :
						 ",\"half_open\":false");
	to = json_put_count(to, ",\"quiet\":", conn->quiet);
	to = json_put_count(to, ",\"dropped\":", conn->dropped);
	to = json_put_named(to, ",\"last_reason\":", conn->last_reason ?
			    tcpw_reasons[conn->last_reason].name : NULL);
	return whole ? put_whole(to, conn) : to;
}

void json_conn(const struct model_conn *conn, bool whole)
{
	char text[CONN_TEXT], *to = json_put_begin(text);

	if (tool.format == OUTPUT_JSON_LINES)
		to = json_put(to, "\"type\":\"connection\",");
	json_put_end(text, put_conn(to, conn, whole));
}
