/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model: two endpoints, the core between them, four bags of segments on
 * their way, and a forger. What each part owes the others.
 */
#ifndef MODEL_H
#define MODEL_H

#include "core/core.h"
#include "endpoint.h"

#define BAG 3			/* segments in flight on one leg, at most */

/* The record that the middle box keeps, as the module keeps it. */
struct middle {
	struct tcpw_conn conn;
	struct tcpw_ext ext;
	uint64_t has_ext;
};

/* Plain data, every octet defined: states are compared and hashed whole. */
struct state {
	struct middle middle;
	struct end end[2];
	struct segment before[2][BAG];	/* from end to middle box */
	struct segment after[2][BAG];	/* from middle box to end */
	uint64_t now_ms;
	uint8_t copies;		/* what may still happen to all */
	uint8_t losses;
	uint8_t forgeries;
	uint8_t waits;
	uint8_t silences;
	uint8_t orphaned;	/* the record ended before its connection */
	uint8_t pad[2];
};

/* Bounds and behaviour; a letter for each end where they differ. */
struct scenario {
	const char *name;
	const char *about;
	struct end_rules rules[2];
	bool listens[2];
	bool closes[2];		/* half-close */
	bool leaves[2];		/* closes both ways */
	uint8_t opens[2];
	uint8_t writes[2];
	uint8_t timeouts[2];
	uint8_t probes[2];
	uint8_t aborts[2];
	uint8_t crashes[2];
	uint8_t in_flight;	/* on one leg, at most BAG */
	uint8_t copies;
	uint8_t losses;
	uint8_t forgeries;
	uint8_t waits;		/* 61 s while nothing is under way */
	uint8_t silences;	/* 7500 s */
	bool in_order;		/* nothing overtakes before the box */
	bool in_order_after;	/* nor behind it */
	uint32_t tw_stale_syn;
};

extern const struct scenario scenarios[];
extern const unsigned int scenario_count;

/* What happens next. */
enum deed {
	DEED_OPEN,
	DEED_WRITE,
	DEED_CLOSE,
	DEED_LEAVE,
	DEED_ABORT,
	DEED_CRASH,
	DEED_READ,
	DEED_TIME_OUT,
	DEED_PROBE,
	DEED_JUDGE,		/* reaches the middle box */
	DEED_JUDGE_COPY,	/* and is on its way once more */
	DEED_LOSE_BEFORE,
	DEED_DELIVER,		/* reaches the end */
	DEED_DELIVER_COPY,
	DEED_LOSE_AFTER,
	DEED_FORGE,
	DEED_WAIT,
	DEED_SILENCE,
	DEEDS,
};

struct action {
	uint8_t deed;		/* enum deed */
	uint8_t side;		/* who acts or has sent it */
	uint8_t which;		/* octets, place in the bag, forgery */
};

/* What the middle box did with one segment, for checks and traces. */
struct passage {
	struct segment seg;
	uint8_t side;		/* sender */
	bool forged;
	bool happened;
	struct tcpw_ruling ruling;
};

/* A promise that was broken; NULL: none. */
struct complaint {
	const char *what;
	bool wanted_pass;	/* the last segment should have passed */
};

/* action.c: what can happen, and its effect */
#define MAX_ACTIONS 128
void state_init(const struct scenario *sc, struct state *st);
unsigned int actions_of(const struct scenario *sc, const struct state *st,
			struct action *list);
/* False: no room on the way for what it would send. */
bool act(const struct scenario *sc, struct state *st,
	 const struct action *action, struct passage *passage,
	 struct complaint *complaint);

/* network.c */
bool bag_full(const struct scenario *sc, const struct segment *bag);
bool bag_empty(const struct segment *bag);
void bag_put(struct segment *bag, const struct segment *seg, bool in_order);
void bag_take(struct segment *bag, unsigned int place);
bool network_empty(const struct state *st);

/* forger.c */
#define FORGERIES 13
#define FORGERIES_BLIND 10	/* those that know no number */
void forge(const struct scenario *sc, const struct state *st,
	   unsigned int side, unsigned int which, struct segment *seg);

/* middle.c: the real core and what surrounds it in the module */
bool middle_take(const struct scenario *sc, struct state *st,
		 struct passage *passage, struct complaint *complaint);
void middle_expire(struct state *st);
void middle_config(const struct scenario *sc, struct tcpw_config *cfg);

/* need.c: would the dropped segment have mattered? */
const char *segment_needed(const struct scenario *sc,
			   const struct state *before,
			   const struct state *after,
			   const struct passage *passage);
/* Both are synchronized, and with each other. */
bool same_connection(const struct end *x, const struct end *y);

/* promise.c: the invariants */
void check_passage(const struct scenario *sc, const struct state *before,
		   const struct state *after, const struct passage *passage,
		   struct complaint *complaint);
void check_state(const struct scenario *sc, const struct state *st,
		 struct complaint *complaint);

/* fingerprint.c */
uint64_t fingerprint(const struct state *st);
unsigned int state_pack(const struct state *st, uint8_t *out);
unsigned int state_unpack(const uint8_t *in, struct state *st);
#define PACKED_MAX (sizeof(struct state) + sizeof(struct state) / 64 + 16)

/* explore.c */
#define FINDINGS 32

/* A broken promise and the shortest way to it. */
struct finding {
	struct complaint complaint;
	uint8_t reason;		/* of the last verdict */
	struct action *path;
	unsigned int path_length;
};

struct bounds {
	uint64_t states;
	unsigned int depth;
	unsigned int findings;	/* of different kinds: then stop */
};

struct report {
	uint64_t states;
	uint64_t steps;		/* actions carried out */
	uint64_t bytes;		/* memory at its highest */
	unsigned int depth;	/* all states so many actions away are known */
	bool complete;		/* there are no others */
	struct finding findings[FINDINGS];
	unsigned int found;	/* in findings[] */
};

void explore(const struct scenario *sc, const struct bounds *bounds,
	     struct report *report);

/* trace.c */
void print_case(const struct scenario *sc, const struct finding *finding,
		unsigned int number);

#endif
