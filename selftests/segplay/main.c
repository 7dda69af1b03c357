// SPDX-License-Identifier: GPL-2.0
/*
 * segplay: plays scenarios (RULES 0.5) against the tracker and prints TAP.
 * Exit code 0 when all cases are ok, 1 when one is not, 2 for wrong usage or
 * a scenario that cannot be read.
 */
#include "segplay.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define EXIT_NOT_OK 1
#define EXIT_WRONG 2

static const char usage[] =
	"usage: segplay [OPTION]... FILE.seg...\n"
	"Plays each case of the scenarios and prints TAP.\n"
	"  --backend core         who judges: only core in this build\n"
	"  --view inline|observer view of cases that do not set it (inline)\n"
	"  --ipv6                 play all connections over IPv6\n"
	"  --wrap                 let sequence numbers, timestamps and the\n"
	"                         clock wrap within the first steps\n"
	"  --help\n";

static bool choose_backend(const char *name)
{
	if (!strcmp(name, backend_core.name))
		return true;
	if (!strcmp(name, "module") || !strcmp(name, "conntrack"))
		fprintf(stderr, "segplay: backend '%s' is not available in "
			"this build, only core\n", name);
	else
		fprintf(stderr, "segplay: there is no backend '%s'\n", name);
	return false;
}

static bool choose_view(const char *name, bool *observer)
{
	*observer = !strcmp(name, "observer");
	if (*observer || !strcmp(name, "inline"))
		return true;
	fprintf(stderr, "segplay: there is no view '%s', only inline and "
		"observer\n", name);
	return false;
}

/* -1 to go on, or the exit code. */
static int parse_options(int argc, char **argv, struct play_options *how)
{
	static const struct option options[] = {
		{ "backend", required_argument, NULL, 'b' },
		{ "view", required_argument, NULL, 'v' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "wrap", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	bool ok = true;
	int option;

	while (ok && (option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		switch (option) {
		case 'b':
			ok = choose_backend(optarg);
			break;
		case 'v':
			ok = choose_view(optarg, &how->observer);
			break;
		case '6':
			how->ipv6 = true;
			break;
		case 'w':
			how->wrap = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			ok = false;
		}
	if (ok && optind < argc)
		return -1;
	if (ok)
		fputs(usage, stderr);
	return EXIT_WRONG;
}

static int play(const struct script *script, const struct play_options *how)
{
	bool all = true, ok;
	size_t i;

	printf("TAP version 14\n1..%zu\n", script->count);
	for (i = 0; i < script->count; i++) {
		ok = play_case(&script->cases[i], how);
		printf("%sok %zu - %s\n", ok ? "" : "not ", i + 1,
		       script->cases[i].name);
		all &= ok;
	}
	return all ? 0 : EXIT_NOT_OK;
}

int main(int argc, char **argv)
{
	struct play_options how = { .backend = &backend_core };
	struct script script = { 0 };
	int code;

	code = parse_options(argc, argv, &how);
	if (code >= 0)
		return code;
	for (; optind < argc; optind++)
		if (!script_read(&script, argv[optind]))
			return EXIT_WRONG;
	return play(&script, &how);
}
