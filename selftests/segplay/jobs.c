// SPDX-License-Identifier: GPL-2.0
/*
 * Plays all cases of a script, several at a time if wanted: what waits of a
 * real clock take is mostly sleep. Each process takes the next case that
 * nobody has; what it prints is kept apart, and comes out in order.
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
	int news[2];		/* pipe: an octet for each case played */
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
		if (write(board->news[1], "", 1) != 1)
			return EXIT_WRONG;
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
	close(board->news[0]);
	dup2(fileno(job->output), STDOUT_FILENO);
	_exit(work(number, script, how, board));
}

/* Without moving the place in the file, which the writer shares. */
static void copy(FILE *from, off_t start, off_t end)
{
	char part[1024];
	ssize_t len;

	while (start < end) {
		len = end - start < (off_t)sizeof(part) ? end - start :
							  (off_t)sizeof(part);
		len = pread(fileno(from), part, len, start);
		if (len <= 0)
			return;
		fwrite(part, 1, len, stdout);
		start += len;
	}
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

static void print(const struct script *script, const struct board *board,
		  const struct job *jobs, size_t i)
{
	const struct printed *printed = &board->cases[i];

	if (printed->played)
		copy(jobs[printed->job].output, printed->start, printed->end);
	else
		printf("# its process died\nnot ok %zu - %s\n", i + 1,
		       script->cases[i].name);
}

/* Each case as soon as all before it are out. */
static void print_all(const struct script *script, const struct board *board,
		      const struct job *jobs)
{
	size_t i = 0;
	char octet;

	printf("TAP version 14\n1..%zu\n", script->count);
	while (read(board->news[0], &octet, 1) == 1) {
		while (i < script->count && board->cases[i].played)
			print(script, board, jobs, i++);
		fflush(stdout);
	}
	while (i < script->count)
		print(script, board, jobs, i++);
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
	if (board == MAP_FAILED || pipe(board->news)) {
		fprintf(stderr, "segplay: %s\n", strerror(errno));
		return EXIT_WRONG;
	}
	while (i < count && start(&jobs[i], i, script, how, board))
		i++;
	if (i < count)
		fprintf(stderr, "segplay: %s\n", strerror(errno));
	close(board->news[1]);
	print_all(script, board, jobs);
	code = wait_for(jobs, i);
	return i < count ? EXIT_WRONG : code;
}
