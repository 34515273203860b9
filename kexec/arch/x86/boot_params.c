/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds boot_params and what it points at (Linux, Documentation/arch/x86/zero-page.rst): all that
 * a boot loader would have told the next kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kx/bytes.h"
#include "kx/cmdline.h"
#include "kx/memmap.h"
#include "uapi/bootparam_x86.h"

/* setup_data and the EFI map hold 64-bit numbers. */
enum { PART_ALIGN = 16, EFI_MEMDESC_VERSION = 1 };

uint64_t x86_running_field(const struct kx_machine *machine, uint64_t offset, unsigned int width)
{
	struct kx_span page = { machine->boot_params, sizeof(machine->boot_params) };
	uint64_t value = 0;

	if (machine->have_boot_params)
		kx_span_le(page, offset, width, &value);
	return value;
}

uint64_t x86_rsdp_address(const struct kx_machine *machine)
{
	if (machine->efi.acpi20)
		return machine->efi.acpi20;
	if (machine->efi.acpi)
		return machine->efi.acpi;
	return x86_running_field(machine, BP_ACPI_RSDP_ADDR, 8);
}

/*
 * EFI runtime services go on only if the running kernel still has them mapped (runtime-map), the
 * next one knows that it must not map them anew, and boot_params tells what firmware it is.
 */
static bool wants_efi(const struct kx_request *req, const struct x86_kernel *image,
		      struct kx_plan *plan)
{
	const struct kx_machine *machine = req->machine;
	uint64_t signature = x86_running_field(machine, BP_EFI_INFO + EFI_INFO_SIGNATURE, 4);
	uint64_t version = x86_running_field(machine, BP_EFI_INFO + EFI_INFO_MEMDESC_VERSION, 4);
	const char *reason = NULL;

	if (!machine->efi.present)
		return false;
	if (req->pc.no_efi)
		reason = "--noefi";
	else if (!(image->xloadflags & XLF_EFI_KEXEC))
		reason = "this kernel cannot take them over (xloadflags)";
	else if (machine->efi.runtime_map.count == 0)
		reason = "the running kernel shows no EFI runtime map";
	else if (signature != EFI_SIGNATURE_64 && signature != EFI_SIGNATURE_32)
		reason = "boot_params has no EFI signature";
	else if (version != EFI_MEMDESC_VERSION)
		reason = "the EFI memory descriptors have an unknown version";
	if (reason)
		kx_plan_note(plan, "EFI runtime services are not handed over: %s", reason);
	return !reason;
}

static int take_efi_map(struct x86_boot_data *data, const struct kx_request *req,
			struct kx_err *err)
{
	const struct kx_efi_map *map = &req->machine->efi.runtime_map;
	struct kx_ranges ram = { 0 };
	int rc = 0;

	data->efi_map.desc = calloc(map->count, sizeof(*map->desc));
	if (!data->efi_map.desc)
		return kx_fail(err, -ENOMEM, "no memory for %zu EFI descriptors", map->count);
	memcpy(data->efi_map.desc, map->desc, map->count * sizeof(*map->desc));
	data->efi_map.count = map->count;
	for (size_t i = 0; i < data->memory.count && rc == 0; i++) {
		const struct kx_range *r = &data->memory.item[i];

		if (r->type == KX_E820_RAM)
			rc = kx_ranges_add(&ram, r->start, r->end, 0);
	}
	if (rc < 0)
		kx_fail(err, rc, "no memory for the list of RAM");
	else
		rc = kx_efi_map_check(&data->efi_map, &ram, err);
	kx_ranges_done(&ram);
	if (rc == -EINVAL)
		kx_advise(err, "--noefi starts the kernel without EFI runtime services");
	return rc;
}

static bool has_rsdp_word(const char *cmdline)
{
	struct kx_span rest = kx_span_of(cmdline), word;
	bool found = false;

	while (kx_cmdline_word(&rest, &word))
		found |= kx_span_starts(word, "acpi_rsdp=");
	return found;
}

/* Kernels before protocol 2.14 (v5.0) look for the RSDP in low memory only, where EFI has none. */
static int add_rsdp_word(const struct kx_request *req, const struct x86_kernel *image,
			 struct kx_plan *plan, struct kx_err *err)
{
	uint64_t rsdp = x86_rsdp_address(req->machine);
	char word[sizeof("acpi_rsdp=0x0123456789abcdef")];

	if (!req->machine->efi.present || rsdp == 0 || image->version >= HDR_VERSION_ACPI_RSDP)
		return 0;
	/* From the user, or from the kexec before this one. */
	if (has_rsdp_word(req->files.cmdline))
		return 0;
	snprintf(word, sizeof(word), "acpi_rsdp=0x%" PRIx64, rsdp);
	return kx_plan_add_word(plan, word, image->cmdline_size, err);
}

static size_t align_part(size_t at)
{
	return (at + PART_ALIGN - 1) & ~(size_t)(PART_ALIGN - 1);
}

static size_t setup_data_room(size_t len)
{
	return len ? align_part(SETUP_DATA_HEADER + len) : 0;
}

static size_t e820_ext_count(const struct x86_boot_data *data)
{
	return data->memory.count > BP_E820_MAX ? data->memory.count - BP_E820_MAX : 0;
}

static int lay_out(struct x86_boot_data *data, const struct kx_request *req, struct kx_plan *plan)
{
	size_t at = BP_SIZE;

	data->cmdline_at = at;
	at = align_part(at + strlen(plan->cmdline) + 1);
	data->efi_map_at = at;
	at = align_part(at + data->efi_map.count * sizeof(struct kx_efi_desc));
	data->setup_data_at = at;
	at += setup_data_room(e820_ext_count(data) * BP_E820_ENTRY_SIZE);
	at += setup_data_room(data->efi_map.count ? EFI_SETUP_DATA_SIZE : 0);
	at += setup_data_room(req->seeds.rng ? KX_RNG_SEED_SIZE : 0);
	data->len = at;
	data->bytes = kx_plan_alloc(plan, at);
	return data->bytes ? 0 : -ENOMEM;
}

int x86_boot_data_init(struct x86_boot_data *ret, const struct kx_request *req,
		       const struct x86_kernel *image, struct kx_plan *plan, struct kx_err *err)
{
	int rc = 0;

	if (wants_efi(req, image, plan))
		rc = take_efi_map(ret, req, err);
	if (rc == 0 && ret->efi_map.count == 0)
		rc = add_rsdp_word(req, image, plan, err);
	if (rc < 0)
		return rc;
	if (lay_out(ret, req, plan) < 0)
		return kx_fail(err, -ENOMEM, "no memory for boot_params");
	return 0;
}

void x86_boot_data_done(struct x86_boot_data *data)
{
	kx_ranges_done(&data->memory);
	kx_efi_map_done(&data->efi_map);
}

static void put_e820_entry(uint8_t *to, const struct kx_range *r)
{
	kx_put_le(to, 8, r->start);
	kx_put_le(to + 8, 8, r->end - r->start);
	kx_put_le(to + 16, 4, r->type);
}

static void put_memory_map(uint8_t *bp, const struct kx_ranges *memory)
{
	size_t count = memory->count < BP_E820_MAX ? memory->count : BP_E820_MAX;
	uint64_t above_1m = 0;

	bp[BP_E820_ENTRIES] = (uint8_t)count;
	for (size_t i = 0; i < count; i++)
		put_e820_entry(bp + BP_E820_TABLE + i * BP_E820_ENTRY_SIZE, &memory->item[i]);
	for (size_t i = 0; i < memory->count; i++) {
		const struct kx_range *r = &memory->item[i];

		if (r->type == KX_E820_RAM && r->start <= 1 << 20 && r->end > 1 << 20)
			above_1m = (r->end - (1 << 20)) >> 10;
	}
	/* For readers of the field that is older than E820. */
	kx_put_le(bp + BP_ALT_MEM_K, 4, above_1m > UINT32_MAX ? UINT32_MAX : above_1m);
}

/* Facts of the firmware that no kernel changes: as the running kernel got them. */
static void copy_firmware_facts(uint8_t *bp, const struct kx_machine *machine)
{
	static const struct {
		uint16_t at, len;
	} part[] = {
		{ BP_IST_INFO, BP_IST_INFO_SIZE },
		{ BP_EDID_INFO, BP_EDID_INFO_SIZE },
		{ BP_EDDBUF_ENTRIES, 1 },
		{ BP_EDD_MBR_SIG_BUF_ENTRIES, 1 },
		{ BP_SECURE_BOOT, 1 },
		{ BP_EDD_MBR_SIG_BUFFER, BP_EDD_MBR_SIG_BUFFER_SIZE },
		{ BP_EDDBUF, BP_EDDBUF_SIZE },
		{ HDR_HARDWARE_SUBARCH, 4 },
		{ HDR_HARDWARE_SUBARCH_DATA, 8 },
	};

	if (!machine->have_boot_params)
		return;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		memcpy(bp + part[i].at, machine->boot_params + part[i].at, part[i].len);
}

/* Each node names the next one by physical address; *link is where the latest one's goes. */
struct setup_chain {
	uint8_t *base;
	uint64_t physical;
	size_t at;
	uint8_t *link;
};

static uint8_t *chain_node(struct setup_chain *chain, uint32_t type, size_t len)
{
	uint8_t *node = chain->base + chain->at;

	kx_put_le(chain->link, 8, chain->physical + chain->at);
	kx_put_le(node, 8, 0);
	kx_put_le(node + 8, 4, type);
	kx_put_le(node + 12, 4, len);
	chain->link = node;
	chain->at += setup_data_room(len);
	return node + SETUP_DATA_HEADER;
}

static void put_efi(struct x86_boot_data *data, const struct kx_machine *machine,
		    struct setup_chain *chain)
{
	uint8_t *info = data->bytes + BP_EFI_INFO, *to = data->bytes + data->efi_map_at;
	uint64_t map = chain->physical + data->efi_map_at;
	size_t map_size = data->efi_map.count * sizeof(struct kx_efi_desc);

	memcpy(info, machine->boot_params + BP_EFI_INFO, BP_EFI_INFO_SIZE);
	kx_put_le(info + EFI_INFO_MEMDESC_SIZE, 4, sizeof(struct kx_efi_desc));
	kx_put_le(info + EFI_INFO_MEMDESC_VERSION, 4, EFI_MEMDESC_VERSION);
	kx_put_le(info + EFI_INFO_MEMMAP, 4, map);
	kx_put_le(info + EFI_INFO_MEMMAP_HI, 4, map >> 32);
	kx_put_le(info + EFI_INFO_MEMMAP_SIZE, 4, map_size);
	for (size_t i = 0; i < data->efi_map.count; i++, to += sizeof(struct kx_efi_desc)) {
		const struct kx_efi_desc *d = &data->efi_map.desc[i];

		kx_put_le(to, 4, d->type);
		kx_put_le(to + 8, 8, d->phys_addr);
		kx_put_le(to + 16, 8, d->virt_addr);
		kx_put_le(to + 24, 8, d->num_pages);
		kx_put_le(to + 32, 8, d->attribute);
	}
	to = chain_node(chain, SETUP_EFI, EFI_SETUP_DATA_SIZE);
	kx_put_le(to, 8, machine->efi.fw_vendor);
	kx_put_le(to + 8, 8, machine->efi.runtime);
	kx_put_le(to + 16, 8, machine->efi.config_table);
	kx_put_le(to + 24, 8, machine->efi.smbios);
}

static void put_setup_data(struct x86_boot_data *data, const struct kx_request *req,
			   uint64_t physical)
{
	struct setup_chain chain = {
		.base = data->bytes,
		.physical = physical,
		.at = data->setup_data_at,
		.link = data->bytes + HDR_SETUP_DATA,
	};
	size_t extra = e820_ext_count(data);
	uint8_t *to;

	if (extra > 0) {
		to = chain_node(&chain, SETUP_E820_EXT, extra * BP_E820_ENTRY_SIZE);
		for (size_t i = 0; i < extra; i++)
			put_e820_entry(to + i * BP_E820_ENTRY_SIZE,
				       &data->memory.item[BP_E820_MAX + i]);
	}
	if (data->efi_map.count > 0)
		put_efi(data, req->machine, &chain);
	if (req->seeds.rng) {
		to = chain_node(&chain, SETUP_RNG_SEED, KX_RNG_SEED_SIZE);
		memcpy(to, req->seeds.rng, KX_RNG_SEED_SIZE);
	}
}

void x86_boot_data_fill(struct x86_boot_data *data, const struct kx_request *req,
			const struct x86_kernel *image, struct kx_plan *plan,
			const struct x86_addresses *at)
{
	uint64_t cmdline = at->boot_params + data->cmdline_at;
	uint8_t *bp = data->bytes;

	memcpy(bp + HDR_START, image->header.base, image->header.len);
	copy_firmware_facts(bp, req->machine);
	x86_copy_screen(bp, req, plan);
	bp[HDR_TYPE_OF_LOADER] = LOADER_KEXEC;
	kx_put_le(bp + HDR_SETUP_DATA, 8, 0);
	kx_put_le(bp + HDR_CMD_LINE_PTR, 4, cmdline);
	kx_put_le(bp + BP_EXT_CMD_LINE_PTR, 4, cmdline >> 32);
	kx_put_le(bp + HDR_RAMDISK_IMAGE, 4, at->initrd);
	kx_put_le(bp + BP_EXT_RAMDISK_IMAGE, 4, at->initrd >> 32);
	kx_put_le(bp + HDR_RAMDISK_SIZE, 4, at->initrd_size);
	kx_put_le(bp + BP_EXT_RAMDISK_SIZE, 4, at->initrd_size >> 32);
	kx_put_le(bp + BP_ACPI_RSDP_ADDR, 8, x86_rsdp_address(req->machine));
	put_memory_map(bp, &data->memory);
	memcpy(bp + data->cmdline_at, plan->cmdline, strlen(plan->cmdline) + 1);
	put_setup_data(data, req, at->boot_params);
}
