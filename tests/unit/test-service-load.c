/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What protects a machine after each way in which loading can end; kexec is a script here. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/load.h"
#include "kdump/service/arm/protect.h"
#include "kdump/service/machine/machine.h"
#include "kdump/service/state/quiet.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

/** struct bench - a machine, its state, and a script in place of kexec */
struct bench {
	struct folder root;
	struct state state;
	char kexec[128];
};

static void write_file(const char *folder, const char *name, const char *text, mode_t mode)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* The script has $root, and "loaded 1" sets the kernel's flag. */
static void set_kexec(struct bench *b, const char *body)
{
	char text[2048];

	snprintf(text, sizeof(text), "#!/bin/sh\nroot=%s\n"
		 "loaded() { echo $1 > $root/sys/kernel/kexec_crash_loaded; }\n"
		 "echo \"$*\" >> $root/calls\n"
		 "case $* in *--check*) check=yes ;; esac\n%s\n", b->root.path, body);
	write_file(b->root.path, "kexec", text, 0700);
}

static void bench_init(struct bench *b)
{
	struct kx_err err = { "" };

	b->root = folder_of("== sys/kernel/kexec_crash_loaded = 0\n");
	snprintf(b->kexec, sizeof(b->kexec), "%s/kexec", b->root.path);
	assert_int_equal(state_open(&b->state, b->root.path, true, &err), 0);
}

static void bench_done(struct bench *b)
{
	state_done(&b->state);
	folder_remove(&b->root);
}

static int arm(struct bench *b, const char *words, bool force, struct kx_err *err)
{
	const struct image_triple parts = { kx_span_of("kernel"), kx_span_of("initrd"),
					    kx_span_of("seed"), words, "", "a=1\n" };
	const struct protect job = { &b->state, b->kexec, "/boot/k", &parts, false, false, force };

	err->text[0] = '\0';
	return protect(&job, err);
}

/* Calls of the script since the last time, by their number of lines; --check is not one. */
static int calls(struct bench *b)
{
	char path[160], line[1024];
	int count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/calls", b->root.path);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		count += !strstr(line, "--check");
	if (file)
		fclose(file);
	unlink(path);
	return count;
}

static void expect_armed(struct bench *b, const char *words)
{
	char name[IMAGE_NAME], *text;

	assert_true(image_armed(&b->state, name));
	assert_int_equal(image_read(&b->state, name, IMAGE_WORDS, &text), 0);
	assert_string_equal(text, words);
	free(text);
}

TEST(the_same_is_loaded_once)
{
	struct kx_err err = { "" };
	struct bench b;

	bench_init(&b);
	set_kexec(&b, "[ \"$check\" ] || loaded 1");
	assert_int_equal(arm(&b, "one", false, &err), PROTECT_LOADED);
	assert_int_equal(calls(&b), 1);
	assert_int_equal(arm(&b, "one", false, &err), PROTECT_SAME);
	assert_int_equal(calls(&b), 0);
	assert_int_equal(arm(&b, "one", true, &err), PROTECT_LOADED);
	assert_int_equal(calls(&b), 1);
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_LOADED);
	expect_armed(&b, "two");
	/* Something else has unloaded it; or arming was cut, and nobody knows. */
	write_file(b.root.path, "sys/kernel/kexec_crash_loaded", "0\n", 0600);
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_LOADED);
	assert_int_equal(state_put_text(b.state.run, STATE_LOADING, "x", &err), 0);
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_LOADED);
	assert_false(state_has(b.state.run, STATE_LOADING));
	bench_done(&b);
}

TEST(what_is_known_to_fail_is_not_tried)
{
	struct kx_err err = { "" };
	struct bench b;

	bench_init(&b);
	set_kexec(&b, "[ \"$check\" ] || loaded 1");
	assert_int_equal(arm(&b, "one", false, &err), PROTECT_LOADED);
	calls(&b);
	set_kexec(&b, "echo 'kexec_file_load no: it is too large'\n"
		      "echo 'kexec: k cannot be loaded here' >&2\nexit 1");
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_KEPT);
	assert_string_equal(err.text, "it is too large");
	assert_int_equal(calls(&b), 0);
	expect_armed(&b, "one");
	assert_true(state_has(b.state.run, STATE_TROUBLE));
	set_kexec(&b, "");
	assert_int_equal(arm(&b, "one", false, &err), PROTECT_SAME);
	assert_false(state_has(b.state.run, STATE_TROUBLE));
	bench_done(&b);
}

TEST(the_last_good_one_is_loaded_again)
{
	struct kx_err err = { "" };
	struct bench b;

	bench_init(&b);
	set_kexec(&b, "[ \"$check\" ] || loaded 1");
	assert_int_equal(arm(&b, "one", false, &err), PROTECT_LOADED);
	calls(&b);
	/* The kernel drops what it has, then refuses; what was kept has to come from /run/kdump. */
	set_kexec(&b, "[ \"$check\" ] && exit 0\n"
		      "case $* in *run/kdump/image-*/kernel) loaded 1; exit 0 ;; esac\n"
		      "loaded 0\necho 'kexec: THE CRASH KERNEL IS GONE: EIO' >&2\nexit 3");
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_KEPT);
	assert_string_equal(err.text, "THE CRASH KERNEL IS GONE: EIO");
	assert_int_equal(calls(&b), 2);
	expect_armed(&b, "one");
	assert_true(machine_loaded(b.root.path));
	assert_false(state_has(b.state.run, STATE_LOADING));
	/* When that fails, too, nothing protects, and it is said so. */
	set_kexec(&b, "[ \"$check\" ] && exit 0\nloaded 0\necho 'kexec: no' >&2\nexit 3");
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_NOTHING);
	assert_int_equal(calls(&b), 2);
	/* A kernel that says nothing is loaded is believed rather than kexec. */
	set_kexec(&b, "");
	assert_int_equal(arm(&b, "two", false, &err), PROTECT_NOTHING);
	assert_says(&err, "the kernel says that nothing is");
	bench_done(&b);
}

TEST(programs_that_do_not_run_are_named)
{
	struct kx_err err = { "" };
	struct bench b;

	bench_init(&b);
	assert_int_equal(arm(&b, "one", false, &err), PROTECT_NOTHING);
	assert_says(&err, "kexec: cannot be run");
	set_kexec(&b, "kill -9 $$");
	assert_true(load_unload(b.kexec, &err) < 0);
	assert_says(&err, "was killed by signal 9");
	set_kexec(&b, "exit 1");
	assert_int_equal(load_unload(b.kexec, &err), -EINVAL);
	assert_says(&err, "kexec failed and said nothing");
	/* More than anybody wants to read is read to its end all the same. */
	set_kexec(&b, "head -c 1000000 /dev/zero | tr '\\0' x; exit 1");
	assert_int_equal(load_unload(b.kexec, &err), -EINVAL);
	bench_done(&b);
}

TEST(of_many_events_one_acts)
{
	enum { EVENTS = 8 };
	struct kx_err err = { "" };
	struct timespec before, after;
	struct bench b;
	int acting = 0;

	bench_init(&b);
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < EVENTS; i++) {
		const struct timespec pause = { 0, i * 60000000 };

		if (fork() == 0) {
			nanosleep(&pause, NULL);
			_exit(quiet_wait(&b.state, 1000, 60000, &err) + 1);
		}
	}
	for (int i = 0; i < EVENTS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) >= 1);
		acting += WEXITSTATUS(status) == 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(acting, 1);
	/* The last one came after 420 ms; busy machines delay none by a whole second of quiet. */
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
		    (after.tv_nsec - before.tv_nsec) / 1000000 >= 1400);
	bench_done(&b);
}

TEST(events_without_end_are_not_waited_for)
{
	struct timespec before, after;
	struct kx_err err = { "" };
	struct bench b;
	pid_t child;

	bench_init(&b);
	child = fork();
	if (child == 0) {
		const struct timespec pause = { 0, 20000000 };
		char text[16];

		for (int i = 0; i < 500; i++) {
			snprintf(text, sizeof(text), "%d", i);
			write_file(b.root.path, "run/kdump/" STATE_EVENT, text, 0600);
			nanosleep(&pause, NULL);
		}
		_exit(0);
	}
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(quiet_wait(&b.state, 1000, 500, &err), 1);
	clock_gettime(CLOCK_MONOTONIC, &after);
	/* The writer goes on for ten seconds. */
	assert_true(after.tv_sec - before.tv_sec < 8);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	bench_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_loaded_once),
		cmocka_unit_test(what_is_known_to_fail_is_not_tried),
		cmocka_unit_test(the_last_good_one_is_loaded_again),
		cmocka_unit_test(programs_that_do_not_run_are_named),
		cmocka_unit_test(of_many_events_one_acts),
		cmocka_unit_test(events_without_end_are_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
