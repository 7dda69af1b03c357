// SPDX-License-Identifier: GPL-2.0
/*
 * nf_conntrack between the two TUN devices, at its strictest, with a rule
 * that drops what it calls invalid: for comparison. It tells only whether a
 * segment came through. Keys that it has a counterpart of are set there.
 */
#include "backend_tun.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>

#include "tcpward/nl.h"

static const char ruleset[] =
	"table inet segplay {\n"
	"	chain forward {\n"
	"		type filter hook forward priority filter\n"
	"		ct state invalid drop\n"
	"	}\n"
	"}\n";

static struct nl_sock *tables;
static const char *trouble;

/* tcpward is not to judge here, if it is there at all. */
static bool tcpward_off(void)
{
	struct tcpw_config cfg = { .mode = TCPWARD_MODE_OFF };
	struct nl_client *client;
	int err = nl_open(&client);

	if (err == -ENOENT)
		err = 0;
	else if (!err)
		err = nl_config_set(client, &cfg, 1);
	nl_end(client);
	if (err)
		fprintf(stderr, "segplay: cannot turn tcpward off: %s\n",
			strerror(-err));
	return !err;
}

static bool connect_tables(void)
{
	int err;

	tables = nl_socket_alloc();
	err = tables ? nl_connect(tables, NETLINK_NETFILTER) : -NLE_NOMEM;
	if (err)
		fprintf(stderr, "segplay: no netlink of netfilter: %s\n",
			nl_geterror(err));
	return !err;
}

static bool conntrack_open(void)
{
	return tun_open() && tcpward_off() && connect_tables() &&
	       tun_command("nft -f -", ruleset) &&
	       tun_sysctl("net/netfilter/nf_conntrack_tcp_be_liberal", "0");
}

static void conntrack_begin(void)
{
	struct nfgenmsg message = { .version = NFNETLINK_V0 };
	int err;

	trouble = NULL;
	err = nl_send_simple(tables, NFNL_SUBSYS_CTNETLINK << 8 |
			     IPCTNL_MSG_CT_DELETE, NLM_F_ACK, &message,
			     sizeof(message));
	if (err >= 0)
		err = nl_wait_for_ack(tables);
	if (err < 0)
		trouble = "cannot empty the table of nf_conntrack";
}

/* --- configuration ----------------------------------------------------- */

#define MS_PER_S 1000

/* A key, and the same in nf_conntrack: its value in other units. */
static const struct counterpart {
	const char *knob;
	const char *sysctl;
	uint32_t factor;
	uint32_t divisor;
} counterparts[] = {
	{ "csum", "checksum", 1, 1 },
	{ "timeout_syn", "tcp_timeout_syn_sent", 1, MS_PER_S },
	{ "timeout_half_open", "tcp_timeout_syn_recv", 1, MS_PER_S },
	{ "timeout_established", "tcp_timeout_established", 1, MS_PER_S },
	{ "timeout_closing", "tcp_timeout_fin_wait", 1, MS_PER_S },
	{ "timeout_closing", "tcp_timeout_close_wait", 1, MS_PER_S },
	{ "timeout_closing", "tcp_timeout_last_ack", 1, MS_PER_S },
	{ "timeout_reset", "tcp_timeout_close", 1, MS_PER_S },
	{ "msl", "tcp_timeout_time_wait", 2, MS_PER_S },
};

static bool write_number(const char *sysctl, uint32_t value)
{
	char name[64], text[16];

	snprintf(name, sizeof(name), "net/netfilter/nf_conntrack_%s", sysctl);
	snprintf(text, sizeof(text), "%u", value);
	return tun_sysctl(name, text);
}

/* Whether nf_conntrack can be set as @knob wants it; then it is. */
static bool set_counterparts(const struct tcpw_knob *knob, uint32_t value)
{
	const struct counterpart *c = counterparts;
	size_t count = sizeof(counterparts) / sizeof(counterparts[0]);
	bool found = false;

	for (; c < counterparts + count; c++) {
		if (strcmp(c->knob, knob->name))
			continue;
		if (c->divisor > 1 && !value)
			return false;	/* never, which it does not know */
		if (value * c->factor % c->divisor)
			return false;
		if (!write_number(c->sysctl, value * c->factor / c->divisor))
			trouble = "cannot configure nf_conntrack";
		found = true;
	}
	return found;
}

static bool set_pickup(uint32_t pickup)
{
	if (!write_number("tcp_loose", pickup == TCPWARD_PICKUP_LOOSE))
		trouble = "cannot configure nf_conntrack";
	return pickup != TCPWARD_PICKUP_AUTO;
}

static const char *conntrack_configure(const struct tcpw_config *cfg)
{
	struct tcpw_config wanted = *cfg;
	const struct tcpw_knob *knob;
	static char why[64];
	uint32_t value;
	bool can;

	for (knob = tcpw_knobs; knob < tcpw_knobs + TCPW_KNOBS; knob++) {
		value = *tcpw_knob_slot(&wanted, knob);
		if (knob->attr == TCPWARD_A_CONFIG_PICKUP)
			can = set_pickup(value);
		else
			can = set_counterparts(knob, value);
		if (can || value == knob->dflt)
			continue;
		snprintf(why, sizeof(why), "%s is a key of tcpward only",
			 knob->name);
		return why;
	}
	return NULL;
}

/* --- segments ---------------------------------------------------------- */

/* The kernel itself does not forward these. */
static bool to_a_group(const struct packet *packet)
{
	const uint8_t *dst = packet->dst.bytes;

	if (packet->dst.len == 16)
		return dst[0] == 0xff;
	return dst[0] >> 4 >= 14;
}

static void conntrack_deliver(const struct packet *packet, uint64_t now_ms,
			      struct outcome *outcome)
{
	const char *fault = trouble;

	*outcome = (struct outcome){ .skip = tun_beyond(packet) };
	if (!outcome->skip && to_a_group(packet))
		outcome->skip = "a segment to a group";
	if (outcome->skip)
		return;
	outcome->verdict = tun_pass(packet, &fault) ? TCPWARD_VERDICT_PASS :
						      TCPWARD_VERDICT_DROP;
	outcome->fault = fault;
}

static void conntrack_end(void)
{
}

const struct backend backend_conntrack = {
	.name = "conntrack",
	.real_clock = true,
	.open = conntrack_open,
	.begin = conntrack_begin,
	.configure = conntrack_configure,
	.deliver = conntrack_deliver,
	.end = conntrack_end,
};
