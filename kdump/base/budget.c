/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory by /proc/meminfo (proc(5), MemAvailable) and by memory cgroups (Linux,
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/budget.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

/* What one more thread takes: two chunks, a reader, what codecs keep, and a stack as it is used. */
enum { JOB = 3 << 20, LIMIT_MIN = 64 << 10, LIMIT_MAX = 1 << 20, TEXT_MAX = 65536 };

/* The number behind the line's first word @key in a file; false: there is none. */
static bool file_number(const char *root, const char *path, const char *key, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len, key_len = strlen(key);
	struct kx_err ignored;

	if (kx_file_read(root, path, TEXT_MAX, &text, &len, &ignored) < 0)
		return false;
	for (char *line = text, *next; line && *line; line = next) {
		size_t digits;

		next = strchr(line, '\n');
		next = next ? next + 1 : NULL;
		if (strncmp(line, key, key_len) != 0)
			continue;
		line += key_len;
		line += strspn(line, " \t");
		digits = strspn(line, "0123456789");
		return kx_span_number((struct kx_span){ (const uint8_t *)line, digits }, 10, ret);
	}
	return false;
}

/** struct kind - how a version of cgroups tells; @cache: the key of what is kept of files */
struct kind {
	const char *folder, *limit, *usage, *cache;
};

static const struct kind kinds[] = {
	{ "sys/fs/cgroup", "memory.max", "memory.current", "file " },
	{ "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "cache " },
};

static uint64_t free_in(const char *root, const struct kind *kind, const char *group)
{
	uint64_t limit, usage = 0, cache = 0;
	char path[4400];

	snprintf(path, sizeof(path), "%s%.4096s/%s", kind->folder, group, kind->limit);
	if (!file_number(root, path, "", &limit))
		return UINT64_MAX;
	snprintf(path, sizeof(path), "%s%.4096s/%s", kind->folder, group, kind->usage);
	file_number(root, path, "", &usage);
	snprintf(path, sizeof(path), "%s%.4096s/memory.stat", kind->folder, group);
	file_number(root, path, kind->cache, &cache);
	usage -= cache < usage ? cache : usage;
	return limit > usage ? limit - usage : 0;
}

/* The group and all that it is in. */
static uint64_t free_in_all(const char *root, const struct kind *kind, char *group)
{
	uint64_t least = UINT64_MAX;

	for (;;) {
		uint64_t room = free_in(root, kind, group);
		char *slash = strrchr(group, '/');

		if (room < least)
			least = room;
		if (!slash)
			return least;
		*slash = '\0';
	}
}

/* Lines are NUMBER:CONTROLLERS:PATH; version 2 has number 0 and no controllers. */
static uint64_t free_in_groups(const char *root)
{
	_cleanup_free_ char *text = NULL;
	uint64_t least = UINT64_MAX;
	struct kx_err ignored;
	size_t len;

	if (kx_file_read(root, "proc/self/cgroup", TEXT_MAX, &text, &len, &ignored) < 0)
		return least;
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;
		bool unified = group == names + 1;
		uint64_t room;

		if (!group)
			continue;
		*group++ = '\0';
		if (!unified && strcmp(names + 1, "memory") != 0)
			continue;
		room = free_in_all(root, &kinds[unified ? 0 : 1], group);
		least = room < least ? room : least;
	}
	return least;
}

uint64_t budget_free(const char *root)
{
	uint64_t kib, groups = free_in_groups(root);

	if (!file_number(root, "proc/meminfo", "MemAvailable:", &kib) || kib > UINT64_MAX >> 10)
		return groups;
	return kib << 10 < groups ? kib << 10 : groups;
}

int budget_split(uint64_t memory, unsigned int jobs, struct budget *ret, struct kx_err *err)
{
	uint64_t more, limit;

	if (memory && memory < BUDGET_LEAST)
		return kx_fail(err, -EINVAL, "--memory: %" PRIu64 " KiB are not enough, %d MiB are the "
			       "least", memory >> 10, BUDGET_LEAST >> 20);
	if (!memory)
		memory = budget_free("/") / 2;
	more = memory > BUDGET_LEAST ? memory - BUDGET_LEAST : 0;
	limit = LIMIT_MIN + more / 8;
	ret->list_limit = limit < LIMIT_MAX ? (size_t)limit : LIMIT_MAX;
	ret->share_limit = ret->list_limit;
	more -= 2 * (ret->list_limit - LIMIT_MIN);
	ret->jobs = more / JOB + 1 < jobs ? (unsigned int)(more / JOB) + 1 : jobs;
	return 0;
}
