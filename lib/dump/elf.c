/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF dumps: /proc/vmcore, /proc/kcore, QEMU's dump-guest-memory, makedumpfile -E; both classes,
 * both byte orders. Program headers become two sorted maps, so that looking up is a binary search.
 *
 * What a segment has in memory beyond its bytes in the file reads as zeros: makedumpfile -E leaves
 * excluded pages out in this way, and does not say which of them were zeros.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/bytes.h"
#include "kx/cleanup.h"
#include "lib/dump/internal.h"

enum {
	/* makedumpfile -E makes one for each gap of a mebibyte: enough for a tebibyte of gaps. */
	PHNUM_MAX = 1 << 20,
	NOTES_MAX = 1 << 16,
	/* Headers that are read at once. */
	BATCH = 256,
	/* e_flags of makedumpfile: space ended before the dump did. */
	FLAG_INCOMPLETE = 1,
};

/* A program header of either class. */
struct segment {
	uint32_t type;
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

/* The container's own: segments in file order while opening, then where memory is. */
struct elf {
	uint64_t phoff, phnum, shoff;
	uint32_t phentsize;
	struct segment *load;
	size_t count, room;
	struct kx_extents phys;
};

static bool elf_probe(struct kx_source *source)
{
	uint8_t magic[SELFMAG];
	struct kx_err ignored;

	return kx_source_read(source, 0, magic, sizeof(magic), &ignored) == 0 &&
	       memcmp(magic, ELFMAG, SELFMAG) == 0;
}

#define FIELD(dump, bytes, type, member) \
	kx_get((bytes) + offsetof(type, member), sizeof(((type *)0)->member), (dump)->big_endian)

/* Either class: Elf64_X and Elf32_X have the same members. */
#define EITHER(dump, bytes, type, member)                                    \
	((dump)->long_size == 8 ? FIELD(dump, bytes, Elf64_##type, member) : \
				  FIELD(dump, bytes, Elf32_##type, member))

/* e_ident decides how the rest is read. */
static int read_ident(struct kx_dump *dump, const uint8_t *ident, struct kx_err *err)
{
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		return kx_fail(err, -EINVAL, "ELF: class %u; known: 1 (32 bit), 2 (64 bit)",
			       ident[EI_CLASS]);
	if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB)
		return kx_fail(err, -EINVAL, "ELF: byte order %u; known: 1 (little), 2 (big)",
			       ident[EI_DATA]);
	/* The class for now: program headers are of this size whatever the kernel's long is. */
	dump->long_size = ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	dump->big_endian = ident[EI_DATA] == ELFDATA2MSB;
	return 0;
}

/* With more program headers than e_phnum can say, section header 0 has their number. */
static int read_phnum(struct kx_dump *dump, struct elf *elf, struct kx_err *err)
{
	size_t size = dump->long_size == 8 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	uint8_t section[sizeof(Elf64_Shdr)];
	int rc;

	if (elf->phnum != PN_XNUM)
		return 0;
	rc = kx_source_read(&dump->sources[0], elf->shoff, section, size, err);
	if (rc < 0)
		return kx_context(err, -EINVAL, "ELF: section header with e_phnum");
	elf->phnum = EITHER(dump, section, Shdr, sh_info);
	return 0;
}

static int read_header(struct kx_dump *dump, struct elf *elf, struct kx_err *err)
{
	uint8_t header[sizeof(Elf64_Ehdr)] = { 0 };
	uint64_t size;
	int rc;

	rc = kx_source_read(&dump->sources[0], 0, header, sizeof(Elf32_Ehdr), err);
	if (rc == 0)
		rc = read_ident(dump, header, err);
	if (rc == 0 && dump->long_size == 8)
		rc = kx_source_read(&dump->sources[0], 0, header, sizeof(header), err);
	if (rc < 0)
		return kx_context(err, rc, "ELF header");
	if (EITHER(dump, header, Ehdr, e_type) != ET_CORE)
		return kx_fail(err, -ENOEXEC, "ELF file of type %llu; a dump has type 4 (core)",
			       (unsigned long long)EITHER(dump, header, Ehdr, e_type));
	dump->machine = (uint16_t)EITHER(dump, header, Ehdr, e_machine);
	/* Elsewhere these bits are the ABI's. */
	if (dump->machine == EM_X86_64 || dump->machine == EM_AARCH64)
		dump->incomplete |= EITHER(dump, header, Ehdr, e_flags) & FLAG_INCOMPLETE;
	elf->phoff = EITHER(dump, header, Ehdr, e_phoff);
	elf->shoff = EITHER(dump, header, Ehdr, e_shoff);
	elf->phnum = EITHER(dump, header, Ehdr, e_phnum);
	elf->phentsize = (uint32_t)EITHER(dump, header, Ehdr, e_phentsize);
	if (elf->phentsize != (dump->long_size == 8 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return kx_fail(err, -EINVAL, "ELF: program headers of %u bytes", elf->phentsize);
	rc = read_phnum(dump, elf, err);
	if (rc < 0)
		return rc;
	size = kx_source_size(&dump->sources[0]);
	if (elf->phnum == 0)
		return kx_fail(err, -EINVAL, "ELF: no program headers");
	if (elf->phnum > PHNUM_MAX)
		return kx_fail(err, -EINVAL, "ELF: %llu program headers; the limit is %d",
			       (unsigned long long)elf->phnum, PHNUM_MAX);
	if (elf->phoff > size || elf->phnum * elf->phentsize > size - elf->phoff)
		return kx_fail(err, -EINVAL,
			       "ELF: %llu program headers at 0x%llx, the file ends at 0x%llx",
			       (unsigned long long)elf->phnum, (unsigned long long)elf->phoff,
			       (unsigned long long)size);
	return 0;
}

static struct segment parse_segment(const struct kx_dump *dump, const uint8_t *bytes)
{
	return (struct segment){
		.type = (uint32_t)EITHER(dump, bytes, Phdr, p_type),
		.offset = EITHER(dump, bytes, Phdr, p_offset),
		.vaddr = EITHER(dump, bytes, Phdr, p_vaddr),
		.paddr = EITHER(dump, bytes, Phdr, p_paddr),
		.filesz = EITHER(dump, bytes, Phdr, p_filesz),
		.memsz = EITHER(dump, bytes, Phdr, p_memsz),
	};
}

/* Keep a segment of memory or of notes. The array grows with what is there, not with claims. */
static int keep_segment(struct elf *elf, const struct segment *segment)
{
	if (segment->type != PT_LOAD && segment->type != PT_NOTE)
		return 0;
	if (kx_array_grow(&elf->load, &elf->room, elf->count) < 0)
		return -ENOMEM;
	elf->load[elf->count++] = *segment;
	return 0;
}

static int read_segments(struct kx_dump *dump, struct elf *elf, struct kx_err *err)
{
	_cleanup_free_ uint8_t *batch = malloc(BATCH * sizeof(Elf64_Phdr));

	if (!batch)
		return kx_fail(err, -ENOMEM, "no memory");
	for (uint64_t i = 0; i < elf->phnum; i += BATCH) {
		uint64_t count = elf->phnum - i < BATCH ? elf->phnum - i : BATCH;
		int rc = kx_source_read(&dump->sources[0], elf->phoff + i * elf->phentsize, batch,
					count * elf->phentsize, err);

		if (rc < 0)
			return kx_context(err, rc, "ELF program headers");
		for (uint64_t j = 0; j < count; j++) {
			struct segment segment = parse_segment(dump, batch + j * elf->phentsize);

			if (keep_segment(elf, &segment) < 0)
				return kx_fail(err, -ENOMEM, "no memory");
		}
	}
	return 0;
}

/* Add [@addr, @addr + @len) stored at @at, cut where 64 bits end. */
static int add_extent(struct kx_extents *map, uint64_t addr, uint64_t len, uint64_t at)
{
	struct kx_extent extent = { .start = addr, .end = addr + len, .base = addr, .at = at };

	if (extent.end < addr)
		extent.end = UINT64_MAX;
	return kx_extents_add(map, &extent);
}

/*
 * Physical and virtual map. The first segment that has an address counts, and bytes of the file
 * count before holes: so holes go in first, then all others last to first.
 */
static int map_segments(struct kx_dump *dump, struct elf *elf)
{
	uint64_t none = dump->long_size == 8 ? UINT64_MAX : UINT32_MAX;
	int rc = 0;

	for (size_t i = elf->count; rc == 0 && i-- > 0;) {
		const struct segment *s = &elf->load[i];

		if (s->type == PT_LOAD && s->paddr != none && s->memsz > s->filesz &&
		    s->filesz <= UINT64_MAX - s->paddr)
			rc = add_extent(&elf->phys, s->paddr + s->filesz, s->memsz - s->filesz,
					KX_EXTENT_ZERO);
	}
	for (size_t i = elf->count; rc == 0 && i-- > 0;) {
		const struct segment *s = &elf->load[i];

		if (s->type != PT_LOAD || s->offset > INT64_MAX)
			continue;
		if (s->paddr != none)
			rc = add_extent(&elf->phys, s->paddr, s->filesz, s->offset);
		if (rc == 0 && s->vaddr != 0 && s->vaddr != none && s->vaddr != s->paddr)
			rc = add_extent(&dump->vaddr, s->vaddr, s->filesz, s->offset);
	}
	if (rc == 0)
		rc = kx_extents_resolve(&elf->phys);
	if (rc == 0)
		rc = kx_extents_resolve(&dump->vaddr);
	return rc;
}

/* Segments with both addresses show where image and direct map are; arm needs RAM's start. */
static void find_hints(struct kx_dump *dump, const struct elf *elf)
{
	const struct kx_virt_arch *arch = kx_virt_arch_of(dump->machine);
	uint64_t none = dump->long_size == 8 ? UINT64_MAX : UINT32_MAX;

	for (size_t i = 0; i < elf->count; i++) {
		const struct segment *s = &elf->load[i];

		if (s->type != PT_LOAD || s->paddr == none)
			continue;
		if (!dump->hints.has_ram || s->paddr < dump->hints.ram_start)
			dump->hints.ram_start = s->paddr;
		dump->hints.has_ram = true;
		if (s->vaddr != 0 && s->vaddr != none && s->vaddr != s->paddr)
			kx_virt_hints_add(&dump->hints, arch, s->vaddr, s->paddr);
	}
}

static int read_notes(struct kx_dump *dump, struct elf *elf, struct kx_err *err)
{
	size_t notes = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < elf->count && notes < NOTES_MAX; i++) {
		if (elf->load[i].type != PT_NOTE)
			continue;
		notes++;
		rc = kx_dump_notes(dump, elf->load[i].offset, elf->load[i].filesz, err);
	}
	return rc;
}

/* Memory beyond the end of the file: what copied the dump stopped. */
static void find_cut(struct kx_dump *dump, const struct elf *elf)
{
	uint64_t size = kx_source_size(&dump->sources[0]);

	for (size_t i = 0; i < elf->count; i++) {
		const struct segment *s = &elf->load[i];

		if (s->type == PT_LOAD && s->filesz > 0 &&
		    (s->offset > size || s->filesz > size - s->offset))
			dump->incomplete = true;
	}
}

static int elf_open(struct kx_dump *dump, struct kx_err *err)
{
	struct elf *elf;
	int rc;

	if (dump->count > 1)
		return kx_fail(err, -EINVAL,
			       "ELF, yet %zu files; only kdump-compressed dumps have parts",
			       dump->count);
	elf = calloc(1, sizeof(*elf));
	if (!elf)
		return kx_fail(err, -ENOMEM, "no memory");
	dump->priv = elf;
	dump->page_size = 4096;
	rc = read_header(dump, elf, err);
	if (rc == 0)
		rc = read_segments(dump, elf, err);
	if (rc == 0)
		rc = read_notes(dump, elf, err);
	if (rc < 0)
		return rc;
	if (map_segments(dump, elf) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	if (elf->phys.count == 0 && dump->vaddr.count == 0)
		return kx_fail(err, -EINVAL, "ELF: no segment holds memory");
	find_hints(dump, elf);
	find_cut(dump, elf);
	free(elf->load);
	elf->load = NULL;
	return 0;
}

static int elf_read(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		    struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;
	const struct elf *elf = dump->priv;
	uint8_t *out = to;

	while (len > 0) {
		const struct kx_extent *extent = kx_extents_find(&elf->phys, addr);
		uint64_t at, part;
		int rc;

		if (!extent)
			return kx_fail(err, -EFAULT, "physical address 0x%llx is not in the dump",
				       (unsigned long long)addr);
		at = kx_extent_place(extent, addr, &part);
		part = part < len ? part : len;
		if (at == KX_EXTENT_ZERO) {
			memset(out, 0, part);
		} else {
			rc = kx_source_read(&dump->sources[0], at, out, part, err);
			if (rc < 0)
				return kx_context(err, rc, "physical address 0x%llx",
						  (unsigned long long)addr);
		}
		out += part;
		addr += part;
		len -= part;
	}
	return 0;
}

/*
 * Of a run that is stored at @at: the zeros that a hole of the file is, or what comes before the
 * next hole. Both end where pages do, so that no page is of both kinds.
 */
static void cut_at_holes(const struct kx_dump *dump, uint64_t at, struct kx_run *run)
{
	uint64_t in_page = kx_virt_below(dump->virt.page_shift);
	uint64_t data = kx_source_skip_hole(&dump->sources[0], at) - at;
	uint64_t len = run->end - run->start, hole, rest;

	if (data >= len) {
		run->kind = KX_RUN_ZERO;
		return;
	}
	rest = (run->start + data) & in_page;
	if (data > rest) {
		run->kind = KX_RUN_ZERO;
		run->end = run->start + data - rest;
		return;
	}
	hole = kx_source_skip_data(&dump->sources[0], at + data) - at;
	if (hole >= len)
		return;
	rest = -(run->start + hole) & in_page;
	if (rest < len - hole)
		run->end = run->start + hole + rest;
}

static int elf_next(struct kx_reader *reader, uint64_t addr, struct kx_run *ret, struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;
	const struct elf *elf = dump->priv;
	const struct kx_extent *extent = kx_extents_next(&elf->phys, addr);
	uint64_t size = kx_source_size(&dump->sources[0]), at, len;

	(void)err;
	if (!extent)
		return 0;
	addr = addr < extent->start ? extent->start : addr;
	at = kx_extent_place(extent, addr, &len);
	if (at == KX_EXTENT_ZERO) {
		*ret = (struct kx_run){ addr, addr + len, KX_RUN_ZERO };
	} else if (at >= size) {
		*ret = (struct kx_run){ addr, addr + len, KX_RUN_MISSING };
	} else {
		len = len < size - at ? len : size - at;
		*ret = (struct kx_run){ addr, addr + len, KX_RUN_STORED };
		cut_at_holes(dump, at, ret);
	}
	return 1;
}

static void elf_close(struct kx_dump *dump)
{
	struct elf *elf = dump->priv;

	if (!elf)
		return;
	free(elf->load);
	kx_extents_done(&elf->phys);
	free(elf);
}

const struct kx_container kx_container_elf = {
	.name = "ELF",
	.probe = elf_probe,
	.open = elf_open,
	.close = elf_close,
	.read = elf_read,
	.next = elf_next,
};
