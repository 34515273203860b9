/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the unit tests share: cmocka with the headers that it wants first, and a few words more. */
#ifndef TESTS_UNIT_KXTEST_H
#define TESTS_UNIT_KXTEST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kx/error.h"
#include "kx/ranges.h"
#include "kx/span.h"

/* A test case; its name is a sentence that is true. */
#define TEST(name) static void name(void **state __attribute__((unused)))

enum { KIB = 1 << 10, MIB = 1 << 20, GIB = 1 << 30 };

/** assert_says() - the error's text has @part in it */
static inline void assert_says(const struct kx_err *err, const char *part)
{
	if (!strstr(err->text, part))
		fail_msg("\"%s\" does not say \"%s\"", err->text, part);
}

/** assert_span() - the bytes are those of @text */
static inline void assert_span(struct kx_span s, const char *text)
{
	if (!kx_span_equal(s, text))
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, (const char *)s.base, text);
}

/** assert_range() - range number @i of @r is [start, end) of @type */
static inline void assert_range(const struct kx_ranges *r, size_t i, uint64_t start, uint64_t end,
				uint32_t type)
{
	assert_true(i < r->count);
	if (r->item[i].start != start || r->item[i].end != end || r->item[i].type != type)
		fail_msg("range %zu is [0x%llx, 0x%llx) type %u", i,
			 (unsigned long long)r->item[i].start, (unsigned long long)r->item[i].end,
			 r->item[i].type);
}

/** processor_seconds() - of this process: what others take of the processor is not its fault */
static inline double processor_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/** ranges_of() - add @count ranges of type 0, given as start and end in turn */
static inline void ranges_of(struct kx_ranges *r, const uint64_t *bound, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(kx_ranges_add(r, bound[2 * i], bound[2 * i + 1], 0), 0);
}

#endif
