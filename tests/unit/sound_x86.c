/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an x86_64 plan must satisfy: see the header. */
#include <string.h>

#include "kx/memmap.h"
#include "tests/unit/sound_x86.h"
#include "uapi/bootparam_x86.h"

/* Longer chains than this have a cycle: there are only so many types. */
enum { CHAIN_MAX = 16 };

uint64_t x86_view_boot_param(const struct kx_plan *plan, uint64_t offset, unsigned int width)
{
	return plan_view_number(plan, plan->purgatory->arg + offset, width);
}

/* Call for every node; false when the chain is broken. A type of 0 walks to the end. */
static bool walk_chain(const struct kx_plan *plan, uint32_t type, uint64_t *ret, uint64_t *ret_len)
{
	const struct kx_segment *home = plan_view_segment(plan, "boot_params");
	uint64_t at = x86_view_boot_param(plan, HDR_SETUP_DATA, 8);
	struct kx_span node;

	*ret = 0;
	for (int i = 0; at != 0; i++) {
		uint64_t len;

		if (i == CHAIN_MAX || at < home->addr || at >= home->addr + home->data.len ||
		    !plan_view_bytes(plan, at, SETUP_DATA_HEADER, &node))
			return false;
		len = plan_view_number(plan, at + 12, 4);
		if (!plan_view_bytes(plan, at, SETUP_DATA_HEADER + len, &node))
			return false;
		if (*ret == 0 && type != 0 && plan_view_number(plan, at + 8, 4) == type) {
			*ret = at + SETUP_DATA_HEADER;
			*ret_len = len;
		}
		at = plan_view_number(plan, at, 8);
	}
	return true;
}

uint64_t x86_view_setup_data(const struct kx_plan *plan, uint32_t type, uint64_t *ret_len)
{
	uint64_t at;

	return walk_chain(plan, type, &at, ret_len) ? at : 0;
}

static bool add_entries(const struct kx_plan *plan, uint64_t at, uint64_t count,
			struct kx_ranges *ret)
{
	for (uint64_t i = 0; i < count; i++, at += BP_E820_ENTRY_SIZE) {
		uint64_t start = plan_view_number(plan, at, 8);
		uint64_t size = plan_view_number(plan, at + 8, 8);

		if (size == 0 || start + size < start ||
		    kx_ranges_add(ret, start, start + size,
				  (uint32_t)plan_view_number(plan, at + 16, 4)) < 0)
			return false;
	}
	return true;
}

bool x86_view_memory_map(const struct kx_plan *plan, struct kx_ranges *ret)
{
	uint64_t count = x86_view_boot_param(plan, BP_E820_ENTRIES, 1), len = 0;
	uint64_t more = x86_view_setup_data(plan, SETUP_E820_EXT, &len);

	return count <= BP_E820_MAX &&
	       add_entries(plan, plan->purgatory->arg + BP_E820_TABLE, count, ret) &&
	       len % BP_E820_ENTRY_SIZE == 0 &&
	       add_entries(plan, more, len / BP_E820_ENTRY_SIZE, ret);
}

static bool touches_efi(const struct kx_machine *machine, const struct kx_segment *s)
{
	const struct kx_efi_map *map = &machine->efi.runtime_map;

	for (size_t i = 0; i < map->count; i++) {
		if (map->desc[i].phys_addr < s->addr + s->memsz &&
		    s->addr < map->desc[i].phys_addr + (map->desc[i].num_pages << 12))
			return true;
	}
	return false;
}

/* A crash kernel is not told of the memory that its dump is read from. */
static bool is_kept(const struct kx_segment *s)
{
	return strcmp(s->what, "backup") == 0 || strcmp(s->what, "elfcorehdr") == 0;
}

static bool touches(const struct kx_ranges *ranges, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < ranges->count; i++) {
		if (ranges->item[i].start < end && start < ranges->item[i].end)
			return true;
	}
	return false;
}

bool sound_x86_segments(const struct kx_plan *plan, const struct kx_request *req,
			const struct kx_ranges *ram, const struct kx_ranges *other,
			struct kx_err *err)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];
		uint64_t end = s->addr + s->memsz;

		if (s->memsz == 0 || end <= s->addr || (s->addr | s->memsz) % KX_PAGE_SIZE)
			return plan_view_wrong(err, "segment of no whole pages", s->addr);
		if (s->addr < 1 << 20 || s->addr < req->where.mem.start || end > req->where.mem.end)
			return plan_view_wrong(err, "segment outside its limits", s->addr);
		if (req->crash && is_kept(s) ? touches(ram, s->addr, end) :
					       !kx_ranges_contain(ram, s->addr, end))
			return plan_view_wrong(err, "segment outside RAM", s->addr);
		if (touches(other, s->addr, end))
			return plan_view_wrong(err, "segment in reserved memory", s->addr);
		for (size_t k = 0; k < i; k++) {
			if (plan->segments[k].addr < end &&
			    s->addr < plan->segments[k].addr + plan->segments[k].memsz)
				return plan_view_wrong(err, "segments overlap", s->addr);
		}
		if (touches_efi(req->machine, s))
			return plan_view_wrong(err, "segment in EFI memory", s->addr);
	}
	return true;
}

static bool memory_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	struct kx_ranges map = { 0 }, ram = { 0 }, other = { 0 };
	bool sound = x86_view_memory_map(plan, &map);

	for (size_t i = 0; i < map.count && sound; i++) {
		const struct kx_range *r = &map.item[i];

		sound = kx_ranges_add(r->type == KX_E820_RAM ? &ram : &other, r->start, r->end,
				      0) == 0;
	}
	if (!sound)
		plan_view_wrong(err, "memory map of entries", map.count);
	kx_ranges_merge(&ram);
	sound = sound && sound_x86_segments(plan, req, &ram, &other, err);
	kx_ranges_done(&map);
	kx_ranges_done(&ram);
	kx_ranges_done(&other);
	return sound;
}

static bool is_protected(const struct kx_plan *plan)
{
	return plan->purgatory->mode == KX_PURG_MODE_PROTECTED;
}

/* From the kernel's first byte: of a vmlinux by its addresses, of a bzImage by its protocol. */
static uint64_t entry_of(const struct kx_plan *plan, struct kx_span file, uint64_t preferred)
{
	uint64_t entry = 0, magic = 0;

	if (is_protected(plan))
		return ENTRY_32BIT;
	/* A file may begin as both. */
	kx_span_le(file, HDR_MAGIC, 4, &magic);
	if (magic == HDR_MAGIC_VALUE || !kx_span_starts(file, "\177ELF"))
		return ENTRY_64BIT;
	kx_span_le(file, 24, 8, &entry);
	return entry - preferred;
}

/* A field of the header that came with protocol @since. */
static uint64_t header_field(const struct kx_plan *plan, uint64_t since, uint64_t offset,
			     unsigned int width, uint64_t before)
{
	return x86_view_boot_param(plan, HDR_VERSION, 2) < since ?
		       before :
		       x86_view_boot_param(plan, offset, width);
}

/* boot.rst, "32-bit Boot Protocol": nothing is seen above 4 GiB, by a 32-bit kernel even less. */
static bool protected_sound(const struct kx_plan *plan, const struct kx_request *req,
			    struct kx_err *err)
{
	const struct kx_purg_regs *regs = &plan->purgatory->regs;
	bool long_mode = header_field(plan, 0x20c, HDR_XLOADFLAGS, 2, 0) & XLF_KERNEL_64;

	if (!is_protected(plan))
		return long_mode || plan_view_wrong(err, "entered by what it has not", 0);
	if (long_mode && !req->pc.entry_32bit)
		return plan_view_wrong(err, "entered in protected mode unasked", 0);
	if (regs->esi != plan->purgatory->arg || regs->ebx || regs->ebp || regs->edi)
		return plan_view_wrong(err, "registers, %esi first", regs->esi);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];
		uint64_t end = !long_mode && strcmp(s->what, "kernel") == 0 ? 512 << 20 :
									      UINT64_C(1) << 32;

		if (s->addr + s->memsz > end)
			return plan_view_wrong(err, "segment above its end", s->addr);
	}
	return true;
}

/* Linux, Documentation/arch/x86/boot.rst: what a loader owes to the fields of the header. */
static bool kernel_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	bool movable = header_field(plan, 0x205, HDR_RELOCATABLE_KERNEL, 1, 0);
	uint64_t align = header_field(plan, 0x205, HDR_KERNEL_ALIGNMENT, 4, 1);
	uint64_t preferred = header_field(plan, 0x20a, HDR_PREF_ADDRESS, 8,
					  x86_view_boot_param(plan, HDR_CODE32_START, 4));
	bool high = x86_view_boot_param(plan, HDR_XLOADFLAGS, 2) & XLF_CAN_BE_LOADED_ABOVE_4G;

	if (!kernel ||
	    kernel->memsz < header_field(plan, 0x20a, HDR_INIT_SIZE, 4, kernel->data.len + 1))
		return plan_view_wrong(err, "kernel with less room than init_size", 0);
	if (movable ? (kernel->addr & (align - 1)) || kernel->addr < preferred :
		      kernel->addr != preferred)
		return plan_view_wrong(err, "kernel at the wrong address", kernel->addr);
	if (!high && kernel->addr + kernel->memsz > UINT64_C(1) << 32)
		return plan_view_wrong(err, "kernel above 4 GiB", kernel->addr);
	if (plan->purgatory->entry !=
	    (req->where.has_entry ? req->where.entry :
				    kernel->addr + entry_of(plan, req->files.kernel, preferred)))
		return plan_view_wrong(err, "kernel entered at", plan->purgatory->entry);
	return true;
}

static bool cmdline_sound(const struct kx_plan *plan, struct kx_err *err)
{
	uint64_t at = x86_view_boot_param(plan, HDR_CMD_LINE_PTR, 4) |
		      x86_view_boot_param(plan, BP_EXT_CMD_LINE_PTR, 4) << 32;
	size_t len = strlen(plan->cmdline) + 1;
	struct kx_span line;

	if (!plan_view_bytes(plan, at, len, &line) || memcmp(line.base, plan->cmdline, len) != 0)
		return plan_view_wrong(err, "command line is not at", at);
	if (len - 1 > header_field(plan, 0x206, HDR_CMDLINE_SIZE, 4, 255))
		return plan_view_wrong(err, "command line is too long", len);
	return true;
}

static bool initrd_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *initrd = plan_view_segment(plan, "initrd");
	bool high = x86_view_boot_param(plan, HDR_XLOADFLAGS, 2) & XLF_CAN_BE_LOADED_ABOVE_4G;
	uint64_t at = x86_view_boot_param(plan, HDR_RAMDISK_IMAGE, 4) |
		      x86_view_boot_param(plan, BP_EXT_RAMDISK_IMAGE, 4) << 32;
	uint64_t size = x86_view_boot_param(plan, HDR_RAMDISK_SIZE, 4) |
			x86_view_boot_param(plan, BP_EXT_RAMDISK_SIZE, 4) << 32;

	if (size != req->files.initrd.len || at != (initrd ? initrd->addr : 0) ||
	    (initrd != NULL) != (req->files.initrd.len > 0))
		return plan_view_wrong(err, "initrd is not at", at);
	if (initrd && (!high || is_protected(plan)) &&
	    at + size - 1 > header_field(plan, 0x203, HDR_INITRD_ADDR_MAX, 4, 0x37ffffff))
		return plan_view_wrong(err, "initrd above initrd_addr_max", at);
	return true;
}

static bool efi_sound(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	uint64_t info = plan->purgatory->arg + BP_EFI_INFO, len = 0;
	uint64_t map = plan_view_number(plan, info + EFI_INFO_MEMMAP, 4) |
		       plan_view_number(plan, info + EFI_INFO_MEMMAP_HI, 4) << 32;
	uint64_t size = plan_view_number(plan, info + EFI_INFO_MEMMAP_SIZE, 4);
	uint64_t setup = x86_view_setup_data(plan, SETUP_EFI, &len);
	struct kx_span bytes;

	if (plan_view_number(plan, info + EFI_INFO_SIGNATURE, 4) == 0)
		return setup == 0 ||
		       plan_view_wrong(err, "EFI data without EFI information at", setup);
	if (!plan_view_bytes(plan, map, size, &bytes) ||
	    size != req->machine->efi.runtime_map.count * sizeof(struct kx_efi_desc))
		return plan_view_wrong(err, "EFI map is not at", map);
	if (len != EFI_SETUP_DATA_SIZE ||
	    plan_view_number(plan, setup, 8) != req->machine->efi.fw_vendor ||
	    plan_view_number(plan, setup + 8, 8) != req->machine->efi.runtime ||
	    plan_view_number(plan, setup + 16, 8) != req->machine->efi.config_table ||
	    plan_view_number(plan, setup + 24, 8) != req->machine->efi.smbios)
		return plan_view_wrong(err, "EFI setup data is not at", setup);
	return true;
}

bool sound_x86_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	const struct kx_segment *purgatory = plan_view_segment(plan, "purgatory");
	const struct kx_segment *boot = plan_view_segment(plan, "boot_params");
	uint64_t at, len;

	if (!purgatory || plan->entry < purgatory->addr ||
	    plan->entry >= purgatory->addr + purgatory->data.len)
		return plan_view_wrong(err, "entry outside purgatory", plan->entry);
	if (plan_view_segment(plan, "start_info"))
		return sound_pvh_plan(plan, req, err);
	if (plan_view_segment(plan, "setup"))
		return sound_real_plan(plan, req, err);
	if (!boot && (plan_view_segment(plan, "boot_notes") || req->pc.args == KX_ARGS_NONE))
		return sound_elf_plan(plan, req, err);
	if (!boot || plan->purgatory->arg != boot->addr || boot->data.len < BP_SIZE)
		return plan_view_wrong(err, "boot_params are not at", plan->purgatory->arg);
	if (!walk_chain(plan, 0, &at, &len))
		return plan_view_wrong(err, "broken chain of setup_data in", boot->addr);
	return memory_sound(plan, req, err) && kernel_sound(plan, req, err) &&
	       protected_sound(plan, req, err) && cmdline_sound(plan, err) &&
	       initrd_sound(plan, req, err) && efi_sound(plan, req, err);
}
