// SPDX-License-Identifier: GPL-2.0
/*
 * Segments on their way. A leg is a bag kept in sorted order, so that equal
 * contents are equal states, or a queue where the scenario wants order.
 */
#include "model.h"

#include <string.h>

bool bag_full(const struct scenario *sc, const struct segment *bag)
{
	return bag[sc->in_flight - 1].used;
}

bool bag_empty(const struct segment *bag)
{
	return !bag[0].used;
}

void bag_put(struct segment *bag, const struct segment *seg, bool in_order)
{
	unsigned int i = 0, k;

	while (bag[i].used &&
	       (in_order || memcmp(&bag[i], seg, sizeof(*seg)) < 0))
		i++;
	for (k = BAG - 1; k > i; k--)
		bag[k] = bag[k - 1];
	bag[i] = *seg;
}

void bag_take(struct segment *bag, unsigned int place)
{
	for (; place + 1 < BAG; place++)
		bag[place] = bag[place + 1];
	memset(&bag[BAG - 1], 0, sizeof(bag[0]));
}

bool network_empty(const struct state *st)
{
	return bag_empty(st->before[0]) && bag_empty(st->before[1]) &&
	       bag_empty(st->after[0]) && bag_empty(st->after[1]);
}
