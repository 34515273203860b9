/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running machine's flattened device tree, and the one that the next kernel gets. */
#ifndef KX_DEVTREE_H
#define KX_DEVTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/ranges.h"
#include "kx/span.h"

/* Far beyond any real tree (arm64 takes 2 MiB): what is larger is not a device tree. */
enum { KX_DEVTREE_LIMIT = 16 << 20 };

/* The kernel asks for 64 bits to place itself; its random pool takes as many as it gets. */
enum { KX_KASLR_SEED_SIZE = 8, KX_RNG_SEED_SIZE = 32 };

/**
 * struct kx_devtree_request - what the next kernel's tree is made from; everything is borrowed
 * @running: the tree that the running kernel was given; may be empty
 * @file: replaces @running as the base (--dtb); may be empty
 * @overlay, @n_overlay: applied to the base in this order (--dtbo)
 * @cmdline: the next kernel's command line; NULL and "" leave none
 * @initrd: physical addresses; an empty range means no initrd
 * @kaslr_seed: KX_KASLR_SEED_SIZE bytes, or NULL for none
 * @rng_seed: KX_RNG_SEED_SIZE bytes, or NULL for none
 * @crash: for a crash kernel: @elfcorehdr and @usable are told
 * @elfcorehdr: physical addresses of the ELF core header
 * @usable: memory that the crash kernel may use, in any order; arm64 and riscv read no more than 2
 * @reserve: memory that hardware goes on using: joins the memory reservations; may be NULL
 */
struct kx_devtree_request {
	struct kx_span running;
	struct kx_span file;
	const struct kx_span *overlay;
	size_t n_overlay;
	const char *cmdline;
	struct kx_range initrd;
	const uint8_t *kaslr_seed;
	const uint8_t *rng_seed;
	bool crash;
	struct kx_range elfcorehdr;
	const struct kx_ranges *usable;
	const struct kx_ranges *reserve;
};

/**
 * kx_devtree_check() - is this a whole, well-formed flattened device tree?
 *
 * Every offset, tag and string of it is looked at: libfdt may be used on what passes. No property's
 * name is longer than 255 bytes. Bytes behind the size that the header names do not matter.
 *
 * Return: 0; -EINVAL with the reason in @err; -EFBIG beyond KX_DEVTREE_LIMIT.
 */
int kx_devtree_check(struct kx_span blob, struct kx_err *err);

/**
 * kx_devtree_check_in_place() - kx_devtree_check() of a tree that other files lie in, as in FIT
 * @blob: aligned to 8 bytes; nothing is copied, and a tree of up to 2 GiB is taken
 * @most: nodes' beginnings and ends and properties that it may have: one question to libfdt goes
 *        through all of them
 *
 * With no KX_DEVTREE_GUARD behind it, libfdt may be used but for what takes a property for a
 * string without looking, which are its functions for aliases and overlays.
 *
 * Return: 0; -EINVAL; -EFBIG; with the reason in @err.
 */
int kx_devtree_check_in_place(struct kx_span blob, uint32_t most, struct kx_err *err);

/**
 * kx_devtree_compatible() - the root's compatible of a tree
 * @ret: a copy for the caller to free: strings, each with its NUL, one behind the other
 *
 * Return: 0; -ENOENT it has none; -EINVAL, -EFBIG it is no tree; -ENOMEM.
 */
int kx_devtree_compatible(struct kx_span blob, char **ret, size_t *ret_len);

/**
 * kx_devtree_same_board() - are two trees for the same board?
 *
 * The first string of the root's compatible is what a board is called (Devicetree Specification;
 * UAPI.5 chooses a .dtbauto section by it).
 *
 * Return: false also when either is no tree or does not say.
 */
bool kx_devtree_same_board(struct kx_span a, struct kx_span b);

/**
 * kx_devtree_read() - the tree that the running kernel was given
 * @root: "/" or a captured tree
 * @ret, @ret_size: a checked blob for the caller to free, and its size
 *
 * Takes /sys/firmware/fdt (Linux, Documentation/ABI/testing/sysfs-firmware-ofw), where a kernel
 * hides it or lacks it the directories and files of /proc/device-tree or
 * /sys/firmware/devicetree/base. Those tell no memory reservations.
 *
 * Return: 0; -ENOENT when the machine has no device tree or hides it from this user; -EFBIG or
 * -EINVAL for one that is none, or has far more names than any; -ENOMEM; the negative errno of a
 * failing read. @err has the reason.
 */
int kx_devtree_read(const char *root, void **ret, size_t *ret_size, struct kx_err *err);

/**
 * kx_devtree_make() - the next kernel's device tree
 * @ret, @ret_size: a packed blob for the caller to free; the same for the same request
 *
 * The base is @file, else @running, else an empty tree. A @file that describes no memory gets
 * @running's memory nodes, memory reservations and reserved memory, and if it names no EFI system
 * table, @running's EFI properties of /chosen. What an earlier kexec told is replaced or removed:
 * /chosen then holds what the request says, as Linux, drivers/of/kexec.c would write it; all else
 * of the base is as it was.
 *
 * Return: 0; -EINVAL for a malformed tree, a wrong overlay or a bad range; -ERANGE when an address
 * does not fit into the root's #address-cells and #size-cells; -EFBIG when the result exceeds
 * KX_DEVTREE_LIMIT, or when so many parts of so large a tree are to be changed that it would take
 * more than some seconds; -ENOMEM. @err has the reason.
 */
int kx_devtree_make(const struct kx_devtree_request *request, void **ret, size_t *ret_size,
		    struct kx_err *err);

#endif
