// SPDX-License-Identifier: GPL-2.0
/*
 * Breadth first through all states, so that the first broken promise has the
 * shortest trace. A state is known by its fingerprint alone; whole states
 * exist only between discovery and expansion, packed, in a queue of blocks.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK (1u << 20)

struct block {
	struct block *next;
	unsigned int used;
	uint8_t bytes[BLOCK];
};

struct queue {
	struct block *first, *last;
	unsigned int taken;	/* octets of the first block */
	uint64_t blocks, most;
};

/* How a state was reached; its number is its place in the log. */
struct origin {
	uint32_t parent;
	struct action action;
	uint8_t pad;
};

struct search {
	const struct scenario *sc;
	struct report *report;
	uint64_t *known;	/* fingerprints, open addressing; 0: free */
	uint64_t mask;
	struct origin *log;
	const struct bounds *bounds;
	struct queue queue;
};

static void *reserve(uint64_t octets)
{
	void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			    0);

	if (memory == MAP_FAILED) {
		perror("model: memory");
		exit(2);
	}
	return memory;
}

static uint64_t table_size(uint64_t max_states)
{
	uint64_t size = 1024;

	while (size < max_states + max_states / 2)
		size *= 2;
	return size;
}

static void queue_grow(struct queue *q)
{
	struct block *block = malloc(sizeof(*block));

	if (!block) {
		perror("model: memory");
		exit(2);
	}
	block->next = NULL;
	block->used = 0;
	if (q->last)
		q->last->next = block;
	else
		q->first = block;
	q->last = block;
	if (++q->blocks > q->most)
		q->most = q->blocks;
}

static void queue_put(struct queue *q, const struct state *st)
{
	if (!q->last || q->last->used + PACKED_MAX > BLOCK)
		queue_grow(q);
	q->last->used += state_pack(st, q->last->bytes + q->last->used);
}

static void queue_drop_first(struct queue *q)
{
	struct block *block = q->first;

	q->first = block->next;
	if (!q->first)
		q->last = NULL;
	q->taken = 0;
	q->blocks--;
	free(block);
}

static void queue_get(struct queue *q, struct state *st)
{
	if (q->taken == q->first->used)
		queue_drop_first(q);
	q->taken += state_unpack(q->first->bytes + q->taken, st);
}

/* True: it was not known. */
static bool remember(struct search *s, uint64_t number)
{
	uint64_t i = number & s->mask;

	while (s->known[i]) {
		if (s->known[i] == number)
			return false;
		i = (i + 1) & s->mask;
	}
	s->known[i] = number;
	return true;
}

static void found(struct search *s, const struct state *st, uint64_t parent,
		  const struct action *action)
{
	if (!remember(s, fingerprint(st)))
		return;
	s->log[s->report->states++] = (struct origin){
		.parent = parent, .action = *action,
	};
	queue_put(&s->queue, st);
}

/* The way from the first state to @number, and @last beyond it. */
static void keep_path(const struct search *s, struct finding *f,
		      uint64_t number, const struct action *last)
{
	unsigned int length = 1;
	uint64_t at;

	for (at = number; at; at = s->log[at].parent)
		length++;
	f->path = calloc(length, sizeof(*f->path));
	if (!f->path)
		exit(2);
	f->path_length = length;
	f->path[--length] = *last;
	for (at = number; at; at = s->log[at].parent)
		f->path[--length] = s->log[at].action;
}

/* The first of its kind is kept. What would follow is not explored. */
static void note(struct search *s, uint64_t number,
		 const struct action *action, const struct passage *passage,
		 const struct complaint *complaint)
{
	struct report *r = s->report;
	struct finding *f = r->findings;

	for (; f < r->findings + r->found; f++)
		if (f->complaint.what == complaint->what &&
		    f->reason == passage->ruling.reason)
			return;
	if (r->found == FINDINGS)
		return;
	r->found++;
	f->complaint = *complaint;
	f->reason = passage->ruling.reason;
	keep_path(s, f, number, action);
}

static void expand(struct search *s, const struct state *st, uint64_t number)
{
	struct action list[MAX_ACTIONS];
	struct complaint complaint;
	struct passage passage;
	struct state next;
	unsigned int i, count = actions_of(s->sc, st, list);

	for (i = 0; i < count; i++) {
		next = *st;
		if (!act(s->sc, &next, &list[i], &passage, &complaint))
			continue;
		s->report->steps++;
		if (passage.happened)
			check_passage(s->sc, st, &next, &passage, &complaint);
		check_state(s->sc, &next, &complaint);
		if (complaint.what)
			note(s, number, &list[i], &passage, &complaint);
		else
			found(s, &next, number, &list[i]);
	}
}

/* All states that are @report->depth away are known; go one further. */
static bool layer(struct search *s, uint64_t *number)
{
	uint64_t end = s->report->states;
	struct state st;

	for (; *number < end; ++*number) {
		if (s->report->states + MAX_ACTIONS > s->bounds->states ||
		    s->report->found == s->bounds->findings)
			return false;
		queue_get(&s->queue, &st);
		expand(s, &st, *number);
	}
	if (s->report->states == end) {
		s->report->complete = true;
		return false;
	}
	s->report->depth++;
	return true;
}

void explore(const struct scenario *sc, const struct bounds *bounds,
	     struct report *report)
{
	uint64_t size = table_size(bounds->states), number = 0;
	struct search s = {
		.sc = sc,
		.report = report,
		.known = reserve(size * sizeof(*s.known)),
		.mask = size - 1,
		.log = reserve(bounds->states * sizeof(*s.log)),
		.bounds = bounds,
	};
	struct action none = {};
	struct state st;

	memset(report, 0, sizeof(*report));
	state_init(sc, &st);
	found(&s, &st, 0, &none);
	while (report->depth < bounds->depth && layer(&s, &number))
		;
	report->bytes = size * sizeof(*s.known) +
			report->states * sizeof(*s.log) +
			s.queue.most * sizeof(struct block);
	while (s.queue.first)
		queue_drop_first(&s.queue);
	munmap(s.known, size * sizeof(*s.known));
	munmap(s.log, bounds->states * sizeof(*s.log));
}
