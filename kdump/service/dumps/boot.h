/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done after a boot: the last crash is taken in, told, and room is made. */
#ifndef KDUMP_SERVICE_DUMPS_BOOT_H
#define KDUMP_SERVICE_DUMPS_BOOT_H

#include <stdbool.h>

/* How long nothing may move; to have many GiB written to a slow disk takes some of it. */
enum { BOOT_STALL_SECONDS = 1800 };

/**
 * boot_recover() - "kdump recover --boot"
 * @root: "/", or a captured tree
 * @json: what was found is told as a JSON object on standard output, too
 * @device: makes a folder in @folder of the dump on a device, if there is one
 *
 * Dumps of raw targets become folders; each dump that is new gets a report, an entry in the journal
 * and the command of [notify]; the result of a test is settled; the limits of [keep] are met. An
 * armed boot that ended without a clean shutdown and left no dump is told.
 *
 * Return: the exit status: SERVICE_NOTHING there was nothing to tell.
 */
int boot_recover(const char *root, bool json,
		 int (*device)(const char *device, const char *folder));

#endif
