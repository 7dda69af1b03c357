// SPDX-License-Identifier: GPL-2.0
/* The single words of a filter: addresses, ports, times, names of states. */
#include "filter_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#define BIT(state) (1U << TCPWARD_STATE_##state)
#define CLOSED_BITS (BIT(LISTEN) | BIT(CLOSED))
#define HANDSHAKE_BITS (BIT(LISTEN) | BIT(SYN_SENT) | BIT(SYN_RECEIVED))
#define CLOSING_BITS (BIT(FIN_WAIT_1) | BIT(FIN_WAIT_2) | BIT(CLOSE_WAIT) | \
		      BIT(CLOSING) | BIT(LAST_ACK))
#define SYNCHRONIZED_BITS (BIT(ESTABLISHED) | CLOSING_BITS | BIT(TIME_WAIT))

static const struct {
	const char *name;
	uint32_t mask;
	enum filter_group group;
} states[] = {
	{ "established", BIT(ESTABLISHED), GROUP_NONE },
	{ "syn-sent", BIT(SYN_SENT), GROUP_NONE },
	{ "syn-received", BIT(SYN_RECEIVED), GROUP_NONE },
	{ "syn-recv", BIT(SYN_RECEIVED), GROUP_NONE },
	{ "fin-wait-1", BIT(FIN_WAIT_1), GROUP_NONE },
	{ "fin-wait-2", BIT(FIN_WAIT_2), GROUP_NONE },
	{ "close-wait", BIT(CLOSE_WAIT), GROUP_NONE },
	{ "last-ack", BIT(LAST_ACK), GROUP_NONE },
	{ "time-wait", BIT(TIME_WAIT), GROUP_NONE },
	{ "closed", CLOSED_BITS, GROUP_NONE },
	/* "closing" is the group; the state has only this name. */
	{ "simultaneous-close", BIT(CLOSING), GROUP_NONE },
	{ "closing", CLOSING_BITS, GROUP_NONE },
	{ "synchronized", SYNCHRONIZED_BITS, GROUP_SYNCHRONIZED },
	{ "half-open", HANDSHAKE_BITS, GROUP_HALF_OPEN },
	{ "connected", SYNCHRONIZED_BITS | HANDSHAKE_BITS, GROUP_CONNECTED },
	{ "all", 0, GROUP_NONE },
};

#define STATES (sizeof(states) / sizeof(states[0]))

const char *const filter_state_names[STATES + 1] = {
	"established", "syn-sent", "syn-received", "syn-recv", "fin-wait-1",
	"fin-wait-2", "close-wait", "last-ack", "time-wait", "closed",
	"simultaneous-close", "closing", "synchronized", "half-open",
	"connected", "all", NULL
};

/* As RFC 9293 or ss spells it: FIN_WAIT_1, FIN-WAIT-1, fin-wait-1. */
static bool same_name(const char *a, const char *b)
{
	char c;

	for (; *a && *b; a++, b++) {
		c = *a == '_' ? '-' : *a;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != *b)
			return false;
	}
	return *a == *b;
}

bool filter_parse_state(const char *name, struct filter_node *node)
{
	for (size_t i = 0; i < STATES; i++) {
		if (!same_name(name, states[i].name))
			continue;
		node->kind = states[i].mask ? FILTER_STATE : FILTER_ALL;
		node->mask = states[i].mask;
		node->group = states[i].group;
		return true;
	}
	return false;
}

bool filter_parse_number(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end;
}

bool filter_parse_port(const char *text, uint64_t *port)
{
	struct servent *service;

	if (*text == ':')
		text++;
	if (filter_parse_number(text, port))
		return *port <= 65535;
	service = getservbyname(text, "tcp");
	if (!service)
		return false;
	*port = ntohs(service->s_port);
	return true;
}

bool filter_parse_duration(const char *text, uint64_t *us)
{
	static const struct {
		const char *name;
		uint64_t us;
	} units[] = {
		{ "us", 1 }, { "ms", 1000 }, { "s", 1000000 },
		{ "m", 60000000 }, { "min", 60000000 },
		{ "h", 3600000000 }, { "d", 86400000000 }, { "", 1000000 },
	};
	double count;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	count = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		count *= units[i].us;
		if (count > 1e18)
			return false;
		*us = count;
		return true;
	}
	return false;
}

static bool parse_length(const char *text, struct filter_node *node)
{
	uint64_t len;

	if (!filter_parse_number(text, &len) ||
	    len > (node->family == AF_INET6 ? 128 : 32))
		return false;
	node->prefix_len = len;
	return true;
}

/* An address with perhaps a length, and nothing else. */
static bool parse_prefix(char *text, struct filter_node *node)
{
	char *slash = strchr(text, '/');

	if (slash)
		*slash++ = '\0';
	node->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(node->family, text, node->addr) != 1)
		return false;
	node->has_addr = true;
	node->prefix_len = node->family == AF_INET6 ? 128 : 32;
	return !slash || parse_length(slash, node);
}

static bool parse_port_part(const char *text, struct filter_node *node)
{
	if (!*text)
		return true;
	node->has_port = true;
	return *text == ':' && text[1] && filter_parse_port(text, &node->value);
}

/* "[ADDR]", "[ADDR/LEN]" or "[ADDR]/LEN", then perhaps ":PORT". */
static bool parse_bracketed(char *text, struct filter_node *node)
{
	char *end = strchr(text, ']'), *port;

	if (!end)
		return false;
	*end++ = '\0';
	if (!parse_prefix(text + 1, node) || node->family != AF_INET6)
		return false;
	if (*end == '/') {
		port = strchr(end, ':');
		if (port)
			*port = '\0';
		if (!parse_length(end + 1, node))
			return false;
		if (!port)
			return true;
		*port = ':';
		end = port;
	}
	return parse_port_part(end, node);
}

bool filter_parse_address(const char *text, struct filter_node *node)
{
	char copy[128], *colon;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	if (copy[0] == '[')
		return parse_bracketed(copy, node);
	colon = strchr(copy, ':');
	if (colon && strchr(colon + 1, ':'))
		return parse_prefix(copy, node);
	if (colon) {
		if (!parse_port_part(copy + (colon - copy), node))
			return false;
		*colon = '\0';
		if (!copy[0])
			return true;
	}
	return !strcmp(copy, "*") || parse_prefix(copy, node);
}
