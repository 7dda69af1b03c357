// SPDX-License-Identifier: GPL-2.0
/*
 * make-exit: $(make-exit N) ends GNU make with exit code N
 *
 * Left alone, make turns every failure into code 2; `make vm RUN=...` promises
 * the code of the command. Loaded by the Makefile for that goal only.
 */
#include <stdlib.h>
#include <gnumake.h>

int plugin_is_GPL_compatible;

static char *make_exit(const char *name, unsigned int argc, char **argv)
{
	exit(atoi(argv[0]));
}

int make_exit_setup(void)
{
	gmk_add_function("make-exit", make_exit, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
