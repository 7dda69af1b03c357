// SPDX-License-Identifier: GPL-2.0
/*
 * usage: draw FIXTURE COLUMNS utf8|ascii|color|svg
 * Draws a ladder of the segments written down in FIXTURE, one a line:
 *
 *   client|server ADDRESS PORT
 *   TIME c|s FLAGS SEQ ACK LENGTH CLIENT-STATE SERVER-STATE [KEY=VALUE|WORD]...
 *   TIME phase LABEL
 *   TIME end
 *   time-wait MILLISECONDS
 *
 * FLAGS are letters of SFRPAUECN or `-`. Words: retransmission, observed. Keys: drop,
 * quiet, flag (a reason), seq, ack, tsval, count (LOW:HIGH:SEEN), window.
 * Checks nothing: selftests/ladder/properties does.
 */
#include "core/core.h"
#include "ladder.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	struct ladder *ladder;
	struct model_address at[2];
	uint32_t sequence;
};

static void fail(const char *what, const char *line)
{
	fprintf(stderr, "draw: %s: %s\n", what, line);
	exit(2);
}

static enum tcpward_state state_of(const char *name)
{
	unsigned int state;

	for (state = TCPWARD_STATE_MAX; state > 0; state--)
		if (!strcmp(tcpw_state_name(state), name))
			return state;
	fail("no such state", name);
	return 0;
}

static enum tcpward_reason reason_of(const char *name)
{
	unsigned int reason;

	for (reason = 1; reason <= TCPWARD_REASON_MAX; reason++)
		if (!strcmp(tcpw_reasons[reason].name, name))
			return reason;
	fail("no such reason", name);
	return 0;
}

static uint16_t flags_of(const char *letters)
{
	static const char order[] = "FSRPAUECN";
	uint16_t flags = 0;

	for (; *letters && *letters != '-'; letters++)
		flags |= 1 << (strchr(order, *letters) - order);
	return flags;
}

static void read_field(struct model_segment *segment, enum tcpward_field field,
		       const char *value)
{
	segment->field = field;
	if (sscanf(value, "%u:%u:%u", &segment->low, &segment->high,
		   &segment->seen) != 3)
		fail("not LOW:HIGH:SEEN", value);
}

static void read_key(struct model_segment *segment, const char *key,
		     const char *value)
{
	if (!strcmp(key, "drop") || !strcmp(key, "quiet")) {
		segment->verdict = *key == 'd' ? TCPWARD_VERDICT_DROP :
						 TCPWARD_VERDICT_QUIET;
		segment->reason = reason_of(value);
	} else if (!strcmp(key, "flag")) {
		segment->flag = reason_of(value);
	} else if (!strcmp(key, "seq")) {
		read_field(segment, TCPWARD_FIELD_SEQ, value);
	} else if (!strcmp(key, "ack")) {
		read_field(segment, TCPWARD_FIELD_ACK, value);
	} else if (!strcmp(key, "tsval")) {
		read_field(segment, TCPWARD_FIELD_TSVAL, value);
	} else if (!strcmp(key, "count")) {
		read_field(segment, TCPWARD_FIELD_COUNT, value);
	} else if (!strcmp(key, "window")) {
		segment->window = atoi(value);
	} else {
		fail("no such key", key);
	}
}

static void read_words(struct model_segment *segment, char *rest)
{
	char *word, *equals;

	for (word = strtok(rest, " \n"); word; word = strtok(NULL, " \n")) {
		equals = strchr(word, '=');
		if (equals) {
			*equals = '\0';
			read_key(segment, word, equals + 1);
		} else if (!strcmp(word, "retransmission")) {
			segment->retransmission = true;
		} else if (!strcmp(word, "observed")) {
			segment->observed = true;
		} else {
			fail("no such word", word);
		}
	}
}

static uint64_t time_of(double seconds)
{
	return 1700000000000000 + (uint64_t)(seconds * 1e6 + 0.5);
}

static void read_segment(struct fixture *fixture, char *line)
{
	struct model_segment segment = { .window = 501, .has_id = true };
	char side, flags[16], client[16], server[16];
	double seconds;
	int used = 0;

	if (sscanf(line, "%lf %c %15s %u %u %u %15s %15s%n", &seconds, &side,
		   flags, &segment.seq, &segment.ack, &segment.length_bytes,
		   client, server, &used) != 8)
		fail("not a segment", line);
	segment.sequence = ++fixture->sequence;
	segment.time_us = time_of(seconds);
	segment.id = 7;
	segment.side = side == 's';
	segment.flags = flags_of(flags);
	segment.client.at = fixture->at[0];
	segment.client.state = state_of(client);
	segment.server.at = fixture->at[1];
	segment.server.state = state_of(server);
	if (segment.flags & TCPW_SYN) {
		segment.has_mss = true;
		segment.mss = 1460;
		segment.has_window_scale = true;
		segment.window_scale = 7;
	}
	read_words(&segment, line + used);
	ladder_add(fixture->ladder, &segment);
}

static void read_address(struct model_address *at, const char *line)
{
	char text[64];
	unsigned int port;

	if (sscanf(line, "%*s %63s %u", text, &port) != 2)
		fail("not an address", line);
	at->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	at->port = port;
	if (inet_pton(at->family, text, at->addr) != 1)
		fail("not an address", line);
}

static void read_line(struct fixture *fixture, char *line)
{
	struct model_transition end = {
		.has_event = true,
		.event = TCPWARD_CONN_EVENT_END,
	};
	unsigned int left_ms;
	double seconds;
	int used = 0;

	if (line[0] == '#' || line[0] == '\n')
		return;
	if (!strncmp(line, "client ", 7) || !strncmp(line, "server ", 7)) {
		read_address(&fixture->at[*line == 's'], line);
	} else if (sscanf(line, "time-wait %u", &left_ms) == 1) {
		ladder_set_time_wait(fixture->ladder, left_ms);
	} else if (sscanf(line, "%lf phase %n", &seconds, &used) == 1 && used) {
		line[strcspn(line, "\n")] = '\0';
		ladder_add_phase(fixture->ladder, time_of(seconds),
				 line + used);
	} else if (sscanf(line, "%lf end%n", &seconds, &used) == 1 && used) {
		end.time_us = time_of(seconds);
		ladder_add_transition(fixture->ladder, &end);
	} else {
		read_segment(fixture, line);
	}
}

int main(int argc, char **argv)
{
	struct fixture fixture = { .ladder = ladder_new() };
	char line[512];
	FILE *in;

	if (argc != 4 || !fixture.ladder)
		return 2;
	in = fopen(argv[1], "r");
	if (!in)
		return 2;
	while (fgets(line, sizeof(line), in))
		read_line(&fixture, line);
	fclose(in);
	if (!strcmp(argv[3], "svg"))
		ladder_print_svg(fixture.ladder, stdout);
	else
		ladder_print(fixture.ladder, stdout, atoi(argv[2]),
			     strcmp(argv[3], "ascii"),
			     !strcmp(argv[3], "color"));
	ladder_free(fixture.ladder);
	return 0;
}
