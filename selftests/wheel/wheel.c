// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/wheel.c and kmod/expire.c under a clock of our own. After every run of the worker no
 * record is there whose tick has come, and none has left before its deadline.
 */
#include "../../kmod/wheel.c"
#include "../../kmod/expire.c"

#include <stdio.h>

#define RECORDS 400
#define SECOND 1000ULL
#define HOUR (3600 * SECOND)
/* An hour before the ticks start over. */
#define START (((1ULL << 32) << TICK_SHIFT) - HOUR)

u64 clock_ms = START;
static struct tcpw_net tn;
static struct tcpw_flow *flows[RECORDS];
static unsigned long ended, late, early;

/* --- what the wheels call ---------------------------------------------- */

void tcpw_flow_view(const struct tcpw_flow *flow, u64 now_ms,
		    struct tcpw_view *view)
{
	view->now_ms = now_ms;
}

bool tcpw_expire(struct tcpw_conn *conn, struct tcpw_ext *ext, __u64 now_ms)
{
	early += now_ms < conn->deadline_ms;
	return true;
}

void tcpw_table_remove(struct tcpw_net *net, struct tcpw_flow *flow,
		       const struct tcpw_was *was, u64 now_ms)
{
	flow->dead = 1;
	tcpw_wheel_remove(&net->wheel, flow);
	tn.records.counter--;
	ended++;
}

void tcpw_flow_settle(struct tcpw_net *net, struct tcpw_flow *flow,
		      const struct tcpw_was *was, u64 now_ms,
		      struct tcpw_move moves[2])
{
	abort();
}

void tcpw_table_fetch(struct tcpw_net *net, const struct tcpw_key *key)
{
}

bool tcpw_report_hears_ends(const struct tcpw_net *net)
{
	return true;
}

void tcpw_report_gone(struct tcpw_net *net, const struct tcpw_view *view,
		      enum tcpward_conn_event event)
{
}

void tcpw_report_moves(struct tcpw_net *net, const struct tcpw_outcome *out)
{
	abort();
}

/* --- records ----------------------------------------------------------- */

static void become(struct tcpw_flow *flow, enum tcpw_wait wait)
{
	u8 state = wait == TCPW_WAIT_HALF_OPEN ? TCPWARD_STATE_SYN_SENT :
						 TCPWARD_STATE_ESTABLISHED;

	flow->conn.kind = wait == TCPW_WAIT_RESET ? TCPWARD_KIND_RESET :
						    TCPWARD_KIND_OPEN;
	flow->conn.ep[0].state = state;
	flow->conn.ep[1].state = state;
}

static void set(struct tcpw_flow *flow, u64 deadline_ms)
{
	spin_lock(&flow->lock);
	flow->conn.deadline_ms = deadline_ms;
	tcpw_wheel_set(&tn.wheel, flow, clock_ms);
	spin_unlock(&flow->lock);
}

static struct tcpw_flow *begin(enum tcpw_wait wait, u64 rest_ms)
{
	struct tcpw_flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		abort();
	INIT_LIST_HEAD(&flow->waits);
	become(flow, wait);
	tn.records.counter++;
	set(flow, clock_ms + rest_ms);
	tcpw_wheel_start(&tn.wheel);
	return flow;
}

static void forget(struct tcpw_flow *flow)
{
	spin_lock(&flow->lock);
	if (!flow->dead)
		tcpw_table_remove(&tn, flow, NULL, clock_ms);
	spin_unlock(&flow->lock);
}

static void check_all(void)
{
	unsigned int i;
	u64 deadline_ms;

	for (i = 0; i < RECORDS; i++) {
		if (!flows[i] || flows[i]->dead)
			continue;
		deadline_ms = flows[i]->conn.deadline_ms;
		late += deadline_ms && (deadline_ms >> TICK_SHIFT) <
				       (clock_ms >> TICK_SHIFT);
	}
}

/* --- time -------------------------------------------------------------- */

/* Lets @ms pass; the worker is up to @lag_ms later than it was asked. */
static void pass(u64 ms, unsigned int lag_ms)
{
	struct delayed_work *work = &tn.wheel.work;
	u64 end = clock_ms + ms;

	while (work->pending) {
		if (work->due_ms > end)
			break;
		if (clock_ms < work->due_ms)
			clock_ms = work->due_ms;
		if (lag_ms)
			clock_ms += rand() % lag_ms;
		work->pending = false;
		work->function(&work->work);
		check_all();
	}
	if (clock_ms < end)
		clock_ms = end;
}

/* --- tests ------------------------------------------------------------- */

static unsigned int number, failed;

static void result(const char *name, bool good)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++number, name);
	failed += !good;
	if (!good)
		printf("# %lu ended, %lu late, %lu early\n", ended,
		       late, early);
}

static u64 any_rest(void)
{
	static const u64 rests[] = {
		1, 10 * SECOND, 60 * SECOND, 131 * SECOND, 240 * SECOND,
		2 * HOUR, 5 * HOUR, 30 * HOUR,
	};

	return 1 + rand() % rests[rand() % (sizeof(rests) / sizeof(*rests))];
}

static enum tcpw_wait any_wait(void)
{
	static const enum tcpw_wait waits[] = {
		TCPW_WAIT_NEAR, TCPW_WAIT_HALF_OPEN, TCPW_WAIT_RESET,
	};

	return waits[rand() % 3];
}

/*
 * Deadlines come, move to and fro, are lifted, records become of another kind
 * and are forgotten.
 */
static void change_one(void)
{
	struct tcpw_flow **flow = &flows[rand() % RECORDS];

	if (!*flow || (*flow)->dead) {
		free(*flow);
		*flow = begin(any_wait(), any_rest());
	} else if (rand() % 8 == 0) {
		forget(*flow);
	} else {
		become(*flow, any_wait());
		set(*flow, rand() % 8 ? clock_ms + any_rest() : 0);
	}
}

static void end_all(void)
{
	unsigned int i;

	for (i = 0; i < RECORDS; i++) {
		if (flows[i])
			forget(flows[i]);
		free(flows[i]);
		flows[i] = NULL;
	}
}

static void days(void)
{
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		change_one();
		pass(rand() % (8 * SECOND), 300);
	}
	result("days of deadlines that move, across the end of ticks",
	       clock_ms > START + 72 * HOUR && ended > 10000 && !late &&
	       !early);
}

static void sleeps(void)
{
	static const u64 lengths[] = {
		SECOND, 120 * SECOND, 150 * SECOND, HOUR, 6 * HOUR, 50 * HOUR,
	};
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		change_one();
		pass(rand() % (8 * SECOND), 300);
		if (rand() % 16 == 0)
			clock_ms += lengths[rand() % 6];
	}
	result("sleeps of any length", !late && !early);
}

static void still(void)
{
	unsigned int i;

	end_all();
	pass(HOUR, 0);
	result("without records the wheels stand", !tn.wheel.work.pending);
	clock_ms += 100 * HOUR;
	for (i = 0; i < RECORDS; i++)
		flows[i] = begin(any_wait(), any_rest());
	pass(40 * HOUR, 300);
	result("and go on when there are some",
	       !tn.records.counter && !late && !early);
}

/* An idle record is looked at when its slot falls, and when it is due. */
static void idle(void)
{
	unsigned int i, seen = 0, far = 0;

	end_all();
	for (i = 0; i < RECORDS; i++) {
		flows[i] = begin(TCPW_WAIT_NEAR,
				 2 * HOUR + rand() % (60 * SECOND));
		far += wait_of(flows[i]) == TCPW_WAIT_FAR;
	}
	pass(2 * HOUR - 132 * SECOND, 0);
	for (i = 0; i < RECORDS; i++)
		seen += wait_of(flows[i]) != TCPW_WAIT_FAR;
	result("long deadlines lie in the far wheel until they are near",
	       far == RECORDS && !seen);
	pass(132 * SECOND, 0);
	for (i = 0; i < RECORDS; i++)
		seen += wait_of(flows[i]) == TCPW_WAIT_NEAR;
	result("and in the near one then, before any is due",
	       seen == RECORDS);
	pass(61 * SECOND, 0);
	result("and leave", !tn.records.counter && !late && !early);
}

/* Who is evicted: what has least time left, to a slot; all, in the end. */
static void evicted(enum tcpw_wait wait, const char *name)
{
	unsigned int i, others = 0, popped = 0, wrong = 0;
	struct tcpw_flow *flow;
	u32 last = 0, tick;

	end_all();
	for (i = 0; i < RECORDS; i++) {
		flows[i] = begin(any_wait(),
				 20 * SECOND + rand() % (100 * SECOND));
		others += wait_of(flows[i]) != wait;
		pass(rand() % 20, 0);
	}
	for (i = 0; i < RECORDS; i += 3)
		set(flows[i], clock_ms + 1 + rand() % SECOND);
	while ((flow = tcpw_wheel_pop(&tn, wait))) {
		spin_lock(&flow->lock);
		wrong += !tcpw_wheel_popped(flow, wait);
		tick = tick_of(flow->conn.deadline_ms);
		wrong += last && before(tick, last);
		tcpw_table_remove(&tn, flow, NULL, clock_ms);
		spin_unlock(&flow->lock);
		last = tick;
		popped++;
	}
	result(name, !wrong && popped == RECORDS - others && others &&
		     !tcpw_wheel_count(&tn.wheel, wait));
}

int main(void)
{
	srand(4);
	if (tcpw_wheel_init(&tn.wheel))
		return 1;
	puts("TAP version 14\n1..9");
	days();
	sleeps();
	still();
	idle();
	evicted(TCPW_WAIT_HALF_OPEN, "half-open records go in order");
	evicted(TCPW_WAIT_RESET, "and those that a RST ended");
	end_all();
	tcpw_wheel_stop(&tn.wheel);
	tcpw_wheel_exit(&tn.wheel);
	return failed ? 1 : 0;
}
