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

#include "kdump/base/child.h"
#include "kdump/base/clock.h"
#include "kx/file.h"

/* Milliseconds between looks whether it has ended, where nothing else tells. */
enum { LOOK_MS = 50 };
/* Of a child that has ended, bytes that are still read: no pipe holds more (pipe(7)). */
enum { REST_MAX = 1 << 20 };

/* Of what is said the first part is kept: who is not read would wait. */
struct heard {
	char *text;
	size_t size, len, all;
	bool closed;
};

static bool has_ended(pid_t child)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       info.si_pid != 0;
}

/* What comes within @ms, or the end; false: nothing does. */
static bool hear(struct heard *h, int fd, int ms)
{
	/* Where nobody is left who could say anything it is a pause. */
	struct pollfd wait = { .fd = h->closed ? -1 : fd, .events = POLLIN };
	char more[512];
	ssize_t got;
	size_t take;

	if (poll(&wait, 1, ms) <= 0)
		return false;
	got = kx_file_read_some(fd, more, sizeof(more));
	h->closed = got <= 0;
	take = got > 0 ? (size_t)got : 0;
	h->all += take;
	if (take > h->size - 1 - h->len)
		take = h->size - 1 - h->len;
	memcpy(h->text + h->len, more, take);
	h->len += take;
	return true;
}

/*
 * Until the child has ended, and not until nobody has the pipe: what it has left behind may have
 * that for ever. What has ended has said all that it will.
 */
static bool listen_until(pid_t child, int fd, uint64_t end, struct heard *h)
{
	int pause = 1;

	while (!has_ended(child)) {
		if (clock_ms() >= end)
			return false;
		if (!hear(h, fd, pause))
			pause = pause * 2 < LOOK_MS ? pause * 2 : LOOK_MS;
	}
	h->all = 0;
	while (!h->closed && h->all < REST_MAX && hear(h, fd, 0))
		;
	return true;
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

bool child_kill(pid_t child)
{
	kill(child, SIGKILL);
	return is_gone(child);
}

int child_listen(pid_t child, int fd, unsigned int ms, char *text, size_t size, int *ret_status)
{
	struct heard h = { .text = text, .size = size };
	const bool ended = listen_until(child, fd, ms ? clock_ms() + ms : UINT64_MAX, &h);

	text[h.len] = '\0';
	if (!ended) {
		child_kill(child);
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
