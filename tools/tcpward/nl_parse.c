// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes to the model; what a message lacks stays zero. Does not call
 * libnl for each attribute: a dump has hundreds of millions.
 */
#include "nl_internal.h"

#include <string.h>

static const void *data_of(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static size_t length_of(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static bool has(const struct nlattr *attr, size_t size)
{
	return attr && length_of(attr) >= size;
}

static uint8_t get_u8(const struct nlattr *attr)
{
	return has(attr, 1) ? *(const uint8_t *)data_of(attr) : 0;
}

static uint16_t get_u16(const struct nlattr *attr)
{
	return has(attr, 2) ? *(const uint16_t *)data_of(attr) : 0;
}

uint32_t nl_u32(const struct nlattr *attr)
{
	return has(attr, 4) ? *(const uint32_t *)data_of(attr) : 0;
}

/* Attributes are aligned to four octets only. */
uint64_t nl_u64(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (has(attr, sizeof(value)))
		memcpy(&value, data_of(attr), sizeof(value));
	return value;
}

/* The first attribute at @at, or NULL where @len octets hold none. */
static struct nlattr *attr_in(void *at, int len)
{
	struct nlattr *attr = at;

	return len >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN &&
	       attr->nla_len <= len ? attr : NULL;
}

/* Uses up @at and @len. */
#define for_each_attr(attr, at, len) \
	for (; ((attr) = attr_in(at, len)); \
	     (len) -= NLA_ALIGN((attr)->nla_len), \
	     (at) = (void *)((char *)(at) + NLA_ALIGN((attr)->nla_len)))

static unsigned int type_of(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

/* Attributes by type, the last of each; those above @max are unknown here. */
static void parse(struct nlattr **tb, unsigned int max, void *attrs, int len)
{
	struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	for_each_attr(attr, attrs, len)
		if (type_of(attr) <= max)
			tb[type_of(attr)] = attr;
}

static void parse_nested(struct nlattr **tb, unsigned int max,
			 struct nlattr *nest)
{
	parse(tb, max, (char *)nest + NLA_HDRLEN, length_of(nest));
}

static enum tcpward_state get_state(const struct nlattr *attr)
{
	uint32_t state = nl_u32(attr);

	return state <= TCPWARD_STATE_MAX ? state : TCPWARD_STATE_CLOSED;
}

static enum tcpward_reason get_reason(const struct nlattr *attr)
{
	uint32_t reason = nl_u32(attr);

	return reason <= TCPWARD_REASON_MAX ? reason : TCPWARD_REASON_NONE;
}

static int get_closed_by(const struct nlattr *attr)
{
	return attr ? get_u8(attr) != 0 : -1;
}

static void copy_address(uint8_t *addr, const struct nlattr *attr)
{
	size_t len = length_of(attr);

	if (len == 4)
		memcpy(addr, data_of(attr), 4);
	else if (len == 16)
		memcpy(addr, data_of(attr), 16);
}

/* Without a table of attributes, which costs as much as they do. */
static void take_endpoint(const struct nlattr *attr,
			  struct model_endpoint *ep)
{
	switch (type_of(attr)) {
	case TCPWARD_A_ENDPOINT_ADDR:
		copy_address(ep->at.addr, attr);
		break;
	case TCPWARD_A_ENDPOINT_PORT:
		ep->at.port = get_u16(attr);
		break;
	case TCPWARD_A_ENDPOINT_STATE:
		ep->state = get_state(attr);
		break;
	case TCPWARD_A_ENDPOINT_SEGMENTS:
		ep->segments = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_BYTES:
		ep->bytes = nl_u64(attr);
		break;
	case TCPWARD_A_ENDPOINT_RETRANSMITTED:
		ep->retransmitted = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_ISS:
		ep->has_iss = true;
		ep->iss = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_NXT:
		ep->nxt = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_UNA:
		ep->una = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_EDGE:
		ep->edge = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_MAX_WINDOW_BYTES:
		ep->max_window_bytes = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_WINDOW_SCALE:
		ep->window_scale = get_u8(attr);
		break;
	case TCPWARD_A_ENDPOINT_OPTIONS:
		ep->options = nl_u32(attr);
		break;
	case TCPWARD_A_ENDPOINT_TSRECENT:
		ep->tsrecent = nl_u32(attr);
		break;
	}
}

static void parse_endpoint(struct nlattr *nest, struct model_endpoint *ep)
{
	void *at = (char *)nest + NLA_HDRLEN;
	int len = length_of(nest);
	struct nlattr *attr;

	for_each_attr(attr, at, len)
		take_endpoint(attr, ep);
}

/* Either may be missing. */
static void parse_endpoints(struct nlattr *client, struct model_endpoint *c,
			    struct nlattr *server, struct model_endpoint *s,
			    int family)
{
	c->at.family = family;
	s->at.family = family;
	if (client)
		parse_endpoint(client, c);
	if (server)
		parse_endpoint(server, s);
}

static void parse_record(struct nlattr *nest, struct model_conn *conn)
{
	struct nlattr *tb[TCPWARD_A_RECORD_MAX + 1];
	struct model_record *record;

	if (conn->records == MODEL_RECORDS)
		return;
	parse_nested(tb, TCPWARD_A_RECORD_MAX, nest);
	record = &conn->record[conn->records++];
	record->side = get_u8(tb[TCPWARD_A_RECORD_SIDE]);
	record->state = get_state(tb[TCPWARD_A_RECORD_STATE]);
	record->offset_ms = nl_u32(tb[TCPWARD_A_RECORD_OFFSET_MS]);
}

static void take_rare(struct nlattr *attr, struct model_conn *conn)
{
	switch (type_of(attr)) {
	case TCPWARD_A_CONN_QUIET:
		conn->quiet = nl_u32(attr);
		break;
	case TCPWARD_A_CONN_DROPPED:
		conn->dropped = nl_u32(attr);
		break;
	case TCPWARD_A_CONN_LAST_REASON:
		conn->last_reason = get_reason(attr);
		break;
	case TCPWARD_A_CONN_PENDING_SYNS:
		conn->pending_syns = get_u8(attr);
		break;
	case TCPWARD_A_CONN_SHADOW:
		conn->shadow = nl_u32(attr);
		break;
	case TCPWARD_A_CONN_RECORD:
		parse_record(attr, conn);
		break;
	}
}

/* Without a table either. */
static void take_conn(struct nlattr *attr, struct model_conn *conn, int *family)
{
	switch (type_of(attr)) {
	case TCPWARD_A_CONN_ID:
		conn->id = nl_u64(attr);
		break;
	case TCPWARD_A_CONN_FAMILY:
		*family = get_u8(attr);
		break;
	case TCPWARD_A_CONN_CLIENT:
		parse_endpoint(attr, &conn->client);
		break;
	case TCPWARD_A_CONN_SERVER:
		parse_endpoint(attr, &conn->server);
		break;
	case TCPWARD_A_CONN_KIND:
		conn->kind = nl_u32(attr);
		break;
	case TCPWARD_A_CONN_CLOSED_BY:
		conn->closed_by = get_closed_by(attr);
		break;
	case TCPWARD_A_CONN_AGE_MS:
		conn->age_ms = nl_u64(attr);
		break;
	case TCPWARD_A_CONN_IDLE_MS:
		conn->idle_ms = nl_u64(attr);
		break;
	case TCPWARD_A_CONN_EXPIRES_MS:
		conn->expires = true;
		conn->expires_ms = nl_u64(attr);
		break;
	case TCPWARD_A_CONN_HANDSHAKE_RTT_US:
		conn->has_rtt = true;
		conn->handshake_rtt_us = nl_u32(attr);
		break;
	default:
		take_rare(attr, conn);
		break;
	}
}

void nl_parse_conn(struct nlattr *attrs, int len, struct model_conn *conn)
{
	struct nlattr *attr;
	int family = 0;

	memset(conn, 0, offsetof(struct model_conn, record));
	conn->closed_by = -1;
	for_each_attr(attr, attrs, len)
		take_conn(attr, conn, &family);
	conn->client.at.family = family;
	conn->server.at.family = family;
}

static void parse_segment_options(struct nlattr **tb,
				  struct model_segment *segment)
{
	segment->has_window_scale = tb[TCPWARD_A_SEGMENT_WINDOW_SCALE];
	segment->window_scale = get_u8(tb[TCPWARD_A_SEGMENT_WINDOW_SCALE]);
	segment->has_mss = tb[TCPWARD_A_SEGMENT_MSS];
	segment->mss = get_u16(tb[TCPWARD_A_SEGMENT_MSS]);
	segment->has_ts = tb[TCPWARD_A_SEGMENT_TSVAL];
	segment->tsval = nl_u32(tb[TCPWARD_A_SEGMENT_TSVAL]);
	segment->tsecr = nl_u32(tb[TCPWARD_A_SEGMENT_TSECR]);
}

static void parse_judgement(struct nlattr **tb, struct model_segment *segment)
{
	segment->retransmission = tb[TCPWARD_A_SEGMENT_RETRANSMISSION];
	segment->verdict = nl_u32(tb[TCPWARD_A_SEGMENT_VERDICT]);
	segment->reason = get_reason(tb[TCPWARD_A_SEGMENT_REASON]);
	segment->flag = get_reason(tb[TCPWARD_A_SEGMENT_FLAG]);
	segment->field = nl_u32(tb[TCPWARD_A_SEGMENT_FIELD]);
	segment->low = nl_u32(tb[TCPWARD_A_SEGMENT_LOW]);
	segment->high = nl_u32(tb[TCPWARD_A_SEGMENT_HIGH]);
	segment->seen = nl_u32(tb[TCPWARD_A_SEGMENT_SEEN]);
	segment->observed = tb[TCPWARD_A_SEGMENT_OBSERVED];
}

void nl_parse_segment(struct nlattr *attrs, int len,
		      struct model_segment *segment)
{
	struct nlattr *tb[TCPWARD_A_SEGMENT_MAX + 1], *attr;
	int family;

	memset(segment, 0, sizeof(*segment));
	parse(tb, TCPWARD_A_SEGMENT_MAX, attrs, len);
	family = get_u8(tb[TCPWARD_A_SEGMENT_FAMILY]);
	parse_endpoints(tb[TCPWARD_A_SEGMENT_CLIENT], &segment->client,
			tb[TCPWARD_A_SEGMENT_SERVER], &segment->server, family);
	segment->sequence = nl_u32(tb[TCPWARD_A_SEGMENT_SEQUENCE]);
	segment->time_us = nl_u64(tb[TCPWARD_A_SEGMENT_TIME_US]);
	segment->has_id = tb[TCPWARD_A_SEGMENT_ID];
	segment->id = nl_u64(tb[TCPWARD_A_SEGMENT_ID]);
	segment->side = get_u8(tb[TCPWARD_A_SEGMENT_SIDE]);
	segment->flags = get_u16(tb[TCPWARD_A_SEGMENT_FLAGS]);
	segment->seq = nl_u32(tb[TCPWARD_A_SEGMENT_SEQ]);
	segment->ack = nl_u32(tb[TCPWARD_A_SEGMENT_ACK]);
	segment->length_bytes = nl_u32(tb[TCPWARD_A_SEGMENT_LENGTH_BYTES]);
	segment->window = get_u16(tb[TCPWARD_A_SEGMENT_WINDOW]);
	parse_segment_options(tb, segment);
	parse_judgement(tb, segment);
	for_each_attr(attr, attrs, len)
		if (type_of(attr) == TCPWARD_A_SEGMENT_SACK &&
		    segment->sack_edges < MODEL_SACK_EDGES)
			segment->sack[segment->sack_edges++] = nl_u32(attr);
}

void nl_parse_transition(struct nlattr *attrs, int len,
			 struct model_transition *transition)
{
	struct nlattr *tb[TCPWARD_A_TRANSITION_MAX + 1];
	int family;

	memset(transition, 0, sizeof(*transition));
	transition->closed_by = -1;
	parse(tb, TCPWARD_A_TRANSITION_MAX, attrs, len);
	family = get_u8(tb[TCPWARD_A_TRANSITION_FAMILY]);
	parse_endpoints(tb[TCPWARD_A_TRANSITION_CLIENT], &transition->client,
			tb[TCPWARD_A_TRANSITION_SERVER], &transition->server,
			family);
	transition->sequence = nl_u32(tb[TCPWARD_A_TRANSITION_SEQUENCE]);
	transition->time_us = nl_u64(tb[TCPWARD_A_TRANSITION_TIME_US]);
	transition->id = nl_u64(tb[TCPWARD_A_TRANSITION_ID]);
	transition->moved = tb[TCPWARD_A_TRANSITION_SIDE] &&
			    tb[TCPWARD_A_TRANSITION_TO];
	transition->side = get_u8(tb[TCPWARD_A_TRANSITION_SIDE]);
	transition->from = get_state(tb[TCPWARD_A_TRANSITION_FROM]);
	transition->to = get_state(tb[TCPWARD_A_TRANSITION_TO]);
	transition->has_event = tb[TCPWARD_A_TRANSITION_EVENT];
	transition->event = nl_u32(tb[TCPWARD_A_TRANSITION_EVENT]);
	transition->closed_by =
		get_closed_by(tb[TCPWARD_A_TRANSITION_CLOSED_BY]);
	transition->expires = tb[TCPWARD_A_TRANSITION_EXPIRES_MS];
	transition->expires_ms = nl_u64(tb[TCPWARD_A_TRANSITION_EXPIRES_MS]);
}

static void parse_histogram(struct nlattr *nest, uint32_t *buckets)
{
	unsigned int n = 0;
	struct nlattr *attr;
	int rest;

	if (!nest)
		return;
	nla_for_each_nested(attr, nest, rest)
		if (nla_type(attr) == TCPWARD_A_HISTOGRAM_BUCKET &&
		    n < MODEL_HISTOGRAM_BUCKETS)
			buckets[n++] = nl_u32(attr);
}

/* Attributes that come once for each state, in the order of the states. */
static void parse_by_state(struct nlattr *attrs, int len,
			   struct model_stats *stats)
{
	unsigned int client = 0, server = 0, entered = 0;
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, len, rest) {
		if (nla_type(attr) == TCPWARD_A_STATS_IN_STATE &&
		    client <= TCPWARD_STATE_MAX)
			stats->in_state[client++] = nl_u32(attr);
		if (nla_type(attr) == TCPWARD_A_STATS_SERVER_IN_STATE &&
		    server <= TCPWARD_STATE_MAX)
			stats->server_in_state[server++] = nl_u32(attr);
		if (nla_type(attr) == TCPWARD_A_STATS_ENTERED &&
		    entered <= TCPWARD_STATE_MAX)
			stats->entered[entered++] = nl_u64(attr);
	}
}

void nl_parse_stats(struct nlattr *attrs, int len, struct model_stats *stats)
{
	struct nlattr *tb[TCPWARD_A_STATS_MAX + 1];

	memset(stats, 0, sizeof(*stats));
	parse(tb, TCPWARD_A_STATS_MAX, attrs, len);
	if (tb[TCPWARD_A_STATS_VERSION])
		nla_strlcpy(stats->version, tb[TCPWARD_A_STATS_VERSION],
			    sizeof(stats->version));
	stats->abi = nl_u32(tb[TCPWARD_A_STATS_ABI]);
	stats->connections = nl_u32(tb[TCPWARD_A_STATS_CONNECTIONS]);
	stats->half_open = nl_u32(tb[TCPWARD_A_STATS_HALF_OPEN]);
	stats->segments = nl_u64(tb[TCPWARD_A_STATS_SEGMENTS]);
	stats->passed = nl_u64(tb[TCPWARD_A_STATS_PASSED]);
	stats->quiet = nl_u64(tb[TCPWARD_A_STATS_QUIET]);
	stats->dropped = nl_u64(tb[TCPWARD_A_STATS_DROPPED]);
	stats->flagged = nl_u64(tb[TCPWARD_A_STATS_FLAGGED]);
	stats->untracked = nl_u64(tb[TCPWARD_A_STATS_UNTRACKED]);
	stats->events_lost = nl_u64(tb[TCPWARD_A_STATS_EVENTS_LOST]);
	stats->opened = nl_u64(tb[TCPWARD_A_STATS_OPENED]);
	stats->ended = nl_u64(tb[TCPWARD_A_STATS_ENDED]);
	stats->evicted = nl_u64(tb[TCPWARD_A_STATS_EVICTED]);
	stats->extras = nl_u32(tb[TCPWARD_A_STATS_EXTRAS]);
	stats->record_bytes = nl_u32(tb[TCPWARD_A_STATS_RECORD_BYTES]);
	parse_histogram(tb[TCPWARD_A_STATS_HANDSHAKE_RTT_US],
			stats->handshake_rtt_us);
	parse_histogram(tb[TCPWARD_A_STATS_LIFETIME_MS], stats->lifetime_ms);
	parse_by_state(attrs, len, stats);
}
