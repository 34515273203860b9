/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes Multiboot kernels apart: Multiboot Specification 0.6.96, 3.1, and Multiboot2 2.0, 3.1. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/image/multiboot_header.h"
#include "uapi/multiboot.h"

static const uint64_t four_gib = UINT64_C(1) << 32;

static uint32_t field(struct kx_span bytes, uint64_t at)
{
	uint64_t value = 0;

	kx_span_le(bytes, at, 4, &value);
	return (uint32_t)value;
}

/* Is what begins at @at a header, and how long is it? */
static bool header_at(struct kx_span area, uint64_t at, unsigned int version, uint64_t *ret_len)
{
	uint64_t magic;

	if (!kx_span_le(area, at, 4, &magic))
		return false;
	if (version == 1) {
		*ret_len = MB1_HEADER_MIN;
		return magic == MB1_MAGIC_VALUE && area.len - at >= MB1_HEADER_MIN &&
		       MB1_MAGIC_VALUE + field(area, at + MB1_FLAGS) +
				       field(area, at + MB1_CHECKSUM) == 0;
	}
	*ret_len = field(area, at + MB2_HEADER_LENGTH);
	return magic == MB2_MAGIC_VALUE && *ret_len >= MB2_TAGS && *ret_len <= area.len - at &&
	       MB2_MAGIC_VALUE + field(area, at + MB2_ARCHITECTURE) + (uint32_t)*ret_len +
			       field(area, at + MB2_CHECKSUM) == 0;
}

static bool find_header(struct kx_span file, unsigned int version, struct multiboot_header *ret)
{
	uint64_t search = version == 1 ? MB1_SEARCH : MB2_SEARCH, len;
	struct kx_span area = file;

	if (area.len > search)
		kx_span_slice(file, 0, search, &area);
	for (uint64_t at = 0; at < area.len; at += version == 1 ? MB1_ALIGN : MB2_ALIGN) {
		if (!header_at(area, at, version, &len))
			continue;
		*ret = (struct multiboot_header){ .at = at };
		/* How long one of version 1 is follows from its flags. */
		return kx_span_slice(area, at, version == 1 ? area.len - at : len, &ret->bytes);
	}
	return false;
}

bool multiboot_is(struct kx_span file, unsigned int version)
{
	struct multiboot_header header;

	return find_header(file, version, &header);
}

static int multiboot1_flags(struct multiboot_header *header, struct multiboot *ret,
			    struct kx_err *err)
{
	uint32_t flags = field(header->bytes, MB1_FLAGS);
	struct kx_span ignored;

	if (flags & MB1_NEEDS_MASK & ~MB1_NEEDS_KNOWN)
		return kx_fail(err, -ENOEXEC,
			       "its header's flags are 0x%x: of the lower 16 only 0x%x are known, and "
			       "the others may not be left out",
			       flags, MB1_NEEDS_KNOWN);
	ret->wants_screen = flags & MB1_NEEDS_VIDEO;
	header->has_addresses = header->has_entry = flags & MB1_HAS_ADDRESSES;
	if (!header->has_addresses)
		return 0;
	if (!kx_span_slice(header->bytes, MB1_HEADER_ADDR, MB1_ENTRY_ADDR + 4 - MB1_HEADER_ADDR,
			   &ignored))
		return kx_fail(err, -ENOEXEC, "its header's addresses are cut off");
	header->addresses = (struct multiboot_addresses){
		.header = field(header->bytes, MB1_HEADER_ADDR),
		.load = field(header->bytes, MB1_LOAD_ADDR),
		.load_end = field(header->bytes, MB1_LOAD_END_ADDR),
		.bss_end = field(header->bytes, MB1_BSS_END_ADDR),
	};
	header->entry = field(header->bytes, MB1_ENTRY_ADDR);
	return 0;
}

/* What a header's addresses come to: @ret->file_part, start and size. */
static int take_addresses(struct kx_span file, const struct multiboot_header *header,
			  struct multiboot *ret, struct kx_err *err)
{
	const struct multiboot_addresses *a = &header->addresses;
	uint64_t before = a->header - a->load, load = a->load, len;
	bool fits;

	if (ret->version == 2 && a->load == MB2_LOAD_FROM_START) {
		before = header->at;
		load = a->header - before;
	}
	fits = load <= a->header && before <= header->at;
	len = a->load_end ? a->load_end - load : file.len - (header->at - before);
	fits = fits && (!a->load_end || a->load_end > load) &&
	       kx_span_slice(file, header->at - before, len, &ret->file_part);
	if (!fits)
		return kx_fail(err, -ENOEXEC,
			       "its header, at 0x%" PRIx64 " of the file's 0x%zx bytes and for "
			       "0x%" PRIx64 ", wants [0x%" PRIx64 ", 0x%" PRIx64
			       ") loaded, which are not all there",
			       header->at, file.len, a->header, load, a->load_end);
	ret->by_address = true;
	ret->start = load;
	ret->memsz = a->bss_end ? a->bss_end - load : len;
	if (a->bss_end && a->bss_end < load + len)
		return kx_fail(err, -ENOEXEC, "its header's memory ends at 0x%" PRIx64
			       ", before what is loaded to 0x%" PRIx64,
			       a->bss_end, load + len);
	return 0;
}

/* ELF's entry is virtual, the processor has no paging then. */
static uint64_t physical_entry(const struct elf_file *file)
{
	uint64_t entry = file->head.entry;
	struct kx_elf_segment part;

	for (uint64_t i = 0; elf_file_next_load(file, &i, &part);) {
		if (entry >= part.vaddr && entry - part.vaddr < part.memsz)
			return part.paddr + (entry - part.vaddr);
	}
	return entry;
}

static int take_elf(struct kx_span file, struct multiboot *ret, struct kx_err *err)
{
	int rc = elf_file_open(file, &ret->file, err);

	if (rc < 0)
		return rc;
	if (ret->file.head.big_endian ||
	    (ret->file.head.machine != EM_386 && ret->file.head.machine != EM_X86_64))
		return kx_fail(err, -ENOEXEC, "an ELF file for machine %u: x86 alone has Multiboot",
			       ret->file.head.machine);
	rc = elf_file_measure(&ret->file, &ret->layout, err);
	if (rc < 0)
		return rc;
	ret->start = ret->layout.start;
	ret->memsz = ret->layout.memsz;
	ret->entry = physical_entry(&ret->file);
	return 0;
}

static int take_file(struct kx_span file, const struct multiboot_header *header,
		     struct multiboot *ret, struct kx_err *err)
{
	int rc = header->has_addresses ? take_addresses(file, header, ret, err) :
					 take_elf(file, ret, err);

	if (rc < 0)
		return rc;
	if (header->has_entry)
		ret->entry = header->entry;
	if (header->has_addresses && !header->has_entry)
		return kx_fail(err, -ENOEXEC, "its header has addresses, but no entry");
	if (ret->start > four_gib || ret->memsz > four_gib - ret->start)
		return kx_fail(err, -ENOEXEC,
			       "0x%" PRIx64 " bytes at 0x%" PRIx64 " do not end below 4 GiB, which is "
			       "all that it can reach",
			       ret->memsz, ret->start);
	if (ret->entry < ret->start || ret->entry - ret->start >= ret->memsz)
		return kx_fail(err, -ENOEXEC,
			       "its entry 0x%" PRIx64 " is not in the 0x%" PRIx64 " bytes at 0x%" PRIx64
			       " that it loads",
			       ret->entry, ret->memsz, ret->start);
	return 0;
}

int multiboot_open(struct kx_span file, unsigned int version, struct multiboot *ret,
		   struct kx_err *err)
{
	struct multiboot kernel = { .version = version };
	struct multiboot_header header;
	int rc;

	if (!find_header(file, version, &header))
		return kx_fail(err, -ENOEXEC, "no Multiboot header of version %u", version);
	rc = (version == 1 ? multiboot1_flags : multiboot2_tags)(&header, &kernel, err);
	if (rc == 0)
		rc = take_file(file, &header, &kernel, err);
	if (rc == 0)
		*ret = kernel;
	return rc;
}

int multiboot_bytes(const struct multiboot *kernel, uint64_t pad, struct kx_plan *plan,
		    struct kx_span *ret, struct kx_err *err)
{
	struct elf_layout layout = kernel->layout;
	struct kx_span part = kernel->file_part;
	uint8_t *copy;

	if (!kernel->by_address) {
		layout.start -= pad;
		layout.len += pad;
		return elf_file_flatten(&kernel->file, &layout, plan, ret, err);
	}
	if (pad == 0) {
		*ret = part;
		return 0;
	}
	copy = kx_plan_alloc(plan, part.len + (size_t)pad);
	if (!copy)
		return kx_fail(err, -ENOMEM, "no memory for 0x%zx bytes of kernel", part.len);
	memcpy(copy + pad, part.base, part.len);
	*ret = (struct kx_span){ copy, part.len + (size_t)pad };
	return 0;
}
