/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records on their way to a file and back: every member of struct tcpw_conn
 * and struct tcpw_ext by name and netlink attribute, times that are relative,
 * and what no record can say.
 */
#ifndef TCPW_CORE_SAVED_H
#define TCPW_CORE_SAVED_H

#include "core/core.h"

/* A number of 1, 2, 4 or 8 octets. */
struct tcpw_field {
	const char *name;	/* as files have it */
	/* Name of a value, or of bit i; NULL beyond the last. */
	const char *(*word)(unsigned int i);
	__u16 attr;
	__u16 offset;
	__u8 size;
	__u8 bits;		/* word() names bits */
};

/* Each ends with name NULL; nested structures are not in them. */
extern const struct tcpw_field tcpw_end_fields[];	/* tcpw_endpoint */
extern const struct tcpw_field tcpw_conn_fields[];
extern const struct tcpw_field tcpw_syn_fields[];
extern const struct tcpw_field tcpw_synack_fields[];
extern const struct tcpw_field tcpw_ext_fields[];

__u64 tcpw_field_get(const struct tcpw_field *field, const void *base);
/* @value must fit: see tcpw_field_fits(). */
void tcpw_field_set(const struct tcpw_field *field, void *base, __u64 value);

static inline bool tcpw_field_fits(const struct tcpw_field *field,
				   __u64 value)
{
	return field->size == 8 || !(value >> 8 * field->size);
}

/*
 * Deadlines become what is left of them (at least 1 ms; 0: never), other
 * times their age; and back, by any other clock. @ext may be NULL.
 */
void tcpw_saved(struct tcpw_conn *conn, struct tcpw_ext *ext, __u64 now_ms);
void tcpw_restored(struct tcpw_conn *conn, struct tcpw_ext *ext,
		   __u64 now_ms);

/**
 * tcpw_saved_fault() - what is wrong with a record that came from outside
 * @conn: its times relative
 * @ext: may be NULL
 *
 * Return: a sentence, or NULL when the core can go on from it.
 */
const char *tcpw_saved_fault(const struct tcpw_conn *conn,
			     const struct tcpw_ext *ext);

#endif
