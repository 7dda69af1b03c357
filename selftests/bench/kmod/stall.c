// SPDX-License-Identifier: GPL-2.0
/*
 * How long nothing else could run while something went on, seen in two ways:
 * how long each softirq took, by the kernel's own tracepoints; and how long an
 * urgent thread waits that a timer wakes all the time, which tells of softirqs
 * and of whatever else does not let go of the CPU. In CPU time, so that the
 * machine below has no part in it. Of one CPU.
 */
#include "bench.h"

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/tracepoint.h>

#define WAKE_NS 250000

static struct tracepoint *entry, *leaving;	/* softirq_entry, softirq_exit */
static struct task_struct *urgent;
static struct hrtimer timer;
static struct bench_stall found;
static u64 entered_ns;		/* 0: in no softirq */
static u64 woken_ns;		/* 0: the thread has had its turn */

/* --- softirqs ---------------------------------------------------------- */

static void on_entry(void *data, unsigned int vector)
{
	entered_ns = bench_clock_ns();
}

static void on_exit(void *data, unsigned int vector)
{
	if (entered_ns)
		found.softirq_ns = max(found.softirq_ns,
				       bench_clock_ns() - entered_ns);
	entered_ns = 0;
}

/* They are not exported, but can be found. */
static void find(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "softirq_entry"))
		entry = tp;
	if (!strcmp(tp->name, "softirq_exit"))
		leaving = tp;
}

static int watch_softirqs(void)
{
	int err;

	for_each_kernel_tracepoint(find, NULL);
	if (!entry || !leaving)
		return -ENOENT;
	err = tracepoint_probe_register(entry, on_entry, NULL);
	if (err)
		return err;
	err = tracepoint_probe_register(leaving, on_exit, NULL);
	if (err)
		tracepoint_probe_unregister(entry, on_entry, NULL);
	return err;
}

static void leave_softirqs(void)
{
	tracepoint_probe_unregister(leaving, on_exit, NULL);
	tracepoint_probe_unregister(entry, on_entry, NULL);
	tracepoint_synchronize_unregister();
}

/* --- the urgent thread ------------------------------------------------- */

/* Whether what the timer has interrupted could be preempted. */
static bool interrupted_preemptible(void)
{
	return preempt_count() == HARDIRQ_OFFSET;
}

static void waited(u64 now_ns)
{
	found.wake_ns = max(found.wake_ns, now_ns - woken_ns);
	found.wakes++;
}

/*
 * The first call counts that was not answered yet. Behind an interrupt this
 * architecture goes on with what was interrupted, where others switch: where
 * they would, the wait ends for us, too.
 */
static enum hrtimer_restart on_timer(struct hrtimer *t)
{
	u64 now_ns = bench_clock_ns();

	if (READ_ONCE(woken_ns) && interrupted_preemptible()) {
		waited(now_ns);
		WRITE_ONCE(woken_ns, 0);
	}
	if (!READ_ONCE(woken_ns)) {
		WRITE_ONCE(woken_ns, now_ns);
		wake_up_process(urgent);
	}
	hrtimer_forward_now(t, ns_to_ktime(WAKE_NS));
	return HRTIMER_RESTART;
}

static int wait(void *data)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (!READ_ONCE(woken_ns)) {
			schedule();
			continue;
		}
		local_irq_disable();
		waited(bench_clock_ns());
		WRITE_ONCE(woken_ns, 0);
		local_irq_enable();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int start_urgent(void)
{
	urgent = kthread_create(wait, NULL, "bench-urgent");
	if (IS_ERR(urgent))
		return PTR_ERR(urgent);
	sched_set_fifo(urgent);
	wake_up_process(urgent);
	hrtimer_setup(&timer, on_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, ns_to_ktime(WAKE_NS), HRTIMER_MODE_REL);
	return 0;
}

/*
 * bench_stall_begin() - watch from now on, until bench_stall_end()
 *
 * Context: process; may sleep. Return: 0, -EBUSY, -ENOENT in a kernel without
 * tracepoints, or another errno.
 */
int bench_stall_begin(void)
{
	int err;

	if (urgent)
		return -EBUSY;
	memset(&found, 0, sizeof(found));
	entered_ns = 0;
	woken_ns = 0;
	err = watch_softirqs();
	if (err)
		return err;
	err = start_urgent();
	if (!err)
		return 0;
	urgent = NULL;
	leave_softirqs();
	return err;
}

/* --- a stall that is meant --------------------------------------------- */

static struct timer_list holder;
static DECLARE_COMPLETION(held);
static u64 hold_ns;

static void hold(struct timer_list *t)
{
	u64 begun = bench_clock_ns();

	while (bench_clock_ns() - begun < hold_ns)
		cpu_relax();
	complete(&held);
}

/*
 * bench_stall_make() - hold the CPU in a softirq, to see whether it is seen
 *
 * Context: process; may sleep.
 */
void bench_stall_make(u64 ns)
{
	hold_ns = ns;
	reinit_completion(&held);
	timer_setup(&holder, hold, 0);
	mod_timer(&holder, jiffies + 1);
	wait_for_completion(&held);
	timer_delete_sync(&holder);
}

/* Return: 0, or -ENOENT where nothing was begun. */
int bench_stall_end(struct bench_stall *stall)
{
	if (!urgent)
		return -ENOENT;
	hrtimer_cancel(&timer);
	kthread_stop(urgent);
	urgent = NULL;
	leave_softirqs();
	*stall = found;
	return 0;
}
