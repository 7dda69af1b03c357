// SPDX-License-Identifier: GPL-2.0
/* Checks of what the module says of itself in this network namespace. */
#include "doctor.h"
#include "format.h"

#include <inttypes.h>
#include <sys/sysinfo.h>

void doctor_mode(struct doctor *doctor)
{
	char command[DOCTOR_COMMAND];

	if (doctor->cfg.mode == TCPWARD_MODE_OFF)
		doctor_say(doctor, DOCTOR_WARNING,
			   "Nothing is judged in this network namespace.",
			   doctor_own_command(command, "set mode=enforce"),
			   "mode is off");
	else if (doctor->cfg.mode == TCPWARD_MODE_OBSERVE)
		doctor_say(doctor, DOCTOR_NOTE,
			   "Segments are judged and reported, but nothing is "
			   "dropped.",
			   doctor_own_command(command, "set mode=enforce"),
			   "mode is observe");
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL, "mode is enforce");
}

void doctor_pickup(struct doctor *doctor)
{
	const struct tcpw_config *cfg = &doctor->cfg;
	char command[DOCTOR_COMMAND], left[FORMAT_TEXT];

	doctor_own_command(command, "set pickup=strict");
	if (cfg->pickup == TCPWARD_PICKUP_LOOSE)
		doctor_say(doctor, DOCTOR_NOTE,
			   "Any segment without a record begins one, a forged "
			   "one as well.",
			   doctor_own_command(command, "set pickup=auto"),
			   "pickup is loose");
	else if (cfg->pickup == TCPWARD_PICKUP_STRICT)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL, "pickup is strict");
	else if (cfg->mode == TCPWARD_MODE_OFF)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "pickup is auto, and will begin with judging");
	else if (!doctor->judging.adopt_ms)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "pickup is auto, all connections are known");
	else
		doctor_say(doctor, DOCTOR_NOTE,
			   "Until then forwarded segments of connections that "
			   "tcpward has not seen open are adopted, a forged one "
			   "as well; it ends by itself.", command,
			   "pickup is auto, and its window is open for another "
			   "%s", format_ms(doctor->judging.adopt_ms, left));
}

void doctor_table(struct doctor *doctor)
{
	uint32_t used = doctor->stats.connections;
	uint32_t max = doctor->cfg.max_connections;
	bool full = used >= max, drops;
	char command[DOCTOR_COMMAND];
	const char *means;

	drops = doctor->cfg.when_full == TCPWARD_PASS_OR_DROP_DROP;
	means = drops ? "New connections are dropped while it is full." :
		"New connections pass unguarded while it is full.";
	doctor_own_command(command, "set max_connections=%u",
			   max > UINT32_C(1) << 23 ? UINT32_C(1) << 24 :
			   max * 2);
	if (max && (full || used > (uint64_t)max * 9 / 10))
		doctor_say(doctor, full ? DOCTOR_PROBLEM : DOCTOR_WARNING,
			   means, command,
			   "the table is %sfull: %u of %u connections",
			   full ? "" : "nearly ", used, max);
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "%u of %u connections", used, max);
}

void doctor_half_open(struct doctor *doctor)
{
	uint32_t used = doctor->stats.half_open;
	uint32_t max = doctor->cfg.max_half_open;
	char command[DOCTOR_COMMAND];

	if (max && used > (uint64_t)max * 9 / 10)
		doctor_say(doctor, DOCTOR_WARNING,
			   "A SYN flood, or a server that does not answer; the "
			   "oldest are evicted for new ones.",
			   doctor_own_command(command, "list state half-open"),
			   "%u of %u half-open connections", used, max);
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "%u of %u half-open connections", used, max);
}

/* Records are made as they are needed: this asks what would be. */
void doctor_memory(struct doctor *doctor)
{
	char command[DOCTOR_COMMAND], needed[FORMAT_TEXT], there[FORMAT_TEXT];
	uint64_t bytes, total;
	struct sysinfo info;

	if (sysinfo(&info))
		return;
	total = (uint64_t)info.totalram * info.mem_unit;
	if (!doctor->stats.record_bytes)	/* an older module */
		return;
	bytes = (uint64_t)doctor->cfg.max_connections *
		doctor->stats.record_bytes;
	format_bytes(bytes, needed);
	format_bytes(total, there);
	if (bytes <= total / 2) {
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "a full table takes %sB of %sB memory", needed,
			   there);
		return;
	}
	doctor_own_command(command, "set max_connections=%" PRIu64,
			   total / 16 / doctor->stats.record_bytes);
	doctor_say(doctor, DOCTOR_WARNING,
		   "A flood could exhaust the memory before the limit ends it.",
		   command, "a full table would take %sB of %sB memory", needed,
		   there);
}

void doctor_losses(struct doctor *doctor)
{
	const struct model_stats *stats = &doctor->stats;
	char command[DOCTOR_COMMAND];

	if (stats->untracked)
		doctor_say(doctor, DOCTOR_NOTE,
			   "They were met with the table full or without "
			   "memory since the counters began.",
			   doctor_own_command(command,
					      "watch reason untracked"),
			   "%" PRIu64 " segments went untracked",
			   stats->untracked);
	if (stats->events_lost)
		doctor_say(doctor, DOCTOR_NOTE,
			   "Somebody who listened was too slow; counters and "
			   "verdicts are not touched by it.",
			   doctor_own_command(command, "watch FILTER"),
			   "%" PRIu64 " events were lost",
			   stats->events_lost);
	if (!stats->untracked && !stats->events_lost)
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no events lost, no segments untracked");
}

void doctor_checksums(struct doctor *doctor)
{
	uint64_t bad = doctor->reasons[TCPWARD_REASON_BAD_CHECKSUM];
	char command[DOCTOR_COMMAND];

	if (!doctor->cfg.csum)
		doctor_say(doctor, DOCTOR_NOTE,
			   "Damaged segments are judged as if they were whole.",
			   doctor_own_command(command, "set csum=on"),
			   "checksums are not verified (csum=off)");
	else if (bad)
		/* More than one in a thousand is no damage on the way. */
		doctor_say(doctor, bad > doctor->stats.segments / 1000 ?
			   DOCTOR_WARNING : DOCTOR_NOTE,
			   "Damage on the way, or a device that hands up "
			   "unfinished checksums as complete (ethtool -k shows "
			   "its offloads).",
			   doctor_own_command(command,
					      "watch reason bad-checksum"),
			   "%" PRIu64 " of %" PRIu64 " segments had a wrong "
			   "checksum", bad, doctor->stats.segments);
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "no segment had a wrong checksum");
}

void doctor_one_way(struct doctor *doctor)
{
	uint64_t seen = doctor->reasons[TCPWARD_REASON_ONE_WAY];
	char command[DOCTOR_COMMAND];

	if (seen)
		doctor_say(doctor, DOCTOR_WARNING,
			   "The other direction takes another path (routes, "
			   "bonding, ECMP): much cannot be judged then.",
			   doctor_own_command(command, "watch reason one-way"),
			   "%" PRIu64 " segments showed one direction alone",
			   seen);
	else
		doctor_say(doctor, DOCTOR_OK, NULL, NULL,
			   "connections are seen in both directions");
}
