/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the x86 files of purgatory share: port I/O, the page tables, the screen. */
#ifndef PURGATORY_ARCH_X86_X86_H
#define PURGATORY_ARCH_X86_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/purgatory_abi.h"

#if defined(__x86_64__)
static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}
#endif

/**
 * struct x86_paging - page tables to be extended
 * @root: CR3
 * @levels: 4 or 5
 * @spare: physical address of unused, zeroed, consecutive 4 KiB pages for new tables
 * @n_spare: how many of them are left
 * @table: where the table at a physical address can be accessed
 */
struct x86_paging {
	uint64_t root;
	unsigned int levels;
	uint64_t spare;
	unsigned int n_spare;
	uint64_t *(*table)(uint64_t phys);
};

/**
 * x86_paging_encrypted() - does the mapping of @addr use address bits that select encryption?
 *
 * In a guest whose memory is encrypted by AMD SEV, CPUID or port I/O may raise an exception that
 * nobody here can handle.
 */
bool x86_paging_encrypted(const struct x86_paging *paging, uint64_t addr);

/**
 * x86_paging_map_device() - make the device registers at physical address @addr accessible there
 *
 * What is mapped already stays as it is. Else the 2 MiB around @addr are mapped uncached, or 4 KiB
 * if there is a table of 4 KiB pages. The caller flushes the TLB.
 *
 * Return: false when @addr is beyond what the paging mode can map, when no spare page is left, or
 * when memory is encrypted (see above).
 */
bool x86_paging_map_device(struct x86_paging *paging, uint64_t addr);

/** x86_vga_reset() - put the VGA into text mode 3, 80x25, with a blank screen */
void x86_vga_reset(void);

/** x86_vga_putc() - print on the text screen's last line, which scrolls up at '\n' and when full */
void x86_vga_putc(char c);

#endif
