/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records on their way to a file and back: all that struct tcpw_conn and
 * struct tcpw_ext hold, as numbers by name and netlink attribute, times that
 * are relative, and what no record can say. The format stays as it is when
 * the core packs its numbers in another way.
 */
#ifndef TCPW_CORE_SAVED_H
#define TCPW_CORE_SAVED_H

#include "core/core.h"

/* struct tcpw_endpoint as files have it. */
struct tcpw_saved_end {
	__u32 iss;
	__u32 nxt;
	__u32 una;
	__u32 edge;
	__u32 fin;		/* sequence number of its FIN octet */
	__u32 dend;		/* end of SYN and data accepted */
	__u32 maxwnd;
	__u32 tsrecent;
	__u32 tsrecent_age_s;	/* since that was taken */
	__u32 ts_ref;		/* first TSval, later ticks per second */
	__u32 ts_ref_age_ms;	/* since the first TSval was seen */
	__u16 flags;		/* TCPW_EP_* */
	__u8 ws;
	__u8 state;
};

struct tcpw_saved_conn {
	struct tcpw_saved_end ep[2];
	__u64 expires_ms;	/* at least 1; 0: never */
	__u8 kind;
	__u8 client;
	__u8 flags;		/* TCPW_CONN_* */
	__u8 rst_by;
	__u8 closed_by;
	__u8 pad[3];
};

struct tcpw_saved_ext {
	struct tcpw_ext rest;	/* ages and what is left; its shadow is blank */
	struct tcpw_saved_conn shadow;
};

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
extern const struct tcpw_field tcpw_end_fields[];	/* tcpw_saved_end */
extern const struct tcpw_field tcpw_conn_fields[];	/* tcpw_saved_conn */
extern const struct tcpw_field tcpw_syn_fields[];	/* tcpw_syn */
extern const struct tcpw_field tcpw_synack_fields[];	/* tcpw_synack */
extern const struct tcpw_field tcpw_ext_fields[];	/* tcpw_saved_ext.rest */

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
 * times their age; and back, by any other clock.
 */
void tcpw_save_conn(struct tcpw_saved_conn *to, const struct tcpw_conn *from,
		    __u64 now_ms);
void tcpw_save_ext(struct tcpw_saved_ext *to, const struct tcpw_ext *from,
		   __u64 now_ms);
/* @from is without tcpw_saved_fault(). */
void tcpw_restore_conn(struct tcpw_conn *to,
		       const struct tcpw_saved_conn *from, __u64 now_ms);
void tcpw_restore_ext(struct tcpw_ext *to, const struct tcpw_saved_ext *from,
		      __u64 now_ms);

/**
 * tcpw_saved_fault() - what is wrong with a record that came from outside
 * @ext: may be NULL
 *
 * Return: a sentence, or NULL when the core can go on from it.
 */
const char *tcpw_saved_fault(const struct tcpw_saved_conn *conn,
			     const struct tcpw_saved_ext *ext);

#endif
