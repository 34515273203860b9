/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What targets' devices are made of - LVM's volumes and Linux's RAID - as a crash kernel makes them
 * again, with neither LVM nor mdadm: the table that device-mapper has now, and the members' names.
 */
#ifndef KDUMP_SERVICE_RESOLVE_VOLUMES_H
#define KDUMP_SERVICE_RESOLVE_VOLUMES_H

#include "kdump/service/resolve/resolving.h"

/* For kx_devices.able: what capturing can make again. */
#define VOLUMES_ABLE (KX_DEVICES_MD | KX_DEVICES_LVM)

/**
 * volumes_take() - all that the block device @disk is made of, into the plan and the target's list
 *
 * Return: 0; -ENOTSUP it cannot be made again (@err says why); -EACCES, -EPERM only root may know;
 * -ENODEV a disk below has nothing by which it is known again; -ENOMEM; negative errno.
 */
int volumes_take(const struct resolving *resolving, const char *disk, struct kx_err *err);

/**
 * volumes_take_table() - that part of it which is about a table, as mapper_table() has it
 * @volume: the plan's, of kind DM
 *
 * Each line becomes a segment, and the disks that it names become the plan's.
 */
int volumes_take_table(const struct resolving *resolving, struct kx_capture_volume *volume,
		       const char *table, struct kx_err *err);

/**
 * volumes_worse() - what a target is on and has lost parts of, in words: "1 of 2
 * members of md0 are missing or not up to date"
 * @ret: for the caller to free
 *
 * Return: 0; -ENOENT all is in order, or it cannot be told; -ENOMEM.
 */
int volumes_worse(const char *root, const struct kx_capture_plan *plan,
		  const struct kx_capture_target *target, char **ret);

/**
 * volumes_tell() - what a target is on, in words: "vg-var (LVM) on md0 (RAID) on sda1, sdb1"
 * @ret: for the caller to free
 *
 * Return: 0; -ENOENT it is on a plain disk; -ENOMEM.
 */
int volumes_tell(const struct kx_capture_plan *plan, const struct kx_capture_target *target,
		 char **ret);

#endif
