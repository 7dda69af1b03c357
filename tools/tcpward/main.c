// SPDX-License-Identifier: GPL-2.0
/*
 * The command line: options before the command, the command itself, and the
 * check of its options against the table. Commands see only their own.
 */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETNS_FOLDER "/run/netns/"
#define FINISHED (-1)		/* --help or --version: nothing to run */
#define GOING (-2)

static const char *color_when = "auto";
static enum output_format format;

static int unknown_option(const struct command *command, const char *word)
{
	char spelling[32][48], hint[128];
	const char *names[33], *nearest;
	unsigned int n = 0, i;

	for (i = 0; global_options[i].summary && n < 31; i++)
		if (global_options[i].name &&
		    (!command || global_options[i].anywhere))
			snprintf(spelling[n++], sizeof(spelling[0]), "--%s",
				 global_options[i].name);
	for (i = 0; command && command->options[i] && n < 32; i++) {
		const char *form = strstr(command->options[i], "--");

		if (form)
			snprintf(spelling[n++], sizeof(spelling[0]), "%.*s",
				 (int)strcspn(form, " \t"), form);
	}
	for (i = 0; i < n; i++)
		names[i] = spelling[i];
	names[n] = NULL;
	nearest = tool_nearest(word, names);
	if (nearest)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest);
	else
		snprintf(hint, sizeof(hint), "see 'tcpward %s%s--help'",
			 command ? command->name : "", command ? " " : "");
	return tool_fail(EXIT_USAGE, NULL, hint, "unknown option '%s'%s%s",
			 word, command ? " of " : "",
			 command ? command->name : "");
}

static int unknown_command(const char *word)
{
	const char *names[64], *nearest;
	unsigned int n = 0;
	char hint[128];

	for (; commands[n].name && n < 62; n++)
		names[n] = commands[n].name;
	names[n++] = "help";
	names[n] = NULL;
	nearest = tool_nearest(word, names);
	if (nearest)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", nearest);
	return tool_fail(EXIT_USAGE, NULL,
			 nearest ? hint : "see 'tcpward --help'",
			 "unknown command '%s'", word);
}

static int set_color(const char *when)
{
	static const char *const names[] = { "auto", "always", "never", NULL };
	const char *const *name;

	for (name = names; *name; name++) {
		if (!strcmp(*name, when)) {
			color_when = *name;
			return GOING;
		}
	}
	return tool_fail(EXIT_USAGE, NULL, "auto, always or never",
			 "--color: '%s' is not one of its values", when);
}

static int apply_global(const struct global_option *option,
			const char *argument, const struct command *command)
{
	switch (option->letter) {
	case 'j':
		format = OUTPUT_JSON;
		break;
	case 'J':
		format = OUTPUT_JSON_LINES;
		break;
	case 'n':
		tool.numeric = true;
		break;
	case '4':
		tool.family = AF_INET;
		break;
	case '6':
		tool.family = AF_INET6;
		break;
	case 'N':
		tool.netns = argument;
		break;
	case 'h':
		tool_help(command);
		return FINISHED;
	case 'V':
		puts("tcpward " TOOL_VERSION);
		return FINISHED;
	default:
		return set_color(argument);
	}
	return GOING;
}

/* The global option that @word names: "-j", "-jn" (its first), "--color=x". */
static const struct global_option *find_global(const char *word)
{
	const struct global_option *option;
	size_t len;

	for (option = global_options; option->summary; option++) {
		if (word[1] != '-') {
			if (option->letter && word[1] == option->letter)
				return option;
			continue;
		}
		len = strcspn(word + 2, "=");
		if (option->name && strlen(option->name) == len &&
		    !strncmp(option->name, word + 2, len))
			return option;
	}
	return NULL;
}

/* Handle the global option at argv[*i], with its argument or its cluster. */
static int take_global(const struct global_option *option, int argc,
		       char **argv, int *i, const struct command *command)
{
	char *word = argv[*i], *value = NULL;
	bool long_form = word[1] == '-';

	if (option->argument) {
		value = long_form ? strchr(word, '=') :
			word[2] ? word + 1 : NULL;
		if (value)
			value++;
		else if (*i + 1 < argc)
			value = argv[++*i];
		else
			return tool_fail(EXIT_USAGE, NULL, NULL,
					 "%s needs a value: %s", word,
					 option->argument);
	} else if (long_form && strchr(word, '=')) {
		return tool_fail(EXIT_USAGE, NULL, NULL,
				 "%s takes no value", word);
	} else if (!long_form && word[2]) {
		/* -jn: take the first letter, look at the rest again. */
		memmove(word + 1, word + 2, strlen(word + 2) + 1);
		--*i;
	}
	return apply_global(option, value, command);
}

/* Options before the command; *next becomes its index. */
static int parse_leading(int argc, char **argv, int *next)
{
	const struct global_option *option;
	int i, code;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		option = find_global(argv[i]);
		if (!option)
			return unknown_option(NULL, argv[i]);
		code = take_global(option, argc, argv, &i, NULL);
		if (code != GOING)
			return code;
	}
	*next = i;
	return GOING;
}

/* Keep the command's own option at argv[i], with its argument. */
static int keep_option(const struct command *command, const char *option,
		       int argc, char **argv, int *i, int *kept)
{
	const char *word = argv[*i];
	bool value_inside = word[1] == '-' && strchr(word, '=');

	argv[(*kept)++] = argv[*i];
	if (!tool_option_has_argument(option)) {
		if (value_inside)
			return tool_fail(EXIT_USAGE, NULL, NULL,
					 "%s of %s takes no value", word,
					 command->name);
		return GOING;
	}
	if (value_inside)
		return GOING;
	if (*i + 1 == argc)
		return tool_fail(EXIT_USAGE, NULL, NULL,
				 "%s of %s needs a value: %.*s", word,
				 command->name, (int)strcspn(option, "\t"),
				 option);
	argv[(*kept)++] = argv[++*i];
	return GOING;
}

/*
 * Options after the command: global ones are taken out, the command's own
 * stay, others are refused. argv[0] is the command; *count is updated.
 */
static int parse_trailing(const struct command *command, int *count,
			  char **argv)
{
	const struct global_option *global;
	int i, code, kept = 1, argc = *count;
	const char *own;

	for (i = 1; i < argc; i++) {
		code = GOING;
		if (!strcmp(argv[i], "--")) {
			/* Whoever looks for options must know where to end. */
			i += !command->options[0];
			while (i < argc)
				argv[kept++] = argv[i++];
			break;
		}
		if (argv[i][0] != '-' || !argv[i][1]) {
			argv[kept++] = argv[i];
			continue;
		}
		own = tool_option(command, argv[i]);
		global = find_global(argv[i]);
		if (own)
			code = keep_option(command, own, argc, argv, &i,
					   &kept);
		else if (global && global->anywhere)
			code = take_global(global, argc, argv, &i, command);
		else
			code = unknown_option(command, argv[i]);
		if (code != GOING)
			return code;
	}
	*count = kept;
	argv[kept] = NULL;
	return GOING;
}

/* An error that comes before -j was reached is to be JSON as well. */
static enum output_format guess_format(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "-j") || !strcmp(argv[i], "--json"))
			return OUTPUT_JSON;
		if (!strcmp(argv[i], "-J") || !strcmp(argv[i], "--json-lines"))
			return OUTPUT_JSON_LINES;
	}
	return OUTPUT_TEXT;
}

static void find_terminal(void)
{
	const char *columns = getenv("COLUMNS"), *no_color;
	struct winsize size;
	int width = columns ? atoi(columns) : 0;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	if (width > 0)
		tool.columns = width;
	setlocale(LC_CTYPE, "");
	tool.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	no_color = getenv("NO_COLOR");
	tool.color = !strcmp(color_when, "always") ||
		     (!strcmp(color_when, "auto") && isatty(STDOUT_FILENO) &&
		      !(no_color && *no_color));
	if (tool.format != OUTPUT_TEXT)
		tool.color = false;
}

static int enter_netns(const char *name)
{
	char path[4096];
	int fd, error = 0;

	snprintf(path, sizeof(path), "%s%s",
		 strchr(name, '/') ? "" : NETNS_FOLDER, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tool_fail(errno == ENOENT ? EXIT_USAGE : EXIT_NO_MODULE,
				 strerror(errno),
				 "'ip netns' lists the names",
				 "cannot open network namespace '%s'", name);
	if (setns(fd, CLONE_NEWNET))
		error = errno;
	close(fd);
	if (error == EPERM)
		return tool_fail(EXIT_NO_MODULE,
				 "permission denied: CAP_SYS_ADMIN is needed",
				 "run it as root",
				 "cannot enter network namespace '%s'", name);
	if (error)
		return tool_fail(EXIT_USAGE, strerror(error), NULL,
				 "cannot enter network namespace '%s'", name);
	return GOING;
}

static int run_help(int argc, char **argv)
{
	const struct command *command = NULL;

	if (argc > 1) {
		command = tool_command(argv[1]);
		if (!command)
			return unknown_command(argv[1]);
	}
	tool_help(command);
	return EXIT_DONE;
}

static int run(int argc, char **argv)
{
	static char *status[] = { (char *)"status", NULL };
	const struct command *command;
	int next = 0, code;

	tool.format = guess_format(argc, argv);
	code = parse_leading(argc, argv, &next);
	if (code != GOING)
		return code;
	argc -= next;
	argv += next;
	if (!argc) {
		argc = 1;
		argv = status;
	}
	if (!strcmp(argv[0], "help"))
		return run_help(argc, argv);
	command = tool_command(argv[0]);
	if (!command)
		return unknown_command(argv[0]);
	code = parse_trailing(command, &argc, argv);
	if (code != GOING)
		return code;
	tool.format = format;
	find_terminal();
	if (tool.netns) {
		code = enter_netns(tool.netns);
		if (code != GOING)
			return code;
	}
	return command->run(argc, argv);
}

static void free_words(char **words)
{
	for (int i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* The words themselves are taken apart by take_global(). */
static char **copy_words(int argc, char **argv)
{
	char **words = calloc(argc + 1, sizeof(*words));

	for (int i = 0; words && i < argc; i++) {
		words[i] = strdup(argv[i]);
		if (!words[i]) {
			free_words(words);
			return NULL;
		}
	}
	return words;
}

int main(int argc, char **argv)
{
	int code;

	tool.words = copy_words(argc, argv);
	if (!tool.words)
		return tool_fail(EXIT_REFUSED, strerror(ENOMEM), NULL,
				 "cannot begin");
	code = run(argc, argv);
	free_words(tool.words);
	if (code == FINISHED)
		code = EXIT_DONE;
	if (fflush(stdout) || ferror(stdout))
		code = tool_fail(EXIT_REFUSED, strerror(errno), NULL,
				 "cannot write the output");
	return code;
}
