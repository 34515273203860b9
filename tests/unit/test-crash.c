/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash kernel's load reads of the machine: notes, mappings, memory. */
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kexec/plan/plan.h"
#include "kx/bytes.h"
#include "kx/crash.h"
#include "kx/elf.h"
#include "kx/machine.h"
#include "lib/machine/internal.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

static const char machine_text[] =
	"== proc/iomem\n"
	"00001000-0009fbff : System RAM\n"
	"00100000-bffdffff : System RAM\n"
	"  10000000-11ffffff : Kernel code\n"
	"  12200000-127fffff : Kernel data\n"
	"  12c00000-12ffffff : Kernel bss\n"
	"  b0000000-b7ffffff : Crash kernel\n"
	"100000000-1bfffffff : System RAM\n"
	"  190000000-1afffffff : Crash kernel\n"
	"1c0000000-1cfffffff : Soft Reserved\n"
	"  1c0000000-1cfffffff : dax0.0\n"
	"    1c0000000-1cfffffff : System RAM (kmem)\n"
	"200000000-20fffffff : virtio0\n"
	"  208000000-20fffffff : System RAM (virtio_mem)\n"
	"== sys/devices/system/cpu/cpu0/crash_notes = ba40c700\n"
	"== sys/devices/system/cpu/cpu0/crash_notes_size = 360\n"
	"== sys/devices/system/cpu/cpu17/crash_notes = 1bfd0c700\n"
	"== sys/devices/system/cpu/cpu2/crash_notes = ba48c700\n"
	"== sys/devices/system/cpu/cpu2/crash_notes_size = 360\n"
	"== sys/devices/system/cpu/cpu3/topology/core_id = 3\n"
	"== sys/devices/system/cpu/cpuidle/current_driver = none\n"
	"== sys/devices/system/cpu/online = 0,2,17\n"
	"== sys/kernel/vmcoreinfo = b9c01000 1024\n";

/* Makes @bytes the machine's /proc/kcore. */
static void put_file(const struct folder *folder, const uint8_t *bytes, size_t len)
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/kcore", folder->path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, len, 1, file), 1);
	assert_int_equal(fclose(file), 0);
}

static void put_kcore(const struct folder *folder)
{
	const struct kx_elfcore_part part[] = {
		{ .type = PT_NOTE },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffffa94b40000000), .physical = UINT64_MAX,
		  .size = UINT64_C(1) << 45 },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffffffff9e000000), .physical = 0x10000000,
		  .size = 0x3000000 },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffff8f0000001000), .physical = 0x1000,
		  .size = 0x9e000 },
	};
	uint8_t bytes[1000] = { 0 };
	struct kx_err err;

	assert_int_equal(kx_elfcore_write(bytes, &kx_isa_x86_64, part, 4, &err), 0);
	/* Memory follows, which is not looked at. */
	put_file(folder, bytes, sizeof(bytes));
}

/* Read the machine in @folder, which goes away; -errno of what failed. */
static int read_folder(const struct folder *folder, struct kx_crash *crash, struct kx_err *err)
{
	struct kx_machine machine = { .root = NULL };
	int rc;

	assert_int_equal(kx_machine_read(&machine, folder->path, err), 0);
	rc = kx_machine_read_crash(&machine, err);
	if (rc == 0) {
		rc = kx_machine_read_dump(&machine, err);
		/* The second time finds what was read, or fails as the first time. */
		assert_int_equal(kx_machine_read_dump(&machine, err), rc);
	}
	*crash = machine.crash;
	machine.crash = (struct kx_crash){ .dump_read = false };
	kx_machine_done(&machine);
	folder_remove(folder);
	return rc;
}

/* Read the machine @text, with a kcore if @kcore; -errno of what failed. */
static int read_crash(const char *text, const char *more, bool kcore, struct kx_crash *crash,
		      struct kx_err *err)
{
	struct folder folder;
	char *all;

	assert_true(asprintf(&all, "%s%s", text, more) > 0);
	folder = folder_of(all);
	free(all);
	if (kcore)
		put_kcore(&folder);
	return read_folder(&folder, crash, err);
}

static void assert_note(const struct kx_crash *crash, size_t i, uint64_t at, uint64_t size)
{
	assert_range(&crash->notes, i, at, at + size, 0);
}

TEST(all_processors_have_a_note_in_order_of_their_numbers)
{
	struct kx_err err = { "" };
	struct kx_crash crash;

	assert_int_equal(read_crash(machine_text, "", true, &crash, &err), 0);
	assert_int_equal(crash.notes.count, 4);
	assert_note(&crash, 0, 0xba40c700, 360);
	assert_note(&crash, 1, 0xba48c700, 360);
	/* Without a size it is that of the kernels that did not say it. */
	assert_note(&crash, 2, 0x1bfd0c700, 1024);
	assert_note(&crash, 3, 0xb9c01000, 0x1024);
	kx_crash_done(&crash);
}

TEST(all_kinds_of_ram_are_dumped_and_regions_are_found)
{
	struct kx_err err = { "" };
	struct kx_crash crash;
	struct kx_ranges usable = { 0 };
	struct kx_machine machine = { .root = NULL };

	assert_int_equal(read_crash(machine_text, "", true, &crash, &err), 0);
	machine.crash = crash;
	assert_int_equal(crash.ram.count, 4);
	assert_range(&crash.ram, 1, 0x100000, 0xbffe0000, 0);
	assert_range(&crash.ram, 2, 0x100000000, 0x1d0000000, 0);
	assert_range(&crash.ram, 3, 0x208000000, 0x210000000, 0);
	assert_int_equal(crash.regions.count, 2);
	assert_range(&crash.regions, 0, 0xb0000000, 0xb8000000, 0);
	assert_int_equal(crash.image.start, 0x10000000);
	assert_int_equal(crash.image.end, 0x13000000);
	assert_int_equal(crash.cma.count, 0);
	assert_int_equal(crash.elfcorehdr_size, 0);
	assert_int_equal(kx_plan_usable_crash(&machine, &usable, &err), 0);
	assert_int_equal(usable.count, 1);
	assert_range(&usable, 0, 0x190000000, 0x1b0000000, 0);
	kx_ranges_done(&usable);
	kx_crash_done(&crash);
}

TEST(only_what_has_a_physical_address_counts_as_mapped)
{
	struct kx_err err = { "" };
	struct kx_crash crash;

	assert_int_equal(read_crash(machine_text, "", true, &crash, &err), 0);
	assert_int_equal(crash.n_kcore, 2);
	assert_true(crash.kcore[0].virt == UINT64_C(0xffffffff9e000000));
	assert_int_equal(crash.kcore[0].physical, 0x10000000);
	assert_int_equal(crash.kcore[0].size, 0x3000000);
	assert_int_equal(crash.kcore[1].physical, 0x1000);
	kx_crash_done(&crash);
}

TEST(what_an_old_kernel_does_not_show_is_found)
{
	const struct kx_elfcore_part part[] = {
		{ .type = PT_LOAD, .virt = UINT64_C(0xffffffff90000000), .size = 0x3000000 },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffff880000001000), .size = 0x9e000 },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffff880000100000), .size = 0xbfee0000 },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffff880100000000), .size = 0xd0000000 },
		{ .type = PT_LOAD, .virt = UINT64_C(0xffff880208000000), .size = 0x8000000 },
	};
	struct folder folder = folder_of(machine_text);
	uint8_t bytes[1000] = { 0 };
	struct kx_err err = { "" };
	struct kx_crash crash;

	assert_int_equal(kx_elfcore_write(bytes, &kx_isa_x86_64, part, 5, &err), 0);
	put_file(&folder, bytes, sizeof(bytes));
	assert_int_equal(read_folder(&folder, &crash, &err), 0);
	assert_int_equal(crash.n_kcore, 5);
	for (size_t i = 0; i < 4; i++)
		assert_true(crash.kcore[i].physical ==
			    crash.kcore[i].virt - UINT64_C(0xffff880000000000));
	assert_true(crash.kcore[4].physical == KX_KCORE_HIDDEN);
	kx_crash_done(&crash);
}

enum { KCORE_SIZE = 1000 };

/* Headers, notes with VMCOREINFO, and memory, of a kernel for @isa; returns where memory begins. */
static size_t make_kcore(uint8_t *bytes, const struct kx_isa *isa)
{
	static const char info[] = "PAGESIZE=4096\n";
	struct kx_elfcore_part part[] = {
		{ .type = PT_NOTE },
		{ .type = PT_LOAD, .virt = 0xf0000000, .physical = 0x8000000, .size = 0x1000 },
		{ .type = PT_LOAD, .virt = 0xc0000000, .physical = 0x10000000, .size = 0x3000000 },
	};
	size_t at = kx_elfcore_size(isa, 3);
	struct kx_err err;

	part[0].source = at;
	part[0].size = 12 + 12 + 16;
	/* What is not mapped in one piece. */
	part[1].physical = isa->long_size == 8 ? UINT64_MAX : UINT32_MAX;
	memset(bytes, 'M', KCORE_SIZE);
	assert_int_equal(kx_elfcore_write(bytes, isa, part, 3, &err), 0);
	kx_put(bytes + at, 4, sizeof("VMCOREINFO"), isa->big_endian);
	kx_put(bytes + at + 4, 4, strlen(info), isa->big_endian);
	kx_put(bytes + at + 8, 4, 0, isa->big_endian);
	memcpy(bytes + at + 12, "VMCOREINFO", sizeof("VMCOREINFO"));
	memcpy(bytes + at + 24, info, sizeof(info));
	return at + part[0].size;
}

static void assert_kcore(const struct kx_crash *crash)
{
	assert_int_equal(crash->n_kcore, 1);
	assert_int_equal(crash->kcore[0].virt, 0xc0000000);
	assert_int_equal(crash->kcore[0].physical, 0x10000000);
	assert_int_equal(crash->kcore[0].size, 0x3000000);
	assert_span(crash->vmcoreinfo.text, "PAGESIZE=4096\n");
}

TEST(kcore_may_be_of_either_class_and_byte_order)
{
	static const struct kx_isa *const isas[] = {
		&kx_isa_x86_64, &kx_isa_s390x, &kx_isa_arm, &kx_isa_ppc,
	};

	for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
		struct folder folder = folder_of(machine_text);
		struct kx_err err = { "" };
		uint8_t bytes[KCORE_SIZE];
		struct kx_crash crash;

		make_kcore(bytes, isas[i]);
		put_file(&folder, bytes, sizeof(bytes));
		if (read_folder(&folder, &crash, &err) < 0)
			fail_msg("%s: %s", isas[i]->name, err.text);
		assert_kcore(&crash);
		kx_crash_done(&crash);
	}
}

/* From a pipe no byte can be had twice, and what was not taken is still in it. */
TEST(kcore_is_read_once_and_not_beyond_its_notes)
{
	struct folder folder = folder_of(machine_text);
	uint8_t bytes[KCORE_SIZE], rest[KCORE_SIZE];
	size_t end = make_kcore(bytes, &kx_isa_x86_64);
	struct kx_err err = { "" };
	struct kx_crash crash;
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "%s/proc/kcore", folder.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(read_folder(&folder, &crash, &err), 0);
	assert_kcore(&crash);
	assert_int_equal(read(fd, rest, sizeof(rest)), sizeof(bytes) - end);
	assert_memory_equal(rest, bytes + end, sizeof(bytes) - end);
	close(fd);
	kx_crash_done(&crash);
}

TEST(both_generations_of_names_are_read)
{
	static const char *const more[] = {
		"== sys/kernel/kexec/crash_cma_ranges\n20000000-23ffffff\n24000000-27ffffff\n"
		"== sys/kernel/kexec/crash_elfcorehdr_size = 16384\n",
		"== sys/kernel/kexec_crash_cma_ranges = 20000000-27ffffff\n"
		"== sys/kernel/crash_elfcorehdr_size = 16384\n",
	};

	for (size_t i = 0; i < 2; i++) {
		struct kx_err err = { "" };
		struct kx_crash crash;

		assert_int_equal(read_crash(machine_text, more[i], true, &crash, &err), 0);
		assert_int_equal(crash.cma.count, 1);
		assert_range(&crash.cma, 0, 0x20000000, 0x28000000, 0);
		assert_int_equal(crash.elfcorehdr_size, 16384);
		kx_crash_done(&crash);
	}
}

static void assert_lacking(const char *text, const char *more, bool kcore, const char *says)
{
	struct kx_err err = { "" };
	struct kx_crash crash;

	if (read_crash(text, more, kcore, &crash, &err) == 0)
		fail_msg("accepted, though it should say \"%s\"", says);
	assert_says(&err, says);
	kx_crash_done(&crash);
}

TEST(what_is_missing_is_named)
{
	static const char bare[] =
		"== proc/iomem\n00100000-bffdffff : System RAM\n"
		"  10000000-11ffffff : Kernel code\n"
		"  b0000000-b7ffffff : Crash kernel\n";
	static const char cpu[] = "== sys/devices/system/cpu/cpu0/crash_notes = ba40c700\n";
	char two[200];

	snprintf(two, sizeof(two), "%s%s", bare, cpu);
	assert_lacking("== proc/iomem = 00100000-bffdffff : System RAM\n", "", false,
		       "crashkernel=");
	assert_lacking("== proc/iomem = 00000000-00000000 : Crash kernel\n", "", false, "root");
	assert_lacking("== proc/iomem = b0000000-b7ffffff : Crash kernel\n", "", false, "image");
	assert_lacking(bare, "== sys/devices/system/cpu/online = 0\n", true, "crash_notes");
	assert_lacking(bare, "== sys/devices/system/cpu/cpu0/crash_notes = none\n", true,
		       "cpu0/crash_notes: not an address");
	assert_lacking(two, "", true, "vmcoreinfo");
	assert_lacking(two, "== sys/kernel/vmcoreinfo = b9c01000\n", true, "vmcoreinfo");
	assert_lacking(two, "== sys/kernel/vmcoreinfo = b9c01000 z\n", true, "vmcoreinfo");
	assert_lacking(two, "== sys/kernel/vmcoreinfo = 1 1\n== proc/kcore = x\n", false, "kcore");
	assert_lacking(machine_text, "== sys/kernel/kexec/crash_cma_ranges = all\n", true,
		       "crash_cma_ranges");
	assert_lacking(machine_text, "== sys/kernel/crash_elfcorehdr_size = big\n", true,
		       "crash_elfcorehdr_size");
}

static void check_cma(const char *text, int expected, size_t count)
{
	struct kx_ranges ranges = { 0 };
	struct kx_err err = { "" };

	if (kx_crash_cma_parse(kx_span_of(text), &ranges, &err) != expected)
		fail_msg("\"%s\" is not answered with %d", text, expected);
	assert_int_equal(ranges.count, count);
	kx_ranges_done(&ranges);
}

TEST(cma_ranges_are_lines_of_two_addresses)
{
	check_cma("", 0, 0);
	check_cma("\n", 0, 0);
	check_cma("1000-1fff\n", 0, 1);
	check_cma("3000-3fff\n1000-1fff", 0, 2);
	check_cma("1000-1fff\n2000-2fff\n", 0, 1);
	check_cma("0-0\n", 0, 1);
	check_cma("1000\n", -EINVAL, 0);
	check_cma("1000-\n", -EINVAL, 0);
	check_cma("-1000\n", -EINVAL, 0);
	check_cma("2000-1000\n", -EINVAL, 0);
	check_cma("1000-1fff\nx-y\n", -EINVAL, 0);
	check_cma("0-ffffffffffffffff\n", -EINVAL, 0);
	check_cma("10000000000000000-10000000000000001\n", -EINVAL, 0);
}

/* A good core of two PT_LOADs with one number changed; is it refused? */
static void check_kcore(size_t at, unsigned int width, uint64_t value, size_t len, int expected)
{
	const struct kx_elfcore_part part[2] = { { .type = PT_LOAD }, { .type = PT_LOAD } };
	uint8_t bytes[64 + 2 * 56] = { 0 };
	struct kx_kcore_part *found = NULL;
	struct kx_err err = { "" };
	size_t count;

	assert_int_equal(kx_elfcore_write(bytes, &kx_isa_x86_64, part, 2, &err), 0);
	kx_put_le(bytes + at, width, value);
	if (kx_kcore_parse((struct kx_span){ bytes, len }, &found, &count, &err) != expected)
		fail_msg("0x%llx at %zu in %zu bytes is not answered with %d",
			 (unsigned long long)value, at, len, expected);
	if (expected == 0)
		assert_int_equal(count, 2);
	free(found);
}

TEST(a_kcore_that_lies_is_refused)
{
	enum { ALL = 64 + 2 * 56 };

	check_kcore(0, 1, 0x7f, ALL, 0);
	check_kcore(0, 1, 0x7e, ALL, -EINVAL);
	check_kcore(4, 1, 1, ALL, -EINVAL);		/* 32-bit */
	check_kcore(5, 1, 2, ALL, -EINVAL);		/* big-endian */
	check_kcore(54, 2, 0, ALL, -EINVAL);		/* e_phentsize */
	check_kcore(54, 2, 57, ALL, -EINVAL);
	check_kcore(56, 2, 3, ALL, -EINVAL);		/* e_phnum */
	check_kcore(56, 2, 0xffff, ALL, -EINVAL);
	check_kcore(32, 8, 65, ALL, -EINVAL);		/* e_phoff */
	check_kcore(32, 8, UINT64_MAX, ALL, -EINVAL);
	check_kcore(32, 8, UINT64_MAX - 111, ALL, -EINVAL);
	check_kcore(32, 8, UINT64_C(1) << 63, ALL, -EINVAL);
	for (size_t len = 0; len < ALL; len++)
		check_kcore(0, 1, 0x7f, len, -EINVAL);
}

/* Symbols of per-CPU data come first, modules last; hidden addresses are zeros. */
TEST(the_image_begins_where_kallsyms_says)
{
	static const struct {
		const char *lines;
		uint64_t stext;
	} some[] = {
		{ "0000000000000000 A fixed\nffffffc080010000 T _stext\nffffffc080010008 t x\n",
		  UINT64_C(0xffffffc080010000) },
		{ "ffffffc080010000 T _stext\nffffffc090000000 t _stext\n",
		  UINT64_C(0xffffffc080010000) },
		{ "ffffffc080010000 T _stext_x\nffffffc080010000 T x_stext\n", 0 },
		{ "0000000000000000 T _stext\n", 0 },
		{ "x T _stext\nnonsense\n\n1\n1 T\n1 T \n _stext\n", 0 },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		char text[300] = "== proc/kallsyms\n";
		struct kx_crash facts = { .stext = 0 };
		struct kx_err err = { "" };
		struct folder folder;

		folder = folder_of(strcat(text, some[i].lines));
		assert_int_equal(kx_kallsyms_read(&facts, folder.path, &err), 0);
		assert_int_equal(facts.stext, some[i].stext);
		folder_remove(&folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_image_begins_where_kallsyms_says),
		cmocka_unit_test(all_processors_have_a_note_in_order_of_their_numbers),
		cmocka_unit_test(all_kinds_of_ram_are_dumped_and_regions_are_found),
		cmocka_unit_test(only_what_has_a_physical_address_counts_as_mapped),
		cmocka_unit_test(what_an_old_kernel_does_not_show_is_found),
		cmocka_unit_test(kcore_may_be_of_either_class_and_byte_order),
		cmocka_unit_test(kcore_is_read_once_and_not_beyond_its_notes),
		cmocka_unit_test(both_generations_of_names_are_read),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(cma_ranges_are_lines_of_two_addresses),
		cmocka_unit_test(a_kcore_that_lies_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
