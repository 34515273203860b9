/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identity page tables with which arm64's purgatory verifies memory with its caches on. */
#ifndef KEXEC_ARCH_ARM64_PAGING_H
#define KEXEC_ARCH_ARM64_PAGING_H

#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/ranges.h"

/* Types of the ranges; purgatory sets MAIR so that the attributes mean this. */
enum arm64_map {
	ARM64_MAP_READ = 0,	/* cached memory, read-only, never executable: what is verified */
	ARM64_MAP_CODE = 1,	/* cached memory, writable and executable: purgatory itself */
	ARM64_MAP_DEVICE = 2,	/* Device-nGnRnE, writable, never executable */
};

/**
 * arm64_paging_room() - how much memory the tables for @ranges can need
 *
 * Depends on the lengths alone, so that it can be asked before the addresses are known: a range
 * whose place is still to be found may be given as [0, length).
 *
 * Return: bytes, a multiple of 4096; for a handful of ranges below 512 GiB some 24 KiB each.
 */
size_t arm64_paging_room(const struct kx_range *ranges, size_t n);

/**
 * arm64_paging_build() - tables that map exactly @ranges where they are
 * @ranges: physical addresses, rounded outwards to 4 KiB; @type is an enum arm64_map; any order,
 *          ranges of one type may overlap
 * @table: physical address that @bytes will have, 4 KiB aligned; the top-level table is there
 * @bytes: receives the tables; owned by the caller
 * @size: of @bytes, not less than arm64_paging_room()
 * @ret_used: bytes of @bytes that hold tables; what is behind them is left alone and not used
 *
 * The format is that of 4 levels and a granule of 4 KiB (Arm ARM, VMSAv8-64), with blocks of 2 MiB
 * and 1 GiB where they fit. Each table is behind the one that leads to it, as purgatory expects.
 * The tables need not be mapped themselves, nor need the console: purgatory prints with the MMU
 * off.
 *
 * Return: 0; -ERANGE for an address of 2^48 and more; -EINVAL for a page with two types, for an
 * unknown type or when @table is not aligned; -ENOSPC when @size is too small; -ENOMEM.
 */
int arm64_paging_build(const struct kx_range *ranges, size_t n, uint64_t table, void *bytes,
		       size_t size, size_t *ret_used, struct kx_err *err);

#endif
