/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a program by its path, never through a shell, and reads what it says. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/base/child.h"
#include "kdump/base/program.h"

extern char **environ;

/* All that it says goes into @out: --check gives its reasons on standard output. */
static int start(const char *program, char *const *argv, int out, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t pipe;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return -error;
	posix_spawnattr_init(&attributes);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	error = posix_spawn(ret, program, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

int program_run(const char *program, char *const *argv, unsigned int seconds, int *ret_status,
		char *text, size_t size, struct kx_err *err)
{
	int ends[2], rc, status = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return kx_fail(err, -errno, "pipe: %s", strerror(errno));
	rc = start(program, argv, ends[1], &child);
	close(ends[1]);
	if (rc < 0) {
		close(ends[0]);
		return kx_fail(err, rc, "%s: cannot be run: %s", program, strerror(-rc));
	}
	rc = child_listen(child, ends[0], seconds * 1000, text, size, &status);
	close(ends[0]);
	if (rc == -ETIMEDOUT)
		return kx_fail(err, rc, "%s did not end within %u s", program, seconds);
	if (rc < 0)
		return kx_fail(err, rc, "waitpid: %s", strerror(-rc));
	if (!WIFEXITED(status))
		return kx_fail(err, -EIO, "%s was killed by signal %d", program, WTERMSIG(status));
	*ret_status = WEXITSTATUS(status);
	return 0;
}
