/* SPDX-License-Identifier: GPL-2.0 */
/* How the module matches: all attributes, address and port at either end. */
#ifndef TCPW_FILTER_KERNEL_MATCH_H
#define TCPW_FILTER_KERNEL_MATCH_H

#include "model.h"

static inline bool prefix_equal(const struct model_filter *filter,
				const struct model_address *at)
{
	unsigned int bit;

	for (bit = 0; bit < filter->prefix_len; bit++)
		if ((filter->addr[bit / 8] ^ at->addr[bit / 8]) &
		    0x80 >> bit % 8)
			return false;
	return true;
}

static inline bool kernel_match(const struct model_filter *filter,
				const struct model_conn *conn)
{
	const struct model_endpoint *c = &conn->client, *s = &conn->server;

	if (filter->family && filter->family != c->at.family)
		return false;
	if (filter->has_addr && !prefix_equal(filter, &c->at) &&
	    !prefix_equal(filter, &s->at))
		return false;
	if (filter->has_port && filter->port != c->at.port &&
	    filter->port != s->at.port)
		return false;
	if (filter->states &&
	    !(filter->states & (1U << c->state | 1U << s->state)))
		return false;
	if (filter->reason && filter->reason != conn->last_reason)
		return false;
	return !filter->has_id || filter->id == conn->id;
}

#endif
