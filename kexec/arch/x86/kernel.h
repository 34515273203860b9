/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the x86 loader share. */
#ifndef KEXEC_ARCH_X86_KERNEL_H
#define KEXEC_ARCH_X86_KERNEL_H

#include <stdint.h>

#include "kexec/image/elf_file.h"
#include "kexec/plan/arch.h"

/**
 * struct x86_kernel - a kernel that takes boot_params, whatever its file format
 * @header: the setup header, from HDR_START: the file's own, or one that stands for it
 * @setup: of a bzImage: what comes before that, the boot sector and the setup code
 * @code: what is loaded: of a bzImage without the signature that may follow it
 * @entry: where it starts, from the start of @code
 * @protected: @entry is the 32-bit one, in protected mode; else the 64-bit one
 * @end: what of memory the kernel itself can be in lies below; 0 means 4 GiB
 * @version: protocol, 0x20f is 2.15
 */
struct x86_kernel {
	struct kx_span header;
	struct kx_span setup;
	struct kx_span code;
	uint64_t entry;
	bool protected;
	uint64_t end;
	uint16_t version;
	uint8_t loadflags;
	uint16_t xloadflags;
	bool relocatable;
	uint32_t alignment;
	uint32_t cmdline_size;
	uint32_t initrd_addr_max;
	uint64_t pref_address;
	uint32_t init_size;
};

/** struct x86_addresses - where the plan put what boot_params must point at */
struct x86_addresses {
	uint64_t boot_params;
	uint64_t initrd, initrd_size;
};

extern const struct kx_image x86_bzimage, x86_bzimage32, x86_multiboot, x86_multiboot2,
	x86_vmlinux, x86_pvh, x86_elf;

/**
 * x86_pvh_entry() - where an ELF file wants to be entered as Xen enters its guests
 * @ret: physical address
 *
 * Return: true; false when it has no such note.
 */
bool x86_pvh_entry(const struct elf_file *file, uint64_t *ret);

/** x86_kernel_check() - kx_image.check once the file is taken apart */
int x86_kernel_check(const struct kx_request *req, const struct x86_kernel *kernel,
		     struct kx_plan *plan, struct kx_err *err);

/** x86_kernel_place() - kx_image.place likewise; nothing of @kernel->code is looked at */
int x86_kernel_place(const struct kx_request *req, const struct x86_kernel *kernel,
		     struct kx_plan *plan, struct kx_err *err);

/** x86_kernel_load() - kx_image.load likewise */
int x86_kernel_load(const struct kx_request *req, const struct x86_kernel *kernel,
		    struct kx_plan *plan, struct kx_err *err);

/** x86_place_code() - a segment for the kernel; errors of kx_plan_place() */
int x86_place_code(const struct kx_request *req, const struct x86_kernel *kernel,
		   struct kx_plan *plan, uint64_t *ret_addr, struct kx_err *err);

/** x86_place_initrd() - the same for the initrd, if there is one; its place goes into @at */
int x86_place_initrd(const struct kx_request *req, const struct x86_kernel *kernel,
		     struct kx_plan *plan, struct x86_addresses *at, struct kx_err *err);

/** x86_real_mode_check() - may the setup code of a kernel be run here? 0; -ENOTSUP, -ENOEXEC */
int x86_real_mode_check(const struct kx_request *req, const struct x86_kernel *kernel,
			struct kx_err *err);

/** x86_real_mode_load() - x86_kernel_load() for a kernel that is started by its setup code */
int x86_real_mode_load(const struct kx_request *req, const struct x86_kernel *kernel,
		       struct kx_plan *plan, struct kx_err *err);

/**
 * x86_memory_map() - the memory map for the next kernel, types are E820 types
 *
 * From /sys/firmware/memmap, else boot_params, else /proc/iomem; the latter first when
 * "add_efi_memmap" made the running kernel extend what the boot loader gave it.
 *
 * Return: 0 with the sorted list in the empty @ret; -ENODATA when there is none; -ENOMEM.
 */
int x86_memory_map(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err);

/** x86_usable() - see kx_arch.usable */
int x86_usable(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err);

/** x86_usable_low() - the same below 1 MiB, without what is the BIOS's own */
int x86_usable_low(const struct kx_machine *machine, struct kx_ranges *ret, struct kx_err *err);

/**
 * struct x86_boot_data - boot_params and all it points at, one run of bytes for one segment
 * @bytes: boot_params itself, then command line, EFI map, setup_data
 */
struct x86_boot_data {
	uint8_t *bytes;
	size_t len;
	size_t cmdline_at, efi_map_at, setup_data_at;
	struct kx_ranges memory;
	struct kx_efi_map efi_map;
};

/**
 * x86_boot_data_init() - lay out boot_params and what follows it; sizes are final after this
 *
 * Decides whether EFI is handed over, and extends @plan->cmdline for kernels that need
 * acpi_rsdp= there. @ret->memory is the next kernel's memory map, set by the caller; @ret->bytes
 * belongs to @plan.
 *
 * Return: 0; -ENODATA, -EINVAL (EFI map refused, command line too long), -ENOMEM with @err.
 */
int x86_boot_data_init(struct x86_boot_data *ret, const struct kx_request *req,
		       const struct x86_kernel *image, struct kx_plan *plan, struct kx_err *err);

/** x86_boot_data_fill() - write the bytes, now that all addresses are known */
void x86_boot_data_fill(struct x86_boot_data *data, const struct kx_request *req,
			const struct x86_kernel *image, struct kx_plan *plan,
			const struct x86_addresses *at);

/** x86_boot_data_done() - free what the plan does not own */
void x86_boot_data_done(struct x86_boot_data *data);

/** x86_running_field() - a field of the running kernel's boot_params; 0 when they are unknown */
uint64_t x86_running_field(const struct kx_machine *machine, uint64_t offset, unsigned int width);

/** x86_rsdp_address() - where ACPI's root pointer is; 0 when that is unknown */
uint64_t x86_rsdp_address(const struct kx_machine *machine);

/** x86_copy_screen() - hand the screen over into boot_params @bp; notes the choice in @plan */
void x86_copy_screen(uint8_t *bp, const struct kx_request *req, struct kx_plan *plan);

#endif
