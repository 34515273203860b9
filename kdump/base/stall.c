/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of any size shall be taken in, however long that takes, and a device that is gone shall
 * hold up no boot: so there is a limit to what nothing comes of. Linux,
 * Documentation/filesystems/proc.rst, 3.3: /proc/PID/io.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/stall.h"
#include "kx/cleanup.h"
#include "kx/error.h"
#include "kx/file.h"

/* What it has read and written until now; for free(), NULL: that is not known. */
static char *moved(pid_t pid)
{
	struct kx_err ignored;
	char path[64], *text;
	size_t len;

	snprintf(path, sizeof(path), "proc/%d/io", pid);
	return kx_file_read("/", path, 4096, &text, &len, &ignored) < 0 ? NULL : text;
}

int stall_run(int (*job)(const char *first, const char *second), const char *first,
	      const char *second, unsigned int seconds)
{
	enum { A_SECOND = 10 };
	const struct timespec pause = { 0, 1000000000 / A_SECOND };
	_cleanup_free_ char *last = NULL;
	unsigned int still = 0;
	int status;
	pid_t pid, gone;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		status = job(first, second);
		fflush(NULL);
		_exit(status);
	}
	while ((gone = waitpid(pid, &status, WNOHANG)) == 0) {
		char *now = moved(pid);

		still = now && last && strcmp(now, last) == 0 ? still + 1 : 0;
		free(last);
		last = now;
		if (still > seconds * A_SECOND) {
			/* One that hangs in the kernel is left to itself. */
			kill(pid, SIGKILL);
			waitpid(pid, &status, WNOHANG);
			return -ETIMEDOUT;
		}
		nanosleep(&pause, NULL);
	}
	return gone == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}
