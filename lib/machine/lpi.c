/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds in the kernel's log the tables that a GICv3 goes on using across a kexec. No file of /proc
 * or /sys tells them. The messages are those of Linux, drivers/irqchip/irq-gic-v3-its.c, the same
 * from v5.0 to v7.2: its_setup_lpi_prop_table(), its_cpu_init_lpis().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

/*
 * LPI_PROPBASE_SZ and LPI_PENDBASE_SZ: a byte and a bit for each of at most 2^16 interrupts
 * (ITS_MAX_LPI_NRBITS), rounded up to 64 KiB.
 */
enum { TABLE_SIZE = 64 << 10 };

/* More than any log that a boot leaves; a record is shorter than RECORD_ROOM by far. */
enum { LOG_LIMIT = 64 << 20, RECORD_ROOM = 16 << 10 };

/* A set of CPU numbers that grows. */
struct cpus {
	uint8_t *has;
	size_t room;
};

static int cpus_add(struct cpus *set, uint64_t cpu)
{
	/* Linux has far fewer, and a hostile log no right to our memory. */
	enum { LIMIT = 1 << 20 };
	uint8_t *more;

	if (cpu >= LIMIT)
		return -EINVAL;
	if (cpu >= set->room) {
		more = realloc(set->has, (size_t)cpu + 1);
		if (!more)
			return -ENOMEM;
		memset(more + set->room, 0, (size_t)cpu + 1 - set->room);
		set->has = more;
		set->room = (size_t)cpu + 1;
	}
	set->has[cpu] = 1;
	return 0;
}

static bool cpus_contain(const struct cpus *all, const struct cpus *some)
{
	for (size_t i = 0; i < some->room; i++) {
		if (some->has[i] && (i >= all->room || !all->has[i]))
			return false;
	}
	return true;
}

/* Documentation/admin-guide/cputopology.rst: "0-3,5". */
static int parse_cpus(struct kx_span text, struct cpus *ret)
{
	while (text.len > 0) {
		const uint8_t *comma = memchr(text.base, ',', text.len);
		size_t len = comma ? (size_t)(comma - text.base) : text.len;
		const uint8_t *dash = memchr(text.base, '-', len);
		size_t first_len = dash ? (size_t)(dash - text.base) : len;
		uint64_t first, last;
		int rc;

		if (!kx_span_number((struct kx_span){ text.base, first_len }, 10, &first))
			return -EINVAL;
		last = first;
		if (dash && !kx_span_number((struct kx_span){ dash + 1, len - first_len - 1 }, 10,
					    &last))
			return -EINVAL;
		/* The last first: it makes room for all. */
		for (rc = cpus_add(ret, last); first < last && rc == 0; first++)
			rc = cpus_add(ret, first);
		if (rc < 0)
			return rc;
		text.base += len + (comma ? 1 : 0);
		text.len -= len + (comma ? 1 : 0);
	}
	return 0;
}

static int read_online(const char *root, struct cpus *ret, struct kx_err *err)
{
	static const char path[] = "sys/devices/system/cpu/online";
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text;
	int rc;

	rc = kx_machine_read_small(root, path, buffer, &text, err);
	if (rc <= 0)
		return rc;
	rc = parse_cpus(text, ret);
	return rc < 0 ? kx_fail(err, rc, "/%s: not a list of CPUs", path) : 0;
}

/* What one pass over the log found. */
struct found {
	bool complete;		/* the log starts with its first record */
	bool property;
	struct cpus pending;
};

/* The table that @text names behind "@". */
static int add_table(struct kx_firmware *f, struct kx_span text)
{
	const uint8_t *at = memchr(text.base, '@', text.len);
	uint64_t address, end;

	if (!at)
		return 0;
	text.len -= (size_t)(at + 1 - text.base);
	text.base = at + 1;
	if (!kx_span_number(kx_span_trim(text), 16, &address) ||
	    __builtin_add_overflow(address, TABLE_SIZE, &end))
		return 0;
	return kx_ranges_add(&f->lpi_tables, address, end, 0) < 0 ? -ENOMEM : 1;
}

/* "CPU3: using allocated LPI pending table @0x…"; an earlier kernel's table is "reserved". */
static int pending_table(struct kx_firmware *f, struct kx_span text, struct found *found)
{
	const uint8_t *colon = memchr(text.base, ':', text.len);
	uint64_t cpu;
	int rc;

	if (!colon || !memmem(text.base, text.len, " LPI pending table @", 20) ||
	    !kx_span_number((struct kx_span){ text.base + 3, (size_t)(colon - text.base) - 3 }, 10,
			    &cpu))
		return 0;
	rc = add_table(f, text);
	if (rc == 1)
		rc = cpus_add(&found->pending, cpu);
	/* A CPU that cannot be is somebody's joke. */
	return rc == -ENOMEM ? rc : 0;
}

/* Documentation/ABI/testing/dev-kmsg: "PRIORITY,SEQUENCE,TIMESTAMP,FLAGS[,...];TEXT". */
static int look_at(struct kx_firmware *f, struct kx_span line, bool first, struct found *found)
{
	static const char prefix[] = "GICv3: ", property[] = "using LPI property table @";
	const uint8_t *comma = memchr(line.base, ',', line.len);
	const uint8_t *semicolon = memchr(line.base, ';', line.len);
	struct kx_span text = { 0 };
	uint64_t priority;
	int rc = 0;

	/* Beyond priority 7 it is not the kernel that speaks. */
	if (!comma || !semicolon || comma > semicolon ||
	    !kx_span_number((struct kx_span){ line.base, (size_t)(comma - line.base) }, 10,
			    &priority) ||
	    priority > 7)
		return 0;
	if (first)
		found->complete = semicolon - comma > 2 && memcmp(comma, ",0,", 3) == 0;
	text.base = semicolon + 1;
	text.len = line.len - (size_t)(text.base - line.base);
	if (!kx_span_starts(text, prefix))
		return 0;
	text.base += sizeof(prefix) - 1;
	text.len -= sizeof(prefix) - 1;
	if (kx_span_starts(text, property)) {
		rc = add_table(f, text);
		found->property |= rc == 1;
	} else if (kx_span_starts(text, "CPU")) {
		rc = pending_table(f, text, found);
	}
	return rc < 0 ? rc : 0;
}

static int room_for_record(char **log, size_t len, size_t *room)
{
	char *more;

	if (*room - len >= RECORD_ROOM)
		return 0;
	if (*room > LOG_LIMIT)
		return -EFBIG;
	more = realloc(*log, *room * 2 + RECORD_ROOM);
	if (!more)
		return -ENOMEM;
	*room = *room * 2 + RECORD_ROOM;
	*log = more;
	return 0;
}

/* /dev/kmsg gives a record a read, and waits at the end unless told not to. */
static int read_log(const char *root, char **ret, size_t *ret_len, struct kx_err *err)
{
	_cleanup_fd_ int fd = kx_file_open(root, "dev/kmsg");
	_cleanup_free_ char *log = NULL;
	size_t len = 0, room = 0;
	int rc = fd;

	if (fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		rc = -errno;
	while (rc >= 0 && (rc = room_for_record(&log, len, &room)) == 0) {
		ssize_t got = read(fd, log + len, room - len - 1);

		if (got == 0 || (got < 0 && errno == EAGAIN))
			break;
		/* EPIPE: records were overwritten before we came to them. */
		if (got < 0 && errno != EPIPE && errno != EINTR)
			rc = -errno;
		len += got > 0 ? (size_t)got : 0;
	}
	if (rc < 0)
		return kx_fail(err, rc, "/dev/kmsg: %s", strerror(-rc));
	*ret = log;
	*ret_len = len;
	log = NULL;
	return 0;
}

static int scan(struct kx_firmware *f, struct kx_span log, const struct cpus *online,
		struct kx_err *err)
{
	struct found found = { 0 };
	struct kx_span line;
	bool first = true;
	int rc = 0;

	while (rc == 0 && kx_span_line(&log, &line)) {
		rc = look_at(f, line, first, &found);
		first = false;
	}
	if (rc == 0) {
		kx_ranges_merge(&f->lpi_tables);
		f->lpi_tables_known = found.property && found.pending.room > 0 &&
				      cpus_contain(&found.pending, online);
		/* A kernel without the driver leaves LPIs off, and says nothing. */
		if (found.complete && f->lpi_tables.count == 0)
			f->gicv3_lpi = false;
	}
	free(found.pending.has);
	return rc < 0 ? kx_fail(err, rc, "no memory for the LPI tables") : 0;
}

int kx_firmware_read_lpi(struct kx_firmware *f, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *log = NULL;
	struct cpus online = { 0 };
	size_t len = 0;
	int rc;

	rc = read_online(root, &online, err);
	if (rc == 0) {
		rc = read_log(root, &log, &len, err);
		if (rc == 0)
			rc = scan(f, (struct kx_span){ (uint8_t *)log, len }, &online, err);
		else if (kx_file_unknowable(rc))
			rc = 0;
	}
	free(online.has);
	return rc;
}
