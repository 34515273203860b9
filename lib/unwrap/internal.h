/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that unwrap kernels share: PE files, UKIs, EFI zboots and uImages. */
#ifndef LIB_UNWRAP_INTERNAL_H
#define LIB_UNWRAP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/codec.h"
#include "kx/error.h"
#include "kx/isa.h"
#include "kx/span.h"
#include "kx/unwrap.h"

/**
 * struct kx_pe - a PE file's headers
 * @sections: the section table
 * @signed_end: end of the certificate table; 0: none
 * @profile: which sections count beside those of the base: behind that .profile section, from 0 on;
 *	-1: none. kx_pe_parse() leaves it so
 */
struct kx_pe {
	uint16_t machine;
	uint16_t n_sections;
	struct kx_span sections;
	uint64_t signed_end;
	int profile;
};

/**
 * kx_pe_parse() - is @file a PE file?
 *
 * Return: true; false for anything else, and for one whose headers do not fit into it.
 */
bool kx_pe_parse(struct kx_span file, struct kx_pe *ret);

/**
 * kx_pe_section() - find a section: the profile's, else the base's
 * @ret: its bytes in @file; empty when there is none of that name
 *
 * Return: 0; -ENOEXEC with @err when it lies outside @file or is in one profile twice.
 */
int kx_pe_section(const struct kx_pe *pe, struct kx_span file, const char *name,
		  struct kx_span *ret, struct kx_err *err);

/**
 * kx_pe_sections() - all sections of that name: the profile's if it has any, else the base's
 * @ret: room for @max; those that lie outside @file are left out
 *
 * Return: how many there are in @ret.
 */
size_t kx_pe_sections(const struct kx_pe *pe, struct kx_span file, const char *name,
		      struct kx_span *ret, size_t max);

/**
 * kx_pe_nth_section() - the @index'th section of that name in the whole table
 *
 * Return: true; false: there are not so many, or it lies outside @file.
 */
bool kx_pe_nth_section(const struct kx_pe *pe, struct kx_span file, const char *name, size_t index,
		       struct kx_span *ret);

/** kx_uki_is() - has it what only UKIs have, a kernel or profiles? */
bool kx_uki_is(const struct kx_pe *pe, struct kx_span file);

/**
 * kx_uki_choose_profile() - set @pe->profile
 * @name: its number or ID; NULL: the first, where there is one (UAPI.5, Multi-profile UKIs)
 *
 * Return: 0; -ENOENT with @err: there is no such profile.
 */
int kx_uki_choose_profile(struct kx_pe *pe, struct kx_span file, const char *name,
			  struct kx_err *err);

/**
 * kx_pe_check_machine() - is the PE file for @isa?
 *
 * Return: 0, also when @isa is NULL or has no PE machine; -ENOEXEC with @err.
 */
int kx_pe_check_machine(struct kx_span file, const struct kx_isa *isa, struct kx_err *err);

/**
 * kx_uki_kernel() - the kernel in a PE file that may be a UKI
 * @ret: empty when it has none
 *
 * Return: 0; -ENOTSUP for an image that names a file instead; errors of kx_pe_section().
 */
int kx_uki_kernel(const struct kx_pe *pe, struct kx_span file, struct kx_span *ret,
		  struct kx_err *err);

/**
 * kx_uki_parts() - the sections of a UKI but for its kernel
 * @u: gets initrd, ucode, cmdline, dtb and uname
 *
 * Return: 0; errors of kx_pe_section().
 */
int kx_uki_parts(const struct kx_pe *pe, struct kx_span file, struct kx_unwrapped *u,
		 struct kx_err *err);

/* Linux, drivers/firmware/efi/libstub/zboot-header.S: room for the codec's name. */
enum { KX_ZBOOT_CODEC_LEN = 32 };

/** kx_zboot_is() - does @file start like an EFI zboot? */
bool kx_zboot_is(struct kx_span file);

/**
 * kx_zboot_open() - look into an EFI zboot's header
 * @ret: the compressed kernel
 * @ret_codec: how it is compressed
 * @name: what the header calls that, for people
 *
 * Return: 0; -ENOEXEC, -ENOTSUP with @err.
 */
int kx_zboot_open(struct kx_span file, const struct kx_isa *isa, struct kx_span *ret,
		  const struct kx_codec **ret_codec, char name[KX_ZBOOT_CODEC_LEN + 1],
		  struct kx_err *err);

/** kx_uimage_is() - does @file start like a uImage? */
bool kx_uimage_is(struct kx_span file);

/**
 * kx_uimage_open() - check a uImage
 * @ret: the bytes behind the header
 * @ret_codec: how they are compressed; NULL: not at all
 *
 * Return: 0; -ENOEXEC, -EBADMSG (checksum), -ENOTSUP with @err.
 */
int kx_uimage_open(struct kx_span file, const struct kx_isa *isa,
		   struct kx_span *ret, const struct kx_codec **ret_codec, struct kx_err *err);

/* What a flattened device tree starts with (Devicetree Specification, 5.2). */
#define KX_FDT_MAGIC "\xd0\x0d\xfe\xed"

/**
 * kx_devtrees_split() - the device trees that lie one behind the other or in a table
 * @ret: room for @max; what follows the last one, and whatever is no tree, is left out
 *
 * Return: how many there are in @ret.
 */
size_t kx_devtrees_split(struct kx_span s, struct kx_span *ret, size_t max);

/** kx_android_is() - does @file start like an Android boot image? */
bool kx_android_is(struct kx_span file);

/**
 * kx_android_open() - take an Android boot image apart
 * @u: gets initrd, cmdline, dtb or dtbauto, unused and wants_vendor
 * @ret_kernel: may be compressed
 *
 * Return: 0; -EBADMSG it is cut; -ENOEXEC, -ENOTSUP, -ENODATA (no kernel), -ENOMEM; with @err.
 */
int kx_android_open(struct kx_span file, struct kx_unwrapped *u, struct kx_span *ret_kernel,
		    struct kx_err *err);

/**
 * struct kx_fit - a FIT image with a configuration
 * @fdt: the tree in @file, checked
 * @isa: the machine it has to be for; NULL: any
 * @images, @config: offsets of nodes
 * @name: of the configuration
 * @unknown: a hash of a part that others have been checked for, and it not; for people
 */
struct kx_fit {
	struct kx_span file;
	const void *fdt;
	const struct kx_isa *isa;
	int images, config;
	const char *name;
	char unknown[120];
};

/**
 * struct kx_fit_image - a file in it
 * @name: NULL: there is none
 * @node: its offset
 * @codec: how it is compressed; NULL: not at all, or nobody says
 */
struct kx_fit_image {
	const char *name;
	int node;
	struct kx_span data;
	const struct kx_codec *codec;
};

/** kx_fit_is() - does @file start like a FIT image, which is a device tree? */
bool kx_fit_is(struct kx_span file);

/**
 * kx_fit_open() - check the tree and choose a configuration
 *
 * By name; else the one that fits the board best; else the default; else the only one.
 *
 * Return: 0; -ENOENT there is none of that name, or none to choose; -ENOEXEC, -ENOTSUP, -EFBIG;
 * with @err.
 */
int kx_fit_open(struct kx_span file, const struct kx_isa *isa,
		const struct kx_unwrap_choice *choice, struct kx_fit *ret, struct kx_err *err);

/**
 * kx_fit_kernel() - the configuration's kernel, whose hashes are right
 *
 * Return: 0; -ENODATA it has none; -ENOEXEC of another type, for another machine or not in it;
 * -EBADMSG cut, or not what its hashes are of; -ENOTSUP a form that cannot be loaded or a hash that
 * cannot be computed; with @err.
 */
int kx_fit_kernel(struct kx_fit *fit, struct kx_fit_image *ret, struct kx_err *err);

/** kx_fit_ramdisk() - its ramdisk likewise; 0 with name NULL where it has none */
int kx_fit_ramdisk(struct kx_fit *fit, struct kx_fit_image *ret, struct kx_err *err);

/** kx_fit_devtree() - its device tree (0) and overlays (1 …) likewise; name NULL behind the last */
int kx_fit_devtree(struct kx_fit *fit, size_t index, struct kx_fit_image *ret,
		   struct kx_err *err);

/** kx_fit_unused() - what else the configuration has, for people; "": nothing */
void kx_fit_unused(const struct kx_fit *fit, char *to, size_t size);

/* SHA-512's. */
enum { KX_FIT_DIGEST_MAX = 64 };

/**
 * kx_fit_digest() - what @algorithm (crc32, md5, sha1, sha256, sha384, sha512) makes of @data
 *
 * Return: 0; -ENOTSUP another algorithm, or neither zlib nor the running kernel computes it.
 */
int kx_fit_digest(const char *algorithm, struct kx_span data, uint8_t to[KX_FIT_DIGEST_MAX],
		  size_t *ret_len, struct kx_err *err);

#endif
