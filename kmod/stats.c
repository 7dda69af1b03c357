// SPDX-License-Identifier: GPL-2.0
/* Counters: written per CPU by whoever knows, summed up here. */
#include "tcpward.h"

#include <linux/percpu.h>

/* Count a verdict, the reason before it. Context: bottom halves off. */
void tcpw_stats_segment(struct tcpw_net *tn, const struct tcpw_ruling *ruling)
{
	struct tcpw_stats __percpu *stats = tn->stats;

	if (ruling->reason)
		__this_cpu_inc(stats->reason[ruling->reason]);
	if (ruling->flag) {
		__this_cpu_inc(stats->reason[ruling->flag]);
		__this_cpu_inc(stats->flagged);
	}
	if (ruling->flag == TCPWARD_REASON_UNTRACKED)
		__this_cpu_inc(stats->untracked);
	__this_cpu_inc(stats->verdict[ruling->verdict]);
}

/* Bucket i counts values in [2^(i-1), 2^i); the last one all above, too. */
unsigned int tcpw_stats_bucket(u64 value)
{
	return min_t(unsigned int, fls64(value), TCPW_BUCKETS - 1);
}

void tcpw_stats_sum(const struct tcpw_net *tn, struct tcpw_stats *sum)
{
	unsigned long *to = (unsigned long *)sum;
	const unsigned long *from;
	unsigned int i;
	int cpu;

	BUILD_BUG_ON(sizeof(*sum) % sizeof(*to));
	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		from = (unsigned long *)per_cpu_ptr(tn->stats, cpu);
		for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
			to[i] += READ_ONCE(from[i]);
	}
}
