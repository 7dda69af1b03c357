// SPDX-License-Identifier: GPL-2.0
/*
 * A replay as JSON: one object a line with -J, one document with -j. Written
 * by hand into a buffer, because a capture has millions of segments; names
 * of reasons and states need no escaping.
 */
#include "replay.h"
#include "tool.h"

#include <inttypes.h>
#include <string.h>

#define LINE_MAX 512

static const char *const verdict_names[] = {
	[TCPWARD_VERDICT_PASS] = "pass",
	[TCPWARD_VERDICT_QUIET] = "quiet",
	[TCPWARD_VERDICT_DROP] = "drop",
};

int replay_rule_len(unsigned int reason)
{
	return strcspn(tcpw_reasons[reason].rule, ",");
}

static char *put(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

static char *put_number(char *to, uint64_t value, unsigned int width)
{
	char digits[24];
	unsigned int n = 0;

	while (value || n < width) {
		digits[n++] = '0' + value % 10;
		value /= 10;
	}
	while (n)
		*to++ = digits[--n];
	return to;
}

/* ,"key":"reason's name" or ,"key":null */
static char *put_reason(char *to, const char *key, unsigned int reason)
{
	to = put(to, key);
	if (!reason)
		return put(to, "null");
	*to++ = '"';
	to = put(to, tcpw_reasons[reason].name);
	*to++ = '"';
	return to;
}

static char *put_rule(char *to, unsigned int reason)
{
	int len = replay_rule_len(reason);

	to = put(to, ",\"rule\":");
	if (!reason)
		return put(to, "null");
	*to++ = '"';
	memcpy(to, tcpw_reasons[reason].rule, len);
	to += len;
	*to++ = '"';
	return to;
}

void replay_json_begin(void)
{
	if (tool.format == OUTPUT_JSON)
		printf("{\"schema_version\":%d,\"segments\":[",
		       TOOL_SCHEMA_VERSION);
}

void replay_json_segment(const struct replay_line *line)
{
	const struct tcpw_ruling *ruling = &line->ruling;
	uint64_t time_us = line->at->time_us;
	bool document = tool.format == OUTPUT_JSON;
	char text[LINE_MAX], *to = text;

	if (document)
		to = put(to, line->first ? "\n" : ",\n");
	to = put(to, "{\"type\":\"segment\",\"n\":");
	to = put_number(to, line->at->frame, 1);
	to = put(to, ",\"t\":");
	to = put_number(to, time_us / 1000000, 1);
	*to++ = '.';
	to = put_number(to, time_us % 1000000, 6);
	to = put(to, ",\"conn\":");
	to = put_number(to, line->conn, 1);
	to = put(to, line->from_client ? ",\"dir\":\"c2s\",\"verdict\":\"" :
					 ",\"dir\":\"s2c\",\"verdict\":\"");
	to = put(to, verdict_names[ruling->verdict]);
	to = put_reason(to, "\",\"flag\":", ruling->flag);
	to = put_reason(to, ",\"reason\":", ruling->reason);
	to = put_rule(to, ruling->reason ? ruling->reason : ruling->flag);
	to = put(to, ",\"client\":\"");
	to = put(to, tcpw_state_name(line->client));
	to = put(to, "\",\"server\":\"");
	to = put(to, tcpw_state_name(line->server));
	to = put(to, document ? "\"}" : "\"}\n");
	fwrite(text, 1, to - text, stdout);
}

static json_t *reasons_json(const struct replay_summary *sum)
{
	json_t *object = json_object();
	unsigned int reason;

	for (reason = 1; reason <= TCPWARD_REASON_MAX; reason++)
		if (sum->reasons[reason])
			json_object_set_new(object, tcpw_reasons[reason].name,
					    json_integer(sum->reasons[reason]));
	return object;
}

static json_t *summary_json(const struct replay_summary *sum)
{
	json_int_t pass = sum->verdicts[TCPWARD_VERDICT_PASS];
	json_int_t quiet = sum->verdicts[TCPWARD_VERDICT_QUIET];
	json_int_t drop = sum->verdicts[TCPWARD_VERDICT_DROP];

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "type", "summary",
			 "segments", (json_int_t)sum->segments,
			 "pass", pass, "quiet", quiet, "drop", drop,
			 "flagged", (json_int_t)sum->flagged,
			 "connections", (json_int_t)sum->connections,
			 "unreadable", (json_int_t)sum->unreadable,
			 "reasons", reasons_json(sum));
}

void replay_json_end(const struct replay_summary *sum, json_t *error)
{
	json_t *summary = summary_json(sum);

	if (tool.format == OUTPUT_JSON_LINES) {
		tool_print_json(summary);
		return;
	}
	fputs("\n],\"summary\":", stdout);
	json_dumpf(summary, stdout, JSON_COMPACT);
	json_decref(summary);
	if (error) {
		fputs(",\"error\":", stdout);
		json_dumpf(error, stdout, JSON_COMPACT);
	}
	fputs("}\n", stdout);
}
