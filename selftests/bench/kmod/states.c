// SPDX-License-Identifier: GPL-2.0
/* What nf_conntrack made of the traffic: the state of every connection. */
#include "bench.h"

#include <linux/bottom_half.h>
#include <linux/sched.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

static struct nf_conn *find(struct net *net, u32 index)
{
	struct nf_conntrack_tuple tuple = {};
	struct nf_conntrack_tuple_hash *hash;
	__be32 addr[2];
	__be16 port[2];

	bench_tuple(index, addr, port);
	tuple.src.l3num = NFPROTO_IPV4;
	tuple.src.u3.ip = addr[BENCH_CLIENT];
	tuple.src.u.tcp.port = port[BENCH_CLIENT];
	tuple.dst.u3.ip = addr[BENCH_SERVER];
	tuple.dst.u.tcp.port = port[BENCH_SERVER];
	tuple.dst.protonum = IPPROTO_TCP;
	hash = nf_conntrack_find_get(net, &nf_ct_zone_dflt, &tuple);
	return hash ? nf_ct_tuplehash_to_ctrack(hash) : NULL;
}

/*
 * bench_states() - count connections by state
 * @count: by enum tcp_conntrack; connections that are not there: not at all
 */
void bench_states(struct net *net, u32 first, u32 connections,
		  u32 count[BENCH_STATES])
{
	struct nf_conn *ct;
	u32 i;

	memset(count, 0, BENCH_STATES * sizeof(*count));
	for (i = first; i < first + connections; i++) {
		ct = find(net, i);
		if (ct) {
			count[ct->proto.tcp.state % BENCH_STATES]++;
			nf_ct_put(ct);
		}
		cond_resched();
	}
}
