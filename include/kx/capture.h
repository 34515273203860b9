/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture plan: what a crash kernel's /init shall do, made and checked while the machine is
 * well, as one text in its initramfs. Nothing in it has to be looked up or guessed after the crash.
 *
 * The text is made of lines "KEY VALUE", whose keys are the members' names below with "-" for "_",
 * and of "[SECTION]" lines, each of which begins one more target, link, disk or volume. A list has a
 * line an item.
 * Lines that begin with "#" and empty ones mean nothing. A key that a reader does not know is an
 * error: plan and /init are made by the same program.
 *
 * To add a key: a member here, a line in lib/capture/keys.c.
 */
#ifndef KX_CAPTURE_H
#define KX_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/span.h"

/*
 * Where the plan is in the initramfs, what targets' secrets are below, and modules; lines of the
 * aliases' file are "PATTERN FILE [FILE]...": what serves a name that the kernel asks for, with what
 * has to be loaded before it.
 */
#define KX_CAPTURE_PLAN    "/kdump/plan"
#define KX_CAPTURE_MODULES "/lib/modules"
#define KX_CAPTURE_ALIASES "/kdump/aliases"
#define KX_CAPTURE_SECRETS "/kdump/secrets"

/* Behind the names of modules' files there, not in plan and aliases, where they are compressed. */
#define KX_CAPTURE_PACKED ".zst"

/* What random numbers begin with there: so many bytes, which no other image has. */
#define KX_CAPTURE_SEED "/kdump/seed"
enum { KX_CAPTURE_SEED_BYTES = 32 };

/*
 * An initramfs that has this folder is that of kdump test --vm, for a machine that shall panic. In
 * it is what the crash kernel is: files of the kernel, its initramfs, and its command line; and the
 * program that loads it, kexec(8), with a folder of its libraries.
 */
#define KX_CAPTURE_VM	     "/kdump/vm"
#define KX_CAPTURE_VM_KERNEL KX_CAPTURE_VM "/kernel"
#define KX_CAPTURE_VM_INITRD KX_CAPTURE_VM "/initrd"
#define KX_CAPTURE_VM_WORDS  KX_CAPTURE_VM "/words"
#define KX_CAPTURE_VM_KEXEC  KX_CAPTURE_VM "/kexec"
#define KX_CAPTURE_VM_LIB    KX_CAPTURE_VM "/lib"

/* The programs that are ssh there, and what sends by HTTP, for targets that need one. */
#define KX_CAPTURE_SSH_PROGRAM  "/kdump/ssh"
#define KX_CAPTURE_HTTP_PROGRAM "/kdump/http"

/** enum kx_capture_type - kinds of targets */
enum kx_capture_type {
	KX_CAPTURE_FILE, /* a local file system */
	KX_CAPTURE_RAW,  /* a bare block device */
	KX_CAPTURE_NFS,
	KX_CAPTURE_SMB,
	KX_CAPTURE_SSH,
	KX_CAPTURE_HTTP,
	KX_CAPTURE_S3,
	KX_CAPTURE_VIRTIOFS,
	KX_CAPTURE_TYPES
};

/** enum kx_capture_what - what a target gets */
enum kx_capture_what { KX_CAPTURE_DUMP, KX_CAPTURE_DMESG };

/** enum kx_capture_mode - the first target that takes the dump, or all of them */
enum kx_capture_mode { KX_CAPTURE_FIRST, KX_CAPTURE_ALL };

/** enum kx_capture_action - how it ends */
enum kx_capture_action { KX_CAPTURE_REBOOT, KX_CAPTURE_HALT, KX_CAPTURE_POWEROFF };

/** enum kx_capture_encrypt - what is encrypted to the recipients */
enum kx_capture_encrypt { KX_CAPTURE_PLAIN, KX_CAPTURE_ENCRYPT_DUMP, KX_CAPTURE_ENCRYPT_ALL };

/** struct kx_capture_list - texts, in order; owned by the plan */
struct kx_capture_list {
	char **item;
	size_t count, room;
};

/**
 * struct kx_capture_disk - a block device that volumes are made of, and how it is known again
 * @name: as in the running system's /sys/class/block; volumes call it so
 * @device: as of targets, and "part", which tells the members of an array apart; what it holds is
 *	known by uuid, too: that of an LVM physical volume, or of the array
 */
struct kx_capture_disk {
	char *name;
	struct kx_capture_list device;
};

/** enum kx_capture_volume_kind - a table for device-mapper, or an array that has superblocks */
enum kx_capture_volume_kind { KX_CAPTURE_DM, KX_CAPTURE_MD };

/**
 * struct kx_capture_volume - what has to be made of disks; those below stand before those above
 * @name: as in the running system's /sys/class/block; targets call it so; an array gets it again
 * @label: how people call it: "vg-var"
 * @uuid: of DM, which it gets again: "LVM-..."
 * @segment: of DM, lines of its table (Linux, Documentation/admin-guide/device-mapper), with "@NAME"
 *	of a disk where the kernel wants numbers: "0 2097152 linear @vda3 2048"
 * @mark: of DM, what kx_devices_lvm_mark() said when the table was read, of each disk that has
 *	LVM's metadata; NULL: none has
 * @metadata: of MD, the version of its superblocks: "1.2", "0.90"
 * @member: of MD, names of disks
 * @least: how many of its members it can be written to with; of DM, how many pairs of metadata and
 *	data its only segment, which is of type "raid", needs; 0: it is none
 */
struct kx_capture_volume {
	char *name;
	enum kx_capture_volume_kind kind;
	char *label, *uuid;
	struct kx_capture_list segment;
	char *mark, *metadata;
	struct kx_capture_list member;
	uint64_t least;
};

/**
 * struct kx_capture_target - where a dump may go; texts that do not apply are NULL
 * @name: as the configuration calls it
 * @prepare_time: seconds until it can be written to; @stall_time: seconds without any progress
 * @device: lines "NAME=VALUE" that all have to be true of the one block device: uuid (of the file
 *	system), partuuid, label, serial, wwid (of the disk, or what device-mapper has as UUID),
 *	size (bytes)
 * @volume: names of volumes that have to be made first, in this order
 * @fs: the file system's name for mount(2); @options: as mount(2) takes them, separated by commas;
 *	@subdir: of what is mounted, the folder below which @path is (btrfs: the subvolume is an
 *	option, not this)
 * @path: folder in which a dump gets one of its own
 * @server: addresses, numerical, in the order in which they are tried; @port: 0 is the usual one
 * @share: what the server exports: an NFS path, an SMB share, a virtiofs tag, a bucket
 * @user: on the server; @secret: file below KX_CAPTURE_SECRETS: ssh key, password, credentials
 * @host_key: file below it: known_hosts; @cacert: file below it
 * @url: for HTTP and S3, of what all is below or of the bucket's server; @region: of S3
 * @limit: bytes that a dump may have there, 0: no matter
 * @min_free: bytes that have to stay free
 */
struct kx_capture_target {
	char *name;
	enum kx_capture_type type;
	enum kx_capture_what what;
	uint64_t prepare_time, stall_time;
	struct kx_capture_list device, volume;
	char *fs, *options, *subdir, *path;
	struct kx_capture_list server;
	uint64_t port;
	char *share, *user, *secret, *host_key, *cacert, *url, *region;
	uint64_t limit, min_free;
};

/** enum kx_capture_link_kind - kinds of network interfaces */
enum kx_capture_link_kind { KX_CAPTURE_PHYSICAL, KX_CAPTURE_VLAN, KX_CAPTURE_BOND };

/**
 * struct kx_capture_link - a network interface as it was; those below stand before those above
 * @name: in the running system, and in the crash kernel as far as it can be given
 * @mac: permanent hardware address, aa:bb:...; @bus: path of the device below /sys/devices
 * @lower: names of the interfaces that it is made of
 * @vlan: its number; @bond: options "NAME=VALUE" as sysfs has them
 * @mtu: bytes, 0: as it is
 * @hardware: the address it had, where it is another one than @mac, or a VLAN's than that of what
 *	it lies on
 * @dhcp: an address is asked for; else @address has them, ADDRESS/PREFIX
 * @route: "DESTINATION/PREFIX via GATEWAY [src ADDRESS]", "default via ...", or without via; of
 *	DHCP only what the server does not tell
 * @neighbour: "ADDRESS MAC" of what is next on such a way, to begin with
 */
struct kx_capture_link {
	char *name;
	enum kx_capture_link_kind kind;
	char *mac, *bus, *hardware;
	struct kx_capture_list lower;
	uint64_t vlan;
	struct kx_capture_list bond;
	uint64_t mtu;
	bool dhcp;
	struct kx_capture_list address, route, neighbour;
};

/**
 * struct kx_capture_plan - all of it
 * @id: of this arming, for the manifest: the running system's boot id; @test: of a test crash
 * @machine: machine-id; @host: how its dumps are called
 * @release: of the crash kernel, for which the modules are
 * @level, @compress, @memory, @jobs: as for kdump save
 * @mode, @final, @failure: how it goes on, and ends
 * @total_time: seconds for all of it
 * @clock: seconds to add to what the hardware clock says to have UTC; @clock_is_negative: to take
 * @layout: of the folder's name: "", "rhel", "suse", "debian"
 * @encrypt, @recipient: age recipients
 * @module: files below /lib/modules in the initramfs, in the order to load them, each with its
 *	options behind a blank
 * @watchdog: driver names of watchdogs that ran
 * @fence: addresses that are told from the start on, every @fence_interval seconds, on UDP port
 *	@fence_port, that this is a crash kernel (fence_kdump(8))
 */
struct kx_capture_plan {
	char *id, *test, *machine, *host, *release;
	uint64_t level;
	char *compress;
	uint64_t memory, jobs;
	enum kx_capture_mode mode;
	enum kx_capture_action final, failure;
	uint64_t total_time;
	uint64_t clock;
	bool clock_is_negative;
	char *layout;
	enum kx_capture_encrypt encrypt;
	struct kx_capture_list recipient, module, watchdog, fence;
	uint64_t fence_port, fence_interval;
	struct kx_capture_target *target;
	size_t n_targets, target_room;
	struct kx_capture_link *link;
	size_t n_links, link_room;
	struct kx_capture_disk *disk;
	size_t n_disks, disk_room;
	struct kx_capture_volume *volume;
	size_t n_volumes, volume_room;
};

/** kx_capture_init() - a plan with the defaults of kdump.conf(5) and no target */
void kx_capture_init(struct kx_capture_plan *plan);

/** kx_capture_done() - free what is in it; all of it may be zeros */
void kx_capture_done(struct kx_capture_plan *plan);

/**
 * kx_capture_set() - @text becomes a copy of @value, NULL for none
 *
 * Return: 0; -ENOMEM, and @text is as it was.
 */
int kx_capture_set(char **text, const char *value);

/**
 * kx_capture_append() - one more item, formatted
 *
 * Return: 0; -ENOMEM, and @list is as it was.
 */
int kx_capture_append(struct kx_capture_list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** kx_capture_list_done() - free what is in it; it is empty then */
void kx_capture_list_done(struct kx_capture_list *list);

/**
 * kx_capture_add_target() - one more target, with the defaults of a new section
 *
 * Return: it, good until the next one is added; NULL: no memory.
 */
struct kx_capture_target *kx_capture_add_target(struct kx_capture_plan *plan, const char *name);

/** kx_capture_drop_target() - the one that was added last goes */
void kx_capture_drop_target(struct kx_capture_plan *plan);

/** kx_capture_add_link() - the same for a network interface */
struct kx_capture_link *kx_capture_add_link(struct kx_capture_plan *plan, const char *name);

/** kx_capture_add_disk() - the same for a disk that volumes are made of */
struct kx_capture_disk *kx_capture_add_disk(struct kx_capture_plan *plan, const char *name);

/** kx_capture_add_volume() - the same for a volume */
struct kx_capture_volume *kx_capture_add_volume(struct kx_capture_plan *plan, const char *name);

/** kx_capture_keep_volumes() - the first of each stay, the others go */
void kx_capture_keep_volumes(struct kx_capture_plan *plan, size_t disks, size_t volumes);

/** kx_capture_find_disk() - by name; NULL: there is none */
const struct kx_capture_disk *kx_capture_find_disk(const struct kx_capture_plan *plan,
						   const char *name);

/** kx_capture_find_volume() - the same */
const struct kx_capture_volume *kx_capture_find_volume(const struct kx_capture_plan *plan,
						       const char *name);

/** kx_capture_names() - is @name, of a disk or a volume, one of those that @volume is made of? */
bool kx_capture_names(const struct kx_capture_volume *volume, const char *name);

/**
 * kx_capture_stands_on() - the same, also of those below: LVM's mirrors are made of volumes
 *
 * Of volumes that stand on each other too many times it says yes: nothing is to be left out.
 */
bool kx_capture_stands_on(const struct kx_capture_plan *plan,
			  const struct kx_capture_volume *volume, const char *name);

/**
 * kx_capture_is_part() - is another volume of @target made of @name, and may do without it?
 *
 * Parts of LVM's mirrors are such.
 */
bool kx_capture_is_part(const struct kx_capture_plan *plan, const struct kx_capture_target *target,
			const char *name);

/** kx_capture_keep_links() - the first @count network interfaces stay, the others go */
void kx_capture_keep_links(struct kx_capture_plan *plan, size_t count);

/** kx_capture_fits() - can a plan hold that text, so that it is read as what it is? */
bool kx_capture_fits(const char *value);

/**
 * kx_capture_write() - the plan as text
 * @ret: for free(), ends with NUL; @len: its bytes without that
 *
 * Return: 0; -EINVAL a text has a control character or begins or ends with a blank, which the form
 * cannot hold; -ENOMEM.
 */
int kx_capture_write(const struct kx_capture_plan *plan, char **ret, size_t *len,
		     struct kx_err *err);

/**
 * kx_capture_read() - take a text apart; what kx_capture_write() made becomes the same plan again
 * @ret: for kx_capture_done(), also after a failure
 *
 * Memory is bounded by the text's length.
 *
 * Return: 0; -EINVAL @err names line and key; -ENOMEM.
 */
int kx_capture_read(struct kx_span text, struct kx_capture_plan *ret, struct kx_err *err);

/** kx_capture_type_name() - "file", "nfs" and so on, as kdump.conf and plans call it; NULL: there is none */
const char *kx_capture_type_name(enum kx_capture_type type);

/** kx_capture_type_find() - the other way; false: no type is called so, and @ret is untouched */
bool kx_capture_type_find(struct kx_span name, enum kx_capture_type *ret);

#endif
