// SPDX-License-Identifier: GPL-2.0
/*
 * The pure core behind a table of its own. Besides the verdict it watches
 * that a refused segment leaves the record as it was (R57).
 */
#include "segplay.h"
#include "../lib/at_once.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct entry *next;
	struct address address[2];
	struct tcpw_conn conn;
	struct tcpw_ext *ext;
};

static struct entry *table;
static struct tcpw_config config;

static void forget(struct entry *entry)
{
	struct entry **link = &table;

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	free(entry->ext);
	free(entry);
}

static void core_end(void)
{
	while (table)
		forget(table);
}

static const char *core_configure(const struct tcpw_config *cfg)
{
	if (cfg->pickup == TCPWARD_PICKUP_AUTO)
		return "pickup=auto needs the module";
	config = *cfg;
	return NULL;
}

/* The live record of @src and @dst, with @src's index in *side. */
static struct entry *find(const struct address *src,
			  const struct address *dst, unsigned int *side,
			  uint64_t now_ms)
{
	struct entry *entry;

	for (entry = table; entry; entry = entry->next)
		for (*side = 0; *side < 2; ++*side)
			if (address_equal(&entry->address[*side], src) &&
			    address_equal(&entry->address[!*side], dst))
				goto found;
	*side = 0;
	return NULL;
found:
	while (tcpw_expired(&entry->conn, now_ms))
		if (tcpw_expire(&entry->conn, entry->ext, now_ms)) {
			forget(entry);
			*side = 0;
			return NULL;
		}
	return entry;
}

static struct entry *create(const struct packet *packet)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		abort();
	entry->address[0] = packet->src;
	entry->address[1] = packet->dst;
	entry->next = table;
	table = entry;
	return entry;
}

static bool is_group(const struct address *dst)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	if (dst->len == 16)
		return dst->bytes[0] == 0xff;
	return dst->bytes[0] >> 4 == 14 || !memcmp(dst->bytes, broadcast, 4);
}

static uint8_t what_is_known(const struct packet *packet)
{
	uint8_t known = 0;

	if (config.csum && !packet_sum_right(packet))
		known |= TCPW_SEG_BAD_SUM;
	if (!packet->loopback && address_equal(&packet->src, &packet->dst))
		known |= TCPW_SEG_SAME_SOCKET;
	if (is_group(&packet->dst))
		known |= TCPW_SEG_GROUP;
	if (!packet->src.port || !packet->dst.port)
		known |= TCPW_SEG_PORT_ZERO;
	return known;
}

static void describe(const struct tcpw_ruling *ruling, char *text, size_t size)
{
	static const char *const fields[] = {
		[TCPWARD_FIELD_SEQ] = "seq", [TCPWARD_FIELD_ACK] = "ack",
		[TCPWARD_FIELD_TSVAL] = "tsval",
		[TCPWARD_FIELD_TSECR] = "tsecr", [TCPWARD_FIELD_FIN] = "fin",
		[TCPWARD_FIELD_COUNT] = "count",
		[TCPWARD_FIELD_LENGTH] = "length",
	};

	if (ruling->field)
		snprintf(text, size, "%s %u, acceptable %u to %u",
			 fields[ruling->field], ruling->seen, ruling->low,
			 ruling->high);
}

/* By both ways of short.c; they may not differ. */
static bool apply(struct entry *entry, unsigned int side,
		  const struct tcpw_seg *seg,
		  const struct tcpw_ruling *ruling, uint64_t now_ms)
{
	struct tcpw_conn whole = entry->conn, before = entry->conn;
	struct tcpw_ext ext = { .limit_s = 0 };
	struct tcpw_ext *beside = NULL;

	if (entry->ext) {
		ext = *entry->ext;
		beside = &ext;
	}
	tcpw_apply_whole(&whole, beside, side, seg, &config, ruling, now_ms);
	tcpw_apply(&entry->conn, entry->ext, side, seg, &config, ruling,
		   now_ms);
	return !memcmp(&whole, &entry->conn, sizeof(whole)) &&
	       (!beside || !memcmp(&ext, entry->ext, sizeof(ext))) &&
	       !at_once_differs(before, beside, side, seg, &config, ruling,
				now_ms, &whole);
}

static const char *carry_out(struct entry *entry, unsigned int side,
			     const struct tcpw_seg *seg,
			     const struct tcpw_ruling *ruling, uint64_t now_ms)
{
	struct tcpw_conn before = entry->conn;

	if (ruling->needs_ext && !entry->ext) {
		entry->ext = calloc(1, sizeof(*entry->ext));
		if (!entry->ext)
			abort();
	}
	if (!apply(entry, side, seg, ruling, now_ms))
		return "the short way of following leads elsewhere";
	if (ruling->verdict != TCPWARD_VERDICT_PASS &&
	    memcmp(&before, &entry->conn, sizeof(before)))
		return "a segment that did not PASS changed the record";
	return NULL;
}

/* Judge and follow a segment of the end with index @side. */
static void follow(const struct packet *packet, struct entry *entry,
		   unsigned int side, const struct tcpw_seg *seg,
		   uint64_t now_ms, struct outcome *outcome)
{
	static const struct tcpw_conn blank;
	const struct tcpw_conn *conn = entry ? &entry->conn : &blank;
	const struct tcpw_ext *ext = entry ? entry->ext : NULL;
	struct tcpw_ruling ruling, whole;

	ruling = tcpw_judge(conn, ext, side, seg, &config, now_ms);
	whole = tcpw_judge_whole(conn, ext, side, seg, &config, now_ms);
	*outcome = (struct outcome){
		.verdict = ruling.verdict,
		.reason = ruling.reason,
		.flag = ruling.flag,
	};
	whole.plain = ruling.plain;
	describe(&ruling, outcome->detail, sizeof(outcome->detail));
	if (memcmp(&ruling, &whole, sizeof(whole))) {
		outcome->fault = "the short way of judging leads elsewhere";
		return;
	}
	if (!entry && ruling.create)
		entry = create(packet);
	if (!entry)
		return;
	outcome->fault = carry_out(entry, side, seg, &ruling, now_ms);
	if (entry->conn.kind == TCPWARD_KIND_BLANK)
		forget(entry);
}

static void core_deliver(const struct packet *packet, uint64_t now_ms,
			 struct outcome *outcome)
{
	struct outcome second;
	struct entry *entry;
	struct tcpw_seg seg;
	unsigned int side;

	tcpw_seg_parse(&seg, packet->tcp, packet->avail, packet->total);
	seg.known = what_is_known(packet);
	entry = find(&packet->src, &packet->dst, &side, now_ms);
	follow(packet, entry, side, &seg, now_ms, outcome);
	if (!address_equal(&packet->src, &packet->dst) ||
	    seg.known & TCPW_SEG_SAME_SOCKET)
		return;
	/* Connected to itself: each segment is sent by both ends. */
	entry = find(&packet->src, &packet->dst, &side, now_ms);
	follow(packet, entry, !side, &seg, now_ms, &second);
	if (second.verdict > outcome->verdict)
		*outcome = second;
}

static void core_look(const struct address *a, const struct address *b,
		      uint64_t now_ms, struct view *view)
{
	struct entry *entry;
	unsigned int side;

	entry = find(a, b, &side, now_ms);
	*view = (struct view){
		.state = { TCPWARD_STATE_CLOSED, TCPWARD_STATE_CLOSED },
	};
	if (!entry)
		return;
	view->kind = entry->conn.kind;
	view->present = view->kind != TCPWARD_KIND_RESET;
	view->client = entry->conn.client ^ side;
	view->state[SIDE_A] = tcpw_shown_state(&entry->conn, side);
	view->state[SIDE_B] = tcpw_shown_state(&entry->conn, !side);
	if (entry->conn.deadline_ms)
		view->left_ms = entry->conn.deadline_ms - now_ms;
}

const struct backend backend_core = {
	.name = "core",
	.begin = core_end,
	.configure = core_configure,
	.deliver = core_deliver,
	.look = core_look,
	.end = core_end,
};
