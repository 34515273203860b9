/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few things that are asked of a PE file ("PE Format", Microsoft): machine, sections, end. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/unwrap/internal.h"

/* Offsets in the COFF header behind "PE\0\0", in the optional header, and in a section's entry. */
enum {
	DOS_PE_OFFSET = 60,
	PE_MACHINE = 4,
	PE_SECTION_COUNT = 6,
	PE_OPTIONAL_SIZE = 20,
	PE_OPTIONAL = 24,
	OPTIONAL_PE32 = 0x10b,
	OPTIONAL_PE32_PLUS = 0x20b,
	DIRECTORY_CERTIFICATES = 4,
	SECTION_VIRTUAL_SIZE = 8,
	SECTION_RAW_SIZE = 16,
	SECTION_RAW_OFFSET = 20,
	SECTION_ENTRY = 40,
	/* What Windows loads; no UKI comes near. */
	SECTIONS_MAX = 96,
};

/* The certificate table is the only directory whose address is an offset in the file. */
static uint64_t certificates_end(struct kx_span optional)
{
	uint64_t magic, count, at, size;
	unsigned int directories;

	if (!kx_span_le(optional, 0, 2, &magic))
		return 0;
	directories = magic == OPTIONAL_PE32_PLUS ? 112 : 96;
	if (!kx_span_le(optional, directories - 4, 4, &count) || count <= DIRECTORY_CERTIFICATES ||
	    !kx_span_le(optional, directories + 8 * DIRECTORY_CERTIFICATES, 4, &at) ||
	    !kx_span_le(optional, directories + 8 * DIRECTORY_CERTIFICATES + 4, 4, &size) ||
	    at == 0 || size == 0)
		return 0;
	return at + size;
}

bool kx_pe_parse(struct kx_span file, struct kx_pe *ret)
{
	uint64_t pe, machine, count, optional_size, magic;
	struct kx_span optional, sections;

	if (!kx_span_starts(file, "MZ") || !kx_span_le(file, DOS_PE_OFFSET, 4, &pe) ||
	    !kx_span_slice(file, pe, 4, &sections) || memcmp(sections.base, "PE\0\0", 4) != 0 ||
	    !kx_span_le(file, pe + PE_MACHINE, 2, &machine) ||
	    !kx_span_le(file, pe + PE_SECTION_COUNT, 2, &count) ||
	    !kx_span_le(file, pe + PE_OPTIONAL_SIZE, 2, &optional_size) ||
	    !kx_span_slice(file, pe + PE_OPTIONAL, optional_size, &optional) ||
	    !kx_span_le(optional, 0, 2, &magic) ||
	    (magic != OPTIONAL_PE32 && magic != OPTIONAL_PE32_PLUS) ||
	    !kx_span_slice(file, pe + PE_OPTIONAL + optional_size, count * SECTION_ENTRY,
			   &sections))
		return false;
	*ret = (struct kx_pe){
		.machine = (uint16_t)machine,
		.n_sections = (uint16_t)count,
		.sections = sections,
		.signed_end = certificates_end(optional),
		.profile = -1,
	};
	return true;
}

bool kx_pe_has_signature(struct kx_span file)
{
	struct kx_pe pe;

	return kx_pe_parse(file, &pe) && pe.signed_end > 0;
}

static bool is_named(struct kx_span entry, const char *name)
{
	return strncmp((const char *)entry.base, name, 8) == 0;
}

/* Bytes that are both in the file and in memory: the file's are padded, memory's may be zeros. */
static int section_bytes(struct kx_span entry, struct kx_span file, const char *name,
			 struct kx_span *ret, struct kx_err *err)
{
	uint64_t size, raw_size, at;

	if (!kx_span_le(entry, SECTION_VIRTUAL_SIZE, 4, &size) ||
	    !kx_span_le(entry, SECTION_RAW_SIZE, 4, &raw_size) ||
	    !kx_span_le(entry, SECTION_RAW_OFFSET, 4, &at))
		return kx_fail(err, -ENOEXEC, "section %s: no header", name);
	size = raw_size < size ? raw_size : size;
	if (!kx_span_slice(file, at, size, ret))
		return kx_fail(err, -ENOEXEC,
			       "section %s: %" PRIu64 " bytes at %" PRIu64
			       " do not lie in the %zu bytes of the file",
			       name, size, at, file.len);
	return 0;
}

static int check_count(const struct kx_pe *pe, struct kx_err *err)
{
	if (pe->n_sections > SECTIONS_MAX)
		return kx_fail(err, -ENOEXEC, "a PE file with %u sections, at most %u are allowed",
			       pe->n_sections, SECTIONS_MAX);
	return 0;
}

int kx_pe_section(const struct kx_pe *pe, struct kx_span file, const char *name,
		  struct kx_span *ret, struct kx_err *err)
{
	struct kx_span base = { NULL, 0 }, own = { NULL, 0 }, entry, *in = &base;
	int rc = check_count(pe, err), profile = -1;

	if (rc < 0)
		return rc;
	/* kx_pe_parse() has cut the table to length. */
	for (uint64_t at = 0; kx_span_slice(pe->sections, at, SECTION_ENTRY, &entry);
	     at += SECTION_ENTRY) {
		if (is_named(entry, ".profile")) {
			profile++;
			in = &own;
		}
		if (!is_named(entry, name) || (profile >= 0 && profile != pe->profile))
			continue;
		if (in->base)
			return kx_fail(err, -ENOEXEC, "section %s is there twice", name);
		*in = entry;
	}
	entry = own.base ? own : base;
	if (!entry.base) {
		*ret = entry;
		return 0;
	}
	return section_bytes(entry, file, name, ret, err);
}

size_t kx_pe_sections(const struct kx_pe *pe, struct kx_span file, const char *name,
		      struct kx_span *ret, size_t max)
{
	struct kx_err ignored;
	struct kx_span entry;
	int profile = -1, found_in = -1;
	size_t count = 0;

	for (uint64_t at = 0; kx_span_slice(pe->sections, at, SECTION_ENTRY, &entry);
	     at += SECTION_ENTRY) {
		profile += is_named(entry, ".profile");
		if (!is_named(entry, name) || (profile >= 0 && profile != pe->profile))
			continue;
		/* The profile's first one: the base's count no more. */
		if (profile != found_in)
			count = 0;
		found_in = profile;
		if (count < max && section_bytes(entry, file, name, &ret[count], &ignored) == 0)
			count++;
	}
	return count;
}

bool kx_pe_nth_section(const struct kx_pe *pe, struct kx_span file, const char *name, size_t index,
		       struct kx_span *ret)
{
	struct kx_err ignored;
	struct kx_span entry;

	if (check_count(pe, &ignored) < 0)
		return false;
	for (uint64_t at = 0; kx_span_slice(pe->sections, at, SECTION_ENTRY, &entry);
	     at += SECTION_ENTRY) {
		if (is_named(entry, name) && index-- == 0)
			return section_bytes(entry, file, name, ret, &ignored) == 0;
	}
	return false;
}

int kx_pe_check_machine(struct kx_span file, const struct kx_isa *isa, struct kx_err *err)
{
	struct kx_pe pe;

	if (!isa || !isa->pe_machine)
		return 0;
	if (!kx_pe_parse(file, &pe))
		return kx_fail(err, -ENOEXEC, "has no valid PE header");
	if (pe.machine != isa->pe_machine)
		return kx_fail(err, -ENOEXEC, "is for PE machine 0x%04x, %s is 0x%04x",
			       pe.machine, isa->name, isa->pe_machine);
	return 0;
}
