// SPDX-License-Identifier: GPL-2.0
/*
 * The clock of the bench: in User-Mode Linux, which is one thread of the
 * machine below, the CPU time of that thread, asked of the machine by a system
 * call that the guest does not see. Elsewhere the guest's own clock, which
 * counts instructions under QEMU's -icount.
 */
#include "bench.h"

#include <linux/ktime.h>
#include <linux/time64.h>

#ifdef CONFIG_UML
#define HOST_CLOCK_GETTIME 228	/* x86-64 */

u64 bench_clock_ns(void)
{
	struct __kernel_timespec now = {};
	long ret;

	asm volatile("syscall"
		     : "=a" (ret)
		     : "0" (HOST_CLOCK_GETTIME), "D" (CLOCK_THREAD_CPUTIME_ID),
		       "S" (&now)
		     : "rcx", "r11", "memory");
	return ret ? 0 : now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}
#else
u64 bench_clock_ns(void)
{
	return ktime_get_ns();
}
#endif
