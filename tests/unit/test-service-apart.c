/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is tried in a process with mounts of its own, and what is said when that comes to no end. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/clock.h"
#include "kdump/base/load.h"
#include "kdump/base/lookup.h"
#include "kdump/base/program.h"
#include "kdump/base/stall.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/check/apart.h"
#include "kx/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

/* What kdump check shows behind "fault  NAME: ", by the type of the target. */
TEST(what_takes_too_long_is_named)
{
	static const struct {
		enum kx_capture_type type;
		bool server;
		unsigned int ms;
		const char *text;
	} golden[] = {
		{ KX_CAPTURE_FILE, false, 420000,
		  "given up after 420 s: the disk hangs, or is too slow" },
		{ KX_CAPTURE_RAW, false, 420000, "given up after 420 s: the disk hangs, or is too slow" },
		{ KX_CAPTURE_VIRTIOFS, false, 90000,
		  "given up after 90 s: the host says nothing, or is too slow" },
		{ KX_CAPTURE_NFS, true, 90000,
		  "given up after 90 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_SMB, true, 420000,
		  "given up after 420 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_SSH, true, 420000,
		  "given up after 420 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_HTTP, true, 90000,
		  "given up after 90 s: the server says nothing, or is too slow" },
		{ KX_CAPTURE_S3, true, 90000,
		  "given up after 90 s: the server says nothing, or is too slow" },
	};

	assert_int_equal(sizeof(golden) / sizeof(golden[0]), KX_CAPTURE_TYPES);
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		const struct kx_capture_target to = {
			.type = golden[i].type,
			.server.count = golden[i].server,
		};
		struct kx_err err = { "" };

		assert_int_equal(check_late(&to, golden[i].ms, &err), -ETIMEDOUT);
		assert_string_equal(err.text, golden[i].text);
	}
}

static int run_long(const struct checking *c, const struct kx_capture_target *to,
		    const char *folder, struct kx_err *err)
{
	static const struct timespec pause = { .tv_sec = 60 };

	(void)c, (void)to, (void)folder, (void)err;
	nanosleep(&pause, NULL);
	return 0;
}

static int run_not(const struct checking *c, const struct kx_capture_target *to,
		   const char *folder, struct kx_err *err)
{
	(void)c, (void)to, (void)folder;
	return kx_fail(err, -ENOSPC, "it is full");
}

TEST(it_is_waited_for_as_long_as_is_said)
{
	const struct prepared made = { .plan = { .id = NULL } };
	const struct checking c = { .made = &made };
	const struct kx_capture_target to = { .type = KX_CAPTURE_FILE };
	struct kx_err err = { "" };

	assert_int_equal(check_here(&c, &to, run_not, 60000, &err), -ENOSPC);
	assert_string_equal(err.text, "it is full");
	assert_int_equal(check_here(&c, &to, run_long, 1500, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "given up after 1 s: the disk hangs, or is too slow");
	/* Mounts of its own may not be had here. */
	if (check_apart(&c, &to, run_not, 60000, &err) == -EPERM)
		skip();
	assert_string_equal(err.text, "it is full");
	assert_int_equal(check_apart(&c, &to, run_long, 1500, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "given up after 1 s: the disk hangs, or is too slow");
}

static int run_leaving(const struct checking *c, const struct kx_capture_target *to,
		       const char *folder, struct kx_err *err)
{
	(void)c, (void)to, (void)folder, (void)err;
	if (fork() == 0) {
		sleep(20);
		_exit(0);
	}
	return 0;
}

static int run_leaving_badly(const struct checking *c, const struct kx_capture_target *to,
			     const char *folder, struct kx_err *err)
{
	run_leaving(c, to, folder, err);
	return kx_fail(err, -ENOSPC, "it is full");
}

/* What a child leaves behind has the pipe on which it is listened to. */
TEST(who_is_left_behind_is_not_waited_for)
{
	static char name[] = "sh", option[] = "-c", leaves[] = "sleep 20 & echo here; exit 3";
	static char daemon[] = "exec > /dev/null 2>&1; sleep 1; exit 4", talks[] = "exec yes";
	char *argv[] = { name, option, leaves, NULL };
	const struct prepared made = { .plan = { .id = NULL } };
	const struct checking c = { .made = &made };
	const struct kx_capture_target to = { .type = KX_CAPTURE_FILE };
	struct kx_err err = { "" };
	const uint64_t begun = clock_ms();
	char text[64];
	int status = -1;

	assert_int_equal(check_here(&c, &to, run_leaving, 15000, &err), 0);
	assert_int_equal(check_here(&c, &to, run_leaving_badly, 15000, &err), -ENOSPC);
	assert_string_equal(err.text, "it is full");
	assert_int_equal(program_run("/bin/sh", argv, 15, &status, text, sizeof(text), &err), 0);
	assert_int_equal(status, 3);
	assert_string_equal(text, "here\n");
	/* Who says no more has not ended. */
	argv[2] = daemon;
	assert_int_equal(program_run("/bin/sh", argv, 15, &status, text, sizeof(text), &err), 0);
	assert_int_equal(status, 4);
	assert_true(clock_ms() - begun < 12000);
	/* Nor is there more time for who says something all the time. */
	argv[2] = talks;
	assert_int_equal(program_run("/bin/sh", argv, 1, &status, text, sizeof(text), &err),
			 -ETIMEDOUT);
}

/* In the child: 0, or -EEXIST when it has the lock. */
static int run_with_lock(const struct checking *c, const struct kx_capture_target *to,
			 const char *folder, struct kx_err *err)
{
	char link[32], path[512];

	(void)c, (void)to, (void)folder;
	for (int fd = 3; fd < 64; fd++) {
		ssize_t len;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, path, sizeof(path) - 1);
		path[len < 0 ? 0 : len] = '\0';
		if (strstr(path, "/run/kdump/" STATE_CHECK))
			return kx_fail(err, -EEXIST, "it has %s", path);
	}
	return 0;
}

/* One that hangs in the kernel outlives the check, and the next one must not wait for it. */
TEST(who_tries_does_not_hold_the_lock)
{
	struct folder root = folder_of("== etc/x = 1\n");
	struct state own;
	const struct prepared made = { .plan = { .id = NULL } };
	const struct checking c = { .made = &made, .alone = &own };
	const struct kx_capture_target to = { .type = KX_CAPTURE_FILE };
	struct kx_err err = { "" };

	assert_int_equal(state_open(&own, root.path, true, &err), 0);
	assert_int_equal(state_lock(&own, STATE_CHECK, 0, &err), 0);
	if (check_here(&c, &to, run_with_lock, 15000, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(own.lock >= 0);
	state_done(&own);
	folder_remove(&root);
}

static int ask_long(const char *host, char text[LOOKUP_MAX], struct kx_err *err)
{
	(void)host, (void)text, (void)err;
	sleep(60);
	return 0;
}

static int ask_none(const char *host, char text[LOOKUP_MAX], struct kx_err *err)
{
	(void)text;
	return kx_fail(err, -ENOENT, "%s: nobody knows it", host);
}

static int ask_two(const char *host, char text[LOOKUP_MAX], struct kx_err *err)
{
	(void)host, (void)err;
	strcpy(text, "192.0.2.1\n2001:db8::1\n");
	return 0;
}

/* Names that nobody answers for take what there is for all of them, and then a second each. */
TEST(a_name_is_not_waited_for_for_ever)
{
	unsigned int spent = (LOOKUP_ALL_SECONDS - 2) * 1000, before;
	struct kx_err err = { "" };
	char text[LOOKUP_MAX];

	assert_int_equal(lookup(ask_long, "host", &spent, text, &err), -EAGAIN);
	assert_string_equal(err.text, "host: no name server answers within 2 s");
	assert_in_range(spent, LOOKUP_ALL_SECONDS * 1000, LOOKUP_ALL_SECONDS * 1000 + 20000);
	before = spent;
	assert_int_equal(lookup(ask_long, "host", &spent, text, &err), -EAGAIN);
	assert_string_equal(err.text, "host: no name server answers within 1 s");
	assert_true(spent > before);
	assert_int_equal(lookup(ask_two, "host", &spent, text, &err), 0);
	assert_string_equal(text, "192.0.2.1\n2001:db8::1\n");
	assert_int_equal(lookup(ask_none, "host", &spent, text, &err), -ENOENT);
	assert_string_equal(err.text, "host: nobody knows it");
	/* No server is asked for what is a number. */
	assert_int_equal(lookup(lookup_name, "127.0.0.1", &spent, text, &err), 0);
	assert_string_equal(text, "127.0.0.1\n");
}

TEST(a_program_is_not_waited_for_for_ever)
{
	static char name[] = "sh", option[] = "-c", said[] = "echo here; exit 3",
		    hangs[] = "echo here; exec sleep 60";
	char *quick[] = { name, option, said, NULL }, *slow[] = { name, option, hangs, NULL };
	struct kx_err err = { "" };
	char text[64];
	int status = -1;

	assert_int_equal(program_run("/bin/sh", quick, 60, &status, text, sizeof(text), &err), 0);
	assert_int_equal(status, 3);
	assert_string_equal(text, "here\n");
	assert_int_equal(program_run("/bin/sh", slow, 1, &status, text, sizeof(text), &err),
			 -ETIMEDOUT);
	assert_string_equal(err.text, "/bin/sh did not end within 1 s");
}

static int job_moves(const char *first, const char *second)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	int fd = open("/dev/null", O_WRONLY);

	for (int i = 0; i < 25; i++) {
		if (write(fd, first, strlen(first)) < 0)
			return 1;
		nanosleep(&pause, NULL);
	}
	return atoi(second);
}

static int job_hangs(const char *first, const char *second)
{
	(void)first, (void)second;
	sleep(60);
	return 0;
}

TEST(what_moves_is_waited_for)
{
	assert_int_equal(stall_run(job_moves, "x", "7", 1), 7);
	if (access("/proc/self/io", R_OK) == 0)
		assert_int_equal(stall_run(job_hangs, "", "", 1), -ETIMEDOUT);
}

/* Seconds of KEY=NUMBERmin in a unit's file. */
static unsigned int unit_seconds(const char *unit, const char *key)
{
	char path[256], *text, *found;
	struct kx_err err = { "" };
	unsigned int minutes = 0;
	size_t len;

	snprintf(path, sizeof(path), "%s/service/systemd/%s",
		 getenv("srcdir") ? getenv("srcdir") : ".", unit);
	assert_int_equal(kx_file_read(NULL, path, 65536, &text, &len, &err), 0);
	found = strstr(text, key);
	assert_non_null(found);
	if (strncmp(found + strlen(key), "infinity", 8) != 0)
		assert_int_equal(sscanf(found + strlen(key), "%umin", &minutes), 1);
	free(text);
	return minutes * 60;
}

/*
 * What systemd ends arms nothing, although another target is good: what is waited for comes to an
 * end before. To make the image, and to read what it is made of, takes seconds; five minutes are
 * for a machine that has better to do.
 */
TEST(units_wait_longer_than_what_they_run)
{
	const unsigned int making = 300, loads = 3;
	const unsigned int names = LOOKUP_ALL_SECONDS + CONFIG_TARGETS_MAX * LOOKUP_LEAST_SECONDS;

	assert_true(ARM_LOCK_SECONDS + names + making + loads * LOAD_SECONDS <
		    unit_seconds("kdump.service.in", "\nTimeoutStartSec="));
	assert_true(ARM_LOCK_SECONDS + UNLOAD_SECONDS <
		    unit_seconds("kdump.service.in", "\nTimeoutStopSec="));
	/* As many targets as anybody likes, and dumps of any size. */
	assert_int_equal(unit_seconds("kdump-check.service.in", "\nTimeoutStartSec="), 0);
	assert_int_equal(unit_seconds("kdump-recover.service.in", "\nTimeoutStartSec="), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_too_long_is_named),
		cmocka_unit_test(it_is_waited_for_as_long_as_is_said),
		cmocka_unit_test(who_is_left_behind_is_not_waited_for),
		cmocka_unit_test(who_tries_does_not_hold_the_lock),
		cmocka_unit_test(a_name_is_not_waited_for_for_ever),
		cmocka_unit_test(a_program_is_not_waited_for_for_ever),
		cmocka_unit_test(what_moves_is_waited_for),
		cmocka_unit_test(units_wait_longer_than_what_they_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
