/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all commands of the control tool share: options, exit codes, errors,
 * the command table.
 */
#ifndef TCPWARD_TOOL_H
#define TCPWARD_TOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define TOOL_SCHEMA_VERSION 1
#define TOOL_VERSION "0.1.0"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,	/* refused, or an assertion failed */
	EXIT_USAGE = 2,
	EXIT_NO_MODULE = 3,	/* no module, no permission, other ABI */
	EXIT_NETWORK = 4,	/* network or TLS failure of a probe */
};

enum output_format {
	OUTPUT_TEXT,
	OUTPUT_JSON,		/* -j: one document */
	OUTPUT_JSON_LINES,	/* -J: one object a line, flushed each */
};

/* Options that stand before the command; set once by main(). */
struct tool_options {
	enum output_format format;
	bool color;		/* --color over NO_COLOR over isatty */
	bool utf8;		/* the terminal's locale can show it */
	bool numeric;		/* -n */
	int family;		/* AF_UNSPEC, AF_INET (-4), AF_INET6 (-6) */
	const char *netns;	/* -N; entered before the command runs */
	int columns;		/* width of the terminal, 80 unless known */
	char **words;		/* the command line, whole; see elsewhere.c */
};

extern struct tool_options tool;

/* argv[0] is the name of the command. Returns an enum exit_code. */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;	/* arguments only: "[FILTER]" */
	const char *summary;	/* one line */
	/*
	 * NULL-terminated: "-o, --output FILE", a tab, and its summary. Help,
	 * the check of the command line, completion and the man page follow.
	 */
	const char *const *options;
	const char *details;		/* more for --help, or NULL */
	bool lists_keys;		/* --help lists the configuration */
};

extern const struct command commands[];		/* ends with name NULL */

/* An option that stands before the command, or anywhere after it. */
struct global_option {
	char letter;		/* 0: only the long form */
	const char *name;	/* NULL: only the letter */
	const char *argument;	/* NULL: takes none */
	const char *summary;
	bool anywhere;		/* also accepted after the command */
};

extern const struct global_option global_options[]; /* ends with summary NULL */

/* NULL when there is no such command. */
const struct command *tool_command(const char *name);

/*
 * The option of @command that @word (with leading dashes, perhaps with
 * "=VALUE") names, as the table spells it ("-o, --output FILE"), or NULL.
 */
const char *tool_option(const struct command *command, const char *word);
/* Whether the option, as the table spells it, takes an argument. */
bool tool_option_has_argument(const char *option);

/* What --help prints; @command NULL: of the tool. */
void tool_help(const struct command *command);

int cmd_status(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_get(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_save(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_forget(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/*
 * Report a failure on stderr, or as {"schema_version":1,"error":{"what",
 * "why","fix"}} on stdout with -j and -J, and return @code. @why and @fix may
 * be NULL; @what is a format for the arguments behind @fix.
 */
int tool_fail(enum exit_code code, const char *why, const char *fix,
	      const char *what, ...) __attribute__((format(printf, 4, 5)));

/* A note on stderr that is not a failure (a loss, something missing). */
void tool_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * @text (NULL: null) as JSON, which is UTF-8 alone: words of the user need not
 * be, nor names of devices.
 */
json_t *tool_json_text(const char *text);

/* Print and release @object: indented with -j, one flushed line with -J. */
void tool_print_json(json_t *object);

/*
 * The entry of @names (ending with NULL) nearest to @word by edit distance,
 * or NULL when none is near: for "did you mean".
 */
const char *tool_nearest(const char *word, const char *const *names);

#endif
