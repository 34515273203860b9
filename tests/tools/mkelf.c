/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes ELF dumps for tests; see mkelf.h. */
#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/mkelf.h"

void mkelf_bytes(struct mkelf_buffer *to, const void *from, size_t len)
{
	if (to->room - to->len < len) {
		to->room = (to->len + len) * 2;
		to->base = realloc(to->base, to->room);
		if (!to->base)
			abort();
	}
	if (from && len > 0)
		memcpy(to->base + to->len, from, len);
	else if (len > 0)
		memset(to->base + to->len, 0, len);
	to->len += len;
}

void mkelf_set(struct mkelf_buffer *to, size_t off, bool big_endian, unsigned int width,
	       uint64_t value)
{
	if (width > to->len || off > to->len - width)
		abort();
	for (unsigned int i = 0; i < width; i++)
		to->base[off + (big_endian ? width - 1 - i : i)] = (uint8_t)(value >> 8 * i);
}

void mkelf_number(struct mkelf_buffer *to, bool big_endian, unsigned int width, uint64_t value)
{
	mkelf_bytes(to, NULL, width);
	mkelf_set(to, to->len - width, big_endian, width, value);
}

void mkelf_init(struct mkelf *dump)
{
	*dump = (struct mkelf){ .width = 8, .machine = EM_X86_64, .uts_machine = "x86_64" };
}

void mkelf_done(struct mkelf *dump)
{
	for (size_t i = 0; i < dump->count; i++)
		free(dump->load[i].data.base);
	free(dump->load);
	free(dump->info.base);
	mkelf_init(dump);
}

void mkelf_info(struct mkelf *dump, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	mkelf_bytes(&dump->info, line, strlen(line));
	mkelf_bytes(&dump->info, "\n", 1);
}

struct mkelf_load *mkelf_load(struct mkelf *dump, uint64_t vaddr, uint64_t paddr)
{
	/* Twice as many whenever it is a power of 2, so that a million are not copied each time. */
	if ((dump->count & (dump->count - 1)) == 0) {
		dump->load = reallocarray(dump->load, dump->count ? 2 * dump->count : 1,
					  sizeof(*dump->load));
		if (!dump->load)
			abort();
	}
	dump->load[dump->count] = (struct mkelf_load){ .vaddr = vaddr, .paddr = paddr };
	return &dump->load[dump->count++];
}

void mkelf_put(int fd, const void *from, size_t len, uint64_t off)
{
	if (pwrite(fd, from, len, (off_t)off) != (ssize_t)len)
		abort();
}

static void note(struct mkelf_buffer *to, bool big_endian, const char *name, uint32_t type,
		 const void *from, size_t len)
{
	size_t name_len = strlen(name) + 1;

	mkelf_number(to, big_endian, 4, name_len);
	mkelf_number(to, big_endian, 4, len);
	mkelf_number(to, big_endian, 4, type);
	mkelf_bytes(to, name, name_len);
	mkelf_bytes(to, NULL, -name_len & 3);
	mkelf_bytes(to, from, len);
	mkelf_bytes(to, NULL, -len & 3);
}

void mkelf_notes(const struct mkelf *dump, struct mkelf_buffer *to)
{
	/* Size and place of x86_64's; readers take any aligned word for a register. */
	enum { PRSTATUS_SIZE = 336, RIP = 240 };
	struct mkelf_buffer regs = { 0 };

	mkelf_bytes(&regs, NULL, PRSTATUS_SIZE);
	for (size_t i = 0; i < dump->cpus; i++) {
		mkelf_set(&regs, RIP, dump->big_endian, dump->width, i == 0 ? dump->pc : 0);
		note(to, dump->big_endian, "CORE", NT_PRSTATUS, regs.base, PRSTATUS_SIZE);
	}
	free(regs.base);
	if (dump->info.len > 0)
		note(to, dump->big_endian, "VMCOREINFO", 0, dump->info.base, dump->info.len);
}

static void program_header(const struct mkelf *dump, struct mkelf_buffer *to, uint32_t type,
			   uint64_t off, const struct mkelf_load *load, uint64_t filesz)
{
	bool be = dump->big_endian;
	unsigned int w = dump->width;
	uint64_t memsz = load && load->memsz ? load->memsz : filesz;

	mkelf_number(to, be, 4, type);
	if (w == 8)
		mkelf_number(to, be, 4, PF_R | PF_W | PF_X);
	mkelf_number(to, be, w, off);
	mkelf_number(to, be, w, load ? load->vaddr : 0);
	mkelf_number(to, be, w, load ? load->paddr : 0);
	mkelf_number(to, be, w, filesz);
	mkelf_number(to, be, w, memsz);
	if (w == 4)
		mkelf_number(to, be, 4, PF_R | PF_W | PF_X);
	mkelf_number(to, be, w, 0);
}

static void header(const struct mkelf *dump, struct mkelf_buffer *to, uint64_t phoff,
		   uint64_t shoff)
{
	const uint8_t ident[EI_NIDENT] = { 0x7f,
					   'E',
					   'L',
					   'F',
					   dump->width == 8 ? ELFCLASS64 : ELFCLASS32,
					   dump->big_endian ? ELFDATA2MSB : ELFDATA2LSB,
					   EV_CURRENT };
	bool be = dump->big_endian;
	bool wide = dump->width == 8;

	mkelf_bytes(to, ident, sizeof(ident));
	mkelf_number(to, be, 2, ET_CORE);
	mkelf_number(to, be, 2, dump->machine);
	mkelf_number(to, be, 4, EV_CURRENT);
	mkelf_number(to, be, dump->width, 0);
	mkelf_number(to, be, dump->width, phoff);
	mkelf_number(to, be, dump->width, shoff);
	mkelf_number(to, be, 4, dump->flags);
	mkelf_number(to, be, 2, wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
	mkelf_number(to, be, 2, wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	mkelf_number(to, be, 2, dump->xnum ? PN_XNUM : dump->count + 1);
	mkelf_number(to, be, 2, wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	mkelf_number(to, be, 2, dump->xnum ? 1 : 0);
	mkelf_number(to, be, 2, 0);
}

/* Section header 0, which only tells the number of program headers. */
static void section(const struct mkelf *dump, struct mkelf_buffer *to)
{
	size_t start = to->len;
	bool wide = dump->width == 8;

	mkelf_bytes(to, NULL, wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	mkelf_set(to,
		  start + (wide ? offsetof(Elf64_Shdr, sh_info) : offsetof(Elf32_Shdr, sh_info)),
		  dump->big_endian, 4, dump->count + 1);
}

static uint64_t align_up(const struct mkelf *dump, uint64_t off)
{
	uint64_t align = dump->align ? dump->align : 4096;

	return (off + align - 1) / align * align;
}

void mkelf_write(const struct mkelf *dump, int fd)
{
	size_t ehsize = dump->width == 8 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	size_t phsize = dump->width == 8 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	uint64_t phoff = dump->phoff ? dump->phoff : ehsize;
	uint64_t shoff = phoff + (dump->count + 1) * phsize;
	uint64_t notes_off = align_up(dump, shoff + 64), off;
	struct mkelf_buffer head = { 0 }, tables = { 0 }, notes = { 0 };

	mkelf_notes(dump, &notes);
	header(dump, &head, phoff, dump->xnum ? shoff : 0);
	program_header(dump, &tables, PT_NOTE, notes_off, NULL, notes.len);
	off = align_up(dump, notes_off + notes.len);
	for (size_t i = 0; i < dump->count; i++) {
		const struct mkelf_load *load = &dump->load[i];

		program_header(dump, &tables, PT_LOAD, off, load, load->data.len + load->hole);
		mkelf_put(fd, load->data.base, load->data.len, off);
		off = align_up(dump, off + load->data.len + load->hole);
	}
	if (dump->xnum)
		section(dump, &tables);
	if (ftruncate(fd, (off_t)off) < 0)
		abort();
	mkelf_put(fd, head.base, head.len, 0);
	mkelf_put(fd, tables.base, tables.len, phoff);
	mkelf_put(fd, notes.base, notes.len, notes_off);
	free(head.base);
	free(tables.base);
	free(notes.base);
}
