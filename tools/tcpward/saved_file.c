// SPDX-License-Identifier: GPL-2.0
/*
 * The file of saved connections: a line that says what it is, a line for
 * each connection, and a line with a checksum of all before it.
 */
#define _GNU_SOURCE
#include "saved.h"
#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_BYTES 16384

/* --- what it is about -------------------------------------------------- */

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static void read_boot_id(char *text, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(text, size, file))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

void saved_now(struct saved *saved)
{
	saved->time_ms = clock_ms(CLOCK_REALTIME);
	saved->boottime_ms = clock_ms(CLOCK_BOOTTIME);
	read_boot_id(saved->boot_id, sizeof(saved->boot_id));
}

uint64_t saved_age_ms(const struct saved *saved)
{
	struct saved now;
	uint64_t then_ms = saved->time_ms, now_ms;

	saved_now(&now);
	now_ms = now.time_ms;
	if (saved->boot_id[0] && !strcmp(now.boot_id, saved->boot_id)) {
		then_ms = saved->boottime_ms;
		now_ms = now.boottime_ms;
	}
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

int saved_add(struct saved *saved, struct saved_conn *conn)
{
	size_t room = saved->room ? 2 * saved->room : 64;
	struct saved_conn *conns;

	if (saved->count == saved->room) {
		conns = realloc(saved->conns, room * sizeof(*conns));
		if (!conns) {
			free(conn->ext);
			return -ENOMEM;
		}
		saved->conns = conns;
		saved->room = room;
	}
	saved->conns[saved->count++] = *conn;
	return 0;
}

void saved_free(struct saved *saved)
{
	while (saved->count)
		free(saved->conns[--saved->count].ext);
	free(saved->conns);
	saved->conns = NULL;
	saved->room = 0;
}

/* --- the checksum ------------------------------------------------------ */

static void fill_crc_table(uint32_t table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^
				   (table[i] & 1 ? 0xedb88320 : 0);
	}
}

/* CRC-32 of IEEE 802.3, as crc32(1) and zlib have it; begins with 0. */
static uint32_t crc32(uint32_t crc, const char *text, size_t len)
{
	static uint32_t table[256];

	if (!table[1])
		fill_crc_table(table);
	crc = ~crc;
	while (len--)
		crc = crc >> 8 ^ table[(uint8_t)(crc ^ (uint8_t)*text++)];
	return ~crc;
}

/* --- writing ----------------------------------------------------------- */

struct writer {
	FILE *file;
	uint32_t crc;
	uint64_t lines;
};

/* Releases @json. */
static int write_line(struct writer *w, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	int err = 0;

	json_decref(json);
	if (!text)
		return -ENOMEM;
	w->crc = crc32(crc32(w->crc, text, strlen(text)), "\n", 1);
	w->lines++;
	if (fprintf(w->file, "%s\n", text) < 0)
		err = -errno;
	free(text);
	return err;
}

static json_t *head_json(const struct saved *saved)
{
	return json_pack("{s:s, s:i, s:i, s:s, s:I, s:s, s:I, s:I, s:I, s:I, "
			 "s:o}",
			 "type", "tcpward-save", "format", SAVED_FORMAT,
			 "abi", TCPWARD_ABI_VERSION, "version", TOOL_VERSION,
			 "time_ms", (json_int_t)saved->time_ms,
			 "boot_id", saved->boot_id,
			 "boottime_ms", (json_int_t)saved->boottime_ms,
			 "connections", (json_int_t)saved->count,
			 "adopt_ms", (json_int_t)saved->judging.adopt_ms,
			 "pressed_ms", (json_int_t)saved->judging.pressed_ms,
			 "config", saved_config_json(&saved->config));
}

int saved_write(const struct saved *saved, FILE *file)
{
	struct writer w = { .file = file };
	char crc[9];
	int err;

	err = write_line(&w, head_json(saved));
	for (size_t i = 0; !err && i < saved->count; i++)
		err = write_line(&w, saved_conn_json(&saved->conns[i]));
	if (err)
		return err;
	snprintf(crc, sizeof(crc), "%08" PRIx32, w.crc);
	err = write_line(&w, json_pack("{s:s, s:I, s:s}", "type", "end",
				       "lines", (json_int_t)w.lines, "crc32",
				       crc));
	if (!err && fflush(file))
		err = -errno;
	return err;
}

/* --- reading ----------------------------------------------------------- */

struct reader {
	FILE *file;
	struct saved *saved;
	struct saved_fault *fault;
	uint64_t announced;		/* connections */
	uint32_t crc;			/* of the lines before this one */
	bool ended;
	char text[LINE_MAX_BYTES];
};

/* What this file is, and whether this tool can read it. */
static bool parse_versions(struct reader *r, const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "type"));
	uint64_t format, abi;

	if (!type || strcmp(type, "tcpward-save"))
		return saved_say(r->fault, "not a file of 'tcpward save'");
	if (!saved_number(json, "format", UINT32_MAX, &format, r->fault))
		return false;
	if (!format || format > SAVED_FORMAT)
		return saved_say(r->fault, "format %" PRIu64
				 ", this tool reads formats up to %d", format,
				 SAVED_FORMAT);
	r->saved->has_rests = format > 1;
	if (!saved_number(json, "abi", UINT32_MAX, &abi, r->fault))
		return false;
	return abi == TCPWARD_ABI_VERSION ||
	       saved_say(r->fault, "ABI %" PRIu64
			 ", this tool speaks ABI %d", abi,
			 TCPWARD_ABI_VERSION);
}

static bool parse_rest(const json_t *json, const char *name, uint32_t *rest_ms,
		       struct saved_fault *fault)
{
	uint64_t value = 0;
	bool good = saved_number(json, name, INT32_MAX, &value, fault);

	*rest_ms = value;
	return good;
}

static bool parse_times(struct reader *r, const json_t *json)
{
	struct nl_judging *judging = &r->saved->judging;

	return saved_number(json, "time_ms", INT64_MAX, &r->saved->time_ms,
			    r->fault) &&
	       saved_number(json, "boottime_ms", INT64_MAX,
			    &r->saved->boottime_ms, r->fault) &&
	       (!r->saved->has_rests ||
		(parse_rest(json, "adopt_ms", &judging->adopt_ms, r->fault) &&
		 parse_rest(json, "pressed_ms", &judging->pressed_ms,
			    r->fault)));
}

static bool parse_head(struct reader *r, const json_t *json)
{
	/* Format 1 ends with config. */
	const char *names[] = {
		"type", "format", "abi", "version", "time_ms", "boot_id",
		"boottime_ms", "connections", "config", "adopt_ms",
		"pressed_ms", NULL,
	};
	const char *boot_id = json_string_value(json_object_get(json,
								"boot_id"));
	struct saved *saved = r->saved;

	if (!parse_versions(r, json))
		return false;
	if (!saved->has_rests)
		names[9] = NULL;
	if (!saved_members(json, "the first line", names, r->fault) ||
	    !parse_times(r, json) ||
	    !saved_number(json, "connections", UINT32_MAX, &r->announced,
			  r->fault))
		return false;
	if (!boot_id || strlen(boot_id) >= sizeof(saved->boot_id))
		return saved_say(r->fault, "'boot_id' is none");
	strcpy(saved->boot_id, boot_id);
	return saved_config_parse(saved, json_object_get(json, "config"),
				  r->fault);
}

static bool parse_conn(struct reader *r, const json_t *json)
{
	struct saved_conn conn;

	if (r->saved->count == r->announced)
		return saved_say(r->fault, "more connections than the first "
				 "line says");
	if (!saved_conn_parse(&conn, json, r->fault))
		return false;
	return !saved_add(r->saved, &conn) ||
	       saved_say(r->fault, "out of memory");
}

static bool parse_end(struct reader *r, const json_t *json)
{
	static const char *const names[] = { "type", "lines", "crc32", NULL };
	uint64_t lines;
	const char *crc;
	char mine[9];

	if (!saved_members(json, "the last line", names, r->fault) ||
	    !saved_number(json, "lines", INT64_MAX, &lines, r->fault))
		return false;
	if (lines != r->fault->line - 1 || r->saved->count != r->announced)
		return saved_say(r->fault, "lines are missing: %zu of %" PRIu64
				 " connections are here", r->saved->count,
				 r->announced);
	crc = json_string_value(json_object_get(json, "crc32"));
	snprintf(mine, sizeof(mine), "%08" PRIx32, r->crc);
	if (!crc || strcmp(crc, mine))
		return saved_say(r->fault, "the checksum is wrong: something "
				 "above was changed");
	r->ended = true;
	return true;
}

static bool parse_line(struct reader *r, const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "type"));

	if (r->fault->line == 1)
		return parse_head(r, json);
	if (r->ended)
		return saved_say(r->fault, "something follows the last line");
	if (type && !strcmp(type, "connection"))
		return parse_conn(r, json);
	if (type && !strcmp(type, "end"))
		return parse_end(r, json);
	return saved_say(r->fault, "neither a connection nor the end");
}

static bool take_line(struct reader *r)
{
	size_t len = strlen(r->text);
	json_error_t error;
	json_t *json;
	bool good;

	if (!len || r->text[len - 1] != '\n')
		return saved_say(r->fault, feof(r->file) ?
				 "the line breaks off" :
				 "a line of more than %d octets, or no text",
				 LINE_MAX_BYTES - 2);
	json = json_loadb(r->text, len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return saved_say(r->fault, "no JSON: %s", error.text);
	good = parse_line(r, json);
	json_decref(json);
	r->crc = crc32(r->crc, r->text, len);
	return good;
}

int saved_read(struct saved *saved, FILE *file, struct saved_fault *fault)
{
	struct reader *r = calloc(1, sizeof(*r));
	bool good = true;

	if (!r)
		return -ENOMEM;
	*r = (struct reader){ .file = file, .saved = saved, .fault = fault };
	fault->line = 0;
	errno = 0;
	while (good && fgets(r->text, sizeof(r->text), file)) {
		fault->line++;
		good = take_line(r);
	}
	if (good && !ferror(file) && !r->ended) {
		fault->line++;
		good = saved_say(fault, fault->line == 1 ? "the file is empty" :
				 "the file breaks off before its last line");
	}
	free(r);
	if (ferror(file))
		return errno ? -errno : -EIO;
	return good ? 0 : -EBADMSG;
}
