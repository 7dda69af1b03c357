// SPDX-License-Identifier: GPL-2.0
/*
 * Plays TCP traffic to the hooks of a network namespace, whatever is
 * registered there, and says how long they took. Takes commands in
 * /proc/tcpward_bench, about the namespace of the writer:
 *	begin CONNECTIONS	a new population, which knows nothing yet
 *	row NAME order|shuffled ROUNDS hooks|conntrack
 *	states			of nf_conntrack
 *	clock			CPU time, when all is quiet
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
static struct bench_progress progress;
static char answer[LINE];

static int begin(const char *words)
{
	u32 connections;

	if (kstrtou32(words, 10, &connections) || !connections)
		return -EINVAL;
	memset(&progress, 0, sizeof(progress));
	progress.connections = connections;
	return 0;
}

static int row(const char *words)
{
	struct net *net = current->nsproxy->net_ns;
	char name[32], order[16], tracked[16];
	struct bench_result result = {};
	struct bench_path path;
	u32 rounds;
	int err;

	if (sscanf(words, "%31s %15s %u %15s", name, order, &rounds,
		   tracked) != 4)
		return -EINVAL;
	err = bench_path_open(&path, net, !strcmp(tracked, "conntrack"));
	if (err)
		return err;
	err = bench_traffic(&path, &progress, name, !strcmp(order, "shuffled"),
			    rounds, &result);
	bench_path_close(&path);
	snprintf(answer, LINE, "%llu %llu\n", result.ns, result.segments);
	return err;
}

static int states(void)
{
	u32 count[BENCH_STATES];
	unsigned int i;
	int at = 0;

	bench_states(current->nsproxy->net_ns, progress.connections, count);
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

static int obey(char *line)
{
	char *words = line, *verb = strsep(&words, " ");

	answer[0] = 0;
	if (!strcmp(verb, "begin") && words)
		return begin(words);
	if (!strcmp(verb, "row") && words)
		return row(words);
	if (!strcmp(verb, "states"))
		return states();
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
	remove_proc_entry("tcpward_bench", NULL);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Times netfilter hooks with TCP traffic");
