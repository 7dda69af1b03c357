// SPDX-License-Identifier: GPL-2.0
/* A saved connection, and the configuration, as JSON. */
#include "knob_text.h"
#include "saved.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A hundred years, as the module has it. */
#define AGE_MAX_MS (100ull * 366 * 86400 * 1000)

static const char *const sides[] = { "client", "server" };

/* --- out --------------------------------------------------------------- */

static json_t *end_json(const struct model_endpoint *end)
{
	char addr[INET6_ADDRSTRLEN] = "";

	inet_ntop(end->at.family, end->at.addr, addr, sizeof(addr));
	return json_pack("{s:s, s:i, s:I, s:I, s:I}", "addr", addr, "port",
			 end->at.port, "segments", (json_int_t)end->segments,
			 "bytes", (json_int_t)end->bytes, "retransmitted",
			 (json_int_t)end->retransmitted);
}

static json_t *recorder_json(const struct model_conn *conn)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < conn->records; i++)
		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:I}",
			"side", sides[conn->record[i].side & 1],
			"state", tcpw_state_name(conn->record[i].state),
			"offset_ms", (json_int_t)conn->record[i].offset_ms));
	return list;
}

static json_t *plain_json(const struct tcpw_field *fields, const void *base)
{
	json_t *json = json_object();

	saved_structure_json(json, fields, base);
	return json;
}

static json_t *core_json(const struct tcpw_saved_conn *conn)
{
	json_t *json = json_object();

	saved_structure_json(json, tcpw_conn_fields, conn);
	json_object_set_new(json, "lower",
			    plain_json(tcpw_end_fields, &conn->ep[0]));
	json_object_set_new(json, "higher",
			    plain_json(tcpw_end_fields, &conn->ep[1]));
	return json;
}

static json_t *ext_json(const struct tcpw_saved_ext *ext)
{
	json_t *syns = json_array(), *synacks = json_array();
	json_t *json = json_object();

	if (!ext) {
		json_decref(json);
		json_decref(syns);
		json_decref(synacks);
		return json_null();
	}
	saved_structure_json(json, tcpw_ext_fields, &ext->rest);
	for (int i = 0; i < TCPW_CANDIDATES; i++) {
		json_array_append_new(syns, plain_json(tcpw_syn_fields,
						       &ext->rest.syn[i]));
		json_array_append_new(synacks,
				      plain_json(tcpw_synack_fields,
						 &ext->rest.synack[i]));
	}
	json_object_set_new(json, "syn", syns);
	json_object_set_new(json, "synack", synacks);
	json_object_set_new(json, "shadow", core_json(&ext->shadow));
	return json;
}

json_t *saved_conn_json(const struct saved_conn *conn)
{
	const struct model_conn *view = &conn->view;

	return json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:s, s:o, "
			 "s:o, s:o}", "type", "connection",
			 "client", end_json(&view->client),
			 "server", end_json(&view->server),
			 "age_ms", (json_int_t)view->age_ms,
			 "idle_ms", (json_int_t)view->idle_ms,
			 "handshake_rtt_us",
			 (json_int_t)view->handshake_rtt_us,
			 "quiet", (json_int_t)view->quiet,
			 "dropped", (json_int_t)view->dropped,
			 "last_reason", tcpw_reasons[view->last_reason].name,
			 "recorder", recorder_json(view),
			 "core", core_json(&conn->core),
			 "ext", ext_json(conn->ext));
}

json_t *saved_config_json(const struct tcpw_config *config)
{
	struct tcpw_config copy = *config;
	json_t *json = json_object();
	char text[64];

	for (unsigned int i = 0; i < TCPW_KNOBS; i++) {
		knob_value_text(&tcpw_knobs[i],
				*tcpw_knob_slot(&copy, &tcpw_knobs[i]), text,
				sizeof(text));
		json_object_set_new(json, tcpw_knobs[i].name,
				    json_string(text));
	}
	return json;
}

/* --- in ---------------------------------------------------------------- */

static bool number32(const json_t *json, const char *name, uint32_t max,
		     uint32_t *value, struct saved_fault *fault)
{
	uint64_t wide;

	if (!saved_number(json, name, max, &wide, fault))
		return false;
	*value = wide;
	return true;
}

static bool parse_address(struct model_address *at, const json_t *json,
			  struct saved_fault *fault)
{
	const char *addr = json_string_value(json_object_get(json, "addr"));
	uint32_t port;

	at->family = addr && strchr(addr, ':') ? AF_INET6 : AF_INET;
	if (!addr || inet_pton(at->family, addr, at->addr) != 1)
		return saved_say(fault, "'addr' is no address");
	if (!number32(json, "port", UINT16_MAX, &port, fault))
		return false;
	at->port = port;
	return true;
}

static bool parse_end(struct model_endpoint *end, const json_t *json,
		      const char *what, struct saved_fault *fault)
{
	static const char *const names[] = {
		"addr", "port", "segments", "bytes", "retransmitted", NULL,
	};

	return saved_members(json, what, names, fault) &&
	       parse_address(&end->at, json, fault) &&
	       number32(json, "segments", UINT32_MAX, &end->segments,
			fault) &&
	       saved_number(json, "bytes", INT64_MAX, &end->bytes, fault) &&
	       number32(json, "retransmitted", UINT32_MAX,
			&end->retransmitted, fault);
}

static bool parse_record(struct model_record *record, const json_t *json,
			 struct saved_fault *fault)
{
	static const char *const names[] = {
		"side", "state", "offset_ms", NULL,
	};
	const char *side, *state;
	unsigned int i;

	if (!saved_members(json, "a record", names, fault) ||
	    !number32(json, "offset_ms", 0x7ffffff, &record->offset_ms,
		      fault))
		return false;
	side = json_string_value(json_object_get(json, "side"));
	state = json_string_value(json_object_get(json, "state"));
	if (!side || (strcmp(side, sides[0]) && strcmp(side, sides[1])))
		return saved_say(fault, "'side' is neither client nor server");
	record->side = !strcmp(side, sides[1]);
	/* From the end: CLOSED is the last of two of this name. */
	for (i = TCPWARD_STATE_MAX; state && i; i--)
		if (!strcmp(state, tcpw_state_name(i)))
			break;
	record->state = i;
	return i || saved_say(fault, "'state' of a record is no state");
}

static bool parse_recorder(struct model_conn *conn, const json_t *json,
			   struct saved_fault *fault)
{
	if (!json_is_array(json) || json_array_size(json) > MODEL_RECORDS)
		return saved_say(fault, "'recorder' is no list of at most %d",
				 MODEL_RECORDS);
	for (; conn->records < json_array_size(json); conn->records++)
		if (!parse_record(&conn->record[conn->records],
				  json_array_get(json, conn->records), fault))
			return false;
	return true;
}

static bool parse_reason(struct model_conn *conn, const json_t *json,
			 struct saved_fault *fault)
{
	const char *name = json_string_value(json);

	for (unsigned int i = 0; name && i <= TCPWARD_REASON_MAX; i++) {
		if (strcmp(name, tcpw_reasons[i].name))
			continue;
		conn->last_reason = i;
		return true;
	}
	return saved_say(fault, "'last_reason' is no reason");
}

static bool parse_core(struct tcpw_saved_conn *conn, const json_t *json,
		       struct saved_fault *fault)
{
	static const char *const names[] = { "lower", "higher", NULL };

	if (!saved_structure(json, "'core' or 'shadow'", tcpw_conn_fields,
			     names, conn, fault))
		return false;
	return saved_structure(json_object_get(json, "lower"), "'lower'",
			       tcpw_end_fields, NULL, &conn->ep[0], fault) &&
	       saved_structure(json_object_get(json, "higher"), "'higher'",
			       tcpw_end_fields, NULL, &conn->ep[1], fault);
}

static bool parse_ext(struct tcpw_saved_ext *ext, const json_t *json,
		      struct saved_fault *fault)
{
	static const char *const names[] = { "syn", "synack", "shadow", NULL };
	const json_t *syns, *synacks;

	if (!saved_structure(json, "'ext'", tcpw_ext_fields, names,
			     &ext->rest, fault))
		return false;
	syns = json_object_get(json, "syn");
	synacks = json_object_get(json, "synack");
	if (json_array_size(syns) != TCPW_CANDIDATES ||
	    json_array_size(synacks) != TCPW_CANDIDATES)
		return saved_say(fault, "'syn' and 'synack' are not of %d each",
				 TCPW_CANDIDATES);
	for (int i = 0; i < TCPW_CANDIDATES; i++)
		if (!saved_structure(json_array_get(syns, i), "'syn'",
				     tcpw_syn_fields, NULL,
				     &ext->rest.syn[i], fault) ||
		    !saved_structure(json_array_get(synacks, i), "'synack'",
				     tcpw_synack_fields, NULL,
				     &ext->rest.synack[i], fault))
			return false;
	return parse_core(&ext->shadow, json_object_get(json, "shadow"),
			  fault);
}

static bool parse_view(struct model_conn *view, const json_t *json,
		       struct saved_fault *fault)
{
	if (!parse_end(&view->client, json_object_get(json, "client"),
		       "'client'", fault) ||
	    !parse_end(&view->server, json_object_get(json, "server"),
		       "'server'", fault) ||
	    !saved_number(json, "age_ms", AGE_MAX_MS, &view->age_ms, fault) ||
	    !saved_number(json, "idle_ms", view->age_ms, &view->idle_ms,
			  fault) ||
	    !number32(json, "handshake_rtt_us", UINT32_MAX,
		      &view->handshake_rtt_us, fault) ||
	    !number32(json, "quiet", UINT32_MAX, &view->quiet, fault) ||
	    !number32(json, "dropped", UINT32_MAX, &view->dropped, fault))
		return false;
	if (view->client.at.family != view->server.at.family)
		return saved_say(fault, "the addresses are of two families");
	return parse_reason(view, json_object_get(json, "last_reason"),
			    fault) &&
	       parse_recorder(view, json_object_get(json, "recorder"), fault);
}

/* The order in which the core's ends stand: by address, then port. */
static bool client_is_higher(const struct model_conn *view)
{
	int order = memcmp(view->client.at.addr, view->server.at.addr,
			   sizeof(view->client.at.addr));

	return order ? order > 0 :
		       view->client.at.port > view->server.at.port;
}

static bool parse_state(struct saved_conn *conn, const json_t *json,
			struct saved_fault *fault)
{
	const json_t *ext = json_object_get(json, "ext");
	const char *cause;

	if (!parse_core(&conn->core, json_object_get(json, "core"), fault))
		return false;
	if (!json_is_null(ext)) {
		conn->ext = calloc(1, sizeof(*conn->ext));
		if (!conn->ext)
			return saved_say(fault, "out of memory");
		if (!parse_ext(conn->ext, ext, fault))
			return false;
	}
	cause = tcpw_saved_fault(&conn->core, conn->ext);
	if (!cause && conn->core.client != client_is_higher(&conn->view))
		cause = "client is not the end that is named so";
	return !cause || saved_say(fault, "%s", cause);
}

bool saved_conn_parse(struct saved_conn *conn, const json_t *json,
		      struct saved_fault *fault)
{
	static const char *const names[] = {
		"type", "client", "server", "age_ms", "idle_ms",
		"handshake_rtt_us", "quiet", "dropped", "last_reason",
		"recorder", "core", "ext", NULL,
	};

	memset(conn, 0, sizeof(*conn));
	if (saved_members(json, "the connection", names, fault) &&
	    parse_view(&conn->view, json, fault) &&
	    parse_state(conn, json, fault))
		return true;
	free(conn->ext);
	return false;
}

bool saved_config_parse(struct saved *saved, const json_t *json,
			struct saved_fault *fault)
{
	const struct tcpw_knob *knob;
	const char *key, *text;
	json_t *value;

	if (!json_is_object(json))
		return saved_say(fault, "'config' is no object");
	json_object_foreach((json_t *)json, key, value) {
		knob = knob_find(key, strlen(key));
		if (!knob)
			return saved_say(fault, "unknown key '%s'", key);
		text = json_string_value(value);
		if (!text || knob_parse(knob, text,
					tcpw_knob_slot(&saved->config, knob)))
			return saved_say(fault, "no value for %s", key);
		saved->keys |= 1u << (knob - tcpw_knobs);
	}
	return true;
}
