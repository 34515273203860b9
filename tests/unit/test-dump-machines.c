/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every machine whose addresses are translated, in every container that its dumps come in: the log
 * is read, with VMCOREINFO in a note and found in the memory.
 */
#include <elf.h>
#include <inttypes.h>

#include "kx/printk.h"
#include "tests/tools/mkprb.h"
#include "tests/unit/dumping.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

enum { RECORDS = 9, IMAGE = 0x100000, SIZE = 0x200000 };

/*
 * A machine, and how its kernel's image at @base lies in memory that starts at @ram: 1 MiB above.
 * @uts: utsname.machine; @info: what its kernels say about that, lines with "\n" at their ends
 * @unheard_of: @uts tells nothing; NULL: it is recognised all the same
 */
static const struct machine {
	const struct kx_virt_arch *arch;
	const char *uts;
	uint16_t elf_machine;
	unsigned int word;
	bool big;
	uint64_t base, ram;
	const char *info;
} machines[] = {
	{ &kx_virt_x86_64, "x86_64", EM_X86_64, 8, false, UINT64_C(0xffffffff81000000), 0,
	  "NUMBER(phys_base)=-15728640\nKERNELOFFSET=1000\n" },
	{ &kx_virt_i386, "i686", EM_386, 4, false, 0xc0100000, 0, "" },
	{ &kx_virt_i386, "i586", EM_386, 4, false, 0xc0100000, 0, "" },
	{ &kx_virt_arm64, "aarch64", EM_AARCH64, 8, false, UINT64_C(0xffff800080000000), 0x40000000,
	  "NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffff80003ff00000\n"
	  "NUMBER(PHYS_OFFSET)=0x40000000\n" },
	{ &kx_virt_arm, "armv7l", EM_ARM, 4, false, 0xc0100000, 0x40000000, "" },
	{ &kx_virt_arm, "armv7b", EM_ARM, 4, true, 0x80100000, 0x60000000, "" },
	{ &kx_virt_arm, "armv5tel", EM_ARM, 4, false, 0xc0100000, 0, "" },
	{ &kx_virt_riscv64, "riscv64", EM_RISCV, 8, false, UINT64_C(0xffffffff80100000), 0x80000000,
	  "NUMBER(VA_BITS)=57\nNUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\n"
	  "NUMBER(va_kernel_pa_offset)=0xffffffff00000000\n" },
	{ &kx_virt_s390x, "s390x", EM_S390, 8, true, 0x100000, 0, "" },
	{ &kx_virt_s390x, "S390X", EM_S390, 8, true, UINT64_C(0x3ffe0000000), 0,
	  "SAMODE31=1a000\nEAMODE31=1f000\nIDENTITYBASE=1000000000\nKERNELOFFSET=3ffe0000000\n"
	  "KERNELOFFPHYS=100000\n" },
	{ &kx_virt_ppc64, "ppc64", EM_PPC64, 8, true, UINT64_C(0xc000000000100000), 0, "" },
	{ &kx_virt_ppc64, "ppc64le", EM_PPC64, 8, false, UINT64_C(0xc000000000100000), 0, "" },
	{ &kx_virt_ppc, "ppc", EM_PPC, 4, true, 0xc0100000, 0, "" },
	{ &kx_virt_loongarch64, "loongarch64", EM_LOONGARCH, 8, false,
	  UINT64_C(0x9000000000100000), 0, "" },
	{ &kx_virt_mips, "mips", EM_MIPS, 4, true, 0x80100000, 0, "" },
	{ &kx_virt_mips, "mips", EM_MIPS, 4, false, 0x80100000, 0, "" },
	{ &kx_virt_mips64, "mips64", EM_MIPS, 8, true, UINT64_C(0xffffffff80100000), 0, "" },
	{ &kx_virt_mips64, "mips64", EM_MIPS, 8, false, UINT64_C(0x9800000000100000), 0, "" },
};

enum { MACHINES = sizeof(machines) / sizeof(machines[0]) };

/* The containers; 32-bit machines have headers laid out in three more ways. */
static const struct container {
	const char *name;
	bool kdump, flat, packed, time64;
	int version;
	bool only_32;
} containers[] = {
	{ "ELF", false, false, false, false, 0, false },
	{ "flattened ELF", false, true, false, false, 0, false },
	{ "kdump-compressed", true, false, false, false, 6, false },
	{ "kdump-compressed, version 4", true, false, false, false, 4, false },
	{ "kdump-compressed, version 3", true, false, false, false, 3, false },
	{ "flattened kdump-compressed", true, true, false, false, 6, false },
	{ "kdump-compressed by QEMU", true, true, true, false, 6, true },
	{ "kdump-compressed by QEMU, version 3", true, false, true, false, 3, true },
	{ "kdump-compressed, 64-bit time_t", true, false, false, true, 6, true },
	{ "kdump-compressed, 64-bit time_t, version 4", true, false, false, true, 4, true },
	{ "kdump-compressed, 64-bit time_t, version 3", true, false, false, true, 3, true },
};

enum { CONTAINERS = sizeof(containers) / sizeof(containers[0]) };

static struct mkprb *kernel(const struct machine *machine)
{
	struct mkprb_params params = {
		.word = machine->word,
		.big = machine->big,
		.count_bits = 6,
		.size_bits = 12,
		.base = machine->base,
	};
	struct mkprb *m = mkprb_new(&params);
	const char *line = machine->info, *end;

	assert_non_null(m);
	for (int i = 0; i < RECORDS; i++) {
		struct mkprb_record record = { .ts_nsec = (uint64_t)i, .level = 6, .len = 5 };

		memcpy(record.text, "hello", 5);
		assert_true(mkprb_add(m, &record));
	}
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
		mkprb_say(m, "%.*s", (int)(end - line), line);
	return m;
}

/* Its memory; VMCOREINFO in a note or, @noted false, in a page of its own. */
static void put_memory(struct mkelf *model, const struct machine *machine, bool noted)
{
	struct mkprb *m = kernel(machine);
	struct mkelf_load *load;

	mkelf_init(model);
	model->width = machine->word;
	model->big_endian = machine->big;
	model->machine = machine->elf_machine;
	model->cpus = 2;
	snprintf(model->uts_machine, sizeof(model->uts_machine), "%s", machine->uts);
	load = mkelf_load(model, 0, machine->ram);
	mkelf_bytes(&load->data, NULL, SIZE);
	memcpy(load->data.base + IMAGE, m->memory, m->size);
	if (noted)
		mkelf_bytes(&model->info, m->info, m->info_len);
	else
		memcpy(load->data.base + 0x180000, m->info, m->info_len);
	mkprb_free(m);
}

static void write_as(struct mkelf *model, const struct container *as, int fd)
{
	struct mkelf_kdump how = { .version = as->version, .block_size = 4096 };
	struct memory_file plain = memory_file();
	int to = as->flat ? plain.fd : fd;

	model->packed = as->packed;
	model->time64 = as->time64;
	if (as->kdump)
		assert_true(mkelf_kdump(model, &how, to));
	else
		mkelf_write(model, to);
	if (as->flat)
		mkelf_flatten(plain.fd, fd, 4096, true);
	close(plain.fd);
}

static int no_record(const struct kx_printk_record *record, void *data)
{
	(void)record, (void)data;
	return 0;
}

/* Open what is in @file, and find all records of its log. */
static void assert_log(const struct memory_file *file, const struct machine *machine, bool noted,
		       const char *what)
{
	struct kx_printk_stats stats;
	struct kx_err err = { "" };
	const char *path = file->path;
	struct kx_reader *reader = NULL;
	struct kx_dump *dump = NULL;

	if (kx_dump_open(&dump, &path, 1, &err) < 0 || kx_printk_locate(dump, &err) < 0 ||
	    kx_reader_new(dump, &reader, &err) < 0)
		fail_msg("%s, %s: %s", machine->uts, what, err.text);
	if (kx_printk_each(reader, false, no_record, NULL, &stats, &err) != 0)
		fail_msg("%s, %s: %s", machine->uts, what, err.text);
	if (stats.records != RECORDS)
		fail_msg("%s, %s: %" PRIu64 " records", machine->uts, what, stats.records);
	/* What several machines' rules agree upon does not tell which of them it is. */
	if (kx_dump_machine(dump) != EM_NONE || strcmp(machine->uts, "Unknown") != 0)
		assert_int_equal(kx_dump_machine(dump), machine->elf_machine);
	assert_int_equal(kx_dump_long_size(dump), machine->word);
	assert_int_equal(kx_dump_place(dump)->in_memory, !noted);
	kx_reader_free(reader);
	kx_dump_close(dump);
}

TEST(every_machine_is_tried)
{
	const struct kx_virt_arch *arch;

	for (size_t i = 0; (arch = kx_virt_arch_at(i)) != NULL; i++) {
		bool found = false;

		for (size_t j = 0; j < MACHINES; j++)
			found |= machines[j].arch == arch;
		if (!found)
			fail_msg("%s is in kx/virt.def and not tried here", arch->isa->name);
	}
}

TEST(every_machine_in_every_container)
{
	for (size_t i = 0; i < MACHINES; i++) {
		for (size_t j = 0; j < CONTAINERS * 2; j++) {
			const struct container *as = &containers[j / 2];
			struct memory_file file;
			struct mkelf model;
			bool noted = j % 2;

			if (as->only_32 && machines[i].word != 4)
				continue;
			file = memory_file();
			put_memory(&model, &machines[i], noted);
			write_as(&model, as, file.fd);
			assert_log(&file, &machines[i], noted, as->name);
			close(file.fd);
			mkelf_done(&model);
		}
	}
}

/* QEMU compresses dumps of all machines, but names few of them; a new one may have any name. */
TEST(a_machine_is_recognised_by_its_kernel)
{
	for (size_t i = 0; i < MACHINES; i++) {
		for (size_t j = 0; j < CONTAINERS * 2; j++) {
			const struct container *as = &containers[j / 2];
			struct machine unknown = machines[i];
			struct memory_file file;
			struct mkelf model;
			bool noted = j % 2;

			if (!as->kdump || (as->only_32 && unknown.word != 4))
				continue;
			unknown.uts = "Unknown";
			file = memory_file();
			put_memory(&model, &unknown, noted);
			write_as(&model, as, file.fd);
			assert_log(&file, &unknown, noted, as->name);
			close(file.fd);
			mkelf_done(&model);
		}
	}
}

/* Those that QEMU makes, whose addresses look like no other machine's. */
TEST(a_machine_that_is_like_no_other_gets_its_name)
{
	static const struct container *const as = &containers[5];

	for (size_t i = 0; i < MACHINES; i++) {
		struct memory_file file = memory_file();
		const char *path = file.path;
		struct kx_err err = { "" };
		struct kx_dump *dump;
		struct mkelf model;

		put_memory(&model, &machines[i], true);
		strcpy(model.uts_machine, "Unknown");
		write_as(&model, as, file.fd);
		assert_int_equal(kx_dump_open(&dump, &path, 1, &err), 0);
		if (machines[i].word == 8 || machines[i].ram == 0x40000000)
			assert_int_equal(kx_dump_machine(dump), machines[i].elf_machine);
		else
			assert_string_equal(kx_dump_machine_name(dump), "Unknown");
		kx_dump_close(dump);
		close(file.fd);
		mkelf_done(&model);
	}
}

/* phys_base is where memory begins, also where pages below it are in the dump. */
TEST(phys_base_is_where_arms_memory_begins)
{
	struct machine arm = machines[4];
	struct memory_file file = memory_file();
	struct mkelf model;

	assert_int_equal(arm.elf_machine, EM_ARM);
	/* Nothing proves it. */
	arm.info = "SYMBOL(init_uts_ns)=\n";
	put_memory(&model, &arm, true);
	mkelf_bytes(&mkelf_load(&model, 0, 0x10000000)->data, "device", 6);
	mkelf_bytes(&mkelf_load(&model, 0, 0x70000000)->data, "more", 4);
	model.phys_base = arm.ram;
	write_as(&model, &containers[2], file.fd);
	assert_log(&file, &arm, true, "phys_base");
	close(file.fd);
	mkelf_done(&model);
}

/* What is lowest may be ROM: where the release is tells where memory begins. */
TEST(memory_may_begin_above_rom)
{
	for (size_t i = 0; i < MACHINES; i++) {
		for (size_t j = 0; j < CONTAINERS * 2; j++) {
			const struct container *as = &containers[j / 2];
			struct memory_file file;
			struct mkelf model;
			bool noted = j % 2;

			if (machines[i].ram == 0 || (as->only_32 && machines[i].word != 4))
				continue;
			file = memory_file();
			put_memory(&model, &machines[i], noted);
			mkelf_bytes(&mkelf_load(&model, 0, 0x1000)->data, "ROM", 3);
			mkelf_bytes(&mkelf_load(&model, 0, 0x8000000)->data, "SRAM", 4);
			mkelf_bytes(&mkelf_load(&model, 0, 0x8001000)->data, "more of it", 10);
			write_as(&model, as, file.fd);
			assert_log(&file, &machines[i], noted, as->name);
			close(file.fd);
			mkelf_done(&model);
		}
	}
}

/* Another copy of the kernel, of an earlier start, proves another start of memory as well. */
TEST(the_lowest_start_that_is_proven_counts)
{
	const struct machine *arm = &machines[4];
	struct memory_file file = memory_file();
	const char *path = file.path;
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf_load *copy;
	struct mkelf model;
	char found[6];

	assert_int_equal(arm->elf_machine, EM_ARM);
	put_memory(&model, arm, true);
	copy = mkelf_load(&model, 0, arm->ram + 0x10000000);
	mkelf_bytes(&copy->data, model.load[0].data.base, SIZE);
	memcpy(model.load[0].data.base + SIZE - 6, "lowest", 6);
	write_as(&model, &containers[0], file.fd);
	if (open_files(&path, 1, &reader, &err) < 0 ||
	    kx_reader_virt(reader, arm->base + (SIZE - IMAGE) - 6, found, 6, &err) < 0)
		fail_msg("%s", err.text);
	assert_memory_equal(found, "lowest", 6);
	close_reader(reader);
	close(file.fd);
	mkelf_done(&model);
}

/* ---- headers that could be read in two ways ------------------------------------------------- */

/*
 * QEMU's header of an arm machine without notes, as the machine's own layout would read it: each
 * number that is set is the only one that shows that this is not it.
 */
static void check_packed(int version, size_t at, uint64_t value)
{
	struct mkelf_kdump how = { .version = version, .block_size = 4096 };
	static const uint8_t none[80] = { 0 };
	struct memory_file file = memory_file();
	const char *path = file.path;
	struct mkelf_buffer number = { 0 };
	struct kx_err err = { "" };
	struct kx_reader *reader;
	struct mkelf model;
	uint8_t bytes[2] = "";

	mkelf_init(&model);
	model.width = 4;
	model.packed = true;
	strcpy(model.uts_machine, "armv7l");
	mkelf_bytes(&mkelf_load(&model, 0, 0x10000)->data, "ok", 2);
	assert_true(mkelf_kdump(&model, &how, file.fd));
	/* No offsets at all; but the number of pages, since version 6. */
	mkelf_put(file.fd, none, sizeof(none), 4096);
	mkelf_number(&number, false, 8, 0x11);
	if (version >= 6)
		mkelf_put(file.fd, number.base, 8, 4096 + 72);
	mkelf_set(&number, 0, false, 8, value);
	mkelf_put(file.fd, number.base, 8, 4096 + at);
	if (open_files(&path, 1, &reader, &err) < 0)
		fail_msg("version %d, %zu: %s", version, at, err.text);
	assert_int_equal(kx_reader_phys(reader, 0x10000, bytes, 2, &err), 0);
	assert_memory_equal(bytes, "ok", 2);
	assert_int_equal(kx_dump_vmcoreinfo(reader->dump)->text.len, 0);
	close_reader(reader);
	free(number.base);
	close(file.fd);
	mkelf_done(&model);
}

TEST(headers_are_read_as_their_numbers_agree)
{
	/* Another number of pages behind the structure, where the other layout has it. */
	check_packed(6, 88, 5);
	/* The notes' place, where the other layout has the length of VMCOREINFO. */
	check_packed(5, 32, 4096 + 104);
	check_packed(4, 32, 4096 + 104);
	/* The notes' place, which cannot be; but the machine's own layout has no pages at all. */
	check_packed(6, 32, 5);
}

/* ---- what cannot be translated -------------------------------------------------------------- */

static void assert_untranslated(struct mkelf *model, const char *name, const char *says)
{
	struct memory_file file = memory_file();
	struct kx_err err = { "" };
	const char *path = file.path;
	struct kx_reader *reader;
	uint64_t value;

	snprintf(model->uts_machine, sizeof(model->uts_machine), "%s", name);
	write_as(model, &containers[2], file.fd);
	assert_int_equal(open_files(&path, 1, &reader, &err), 0);
	assert_int_equal(kx_reader_uint(reader, UINT64_C(0xfffff00000001000), 8, &value, &err),
			 -EFAULT);
	assert_says(&err, says);
	close_reader(reader);
	close(file.fd);
}

TEST(what_cannot_be_translated_says_why)
{
	struct mkelf model;

	mkelf_init(&model);
	mkelf_bytes(&mkelf_load(&model, 0, 0x100000)->data, "x", 1);
	mkelf_info(&model, "OSRELEASE=x");
	assert_untranslated(&model, "sparc64",
			    "how sparc64 translates addresses is not known here; segments of an ELF "
			    "file can tell them, and this kdump-compressed file does not");
	assert_untranslated(&model, "", "how this machine translates addresses is not known here");
	assert_untranslated(&model, "aarch64",
			    "addresses of arm64 cannot be translated: VMCOREINFO has no "
			    "NUMBER(kimage_voffset)");
	assert_untranslated(&model, "riscv64",
			    "addresses of riscv cannot be translated: VMCOREINFO has no "
			    "NUMBER(KERNEL_LINK_ADDR)");
	assert_untranslated(&model, "mips64", "not one of a kernel's image or of the direct map of mips");
	mkelf_done(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_is_tried),
		cmocka_unit_test(every_machine_in_every_container),
		cmocka_unit_test(a_machine_is_recognised_by_its_kernel),
		cmocka_unit_test(a_machine_that_is_like_no_other_gets_its_name),
		cmocka_unit_test(phys_base_is_where_arms_memory_begins),
		cmocka_unit_test(memory_may_begin_above_rom),
		cmocka_unit_test(the_lowest_start_that_is_proven_counts),
		cmocka_unit_test(headers_are_read_as_their_numbers_agree),
		cmocka_unit_test(what_cannot_be_translated_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
