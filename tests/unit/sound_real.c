/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan that starts in real mode must satisfy, by what the setup code reads of its header. */
#include <string.h>

#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

static uint64_t header(const struct kx_plan *plan, uint64_t offset, unsigned int width)
{
	return plan_view_number(plan, plan_view_segment(plan, "setup")->addr + offset, width);
}

static bool places_sound(const struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_segment *setup = plan_view_segment(plan, "setup");
	const struct kx_purg_params *p = plan->purgatory;

	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];
		uint64_t start = s == setup ? 64 << 10 : 1 << 20;
		uint64_t end = s == setup ? 1 << 20 : UINT64_C(1) << 32;

		if (s->addr < start || s->addr + s->memsz > end)
			return plan_view_wrong(err, "segment outside its limits", s->addr);
	}
	if (p->mode != KX_PURG_MODE_REAL || p->entry != setup->addr + 0x200 ||
	    p->regs.eax != setup->addr / 16)
		return plan_view_wrong(err, "setup code entered at", p->entry);
	if (p->arg < setup->addr + 0xe000 || p->arg + 0x1000 > setup->addr + setup->memsz)
		return plan_view_wrong(err, "purgatory's page is not free", p->arg);
	return true;
}

/* boot.rst: type_of_loader, heap_end_ptr, code32_start, cmd_line_ptr, ramdisk_image. */
bool sound_real_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	const struct kx_segment *initrd = plan_view_segment(plan, "initrd");
	size_t len = strlen(plan->cmdline) + 1;
	struct kx_span line;

	if (!places_sound(plan, err))
		return false;
	if (header(plan, 0x210, 1) != 0xd0 || !(header(plan, 0x211, 1) & 0x80) ||
	    header(plan, 0x224, 2) + 0x200 > plan->purgatory->regs.esp)
		return plan_view_wrong(err, "heap ends at", header(plan, 0x224, 2));
	if (!kernel || header(plan, 0x214, 4) != kernel->addr)
		return plan_view_wrong(err, "code32_start is not the kernel", header(plan, 0x214, 4));
	if (!plan_view_bytes(plan, header(plan, 0x228, 4), len, &line) ||
	    memcmp(line.base, plan->cmdline, len) != 0)
		return plan_view_wrong(err, "command line is not at", header(plan, 0x228, 4));
	if (header(plan, 0x218, 4) != (initrd ? initrd->addr : 0) ||
	    header(plan, 0x21c, 4) != req->files.initrd.len)
		return plan_view_wrong(err, "initrd is not at", header(plan, 0x218, 4));
	return true;
}
