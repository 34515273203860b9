/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hardware a file system, a disk or a network interface stands on, as sysfs has it: with all
 * buses in between, whose drivers no module depends on. Everything is looked for below a root, so
 * that a captured tree says on any machine what it said on its own.
 */
#ifndef KX_DEVICES_H
#define KX_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct kx_devices_node - a device that something stands on
 * @path: below the root: "sys/devices/pci0000:00/0000:00:04.0"
 * @driver: that is bound to it; NULL: none
 * @module: of the driver; NULL: it is built in, or there is none
 * @modalias: by which a driver is found; NULL: none
 */
struct kx_devices_node {
	char *path, *driver, *module, *modalias;
};

/**
 * struct kx_devices_need - what no device names, but is needed
 * @word: module or alias, as "fs-ext4", "md-raid1"; @why: for people, as "file system ext4"
 * @optional: the rest works without
 */
struct kx_devices_need {
	char *word, *why;
	bool optional;
};

/**
 * enum kx_devices_stack - what is made of other devices, and has to be made again
 */
enum kx_devices_stack {
	KX_DEVICES_MD = 1 << 0,	 /* with superblocks of Linux's own */
	KX_DEVICES_LVM = 1 << 1, /* never thin, snapshot, cache, VDO; which tables, others know */
	KX_DEVICES_MULTIPATH = 1 << 2,
	KX_DEVICES_CRYPT = 1 << 3,
};

/**
 * struct kx_devices_made - a device that is made of others; @name: as in /sys/class/block
 */
struct kx_devices_made {
	enum kx_devices_stack kind;
	char *name;
};

/**
 * struct kx_devices - what one or several targets stand on; all zeros is none
 * @able: of enum kx_devices_stack, what the crash kernel's /init can make again: set before
 *	anything is added. The others are refused.
 * @node: each once, those that others stand on before them; folders between devices are there too,
 *	without driver and modalias
 * @need: each once
 * @made: each once, those that others are made of before them
 * @watchdog: names of the drivers of hardware watchdogs; @watchdogs of them
 */
struct kx_devices {
	unsigned int able;
	struct kx_devices_node *node;
	size_t nodes, node_room;
	struct kx_devices_need *need;
	size_t needs, need_room;
	struct kx_devices_made *made;
	size_t mades, made_room;
	char **watchdog;
	size_t watchdogs, watchdog_room;
};

/** kx_devices_done() - free what is in it */
void kx_devices_done(struct kx_devices *devices);

/**
 * kx_devices_need() - one more module or alias, unless it is there
 *
 * Return: 0; -ENOMEM.
 */
int kx_devices_need(struct kx_devices *devices, bool optional, const char *word, const char *why,
		    struct kx_err *err);

/**
 * kx_devices_add_disk() - what the block device @name stands on: down through partitions, LVM, RAID
 * and multipath to disks, and up from these
 * @name: as in /sys/class/block
 *
 * Return: 0; -ENOENT there is none; -ENOTSUP it is of a kind that a crash kernel could not
 * set up again without programs of its own, or that is gone with the crash (@err names it and says
 * what to do); -ENODEV no driver is bound to a disk; -ELOOP devices stand on each other; -ENOMEM;
 * the negative errno of reading.
 */
int kx_devices_add_disk(struct kx_devices *devices, const char *root, const char *name,
			struct kx_err *err);

/**
 * kx_devices_add_net() - the same of the network interface @name: VLANs, bonds, bridges to hardware
 *
 * Return: as kx_devices_add_disk().
 */
int kx_devices_add_net(struct kx_devices *devices, const char *root, const char *name,
		       struct kx_err *err);

/**
 * kx_devices_add_fs() - what the file system @fs takes besides its disk
 * @options: of the mount, separated by commas; may be NULL
 *
 * For one that encrypts or signs also modules of the ciphers that /proc/crypto has in use now: the
 * kernel asks for these by name when it mounts, and no dependency names them.
 *
 * Return: 0; -ENOTSUP it is of a kind as above; -ENOMEM.
 */
int kx_devices_add_fs(struct kx_devices *devices, const char *root, const char *fs,
		      const char *options, struct kx_err *err);

/**
 * kx_devices_add_watchdogs() - all hardware watchdogs, which may be running
 *
 * Return: 0, also when there are none; -ENOMEM; the negative errno of reading.
 */
int kx_devices_add_watchdogs(struct kx_devices *devices, const char *root, struct kx_err *err);

/**
 * struct kx_devices_mount - the file system that a path is in
 * @major, @minor: of its device; 0 and anything for one without a device of its own, as btrfs
 * @fs, @source: as mount(2) takes them
 * @root: path inside the file system that is mounted at @point
 * @options: of the mount; @super: of the file system
 * @below: the rest of the path below @point, without a slash before it
 */
struct kx_devices_mount {
	unsigned int major, minor;
	char *fs, *source, *root, *point, *options, *super, *below;
};

/**
 * kx_devices_mount() - where @path is, by proc/self/mountinfo
 * @path: absolute; what of it does not exist yet is thought of as a folder; links are followed
 * @ret: for kx_devices_mount_done()
 *
 * Return: 0; -ENOENT nothing is mounted there; -EINVAL @path is not absolute; -ENOMEM; the negative
 * errno of reading.
 */
int kx_devices_mount(const char *root, const char *path, struct kx_devices_mount *ret,
		     struct kx_err *err);

/** kx_devices_mount_done() - free what is in it; all zeros are fine too */
void kx_devices_mount_done(struct kx_devices_mount *mount);

/**
 * kx_devices_mount_disk() - the block device of a mount, as in /sys/class/block
 * @ret: for the caller to free
 *
 * Return: 0; -ENOTSUP it has none: in memory, of a network, made of others (@err says which);
 * -ENOENT it is not in sysfs; -ENOMEM.
 */
int kx_devices_mount_disk(const char *root, const struct kx_devices_mount *mount, char **ret,
			  struct kx_err *err);

/**
 * kx_devices_folder() - where in the running system a folder of a file system is seen
 * @name: the block device that the file system is on, as in /sys/class/block
 * @path: of the folder in the file system, from "/" on; it need not be there
 * @subvolume: of btrfs, in which @path is, from its top on; "" is the top
 * @ret: for the caller to free
 *
 * Return: 0; -ENOENT there is no such device, it is not mounted, or only other folders of it;
 * -ENOMEM; the negative errno of reading.
 */
int kx_devices_folder(const char *root, const char *name, const char *path, const char *subvolume,
		      char **ret, struct kx_err *err);

/**
 * kx_devices_used() - what is lost if somebody writes over the block device @name
 * @name: as in /sys/class/block
 * @ret: how it, or a partition of it, is used: what goes behind its name, as " is mounted on /"; for
 *	the caller to free
 *
 * Swap space counts for nothing: what is in it is gone with the boot.
 *
 * Return: 0; -ENOENT there is no such device, or nothing uses it; -ENOMEM; the negative errno of
 * reading.
 */
int kx_devices_used(const char *root, const char *name, char **ret, struct kx_err *err);

/**
 * kx_devices_find_disk() - the block device that is meant by @where
 * @where: UUID=, LABEL=, PARTUUID=, PARTLABEL=, or a path below /dev
 * @ret: its name as in /sys/class/block, for the caller to free
 *
 * Return: 0; -ENOENT there is none; -EINVAL it is none of these forms; -ENOMEM.
 */
int kx_devices_find_disk(const char *root, const char *where, char **ret, struct kx_err *err);

/**
 * struct kx_devices_id - by what a block device is known again; what it does not have is NULL
 * @fs, @uuid, @label: of what is on it; @part: the same for all but one device of what has several
 *	devices; @partuuid, @partlabel: of a partition
 * @serial, @wwid: of the disk, as sysfs has them; of device-mapper's devices @wwid is the UUID that
 *	whoever made it gave it
 * @size: bytes
 */
struct kx_devices_id {
	char *fs, *uuid, *label, *part, *partuuid, *partlabel, *serial, *wwid;
	uint64_t size;
};

/**
 * kx_devices_id() - of the block device @name
 * @ret: for kx_devices_id_done()
 *
 * What stands on it is known by udev's data; without these only its names as a partition, serial,
 * wwid and size are.
 *
 * Return: 0; -ENOENT there is no such device; -ENOMEM; the negative errno of reading.
 */
int kx_devices_id(const char *root, const char *name, struct kx_devices_id *ret,
		  struct kx_err *err);

/* Bytes of a mark, with its NUL. */
#define KX_DEVICES_MARK 65

/**
 * kx_devices_lvm_mark() - a number of all that LVM's metadata on a physical volume says of where a
 * logical volume is: as long as it is the same, so is the table
 * @fd: the physical volume
 * @uuid: of the logical volume, as device-mapper has it: "LVM-..."
 * @ret: hexadecimal; as a text
 *
 * No more than 1 MiB is read, and taken of memory.
 *
 * Return: 1 and @ret; 0 there is no metadata, or it is no logical volume; -ENOENT the metadata has
 * no such volume; -EBADMSG it is damaged; -EFBIG it is larger than that; -ENOMEM; negative errno.
 */
int kx_devices_lvm_mark(int fd, const char *uuid, char ret[KX_DEVICES_MARK]);

/** kx_devices_id_done() - free what is in it; all zeros are fine too */
void kx_devices_id_done(struct kx_devices_id *id);

#endif
