/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns the MMU on by the page tables that kexec has made, so that the check runs from caches: with
 * the MMU off every access goes to memory, and hashing takes minutes instead of seconds.
 *
 * Source: Arm ARM (DDI 0487), "The AArch64 Virtual Memory System Architecture". Cache maintenance is in regime.S.
 */
#include "purgatory/arch/arm64/arm64.h"

enum {
	ENTRIES = 512,
	LAST_LEVEL = 3,
	TABLE_BYTES = 4096,
	/* More than any loader makes; ends a walk through broken tables. */
	TABLES_SPAN = 16 << 20,
};

/* Descriptors; kexec/arch/arm64/paging.c writes them. */
#define VALID (1ULL << 0)
#define TABLE (1ULL << 1)
#define AP1 (1ULL << 6)
#define PXN (1ULL << 53)
#define ADDRESS_MASK 0x0000fffffffff000ULL

/* Attribute 0: Device-nGnRnE. Attribute 1: write-back, allocating on reads and writes. */
#define MAIR 0xff00ULL

/* 48 bits of address, 4 KiB granule, walks by TTBR0 cached and inner shareable. */
#define TCR_COMMON (16ULL | 1ULL << 8 | 1ULL << 10 | 3ULL << 12)
/* For two ranges of addresses: the upper one is off (EPD1), but its fields must make sense. */
#define TCR_TWO_RANGES (16ULL << 16 | 1ULL << 23 | 2ULL << 30)
#define TCR_TWO_RANGES_SIZE_SHIFT 32
/* For one range: bits that are reserved as 1. */
#define TCR_ONE_RANGE (1ULL << 23 | 1ULL << 31)
#define TCR_ONE_RANGE_SIZE_SHIFT 16

#define SCTLR_A (1ULL << 1)	/* all unaligned accesses trap */
#define SCTLR_I (1ULL << 12)	/* instruction cache */
#define SCTLR_WXN (1ULL << 19)	/* nothing writable is executable, as purgatory's pages are */
#define SCTLR_EE (1ULL << 25)	/* big-endian */

/* A 4 KiB granule with more than 48 bits would need another format: 256 TiB are enough. */
enum { SIZE_48_BITS = 5, GRANULE_4K_MISSING = 0xf };

static struct arm64_regime found;
static bool is_on;

static void forget_table(const uint64_t *table)
{
	const uint64_t line = 4ULL << (READ_REG(ctr_el0) >> 16 & 0xf);
	const uint64_t start = (uintptr_t)table;

	__asm__ volatile("dsb sy" : : : "memory");
	for (uint64_t addr = start; addr < start + TABLE_BYTES; addr += line)
		__asm__ volatile("dc ivac, %0" : : "r"(addr) : "memory");
}

/*
 * EL2 without VHE has one privilege level: AP[1] is reserved as 1 and bit 53 as 0, where a regime
 * with two levels needs the opposite. Only here it is known which of them it is. Tables follow
 * each other upwards, so that even a damaged one cannot make a loop.
 */
static void for_single_privilege(uint64_t *table, unsigned int level, uint64_t limit)
{
	for (unsigned int i = 0; i < ENTRIES; i++) {
		const uint64_t next = table[i] & ADDRESS_MASK;

		if (!(table[i] & VALID))
			continue;
		if (level == LAST_LEVEL || !(table[i] & TABLE))
			table[i] = (table[i] | AP1) & ~PXN;
		else if (next > (uintptr_t)table && next < limit)
			for_single_privilege((uint64_t *)(uintptr_t)next, level + 1, limit);
	}
	forget_table(table);
}

static uint64_t tcr_for(bool one_range, uint64_t physical_size)
{
	const uint64_t size = physical_size > SIZE_48_BITS ? SIZE_48_BITS : physical_size;

	if (one_range)
		return TCR_COMMON | TCR_ONE_RANGE | size << TCR_ONE_RANGE_SIZE_SHIFT;
	return TCR_COMMON | TCR_TWO_RANGES | size << TCR_TWO_RANGES_SIZE_SHIFT;
}

static void read_found(void)
{
	if (at_el2()) {
		found.mair = READ_REG(mair_el2);
		found.tcr = READ_REG(tcr_el2);
		found.ttbr0 = READ_REG(ttbr0_el2);
		found.sctlr = READ_REG(sctlr_el2);
	} else {
		found.mair = READ_REG(mair_el1);
		found.tcr = READ_REG(tcr_el1);
		found.ttbr0 = READ_REG(ttbr0_el1);
		found.sctlr = READ_REG(sctlr_el1);
	}
}

/* Instructions are cached or not whether the MMU is on or off; what is cached may be old. */
static void write_sctlr(uint64_t value)
{
	__asm__ volatile("ic iallu\n\tdsb sy\n\tisb" : : : "memory");
	if (at_el2())
		WRITE_REG(sctlr_el2, value);
	else
		WRITE_REG(sctlr_el1, value);
}

bool arm64_mmu_on(const struct kx_purg_params *params)
{
	const uint64_t mmfr0 = READ_REG(id_aa64mmfr0_el1);
	const bool one_range = at_el2() && !at_host_el2();
	struct arm64_regime wanted = { .mair = MAIR, .ttbr0 = params->page_table };

	read_found();
	/* An MMU that is on is not what Linux leaves; nothing is known then about its tables. */
	is_on = params->page_table != 0 && params->page_table % TABLE_BYTES == 0 &&
		(mmfr0 >> 28 & 0xf) != GRANULE_4K_MISSING && !(found.sctlr & SCTLR_M);
	if (!is_on) {
		write_sctlr(found.sctlr | SCTLR_I);
		return false;
	}
	if (one_range)
		for_single_privilege((uint64_t *)(uintptr_t)params->page_table, 0,
				     params->page_table + TABLES_SPAN);
	wanted.tcr = tcr_for(one_range, mmfr0 & 0xf);
	wanted.sctlr = (found.sctlr & ~(SCTLR_A | SCTLR_WXN | SCTLR_EE)) | SCTLR_M | SCTLR_C |
		       SCTLR_I;
	arm64_regime_on(&wanted);
	return true;
}

void arm64_mmu_off(void)
{
	if (is_on)
		arm64_regime_off(&found);
	else
		write_sctlr(found.sctlr);
}
