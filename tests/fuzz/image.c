/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Image, vmlinux: any file is refused with a reason, or gives a plan that keeps every promise. */
#include <libfdt.h>
#include <string.h>

#include "kexec/arch/arches.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sound_dt.h"

static const char iomem_text[] = "00080000-000fffff : System RAM\n"
				 "40000000-7fffffff : System RAM\n"
				 "  40210000-4157ffff : Kernel code\n"
				 "  41580000-419fffff : reserved\n"
				 "  48200000-48200fff : reserved\n"
				 "900000000-97fffffff : System RAM\n";
static const uint64_t memory[][2] = {
	{ 0x80000, 0x80000 }, { 0x40000000, 0x40000000 }, { 0x900000000, 0x80000000 },
};

/* The running kernel's tree: nothing but memory. */
static struct kx_span running_tree(void)
{
	static uint8_t tree[4096];
	char name[32];
	int node;

	PROMISE(fdt_create_empty_tree(tree, sizeof(tree)) == 0);
	fdt_setprop_u32(tree, 0, "#address-cells", 2);
	fdt_setprop_u32(tree, 0, "#size-cells", 2);
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		snprintf(name, sizeof(name), "memory@%llx", (unsigned long long)memory[i][0]);
		node = fdt_add_subnode(tree, 0, name);
		fdt_setprop_string(tree, node, "device_type", "memory");
		fdt_setprop_u64(tree, node, "reg", memory[i][0]);
		PROMISE(fdt_appendprop_u64(tree, node, "reg", memory[i][1]) == 0);
	}
	PROMISE(fdt_pack(tree) == 0);
	return (struct kx_span){ tree, fdt_totalsize(tree) };
}

static void try_on(const char *arch, const struct kx_machine *machine, struct kx_span file)
{
	/* A few bytes of an ELF file may ask for a GiB, whose digest would take its time. */
	enum { SMALL = 1 << 20 };
	static const uint8_t initrd[5000];
	struct kx_request req = dt_view_request(machine, file);
	struct kx_err err = { "" };
	struct kx_plan plan;

	/* The file's last byte decides about an initrd and limits, so that all ways are seen. */
	if (file.len > 0 && file.base[file.len - 1] & 1)
		req.files.initrd = (struct kx_span){ initrd, sizeof(initrd) };
	if (file.len > 0 && file.base[file.len - 1] & 2)
		req.where.mem.start = 0x41000000;
	if (plan_view_run(arch, &req, &plan, &err) < 0)
		PROMISE(strlen(err.text) >= 10);
	else if (plan_view_segment(&plan, "kernel")->data.len < SMALL &&
		 (kx_plan_seal(&plan, &err) < 0 || !sound_dt_plan(&plan, &req, &err)))
		PROMISE(fprintf(stderr, "%s: %s\n", arch, err.text) < 0);
	kx_plan_done(&plan);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static struct kx_machine machine;
	const struct kx_span file = { data, size };
	struct kx_err err = { "" };

	if (!machine.iomem.count) {
		PROMISE(kx_iomem_parse(kx_span_of(iomem_text), &machine.iomem, &err) == 0);
		machine.firmware.devtree = running_tree();
	}
	/* All sizes of pages that arm64 has, by the file's size. */
	machine.page_size = UINT64_C(4096) << size % 3 * 2;
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		if ((*a)->dt_boot)
			try_on((*a)->isa->name, &machine, file);
	}
	return 0;
}
