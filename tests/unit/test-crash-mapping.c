/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses of running kernels: from VMCOREINFO, else /proc/kcore, else /proc/kallsyms. */
#include <elf.h>

#include "kx/bytes.h"
#include "kx/crash.h"
#include "tests/unit/kxtest.h"

/* Numbers of a Debian 6.1 kernel for arm64 under QEMU, KASLR on: KALLSYMS_ALL is off there. */
static const char arm64_info[] =
	"OSRELEASE=6.1.0-50-cloud-arm64\nPAGESIZE=4096\n"
	"SYMBOL(_stext)=ffffb4d6b8010000\n"
	"NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffffb4d678000000\n"
	"NUMBER(PHYS_OFFSET)=0xffffba7f00000000\nNUMBER(TCR_EL1_T1SZ)=0x10\n";

static struct kx_crash running(const char *info, uint64_t image)
{
	return (struct kx_crash){
		.image = { image, image + 0x2000000, 0 },
		.vmcoreinfo = { kx_span_of(info) },
	};
}

TEST(vmcoreinfo_tells_both_addresses_on_arm64)
{
	const struct kx_crash crash = running(arm64_info, 0x40010000);
	struct kx_mapping mapping;

	kx_crash_mapping(&crash, &kx_isa_arm64, &mapping);
	assert_true(mapping.image.virt == UINT64_C(0xffffb4d6b8010000));
	assert_true(mapping.image.physical == 0x40010000);
	assert_true(mapping.image.size == 0x2000000);
	assert_true(mapping.has_direct);
	/* The direct map begins at -2^48, where physical address PHYS_OFFSET would be. */
	assert_true(mapping.direct == UINT64_C(0xffff000000000000) - UINT64_C(0xffffba7f00000000));
}

TEST(kcore_tells_the_direct_map_when_vmcoreinfo_does_not)
{
	struct kx_kcore_part part[] = {
		{ UINT64_C(0xffffb4d6b8010000), 0x40010000, 0x2000000 },
		{ UINT64_C(0xffff458100000000), 0x40000000, 0x40000000 },
	};
	struct kx_crash crash = running("", 0x40010000);
	struct kx_mapping mapping;

	crash.kcore = part;
	crash.n_kcore = 2;
	kx_crash_mapping(&crash, &kx_isa_arm64, &mapping);
	assert_true(mapping.has_direct);
	assert_true(mapping.direct == UINT64_C(0xffff458100000000) - 0x40000000);
	assert_int_equal(mapping.image.size, 0);
	crash.stext = UINT64_C(0xffffb4d6b8010000);
	kx_crash_mapping(&crash, &kx_isa_arm64, &mapping);
	assert_true(mapping.image.virt == crash.stext);
}

TEST(what_nobody_tells_stays_unknown)
{
	const struct kx_crash crash = running("PAGESIZE=4096\n", 0x40010000);
	const struct kx_crash elsewhere = running(arm64_info, UINT64_C(0x8000000000));
	struct kx_mapping mapping;

	kx_crash_mapping(&crash, &kx_isa_arm64, &mapping);
	assert_int_equal(mapping.image.size, 0);
	assert_false(mapping.has_direct);
	/* A formula that does not cover the image's physical address says nothing of it. */
	kx_crash_mapping(&elsewhere, &kx_isa_arm64, &mapping);
	assert_int_equal(mapping.image.size, 0);
}

/* Of a CentOS 7 with 1 GiB: text, vsyscall page, vmalloc, modules, then RAM with struct pages. */
static const struct kx_kcore_part old_kernel[] = {
	{ UINT64_C(0xffffffff81000000), KX_KCORE_HIDDEN, 0x1000000 },
	{ UINT64_C(0xffffffffff600000), KX_KCORE_HIDDEN, 0x1000 },
	{ UINT64_C(0xffffc90000000000), KX_KCORE_HIDDEN, UINT64_C(0x1fffffffffff) },
	{ UINT64_C(0xffffffffa0000000), KX_KCORE_HIDDEN, 0x5f000000 },
	{ UINT64_C(0xffff880000001000), KX_KCORE_HIDDEN, 0x9e000 },
	{ UINT64_C(0xffffea0000000000), KX_KCORE_HIDDEN, 0x3000 },
	{ UINT64_C(0xffff880000100000), KX_KCORE_HIDDEN, 0x3fee0000 },
	{ UINT64_C(0xffffea0000004000), KX_KCORE_HIDDEN, 0xffc000 },
};
enum { OLD_PARTS = sizeof(old_kernel) / sizeof(old_kernel[0]) };
/* The first range ends in a page that is not whole. */
static const uint64_t old_ram[] = { 0x1000, 0x9fc00, 0x100000, 0x3ffe0000 };

/* How many of @part have an address after locating; each is its virtual one less @direct. */
static size_t located(struct kx_kcore_part *part, size_t count, const struct kx_ranges *ram,
		      uint64_t direct)
{
	size_t found = 0;

	kx_kcore_locate(part, count, ram);
	for (size_t i = 0; i < count; i++) {
		if (part[i].physical == KX_KCORE_HIDDEN)
			continue;
		assert_true(part[i].physical == part[i].virt - direct);
		found++;
	}
	return found;
}

TEST(the_direct_map_is_where_all_of_ram_is)
{
	const uint64_t moved = UINT64_C(0x123) << 30, fixed = UINT64_C(0xffff880000000000);
	struct kx_kcore_part part[OLD_PARTS];
	struct kx_ranges ram = { 0 };

	ranges_of(&ram, old_ram, 2);
	for (size_t kaslr = 0; kaslr < 2; kaslr++) {
		memcpy(part, old_kernel, sizeof(part));
		part[4].virt += kaslr * moved;
		part[6].virt += kaslr * moved;
		assert_int_equal(located(part, OLD_PARTS, &ram, fixed + kaslr * moved), 2);
	}
	kx_ranges_done(&ram);
}

TEST(one_range_of_ram_may_be_several_parts)
{
	struct kx_kcore_part part[OLD_PARTS];
	struct kx_ranges ram = { 0 };

	ranges_of(&ram, old_ram, 2);
	memcpy(part, old_kernel, sizeof(part));
	part[5] = part[6];
	part[5].size = 0x8000000;
	part[6].virt += 0x8000000;
	part[6].size -= 0x8000000;
	assert_int_equal(located(part, OLD_PARTS, &ram, UINT64_C(0xffff880000000000)), 3);
	kx_ranges_done(&ram);
}

TEST(a_direct_map_that_does_not_fit_ram_stays_hidden)
{
	struct kx_ranges ram = { 0 };

	ranges_of(&ram, old_ram, 2);
	for (size_t i = 0; i < 4; i++) {
		struct kx_kcore_part part[OLD_PARTS];

		memcpy(part, old_kernel, sizeof(part));
		part[4].size -= i == 0 ? 0x1000 : 0;
		part[6].size += i == 1 ? 0x1000 : 0;
		part[6].virt += i == 2 ? 0x1000 : 0;
		/* A second one that fits, too. */
		part[5].virt = i == 3 ? UINT64_C(0xffffe00000001000) : part[5].virt;
		part[5].size = i == 3 ? 0x9e000 : part[5].size;
		part[7].virt = i == 3 ? UINT64_C(0xffffe00000100000) : part[7].virt;
		part[7].size = i == 3 ? 0x3fee0000 : part[7].size;
		assert_int_equal(located(part, OLD_PARTS, &ram, 0), 0);
	}
	kx_ranges_done(&ram);
}

/* Parts that could begin it are looked at, but not any number of them. */
TEST(only_so_many_parts_are_tried)
{
	enum { MORE = 65 };
	static const uint64_t size[] = { 0x9e000, 0x9f000 };
	struct kx_kcore_part part[OLD_PARTS + MORE];
	struct kx_ranges ram = { 0 };

	ranges_of(&ram, old_ram, 2);
	for (size_t i = 0; i < 2; i++) {
		memcpy(part, old_kernel, sizeof(old_kernel));
		for (uint64_t k = 0; k < MORE; k++)
			part[OLD_PARTS + k] = (struct kx_kcore_part){
				UINT64_C(0xffff800000000000) + (k << 30), KX_KCORE_HIDDEN,
				size[i] };
		/* What is larger than the first range of RAM is none. */
		assert_int_equal(located(part, OLD_PARTS + MORE, &ram,
					 UINT64_C(0xffff880000000000)), i == 0 ? 0 : 2);
	}
	kx_ranges_done(&ram);
}

TEST(addresses_that_are_shown_stay_as_they_are)
{
	struct kx_kcore_part part[OLD_PARTS];
	struct kx_ranges ram = { 0 };

	ranges_of(&ram, old_ram, 2);
	memcpy(part, old_kernel, sizeof(part));
	part[0].physical = part[0].virt - UINT64_C(0xffffffff80000000);
	assert_int_equal(located(part, OLD_PARTS, &ram, UINT64_C(0xffffffff80000000)), 1);
	assert_true(part[0].virt == old_kernel[0].virt);
	kx_ranges_done(&ram);
}

/* As kernels that hide addresses would be seen by those who do not know it: at 0. */
TEST(a_hidden_part_is_no_direct_map)
{
	struct kx_crash crash = running("", 0x1000000);
	struct kx_kcore_part part[OLD_PARTS];
	struct kx_mapping mapping;

	memcpy(part, old_kernel, sizeof(part));
	crash.kcore = part;
	crash.n_kcore = OLD_PARTS;
	kx_crash_mapping(&crash, &kx_isa_arm64, &mapping);
	assert_false(mapping.has_direct);
}

/* A note of @type 0 with this name and content, at @at; returns where the next one goes. */
static size_t put_note(uint8_t *notes, size_t at, const char *name, const char *text)
{
	size_t name_size = strlen(name) + 1, size = strlen(text);

	kx_put_le(notes + at, 4, name_size);
	kx_put_le(notes + at + 4, 4, size);
	memcpy(notes + at + 12, name, name_size);
	at += 12 + ((name_size + 3) & ~(size_t)3);
	memcpy(notes + at, text, size);
	return at + ((size + 3) & ~(size_t)3);
}

TEST(vmcoreinfo_is_found_among_other_notes)
{
	uint8_t notes[200] = { 0 };
	size_t end = put_note(notes, 0, "CORE", "12345");
	struct kx_span found;

	assert_false(kx_kcore_vmcoreinfo((struct kx_span){ notes, end }, false, &found));
	end = put_note(notes, end, "VMCOREINFO", "PAGESIZE=4096\n");
	assert_true(kx_kcore_vmcoreinfo((struct kx_span){ notes, end }, false, &found));
	assert_true(kx_span_equal(found, "PAGESIZE=4096\n"));
	/* Cut anywhere, it is not found, and nothing behind the end is looked at. */
	for (size_t len = 0; len < end - 2; len++)
		assert_false(kx_kcore_vmcoreinfo((struct kx_span){ notes, len }, false, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vmcoreinfo_tells_both_addresses_on_arm64),
		cmocka_unit_test(kcore_tells_the_direct_map_when_vmcoreinfo_does_not),
		cmocka_unit_test(what_nobody_tells_stays_unknown),
		cmocka_unit_test(the_direct_map_is_where_all_of_ram_is),
		cmocka_unit_test(one_range_of_ram_may_be_several_parts),
		cmocka_unit_test(a_direct_map_that_does_not_fit_ram_stays_hidden),
		cmocka_unit_test(only_so_many_parts_are_tried),
		cmocka_unit_test(addresses_that_are_shown_stay_as_they_are),
		cmocka_unit_test(a_hidden_part_is_no_direct_map),
		cmocka_unit_test(vmcoreinfo_is_found_among_other_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
