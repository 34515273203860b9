/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multiboot kernels, Xen above all: entered in 32-bit protected mode with a magic number in %eax
 * and the address of the information in %ebx (Multiboot Specification 0.6.96, 3.2; Multiboot2 2.0,
 * 3.3).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "kexec/arch/x86/multiboot.h"
#include "uapi/bootparam_x86.h"
#include "uapi/multiboot.h"

/* Below is what belongs to the BIOS, and what kernels look for there. */
static const uint64_t one_mib = 1 << 20, four_gib = UINT64_C(1) << 32;

static struct kx_range between(const struct kx_request *req, uint64_t start, uint64_t end)
{
	const struct kx_range *mem = &req->where.mem;

	return (struct kx_range){ mem->start > start ? mem->start : start,
				  mem->end < end ? mem->end : end, 0 };
}

static bool multiboot_probe(const struct kx_arch *arch, struct kx_span file)
{
	(void)arch;
	return multiboot_is(file, 1);
}

static bool multiboot2_probe(const struct kx_arch *arch, struct kx_span file)
{
	(void)arch;
	return multiboot_is(file, 2);
}

static int check(const struct kx_request *req, unsigned int version, struct kx_plan *plan,
		 struct kx_err *err)
{
	struct multiboot kernel;
	int rc;

	if (req->crash)
		return kx_fail(err, -ENOTSUP,
			       "a Multiboot kernel cannot be told of the crashed kernel's memory and its "
			       "dump: give -p a Linux kernel and its initrd");
	if (req->files.initrd.len)
		return kx_fail(err, -EINVAL,
			       "a Multiboot kernel gets no initrd of its own: give it, and a kernel for "
			       "Xen's first domain before it, as --module=\"FILE ARGUMENTS\"");
	rc = multiboot_open(req->files.kernel, version, &kernel, err);
	if (rc < 0)
		return rc;
	snprintf(plan->detail, sizeof(plan->detail), "%s for 0x%" PRIx64 "%s",
		 kernel.by_address ? "by its header's addresses," : "ELF", kernel.start,
		 kernel.relocatable ? ", relocatable" : "");
	return 0;
}

static int multiboot_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	return check(req, 1, plan, err);
}

static int multiboot2_check(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	return check(req, 2, plan, err);
}

/* One that stays where it was linked for may begin in the middle of a page. */
static int place_kernel(const struct kx_request *req, const struct multiboot *kernel,
			struct kx_plan *plan, uint64_t *ret, struct kx_err *err)
{
	uint64_t pad = kernel->relocatable ? 0 : kernel->start % kx_plan_page_size(plan);
	struct kx_place place = {
		.what = "kernel",
		.memsz = kernel->memsz + pad,
		.limit = between(req, 0, four_gib),
	};
	int rc = multiboot_bytes(kernel, pad, plan, &place.data, err);

	if (rc < 0)
		return rc;
	if (kernel->relocatable) {
		place.align = kernel->align;
		place.lowest = kernel->lowest;
		place.limit = between(req, kernel->where.start, kernel->where.end);
	} else {
		place.fixed = true;
		place.at = kernel->start - pad;
	}
	rc = kx_plan_place(plan, &place, ret, err);
	if (rc == 0)
		*ret += pad;
	return rc;
}

static int place_modules(const struct kx_request *req, struct kx_plan *plan, uint64_t *ret,
			 struct kx_err *err)
{
	if (!req->files.modules.len)
		return 0;
	/* Low, as other loaders do it: some kernels map no more than they must at first. */
	return kx_plan_place(plan,
			     &(struct kx_place){
				     .what = "modules",
				     .data = req->files.modules,
				     .limit = between(req, one_mib, four_gib),
				     .lowest = true,
			     },
			     ret, err);
}

static uint64_t efi_system_table(const struct kx_machine *machine)
{
	return x86_running_field(machine, BP_EFI_INFO + EFI_INFO_SYSTAB_HI, 4) << 32 |
	       x86_running_field(machine, BP_EFI_INFO + EFI_INFO_SYSTAB, 4);
}

/*
 * The firmware's services have been moved to virtual addresses once and for all: who is told of the
 * system table must see these addresses too, in the map. And it must have asked for it: Xen takes
 * the table for a promise that boot services go on, and stops where they do not.
 */
static int take_efi(const struct kx_request *req, const struct multiboot *kernel,
		    struct multiboot_facts *facts, struct kx_efi_map *map, struct kx_plan *plan,
		    struct kx_err *err)
{
	const struct kx_machine *machine = req->machine;
	uint64_t signature = x86_running_field(machine, BP_EFI_INFO + EFI_INFO_SIGNATURE, 4);
	const char *why = NULL;
	int rc = 0;

	if (!kernel->wants_efi || !machine->efi.present)
		return 0;
	if (req->pc.no_efi)
		why = "--noefi";
	else if (machine->efi.runtime_map.count == 0)
		why = "the running kernel shows no EFI runtime map";
	else if (signature != EFI_SIGNATURE_64 && signature != EFI_SIGNATURE_32)
		why = "boot_params has no EFI signature";
	if (why) {
		kx_plan_note(plan, "the EFI system table is not handed over: %s", why);
		return 0;
	}
	rc = multiboot_efi_map(&machine->efi.runtime_map, facts->memory, map, err);
	if (rc == -EINVAL)
		kx_advise(err, "--noefi starts the kernel without EFI");
	if (rc < 0)
		return rc;
	facts->efi_table = efi_system_table(machine);
	facts->efi32 = signature == EFI_SIGNATURE_32;
	facts->efi_map = map;
	return 0;
}

/*
 * Its bytes, or where they could not be read just how many there are: purgatory copies them then.
 * Kernels keep ACPI's tables from all readers of /dev/mem, unless these are below 1 MiB.
 */
static struct kx_span root_pointer(const struct kx_machine *machine)
{
	if (machine->rsdp_size)
		return (struct kx_span){ machine->rsdp, machine->rsdp_size };
	return (struct kx_span){ NULL, machine->efi.acpi20 ? KX_RSDP_SIZE :
				       machine->efi.acpi   ? KX_RSDP_OLD_SIZE :
							     0 };
}

/*
 * Who neither asks for the root pointer nor is told of EFI looks for it in low memory. Xen does,
 * and stops without it; whether another kernel would is not known.
 */
static int take_bios_area(const struct kx_request *req, const struct multiboot *kernel,
			  struct multiboot_facts *facts, struct kx_ranges *memory,
			  struct kx_plan *plan, struct kx_err *err)
{
	uint64_t at = 0;
	int rc;

	if (!req->machine->efi.present || req->pc.no_efi || kernel->wants_rsdp ||
	    facts->efi_table || facts->rsdp.len == 0)
		return 0;
	rc = multiboot_bios_area(req, facts->rsdp, memory, plan, &at, err);
	if (rc == 0 && !facts->rsdp.base) {
		*facts->rsdp_at = at;
		facts->rsdp.len = 0;
	}
	if (rc == 0 || rc == -ENOMEM)
		return rc;
	kx_context(err, rc, "EFI started this machine, and ACPI's root pointer, which this kernel does "
		   "not ask for, cannot be put where a BIOS has it");
	kx_advise(err, "Xen would not start; --noefi starts a kernel that needs no ACPI");
	return rc;
}

static int take_screen(const struct kx_request *req, const struct multiboot *kernel,
		       struct multiboot_facts *facts, struct kx_plan *plan, struct kx_err *err)
{
	facts->screen = multiboot_screen(req, plan);
	if (!kernel->needs_screen || facts->screen.address)
		return 0;
	return kx_fail(err, -ENODEV,
		       "its header says that it must have a screen (console flags tag), and there is "
		       "none that the firmware set up and that is still in use");
}

static int place_info(const struct kx_request *req, const struct multiboot_facts *facts,
		      struct kx_plan *plan, uint64_t *ret, struct kx_err *err)
{
	size_t size = multiboot_info(facts, 0, NULL);
	uint8_t *bytes = kx_plan_alloc(plan, size);
	int rc;

	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory for the Multiboot information");
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "multiboot",
				   .data = { bytes, size },
				   .limit = between(req, one_mib, four_gib),
				   .lowest = true,
			   },
			   ret, err);
	if (rc == 0)
		multiboot_info(facts, *ret, bytes);
	return rc;
}

/* What is known last, once all is placed. */
static void tell_of_rest(const struct kx_request *req, const struct multiboot *kernel,
			 const struct multiboot_facts *facts, struct kx_plan *plan)
{
	if (*facts->rsdp_at) {
		plan->purgatory->backup_src = x86_rsdp_address(req->machine);
		plan->purgatory->backup_dst = *facts->rsdp_at;
		plan->purgatory->backup_len = root_pointer(req->machine).len;
	}
	if (kernel->wants_screen && !facts->screen.address)
		kx_plan_warn(plan, "this kernel asks for a screen, and there is none that the firmware "
			     "set up and that is still in use");
	if (kernel->wants_rsdp && !facts->rsdp.len)
		kx_plan_warn(plan, "this kernel asks for ACPI's root pointer, which is not known: it "
			     "may find no ACPI tables");
}

static int place_all(const struct kx_request *req, const struct multiboot *kernel,
		     struct multiboot_facts *facts, struct kx_plan *plan, struct kx_err *err)
{
	uint64_t info = 0;
	int rc;

	facts->relocated = kernel->relocatable;
	rc = place_kernel(req, kernel, plan, &facts->base, err);
	if (rc == 0)
		rc = place_modules(req, plan, &facts->modules, err);
	if (rc == 0)
		rc = place_info(req, facts, plan, &info, err);
	if (rc == 0)
		rc = kx_plan_add_purgatory_protected(plan, req, between(req, 0, four_gib), err);
	if (rc < 0)
		return rc;
	plan->purgatory->entry = req->where.has_entry ?
					 req->where.entry :
					 facts->base + (kernel->entry - kernel->start);
	plan->purgatory->regs.eax = facts->version == 1 ? MB1_EAX : MB2_EAX;
	plan->purgatory->regs.ebx = (uint32_t)info;
	return 0;
}

static int load(const struct kx_request *req, unsigned int version, struct kx_plan *plan,
		struct kx_err *err)
{
	uint64_t rsdp_at = 0;
	struct multiboot_facts facts = {
		.version = version,
		.name = req->files.name,
		.cmdline = plan->cmdline,
		.loader = PACKAGE_NAME " " PACKAGE_VERSION,
		.files = &req->files,
		.rsdp = root_pointer(req->machine),
		.rsdp_at = &rsdp_at,
	};
	struct kx_ranges memory = { 0 };
	struct kx_efi_map map = { 0 };
	struct multiboot kernel;
	int rc;

	rc = multiboot_open(req->files.kernel, version, &kernel, err);
	if (rc == 0)
		rc = x86_memory_map(req->machine, &memory, err);
	facts.memory = &memory;
	if (rc == 0)
		rc = take_efi(req, &kernel, &facts, &map, plan, err);
	if (rc == 0)
		rc = take_bios_area(req, &kernel, &facts, &memory, plan, err);
	if (rc == 0)
		rc = take_screen(req, &kernel, &facts, plan, err);
	if (rc == 0)
		rc = place_all(req, &kernel, &facts, plan, err);
	if (rc == 0)
		tell_of_rest(req, &kernel, &facts, plan);
	kx_efi_map_done(&map);
	kx_ranges_done(&memory);
	return rc;
}

static int multiboot_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	return load(req, 1, plan, err);
}

static int multiboot2_load(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	return load(req, 2, plan, err);
}

const struct kx_image x86_multiboot = {
	.name = "multiboot",
	.alias = "multiboot-x86",
	.modules = true,
	.rsdp = x86_rsdp_address,
	.probe = multiboot_probe,
	.check = multiboot_check,
	.load = multiboot_load,
};

const struct kx_image x86_multiboot2 = {
	.name = "multiboot2",
	.alias = "multiboot2-x86",
	.modules = true,
	.rsdp = x86_rsdp_address,
	.probe = multiboot2_probe,
	.check = multiboot2_check,
	.load = multiboot2_load,
};
