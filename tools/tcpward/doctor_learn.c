// SPDX-License-Identifier: GPL-2.0
/*
 * What the checks stand on: files of /proc, /sys and /lib/modules, programs
 * that are asked, the module's answers. Judges nothing.
 */
#define _GNU_SOURCE
#include "doctor.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool doctor_read_line(const char *path, char *line)
{
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, DOCTOR_LINE, file);

	if (file)
		fclose(file);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read;
}

long doctor_read_number(const char *path, long otherwise)
{
	char line[DOCTOR_LINE];

	return doctor_read_line(path, line) ? atol(line) : otherwise;
}

static const char *put_command(char *text, const char *before,
			       const char *format, va_list args)
{
	int len = snprintf(text, DOCTOR_COMMAND, "%s", before);

	if (len < DOCTOR_COMMAND)
		vsnprintf(text + len, DOCTOR_COMMAND - len, format, args);
	return text;
}

const char *doctor_own_command(char *text, const char *format, ...)
{
	char before[DOCTOR_COMMAND] = "tcpward ";
	va_list args;

	if (tool.netns)
		snprintf(before, sizeof(before), "tcpward -N %s ", tool.netns);
	va_start(args, format);
	put_command(text, before, format, args);
	va_end(args);
	return text;
}

const char *doctor_net_command(char *text, const char *format, ...)
{
	char before[DOCTOR_COMMAND] = "";
	va_list args;

	if (tool.netns)
		snprintf(before, sizeof(before),
			 strchr(tool.netns, '/') ? "nsenter --net=%s " :
			 "ip netns exec %s ", tool.netns);
	va_start(args, format);
	put_command(text, before, format, args);
	va_end(args);
	return text;
}

/* Never returns: the child. */
static void become(const char *const *argv, int out)
{
	const char *path = getenv("PATH");
	int null = open("/dev/null", O_RDWR);
	char *longer = NULL;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    asprintf(&longer, "%s:/usr/sbin:/sbin",
		     path ? path : "/usr/bin:/bin") < 0 ||
	    setenv("PATH", longer, 1) || setenv("LC_ALL", "C", 1))
		_exit(127);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static char *read_all(int fd)
{
	FILE *file = fdopen(fd, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file) {
		close(fd);
		return NULL;
	}
	if (getdelim(&text, &size, '\0', file) < 0 && text)
		*text = '\0';
	fclose(file);
	return text;
}

int doctor_run(const char *const *argv, char **out)
{
	int fds[2], status;
	pid_t pid;

	*out = NULL;
	fflush(stdout);
	if (pipe2(fds, O_CLOEXEC))
		return 127;
	pid = fork();
	if (!pid)
		become(argv, fds[1]);
	close(fds[1]);
	*out = read_all(fds[0]);
	if (pid < 0)
		return 127;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/*
 * Find @name.ko in a list of the kernel's modules, and copy its path within
 * the folder.
 */
static bool listed(const struct doctor *doctor, const char *list,
		   const char *name, char *found)
{
	char path[PATH_MAX], line[PATH_MAX];
	bool here = false;
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/%s",
		 doctor->kernel.release, list);
	file = fopen(path, "re");
	while (file && !here && fgets(line, sizeof(line), file)) {
		char *base;

		line[strcspn(line, ":\n")] = '\0';
		base = strrchr(line, '/');
		base = base ? base + 1 : line;
		here = !strncmp(base, name, strlen(name)) &&
		       !strncmp(base + strlen(name), ".ko", 3);
		if (here && found)
			snprintf(found, DOCTOR_PATH, "/lib/modules/%s/%s",
				 doctor->kernel.release, line);
	}
	if (file)
		fclose(file);
	return here;
}

bool doctor_has_module(const struct doctor *doctor, const char *name,
		       bool otherwise)
{
	char path[DOCTOR_LINE];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (!access(path, F_OK))
		return true;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin",
		 doctor->kernel.release);
	if (access(path, R_OK))
		return otherwise;
	return listed(doctor, "modules.builtin", name, NULL);
}

bool doctor_offers_module(const struct doctor *doctor, const char *name)
{
	return doctor_has_module(doctor, name, true) ||
	       listed(doctor, "modules.dep", name, NULL);
}

/* Where it is installed, or, not yet installed, beside the tool. */
static void find_module(struct doctor *doctor)
{
	char self[PATH_MAX];
	ssize_t len;

	doctor->installed = listed(doctor, "modules.dep", "tcpward",
				   doctor->file);
	if (doctor->installed)
		return;
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return;
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(doctor->file, sizeof(doctor->file), "%s/%s/tcpward.ko", self,
		 doctor->kernel.release);
	if (access(doctor->file, F_OK))
		doctor->file[0] = '\0';
}

static void ask_module(struct doctor *doctor)
{
	doctor->error = nl_open(&doctor->client);
	/* Another ABI: what the statistics begin with is the same in all. */
	if (!doctor->error || doctor->error == -EPROTO)
		nl_stats(doctor->client, &doctor->stats);
	if (!doctor->error)
		doctor->error = nl_config_get(doctor->client, &doctor->cfg,
					      &doctor->judging);
	if (!doctor->error)
		doctor->error = nl_reason_counts(doctor->client,
						 doctor->reasons);
}

void doctor_learn(struct doctor *doctor)
{
	uname(&doctor->kernel);
	doctor->takes_modules = !access("/proc/modules", F_OK);
	doctor->loaded = !access("/sys/module/tcpward", F_OK);
	find_module(doctor);
	ask_module(doctor);
}
