/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs to classify all pages of a dump, as kdump save does: prints processor time in
 * microseconds, the peak of resident memory in KiB, pages of RAM, free and kept ones, and bytes of
 * the list. Nothing is written: it stops when pages are to be copied.
 *
 * Usage: classify FILE
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "kx/save.h"

static int null_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	(void)target, (void)from, (void)len, (void)off;
	return 0;
}

static int null_sync(struct kx_save_target *target)
{
	(void)target;
	return 0;
}

static long long cpu_us(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000LL +
	       usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

/* What was used when the last page was classified; then it is stopped. */
static bool tell(void *data, const struct kx_save_progress *progress)
{
	if (progress->phase != KX_SAVE_CLASSIFY)
		return false;
	getrusage(RUSAGE_SELF, data);
	return true;
}

int main(int argc, char **argv)
{
	struct kx_save_target target = { .write = null_write, .sync = null_sync };
	struct rusage before, usage = { .ru_maxrss = 0 };
	const char *path = argc > 1 ? argv[1] : "-";
	struct kx_save_result result;
	struct kx_err err = { "" };
	struct kx_dump *dump;
	uint64_t pages = 0;

	const struct kx_save_options options = { .level = KX_LEVEL_MAX, .list_limit = 1 << 20,
						 .tell = tell, .data = &usage };
	if (kx_dump_open(&dump, &path, 1, &err) < 0) {
		fprintf(stderr, "classify: %s\n", err.text);
		return 1;
	}
	getrusage(RUSAGE_SELF, &before);
	if (kx_save(dump, &target, &options, &result, &err) < 0 || result.unfiltered[0]) {
		fprintf(stderr, "classify: %s%s\n", err.text, result.unfiltered);
		return 1;
	}
	for (size_t i = 0; i < KX_PAGE_CLASSES; i++)
		pages += result.pages[i];
	printf("%lld %ld %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	       cpu_us(&usage) - cpu_us(&before), usage.ru_maxrss, pages,
	       result.pages[KX_PAGE_FREE], result.kept, result.unclassified);
	kx_dump_close(dump);
	return 0;
}
