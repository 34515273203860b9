/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the image of a kernel says of itself. */
#ifndef KDUMP_SERVICE_MACHINE_HEADER_H
#define KDUMP_SERVICE_MACHINE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "kx/span.h"

/**
 * kernel_release_of() - which release an image says that it is
 * @image: its first bytes, at least 32 KiB if it has them
 *
 * Told by the header of x86's bzImage alone (Linux, Documentation/arch/x86/boot.rst,
 * kernel_version).
 *
 * Return: the text, cut to @size; empty: it does not say.
 */
void kernel_release_of(struct kx_span image, char *ret, size_t size);

/**
 * kernel_init_size() - bytes that an image takes in memory when it begins
 * @image: whole, unwrapped
 *
 * From the headers of x86's bzImage (init_size) and of the Image of arm64 and riscv64 (image_size).
 *
 * Return: 0: it does not say.
 */
uint64_t kernel_init_size(struct kx_span image);

/**
 * kernel_cmdline_max() - bytes that an image takes as its command line, without the NUL
 * @image: as for kernel_init_size(); may be empty
 * @machine: as uname(2) says it
 *
 * x86's header says it (Linux, Documentation/arch/x86/boot.rst, cmdline_size); for others it is
 * COMMAND_LINE_SIZE of UAPI asm/setup.h.
 */
size_t kernel_cmdline_max(struct kx_span image, const char *machine);

#endif
