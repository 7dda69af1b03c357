// SPDX-License-Identifier: GPL-2.0
/*
 * Names of translated connections. Before NAT, each direction carries addresses
 * of its own, and nf_conntrack is asked what the client called the connection:
 * by that name both are followed as one. Beside the filter both carry the
 * client's address and the server's true one. Where these names differ, each
 * is the other's alias, under which a record may have begun. Holds
 * nf_conntrack while it is asked; never makes an entry there, never changes
 * one.
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

/* What the client calls it. */
static u8 name_before(struct tcpw_tuple *tuple, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *name;
	u8 client;

	name = nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL);
	tcpw_tuple_make(tuple, name->src.l3num,
			&name->src.u3, name->src.u.tcp.port,
			&name->dst.u3, name->dst.u.tcp.port, &client);
	return client;
}

/* The client as it calls itself, the server as it does. */
static u8 name_between(struct tcpw_tuple *tuple, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *sent, *answered;
	u8 client;

	sent = nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL);
	answered = nf_ct_tuple(ct, IP_CT_DIR_REPLY);
	tcpw_tuple_make(tuple, sent->src.l3num,
			&sent->src.u3, sent->src.u.tcp.port,
			&answered->src.u3, answered->src.u.tcp.port, &client);
	return client;
}

static void rename(struct tcpw_packet *pkt, const struct nf_conn *ct, bool back)
{
	pkt->side = name_before(&pkt->tuple, ct) ^ back;
	pkt->alias_side = name_between(&pkt->alias, ct) ^ back;
	pkt->aliased = READ_ONCE(ct->status) & IPS_DST_NAT;
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

/*
 * tcpw_nat_alias() - note what the client calls a translated connection
 *
 * Context: netfilter hook of place "filter", RCU read side.
 */
void tcpw_nat_alias(struct tcpw_packet *pkt)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);

	if (!ct || !(READ_ONCE(ct->status) & IPS_DST_NAT) ||
	    nf_ct_protonum(ct) != IPPROTO_TCP)
		return;
	pkt->alias_side = name_before(&pkt->alias, ct) ^
			  (CTINFO2DIR(ctinfo) == IP_CT_DIR_REPLY);
	pkt->aliased = true;
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

void tcpw_nat_alias(struct tcpw_packet *pkt)
{
}
#endif
