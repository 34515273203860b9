/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes ELF core headers. All architectures that have them load as ELF64, little-endian. */
#include <elf.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/elf.h"

size_t kx_elfcore_size(size_t count)
{
	/* One section header carries a count that e_phnum cannot. */
	return sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr) +
	       (count >= PN_XNUM ? sizeof(Elf64_Shdr) : 0);
}

#define PUT(base, type, member, value)                                                    \
	kx_put_le((base) + offsetof(type, member), sizeof(((type *)NULL)->member), (value))

static void put_header(uint8_t *to, uint16_t machine, size_t count)
{
	static const uint8_t ident[EI_NIDENT] = { ELFMAG0,    ELFMAG1,	   ELFMAG2,
						  ELFMAG3,    ELFCLASS64,  ELFDATA2LSB,
						  EV_CURRENT, ELFOSABI_NONE };

	memcpy(to, ident, sizeof(ident));
	PUT(to, Elf64_Ehdr, e_type, ET_CORE);
	PUT(to, Elf64_Ehdr, e_machine, machine);
	PUT(to, Elf64_Ehdr, e_version, EV_CURRENT);
	PUT(to, Elf64_Ehdr, e_phoff, sizeof(Elf64_Ehdr));
	PUT(to, Elf64_Ehdr, e_ehsize, sizeof(Elf64_Ehdr));
	PUT(to, Elf64_Ehdr, e_phentsize, sizeof(Elf64_Phdr));
	PUT(to, Elf64_Ehdr, e_phnum, count < PN_XNUM ? count : PN_XNUM);
	if (count < PN_XNUM)
		return;
	PUT(to, Elf64_Ehdr, e_shoff, sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr));
	PUT(to, Elf64_Ehdr, e_shentsize, sizeof(Elf64_Shdr));
	PUT(to, Elf64_Ehdr, e_shnum, 1);
	PUT(to + sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr), Elf64_Shdr, sh_info, count);
}

void kx_elfcore_write(uint8_t *to, uint16_t machine, const struct kx_elfcore_part *part,
		      size_t count)
{
	uint8_t *phdr = to + sizeof(Elf64_Ehdr);

	put_header(to, machine, count);
	for (size_t i = 0; i < count; i++, phdr += sizeof(Elf64_Phdr)) {
		PUT(phdr, Elf64_Phdr, p_type, part[i].type);
		PUT(phdr, Elf64_Phdr, p_flags, part[i].flags);
		/* The crash kernel takes the offset for the place in memory. */
		PUT(phdr, Elf64_Phdr, p_offset, part[i].source);
		PUT(phdr, Elf64_Phdr, p_vaddr, part[i].virt);
		PUT(phdr, Elf64_Phdr, p_paddr, part[i].physical);
		PUT(phdr, Elf64_Phdr, p_filesz, part[i].size);
		PUT(phdr, Elf64_Phdr, p_memsz, part[i].size);
	}
}
