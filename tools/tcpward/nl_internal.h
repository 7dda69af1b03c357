/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink client share. */
#ifndef TCPWARD_NL_INTERNAL_H
#define TCPWARD_NL_INTERNAL_H

#include "nl.h"

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

/* Dumps arrive in parts of at most 32 KiB, events in less. */
#define NL_PART_BYTES 65536
#define NL_PARTS 8

struct nl_parts;

enum nl_stream {
	NL_STREAM_SEGMENT,
	NL_STREAM_VERDICT,
	NL_STREAM_TRANSITION,
	NL_STREAMS
};

struct nl_client {
	struct nl_sock *sock;
	int family;		/* id of the generic netlink family */
	bool no_family;		/* the module is not loaded */
	uint32_t module_abi;	/* 0: not asked yet */
	char module_version[64];
	int error;		/* of the last request, negative errno */
	char extack[256];
	int bad_attr;		/* type of the attribute extack speaks of */
	bool interrupted;	/* the table changed while it was dumped */
	struct nl_parts *parts;	/* of a stream */
	bool started[NL_STREAMS];
	uint32_t next[NL_STREAMS];	/* sequence expected */
};

/* A request of the family with room for its attributes; NULL: no memory. */
struct nl_msg *nl_request(struct nl_client *client, int command, int flags);

/*
 * Send @msg (released; NULL counts as no memory) and hand each answer to
 * @each, which may be NULL. Returns 0, a negative errno, or what @each
 * returned.
 */
int nl_talk(struct nl_client *client, struct nl_msg *msg,
	    int (*each)(struct nlattr *attrs, int len, void *arg), void *arg);

/* Memory for parts, to be freed by free(). NULL: no memory. */
struct nl_parts *nl_parts_new(void);

/*
 * Receive what there is, up to @limit parts, but one at least. Returns their
 * number, or a negative errno.
 */
int nl_parts_receive(const struct nl_client *client, struct nl_parts *parts,
		     unsigned int limit);

/*
 * The messages of the part with number @i. Returns octets, 0 where they are
 * not the kernel's, or -EMSGSIZE.
 */
int nl_part(struct nl_parts *parts, unsigned int i, struct nlmsghdr **head);

bool nl_put_filter(struct nl_msg *msg, int type,
		   const struct model_filter *filter);

/* Attributes of one message to the model. */
void nl_parse_conn(struct nlattr *attrs, int len, struct model_conn *conn);
void nl_parse_segment(struct nlattr *attrs, int len,
		      struct model_segment *segment);
void nl_parse_transition(struct nlattr *attrs, int len,
			 struct model_transition *transition);
void nl_parse_stats(struct nlattr *attrs, int len, struct model_stats *stats);

/* 0 when the attribute is missing or too short. */
uint32_t nl_u32(const struct nlattr *attr);
uint64_t nl_u64(const struct nlattr *attr);

#endif
