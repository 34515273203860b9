/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Image, the kernel as objcopy makes it, with a header (Linux, Documentation/arch/arm64/booting.rst
 * and Documentation/arch/riscv/boot-image-header.rst: the same fields), and vmlinux, which becomes
 * one.
 */
#ifndef KEXEC_IMAGE_FLAT_H
#define KEXEC_IMAGE_FLAT_H

#include "kexec/image/dt_boot.h"

/**
 * struct kx_image_header - what an architecture's Image header holds
 * @magic: number at offset 56, little-endian
 * @flags_text: what the flags say, into @text
 */
struct kx_image_header {
	uint32_t magic;
	void (*flags_text)(uint64_t flags, char *text, size_t size);
};

extern const struct kx_image kx_image_flat;

/* For architectures whose kexec_file_load takes a vmlinux, and for those where it does not. */
extern const struct kx_image kx_image_vmlinux_by_both, kx_image_vmlinux_by_load;

/**
 * flat_parse() - look into an Image's header
 * @arch: with image_header and dt_boot
 * @ret_flags: for @arch->image_header->flags_text
 *
 * Return: 0; -ENOEXEC with the field, its value and what it must be.
 */
int flat_parse(const struct kx_arch *arch, struct kx_span file, struct dt_kernel *ret,
	       uint64_t *ret_flags, struct kx_err *err);

#endif
