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

/* Overlays that one configuration of a FIT image applies. */
enum { KX_UNWRAP_OVERLAYS = 32 };

/* Ramdisks in an Android vendor boot image. */
enum { KX_VENDOR_RAMDISKS = 64 };

/**
 * struct kx_unwrap_choice - which of several kernels in one file
 * @profile: of a UKI: its number from 0 on, or its ID; NULL: the first
 * @config: of a FIT image; NULL: by @board, else its default
 * @board: the running machine's device tree, whose root says what board it is; empty: it has none
 */
struct kx_unwrap_choice {
	const char *profile, *config;
	struct kx_span board;
};

/** enum kx_wrapper - what can be around a kernel */
enum kx_wrapper {
	KX_WRAPPER_NONE,
	KX_WRAPPER_CODEC,	/* whole-file compression */
	KX_WRAPPER_ZBOOT,
	KX_WRAPPER_UKI,
	KX_WRAPPER_UIMAGE,
	KX_WRAPPER_FIT,
	KX_WRAPPER_ANDROID,
};

/**
 * struct kx_unwrapped - what was inside
 * @kernel: the innermost bytes: in the caller's file, or in memory that this struct owns
 * @kernel_fd: a file in memory that holds exactly @kernel, owned by this struct; -1 when nothing
 *             was taken off: then the caller's own file is the kernel
 * @initrd: UKI: .initrd, as it is (may be compressed); a FIT image's or Android's ramdisk
 * @ucode: UKI: .ucode, an initrd that belongs before all others
 * @cmdline: UKI: .cmdline up to its first NUL, without white space around it; Android's
 * @dtb: UKI: .dtb; a FIT configuration's; Android's, if it has one alone
 * @dtbauto, @n_dtbauto: UKI: .dtbauto, for one board each, in order; Android's, if it has several
 * @overlay, @n_overlay: a FIT configuration's, in order, for its @dtb
 * @uname: UKI: .uname, like @cmdline
 * @wrapper, @n_wrappers: the wrappers, outermost first
 * @how: the same for people: "gzip", "UKI, EFI zboot (zstd)"; empty: none
 * @behind: what follows a compressed kernel and is not used, for people; empty: nothing
 * @unused: what a FIT or Android image has and nothing here uses, for people; empty: nothing
 * @wants_vendor: an Android boot image that goes with a vendor boot image
 * @made_cmdline: memory that @cmdline lies in; NULL: it lies in a file
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
	struct kx_span overlay[KX_UNWRAP_OVERLAYS];
	size_t n_overlay;
	enum kx_wrapper wrapper[KX_UNWRAP_DEPTH + 1];
	size_t n_wrappers;
	char how[128];
	char behind[128];
	char unused[160];
	bool wants_vendor;
	char *made_cmdline;
	struct kx_memfile held[KX_UNWRAP_DEPTH + 1 + 1 + KX_UNWRAP_OVERLAYS];
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
 * (UAPI.5; its first profile), uImage (U-Boot, include/image.h), FIT images (its default
 * configuration) and Android boot images of header versions 0 to 4. Compressed bytes are unpacked
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
 * kx_unwrap_chosen() - kx_unwrap(), with another kernel where a wrapper has several
 *
 * Return: as kx_unwrap(); -ENOENT: a UKI or FIT image that is met has none of that name.
 */
int kx_unwrap_chosen(struct kx_span file, const struct kx_isa *isa, uint64_t limit,
		     const struct kx_unwrap_choice *choice, struct kx_unwrapped *ret,
		     struct kx_err *err);

/**
 * struct kx_android_vendor - what an Android vendor boot image brings, in its file
 * @cmdline: goes before the boot image's
 * @ramdisk, @n_ramdisks: in order; they go before the boot image's
 * @dtb, @n_dtbs: device trees, for one board each
 * @bootconfig: text, see kx_bootconfig_make()
 */
struct kx_android_vendor {
	struct kx_span cmdline, bootconfig;
	struct kx_span ramdisk[KX_VENDOR_RAMDISKS];
	size_t n_ramdisks;
	struct kx_span dtb[KX_UNWRAP_DTBAUTO];
	size_t n_dtbs;
};

/**
 * kx_android_vendor() - take one apart; header versions 3 and 4
 *
 * Return: 0; -ENOEXEC it is none; -ENOTSUP another version, or ramdisks for one board each;
 * -EBADMSG it is cut; -EFBIG more ramdisks than KX_VENDOR_RAMDISKS; with @err.
 */
int kx_android_vendor(struct kx_span file, struct kx_android_vendor *ret, struct kx_err *err);

/**
 * kx_bootconfig_make() - what goes behind all initrds so that Linux finds @text
 * @ret, @ret_len: for the caller to free
 *
 * Linux, Documentation/admin-guide/bootconfig.rst: text, its size and sum, and a magic word.
 *
 * Return: 0 or -ENOMEM.
 */
int kx_bootconfig_make(struct kx_span text, uint8_t **ret, size_t *ret_len);

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

/** kx_pe_has_signature() - is @file a PE file with a table of certificates that is not empty? */
bool kx_pe_has_signature(struct kx_span file);

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
