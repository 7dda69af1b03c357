// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that need libcurl or libpcap, which bring 40 more libraries: loading
 * them takes longer than everything else that the tool does. They are in a
 * second program, with all commands, whose place this one takes. Linked into
 * the first alone.
 */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Seen from the folder of this program: as built, and as installed. */
static const char *const places[] = {
	"full/tcpward",
	"../libexec/tcpward/tcpward",
};

static int go_over(void)
{
	char self[PATH_MAX], path[PATH_MAX + 32];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return tool_fail(EXIT_REFUSED, strerror(errno), NULL,
				 "cannot read /proc/self/exe");
	self[len] = '\0';
	*(strrchr(self, '/') + 1) = '\0';
	for (unsigned int i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s%s", self, places[i]);
		execv(path, tool.words);
	}
	return tool_fail(EXIT_REFUSED, strerror(errno),
			 "'make install' installs all of tcpward",
			 "cannot run %s", path);
}

int cmd_probe(int argc, char **argv)
{
	return go_over();
}

int cmd_replay(int argc, char **argv)
{
	return go_over();
}
