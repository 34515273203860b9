/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What LVM makes of several parts that stand in for each other: device-mapper's "raid". */
#ifndef KDUMP_SERVICE_RESOLVE_VOLUMES_RAID_H
#define KDUMP_SERVICE_RESOLVE_VOLUMES_RAID_H

#include <stdint.h>

#include "kx/devices.h"
#include "kx/error.h"
#include "kx/span.h"

/**
 * volumes_raid() - may a crash kernel load that line of a table as it is?
 * @words: what is behind "raid" (Linux, Documentation/admin-guide/device-mapper/dm-raid.rst)
 * @need: gets the modules for it; @why: for people
 * @least: how many of its pairs of metadata and data it can be written to with
 *
 * Return: 0; -ENOTSUP no (@err says why, and what to do); -ENOMEM.
 */
int volumes_raid(struct kx_span words, struct kx_devices *need, const char *why, uint64_t *least,
		 struct kx_err *err);

/**
 * volumes_raid_health() - what device-mapper says of how it is
 * @status: its line of status, behind "raid"; @lost, @all: of its pairs
 *
 * Return: false it says nothing that is known.
 */
bool volumes_raid_health(struct kx_span status, unsigned int *lost, unsigned int *all);

/**
 * volumes_array_least() - with how many of @disks devices an array of that level can be written to
 * @copies: of each piece, for raid10
 */
uint64_t volumes_array_least(struct kx_span level, uint64_t disks, uint64_t copies);

#endif
