/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a crash kernel needs, and how crashkernel= asks for it. */
#ifndef KDUMP_SERVICE_MACHINE_NEED_H
#define KDUMP_SERVICE_MACHINE_NEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct need_facts - of what it is estimated, in bytes
 * @kernel: what the image takes when it begins, kernel_init_size(); 0: it did not say
 * @unpacked: the initramfs, as its files are, modules compressed
 * @modules: the modules' files, not compressed; @largest: the largest of them
 * @budget: what saving may take
 * @bare: the machine is no virtual one: firmware and devices take more than was measured
 * @machine: as uname() calls it; NULL: as x86_64
 */
struct need_facts {
	uint64_t kernel, unpacked, modules, largest, budget;
	bool bare;
	const char *machine;
};

/**
 * need_estimate() - bytes to reserve, a multiple of 16 MiB
 *
 * The kernel's image, 5 MiB of the kernel's own, the unpacked initramfs, what stays of its modules,
 * the budget, or what it takes to load the largest module if that is more, and 10 MiB to spare; 32
 * MiB more on bare metal, and 47 on riscv64. In virtual machines of x86_64 that is 96 MiB for
 * Debian's full kernel and 80 MiB for its cloud kernel; they still work with 8 to 16 less.
 *
 * Return: 0: not known, as the image does not say what it takes.
 */
uint64_t need_estimate(const struct need_facts *facts);

/**
 * need_learned() - what a test says: bytes to reserve when of @reserved at least @lowest were free
 *
 * A multiple of 16 MiB that leaves the same 10 MiB to spare.
 */
uint64_t need_learned(uint64_t reserved, uint64_t lowest);

/** need_bare() - is this no virtual machine, as far as the files below @root tell? */
bool need_bare(const char *root);

/** need_words() - "crashkernel=96M", for @bytes; 0: not known, and enough for most machines */
void need_words(uint64_t bytes, char *ret, size_t size);

#endif
