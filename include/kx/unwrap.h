/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes wrappers off a kernel file until what is left is a kernel (or nothing that is known). */
#ifndef KX_UNWRAP_H
#define KX_UNWRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/isa.h"
#include "kx/memfile.h"
#include "kx/span.h"

/* A gzip of a UKI of an EFI zboot is three; nobody has a reason for more than four. */
enum { KX_UNWRAP_DEPTH = 4 };

/* Boards that a UKI brings device trees for: no PE file has more sections. */
enum { KX_UNWRAP_DTBAUTO = 96 };

/** enum kx_wrapper - what can be around a kernel */
enum kx_wrapper {
	KX_WRAPPER_NONE,
	KX_WRAPPER_CODEC,	/* whole-file compression */
	KX_WRAPPER_ZBOOT,
	KX_WRAPPER_UKI,
	KX_WRAPPER_UIMAGE,
};

/**
 * struct kx_unwrapped - what was inside
 * @kernel: the innermost bytes: in the caller's file, or in memory that this struct owns
 * @kernel_fd: a file in memory that holds exactly @kernel, owned by this struct; -1 when nothing
 *             was taken off: then the caller's own file is the kernel
 * @initrd: UKI: .initrd, as it is (may be compressed)
 * @ucode: UKI: .ucode, an initrd that belongs before all others
 * @cmdline: UKI: .cmdline up to its first NUL, without white space around it
 * @dtb: UKI: .dtb
 * @dtbauto, @n_dtbauto: UKI: .dtbauto, for one board each, in order
 * @uname: UKI: .uname, like @cmdline
 * @wrapper, @n_wrappers: the wrappers, outermost first
 * @how: the same for people: "gzip", "UKI, EFI zboot (zstd)"; empty: none
 * @behind: what follows a compressed kernel and is not used, for people; empty: nothing
 * @held: memory that the spans above lie in
 * @copied: @kernel_fd is a copy of @kernel, which lies uncompressed in a wrapper
 *
 * Parts that are not there are empty.
 */
struct kx_unwrapped {
	struct kx_span kernel;
	int kernel_fd;
	struct kx_span initrd, ucode, cmdline, dtb, uname;
	struct kx_span dtbauto[KX_UNWRAP_DTBAUTO];
	size_t n_dtbauto;
	enum kx_wrapper wrapper[KX_UNWRAP_DEPTH + 1];
	size_t n_wrappers;
	char how[128];
	char behind[128];
	struct kx_memfile held[KX_UNWRAP_DEPTH + 1];
	size_t n_held;
	bool copied;
};

/**
 * kx_unwrap() - take off every wrapper that is known
 * @file: the kernel file; must stay as long as *@ret is used
 * @isa: the machine that wrappers may be for; NULL: any
 * @limit: all unpacked bytes together may be this many; never more than 4 GiB, which is where the
 *         kernel's own limit for files is (1 GiB on 32-bit hosts)
 *
 * Wrappers are whole-file compression (gzip, xz, lzma, zstd, lz4 as frame and as the kernel's
 * legacy form, bzip2, lzop), EFI zboot (Linux, drivers/firmware/efi/libstub/zboot-header.S), UKI
 * (UAPI.5; its first profile) and uImage (U-Boot, include/image.h). Compressed bytes are unpacked
 * straight into @ret->kernel_fd; only parts that lie uncompressed in a wrapper are copied there.
 *
 * Return: 0, also when there is nothing to take off. On failure *@ret is untouched and @err says
 * where and why:
 * -ENOEXEC: a wrapper's header makes no sense, or it is for another machine
 * -EBADMSG: compressed bytes are damaged, end too early, or are followed by others
 * -ENOTSUP: recognised, but not in this build, or not a form that can be loaded
 * -EFBIG: beyond @limit, or a decoder would need more than 256 MiB for itself
 * -ENODATA: unpacks to nothing
 * -ELOOP: more than KX_UNWRAP_DEPTH wrappers
 * -ENOMEM, and the negative errno of memfd_create(2), ftruncate(2), mmap(2), write(2).
 */
int kx_unwrap(struct kx_span file, const struct kx_isa *isa, uint64_t limit,
	      struct kx_unwrapped *ret, struct kx_err *err);

/**
 * kx_unwrap_profile() - kx_unwrap(), with another profile of a UKI
 * @profile: its number from 0 on, or its ID; NULL: the first
 *
 * Return: as kx_unwrap(); -ENOENT: a PE file that is met has no such profile.
 */
int kx_unwrap_profile(struct kx_span file, const struct kx_isa *isa, uint64_t limit,
		      const char *profile, struct kx_unwrapped *ret, struct kx_err *err);

/**
 * kx_uki_section() - a section of a UKI's @profile, from 0 on, as it is; also the first of one that
 *	has none
 *
 * Return: true; false: no PE file, no such section or one that does not lie in @file. *@ret is
 * untouched then.
 */
bool kx_uki_section(struct kx_span file, size_t profile, const char *name, struct kx_span *ret);

/**
 * kx_uki_profile() - the @index'th profile of a UKI, from 0 on
 * @id, @title: in @file; empty: it has none
 *
 * Return: true; false: there is no such profile.
 */
bool kx_uki_profile(struct kx_span file, size_t index, struct kx_span *id, struct kx_span *title);

/** struct kx_uki_addon - what an addon brings, in its file; parts that are not there are empty */
struct kx_uki_addon {
	struct kx_span cmdline, initrd, ucode, dtb;
};

/**
 * kx_uki_addon() - take an addon of a UKI apart (UAPI.5, PE Addons)
 * @isa: the machine that it has to be for; NULL: any
 *
 * Return: 0; -ENOEXEC with @err: it is none, or its sections make no sense.
 */
int kx_uki_addon(struct kx_span file, const struct kx_isa *isa, struct kx_uki_addon *ret,
		 struct kx_err *err);

/** kx_unwrapped_has() - was @wrapper one of those that were taken off? */
bool kx_unwrapped_has(const struct kx_unwrapped *unwrapped, enum kx_wrapper wrapper);

/** kx_wrapper_name() - for people: "EFI zboot", "UKI", "uImage"; "compressed file" for all codecs */
const char *kx_wrapper_name(enum kx_wrapper wrapper);

/** kx_unwrapped_done() - release memory and descriptors; a zeroed or released one is fine too */
void kx_unwrapped_done(struct kx_unwrapped *unwrapped);

#endif
