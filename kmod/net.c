// SPDX-License-Identifier: GPL-2.0
/*
 * State of a network namespace: made and destroyed with it, configured as a
 * whole. Owns the policy, which packets read under RCU, and decides when the
 * hooks are in place: while the mode is not off.
 */
#include "report.h"

#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

static unsigned int net_id __read_mostly;

struct tcpw_net *tcpw_net(const struct net *net)
{
	return net_generic(net, net_id);
}

/* --- configuration ----------------------------------------------------- */

static struct tcpw_policy *policy_alloc(const struct tcpw_config *cfg)
{
	struct tcpw_policy *policy = kmalloc(sizeof(*policy), GFP_KERNEL);

	if (!policy)
		return NULL;
	policy->set = *cfg;
	policy->strict = *cfg;
	policy->strict.pickup = TCPWARD_PICKUP_STRICT;
	policy->loose = *cfg;
	policy->loose.pickup = TCPWARD_PICKUP_LOOSE;
	return policy;
}

/*
 * What is older than enforcing is adopted for one established timeout: by
 * then every live connection has been seen.
 */
static void begin_judging(struct tcpw_net *tn, const struct tcpw_config *cfg)
{
	u64 now_ms = tcpw_now_ms();
	u64 adopt_ms = cfg->timeout_established_ms ?: S32_MAX;

	WRITE_ONCE(tn->since_ms, now_ms);
	WRITE_ONCE(tn->adopt_ms, now_ms + adopt_ms);
}

/* What is forwarded is adopted from now on for so long, 0 included. */
void tcpw_net_adopt(struct tcpw_net *tn, u32 for_ms)
{
	WRITE_ONCE(tn->adopt_ms, tcpw_now_ms() + for_ms);
}

/* Everything is adopted for at least so long. */
void tcpw_net_press(struct tcpw_net *tn, u32 for_ms)
{
	u64 until_ms = tcpw_now_ms() + for_ms;

	if (READ_ONCE(tn->pressed_ms) < until_ms)
		WRITE_ONCE(tn->pressed_ms, until_ms);
}

/* Something live went without a record: its next segments are adopted. */
void tcpw_net_pressed(struct tcpw_net *tn, u64 for_ms)
{
	tcpw_net_press(tn, for_ms ?: S32_MAX);
}

static u32 rest_ms(u64 until_ms, u64 now_ms)
{
	return until_ms > now_ms ? min_t(u64, until_ms - now_ms, S32_MAX) : 0;
}

/* Context: tn->lock held, so that all is of one moment. */
void tcpw_net_judging(const struct tcpw_net *tn, struct tcpw_judging *judging)
{
	u64 now_ms = tcpw_now_ms(), since_ms = READ_ONCE(tn->since_ms);

	lockdep_assert_held(&tn->lock);
	*judging = (struct tcpw_judging){
		.judging = since_ms,
		.for_ms = now_ms - since_ms,
		.adopt_ms = rest_ms(READ_ONCE(tn->adopt_ms), now_ms),
		.pressed_ms = rest_ms(READ_ONCE(tn->pressed_ms), now_ms),
	};
}

static int hooks_in(struct tcpw_net *tn, const struct tcpw_config *cfg)
{
	int err;

	lockdep_assert_held(&tn->lock);
	if (tn->hooked)
		return tn->places == BIT(cfg->placement) ? 0 :
		       tcpw_hook_move(tn, cfg->placement);
	if (tn->leaving)
		return -ENODEV;
	err = tcpw_hook_register(tn, cfg->placement);
	if (!err)
		tn->hooked = true;
	return err;
}

static void hooks_out(struct tcpw_net *tn)
{
	lockdep_assert_held(&tn->lock);
	if (tn->hooked)
		tcpw_hook_unregister(tn);
	tn->hooked = false;
}

/*
 * Records that missed segments would judge wrongly later: without hooks there
 * are none.
 */
static void stop_judging(struct tcpw_net *tn)
{
	if (!tn->hooked)
		return;
	hooks_out(tn);
	synchronize_net();
	WRITE_ONCE(tn->since_ms, 0);
	tcpw_table_flush(tn);
}

/*
 * tcpw_net_configure() - replace the whole configuration
 *
 * Context: process, tn->lock held. Return: 0, or an errno with nothing
 * changed.
 */
int tcpw_net_configure(struct tcpw_net *tn, const struct tcpw_config *cfg)
{
	u64 since_ms = tn->since_ms, adopt_ms = tn->adopt_ms;
	struct tcpw_policy *policy, *old;
	int err;

	lockdep_assert_held(&tn->lock);
	policy = policy_alloc(cfg);
	if (!policy)
		return -ENOMEM;
	old = rcu_replace_pointer(tn->policy, policy,
				  lockdep_is_held(&tn->lock));
	if (cfg->mode == TCPWARD_MODE_OFF) {
		stop_judging(tn);
	} else {
		if (!tn->hooked || cfg->mode != old->set.mode)
			begin_judging(tn, cfg);
		err = hooks_in(tn, cfg);
		if (err) {
			WRITE_ONCE(tn->since_ms, since_ms);
			WRITE_ONCE(tn->adopt_ms, adopt_ms);
			rcu_assign_pointer(tn->policy, old);
			kfree_rcu(policy, rcu);
			return err;
		}
	}
	kfree_rcu(old, rcu);
	tcpw_table_bound(tn);
	return 0;
}

/* --- coming and going -------------------------------------------------- */

static int __net_init net_init(struct net *net)
{
	struct tcpw_net *tn = tcpw_net(net);
	struct tcpw_policy *policy;
	int err = -ENOMEM;

	tn->net = net;
	mutex_init(&tn->lock);
	INIT_LIST_HEAD(&tn->traces);
	tcpw_event_init(tn);
	policy = policy_alloc(&tcpw_defaults);
	if (!policy)
		return err;
	RCU_INIT_POINTER(tn->policy, policy);
	tn->stats = alloc_percpu(struct tcpw_stats);
	if (!tn->stats)
		goto free_policy;
	err = tcpw_wheel_init(&tn->wheel);
	if (err)
		goto free_stats;
	err = tcpw_table_init(tn);
	if (err)
		goto exit_wheel;
	return 0;

exit_wheel:
	tcpw_wheel_exit(&tn->wheel);
free_stats:
	free_percpu(tn->stats);
free_policy:
	kfree(policy);
	return err;
}

/* No packet and no request can come any more; the wheel may still turn. */
static void __net_exit net_exit(struct net *net)
{
	struct tcpw_net *tn = tcpw_net(net);

	tcpw_wheel_stop(&tn->wheel);
	tcpw_trace_clear(tn);
	tcpw_table_exit(tn);
	tcpw_wheel_exit(&tn->wheel);
	tcpw_event_exit(tn);
	free_percpu(tn->stats);
	kfree(rcu_dereference_protected(tn->policy, true));
}

/* The last of the dead are counted. */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	rcu_barrier();
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.exit_batch = net_exit_batch,
	.id = &net_id,
	.size = sizeof(struct tcpw_net),
};

int __init tcpw_net_init(void)
{
	return register_pernet_subsys(&net_ops);
}

void tcpw_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

/*
 * The hooks have operations of their own: registered after all that packets
 * reach, and gone before any of it; between their pre_exit and the exit
 * above lies an RCU grace period.
 */
static int __net_init hooks_init(struct net *net)
{
	struct tcpw_net *tn = tcpw_net(net);
	int err = 0;

	mutex_lock(&tn->lock);
	if (tcpw_defaults.mode != TCPWARD_MODE_OFF && !tn->hooked) {
		begin_judging(tn, &tcpw_defaults);
		err = hooks_in(tn, &tcpw_defaults);
	}
	mutex_unlock(&tn->lock);
	return err;
}

static void __net_exit hooks_pre_exit(struct net *net)
{
	struct tcpw_net *tn = tcpw_net(net);

	mutex_lock(&tn->lock);
	tn->leaving = true;
	hooks_out(tn);
	mutex_unlock(&tn->lock);
}

static struct pernet_operations hooks_ops = {
	.init = hooks_init,
	.pre_exit = hooks_pre_exit,
};

int __init tcpw_net_begin(void)
{
	return register_pernet_subsys(&hooks_ops);
}

void tcpw_net_end(void)
{
	unregister_pernet_subsys(&hooks_ops);
}
