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

#endif
