/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counter of arm64, for tests/bench/counter.c: its value, and its ticks in a second. */
#ifndef TESTS_BENCH_MACHINES_ARM64_H
#define TESTS_BENCH_MACHINES_ARM64_H

#include <stdint.h>

static inline uint64_t count(void)
{
	uint64_t value;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t frequency(void)
{
	uint64_t hz;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

#endif
