// SPDX-License-Identifier: GPL-2.0
/*
 * Plays TCP traffic to the hooks of a network namespace, whatever is
 * registered there, and says how long they took. Takes commands in
 * /proc/tcpward_bench, about the namespace of the writer:
 *	begin CONNECTIONS [FIRST]	a new population, which knows nothing yet,
 *					one for each CPU; number of the first
 *	row NAME order|shuffled ROUNDS hooks|conntrack [each]
 *	parallel CPU THREADS and the same
 *	states POPULATIONS		of nf_conntrack
 *	clock				CPU time, when all is quiet
 *	stall begin|make NS|end		what else could not run
 * and answers there. Owns no rule about what is measured when: ../measure.
 */
#include "bench.h"

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#define LINE 256

static DEFINE_MUTEX(lock);
static struct bench_progress progress[BENCH_THREADS];
static char answer[LINE];

static int begin(const char *words)
{
	u32 connections, first = 0;
	unsigned int i;

	if (sscanf(words, "%u %u", &connections, &first) < 1 || !connections)
		return -EINVAL;
	memset(progress, 0, sizeof(progress));
	for (i = 0; i < BENCH_THREADS; i++) {
		progress[i].connections = connections;
		progress[i].first = first + i * connections;
	}
	return 0;
}

static bool read_order(const char *words, struct bench_order *order)
{
	char way[16], tracked[16], each[16] = "";

	memset(order, 0, sizeof(*order));
	if (sscanf(words, "%31s %15s %u %15s %15s", order->name, way,
		   &order->rounds, tracked, each) < 4)
		return false;
	order->shuffled = !strcmp(way, "shuffled");
	order->tracked = !strcmp(tracked, "conntrack");
	order->each = !strcmp(each, "each");
	return true;
}

static int row(const char *words)
{
	struct bench_result result = {};
	struct bench_order order;
	int err;

	if (!read_order(words, &order))
		return -EINVAL;
	err = bench_traffic(current->nsproxy->net_ns, &order, progress,
			    &result);
	snprintf(answer, LINE, "%llu %llu %llu\n", result.ns, result.segments,
		 result.longest_ns);
	return err;
}

static int parallel(const char *words)
{
	struct bench_result results[BENCH_THREADS] = {};
	unsigned int cpu, threads, i;
	struct bench_order order;
	int err, at = 0, used;

	if (sscanf(words, "%u %u %n", &cpu, &threads, &used) < 2 ||
	    !read_order(words + used, &order))
		return -EINVAL;
	err = bench_parallel(current->nsproxy->net_ns, &order, cpu, threads,
			     progress, results);
	for (i = 0; i < BENCH_THREADS; i++)
		at += scnprintf(answer + at, LINE - at, "%llu %llu %llu ",
				results[i].ns, results[i].segments,
				results[i].wall_ns);
	return err;
}

static int states(const char *words)
{
	u32 count[BENCH_STATES], populations;
	unsigned int i;
	int at = 0;

	if (kstrtou32(words, 10, &populations))
		return -EINVAL;
	bench_states(current->nsproxy->net_ns, progress->first,
		     populations * progress->connections, count);
	for (i = 0; i < BENCH_STATES; i++)
		at += scnprintf(answer + at, LINE - at, "%u ", count[i]);
	return 0;
}

/* Memory that waits for its readers is part of the work. */
static int clock(void)
{
	rcu_barrier();
	snprintf(answer, LINE, "%llu\n", bench_clock_ns());
	return 0;
}

static int stall(const char *words)
{
	struct bench_stall found = {};
	u64 ns;
	int err;

	if (!strcmp(words, "begin"))
		return bench_stall_begin();
	if (sscanf(words, "make %llu", &ns) == 1) {
		bench_stall_make(ns);
		return 0;
	}
	err = bench_stall_end(&found);
	snprintf(answer, LINE, "%llu %llu %llu\n", found.softirq_ns,
		 found.wake_ns, found.wakes);
	return err;
}

static int obey(char *line)
{
	char *words = line, *verb = strsep(&words, " ");

	answer[0] = 0;
	if (!strcmp(verb, "begin") && words)
		return begin(words);
	if (!strcmp(verb, "row") && words)
		return row(words);
	if (!strcmp(verb, "parallel") && words)
		return parallel(words);
	if (!strcmp(verb, "stall") && words)
		return stall(words);
	if (!strcmp(verb, "states") && words)
		return states(words);
	if (!strcmp(verb, "clock"))
		return clock();
	return -EINVAL;
}

static ssize_t bench_write(struct file *file, const char __user *from,
			   size_t size, loff_t *pos)
{
	char line[LINE] = {};
	int err;

	if (size >= LINE)
		return -EINVAL;
	if (copy_from_user(line, from, size))
		return -EFAULT;
	mutex_lock(&lock);
	err = obey(strim(line));
	mutex_unlock(&lock);
	return err ?: (ssize_t)size;
}

static ssize_t bench_read(struct file *file, char __user *to, size_t size,
			  loff_t *pos)
{
	ssize_t got;

	mutex_lock(&lock);
	got = simple_read_from_buffer(to, size, pos, answer, strlen(answer));
	mutex_unlock(&lock);
	return got;
}

static const struct proc_ops ops = {
	.proc_read = bench_read,
	.proc_write = bench_write,
};

static int __init bench_init(void)
{
	return proc_create("tcpward_bench", 0600, NULL, &ops) ? 0 : -ENOMEM;
}

static void __exit bench_exit(void)
{
	struct bench_stall found;

	bench_stall_end(&found);
	remove_proc_entry("tcpward_bench", NULL);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Times netfilter hooks with TCP traffic");
