/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses of arm64: layouts old and new, tags, walks through pages of every size. */
#include "tests/unit/virtual.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arm64_flipped_and_old_layouts),
		cmocka_unit_test(arm64_52_bit_kernels_on_48_bit_processors),
		cmocka_unit_test(arm64_tags_and_pointer_authentication_are_stripped),
		cmocka_unit_test(arm64_levels_follow_from_page_size_and_width),
		cmocka_unit_test(arm64_walks_4_kib),
		cmocka_unit_test(arm64_walks_16_and_64_kib_with_addresses_beyond_48_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
