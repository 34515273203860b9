/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses of every architecture: formulas from VMCOREINFO, walks through tables. */
#include <elf.h>

#include "kx/virt.h"
#include "tests/tools/mkelf.h"
#include "tests/unit/kxtest.h"

/* Page tables at 1 MiB; the number of reads shows that walks end. */
enum { TABLES = MIB, TABLES_SIZE = 512 * KIB };

struct memory {
	struct mkelf_buffer bytes;
	unsigned int reads;
};

static int memory_read(void *data, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	struct memory *memory = data;

	memory->reads++;
	if (addr < TABLES || addr - TABLES > memory->bytes.len - len)
		return kx_fail(err, -EFAULT, "0x%llx is not in the dump", (unsigned long long)addr);
	memcpy(to, memory->bytes.base + (addr - TABLES), len);
	return 0;
}

static void virt_of(struct kx_virt *virt, struct memory *memory, uint16_t machine, const char *text,
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

static void entry(struct memory *memory, uint64_t table, uint64_t index, unsigned int width,
		  uint64_t value)
{
	mkelf_set(&memory->bytes, table - TABLES + index * width, false, width, value);
}

/* ---- formulas ------------------------------------------------------------------------------- */

enum { NOWHERE = 1 };

struct formula {
	uint64_t virt, phys; /* NOWHERE: no formula */
};

static void check_formulas(uint16_t machine, const char *text, const struct kx_virt_hints *hints,
			   const struct formula *formula, size_t count)
{
	struct kx_virt virt;

	virt_of(&virt, NULL, machine, text, hints);
	for (size_t i = 0; i < count; i++) {
		uint64_t addr = kx_virt_strip(&virt, formula[i].virt);
		const struct kx_virt_linear *linear = kx_virt_formula(&virt, addr);
		uint64_t phys = linear ? addr - linear->first + linear->phys : NOWHERE;

		if (phys != formula[i].phys)
			fail_msg("0x%llx: 0x%llx instead of 0x%llx",
				 (unsigned long long)formula[i].virt, (unsigned long long)phys,
				 (unsigned long long)formula[i].phys);
	}
}

#define CHECK(machine, text, hints, ...)                                                    \
	do {                                                                                \
		static const struct formula list[] = { __VA_ARGS__ };                       \
		check_formulas(machine, text, hints, list, sizeof(list) / sizeof(list[0])); \
	} while (0)

TEST(x86_64_image_and_direct_map)
{
	/* As in a dump of 6.1 with KASLR. */
	static const char kaslr[] = "NUMBER(phys_base)=-293601280\nKERNELOFFSET=24400000\n";
	static const struct kx_virt_hints hints = { .has_direct = true,
						    .direct = UINT64_C(0xffff89ae40000000) };

	CHECK(EM_X86_64, kaslr, NULL, { 0xffffffffa6e622c0, 0x156622c0 },
	      { 0xffffffffbfffffff, 0x2e7fffff }, { 0xffffffffc0000000, NOWHERE },
	      { 0xffff89ae5ffd3000, NOWHERE }, { 0x1000, NOWHERE });
	CHECK(EM_X86_64, kaslr, &hints, { 0xffff89ae5ffd3000, 0x1ffd3000 },
	      { 0xffff89ae40000000, 0 }, { 0xffff89ae3fffffff, NOWHERE });
	/* Without: the image ends where modules begin, and the direct map has its fixed place. */
	CHECK(EM_X86_64, "NUMBER(phys_base)=0\nKERNELOFFSET=0\n", NULL,
	      { 0xffffffff81000000, 0x1000000 }, { 0xffffffffa0000000, NOWHERE },
	      { 0xffff888000001000, 0x1000 }, { 0xffff880000001000, 0x1000 });
	CHECK(EM_X86_64, "NUMBER(phys_base)=0\nKERNELOFFSET=0\nNUMBER(pgtable_l5_enabled)=1\n",
	      NULL, { 0xff11000000001000, 0x1000 }, { 0xffff888000001000, NOWHERE });
	/* Containers may know phys_base when VMCOREINFO does not. */
	CHECK(EM_X86_64, "",
	      (&(struct kx_virt_hints){ .has_phys_base = true, .phys_base = 0x1000 }),
	      { 0xffffffff80000000, 0x1000 });
	CHECK(EM_X86_64, "", NULL, { 0xffffffff80000000, NOWHERE });
}

TEST(i386_and_arm_by_the_split_that_the_image_shows)
{
	static const struct kx_virt_hints ram = { .has_ram = true, .ram_start = 0x60000000 };

	CHECK(EM_386, "SYMBOL(_stext)=c1000000\n", NULL, { 0xc1000000, 0x1000000 },
	      { 0xf7ffffff, 0x37ffffff }, { 0xf8000000, NOWHERE }, { 0xbfffffff, NOWHERE });
	CHECK(EM_386, "SYMBOL(_stext)=81000000\n", NULL, { 0x81000000, 0x1000000 });
	CHECK(EM_386, "", NULL, { 0xc0100000, 0x100000 });
	CHECK(EM_ARM, "SYMBOL(_stext)=c0008000\n", &ram, { 0xc0008000, 0x60008000 });
	CHECK(EM_ARM, "SYMBOL(_stext)=80008000\nNUMBER(PHYS_OFFSET)=0x10000000\n", &ram,
	      { 0x80008000, 0x10008000 });
	CHECK(EM_ARM, "", NULL, { 0xc0008000, NOWHERE });
}

TEST(arm64_flipped_and_old_layouts)
{
	/* v6.x, 48 bits, image in the upper half. */
	CHECK(EM_AARCH64,
	      "NUMBER(VA_BITS)=48\nNUMBER(TCR_EL1_T1SZ)=0x10\nNUMBER(PHYS_OFFSET)=0x40000000\n"
	      "NUMBER(kimage_voffset)=0xffff7fffc0000000\nSYMBOL(_stext)=ffff800008010000\n",
	      NULL, { 0xffff800008012345, 0x48012345 }, { 0xffff000000000000, 0x40000000 },
	      { 0xffff7fffffffffff, 0x800040000000 - 1 }, { 0xffff900000000000, NOWHERE });
	/* Before v5.4: the direct map is the upper half, the image in the lower one. */
	CHECK(EM_AARCH64,
	      "NUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x40000000\n"
	      "NUMBER(kimage_voffset)=0xfffeffffc8000000\nSYMBOL(_stext)=ffff000008080000\n",
	      NULL, { 0xffff000008080000, 0x40080000 }, { 0xffff800000000000, 0x40000000 },
	      { 0xffff000010000000, NOWHERE });
	/* 39 bits: what the image's place means depends on the width. */
	CHECK(EM_AARCH64,
	      "NUMBER(VA_BITS)=39\nNUMBER(PHYS_OFFSET)=0x80000000\n"
	      "NUMBER(kimage_voffset)=0xffffffbf88000000\nSYMBOL(_stext)=ffffffc008010000\n",
	      NULL, { 0xffffffc008010000, 0x80010000 }, { 0xffffff8000000000, 0x80000000 });
}

TEST(arm64_52_bit_kernels_on_48_bit_processors)
{
	/* PHYS_OFFSET is then 0x40000000 - (2^52 - 2^48), relative to the start for 52 bits. */
	CHECK(EM_AARCH64,
	      "NUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
	      "NUMBER(PHYS_OFFSET)=0xfff1000040000000\nNUMBER(kimage_voffset)=0xffff7fffc0000000\n"
	      "SYMBOL(_stext)=ffff800008010000\n",
	      NULL, { 0xffff000000001000, 0x40001000 });
	CHECK(EM_AARCH64,
	      "NUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0xc\nNUMBER(PHYS_OFFSET)=0x40000000\n"
	      "SYMBOL(_stext)=ffff800008010000\n",
	      NULL, { 0xfff0000000001000, 0x40001000 });
}

TEST(arm64_tags_and_pointer_authentication_are_stripped)
{
	static const char text[] =
		"NUMBER(VA_BITS)=48\nNUMBER(KERNELPACMASK)=0x7f000000000000\n"
		"NUMBER(PHYS_OFFSET)=0x40000000\nSYMBOL(_stext)=ffff800008010000\n";

	CHECK(EM_AARCH64, text, NULL, { 0xf0ff000000001000, 0x40001000 },
	      { 0xffab000000001000, 0x40001000 }, { 0x0000000000001000, NOWHERE });
}

TEST(riscv64_image_and_direct_map_without_what_lies_above)
{
	CHECK(EM_RISCV,
	      "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\nNUMBER(VA_BITS)=48\n"
	      "NUMBER(va_kernel_pa_offset)=0xfffffffefe000000\nNUMBER(phys_ram_base)=0x80000000\n"
	      "NUMBER(PAGE_OFFSET)=0xffffaf8000000000\nNUMBER(MODULES_VADDR)=0xffffffff01000000\n",
	      NULL, { 0xffffffff80001000, 0x82001000 }, { 0xffffaf8000001000, 0x80001000 },
	      { 0xffffffff01000000, NOWHERE }, { 0xffffaf7fffffffff, NOWHERE });
	/* PAGE_OFFSET of older kernels is below all else; decimal and signed works, too. */
	CHECK(EM_RISCV, "NUMBER(PAGE_OFFSET)=-274877906944\nNUMBER(phys_ram_base)=2147483648\n",
	      NULL, { 0xffffffc000001000, 0x80001000 });
}

TEST(s390x_before_and_since_6_10)
{
	CHECK(EM_S390, "", NULL, { 0x1000, 0x1000 }, { 0x123456789000, 0x123456789000 });
	CHECK(EM_S390,
	      "SAMODE31=1a000\nEAMODE31=1f000\nIDENTITYBASE=1000000000\nKERNELOFFSET=3ffe0000000\n"
	      "KERNELOFFPHYS=200000\n",
	      NULL, { 0x3ffe0001000, 0x201000 }, { 0x1000001000, 0x1000 }, { 0x1a123, 0x1a123 },
	      { 0xe18, 0xe18 }, { 0x20000, NOWHERE });
}

TEST(ppc64_and_loongarch64_by_their_top_bits)
{
	CHECK(EM_PPC64, "", NULL, { 0xc000000001000000, 0x1000000 },
	      { 0xc008000000000000, NOWHERE });
	CHECK(258, "", NULL, { 0x9000000000200000, 0x200000 }, { 0x8000000000200000, 0x200000 },
	      { 0xffff800000000000, NOWHERE });
}

TEST(machines_have_names)
{
	assert_ptr_equal(kx_virt_arch_named("aarch64"), &kx_virt_arm64);
	assert_ptr_equal(kx_virt_arch_named("armv7l"), &kx_virt_arm);
	assert_ptr_equal(kx_virt_arch_named("i686"), &kx_virt_i386);
	assert_ptr_equal(kx_virt_arch_named("ppc64le"), &kx_virt_ppc64);
	assert_null(kx_virt_arch_named("x86_64h"));
	assert_null(kx_virt_arch_named(""));
	assert_null(kx_virt_arch_of(EM_NONE));
}

/* ---- walks ---------------------------------------------------------------------------------- */

static void check_walk(const struct kx_virt *virt, uint64_t addr, uint64_t phys, uint64_t len)
{
	struct kx_err err = { "" };
	uint64_t found, found_len;

	if (kx_virt_walk(virt, addr, &found, &found_len, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(found, phys);
	assert_int_equal(found_len, len);
}

static void check_fault(const struct kx_virt *virt, uint64_t addr, const char *says)
{
	struct kx_err err = { "" };
	uint64_t found, len;

	assert_int_equal(kx_virt_walk(virt, addr, &found, &len, &err), -EFAULT);
	assert_says(&err, says);
}

/* phys_base so that the top table's symbol, at 0xffffffff81000000, is at TABLES. */
#define X86 "NUMBER(phys_base)=-15728640\nSYMBOL(init_top_pgt)=ffffffff81000000\n"

TEST(x86_64_walks_four_levels_and_all_page_sizes)
{
	struct memory memory = { .reads = 0 };
	struct kx_virt virt;

	virt_of(&virt, &memory, EM_X86_64, X86 "NUMBER(sme_mask)=140737488355328\n", NULL);
	assert_true(virt.has_root);
	assert_int_equal(virt.root, TABLES);
	entry(&memory, TABLES, 273, 8, (TABLES + 0x1000) | 0x800000000063);
	entry(&memory, TABLES + 0x1000, 0, 8, (TABLES + 0x2000) | 0x63);
	/* 1 GiB with the no-execute and encryption bits. */
	entry(&memory, TABLES + 0x1000, 1, 8, 0x80008000400000e3);
	entry(&memory, TABLES + 0x2000, 0, 8, (TABLES + 0x3000) | 0x63);
	/* 2 MiB, with PAT in bit 12. */
	entry(&memory, TABLES + 0x2000, 1, 8, 0x123612010e3);
	entry(&memory, TABLES + 0x3000, 511, 8, 0xfffffff000 | 0x163);
	check_walk(&virt, 0xffff888040001234, 0x40001234, GIB - 0x1234);
	check_walk(&virt, 0xffff888000201234, 0x12361201234, 0x200000 - 0x1234);
	check_walk(&virt, 0xffff8880001ff008, 0xfffffff008, 4096 - 8);
	check_fault(&virt, 0xffff888000000000, "not mapped");
	check_fault(&virt, 0xffff800000000000, "not mapped");
	free(memory.bytes.base);
}

TEST(x86_64_walks_five_levels)
{
	struct memory memory = { .reads = 0 };
	struct kx_virt virt;

	virt_of(&virt, &memory, EM_X86_64, X86 "NUMBER(pgtable_l5_enabled)=1\n", NULL);
	entry(&memory, TABLES, 0xff11000000000000 >> 48 & 511, 8, (TABLES + 0x1000) | 0x63);
	entry(&memory, TABLES + 0x1000, 0, 8, (TABLES + 0x2000) | 0x63);
	entry(&memory, TABLES + 0x2000, 2, 8, 0x800000e3);
	check_walk(&virt, 0xff11000080000010, 0x80000010, GIB - 0x10);
	assert_int_equal(memory.reads, 3);
	free(memory.bytes.base);
}

TEST(tables_that_point_to_themselves_end)
{
	static const uint16_t machine[] = { EM_X86_64, EM_AARCH64, EM_RISCV };
	static const char *const text[] = {
		X86 "NUMBER(pgtable_l5_enabled)=1\n",
		"NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffff800007f00000\n"
		"SYMBOL(_stext)=ffff800008010000\nSYMBOL(swapper_pg_dir)=ffff800008000000\n",
		"NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\nNUMBER(VA_BITS)=57\n"
		"NUMBER(va_kernel_pa_offset)=0xffffffff7ff00000\n"
		"SYMBOL(swapper_pg_dir)=ffffffff80000000\n",
	};
	/* An entry of each that leads to the table at TABLES; at the last level it is a page. */
	static const uint64_t loop[] = { TABLES | 0x63, TABLES | 3, (TABLES >> 12 << 10) | 1 };

	for (size_t i = 0; i < 3; i++) {
		struct memory memory = { .reads = 0 };
		struct kx_err err = { "" };
		struct kx_virt virt;
		uint64_t phys, len;

		virt_of(&virt, &memory, machine[i], text[i], NULL);
		assert_int_equal(virt.root, TABLES);
		for (uint64_t index = 0; index < 512; index++)
			entry(&memory, TABLES, index, 8, loop[i]);
		kx_virt_walk(&virt, UINT64_MAX - 0xfff, &phys, &len, &err);
		assert_in_range(memory.reads, 4, KX_VIRT_LEVELS_MAX);
		free(memory.bytes.base);
	}
}

TEST(tables_outside_of_the_dump_are_said)
{
	struct memory memory = { .reads = 0 };
	struct kx_virt virt;

	virt_of(&virt, &memory, EM_X86_64, X86, NULL);
	entry(&memory, TABLES, 273, 8, 0x7ffffffff063);
	check_fault(&virt, 0xffff888000000000, "page table at 0x7ffffffff000");
	free(memory.bytes.base);
}

TEST(i386_walks_with_and_without_pae)
{
	struct memory memory = { .reads = 0 };
	struct kx_virt virt;

	virt_of(&virt, &memory, EM_386, "SYMBOL(swapper_pg_dir)=c0100000\n", NULL);
	entry(&memory, TABLES, 0xc00 >> 2, 4, 0x004000e3 | 3 << 13);
	entry(&memory, TABLES, 0xf80 >> 2, 4, (TABLES + 0x1000) | 0x63);
	entry(&memory, TABLES + 0x1000, 5, 4, 0x12345063);
	check_walk(&virt, 0xc0001000, 0x300401000, 0x400000 - 0x1000);
	check_walk(&virt, 0xf8005004, 0x12345004, 4096 - 4);
	check_fault(&virt, UINT64_C(0x1f8005004), "not mapped");
	free(memory.bytes.base);
	memory = (struct memory){ .reads = 0 };
	virt_of(&virt, &memory, EM_386, "SYMBOL(swapper_pg_dir)=c0100000\nCONFIG_X86_PAE=y\n",
		NULL);
	entry(&memory, TABLES, 3, 8, (TABLES + 0x1000) | 1);
	entry(&memory, TABLES + 0x1000, 0, 8, (TABLES + 0x2000) | 0x63);
	entry(&memory, TABLES + 0x1000, 1, 8, 0x8000000123e000e3);
	entry(&memory, TABLES + 0x2000, 7, 8, 0x8000000a23456063);
	check_walk(&virt, 0xc0007010, 0xa23456010, 4096 - 0x10);
	check_walk(&virt, 0xc0200010, 0x123e00010, 0x200000 - 0x10);
	free(memory.bytes.base);
}

/* An arm64 kernel whose image, and the top table in it, are at TABLES. */
static void arm64_of(struct kx_virt *virt, struct memory *memory, unsigned int va_bits,
		     unsigned int actual, unsigned int page_size)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "PAGESIZE=%u\nNUMBER(VA_BITS)=%u\nNUMBER(TCR_EL1_T1SZ)=0x%x\n"
		 "NUMBER(kimage_voffset)=0xffffffc007f00000\nSYMBOL(_stext)=ffffffc008010000\n"
		 "SYMBOL(swapper_pg_dir)=ffffffc008000000\n",
		 page_size, va_bits, 64 - actual);
	virt_of(virt, memory, EM_AARCH64, text, NULL);
	assert_true(virt->has_root);
	assert_int_equal(virt->root, TABLES);
}

TEST(arm64_levels_follow_from_page_size_and_width)
{
	static const struct {
		unsigned int va_bits, actual, page_size, levels;
	} list[] = {
		{ 36, 36, 16384, 2 }, { 42, 42, 65536, 2 }, { 39, 39, 4096, 3 },
		{ 47, 47, 16384, 3 }, { 48, 48, 65536, 3 }, { 52, 52, 65536, 3 },
		{ 48, 48, 4096, 4 },  { 48, 48, 16384, 4 }, { 52, 52, 16384, 4 },
		{ 52, 52, 4096, 5 },  { 52, 48, 4096, 4 },  { 52, 48, 65536, 3 },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct memory memory = { .reads = 0 };
		struct kx_virt virt;

		arm64_of(&virt, &memory, list[i].va_bits, list[i].actual, list[i].page_size);
		assert_int_equal(virt.levels, list[i].levels);
		free(memory.bytes.base);
	}
}

TEST(arm64_walks_4_kib)
{
	struct memory memory = { .reads = 0 };
	struct kx_virt virt;

	arm64_of(&virt, &memory, 48, 48, 4096);
	/* 0xffff000000000000 and up: top index 0. */
	entry(&memory, TABLES, 0, 8, (TABLES + 0x1000) | 3);
	entry(&memory, TABLES + 0x1000, 0, 8, (TABLES + 0x2000) | 3);
	entry(&memory, TABLES + 0x1000, 1, 8, 0x00e0000080000f01);
	entry(&memory, TABLES + 0x2000, 0, 8, (TABLES + 0x3000) | 3);
	entry(&memory, TABLES + 0x2000, 3, 8, 0x0060000041200f01);
	entry(&memory, TABLES + 0x3000, 2, 8, 0x00e8000123456f03);
	/* What is a block above is nothing at the last level. */
	entry(&memory, TABLES + 0x3000, 3, 8, 0x00e8000123456f01);
	check_walk(&virt, 0xffff000040000010, 0x80000010, GIB - 0x10);
	check_walk(&virt, 0xffff000000600010, 0x41200010, 0x200000 - 0x10);
	check_walk(&virt, 0xffff000000002010, 0x123456010, 4096 - 0x10);
	check_fault(&virt, 0xffff000000003010, "not mapped");
	check_fault(&virt, 0xffff000080000010, "not mapped");
	check_fault(&virt, 0x0000000000002010, "not a kernel address");
	free(memory.bytes.base);
}

TEST(arm64_walks_16_and_64_kib_with_addresses_beyond_48_bits)
{
	struct memory memory = { .reads = 0 };
	struct kx_virt virt;

	/* 64 KiB: bits 48 to 51 are in bits 12 to 15. */
	arm64_of(&virt, &memory, 52, 52, 65536);
	entry(&memory, TABLES, 0, 8, (TABLES + 0x10000) | 3);
	entry(&memory, TABLES + 0x10000, 0, 8, (TABLES + 0x20000) | 3);
	entry(&memory, TABLES + 0x10000, 1, 8, 0x00e000002000a701);
	entry(&memory, TABLES + 0x20000, 1, 8, 0x00e000001235a703);
	check_walk(&virt, 0xfff0000000010008, 0xa000012350008, 65536 - 8);
	check_walk(&virt, 0xfff0000020000008, 0xa000020000008, 512 * MIB - 8);
	free(memory.bytes.base);
	/* The same kernel with 48 bits uses the end of the same table. */
	memory = (struct memory){ .reads = 0 };
	arm64_of(&virt, &memory, 52, 48, 65536);
	entry(&memory, TABLES, 0xffff000000000000 >> 42 & 1023, 8, (TABLES + 0x10000) | 3);
	entry(&memory, TABLES + 0x10000, 0, 8, 0x00e0000040000701);
	check_walk(&virt, 0xffff000000000008, 0x40000008, 512 * MIB - 8);
	free(memory.bytes.base);
	/* LPA2: bits 50 and 51 are in bits 8 and 9, the rest is where it is. */
	memory = (struct memory){ .reads = 0 };
	arm64_of(&virt, &memory, 52, 52, 16384);
	entry(&memory, TABLES, 0, 8, (TABLES + 0x4000) | 3);
	entry(&memory, TABLES + 0x4000, 0, 8, (TABLES + 0x8000) | 3);
	entry(&memory, TABLES + 0x8000, 0, 8, (TABLES + 0xc000) | 3);
	entry(&memory, TABLES + 0xc000, 1, 8, 0x0003000123454303);
	check_walk(&virt, 0xfff0000000004010, 0xf000123454010, 16384 - 0x10);
	free(memory.bytes.base);
}

TEST(riscv64_walks_39_48_and_57_bits)
{
	static const unsigned int bits[] = { 39, 48, 57 };

	for (size_t i = 0; i < 3; i++) {
		struct memory memory = { .reads = 0 };
		uint64_t addr = ~((UINT64_C(1) << (bits[i] - 1)) - 1);
		struct kx_virt virt;
		char text[512];

		snprintf(text, sizeof(text),
			 "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\nNUMBER(VA_BITS)=%u\n"
			 "NUMBER(va_kernel_pa_offset)=0xffffffff7ff00000\n"
			 "SYMBOL(swapper_pg_dir)=ffffffff80000000\n",
			 bits[i]);
		virt_of(&virt, &memory, EM_RISCV, text, NULL);
		assert_int_equal(virt.levels, 3 + i);
		for (unsigned int level = virt.levels, table = TABLES; level > 2; level--) {
			entry(&memory, table, level == virt.levels ? 256 : 0, 8,
			      (uint64_t)(table + 0x1000) >> 12 << 10 | 1);
			table += 0x1000;
		}
		entry(&memory, TABLES + (virt.levels - 2) * 0x1000, 1, 8, 0x200000ef);
		check_walk(&virt, addr + 0x200010, 0x80000010, 0x200000 - 0x10);
		check_fault(&virt, addr, "not mapped");
		free(memory.bytes.base);
	}
}

TEST(what_vmcoreinfo_lacks_is_not_walked)
{
	struct kx_err err = { "" };
	struct kx_virt virt;
	uint64_t phys, len;

	virt_of(&virt, NULL, EM_X86_64, "NUMBER(phys_base)=0\n", NULL);
	assert_int_equal(kx_virt_walk(&virt, 0xffff888000000000, &phys, &len, &err), -ENOTSUP);
	virt_of(&virt, NULL, EM_AARCH64, "NUMBER(VA_BITS)=999\nNUMBER(PHYS_OFFSET)=0\n", NULL);
	assert_int_equal(virt.levels, 0);
	assert_int_equal(virt.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_64_image_and_direct_map),
		cmocka_unit_test(i386_and_arm_by_the_split_that_the_image_shows),
		cmocka_unit_test(arm64_flipped_and_old_layouts),
		cmocka_unit_test(arm64_52_bit_kernels_on_48_bit_processors),
		cmocka_unit_test(arm64_tags_and_pointer_authentication_are_stripped),
		cmocka_unit_test(riscv64_image_and_direct_map_without_what_lies_above),
		cmocka_unit_test(s390x_before_and_since_6_10),
		cmocka_unit_test(ppc64_and_loongarch64_by_their_top_bits),
		cmocka_unit_test(machines_have_names),
		cmocka_unit_test(x86_64_walks_four_levels_and_all_page_sizes),
		cmocka_unit_test(x86_64_walks_five_levels),
		cmocka_unit_test(tables_that_point_to_themselves_end),
		cmocka_unit_test(tables_outside_of_the_dump_are_said),
		cmocka_unit_test(i386_walks_with_and_without_pae),
		cmocka_unit_test(arm64_levels_follow_from_page_size_and_width),
		cmocka_unit_test(arm64_walks_4_kib),
		cmocka_unit_test(arm64_walks_16_and_64_kib_with_addresses_beyond_48_bits),
		cmocka_unit_test(riscv64_walks_39_48_and_57_bits),
		cmocka_unit_test(what_vmcoreinfo_lacks_is_not_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
