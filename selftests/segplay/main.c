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

#include "knob_text.h"

static const char usage[] =
	"usage: segplay [OPTION]... FILE.seg...\n"
	"Plays each case of the scenarios and prints TAP.\n"
	"  --backend core         who judges: the core, by a clock of its own (default)\n"
	"            module       the loaded module, between two TUN devices (root)\n"
	"            conntrack    nf_conntrack in its place, dropping what is invalid\n"
	"  --jobs N               cases played at a time (1)\n"
	"  --set KEY=VALUE        configuration of cases that do not set the key\n"
	"  --view inline|observer the same as --set view=...\n"
	"  --ipv6                 play all connections over IPv6\n"
	"  --wrap                 let sequence numbers, timestamps and the\n"
	"                         clock wrap within the first steps\n"
	"  --help\n";

struct options {
	struct play_options how;
	uint32_t jobs;
};

static bool choose_backend(const char *name, const struct backend **backend)
{
	static const struct backend *const backends[] = {
		&backend_core, &backend_module, &backend_conntrack,
	};
	size_t i;

	for (i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (!strcmp(name, backends[i]->name)) {
			*backend = backends[i];
			return true;
		}
	fprintf(stderr, "segplay: there is no backend '%s', only core, module "
		"and conntrack\n", name);
	return false;
}

static bool choose_jobs(const char *text, uint32_t *jobs)
{
	if (number_parse(text, JOBS_MAX, jobs) && *jobs)
		return true;
	fprintf(stderr, "segplay: --jobs takes a number from 1 to %d, not "
		"'%s'\n", JOBS_MAX, text);
	return false;
}

static bool choose_key(const char *assignment, struct tcpw_config *config)
{
	char error[256];

	if (!knob_assign(config, assignment, error, sizeof(error)))
		return true;
	fprintf(stderr, "segplay: --set: %s\n", error);
	return false;
}

static bool choose_view(const char *name, struct tcpw_config *config)
{
	bool observer = !strcmp(name, "observer");

	config->view = observer ? TCPWARD_VIEW_OBSERVER : TCPWARD_VIEW_INLINE;
	if (observer || !strcmp(name, "inline"))
		return true;
	fprintf(stderr, "segplay: there is no view '%s', only inline and "
		"observer\n", name);
	return false;
}

/* -1 to go on, or the exit code. */
static int parse_options(int argc, char **argv, struct options *chosen)
{
	static const struct option options[] = {
		{ "backend", required_argument, NULL, 'b' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "set", required_argument, NULL, 's' },
		{ "view", required_argument, NULL, 'v' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "wrap", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct play_options *how = &chosen->how;
	bool ok = true;
	int option;

	while (ok && (option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		switch (option) {
		case 'b':
			ok = choose_backend(optarg, &how->backend);
			break;
		case 'j':
			ok = choose_jobs(optarg, &chosen->jobs);
			break;
		case 'v':
			ok = choose_view(optarg, &how->config);
			break;
		case 's':
			ok = choose_key(optarg, &how->config);
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

int main(int argc, char **argv)
{
	struct options chosen = { .how.backend = &backend_core, .jobs = 1 };
	struct script script = { 0 };
	int code;

	play_config_default(&chosen.how.config);
	code = parse_options(argc, argv, &chosen);
	if (code >= 0)
		return code;
	for (; optind < argc; optind++)
		if (!script_read(&script, argv[optind]))
			return EXIT_WRONG;
	code = play_script(&script, &chosen.how, chosen.jobs);
	script_free(&script);
	return code;
}
