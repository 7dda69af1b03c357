// SPDX-License-Identifier: GPL-2.0
/*
 * Messages for the netlink fuzzer: as the interface wants them, damaged, or
 * made of chance. Knows the attributes of each request, but for the inside of
 * a saved record; sends nothing.
 */
#include "nlfuzz.h"

#include <linux/genetlink.h>
#include <linux/tcpward.h>
#include <stdbool.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum form { U8, U16, U32, U64, FLAG, ADDR, STRING, ENDPOINT, FILTER, RECORD,
	    CORE, EXT, FORMS };

struct field {
	uint8_t cmd;
	uint16_t first;
	uint16_t last;
	enum form form;
};

/* What requests may carry; 0 stands for the inside of the nested ones. */
static const struct field fields[] = {
	{ TCPWARD_CMD_CONN_GET, TCPWARD_A_CONN_ID, TCPWARD_A_CONN_ID, U64 },
	{ TCPWARD_CMD_CONN_GET, TCPWARD_A_CONN_FAMILY,
	  TCPWARD_A_CONN_FAMILY, U8 },
	{ TCPWARD_CMD_CONN_GET, TCPWARD_A_CONN_CLIENT,
	  TCPWARD_A_CONN_SERVER, ENDPOINT },
	{ TCPWARD_CMD_CONN_GET, TCPWARD_A_CONN_FILTER,
	  TCPWARD_A_CONN_FILTER, FILTER },
	{ TCPWARD_CMD_CONN_GET, TCPWARD_A_CONN_FULL,
	  TCPWARD_A_CONN_FULL, FLAG },
	{ TCPWARD_CMD_CONN_GET, TCPWARD_A_CONN_BRIEF,
	  TCPWARD_A_CONN_BRIEF, FLAG },
	{ TCPWARD_CMD_CONN_DEL, TCPWARD_A_CONN_ID, TCPWARD_A_CONN_ID, U64 },
	{ TCPWARD_CMD_CONN_DEL, TCPWARD_A_CONN_FAMILY,
	  TCPWARD_A_CONN_FAMILY, U8 },
	{ TCPWARD_CMD_CONN_DEL, TCPWARD_A_CONN_CLIENT,
	  TCPWARD_A_CONN_SERVER, ENDPOINT },
	{ TCPWARD_CMD_CONN_DEL, TCPWARD_A_CONN_FILTER,
	  TCPWARD_A_CONN_FILTER, FILTER },
	{ TCPWARD_CMD_CONFIG_GET, TCPWARD_A_CONFIG_ABI,
	  TCPWARD_A_CONFIG_ABI, U32 },
	{ TCPWARD_CMD_CONFIG_SET, TCPWARD_A_CONFIG_MODE,
	  TCPWARD_A_CONFIG_CSUM, U32 },
	{ TCPWARD_CMD_CONFIG_SET, TCPWARD_A_CONFIG_ACTION,
	  TCPWARD_A_CONFIG_PRESSED_MS, U32 },
	{ TCPWARD_CMD_STATS_GET, TCPWARD_A_STATS_ABI,
	  TCPWARD_A_STATS_ABI, U32 },
	{ TCPWARD_CMD_REASON_GET, TCPWARD_A_REASONS_REASON,
	  TCPWARD_A_REASONS_REASON, U32 },
	{ TCPWARD_CMD_REASON_GET, TCPWARD_A_REASONS_NAME,
	  TCPWARD_A_REASONS_NAME, STRING },
	{ TCPWARD_CMD_TRACE_START, TCPWARD_A_TRACE_FILTER,
	  TCPWARD_A_TRACE_FILTER, FILTER },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_FAMILY,
	  TCPWARD_A_CONN_FAMILY, U8 },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_CLIENT,
	  TCPWARD_A_CONN_SERVER, ENDPOINT },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_AGE_MS,
	  TCPWARD_A_CONN_IDLE_MS, U64 },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_HANDSHAKE_RTT_US,
	  TCPWARD_A_CONN_LAST_REASON, U32 },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_RECORD,
	  TCPWARD_A_CONN_RECORD, RECORD },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_CORE,
	  TCPWARD_A_CONN_CORE, CORE },
	{ TCPWARD_CMD_CONN_RESTORE, TCPWARD_A_CONN_EXT,
	  TCPWARD_A_CONN_EXT, EXT },
};

/* Chosen around the ends of ranges. */
static const uint32_t numbers[] = {
	0, 0, 0, 1, 1, 2, 3, 4, 10, 11, 15, 16, 17, 32, 33, 49, 50, 64, 73, 74,
	128, 129, 1000, 5201, 60000, 60001, 240000, 600000, 16777216, 16777217,
	0x7fffffff, 0x80000000, 0xffffffff,
};

uint32_t nlfuzz_number(void)
{
	if (!nlfuzz_random(8))
		return nlfuzz_random(UINT32_MAX);
	return numbers[nlfuzz_random(COUNT(numbers))];
}

static void fill(void *to, size_t len)
{
	uint8_t *octet = to;

	while (len--)
		*octet++ = nlfuzz_random(256);
}

/* --- attributes -------------------------------------------------------- */

static struct nlattr *end_of(union message *msg)
{
	return (void *)(msg->octets + NLMSG_ALIGN(msg->head.nlmsg_len));
}

static bool fits(const union message *msg, size_t len)
{
	return NLMSG_ALIGN(msg->head.nlmsg_len) + NLA_HDRLEN + len + 8 <=
	       sizeof(*msg);
}

void nlfuzz_put(union message *msg, uint16_t type, const void *data,
		size_t len)
{
	struct nlattr *attr = end_of(msg);

	if (!fits(msg, len))
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((uint8_t *)attr + NLA_HDRLEN, data, len);
	msg->head.nlmsg_len = NLMSG_ALIGN(msg->head.nlmsg_len) +
			      NLA_ALIGN(attr->nla_len);
}

static void put_number(union message *msg, uint16_t type, size_t len)
{
	uint64_t value = nlfuzz_number();

	nlfuzz_put(msg, type, &value, len);
}

/* Addresses that the traffic beside has, and others. */
static void put_addr(union message *msg, uint16_t type)
{
	uint8_t addr[16] = {};
	size_t len = nlfuzz_random(2) ? 4 : 16;

	if (nlfuzz_random(4) && len == 4)
		memcpy(addr, "\177\0\0\1", 4);
	else if (nlfuzz_random(4))
		addr[15] = 1;
	else
		fill(addr, sizeof(addr));
	nlfuzz_put(msg, type, addr, len);
}

static void put_endpoint(union message *msg)
{
	uint16_t port = nlfuzz_random(2) ? 5201 : nlfuzz_number();

	put_addr(msg, TCPWARD_A_ENDPOINT_ADDR);
	nlfuzz_put(msg, TCPWARD_A_ENDPOINT_PORT, &port, sizeof(port));
}

static void put_filter(union message *msg)
{
	if (nlfuzz_random(2))
		put_number(msg, TCPWARD_A_FILTER_FAMILY, 1);
	if (nlfuzz_random(2))
		put_addr(msg, TCPWARD_A_FILTER_ADDR);
	if (nlfuzz_random(2))
		put_number(msg, TCPWARD_A_FILTER_PREFIX_LEN, 1);
	if (nlfuzz_random(2))
		put_number(msg, TCPWARD_A_FILTER_PORT, 2);
	if (nlfuzz_random(2))
		put_number(msg, TCPWARD_A_FILTER_STATES, 4);
	if (nlfuzz_random(2))
		put_number(msg, TCPWARD_A_FILTER_REASON, 4);
	if (!nlfuzz_random(4))
		put_number(msg, TCPWARD_A_FILTER_ID, 8);
}

static void put_record(union message *msg)
{
	put_number(msg, TCPWARD_A_RECORD_SIDE, 1);
	put_number(msg, TCPWARD_A_RECORD_STATE, 4);
	put_number(msg, TCPWARD_A_RECORD_OFFSET_MS, 4);
}

/* To be ended by nlfuzz_end_nest() with the same message. */
struct nlattr *nlfuzz_nest(union message *msg, uint16_t type)
{
	struct nlattr *nest = end_of(msg);

	if (!fits(msg, 0))
		return NULL;
	nlfuzz_put(msg, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void nlfuzz_end_nest(union message *msg, struct nlattr *nest)
{
	if (nest)
		nest->nla_len = (uint8_t *)end_of(msg) - (uint8_t *)nest;
}

static void put_nested(union message *msg, uint16_t type, enum form form)
{
	static void (*const members[FORMS])(union message *) = {
		[ENDPOINT] = put_endpoint, [FILTER] = put_filter,
		[RECORD] = put_record, [CORE] = nlfuzz_core,
		[EXT] = nlfuzz_ext,
	};
	struct nlattr *nest = nlfuzz_nest(msg, type);

	if (nest)
		members[form](msg);
	nlfuzz_end_nest(msg, nest);
}

static void put_field(union message *msg, uint16_t type, enum form form)
{
	static const uint8_t sizes[] = { [U8] = 1, [U16] = 2, [U32] = 4,
					 [U64] = 8, [FLAG] = 0 };
	char name[] = "out-of-window";

	switch (form) {
	case STRING:
		nlfuzz_put(msg, type, name,
			   nlfuzz_random(2) ? sizeof(name) :
			   1 + nlfuzz_random(sizeof(name)));
		break;
	case ADDR:
		put_addr(msg, type);
		break;
	case U8:
	case U16:
	case U32:
	case U64:
	case FLAG:
		put_number(msg, type, sizes[form]);
		break;
	default:
		put_nested(msg, type, form);
	}
}

/* --- messages ---------------------------------------------------------- */

static void begin(union message *msg, uint16_t family, uint8_t cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(&msg->head);

	memset(msg, 0, sizeof(*msg));
	msg->head.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	msg->head.nlmsg_type = family;
	msg->head.nlmsg_flags = NLM_F_REQUEST;
	if (nlfuzz_random(2))
		msg->head.nlmsg_flags |= NLM_F_ACK;
	if (!nlfuzz_random(16))
		msg->head.nlmsg_flags |= NLM_F_DUMP;
	genl->cmd = cmd;
	genl->version = TCPWARD_FAMILY_VERSION;
}

bool nlfuzz_knows(uint8_t cmd)
{
	unsigned int i;

	for (i = 0; i < COUNT(fields); i++)
		if (fields[i].cmd == cmd)
			return true;
	return false;
}

void nlfuzz_valid(union message *msg, uint16_t family)
{
	uint8_t cmd = fields[nlfuzz_random(COUNT(fields))].cmd;
	uint32_t often = 1 + nlfuzz_random(32);
	unsigned int i;
	uint16_t type;

	begin(msg, family, cmd);
	for (i = 0; i < COUNT(fields); i++)
		for (type = fields[i].first; type <= fields[i].last; type++)
			if (fields[i].cmd == cmd && !nlfuzz_random(often))
				put_field(msg, type, fields[i].form);
}

/* The length of the message itself stays within what is there. */
void nlfuzz_mutated(union message *msg, uint16_t family)
{
	uint32_t len, times = 1 + nlfuzz_random(4);
	uint8_t *octet;

	nlfuzz_valid(msg, family);
	while (times--) {
		len = msg->head.nlmsg_len - NLMSG_HDRLEN;
		octet = msg->octets + NLMSG_HDRLEN + nlfuzz_random(len);
		switch (nlfuzz_random(5)) {
		case 0:
			*octet ^= 1 << nlfuzz_random(8);
			break;
		case 1:
			*octet = nlfuzz_random(256);
			break;
		case 2:
			*octet = nlfuzz_number();
			break;
		case 3:		/* cut off */
			msg->head.nlmsg_len -= nlfuzz_random(len);
			break;
		default:	/* an attribute that nobody has asked for */
			put_field(msg, nlfuzz_random(64),
				  nlfuzz_random(FORMS));
		}
	}
}

void nlfuzz_random_octets(union message *msg, uint16_t family)
{
	begin(msg, family, nlfuzz_random(20));
	fill(msg->octets + NLMSG_HDRLEN + GENL_HDRLEN, 256);
	if (!nlfuzz_random(4))
		fill(msg->octets + NLMSG_HDRLEN, GENL_HDRLEN);
	if (!nlfuzz_random(4))
		msg->head.nlmsg_flags = nlfuzz_random(65536);
	msg->head.nlmsg_len += nlfuzz_random(256);
}
