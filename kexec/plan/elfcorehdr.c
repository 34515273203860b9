/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Describes the running kernel's memory for a dump (Linux,
 * Documentation/admin-guide/kdump/kdump.rst): notes, the kernel's image, all RAM.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "kexec/plan/arch.h"
#include "kexec/plan/elfcorehdr.h"
#include "kx/array.h"
#include "kx/elf.h"

/**
 * struct part_list - program headers being collected
 */
struct part_list {
	struct kx_elfcore_part *part;
	size_t count, room;
};

static int add_part(struct part_list *list, const struct kx_elfcore_part *part)
{
	if (kx_array_grow(&list->part, &list->room, list->count) < 0)
		return -ENOMEM;
	list->part[list->count++] = *part;
	return 0;
}

/*
 * Program headers that /proc/vmcore reads: fs/proc/vmcore.c (v7.2) goes by e_phnum alone, and
 * readers of dumps take the value above as "counted elsewhere".
 */
enum { HEADERS_MAX = PN_XNUM - 1 };

/* RAM that the dump must not have: what the crash kernel itself uses, or nobody can read. */
static int hidden_ram(const struct kx_request *req, struct kx_ranges *ret)
{
	const struct kx_crash *facts = &req->machine->crash;
	int rc;

	rc = kx_ranges_append(ret, &facts->regions);
	if (rc == 0)
		rc = kx_ranges_append(ret, &facts->cma);
	if (rc == 0)
		rc = kx_ranges_append(ret, &req->machine->firmware.firmware_memory);
	kx_ranges_merge(ret);
	return rc;
}

/* @ret: all other RAM, in at most @max ranges */
static int dumped_ram(struct kx_plan *plan, const struct kx_request *req, size_t max,
		      struct kx_ranges *ret, struct kx_err *err)
{
	struct kx_ranges hidden = { 0 };
	uint64_t closed = 0;
	size_t count;
	int rc;

	rc = hidden_ram(req, &hidden);
	if (rc == 0)
		rc = kx_ranges_append(ret, &req->machine->crash.ram);
	if (rc == 0)
		rc = kx_ranges_subtract(ret, &hidden);
	count = ret->count;
	if (rc == 0)
		rc = kx_ranges_join(ret, max, &hidden, &closed);
	kx_ranges_done(&hidden);
	if (rc == -E2BIG)
		return kx_fail(err, rc,
			       "%zu ranges of RAM: a dump's header has room for %zu; "
			       "kexec_file_load (-s) makes its own", count, max);
	if (closed > 0)
		kx_plan_warn(plan, "%zu ranges of RAM are more than a dump's header has room for: "
				   "gaps of up to 0x%" PRIx64 " bytes between them are in the dump",
			     count, closed);
	return rc < 0 ? kx_fail(err, rc, "no memory for the ELF core header") : 0;
}

static int add_notes(struct part_list *list, const struct kx_range *notes)
{
	return add_part(list, &(struct kx_elfcore_part){
				      .type = PT_NOTE,
				      .physical = notes->start,
				      .source = notes->start,
				      .size = notes->end - notes->start,
			      });
}

static int add_memory(struct part_list *list, uint64_t start, uint64_t end, uint64_t offset,
		      const struct kx_mapping *mapping)
{
	if (start >= end)
		return 0;
	return add_part(list, &(struct kx_elfcore_part){
				      .type = PT_LOAD,
				      .flags = PF_R | PF_W | PF_X,
				      .physical = start,
				      .source = start + offset,
				      .virt = mapping->has_direct ? mapping->direct + start : 0,
				      .size = end - start,
			      });
}

static uint64_t clamp(uint64_t value, const struct kx_range *range)
{
	return value < range->start ? range->start : value > range->end ? range->end : value;
}

/* Memory as ranges; what purgatory moves away is found where it moves it to. */
static int add_all_memory(struct part_list *list, const struct kx_ranges *ram,
			  const struct kx_backup *backup, const struct kx_mapping *mapping)
{
	int rc = 0;

	for (size_t i = 0; i < ram->count && rc == 0; i++) {
		const struct kx_range *r = &ram->item[i];
		uint64_t from = clamp(backup->from.start, r), to = clamp(backup->from.end, r);

		rc = add_memory(list, r->start, from, 0, mapping);
		if (rc == 0)
			rc = add_memory(list, from, to, backup->to - backup->from.start, mapping);
		if (rc == 0)
			rc = add_memory(list, to, r->end, 0, mapping);
	}
	return rc;
}

static int collect_parts(struct part_list *list, const struct kx_crash *facts,
			 const struct kx_ranges *ram, const struct kx_backup *backup,
			 const struct kx_mapping *mapping)
{
	int rc = 0;

	for (size_t i = 0; i < facts->notes.count && rc == 0; i++)
		rc = add_notes(list, &facts->notes.item[i]);
	if (rc == 0 && mapping->image.size)
		rc = add_part(list, &(struct kx_elfcore_part){
					    .type = PT_LOAD,
					    .flags = PF_R | PF_W | PF_X,
					    .physical = mapping->image.physical,
					    .source = mapping->image.physical,
					    .virt = mapping->image.virt,
					    .size = mapping->image.size,
				    });
	return rc < 0 ? rc : add_all_memory(list, ram, backup, mapping);
}

static int find_mapping(struct kx_plan *plan, const struct kx_crash *facts,
			struct kx_mapping *ret, struct kx_err *err)
{
	if (plan->arch->mapping)
		return plan->arch->mapping(facts, ret, err);
	kx_crash_mapping(facts, plan->arch->isa, ret);
	if (!ret->image.size)
		kx_plan_note(plan, "the kernel's virtual address is hidden (/proc/kcore, "
				   "/proc/kallsyms): the dump is read by its VMCOREINFO alone");
	if (!ret->has_direct)
		kx_plan_note(plan, "the direct map's virtual address is hidden (/proc/kcore): the "
				   "dump is read by its VMCOREINFO alone");
	return 0;
}

static int place(struct kx_plan *plan, const struct kx_request *req, const struct part_list *list,
		 uint64_t align, struct kx_range *ret, struct kx_err *err)
{
	const struct kx_isa *isa = plan->arch->isa;
	size_t size = kx_elfcore_size(isa, list->count);
	uint8_t *bytes = kx_plan_alloc(plan, size);
	/* The kernel rewrites a header that it keeps up to date, and wants room for that. */
	uint64_t kept = req->machine->crash.elfcorehdr_size;
	uint64_t wanted = req->hotplug && kept > size ? kept : size;
	uint64_t at;
	int rc;

	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory for the ELF core header");
	rc = kx_elfcore_write(bytes, isa, list->part, list->count, err);
	if (rc < 0)
		return rc;
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "elfcorehdr",
				   .data = { bytes, size },
				   .memsz = wanted,
				   .align = align,
				   .unverified = req->hotplug,
				   .limit = req->where.mem,
			   },
			   &at, err);
	if (rc == 0)
		*ret = (struct kx_range){ at, at + plan->segments[plan->n_segments - 1].memsz, 0 };
	return rc;
}

int kx_plan_add_elfcorehdr(struct kx_plan *plan, const struct kx_request *req,
			  const struct kx_backup *backup, uint64_t align,
			  struct kx_range *ret, struct kx_err *err)
{
	const struct kx_crash *facts = &req->machine->crash;
	/* The image, and what the backup splits off one range before it and behind. */
	const size_t others = facts->notes.count + 3;
	struct kx_mapping mapping = { .has_direct = false };
	struct part_list list = { 0 };
	struct kx_ranges ram = { 0 };
	int rc;

	rc = find_mapping(plan, facts, &mapping, err);
	if (rc == 0)
		rc = dumped_ram(plan, req, others < HEADERS_MAX ? HEADERS_MAX - others : 0, &ram,
				err);
	if (rc < 0)
		goto out;
	rc = collect_parts(&list, facts, &ram, backup, &mapping);
	rc = rc < 0 ? kx_fail(err, rc, "no memory for the ELF core header") :
		      place(plan, req, &list, align, ret, err);
out:
	free(list.part);
	kx_ranges_done(&ram);
	return rc;
}
