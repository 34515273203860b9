/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plan for a Multiboot kernel must satisfy: see the header. */
#include <stdio.h>
#include <string.h>

#include "kx/label.h"
#include "tests/unit/sound_multiboot.h"

static const uint64_t four_gib = UINT64_C(1) << 32;

static uint64_t u32(const struct kx_plan *plan, uint64_t at)
{
	return plan_view_number(plan, at, 4);
}

static bool is_text(const struct kx_plan *plan, uint64_t at, const char *text)
{
	struct kx_span bytes;

	return plan_view_bytes(plan, at, strlen(text) + 1, &bytes) &&
	       memcmp(bytes.base, text, bytes.len) == 0;
}

static bool is_cmdline(const struct kx_plan *plan, const struct kx_request *req, uint64_t at)
{
	char text[600];

	snprintf(text, sizeof(text), "%s%s%s", req->files.name, *req->files.cmdline ? " " : "",
		 req->files.cmdline);
	return is_text(plan, at, text);
}

static bool is_module(const struct kx_plan *plan, const struct kx_request *req, uint64_t i,
		      const uint64_t at[3])
{
	const struct kx_module *m;
	struct kx_span bytes;

	if (i >= req->files.n_module || at[1] < at[0] || at[0] % 4096)
		return false;
	m = &req->files.module[i];
	return at[1] - at[0] == m->len && plan_view_bytes(plan, at[0], m->len, &bytes) &&
	       memcmp(bytes.base, req->files.modules.base + m->at, m->len) == 0 &&
	       is_text(plan, at[2], m->text);
}

static bool is_bios_data(const struct kx_plan *plan, uint64_t addr)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		if (plan->segments[i].addr == addr && !strcmp(plan->segments[i].what, "bios_data"))
			return true;
	}
	return false;
}

/** struct walk - through the machine's map: the range that is looked at, and where in it */
struct walk {
	size_t i;
	uint64_t at;
};

/* A page with a BIOS's data is reserved; all else is, in order, what the machine's map says. */
static bool is_next(const struct kx_plan *plan, const struct kx_ranges *map, struct walk *walk,
		    const struct kx_range *told)
{
	const struct kx_range *r = &map->item[walk->i];
	uint64_t type = r->type <= KX_E820_UNUSABLE ? r->type : KX_E820_RESERVED;

	if (walk->i == map->count)
		return false;
	if (is_bios_data(plan, told->start) && told->end - told->start == 4096 &&
	    type == KX_E820_RAM)
		type = KX_E820_RESERVED;
	if (told->start != (walk->at > r->start ? walk->at : r->start) || told->end > r->end ||
	    told->type != type)
		return false;
	walk->at = told->end < r->end ? told->end : 0;
	walk->i += told->end == r->end;
	return true;
}

/* @entry bytes each, the first at @at: start, length and type of the map, in its order. */
static bool is_memory(const struct kx_plan *plan, const struct kx_request *req, uint64_t at,
		      uint64_t entry, uint64_t len)
{
	const struct kx_ranges *map = &req->machine->memmap;
	struct walk walk = { 0 };

	if (len % entry || (!is_bios_data(plan, 0) && len / entry != map->count))
		return false;
	for (uint64_t end = at + len; at < end; at += entry) {
		uint64_t start = plan_view_number(plan, at, 8);
		struct kx_range told = { start, start + plan_view_number(plan, at + 8, 8),
					 u32(plan, at + 16) };

		if (!is_next(plan, map, &walk, &told))
			return false;
	}
	return walk.i == map->count;
}

/* It is there, or purgatory puts it there. */
static bool is_rsdp(const struct kx_plan *plan, const struct kx_request *req, uint64_t at)
{
	const struct kx_machine *machine = req->machine;
	const struct kx_purg_params *p = plan->purgatory;
	struct kx_span bytes;

	if (machine->rsdp_size)
		return plan_view_bytes(plan, at, machine->rsdp_size, &bytes) &&
		       memcmp(bytes.base, machine->rsdp, bytes.len) == 0;
	return p->backup_dst == at &&
	       p->backup_src == (machine->efi.acpi20 ? machine->efi.acpi20 : machine->efi.acpi) &&
	       p->backup_len == (machine->efi.acpi20 ? 36 : 20) &&
	       plan_view_bytes(plan, at, p->backup_len, &bytes);
}

/* The way of a kernel that knows no EFI: 0x40e, the first KiB behind what stands there. */
static bool finds_rsdp(const struct kx_plan *plan, const struct kx_request *req)
{
	uint64_t ebda = plan_view_number(plan, 0x40e, 2) << 4;

	for (uint64_t at = ebda; ebda >= 0x40000 && at < ebda + 1024; at += 16) {
		if (is_rsdp(plan, req, at))
			return true;
	}
	return false;
}

/* Who calls the BIOS comes back with CF set: b4 86 f9 ca 02 00; what was interrupted goes on. */
static bool has_vectors(const struct kx_plan *plan)
{
	for (uint64_t i = 0; i < 256; i++) {
		uint64_t at = (plan_view_number(plan, i * 4 + 2, 2) << 4) +
			      plan_view_number(plan, i * 4, 2);
		bool call = i >= 0x10 && i < 0x20;

		if (call ? plan_view_number(plan, at, 6) != 0x2caf986b4 :
			   plan_view_number(plan, at, 1) != 0xcf)
			return false;
	}
	return true;
}

static bool sound1(const struct kx_plan *plan, const struct kx_request *req, uint64_t info)
{
	uint64_t flags = u32(plan, info), count = u32(plan, info + 20), list = u32(plan, info + 24);
	uint64_t map = u32(plan, info + 48);

	if ((flags & ~(UINT64_C(1) << 12)) != (1 << 0 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9) ||
	    count != req->files.n_module || !is_cmdline(plan, req, u32(plan, info + 16)))
		return false;
	for (uint64_t i = 0; i < count; i++, list += 16) {
		const uint64_t at[] = { u32(plan, list), u32(plan, list + 4), u32(plan, list + 8) };

		if (!is_module(plan, req, i, at) || u32(plan, list + 12) != 0)
			return false;
	}
	/* Each entry's size, without itself, stands before it. */
	for (size_t i = 0; i < req->machine->memmap.count; i++) {
		if (u32(plan, map + i * 24) != 20)
			return false;
	}
	return is_memory(plan, req, map + 4, 24, u32(plan, info + 44));
}

static bool sound_tag(const struct kx_plan *plan, const struct kx_request *req, uint64_t tag,
		      uint64_t *modules)
{
	const uint64_t at[] = { u32(plan, tag + 8), u32(plan, tag + 12), tag + 16 };
	uint64_t len = u32(plan, tag + 4);

	switch (u32(plan, tag)) {
	case 1: return is_cmdline(plan, req, tag + 8);
	case 3: return is_module(plan, req, (*modules)++, at);
	case 6:
		return u32(plan, tag + 8) == 24 && u32(plan, tag + 12) == 0 && len >= 16 &&
		       is_memory(plan, req, tag + 16, 24, len - 16);
	case 14: return len == 28 && is_rsdp(plan, req, tag + 8);
	case 15: return len == 44 && is_rsdp(plan, req, tag + 8);
	case 21: return u32(plan, tag + 8) == plan_view_segment(plan, "kernel")->addr;
	default: return true;
	}
}

static bool sound2(const struct kx_plan *plan, const struct kx_request *req, uint64_t info)
{
	uint64_t end = info + u32(plan, info), tag = info + 8, modules = 0, len;

	for (; tag + 8 <= end; tag += (len + 7) & ~UINT64_C(7)) {
		len = u32(plan, tag + 4);
		if (len < 8 || len > end - tag || !sound_tag(plan, req, tag, &modules))
			return false;
		if (u32(plan, tag) == 0)
			return len == 8 && tag + 8 == end && modules == req->files.n_module;
	}
	return false;
}

uint64_t multiboot_view_tag(const struct kx_plan *plan, uint32_t type)
{
	uint64_t info = plan->purgatory->regs.ebx, end = info + u32(plan, info), tag = info + 8;

	while (tag + 8 <= end && u32(plan, tag) != type)
		tag += (u32(plan, tag + 4) + 7) & ~UINT64_C(7);
	return tag + 8 <= end ? tag : 0;
}

static bool sound_places(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (s->addr + s->memsz > four_gib || s->addr < req->where.mem.start ||
		    s->addr + s->memsz > req->where.mem.end)
			return plan_view_wrong(err, s->what, s->addr);
		/* Nothing else but a kernel that was linked for it lies in the first MiB. */
		if (s->addr < 1 << 20 && strcmp(s->what, "kernel") != 0 &&
		    strcmp(s->what, "purgatory") != 0 && strcmp(s->what, "bios_data") != 0)
			return plan_view_wrong(err, s->what, s->addr);
	}
	return true;
}

bool sound_multiboot_plan(const struct kx_plan *plan, const struct kx_request *req,
			  struct kx_err *err)
{
	const struct kx_segment *info = plan_view_segment(plan, "multiboot");
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	const struct kx_purg_params *p = plan->purgatory;
	bool first = p->regs.eax == 0x2badb002;

	if (!sound_places(plan, req, err))
		return false;
	if (p->mode != KX_PURG_MODE_PROTECTED || (!first && p->regs.eax != 0x36d76289))
		return plan_view_wrong(err, "magic", p->regs.eax);
	if (p->regs.ebx != info->addr || p->regs.ebx % 8)
		return plan_view_wrong(err, "information", p->regs.ebx);
	if (!req->where.has_entry &&
	    (p->entry < kernel->addr || p->entry >= kernel->addr + kernel->memsz))
		return plan_view_wrong(err, "entry", p->entry);
	if (is_bios_data(plan, 0) && (!finds_rsdp(plan, req) || !has_vectors(plan)))
		return plan_view_wrong(err, "BIOS data", plan_view_number(plan, 0x40e, 2));
	if (!(first ? sound1 : sound2)(plan, req, p->regs.ebx))
		return plan_view_wrong(err, "information's content", p->regs.eax);
	return true;
}
