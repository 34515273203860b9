/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes ELF headers, and with them core headers in the class and byte order of a kernel. */
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

static struct writer writer_of(const struct kx_elf *elf, uint8_t *to)
{
	return (struct writer){ to, elf->wide ? 8 : 4, elf->big_endian };
}

static void put(struct writer *w, unsigned int width, uint64_t value)
{
	kx_put(w->to, width, value, w->big_endian);
	w->to += width;
}

void kx_elf_class(struct kx_elf *elf, bool wide)
{
	elf->wide = wide;
	elf->header_size = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	elf->segment_size = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	elf->section_size = wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

void kx_elf_put_header(const struct kx_elf *elf, uint8_t *to)
{
	struct writer w = writer_of(elf, to);
	bool extended = elf->phnum >= PN_XNUM;
	const uint8_t ident[EI_NIDENT] = {
		ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
		elf->wide ? ELFCLASS64 : ELFCLASS32,
		elf->big_endian ? ELFDATA2MSB : ELFDATA2LSB,
		EV_CURRENT, ELFOSABI_NONE,
	};

	memcpy(w.to, ident, sizeof(ident));
	w.to += sizeof(ident);
	put(&w, 2, elf->type);
	put(&w, 2, elf->machine);
	put(&w, 4, EV_CURRENT);
	put(&w, w.word, elf->entry);
	put(&w, w.word, elf->phoff);
	put(&w, w.word, extended ? elf->shoff : 0);
	put(&w, 4, elf->flags);
	put(&w, 2, elf->header_size);
	put(&w, 2, elf->segment_size);
	put(&w, 2, extended ? PN_XNUM : elf->phnum);
	put(&w, 2, extended ? elf->section_size : 0);
	put(&w, 2, extended);						 /* e_shnum */
	put(&w, 2, 0);							 /* e_shstrndx */
}

void kx_elf_put_count(const struct kx_elf *elf, uint8_t *to)
{
	struct writer w = writer_of(elf, to);

	w.to += elf->wide ? offsetof(Elf64_Shdr, sh_info) : offsetof(Elf32_Shdr, sh_info);
	put(&w, 4, elf->phnum);
}

void kx_elf_put_segment(const struct kx_elf *elf, const struct kx_elf_segment *segment,
			uint8_t *to)
{
	struct writer w = writer_of(elf, to);

	put(&w, 4, segment->type);
	if (elf->wide)
		put(&w, 4, segment->flags);
	put(&w, w.word, segment->offset);
	put(&w, w.word, segment->vaddr);
	put(&w, w.word, segment->paddr);
	put(&w, w.word, segment->filesz);
	put(&w, w.word, segment->memsz);
	if (!elf->wide)
		put(&w, 4, segment->flags);
	put(&w, w.word, segment->align);
}

static struct kx_elf core_of(const struct kx_isa *isa, size_t count)
{
	struct kx_elf elf = { .big_endian = isa->big_endian, .type = ET_CORE,
			      .machine = isa->elf_machine, .phnum = count };

	kx_elf_class(&elf, isa->long_size == 8);
	elf.phoff = elf.header_size;
	elf.shoff = elf.header_size + count * elf.segment_size;
	return elf;
}

size_t kx_elfcore_size(const struct kx_isa *isa, size_t count)
{
	struct kx_elf elf = core_of(isa, count);

	/* One section header carries a count that e_phnum cannot. */
	return elf.header_size + count * elf.segment_size +
	       (count >= PN_XNUM ? elf.section_size : 0);
}

static bool fits(const struct kx_elf *elf, const struct kx_elfcore_part *part)
{
	return elf->wide ||
	       (part->source | part->virt | part->physical | part->size) <= UINT32_MAX;
}

int kx_elfcore_write(uint8_t *to, const struct kx_isa *isa, const struct kx_elfcore_part *part,
		     size_t count, struct kx_err *err)
{
	struct kx_elf elf = core_of(isa, count);

	kx_elf_put_header(&elf, to);
	for (size_t i = 0; i < count; i++) {
		/* The crash kernel takes the offset for the place in memory. */
		const struct kx_elf_segment segment = {
			.type = part[i].type, .flags = part[i].flags, .offset = part[i].source,
			.vaddr = part[i].virt, .paddr = part[i].physical,
			.filesz = part[i].size, .memsz = part[i].size,
		};

		if (!fits(&elf, &part[i]))
			return kx_fail(err, -ERANGE,
				       "0x%" PRIx64 " bytes at 0x%" PRIx64
				       " do not fit the 32-bit core header of %s",
				       part[i].size, part[i].physical, isa->name);
		kx_elf_put_segment(&elf, &segment, to + elf.phoff + i * elf.segment_size);
	}
	if (count >= PN_XNUM)
		kx_elf_put_count(&elf, to + elf.shoff);
	return 0;
}
