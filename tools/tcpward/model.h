/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tool knows of connections and segments, wherever it comes from:
 * netlink messages (nl.h) or a capture judged by the core (replay). Units as
 * in the netlink spec, which says what each member means.
 */
#ifndef TCPWARD_MODEL_H
#define TCPWARD_MODEL_H

#include <linux/tcpward.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define MODEL_RECORDS 8
#define MODEL_SACK_EDGES 8
#define MODEL_HISTOGRAM_BUCKETS 32
#define MODEL_ADDRESS_TEXT 64

struct model_address {
	int family;		/* AF_INET, AF_INET6 */
	uint8_t addr[16];	/* network byte order */
	uint16_t port;		/* host byte order */
};

struct model_endpoint {
	struct model_address at;
	enum tcpward_state state;
	uint32_t segments;
	uint64_t bytes;
	uint32_t retransmitted;
	bool has_iss;
	uint32_t iss;
	uint32_t nxt;
	uint32_t una;
	uint32_t edge;
	uint32_t max_window_bytes;
	uint8_t window_scale;
	uint32_t options;	/* 1 ws, 2 timestamps, 4 SACK, 8 auth */
	uint32_t tsrecent;
};

struct model_record {
	uint8_t side;		/* 0 client, 1 server */
	enum tcpward_state state;
	uint32_t offset_ms;
};

struct model_conn {
	uint64_t id;
	struct model_endpoint client;
	struct model_endpoint server;
	enum tcpward_kind kind;
	int closed_by;		/* -1 nobody yet, 0 client, 1 server */
	uint64_t age_ms;
	uint64_t idle_ms;
	bool expires;
	uint64_t expires_ms;
	bool has_rtt;
	uint32_t handshake_rtt_us;
	uint32_t quiet;
	uint32_t dropped;
	enum tcpward_reason last_reason;
	uint8_t pending_syns;
	enum tcpward_kind shadow;
	unsigned int records;
	struct model_record record[MODEL_RECORDS];
};

/* A judged segment: of a trace, a verdict notification or a capture. */
struct model_segment {
	uint32_t sequence;
	uint64_t time_us;	/* since the epoch */
	bool has_id;
	uint64_t id;
	struct model_endpoint client;	/* address and state after only */
	struct model_endpoint server;
	uint8_t side;		/* sender: 0 client, 1 server */
	uint16_t flags;		/* FIN 1, SYN 2 ... CWR 128, AE 256 */
	uint32_t seq;
	uint32_t ack;
	uint32_t length_bytes;
	uint16_t window;
	bool has_window_scale;
	uint8_t window_scale;
	bool has_mss;
	uint16_t mss;
	bool has_ts;
	uint32_t tsval;
	uint32_t tsecr;
	unsigned int sack_edges;
	uint32_t sack[MODEL_SACK_EDGES];
	bool retransmission;
	enum tcpward_verdict verdict;
	enum tcpward_reason reason;
	enum tcpward_reason flag;
	enum tcpward_field field;
	uint32_t low;
	uint32_t high;
	uint32_t seen;
	bool observed;		/* mode observe: not carried out */
};

struct model_transition {
	uint32_t sequence;
	uint64_t time_us;
	uint64_t id;
	struct model_endpoint client;
	struct model_endpoint server;
	bool moved;		/* side, from and to are set */
	uint8_t side;
	enum tcpward_state from;
	enum tcpward_state to;
	bool has_event;
	enum tcpward_conn_event event;
	int closed_by;		/* -1 nobody yet */
	bool expires;
	uint64_t expires_ms;
};

struct model_stats {
	char version[64];
	uint32_t abi;
	uint32_t connections;
	uint32_t half_open;
	uint64_t segments;
	uint64_t passed;
	uint64_t quiet;
	uint64_t dropped;
	uint64_t flagged;
	uint64_t untracked;
	uint64_t events_lost;
	uint64_t opened;
	uint64_t ended;
	uint64_t evicted;
	uint32_t in_state[TCPWARD_STATE_MAX + 1];	/* by client */
	uint32_t server_in_state[TCPWARD_STATE_MAX + 1];
	uint64_t entered[TCPWARD_STATE_MAX + 1];
	uint32_t handshake_rtt_us[MODEL_HISTOGRAM_BUCKETS];
	uint32_t lifetime_ms[MODEL_HISTOGRAM_BUCKETS];
	uint32_t extras;
	uint32_t record_bytes;
};

/* Kernel-side filter; zero means: everything. */
struct model_filter {
	int family;		/* AF_UNSPEC: both */
	bool has_addr;
	uint8_t addr[16];
	uint8_t prefix_len;
	bool has_port;
	uint16_t port;
	uint32_t states;	/* mask of 1 << state; 0: all */
	enum tcpward_reason reason;	/* NONE: all */
	bool has_id;
	uint64_t id;
};

/* "192.0.2.1:443" or "[2001:db8::1]:443"; @text holds MODEL_ADDRESS_TEXT. */
const char *model_address_text(const struct model_address *at, char *text);

bool model_address_equal(const struct model_address *a,
			 const struct model_address *b);

#endif
