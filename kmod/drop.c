// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a refused packet. Where the kernel lets a module name the reasons
 * why it frees packets, it is freed with ours, so that dropwatch tells them;
 * elsewhere netfilter frees it. Decides nothing.
 */
#include "compat.h"
#include "tcpward.h"

#include <linux/skbuff.h>

#ifdef TCPW_DROP_SUBSYS

/* By number, as in the ABI. */
static const char *names[TCPWARD_REASON_MAX + 1] __ro_after_init;

static const struct drop_reason_list list = {
	.reasons = names,
	.n_reasons = ARRAY_SIZE(names),
};

/* The owner of the number may have come since, and taken it back. */
static bool ours(void)
{
	return rcu_access_pointer(drop_reasons_by_subsys[TCPW_DROP_SUBSYS]) ==
	       &list;
}

/*
 * tcpw_drop() - end a refused packet
 * @pkt: skb and refused are set; its skb is gone afterwards
 *
 * Context: netfilter hook. Return: the verdict of the hook; a local sender
 * hears EPERM, as from any other netfilter rule.
 */
unsigned int tcpw_drop(const struct tcpw_packet *pkt)
{
	u32 reason = TCPW_DROP_SUBSYS << SKB_DROP_REASON_SUBSYS_SHIFT |
		     pkt->refused;

	if (!ours())
		return NF_DROP;
	return NF_DROP_REASON(pkt->skb, (enum skb_drop_reason)reason, EPERM);
}

void __init tcpw_drop_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		names[i] = tcpw_reasons[i].name;
	if (!rcu_access_pointer(drop_reasons_by_subsys[TCPW_DROP_SUBSYS]))
		drop_reasons_register_subsys(TCPW_DROP_SUBSYS, &list);
}

void tcpw_drop_exit(void)
{
	if (ours())
		drop_reasons_unregister_subsys(TCPW_DROP_SUBSYS);
}

#else

unsigned int tcpw_drop(const struct tcpw_packet *pkt)
{
	return NF_DROP;
}

void __init tcpw_drop_init(void)
{
}

void tcpw_drop_exit(void)
{
}

#endif
