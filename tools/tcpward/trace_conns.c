// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a trace: which one a segment belongs to, and what is
 * kept of each. Prints nothing.
 */
#include "format.h"
#include "trace.h"

#include <stdlib.h>
#include <string.h>

static struct trace_key key_of(const struct model_address *a,
			       const struct model_address *b)
{
	struct trace_key key = { .family = a->family };
	size_t len = a->family == AF_INET6 ? 16 : 4;
	const struct model_address *at[2] = { a, b };
	int order = memcmp(a->addr, b->addr, len);
	int i;

	if (order > 0 || (!order && a->port > b->port)) {
		at[0] = b;
		at[1] = a;
	}
	for (i = 0; i < 2; i++) {
		memcpy(key.addr[i], at[i]->addr, len);
		key.port[i] = at[i]->port;
	}
	return key;
}

static struct trace_conn *add_conn(struct trace_conns *conns,
				   const struct trace_key *key,
				   struct trace_conn *former)
{
	struct trace_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->ladder = ladder_new();
	conn->segments = conns->json ? json_array() : NULL;
	if (!conn->ladder || (conns->json && !conn->segments)) {
		ladder_free(conn->ladder);
		free(conn);
		return NULL;
	}
	conn->key = *key;
	conn->number = ++conns->count;
	if (conns->last)
		conns->last->next = conn;
	else
		conns->first = conn;
	conns->last = conn;
	if (former)
		HASH_DEL(conns->by_key, former);
	HASH_ADD(hh, conns->by_key, key, sizeof(conn->key), conn);
	return conn;
}

static void turn_round(struct model_segment *segment)
{
	struct model_endpoint client = segment->client;

	segment->client = segment->server;
	segment->server = client;
	segment->side = !segment->side;
}

/*
 * Segments without a record belong to whatever is between their ends; a record
 * with another id is another connection from the same ports.
 */
struct trace_conn *trace_conn_of(struct trace_conns *conns,
				 struct model_segment *segment)
{
	struct trace_key key = key_of(&segment->client.at,
				      &segment->server.at);
	struct trace_conn *conn;

	HASH_FIND(hh, conns->by_key, &key, sizeof(key), conn);
	if (!conn || (segment->has_id && conn->has_id &&
		      segment->id != conn->id)) {
		conn = add_conn(conns, &key, conn);
		if (!conn)
			return NULL;
		conn->end[0] = segment->client;
		conn->end[1] = segment->server;
	}
	if (segment->has_id) {
		conn->has_id = true;
		conn->id = segment->id;
	}
	if (!model_address_equal(&conn->end[0].at, &segment->client.at))
		turn_round(segment);
	conn->end[0].state = segment->client.state;
	conn->end[1].state = segment->server.state;
	return conn;
}

void trace_keep(struct trace_conns *conns, struct trace_conn *conn,
		const struct model_segment *segment)
{
	if (conns->kept == TRACE_KEPT) {
		conns->unkept++;
		return;
	}
	conns->kept++;
	ladder_add(conn->ladder, segment);
	if (conn->segments)
		json_array_append_new(conn->segments,
				      trace_json_segment(conn, segment));
}

void trace_keep_transition(struct trace_conns *conns,
			   const struct model_transition *transition)
{
	struct trace_key key = key_of(&transition->client.at,
				      &transition->server.at);
	struct trace_conn *conn;

	HASH_FIND(hh, conns->by_key, &key, sizeof(key), conn);
	if (conn && conn->has_id && conn->id == transition->id)
		ladder_add_transition(conn->ladder, transition);
}

void trace_free(struct trace_conns *conns)
{
	struct trace_conn *conn, *next;

	HASH_CLEAR(hh, conns->by_key);
	for (conn = conns->first; conn; conn = next) {
		next = conn->next;
		ladder_free(conn->ladder);
		json_decref(conn->segments);
		free(conn);
	}
}
