/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans an x86 kernel and looks at the plan with the eyes of the next kernel. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/plan/preflight.h"
#include "kx/memmap.h"
#include "tests/unit/planning.h"
#include "uapi/bootparam_x86.h"

/* Longer chains than this have a cycle: there are only so many types. */
enum { CHAIN_MAX = 16 };

struct kx_request planning_request(const struct kx_machine *machine, struct kx_span kernel)
{
	static const uint8_t seed[KX_RNG_SEED_SIZE] = "thirty-two bytes of a known seed";

	return (struct kx_request){
		.machine = machine,
		.kernel = kernel,
		.kernel_path = "bzImage",
		.cmdline = "quiet",
		.mem = { 0, UINT64_MAX, 0 },
		.rng_seed = seed,
	};
}

int planning_run(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	return planning_run_on("x86_64", req, plan, err);
}

int planning_run_on(const char *arch_name, const struct kx_request *req, struct kx_plan *plan,
		    struct kx_err *err)
{
	const struct kx_arch *arch = kx_arch_by_name(arch_name);
	const struct kx_image *image;
	int rc;

	*plan = (struct kx_plan){
		.arch = arch,
		.cmdline = req->cmdline,
		.page_size = req->machine->page_size,
	};
	rc = kx_image_find(arch, NULL, req->kernel, &image, err);
	if (rc == 0)
		rc = image->check(req, plan, err);
	if (rc == 0)
		rc = req->crash ? kx_crash_usable(req->crash, &plan->usable, err) :
				  arch->usable(req->machine, &plan->usable, err);
	if (rc == 0)
		rc = image->load(req, plan, err);
	if (rc == 0)
		rc = kx_preflight_plan(plan, req, err);
	return rc;
}

const struct kx_segment *planning_segment(const struct kx_plan *plan, const char *what)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		if (strcmp(plan->segments[i].what, what) == 0)
			return &plan->segments[i];
	}
	return NULL;
}

bool planning_bytes(const struct kx_plan *plan, uint64_t at, uint64_t len, struct kx_span *ret)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (at >= s->addr && kx_span_slice(s->data, at - s->addr, len, ret))
			return true;
	}
	return false;
}

uint64_t planning_number(const struct kx_plan *plan, uint64_t at, unsigned int width)
{
	struct kx_span bytes;
	uint64_t value = 0;

	if (planning_bytes(plan, at, width, &bytes))
		kx_span_le(bytes, 0, width, &value);
	return value;
}

struct planning_header planning_header(const struct kx_plan *plan, uint64_t i)
{
	uint64_t at = planning_segment(plan, "elfcorehdr")->addr + 64 + i * 56;

	return (struct planning_header){
		.type = planning_number(plan, at, 4),
		.offset = planning_number(plan, at + 8, 8),
		.virt = planning_number(plan, at + 16, 8),
		.physical = planning_number(plan, at + 24, 8),
		.size = planning_number(plan, at + 40, 8),
	};
}

uint64_t planning_header_count(const struct kx_plan *plan)
{
	return planning_number(plan, planning_segment(plan, "elfcorehdr")->addr + 56, 2);
}

uint64_t planning_boot_param(const struct kx_plan *plan, uint64_t offset, unsigned int width)
{
	return planning_number(plan, plan->purgatory->arg + offset, width);
}

/* Call for every node; false when the chain is broken. A type of 0 walks to the end. */
static bool walk_chain(const struct kx_plan *plan, uint32_t type, uint64_t *ret, uint64_t *ret_len)
{
	const struct kx_segment *home = planning_segment(plan, "boot_params");
	uint64_t at = planning_boot_param(plan, HDR_SETUP_DATA, 8);
	struct kx_span node;

	*ret = 0;
	for (int i = 0; at != 0; i++) {
		uint64_t len;

		if (i == CHAIN_MAX || at < home->addr || at >= home->addr + home->data.len ||
		    !planning_bytes(plan, at, SETUP_DATA_HEADER, &node))
			return false;
		len = planning_number(plan, at + 12, 4);
		if (!planning_bytes(plan, at, SETUP_DATA_HEADER + len, &node))
			return false;
		if (*ret == 0 && type != 0 && planning_number(plan, at + 8, 4) == type) {
			*ret = at + SETUP_DATA_HEADER;
			*ret_len = len;
		}
		at = planning_number(plan, at, 8);
	}
	return true;
}

uint64_t planning_setup_data(const struct kx_plan *plan, uint32_t type, uint64_t *ret_len)
{
	uint64_t at;

	return walk_chain(plan, type, &at, ret_len) ? at : 0;
}

static bool add_entries(const struct kx_plan *plan, uint64_t at, uint64_t count,
			struct kx_ranges *ret)
{
	for (uint64_t i = 0; i < count; i++, at += BP_E820_ENTRY_SIZE) {
		uint64_t start = planning_number(plan, at, 8);
		uint64_t size = planning_number(plan, at + 8, 8);

		if (size == 0 || start + size < start ||
		    kx_ranges_add(ret, start, start + size,
				  (uint32_t)planning_number(plan, at + 16, 4)) < 0)
			return false;
	}
	return true;
}

bool planning_memory_map(const struct kx_plan *plan, struct kx_ranges *ret)
{
	uint64_t count = planning_boot_param(plan, BP_E820_ENTRIES, 1), len = 0;
	uint64_t more = planning_setup_data(plan, SETUP_E820_EXT, &len);

	return count <= BP_E820_MAX &&
	       add_entries(plan, plan->purgatory->arg + BP_E820_TABLE, count, ret) &&
	       len % BP_E820_ENTRY_SIZE == 0 &&
	       add_entries(plan, more, len / BP_E820_ENTRY_SIZE, ret);
}

static bool wrong(struct kx_err *err, const char *what, uint64_t value)
{
	kx_fail(err, -EINVAL, "%s: 0x%" PRIx64, what, value);
	return false;
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

/* @ram and @other are what the next kernel is told. */
static bool segments_sound(const struct kx_plan *plan, const struct kx_request *req,
			   const struct kx_ranges *ram, const struct kx_ranges *other,
			   struct kx_err *err)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];
		uint64_t end = s->addr + s->memsz;

		if (s->memsz == 0 || end <= s->addr || (s->addr | s->memsz) % KX_PAGE_SIZE)
			return wrong(err, "segment of no whole pages", s->addr);
		if (s->addr < 1 << 20 || s->addr < req->mem.start || end > req->mem.end)
			return wrong(err, "segment outside its limits", s->addr);
		if (req->crash && is_kept(s) ? touches(ram, s->addr, end) :
					       !kx_ranges_contain(ram, s->addr, end))
			return wrong(err, "segment outside RAM", s->addr);
		if (touches(other, s->addr, end))
			return wrong(err, "segment in reserved memory", s->addr);
		for (size_t k = 0; k < i; k++) {
			if (plan->segments[k].addr < end &&
			    s->addr < plan->segments[k].addr + plan->segments[k].memsz)
				return wrong(err, "segments overlap", s->addr);
		}
		if (touches_efi(req->machine, s))
			return wrong(err, "segment in EFI memory", s->addr);
	}
	return true;
}

static bool memory_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	struct kx_ranges map = { 0 }, ram = { 0 }, other = { 0 };
	bool sound = planning_memory_map(plan, &map);

	for (size_t i = 0; i < map.count && sound; i++) {
		const struct kx_range *r = &map.item[i];

		sound = kx_ranges_add(r->type == KX_E820_RAM ? &ram : &other, r->start, r->end,
				      0) == 0;
	}
	if (!sound)
		wrong(err, "memory map of entries", map.count);
	kx_ranges_merge(&ram);
	sound = sound && segments_sound(plan, req, &ram, &other, err);
	kx_ranges_done(&map);
	kx_ranges_done(&ram);
	kx_ranges_done(&other);
	return sound;
}

/* Linux, Documentation/arch/x86/boot.rst: what a loader owes to the fields of the header. */
static bool kernel_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *kernel = planning_segment(plan, "kernel");
	uint64_t align = planning_boot_param(plan, HDR_KERNEL_ALIGNMENT, 4);
	uint64_t preferred = planning_boot_param(plan, HDR_PREF_ADDRESS, 8);
	bool high = planning_boot_param(plan, HDR_XLOADFLAGS, 2) & XLF_CAN_BE_LOADED_ABOVE_4G;

	if (!kernel || kernel->memsz < planning_boot_param(plan, HDR_INIT_SIZE, 4))
		return wrong(err, "kernel with less room than init_size", 0);
	if (planning_boot_param(plan, HDR_RELOCATABLE_KERNEL, 1) ?
		    (kernel->addr & (align - 1)) || kernel->addr < preferred :
		    kernel->addr != preferred)
		return wrong(err, "kernel at the wrong address", kernel->addr);
	if (!high && kernel->addr + kernel->memsz > UINT64_C(1) << 32)
		return wrong(err, "kernel above 4 GiB", kernel->addr);
	if (plan->purgatory->entry != (req->has_entry ? req->entry : kernel->addr + ENTRY_64BIT))
		return wrong(err, "kernel entered at", plan->purgatory->entry);
	return true;
}

static bool cmdline_sound(const struct kx_plan *plan, struct kx_err *err)
{
	uint64_t at = planning_boot_param(plan, HDR_CMD_LINE_PTR, 4) |
		      planning_boot_param(plan, BP_EXT_CMD_LINE_PTR, 4) << 32;
	size_t len = strlen(plan->cmdline) + 1;
	struct kx_span line;

	if (!planning_bytes(plan, at, len, &line) || memcmp(line.base, plan->cmdline, len) != 0)
		return wrong(err, "command line is not at", at);
	if (len - 1 > planning_boot_param(plan, HDR_CMDLINE_SIZE, 4))
		return wrong(err, "command line is too long", len);
	return true;
}

static bool initrd_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *initrd = planning_segment(plan, "initrd");
	bool high = planning_boot_param(plan, HDR_XLOADFLAGS, 2) & XLF_CAN_BE_LOADED_ABOVE_4G;
	uint64_t at = planning_boot_param(plan, HDR_RAMDISK_IMAGE, 4) |
		      planning_boot_param(plan, BP_EXT_RAMDISK_IMAGE, 4) << 32;
	uint64_t size = planning_boot_param(plan, HDR_RAMDISK_SIZE, 4) |
			planning_boot_param(plan, BP_EXT_RAMDISK_SIZE, 4) << 32;

	if (size != req->initrd.len || at != (initrd ? initrd->addr : 0) ||
	    (initrd != NULL) != (req->initrd.len > 0))
		return wrong(err, "initrd is not at", at);
	if (initrd && !high &&
	    at + size - 1 > planning_boot_param(plan, HDR_INITRD_ADDR_MAX, 4))
		return wrong(err, "initrd above initrd_addr_max", at);
	return true;
}

static bool efi_sound(const struct kx_plan *plan, const struct kx_request *req,
		      struct kx_err *err)
{
	uint64_t info = plan->purgatory->arg + BP_EFI_INFO, len = 0;
	uint64_t map = planning_number(plan, info + EFI_INFO_MEMMAP, 4) |
		       planning_number(plan, info + EFI_INFO_MEMMAP_HI, 4) << 32;
	uint64_t size = planning_number(plan, info + EFI_INFO_MEMMAP_SIZE, 4);
	uint64_t setup = planning_setup_data(plan, SETUP_EFI, &len);
	struct kx_span bytes;

	if (planning_number(plan, info + EFI_INFO_SIGNATURE, 4) == 0)
		return setup == 0 || wrong(err, "EFI data without EFI information at", setup);
	if (!planning_bytes(plan, map, size, &bytes) ||
	    size != req->machine->efi.runtime_map.count * sizeof(struct kx_efi_desc))
		return wrong(err, "EFI map is not at", map);
	if (len != EFI_SETUP_DATA_SIZE ||
	    planning_number(plan, setup, 8) != req->machine->efi.fw_vendor ||
	    planning_number(plan, setup + 8, 8) != req->machine->efi.runtime ||
	    planning_number(plan, setup + 16, 8) != req->machine->efi.config_table ||
	    planning_number(plan, setup + 24, 8) != req->machine->efi.smbios)
		return wrong(err, "EFI setup data is not at", setup);
	return true;
}

bool planning_sound(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	const struct kx_segment *purgatory = planning_segment(plan, "purgatory");
	const struct kx_segment *boot = planning_segment(plan, "boot_params");
	uint64_t at, len;

	if (!purgatory || plan->entry < purgatory->addr ||
	    plan->entry >= purgatory->addr + purgatory->data.len)
		return wrong(err, "entry outside purgatory", plan->entry);
	if (!boot || plan->purgatory->arg != boot->addr || boot->data.len < BP_SIZE)
		return wrong(err, "boot_params are not at", plan->purgatory->arg);
	if (!walk_chain(plan, 0, &at, &len))
		return wrong(err, "broken chain of setup_data in", boot->addr);
	return memory_sound(plan, req, err) && kernel_sound(plan, req, err) &&
	       cmdline_sound(plan, err) && initrd_sound(plan, req, err) &&
	       efi_sound(plan, req, err);
}
