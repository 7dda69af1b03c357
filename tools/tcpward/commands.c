// SPDX-License-Identifier: GPL-2.0
/*
 * The table of commands and that of the options before them. Help, checks of
 * the command line, man page and completion all follow it.
 */
#include "tool.h"

#include <stddef.h>
#include <string.h>

static const char filter_details[] =
	"FILTER, in the grammar of ss; src is the client, dst the server:\n"
	"  state NAME             of either end: established, syn-sent, "
	"syn-received,\n"
	"                         fin-wait-1, fin-wait-2, close-wait, "
	"last-ack, time-wait,\n"
	"                         closed, simultaneous-close\n"
	"  state GROUP            half-open, synchronized, closing, "
	"connected, all\n"
	"  src|dst ADDR[/LEN][:PORT]\n"
	"  sport|dport = :PORT    also != < > <= >=\n"
	"  ADDR[/LEN][:PORT]      of either end\n"
	"  age|idle|rtt > TIME    5s, 250ms, 2m, 1h; also = != < <= >=\n"
	"  reason NAME            of its last refusal\n"
	"  id N                   as JSON shows it\n"
	"  and, or, not, ( )      side by side means and\n"
	"IPv6 with a port stands in brackets: [2001:db8::1]:443";

static const char save_details[] =
	"To change the module without cutting or adopting a connection:\n"
	"  tcpward save FILE\n"
	"  rmmod tcpward\n"
	"  insmod tcpward.ko mode=off\n"
	"  tcpward restore FILE\n"
	"restore drops nothing before all connections are back, then sets "
	"the saved mode.\n"
	"Without FILE, or with -, they write to and read from standard "
	"output and input.";

static const char *const no_options[] = { NULL };
static const char *const watch_options[] = {
	"-c, --count N\tend after N lines",
	NULL };
static const char *const forget_options[] = {
	"-y, --yes\tdo not ask",
	NULL
};
static const char *const restore_options[] = {
	"-c, --check\tread and check the file, and do no more",
	NULL
};
static const char *const trace_options[] = {
	"--svg FILE\tdraw the first connection into FILE",
	"-c, --count N\tend after N segments",
	"--time SECONDS\tend after so long",
	NULL
};
static const char *const probe_options[] = {
	"--cacert FILE\ttrust the CA certificates of this PEM file, no others",
	"--insecure\tsend the request even if the certificate proves nothing",
	"--method METHOD\trequest method (GET; with --data: POST)",
	"--header 'NAME: VALUE'\tadd a request header; may be repeated",
	"--data TEXT\tsend TEXT as the body",
	"--cookies\tsend back the cookies that the servers set",
	"--connect-to H:P:ADDR\tgo to ADDR for port P of host H",
	"--repeat N\tmake each request N times over one connection",
	"--http1.0\tspeak HTTP/1.0 instead of HTTP/1.1",
	"--no-keepalive\ta connection of its own for every request",
	"--compare-keepalive N\tN requests over one connection beside N over N",
	"--timeout SECONDS\tgive up a request after this time (30)",
	"--expect-status N\tfail (exit code 1) on another status",
	"--keylog FILE\tappend the TLS secrets to FILE, made with mode 600",
	"--ladder\tdraw every segment of the connections",
	"--svg FILE\twrite the first connection's ladder as SVG",
	NULL
};
static const char *const replay_options[] = {
	"--set KEY=VALUE\tjudge with this setting",
	NULL
};

const struct command commands[] = {
	{
		.name = "status",
		.run = cmd_status,
		.usage = "",
		.summary = "mode, table use, states, refusals, next step",
		.options = no_options,
	},
	{
		.name = "list",
		.run = cmd_list,
		.usage = "[FILTER]",
		.summary = "connections with the states of both ends",
		.options = no_options,
		.details = filter_details,
	},
	{
		.name = "show",
		.run = cmd_show,
		.usage = "FILTER",
		.summary = "everything known about a connection",
		.options = no_options,
		.details = filter_details,
	},
	{
		.name = "watch",
		.run = cmd_watch,
		.usage = "[FILTER]",
		.summary = "state changes and refusals as they happen",
		.options = watch_options,
		.details = filter_details,
	},
	{
		.name = "trace",
		.run = cmd_trace,
		.usage = "[FILTER]",
		.summary = "every segment with its verdict, drawn as a ladder",
		.options = trace_options,
		.details = filter_details,
	},
	{
		.name = "stats",
		.run = cmd_stats,
		.usage = "",
		.summary = "counters by reason, state changes, histograms",
		.options = no_options,
	},
	{
		.name = "explain",
		.run = cmd_explain,
		.usage = "[REASON|RULE]",
		.summary = "what a reason means, who says so, what to do",
		.options = no_options,
	},
	{
		.name = "get",
		.run = cmd_get,
		.usage = "[KEY...]",
		.summary = "show the configuration",
		.options = no_options,
		.lists_keys = true,
	},
	{
		.name = "set",
		.run = cmd_set,
		.usage = "KEY=VALUE...",
		.summary = "change the configuration, all keys or none",
		.options = no_options,
		.lists_keys = true,
	},
	{
		.name = "save",
		.run = cmd_save,
		.usage = "[FILE]",
		.summary = "write all connections and the configuration",
		.options = no_options,
		.details = save_details,
	},
	{
		.name = "restore",
		.run = cmd_restore,
		.usage = "[FILE]",
		.summary = "read them into a module that was loaded anew",
		.options = restore_options,
		.details = save_details,
	},
	{
		.name = "forget",
		.run = cmd_forget,
		.usage = "FILTER",
		.summary = "drop records of connections",
		.options = forget_options,
		.details = filter_details,
	},
	{
		.name = "probe",
		.run = cmd_probe,
		.usage = "URL...",
		.summary = "request pages by HTTP(S), show what happened",
		.options = probe_options,
	},
	{
		.name = "replay",
		.run = cmd_replay,
		.usage = "FILE",
		.summary = "judge a capture with the same core",
		.options = replay_options,
	},
	{
		.name = "doctor",
		.run = cmd_doctor,
		.usage = "",
		.summary = "is this machine fit for it, and what to do",
		.options = no_options,
	},
	{ .name = NULL },
};

const struct global_option global_options[] = {
	{ 'j', "json", NULL, "print one JSON document", true },
	{ 'J', "json-lines", NULL, "print JSON Lines, flushed one by one",
	  true },
	{ 'n', "numeric", NULL, "show ports without service names", true },
	{ '4', "ipv4", NULL, "only IPv4 connections", true },
	{ '6', "ipv6", NULL, "only IPv6 connections", true },
	{ 'N', "netns", "NETNS", "work in this network namespace", false },
	{ 0, "color", "WHEN", "auto (default), always or never", true },
	{ 'h', "help", NULL, "this help, or that of the command", true },
	{ 'V', "version", NULL, "print the version", false },
	{ .summary = NULL },
};

const struct command *tool_command(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/* Whether one spelling of an option, ending at space or comma, is @word. */
static bool same_option(const char *spelling, const char *word, size_t len)
{
	size_t own = strcspn(spelling, " ,\t");

	return own == len && !strncmp(spelling, word, len);
}

const char *tool_option(const struct command *command, const char *word)
{
	bool long_form = word[0] == '-' && word[1] == '-';
	size_t len = long_form ? strcspn(word, "=") : strlen(word);
	const char *const *option;
	const char *second;

	for (option = command->options; *option; option++) {
		if (same_option(*option, word, len))
			return *option;
		second = strstr(*option, ", ");
		if (second && same_option(second + 2, word, len))
			return *option;
	}
	return NULL;
}

bool tool_option_has_argument(const char *option)
{
	const char *summary = strchr(option, '\t');
	const char *second = strstr(option, ", ");
	const char *space;

	if (second && (!summary || second < summary))
		option = second + 2;
	space = strchr(option, ' ');
	return space && (!summary || space < summary);
}
