/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, from 6.1 on. The only file that knows their
 * versions; where a macro tells what the kernel has, that is asked instead.
 */
#ifndef TCPW_COMPAT_H
#define TCPW_COMPAT_H

#include <linux/version.h>
#include <net/genetlink.h>
#include <net/inet_hashtables.h>
#include <net/inet6_hashtables.h>

/* Messages with arguments came with 6.2; before, the plain one has to do. */
#ifdef NL_SET_ERR_MSG_ATTR_FMT
#define TCPW_ERR_ATTR_FMT(extack, attr, plain, fmt, args...) \
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, ##args)
#else
#define TCPW_ERR_ATTR_FMT(extack, attr, plain, fmt, args...) \
	NL_SET_ERR_MSG_ATTR(extack, attr, plain)
#endif

/* The range of a policy is const from 6.7 on, and always in generated code. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, limits) { \
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp), \
	.validation_type = NLA_VALIDATE_RANGE_PTR, \
	.range = (struct netlink_range_validation *)(limits), \
}
#endif

/*
 * Kernels zero what functions have on their stacks. For what is large, and set
 * before it is read, that would cost more than the rest of a segment. Newer
 * ones have the word for it.
 */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized __attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

/* The unbound workqueue has another name; the former one is deprecated. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define TCPW_UNBOUND_WQ system_dfl_wq
#else
#define TCPW_UNBOUND_WQ system_unbound_wq
#endif

/*
 * Reasons of modules for freeing a packet, which netfilter hooks can give from
 * 6.7 on. The kernel numbers who may name some, and has no number for others:
 * that of Open vSwitch is used while that is not there.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#include <net/dropreason.h>
#define TCPW_DROP_SUBSYS SKB_DROP_REASON_SUBSYS_OPENVSWITCH
#endif

/* Attributes of a dump request, parsed. */
static inline struct nlattr **tcpw_compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

static inline struct sock *
tcpw_compat_lookup4(struct net *net, __be32 remote, __be16 remote_port,
		    __be32 local, u16 local_port, int dif, int sdif)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return __inet_lookup_established(net, remote, remote_port,
					 local, local_port, dif, sdif);
#else
	return __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
					 remote, remote_port,
					 local, local_port, dif, sdif);
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
static inline struct sock *
tcpw_compat_lookup6(struct net *net, const struct in6_addr *remote,
		    __be16 remote_port, const struct in6_addr *local,
		    u16 local_port, int dif, int sdif)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return __inet6_lookup_established(net, remote, remote_port,
					  local, local_port, dif, sdif);
#else
	return __inet6_lookup_established(net,
					  net->ipv4.tcp_death_row.hashinfo,
					  remote, remote_port,
					  local, local_port, dif, sdif);
#endif
}
#endif

#endif
