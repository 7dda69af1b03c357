// SPDX-License-Identifier: GPL-2.0
/*
 * Plays all cases of a script, several at a time if wanted: what waits of a
 * real clock take is mostly sleep. Each process takes the next case that
 * nobody has; what it prints is kept apart and put in order at the end.
 */
#include "segplay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of one case, in memory that all processes share. */
struct printed {
	bool played;
	uint8_t job;
	off_t start, end;	/* in the file of the job */
};

struct board {
	size_t next;		/* case that nobody has taken yet */
	struct printed cases[];
};

struct job {
	FILE *output;
	pid_t pid;
};

static int play_all(const struct script *script,
		    const struct play_options *how)
{
	bool all = true;
	size_t i;

	if (how->backend->open && !how->backend->open())
		return EXIT_WRONG;
	printf("TAP version 14\n1..%zu\n", script->count);
	for (i = 0; i < script->count; i++)
		all &= play_case(&script->cases[i], i + 1, how);
	return all ? 0 : EXIT_NOT_OK;
}

/* The life of one process; its exit code. */
static int work(uint8_t job, const struct script *script,
		const struct play_options *how, struct board *board)
{
	struct printed *printed;
	bool all = true;
	size_t i;

	if (how->backend->open && !how->backend->open())
		return EXIT_WRONG;
	while ((i = __atomic_fetch_add(&board->next, 1, __ATOMIC_RELAXED)) <
	       script->count) {
		printed = &board->cases[i];
		printed->job = job;
		printed->start = ftello(stdout);
		all &= play_case(&script->cases[i], i + 1, how);
		fflush(stdout);
		printed->end = ftello(stdout);
		printed->played = true;
	}
	return all ? 0 : EXIT_NOT_OK;
}

static bool start(struct job *job, uint8_t number, const struct script *script,
		  const struct play_options *how, struct board *board)
{
	job->output = tmpfile();
	if (!job->output)
		return false;
	fflush(stdout);
	job->pid = fork();
	if (job->pid)
		return job->pid > 0;
	dup2(fileno(job->output), STDOUT_FILENO);
	_exit(work(number, script, how, board));
}

static void copy(FILE *from, off_t start, off_t end)
{
	int octet;

	fseeko(from, start, SEEK_SET);
	while (start++ < end && (octet = getc(from)) != EOF)
		putchar(octet);
}

/* Exit code of all: the greatest of theirs. */
static int wait_for(const struct job *jobs, unsigned int count)
{
	int status, code, worst = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (jobs[i].pid <= 0 ||
		    waitpid(jobs[i].pid, &status, 0) != jobs[i].pid)
			code = EXIT_WRONG;
		else
			code = WIFEXITED(status) ? WEXITSTATUS(status) :
						   EXIT_WRONG;
		if (code > worst)
			worst = code;
	}
	return worst;
}

static void print_all(const struct script *script, const struct board *board,
		      const struct job *jobs)
{
	const struct printed *printed;
	size_t i;

	printf("TAP version 14\n1..%zu\n", script->count);
	for (i = 0; i < script->count; i++) {
		printed = &board->cases[i];
		if (printed->played)
			copy(jobs[printed->job].output, printed->start,
			     printed->end);
		else
			printf("not ok %zu - %s\n", i + 1,
			       script->cases[i].name);
	}
}

int play_script(const struct script *script, const struct play_options *how,
		unsigned int count)
{
	size_t size = sizeof(struct board) +
		      script->count * sizeof(struct printed);
	struct job jobs[JOBS_MAX] = { 0 };
	struct board *board;
	unsigned int i = 0;
	int code;

	if (count == 1)
		return play_all(script, how);
	board = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED) {
		fprintf(stderr, "segplay: %s\n", strerror(errno));
		return EXIT_WRONG;
	}
	while (i < count && start(&jobs[i], i, script, how, board))
		i++;
	if (i < count)
		fprintf(stderr, "segplay: %s\n", strerror(errno));
	code = wait_for(jobs, i);
	print_all(script, board, jobs);
	return i < count ? EXIT_WRONG : code;
}
