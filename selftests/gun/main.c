// SPDX-License-Identifier: GPL-2.0
/*
 * The packet gun: TCP segments by the hundred thousand, for tests. See usage()
 * for what it can send. Says as JSON what was sent and how fast.
 */
#define _GNU_SOURCE
#include "gun.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CATCH_UP_NS 100000000	/* of a delay, the rest is lost */

struct gun {
	const struct kind *kind;
	struct target target;
	struct line lines[GUN_LINES];
	unsigned int opened;
	uint64_t first, count, rate;
	double seconds;
};

struct score {
	uint64_t connections, segments, refused;
	double seconds;
};

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("gun: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static const char usage[] =
	"usage: gun KIND --line NETNS/DEVICE/MAC ... --from ADDRESS[/BITS]"
	" --to ADDRESS\n"
	"KIND:\n"
	"  syn    a SYN each from random addresses and ports\n"
	"  open   the three segments of an opening, connections in order\n"
	"  ack    the third segment of it alone\n"
	"  close  FINs of both ends and the last ACK\n"
	"  reset  RST of the client\n"
	"--line is the client's first, then the server's, each with the\n"
	"Ethernet address of the receiver. In order: 60000 ports of --from,\n"
	"then of the next address. More options:\n"
	"  --port N     of the server (80)\n"
	"  --count N    connections (no limit)\n"
	"  --seconds N  at most (no limit)\n"
	"  --rate N     connections a second (no limit)\n"
	"  --first N    number of the first connection (0)\n"
	"  --seed N     of all that is random (0)\n";

/* --- options ----------------------------------------------------------- */

static int parse_address(const char *text, uint8_t *address)
{
	if (inet_pton(AF_INET, text, address) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, text, address) == 1)
		return AF_INET6;
	die("%s is not an address", text);
}

static void parse_from(struct target *target, char *text)
{
	char *bits = strchr(text, '/');

	if (bits)
		*bits++ = '\0';
	target->family = parse_address(text, target->from);
	target->bits = bits ? strtoul(bits, NULL, 10) : 0;
}

static const struct option options[] = {
	{ "line", required_argument, NULL, 'l' },
	{ "from", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 't' },
	{ "port", required_argument, NULL, 'p' },
	{ "count", required_argument, NULL, 'c' },
	{ "seconds", required_argument, NULL, 's' },
	{ "rate", required_argument, NULL, 'r' },
	{ "first", required_argument, NULL, '1' },
	{ "seed", required_argument, NULL, 'e' },
	{}
};

static void parse_option(struct gun *gun, int option, char *text, int *to)
{
	switch (option) {
	case 'l':
		if (gun->opened == GUN_LINES)
			die("more than %d lines", GUN_LINES);
		line_open(&gun->lines[gun->opened++], text);
		break;
	case 'f':
		parse_from(&gun->target, text);
		break;
	case 't':
		*to = parse_address(text, gun->target.to);
		break;
	case 'p':
		gun->target.port = strtoul(text, NULL, 10);
		break;
	case 'c':
		gun->count = strtoull(text, NULL, 10);
		break;
	case 's':
		gun->seconds = strtod(text, NULL);
		break;
	case 'r':
		gun->rate = strtoull(text, NULL, 10);
		break;
	case '1':
		gun->first = strtoull(text, NULL, 10);
		break;
	case 'e':
		gun->target.seed = strtoull(text, NULL, 10);
		break;
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

static void parse(struct gun *gun, int argc, char **argv)
{
	unsigned int i, lines = 1;
	int option, to = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		parse_option(gun, option, optarg, &to);
	gun->kind = optind == argc - 1 ? kind_find(argv[optind]) : NULL;
	if (!gun->kind) {
		fputs(usage, stderr);
		exit(2);
	}
	for (i = 0; i < gun->kind->shots; i++)
		if (gun->kind->shot[i].from)
			lines = GUN_LINES;
	if (gun->opened < lines)
		die("%s needs %u --line", gun->kind->name, lines);
	if (!to || gun->target.family != to)
		die("--from and --to of one family are needed");
}

/* --- fire -------------------------------------------------------------- */

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Segment by segment for all connections of a batch, for the sake of order. */
static void fire_batch(const struct gun *gun, uint64_t first,
		       unsigned int connections, struct score *score)
{
	const struct kind *kind = gun->kind;
	const struct shot *shot;
	static struct batch batch;
	unsigned int i, n, taken;

	for (i = 0; i < kind->shots; i++) {
		shot = &kind->shot[i];
		for (n = 0; n < connections; n++)
			batch.length[n] = shot_frame(&gun->target, kind, shot,
						     first + n,
						     batch.frame[n]);
		batch.frames = connections;
		taken = line_send(&gun->lines[shot->from], &batch);
		score->segments += taken;
		score->refused += connections - taken;
	}
	score->connections += connections;
}

/* Wait until the next batch is due. Return: when that is. */
static int64_t pace(const struct gun *gun, int64_t due, unsigned int sent)
{
	struct timespec until;
	int64_t now = now_ns();

	due += sent * 1000000000LL / (int64_t)gun->rate;
	if (due < now - CATCH_UP_NS)
		due = now - CATCH_UP_NS;
	if (due <= now)
		return due;
	until.tv_sec = due / 1000000000;
	until.tv_nsec = due % 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	return due;
}

static void fire(const struct gun *gun, struct score *score)
{
	int64_t begin = now_ns(), due = begin;
	int64_t end = begin + (int64_t)(gun->seconds * 1e9);
	unsigned int n = GUN_BATCH;

	while (!gun->count || score->connections < gun->count) {
		if (gun->count && gun->count - score->connections < n)
			n = gun->count - score->connections;
		fire_batch(gun, gun->first + score->connections, n, score);
		if (gun->rate)
			due = pace(gun, due, n);
		if (gun->seconds > 0 && now_ns() >= end)
			break;
	}
	score->seconds = (now_ns() - begin) / 1e9;
}

/* On one CPU, so that the receiving devices keep the order too. */
static void stay(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
}

int main(int argc, char **argv)
{
	struct gun gun = { .target.port = 80 };
	struct score score = {};

	parse(&gun, argc, argv);
	stay();
	fire(&gun, &score);
	printf("{\"kind\": \"%s\", \"connections\": %llu, \"segments\": %llu,"
	       " \"refused\": %llu, \"seconds\": %.3f, \"per_second\": %.0f}\n",
	       gun.kind->name, (unsigned long long)score.connections,
	       (unsigned long long)score.segments,
	       (unsigned long long)score.refused, score.seconds,
	       score.connections / score.seconds);
	return 0;
}
