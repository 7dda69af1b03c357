// SPDX-License-Identifier: GPL-2.0
/* tcpward save: all connections and the configuration, into a file. */
#define _GNU_SOURCE
#include "saved.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASSES 5		/* over a table that changes its size */

static int compare_address(const struct model_address *a,
			   const struct model_address *b)
{
	int order = a->family - b->family;

	if (!order)
		order = memcmp(a->addr, b->addr, sizeof(a->addr));
	return order ? order : a->port - b->port;
}

/* By both ends, then the latest first: a later pass knows better. */
static int compare(const void *one, const void *other)
{
	const struct saved_conn *a = one, *b = other;
	int order = compare_address(&a->view.client.at, &b->view.client.at);

	if (!order)
		order = compare_address(&a->view.server.at,
					&b->view.server.at);
	if (!order)
		order = a->view.id < b->view.id ? 1 : a->view.id > b->view.id ?
			-1 : 0;
	return order ? order : a->view.idle_ms > b->view.idle_ms ? 1 : -1;
}

static bool same_ends(const struct saved_conn *a, const struct saved_conn *b)
{
	return model_address_equal(&a->view.client.at, &b->view.client.at) &&
	       model_address_equal(&a->view.server.at, &b->view.server.at);
}

/* A dump may show a record twice. */
static void sort(struct saved *saved)
{
	size_t kept = 0;

	if (!saved->count)
		return;
	qsort(saved->conns, saved->count, sizeof(*saved->conns), compare);
	for (size_t i = 1; i < saved->count; i++) {
		if (same_ends(&saved->conns[kept], &saved->conns[i]))
			free(saved->conns[i].ext);
		else
			saved->conns[++kept] = saved->conns[i];
	}
	saved->count = kept + 1;
}

static int add(struct saved_conn *conn, void *arg)
{
	return saved_add(arg, conn);
}

/*
 * A pass that the table interrupted may have missed records: what several
 * have found together is written; a record too many does no harm.
 */
static int collect(struct nl_client *client, struct saved *saved)
{
	int err;

	for (int i = 0; i < PASSES; i++) {
		saved_now(saved);
		err = nl_saved_conns(client, add, saved);
		if (err || !nl_interrupted(client))
			return err;
	}
	tool_note("the table changed its size all the time: a connection may "
		  "be missing");
	return 0;
}

static int fail(const char *name, int err)
{
	return tool_fail(EXIT_REFUSED, strerror(-err), NULL,
			 "cannot write %s", name);
}

/* A file is there whole, or as it was before. */
static int write_file(const struct saved *saved, const char *name)
{
	char *fresh = NULL;
	int fd, err = 0;
	FILE *file;

	if (asprintf(&fresh, "%s.XXXXXX", name) < 0)
		return fail(name, -ENOMEM);
	fd = mkostemp(fresh, O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file) {
		err = -errno;
		free(fresh);
		return fail(name, err);
	}
	err = saved_write(saved, file);
	if (!err && fsync(fd))
		err = -errno;
	if (fclose(file) && !err)
		err = -errno;
	if (!err && rename(fresh, name))
		err = -errno;
	if (err)
		unlink(fresh);
	free(fresh);
	return err ? fail(name, err) : EXIT_DONE;
}

static int write_out(const struct saved *saved, const char *name)
{
	int err, code;

	if (!name) {
		err = saved_write(saved, stdout);
		return err ? fail("the standard output", err) : EXIT_DONE;
	}
	code = write_file(saved, name);
	if (code)
		return code;
	if (tool.format != OUTPUT_TEXT)
		tool_print_json(json_pack("{s:i, s:I}", "schema_version",
					  TOOL_SCHEMA_VERSION, "saved",
					  (json_int_t)saved->count));
	else
		printf("saved %zu connection%s and the configuration to %s\n",
		       saved->count, saved->count == 1 ? "" : "s", name);
	return EXIT_DONE;
}

int cmd_save(int argc, char **argv)
{
	const char *name = argc > 1 && strcmp(argv[1], "-") ? argv[1] : NULL;
	struct saved saved = { .count = 0 };
	struct nl_client *client;
	int err, code;

	if (argc > 2)
		return tool_fail(EXIT_USAGE, NULL, NULL,
				 "save takes one file");
	err = nl_open(&client);
	if (!err)
		err = nl_config_get(client, &saved.config, &saved.judging);
	if (!err)
		err = collect(client, &saved);
	if (err) {
		code = nl_fail(client, err, "cannot save connections");
	} else {
		sort(&saved);
		code = write_out(&saved, name);
	}
	nl_end(client);
	saved_free(&saved);
	return code;
}
