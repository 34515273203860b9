/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two versions' headers come to; nobody but the files that read them includes it. */
#ifndef KEXEC_IMAGE_MULTIBOOT_HEADER_H
#define KEXEC_IMAGE_MULTIBOOT_HEADER_H

#include "kexec/image/multiboot.h"

/** struct multiboot_addresses - what a header says of loading, instead of ELF's */
struct multiboot_addresses {
	uint64_t header, load, load_end, bss_end;
};

/**
 * struct multiboot_header - one that was found
 * @at: offset in the file
 * @bytes: all of it that the file has among the bytes where it is looked for
 * @has_addresses, @addresses; @has_entry, @entry: what it says
 */
struct multiboot_header {
	uint64_t at;
	struct kx_span bytes;
	bool has_addresses, has_entry;
	struct multiboot_addresses addresses;
	uint64_t entry;
};

/**
 * multiboot2_tags() - take the tags of a header of version 2 apart
 * @header: found, @bytes cut to its length; filled in
 * @ret: what they say of relocation and screen
 *
 * Return: 0; -ENOEXEC for tags that are none, or that ask for what no kexec can give.
 */
int multiboot2_tags(struct multiboot_header *header, struct multiboot *ret, struct kx_err *err);

#endif
