// SPDX-License-Identifier: GPL-2.0
/*
 * Segments as JSON objects, and how objects are printed; Documentation/json.rst
 * says what they hold. Others: see json_conn.c and json_transition.c.
 */
#include "format.h"
#include "tool.h"

#include "core/core.h"

#include <arpa/inet.h>
#include <string.h>

static json_t *json_address(const struct model_endpoint *ep)
{
	char addr[INET6_ADDRSTRLEN] = "";

	inet_ntop(ep->at.family == AF_INET6 ? AF_INET6 : AF_INET, ep->at.addr,
		  addr, sizeof(addr));
	return json_pack("{s:s, s:i, s:s}", "addr", addr, "port", ep->at.port,
			 "state", state_text(ep->state));
}

json_t *json_reason(enum tcpward_reason reason)
{
	return reason ? json_string(tcpw_reasons[reason].name) : json_null();
}

static int family_number(const struct model_address *at)
{
	return at->family == AF_INET6 ? 6 : 4;
}

/* What every event begins with. */
static json_t *json_event(const char *type, uint64_t time_us,
			  const struct model_endpoint *client,
			  const struct model_endpoint *server)
{
	return json_pack("{s:s, s:I, s:i, s:o, s:o}", "type", type,
			 "time_us", (json_int_t)time_us,
			 "family", family_number(&client->at),
			 "client", json_address(client),
			 "server", json_address(server));
}

/* The options that the segment carries. */
static void set_segment_options(json_t *object,
				const struct model_segment *segment)
{
	json_t *sack = json_array();

	if (segment->has_mss)
		json_object_set_new(object, "mss",
				    json_integer(segment->mss));
	if (segment->has_window_scale)
		json_object_set_new(object, "window_scale",
				    json_integer(segment->window_scale));
	if (segment->has_ts) {
		json_object_set_new(object, "tsval",
				    json_integer(segment->tsval));
		json_object_set_new(object, "tsecr",
				    json_integer(segment->tsecr));
	}
	for (unsigned int i = 0; i < segment->sack_edges; i++)
		json_array_append_new(sack, json_integer(segment->sack[i]));
	if (segment->sack_edges)
		json_object_set(object, "sack", sack);
	json_decref(sack);
}

/* The first rule that a reason stands for: "R74" of "R74, R75, R77". */
static json_t *json_rule(enum tcpward_reason reason)
{
	const char *rules = tcpw_reasons[reason].rule;

	return json_stringn(rules, strcspn(rules, ","));
}

static void set_judgement(json_t *object, const struct model_segment *segment)
{
	enum tcpward_reason cause = segment->reason ? segment->reason :
				    segment->flag;

	json_object_set_new(object, "verdict",
			    json_string(verdict_text(segment->verdict)));
	json_object_set_new(object, "reason", json_reason(segment->reason));
	json_object_set_new(object, "flag", json_reason(segment->flag));
	json_object_set_new(object, "rule", cause ?
			    json_rule(cause) :
			    json_null());
	json_object_set_new(object, "source", cause ?
			    json_string(tcpw_reasons[cause].source) :
			    json_null());
	json_object_set_new(object, "observed",
			    json_boolean(segment->observed));
	if (!segment->field)
		return;
	json_object_set_new(object, "field",
			    json_string(field_text(segment->field)));
	json_object_set_new(object, "low", json_integer(segment->low));
	json_object_set_new(object, "high", json_integer(segment->high));
	json_object_set_new(object, "seen", json_integer(segment->seen));
}

json_t *json_segment(const struct model_segment *segment, const char *type)
{
	json_t *object = json_event(type, segment->time_us, &segment->client,
				    &segment->server);
	char flags[FORMAT_TEXT];

	json_object_set_new(object, "id", segment->has_id ?
			    json_integer(segment->id) : json_null());
	json_object_set_new(object, "dir",
			    json_string(segment->side ? "s2c" : "c2s"));
	json_object_set_new(object, "flags", json_string(
			    format_flags(segment->flags, flags)));
	json_object_set_new(object, "seq", json_integer(segment->seq));
	json_object_set_new(object, "ack", segment->flags & TCPW_ACK ?
			    json_integer(segment->ack) : json_null());
	json_object_set_new(object, "length_bytes",
			    json_integer(segment->length_bytes));
	json_object_set_new(object, "window", json_integer(segment->window));
	json_object_set_new(object, "retransmission",
			    json_boolean(segment->retransmission));
	set_segment_options(object, segment);
	set_judgement(object, segment);
	return object;
}

void json_line(json_t *object, const char *type)
{
	json_t *line = json_pack("{s:i, s:s}", "schema_version",
				 TOOL_SCHEMA_VERSION, "type", type);

	json_object_update(line, object);
	json_decref(object);
	tool_print_json(line);
}

static bool array_empty;

void json_array_begin(const char *key)
{
	printf("{\"schema_version\":%d,\"%s\":[", TOOL_SCHEMA_VERSION, key);
	array_empty = true;
}

void json_array_next(void)
{
	fputs(array_empty ? "\n" : ",\n", stdout);
	array_empty = false;
}

void json_array_add(json_t *object)
{
	json_array_next();
	json_dumpf(object, stdout, JSON_COMPACT);
	json_decref(object);
}

void json_array_end(json_t *rest)
{
	const char *key;
	json_t *value;

	fputs(array_empty ? "]" : "\n]", stdout);
	json_object_foreach(rest, key, value) {
		printf(",\"%s\":", key);
		json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	puts("}");
	json_decref(rest);
}
