// SPDX-License-Identifier: GPL-2.0
/* What is written by hand of connections and transitions alike. */
#include "json_put.h"
#include "format.h"
#include "tool.h"

#include <arpa/inet.h>

/* inet_ntop() prints with snprintf(): only where that is not plain. */
static char *put_address(char *to, const struct model_address *at)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (at->family == AF_INET6) {
		inet_ntop(AF_INET6, at->addr, text, sizeof(text));
		return json_put(to, text);
	}
	for (unsigned int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = json_put_number(to, at->addr[i]);
	}
	return to;
}

char *json_put_socket(char *to, const char *key,
		      const struct model_endpoint *ep)
{
	to = json_put(to, key);
	to = json_put(to, "{\"addr\":\"");
	to = put_address(to, &ep->at);
	to = json_put_count(to, "\",\"port\":", ep->at.port);
	return json_put_named(to, ",\"state\":", state_text(ep->state));
}

char *json_put_begin(char *to)
{
	if (tool.format == OUTPUT_JSON_LINES) {
		to = json_put_count(to, "{\"schema_version\":",
				    TOOL_SCHEMA_VERSION);
		return json_put(to, ",");
	}
	json_array_next();
	return json_put(to, "{");
}

void json_put_end(const char *text, char *to)
{
	to = json_put(to, tool.format == OUTPUT_JSON_LINES ? "}\n" : "}");
	fwrite(text, 1, to - text, stdout);
}
