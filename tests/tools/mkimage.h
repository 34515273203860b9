/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes small kernels, Image and vmlinux: any header, and a body that is not a program. */
#ifndef TESTS_TOOLS_MKIMAGE_H
#define TESTS_TOOLS_MKIMAGE_H

#include <stddef.h>
#include <stdint.h>

/**
 * mkimage() - make a kernel file out of words
 * @word, @count: arch=NAME, one of the styles in mkimage.c (arm64), which has no Image of x86_64;
 *	type=Image (the default) or type=vmlinux; numbers: text_offset=, image_size=, flags=, magic=
 *	of the header as Linux, Documentation/arch/arm64/booting.rst and
 *	arch/riscv/boot-image-header.rst have them (what is not given is as a modern kernel has it),
 *	code=BYTES of the file (4096); for vmlinux also gap=BYTES between its two loaded segments
 *	(0x1000), rela=BYTES of relocations that its dynamic section names (0: it has no dynamic
 *	section), zero=1 for relocations that are all 0, empty=1 for a third segment that loads
 *	nothing, at address 0, pvh=OFFSET for Xen's note of an entry so far behind the first byte,
 *	pvh_max=ADDRESS for that of relocation, with this last byte, 2 MiB and where it was linked
 * @ret, @ret_len: the file, for the caller to free
 *
 * A vmlinux holds the same bytes as the Image of the same words, and zeros in the gap: the first
 * half of code is in one segment, the rest, with relocations behind it, in the other.
 *
 * Return: 0; -EINVAL for a word that is none of these; -ENOMEM.
 */
int mkimage(const char *const *word, size_t count, uint8_t **ret, size_t *ret_len);

#endif
