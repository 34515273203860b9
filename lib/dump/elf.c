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
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/elf.h"
#include "lib/dump/internal.h"

enum {
	NOTES_MAX = 1 << 16,
	/* Headers that are read at once. */
	BATCH = 256,
	/* e_flags of makedumpfile: space ended before the dump did. */
	FLAG_INCOMPLETE = 1,
};

/* The format's own: segments in file order while opening, then where memory is. */
struct elf {
	struct kx_elf head;
	struct kx_elf_segment *load;
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

/* With more program headers than e_phnum can say, section header 0 has their number. */
static int read_phnum(struct kx_dump *dump, struct kx_elf *head, struct kx_err *err)
{
	uint8_t section[KX_ELF_SECTION_MAX];
	int rc;

	if (!kx_elf_is_extended(head))
		return 0;
	rc = kx_source_read(&dump->sources[0], head->shoff, section, head->section_size, err);
	if (rc < 0)
		return kx_context(err, -EINVAL, "ELF: section header with e_phnum");
	kx_elf_extend(head, (struct kx_span){ section, sizeof(section) });
	return 0;
}

static int check_table(const struct kx_elf *head, uint64_t size, struct kx_err *err)
{
	if (head->phnum == 0)
		return kx_fail(err, -EINVAL, "ELF: no program headers");
	if (head->phnum > KX_DUMP_SEGMENTS_MAX)
		return kx_fail(err, -EINVAL, "ELF: %" PRIu64 " program headers; the limit is %d",
			       head->phnum, KX_DUMP_SEGMENTS_MAX);
	if (head->phoff > size || head->phnum * head->segment_size > size - head->phoff)
		return kx_fail(err, -EINVAL,
			       "ELF: %" PRIu64 " program headers at 0x%" PRIx64
			       ", the file ends at 0x%" PRIx64,
			       head->phnum, head->phoff, size);
	return 0;
}

/* As far as the file's class has a header. */
static int read_bytes(struct kx_dump *dump, struct kx_elf *ret, struct kx_err *err)
{
	uint8_t bytes[KX_ELF_HEADER_MAX];
	struct kx_span header = { bytes, KX_ELF_HEADER_MIN };
	int rc;

	rc = kx_source_read(&dump->sources[0], 0, bytes, header.len, err);
	if (rc == 0)
		rc = kx_elf_ident(header, ret, err);
	if (rc == 0) {
		header.len = ret->header_size;
		rc = kx_source_read(&dump->sources[0], 0, bytes, header.len, err);
	}
	if (rc == 0)
		rc = kx_elf_header(header, ret, err);
	return rc < 0 ? kx_context(err, rc, "ELF header") : 0;
}

static int read_header(struct kx_dump *dump, struct kx_elf *head, struct kx_err *err)
{
	int rc;

	rc = read_bytes(dump, head, err);
	if (rc < 0)
		return rc;
	if (head->type != ET_CORE)
		return kx_fail(err, -ENOEXEC, "ELF file of type %u; a dump has type 4 (core)",
			       head->type);
	/* The class for now: program headers are of this size whatever the kernel's long is. */
	dump->long_size = head->wide ? 8 : 4;
	dump->big_endian = head->big_endian;
	dump->machine = head->machine;
	/* Elsewhere these bits are the ABI's. */
	if (dump->machine == EM_X86_64 || dump->machine == EM_AARCH64)
		dump->marked |= head->flags & FLAG_INCOMPLETE;
	if (head->phentsize != head->segment_size)
		return kx_fail(err, -EINVAL, "ELF: program headers of %u bytes", head->phentsize);
	rc = read_phnum(dump, head, err);
	return rc < 0 ? rc : check_table(head, kx_source_size(&dump->sources[0]), err);
}

/* Keep a segment of memory or of notes. The array grows with what is there, not with claims. */
static int keep_segment(struct elf *elf, const struct kx_elf_segment *segment)
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
	const struct kx_elf *head = &elf->head;
	_cleanup_free_ uint8_t *batch = malloc(BATCH * (size_t)head->segment_size);
	struct kx_elf_segment segment;

	if (!batch)
		return kx_fail(err, -ENOMEM, "no memory");
	for (uint64_t i = 0; i < head->phnum; i += BATCH) {
		uint64_t count = head->phnum - i < BATCH ? head->phnum - i : BATCH;
		uint64_t at = head->phoff + i * head->segment_size;
		struct kx_span table = { batch, count * head->segment_size };
		int rc = kx_source_read(&dump->sources[0], at, batch, table.len, err);

		if (rc < 0)
			return kx_context(err, rc, "ELF program headers");
		for (uint64_t j = 0; kx_elf_segment(head, table, j, &segment); j++) {
			/* kdump save writes a header when what it describes is on the disk. */
			dump->marked |= segment.type == PT_NULL;
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
		const struct kx_elf_segment *s = &elf->load[i];

		if (s->type == PT_LOAD && s->paddr != none && s->memsz > s->filesz &&
		    s->filesz <= UINT64_MAX - s->paddr)
			rc = add_extent(&elf->phys, s->paddr + s->filesz, s->memsz - s->filesz,
					KX_EXTENT_ZERO);
	}
	for (size_t i = elf->count; rc == 0 && i-- > 0;) {
		const struct kx_elf_segment *s = &elf->load[i];

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
		const struct kx_elf_segment *s = &elf->load[i];

		if (s->type != PT_LOAD || s->paddr == none)
			continue;
		if (!dump->hints.has_ram || s->paddr < dump->hints.ram_start)
			dump->hints.ram_start = s->paddr;
		dump->hints.has_ram = true;
		if (s->vaddr != 0 && s->vaddr != none && s->vaddr != s->paddr)
			kx_virt_hints_add(&dump->hints, arch, s->vaddr, s->paddr);
	}
}

/* One for each distance between both addresses, from the first to the last that has it. */
static void find_maps(struct kx_dump *dump, const struct elf *elf)
{
	uint64_t none = dump->long_size == 8 ? UINT64_MAX : UINT32_MAX;

	for (size_t i = 0; i < elf->count; i++) {
		const struct kx_elf_segment *s = &elf->load[i];

		if (s->type == PT_LOAD && s->paddr != none && s->vaddr != 0 && s->vaddr != none &&
		    s->vaddr != s->paddr && s->memsz <= UINT64_MAX - s->paddr)
			kx_dump_add_map(dump, s->vaddr, s->paddr, s->memsz);
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
		const struct kx_elf_segment *s = &elf->load[i];

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
	rc = read_header(dump, &elf->head, err);
	if (rc == 0)
		rc = read_segments(dump, elf, err);
	if (rc == 0)
		rc = read_notes(dump, elf, err);
	if (rc < 0)
		return rc;
	if (map_segments(dump, elf) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	/* Whose writer did not come so far. */
	if (elf->phys.count == 0 && dump->vaddr.count == 0 && !kx_dump_incomplete(dump))
		return kx_fail(err, -EINVAL, "ELF: no segment holds memory");
	find_hints(dump, elf);
	find_maps(dump, elf);
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
			return kx_fail(err, -EFAULT,
				       "physical address 0x%" PRIx64 " is not in the dump", addr);
		at = kx_extent_place(extent, addr, &part);
		part = part < len ? part : len;
		if (at == KX_EXTENT_ZERO) {
			memset(out, 0, part);
			reader->work += KX_READER_STEP + part;
		} else {
			rc = kx_reader_read(reader, &dump->sources[0], at, out, part, err);
			if (rc < 0)
				return kx_context(err, rc, "physical address 0x%" PRIx64, addr);
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

static int elf_place(struct kx_reader *reader, uint64_t addr, struct kx_reader_place *ret,
		     struct kx_err *err)
{
	const struct kx_dump *dump = reader->dump;
	const struct elf *elf = dump->priv;
	const struct kx_extent *extent = kx_extents_find(&elf->phys, addr);
	uint64_t page = dump->page_size, len, at;

	at = extent ? kx_extent_place(extent, addr, &len) : KX_EXTENT_ZERO;
	if (at == KX_EXTENT_ZERO)
		return kx_fail(err, -EFAULT, "physical address 0x%" PRIx64 " is not stored", addr);
	if (len > page - addr % page)
		len = page - addr % page;
	*ret = (struct kx_reader_place){ .off = at, .len = len };
	return 0;
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

const struct kx_dump_format kx_dump_format_elf = {
	.name = "ELF",
	.probe = elf_probe,
	.open = elf_open,
	.close = elf_close,
	.read = elf_read,
	.next = elf_next,
	.place = elf_place,
};
