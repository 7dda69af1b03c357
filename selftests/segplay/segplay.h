/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of segplay owe each other: scripts as read (script.c,
 * steps.c, notation.c), packets as sent (packet.c), backends that judge them
 * (backend_*.c) and the player in between (play.c).
 */
#ifndef SEGPLAY_H
#define SEGPLAY_H

#include "core/core.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- scripts ----------------------------------------------------------- */

struct address {
	uint8_t bytes[16];
	uint8_t len;		/* 4 or 16 */
	uint16_t port;
};

enum { SIDE_A, SIDE_B };

/* An end as a segment names it: A, B:81, 224.0.0.1, [ff02::1]:80. */
struct end_ref {
	uint8_t side;		/* the end that it stands for */
	bool has_bytes;		/* another address than that end's */
	bool has_port;
	struct address address;
};

struct number {
	uint32_t value;
	bool given;
};

/* The mark in braces. */
struct expectation {
	uint8_t verdicts;	/* 1 << enum tcpward_verdict of each allowed */
	bool flag;		/* flagged besides, whatever the reason */
	bool no_flag;
	int reason;		/* enum tcpward_reason, or -1 for any */
};

#define SEGMENT_OPTIONS 40	/* octets that fit a TCP header */

struct segment {
	struct end_ref from, to;
	uint16_t flags;		/* TCPW_FIN ... TCPW_AE */
	bool bare;		/* in brackets: no ACK bit unless written */
	bool bad_sum;
	bool loopback;		/* not received from a network */
	bool sack_ok;
	uint32_t len;		/* payload octets */
	struct number seq, ack, window;
	struct number ack_field;	/* number without the ACK bit */
	struct number urgent;
	struct number reserved;	/* the three reserved bits */
	struct number offset;	/* false data offset */
	struct number cut;	/* the datagram ends after so many octets */
	struct number snap;	/* only so many octets were captured */
	struct number mss, ws, tsval, tsecr;
	uint8_t sacks;
	uint8_t raw_len;
	uint8_t raw[SEGMENT_OPTIONS];	/* other options, as on the wire */
	uint32_t sack[2 * TCPW_SACK_MAX];
	struct expectation expect;
};

enum step_kind {
	STEP_SEGMENT,
	STEP_WAIT,
	STEP_SET,
	STEP_ADDR,
	STEP_STATE,
	STEP_RECORD,
	STEP_TIMEWAIT,
	STEP_CLIENT,
	STEP_EXACT_CLOCK,
	STEP_WHOLE_SECOND,
};

struct step {
	enum step_kind kind;
	const char *file;
	unsigned int line;
	char *text;
	uint64_t wait_ms;	/* clock advances before the step */
	union {
		struct segment segment;
		struct {
			bool given[TCPW_KNOBS];
			struct tcpw_config cfg;
		} set;
		struct {
			bool given[2];
			struct address address[2];
		} addr;
		struct {
			bool given[2];
			uint8_t state[2];
		} state;
		bool present;			/* STEP_RECORD */
		struct {
			uint8_t side;
			uint64_t left_ms;
		} timewait;
		uint8_t client;			/* STEP_CLIENT: side */
	};
};

struct steps {
	struct step *list;
	size_t count;
};

struct test_case {
	char *name;
	struct steps steps;
};

struct script {
	struct test_case *cases;
	size_t count;
};

/* Where the reader stands, for messages. */
struct reader {
	const char *file;
	unsigned int line;
};

#define MAX_WORDS 64

/* The words of one step; a mark in braces is one word. */
struct words {
	char *list[MAX_WORDS + 1];
	size_t count;
	size_t at;
};

/* Append the cases of @file; false after a message on stderr. */
bool script_read(struct script *script, const char *file);
/* The same out of @stream; @file is its name, which the steps keep. */
bool script_read_stream(struct script *script, const char *file,
			FILE *stream);
/* Of all that was read, also where that failed. */
void script_free(struct script *script);

/* Report "FILE:LINE: what: 'word'"; always false. */
bool reader_fail(const struct reader *reader, const char *word,
		 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Parse one step other than a macro. */
bool step_parse(const struct reader *reader, struct words *words,
		struct step *step);

/* The rest of @words is a segment: "A>B S 100 w65535 {P}". */
bool segment_parse(const struct reader *reader, struct words *words,
		   struct segment *segment);

/* "A" or "B" at the start of @word; -1 for anything else. */
int side_parse(char letter);
bool number_parse(const char *text, uint32_t max, uint32_t *value);
/* IP[:PORT], IPv6 in brackets. */
bool address_parse(const char *text, struct address *address, bool *has_port);

/* --- packets ----------------------------------------------------------- */

/* A TCP segment as bytes; the payload is all zero and not stored. */
struct packet {
	struct address src, dst;
	uint8_t tcp[60];
	uint32_t avail;		/* octets of tcp[] that are there */
	uint32_t total;		/* TCP header and payload */
	uint8_t from;		/* side of its sender */
	bool loopback;
	bool snapped;		/* the checksum cannot be verified */
};

/* Build @segment, of which all numbers are given; @packet has addresses. */
void packet_build(const struct segment *segment, struct packet *packet);
/* False when the checksum is wrong for sure. */
bool packet_sum_right(const struct packet *packet);

/* --- backends ---------------------------------------------------------- */

struct outcome {
	uint8_t verdict;	/* enum tcpward_verdict */
	uint8_t reason, flag;	/* enum tcpward_reason */
	const char *fault;	/* the backend itself went wrong, or NULL */
	const char *skip;	/* beyond this backend, or NULL: all else void */
	char detail[128];	/* numbers that failed, or empty */
};

struct view {
	bool present;		/* a RESET record counts as gone */
	uint8_t kind;		/* enum tcpward_kind */
	uint8_t client;		/* side that opened */
	uint8_t state[2];	/* as shown, of A and B */
	uint64_t left_ms;	/* until the record ends */
};

struct backend {
	const char *name;
	/* Waits take their time, and what happens happens a little late. */
	bool real_clock;
	/* Once in a process; false after a message on stderr. */
	bool (*open)(void);
	/* A fresh table. */
	void (*begin)(void);
	/* NULL, or why this configuration cannot be had: the case is skipped. */
	const char *(*configure)(const struct tcpw_config *cfg);
	void (*deliver)(const struct packet *packet, uint64_t now_ms,
			struct outcome *outcome);
	/* NULL where only what came through is known: PASS or DROP. */
	void (*look)(const struct address *a, const struct address *b,
		     uint64_t now_ms, struct view *view);
	void (*end)(void);
};

extern const struct backend backend_core;
extern const struct backend backend_module;
extern const struct backend backend_conntrack;

bool address_equal(const struct address *a, const struct address *b);

/* --- clocks ------------------------------------------------------------ */

#define SKIP_TEXT 128
/* A thing may happen so much later by a real clock than by the case's. */
#define CLOCK_SLACK_MS 2000

/* The time of a case; where it is real, waits take it. */
struct clock {
	uint64_t now_ms;
	uint64_t start_ms;	/* now_ms at first */
	uint64_t real_start_ms;	/* of CLOCK_MONOTONIC */
	bool real;
};

void clock_start(struct clock *clock, uint64_t now_ms, bool real);
/* What steps have taken beyond their waits; 0 where time stands still. */
unsigned int clock_late_ms(const struct clock *clock);

/* Each may say in @skip why the case has to be given up here. */
void clock_foresee(const struct clock *clock, const struct steps *steps,
		   char *skip);
/* False when the case is given up. */
bool clock_advance(struct clock *clock, uint64_t ms, char *skip);
/* To a full second: what is limited by the second is counted anew then. */
void clock_to_second(struct clock *clock, char *skip);

/* --- playing ----------------------------------------------------------- */

struct play_options {
	const struct backend *backend;
	struct tcpw_config config;	/* for what a case does not set */
	bool ipv6;		/* IPv4 addresses become IPv6 ones */
	bool wrap;		/* all counters wrap soon */
};

/* What a case begins with unless something else is asked for. */
void play_config_default(struct tcpw_config *config);

/*
 * Play a case and print its result as number @number, with "# ..." lines
 * before it that tell what went wrong. Returns whether it is ok, or skipped.
 */
bool play_case(const struct test_case *test, size_t number,
	       const struct play_options *how);

/* Print TAP of all cases, played by @jobs processes; the exit code. */
int play_script(const struct script *script, const struct play_options *how,
		unsigned int jobs);

#define JOBS_MAX 64

#define EXIT_NOT_OK 1
#define EXIT_WRONG 2

#endif
