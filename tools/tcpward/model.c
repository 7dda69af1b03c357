// SPDX-License-Identifier: GPL-2.0
/* Addresses as text, and their comparison. */
#include "model.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *model_address_text(const struct model_address *at, char *text)
{
	bool v6 = at->family == AF_INET6;
	char addr[INET6_ADDRSTRLEN];

	if (!inet_ntop(v6 ? AF_INET6 : AF_INET, at->addr, addr, sizeof(addr)))
		addr[0] = '\0';
	snprintf(text, MODEL_ADDRESS_TEXT, v6 ? "[%s]:%u" : "%s:%u", addr,
		 at->port);
	return text;
}

bool model_address_equal(const struct model_address *a,
			 const struct model_address *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->addr, b->addr, a->family == AF_INET6 ? 16 : 4);
}
