/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which dumps of this machine there are: the newest one, or that of a test. */
#ifndef KDUMP_SERVICE_STATE_CRASHES_H
#define KDUMP_SERVICE_STATE_CRASHES_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct crash - what its manifest says; zeros: there is none
 * @path: of its folder; @time: of the crash, seconds since 1970
 * @incomplete: why it is; empty: it is whole
 * @release: of the kernel that crashed
 * @lowest: bytes of the crash kernel's memory that were available at least; 0: unknown
 */
struct crash {
	char path[1024], panic[256], incomplete[256], release[128];
	uint64_t time, lowest;
	bool found;
};

/**
 * crash_look() - look through the dated folders in @folder below @root
 * @test: of a test alone, any that has this id; NULL: the newest of all
 * @ret: stays if there is none that is newer
 *
 * A folder without a manifest that can be read is no dump of ours, or not yet. No such @folder is
 * fine.
 */
void crash_look(struct crash *ret, const char *root, const char *folder, const char *test);

/**
 * struct crash_size - what a dump took
 * @bytes: of its file; 0: there is none
 * @time: of the crash, seconds since 1970
 */
struct crash_size {
	uint64_t bytes, time;
};

/**
 * crash_learned() - what the newest whole dump of this machine in @folder below @root took
 * @machine_id: of this machine; dumps of others are none, those that say nothing of it are
 * @level: bits of enum kx_page_level: what was saved with another one says nothing
 * @ret: stays if there is none that is newer
 */
void crash_learned(struct crash_size *ret, const char *root, const char *folder,
		   const char *machine_id, uint64_t level);

#endif
