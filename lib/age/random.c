/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers of the kernel, which it may not have yet: it gathers them when it is asked by one
 * that waits, and without a source may never have them. So a thread waits, and we for that thread.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/age/stream.h"

enum { SECONDS = 10 };

/** struct wait - shared with a thread that may never end; the last user frees it */
struct wait {
	sem_t ready;
	atomic_int users;
};

static void wait_put(struct wait *w)
{
	if (atomic_fetch_sub(&w->users, 1) > 1)
		return;
	sem_destroy(&w->ready);
	free(w);
}

static void *ask(void *data)
{
	struct wait *w = data;
	char byte;

	while (getrandom(&byte, sizeof(byte), 0) < 0 && errno == EINTR)
		;
	sem_post(&w->ready);
	wait_put(w);
	return NULL;
}

static int wait_until(struct wait *w)
{
	struct timespec end;
	int rc;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += SECONDS;
	while ((rc = sem_timedwait(&w->ready, &end)) < 0 && errno == EINTR)
		;
	return rc < 0 ? -ETIMEDOUT : 0;
}

static int wait_for_kernel(struct kx_err *err)
{
	struct wait *w = calloc(1, sizeof(*w));
	pthread_t thread;
	int rc;

	if (!w)
		return kx_fail(err, -ENOMEM, "no memory");
	atomic_init(&w->users, 2);
	sem_init(&w->ready, 0, 0);
	rc = -pthread_create(&thread, NULL, ask, w);
	if (rc < 0) {
		atomic_store(&w->users, 1);
		wait_put(w);
		return kx_fail(err, rc, "random numbers: %s", strerror(-rc));
	}
	pthread_detach(thread);
	rc = wait_until(w);
	wait_put(w);
	return rc < 0 ? kx_fail(err, rc, "the kernel had no random numbers in %d s, which keys are "
				"made of", SECONDS) : 0;
}

int age_random(void *to, size_t len, struct kx_err *err)
{
	uint8_t *at = to;
	ssize_t n;
	int rc = 0;

	while (len > 0 && rc == 0) {
		n = getrandom(at, len, GRND_NONBLOCK);
		if (n < 0 && errno == EAGAIN)
			rc = wait_for_kernel(err);
		else if (n < 0 && errno != EINTR)
			rc = kx_fail(err, -errno, "random numbers: %s", strerror(errno));
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return rc;
}
