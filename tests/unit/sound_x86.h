/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an x86_64 plan must satisfy, with the eyes of the next kernel: it starts at what purgatory
 * hands over.
 */
#ifndef TESTS_UNIT_SOUND_X86_H
#define TESTS_UNIT_SOUND_X86_H

#include "tests/unit/plan_view.h"

/**
 * sound_x86_plan() - does @plan keep every promise that a plan makes?
 *
 * Segments in whole pages of RAM of the map that is handed over, clear of everything else in that
 * map, of each other and of EFI memory; entry in purgatory; the kernel behind it where its header
 * wants it; command line, initrd, memory map, EFI map and setup_data inside their segments and with
 * the content that was asked for. Of a kernel that is entered by its PVH note the same of
 * hvm_start_info.
 *
 * Return: true, or false with what is wrong in @err.
 */
bool sound_x86_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);

/**
 * sound_pvh_plan() - the same for a plan that has hvm_start_info
 *
 * Called by sound_x86_plan().
 */
bool sound_pvh_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);

/**
 * sound_elf_plan() - the same for a program that is no Linux: no memory map, but notes or nothing
 *
 * Called by sound_x86_plan().
 */
bool sound_elf_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);

/**
 * sound_real_plan() - the same for a plan that starts by setup code in real mode
 *
 * Called by sound_x86_plan().
 */
bool sound_real_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);

/**
 * sound_x86_segments() - are they whole pages in @ram, clear of @other, of EFI and of each other?
 * @ram, @other: what the next kernel is told
 */
bool sound_x86_segments(const struct kx_plan *plan, const struct kx_request *req,
			const struct kx_ranges *ram, const struct kx_ranges *other,
			struct kx_err *err);

/** x86_view_boot_param() - a field of boot_params */
uint64_t x86_view_boot_param(const struct kx_plan *plan, uint64_t offset, unsigned int width);

/**
 * x86_view_setup_data() - the physical address of the data of the first node of @type
 * @ret_len: its length
 *
 * Return: the address; 0 when there is none, or the chain leads out of the boot_params segment.
 */
uint64_t x86_view_setup_data(const struct kx_plan *plan, uint32_t type, uint64_t *ret_len);

/** x86_view_memory_map() - all that the next kernel is told of memory, into the empty @ret */
bool x86_view_memory_map(const struct kx_plan *plan, struct kx_ranges *ret);

#endif
