/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counter of riscv64, for tests/bench/counter.c: its value, and its ticks in a second. */
#ifndef TESTS_BENCH_MACHINES_RISCV64_H
#define TESTS_BENCH_MACHINES_RISCV64_H

#include <stdint.h>

static inline uint64_t count(void)
{
	uint64_t value;

	__asm__ volatile("rdtime %0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t frequency(void)
{
	return 0;	/* a program cannot ask for it */
}

#endif
