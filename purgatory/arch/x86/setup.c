/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generic purgatory asks of x86: consoles, vector registers, reset. */
#include "purgatory/arch/x86/x86.h"
#include "purgatory/purgatory.h"
#include "purgatory/uart.h"

#define VGA_TEXT_SCREEN 0xb8000

/* Intel SDM volume 3, 2.5. */
enum {
	CR0_EM = 1 << 2,
	CR0_TS = 1 << 3,
	CR4_OSFXSR = 1 << 9,
	CR4_LA57 = 1 << 12,
};

/* Worst case for one device: a table in each of the levels 4, 3 and 2. */
enum { SPARE_TABLES = 3 };

static uint64_t spare_tables[SPARE_TABLES][512] __attribute__((aligned(4096)));

static struct x86_paging paging;
static bool encrypted;
static bool use_uart, use_vga;
static uint64_t saved_cr0, saved_cr4;

static uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static void write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

/* Linux maps all RAM where it is, and with it the page tables. */
static uint64_t *identity_mapped(uint64_t phys)
{
	return (uint64_t *)(uintptr_t)phys;
}

static void init_paging(void)
{
	paging.root = read_cr3();
	paging.levels = read_cr4() & CR4_LA57 ? 5 : 4;
	paging.spare = (uintptr_t)spare_tables;
	paging.n_spare = SPARE_TABLES;
	paging.table = identity_mapped;
	encrypted = x86_paging_encrypted(&paging, (uintptr_t)spare_tables);
}

/* A few pages of a device, of which the first and the last byte are given. */
static bool map_device(uint64_t first, uint64_t last)
{
	const bool mapped = x86_paging_map_device(&paging, first) &&
			    x86_paging_map_device(&paging, last);

	/* What was absent may still be cached as such in paging-structure caches. */
	write_cr3(read_cr3());
	return mapped;
}

/* inb() and outb() as functions that have an address. */
static uint8_t port_in(uint16_t port)
{
	return inb(port);
}

static void port_out(uint16_t port, uint8_t value)
{
	outb(port, value);
}

static bool init_uart(const struct kx_purg_params *params)
{
	const uint64_t base = params->console_base;

	switch (params->console_kind) {
	case KX_PURG_CONSOLE_8250_IO:
		break;
	case KX_PURG_CONSOLE_8250_MMIO:
		if (!map_device(base, base + 7))
			return false;
		break;
	case KX_PURG_CONSOLE_8250_MMIO32:
		if (!map_device(base, base + 31))
			return false;
		break;
	default:
		return false;
	}
	return uart_init(params, port_in, port_out);
}

void purgatory_arch_init(const struct kx_purg_params *params)
{
	init_paging();
	/* See x86_paging_encrypted(): better no console than an exception that resets the guest. */
	if (encrypted)
		return;
	/* ACPI's root pointer need not be in RAM, which is all that is mapped. */
	if (params->backup_len)
		map_device(params->backup_src, params->backup_src + params->backup_len - 1);
	use_uart = init_uart(params);
	if ((params->flags & (KX_PURG_CONSOLE_VGA | KX_PURG_RESET_VGA)) == 0 ||
	    !map_device(VGA_TEXT_SCREEN, VGA_TEXT_SCREEN))
		return;
	use_vga = (params->flags & KX_PURG_CONSOLE_VGA) != 0;
	if (params->flags & KX_PURG_RESET_VGA)
		x86_vga_reset();
}

void purgatory_arch_putc(char c)
{
	if (use_vga)
		x86_vga_putc(c);
	if (!use_uart)
		return;
	uart_putc(c);
}

kx_sha256_blocks_fn *purgatory_arch_hash_begin(void)
{
	kx_sha256_blocks_fn *blocks;

	saved_cr0 = read_cr0();
	saved_cr4 = read_cr4();
	if (encrypted)
		return kx_sha256_blocks_portable;
	blocks = kx_sha256_blocks_best();
	/* Linux leaves CR4 as after a reset: vector instructions are undefined. */
	if (blocks != kx_sha256_blocks_portable) {
		write_cr0(saved_cr0 & ~(uint64_t)(CR0_EM | CR0_TS));
		write_cr4(saved_cr4 | CR4_OSFXSR);
	}
	return blocks;
}

void purgatory_arch_hash_end(void)
{
	if (read_cr4() != saved_cr4)
		write_cr4(saved_cr4);
	if (read_cr0() != saved_cr0)
		write_cr0(saved_cr0);
}

void purgatory_arch_prepare(void)
{
	if (use_uart)
		uart_drain();
}
