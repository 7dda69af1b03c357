// SPDX-License-Identifier: GPL-2.0
/* The probe's records as JSON. Keys only grow; what is not known is null. */
#include "probe.h"

#include "core/core.h"

#include <openssl/x509_vfy.h>
#include <stdlib.h>

static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *address_json(const struct model_address *at)
{
	char text[MODEL_ADDRESS_TEXT];

	return at->family ? json_string(model_address_text(at, text)) :
			    json_null();
}

static json_t *connection_json(const struct probe_request *request)
{
	const struct probe_conn *conn = request->conn;
	static const struct model_address unknown;

	return json_pack("{s:o, s:o, s:b}",
			 "local", address_json(conn ? &conn->local : &unknown),
			 "remote",
			 address_json(conn ? &conn->remote : &unknown),
			 "reused", request->reused);
}

static json_t *phases_json(const struct probe_request *request)
{
	uint64_t last_us = request->start_us;
	json_t *phases = json_object();
	json_t *value;

	for (int i = 0; i < PROBE_PHASES; i++) {
		value = json_null();
		if (request->end_us[i]) {
			value = json_integer(request->end_us[i] - last_us);
			last_us = request->end_us[i];
		}
		json_object_set_new(phases, probe_phase_names[i], value);
	}
	json_object_set_new(phases, "total",
			    json_integer(last_us - request->start_us));
	return phases;
}

static json_t *request_json(const struct probe_message *message)
{
	if (!message->start[0])
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:O, s:I}",
			 "method", text_or_null(message->start[0]),
			 "target", text_or_null(message->start[1]),
			 "version", text_or_null(message->start[2]),
			 "headers", message->headers,
			 "body_bytes", (json_int_t)message->body_bytes);
}

static json_t *response_json(const struct probe_message *message)
{
	const char *status = message->start[1];

	if (!message->start[0])
		return json_null();
	return json_pack("{s:o, s:i, s:o, s:O, s:O, s:I, s:i}",
			 "version", text_or_null(message->start[0]),
			 "status", status ? atoi(status) : 0,
			 "reason", text_or_null(message->start[2]),
			 "headers", message->headers,
			 "trailers", message->trailers,
			 "body_bytes", (json_int_t)message->body_bytes,
			 "interim_responses", message->interim);
}

static json_t *verify_json(const struct probe_tls *tls)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < tls->reason_count; i++)
		json_array_append_new(list, json_pack(
			"{s:i, s:i, s:s}",
			"code", tls->reasons[i].code,
			"depth", tls->reasons[i].depth,
			"text", X509_verify_cert_error_string(
				tls->reasons[i].code)));
	return list;
}

static json_t *chain_json(const struct probe_tls *tls)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < tls->cert_count; i++) {
		const struct probe_cert *cert = &tls->certs[i];

		json_array_append_new(list, json_pack(
			"{s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o}",
			"subject", text_or_null(cert->subject),
			"issuer", text_or_null(cert->issuer),
			"names", text_or_null(cert->names),
			"not_before", text_or_null(cert->not_before),
			"not_after", text_or_null(cert->not_after),
			"days_left", cert->days_left,
			"key", text_or_null(cert->key),
			"signature", text_or_null(cert->signature)));
	}
	return list;
}

static json_t *steps_json(const struct probe_tls *tls, uint64_t start_us)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < tls->step_count; i++)
		json_array_append_new(list, json_pack(
			"{s:I, s:s, s:s, s:s}",
			"at_us", (json_int_t)(tls->steps[i].at_us - start_us),
			"from", tls->steps[i].sent ? "client" : "server",
			"message", tls->steps[i].name,
			"detail", tls->steps[i].detail));
	return list;
}

/* Times count from the opening of the connection. */
static json_t *tls_json(const struct probe_conn *conn)
{
	const struct probe_tls *tls = conn ? &conn->tls : NULL;

	if (!tls || !conn->https || !(tls->done || tls->step_count))
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o,"
			 " s:o, s:o}",
			 "version", text_or_null(tls->version),
			 "cipher", text_or_null(tls->cipher),
			 "group", text_or_null(tls->group),
			 "key_exchange", text_or_null(tls->key_exchange),
			 "signature", text_or_null(tls->signature),
			 "alpn", text_or_null(tls->alpn),
			 "server_name", text_or_null(tls->server_name),
			 "resumed", tls->resumed,
			 "ocsp", text_or_null(tls->ocsp),
			 "verify", verify_json(tls),
			 "chain", chain_json(tls),
			 "steps", steps_json(tls, conn->opened_us));
}

static json_t *states_json(const struct probe_kernel *kernel, uint8_t side)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < kernel->move_count; i++)
		if (kernel->moves[i].side == side)
			json_array_append_new(list, json_string(
				tcpw_state_name(kernel->moves[i].to)));
	return list;
}

static json_t *moves_json(const struct probe_conn *conn)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < conn->kernel.move_count; i++) {
		const struct probe_move *move = &conn->kernel.moves[i];

		json_array_append_new(list, json_pack(
			"{s:I, s:s, s:s}",
			"at_us", (json_int_t)(move->at_us - conn->opened_us),
			"side", move->side ? "server" : "client",
			"to", tcpw_state_name(move->to)));
	}
	return list;
}

static json_t *refused_json(const struct probe_kernel *kernel)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < kernel->refused_count; i++) {
		const struct model_segment *segment = &kernel->refused[i];
		const struct tcpw_reason *reason =
			&tcpw_reasons[segment->reason];

		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:s, s:s, s:I, s:b}",
			"reason", reason->name, "rule", reason->rule,
			"source", reason->source,
			"from", segment->side ? "server" : "client",
			"seq", (json_int_t)segment->seq,
			"observed", segment->observed));
	}
	return list;
}

static json_t *end_name(int side)
{
	return side < 0 ? json_null() :
			  json_string(side ? "server" : "client");
}

static json_t *kernel_json(const struct probe_conn *conn)
{
	const struct probe_kernel *kernel = &conn->kernel;
	const struct model_conn *model = &kernel->conn;
	int waiting = probe_kernel_time_wait(kernel);

	return json_pack(
		"{s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o,"
		" s:I}",
		"client_states", states_json(kernel, 0),
		"server_states", states_json(kernel, 1),
		"segments", (json_int_t)probe_kernel_segments(kernel),
		"client_segments", (json_int_t)model->client.segments,
		"server_segments", (json_int_t)model->server.segments,
		"retransmitted", (json_int_t)model->client.retransmitted +
				 model->server.retransmitted,
		"handshake_rtt_us", model->has_rtt ?
			json_integer(model->handshake_rtt_us) : json_null(),
		"refused", refused_json(kernel),
		"closed_by", end_name(model->closed_by),
		"time_wait", end_name(waiting),
		"time_wait_ms", waiting < 0 ? json_null() :
			json_integer(model->expires_ms),
		"transitions", moves_json(conn),
		"events_lost", (json_int_t)kernel->events_lost);
}

static json_t *failure_json(const struct probe_error *error)
{
	if (!error->code)
		return json_null();
	return json_sprintf("%s: %s", error->what, error->why);
}

static json_t *error_json(const struct probe_error *error)
{
	if (!error->code)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "what", text_or_null(error->what),
			 "why", text_or_null(error->why),
			 "fix", text_or_null(error->fix));
}

json_t *probe_request_json(const struct probe_watch *watch,
			   const struct probe_request *request)
{
	const char *missing = probe_kernel_missing(watch, request->conn);

	return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
			 " s:o}",
			 "url", request->url,
			 "ok", !request->error.code,
			 "failure", failure_json(&request->error),
			 "error", error_json(&request->error),
			 "connection", connection_json(request),
			 "phases_us", phases_json(request),
			 "request", request_json(&request->request),
			 "response", response_json(&request->response),
			 "tls", tls_json(request->conn),
			 "kernel", missing ? json_null() :
				   kernel_json(request->conn),
			 "kernel_missing", text_or_null(missing));
}

/* A document of all requests, or a line for each. */
void probe_print_json(const struct probe_run *run)
{
	json_t *list = json_array(), *record;

	for (unsigned int i = 0; i < run->count; i++) {
		record = probe_request_json(run->watch, &run->requests[i]);
		if (tool.format == OUTPUT_JSON) {
			json_array_append_new(list, record);
			continue;
		}
		json_object_set_new(record, "schema_version",
				    json_integer(TOOL_SCHEMA_VERSION));
		tool_print_json(record);
	}
	if (tool.format == OUTPUT_JSON)
		tool_print_json(json_pack("{s:i, s:O}", "schema_version",
					  TOOL_SCHEMA_VERSION, "requests",
					  list));
	json_decref(list);
}
