// SPDX-License-Identifier: GPL-2.0
/* Filters in requests: read from attributes, matched against connections. */
#include "netlink_gen.h"
#include "tcpward.h"

#include <linux/inetdevice.h>
#include <net/ipv6.h>

static int parse_family(struct tcpw_filter *filter, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	filter->family = nla_get_u8(attr);
	if (filter->family == NFPROTO_IPV4 || filter->family == NFPROTO_IPV6)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "family must be 2 (IPv4) or 10 (IPv6)");
	return -EAFNOSUPPORT;
}

static int parse_addr(struct tcpw_filter *filter, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);
	u8 family;

	if (len != sizeof(struct in_addr) && len != sizeof(struct in6_addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 or 16 octets");
		return -EINVAL;
	}
	family = len == sizeof(struct in_addr) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	if (filter->family && filter->family != family) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the address is not of the family given");
		return -EINVAL;
	}
	filter->family = family;
	filter->prefix_len = len * 8;
	memcpy(&filter->addr, nla_data(attr), len);
	return 0;
}

static int parse_prefix(struct tcpw_filter *filter, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	u8 prefix_len = nla_get_u8(attr);

	if (!filter->prefix_len) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a prefix length needs an address");
		return -EINVAL;
	}
	if (prefix_len > filter->prefix_len) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the prefix is longer than the address");
		return -ERANGE;
	}
	filter->prefix_len = prefix_len;
	return 0;
}

/*
 * tcpw_filter_parse() - read a nested filter
 * @attr: NULL matches everything
 *
 * Return: 0, or an errno with @extack set.
 */
int tcpw_filter_parse(struct tcpw_filter *filter, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCPWARD_A_FILTER_MAX + 1];
	int err;

	memset(filter, 0, sizeof(*filter));
	if (!attr)
		return 0;
	err = nla_parse_nested(tb, TCPWARD_A_FILTER_MAX, attr,
			       tcpward_filter_nl_policy, extack);
	if (err)
		return err;
	err = parse_family(filter, tb[TCPWARD_A_FILTER_FAMILY], extack);
	if (!err && tb[TCPWARD_A_FILTER_ADDR])
		err = parse_addr(filter, tb[TCPWARD_A_FILTER_ADDR], extack);
	if (!err && tb[TCPWARD_A_FILTER_PREFIX_LEN])
		err = parse_prefix(filter, tb[TCPWARD_A_FILTER_PREFIX_LEN],
				   extack);
	if (err)
		return err;
	if (tb[TCPWARD_A_FILTER_PORT]) {
		filter->has_port = true;
		filter->port = htons(nla_get_u16(tb[TCPWARD_A_FILTER_PORT]));
	}
	if (tb[TCPWARD_A_FILTER_STATES])
		filter->states = nla_get_u32(tb[TCPWARD_A_FILTER_STATES]);
	if (tb[TCPWARD_A_FILTER_REASON])
		filter->reason = nla_get_u32(tb[TCPWARD_A_FILTER_REASON]);
	if (tb[TCPWARD_A_FILTER_ID]) {
		filter->has_id = true;
		filter->id = nla_get_u64(tb[TCPWARD_A_FILTER_ID]);
	}
	return 0;
}

/* --- matching ---------------------------------------------------------- */

/* Where the constant parts of a connection stand, whatever they are part of. */
struct ends {
	const void *addr[2];	/* 4 or 16 octets, by family */
	const __be16 *port;
	u8 family;
};

static bool addr_matches(const struct tcpw_filter *filter, const void *addr)
{
	const __be32 *ip = addr;

	if (!filter->prefix_len)
		return true;
	if (filter->family == NFPROTO_IPV6)
		return ipv6_prefix_equal(addr, &filter->addr.in6,
					 filter->prefix_len);
	return !((*ip ^ filter->addr.ip) & inet_make_mask(filter->prefix_len));
}

static bool ends_match(const struct tcpw_filter *filter,
		       const struct ends *ends)
{
	if (filter->family && filter->family != ends->family)
		return false;
	if (filter->has_port && filter->port != ends->port[0] &&
	    filter->port != ends->port[1])
		return false;
	return addr_matches(filter, ends->addr[0]) ||
	       addr_matches(filter, ends->addr[1]);
}

static bool facts_match(const struct tcpw_filter *filter, u64 id, u8 state,
			u8 other_state)
{
	if (filter->has_id && filter->id != id)
		return false;
	return !filter->states ||
	       filter->states & (BIT(state) | BIT(other_state));
}

/* Whether most connections do not match by their ends alone. */
bool tcpw_filter_names_ends(const struct tcpw_filter *filter)
{
	return filter->has_port || filter->prefix_len;
}

/* What can be told without a lock: false decides. */
bool tcpw_filter_ends(const struct tcpw_filter *filter,
		      const struct tcpw_flow *flow)
{
	struct ends ends = {
		.addr = { &flow->key.addr[0], &flow->key.addr[1] },
		.port = flow->key.port,
		.family = flow->key.family,
	};
	const struct tcpw_flow6 *flow6;

	if (ends.family == NFPROTO_IPV6) {
		flow6 = container_of(flow, struct tcpw_flow6, flow);
		ends.addr[0] = &flow6->addr[0];
		ends.addr[1] = &flow6->addr[1];
	}
	return ends_match(filter, &ends);
}

/* The rest. */
bool tcpw_filter_facts(const struct tcpw_filter *filter,
		       const struct tcpw_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (filter->reason && filter->reason != flow->last_reason)
		return false;
	return facts_match(filter, tcpw_flow_id(flow),
			   tcpw_shown_state(&flow->conn, 0),
			   tcpw_shown_state(&flow->conn, 1));
}

/* All but the reason, of which connections and segments have different. */
bool tcpw_filter_view(const struct tcpw_filter *filter,
		      const struct tcpw_view *view)
{
	const struct tcpw_tuple *tuple = &view->tuple;
	const struct ends ends = {
		.addr = { &tuple->addr[0], &tuple->addr[1] },
		.port = tuple->port,
		.family = tuple->family,
	};

	return facts_match(filter, view->facts.id, view->facts.shown[0],
			   view->facts.shown[1]) &&
	       ends_match(filter, &ends);
}
