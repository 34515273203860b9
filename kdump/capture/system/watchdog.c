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

#include "kdump/capture/system/trace.h"
#include "kdump/capture/system/watchdog.h"
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

/* The numbers of a small file that come first, in their order; how many there are. */
static size_t numbers_of(const char *root, const char *path, uint64_t *ret, size_t most)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	size_t len, count = 0;

	if (kx_file_read(root, path, 4096, &text, &len, &ignored) < 0)
		return 0;
	for (char *rest = text, *word; count < most && (word = strsep(&rest, " \n\t")) != NULL;)
		count += kx_span_number(kx_span_of(word), 10, &ret[count]);
	return count;
}

/** struct looking - for what is there below @root; @self: our process */
struct looking {
	const char *root;
	struct watchdogs_signs *signs;
	long self;
};

/*
 * Linux, Documentation/block/stat.rst: of what is done, I/Os and sectors. The times that follow go
 * on while a request hangs.
 */
static int add_disk(const char *name, void *data, struct kx_err *err)
{
	enum { READS = 0, SECTORS_READ = 2, WRITES = 4, SECTORS_WRITTEN = 6, FIELDS };
	uint64_t field[FIELDS] = { 0 };
	struct looking *look = data;
	char path[320];

	(void)err;
	snprintf(path, sizeof(path), "sys/class/block/%s/stat", name);
	if (numbers_of(look->root, path, field, FIELDS) == FIELDS)
		look->signs->done += field[READS] + field[SECTORS_READ] + field[WRITES] +
				     field[SECTORS_WRITTEN];
	return 0;
}

/* Which word of the line is it? */
static bool place_of(const char *name, const char *line, size_t *ret)
{
	size_t len = strlen(name);

	for (*ret = 0; line[0] && line[0] != '\n'; ++*ret) {
		size_t word = strcspn(line, " \n");

		if (word == len && memcmp(line, name, len) == 0)
			return true;
		line += word + (line[word] == ' ');
	}
	return false;
}

static uint64_t word_of(const char *line, size_t place)
{
	uint64_t value;

	while (place-- && line[strcspn(line, " \n")] == ' ')
		line += strcspn(line, " \n") + 1;
	return kx_span_number((struct kx_span){ (const uint8_t *)line, strcspn(line, " \n") }, 10,
			      &value) ? value : 0;
}

/*
 * /proc/net/snmp (proc_pid_net(5), RFC 4022): a line of names and one of numbers. All servers are
 * reached by TCP; bytes of interfaces tell less: others' broadcasts never end.
 */
static uint64_t segments(const char *root)
{
	static const char *const names[] = { "InSegs", "OutSegs" };
	_cleanup_free_ char *text = NULL;
	const char *head, *numbers;
	struct kx_err ignored;
	size_t len, place;
	uint64_t sum = 0;

	if (kx_file_read(root, "proc/net/snmp", 65536, &text, &len, &ignored) < 0)
		return 0;
	head = strstr(text, "\nTcp: ");
	numbers = head ? strstr(head + 1, "\nTcp: ") : NULL;
	for (size_t i = 0; numbers && i < sizeof(names) / sizeof(names[0]); i++) {
		if (place_of(names[i], head + 1, &place))
			sum += word_of(numbers + 1, place);
	}
	return sum;
}

/*
 * proc_pid_stat(5): time in user mode, of all but us: looking at all this takes time, too, and that
 * of a processor in /proc/stat has it.
 */
static int add_process(const char *name, void *data, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct looking *look = data;
	const char *behind;
	uint64_t number, user;
	char path[320];
	size_t len;

	if (!kx_span_number(kx_span_of(name), 10, &number) || number == (uint64_t)look->self)
		return 0;
	snprintf(path, sizeof(path), "proc/%s/stat", name);
	if (kx_file_read(look->root, path, 4096, &text, &len, err) < 0)
		return 0;
	/* The name, in parentheses, may have any characters. */
	behind = strrchr(text, ')');
	if (behind && sscanf(behind, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64,
			     &user) == 1)
		look->signs->user += user;
	return 0;
}

struct watchdogs_signs watchdogs_signs(const char *root, long self)
{
	struct watchdogs_signs signs = { 0, 0 };
	struct looking look = { .root = root, .signs = &signs, .self = self };
	struct kx_err ignored;

	kx_file_each(root, "proc", add_process, &look, &ignored);
	kx_file_each(root, "sys/class/block", add_disk, &look, &ignored);
	signs.done += segments(root);
	return signs;
}

bool watchdogs_moves(const struct watchdogs_signs *before, const struct watchdogs_signs *now,
		     uint64_t ms)
{
	/* Who waits for something, and looks every 100 ms, takes some time of a processor, too. */
	enum { PART = 50 };
	const uint64_t tick = 1000 / (uint64_t)sysconf(_SC_CLK_TCK);

	return now->done != before->done ||
	       (now->user > before->user && (now->user - before->user) * tick >= ms / PART);
}

void watchdogs_look(struct watchdogs *dogs, uint64_t now, bool moves)
{
	struct watchdogs_signs signs;

	if (moves)
		dogs->moved = now;
	if (!dogs->count || now - dogs->fed < dogs->every)
		return;
	signs = watchdogs_signs("/", getpid());
	if (watchdogs_moves(&dogs->signs, &signs, now - dogs->fed))
		dogs->moved = now;
	if (now - dogs->moved <= dogs->grace)
		feed(dogs);
	dogs->signs = signs;
	dogs->fed = now;
}
