// SPDX-License-Identifier: GPL-2.0
/*
 * Collects what a ladder shows, in order of time. Draws nothing.
 */
#include "ladder_model.h"

#include <stdlib.h>
#include <string.h>

struct ladder *ladder_new(void)
{
	return calloc(1, sizeof(struct ladder));
}

void ladder_free(struct ladder *ladder)
{
	size_t i;

	if (!ladder)
		return;
	for (i = 0; i < ladder->items; i++)
		free(ladder->item[i].data);
	free(ladder->item);
	free(ladder);
}

static bool make_room(struct ladder *ladder)
{
	size_t room = ladder->room ? 2 * ladder->room : 64;
	struct ladder_item *item;

	if (ladder->items < ladder->room)
		return true;
	item = realloc(ladder->item, room * sizeof(*item));
	if (!item)
		return false;
	ladder->item = item;
	ladder->room = room;
	return true;
}

/*
 * Segments keep the order in which they were judged, even where two CPUs took
 * the times crosswise; only what is not a segment is sorted in between them.
 */
static size_t place_for(const struct ladder *ladder,
			const struct ladder_item *item)
{
	size_t i = ladder->items;

	while (i > 0 && ladder->item[i - 1].time_us > item->time_us &&
	       (item->kind != LADDER_SEGMENT ||
		ladder->item[i - 1].kind != LADDER_SEGMENT))
		i--;
	return i;
}

/* Takes over @copy, which may be NULL for lack of memory. */
static void insert(struct ladder *ladder, enum ladder_item_kind kind,
		   uint64_t time_us, void *copy)
{
	struct ladder_item item = { .kind = kind, .time_us = time_us };
	size_t i;

	if (!copy || !make_room(ladder)) {
		free(copy);
		return;
	}
	item.data = copy;
	i = place_for(ladder, &item);
	memmove(&ladder->item[i + 1], &ladder->item[i],
		(ladder->items - i) * sizeof(item));
	ladder->item[i] = item;
	ladder->items++;
}

static void *duplicate(const void *data, size_t size)
{
	void *copy = malloc(size);

	return copy ? memcpy(copy, data, size) : NULL;
}

void ladder_add(struct ladder *ladder, const struct model_segment *segment)
{
	insert(ladder, LADDER_SEGMENT, segment->time_us,
	       duplicate(segment, sizeof(*segment)));
}

void ladder_add_transition(struct ladder *ladder,
			   const struct model_transition *transition)
{
	insert(ladder, LADDER_TRANSITION, transition->time_us,
	       duplicate(transition, sizeof(*transition)));
}

void ladder_add_phase(struct ladder *ladder, uint64_t time_us,
		      const char *label)
{
	insert(ladder, LADDER_PHASE, time_us, strdup(label));
}

void ladder_set_time_wait(struct ladder *ladder, uint64_t left_ms)
{
	ladder->time_wait_left_ms = left_ms;
}
