/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation: from virtual to physical addresses of a kernel, by architecture, with what
 * VMCOREINFO and page tables tell. Reads memory only through a callback, so that it is tested and
 * fuzzed without a dump.
 */
#ifndef KX_VIRT_H
#define KX_VIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/isa.h"
#include "kx/vmcoreinfo.h"

enum kx_virt_kind {
	KX_VIRT_IMAGE,	/* the kernel's own image */
	KX_VIRT_DIRECT, /* the direct map of all memory */
};

/**
 * struct kx_virt_linear - addresses [@first, @last] are at physical address - @first + @phys
 */
struct kx_virt_linear {
	uint64_t first, last;
	uint64_t phys;
	enum kx_virt_kind kind;
};

enum { KX_VIRT_LINEAR_MAX = 6, KX_VIRT_LEVELS_MAX = 6 };

/**
 * struct kx_virt_hints - what a dump says of address spaces, beside VMCOREINFO
 * @phys_base: x86: physical minus link address of the image; valid when @has_phys_base
 * @direct: distance of the direct map from physical memory; valid when @has_direct
 * @ram_start: lowest physical address; valid when @has_ram
 */
struct kx_virt_hints {
	bool has_phys_base, has_direct, has_ram;
	uint64_t phys_base, direct, ram_start;
};

/**
 * struct kx_virt_memory - how page tables are read
 * @read: @len bytes at physical @addr; 0 or a negative errno
 */
struct kx_virt_memory {
	int (*read)(void *data, uint64_t addr, void *to, size_t len, struct kx_err *err);
	void *data;
};

/**
 * struct kx_virt - what is known about a kernel's address space
 * @linear: formulas, most special first
 * @root: physical address of the kernel's top page table; valid when @has_root
 * @levels: of page tables; 0: they cannot be walked
 * @page_shift: log2 of the page size
 * @va_bits: bits that page tables translate
 * @strip: bits of a kernel address that only mark it (tags, pointer authentication), all set in
 *	the address proper
 * @entry_mask: bits of a page table entry that are an address
 * @mode: the architecture's own
 * @lacks: the fact without which no address of the image is translated; NULL: all are known
 */
struct kx_virt {
	const struct kx_virt_arch *arch;
	bool big_endian;
	struct kx_virt_memory memory;
	struct kx_virt_linear linear[KX_VIRT_LINEAR_MAX];
	size_t count;
	bool has_root;
	uint64_t root;
	unsigned int levels, page_shift, va_bits;
	uint64_t strip;
	uint64_t entry_mask;
	unsigned int mode;
	const char *lacks;
};

/**
 * struct kx_virt_arch - an architecture's part
 *
 * To add one: a file lib/virt/foo.c with an instance, its line in kx/virt.def, its formulas
 * in tests/unit/test-virt.c or test-virt-foo.c, a kernel in tests/unit/test-dump-machines.c, its
 * name in man/vmcore-dmesg.8.
 * @isa: the machine; where it has two byte orders, either
 * @one_order: its kernels only have the byte order of @isa
 * @by_ram_start: its formulas for the image need to know where memory begins
 * @direct_first, @direct_last: where the direct map may be; both 0 when dumps give no hint
 * @direct_align: the direct map and memory have equal addresses modulo this, a power of two
 * @image_first: addresses from here on belong to the image; UINT64_MAX: dumps give no hint
 * @setup: fill in formulas and page table facts; what VMCOREINFO lacks is left out, and named in
 *	@lacks where it is about the image
 * @walk: physical address of @addr and the bytes that are adjacent from there (optional)
 */
struct kx_virt_arch {
	const struct kx_isa *isa;
	bool one_order, by_ram_start;
	uint64_t direct_first, direct_last, direct_align;
	uint64_t image_first;
	void (*setup)(struct kx_virt *virt, const struct kx_vmcoreinfo *info,
		      const struct kx_virt_hints *hints);
	int (*walk)(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		    struct kx_err *err);
};

/** kx_virt_arch_of() - by ELF machine number (EM_*); NULL: unknown */
const struct kx_virt_arch *kx_virt_arch_of(uint16_t machine);

/** kx_virt_arch_at() - each of them, from @index 0 on; NULL behind the last */
const struct kx_virt_arch *kx_virt_arch_at(size_t index);

/** kx_virt_arch_named() - by utsname.machine, as kx_isa_of_uname() knows it; NULL: unknown */
const struct kx_virt_arch *kx_virt_arch_named(const char *name);

/**
 * kx_virt_hints_add() - learn from a dump's segment that virtual @vaddr is physical @paddr
 *
 * The first segment in the image and the first in the direct map count, later ones do not. Nothing
 * is learned when @arch is NULL.
 */
void kx_virt_hints_add(struct kx_virt_hints *hints, const struct kx_virt_arch *arch, uint64_t vaddr,
		       uint64_t paddr);

/** kx_virt_init() - start anew with what VMCOREINFO says; @arch NULL: nothing is translated */
void kx_virt_init(struct kx_virt *virt, const struct kx_virt_arch *arch, bool big_endian,
		  const struct kx_vmcoreinfo *info, const struct kx_virt_hints *hints);

/** kx_virt_strip() - the address without tag and pointer authentication bits */
uint64_t kx_virt_strip(const struct kx_virt *virt, uint64_t addr);

/** kx_virt_formula() - the first formula that covers @addr; NULL: none does */
const struct kx_virt_linear *kx_virt_formula(const struct kx_virt *virt, uint64_t addr);

/**
 * kx_virt_walk() - translate @addr by page tables
 * @ret_len: bytes from @addr to the end of its page
 *
 * At most KX_VIRT_LEVELS_MAX entries are read, whatever the tables say.
 *
 * Return: 0; -EFAULT not mapped, or a table is not in the dump; -ENOTSUP the page tables are not
 * known.
 */
int kx_virt_walk(const struct kx_virt *virt, uint64_t addr, uint64_t *ret, uint64_t *ret_len,
		 struct kx_err *err);

/** kx_virt_entry() - read entry number @index of @width bytes of the table at @table */
int kx_virt_entry(const struct kx_virt *virt, uint64_t table, uint64_t index, unsigned int width,
		  uint64_t *ret, struct kx_err *err);

/** kx_virt_add() - add a formula; ignored when @last < @first or there is no room */
void kx_virt_add(struct kx_virt *virt, enum kx_virt_kind kind, uint64_t first, uint64_t last,
		 uint64_t phys);

/** kx_virt_leaf() - finish a walk: @base is the physical address of a page of 1 << @shift bytes */
static inline void kx_virt_leaf(uint64_t base, unsigned int shift, uint64_t addr, uint64_t *ret,
				uint64_t *ret_len)
{
	uint64_t inside = addr & ((UINT64_C(1) << shift) - 1);

	*ret = (base >> shift << shift) + inside;
	*ret_len = (UINT64_C(1) << shift) - inside;
}

/**
 * kx_virt_root() - the top page table is at symbol @name, which a formula for the image covers
 *
 * Return: false when VMCOREINFO lacks the symbol or no formula covers it.
 */
bool kx_virt_root(struct kx_virt *virt, const struct kx_vmcoreinfo *info, const char *name);

/** kx_virt_below() - a number with the lowest @bits bits set; @bits up to 64 */
static inline uint64_t kx_virt_below(unsigned int bits)
{
	return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/** kx_virt_NAME - each line of kx/virt.def */
#define KX_VIRT(name) extern const struct kx_virt_arch kx_virt_##name;
#include "kx/virt.def"
#undef KX_VIRT

#endif
