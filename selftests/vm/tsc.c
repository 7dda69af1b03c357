// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the rate of this machine's time stamp counter in kHz. An emulated
 * CPU counts with it, and on a busy machine its kernel measures it so badly
 * that its clock runs several times too fast.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int main(void)
{
	const struct timespec nap = { .tv_nsec = 200000000 };
	uint64_t start_ns = now_ns(), start = __rdtsc();

	nanosleep(&nap, NULL);
	printf("%llu\n", (unsigned long long)
	       ((__rdtsc() - start) * 1000000 / (now_ns() - start_ns)));
	return 0;
}
