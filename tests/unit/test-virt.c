/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses of x86, of architectures with a formula alone, and what holds for all walks. */
#include "tests/unit/virtual.h"

/* ---- formulas ------------------------------------------------------------------------------- */

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
	/* A dump may tell phys_base where VMCOREINFO does not. */
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

TEST(s390x_before_and_since_6_10)
{
	CHECK(EM_S390, "", NULL, { 0x1000, 0x1000 }, { 0x123456789000, 0x123456789000 });
	CHECK(EM_S390,
	      "SAMODE31=1a000\nEAMODE31=1f000\nIDENTITYBASE=1000000000\nKERNELOFFSET=3ffe0000000\n"
	      "KERNELOFFPHYS=200000\n",
	      NULL, { 0x3ffe0001000, 0x201000 }, { 0x1000001000, 0x1000 }, { 0x1a123, 0x1a123 },
	      { 0xe18, 0xe18 }, { 0x20000, NOWHERE });
}

static struct kx_virt facts_of(uint16_t machine, const char *info)
{
	const struct kx_vmcoreinfo text = { kx_span_of(info) };
	const struct kx_virt_hints hints = { .has_ram = false };
	struct kx_virt virt = { .count = 0 };

	kx_virt_init(&virt, kx_virt_arch_of(machine), false, &text, &hints);
	return virt;
}

/* Before 6.10 image and direct map are one. */
TEST(s390x_knows_where_its_image_is)
{
	struct kx_virt virt = facts_of(EM_S390, "");

	assert_int_equal(virt.count, 1);
	assert_int_equal(virt.linear[0].kind, KX_VIRT_IMAGE);
	virt = facts_of(EM_S390, "KERNELOFFSET=3ffe0000000\nKERNELOFFPHYS=200000\n");
	assert_int_equal(virt.count, 2);
	assert_int_equal(virt.linear[0].kind, KX_VIRT_IMAGE);
	assert_int_equal(virt.linear[1].kind, KX_VIRT_DIRECT);
}

/* The top table's name changed in v4.13. */
TEST(x86_64_has_its_page_tables_by_either_name)
{
	struct kx_virt virt = facts_of(EM_X86_64, "NUMBER(phys_base)=0\n"
						 "SYMBOL(init_level4_pgt)=ffffffff81c0a000\n"
						 "SYMBOL(swapper_pg_dir)=ffffffff81c0c000\n");

	assert_true(virt.has_root);
	assert_int_equal(virt.root, 0x1c0a000);
	assert_int_equal(virt.levels, 4);
	virt = facts_of(EM_X86_64, "NUMBER(phys_base)=0\nSYMBOL(init_top_pgt)=ffffffff81c0a000\n"
				  "SYMBOL(init_level4_pgt)=ffffffff81c0b000\n");
	assert_int_equal(virt.root, 0x1c0a000);
	virt = facts_of(EM_X86_64, "NUMBER(phys_base)=0\n");
	assert_false(virt.has_root);
}

TEST(ppc64_and_loongarch64_by_their_top_bits)
{
	CHECK(EM_PPC64, "", NULL, { 0xc000000001000000, 0x1000000 },
	      { 0xc008000000000000, NOWHERE });
	CHECK(258, "", NULL, { 0x9000000000200000, 0x200000 }, { 0x8000000000200000, 0x200000 },
	      { 0xffff800000000000, NOWHERE });
}

TEST(ppc_by_the_split_that_the_image_shows)
{
	static const struct kx_virt_hints ram = { .has_ram = true, .ram_start = 0x80000000 };

	CHECK(EM_PPC, "SYMBOL(_stext)=c0000000\n", NULL, { 0xc0001000, 0x1000 },
	      { 0xefffffff, 0x2fffffff }, { 0xf0000000, NOWHERE }, { 0xbfffffff, NOWHERE });
	CHECK(EM_PPC, "SYMBOL(_stext)=80000000\n", &ram, { 0x80001000, 0x80001000 });
	CHECK(EM_PPC, "", NULL, { 0xc0001000, 0x1000 });
}

TEST(mips_by_its_windows)
{
	CHECK(EM_MIPS, "", NULL, { 0x80100000, 0x100000 }, { 0x9fffffff, 0x1fffffff },
	      { 0xa0100000, 0x100000 }, { 0xbfffffff, 0x1fffffff }, { 0xc0000000, NOWHERE },
	      { 0x7fffffff, NOWHERE });
	CHECK(EM_MIPS, "", NULL, { 0xffffffff80100000, 0x100000 },
	      { 0xffffffffa0100000, 0x100000 }, { 0xffffffffc0000000, NOWHERE },
	      { 0x9800000080100000, 0x80100000 }, { 0xa800000120000000, 0x120000000 },
	      { 0x9000000000000000, NOWHERE }, { 0xc000000000000000, NOWHERE });
}

TEST(machines_have_names)
{
	assert_ptr_equal(kx_virt_arch_named("aarch64"), &kx_virt_arm64);
	assert_ptr_equal(kx_virt_arch_named("armv7l"), &kx_virt_arm);
	assert_ptr_equal(kx_virt_arch_named("i686"), &kx_virt_i386);
	assert_ptr_equal(kx_virt_arch_named("i486"), &kx_virt_i386);
	assert_ptr_equal(kx_virt_arch_named("aarch64_be"), &kx_virt_arm64);
	assert_ptr_equal(kx_virt_arch_named("ppc64"), &kx_virt_ppc64);
	assert_ptr_equal(kx_virt_arch_named("ppc64le"), &kx_virt_ppc64);
	assert_ptr_equal(kx_virt_arch_named("s390x"), &kx_virt_s390x);
	assert_ptr_equal(kx_virt_arch_named("ppc"), &kx_virt_ppc);
	assert_int_equal(kx_virt_arch_named("mips64")->isa->elf_machine, EM_MIPS);
	assert_null(kx_virt_arch_named("x86_64h"));
	assert_null(kx_virt_arch_named(""));
	assert_null(kx_virt_arch_of(EM_NONE));
}

TEST(segments_hint_at_image_and_direct_map)
{
	struct kx_virt_hints hints = { .has_ram = false };

	kx_virt_hints_add(&hints, NULL, 0xffffffff81000000, 0x2000000);
	kx_virt_hints_add(&hints, &kx_virt_arm64, 0xffffffff81000000, 0x2000000);
	/* Neither image nor direct map, or a direct map that KASLR cannot make. */
	kx_virt_hints_add(&hints, &kx_virt_x86_64, 0x1000, 0x1000);
	kx_virt_hints_add(&hints, &kx_virt_x86_64, 0xffff888000001000, 0x2000);
	assert_false(hints.has_phys_base || hints.has_direct);
	kx_virt_hints_add(&hints, &kx_virt_x86_64, 0xffffffff81000000, 0x2000000);
	kx_virt_hints_add(&hints, &kx_virt_x86_64, 0xffff89ae40100000, 0x100000);
	assert_true(hints.has_phys_base && hints.has_direct);
	assert_int_equal(hints.phys_base, 0x1000000);
	assert_int_equal(hints.direct, 0xffff89ae40000000);
	/* The first ones count. */
	kx_virt_hints_add(&hints, &kx_virt_x86_64, 0xffffffff81000000, 0x3000000);
	kx_virt_hints_add(&hints, &kx_virt_x86_64, 0xffff888000100000, 0x100000);
	assert_int_equal(hints.phys_base, 0x1000000);
	assert_int_equal(hints.direct, 0xffff89ae40000000);
}

/* ---- walks ---------------------------------------------------------------------------------- */

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
		cmocka_unit_test(s390x_before_and_since_6_10),
		cmocka_unit_test(s390x_knows_where_its_image_is),
		cmocka_unit_test(x86_64_has_its_page_tables_by_either_name),
		cmocka_unit_test(ppc64_and_loongarch64_by_their_top_bits),
		cmocka_unit_test(ppc_by_the_split_that_the_image_shows),
		cmocka_unit_test(mips_by_its_windows),
		cmocka_unit_test(machines_have_names),
		cmocka_unit_test(segments_hint_at_image_and_direct_map),
		cmocka_unit_test(x86_64_walks_four_levels_and_all_page_sizes),
		cmocka_unit_test(x86_64_walks_five_levels),
		cmocka_unit_test(tables_that_point_to_themselves_end),
		cmocka_unit_test(tables_outside_of_the_dump_are_said),
		cmocka_unit_test(i386_walks_with_and_without_pae),
		cmocka_unit_test(what_vmcoreinfo_lacks_is_not_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
