// SPDX-License-Identifier: GPL-2.0
/*
 * usage: model [--states N] [--depth N] [--findings N]
 *              SCENARIO...
 *        model --list
 * Explores scenarios and prints KTAP; a broken promise also as a .seg case.
 * Exit code 1 if there was one, 2 for wrong usage.
 */
#include "model.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static const struct scenario *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < scenario_count; i++)
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	fprintf(stderr, "model: no scenario '%s': see --list\n", name);
	exit(2);
}

static void list(void)
{
	unsigned int i;

	for (i = 0; i < scenario_count; i++)
		printf("%-12s %s\n", scenarios[i].name, scenarios[i].about);
}

static bool run(const struct scenario *sc, unsigned int number,
		const struct bounds *bounds)
{
	double start = seconds();
	struct report report;
	unsigned int i;

	explore(sc, bounds, &report);
	printf("%sok %u - %s\n", report.found ? "not " : "", number, sc->name);
	printf("# %s: %llu states, %llu steps, depth %u%s, %.1f s, %llu MiB\n",
	       sc->name, (unsigned long long)report.states,
	       (unsigned long long)report.steps, report.depth,
	       report.complete ? " (all)" : "", seconds() - start,
	       (unsigned long long)report.bytes >> 20);
	for (i = 0; i < report.found; i++) {
		print_case(sc, &report.findings[i], i + 1);
		free(report.findings[i].path);
	}
	fflush(stdout);
	return !report.found;
}

static uint64_t number_of(const char *text, uint64_t max)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (!*text || *end || !value || value > max) {
		fprintf(stderr, "model: '%s' is not a number from 1 to %llu\n",
			text, (unsigned long long)max);
		exit(2);
	}
	return value;
}

static void usage(void)
{
	fputs("usage: model [--states N] [--depth N] [--findings N]"
	      " SCENARIO...\n       model --list\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "states", required_argument, NULL, 's' },
		{ "depth", required_argument, NULL, 'd' },
		{ "findings", required_argument, NULL, 'f' },
		{ "list", no_argument, NULL, 'l' },
		{ },
	};
	struct bounds bounds = {
		.states = 50000000, .depth = UINT32_MAX, .findings = 1,
	};
	int option, i;
	bool ok = true;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		switch (option) {
		case 's':
			bounds.states = number_of(optarg, UINT32_MAX);
			break;
		case 'd':
			bounds.depth = number_of(optarg, UINT32_MAX);
			break;
		case 'f':
			bounds.findings = number_of(optarg, FINDINGS);
			break;
		case 'l':
			list();
			return 0;
		default:
			usage();
		}
	if (optind == argc)
		usage();
	for (i = optind; i < argc; i++)
		find(argv[i]);
	printf("TAP version 14\n1..%d\n", argc - optind);
	for (i = optind; i < argc; i++)
		ok &= run(find(argv[i]), i - optind + 1, &bounds);
	return !ok;
}
