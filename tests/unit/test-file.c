/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below a root: nothing outside it is reached, and no file is larger than allowed. What is
 * written is written whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

static void assert_content(const struct folder *folder, const char *path, const char *expected)
{
	struct kx_err err = { "" };
	char *text;
	size_t len;

	if (kx_file_read(folder->path, path, 100, &text, &len, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(len, strlen(expected));
	assert_string_equal(text, expected);
	free(text);
}

TEST(files_are_read_whole_with_a_nul_behind)
{
	struct folder folder = folder_of("== proc/cmdline = quiet\n== proc/fb\n");

	assert_content(&folder, "proc/cmdline", "quiet\n");
	assert_content(&folder, "proc/fb", "");
	folder_remove(&folder);
}

TEST(links_inside_the_root_work_as_if_it_were_slash)
{
	struct folder folder = folder_of("== proc/cmdline = quiet\n"
					 "== sys/absolute -> /proc/cmdline\n"
					 "== sys/relative -> ../proc/cmdline\n"
					 "== sys/above -> ../../../../proc/cmdline\n");

	assert_content(&folder, "sys/absolute", "quiet\n");
	assert_content(&folder, "sys/relative", "quiet\n");
	/* There is nothing above a root. */
	assert_content(&folder, "sys/above", "quiet\n");
	folder_remove(&folder);
}

TEST(without_a_root_a_path_is_the_users)
{
	struct folder folder = folder_of("== a/file = x\n== b/c\n");
	_cleanup_fd_ int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct kx_err err = { "" };
	char path[512], *text;
	size_t len;

	snprintf(path, sizeof(path), "%s/a", folder.path);
	assert_int_equal(chdir(path), 0);
	assert_int_equal(kx_file_read(NULL, "../a/file", 9, &text, &len, &err), 0);
	assert_string_equal(text, "x\n");
	free(text);
	assert_int_equal(kx_file_read(NULL, "../b/d", 9, &text, &len, &err), -ENOENT);
	assert_string_equal(err.text, "../b/d: No such file or directory");
	assert_int_equal(fchdir(before), 0);
	folder_remove(&folder);
}

TEST(no_path_leads_out_of_the_root)
{
	struct folder outside = folder_of("== secret = x\n");
	struct folder folder = folder_of("== proc/cmdline = quiet\n");
	struct kx_err err = { "" };
	char path[512], *real = realpath(outside.path, NULL);
	char *text;
	size_t len;

	snprintf(path, sizeof(path), "%s/link", folder.path);
	assert_non_null(real);
	assert_int_equal(symlink(real, path), 0);
	assert_int_equal(kx_file_open(folder.path, "link/secret"), -ENOENT);
	snprintf(path, sizeof(path), "../%s/secret", outside.path);
	assert_int_equal(kx_file_open(folder.path, path), -ENOENT);
	snprintf(path, sizeof(path), "proc/../../%s/secret", outside.path);
	assert_int_equal(kx_file_open(folder.path, path), -ENOENT);
	assert_int_equal(kx_file_read(folder.path, "link/secret", 9, &text, &len, &err), -ENOENT);
	assert_says(&err, "/link/secret");
	free(real);
	folder_remove(&folder);
	folder_remove(&outside);
}

TEST(a_file_beyond_the_limit_is_refused)
{
	struct folder folder = folder_of("== proc/cmdline = 12345\n");
	struct kx_err err = { "" };
	char *text = NULL;
	size_t len;

	assert_int_equal(kx_file_read(folder.path, "proc/cmdline", 5, &text, &len, &err), -EFBIG);
	assert_says(&err, "/proc/cmdline: larger than 5 bytes");
	assert_null(text);
	assert_int_equal(kx_file_read(folder.path, "proc/cmdline", 6, &text, &len, &err), 0);
	assert_int_equal(len, 6);
	free(text);
	folder_remove(&folder);
}

TEST(a_head_is_cut_at_its_limit)
{
	struct folder folder = folder_of("== proc/cpuinfo = 12345\n");
	struct kx_err err = { "" };
	char *text;
	size_t len;

	assert_int_equal(kx_file_head(folder.path, "proc/cpuinfo", 3, &text, &len, &err), 0);
	assert_int_equal(len, 3);
	assert_string_equal(text, "123");
	free(text);
	assert_int_equal(kx_file_head(folder.path, "proc/cpuinfo", 0, &text, &len, &err), 0);
	assert_int_equal(len, 0);
	free(text);
	folder_remove(&folder);
}

TEST(large_files_are_read_in_many_steps)
{
	struct folder folder = folder_make();
	struct kx_err err = { "" };
	char path[128], *text;
	static char block[100000];
	size_t len;
	int fd;

	memset(block, 'x', sizeof(block));
	snprintf(path, sizeof(path), "%s/large", folder.path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	close(fd);
	assert_int_equal(kx_file_read(folder.path, "large", sizeof(block), &text, &len, &err), 0);
	assert_int_equal(len, sizeof(block));
	assert_memory_equal(text, block, sizeof(block));
	free(text);
	assert_int_equal(kx_file_read(folder.path, "large", sizeof(block) - 1, &text, &len, &err),
			 -EFBIG);
	folder_remove(&folder);
}

TEST(what_is_missing_or_no_file_is_named)
{
	struct folder folder = folder_of("== proc/cmdline = quiet\n");
	struct kx_err err = { "" };
	char *text;
	size_t len;

	assert_int_equal(kx_file_read(folder.path, "proc/none", 9, &text, &len, &err), -ENOENT);
	assert_says(&err, "/proc/none: No such file");
	assert_int_equal(kx_file_read(folder.path, "proc", 9, &text, &len, &err), -EISDIR);
	assert_int_equal(kx_file_read(folder.path, "proc/cmdline/x", 9, &text, &len, &err),
			 -ENOTDIR);
	assert_int_equal(kx_file_read("no such root", "proc", 9, &text, &len, &err), -ENOENT);
	folder_remove(&folder);
}

static int note_name(const char *name, void *data, struct kx_err *err)
{
	char *list = data;

	(void)err;
	strcat(strcat(list, name), " ");
	return strcmp(name, "stop") == 0 ? -ECANCELED : 0;
}

TEST(what_one_user_cannot_know_is_no_fault)
{
	const int unknowable[] = { -ENOENT, -EACCES, -EPERM, -ENOTDIR };
	const int faults[] = { 0, -EIO, -EINVAL, -ENOMEM, -ELOOP, -EISDIR, ENOENT, EACCES };

	for (size_t i = 0; i < sizeof(unknowable) / sizeof(unknowable[0]); i++)
		assert_true(kx_file_unknowable(unknowable[i]));
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		assert_false(kx_file_unknowable(faults[i]));
}

TEST(each_goes_by_number_then_by_name)
{
	struct folder folder = folder_of("== d/10/\n== d/9/\n== d/b/\n== d/a/\n== d/1x/\n"
					 "== d/100/\n== d/0/\n== d/.hidden/\n");
	struct kx_err err = { "" };
	char list[200] = "";

	assert_int_equal(kx_file_each(folder.path, "d", note_name, list, &err), 0);
	assert_string_equal(list, "0 9 10 100 1x a b ");
	folder_remove(&folder);
}

TEST(each_stops_at_the_first_error)
{
	struct folder folder = folder_of("== d/1/\n== d/stop/\n== d/z/\n== file = 1\n");
	struct kx_err err = { "" };
	char list[200] = "";

	assert_int_equal(kx_file_each(folder.path, "d", note_name, list, &err), -ECANCELED);
	assert_string_equal(list, "1 stop ");
	assert_int_equal(kx_file_each(folder.path, "none", note_name, list, &err), -ENOENT);
	assert_int_equal(kx_file_each(folder.path, "file", note_name, list, &err), -ENOTDIR);
	folder_remove(&folder);
}

TEST(paths_that_lead_out_are_none)
{
	static const char *const good[] = { "a", "a/b", "..a/b..", "...", ".a", "a./b" };
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a",
					   "a/.", "a/..", "a/./b", "a/../b" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(kx_file_stays_below(kx_span_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(kx_file_stays_below(kx_span_of(bad[i])));
	assert_false(kx_file_stays_below((struct kx_span){ NULL, 0 }));
}

/* Linux writes at most 2 GiB - 4 KiB at a time; a limit of the size ends a write early, too. */
TEST(a_write_that_ends_early_goes_on_or_fails)
{
	const struct rlimit limit = { 4096, RLIM_INFINITY };
	struct rlimit before;
	char path[] = "/tmp/kx-file-XXXXXX";
	static char block[10000];
	struct stat st;
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	rc = kx_file_write(fd, block, sizeof(block));
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(rc, -EFBIG);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 4096);
	close(fd);
	unlink(path);
}

static void nothing(int number)
{
	(void)number;
}

/* In a child: how many MiB of 'x' come out of the pipe, slowly. */
static void count_bytes(int fd)
{
	static char part[4096];
	size_t count = 0;
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0) {
		usleep(200);
		while (n-- > 0)
			count += part[n] == 'x';
	}
	_exit(count == 1 << 20);
}

TEST(an_interrupted_write_goes_on)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { { 0, 0 }, { 0, 0 } };
	/* Without SA_RESTART, so that a write ends where it is. */
	const struct sigaction interrupt = { .sa_handler = nothing };
	static char block[1 << 20];
	int ends[2], status, rc;
	pid_t child;

	memset(block, 'x', sizeof(block));
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[1]);
		count_bytes(ends[0]);
	}
	close(ends[0]);
	sigaction(SIGALRM, &interrupt, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	rc = kx_file_write(ends[1], block, sizeof(block));
	setitimer(ITIMER_REAL, &never, NULL);
	close(ends[1]);
	assert_int_equal(rc, 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 1);
}

/* A child that gives something on the same file system another name, again and again. */
static pid_t keep_renaming(const struct folder *folder)
{
	char name[2][300];
	pid_t child;

	snprintf(name[0], sizeof(name[0]), "%s/one", folder->path);
	snprintf(name[1], sizeof(name[1]), "%s/other", folder->path);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; rename(name[i % 2], name[(i + 1) % 2]) == 0; i++)
			;
		_exit(1);
	}
	assert_true(child > 0);
	return child;
}

/* openat2(2): EAGAIN, where anybody renames anything while ".." is on the way. */
TEST(what_others_rename_hides_no_file)
{
	struct folder folder = folder_of("== a/b/c/link -> ../../../file\n== file = x\n== one = x\n");
	pid_t child = keep_renaming(&folder);
	unsigned int failed = 0;
	int rc = 0;

	for (unsigned int i = 0; i < 20000; i++) {
		char *real = NULL;
		int one = kx_file_real(folder.path, "a/b/c/link", &real);

		failed += one < 0;
		rc = one < 0 ? one : rc;
		free(real);
	}
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	folder_remove(&folder);
	if (failed)
		fail_msg("%u of 20000: %s", failed, strerror(-rc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_that_lead_out_are_none),
		cmocka_unit_test(files_are_read_whole_with_a_nul_behind),
		cmocka_unit_test(links_inside_the_root_work_as_if_it_were_slash),
		cmocka_unit_test(without_a_root_a_path_is_the_users),
		cmocka_unit_test(no_path_leads_out_of_the_root),
		cmocka_unit_test(a_file_beyond_the_limit_is_refused),
		cmocka_unit_test(a_head_is_cut_at_its_limit),
		cmocka_unit_test(large_files_are_read_in_many_steps),
		cmocka_unit_test(what_is_missing_or_no_file_is_named),
		cmocka_unit_test(what_one_user_cannot_know_is_no_fault),
		cmocka_unit_test(each_goes_by_number_then_by_name),
		cmocka_unit_test(each_stops_at_the_first_error),
		cmocka_unit_test(a_write_that_ends_early_goes_on_or_fails),
		cmocka_unit_test(an_interrupted_write_goes_on),
		cmocka_unit_test(what_others_rename_hides_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
