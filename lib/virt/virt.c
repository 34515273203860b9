/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address translation: what architectures share. */
#include <errno.h>
#include <inttypes.h>

#include "kx/bytes.h"
#include "kx/virt.h"

void kx_virt_init(struct kx_virt *virt, const struct kx_virt_arch *arch, bool big_endian,
		  const struct kx_vmcoreinfo *info, const struct kx_virt_hints *hints)
{
	struct kx_virt_memory memory = virt->memory;
	struct kx_span value;
	uint64_t size;

	*virt = (struct kx_virt){ .arch = arch, .big_endian = big_endian, .memory = memory };
	virt->page_shift = 12;
	virt->entry_mask = UINT64_MAX;
	if (kx_vmcoreinfo_line(info, "PAGESIZE", &value) && kx_span_number(value, 10, &size)) {
		for (unsigned int shift = 12; shift <= 18; shift++)
			virt->page_shift = size == UINT64_C(1) << shift ? shift : virt->page_shift;
	}
	if (arch)
		arch->setup(virt, info, hints);
}

void kx_virt_hints_add(struct kx_virt_hints *hints, const struct kx_virt_arch *arch, uint64_t vaddr,
		       uint64_t paddr)
{
	if (!arch || arch->direct_align == 0)
		return;
	if (vaddr >= arch->image_first && !hints->has_phys_base) {
		hints->has_phys_base = true;
		hints->phys_base = paddr - (vaddr - arch->image_first);
	} else if (vaddr >= arch->direct_first && vaddr <= arch->direct_last &&
		   (vaddr - paddr) % arch->direct_align == 0 && !hints->has_direct) {
		hints->has_direct = true;
		hints->direct = vaddr - paddr;
	}
}

void kx_virt_add(struct kx_virt *virt, enum kx_virt_kind kind, uint64_t first, uint64_t last,
		 uint64_t phys)
{
	if (last < first || virt->count == KX_VIRT_LINEAR_MAX)
		return;
	virt->linear[virt->count++] = (struct kx_virt_linear){ first, last, phys, kind };
}

uint64_t kx_virt_strip(const struct kx_virt *virt, uint64_t addr)
{
	/* Bit 55 tells the kernel's half from the user's where tags are possible. */
	if (virt->strip != 0 && addr & UINT64_C(1) << 55)
		return addr | virt->strip;
	return addr;
}

const struct kx_virt_linear *kx_virt_formula(const struct kx_virt *virt, uint64_t addr)
{
	for (size_t i = 0; i < virt->count; i++) {
		if (addr >= virt->linear[i].first && addr <= virt->linear[i].last)
			return &virt->linear[i];
	}
	return NULL;
}

bool kx_virt_root(struct kx_virt *virt, const struct kx_vmcoreinfo *info, const char *name)
{
	const struct kx_virt_linear *linear;
	uint64_t addr;

	if (!kx_vmcoreinfo_symbol(info, name, &addr))
		return false;
	linear = kx_virt_formula(virt, addr);
	if (!linear)
		return false;
	virt->root = addr - linear->first + linear->phys;
	virt->has_root = true;
	return true;
}

int kx_virt_entry(const struct kx_virt *virt, uint64_t table, uint64_t index, unsigned int width,
		  uint64_t *ret, struct kx_err *err)
{
	uint8_t bytes[8];
	int rc;

	rc = virt->memory.read(virt->memory.data, table + index * width, bytes, width, err);
	if (rc < 0)
		return kx_context(err, rc, "page table at 0x%" PRIx64, table);
	*ret = kx_get(bytes, width, virt->big_endian);
	return 0;
}

int kx_virt_walk(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		 struct kx_err *err)
{
	if (!virt->arch || !virt->arch->walk || !virt->has_root || virt->levels == 0)
		return kx_fail(err, -ENOTSUP, "the kernel's page tables are not known");
	return virt->arch->walk(virt, addr, ret, ret_len, err);
}
