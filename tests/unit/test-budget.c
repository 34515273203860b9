/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a machine in a folder says it has: /proc/meminfo, and cgroups of both kinds. */
#include "kdump/base/budget.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

#define MEMINFO "== proc/meminfo\nMemTotal:  2097152 kB\nMemFree:  1024 kB\nMemAvailable:  1048576 kB\n"

static void assert_free(const char *text, uint64_t expected)
{
	struct folder folder = folder_of(text);

	assert_int_equal(budget_free(folder.path), expected);
	folder_remove(&folder);
}

TEST(what_is_free_is_what_the_machine_calls_available)
{
	assert_free(MEMINFO, UINT64_C(1024) * MIB);
	/* One that says nothing, or nonsense. */
	assert_free("== proc/version = Linux\n", UINT64_MAX);
	assert_free("== proc/meminfo = MemFree: 1024 kB\n", UINT64_MAX);
	assert_free("== proc/meminfo = MemAvailable: -1 kB\n", UINT64_MAX);
	assert_free("== proc/meminfo = MemAvailable: 99999999999999999999 kB\n", UINT64_MAX);
}

#define GROUP2 "== proc/self/cgroup = 0::/a.slice/b.service\n"
#define INNER  "== sys/fs/cgroup/a.slice/b.service/"
#define OUTER  "== sys/fs/cgroup/a.slice/"

TEST(a_limit_of_version_2_counts)
{
	/* What the group has taken is not free, but for what it keeps of files. */
	assert_free(MEMINFO GROUP2 INNER "memory.max = 67108864\n" INNER "memory.current = 20971520\n"
		    INNER "memory.stat\nanon 1\nfile 8388608\n", (64 - 20 + 8) * MIB);
	/* Without these numbers the limit itself is what there is. */
	assert_free(MEMINFO GROUP2 INNER "memory.max = 67108864\n", 64 * MIB);
	/* No limit, and one that is more than the machine has. */
	assert_free(MEMINFO GROUP2 INNER "memory.max = max\n" INNER "memory.current = 5\n",
		    UINT64_C(1024) * MIB);
	assert_free(MEMINFO GROUP2 INNER "memory.max = 99999999999\n", UINT64_C(1024) * MIB);
	/* More is taken than may be, as after a limit was lowered. */
	assert_free(MEMINFO GROUP2 INNER "memory.max = 4096\n" INNER "memory.current = 8192\n", 0);
	/* Nothing but the group tells. */
	assert_free(GROUP2 INNER "memory.max = 67108864\n", 64 * MIB);
}

TEST(all_that_a_group_is_in_limits_it)
{
	assert_free(MEMINFO GROUP2 INNER "memory.max = 67108864\n" OUTER "memory.max = 33554432\n",
		    32 * MIB);
	assert_free(MEMINFO GROUP2 INNER "memory.max = max\n" OUTER "memory.max = 33554432\n"
		    OUTER "memory.current = 1048576\n", 31 * MIB);
	/* In a namespace of its own the group is the root of what can be seen. */
	assert_free(MEMINFO "== proc/self/cgroup = 0::/\n== sys/fs/cgroup/memory.max = 16777216\n",
		    16 * MIB);
}

TEST(a_limit_of_version_1_counts)
{
	static const char text[] = MEMINFO
		"== proc/self/cgroup\n"
		"12:cpu,cpuacct:/other\n"
		"4:memory:/a\n"
		"0::/a.slice/b.service\n"
		"== sys/fs/cgroup/memory/a/memory.limit_in_bytes = 50331648\n"
		"== sys/fs/cgroup/memory/a/memory.usage_in_bytes = 16777216\n"
		"== sys/fs/cgroup/memory/a/memory.stat\ncache 4194304\nrss 1\n"
		"== sys/fs/cgroup/memory/other/memory.limit_in_bytes = 4096\n";

	assert_free(text, (48 - 16 + 4) * MIB);
}

TEST(memory_is_divided_and_has_a_least)
{
	struct budget small, large;
	struct kx_err err = { "" };

	assert_int_equal(budget_split(BUDGET_LEAST - 1, 4, &small, &err), -EINVAL);
	assert_int_equal(budget_split(BUDGET_LEAST, 4, &small, &err), 0);
	assert_int_equal(small.jobs, 1);
	assert_int_equal(budget_split(UINT64_C(1) << 40, 4, &large, &err), 0);
	assert_int_equal(large.jobs, 4);
	assert_true(small.list_limit < large.list_limit && large.list_limit <= MIB);
	assert_true(small.share_limit > 0 && small.share_limit < large.share_limit);
	assert_true(large.share_limit <= MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_free_is_what_the_machine_calls_available),
		cmocka_unit_test(a_limit_of_version_2_counts),
		cmocka_unit_test(all_that_a_group_is_in_limits_it),
		cmocka_unit_test(a_limit_of_version_1_counts),
		cmocka_unit_test(memory_is_divided_and_has_a_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
