/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Saved connections: what `save` writes and `restore` reads, as one line each
 * of a file that is checked whole before anything is done with it. The format
 * is documented in Documentation/json.rst.
 */
#ifndef TCPWARD_SAVED_H
#define TCPWARD_SAVED_H

#include "model.h"
#include "nl.h"

#include "core/saved.h"

#include <jansson.h>
#include <stdio.h>

#define SAVED_FORMAT 2		/* 1 lacks the rests of times to adopt */

/* A connection with all that the core keeps; times relative. */
struct saved_conn {
	struct model_conn view;		/* id and numbers of ends: not used */
	struct tcpw_saved_conn core;
	struct tcpw_saved_ext *ext;		/* may be NULL */
};

/* All of a namespace, at one moment. */
struct saved {
	struct tcpw_config config;
	uint32_t keys;			/* that the file has: 1 << index */
	bool has_rests;			/* the file has those of judging */
	struct nl_judging judging;	/* for_ms is not used */
	uint64_t time_ms;		/* since the epoch */
	uint64_t boottime_ms;
	char boot_id[40];
	struct saved_conn *conns;
	size_t count;
	size_t room;
};

/* What is wrong with a file, and where. */
struct saved_fault {
	size_t line;			/* from 1 */
	char text[320];
};

/* Takes over *conn. Returns 0 or -ENOMEM, with *conn released. */
int saved_add(struct saved *saved, struct saved_conn *conn);
void saved_free(struct saved *saved);
/* Note when and on which boot it is. */
void saved_now(struct saved *saved);
/* How long ago it was saved; by the wall clock if that was another boot. */
uint64_t saved_age_ms(const struct saved *saved);

/* saved_file.c: returns 0 or a negative errno. */
int saved_write(const struct saved *saved, FILE *file);
/* Returns 0; -EBADMSG with *fault; or another errno, of reading. */
int saved_read(struct saved *saved, FILE *file, struct saved_fault *fault);

/* saved_json.c: a line each. */
json_t *saved_conn_json(const struct saved_conn *conn);
json_t *saved_config_json(const struct tcpw_config *config);
/* False with a sentence in @fault; then *conn holds nothing to release. */
bool saved_conn_parse(struct saved_conn *conn, const json_t *json,
		      struct saved_fault *fault);
bool saved_config_parse(struct saved *saved, const json_t *json,
			struct saved_fault *fault);

/* saved_member.c: members of JSON objects, by name and range. */
bool saved_say(struct saved_fault *fault, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* @json is an object with these @names (ending with NULL) and no others. */
bool saved_members(const json_t *json, const char *what,
		   const char *const *names, struct saved_fault *fault);
bool saved_number(const json_t *json, const char *name, uint64_t max,
		  uint64_t *value, struct saved_fault *fault);
/* The members that @fields and @others name, and no others. */
bool saved_structure(const json_t *json, const char *what,
		     const struct tcpw_field *fields,
		     const char *const *others, void *base,
		     struct saved_fault *fault);
void saved_structure_json(json_t *json, const struct tcpw_field *fields,
			  const void *base);

/* nl_saved.c: the module. */
/* Hands each connection over to @each, which owns what it points at. */
int nl_saved_conns(struct nl_client *client,
		   int (*each)(struct saved_conn *conn, void *arg), void *arg);
int nl_restore(struct nl_client *client, const struct saved_conn *conn);
/* The mode, and the times to adopt unless NULL: the last step. */
int nl_restore_mode(struct nl_client *client, uint32_t mode,
		    const struct nl_judging *rests);

#endif
