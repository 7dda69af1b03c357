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
#define TICK_MS 10		/* the module's clock is as coarse as that */

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

static void sleep_ms(uint64_t ms)
{
	const struct timespec pause = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};

	nanosleep(&pause, NULL);
}

bool clock_advance(struct clock *clock, uint64_t ms, char *skip)
{
	char text[32];

	clock->now_ms += ms;
	if (!clock->real || !ms)
		return true;
	if (ms <= WAIT_MS) {
		sleep_ms(ms + TICK_MS);
		return true;
	}
	knob_time_text(ms, text, sizeof(text));
	snprintf(skip, SKIP_TEXT, "step of %s", text);
	return false;
}

static uint64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

void clock_to_second(struct clock *clock, char *skip)
{
	uint64_t into_ms = (clock->real ? real_ms() : clock->now_ms) % 1000;

	if (into_ms)
		clock_advance(clock, 1000 - into_ms, skip);
}
