/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan for a PVH kernel must satisfy: what %ebx points at, read as that kernel would. */
#include <string.h>

#include "kx/memmap.h"
#include "tests/unit/sound_x86.h"

/* Of struct hvm_start_info (xen.git, xen/include/public/arch-x86/hvm/start_info.h). */
static uint64_t told(const struct kx_plan *plan, uint64_t offset, unsigned int width)
{
	return plan_view_number(plan, plan->purgatory->regs.ebx + offset, width);
}

static bool memory_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	struct kx_ranges ram = { 0 }, other = { 0 };
	uint64_t at = told(plan, 40, 8), count = told(plan, 48, 4);
	struct kx_span table;
	bool sound = plan_view_bytes(plan, at, count * 24, &table);

	for (uint64_t i = 0; i < count && sound; i++, at += 24) {
		uint64_t start = plan_view_number(plan, at, 8);
		uint64_t size = plan_view_number(plan, at + 8, 8);
		bool is_ram = plan_view_number(plan, at + 16, 4) == KX_E820_RAM;

		sound = size > 0 && start + size >= start &&
			kx_ranges_add(is_ram ? &ram : &other, start, start + size, 0) == 0;
	}
	if (!sound)
		plan_view_wrong(err, "memory map of entries", count);
	kx_ranges_merge(&ram);
	sound = sound && sound_x86_segments(plan, req, &ram, &other, err);
	kx_ranges_done(&ram);
	kx_ranges_done(&other);
	return sound;
}

static bool initrd_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *initrd = plan_view_segment(plan, "initrd");
	uint64_t list = told(plan, 16, 8);

	if (told(plan, 12, 4) != (req->files.initrd.len > 0))
		return plan_view_wrong(err, "number of modules", told(plan, 12, 4));
	if (!initrd)
		return req->files.initrd.len == 0 || plan_view_wrong(err, "no initrd", 0);
	if (plan_view_number(plan, list, 8) != initrd->addr ||
	    plan_view_number(plan, list + 8, 8) != req->files.initrd.len)
		return plan_view_wrong(err, "initrd is not at", plan_view_number(plan, list, 8));
	return true;
}

static bool kernel_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	uint64_t entry = plan->purgatory->entry;

	if (plan->purgatory->mode != KX_PURG_MODE_PROTECTED || !kernel)
		return plan_view_wrong(err, "mode", plan->purgatory->mode);
	if (!req->where.has_entry &&
	    (entry < kernel->addr || entry - kernel->addr >= kernel->data.len))
		return plan_view_wrong(err, "kernel entered at", entry);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (s->addr + s->memsz > UINT64_C(1) << 32)
			return plan_view_wrong(err, "segment above 4 GiB", s->addr);
	}
	return true;
}

bool sound_pvh_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	size_t len = strlen(plan->cmdline) + 1;
	struct kx_span line;

	if (told(plan, 0, 4) != 0x336ec578 || told(plan, 4, 4) != 1)
		return plan_view_wrong(err, "hvm_start_info is not at", plan->purgatory->regs.ebx);
	if (!plan_view_bytes(plan, told(plan, 24, 8), len, &line) ||
	    memcmp(line.base, plan->cmdline, len) != 0)
		return plan_view_wrong(err, "command line is not at", told(plan, 24, 8));
	return kernel_sound(plan, req, err) && memory_sound(plan, req, err) &&
	       initrd_sound(plan, req, err);
}
