// SPDX-License-Identifier: GPL-2.0
/* tcpward status: how the module is, at a glance, and what to do next. */
#include "format.h"
#include "nl.h"
#include "tool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TOP_REASONS 5

struct status {
	struct model_stats stats;
	struct tcpw_config cfg;
	struct nl_judging judging;
	uint64_t counts[TCPWARD_REASON_MAX + 1];
};

static int collect(struct status *status)
{
	static const char what[] = "cannot show the status";
	struct nl_client *client;
	int err, code = EXIT_DONE;

	err = nl_open(&client);
	if (!err)
		err = nl_stats(client, &status->stats);
	if (!err)
		err = nl_config_get(client, &status->cfg,
				    &status->judging);
	if (!err)
		err = nl_reason_counts(client, status->counts);
	if (err)
		code = nl_fail(client, err, what);
	nl_end(client);
	return code;
}

static const char *knob_name(const struct tcpw_config *cfg, __u16 attr)
{
	struct tcpw_config copy = *cfg;

	for (unsigned int i = 0; i < TCPW_KNOBS; i++) {
		const struct tcpw_knob *knob = &tcpw_knobs[i];
		__u32 value = *tcpw_knob_slot(&copy, knob);

		if (knob->attr == attr && knob->values && value <= knob->max)
			return knob->values[value];
	}
	return "?";
}

/* LISTEN counts as CLOSED: it cannot be told from it. */
static uint32_t in_state(const uint32_t *counts, enum tcpward_state state)
{
	return counts[state] + (state == TCPWARD_STATE_CLOSED ?
				counts[TCPWARD_STATE_LISTEN] : 0);
}

static json_t *json_states(const uint32_t *counts)
{
	json_t *states = json_object();

	for (int s = TCPWARD_STATE_SYN_SENT; s <= TCPWARD_STATE_MAX; s++)
		json_object_set_new(states, state_text(s),
				    json_integer(in_state(counts, s)));
	return states;
}

static json_t *json_reasons(const uint64_t *counts)
{
	json_t *reasons = json_object();

	for (int r = 1; r <= TCPWARD_REASON_MAX; r++)
		if (counts[r])
			json_object_set_new(reasons, tcpw_reasons[r].name,
					    json_integer(counts[r]));
	return reasons;
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
	json_object_set_new(object, key, json_integer(count));
}

static void print_json(const struct status *status)
{
	const struct model_stats *stats = &status->stats;
	const struct tcpw_config *cfg = &status->cfg;
	json_t *object;

	object = json_pack("{s:i, s:{s:b, s:s, s:I}, s:s, s:s, s:s}",
		"schema_version", TOOL_SCHEMA_VERSION,
		"module", "loaded", 1, "version", stats->version,
		"abi", (json_int_t)stats->abi,
		"mode", knob_name(cfg, TCPWARD_A_CONFIG_MODE),
		"placement", knob_name(cfg, TCPWARD_A_CONFIG_PLACEMENT),
		"pickup", knob_name(cfg, TCPWARD_A_CONFIG_PICKUP));
	set_count(object, "judging_ms", status->judging.for_ms);
	set_count(object, "connections", stats->connections);
	set_count(object, "max_connections", cfg->max_connections);
	set_count(object, "half_open", stats->half_open);
	set_count(object, "max_half_open", cfg->max_half_open);
	set_count(object, "record_bytes", stats->record_bytes);
	json_object_set_new(object, "states", json_states(stats->in_state));
	json_object_set_new(object, "server_states",
			    json_states(stats->server_in_state));
	set_count(object, "segments", stats->segments);
	set_count(object, "passed", stats->passed);
	set_count(object, "quiet", stats->quiet);
	set_count(object, "dropped", stats->dropped);
	set_count(object, "flagged", stats->flagged);
	set_count(object, "untracked", stats->untracked);
	json_object_set_new(object, "reasons", json_reasons(status->counts));
	set_count(object, "events_lost", stats->events_lost);
	set_count(object, "evicted", stats->evicted);
	tool_print_json(object);
}

static void print_label(const char *label)
{
	printf("%s%-13s%s", paint(PAINT_BOLD), label, paint_end());
}

static void print_mode(const struct status *status)
{
	static const char *const meaning[] = {
		[TCPWARD_MODE_OFF] = "nothing is judged",
		[TCPWARD_MODE_OBSERVE] = "judged and reported, nothing dropped",
		[TCPWARD_MODE_ENFORCE] = "what cannot belong is dropped",
	};
	const struct tcpw_config *cfg = &status->cfg;
	char age[FORMAT_TEXT];

	print_label("mode");
	printf("%s: %s", knob_name(cfg, TCPWARD_A_CONFIG_MODE),
	       cfg->mode <= TCPWARD_MODE_ENFORCE ? meaning[cfg->mode] : "?");
	if (cfg->mode != TCPWARD_MODE_OFF)
		printf(", for %s", format_ms(status->judging.for_ms, age));
	putchar('\n');
	print_label("placement");
	printf("%s, pickup %s, view %s\n",
	       knob_name(cfg, TCPWARD_A_CONFIG_PLACEMENT),
	       knob_name(cfg, TCPWARD_A_CONFIG_PICKUP),
	       knob_name(cfg, TCPWARD_A_CONFIG_VIEW));
}

static void print_counts(const struct status *status)
{
	const struct model_stats *stats = &status->stats;
	const struct tcpw_config *cfg = &status->cfg;

	print_label("connections");
	printf("%u of %u", stats->connections, cfg->max_connections);
	if (cfg->max_connections)
		printf(" (%.1f %%)", 100.0 * stats->connections /
		       cfg->max_connections);
	printf(", %u half-open of %u\n", stats->half_open,
	       cfg->max_half_open);
	print_label("segments");
	printf("%" PRIu64 " judged: %" PRIu64 " passed, %" PRIu64
	       " quiet, %s%" PRIu64 " %s%s, %" PRIu64 " flagged\n",
	       stats->segments, stats->passed, stats->quiet,
	       stats->dropped ? paint(PAINT_RED) : "", stats->dropped,
	       cfg->mode == TCPWARD_MODE_OBSERVE ? "would be dropped" :
	       "dropped", stats->dropped ? paint_end() : "", stats->flagged);
	print_label("losses");
	if (stats->events_lost || stats->untracked || stats->evicted)
		printf("%" PRIu64 " events lost, %" PRIu64 " segments "
		       "untracked, %" PRIu64 " half-open evicted\n",
		       stats->events_lost, stats->untracked, stats->evicted);
	else
		puts("none");
}

static void print_states(const struct model_stats *stats)
{
	uint32_t client, server;

	if (!stats->connections)
		return;
	putchar('\n');
	print_label("states");
	printf("%8s  %8s\n", "client", "server");
	for (int s = TCPWARD_STATE_SYN_SENT; s <= TCPWARD_STATE_MAX; s++) {
		client = in_state(stats->in_state, s);
		server = in_state(stats->server_in_state, s);
		if (client || server)
			printf("%s%-13s%s%8u  %8u\n", paint(paint_state(s)),
			       state_text(s), paint_end(), client, server);
	}
}

/* The reason with the largest count at or below @below, after @last. */
static int next_reason(const uint64_t *counts, int last)
{
	int best = 0;

	for (int r = 1; r <= TCPWARD_REASON_MAX; r++) {
		if (!counts[r] || r == last)
			continue;
		if (last && (counts[r] > counts[last] ||
			     (counts[r] == counts[last] && r < last)))
			continue;
		if (!best || counts[r] > counts[best])
			best = r;
	}
	return best;
}

static int print_reasons(const uint64_t *counts)
{
	int reason = 0, top = 0;

	for (int i = 0; i < TOP_REASONS; i++) {
		reason = next_reason(counts, reason);
		if (!reason)
			break;
		if (!i) {
			top = reason;
			putchar('\n');
			print_label("top reasons");
			putchar('\n');
		}
		printf("  %-22s %8" PRIu64 "  %-5s  %s\n",
		       tcpw_reasons[reason].name, counts[reason],
		       class_text(tcpw_reasons[reason].class),
		       tcpw_reasons[reason].rule);
	}
	return top;
}

static void print_next(const struct status *status, int top)
{
	const struct model_stats *stats = &status->stats;
	const struct tcpw_config *cfg = &status->cfg;

	putchar('\n');
	print_label("next");
	if (cfg->mode == TCPWARD_MODE_OFF)
		puts("tcpward set mode=observe, or mode=enforce");
	else if (!stats->segments)
		puts("no TCP segment passed in this network namespace yet: "
		     "-N names another");
	else if (stats->connections > cfg->max_connections / 10 * 9)
		puts("the table is nearly full: tcpward set "
		     "max_connections=...");
	else if (top)
		printf("tcpward explain %s, or see it live: tcpward watch\n",
		       tcpw_reasons[top].name);
	else if (cfg->mode == TCPWARD_MODE_OBSERVE)
		puts("nothing would have been dropped: tcpward set "
		     "mode=enforce");
	else
		puts("tcpward list, or see it live: tcpward watch");
}

int cmd_status(int argc, char **argv)
{
	struct status status = { 0 };
	int code;

	if (argc > 1)
		return tool_fail(EXIT_USAGE, NULL, "see 'tcpward --help'",
				 "status takes no argument: '%s'", argv[1]);
	code = collect(&status);
	if (code)
		return code;
	if (tool.format != OUTPUT_TEXT) {
		print_json(&status);
		return EXIT_DONE;
	}
	print_label("tcpward");
	printf("module %s, interface version %u, tool %s\n",
	       status.stats.version, status.stats.abi, TOOL_VERSION);
	print_mode(&status);
	print_counts(&status);
	print_states(&status.stats);
	print_next(&status, print_reasons(status.counts));
	return EXIT_DONE;
}
