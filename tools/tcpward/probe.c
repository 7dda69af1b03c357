// SPDX-License-Identifier: GPL-2.0
/*
 * `tcpward probe`: the command line, the order of work and the exit code. What
 * is wrong with the arguments is told before anything is sent.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_TIMES 1000
#define MAX_TIMEOUT_S 3600

enum {
	OPT_CACERT = 1,
	OPT_INSECURE,
	OPT_METHOD,
	OPT_HEADER,
	OPT_DATA,
	OPT_COOKIES,
	OPT_CONNECT_TO,
	OPT_REPEAT,
	OPT_HTTP10,
	OPT_NO_KEEPALIVE,
	OPT_COMPARE,
	OPT_TIMEOUT,
	OPT_EXPECT_STATUS,
	OPT_KEYLOG,
	OPT_LADDER,
	OPT_SVG,
};

static const struct option long_options[] = {
	{ "cacert", required_argument, NULL, OPT_CACERT },
	{ "insecure", no_argument, NULL, OPT_INSECURE },
	{ "method", required_argument, NULL, OPT_METHOD },
	{ "header", required_argument, NULL, OPT_HEADER },
	{ "data", required_argument, NULL, OPT_DATA },
	{ "cookies", no_argument, NULL, OPT_COOKIES },
	{ "connect-to", required_argument, NULL, OPT_CONNECT_TO },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "http1.0", no_argument, NULL, OPT_HTTP10 },
	{ "no-keepalive", no_argument, NULL, OPT_NO_KEEPALIVE },
	{ "compare-keepalive", required_argument, NULL, OPT_COMPARE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "expect-status", required_argument, NULL, OPT_EXPECT_STATUS },
	{ "keylog", required_argument, NULL, OPT_KEYLOG },
	{ "ladder", no_argument, NULL, OPT_LADDER },
	{ "svg", required_argument, NULL, OPT_SVG },
	{ NULL, 0, NULL, 0 },
};

const char *const probe_phase_names[PROBE_PHASES] = {
	[PROBE_DNS] = "dns",
	[PROBE_TCP] = "tcp",
	[PROBE_TLS] = "tls",
	[PROBE_SEND] = "send",
	[PROBE_WAIT] = "wait",
	[PROBE_TRANSFER] = "transfer",
};

static uint64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

uint64_t probe_now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

/* Taken once, so that a step of the clock moves nothing against the rest. */
static uint64_t epoch_offset_us(void)
{
	static uint64_t offset_us;

	if (!offset_us)
		offset_us = clock_us(CLOCK_REALTIME) - probe_now_us();
	return offset_us;
}

uint64_t probe_epoch_us(uint64_t at_us)
{
	return at_us + epoch_offset_us();
}

uint64_t probe_from_epoch_us(uint64_t epoch_us)
{
	return epoch_us - epoch_offset_us();
}

static int parse_number(const char *option, const char *text, long low,
			long high, long *value)
{
	char range[64], *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	if (!errno && end != text && !*end && *value >= low && *value <= high)
		return EXIT_DONE;
	snprintf(range, sizeof(range), "a number from %ld to %ld", low, high);
	return tool_fail(EXIT_USAGE, range, NULL, "--%s: '%s' is not possible",
			 option, text);
}

static int parse_count(const char *option, const char *text, long high,
		       unsigned int *value)
{
	long number;
	int code = parse_number(option, text, 1, high, &number);

	if (!code)
		*value = number;
	return code;
}

static int add_header(struct probe_settings *set, const char *text)
{
	if (!strchr(text, ':') || strpbrk(text, "\r\n"))
		return tool_fail(EXIT_USAGE, "a header is NAME: VALUE", NULL,
				 "--header: '%s' is not one", text);
	set->headers = curl_slist_append(set->headers, text);
	return EXIT_DONE;
}

/* libcurl wants HOST:PORT:ADDR:PORT; an IPv6 ADDR may stand without []. */
static int add_connect_to(struct probe_settings *set, const char *text)
{
	const char *host_end = text[0] == '[' ? strchr(text, ']') : text;
	const char *port = host_end ? strchr(host_end, ':') : NULL;
	const char *address = port ? strchr(port + 1, ':') : NULL;
	struct model_address at;
	char *entry;
	bool bare6;

	if (!address || !address[1])
		return tool_fail(EXIT_USAGE, "it is HOST:PORT:ADDRESS", NULL,
				 "--connect-to: '%s' is not possible", text);
	bare6 = probe_address_parse(&at, address + 1, 0) &&
		at.family == AF_INET6;
	if (asprintf(&entry, "%.*s%s%s%s:", (int)(address + 1 - text), text,
		     bare6 ? "[" : "", address + 1, bare6 ? "]" : "") < 0)
		return EXIT_REFUSED;
	set->connect_to = curl_slist_append(set->connect_to, entry);
	free(entry);
	return EXIT_DONE;
}

/* Appended to, as SSLKEYLOGFILE is; never where others could read it. */
static int open_keylog(struct probe_settings *set, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
			    O_NOFOLLOW, 0600);
	struct stat stat;

	if (fd < 0)
		return tool_fail(EXIT_REFUSED, strerror(errno), NULL,
				 "cannot write %s", path);
	if (fstat(fd, &stat) || (S_ISREG(stat.st_mode) && stat.st_mode & 077)) {
		close(fd);
		return tool_fail(EXIT_REFUSED, "others may read this file",
				 "chmod 600 it, or name a new file",
				 "no secrets are written to %s", path);
	}
	if (set->keylog)
		fclose(set->keylog);
	set->keylog = fdopen(fd, "a");
	return EXIT_DONE;
}

static int check_cacert(struct probe_settings *set, const char *path)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool good = ctx && SSL_CTX_load_verify_file(ctx, path);

	SSL_CTX_free(ctx);
	set->cacert = path;
	if (good)
		return EXIT_DONE;
	return tool_fail(EXIT_USAGE, access(path, R_OK) ? strerror(errno) :
			 "it holds no certificate in PEM form", NULL,
			 "--cacert: cannot use %s", path);
}

static int parse_option(struct probe_settings *set, int option)
{
	switch (option) {
	case OPT_CACERT:
		return check_cacert(set, optarg);
	case OPT_INSECURE:
		set->insecure = true;
		break;
	case OPT_METHOD:
		set->method = optarg;
		break;
	case OPT_HEADER:
		return add_header(set, optarg);
	case OPT_DATA:
		set->data = optarg;
		break;
	case OPT_COOKIES:
		set->cookies = true;
		break;
	case OPT_CONNECT_TO:
		return add_connect_to(set, optarg);
	case OPT_REPEAT:
		return parse_count("repeat", optarg, MAX_TIMES, &set->repeat);
	case OPT_HTTP10:
		set->http10 = true;
		break;
	case OPT_NO_KEEPALIVE:
		set->keepalive = false;
		break;
	case OPT_COMPARE:
		return parse_count("compare-keepalive", optarg, MAX_TIMES,
				   &set->compare);
	case OPT_TIMEOUT:
		return parse_count("timeout", optarg, MAX_TIMEOUT_S,
				   &set->timeout_s);
	case OPT_EXPECT_STATUS:
		return parse_number("expect-status", optarg, 100, 999,
				    &set->expect_status);
	case OPT_KEYLOG:
		return open_keylog(set, optarg);
	case OPT_LADDER:
		set->ladder = true;
		break;
	case OPT_SVG:
		set->svg = optarg;
		break;
	default:
		return tool_fail(EXIT_USAGE, NULL, "see 'tcpward probe --help'",
				 "probe: the options cannot be read");
	}
	return EXIT_DONE;
}

static int check_url(const char *url)
{
	CURLU *parts = curl_url();
	json_t *utf8 = json_string(url);
	CURLUcode error;
	char fix[160];

	json_decref(utf8);
	error = utf8 ? curl_url_set(parts, CURLUPART_URL, url, 0) :
		       CURLUE_MALFORMED_INPUT;
	curl_url_cleanup(parts);
	if (!strstr(url, "://")) {
		snprintf(fix, sizeof(fix), "write http://%.60s or https://%.60s",
			 url, url);
		return tool_fail(EXIT_USAGE,
				 "it does not say how to speak to the server",
				 fix, "'%s' is a URL without scheme", url);
	}
	if (strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
		return tool_fail(EXIT_USAGE, NULL,
				 "http:// and https:// can be probed",
				 "'%s' has another scheme", url);
	if (error)
		return tool_fail(EXIT_USAGE, curl_url_strerror(error), NULL,
				 "'%s' is not a URL", url);
	return EXIT_DONE;
}

static int check_method(const struct probe_settings *set)
{
	const char *method = set->method;

	if (!method || (*method && strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "-") == strlen(method)))
		return EXIT_DONE;
	return tool_fail(EXIT_USAGE, "it is a word in capital letters", NULL,
			 "--method: '%s' is not possible", method);
}

static int parse(struct probe_settings *set, int argc, char **argv)
{
	int option, code = EXIT_DONE;

	optind = 0;
	while (!code && (option = getopt_long(argc, argv, "", long_options,
					      NULL)) != -1)
		code = parse_option(set, option);
	set->urls = argv + optind;
	set->url_count = argc - optind;
	if (!code && !set->url_count)
		code = tool_fail(EXIT_USAGE, NULL,
				 "tcpward probe https://example.org/",
				 "probe: a URL is missing");
	for (int i = 0; !code && i < set->url_count; i++)
		code = check_url(set->urls[i]);
	if (!code && set->compare && set->url_count > 1)
		code = tool_fail(EXIT_USAGE, NULL, NULL,
				 "--compare-keepalive takes one URL");
	return code ? code : check_method(set);
}

/* Records carry their failures in JSON; people are told on stderr. */
static int report(const struct probe_run *run)
{
	int code = EXIT_DONE;

	for (unsigned int i = 0; i < run->count; i++) {
		const struct probe_error *error = &run->requests[i].error;

		if ((int)error->code > code)
			code = error->code;
		if (error->code && tool.format == OUTPUT_TEXT)
			tool_fail(error->code, error->why, error->fix, "%s",
				  error->what);
	}
	return code;
}

static int probe(const struct probe_settings *set, struct probe_watch *watch)
{
	struct probe_run *run;
	int code, drawn;

	if (set->compare)
		return probe_compare(set, watch);
	run = probe_run(set, watch, set->repeat);
	if (!run)
		return tool_fail(EXIT_REFUSED, strerror(ENOMEM), NULL,
				 "probe: cannot begin");
	if (tool.format == OUTPUT_TEXT)
		probe_print_text(run);
	else
		probe_print_json(run);
	code = report(run);
	drawn = probe_ladders(watch, run);
	probe_run_free(run);
	return code ? code : drawn;
}

int cmd_probe(int argc, char **argv)
{
	struct probe_settings set = {
		.repeat = 1,
		.keepalive = true,
		.timeout_s = 30,
	};
	struct probe_watch *watch;
	int code;

	/* Secrets are written on request of --keylog only. */
	unsetenv("SSLKEYLOGFILE");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = parse(&set, argc, argv);
	if (!code) {
		watch = probe_watch_open(set.ladder || set.svg);
		code = watch ? probe(&set, watch) : EXIT_REFUSED;
		if (watch)
			probe_watch_close(watch);
	}
	if (set.keylog)
		fclose(set.keylog);
	curl_slist_free_all(set.headers);
	curl_slist_free_all(set.connect_to);
	curl_global_cleanup();
	return code;
}
