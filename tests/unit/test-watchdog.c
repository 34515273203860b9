/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash kernel's /init takes for a machine that still works. */
#include "kdump/capture/system/watchdog.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

enum { SELF = 1 };

/* As /sys/class/block/vda/stat and /proc/NUMBER/stat have them. */
#define DISK(reads, sectors, writes, written, flying, busy) \
	"== sys/class/block/vda/stat =    " reads "   0   " sectors "  3  " writes "  0  " written \
	"  4  " flying "  " busy "  " busy "  0 0 0 0 0 0\n"
#define TCP(in, out, again) \
	"== proc/net/snmp\n" \
	"Ip: Forwarding DefaultTTL InReceives\nIp: 1 64 " again "\n" \
	"Tcp: RtoAlgorithm MaxConn InSegs OutSegs RetransSegs\n" \
	"Tcp: 1 -1 " in " " out " " again "\n"
#define PROCESS(number, user, system) \
	"== proc/" number "/stat = " number " (a) b (c) D 1 1 1 0 -1 4 5 0 6 0 " user " " system \
	" 0 0 20 0 1 0 9\n"

static struct watchdogs_signs signs_of(const char *text)
{
	struct folder root = folder_of(text);
	struct watchdogs_signs signs = watchdogs_signs(root.path, SELF);

	folder_remove(&root);
	return signs;
}

/* Ten seconds later: does it work? */
static bool moves(const char *before, const char *now)
{
	struct watchdogs_signs first = signs_of(before), second = signs_of(now);

	return watchdogs_moves(&first, &second, 10000);
}

TEST(a_disk_that_answers_works)
{
	const char *before = DISK("1", "8", "2", "16", "1", "10");

	assert_int_equal(signs_of(before).done, 1 + 8 + 2 + 16);
	assert_false(moves(before, before));
	assert_true(moves(before, DISK("2", "8", "2", "16", "1", "10")));
	assert_true(moves(before, DISK("1", "9", "2", "16", "1", "10")));
	assert_true(moves(before, DISK("1", "8", "3", "16", "1", "10")));
	assert_true(moves(before, DISK("1", "8", "2", "17", "1", "10")));
}

/* Linux counts the time of a request that hangs whenever somebody looks. */
TEST(a_disk_that_hangs_does_not)
{
	assert_false(moves(DISK("1", "8", "2", "16", "1", "10"),
			   DISK("1", "8", "2", "16", "2", "5000")));
}

/* What is sent again nobody has heard. */
TEST(a_network_with_connections_works)
{
	assert_int_equal(signs_of(TCP("5", "7", "9")).done, 12);
	assert_true(moves(TCP("5", "7", "9"), TCP("6", "7", "9")));
	assert_true(moves(TCP("5", "7", "9"), TCP("5", "8", "9")));
	assert_false(moves(TCP("5", "7", "9"), TCP("5", "7", "10")));
}

/* A tick is 10 ms: 20 of them are a fiftieth. */
TEST(programs_that_compute_work_but_not_who_waits_or_looks)
{
	const char *before = PROCESS("1", "10", "3") PROCESS("20", "30", "4");

	assert_int_equal(signs_of(before).user, 30);
	assert_true(moves(before, PROCESS("1", "10", "3") PROCESS("20", "50", "4")));
	assert_false(moves(before, PROCESS("1", "10", "3") PROCESS("20", "49", "4")));
	assert_false(moves(before, PROCESS("1", "99", "3") PROCESS("20", "30", "4")));
	assert_false(moves(before, PROCESS("1", "10", "3") PROCESS("20", "30", "99")));
	assert_false(moves(before, PROCESS("1", "10", "3")));
}

TEST(what_is_no_such_file_counts_for_nothing)
{
	struct watchdogs_signs signs = signs_of(
		"== sys/class/block/vda/stat = 1 2 3\n"
		"== proc/self/stat = 1 (a) R 1 1 1 0 -1 4 5 0 6 0 7 8\n"
		"== proc/3/stat = 3 a R 1 1 1 0 -1 4 5 0 6 0 7 8\n"
		"== proc/4/stat = 4 (a) R 1 1\n"
		"== proc/net/snmp\nTcp: InSegs OutSegs\nTcp: many\n");

	assert_int_equal(signs.done, 0);
	assert_int_equal(signs.user, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_that_answers_works),
		cmocka_unit_test(a_disk_that_hangs_does_not),
		cmocka_unit_test(a_network_with_connections_works),
		cmocka_unit_test(programs_that_compute_work_but_not_who_waits_or_looks),
		cmocka_unit_test(what_is_no_such_file_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
