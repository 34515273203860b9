/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses for unit tests: formulas from a VMCOREINFO, walks through made page tables. */
#ifndef TESTS_UNIT_VIRTUAL_H
#define TESTS_UNIT_VIRTUAL_H

#include <elf.h>

#include "kx/virt.h"
#include "tests/tools/mkelf.h"
#include "tests/unit/kxtest.h"

/* Where the page tables are, in physical memory that has nothing else. */
enum { TABLES = MIB, TABLES_SIZE = 512 * KIB };

/** struct memory - the tables; the number of reads shows that walks end */
struct memory {
	struct mkelf_buffer bytes;
	unsigned int reads;
};

/**
 * virt_of() - what a VMCOREINFO of @text says to a kernel for @machine (EM_*)
 * @memory: empty tables, whose bytes are for the caller to free; NULL where none are walked
 * @hints: NULL for none
 */
void virt_of(struct kx_virt *virt, struct memory *memory, uint16_t machine, const char *text,
	     const struct kx_virt_hints *hints);

/** entry() - put @value, of @width bytes, into the table at @table */
void entry(struct memory *memory, uint64_t table, uint64_t index, unsigned int width,
	   uint64_t value);

enum { NOWHERE = 1 };

/** struct formula - where a virtual address is; NOWHERE: no formula knows it */
struct formula {
	uint64_t virt, phys;
};

/** check_formulas() - all of them hold for what virt_of() makes of the first three */
void check_formulas(uint16_t machine, const char *text, const struct kx_virt_hints *hints,
		    const struct formula *formula, size_t count);

/* check_formulas() with the formulas as the last arguments. */
#define CHECK(machine, text, hints, ...)                                                    \
	do {                                                                                \
		static const struct formula list[] = { __VA_ARGS__ };                       \
		check_formulas(machine, text, hints, list, sizeof(list) / sizeof(list[0])); \
	} while (0)

/** check_walk() - @addr is at @phys, and @len bytes from there on are in the same page */
void check_walk(const struct kx_virt *virt, uint64_t addr, uint64_t phys, uint64_t len);

/** check_fault() - @addr is nowhere, and why */
void check_fault(const struct kx_virt *virt, uint64_t addr, const char *says);

#endif
