// SPDX-License-Identifier: GPL-2.0
/*
 * States as numbers of 64 bits, and packed for the queue. What the core never
 * reads again is set to zero and times are counted from now, so that states
 * with the same future have the same number.
 */
#include "model.h"

#include <string.h>

/* A deadline that no pause of the scenario can reach any more. */
#define FAR_MS 1000000000ull

static uint64_t from_now(uint64_t time_ms, const struct state *st,
			 uint64_t reach_ms)
{
	if (!time_ms)
		return 0;
	if (time_ms > st->now_ms + reach_ms)
		return FAR_MS;
	return time_ms - st->now_ms + 2 * FAR_MS;
}

/* How much time can still pass. */
static uint64_t reach_of(const struct state *st)
{
	return 61000ull * st->waits + 7500000ull * st->silences +
	       1000ull * (st->end[0].timeouts + st->end[1].timeouts);
}

static void normal_candidates(struct tcpw_ext *ext, const struct state *st)
{
	unsigned int i;

	for (i = 0; i < TCPW_CANDIDATES; i++) {
		if (ext->syn[i].flags & TCPW_SYN_USED)
			ext->syn[i].time_ms -= (uint32_t)st->now_ms;
		else
			memset(&ext->syn[i], 0, sizeof(ext->syn[i]));
		if (!(ext->synack[i].flags & TCPW_SYN_USED))
			memset(&ext->synack[i], 0, sizeof(ext->synack[i]));
	}
}

static void normal_ext(struct tcpw_ext *ext, const struct state *st,
		       uint64_t reach_ms)
{
	normal_candidates(ext, st);
	if (ext->shadow.kind == TCPWARD_KIND_BLANK) {
		memset(&ext->shadow, 0, sizeof(ext->shadow));
		ext->shadow_until_ms = 0;
		ext->shadow_rule = 0;
	}
	ext->shadow.deadline_ms = from_now(ext->shadow.deadline_ms, st,
					   reach_ms);
	ext->shadow_until_ms = from_now(ext->shadow_until_ms, st, reach_ms);
	if (ext->stale)
		ext->stale_ms = from_now(ext->stale_ms, st, reach_ms);
	else
		ext->stale_seq = ext->stale_ms = 0;
	if (!ext->challenged)
		ext->challenge_ack = 0;
	if (ext->limit_s != (uint32_t)(st->now_ms / 1000)) {
		ext->limit_syns = 0;
		ext->limit_rsts = 0;
		ext->limit_acks = 0;
	}
	ext->limit_s = 0;
}

static void normalize(struct state *st)
{
	uint64_t reach_ms = reach_of(st);

	st->middle.conn.deadline_ms = from_now(st->middle.conn.deadline_ms,
					       st, reach_ms);
	if (st->middle.has_ext)
		normal_ext(&st->middle.ext, st, reach_ms);
	st->now_ms = 0;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t fingerprint(const struct state *st)
{
	const uint64_t k0 = 0xa0761d6478bd642full, k1 = 0xe7037ed1a0b428dbull;
	uint64_t words[(sizeof(*st) + 15) / 16 * 2] = {}, h = sizeof(*st);
	struct state copy = *st;
	unsigned int i;

	normalize(&copy);
	memcpy(words, &copy, sizeof(copy));
	for (i = 0; i < sizeof(words) / 8; i += 2)
		h = mix(words[i] ^ k0 ^ h, words[i + 1] ^ k1 ^ (h << 32 | h >> 32));
	h = mix(h ^ k0, k1);
	return h ? h : 1;
}

_Static_assert(sizeof(struct state) % 8 == 0, "packed by words of 8 octets");
#define WORDS (sizeof(struct state) / 8)
#define MASK ((WORDS + 7) / 8)

/* A bit for each word that is not zero, then these words. */
unsigned int state_pack(const struct state *st, uint8_t *out)
{
	const uint8_t *in = (const uint8_t *)st;
	unsigned int i, at = MASK;
	uint64_t word;

	memset(out, 0, MASK);
	for (i = 0; i < WORDS; i++) {
		memcpy(&word, in + 8 * i, 8);
		if (!word)
			continue;
		out[i / 8] |= 1 << i % 8;
		memcpy(out + at, &word, 8);
		at += 8;
	}
	return at;
}

unsigned int state_unpack(const uint8_t *in, struct state *st)
{
	uint8_t *out = (uint8_t *)st;
	unsigned int i, at = MASK;

	memset(st, 0, sizeof(*st));
	for (i = 0; i < WORDS; i++) {
		if (!(in[i / 8] & 1 << i % 8))
			continue;
		memcpy(out + 8 * i, in + at, 8);
		at += 8;
	}
	return at;
}
