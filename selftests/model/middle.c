// SPDX-License-Identifier: GPL-2.0
/*
 * The middle box: the real core, with the record kept as its callers do.
 * Here is checked what holds for every segment: judging writes nothing, and
 * what does not pass leaves the record alone.
 */
#include "model.h"
#include "../lib/at_once.h"

#include <string.h>

void middle_config(const struct scenario *sc, struct tcpw_config *cfg)
{
	tcpw_config_default(cfg);
	cfg->pickup = TCPWARD_PICKUP_STRICT;
	cfg->tw_stale_syn = sc->tw_stale_syn;
}

static void as_core(const struct segment *from, struct tcpw_seg *to)
{
	static const struct {
		uint8_t wire;
		uint16_t core;
	} bits[] = {
		{ FIN, TCPW_FIN }, { SYN, TCPW_SYN }, { RST, TCPW_RST },
		{ ACK, TCPW_ACK },
	};
	unsigned int i;

	memset(to, 0, sizeof(*to));
	to->seq = from->seq;
	to->ack = from->ack;
	to->len = from->len;
	to->window = from->window;
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (from->flags & bits[i].wire)
			to->flags |= bits[i].core;
}

void middle_expire(struct state *st)
{
	struct middle *mid = &st->middle;

	while (tcpw_expired(&mid->conn, st->now_ms))
		if (tcpw_expire(&mid->conn, mid->has_ext ? &mid->ext : NULL,
				st->now_ms))
			memset(mid, 0, sizeof(*mid));
}

/* By both ways of short.c; they may not differ. */
static bool apply(struct middle *mid, unsigned int side,
		  const struct tcpw_seg *seg, const struct tcpw_config *cfg,
		  const struct tcpw_ruling *ruling, uint64_t now_ms)
{
	struct tcpw_ext *ext = mid->has_ext ? &mid->ext : NULL;
	struct middle whole = *mid, before = *mid;

	tcpw_apply_whole(&whole.conn, mid->has_ext ? &whole.ext : NULL, side,
			 seg, cfg, ruling, now_ms);
	tcpw_apply(&mid->conn, ext, side, seg, cfg, ruling, now_ms);
	return !memcmp(&whole, mid, sizeof(whole)) &&
	       !at_once_differs(before.conn, ext, side, seg, cfg, ruling,
				now_ms, &whole.conn);
}

bool middle_take(const struct scenario *sc, struct state *st,
		 struct passage *passage, struct complaint *complaint)
{
	struct tcpw_ruling *ruling = &passage->ruling;
	struct middle *mid = &st->middle, copy;
	struct tcpw_ruling whole;
	struct tcpw_config cfg;
	struct tcpw_seg seg;

	middle_config(sc, &cfg);
	middle_expire(st);
	as_core(&passage->seg, &seg);
	copy = *mid;
	*ruling = tcpw_judge(&mid->conn, mid->has_ext ? &mid->ext : NULL,
			     passage->side, &seg, &cfg, st->now_ms);
	if (memcmp(&copy, mid, sizeof(copy)))
		complaint->what = "judging has changed the record";
	whole = tcpw_judge_whole(&mid->conn, mid->has_ext ? &mid->ext : NULL,
				 passage->side, &seg, &cfg, st->now_ms);
	whole.plain = ruling->plain;
	if (memcmp(&whole, ruling, sizeof(whole)))
		complaint->what = "the short way of judging leads elsewhere";
	passage->happened = true;
	if (mid->conn.kind != TCPWARD_KIND_BLANK || ruling->create) {
		if (ruling->needs_ext)
			mid->has_ext = 1;
		if (!apply(mid, passage->side, &seg, &cfg, ruling, st->now_ms))
			complaint->what = "the short way of following leads elsewhere";
	}
	if (ruling->verdict != TCPWARD_VERDICT_PASS &&
	    memcmp(&copy.conn, &mid->conn, sizeof(copy.conn)))
		complaint->what = "a segment that did not pass has changed the record";
	if (mid->conn.kind == TCPWARD_KIND_BLANK)
		memset(mid, 0, sizeof(*mid));
	return ruling->verdict != TCPWARD_VERDICT_DROP;
}
