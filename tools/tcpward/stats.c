// SPDX-License-Identifier: GPL-2.0
/* tcpward stats: all counters, by reason and state, and histograms. */
#include "format.h"
#include "nl.h"
#include "tool.h"

#include "core/core.h"

#include <inttypes.h>
#include <stdlib.h>

#define BAR_COLUMNS 40

struct counters {
	struct model_stats stats;
	uint64_t reasons[TCPWARD_REASON_MAX + 1];
};

static const struct {
	const char *key, *label;
	size_t offset;
} totals[] = {
#define TOTAL(member, label) { #member, label, \
			       offsetof(struct model_stats, member) }
	TOTAL(segments, "segments judged"),
	TOTAL(passed, "passed"),
	TOTAL(quiet, "forwarded, not tracked (quiet)"),
	TOTAL(dropped, "dropped"),
	TOTAL(flagged, "remarkable (flag)"),
	TOTAL(untracked, "without a record: table full"),
	TOTAL(opened, "connections opened"),
	TOTAL(ended, "connections ended"),
	TOTAL(evicted, "half-open evicted"),
	TOTAL(events_lost, "events lost to slow listeners"),
#undef TOTAL
};

#define TOTALS (sizeof(totals) / sizeof(totals[0]))

static uint64_t total(const struct model_stats *stats, size_t i)
{
	return *(const uint64_t *)((const char *)stats + totals[i].offset);
}

static json_t *json_histogram(const uint32_t *buckets)
{
	json_t *array = json_array();

	for (int i = 0; i < MODEL_HISTOGRAM_BUCKETS; i++)
		if (buckets[i])
			json_array_append_new(array,
				json_pack("{s:I, s:I, s:I}", "from",
					  (json_int_t)(i ? 1LL << (i - 1) : 0),
					  "below", (json_int_t)(1LL << i),
					  "count", (json_int_t)buckets[i]));
	return array;
}

static void print_json(const struct counters *counters)
{
	const struct model_stats *stats = &counters->stats;
	json_t *object = json_object(), *part = json_object();

	json_object_set_new(object, "schema_version",
			    json_integer(TOOL_SCHEMA_VERSION));
	for (size_t i = 0; i < TOTALS; i++)
		json_object_set_new(object, totals[i].key,
				    json_integer(total(stats, i)));
	json_object_set_new(object, "extras", json_integer(stats->extras));
	for (int r = 1; r <= TCPWARD_REASON_MAX; r++)
		json_object_set_new(part, tcpw_reasons[r].name,
				    json_integer(counters->reasons[r]));
	json_object_set_new(object, "reasons", part);
	part = json_object();
	for (int s = TCPWARD_STATE_SYN_SENT; s <= TCPWARD_STATE_MAX; s++)
		json_object_set_new(part, state_text(s),
				    json_integer(stats->entered[s]));
	json_object_set_new(object, "entered", part);
	json_object_set_new(object, "handshake_rtt_us",
			    json_histogram(stats->handshake_rtt_us));
	json_object_set_new(object, "lifetime_ms",
			    json_histogram(stats->lifetime_ms));
	tool_print_json(object);
}

static void print_title(const char *title)
{
	printf("\n%s%s%s\n", paint(PAINT_BOLD), title, paint_end());
}

static void print_reasons(const struct counters *counters)
{
	bool any = false;

	print_title("by reason");
	for (int r = 1; r <= TCPWARD_REASON_MAX; r++) {
		const struct tcpw_reason *reason = &tcpw_reasons[r];

		if (!counters->reasons[r])
			continue;
		any = true;
		printf("  %12" PRIu64 "  %-22s %-5s  %-14s %s\n",
		       counters->reasons[r], reason->name,
		       class_text(reason->class), reason->rule,
		       reason->source);
	}
	if (!any)
		puts("  nothing was refused or remarkable");
}

static void print_entered(const struct model_stats *stats)
{
	bool any = false;

	print_title("state changes of endpoints, by the state entered");
	for (int s = TCPWARD_STATE_SYN_SENT; s <= TCPWARD_STATE_MAX; s++) {
		if (!stats->entered[s])
			continue;
		any = true;
		printf("  %12" PRIu64 "  %s%s%s\n", stats->entered[s],
		       paint(paint_state(s)), state_text(s), paint_end());
	}
	if (!any)
		puts("  none yet");
}

static const char *bound(uint64_t value, bool us, char *text)
{
	return us ? format_us(value, text) : format_ms(value, text);
}

static void print_histogram(const char *title, const uint32_t *buckets,
			    bool us)
{
	int first = -1, last = -1;
	uint32_t most = 1;

	for (int i = 0; i < MODEL_HISTOGRAM_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		first = first < 0 ? i : first;
		last = i;
		most = buckets[i] > most ? buckets[i] : most;
	}
	if (first < 0)
		return;
	print_title(title);
	for (int i = first; i <= last; i++) {
		int bar = (uint64_t)buckets[i] * BAR_COLUMNS / most;
		char low[FORMAT_TEXT], high[FORMAT_TEXT];

		printf("  %8s to %-8s %10u  %s", bound(i ? 1ULL << (i - 1) : 0,
						       us, low),
		       bound(1ULL << i, us, high), buckets[i],
		       paint(PAINT_BLUE));
		for (int n = 0; n < bar || (!n && buckets[i]); n++)
			fputs(tool.utf8 ? "\u2588" : "#", stdout);
		printf("%s\n", paint_end());
	}
}

int cmd_stats(int argc, char **argv)
{
	struct counters counters;
	struct nl_client *client;
	int err, code = EXIT_DONE;

	if (argc > 1)
		return tool_fail(EXIT_USAGE, NULL, "see 'tcpward stats "
				 "--help'", "stats takes no argument: '%s'",
				 argv[1]);
	err = nl_open(&client);
	if (!err)
		err = nl_stats(client, &counters.stats);
	if (!err)
		err = nl_reason_counts(client, counters.reasons);
	if (err)
		code = nl_fail(client, err, "cannot show the counters");
	nl_end(client);
	if (code)
		return code;
	if (tool.format != OUTPUT_TEXT) {
		print_json(&counters);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < TOTALS; i++)
		printf("  %12" PRIu64 "  %s\n", total(&counters.stats, i),
		       totals[i].label);
	print_reasons(&counters);
	print_entered(&counters.stats);
	print_histogram("handshake RTT", counters.stats.handshake_rtt_us,
			true);
	print_histogram("lifetime of ended connections",
			counters.stats.lifetime_ms, false);
	return EXIT_DONE;
}
