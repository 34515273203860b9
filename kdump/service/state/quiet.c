/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for the end of a burst of events, by a file that each of them changes. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "kdump/base/clock.h"
#include "kdump/service/state/quiet.h"
#include "kx/cleanup.h"
#include "kx/file.h"

#define WAITER STATE_EVENT ".lock"

/* Events come at the same time, and each writes the one file. Half of it is a change, too. */
static int note_event(const struct state *state, struct kx_err *err)
{
	enum { FLAGS = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC };
	_cleanup_fd_ int fd = openat(state->run, STATE_EVENT, FLAGS, 0600);
	struct timespec t;
	char text[64];
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(text, sizeof(text), "%d %" PRIu64 "\n", getpid(),
		 (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec);
	rc = fd < 0 ? -errno : kx_file_write(fd, text, strlen(text));
	return rc < 0 ? kx_fail(err, rc, "/run/kdump/" STATE_EVENT ": %s", strerror(-rc)) : 0;
}

static char *last_event(const struct state *state)
{
	char *text;

	return state_get(state->run, STATE_EVENT, &text, NULL) == 0 ? text : NULL;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Return the last event that was seen, for free(). */
static char *wait_quiet(const struct state *state, unsigned int quiet, uint64_t end)
{
	const struct timespec pause = { quiet / 1000, (long)(quiet % 1000) * 1000000 };
	char *seen = last_event(state);

	for (;;) {
		char *event;

		nanosleep(&pause, NULL);
		event = last_event(state);
		if (same(event, seen) || clock_ms() >= end) {
			free(seen);
			return event;
		}
		free(seen);
		seen = event;
	}
}

int quiet_wait(const struct state *state, unsigned int quiet, unsigned int most,
	       struct kx_err *err)
{
	enum { FLAGS = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC };
	_cleanup_fd_ int lock = openat(state->run, WAITER, FLAGS, 0600);
	uint64_t end = clock_ms() + most;
	int rc = note_event(state, err);

	if (lock < 0)
		return kx_fail(err, -errno, "/run/kdump/" WAITER ": %s", strerror(errno));
	while (rc == 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
		_cleanup_free_ char *seen = wait_quiet(state, quiet, end), *event = NULL;

		flock(lock, LOCK_UN);
		/* One that came before the lock was free has gone, and counts on this one. */
		event = last_event(state);
		if (same(event, seen) || clock_ms() >= end)
			return 1;
	}
	return rc;
}
