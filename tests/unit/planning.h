/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans an x86 kernel as `kexec -c -l` does and looks at the plan with the eyes of the next kernel:
 * only through physical addresses, starting at what purgatory hands over.
 */
#ifndef TESTS_UNIT_PLANNING_H
#define TESTS_UNIT_PLANNING_H

#include <stdbool.h>

#include "kexec/plan/arch.h"

/** planning_request() - ask for @kernel on @machine, with no limits and the command line "quiet" */
struct kx_request planning_request(const struct kx_machine *machine, struct kx_span kernel);

/**
 * planning_run() - find the format, check, place, preflight
 *
 * Return: 0 with @plan, or a negative errno with @err. The caller releases @plan in either case.
 */
int planning_run(const struct kx_request *req, struct kx_plan *plan, struct kx_err *err);

/** planning_run_on() - the same for a kernel of another architecture */
int planning_run_on(const char *arch_name, const struct kx_request *req, struct kx_plan *plan,
		    struct kx_err *err);

/**
 * planning_sound() - does @plan keep every promise that a plan makes?
 *
 * Segments in whole pages of RAM of the map that is handed over, clear of everything else in that
 * map, of each other and of EFI memory; entry in purgatory; the kernel behind it where its header
 * wants it; command line, initrd, memory map, EFI map and setup_data inside their segments and with
 * the content that was asked for.
 *
 * Return: true, or false with what is wrong in @err.
 */
bool planning_sound(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err);

/** planning_segment() - the first segment called @what, or NULL */
const struct kx_segment *planning_segment(const struct kx_plan *plan, const char *what);

/** planning_bytes() - loaded bytes at physical address @at; false when any is not of one segment */
bool planning_bytes(const struct kx_plan *plan, uint64_t at, uint64_t len, struct kx_span *ret);

/** planning_number() - a little-endian number at physical address @at; 0 when it is not loaded */
uint64_t planning_number(const struct kx_plan *plan, uint64_t at, unsigned int width);

/**
 * struct planning_header - a program header of the plan's ELF core header, read back
 */
struct planning_header {
	uint64_t type, offset, virt, physical, size;
};

/** planning_header() - program header number @i; the plan has an elfcorehdr */
struct planning_header planning_header(const struct kx_plan *plan, uint64_t i);

/** planning_header_count() - how many there are */
uint64_t planning_header_count(const struct kx_plan *plan);

/** planning_boot_param() - a field of boot_params */
uint64_t planning_boot_param(const struct kx_plan *plan, uint64_t offset, unsigned int width);

/**
 * planning_setup_data() - the physical address of the data of the first node of @type
 * @ret_len: its length
 *
 * Return: the address; 0 when there is none, or the chain leads out of the boot_params segment.
 */
uint64_t planning_setup_data(const struct kx_plan *plan, uint32_t type, uint64_t *ret_len);

/** planning_memory_map() - all that the next kernel is told of memory, into the empty @ret */
bool planning_memory_map(const struct kx_plan *plan, struct kx_ranges *ret);

#endif
