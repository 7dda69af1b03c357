// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward restore: connections and configuration from a file. Nothing is sent
 * before the whole file was found good; nothing is refused to a connection
 * that is not restored yet.
 */
#include "saved.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* What became of the connections of the file. */
struct result {
	size_t restored;
	size_t kept;		/* there was a record already */
	size_t ended;		/* their time was over */
	size_t refused;
	uint64_t missed_ms;	/* from the save until all were back */
	char why[256];		/* the first refusal */
};

/* --- the file ---------------------------------------------------------- */

static int fail_read(const char *name, int err,
		     const struct saved_fault *fault)
{
	if (err == -EBADMSG)
		return tool_fail(EXIT_USAGE, fault->text,
				 "nothing was changed", "%s:%zu", name,
				 fault->line);
	return tool_fail(EXIT_USAGE, strerror(-err), "nothing was changed",
			 "cannot read %s", name);
}

static int read_file(struct saved *saved, const char *name)
{
	const char *shown = name ? name : "the standard input";
	FILE *file = name ? fopen(name, "re") : stdin;
	struct saved_fault fault;
	int err;

	if (!file)
		return fail_read(shown, -errno, NULL);
	err = saved_read(saved, file, &fault);
	if (name)
		fclose(file);
	return err ? fail_read(shown, err, &fault) : EXIT_DONE;
}

static int print_check(const struct saved *saved)
{
	uint64_t age_ms = saved_age_ms(saved);

	if (tool.format != OUTPUT_TEXT)
		tool_print_json(json_pack("{s:i, s:I, s:I}", "schema_version",
					  TOOL_SCHEMA_VERSION, "connections",
					  (json_int_t)saved->count, "age_ms",
					  (json_int_t)age_ms));
	else
		printf("good: %zu connection%s, saved %" PRIu64 " s ago\n",
		       saved->count, saved->count == 1 ? "" : "s",
		       age_ms / 1000);
	return EXIT_DONE;
}

/* --- the module -------------------------------------------------------- */

#define SOME_CLOCK_MS (1ull << 40)	/* later than any age */

/* Return: false when the record has ended since it was saved. */
static bool grow_older(struct saved_conn *conn, uint64_t by_ms)
{
	uint64_t now_ms = SOME_CLOCK_MS + by_ms;
	struct tcpw_conn core;
	struct tcpw_ext ext;

	tcpw_restore_conn(&core, &conn->core, SOME_CLOCK_MS);
	if (tcpw_expired(&core, now_ms))
		return false;
	tcpw_save_conn(&conn->core, &core, now_ms);
	if (conn->ext) {
		tcpw_restore_ext(&ext, conn->ext, SOME_CLOCK_MS);
		tcpw_save_ext(conn->ext, &ext, now_ms);
	}
	conn->view.age_ms += by_ms;
	conn->view.idle_ms += by_ms;
	return true;
}

/* Of one connection; with the next one it may be different. */
static bool is_refusal(int err)
{
	return err == -ENOSPC || err == -ENOMEM || err == -EINVAL ||
	       err == -ERANGE;
}

/* Returns a negative errno where it makes no sense to go on. */
static int restore_one(struct nl_client *client, const struct saved *saved,
		       struct saved_conn *conn, struct result *result)
{
	const char *extack;
	int err;

	if (!grow_older(conn, saved_age_ms(saved))) {
		result->ended++;
		return 0;
	}
	err = nl_restore(client, conn);
	if (!err) {
		result->restored++;
	} else if (err == -EEXIST) {
		result->kept++;
	} else if (is_refusal(err)) {
		extack = nl_extack(client);
		if (!result->refused++)
			snprintf(result->why, sizeof(result->why), "%s",
				 extack ? extack : strerror(-err));
	} else {
		return err;
	}
	return 0;
}

/*
 * pickup=auto goes on with what was left of its time, which would begin anew
 * otherwise; but what was opened since the save has to be adopted, too, once
 * it says something.
 */
#define GAP_ADOPT_MS 120000

static int set_mode(struct nl_client *client, const struct saved *saved)
{
	struct nl_judging rests = saved->judging;
	uint64_t age_ms = saved_age_ms(saved);

	if (!saved->has_rests)
		return nl_restore_mode(client, saved->config.mode, NULL);
	rests.adopt_ms -= age_ms < rests.adopt_ms ? age_ms : rests.adopt_ms;
	rests.pressed_ms -= age_ms < rests.pressed_ms ? age_ms :
						       rests.pressed_ms;
	if (rests.adopt_ms < GAP_ADOPT_MS)
		rests.adopt_ms = GAP_ADOPT_MS;
	return nl_restore_mode(client, saved->config.mode, &rests);
}

_Static_assert(offsetof(struct tcpw_config, mode) == 0, "mode is key 0");

/*
 * Until the last connection is back, the mode drops nothing: it stays off
 * where it is off, and is observe elsewhere. The rest of the configuration
 * comes first, for its limits; the saved mode comes last.
 */
static int restore_all(struct nl_client *client, struct saved *saved,
		       struct result *result)
{
	struct tcpw_config config = saved->config, now;
	int err, last;

	err = nl_config_get(client, &now, NULL);
	if (err)
		return err;
	if (!(saved->keys & 1))
		saved->config.mode = now.mode;
	config.mode = now.mode == TCPWARD_MODE_OFF ? TCPWARD_MODE_OFF :
						     TCPWARD_MODE_OBSERVE;
	err = nl_config_set(client, &config, saved->keys | 1);
	if (err)
		return err;
	for (size_t i = 0; !err && i < saved->count; i++)
		err = restore_one(client, saved, &saved->conns[i], result);
	result->missed_ms = saved_age_ms(saved);
	last = set_mode(client, saved);
	return err ? err : last;
}

/* --- what became of it ------------------------------------------------- */

static const char *mode_name(uint32_t mode)
{
	return tcpw_knobs[0].values[mode];
}

static void print_json(const struct result *result, uint32_t mode)
{
	tool_print_json(json_pack(
		"{s:i, s:I, s:I, s:I, s:I, s:s?, s:I, s:s}", "schema_version",
		TOOL_SCHEMA_VERSION,
		"restored", (json_int_t)result->restored,
		"kept", (json_int_t)result->kept,
		"ended", (json_int_t)result->ended,
		"refused", (json_int_t)result->refused,
		"refusal", result->refused ? result->why : NULL,
		"missed_ms", (json_int_t)result->missed_ms,
		"mode", mode_name(mode)));
}

static void print_text(const struct result *result, uint32_t mode)
{
	printf("restored %zu connection%s, which went unjudged for %" PRIu64
	       " ms; mode is %s\n", result->restored,
	       result->restored == 1 ? "" : "s", result->missed_ms,
	       mode_name(mode));
	if (result->kept)
		printf("%zu had a record already, which was kept\n",
		       result->kept);
	if (result->ended)
		printf("%zu had ended since\n", result->ended);
}

/* The module has gone, or will not have us: tell how far it came. */
static int fail_midway(struct nl_client *client, int err,
		       const struct saved *saved, const struct result *result)
{
	char what[80] = "cannot restore connections";

	if (result->restored)
		snprintf(what, sizeof(what), "cannot restore more than %zu of "
			 "%zu connections", result->restored, saved->count);
	return nl_fail(client, err, what);
}

static int report(const struct result *result, uint32_t mode)
{
	if (tool.format != OUTPUT_TEXT)
		print_json(result, mode);
	else
		print_text(result, mode);
	if (!result->refused)
		return EXIT_DONE;
	if (tool.format == OUTPUT_TEXT)
		tool_note("%zu not restored: %s", result->refused,
			  result->why);
	return EXIT_REFUSED;
}

/* A module must not be left half restored, with its mode open. */
static void hold_signals(bool hold, sigset_t *before)
{
	sigset_t signals;

	if (!hold) {
		sigprocmask(SIG_SETMASK, before, NULL);
		return;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, before);
}

static int restore(struct saved *saved)
{
	struct result result = { 0 };
	struct nl_client *client;
	sigset_t before;
	int err, code;

	err = nl_open(&client);
	if (!err) {
		hold_signals(true, &before);
		err = restore_all(client, saved, &result);
		hold_signals(false, &before);
	}
	code = err ? fail_midway(client, err, saved, &result) :
		     report(&result, saved->config.mode);
	nl_end(client);
	return code;
}

int cmd_restore(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ 0 },
	};
	struct saved saved = { .count = 0 };
	const char *name = NULL;
	bool check = false;
	int code;

	while (getopt_long(argc, argv, "c", options, NULL) == 'c')
		check = true;
	if (argc - optind > 1)
		return tool_fail(EXIT_USAGE, NULL, NULL,
				 "restore takes one file");
	if (optind < argc && strcmp(argv[optind], "-"))
		name = argv[optind];
	code = read_file(&saved, name);
	if (!code)
		code = check ? print_check(&saved) : restore(&saved);
	saved_free(&saved);
	return code;
}
