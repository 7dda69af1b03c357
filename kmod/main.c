// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading. Owns the module parameters, which set the defaults
 * of new network namespaces; never touches a packet.
 */
#include "report.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

struct tcpw_config tcpw_defaults;

/* --- parameters -------------------------------------------------------- */

struct param {
	u16 attr;		/* TCPWARD_A_CONFIG_* */
	u32 value;
};

static struct param mode = { TCPWARD_A_CONFIG_MODE, TCPWARD_MODE_ENFORCE };
static struct param placement = {
	TCPWARD_A_CONFIG_PLACEMENT, TCPWARD_PLACEMENT_FILTER
};
static struct param pickup = { TCPWARD_A_CONFIG_PICKUP, TCPWARD_PICKUP_AUTO };
static struct param max_connections = { TCPWARD_A_CONFIG_MAX_CONNECTIONS, 0 };

static const struct tcpw_knob *knob_of(const struct param *param)
{
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS - 1; i++)
		if (tcpw_knobs[i].attr == param->attr)
			break;
	return &tcpw_knobs[i];
}

static int param_name(const struct tcpw_knob *knob, const char *text, u32 *value)
{
	unsigned int i;

	for (i = 0; knob->values[i]; i++) {
		if (sysfs_streq(text, knob->values[i])) {
			*value = i;
			return 0;
		}
	}
	pr_err("tcpward: %s=%s is not known\n", knob->name, text);
	return -EINVAL;
}

static int param_set(const char *text, const struct kernel_param *kp)
{
	struct param *param = kp->arg;
	const struct tcpw_knob *knob = knob_of(param);
	u32 value;
	int err;

	if (knob->values)
		return param_name(knob, text, &param->value);
	err = kstrtou32(text, 0, &value);
	if (err || (value && (value < knob->min || value > knob->max))) {
		pr_err("tcpward: %s must be 0 (by memory) or from %u to %u\n",
		       knob->name, knob->min, knob->max);
		return err ?: -ERANGE;
	}
	param->value = value;
	return 0;
}

static int param_get(char *buffer, const struct kernel_param *kp)
{
	const struct param *param = kp->arg;
	const struct tcpw_knob *knob = knob_of(param);

	if (knob->values)
		return sysfs_emit(buffer, "%s\n", knob->values[param->value]);
	return sysfs_emit(buffer, "%u\n", param->value);
}

static const struct kernel_param_ops param_ops = {
	.set = param_set,
	.get = param_get,
};

module_param_cb(mode, &param_ops, &mode, 0444);
MODULE_PARM_DESC(mode, "Mode of new network namespaces: off, observe or enforce (default)");
module_param_cb(placement, &param_ops, &placement, 0444);
MODULE_PARM_DESC(placement, "Where segments are judged: early or filter (default)");
module_param_cb(pickup, &param_ops, &pickup, 0444);
MODULE_PARM_DESC(pickup, "Segments without a record: strict, loose or auto (default)");
module_param_cb(max_connections, &param_ops, &max_connections, 0444);
MODULE_PARM_DESC(max_connections, "Records in a network namespace; 0 (default) means by memory");

/* --- init and exit ----------------------------------------------------- */

/* A sixteenth of the memory at most, were the table ever full. */
static u32 __init connections_by_memory(void)
{
	u64 records = div_u64((u64)totalram_pages() << PAGE_SHIFT,
			      16 * tcpw_flow_bytes());

	return clamp_t(u64, records, 1 << 16, 1 << 22);
}

static void __init set_defaults(void)
{
	tcpw_config_default(&tcpw_defaults);
	tcpw_defaults.mode = mode.value;
	tcpw_defaults.placement = placement.value;
	tcpw_defaults.pickup = pickup.value;
	tcpw_defaults.max_connections = max_connections.value ?:
					connections_by_memory();
	tcpw_defaults.max_half_open = max_t(u32, 16,
					    tcpw_defaults.max_connections / 4);
}

/* Namespaces to come need it, whatever becomes of those that are there. */
static int __init hold_conntrack(void)
{
	int err;

	if (placement.value != TCPWARD_PLACEMENT_EARLY)
		return 0;
	err = tcpw_nat_hold();
	if (err == -ENOPKG && tcpw_nat_load())
		err = tcpw_nat_hold();
	if (err)
		pr_err("tcpward: placement=early needs the module nf_conntrack\n");
	return err;
}

static void release_conntrack(void)
{
	if (placement.value == TCPWARD_PLACEMENT_EARLY)
		tcpw_nat_release();
}

/* Hooks come last: what they reach, the netlink family included, is there. */
static int __init tcpw_init(void)
{
	int err;

	set_defaults();
	err = hold_conntrack();
	if (err)
		return err;
	tcpw_drop_init();
	tcpw_table_setup();
	err = tcpw_flow_init();
	if (err)
		goto exit_drop;
	err = tcpw_net_init();
	if (err)
		goto exit_flow;
	err = tcpw_netlink_init();
	if (err)
		goto exit_net;
	err = tcpw_trace_init();
	if (err)
		goto exit_netlink;
	err = tcpw_net_begin();
	if (err)
		goto exit_trace;
	pr_info("tcpward: version %s, ABI %d\n", TCPW_VERSION,
		TCPWARD_ABI_VERSION);
	return 0;

exit_trace:
	tcpw_trace_exit();
exit_netlink:
	tcpw_netlink_exit();
exit_net:
	tcpw_net_exit();
exit_flow:
	tcpw_flow_exit();
exit_drop:
	tcpw_drop_exit();
	release_conntrack();
	return err;
}

static void __exit tcpw_exit(void)
{
	tcpw_net_end();
	tcpw_trace_exit();
	tcpw_netlink_exit();
	tcpw_net_exit();
	tcpw_flow_exit();
	tcpw_drop_exit();
	release_conntrack();
}

module_init(tcpw_init);
module_exit(tcpw_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION(TCPW_VERSION);
MODULE_DESCRIPTION("TCP guard: follows both ends of every connection and refuses what cannot belong");
MODULE_AUTHOR("tcpward developers");
MODULE_ALIAS("net-pf-" __stringify(PF_NETLINK) "-proto-"
	     __stringify(NETLINK_GENERIC) "-family-" TCPWARD_FAMILY_NAME);
