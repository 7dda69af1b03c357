// SPDX-License-Identifier: GPL-2.0
/*
 * Transitions as JSON; Documentation/json.rst says what they hold. Written by
 * hand, because there can be a hundred thousand in a second.
 */
#include "format.h"
#include "json_put.h"

/* Twice what the longest takes. */
#define TRANSITION_TEXT 1024

static char *put_ends(char *to, const struct model_transition *transition)
{
	bool v6 = transition->client.at.family == AF_INET6;

	to = json_put_count(to, ",\"family\":", v6 ? 6 : 4);
	to = json_put_socket(to, ",\"client\":", &transition->client);
	to = json_put_socket(to, "},\"server\":", &transition->server);
	return json_put(to, "}");
}

static char *put_move(char *to, const struct model_transition *transition)
{
	bool moved = transition->moved;

	to = json_put_named(to, ",\"side\":", moved ?
			    side_name(transition->side) : NULL);
	to = json_put_named(to, ",\"from\":", moved ?
			    state_text(transition->from) : NULL);
	return json_put_named(to, ",\"to\":", moved ?
			      state_text(transition->to) : NULL);
}

void json_transition(const struct model_transition *transition)
{
	char text[TRANSITION_TEXT], *to = json_put_begin(text);

	to = json_put(to, "\"type\":\"transition\"");
	to = json_put_count(to, ",\"time_us\":", transition->time_us);
	to = put_ends(to, transition);
	to = json_put_count(to, ",\"id\":", transition->id);
	to = put_move(to, transition);
	to = json_put_named(to, ",\"event\":", transition->has_event ?
			    event_text(transition->event) : NULL);
	to = json_put_named(to, ",\"closed_by\":",
			    side_name(transition->closed_by));
	to = json_put_maybe(to, ",\"expires_ms\":", transition->expires,
			    transition->expires_ms);
	json_put_end(text, to);
}
