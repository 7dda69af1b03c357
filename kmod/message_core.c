// SPDX-License-Identifier: GPL-2.0
/*
 * The state of the core in netlink messages, whole: out of a copy of a
 * record, and into one. Says of no record whether it makes sense.
 */
#include "core/saved.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "report.h"

/* --- out --------------------------------------------------------------- */

static int put_number(struct sk_buff *skb, const struct tcpw_field *field,
		      const void *base, int pad)
{
	u64 value = tcpw_field_get(field, base);

	switch (field->size) {
	case sizeof(u8):
		return nla_put_u8(skb, field->attr, value);
	case sizeof(u16):
		return nla_put_u16(skb, field->attr, value);
	case sizeof(u32):
		return nla_put_u32(skb, field->attr, value);
	default:
		return nla_put_u64_64bit(skb, field->attr, value, pad);
	}
}

static int put_numbers(struct sk_buff *skb, const struct tcpw_field *fields,
		       const void *base, int pad)
{
	const struct tcpw_field *field;

	for (field = fields; field->name; field++)
		if (put_number(skb, field, base, pad))
			return -EMSGSIZE;
	return 0;
}

/* A nest that holds the numbers of one structure and no other. */
static int put_plain(struct sk_buff *skb, int attr,
		     const struct tcpw_field *fields, const void *base)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || put_numbers(skb, fields, base, 0))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_conn(struct sk_buff *skb, int attr,
		    const struct tcpw_saved_conn *conn)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    put_plain(skb, TCPWARD_A_CORE_CONN_LOWER, tcpw_end_fields,
		      &conn->ep[0]) ||
	    put_plain(skb, TCPWARD_A_CORE_CONN_HIGHER, tcpw_end_fields,
		      &conn->ep[1]) ||
	    put_numbers(skb, tcpw_conn_fields, conn, TCPWARD_A_CORE_CONN_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_ext(struct sk_buff *skb, const struct tcpw_saved_ext *ext)
{
	const struct tcpw_ext *rest = &ext->rest;
	struct nlattr *nest = nla_nest_start(skb, TCPWARD_A_CONN_EXT);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < TCPW_CANDIDATES; i++)
		if (put_plain(skb, TCPWARD_A_CORE_EXT_SYN, tcpw_syn_fields,
			      &rest->syn[i]) ||
		    put_plain(skb, TCPWARD_A_CORE_EXT_SYNACK,
			      tcpw_synack_fields, &rest->synack[i]))
			return -EMSGSIZE;
	if (put_conn(skb, TCPWARD_A_CORE_EXT_SHADOW, &ext->shadow) ||
	    put_numbers(skb, tcpw_ext_fields, rest, TCPWARD_A_CORE_EXT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * tcpw_message_core() - all that the core keeps of a connection
 * @ext: may be NULL
 */
int tcpw_message_core(struct sk_buff *skb, const struct tcpw_conn *conn,
		      const struct tcpw_ext *ext, u64 now_ms)
{
	struct tcpw_saved_conn saved_conn;
	struct tcpw_saved_ext saved_ext;

	tcpw_save_conn(&saved_conn, conn, now_ms);
	if (put_conn(skb, TCPWARD_A_CONN_CORE, &saved_conn))
		return -EMSGSIZE;
	if (!ext)
		return 0;
	tcpw_save_ext(&saved_ext, ext, now_ms);
	return put_ext(skb, &saved_ext);
}

/* --- in ---------------------------------------------------------------- */

static u64 number_of(const struct tcpw_field *field,
		     const struct nlattr *attr)
{
	switch (field->size) {
	case sizeof(u8):
		return nla_get_u8(attr);
	case sizeof(u16):
		return nla_get_u16(attr);
	case sizeof(u32):
		return nla_get_u32(attr);
	default:
		return nla_get_u64(attr);
	}
}

static int take_numbers(const struct tcpw_field *fields, void *base,
			struct nlattr **tb, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	const struct tcpw_field *field;

	for (field = fields; field->name; field++) {
		if (!tb[field->attr]) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "a number of the core is missing");
			return -EINVAL;
		}
		tcpw_field_set(field, base,
			       number_of(field, tb[field->attr]));
	}
	return 0;
}

static int take_end(struct tcpw_saved_end *ep, const struct nlattr *attr,
		    const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_CORE_END_MAX + 1];
	int err;

	if (!attr) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "an end is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, TCPWARD_A_CORE_END_STATE, attr,
			       tcpward_core_end_nl_policy, extack);
	return err ?: take_numbers(tcpw_end_fields, ep, tb, attr, extack);
}

/* What @nest, a core-conn, says; ranges are those of the policy. */
int tcpw_message_take_conn(struct tcpw_saved_conn *conn,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_CORE_CONN_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_CORE_CONN_CLOSED_BY, nest,
			       tcpward_core_conn_nl_policy, extack);
	if (!err)
		err = take_end(&conn->ep[0], tb[TCPWARD_A_CORE_CONN_LOWER],
			       nest, extack);
	if (!err)
		err = take_end(&conn->ep[1], tb[TCPWARD_A_CORE_CONN_HIGHER],
			       nest, extack);
	return err ?: take_numbers(tcpw_conn_fields, conn, tb, nest, extack);
}

static int take_syn(struct tcpw_syn *syn, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_CORE_SYN_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_CORE_SYN_OPTIONS, nest,
			       tcpward_core_syn_nl_policy, extack);
	return err ?: take_numbers(tcpw_syn_fields, syn, tb, nest, extack);
}

static int take_synack(struct tcpw_synack *sa, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_CORE_SYNACK_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_CORE_SYNACK_ORDER, nest,
			       tcpward_core_synack_nl_policy, extack);
	return err ?: take_numbers(tcpw_synack_fields, sa, tb, nest, extack);
}

static int take_candidates(struct tcpw_ext *ext, const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	unsigned int syns = 0, synacks = 0;
	struct nlattr *attr;
	int rest, err = 0;

	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) == TCPWARD_A_CORE_EXT_SYN &&
		    syns++ < TCPW_CANDIDATES)
			err = take_syn(&ext->syn[syns - 1], attr, extack);
		else if (nla_type(attr) == TCPWARD_A_CORE_EXT_SYNACK &&
			 synacks++ < TCPW_CANDIDATES)
			err = take_synack(&ext->synack[synacks - 1], attr,
					  extack);
		if (err)
			return err;
	}
	if (syns == TCPW_CANDIDATES && synacks == TCPW_CANDIDATES)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nest, "not four SYNs and four SYN+ACKs");
	return -EINVAL;
}

int tcpw_message_take_ext(struct tcpw_saved_ext *ext,
			  const struct nlattr *nest,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_CORE_EXT_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCPWARD_A_CORE_EXT_SYNACKS, nest,
			       tcpward_core_ext_nl_policy, extack);
	if (err)
		return err;
	if (!tb[TCPWARD_A_CORE_EXT_SHADOW]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the shadow is missing");
		return -EINVAL;
	}
	err = tcpw_message_take_conn(&ext->shadow,
				     tb[TCPWARD_A_CORE_EXT_SHADOW], extack);
	if (!err)
		err = take_candidates(&ext->rest, nest, extack);
	return err ?: take_numbers(tcpw_ext_fields, &ext->rest, tb, nest,
				   extack);
}
