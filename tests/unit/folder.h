/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for unit tests, unpacked into folders that go away. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include "kx/machine.h"

/** struct folder - a temporary folder; release it with folder_remove() */
struct folder {
	char path[64];
};

/** folder_make() - an empty one; ends the test when that fails */
struct folder folder_make(void);

/** folder_of() - one with the machine @text (tests/tools/mkroot.h); a wrong text ends the test */
struct folder folder_of(const char *text);

/** folder_of_fixture() - one with tests/fixtures/x86_64/@name.machine below $srcdir */
struct folder folder_of_fixture(const char *name);

/** folder_of_machine() - the same of tests/fixtures/@arch */
struct folder folder_of_machine(const char *arch, const char *name);

/** folder_remove() - with everything in it */
void folder_remove(const struct folder *folder);

/** machine_of() - what kx_machine_read() makes of the machine @text; ends the test when it fails */
void machine_of(struct kx_machine *ret, const char *text);

/** machine_of_fixture() - the same of a fixture */
void machine_of_fixture(struct kx_machine *ret, const char *name);

#endif
