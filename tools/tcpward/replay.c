// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward replay: judges a capture with the core that the module runs. Owns
 * the command line of the command and the loop over the file.
 */
#include "replay.h"
#include "tool.h"

#include "knob_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Keys of the module's own doings, without a meaning for a capture. */
static bool only_for_the_module(const struct tcpw_knob *knob)
{
	switch (knob->attr) {
	case TCPWARD_A_CONFIG_MODE:
	case TCPWARD_A_CONFIG_PLACEMENT:
	case TCPWARD_A_CONFIG_MAX_CONNECTIONS:
	case TCPWARD_A_CONFIG_MAX_HALF_OPEN:
	case TCPWARD_A_CONFIG_WHEN_FULL:
		return true;
	}
	return false;
}

static int unknown_key(const char *text, const char *why)
{
	const char *names[TCPW_KNOBS + 1], *nearest;
	char key[64], hint[128];
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS; i++)
		names[i] = tcpw_knobs[i].name;
	names[i] = NULL;
	snprintf(key, sizeof(key), "%.*s", (int)strcspn(text, "="), text);
	nearest = tool_nearest(key, names);
	if (nearest)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest);
	return tool_fail(EXIT_USAGE, NULL,
			 nearest ? hint : "'tcpward get' lists the keys",
			 "--set: %s", why);
}

static int set_key(struct tcpw_config *cfg, const char *text)
{
	const struct tcpw_knob *knob;
	char why[256];
	int err;

	err = knob_assign(cfg, text, why, sizeof(why));
	if (err == -ENOENT)
		return unknown_key(text, why);
	if (err)
		return tool_fail(EXIT_USAGE, NULL, NULL, "--set: %s", why);
	knob = knob_find(text, strcspn(text, "="));
	if (only_for_the_module(knob))
		tool_note("--set: %s changes nothing for a capture",
			  knob->name);
	return EXIT_DONE;
}

/* main() has taken the other options and checked that values are there. */
static int parse_arguments(int argc, char **argv, struct tcpw_config *cfg,
			   const char **path)
{
	bool options = true;
	int i, code;

	for (i = 1; i < argc; i++) {
		if (options && !strcmp(argv[i], "--")) {
			options = false;
			continue;
		}
		if (options && !strncmp(argv[i], "--set", 5)) {
			code = set_key(cfg, argv[i][5] ? argv[i] + 6 :
							 argv[++i]);
			if (code)
				return code;
			continue;
		}
		if (*path)
			return tool_fail(EXIT_USAGE, NULL,
					 "replay them one by one",
					 "more than one file: '%s' and '%s'",
					 *path, argv[i]);
		*path = argv[i];
	}
	if (!*path)
		return tool_fail(EXIT_USAGE, NULL,
				 "tcpward replay FILE, '-' for standard input",
				 "replay needs a capture file");
	return EXIT_DONE;
}

static struct capture *open_file(const char *path, int *code)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	char error[CAPTURE_ERROR_TEXT];
	struct capture *cap;

	if (!file) {
		*code = tool_fail(EXIT_USAGE, strerror(errno), NULL,
				  "cannot open '%s'", path);
		return NULL;
	}
	cap = capture_open(file, error);
	if (cap)
		return cap;
	*code = tool_fail(EXIT_USAGE, error,
			  "'tcpdump -w FILE' writes pcap, others pcapng: both can be read",
			  "cannot read '%s' as a capture", path);
	return NULL;
}

static int judge_all(struct replay *replay, struct capture *cap)
{
	enum capture_result result = CAPTURE_END;
	struct capture_segment at;
	struct replay_line line;
	int err = 0;

	while (!err && !(result = capture_next(cap, &at))) {
		if (tool.family && at.family != tool.family)
			continue;
		err = replay_judge(replay, &at, &line);
		if (err)
			break;
		if (tool.format == OUTPUT_TEXT)
			replay_text_segment(&line);
		else
			replay_json_segment(&line);
	}
	replay->sum.unreadable = capture_unreadable(cap);
	if (err)
		return err;
	return result == CAPTURE_FAILED ? -EIO : 0;
}

/* Whatever ended the reading, what was judged before it has been printed. */
static int finish(const struct replay *replay, const struct capture *cap,
		  const char *path, int err)
{
	const char *fix = "everything before it is judged and counted";
	const char *why = err == -ENOMEM ? "out of memory" :
					   capture_error(cap);
	enum exit_code code = err == -ENOMEM ? EXIT_REFUSED : EXIT_USAGE;
	json_t *error = NULL;
	char what[4352];

	snprintf(what, sizeof(what), "'%s' %s after frame %" PRIu64, path,
		 err == -EIO && strstr(why, "truncated") ? "is cut short" :
		 "cannot be read", capture_frames(cap));
	if (err)
		error = json_pack("{s:s, s:s, s:s}", "what", what, "why", why,
				  "fix", fix);
	if (tool.format == OUTPUT_TEXT)
		replay_text_end(&replay->sum);
	else
		replay_json_end(&replay->sum, error);
	json_decref(error);
	if (!err)
		return EXIT_DONE;
	if (tool.format == OUTPUT_JSON)
		return code;
	return tool_fail(code, why, fix, "%s", what);
}

int cmd_replay(int argc, char **argv)
{
	struct replay replay = {};
	const char *path = NULL;
	struct capture *cap;
	int code, err;

	tcpw_config_default(&replay.cfg);
	replay.cfg.view = TCPWARD_VIEW_OBSERVER;
	replay.cfg.pickup = TCPWARD_PICKUP_LOOSE;
	replay.cfg.csum = TCPWARD_SWITCH_OFF;
	code = parse_arguments(argc, argv, &replay.cfg, &path);
	if (code)
		return code;
	replay.table = replay_table_new();
	if (!replay.table)
		return tool_fail(EXIT_REFUSED, "out of memory", NULL,
				 "cannot replay '%s'", path);
	cap = open_file(path, &code);
	if (cap) {
		if (tool.format != OUTPUT_TEXT)
			replay_json_begin();
		err = judge_all(&replay, cap);
		code = finish(&replay, cap, path, err);
		capture_close(cap);
	}
	replay_table_free(replay.table);
	return code;
}
