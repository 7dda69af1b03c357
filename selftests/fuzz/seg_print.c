// SPDX-License-Identifier: GPL-2.0
/*
 * Prints what the reader of segplay has understood, nothing left to defaults:
 * steps out of macros and repetitions stand by themselves.
 */
#include "seg_print.h"
#include "knob_text.h"

#include <arpa/inet.h>
#include <inttypes.h>

static void print_address(FILE *to, const struct address *address, bool port)
{
	char text[INET6_ADDRSTRLEN];
	bool v6 = address->len == 16;

	inet_ntop(v6 ? AF_INET6 : AF_INET, address->bytes, text, sizeof(text));
	fprintf(to, "%s%s%s", v6 ? "[" : "", text, v6 ? "]" : "");
	if (port)
		fprintf(to, ":%u", address->port);
}

static void print_end(FILE *to, const struct end_ref *end)
{
	if (end->has_bytes) {
		print_address(to, &end->address, end->has_port);
		return;
	}
	fputc('A' + end->side, to);
	if (end->has_port)
		fprintf(to, ":%u", end->address.port);
}

static void print_number(FILE *to, const char *word,
			 const struct number *number)
{
	if (number->given)
		fprintf(to, " %s %u", word, number->value);
}

static void print_flags(FILE *to, const struct segment *seg)
{
	static const char letters[] = "FSRPAUECN";
	unsigned int i;

	fputs(seg->bare ? " [" : " ", to);
	for (i = 0; letters[i]; i++)
		if (seg->flags & 1 << i)
			fputc(letters[i], to);
	fputs(seg->bare ? "]" : "", to);
}

static void print_options(FILE *to, const struct segment *seg)
{
	unsigned int i;

	print_number(to, "mss", &seg->mss);
	print_number(to, "ws", &seg->ws);
	if (seg->sack_ok)
		fputs(" sackok", to);
	print_number(to, "ts", &seg->tsval);
	if (seg->tsecr.given)
		fprintf(to, "/%u", seg->tsecr.value);
	for (i = 0; i < seg->sacks; i++)
		fprintf(to, "%s%u:%u", i ? "," : " sack ", seg->sack[2 * i],
			seg->sack[2 * i + 1]);
	fputs(seg->raw_len ? " options" : "", to);
	for (i = 0; i < seg->raw_len; i++)
		fprintf(to, " %02x", seg->raw[i]);
}

static void print_mark(FILE *to, const struct expectation *expect)
{
	unsigned int i;

	fputs(" {", to);
	for (i = 0; i < 3; i++)
		if (expect->verdicts & 1 << i)
			fputc("PQD"[i], to);
	fputs(expect->flag ? "+flag" : expect->no_flag ? "-flag" : "", to);
	if (expect->reason >= 0)
		fprintf(to, " %s", tcpw_reasons[expect->reason].name);
	fputc('}', to);
}

static void print_segment(FILE *to, const struct segment *seg)
{
	print_end(to, &seg->from);
	fputc('>', to);
	print_end(to, &seg->to);
	print_flags(to, seg);
	if (seg->seq.given)
		fprintf(to, " %u", seg->seq.value);
	if (seg->len)
		fprintf(to, ":%u", seg->seq.value + seg->len +
			!!(seg->flags & TCPW_SYN));
	print_number(to, "ack", &seg->ack);
	print_number(to, "w", &seg->window);
	print_number(to, "ackfield", &seg->ack_field);
	print_number(to, "urg", &seg->urgent);
	print_number(to, "res", &seg->reserved);
	print_number(to, "offset", &seg->offset);
	print_number(to, "cut", &seg->cut);
	print_number(to, "snap", &seg->snap);
	fputs(seg->bad_sum ? " badsum" : "", to);
	fputs(seg->loopback ? " lo" : "", to);
	print_options(to, seg);
	print_mark(to, &seg->expect);
}

static void print_set(FILE *to, const struct step *step)
{
	struct tcpw_config cfg = step->set.cfg;
	char text[64];
	unsigned int i;

	fputs("set", to);
	for (i = 0; i < TCPW_KNOBS; i++) {
		if (!step->set.given[i])
			continue;
		knob_value_text(&tcpw_knobs[i],
				*tcpw_knob_slot(&cfg, &tcpw_knobs[i]), text,
				sizeof(text));
		fprintf(to, " %s=%s", tcpw_knobs[i].name, text);
	}
}

static void print_sides(FILE *to, const struct step *step)
{
	bool addr = step->kind == STEP_ADDR;
	const bool *given = addr ? step->addr.given : step->state.given;
	unsigned int side;

	fputs(addr ? "addr" : "state", to);
	for (side = 0; side < 2; side++) {
		if (!given[side])
			continue;
		fprintf(to, " %c=", 'A' + side);
		if (addr)
			print_address(to, &step->addr.address[side], true);
		else
			fputs(tcpw_state_name(step->state.state[side]), to);
	}
}

static void print_step(FILE *to, const struct step *step)
{
	if (step->wait_ms || step->kind == STEP_WAIT)
		fprintf(to, "+%" PRIu64 "ms ", step->wait_ms);
	switch (step->kind) {
	case STEP_SEGMENT:
		print_segment(to, &step->segment);
		break;
	case STEP_WAIT:
		break;
	case STEP_SET:
		print_set(to, step);
		break;
	case STEP_ADDR:
	case STEP_STATE:
		print_sides(to, step);
		break;
	case STEP_RECORD:
		fputs(step->present ? "record present" : "record gone", to);
		break;
	case STEP_TIMEWAIT:
		fprintf(to, "timewait %c %" PRIu64 "ms",
			'A' + step->timewait.side, step->timewait.left_ms);
		break;
	case STEP_CLIENT:
		fprintf(to, "client %c", 'A' + step->client);
		break;
	case STEP_EXACT_CLOCK:
		fputs("exact-clock", to);
		break;
	case STEP_WHOLE_SECOND:
		fputs("whole-second", to);
		break;
	}
	fputc('\n', to);
}

void seg_print(FILE *to, const struct script *script)
{
	const struct test_case *test;
	size_t i, k;

	for (i = 0; i < script->count; i++) {
		test = &script->cases[i];
		fprintf(to, "case %s\n", test->name);
		for (k = 0; k < test->steps.count; k++)
			print_step(to, &test->steps.list[k]);
	}
}
