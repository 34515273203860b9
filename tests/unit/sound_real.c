/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan that starts in real mode must satisfy, by what the setup code reads of its header. */
#include <string.h>

#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

static uint64_t header(const struct kx_plan *plan, uint64_t offset, unsigned int width)
{
	return plan_view_number(plan, plan_view_segment(plan, "setup")->addr + offset, width);
}

/* boot.rst: protocols before 2.02 move themselves to 0x90000, with their command line. */
static bool is_moved(const struct kx_plan *plan)
{
	return header(plan, 0x206, 2) < 0x202;
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
	if (is_moved(plan) && setup->addr != 0x90000)
		return plan_view_wrong(err, "setup code that would move itself at", setup->addr);
	if (p->arg < setup->addr + (is_moved(plan) ? 0xa000 : 0xe000) ||
	    p->arg + 0x1000 > setup->addr + setup->memsz)
		return plan_view_wrong(err, "purgatory's page is not free", p->arg);
	return true;
}

/* Before 2.02: cmd_line_magic and cmd_line_offset; it is moved with the rest, and below 0x9a000. */
static bool moved_line_sound(const struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_segment *setup = plan_view_segment(plan, "setup");
	uint64_t at = header(plan, 0x22, 2), len = strlen(plan->cmdline) + 1;
	struct kx_span line;

	if (header(plan, 0x20, 2) != 0xa33f || at < 0x8000 || at + len > header(plan, 0x212, 2) ||
	    header(plan, 0x212, 2) > 0xa000)
		return plan_view_wrong(err, "command line would be moved from", at);
	if (!plan_view_bytes(plan, setup->addr + at, len, &line) ||
	    memcmp(line.base, plan->cmdline, len) != 0)
		return plan_view_wrong(err, "command line is not at", at);
	return true;
}

static bool line_sound(const struct kx_plan *plan, struct kx_err *err)
{
	size_t len = strlen(plan->cmdline) + 1;
	struct kx_span line;

	if (is_moved(plan))
		return moved_line_sound(plan, err);
	if (!plan_view_bytes(plan, header(plan, 0x228, 4), len, &line) ||
	    memcmp(line.base, plan->cmdline, len) != 0)
		return plan_view_wrong(err, "command line is not at", header(plan, 0x228, 4));
	return true;
}

/* Since 2.01: heap_end_ptr, and that it is one. */
static bool heap_sound(const struct kx_plan *plan, struct kx_err *err)
{
	if (header(plan, 0x206, 2) >= 0x201 &&
	    (!(header(plan, 0x211, 1) & 0x80) ||
	     header(plan, 0x224, 2) + 0x200 > plan->purgatory->regs.esp))
		return plan_view_wrong(err, "heap ends at", header(plan, 0x224, 2));
	if (is_moved(plan) && plan->purgatory->regs.esp > header(plan, 0x22, 2))
		return plan_view_wrong(err, "stack ends at", plan->purgatory->regs.esp);
	return true;
}

/* boot.rst: type_of_loader, heap_end_ptr, code32_start, cmd_line_ptr, ramdisk_image. */
bool sound_real_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	const struct kx_segment *initrd = plan_view_segment(plan, "initrd");

	if (!places_sound(plan, err) || !heap_sound(plan, err) || !line_sound(plan, err))
		return false;
	if (header(plan, 0x210, 1) != 0xd0)
		return plan_view_wrong(err, "type of loader is", header(plan, 0x210, 1));
	if (!kernel || header(plan, 0x214, 4) != kernel->addr)
		return plan_view_wrong(err, "code32_start is not the kernel",
				       header(plan, 0x214, 4));
	if (header(plan, 0x218, 4) != (initrd ? initrd->addr : 0) ||
	    header(plan, 0x21c, 4) != req->files.initrd.len)
		return plan_view_wrong(err, "initrd is not at", header(plan, 0x218, 4));
	return true;
}
