/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watchdogs, by Linux, Documentation/watchdog/watchdog-api.rst. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kdump/capture/trace.h"
#include "kdump/capture/watchdog.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

/* Seconds: how often, at most, and how long one of ours waits where it can be told. */
enum { EVERY = 10, TIMEOUT = 60 };

static void feed(const struct watchdogs *dogs)
{
	for (int i = 0; i < dogs->count; i++)
		ioctl(dogs->fd[i], WDIOC_KEEPALIVE, 0);
}

static int open_one(struct watchdogs *dogs, int number)
{
	int seconds = 0, wanted = TIMEOUT;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/watchdog%d", number);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* It runs from now on, if it did not before; how long it waits may be fixed. */
	ioctl(fd, WDIOC_SETTIMEOUT, &wanted);
	if (ioctl(fd, WDIOC_GETTIMEOUT, &seconds) < 0 || seconds <= 0)
		seconds = TIMEOUT;
	ioctl(fd, WDIOC_KEEPALIVE, 0);
	dogs->fd[dogs->count++] = fd;
	if ((uint64_t)seconds * 1000 / 3 < dogs->every)
		dogs->every = (uint64_t)seconds * 1000 / 3;
	capture_trace("%s resets the machine after %d s without progress", path, seconds);
	return 0;
}

void watchdogs_open(struct watchdogs *dogs, uint64_t now)
{
	if (!dogs->every)
		dogs->every = EVERY * 1000;
	dogs->moved = now;
	for (int i = 0; i < WATCHDOGS_MAX && dogs->count < WATCHDOGS_MAX; i++) {
		int rc = open_one(dogs, i);

		/* One that is busy is one that we have. */
		if (rc < 0 && rc != -ENOENT && rc != -EBUSY)
			capture_trace("watchdog%d: %s", i, strerror(-rc));
	}
}

/* ---- does the machine work? ------------------------------------------------------------------ */

/* All numbers of a small file, whatever they mean: they only ever grow. */
static uint64_t sum_of(const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	uint64_t sum = 0;
	size_t len;

	if (kx_file_read("/", path, 65536, &text, &len, &ignored) < 0)
		return 0;
	for (char *rest = text, *word; (word = strsep(&rest, " \n\t")) != NULL;) {
		uint64_t value;

		if (kx_span_number(kx_span_of(word), 10, &value))
			sum += value;
	}
	return sum;
}

static int add_disk(const char *name, void *data, struct kx_err *err)
{
	uint64_t *sum = data;
	char path[320];

	(void)err;
	snprintf(path, sizeof(path), "sys/class/block/%s/stat", name);
	*sum += sum_of(path);
	return 0;
}

static int add_link(const char *name, void *data, struct kx_err *err)
{
	static const char *const counters[] = { "rx_bytes", "tx_bytes" };
	uint64_t *sum = data;
	char path[320];

	(void)err;
	for (size_t i = 0; strcmp(name, "lo") != 0 && i < 2; i++) {
		snprintf(path, sizeof(path), "sys/class/net/%s/statistics/%s", name, counters[i]);
		*sum += sum_of(path);
	}
	return 0;
}

/* proc_stat(5): user and nice time of all processors; idle time always moves. */
static uint64_t program_time(void)
{
	_cleanup_free_ char *text = NULL;
	uint64_t user = 0, nice = 0;
	struct kx_err ignored;
	size_t len;

	if (kx_file_head("/", "proc/stat", 256, &text, &len, &ignored) < 0 ||
	    sscanf(text, "cpu %" SCNu64 " %" SCNu64, &user, &nice) < 1)
		return 0;
	return user + nice;
}

static uint64_t machine_sum(void)
{
	struct kx_err ignored;
	uint64_t sum = program_time();

	kx_file_each("/", "sys/class/block", add_disk, &sum, &ignored);
	kx_file_each("/", "sys/class/net", add_link, &sum, &ignored);
	return sum;
}

void watchdogs_look(struct watchdogs *dogs, uint64_t now, bool moves)
{
	uint64_t sum;

	if (moves)
		dogs->moved = now;
	if (!dogs->count || now - dogs->fed < dogs->every)
		return;
	sum = machine_sum();
	if (sum != dogs->sum)
		dogs->moved = now;
	if (now - dogs->moved <= dogs->grace)
		feed(dogs);
	dogs->sum = sum;
	dogs->fed = now;
}
