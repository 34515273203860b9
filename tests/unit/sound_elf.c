/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of sound_x86.h for programs that are no Linux, with the eyes of one. */
#include <string.h>

#include "tests/unit/sound_x86.h"

enum { SIGNATURE = 0x0e1fb007, NOTE_CMDLINE = 4 };

static bool sums_up(const struct kx_plan *plan, uint64_t at, uint64_t size)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < size; i += 2)
		sum += plan_view_number(plan, at + i, 2);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static bool notes_sound(const struct kx_plan *plan, struct kx_err *err)
{
	uint64_t at = plan->purgatory->regs.ebx, size = plan_view_number(plan, at + 4, 4), off = 12;
	uint64_t count = plan_view_number(plan, at + 10, 2);
	size_t len = strlen(plan->cmdline) + 1;
	bool told = false;
	struct kx_span line;

	if (plan->purgatory->regs.eax != SIGNATURE || plan->purgatory->regs.edi != at ||
	    plan_view_number(plan, at, 4) != SIGNATURE || size % 4 || !sums_up(plan, at, size))
		return plan_view_wrong(err, "ELF boot notes are not at", at);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t desc = plan_view_number(plan, at + off + 4, 4);

		if (plan_view_number(plan, at + off, 4) != 0)
			return plan_view_wrong(err, "a note with a name at", at + off);
		if (plan_view_number(plan, at + off + 8, 4) == NOTE_CMDLINE)
			told = desc == len && plan_view_bytes(plan, at + off + 12, len, &line) &&
			       memcmp(line.base, plan->cmdline, len) == 0;
		off += 12 + ((desc + 3) & ~UINT64_C(3));
	}
	return (told && off == size) || plan_view_wrong(err, "notes end at", off);
}

bool sound_elf_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	static const struct kx_purg_regs nothing;
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	bool wide = plan->purgatory->mode != KX_PURG_MODE_PROTECTED;
	uint64_t entry = plan->purgatory->entry;

	if (!kernel || (!req->where.has_entry &&
			(entry < kernel->addr || entry - kernel->addr >= kernel->memsz)))
		return plan_view_wrong(err, "program entered at", entry);
	if (plan->purgatory->arg || plan_view_segment(plan, "initrd"))
		return plan_view_wrong(err, "it is told of", plan->purgatory->arg);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		/* What registers of 32 bits name; a 64-bit program may lie higher itself. */
		if (s->addr + s->memsz > UINT64_C(1) << 32 && !(wide && s == kernel))
			return plan_view_wrong(err, "segment above 4 GiB", s->addr);
	}
	if (req->pc.args == KX_ARGS_NONE)
		return memcmp(&plan->purgatory->regs, &nothing, sizeof(nothing)) == 0 ||
		       plan_view_wrong(err, "registers, though there is nothing",
				       plan->purgatory->regs.eax);
	return notes_sound(plan, err);
}
