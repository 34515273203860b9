/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multiboot kernels: any file is refused with a reason, or gives a plan that lies where it may and
 * whose information reads back as what was asked for.
 */
#include <string.h>

#include "kexec/plan/arch.h"
#include "kx/memmap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sound_multiboot.h"

static struct kx_range map[] = {
	{ 0, 0x9fc00, KX_E820_RAM },
	{ 0x9fc00, 0x100000, KX_E820_RESERVED },
	{ 0x100000, 0x7ffe0000, KX_E820_RAM },
	{ 0x20000800, 0x20000900, KX_E820_ACPI },
	{ 0x7ffe0000, 0x80000000, KX_E820_PMEM },
	{ 0x100000000, 0x180000000, KX_E820_RAM },
};

/* What the firmware goes on using lies in none of that RAM. */
static struct kx_efi_desc runtime[] = { { 5, 0, 0xfe000000, 0xfffffffeee000000, 16, 1ULL << 63 } };

static const struct kx_module module[] = { { 0, 5000, "one a b" }, { 8192, 1, "two" } };

static void try_on(const struct kx_machine *machine, struct kx_span file)
{
	/* A few bytes of an ELF file may ask for a GiB, whose digest would take its time. */
	enum { SMALL = 1 << 20 };
	static const uint8_t modules[8193] = { 1, 2, 3 };
	struct kx_request req = plan_view_request(machine, file);
	uint8_t ways = file.len ? file.base[file.len - 1] : 0;
	struct kx_err err = { "" };
	struct kx_plan plan;

	req.files.name = "/boot/file";
	/* The file's last byte decides, so that all ways are seen. */
	if (ways & 1) {
		req.files.modules = (struct kx_span){ modules, sizeof(modules) };
		req.files.module = module;
		req.files.n_module = sizeof(module) / sizeof(module[0]);
	}
	if (ways & 2)
		req.where.mem = (struct kx_range){ 0x180000, 0x30000000, 0 };
	if (ways & 4)
		req.files.cmdline = "";
	if (plan_view_run("x86_64", &req, &plan, &err) < 0)
		PROMISE(strlen(err.text) >= 10);
	else if (plan_view_segment(&plan, "multiboot") &&
		 plan_view_segment(&plan, "kernel")->data.len < SMALL &&
		 (kx_plan_seal(&plan, &err) < 0 || !sound_multiboot_plan(&plan, &req, &err)))
		PROMISE(fprintf(stderr, "%s\n", err.text) < 0);
	kx_plan_done(&plan);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static const struct kx_machine bios = {
		.memmap = { .item = map, .count = sizeof(map) / sizeof(map[0]) },
		.mem_total = UINT64_C(4) << 30,
		.rsdp = "RSD PTR \x81OEMID",
		.rsdp_size = 20,
	};
	static struct kx_machine efi;

	efi = bios;
	efi.rsdp_size = KX_RSDP_SIZE;
	efi.efi = (struct kx_efi){ .present = true,
				   .runtime_map = { .desc = runtime, .count = 1, .room = 1 } };
	efi.have_boot_params = true;
	memcpy(efi.boot_params + 0x1c0, "EL64\x18\xb0\x5e\x3f", 8);
	try_on(&bios, (struct kx_span){ data, size });
	try_on(&efi, (struct kx_span){ data, size });
	return 0;
}
