/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads with a deadline; results are exit statuses on their way. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kdump/service/child.h"
#include "kdump/service/clock.h"
#include "kx/file.h"

/* Is there something, or the end, before @end? 0: that is not asked. */
static bool comes(int fd, uint64_t end)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int rc;

	if (end == 0)
		return true;
	do {
		const uint64_t at = clock_ms();

		rc = poll(&wait, 1, at < end ? (int)(end - at) : 0);
	} while (rc < 0 && errno == EINTR);
	return rc != 0;
}

/* All that comes, of which the first part is kept: who is not read would wait. */
static bool listen_until(int fd, uint64_t end, char *text, size_t size)
{
	char more[512];
	size_t len = 0;
	ssize_t got = 1;
	bool late = false;

	while (got > 0 && !late) {
		size_t take;

		late = !comes(fd, end);
		got = late ? 0 : kx_file_read_some(fd, more, sizeof(more));
		take = got > 0 ? (size_t)got : 0;
		if (take > size - 1 - len)
			take = size - 1 - len;
		memcpy(text + len, more, take);
		len += take;
	}
	text[len] = '\0';
	return !late;
}

/* One that hangs in the kernel is not dead at once, or never is: it is left to itself then. */
static bool is_gone(pid_t child)
{
	const struct timespec tenth = { 0, 100000000 };
	int status;

	for (int i = 0; i < 10; i++) {
		if (waitpid(child, &status, WNOHANG) != 0)
			return true;
		nanosleep(&tenth, NULL);
	}
	return false;
}

int child_listen(pid_t child, int fd, unsigned int ms, char *text, size_t size, int *ret_status)
{
	if (!listen_until(fd, ms ? clock_ms() + ms : 0, text, size)) {
		kill(child, SIGKILL);
		is_gone(child);
		return -ETIMEDOUT;
	}
	while (waitpid(child, ret_status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

void child_end(int result)
{
	_exit(result >= 0 ? 0 : result > -128 ? -result : EIO);
}

int child_result(int status)
{
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}
