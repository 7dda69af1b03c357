// SPDX-License-Identifier: GPL-2.0
/*
 * Names of translated connections. Before NAT, each direction carries addresses
 * of its own, and nf_conntrack is asked what the client called the connection:
 * by that name both are followed as one. Beside the filter both carry the
 * client's address and the server's true one. Where these names differ, each
 * is the other's alias, under which a record may have begun. The zone that
 * nf_conntrack tells equal names apart by is part of each. Holds nf_conntrack
 * while it is asked; never makes an entry there, never changes one.
 */
#include "tcpward.h"

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_flow_table.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
/* Written by holders alone, always the same while there is one. */
static typeof(&nf_conntrack_find_get) find_get __read_mostly;
static typeof(&nf_conntrack_count) count __read_mostly;

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
	typeof(count) counts = symbol_get(nf_conntrack_count);

	if (!found || !counts)
		goto put;
	WRITE_ONCE(find_get, found);
	WRITE_ONCE(count, counts);
	return 0;

put:
	if (found)
		symbol_put(nf_conntrack_find_get);
	if (counts)
		symbol_put(nf_conntrack_count);
	return -ENOPKG;
}

/* What still asks does so under RCU, for which nf_conntrack waits. */
void tcpw_nat_release(void)
{
	symbol_put(nf_conntrack_count);
	symbol_put(nf_conntrack_find_get);
}

/* --- what it knows ------------------------------------------------------ */

/* Whether anything can be translated at all. */
static bool nat_loaded(void)
{
	return rcu_access_pointer(nf_nat_hook);
}

/* Context: nf_conntrack is held. */
static bool has_entries(const struct net *net)
{
	return READ_ONCE(count)(net);
}

/*
 * A zone of one direction alone says nothing of the other one, which NAT has
 * to give names of its own.
 */
static u16 zone_id(const struct nf_conntrack_zone *zone)
{
	return zone->dir == NF_CT_DEFAULT_ZONE_DIR || nat_loaded() ?
	       zone->id : 0;
}

/*
 * Whether there can be flowtables: whether who keeps them is loaded. That is
 * asked once a second at most.
 */
static bool flowtables(u64 now_ms)
{
	static u64 asked_ms;
	static bool loaded;

	if (now_ms < READ_ONCE(asked_ms) + MSEC_PER_SEC)
		return READ_ONCE(loaded);
	WRITE_ONCE(asked_ms, now_ms);
	if (!symbol_get(flow_offload_lookup)) {
		WRITE_ONCE(loaded, false);
		return false;
	}
	symbol_put(flow_offload_lookup);
	WRITE_ONCE(loaded, true);
	return true;
}

/*
 * Whoever offloads a connection has both ends taken liberally, which is not
 * undone: its segments may go past all hooks. So is what nf_conntrack picked
 * up in the middle; of what it has only now heard of, it can tell nothing.
 */
static bool offloaded(const struct nf_conn *ct)
{
	return nf_ct_protonum(ct) == IPPROTO_TCP && nf_ct_is_confirmed(ct) &&
	       READ_ONCE(ct->proto.tcp.seen[0].flags) &
	       READ_ONCE(ct->proto.tcp.seen[1].flags) &
	       IP_CT_TCP_FLAG_BE_LIBERAL;
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

static struct nf_conntrack_tuple_hash *
find(const struct tcpw_packet *pkt, const struct nf_conntrack_zone *zone)
{
	const struct tcpw_tuple *tuple = &pkt->tuple;
	struct nf_conntrack_tuple name = {};

	name.src.l3num = tuple->family;
	name.src.u3 = tuple->addr[pkt->side];
	name.src.u.tcp.port = tuple->port[pkt->side];
	name.dst.u3 = tuple->addr[!pkt->side];
	name.dst.u.tcp.port = tuple->port[!pkt->side];
	name.dst.protonum = IPPROTO_TCP;
	return READ_ONCE(find_get)(pkt->state->net, zone, &name);
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
	pkt->bypassed = offloaded(ct);
}

static void name_zone(struct tcpw_packet *pkt,
		      const struct nf_conntrack_zone *zone)
{
	pkt->tuple.zone = zone_id(zone);
	pkt->alias.zone = pkt->tuple.zone;
}

/*
 * tcpw_nat_rename() - call a translated connection what its client does
 * @pkt: read, and not translated yet
 *
 * Context: netfilter hook of place "early", RCU read side.
 */
void tcpw_nat_rename(struct tcpw_packet *pkt)
{
	struct nf_conntrack_tuple_hash *hash = NULL;
	struct nf_conntrack_zone zone;
	struct nf_conn *ct;

	if (pkt->seg.bad)
		return;
	zone_of(pkt->skb, &zone);
	if (nat_loaded() && has_entries(pkt->state->net))
		hash = find(pkt, &zone);
	if (!hash) {
		name_zone(pkt, &zone);
		return;
	}
	ct = nf_ct_tuplehash_to_ctrack(hash);
	if (READ_ONCE(ct->status) & IPS_NAT_MASK)
		rename(pkt, ct, NF_CT_DIRECTION(hash) == IP_CT_DIR_REPLY);
	name_zone(pkt, nf_ct_zone(ct));
	nf_conntrack_put(&ct->ct_general);
}

/* What is invalid to nf_conntrack has lost its zone. */
static bool zone_lost(const struct tcpw_net *tn, enum ip_conntrack_info ctinfo)
{
	return READ_ONCE(tn->zoned) && ctinfo != IP_CT_UNTRACKED;
}

/*
 * tcpw_nat_alias() - note what the client calls a translated connection
 *
 * Context: netfilter hook of place "filter", RCU read side. Return: false
 * where nobody can tell which of several connections it belongs to.
 */
bool tcpw_nat_alias(struct tcpw_net *tn, struct tcpw_packet *pkt)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(pkt->skb, &ctinfo);

	if (!ct) {
		pkt->unreadable = zone_lost(tn, ctinfo);
		return !pkt->unreadable;
	}
	if (nf_ct_protonum(ct) != IPPROTO_TCP)
		return true;
	if (READ_ONCE(ct->status) & IPS_DST_NAT) {
		pkt->alias_side = name_before(&pkt->alias, ct) ^
				  (CTINFO2DIR(ctinfo) == IP_CT_DIR_REPLY);
		pkt->aliased = true;
	}
	name_zone(pkt, nf_ct_zone(ct));
	if (pkt->tuple.zone && !READ_ONCE(tn->zoned))
		WRITE_ONCE(tn->zoned, true);
	return true;
}

/*
 * tcpw_nat_bypassed() - whether segments of the connection may go past us
 *
 * Context: netfilter hook, RCU read side.
 */
bool tcpw_nat_bypassed(const struct tcpw_packet *pkt)
{
	struct nf_conntrack_tuple_hash *hash;
	enum ip_conntrack_info ctinfo;
	struct nf_conntrack_zone zone;
	struct nf_conn *ct;
	bool bypassed;

	if (!flowtables(pkt->now_ms))
		return false;
	if (!pkt->early) {
		ct = nf_ct_get(pkt->skb, &ctinfo);
		return ct && offloaded(ct);
	}
	if (pkt->renamed || pkt->seg.bad || !has_entries(pkt->state->net))
		return pkt->renamed && pkt->bypassed;
	zone_of(pkt->skb, &zone);
	hash = find(pkt, &zone);
	if (!hash)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(hash);
	bypassed = offloaded(ct);
	nf_conntrack_put(&ct->ct_general);
	return bypassed;
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

bool tcpw_nat_alias(struct tcpw_net *tn, struct tcpw_packet *pkt)
{
	return true;
}

bool tcpw_nat_bypassed(const struct tcpw_packet *pkt)
{
	return false;
}
#endif
