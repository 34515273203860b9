/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children that are killed: one that hangs in the kernel does not come to its end. */
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/base/child.h"
#include "kdump/base/clock.h"
#include "tests/unit/kxtest.h"

pid_t __real_waitpid(pid_t child, int *status, int options);
pid_t __wrap_waitpid(pid_t child, int *status, int options);

/* As the kernel has it: killed, and there until a disk answers. */
static bool hangs;

pid_t __wrap_waitpid(pid_t child, int *status, int options)
{
	if (!hangs)
		return __real_waitpid(child, status, options);
	/* That would be for ever. */
	assert_int_equal(options & WNOHANG, WNOHANG);
	return 0;
}

static pid_t start(int fd)
{
	pid_t child = fork();

	if (child == 0) {
		while (fd >= 0)
			pause();
		_exit(7);
	}
	assert_true(child > 0);
	return child;
}

TEST(what_is_killed_is_gone)
{
	pid_t child = start(0);

	assert_true(child_kill(child));
	assert_int_equal(waitpid(child, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
	/* Also what has ended before. */
	child = start(-1);
	assert_true(child_kill(child));
	assert_int_equal(waitpid(child, NULL, 0), -1);
}

TEST(what_hangs_is_left_to_itself)
{
	uint64_t begun = clock_ms();
	pid_t child = start(0);
	int pipes[2], status, rc;
	char text[16];

	hangs = true;
	assert_false(child_kill(child));
	assert_true(clock_ms() - begun < 5000);
	hangs = false;
	assert_true(child_kill(child));

	begun = clock_ms();
	child = start(0);
	assert_int_equal(pipe(pipes), 0);
	hangs = true;
	rc = child_listen(child, pipes[0], 10, text, sizeof(text), &status);
	assert_int_equal(rc, -ETIMEDOUT);
	assert_true(clock_ms() - begun < 5000);
	hangs = false;
	assert_true(child_kill(child));
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_killed_is_gone),
		cmocka_unit_test(what_hangs_is_left_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
