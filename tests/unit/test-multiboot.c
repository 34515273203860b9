/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Multiboot kernels of both versions: what their headers may ask for, and what they are handed. */
#include <elf.h>
#include <errno.h>

#include "kexec/arch/arches.h"
#include "kx/bytes.h"
#include "kx/memmap.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_multiboot.h"
#include "uapi/bootparam_x86.h"

enum { FILE_SIZE = 40000, HEADER = 0x400, CODE = 0x1000, LINKED = 0x200000 };

static uint8_t file[FILE_SIZE];
static struct kx_machine *bios;
static const struct kx_machine *uefi;

static int setup(void **state)
{
	boards_setup_x86(state);
	bios = &board_named("x86_64", "bios-1g")->machine;
	uefi = &board_named("x86_64", "uefi-1g")->machine;
	return 0;
}

static void put32(size_t at, const uint32_t *value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kx_put_le(file + at + i * 4, 4, value[i]);
}
#define WORDS(at, ...)                                             \
	put32(at, (const uint32_t[]){ __VA_ARGS__ },               \
	      sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* Version 1 whose addresses are @load to @end and @bss, for a header that lies at @header. */
static void make1(uint32_t flags, uint32_t header, uint32_t load, uint32_t end, uint32_t bss)
{
	memset(file, 0xcc, sizeof(file));
	WORDS(HEADER, 0x1badb002, flags, -(0x1badb002 + flags), header, load, end, bss,
	      load + 0x10);
}

/* An ELF file of one segment, FILE_SIZE - CODE bytes at @paddr, and no header yet. */
static void make_elf(uint32_t paddr, uint32_t vaddr, uint32_t entry)
{
	Elf32_Ehdr head = {
		.e_ident = ELFMAG "\x01\x01\x01",
		.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT, .e_entry = entry,
		.e_phoff = sizeof(head), .e_ehsize = sizeof(head),
		.e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1,
	};
	const Elf32_Phdr part = {
		.p_type = PT_LOAD, .p_offset = CODE, .p_vaddr = vaddr, .p_paddr = paddr,
		.p_filesz = FILE_SIZE - CODE, .p_memsz = 0x20000,
	};

	memset(file, 0xcc, sizeof(file));
	memcpy(file, &head, sizeof(head));
	memcpy(file + sizeof(head), &part, sizeof(part));
}

/* Version 2 with these tags, each padded by the caller; the end is added. */
#define TAGS(...)                                                                        \
	do {                                                                             \
		const uint32_t len = sizeof((const uint32_t[]){ __VA_ARGS__ }) + 24;     \
		WORDS(HEADER, 0xe85250d6, 0, len, -(0xe85250d6 + len), __VA_ARGS__, 0, 8); \
	} while (0)
#define REQUEST(type) 1, 12, type, 0
#define OPTIONAL (1 << 16)

static struct kx_request request(const struct kx_machine *machine)
{
	struct kx_request req = plan_view_request(machine, (struct kx_span){ file, sizeof(file) });

	req.files.name = "/boot/xen.gz";
	return req;
}

static struct kx_plan planned(const struct kx_request *req)
{
	struct kx_err err = { "" };
	struct kx_plan plan;

	if (plan_view_run("x86_64", req, &plan, &err) < 0 || kx_plan_seal(&plan, &err) < 0 ||
	    !sound_multiboot_plan(&plan, req, &err))
		fail_msg("%s", err.text);
	return plan;
}

static void refused(int code, const char *says)
{
	struct kx_request req = request(bios);

	assert_refused("x86_64", &req, code, says);
}

TEST(an_elf_file_goes_where_it_was_linked)
{
	struct kx_request req = request(bios);
	const struct kx_segment *kernel;
	struct kx_plan plan;

	/* Its entry is virtual. */
	make_elf(LINKED, 0xc0200000, 0xc0200040);
	WORDS(HEADER, 0x1badb002, 3, -(0x1badb002 + 3));
	plan = planned(&req);
	kernel = plan_view_segment(&plan, "kernel");
	assert_string_equal(plan.detail, "ELF for 0x200000");
	assert_int_equal(kernel->addr, LINKED);
	assert_int_equal(kernel->memsz, 0x20000);
	assert_memory_equal(kernel->data.base, file + CODE, FILE_SIZE - CODE);
	assert_int_equal(plan.purgatory->entry, LINKED + 0x40);
	assert_int_equal(plan.purgatory->regs.eax, 0x2badb002);
	kx_plan_done(&plan);
}

TEST(addresses_of_the_header_count_and_may_begin_inside_a_page)
{
	struct kx_request req = request(bios);
	const struct kx_segment *kernel;
	struct kx_plan plan;

	make1(0x10000, LINKED + 0x110, LINKED + 0x10, LINKED + 0x1010, LINKED + 0x2010);
	plan = planned(&req);
	kernel = plan_view_segment(&plan, "kernel");
	assert_int_equal(kernel->addr, LINKED);
	assert_int_equal(kernel->memsz, 0x3000);
	assert_int_equal(kernel->data.len, 0x1010);
	assert_memory_equal(kernel->data.base + 0x10, file + HEADER - 0x100, 0x1000);
	assert_int_equal(plan.purgatory->entry, LINKED + 0x20);
	kx_plan_done(&plan);
	/* No ends: all of the file, and no memory behind it. */
	make1(0x10000, LINKED + 0x100, LINKED, 0, 0);
	plan = planned(&req);
	assert_int_equal(plan_view_segment(&plan, "kernel")->data.len, FILE_SIZE - HEADER + 0x100);
	kx_plan_done(&plan);
}

TEST(addresses_that_are_not_in_the_file_are_refused)
{
	make1(0x10000, LINKED, LINKED + 1, 0, 0);
	refused(-ENOEXEC, "are not all there");
	make1(0x10000, LINKED + HEADER + 1, LINKED, 0, 0);
	refused(-ENOEXEC, "are not all there");
	make1(0x10000, LINKED, LINKED, LINKED + FILE_SIZE - HEADER + 1, 0);
	refused(-ENOEXEC, "are not all there");
	make1(0x10000, LINKED, LINKED, LINKED - 1, 0);
	refused(-ENOEXEC, "are not all there");
	make1(0x10000, LINKED, LINKED, LINKED + 0x1000, LINKED + 0xfff);
	refused(-ENOEXEC, "before what is loaded");
	make1(0x10000, LINKED, LINKED, LINKED + 0x10, 0);
	refused(-ENOEXEC, "entry 0x200010 is not in");
	make1(0x10000, 0xfffffff0, 0xfffffff0, 0, 0);
	refused(-ENOEXEC, "do not end below 4 GiB");
}

TEST(what_a_loader_must_know_and_does_not_is_refused)
{
	make1(0x10008, LINKED, LINKED, 0, 0);
	refused(-ENOEXEC, "flags are 0x10008");
	make_elf(LINKED, LINKED, LINKED);
	TAGS(99, 8);
	refused(-ENOEXEC, "tag 99, which is not known");
	TAGS(7, 8);
	refused(-ENOEXEC, "EFI boot services, which ended");
	TAGS(REQUEST(9));
	refused(-ENOEXEC, "type 9 (its ELF sections)");
	TAGS(REQUEST(22));
	refused(-ENOEXEC, "information of type 22");
	TAGS(10, 24, 0x100000, 0xffffffff, 0x3000, 0);
	refused(-ENOEXEC, "not a power of two");
	TAGS(3, 8);
	refused(-ENOEXEC, "tag 3 of its header has 0 bytes, not 4");
	TAGS(0x10006, 7);
	refused(-ENOEXEC, "have no end");
	TAGS(2, 24, LINKED, LINKED, 0, 0);
	refused(-ENOEXEC, "addresses, but no entry");
}

TEST(what_may_be_left_out_is)
{
	struct kx_request req = request(bios);
	struct kx_plan plan;

	make_elf(LINKED, LINKED, LINKED);
	TAGS(99 | OPTIONAL, 8, 7 | OPTIONAL, 8, 1 | OPTIONAL, 12, 22, 0, REQUEST(5), REQUEST(4),
	     6, 8, 4, 12, 3, 0, 9 | OPTIONAL, 12, 0x1234, 0);
	plan = planned(&req);
	assert_int_equal(plan.purgatory->regs.eax, 0x36d76289);
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, LINKED);
	assert_int_equal(multiboot_view_tag(&plan, 21), 0);
	kx_plan_done(&plan);
}

TEST(a_relocatable_kernel_lies_as_it_prefers_and_its_entry_with_it)
{
	struct kx_request req = request(bios);
	struct kx_plan plan;
	uint64_t at;

	make_elf(LINKED, LINKED, LINKED + 0x40);
	TAGS(10 | OPTIONAL, 24, 0x300000, 0x20ffffff, 0x400000, 2);
	plan = planned(&req);
	at = plan_view_segment(&plan, "kernel")->addr;
	assert_int_equal(at, 0x20c00000);
	assert_int_equal(plan.purgatory->entry, at + 0x40);
	assert_int_equal(plan_view_number(&plan, multiboot_view_tag(&plan, 21) + 8, 4), at);
	kx_plan_done(&plan);
	TAGS(10 | OPTIONAL, 24, 0x300000, 0x20ffffff, 0x400000, 1);
	plan = planned(&req);
	assert_int_equal(plan_view_segment(&plan, "kernel")->addr, 0x400000);
	kx_plan_done(&plan);
	/* The last byte counts. */
	TAGS(10 | OPTIONAL, 24, 0x400000, 0x41fffe, 0x100000, 1);
	refused(-EADDRNOTAVAIL, "no room for the kernel");
	TAGS(10 | OPTIONAL, 24, 0x400000, 0x41ffff, 0x100000, 1);
	plan = planned(&req);
	kx_plan_done(&plan);
}

TEST(modules_are_where_they_are_said_to_be)
{
	static uint8_t bytes[4096 + 100];
	const struct kx_module module[] = { { 0, 17, "vmlinuz root=/dev/x  \"a b\"" },
					    { 4096, 100, "initrd" } };
	struct kx_request req = request(bios);
	struct kx_plan plan;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	req.files.modules = (struct kx_span){ bytes, sizeof(bytes) };
	req.files.module = module;
	req.files.n_module = 2;
	make_elf(LINKED, LINKED, LINKED);
	WORDS(HEADER, 0x1badb002, 3, -(0x1badb002 + 3));
	plan = planned(&req);
	kx_plan_done(&plan);
	WORDS(HEADER, 0);
	TAGS(6, 8);
	req.files.cmdline = "";
	req.where.mem = (struct kx_range){ 0x180000, 0x20000000, 0 };
	plan = planned(&req);
	kx_plan_done(&plan);
}

TEST(a_crash_kernel_and_an_initrd_are_refused_with_advice)
{
	struct kx_request req = request(bios);

	make_elf(LINKED, LINKED, LINKED);
	WORDS(HEADER, 0x1badb002, 3, -(0x1badb002 + 3));
	req.crash = true;
	assert_refused("x86_64", &req, -ENOTSUP, "give -p a Linux kernel");
	req.crash = false;
	req.files.initrd = (struct kx_span){ file, 10 };
	assert_refused("x86_64", &req, -EINVAL, "--module=\"FILE ARGUMENTS\"");
}

/* Without being asked: Xen stops where it is told of EFI and boot services have ended. */
TEST(efi_is_told_to_who_asks)
{
	struct kx_request req = request(uefi);
	struct kx_plan plan;
	uint64_t map, count, pages = 0;

	make_elf(LINKED, LINKED, LINKED);
	TAGS(6, 8);
	plan = planned(&req);
	assert_int_equal(multiboot_view_tag(&plan, 12), 0);
	assert_int_equal(multiboot_view_tag(&plan, 17), 0);
	kx_plan_done(&plan);
	TAGS(1 | OPTIONAL, 16, 12, 17);
	plan = planned(&req);
	assert_int_equal(plan_view_number(&plan, multiboot_view_tag(&plan, 12) + 8, 8),
			 kx_get(uefi->boot_params + 0x1c4, 4, false));
	map = multiboot_view_tag(&plan, 17);
	assert_int_not_equal(map, 0);
	assert_int_equal(plan_view_number(&plan, map + 8, 4), 40);
	count = (plan_view_number(&plan, map + 4, 4) - 16) / 40;
	assert_true(count > uefi->efi.runtime_map.count);
	/* It has all RAM, that which the firmware goes on using, too. */
	for (uint64_t i = 0; i < count; i++)
		pages += plan_view_number(&plan, map + 16 + i * 40 + 24, 8);
	assert_true(pages << 12 >= kx_ranges_total(&uefi->memmap));
	kx_plan_done(&plan);
	req.pc.no_efi = true;
	plan = planned(&req);
	assert_int_equal(multiboot_view_tag(&plan, 12), 0);
	kx_plan_done(&plan);
}

TEST(the_root_pointer_is_handed_over_as_it_is)
{
	static const uint8_t rsdp[20] = "RSD PTR \x81OEMID";
	struct kx_machine machine = *bios;
	struct kx_request req = request(&machine);
	struct kx_plan plan;

	make_elf(LINKED, LINKED, LINKED);
	TAGS(6, 8);
	plan = planned(&req);
	assert_int_equal(multiboot_view_tag(&plan, 14), 0);
	kx_plan_done(&plan);
	memcpy(machine.rsdp, rsdp, sizeof(rsdp));
	machine.rsdp_size = sizeof(rsdp);
	plan = planned(&req);
	assert_int_not_equal(multiboot_view_tag(&plan, 14), 0);
	kx_plan_done(&plan);
	machine.rsdp_size = KX_RSDP_SIZE;
	plan = planned(&req);
	assert_int_not_equal(multiboot_view_tag(&plan, 15), 0);
	kx_plan_done(&plan);
}

/* sound_multiboot_plan() goes the whole way that the kernel goes. */
TEST(on_efi_who_does_not_ask_finds_the_root_pointer_in_low_memory)
{
	struct kx_machine machine = *uefi;
	struct kx_request req = request(&machine);
	const struct kx_segment *area;
	struct kx_plan plan;
	uint64_t info;

	make_elf(LINKED, LINKED, LINKED);
	WORDS(HEADER, 0x1badb002, 3, -(0x1badb002 + 3));
	plan = planned(&req);
	area = plan_view_segment(&plan, "bios_data");
	assert_non_null(area);
	assert_true(area->addr >= 0x40000 && area->addr < 0xa0000);
	assert_int_equal(plan_view_number(&plan, 0x40e, 2), area->addr >> 4);
	assert_int_equal(plan_view_number(&plan, 0x413, 2), area->addr >> 10);
	/* Nobody may read it: purgatory takes it there. */
	assert_int_equal(plan.purgatory->backup_src, machine.efi.acpi20);
	assert_int_equal(plan.purgatory->backup_dst, area->addr + 0x10);
	assert_int_equal(plan.purgatory->backup_len, KX_RSDP_SIZE);
	/* The lower memory that it is told of ends there. */
	info = plan.purgatory->regs.ebx;
	assert_int_equal(plan_view_number(&plan, info + 4, 4), area->addr >> 10);
	kx_plan_done(&plan);
	WORDS(HEADER, 0);
	TAGS(6, 8);
	plan = planned(&req);
	assert_non_null(plan_view_segment(&plan, "bios_data"));
	kx_plan_done(&plan);
	memcpy(machine.rsdp, "RSD PTR \x81OEMID", 15);
	machine.rsdp_size = KX_RSDP_SIZE;
	plan = planned(&req);
	assert_memory_equal(plan_view_segment(&plan, "bios_data")->data.base + 0x10, machine.rsdp,
			    KX_RSDP_SIZE);
	assert_int_equal(plan.purgatory->backup_len, 0);
	kx_plan_done(&plan);
	machine.rsdp_size = 0;
	/* Who asks is told, by the one way or the other. */
	TAGS(1 | OPTIONAL, 12, 15, 0);
	plan = planned(&req);
	assert_null(plan_view_segment(&plan, "bios_data"));
	assert_int_equal(plan.purgatory->backup_dst, multiboot_view_tag(&plan, 15) + 8);
	kx_plan_done(&plan);
	TAGS(1 | OPTIONAL, 12, 12, 0);
	plan = planned(&req);
	assert_null(plan_view_segment(&plan, "bios_data"));
	kx_plan_done(&plan);
	TAGS(6, 8);
	req.pc.no_efi = true;
	plan = planned(&req);
	assert_null(plan_view_segment(&plan, "bios_data"));
	kx_plan_done(&plan);
}

TEST(a_kernel_that_could_not_find_acpi_is_refused_with_the_reason)
{
	struct kx_range memory[16];
	struct kx_machine machine = *uefi;
	struct kx_request req = request(&machine);

	make_elf(LINKED, LINKED, LINKED);
	TAGS(6, 8);
	req.where.mem.start = 0x100000;
	assert_refused("x86_64", &req, -EADDRNOTAVAIL, "no room for the bios_data");
	req.where.mem.start = 0;
	assert_true(uefi->memmap.count <= 16 && uefi->memmap.item[0].start == 0);
	memcpy(memory, uefi->memmap.item, uefi->memmap.count * sizeof(memory[0]));
	memory[0].start = 0x1000;
	machine.memmap.item = memory;
	assert_refused("x86_64", &req, -ENOTSUP, "is not RAM");
	assert_refused("x86_64", &req, -ENOTSUP, "--noefi starts a kernel that needs no ACPI");
}

/* A VESA mode with red in the upper bits. */
static void give_screen(struct kx_machine *machine)
{
	static const uint8_t colours[] = { 8, 16, 8, 8, 8, 0 };

	machine->have_boot_params = true;
	machine->screen = KX_SCREEN_FIRMWARE;
	machine->boot_params[BP_ORIG_VIDEO_ISVGA] = VIDEO_TYPE_VLFB;
	kx_put_le(machine->boot_params + BP_LFB_BASE, 4, 0xfd000000);
	kx_put_le(machine->boot_params + BP_LFB_LINELENGTH, 2, 4096);
	kx_put_le(machine->boot_params + BP_LFB_WIDTH, 2, 1024);
	kx_put_le(machine->boot_params + BP_LFB_HEIGHT, 2, 768);
	kx_put_le(machine->boot_params + BP_LFB_DEPTH, 2, 32);
	memcpy(machine->boot_params + BP_LFB_COLOURS, colours, sizeof(colours));
}

TEST(the_screen_is_handed_over_unless_a_driver_has_it)
{
	static const uint8_t colours[] = { 16, 8, 8, 8, 0, 8 };
	struct kx_machine machine = *bios;
	struct kx_request req = request(&machine);
	struct kx_span bytes;
	struct kx_plan plan;
	uint64_t tag;

	give_screen(&machine);
	make_elf(LINKED, LINKED, LINKED);
	TAGS(5, 20, 0, 0, 0, 0);
	plan = planned(&req);
	tag = multiboot_view_tag(&plan, 8);
	assert_int_equal(plan_view_number(&plan, tag + 8, 8), 0xfd000000);
	assert_int_equal(plan_view_number(&plan, tag + 16, 4), 4096);
	assert_int_equal(plan_view_number(&plan, tag + 20, 4), 1024);
	assert_int_equal(plan_view_number(&plan, tag + 24, 4), 768);
	assert_int_equal(plan_view_number(&plan, tag + 28, 2), 1 << 8 | 32);
	assert_true(plan_view_bytes(&plan, tag + 32, 6, &bytes));
	assert_memory_equal(bytes.base, colours, 6);
	kx_plan_done(&plan);
	machine.screen = KX_SCREEN_NATIVE;
	plan = planned(&req);
	assert_int_equal(multiboot_view_tag(&plan, 8), 0);
	kx_plan_done(&plan);
	machine.boot_params[BP_ORIG_VIDEO_ISVGA] = VIDEO_IS_VGA;
	machine.boot_params[BP_ORIG_VIDEO_COLS] = 80;
	machine.boot_params[BP_ORIG_VIDEO_LINES] = 25;
	machine.screen = KX_SCREEN_NOBODY;
	plan = planned(&req);
	tag = multiboot_view_tag(&plan, 8);
	assert_int_equal(plan_view_number(&plan, tag + 8, 8), 0xb8000);
	assert_int_equal(plan_view_number(&plan, tag + 20, 8), UINT64_C(25) << 32 | 80);
	assert_int_equal(plan_view_number(&plan, tag + 28, 2), 2 << 8 | 16);
	kx_plan_done(&plan);
}

static bool is_told(const struct kx_request *req, const char *words)
{
	struct kx_plan plan = planned(req);
	bool told = false;

	for (size_t i = 0; i < plan.n_notes; i++)
		told |= strstr(plan.notes[i], KX_PLAN_WARNING) == plan.notes[i] &&
			strstr(plan.notes[i], words);
	kx_plan_done(&plan);
	return told;
}

TEST(what_a_kernel_will_miss_is_told)
{
	struct kx_machine machine = *bios;
	struct kx_request req = request(&machine);

	machine.have_boot_params = false;
	make_elf(LINKED, LINKED, LINKED);
	TAGS(6, 8);
	assert_false(is_told(&req, ""));
	TAGS(1 | OPTIONAL, 12, 15, 0, 5, 20, 0, 0, 0, 0);
	assert_true(is_told(&req, "asks for ACPI's root pointer"));
	assert_true(is_told(&req, "asks for a screen"));
	/* What must be there is more than that, unless the tag may be left out. */
	TAGS(4, 12, 1, 0);
	assert_refused("x86_64", &req, -ENODEV, "must have a screen");
	TAGS(4 | OPTIONAL, 12, 1, 0);
	assert_false(is_told(&req, "screen"));
	TAGS(4, 12, 2, 0);
	assert_false(is_told(&req, "screen"));
	TAGS(4, 8);
	assert_refused("x86_64", &req, -ENOEXEC, "tag 4 of its header has 0 bytes, not 4");
	make_elf(LINKED, LINKED, LINKED);
	WORDS(HEADER, 0x1badb002, 4, -(0x1badb002 + 4));
	assert_true(is_told(&req, "asks for a screen"));
}

TEST(a_root_pointer_is_known_by_its_sums)
{
	uint8_t rsdp[36] = "RSD PTR ";
	struct kx_span bytes = { rsdp, sizeof(rsdp) };
	uint8_t sum = 0;

	for (size_t i = 0; i < 20; i++)
		sum = (uint8_t)(sum + rsdp[i]);
	rsdp[8] = (uint8_t)-sum;
	assert_int_equal(kx_machine_rsdp_size(bytes), 20);
	/* Of ACPI 2.0 more has to be right. */
	rsdp[15] = 2;
	rsdp[8] = (uint8_t)(rsdp[8] - 2);
	assert_int_equal(kx_machine_rsdp_size(bytes), 0);
	rsdp[20] = 36;
	rsdp[32] = (uint8_t)-36;
	assert_int_equal(kx_machine_rsdp_size(bytes), 36);
	rsdp[25] ^= 1;
	assert_int_equal(kx_machine_rsdp_size(bytes), 0);
	rsdp[0] = 'r';
	assert_int_equal(kx_machine_rsdp_size(bytes), 0);
	assert_int_equal(kx_machine_rsdp_size((struct kx_span){ rsdp, 7 }), 0);
}

TEST(headers_lie_where_the_specifications_look)
{
	static const size_t at[][3] = { { 8192 - 32, 1, 1 }, { 8192, 1, 0 }, { 32768 - 24, 2, 1 },
					{ 32768, 2, 0 }, { 2048 + 4, 1, 1 }, { 2048 + 4, 2, 0 } };
	const struct kx_image *image;
	struct kx_err err;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		int rc;

		memset(file, 0, sizeof(file));
		if (at[i][1] == 1)
			WORDS(at[i][0], 0x1badb002, 0, -0x1badb002);
		else
			WORDS(at[i][0], 0xe85250d6, 0, 24, -(0xe85250d6 + 24), 0, 8);
		rc = kx_image_find(kx_arch_by_name("x86_64"), at[i][1] == 1 ? "multiboot-x86" :
				   "multiboot2-x86", (struct kx_span){ file, sizeof(file) }, &image,
				   &err);
		assert_int_equal(rc, at[i][2] ? 0 : -ENOEXEC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_elf_file_goes_where_it_was_linked),
		cmocka_unit_test(addresses_of_the_header_count_and_may_begin_inside_a_page),
		cmocka_unit_test(addresses_that_are_not_in_the_file_are_refused),
		cmocka_unit_test(what_a_loader_must_know_and_does_not_is_refused),
		cmocka_unit_test(what_may_be_left_out_is),
		cmocka_unit_test(a_relocatable_kernel_lies_as_it_prefers_and_its_entry_with_it),
		cmocka_unit_test(modules_are_where_they_are_said_to_be),
		cmocka_unit_test(a_crash_kernel_and_an_initrd_are_refused_with_advice),
		cmocka_unit_test(efi_is_told_to_who_asks),
		cmocka_unit_test(the_root_pointer_is_handed_over_as_it_is),
		cmocka_unit_test(on_efi_who_does_not_ask_finds_the_root_pointer_in_low_memory),
		cmocka_unit_test(a_kernel_that_could_not_find_acpi_is_refused_with_the_reason),
		cmocka_unit_test(the_screen_is_handed_over_unless_a_driver_has_it),
		cmocka_unit_test(what_a_kernel_will_miss_is_told),
		cmocka_unit_test(a_root_pointer_is_known_by_its_sums),
		cmocka_unit_test(headers_lie_where_the_specifications_look),
	};

	return cmocka_run_group_tests(tests, setup, boards_teardown);
}
