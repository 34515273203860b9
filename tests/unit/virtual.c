/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses for unit tests; see virtual.h. */
#include <inttypes.h>

#include "tests/unit/virtual.h"

static int memory_read(void *data, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	struct memory *memory = data;

	memory->reads++;
	if (addr < TABLES || addr - TABLES > memory->bytes.len - len)
		return kx_fail(err, -EFAULT, "0x%" PRIx64 " is not in the dump", addr);
	memcpy(to, memory->bytes.base + (addr - TABLES), len);
	return 0;
}

void virt_of(struct kx_virt *virt, struct memory *memory, uint16_t machine, const char *text,
	     const struct kx_virt_hints *hints)
{
	const struct kx_vmcoreinfo info = { kx_span_of(text) };
	const struct kx_virt_hints none = { .has_ram = false };

	*virt = (struct kx_virt){ .memory = { memory_read, memory } };
	kx_virt_init(virt, kx_virt_arch_of(machine), machine == EM_S390, &info,
		     hints ? hints : &none);
	if (memory)
		mkelf_bytes(&memory->bytes, NULL, TABLES_SIZE);
}

void entry(struct memory *memory, uint64_t table, uint64_t index, unsigned int width,
	   uint64_t value)
{
	mkelf_set(&memory->bytes, table - TABLES + index * width, false, width, value);
}

void check_formulas(uint16_t machine, const char *text, const struct kx_virt_hints *hints,
		    const struct formula *formula, size_t count)
{
	struct kx_virt virt;

	virt_of(&virt, NULL, machine, text, hints);
	for (size_t i = 0; i < count; i++) {
		uint64_t addr = kx_virt_strip(&virt, formula[i].virt);
		const struct kx_virt_linear *linear = kx_virt_formula(&virt, addr);
		uint64_t phys = linear ? addr - linear->first + linear->phys : NOWHERE;

		if (phys != formula[i].phys)
			fail_msg("0x%" PRIx64 ": 0x%" PRIx64 " instead of 0x%" PRIx64,
				 formula[i].virt, phys, formula[i].phys);
	}
}

void check_walk(const struct kx_virt *virt, uint64_t addr, uint64_t phys, uint64_t len)
{
	struct kx_err err = { "" };
	uint64_t found, found_len;

	if (kx_virt_walk(virt, addr, &found, &found_len, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(found, phys);
	assert_int_equal(found_len, len);
}

void check_fault(const struct kx_virt *virt, uint64_t addr, const char *says)
{
	struct kx_err err = { "" };
	uint64_t found, len;

	assert_int_equal(kx_virt_walk(virt, addr, &found, &len, &err), -EFAULT);
	assert_says(&err, says);
}
