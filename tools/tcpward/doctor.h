/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcpward doctor: what is known of the machine, the checks, and what they
 * report. A check never changes anything.
 */
#ifndef TCPWARD_DOCTOR_H
#define TCPWARD_DOCTOR_H

#include "nl.h"

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#define DOCTOR_COMMAND 512
#define DOCTOR_LINE 256
#define DOCTOR_PATH (PATH_MAX + DOCTOR_LINE)

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,	/* worth knowing; nothing is wrong */
	DOCTOR_WARNING,	/* works, but not as one would think */
	DOCTOR_PROBLEM,	/* connections are not guarded, or are in danger */
};

struct doctor {
	struct utsname kernel;
	bool takes_modules;
	bool loaded;
	char file[DOCTOR_PATH];	/* the module's; "" where there is none */
	bool installed;		/* modprobe finds it */

	/* What the module answers; only where error is 0 or -EPROTO. */
	struct nl_client *client;
	int error;		/* of the first request that failed */
	struct model_stats stats;
	struct tcpw_config cfg;
	struct nl_judging judging;
	uint64_t reasons[TCPWARD_REASON_MAX + 1];

	json_t *rules;		/* of nftables; NULL: not known */

	const char *check;	/* the one that runs */
	json_t *findings;
	unsigned int count[DOCTOR_PROBLEM + 1];
	bool absent;		/* no module, no privilege, or another ABI */
};

/* All that checks need to know before they run, but the rules. */
void doctor_learn(struct doctor *doctor);

/*
 * Report: what was found (a format), what it means, and the command that helps.
 * The last two may be NULL, @means only with DOCTOR_OK.
 */
void doctor_say(struct doctor *doctor, enum doctor_level level,
		const char *means, const char *remedy, const char *found, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * The command, as to be typed for the network namespace of -N: of tcpward, or
 * of another program. Fills and returns @text (DOCTOR_COMMAND).
 */
const char *doctor_own_command(char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *doctor_net_command(char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first line of a file, without its end; false where it cannot be read. */
bool doctor_read_line(const char *path, char *line);
/* The number in a file, or @otherwise. */
long doctor_read_number(const char *path, long otherwise);

/*
 * Run a program (argv ends with NULL), also from the folders of administrators.
 * Returns its exit code, 127 where it cannot run; *out (to be freed; NULL
 * without memory) is what it wrote.
 */
int doctor_run(const char *const *argv, char **out);

/*
 * Whether the kernel has this module, loaded or built in; where it does not say
 * what is built in, @otherwise. And whether it could have it.
 */
bool doctor_has_module(const struct doctor *doctor, const char *name,
		       bool otherwise);
bool doctor_offers_module(const struct doctor *doctor, const char *name);

void doctor_kernel(struct doctor *doctor);
void doctor_headers(struct doctor *doctor);
void doctor_module(struct doctor *doctor);
void doctor_signature(struct doctor *doctor);
void doctor_permission(struct doctor *doctor);
void doctor_version(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);

void doctor_mode(struct doctor *doctor);
void doctor_pickup(struct doctor *doctor);
void doctor_table(struct doctor *doctor);
void doctor_half_open(struct doctor *doctor);
void doctor_memory(struct doctor *doctor);
void doctor_losses(struct doctor *doctor);
void doctor_checksums(struct doctor *doctor);
void doctor_one_way(struct doctor *doctor);

/* Reads the rules, which the next ones then need. */
void doctor_rules(struct doctor *doctor);
void doctor_nat(struct doctor *doctor);
void doctor_flowtable(struct doctor *doctor);
void doctor_synproxy(struct doctor *doctor);
void doctor_helper(struct doctor *doctor);
void doctor_conntrack(struct doctor *doctor);

void doctor_fragments(struct doctor *doctor);
void doctor_devices(struct doctor *doctor);

#endif
