// SPDX-License-Identifier: GPL-2.0
/*
 * One thread on each CPU plays the same row to the same namespace, each on
 * connections of its own, and they begin at once.
 */
#include "bench.h"

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <net/net_namespace.h>

struct runner {
	struct net *net;
	const struct bench_order *order;
	struct bench_progress *progress;
	struct bench_result *result;
	struct completion done;
	int err;
};

/* Who failed before the gate cannot be waited for; behind it nobody waits. */
static int play(void *data)
{
	struct runner *runner = data;

	runner->err = bench_traffic(runner->net, runner->order,
				    runner->progress, runner->result);
	if (runner->err)
		atomic_dec(runner->order->gate);
	complete(&runner->done);
	return 0;
}

static void start(struct runner *runner, unsigned int cpu)
{
	struct task_struct *task;

	init_completion(&runner->done);
	task = kthread_create_on_cpu(play, runner, cpu, "bench/%u");
	if (!IS_ERR(task)) {
		wake_up_process(task);
		return;
	}
	runner->err = PTR_ERR(task);
	atomic_dec(runner->order->gate);
	complete(&runner->done);
}

/*
 * bench_parallel() - a row by a thread on each of the first CPUs
 * @first: CPU, as index of @progress and @results
 * @threads: from there on
 *
 * Context: process; may sleep. Return: 0, -ENXIO for a CPU that is not there,
 * or what went wrong with one of the threads.
 */
int bench_parallel(struct net *net, const struct bench_order *order,
		   unsigned int first, unsigned int threads,
		   struct bench_progress *progress,
		   struct bench_result *results)
{
	struct runner runners[BENCH_THREADS] = {};
	atomic_t gate = ATOMIC_INIT(threads);
	struct bench_order together = *order;
	unsigned int cpu, end = first + threads;
	int err = 0;

	if (!threads || end > BENCH_THREADS || end > num_online_cpus())
		return -ENXIO;
	together.gate = &gate;
	for (cpu = first; cpu < end; cpu++) {
		runners[cpu].net = net;
		runners[cpu].order = &together;
		runners[cpu].progress = &progress[cpu];
		runners[cpu].result = &results[cpu];
		start(&runners[cpu], cpu);
	}
	for (cpu = first; cpu < end; cpu++) {
		wait_for_completion(&runners[cpu].done);
		err = err ?: runners[cpu].err;
	}
	return err;
}
