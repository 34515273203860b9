/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Architectures whose log is always at an address that a formula translates; riscv64 can walk too.
 * Linux, Documentation/admin-guide/kdump/vmcoreinfo.rst and arch/{riscv,loongarch}.
 */
#include <elf.h>
#include <errno.h>

#include "kx/virt.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

/* ---- arm ------------------------------------------------------------------------------------ */

/* The split between user and kernel shows in the image's address; memory starts where RAM does. */
static void setup_arm(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		      const struct kx_virt_hints *hints)
{
	uint64_t text, offset = UINT64_C(0xc0000000), phys = hints->ram_start;

	if (kx_vmcoreinfo_symbol(info, "_stext", &text) && (text & UINT64_C(0xc0000000)))
		offset = text & UINT64_C(0xc0000000);
	if (!kx_vmcoreinfo_number(info, "PHYS_OFFSET", &phys) && !hints->has_ram)
		return;
	kx_virt_add(virt, KX_VIRT_IMAGE, offset, UINT32_MAX, phys);
}

static const char *const names_arm[] = { "arm*", NULL };

const struct kx_virt_arch kx_virt_arm = {
	.machine = EM_ARM,
	.long_size = 4,
	.names = names_arm,
	.image_first = UINT64_MAX,
	.setup = setup_arm,
};

/* ---- riscv64 -------------------------------------------------------------------------------- */

enum { RISCV_VALID = 1 << 0, RISCV_LEAF = 7 << 1 };

/* Where the direct map must end: other regions may be above it. */
static uint64_t riscv_direct_last(const struct kx_vmcoreinfo *info, uint64_t first)
{
	static const char *const above[] = { "KERNEL_LINK_ADDR", "VMALLOC_START", "VMEMMAP_START",
					     "MODULES_VADDR" };
	uint64_t last = UINT64_MAX, start;

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		if (kx_vmcoreinfo_number(info, above[i], &start) && start > first && start <= last)
			last = start - 1;
	}
	return last;
}

static void setup_riscv(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
			const struct kx_virt_hints *hints)
{
	uint64_t link, image, start, phys = hints->ram_start, bits;

	if (kx_vmcoreinfo_number(info, "KERNEL_LINK_ADDR", &link) &&
	    kx_vmcoreinfo_number(info, "va_kernel_pa_offset", &image))
		kx_virt_add(virt, KX_VIRT_IMAGE, link, UINT64_MAX, link - image);
	if (kx_vmcoreinfo_number(info, "VA_BITS", &bits) &&
	    (bits == 39 || bits == 48 || bits == 57))
		virt->levels = ((unsigned int)bits - 12) / 9;
	virt->page_shift = 12;
	kx_virt_root(virt, info, "swapper_pg_dir");
	if (kx_vmcoreinfo_number(info, "PAGE_OFFSET", &start) &&
	    (kx_vmcoreinfo_number(info, "phys_ram_base", &phys) || hints->has_ram))
		kx_virt_add(virt, KX_VIRT_DIRECT, start, riscv_direct_last(info, start), phys);
}

static int walk_riscv(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		      struct kx_err *err)
{
	uint64_t table = virt->root, entry = 0;

	for (unsigned int level = virt->levels; level > 0; level--) {
		unsigned int shift = 12 + 9 * (level - 1);
		int rc = kx_virt_entry(virt, table, addr >> shift & 511, 8, &entry, err);

		if (rc < 0)
			return rc;
		if (!(entry & RISCV_VALID))
			break;
		table = (entry >> 10 & kx_virt_below(44)) << 12;
		if (entry & RISCV_LEAF) {
			kx_virt_leaf(table, shift, addr, ret, ret_len);
			return 0;
		}
	}
	return kx_fail(err, -EFAULT, "address 0x%llx is not mapped (entry 0x%llx)",
		       (unsigned long long)addr, (unsigned long long)entry);
}

static const char *const names_riscv[] = { "riscv64", NULL };

const struct kx_virt_arch kx_virt_riscv64 = {
	.machine = EM_RISCV,
	.long_size = 8,
	.names = names_riscv,
	.image_first = UINT64_MAX,
	.setup = setup_riscv,
	.walk = walk_riscv,
};

/* ---- s390x ---------------------------------------------------------------------------------- */

/* Before v6.10 virtual equals physical; since then image and memory are mapped somewhere. */
static void setup_s390(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		       const struct kx_virt_hints *hints)
{
	enum { LOWCORE = 0x2000 };
	uint64_t start, end, phys, image = UINT64_MAX, identity = 0;

	(void)hints;
	if (kx_vmcoreinfo_hex(info, "SAMODE31", &start) &&
	    kx_vmcoreinfo_hex(info, "EAMODE31", &end) && end > start)
		kx_virt_add(virt, KX_VIRT_DIRECT, start, end - 1, start);
	if (kx_vmcoreinfo_hex(info, "KERNELOFFSET", &start) &&
	    kx_vmcoreinfo_hex(info, "KERNELOFFPHYS", &phys)) {
		kx_virt_add(virt, KX_VIRT_IMAGE, start, UINT64_MAX, phys);
		image = start;
	}
	kx_vmcoreinfo_hex(info, "IDENTITYBASE", &identity);
	if (identity > 0)
		kx_virt_add(virt, KX_VIRT_DIRECT, 0, LOWCORE - 1, 0);
	kx_virt_add(virt, image == UINT64_MAX ? KX_VIRT_IMAGE : KX_VIRT_DIRECT, identity, image - 1,
		    0);
}

static const char *const names_s390[] = { "s390x", NULL };

const struct kx_virt_arch kx_virt_s390x = {
	.machine = EM_S390,
	.long_size = 8,
	.names = names_s390,
	.image_first = UINT64_MAX,
	.setup = setup_s390,
};

/* ---- ppc64 ---------------------------------------------------------------------------------- */

/* Both byte orders. From 0xc008… on come vmalloc and, with hash tables, I/O. */
static void setup_ppc(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		      const struct kx_virt_hints *hints)
{
	(void)info, (void)hints;
	kx_virt_add(virt, KX_VIRT_IMAGE, UINT64_C(0xc000000000000000), UINT64_C(0xc007ffffffffffff),
		    0);
}

static const char *const names_ppc[] = { "ppc64", "ppc64le", NULL };

const struct kx_virt_arch kx_virt_ppc64 = {
	.machine = EM_PPC64,
	.long_size = 8,
	.names = names_ppc,
	.image_first = UINT64_MAX,
	.setup = setup_ppc,
};

/* ---- loongarch64 ---------------------------------------------------------------------------- */

/* Two bits choose XKPRANGE, up to the 48 address bits below them the kind of caching. */
static void setup_loongarch(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
			    const struct kx_virt_hints *hints)
{
	static const uint64_t window[] = { UINT64_C(0x9000000000000000),
					   UINT64_C(0x8000000000000000),
					   UINT64_C(0xa000000000000000) };

	(void)info, (void)hints;
	for (size_t i = 0; i < sizeof(window) / sizeof(window[0]); i++)
		kx_virt_add(virt, KX_VIRT_IMAGE, window[i], window[i] + kx_virt_below(48), 0);
}

static const char *const names_loongarch[] = { "loongarch64", NULL };

const struct kx_virt_arch kx_virt_loongarch64 = {
	.machine = EM_LOONGARCH,
	.long_size = 8,
	.names = names_loongarch,
	.image_first = UINT64_MAX,
	.setup = setup_loongarch,
};
