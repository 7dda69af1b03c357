/* SPDX-License-Identifier: GPL-2.0 */
/* The parsed form of a filter, between its parser and its matchers. */
#ifndef TCPWARD_FILTER_INTERNAL_H
#define TCPWARD_FILTER_INTERNAL_H

#include "filter.h"

#include <stddef.h>

enum filter_kind {
	FILTER_ALL,
	FILTER_AND,
	FILTER_OR,
	FILTER_NOT,
	FILTER_STATE,		/* mask, group */
	FILTER_ADDRESS,		/* ends, prefix, port */
	FILTER_PORT,		/* ends, op, value */
	FILTER_REASON,		/* value */
	FILTER_AGE,		/* op, value in microseconds */
	FILTER_IDLE,
	FILTER_RTT,
	FILTER_ID,		/* value */
	FILTER_FAMILY,		/* value */
};

enum filter_op { OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE };

/* Groups say something of the whole connection, not only of one end. */
enum filter_group {
	GROUP_NONE,
	GROUP_CONNECTED,
	GROUP_SYNCHRONIZED,
	GROUP_HALF_OPEN,
};

#define END_CLIENT 1
#define END_SERVER 2

struct filter_node {
	enum filter_kind kind;
	struct filter_node *left;	/* AND, OR, NOT */
	struct filter_node *right;	/* AND, OR */
	enum filter_op op;
	enum filter_group group;
	uint32_t mask;			/* of states */
	unsigned int ends;		/* END_*: any of these */
	bool has_addr;
	int family;
	uint8_t addr[16];
	uint8_t prefix_len;
	bool has_port;
	uint64_t value;
	const char *word;		/* first word, for messages */
};

struct filter {
	char *text;			/* all words, each ended by NUL */
	struct filter_node *root;
};

/* "192.0.2.0/24:443", "[2001:db8::1]:443", ":https"; false: none of these. */
bool filter_parse_address(const char *text, struct filter_node *node);
bool filter_parse_port(const char *text, uint64_t *port);
/* "5s", "250ms", "10us", "2m", "1h", "1d"; a plain number is seconds. */
bool filter_parse_duration(const char *text, uint64_t *us);
bool filter_parse_number(const char *text, uint64_t *value);

/* Of FILTER_STATE: false when @name is neither a state nor a group. */
bool filter_parse_state(const char *name, struct filter_node *node);
extern const char *const filter_state_names[];

#endif
