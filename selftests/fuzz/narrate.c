// SPDX-License-Identifier: GPL-2.0
/*
 * Writes conversations in the notation of segplay, with what became of each
 * segment. What a scenario cannot say (the caller's marks) is a comment.
 */
#include "narrate.h"
#include "knob_text.h"

#include <inttypes.h>

void narrate_begin(const struct tcpw_config *cfg)
{
	struct tcpw_config copy = *cfg;
	const struct tcpw_knob *knob;
	uint32_t value;
	char text[32];

	printf("case fuzz\n");
	for (knob = tcpw_knobs; knob < tcpw_knobs + TCPW_KNOBS; knob++) {
		value = *tcpw_knob_slot(&copy, knob);
		if (value == knob->dflt || knob->unit == TCPW_UNIT_COUNT)
			continue;
		knob_value_text(knob, value, text, sizeof(text));
		printf("set %s=%s\n", knob->name, text);
	}
}

static void narrate_flags(const struct tcpw_seg *seg)
{
	static const char letters[] = "FSRPAUECN";
	bool bare = !(seg->flags & (TCPW_SYN | TCPW_RST | TCPW_ACK));
	unsigned int i;

	putchar(' ');
	if (bare)
		putchar('[');
	for (i = 0; letters[i]; i++)
		if (seg->flags & 1 << i)
			putchar(letters[i]);
	if (bare)
		putchar(']');
}

static void narrate_options(const struct tcpw_seg *seg)
{
	unsigned int i;

	if (seg->options & TCPW_OPT_MSS)
		printf(" mss %u", seg->mss);
	if (seg->options & TCPW_OPT_WS)
		printf(" ws %u", seg->ws);
	if (seg->options & TCPW_OPT_SACK_OK)
		printf(" sackok");
	if (seg->options & TCPW_OPT_TS)
		printf(" ts %u/%u", seg->tsval, seg->tsecr);
	for (i = 0; i < seg->sacks; i++)
		printf("%s%u:%u", i ? "," : " sack ", seg->sack[2 * i],
		       seg->sack[2 * i + 1]);
	if (seg->options & TCPW_OPT_TFO)
		printf(" tfo");
	if (seg->options & TCPW_OPT_AUTH)
		printf(" md5");
	if (seg->options & TCPW_OPT_BROKEN)
		printf(" options 08 00");
}

void narrate_segment(uint64_t wait_ms, unsigned int side,
		     const struct tcpw_seg *seg, const struct tcpw_ruling *r)
{
	uint8_t reason = r->reason ? r->reason : r->flag;

	if (wait_ms)
		printf("+%" PRIu64 "ms ", wait_ms);
	printf("%s", side ? "B>A" : "A>B");
	narrate_flags(seg);
	printf(" %u:%u", seg->seq,
	       seg->seq + seg->len + !!(seg->flags & TCPW_SYN));
	if (seg->flags & TCPW_ACK)
		printf(" ack %u", seg->ack);
	printf(" w%u", seg->window);
	if (seg->flags & TCPW_URG)
		printf(" urg %u", seg->urgent);
	if (seg->bad)
		printf(" offset 4");
	if (seg->known & TCPW_SEG_BAD_SUM)
		printf(" badsum");
	narrate_options(seg);
	printf(" {%c%s%s}", "PQD"[r->verdict], reason ? " " : "",
	       reason ? tcpw_reasons[reason].name : "");
	if (seg->known & ~TCPW_SEG_BAD_SUM)
		printf(" # marks 0x%x", seg->known);
	putchar('\n');
	fflush(stdout);
}
