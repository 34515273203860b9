/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All of x86: any file is refused with a reason, or gives a plan that keeps every promise. */
#include <string.h>

#include "kx/memmap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sound_x86.h"

/* What a crash kernel's plan is made from besides; what a program may be linked into. */
static struct kx_range ram[] = { { 0x1000, 0x9fc00, 0 }, { 0x100000, 0x7ffe0000, 0 } };
static struct kx_range region[] = { { 0x200000, 0x8200000, 0 } };
static struct kx_kcore_part kcore[] = {
	{ UINT64_C(0xffffffffa0000000), 0x20000000, 0x3000000 },
	{ UINT64_C(0xffff888000001000), 0x1000, 0x9e000 },
};

int fuzz_input(const uint8_t *data, size_t size)
{
	static struct kx_range map[] = {
		{ 0, 0x9fc00, KX_E820_RAM },
		{ 0x9fc00, 0x100000, KX_E820_RESERVED },
		{ 0x100000, 0x7ffe0000, KX_E820_RAM },
		{ 0x20000800, 0x20000900, KX_E820_ACPI },
		{ 0x7ffe0000, 0x80000000, KX_E820_NVS },
		{ 0x100000000, 0x180000000, KX_E820_RAM },
	};
	static const struct kx_machine machine = {
		.memmap = { .item = map, .count = sizeof(map) / sizeof(map[0]) },
		.mem_total = UINT64_C(4) << 30,
		.crash = {
			.image = { 0x20000000, 0x23000000, 0 },
			.kcore = kcore,
			.n_kcore = 2,
			.ram = { .item = ram, .count = 2 },
			.regions = { .item = region, .count = 1 },
		},
	};
	static const uint8_t initrd[5000];
	struct kx_request req = plan_view_request(&machine, (struct kx_span){ data, size });
	struct kx_err err = { "" };
	const char *type = NULL;
	struct kx_plan plan;

	/* The file's last byte decides about an initrd and the entry: all ways are seen. */
	if (size > 0 && data[size - 1] & 1)
		req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
	req.pc.entry_32bit = size > 0 && data[size - 1] & 2;
	req.pc.real_mode = size > 0 && data[size - 1] & 32;
	req.crash = size > 0 && data[size - 1] & 64;
	if (size > 0 && data[size - 1] & 4)
		type = data[size - 1] & 8 ? "elf" : "pvh";
	if (size > 0 && data[size - 1] & 16) {
		req.pc.args = KX_ARGS_NONE;
		req.files.cmdline = "";
	}
	if (plan_view_run_type("x86_64", type, &req, &plan, &err) < 0)
		PROMISE(strlen(err.text) >= 10);
	else if (!sound_x86_plan(&plan, &req, &err))
		PROMISE(fprintf(stderr, "%s\n", err.text) < 0);
	kx_plan_done(&plan);
	return 0;
}
