// SPDX-License-Identifier: GPL-2.0
/*
 * The clock of a case: it stands still between waits, or it is the kernel's,
 * and then the case gets no more of it than is reasonable.
 */
#include "segplay.h"

#include <stdio.h>
#include <time.h>

#include "knob_text.h"

#define WAIT_MS 5000		/* in one wait */
#define SUM_MS 20000		/* in all */
#define ROUNDING_MS 1		/* of one clock against another */

static uint64_t read_ms(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

void clock_start(struct clock *clock, uint64_t now_ms, bool real)
{
	*clock = (struct clock){
		.now_ms = now_ms,
		.start_ms = now_ms,
		.real_start_ms = read_ms(CLOCK_MONOTONIC),
		.real = real,
	};
}

unsigned int clock_late_ms(const struct clock *clock)
{
	uint64_t real_ms = read_ms(CLOCK_MONOTONIC) - clock->real_start_ms;
	uint64_t ms = clock->now_ms - clock->start_ms;

	return clock->real && real_ms > ms ? real_ms - ms : 0;
}

/* What the case waits until its end, or until a wait that is too long. */
void clock_foresee(const struct clock *clock, const struct steps *steps,
		   char *skip)
{
	uint64_t ms = 0;
	char text[32];
	size_t i;

	for (i = 0; i < steps->count; i++) {
		if (steps->list[i].wait_ms > WAIT_MS)
			break;
		ms += steps->list[i].wait_ms;
	}
	knob_time_text(ms, text, sizeof(text));
	if (clock->real && ms > SUM_MS)
		snprintf(skip, SKIP_TEXT, "steps of %s", text);
}

/*
 * The module reads a coarse clock, which may lag by a tenth of a second where
 * processors are emulated: until @ms have passed by that one.
 */
static void sleep_ms(uint64_t ms)
{
	uint64_t end_ms = read_ms(CLOCK_MONOTONIC_COARSE) + ms + ROUNDING_MS;
	struct timespec pause;
	uint64_t now_ms;

	while ((now_ms = read_ms(CLOCK_MONOTONIC_COARSE)) < end_ms) {
		pause.tv_sec = (end_ms - now_ms) / 1000;
		pause.tv_nsec = (end_ms - now_ms) % 1000 * 1000000;
		nanosleep(&pause, NULL);
	}
}

bool clock_advance(struct clock *clock, uint64_t ms, char *skip)
{
	char text[32];

	clock->now_ms += ms;
	if (!clock->real || !ms)
		return true;
	if (ms <= WAIT_MS) {
		sleep_ms(ms);
		return true;
	}
	knob_time_text(ms, text, sizeof(text));
	snprintf(skip, SKIP_TEXT, "step of %s", text);
	return false;
}

/* The module's seconds count the time that the machine was suspended. */
static uint64_t module_ms(void)
{
	return read_ms(CLOCK_MONOTONIC_COARSE) + read_ms(CLOCK_BOOTTIME) -
	       read_ms(CLOCK_MONOTONIC);
}

void clock_to_second(struct clock *clock, char *skip)
{
	uint64_t now_ms = clock->real ? module_ms() : clock->now_ms;

	if (clock->real || now_ms % 1000)
		clock_advance(clock, 1000 - now_ms % 1000, skip);
}
