/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extends the page tables that Linux hands over, which map RAM only, by a device's registers.
 *
 * Source: Intel SDM volume 3, chapter 4 (4-level and 5-level paging).
 */
#include "purgatory/arch/x86/x86.h"

enum {
	PRESENT = 1 << 0,
	WRITABLE = 1 << 1,
	WRITE_THROUGH = 1 << 3,
	CACHE_DISABLE = 1 << 4,
	LARGE = 1 << 7,			/* in levels 2 and 3: a page, not a table */
};

#define DEVICE_PAGE (PRESENT | WRITABLE | WRITE_THROUGH | CACHE_DISABLE)

/*
 * Bits 51:47 of an entry could be an address on a machine with more than 128 TiB of RAM. They are
 * where AMD SEV has its encryption bit, so with any of them set nothing is touched.
 */
#define ADDRESS_MASK 0x00007ffffffff000ULL
#define ENCRYPTION_MASK 0x000f800000000000ULL

static unsigned int shift_of(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

static uint64_t *entry_of(const struct x86_paging *paging, uint64_t table, unsigned int level,
			  uint64_t addr)
{
	return paging->table(table & ADDRESS_MASK) + (addr >> shift_of(level)) % 512;
}

bool x86_paging_encrypted(const struct x86_paging *paging, uint64_t addr)
{
	const uint64_t entry = *entry_of(paging, paging->root, paging->levels, addr);

	return ((paging->root | entry) & ENCRYPTION_MASK) != 0;
}

bool x86_paging_map_device(struct x86_paging *paging, uint64_t addr)
{
	uint64_t table = paging->root;

	/* The upper half of the address space is not reached by an identity mapping. */
	if (addr >> (shift_of(paging->levels + 1) - 1))
		return false;

	for (unsigned int level = paging->levels; level > 0; level--) {
		uint64_t *const entry = entry_of(paging, table, level, addr);
		const uint64_t page = addr >> shift_of(level) << shift_of(level);

		if (*entry & ENCRYPTION_MASK)
			return false;
		if (*entry & PRESENT) {
			if (level == 1 || (level < 4 && (*entry & LARGE)))
				return true;
		} else if (level <= 2) {
			*entry = page | DEVICE_PAGE | (level == 2 ? LARGE : 0);
			return true;
		} else {
			if (paging->n_spare == 0)
				return false;
			*entry = paging->spare | PRESENT | WRITABLE;
			paging->spare += 4096;
			paging->n_spare--;
		}
		table = *entry;
	}
	return false;
}
