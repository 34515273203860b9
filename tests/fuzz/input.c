/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One input, and a limit on the processor time for it: work that grows with the square of an input
 * is a defect like any other. It is not time by the clock, of which others may take any part.
 */
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

/* Sanitizers and all: real inputs of the largest size take some hundredths. */
enum { SECONDS_MAX = 5 };

static void too_long(int signal)
{
	static const char text[] = "broken: more than 5 s of processor time\n";

	(void)signal;
	/* Whether it can be said or not. */
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		abort();
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct itimerval limit = { .it_value = { .tv_sec = SECONDS_MAX } };
	static bool ready;

	if (!ready)
		PROMISE(signal(SIGPROF, too_long) != SIG_ERR);
	ready = true;
	PROMISE(setitimer(ITIMER_PROF, &limit, NULL) == 0);
	return fuzz_input(data, size);
}
