/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of the machines of kdump test --vm. */
#ifndef KDUMP_SERVICE_TEST_ARCH_H
#define KDUMP_SERVICE_TEST_ARCH_H

#include <stddef.h>

#include "kx/isa.h"

/**
 * struct vm_arch - machines of one architecture
 * @isa: which
 * @qemu: the program; @packages: that have it, for people
 * @machine: -machine: boots a kernel by -kernel, has PCI, ends by a reset
 * @cpu: -cpu without KVM: all that a distribution may have built for, but what is slow to emulate
 * @words: for its kernels' command lines: its serial line, and what makes no sense there
 *
 * To add one: a line in arch.c, the packages of its QEMU there, a scenario
 * more-vm-test@ARCH in tests/qemu/scenarios/vm-test.sh. Its serial line has to be the console of
 * "-serial file:", and the kernel has to start without firmware that is not in QEMU's package.
 */
struct vm_arch {
	const struct kx_isa *isa;
	const char *qemu, *packages;
	const char *machine, *cpu, *words;
};

/**
 * vm_arch_of() - that of a kernel whose utsname.machine is @name
 *
 * Return: NULL: there is none.
 */
const struct vm_arch *vm_arch_of(const char *name);

/** vm_arch_at() - number @i of the table, or NULL */
const struct vm_arch *vm_arch_at(size_t i);

#endif
