/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page walks of every architecture: bounded reads whatever tables say, and an answer inside one
 * page. The bytes: which architecture, the address, VMCOREINFO up to a NUL, and then all of memory.
 */
#include <string.h>

#include "kx/virt.h"
#include "tests/fuzz/fuzz.h"

struct memory {
	const uint8_t *bytes;
	size_t len;
	unsigned int reads;
};

/* Memory repeats without end, so that tables lead everywhere and in circles. */
static int memory_read(void *data, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	struct memory *memory = data;

	memory->reads++;
	if (memory->len == 0)
		return kx_fail(err, -14, "nothing there");
	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = memory->bytes[(addr + i) % memory->len];
	return 0;
}

static void check(struct kx_virt *virt, const struct memory *memory, uint64_t addr)
{
	uint64_t stripped = kx_virt_strip(virt, addr), phys, len;
	const struct kx_virt_linear *linear = kx_virt_formula(virt, stripped);
	struct kx_err err = { "" };
	int rc;

	PROMISE(kx_virt_strip(virt, stripped) == stripped);
	if (linear)
		PROMISE(linear->first <= stripped && stripped <= linear->last);
	rc = kx_virt_walk(virt, stripped, &phys, &len, &err);
	PROMISE(memory->reads <= KX_VIRT_LEVELS_MAX);
	PROMISE(rc == 0 || (rc < 0 && err.text[0]));
	if (rc < 0)
		return;
	/* A page of a power of two, and both addresses at the same place in it. */
	PROMISE(len > 0);
	PROMISE(((phys + len) & (UINT64_C(4096) - 1)) == 0);
	PROMISE((phys & 4095) == (stripped & 4095));
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static const uint16_t machine[] = { 3,	22,  21,  40,  62, 183, 243, 258,
					    20, 8,   8,   20,  62, 183, 243, 3 };
	struct memory memory = { .reads = 0 };
	struct kx_virt virt = { .memory = { memory_read, &memory } };
	struct kx_vmcoreinfo info = { { data, 0 } };
	struct kx_virt_hints hints = { .has_ram = false };
	uint64_t addr;

	if (size < 10)
		return 0;
	memcpy(&addr, data + 1, 8);
	info.text = (struct kx_span){ data + 9, strnlen((const char *)data + 9, size - 9) };
	memory.bytes = data + 9 + info.text.len;
	memory.len = size - 9 - info.text.len;
	hints.has_phys_base = data[0] & 0x40;
	hints.phys_base = data[0];
	kx_virt_init(&virt, kx_virt_arch_of(machine[data[0] & 15]), data[0] & 0x80, &info, &hints);
	check(&virt, &memory, addr);
	return 0;
}
