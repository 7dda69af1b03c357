// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family. The operations come from the generated table;
 * this adds what the generator has no words for: the start and end of a dump,
 * refusals that name the key and its range, and who may join a group.
 */
#include "netlink.h"
#include "compat.h"
#include "netlink_gen.h"
#include "tcpward.h"

#include <linux/module.h>

static struct genl_ops ops[ARRAY_SIZE(tcpward_nl_ops)] __ro_after_init;

/* Events tell about everybody's traffic. */
static const struct genl_multicast_group groups[] = {
	[TCPWARD_NLGRP_TRANSITIONS] = {
		.name = TCPWARD_MCGRP_TRANSITIONS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[TCPWARD_NLGRP_VERDICTS] = {
		.name = TCPWARD_MCGRP_VERDICTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family tcpw_family __ro_after_init = {
	.name = TCPWARD_FAMILY_NAME,
	.version = TCPWARD_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/*
 * tcpw_netlink_abi() - refuse a caller that speaks another interface
 * @attr: version that the caller speaks, or NULL
 */
int tcpw_netlink_abi(const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_u32(attr) == TCPWARD_ABI_VERSION)
		return 0;
	TCPW_ERR_ATTR_FMT(extack, attr,
			  "tool speaks another ABI, module speaks ABI "
			  __stringify(TCPWARD_ABI_VERSION),
			  "tool speaks ABI %u, module speaks ABI %u",
			  nla_get_u32(attr), TCPWARD_ABI_VERSION);
	return -EPROTO;
}

/* A reply to @info, begun; NULL without memory. */
struct sk_buff *tcpw_netlink_reply(struct genl_info *info, void **header)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &tcpw_family, 0,
				    info->genlhdr->cmd);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

static struct genl_ops *op_of(u8 cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops) - 1; i++)
		if (ops[i].cmd == cmd)
			break;
	return &ops[i];
}

int __init tcpw_netlink_init(void)
{
	int err;

	memcpy(ops, tcpward_nl_ops, sizeof(ops));
	op_of(TCPWARD_CMD_CONN_GET)->start = tcpw_conn_dump_start;
	op_of(TCPWARD_CMD_CONN_GET)->done = tcpw_conn_dump_done;
	err = tcpw_config_policy_init(op_of(TCPWARD_CMD_CONFIG_SET));
	if (err)
		return err;
	err = genl_register_family(&tcpw_family);
	if (err)
		tcpw_config_policy_exit();
	return err;
}

void tcpw_netlink_exit(void)
{
	genl_unregister_family(&tcpw_family);
	tcpw_config_policy_exit();
}
