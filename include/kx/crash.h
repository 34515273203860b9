/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of a machine that only a crash kernel's load needs. */
#ifndef KX_CRASH_H
#define KX_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"
#include "kx/iomem.h"
#include "kx/isa.h"
#include "kx/ranges.h"
#include "kx/vmcoreinfo.h"

/* The physical address of a part of which /proc/kcore does not show it. */
#define KX_KCORE_HIDDEN UINT64_MAX

/**
 * struct kx_kcore_part - one PT_LOAD of /proc/kcore that is mapped in one piece
 * @physical: KX_KCORE_HIDDEN on kernels before v4.11, where kx_kcore_locate() did not find it
 */
struct kx_kcore_part {
	uint64_t virt, physical, size;
};

/**
 * struct kx_mapping - where the running kernel has itself and all of memory
 * @image: the kernel's image; size 0 when that is not known
 * @direct: virtual minus physical addresses of the direct map, valid when @has_direct
 */
struct kx_mapping {
	struct kx_kcore_part image;
	bool has_direct;
	uint64_t direct;
};

/**
 * struct kx_crash - facts of struct kx_machine; addresses are physical; zero-initialised is "nothing
 * known"
 * @regions: "Crash kernel" of /proc/iomem, ascending
 * @ram: every kind of "System RAM", driver-managed included, as a dump shall have it
 * @image: the running kernel, from its code to its bss
 * @cma: memory for user pages that the crash kernel may have: not in the dump
 * @notes: where ELF notes are: each possible CPU's registers, then VMCOREINFO
 * @kcore: memory that /proc/kcore shows, as it is mapped
 * @vmcoreinfo: what the running kernel tells dump tools, from the notes of /proc/kcore (since
 *              v4.19); empty when they do not show it; @vmcoreinfo_text owns it
 * @stext: virtual address where the image's code begins, from /proc/kallsyms; 0: hidden
 * @dump_read: all but @regions and @elfcorehdr_size has been filled in
 * @elfcorehdr_size: bytes that the kernel wants for a header that it keeps up to date; 0: it does
 *                   not do that
 */
struct kx_crash {
	struct kx_ranges regions, ram, cma;
	struct kx_range image;
	struct kx_ranges notes;
	struct kx_kcore_part *kcore;
	size_t n_kcore;
	struct kx_vmcoreinfo vmcoreinfo;
	char *vmcoreinfo_text;
	uint64_t stext;
	bool dump_read;
	uint64_t elfcorehdr_size;
};

/**
 * kx_crash_mapping() - virtual addresses of the running kernel, by the formulas of VMCOREINFO
 * @isa: of the running kernel
 *
 * What VMCOREINFO lacks is taken from how /proc/kcore maps memory, and for the image from
 * /proc/kallsyms. What none of them tells stays unknown in @ret: a dump without virtual addresses
 * is read by the VMCOREINFO in it, one with wrong addresses by nobody.
 */
void kx_crash_mapping(const struct kx_crash *crash, const struct kx_isa *isa,
		      struct kx_mapping *ret);

/**
 * kx_crash_regions() - "Crash kernel" of /proc/iomem
 *
 * Return: 0 with the merged ranges in the empty list @ret; -ENOMEM.
 */
int kx_crash_regions(const struct kx_iomem *iomem, struct kx_ranges *ret);

/** kx_crash_done() - free what @crash owns */
void kx_crash_done(struct kx_crash *crash);

/**
 * kx_kcore_parse() - the PT_LOADs of a core's headers, of either class and byte order
 * @headers: ELF header and program headers
 *
 * Parts of which it is known that they are not mapped in one piece are left out. Where no part has
 * another physical address than 0, as on kernels before v4.11, all are there and hidden.
 *
 * Return: 0 with the parts, which the caller frees; -EINVAL for anything but an ELF file whose
 * program headers lie in @headers; -ENOMEM.
 */
int kx_kcore_parse(struct kx_span headers, struct kx_kcore_part **ret, size_t *ret_count,
		   struct kx_err *err);

/**
 * kx_kcore_locate() - find the direct map among parts whose physical addresses are all hidden
 * @ram: "System RAM" of /proc/iomem, ascending and merged
 *
 * The direct map is where all of RAM is, moved by one number; its parts get their physical
 * addresses. Nothing happens where parts are not hidden, or where none fit or more than one way.
 * Hidden parts are put in the order of their virtual addresses.
 */
void kx_kcore_locate(struct kx_kcore_part *part, size_t count, const struct kx_ranges *ram);

/**
 * kx_kcore_vmcoreinfo() - the text of the note VMCOREINFO in ELF notes
 *
 * Return: false when there is none, or it does not end inside @notes.
 */
bool kx_kcore_vmcoreinfo(struct kx_span notes, bool big_endian, struct kx_span *ret);

/**
 * kx_crash_cma_parse() - the text of /sys/kernel/kexec/crash_cma_ranges: lines "start-end",
 * hexadecimal, end inclusive (Documentation/ABI/testing/sysfs-kernel-kexec-kdump, v6.19)
 *
 * Return: 0 with the merged ranges in the empty list @ret; -EINVAL; -ENOMEM.
 */
int kx_crash_cma_parse(struct kx_span text, struct kx_ranges *ret, struct kx_err *err);

#endif
