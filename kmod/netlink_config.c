// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration over netlink: all keys, or a change of some, all or none.
 * Ranges come from the spec; a refusal names key and range as users write
 * them, for which the generic texts of the kernel have no place.
 */
#include "netlink.h"
#include "compat.h"
#include "netlink_gen.h"
#include "tcpward.h"

#include <linux/kmemleak.h>
#include <linux/slab.h>

static const char *range_text[TCPW_KNOBS] __ro_after_init;

/* --- ranges ------------------------------------------------------------ */

static const struct tcpw_knob *knob_of(u16 attr)
{
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS; i++)
		if (tcpw_knobs[i].attr == attr)
			return &tcpw_knobs[i];
	return NULL;
}

static int check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct tcpw_knob *knob = knob_of(nla_type(attr));
	u32 value;

	if (!knob || nla_len(attr) != sizeof(value)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not a 32-bit number");
		return -EINVAL;
	}
	value = nla_get_u32(attr);
	if (value >= knob->min && value <= knob->max)
		return 0;
	/* The range in numbers, too. */
	NL_SET_BAD_ATTR_POLICY(extack, attr,
			       &tcpward_config_set_nl_policy[knob->attr]);
	extack->_msg = range_text[knob - tcpw_knobs];
	return -ERANGE;
}

static const struct netlink_range_validation rest_range = {
	.max = S32_MAX,
};

/*
 * In the place of the generated one, which is for the numbers in a refusal.
 * The controller's getpolicy cannot look into check(): it shows octets.
 */
static const struct nla_policy policy[] = {
	[TCPWARD_A_CONFIG_MODE ... TCPWARD_A_CONFIG_CSUM] =
		NLA_POLICY_VALIDATE_FN(NLA_BINARY, check),
	[TCPWARD_A_CONFIG_ACTION ... TCPWARD_A_CONFIG_SKIP_MARK] =
		NLA_POLICY_VALIDATE_FN(NLA_BINARY, check),
	[TCPWARD_A_CONFIG_ADOPT_MS ... TCPWARD_A_CONFIG_PRESSED_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &rest_range),
};

static char *enum_text(const struct tcpw_knob *knob)
{
	char *text = kasprintf(GFP_KERNEL, "%s must be one of", knob->name);
	unsigned int i;
	char *longer;

	for (i = 0; text && knob->values[i]; i++) {
		longer = kasprintf(GFP_KERNEL, "%s%s %s", text, i ? "," : "",
				   knob->values[i]);
		kfree(text);
		text = longer;
	}
	return text;
}

static char *text_of(const struct tcpw_knob *knob)
{
	const char *unit = knob->unit == TCPW_UNIT_MS ? " ms" : "";

	if (knob->values)
		return enum_text(knob);
	if (knob->unit == TCPW_UNIT_BITS)
		return kasprintf(GFP_KERNEL, "%s must be from %#x to %#x",
				 knob->name, knob->min, knob->max);
	return kasprintf(GFP_KERNEL, "%s must be from %u%s to %u%s",
			 knob->name, knob->min, unit, knob->max, unit);
}

void tcpw_config_policy_exit(void)
{
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS; i++)
		kfree(range_text[i]);
}

int __init tcpw_config_policy_init(struct genl_ops *op)
{
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS; i++) {
		range_text[i] = text_of(&tcpw_knobs[i]);
		if (!range_text[i]) {
			tcpw_config_policy_exit();
			return -ENOMEM;
		}
		/* It does not look into __ro_after_init of modules. */
		kmemleak_not_leak(range_text[i]);
	}
	op->policy = policy;
	return 0;
}

/* --- get --------------------------------------------------------------- */

static int put_judging(struct sk_buff *skb, const struct tcpw_judging *j)
{
	if (!j->judging)
		return 0;
	return nla_put_u64_64bit(skb, TCPWARD_A_CONFIG_ENFORCING_MS, j->for_ms,
				 TCPWARD_A_CONFIG_PAD) ||
	       nla_put_u32(skb, TCPWARD_A_CONFIG_ADOPT_MS, j->adopt_ms) ||
	       nla_put_u32(skb, TCPWARD_A_CONFIG_PRESSED_MS, j->pressed_ms) ?
	       -EMSGSIZE : 0;
}

static int put_config(struct sk_buff *skb, struct tcpw_config *cfg,
		      const struct tcpw_judging *judging)
{
	unsigned int i;

	for (i = 0; i < TCPW_KNOBS; i++)
		if (nla_put_u32(skb, tcpw_knobs[i].attr,
				*tcpw_knob_slot(cfg, &tcpw_knobs[i])))
			return -EMSGSIZE;
	return put_judging(skb, judging);
}

static void read_config(struct tcpw_net *tn, struct tcpw_config *cfg)
{
	*cfg = rcu_dereference_protected(tn->policy,
					 lockdep_is_held(&tn->lock))->set;
}

int tcpward_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	struct tcpw_judging judging;
	struct tcpw_config cfg;
	struct sk_buff *reply;
	void *header;
	int err;

	err = tcpw_netlink_abi(info->attrs[TCPWARD_A_CONFIG_ABI],
			       info->extack);
	if (err)
		return err;
	mutex_lock(&tn->lock);
	read_config(tn, &cfg);
	tcpw_net_judging(tn, &judging);
	mutex_unlock(&tn->lock);
	reply = tcpw_netlink_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	err = put_config(reply, &cfg, &judging);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* --- set --------------------------------------------------------------- */

/* Constraints between keys; each alone was checked by the policy. */
static int check_whole(const struct tcpw_config *cfg, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (cfg->max_half_open > cfg->max_connections) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TCPWARD_A_CONFIG_MAX_HALF_OPEN] ?:
				    attrs[TCPWARD_A_CONFIG_MAX_CONNECTIONS],
				    "max_half_open must not exceed max_connections");
		return -EINVAL;
	}
	if (cfg->mark & cfg->skip_mark) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    attrs[TCPWARD_A_CONFIG_SKIP_MARK] ?:
				    attrs[TCPWARD_A_CONFIG_MARK],
				    "mark and skip_mark must not share a bit");
		return -EINVAL;
	}
	return 0;
}

/* A smaller table alone makes its half-open part smaller, too. */
static void follow_limit(struct tcpw_config *cfg, struct nlattr **attrs)
{
	if (attrs[TCPWARD_A_CONFIG_MAX_CONNECTIONS] &&
	    !attrs[TCPWARD_A_CONFIG_MAX_HALF_OPEN])
		cfg->max_half_open = min(cfg->max_half_open,
					 cfg->max_connections);
}

/* The times of a former module go on in this one. */
static void set_rests(struct tcpw_net *tn, struct nlattr **attrs)
{
	if (attrs[TCPWARD_A_CONFIG_ADOPT_MS])
		tcpw_net_adopt(tn,
			       nla_get_u32(attrs[TCPWARD_A_CONFIG_ADOPT_MS]));
	if (attrs[TCPWARD_A_CONFIG_PRESSED_MS])
		tcpw_net_press(tn,
			       nla_get_u32(attrs[TCPWARD_A_CONFIG_PRESSED_MS]));
}

static int set(struct tcpw_net *tn, struct genl_info *info)
{
	const struct tcpw_knob *knob;
	struct tcpw_config cfg;
	unsigned int i;
	int err;

	mutex_lock(&tn->lock);
	read_config(tn, &cfg);
	for (i = 0; i < TCPW_KNOBS; i++) {
		knob = &tcpw_knobs[i];
		if (info->attrs[knob->attr])
			*tcpw_knob_slot(&cfg, knob) =
				nla_get_u32(info->attrs[knob->attr]);
	}
	follow_limit(&cfg, info->attrs);
	err = check_whole(&cfg, info);
	if (!err)
		err = tcpw_net_configure(tn, &cfg);
	if (!err)
		set_rests(tn, info->attrs);
	mutex_unlock(&tn->lock);
	return err;
}

int tcpward_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct tcpw_net *tn = tcpw_net(genl_info_net(info));
	int err = set(tn, info);

	if (err == -ENOPKG && tcpw_nat_load())
		err = set(tn, info);
	if (err == -ENODEV)
		NL_SET_ERR_MSG(info->extack, "the module is being unloaded");
	else if (err == -ENOPKG)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[TCPWARD_A_CONFIG_PLACEMENT],
				    "placement=early needs the kernel module nf_conntrack, which does not load");
	return err;
}
