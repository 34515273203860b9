/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counter of x86_64, for tests/bench/counter.c: its value, and its ticks in a second. */
#ifndef TESTS_BENCH_MACHINES_X86_64_H
#define TESTS_BENCH_MACHINES_X86_64_H

#include <stdint.h>

static inline uint64_t count(void)
{
	uint32_t high, low;

	__asm__ volatile("rdtsc" : "=d"(high), "=a"(low) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t frequency(void)
{
	return 0;	/* a program cannot ask for it */
}

#endif
