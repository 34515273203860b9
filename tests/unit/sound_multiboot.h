/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plan for a Multiboot kernel must satisfy, with that kernel's eyes: two registers, and
 * what is found from there. Its offsets are the specifications', not those of the loader.
 */
#ifndef TESTS_UNIT_SOUND_MULTIBOOT_H
#define TESTS_UNIT_SOUND_MULTIBOOT_H

#include "tests/unit/plan_view.h"

/**
 * sound_multiboot_plan() - does @plan keep every promise that a plan makes?
 *
 * Segments below 4 GiB and inside what the user allows; a magic number of either version; all of
 * the information inside one segment, and in it just the command line, modules, memory map and root
 * pointer that were asked for. What a BIOS leaves, if it is there, leads to that pointer and to
 * code that returns, and the memory map calls it reserved.
 *
 * Return: true, or false with what is wrong in @err.
 */
bool sound_multiboot_plan(const struct kx_plan *plan, const struct kx_request *req,
			  struct kx_err *err);

/** multiboot_view_tag() - where tag @type of Multiboot2 information lies, physical; 0: nowhere */
uint64_t multiboot_view_tag(const struct kx_plan *plan, uint32_t type);

#endif
