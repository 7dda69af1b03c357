// SPDX-License-Identifier: GPL-2.0
/*
 * A replay as JSON: one object a line with -J, one document with -j. Written
 * by hand into a buffer, because a capture has millions of segments; names
 * of reasons and states need no escaping.
 */
#include "json_put.h"
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

/* ,"key":"reason's name" or ,"key":null */
static char *put_reason(char *to, const char *key, unsigned int reason)
{
	to = json_put(to, key);
	return json_put_name(to, reason ? tcpw_reasons[reason].name : NULL);
}

static char *put_rule(char *to, unsigned int reason)
{
	int len = replay_rule_len(reason);

	to = json_put(to, ",\"rule\":");
	if (!reason)
		return json_put(to, "null");
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
		to = json_put(to, line->first ? "\n" : ",\n");
	to = json_put(to, "{\"type\":\"segment\",\"n\":");
	to = json_put_number(to, line->at->frame);
	to = json_put(to, ",\"t\":");
	to = json_put_number(to, time_us / 1000000);
	*to++ = '.';
	to = json_put_digits(to, time_us % 1000000, 6);
	to = json_put(to, ",\"conn\":");
	to = json_put_number(to, line->conn);
	to = json_put(to, ",\"dir\":\"");
	to = json_put(to, line->from_client ? "c2s" : "s2c");
	to = json_put(to, "\",\"verdict\":\"");
	to = json_put(to, verdict_names[ruling->verdict]);
	to = put_reason(to, "\",\"flag\":", ruling->flag);
	to = put_reason(to, ",\"reason\":", ruling->reason);
	to = put_rule(to, ruling->reason ? ruling->reason : ruling->flag);
	to = json_put(to, ",\"client\":\"");
	to = json_put(to, tcpw_state_name(line->client));
	to = json_put(to, "\",\"server\":\"");
	to = json_put(to, tcpw_state_name(line->server));
	to = json_put(to, document ? "\"}" : "\"}\n");
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
