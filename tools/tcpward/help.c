// SPDX-License-Identifier: GPL-2.0
/* What --help prints, from the tables. */
#include "knob_text.h"
#include "tool.h"

#include <string.h>

static void print_global(const struct global_option *option)
{
	char text[64];
	int len = 0;

	if (option->letter)
		len = snprintf(text, sizeof(text), "-%c%s", option->letter,
			       option->name ? ", " : "");
	if (option->name)
		len += snprintf(text + len, sizeof(text) - len, "%s--%s",
				option->letter ? "" : "    ", option->name);
	if (option->argument)
		snprintf(text + len, sizeof(text) - len, " %s",
			 option->argument);
	printf("  %-24s %s\n", text, option->summary);
}

static void print_tool_help(void)
{
	const struct global_option *option;
	const struct command *command;

	puts("usage: tcpward [OPTION...] [COMMAND [ARGUMENT...]]\n\n"
	     "Follows both ends of every TCP connection, refuses the segments "
	     "that cannot\nbelong, and says why.\n\ncommands:");
	for (command = commands; command->name; command++)
		printf("  %-9s%-14s %s\n", command->name, command->usage,
		       command->summary);
	puts("  help     [COMMAND]      this help, or that of a command\n\n"
	     "options:");
	for (option = global_options; option->summary; option++)
		print_global(option);
	puts("\nWithout a command: status. FILTER as in ss: "
	     "state time-wait and dport = :443\n"
	     "exit codes: 0 done, 1 refused, 2 usage, 3 no module or no "
	     "permission, 4 network");
}

static void print_keys(void)
{
	char range[128];

	puts("\nkeys:");
	for (unsigned int i = 0; i < TCPW_KNOBS; i++) {
		knob_range_text(&tcpw_knobs[i], range, sizeof(range));
		printf("  %-20s %s\n", tcpw_knobs[i].name, range);
	}
}

static void print_command_help(const struct command *command)
{
	const struct global_option *option;
	const char *const *own;

	printf("usage: tcpward %s%s%s%s\n\n%s\n", command->name,
	       command->options[0] ? " [OPTION...]" : "",
	       *command->usage ? " " : "", command->usage, command->summary);
	if (command->details)
		printf("\n%s\n", command->details);
	if (command->lists_keys)
		print_keys();
	if (command->options[0])
		puts("\noptions:");
	for (own = command->options; *own; own++)
		printf("  %-24.*s %s\n", (int)strcspn(*own, "\t"), *own,
		       *own + strcspn(*own, "\t") + !!strchr(*own, '\t'));
	puts("\noptions of all commands:");
	for (option = global_options; option->summary; option++)
		if (option->anywhere)
			print_global(option);
}

void tool_help(const struct command *command)
{
	if (command)
		print_command_help(command);
	else
		print_tool_help();
}
