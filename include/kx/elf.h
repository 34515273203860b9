/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF core header that a crash kernel shows as /proc/vmcore (Linux,
 * Documentation/admin-guide/kdump/kdump.rst): what memory of the crashed kernel lies where.
 */
#ifndef KX_ELF_H
#define KX_ELF_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct kx_elfcore_part - one program header
 * @type: PT_NOTE or PT_LOAD
 * @flags: PF_*
 * @physical: address that the dump shall show
 * @source: physical address where the crash kernel finds the bytes; differs from @physical for
 *          memory that purgatory moves away
 * @virt: kernel virtual address; 0 for notes
 * @size: bytes
 */
struct kx_elfcore_part {
	uint32_t type, flags;
	uint64_t physical, source, virt, size;
};

/** kx_elfcore_size() - bytes of a header with @count program headers */
size_t kx_elfcore_size(size_t count);

/**
 * kx_elfcore_write() - write a little-endian ELF64 core header
 * @to: kx_elfcore_size(@count) zeroed bytes
 * @machine: EM_*
 *
 * More than 65534 program headers are counted by PN_XNUM (System V ABI, gABI 4.1, "Program header").
 */
void kx_elfcore_write(uint8_t *to, uint16_t machine, const struct kx_elfcore_part *part,
		      size_t count);

#endif
