// SPDX-License-Identifier: GPL-2.0
/*
 * The records of a replay, by their pair of sockets. Forgets what has
 * expired, so that memory follows the live connections and not the length
 * of the capture. Judges nothing.
 */
#include "replay.h"

#define HASH_NONFATAL_OOM 1
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define SWEEP_EVERY_MS 1000

/* Both sockets, the lower one first; no padding, it is hashed whole. */
struct socket_pair {
	uint8_t addr[2][16];
	uint16_t port[2];
	uint32_t family;
};

struct entry {
	struct replay_record record;	/* first: handed out */
	struct socket_pair pair;
	UT_hash_handle hh;
};

struct replay_table {
	struct entry *entries;
	uint64_t next_sweep_ms;
	uint64_t lookups_due;		/* before the next sweep */
};

struct replay_table *replay_table_new(void)
{
	return calloc(1, sizeof(struct replay_table));
}

static void drop(struct replay_table *table, struct entry *entry)
{
	HASH_DEL(table->entries, entry);
	free(entry->record.ext);
	free(entry);
}

void replay_table_free(struct replay_table *table)
{
	struct entry *entry, *next;

	HASH_ITER(hh, table->entries, entry, next)
		drop(table, entry);
	free(table);
}

/* Returns which of the two the sender is. */
static unsigned int make_pair(struct socket_pair *pair,
			      const struct capture_segment *seg)
{
	int order = memcmp(seg->src, seg->dst, sizeof(seg->src));
	unsigned int side;

	if (!order)
		order = seg->sport - seg->dport;
	side = order > 0;
	memcpy(pair->addr[side], seg->src, sizeof(seg->src));
	memcpy(pair->addr[!side], seg->dst, sizeof(seg->dst));
	pair->port[side] = seg->sport;
	pair->port[!side] = seg->dport;
	pair->family = seg->family;
	return side;
}

/* True when the record is gone: a former one may take its place (R95). */
static bool expire(struct replay_table *table, struct entry *entry,
		   uint64_t now_ms)
{
	struct replay_record *record = &entry->record;

	while (tcpw_expired(&record->conn, now_ms)) {
		if (tcpw_expire(&record->conn, record->ext, now_ms)) {
			drop(table, entry);
			return true;
		}
	}
	return false;
}

/* Paid for by as many lookups as records were left by the last sweep. */
static void sweep(struct replay_table *table, uint64_t now_ms)
{
	struct entry *entry, *next;

	if (table->lookups_due) {
		table->lookups_due--;
		return;
	}
	if (now_ms < table->next_sweep_ms)
		return;
	HASH_ITER(hh, table->entries, entry, next)
		expire(table, entry, now_ms);
	table->next_sweep_ms = now_ms + SWEEP_EVERY_MS;
	table->lookups_due = HASH_COUNT(table->entries);
}

struct replay_record *replay_table_find(struct replay_table *table,
					const struct capture_segment *seg,
					uint64_t now_ms, unsigned int *side)
{
	struct socket_pair pair;
	struct entry *entry;

	sweep(table, now_ms);
	*side = make_pair(&pair, seg);
	HASH_FIND(hh, table->entries, &pair, sizeof(pair), entry);
	if (!entry || expire(table, entry, now_ms))
		return NULL;
	return &entry->record;
}

struct replay_record *replay_table_add(struct replay_table *table,
				       const struct capture_segment *seg)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	make_pair(&entry->pair, seg);
	HASH_ADD(hh, table->entries, pair, sizeof(entry->pair), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	return &entry->record;
}

void replay_table_remove(struct replay_table *table,
			 struct replay_record *record)
{
	drop(table, (struct entry *)record);
}
