// SPDX-License-Identifier: GPL-2.0
/*
 * The loaded module between two TUN devices. What it says of a segment comes
 * from a segment trace, and must agree with what became of the segment.
 */
#include "backend_tun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tcpward/nl.h"

#define EXPIRY_POLLS 40		/* the wheel turns within a second */
#define EXPIRY_POLL_NS 50000000

static struct nl_client *control, *trace;
static struct tcpw_config limits;	/* the module's own, where 0 is none */
static char trouble[256];

static void failed(int error, const char *what)
{
	const char *extack = nl_extack(control);

	snprintf(trouble, sizeof(trouble), "cannot %s: %s", what,
		 extack ? extack : strerror(-error));
}

static bool module_open(void)
{
	int err;

	if (!tun_open())
		return false;
	err = nl_open(&control);
	if (!err)
		err = nl_open(&trace);
	if (!err)
		err = nl_config_get(control, &limits, NULL);
	if (!err)
		err = nl_trace_start(trace, NULL);
	if (err)
		fprintf(stderr, "segplay: no tcpward module to play with: %s\n",
			strerror(-err));
	return !err;
}

static void set_mode(uint32_t mode)
{
	struct tcpw_config cfg = { .mode = mode };
	int err = nl_config_set(control, &cfg, 1);

	if (err)
		failed(err, "set the mode");
}

/* Without hooks the module keeps no records. */
static void module_begin(void)
{
	trouble[0] = '\0';
	set_mode(TCPWARD_MODE_OFF);
	set_mode(TCPWARD_MODE_ENFORCE);
}

static const char *module_configure(const struct tcpw_config *cfg)
{
	struct tcpw_config wanted = *cfg;
	int err;

	if (!wanted.max_connections)
		wanted.max_connections = limits.max_connections;
	if (!wanted.max_half_open)
		wanted.max_half_open = limits.max_half_open;
	err = nl_config_set(control, &wanted, (1U << TCPW_KNOBS) - 1);
	if (err)
		failed(err, "configure the module");
	return NULL;
}

/* --- segments ---------------------------------------------------------- */

struct heard {
	struct model_segment segment;
	unsigned int count;
};

static int on_segment(const struct model_segment *segment, void *arg)
{
	struct heard *heard = arg;

	heard->segment = *segment;
	heard->count++;
	return 0;
}

static void describe(const struct model_segment *segment, char *text,
		     size_t size)
{
	if (segment->field)
		snprintf(text, size, "saw %u, acceptable %u to %u",
			 segment->seen, segment->low, segment->high);
}

/* What the module says must be what happened. */
static const char *contradiction(const struct heard *heard, bool arrived)
{
	bool refused = heard->segment.verdict == TCPWARD_VERDICT_DROP &&
		       !heard->segment.observed;

	if (!heard->count)
		return arrived ? "forwarded without being judged" :
				 "dropped without being judged";
	if (heard->count > 1)
		return "judged more than once";
	if (refused && arrived)
		return "refused, and forwarded nevertheless";
	if (!refused && !arrived)
		return "judged to pass, and not forwarded";
	return NULL;
}

static void module_deliver(const struct packet *packet, uint64_t now_ms,
			   struct outcome *outcome)
{
	struct heard heard = { .count = 0 };
	struct nl_handlers handlers = {
		.segment = on_segment,
		.arg = &heard,
	};
	const char *fault = *trouble ? trouble : NULL;
	bool arrived;

	*outcome = (struct outcome){ .skip = tun_beyond(packet) };
	if (outcome->skip)
		return;
	tun_join(packet);
	arrived = tun_pass(packet, &fault);
	nl_receive(trace, &handlers, 0);
	outcome->verdict = heard.segment.verdict;
	outcome->reason = heard.segment.reason;
	outcome->flag = heard.segment.flag;
	describe(&heard.segment, outcome->detail, sizeof(outcome->detail));
	outcome->fault = fault ? fault : contradiction(&heard, arrived);
}

/* --- records ----------------------------------------------------------- */

static struct model_address to_model(const struct address *address)
{
	struct model_address at = {
		.family = address->len == 4 ? AF_INET : AF_INET6,
		.port = address->port,
	};

	memcpy(at.addr, address->bytes, address->len);
	return at;
}

/* A record whose time is over stays until the wheel comes to it. */
static int settled(const struct model_address *a,
		   const struct model_address *b, struct model_conn *conn)
{
	const struct timespec pause = { .tv_nsec = EXPIRY_POLL_NS };
	int err, polls = 0;

	do {
		if (polls)
			nanosleep(&pause, NULL);
		err = nl_conn_get(control, a, b, conn);
	} while (!err && conn->expires && !conn->expires_ms &&
		 ++polls < EXPIRY_POLLS);
	return err;
}

static void module_look(const struct address *a, const struct address *b,
			uint64_t now_ms, struct view *view)
{
	struct model_address one = to_model(a), other = to_model(b);
	struct model_conn conn;
	int err, client;

	*view = (struct view){
		.state = { TCPWARD_STATE_CLOSED, TCPWARD_STATE_CLOSED },
	};
	err = settled(&one, &other, &conn);
	if (err) {
		if (err != -ENOENT)
			failed(err, "look up the connection");
		return;
	}
	client = model_address_equal(&conn.client.at, &one) ? SIDE_A : SIDE_B;
	view->kind = conn.kind;
	view->present = conn.kind != TCPWARD_KIND_RESET;
	view->client = client;
	view->state[client] = conn.client.state;
	view->state[!client] = conn.server.state;
	view->left_ms = conn.expires ? conn.expires_ms : 0;
}

static void module_end(void)
{
}

const struct backend backend_module = {
	.name = "module",
	.real_clock = true,
	.open = module_open,
	.begin = module_begin,
	.configure = module_configure,
	.deliver = module_deliver,
	.look = module_look,
	.end = module_end,
};
