// SPDX-License-Identifier: GPL-2.0
/*
 * The off-path forger: knows addresses and ports, has seen no number. Its
 * own numbers lie far from all real ones; what answers its segments goes to
 * the ends, never to it. It also tries one number right and the other wrong,
 * which takes luck, but never both: that is no forgery to a middle box.
 */
#include "model.h"

/* Far from every ISS of scenario.c. */
static const uint32_t own[2] = { 0x70000000u, 0x98000000u };
static const uint32_t wild = 0x84000000u;

enum {
	FORGE_SYN,
	FORGE_SYN_AGAIN,	/* another ISS */
	FORGE_SYNACK,		/* answers the other forged SYN */
	FORGE_SYNACK_WILD,
	FORGE_ACK,		/* third step of the forged handshake */
	FORGE_DATA,
	FORGE_FIN,
	FORGE_RST,
	FORGE_RST_ACK,
	FORGE_REFUSAL,		/* of the other forged SYN */
	FORGE_DATA_SEQ,		/* right SEQ */
	FORGE_DATA_ACK,		/* right ACK */
	FORGE_FIN_SEQ,
};

_Static_assert(FORGE_FIN_SEQ + 1 == FORGERIES, "one index each");
_Static_assert(FORGE_DATA_SEQ == FORGERIES_BLIND, "luck comes last");

static const struct {
	uint8_t flags;
	uint8_t len;
} shapes[FORGERIES] = {
	[FORGE_SYN] = { SYN, 0 },
	[FORGE_SYN_AGAIN] = { SYN, 0 },
	[FORGE_SYNACK] = { SYN | ACK, 0 },
	[FORGE_SYNACK_WILD] = { SYN | ACK, 0 },
	[FORGE_ACK] = { ACK, 0 },
	[FORGE_DATA] = { ACK, 1 },
	[FORGE_FIN] = { FIN | ACK, 0 },
	[FORGE_RST] = { RST, 0 },
	[FORGE_RST_ACK] = { RST | ACK, 0 },
	[FORGE_REFUSAL] = { RST | ACK, 0 },
	[FORGE_DATA_SEQ] = { ACK, 1 },
	[FORGE_DATA_ACK] = { ACK, 1 },
	[FORGE_FIN_SEQ] = { FIN | ACK, 0 },
};

void forge(const struct scenario *sc, const struct state *st,
	   unsigned int side, unsigned int which, struct segment *seg)
{
	*seg = (struct segment){
		.seq = own[side] + 1,
		.ack = shapes[which].flags & ACK ? own[!side] + 1 : 0,
		.flags = shapes[which].flags,
		.len = shapes[which].len,
		.window = shapes[which].flags & RST ? 0 :
			  sc->rules[side].buffer,
		.used = 1,
	};
	switch (which) {
	case FORGE_SYN:
	case FORGE_SYNACK:
	case FORGE_SYNACK_WILD:
		seg->seq--;
		break;
	case FORGE_SYN_AGAIN:
		seg->seq += 0x1000000;
		break;
	case FORGE_REFUSAL:
		/* Elsewhere where 0 happens to be right. */
		seg->seq = st->end[side].nxt ? 0 : wild;
		break;
	case FORGE_DATA_SEQ:
	case FORGE_FIN_SEQ:
		seg->seq = st->end[side].nxt;
		break;
	case FORGE_DATA_ACK:
		seg->ack = st->end[!side].nxt;
		break;
	}
	if (which == FORGE_SYNACK_WILD)
		seg->ack = wild;
}
