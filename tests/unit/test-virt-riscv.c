/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses of riscv64: in dumps, and for the header of a dump to be. */
#include "kx/crash.h"
#include "tests/unit/virtual.h"

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

/* Numbers of a Debian 6.12 kernel. */
static const char info[] =
	"OSRELEASE=6.12.107+deb13-riscv64\nPAGESIZE=4096\n"
	"NUMBER(VA_BITS)=57\nNUMBER(PAGE_OFFSET)=0xff60000000000000\n"
	"NUMBER(phys_ram_base)=0x80000000\nNUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\n"
	"NUMBER(va_kernel_pa_offset)=0xfffffffeffe00000\n";

TEST(vmcoreinfo_tells_both_addresses)
{
	const struct kx_crash crash = {
		.image = { 0x80202000, 0x82202000, 0 },
		.vmcoreinfo = { kx_span_of(info) },
	};
	struct kx_mapping mapping;

	kx_crash_mapping(&crash, &kx_isa_riscv64, &mapping);
	assert_true(mapping.image.virt == UINT64_C(0xffffffff80002000));
	assert_true(mapping.has_direct);
	assert_true(mapping.direct + 0x80000000 == UINT64_C(0xff60000000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(riscv64_image_and_direct_map_without_what_lies_above),
		cmocka_unit_test(riscv64_walks_39_48_and_57_bits),
		cmocka_unit_test(vmcoreinfo_tells_both_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
