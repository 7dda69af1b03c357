// SPDX-License-Identifier: GPL-2.0
/*
 * tcpward forget: drop the records that match; their segments go on. Where the
 * kernel can match the whole filter, it is asked once.
 */
#include "filter.h"
#include "format.h"
#include "nl.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

/* By its ends the kernel finds a record at once, by its id only slowly. */
struct victim {
	struct model_address client;
	struct model_address server;
};

struct found {
	const struct filter *filter;
	struct model_filter kernel;
	bool whole;		/* the kernel matches the same by that */
	struct victim *victims;
	size_t count;
	size_t room;
};

static int collect(const struct model_conn *conn, void *arg)
{
	struct found *found = arg;
	size_t room = found->room ? 2 * found->room : 64;
	struct victim *victims;

	if (!filter_match(found->filter, conn))
		return 0;
	if (found->count == found->room) {
		victims = realloc(found->victims, room * sizeof(*victims));
		if (!victims)
			return -ENOMEM;
		found->victims = victims;
		found->room = room;
	}
	found->victims[found->count].client = conn->client.at;
	found->victims[found->count++].server = conn->server.at;
	return 0;
}

static int confirm(size_t count)
{
	char answer[8];

	if (tool.format != OUTPUT_TEXT || !isatty(STDIN_FILENO))
		return tool_fail(EXIT_USAGE, NULL, "give --yes to forget all",
				 "%zu connections match", count);
	fprintf(stderr, "forget %zu connections? [y/N] ", count);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return EXIT_DONE;
	return tool_fail(EXIT_REFUSED, NULL, NULL, "nothing was forgotten");
}

static int none(void)
{
	return tool_fail(EXIT_REFUSED, NULL,
			 "'tcpward list' shows what there is",
			 "no connection matches");
}

static int report(size_t forgotten)
{
	if (tool.format != OUTPUT_TEXT)
		tool_print_json(json_pack("{s:i, s:I}", "schema_version",
					  TOOL_SCHEMA_VERSION, "forgotten",
					  (json_int_t)forgotten));
	else
		printf("forgot %zu connection%s\n", forgotten,
		       forgotten == 1 ? "" : "s");
	return EXIT_DONE;
}

static int forget_each(struct nl_client *client, const struct found *found)
{
	size_t forgotten = 0;
	int err;

	for (size_t i = 0; i < found->count; i++) {
		err = nl_conn_del(client, &found->victims[i].client,
				  &found->victims[i].server);
		/* It may have ended by itself meanwhile. */
		if (err == -ENOENT)
			continue;
		if (err)
			return nl_fail(client, err, "cannot forget it");
		forgotten++;
	}
	return report(forgotten);
}

/* In one request. @found->count: of those that were counted and confirmed. */
static int forget_matching(struct nl_client *client, const struct found *found)
{
	uint32_t forgotten;
	int err = nl_conns_del(client, &found->kernel, &forgotten);

	if (err)
		return nl_fail(client, err, "cannot forget connections");
	return forgotten || found->count ? report(forgotten) : none();
}

/* Who has not confirmed a number is asked, unless there is only one. */
static int forget_counted(struct nl_client *client, struct found *found,
			  bool yes)
{
	int err = nl_conns(client, &found->kernel, true, collect, found);
	int code = EXIT_DONE;

	if (err)
		return nl_fail(client, err, "cannot forget connections");
	if (!found->count)
		return none();
	if (found->count > 1 && !yes)
		code = confirm(found->count);
	if (code)
		return code;
	return found->whole && found->count > 1 ?
	       forget_matching(client, found) : forget_each(client, found);
}

static int run(struct found *found, bool yes)
{
	struct nl_client *client;
	int err, code;

	found->whole = filter_for_kernel(found->filter, &found->kernel);
	err = nl_open(&client);
	if (err)
		code = nl_fail(client, err, "cannot forget connections");
	else if (yes && found->whole)
		code = forget_matching(client, found);
	else
		code = forget_counted(client, found, yes);
	nl_end(client);
	free(found->victims);
	return code;
}

int cmd_forget(int argc, char **argv)
{
	static const struct option options[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ 0 },
	};
	struct found found = { 0 };
	struct filter *filter;
	bool yes = false;
	int code;

	while (getopt_long(argc, argv, "y", options, NULL) == 'y')
		yes = true;
	if (optind == argc)
		return tool_fail(EXIT_USAGE, NULL,
				 "for example: tcpward forget dport = :443; "
				 "all of them: forget --yes state all",
				 "forget needs a filter");
	filter = filter_parse(argc - optind, argv + optind);
	if (!filter)
		return EXIT_USAGE;
	found.filter = filter;
	code = run(&found, yes);
	filter_free(filter);
	return code;
}
