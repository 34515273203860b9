/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an x86 crash kernel's load has besides a normal one. */
#ifndef KEXEC_ARCH_X86_CRASH_H
#define KEXEC_ARCH_X86_CRASH_H

#include <stdint.h>

#include "kexec/arch/x86/kernel.h"
#include "kexec/plan/elfcorehdr.h"

/**
 * struct x86_crash - parts of the plan that the dump depends on
 * @backup: low memory that purgatory copies away before the crash kernel uses it
 * @backup_at, @backup_size: where to, in whole pages
 * @header: the ELF core header's memory
 */
struct x86_crash {
	struct kx_range backup;
	uint64_t backup_at, backup_size;
	struct kx_range header;
};

/**
 * x86_crash_check() - can @kernel be a crash kernel here, by what it reaches of memory?
 *
 * One that is entered in protected mode has to lie in the highest reserved region all the same, and
 * one without a 64-bit entry has to read all that is to be dumped, which is not known of it above
 * 4 GiB.
 *
 * Return: 0, for other kernels too; -ENOTSUP with what to do.
 */
int x86_crash_check(const struct kx_request *req, const struct x86_kernel *kernel,
		    struct kx_err *err);

/**
 * x86_crash_place() - add the backup and ELF core header segments, and tell the command line
 *
 * Before x86_boot_data_init(), which lays the command line out.
 *
 * Return: 0; -ENODATA when the running kernel's mapping is unknown; -E2BIG command line too long;
 * errors of kx_plan_place().
 */
int x86_crash_place(struct x86_crash *ret, const struct kx_request *req,
		    const struct x86_kernel *image, struct kx_plan *plan, struct kx_err *err);

/** x86_crash_backup() - tell @plan's purgatory, which is there, of the backup, if there is one */
void x86_crash_backup(const struct x86_crash *crash, struct kx_plan *plan);

/**
 * x86_crash_header() - the ELF core header alone, and the command line's elfcorehdr= for it
 * @backup: empty where purgatory saves nothing
 * @cmdline_max: bytes that the command line may have
 * @ret: the header's memory
 *
 * Return: as x86_crash_place().
 */
int x86_crash_header(const struct kx_request *req, const struct kx_backup *backup,
		     size_t cmdline_max, struct kx_plan *plan, struct kx_range *ret,
		     struct kx_err *err);

/**
 * x86_crash_region() - where the running kernel takes a crash kernel's segments
 *
 * Return: the highest "Crash kernel" of /proc/iomem; an empty range when there is none.
 */
struct kx_range x86_crash_region(const struct kx_machine *machine);

/** x86_mapping() - see kx_arch.mapping */
int x86_mapping(const struct kx_crash *facts, struct kx_mapping *ret, struct kx_err *err);

/**
 * x86_crash_memory_map() - memory that the crash kernel may use, and what is not RAM anyway
 *
 * Return: 0 with the sorted list in the empty @ret, types are E820 types; -ENODATA; -ENOMEM.
 */
int x86_crash_memory_map(const struct x86_crash *crash, const struct kx_request *req,
			 struct kx_ranges *ret, struct kx_err *err);

#endif
