/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a saved dump, as JSON beside it: manifest.json, format 1, which kdump(8)
 * describes. Nothing in one that is read is trusted.
 */
#ifndef KX_MANIFEST_H
#define KX_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/pages.h"
#include "kx/save.h"
#include "kx/span.h"
#include "kx/sums.h"

/* Bytes of a manifest that is read: 4096 sums take some 50 KiB. */
enum { KX_MANIFEST_MAX = 1 << 20 };

/* Recipients of an encrypted dump; more are left out. */
enum { KX_MANIFEST_RECIPIENTS = 64 };

/** struct kx_manifest_sum - of one chunk; @known: there is one */
struct kx_manifest_sum {
	uint32_t sum;
	bool known;
};

enum { KX_MANIFEST_TRIED_MAX = 16 };

/** struct kx_manifest_tried - a target that was tried; @error: why it does not have the dump, or "" */
struct kx_manifest_tried {
	char name[64], type[16], error[256];
	double seconds;
};

/**
 * struct kx_manifest_capture - of a dump that a crash kernel's /init saved
 * @known: it was one; else the rest is empty
 * @id: of the arming; @test: of the test that it was; @machine_id, @host: whose dump it is
 * @memory_kib: memory that the crash kernel had; @low_kib: the least that was available, 0: unknown
 * @boot, @modules, @log, @prepare: seconds from the kernel's start to /init, and that it took to
 *	load modules, to read the log, and until the target could be written to
 * @failed_modules: that could not be loaded
 * @tried: @n_tried targets, in that order, the dump's own the last of them
 */
struct kx_manifest_capture {
	bool known;
	char id[64], test[64], machine_id[64], host[128];
	uint64_t memory_kib, low_kib;
	double boot, modules, log, prepare;
	uint64_t failed_modules;
	struct kx_manifest_tried tried[KX_MANIFEST_TRIED_MAX];
	size_t n_tried;
};

/**
 * struct kx_manifest - all that it says; texts are empty where they are not known
 * @dump: the file's name; @source: what was saved
 * @format: of the file, as --format has it; @codec: of pages
 * @machine, @release, @build_id: of the kernel that crashed; @crash_time: seconds since 1970, or 0
 * @panic: the log's line; @trouble: a summary of what led to it
 * @level_asked, @level: bits of enum kx_page_level: wanted, and used
 * @pages: of RAM, by class, each of @page_size bytes; of these and the following numbers struct
 *	kx_save_result tells more
 * @missing: by class: the key that was missing
 * @free_found, @free_counted, @doubt, @unchecked: see struct kx_save_result
 * @unfiltered, @incomplete: why; empty: it is filtered, it is whole
 * @peak_kib: most memory that was used; @seconds: in all; @phase: by enum kx_save_phase
 * @capture: by which crash kernel
 * @recipient: who can read it, @recipients of them; 0: it is not encrypted
 * @size: bytes of the file, as far as it was written
 * @chunk: bytes of each chunk; 0: there are no sums, and @no_sums says why
 * @sum: @sums of them; owned
 */
struct kx_manifest {
	char dump[256], source[1024], format[32], codec[32];
	char machine[32], release[128], build_id[72];
	uint64_t crash_time;
	char panic[256], trouble[768];
	unsigned int level_asked, level;
	uint64_t page_size, pages[KX_PAGE_CLASSES];
	char missing[KX_PAGE_CLASSES][64];
	uint64_t absent, kept, joined, zero, shared, written, lost, unclassified;
	struct kx_save_range lost_range[KX_SAVE_LOST_MAX];
	size_t lost_ranges;
	char unfiltered[512], incomplete[512];
	uint64_t free_found, free_counted;
	char doubt[256], unchecked[256];
	uint64_t peak_kib;
	double seconds, phase[KX_SAVE_PHASES];
	struct kx_manifest_capture capture;
	char recipient[KX_MANIFEST_RECIPIENTS][64];
	size_t recipients;
	uint64_t size, chunk;
	char no_sums[256];
	struct kx_manifest_sum *sum;
	size_t sums;
};

/** kx_manifest_done() - free what it owns; zero-initialised is fine */
void kx_manifest_done(struct kx_manifest *manifest);

/** kx_manifest_take_sums() - size, chunk and sums of a file that was written; 0 or -ENOMEM */
int kx_manifest_take_sums(struct kx_manifest *manifest, const struct kx_sums *sums,
			  struct kx_err *err);

/** kx_manifest_write() - as JSON to @fd; 0, -ENOMEM, or negative errno of writing */
int kx_manifest_write(const struct kx_manifest *manifest, int fd);

/**
 * kx_manifest_parse() - take one apart
 * @ret: for kx_manifest_done()
 *
 * What it does not have is empty, or 0; what it has and we do not know is no matter. Texts that are
 * longer than their room are cut.
 *
 * Return: 0; -EINVAL no JSON, or not what a manifest has: @err names it; -ENOTSUP another format,
 * or no library that reads JSON; -ENOMEM.
 */
int kx_manifest_parse(struct kx_span json, struct kx_manifest *ret, struct kx_err *err);

/**
 * kx_manifest_read() - the same of a file
 *
 * Return: as kx_manifest_parse(); -EFBIG more than KX_MANIFEST_MAX bytes; errno of open and read.
 * @err names the file.
 */
int kx_manifest_read(const char *path, struct kx_manifest *ret, struct kx_err *err);

#endif
