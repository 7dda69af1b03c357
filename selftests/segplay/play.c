// SPDX-License-Identifier: GPL-2.0
/*
 * Plays one case: fills in what a segment leaves out, sends it to the backend
 * and compares. Owns the clock and the memory of what both ends have sent.
 *
 * Numbers left out follow from segments that passed: SEQ is the next to send,
 * ACK covers all that its sender has received, the window is the last used.
 */
#include "segplay.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "knob_text.h"

#define MAX_FLOWS 16
#define DEFAULT_WINDOW 65535
#define START_MS 1000000

/* A case that failed although it was late by so much is played again. */
#define LATE_MS 100u
#define ATTEMPTS 5

/* With --wrap the numbers of HS, its timestamps, and 32 bits of milliseconds
 * pass zero within the first steps.
 */
#define WRAP_START_MS (UINT32_MAX - 1500ull)
#define WRAP_TS 0xfffffc00u
static const uint32_t wrap_seq[] = { -150u, -350u };

/* What one end has sent. */
struct memory {
	uint32_t next;
	uint32_t iss;
	uint16_t window;
	bool sent, opened, window_used;
	struct number tsval;
};

struct flow {
	struct address address[2];
	struct memory memory[2];
};

struct player {
	const struct play_options *how;
	struct tcpw_config config;
	struct address address[2];
	struct flow flows[MAX_FLOWS];
	size_t flow_count;
	struct clock clock;
	size_t left_out;	/* checks that this backend cannot answer */
	char skip[SKIP_TEXT];	/* why the case is given up, or empty */
	bool ok;
};

static void fail(struct player *pl, const struct step *step,
		 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void fail(struct player *pl, const struct step *step,
		 const char *format, ...)
{
	va_list args;

	pl->ok = false;
	printf("# %s:%u: %s\n#   ", step->file, step->line, step->text);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void skip(struct player *pl, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void skip(struct player *pl, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(pl->skip, sizeof(pl->skip), format, args);
	va_end(args);
}

/* 10.0.0.1 as fd00::10.0.0.1, a multicast group as ff02::224.0.0.1. */
static void make_ipv6(struct address *address)
{
	bool group = address->bytes[0] >> 4 == 14 || address->bytes[0] == 255;

	if (address->len == 16)
		return;
	memcpy(address->bytes + 12, address->bytes, 4);
	memset(address->bytes, 0, 12);
	address->bytes[0] = group ? 0xff : 0xfd;
	address->bytes[1] = group ? 0x02 : 0x00;
	address->len = 16;
}

static struct address resolve(const struct player *pl,
			      const struct end_ref *end)
{
	struct address address = pl->address[end->side];

	if (end->has_bytes) {
		uint16_t port = address.port;

		address = end->address;
		address.port = port;
	}
	if (end->has_port)
		address.port = end->address.port;
	if (pl->how->ipv6)
		make_ipv6(&address);
	return address;
}

/* The memory of the flow that @packet belongs to, and its sender's index. */
static struct flow *find_flow(struct player *pl, const struct packet *packet,
			      int *side)
{
	struct flow *flow = pl->flows;

	for (; flow < pl->flows + pl->flow_count; flow++)
		for (*side = 0; *side < 2; ++*side)
			if (address_equal(&flow->address[*side],
					  &packet->src) &&
			    address_equal(&flow->address[!*side],
					  &packet->dst))
				return flow;
	*side = 0;
	if (pl->flow_count == MAX_FLOWS)
		return NULL;
	pl->flow_count++;
	*flow = (struct flow){ .address = { packet->src, packet->dst } };
	return flow;
}

static void default_to(struct number *number, uint32_t value)
{
	if (!number->given)
		number->value = value;
}

static void fill_in(struct segment *seg, const struct memory *own,
		    const struct memory *peer)
{
	default_to(&seg->seq, own->next);
	default_to(&seg->window,
		   own->window_used ? own->window : DEFAULT_WINDOW);
	if (seg->flags & TCPW_ACK || seg->ack.given)
		default_to(&seg->ack, peer->next);
	else
		seg->ack.value = seg->ack_field.value;
	if (seg->tsval.given)
		default_to(&seg->tsecr, peer->tsval.value);
}

static void remember(struct memory *own, const struct segment *seg)
{
	uint32_t end = seg->seq.value + seg->len +
		       !!(seg->flags & TCPW_SYN) + !!(seg->flags & TCPW_FIN);

	own->window = seg->window.value;
	own->window_used = true;
	if (seg->tsval.given)
		own->tsval = seg->tsval;
	if (seg->flags & TCPW_RST)
		return;
	if (!own->sent || (int32_t)(end - own->next) > 0 ||
	    (seg->flags & TCPW_SYN && own->opened &&
	     seg->seq.value != own->iss))
		own->next = end;
	own->sent = true;
	if (seg->flags & TCPW_SYN) {
		own->iss = seg->seq.value;
		own->opened = true;
	}
}

/* The same conversation with other first numbers. */
static void shift(struct segment *seg, bool sender_known)
{
	uint32_t own = wrap_seq[seg->from.side];
	uint32_t peer = wrap_seq[seg->to.side];
	size_t i;

	/* The 0 in a RST of an end that knows nothing is meant so. */
	if (!(seg->flags & TCPW_RST) || seg->seq.value || sender_known)
		seg->seq.value += own;
	if (seg->flags & TCPW_ACK)
		seg->ack.value += peer;
	for (i = 0; i < 2 * (size_t)seg->sacks; i++)
		seg->sack[i] += peer;
	seg->tsval.value += WRAP_TS;
	if (seg->flags & TCPW_ACK)
		seg->tsecr.value += WRAP_TS;
}

static const char *verdict_text(uint8_t verdicts, char *text)
{
	static const char *const names[] = { "PASS", "QUIET", "DROP" };
	size_t i;

	*text = '\0';
	for (i = 0; i < 3; i++)
		if (verdicts & 1 << i) {
			strcat(text, *text ? " or " : "");
			strcat(text, names[i]);
		}
	return text;
}

static bool as_expected(const struct expectation *expect,
			const struct outcome *got)
{
	uint8_t reason = got->verdict == TCPWARD_VERDICT_PASS ?
			 got->flag : got->reason;

	return expect->verdicts & 1 << got->verdict &&
	       (!expect->flag || got->flag) &&
	       (!expect->no_flag || !got->flag) &&
	       (expect->reason < 0 || expect->reason == reason);
}

/* Where only that is known, forwarded means QUIET where QUIET was wanted. */
static void interpret(const struct backend *backend,
		      struct expectation *expect, struct outcome *got)
{
	if (backend->look)
		return;
	expect->flag = expect->no_flag = false;
	expect->reason = -1;
	if (got->verdict == TCPWARD_VERDICT_PASS &&
	    !(expect->verdicts & 1 << TCPWARD_VERDICT_PASS) &&
	    expect->verdicts & 1 << TCPWARD_VERDICT_QUIET)
		got->verdict = TCPWARD_VERDICT_QUIET;
}

static void compare(struct player *pl, const struct step *step,
		    const struct segment *seg, const struct packet *packet,
		    const struct outcome *got)
{
	const struct expectation *expect = &seg->expect;
	char wanted[32], received[32];
	struct view view;

	if (got->fault)
		fail(pl, step, "%s", got->fault);
	if (as_expected(expect, got))
		return;
	if (!pl->how->backend->look) {
		fail(pl, step, "wanted %s, it was %s",
		     verdict_text(expect->verdicts, wanted),
		     got->verdict == TCPWARD_VERDICT_DROP ? "dropped" :
							    "forwarded");
		return;
	}
	fail(pl, step, "wanted %s%s%s%s, got %s, reason %s, flag %s%s%s",
	     verdict_text(expect->verdicts, wanted),
	     expect->reason < 0 ? "" : " ",
	     expect->reason < 0 ? "" : tcpw_reasons[expect->reason].name,
	     expect->flag ? " with a flag" :
	     expect->no_flag ? " without flag" : "",
	     verdict_text(1 << got->verdict, received),
	     tcpw_reasons[got->reason].name, tcpw_reasons[got->flag].name,
	     *got->detail ? ": " : "", got->detail);
	pl->how->backend->look(&packet->src, &packet->dst, pl->clock.now_ms, &view);
	printf("#   sender %s, receiver %s now\n",
	       tcpw_state_name(view.state[0]), tcpw_state_name(view.state[1]));
}

static void play_segment(struct player *pl, const struct step *step)
{
	struct segment seg = step->segment, sent;
	struct outcome outcome;
	struct packet packet;
	struct flow *flow;
	int side;

	packet.src = resolve(pl, &seg.from);
	packet.dst = resolve(pl, &seg.to);
	flow = find_flow(pl, &packet, &side);
	if (!flow) {
		fail(pl, step, "more than %d connections", MAX_FLOWS);
		return;
	}
	fill_in(&seg, &flow->memory[side], &flow->memory[!side]);
	sent = seg;
	if (pl->how->wrap)
		shift(&sent, flow->memory[side].sent);
	packet_build(&sent, &packet);
	packet.from = seg.from.side;
	pl->how->backend->deliver(&packet, pl->clock.now_ms, &outcome);
	if (outcome.skip) {
		skip(pl, "%s", outcome.skip);
		return;
	}
	interpret(pl->how->backend, &seg.expect, &outcome);
	compare(pl, step, &seg, &packet, &outcome);
	if (outcome.verdict == TCPWARD_VERDICT_PASS)
		remember(&flow->memory[side], &seg);
}

static void configure(struct player *pl)
{
	const char *refusal = pl->how->backend->configure(&pl->config);

	if (refusal)
		skip(pl, "%s", refusal);
}

static void play_set(struct player *pl, const struct step *step)
{
	struct tcpw_config from = step->set.cfg;
	size_t i;

	for (i = 0; i < TCPW_KNOBS; i++)
		if (step->set.given[i])
			*tcpw_knob_slot(&pl->config, &tcpw_knobs[i]) =
				*tcpw_knob_slot(&from, &tcpw_knobs[i]);
	configure(pl);
}

static void look(struct player *pl, struct view *view)
{
	struct end_ref a = { .side = SIDE_A }, b = { .side = SIDE_B };
	struct address from = resolve(pl, &a), to = resolve(pl, &b);

	pl->how->backend->look(&from, &to, pl->clock.now_ms, view);
}

static void play_addr(struct player *pl, const struct step *step)
{
	int side;

	for (side = 0; side < 2; side++)
		if (step->addr.given[side])
			pl->address[side] = step->addr.address[side];
}

static void check_states(struct player *pl, const struct step *step,
			 const struct view *view)
{
	int side;

	for (side = 0; side < 2; side++)
		if (step->state.given[side] &&
		    step->state.state[side] != view->state[side])
			fail(pl, step, "wanted %c=%s, got %s", 'A' + side,
			     tcpw_state_name(step->state.state[side]),
			     tcpw_state_name(view->state[side]));
}

static void check_timewait(struct player *pl, const struct step *step,
			   const struct view *view)
{
	uint64_t slack_ms = pl->clock.real ? CLOCK_SLACK_MS : 0;
	uint64_t wanted_ms = step->timewait.left_ms;
	uint8_t side = step->timewait.side;
	char left[32], wanted[32];

	knob_time_text(view->left_ms, left, sizeof(left));
	knob_time_text(wanted_ms, wanted, sizeof(wanted));
	if (view->state[side] != TCPWARD_STATE_TIME_WAIT)
		fail(pl, step, "wanted %c in TIME_WAIT, got %s", 'A' + side,
		     tcpw_state_name(view->state[side]));
	else if (view->left_ms > wanted_ms ||
		 view->left_ms + slack_ms < wanted_ms)
		fail(pl, step, "wanted %s of %c's TIME_WAIT, %s are left",
		     wanted, 'A' + side, left);
}

static void play_check(struct player *pl, const struct step *step)
{
	struct view view;

	if (!pl->how->backend->look) {
		pl->left_out++;
		return;
	}
	look(pl, &view);
	if (step->kind == STEP_STATE)
		check_states(pl, step, &view);
	else if (step->kind == STEP_TIMEWAIT)
		check_timewait(pl, step, &view);
	else if (step->kind == STEP_RECORD && view.present != step->present)
		fail(pl, step, "the record is %s",
		     view.present ? "present" : "gone");
	else if (step->kind == STEP_CLIENT &&
		 (!view.present || view.client != step->client))
		fail(pl, step, "the client is %s",
		     !view.present ? "nobody" : view.client ? "B" : "A");
}

static void play_step(struct player *pl, const struct step *step)
{
	if (!clock_advance(&pl->clock, step->wait_ms, pl->skip))
		return;
	switch (step->kind) {
	case STEP_SEGMENT:
		play_segment(pl, step);
		break;
	case STEP_WAIT:
		break;
	case STEP_SET:
		play_set(pl, step);
		break;
	case STEP_ADDR:
		play_addr(pl, step);
		break;
	case STEP_EXACT_CLOCK:
		if (pl->clock.real)
			skip(pl, "turns on milliseconds");
		break;
	case STEP_WHOLE_SECOND:
		clock_to_second(&pl->clock, pl->skip);
		break;
	default:
		play_check(pl, step);
	}
}

static void play_steps(struct player *pl, const struct steps *steps)
{
	const struct backend *backend = pl->how->backend;
	size_t i;

	clock_foresee(&pl->clock, steps, pl->skip);
	backend->begin();
	configure(pl);
	for (i = 0; i < steps->count && !*pl->skip; i++)
		play_step(pl, &steps->list[i]);
	backend->end();
}

void play_config_default(struct tcpw_config *config)
{
	tcpw_config_default(config);
	config->pickup = TCPWARD_PICKUP_STRICT;
}

static struct player player_new(const struct play_options *how)
{
	struct player pl = {
		.how = how,
		.config = how->config,
		.address = {
			{ .bytes = { 192, 0, 2, 1 }, .len = 4, .port = 40000 },
			{ .bytes = { 198, 51, 100, 2 }, .len = 4, .port = 80 },
		},
		.ok = true,
	};

	clock_start(&pl.clock, how->wrap ? WRAP_START_MS : START_MS,
		    how->backend->real_clock);
	return pl;
}

bool play_case(const struct test_case *test, size_t number,
	       const struct play_options *how)
{
	struct player pl;
	unsigned int i;

	for (i = 1; ; i++) {
		pl = player_new(how);
		play_steps(&pl, &test->steps);
		if (pl.ok || i == ATTEMPTS || clock_late_ms(&pl.clock) < LATE_MS)
			break;
		printf("# %u ms late by then, on a busy machine: once more\n",
		       clock_late_ms(&pl.clock));
	}
	if (pl.left_out)
		printf("# left out: %zu checks of tcpward's records\n",
		       pl.left_out);
	printf("%sok %zu - %s", pl.ok ? "" : "not ", number, test->name);
	if (pl.ok && *pl.skip)
		printf(" # SKIP %s", pl.skip);
	putchar('\n');
	return pl.ok;
}
