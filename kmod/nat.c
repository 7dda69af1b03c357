// SPDX-License-Identifier: GPL-2.0
/*
 * Before NAT, each direction of a translated connection carries addresses of
 * its own. Here nf_conntrack is asked what the client called the connection:
 * by that name both are followed as one. Holds nf_conntrack while it is asked;
 * never makes an entry there, never changes one.
 */
#include "tcpward.h"

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
/* Written by holders alone, always the same while there is one. */
static typeof(&nf_conntrack_find_get) find_get __read_mostly;

/*
 * tcpw_nat_load() - have nf_conntrack loaded
 *
 * Its own initialization waits for whoever makes or ends a namespace, and
 * that one may wait for tcpw_net.lock.
 *
 * Context: process, without tcpw_net.lock. Return: whether it was loaded.
 */
bool tcpw_nat_load(void)
{
	return !request_module("nf_conntrack");
}

/* Context: process. Return: 0; -ENOPKG where nf_conntrack is not loaded. */
int tcpw_nat_hold(void)
{
	typeof(find_get) found = symbol_get(nf_conntrack_find_get);

	if (!found)
		return -ENOPKG;
	WRITE_ONCE(find_get, found);
	return 0;
}

/* What still asks does so under RCU, for which nf_conntrack waits. */
void tcpw_nat_release(void)
{
	symbol_put(nf_conntrack_find_get);
}

/* Rules that ran before may have chosen a zone. */
static void zone_of(const struct sk_buff *skb, struct nf_conntrack_zone *zone)
{
#ifdef CONFIG_NF_CONNTRACK_ZONES
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *tmpl = nf_ct_get(skb, &ctinfo);

	if (tmpl) {
		*zone = tmpl->zone;
		if (zone->flags & NF_CT_FLAG_MARK)
			zone->id = skb->mark;
		return;
	}
#endif
	memset(zone, 0, sizeof(*zone));
	zone->dir = NF_CT_DEFAULT_ZONE_DIR;
}

static struct nf_conntrack_tuple_hash *find(const struct tcpw_packet *pkt)
{
	const struct tcpw_tuple *tuple = &pkt->tuple;
	struct nf_conntrack_tuple name = {};
	struct nf_conntrack_zone zone;

	name.src.l3num = tuple->family;
	name.src.u3 = tuple->addr[pkt->side];
	name.src.u.tcp.port = tuple->port[pkt->side];
	name.dst.u3 = tuple->addr[!pkt->side];
	name.dst.u.tcp.port = tuple->port[!pkt->side];
	name.dst.protonum = IPPROTO_TCP;
	zone_of(pkt->skb, &zone);
	return READ_ONCE(find_get)(pkt->state->net, &zone, &name);
}

static void rename(struct tcpw_packet *pkt, const struct nf_conn *ct, bool back)
{
	const struct nf_conntrack_tuple *name;
	u8 client;

	name = nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL);
	tcpw_tuple_make(&pkt->tuple, pkt->tuple.family,
			&name->src.u3, name->src.u.tcp.port,
			&name->dst.u3, name->dst.u.tcp.port, &client);
	pkt->side = client ^ back;
	pkt->seg.known &= ~TCPW_SEG_FROM_SERVER;
	if (back)
		pkt->seg.known |= TCPW_SEG_FROM_SERVER;
	pkt->renamed = true;
}

/*
 * tcpw_nat_rename() - call a translated connection what its client does
 * @pkt: read, and not translated yet
 *
 * Context: netfilter hook of place "early", RCU read side.
 */
void tcpw_nat_rename(struct tcpw_packet *pkt)
{
	struct nf_conntrack_tuple_hash *hash;
	struct nf_conn *ct;

	if (pkt->seg.bad)
		return;
	hash = find(pkt);
	if (!hash)
		return;
	ct = nf_ct_tuplehash_to_ctrack(hash);
	if (READ_ONCE(ct->status) & IPS_NAT_MASK)
		rename(pkt, ct, NF_CT_DIRECTION(hash) == IP_CT_DIR_REPLY);
	nf_conntrack_put(&ct->ct_general);
}
#else
bool tcpw_nat_load(void)
{
	return false;
}

int tcpw_nat_hold(void)
{
	return 0;
}

void tcpw_nat_release(void)
{
}

void tcpw_nat_rename(struct tcpw_packet *pkt)
{
}
#endif
