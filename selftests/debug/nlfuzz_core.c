// SPDX-License-Identifier: GPL-2.0
/*
 * The inside of saved records for the netlink fuzzer: records that the module
 * takes, and the same with a few numbers changed. Knows the members from the
 * core's own tables; sends nothing.
 */
#include "nlfuzz.h"

#include "core/saved.h"

static const struct tcpw_saved_end ends[] = {
	{ .iss = 1000, .nxt = 6001, .una = 6001, .edge = 70000, .dend = 6001,
	  .maxwnd = 65535, .ws = 7, .state = TCPWARD_STATE_ESTABLISHED,
	  .flags = TCPW_EP_SYN | TCPW_EP_SYN_ACKED | TCPW_EP_ACKED_SYN |
		   TCPW_EP_WS | TCPW_EP_TS | TCPW_EP_SACK_OK | TCPW_EP_ISS },
	{ .iss = 0xfffffff0, .nxt = 1, .una = 0xfffffff1, .edge = 4096,
	  .dend = 1, .maxwnd = 1, .state = TCPWARD_STATE_SYN_SENT,
	  .flags = TCPW_EP_SYN | TCPW_EP_ISS },
	{ .nxt = 50, .una = 50, .edge = 50, .fin = 49, .dend = 50,
	  .maxwnd = 65535, .state = TCPWARD_STATE_TIME_WAIT,
	  .flags = TCPW_EP_SYN | TCPW_EP_SYN_ACKED | TCPW_EP_ACKED_SYN |
		   TCPW_EP_FIN | TCPW_EP_FIN_ACKED | TCPW_EP_ACKED_FIN },
	{ .nxt = 50, .una = 50, .edge = 50, .dend = 50, .maxwnd = 10,
	  .state = TCPWARD_STATE_ESTABLISHED, .flags = TCPW_EP_OPEN },
};

#define ENDS (sizeof(ends) / sizeof(ends[0]))

/* One number in sixty is another one. */
static void put_numbers(union message *msg, const struct tcpw_field *field,
			const void *base)
{
	uint64_t value;

	for (; field->name; field++) {
		value = nlfuzz_random(60) ? tcpw_field_get(field, base) :
		       nlfuzz_number();
		nlfuzz_put(msg, field->attr, &value, field->size);
	}
}

static void put_nest(union message *msg, uint16_t type,
		     const struct tcpw_field *fields, const void *base)
{
	struct nlattr *nest = nlfuzz_nest(msg, type);

	put_numbers(msg, fields, base);
	nlfuzz_end_nest(msg, nest);
}

void nlfuzz_core(union message *msg)
{
	struct tcpw_saved_conn conn = { .kind = TCPWARD_KIND_OPEN };

	conn.client = nlfuzz_random(2);
	conn.expires_ms = nlfuzz_random(3) ? nlfuzz_random(100000) : 0;
	if (!nlfuzz_random(4))
		conn.kind = TCPWARD_KIND_MID;
	put_nest(msg, TCPWARD_A_CORE_CONN_LOWER, tcpw_end_fields,
		 &ends[nlfuzz_random(ENDS)]);
	put_nest(msg, TCPWARD_A_CORE_CONN_HIGHER, tcpw_end_fields,
		 &ends[nlfuzz_random(ENDS)]);
	put_numbers(msg, tcpw_conn_fields, &conn);
}

/* Four of each, the first ones in use. */
static void put_candidates(union message *msg)
{
	static const struct tcpw_syn used = {
		.iss = 4711, .end = 4712, .window = 1024, .flags = TCPW_SYN_USED,
	};
	static const struct tcpw_syn unused;
	static const struct tcpw_synack none;
	uint32_t i, n = nlfuzz_random(TCPW_CANDIDATES + 1);

	for (i = 0; i < TCPW_CANDIDATES; i++)
		put_nest(msg, TCPWARD_A_CORE_EXT_SYN, tcpw_syn_fields,
			 i < n ? &used : &unused);
	for (i = 0; i < TCPW_CANDIDATES; i++)
		put_nest(msg, TCPWARD_A_CORE_EXT_SYNACK, tcpw_synack_fields,
			 &none);
}

void nlfuzz_ext(union message *msg)
{
	static const struct tcpw_ext empty;
	struct nlattr *nest = nlfuzz_nest(msg, TCPWARD_A_CORE_EXT_SHADOW);

	nlfuzz_core(msg);
	nlfuzz_end_nest(msg, nest);
	put_candidates(msg);
	put_numbers(msg, tcpw_ext_fields, &empty);
}
