/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes ELF core headers, in the class and byte order of the kernel that reads them. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/elf.h"

/* Where the next number goes; an address has @word bytes. */
struct writer {
	uint8_t *to;
	unsigned int word;
	bool big_endian;
};

/* Bytes of the records of a class. */
struct sizes {
	size_t header, segment, section;
};

static struct sizes sizes_of(const struct kx_isa *isa)
{
	if (isa->long_size == 8)
		return (struct sizes){ sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), sizeof(Elf64_Shdr) };
	return (struct sizes){ sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr), sizeof(Elf32_Shdr) };
}

size_t kx_elfcore_size(const struct kx_isa *isa, size_t count)
{
	struct sizes size = sizes_of(isa);

	/* One section header carries a count that e_phnum cannot. */
	return size.header + count * size.segment + (count >= PN_XNUM ? size.section : 0);
}

static void put(struct writer *w, unsigned int width, uint64_t value)
{
	kx_put(w->to, width, value, w->big_endian);
	w->to += width;
}

static void put_header(struct writer *w, const struct kx_isa *isa, size_t count)
{
	struct sizes size = sizes_of(isa);
	bool extended = count >= PN_XNUM;
	const uint8_t ident[EI_NIDENT] = {
		ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
		w->word == 8 ? ELFCLASS64 : ELFCLASS32,
		w->big_endian ? ELFDATA2MSB : ELFDATA2LSB,
		EV_CURRENT, ELFOSABI_NONE,
	};

	memcpy(w->to, ident, sizeof(ident));
	w->to += sizeof(ident);
	put(w, 2, ET_CORE);
	put(w, 2, isa->elf_machine);
	put(w, 4, EV_CURRENT);
	put(w, w->word, 0);						 /* e_entry */
	put(w, w->word, size.header);					 /* e_phoff */
	put(w, w->word, extended ? size.header + count * size.segment : 0); /* e_shoff */
	put(w, 4, 0);							 /* e_flags */
	put(w, 2, size.header);						 /* e_ehsize */
	put(w, 2, size.segment);					 /* e_phentsize */
	put(w, 2, extended ? PN_XNUM : count);				 /* e_phnum */
	put(w, 2, extended ? size.section : 0);				 /* e_shentsize */
	put(w, 2, extended);						 /* e_shnum */
	put(w, 2, 0);							 /* e_shstrndx */
}

static void put_part(struct writer *w, const struct kx_elfcore_part *part)
{
	put(w, 4, part->type);
	if (w->word == 8)
		put(w, 4, part->flags);
	/* The crash kernel takes the offset for the place in memory. */
	put(w, w->word, part->source);
	put(w, w->word, part->virt);
	put(w, w->word, part->physical);
	put(w, w->word, part->size); /* p_filesz */
	put(w, w->word, part->size); /* p_memsz */
	if (w->word == 4)
		put(w, 4, part->flags);
	put(w, w->word, 0); /* p_align */
}

static bool fits(const struct writer *w, const struct kx_elfcore_part *part)
{
	return w->word == 8 ||
	       (part->source | part->virt | part->physical | part->size) <= UINT32_MAX;
}

int kx_elfcore_write(uint8_t *to, const struct kx_isa *isa, const struct kx_elfcore_part *part,
		     size_t count, struct kx_err *err)
{
	struct writer w = { to, isa->long_size, isa->big_endian };

	put_header(&w, isa, count);
	for (size_t i = 0; i < count; i++) {
		if (!fits(&w, &part[i]))
			return kx_fail(err, -ERANGE,
				       "0x%" PRIx64 " bytes at 0x%" PRIx64
				       " do not fit the 32-bit core header of %s",
				       part[i].size, part[i].physical, isa->name);
		put_part(&w, &part[i]);
	}
	if (count >= PN_XNUM) {
		w.to += w.word == 8 ? offsetof(Elf64_Shdr, sh_info) : offsetof(Elf32_Shdr, sh_info);
		put(&w, 4, count);
	}
	return 0;
}
