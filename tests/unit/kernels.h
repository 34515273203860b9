/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels and machines for tests of the x86 loader. */
#ifndef TESTS_UNIT_KERNELS_H
#define TESTS_UNIT_KERNELS_H

#include "tests/tools/mkbzimage.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/sound_x86.h"

/* Machines out of tests/fixtures/x86_64, there between set-up and tear-down. */
extern struct kx_machine machine_bios, machine_uefi, machine_large, machine_many, machine_native;

/** kernels_machines - these and all others that can start a kernel, with the fixture's name */
extern const struct kernels_machine {
	struct kx_machine *machine;
	const char *name;
} kernels_machines[];
extern const size_t kernels_n_machines;

/** kernels_setup() - read the machines; ends the program where there is no purgatory */
int kernels_setup(void **state);

/** kernels_teardown() - drop them */
int kernels_teardown(void **state);

/** kernel_of() - a kernel file of up to four words of mkbzimage; NULL ends them */
struct kx_span kernel_of(const char *a, const char *b, const char *c, const char *d);

/** kernel_drop() - free it */
void kernel_drop(struct kx_span file);

/** assert_planned() - the plan, which is sound; for the caller to release */
struct kx_plan assert_planned(const struct kx_request *req);

/** refused_or_sound() - was it refused with a reason? If not, the plan is sound. */
bool refused_or_sound(const struct kx_request *req);

/** assert_refused() - @machine does not get @file, which is freed, and why */
void assert_refused(const struct kx_machine *machine, struct kx_span file, int code,
		    const char *says);

#endif
