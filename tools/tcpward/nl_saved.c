// SPDX-License-Identifier: GPL-2.0
/* Connections with all that the core keeps, from the module and back. */
#include "nl_internal.h"
#include "saved.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

/* --- from the module --------------------------------------------------- */

static bool get_field(const struct tcpw_field *field,
		      const struct nlattr *attr, void *base)
{
	if (!attr || nla_len(attr) != field->size)
		return false;
	switch (field->size) {
	case 1:
		tcpw_field_set(field, base, nla_get_u8(attr));
		break;
	case 2:
		tcpw_field_set(field, base, nla_get_u16(attr));
		break;
	case 4:
		tcpw_field_set(field, base, nla_get_u32(attr));
		break;
	default:
		tcpw_field_set(field, base, nla_get_u64(attr));
		break;
	}
	return true;
}

#define ATTRS_MAX 32		/* more than any set of the core has */

_Static_assert(TCPWARD_A_CORE_END_MAX < ATTRS_MAX &&
	       TCPWARD_A_CORE_CONN_MAX < ATTRS_MAX &&
	       TCPWARD_A_CORE_EXT_MAX < ATTRS_MAX, "attributes of the core");

/* @tb: the nests in it are the caller's business. */
static bool get_fields(const struct tcpw_field *fields, struct nlattr *nest,
		       struct nlattr **tb, void *base)
{
	if (!nest || nla_parse_nested(tb, ATTRS_MAX - 1, nest, NULL))
		return false;
	for (; fields->name; fields++)
		if (!get_field(fields, tb[fields->attr], base))
			return false;
	return true;
}

static bool get_conn(struct nlattr *nest, struct tcpw_saved_conn *conn)
{
	struct nlattr *tb[ATTRS_MAX], *ends[ATTRS_MAX];

	return get_fields(tcpw_conn_fields, nest, tb, conn) &&
	       get_fields(tcpw_end_fields, tb[TCPWARD_A_CORE_CONN_LOWER],
			  ends, &conn->ep[0]) &&
	       get_fields(tcpw_end_fields, tb[TCPWARD_A_CORE_CONN_HIGHER],
			  ends, &conn->ep[1]);
}

static bool get_ext(struct nlattr *nest, struct tcpw_saved_ext *ext)
{
	struct nlattr *tb[ATTRS_MAX], *plain[ATTRS_MAX], *attr;
	unsigned int syns = 0, synacks = 0;
	bool good = true;
	int rest;

	if (!get_fields(tcpw_ext_fields, nest, tb, &ext->rest) ||
	    !get_conn(tb[TCPWARD_A_CORE_EXT_SHADOW], &ext->shadow))
		return false;
	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) == TCPWARD_A_CORE_EXT_SYN &&
		    syns < TCPW_CANDIDATES)
			good &= get_fields(tcpw_syn_fields, attr, plain,
					   &ext->rest.syn[syns++]);
		if (nla_type(attr) == TCPWARD_A_CORE_EXT_SYNACK &&
		    synacks < TCPW_CANDIDATES)
			good &= get_fields(tcpw_synack_fields, attr, plain,
					   &ext->rest.synack[synacks++]);
	}
	return good && syns == TCPW_CANDIDATES && synacks == TCPW_CANDIDATES;
}

struct answer {
	int (*each)(struct saved_conn *conn, void *arg);
	void *arg;
};

static int take_conn(struct nlattr *attrs, int len, void *arg)
{
	struct nlattr *tb[TCPWARD_A_CONN_MAX + 1];
	struct saved_conn conn = { .ext = NULL };
	struct answer *answer = arg;

	nl_parse_conn(attrs, len, &conn.view);
	if (nla_parse(tb, TCPWARD_A_CONN_MAX, attrs, len, NULL) ||
	    !get_conn(tb[TCPWARD_A_CONN_CORE], &conn.core))
		return -EBADMSG;
	if (tb[TCPWARD_A_CONN_EXT]) {
		conn.ext = calloc(1, sizeof(*conn.ext));
		if (!conn.ext)
			return -ENOMEM;
		if (!get_ext(tb[TCPWARD_A_CONN_EXT], conn.ext)) {
			free(conn.ext);
			return -EBADMSG;
		}
	}
	return answer->each(&conn, answer->arg);
}

int nl_saved_conns(struct nl_client *client,
		   int (*each)(struct saved_conn *conn, void *arg), void *arg)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_CONN_GET,
					NLM_F_DUMP);
	struct answer answer = { each, arg };

	if (msg && nla_put_flag(msg, TCPWARD_A_CONN_FULL)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return nl_talk(client, msg, take_conn, &answer);
}

/* --- to the module ----------------------------------------------------- */

static bool put_fields(struct nl_msg *msg, const struct tcpw_field *fields,
		       const void *base)
{
	uint64_t value;
	int err = 0;

	for (; !err && fields->name; fields++) {
		value = tcpw_field_get(fields, base);
		if (fields->size == 1)
			err = nla_put_u8(msg, fields->attr, value);
		else if (fields->size == 2)
			err = nla_put_u16(msg, fields->attr, value);
		else if (fields->size == 4)
			err = nla_put_u32(msg, fields->attr, value);
		else
			err = nla_put_u64(msg, fields->attr, value);
	}
	return !err;
}

static bool put_plain(struct nl_msg *msg, int type,
		      const struct tcpw_field *fields, const void *base)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest || !put_fields(msg, fields, base))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_conn(struct nl_msg *msg, int type,
		     const struct tcpw_saved_conn *conn)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest || !put_fields(msg, tcpw_conn_fields, conn) ||
	    !put_plain(msg, TCPWARD_A_CORE_CONN_LOWER, tcpw_end_fields,
		       &conn->ep[0]) ||
	    !put_plain(msg, TCPWARD_A_CORE_CONN_HIGHER, tcpw_end_fields,
		       &conn->ep[1]))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_ext(struct nl_msg *msg, const struct tcpw_saved_ext *ext)
{
	struct nlattr *nest = nla_nest_start(msg, TCPWARD_A_CONN_EXT |
					     NLA_F_NESTED);

	if (!nest || !put_fields(msg, tcpw_ext_fields, &ext->rest) ||
	    !put_conn(msg, TCPWARD_A_CORE_EXT_SHADOW, &ext->shadow))
		return false;
	for (int i = 0; i < TCPW_CANDIDATES; i++)
		if (!put_plain(msg, TCPWARD_A_CORE_EXT_SYN, tcpw_syn_fields,
			       &ext->rest.syn[i]) ||
		    !put_plain(msg, TCPWARD_A_CORE_EXT_SYNACK,
			       tcpw_synack_fields, &ext->rest.synack[i]))
			return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_end(struct nl_msg *msg, int type,
		    const struct model_endpoint *end)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest ||
	    nla_put(msg, TCPWARD_A_ENDPOINT_ADDR,
		    end->at.family == AF_INET6 ? 16 : 4, end->at.addr) ||
	    nla_put_u16(msg, TCPWARD_A_ENDPOINT_PORT, end->at.port) ||
	    nla_put_u32(msg, TCPWARD_A_ENDPOINT_SEGMENTS, end->segments) ||
	    nla_put_u64(msg, TCPWARD_A_ENDPOINT_BYTES, end->bytes) ||
	    nla_put_u32(msg, TCPWARD_A_ENDPOINT_RETRANSMITTED,
			end->retransmitted))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_records(struct nl_msg *msg, const struct model_conn *view)
{
	struct nlattr *nest;

	for (unsigned int i = 0; i < view->records; i++) {
		nest = nla_nest_start(msg, TCPWARD_A_CONN_RECORD |
				      NLA_F_NESTED);
		if (!nest ||
		    nla_put_u8(msg, TCPWARD_A_RECORD_SIDE,
			       view->record[i].side) ||
		    nla_put_u32(msg, TCPWARD_A_RECORD_STATE,
				view->record[i].state) ||
		    nla_put_u32(msg, TCPWARD_A_RECORD_OFFSET_MS,
				view->record[i].offset_ms))
			return false;
		nla_nest_end(msg, nest);
	}
	return true;
}

static bool put_view(struct nl_msg *msg, const struct model_conn *view)
{
	return put_end(msg, TCPWARD_A_CONN_CLIENT, &view->client) &&
	       put_end(msg, TCPWARD_A_CONN_SERVER, &view->server) &&
	       !nla_put_u64(msg, TCPWARD_A_CONN_AGE_MS, view->age_ms) &&
	       !nla_put_u64(msg, TCPWARD_A_CONN_IDLE_MS, view->idle_ms) &&
	       !nla_put_u32(msg, TCPWARD_A_CONN_HANDSHAKE_RTT_US,
			    view->handshake_rtt_us) &&
	       !nla_put_u32(msg, TCPWARD_A_CONN_QUIET, view->quiet) &&
	       !nla_put_u32(msg, TCPWARD_A_CONN_DROPPED, view->dropped) &&
	       !nla_put_u32(msg, TCPWARD_A_CONN_LAST_REASON,
			    view->last_reason) &&
	       put_records(msg, view);
}

int nl_restore(struct nl_client *client, const struct saved_conn *conn)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_CONN_RESTORE, 0);

	if (msg && (!put_view(msg, &conn->view) ||
		    !put_conn(msg, TCPWARD_A_CONN_CORE, &conn->core) ||
		    (conn->ext && !put_ext(msg, conn->ext)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return nl_talk(client, msg, NULL, NULL);
}

int nl_restore_mode(struct nl_client *client, uint32_t mode,
		    const struct nl_judging *rests)
{
	struct nl_msg *msg = nl_request(client, TCPWARD_CMD_CONFIG_SET, 0);

	if (msg && (nla_put_u32(msg, TCPWARD_A_CONFIG_MODE, mode) ||
		    (rests && (nla_put_u32(msg, TCPWARD_A_CONFIG_ADOPT_MS,
					   rests->adopt_ms) ||
			       nla_put_u32(msg, TCPWARD_A_CONFIG_PRESSED_MS,
					   rests->pressed_ms))))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return nl_talk(client, msg, NULL, NULL);
}
