/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of machines: what ELF, PE, uImage and uname call each, its word size and byte order. */
#ifndef KX_ISA_H
#define KX_ISA_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct kx_isa - a machine
 * @name: as --arch and messages have it
 * @elf_name: as files are told apart by @elf_machine alone: "riscv", whatever the word size
 * @elf_machine: EM_*; also the number of KEXEC_ARCH_* (UAPI linux/kexec.h)
 * @long_size: 4 or 8: width of the kernel's long and pointers
 * @big_endian: byte order; where a machine has both, that of the kernels called so
 * @pe_machine: IMAGE_FILE_MACHINE_* of its EFI programs; 0: has none
 * @uimage_arch: IH_ARCH_* of its uImages; 0: has none
 * @uname: utsname.machine
 * @other_unames: other values of it, separated by blanks; a "*" at the end matches any rest
 */
struct kx_isa {
	const char *name, *elf_name;
	uint16_t elf_machine;
	uint8_t long_size;
	bool big_endian;
	uint16_t pe_machine;
	uint8_t uimage_arch;
	const char *uname, *other_unames;
};

/** kx_isa_NAME - each line of kx/isa.def; to add a machine, add its line there */
#define KX_ISA(name, ...) extern const struct kx_isa kx_isa_##name;
#include "kx/isa.def"
#undef KX_ISA

/** kx_isa_of_elf() - the first machine of that EM_* number, or NULL */
const struct kx_isa *kx_isa_of_elf(uint16_t elf_machine);

/** kx_isa_of_uname() - the machine of a kernel whose utsname.machine is @name, or NULL */
const struct kx_isa *kx_isa_of_uname(const char *name);

#endif
