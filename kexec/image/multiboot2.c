/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the tags of a Multiboot2 header apart: Multiboot2 Specification 2.0, 3.1. */
#include <errno.h>
#include <inttypes.h>

#include "kexec/image/multiboot_header.h"
#include "uapi/multiboot.h"

/** struct tag - one of them; @data is what follows its 8 bytes */
struct tag {
	uint64_t type;
	bool optional;
	struct kx_span data;
};

static uint64_t number(const struct tag *tag, unsigned int i)
{
	uint64_t value = 0;

	kx_span_le(tag->data, i * 4, 4, &value);
	return value;
}

static int too_short(const struct tag *tag, size_t wanted, struct kx_err *err)
{
	return tag->data.len >= wanted ?
		       0 :
		       kx_fail(err, -ENOEXEC, "tag %" PRIu64 " of its header has %zu bytes, not %zu",
			       tag->type, tag->data.len, wanted);
}

/*
 * Types that no kexec has anything to say of: they are the firmware's, which Linux has left behind,
 * or of a boot device that is not known any more. The specification has them left out then.
 */
static bool is_unavailable(uint64_t type)
{
	return type == MBI2_BOOT_DEVICE || type == MBI2_VBE || type == MBI2_APM ||
	       type == MBI2_NETWORK || type == MBI2_EFI_SERVICES || type == MBI2_EFI32_IMAGE ||
	       type == MBI2_EFI64_IMAGE;
}

static bool is_told(uint64_t type)
{
	return type < MBI2_TYPES && type != MBI2_ELF_SECTIONS && type != MBI2_SMBIOS &&
	       !is_unavailable(type);
}

static int take_request(const struct tag *tag, struct multiboot *ret, struct kx_err *err)
{
	for (unsigned int i = 0; i < tag->data.len / 4; i++) {
		uint64_t type = number(tag, i);

		ret->wants_efi |= type == MBI2_EFI32 || type == MBI2_EFI64 || type == MBI2_EFI_MAP;
		ret->wants_rsdp |= type == MBI2_RSDP_OLD || type == MBI2_RSDP_NEW;
		if (!tag->optional && !is_told(type) && !is_unavailable(type))
			return kx_fail(err, -ENOEXEC,
				       "its header asks for information of type %" PRIu64 "%s, which "
				       "kexec has not",
				       type,
				       type == MBI2_ELF_SECTIONS ? " (its ELF sections)" :
				       type == MBI2_SMBIOS	 ? " (SMBIOS tables)" :
								   "");
	}
	return 0;
}

static int take_relocatable(const struct tag *tag, struct multiboot *ret, struct kx_err *err)
{
	uint64_t align = number(tag, 2);
	int rc = too_short(tag, 16, err);

	if (rc < 0)
		return rc;
	if (align == 0 || align & (align - 1))
		return kx_fail(err, -ENOEXEC,
			       "its header asks for multiples of 0x%" PRIx64 ", not a power of two",
			       align);
	ret->relocatable = true;
	ret->where = (struct kx_range){ number(tag, 0), number(tag, 1) + 1, 0 };
	ret->align = align;
	ret->lowest = number(tag, 3) == MB2_PREFER_LOWEST;
	return 0;
}

static int take_address(const struct tag *tag, struct multiboot_header *header, struct kx_err *err)
{
	int rc = too_short(tag, 16, err);

	header->has_addresses = rc == 0;
	header->addresses = (struct multiboot_addresses){ number(tag, 0), number(tag, 1),
							   number(tag, 2), number(tag, 3) };
	return rc;
}

static int take_entry(const struct tag *tag, struct multiboot_header *header, struct kx_err *err)
{
	int rc = too_short(tag, 4, err);

	header->has_entry = rc == 0;
	header->entry = number(tag, 0);
	return rc;
}

/* Bit 0: there must be a console, and the information must tell of it (3.1.9). */
static int take_console(const struct tag *tag, struct multiboot *ret, struct kx_err *err)
{
	int rc = too_short(tag, 4, err);

	ret->needs_screen = rc == 0 && !tag->optional && number(tag, 0) & MB2_CONSOLE_REQUIRED;
	return rc;
}

static int unknown_tag(const struct tag *tag, struct kx_err *err)
{
	if (tag->optional)
		return 0;
	return kx_fail(err, -ENOEXEC,
		       "its header has tag %" PRIu64 "%s, which may not be left out", tag->type,
		       tag->type == MB2_TAG_EFI_SERVICES ?
			       " (EFI boot services, which ended when this Linux started)" :
			       ", which is not known");
}

static int take_tag(const struct tag *tag, struct multiboot_header *header, struct multiboot *ret,
		    struct kx_err *err)
{
	switch (tag->type) {
	case MB2_TAG_REQUEST: return take_request(tag, ret, err);
	case MB2_TAG_ADDRESS: return take_address(tag, header, err);
	case MB2_TAG_ENTRY: return take_entry(tag, header, err);
	case MB2_TAG_RELOCATABLE: return take_relocatable(tag, ret, err);
	case MB2_TAG_FRAMEBUFFER: ret->wants_screen = !tag->optional; return 0;
	case MB2_TAG_CONSOLE: return take_console(tag, ret, err);
	/* Modules begin at pages in any case. */
	case MB2_TAG_MODULE_ALIGN:
	/* These count only while EFI's boot services run. */
	case MB2_TAG_ENTRY_EFI32:
	case MB2_TAG_ENTRY_EFI64: return 0;
	default: return unknown_tag(tag, err);
	}
}

/* Cut the next one off @header, and go on behind it. */
static bool next_tag(struct kx_span header, uint64_t *at, struct tag *ret)
{
	uint64_t type, flags, size;

	if (!kx_span_le(header, *at + MB2_TAG_TYPE, 2, &type) ||
	    !kx_span_le(header, *at + MB2_TAG_FLAGS, 2, &flags) ||
	    !kx_span_le(header, *at + MB2_TAG_SIZE, 4, &size) || size < MB2_TAG_DATA ||
	    !kx_span_slice(header, *at + MB2_TAG_DATA, size - MB2_TAG_DATA, &ret->data))
		return false;
	ret->type = type;
	ret->optional = flags & MB2_TAG_OPTIONAL;
	*at += (size + MB2_ALIGN - 1) & ~(uint64_t)(MB2_ALIGN - 1);
	return true;
}

int multiboot2_tags(struct multiboot_header *header, struct multiboot *ret, struct kx_err *err)
{
	uint64_t architecture = UINT64_MAX, at = MB2_TAGS;
	struct tag tag;
	int rc = 0;

	kx_span_le(header->bytes, MB2_ARCHITECTURE, 4, &architecture);
	if (architecture != MB2_ARCHITECTURE_I386)
		return kx_fail(err, -ENOEXEC, "its Multiboot2 header is for architecture %" PRIu64
			       ", not 0, 32-bit x86", architecture);
	while (rc == 0 && next_tag(header->bytes, &at, &tag)) {
		if (tag.type == MB2_TAG_END)
			return 0;
		rc = take_tag(&tag, header, ret, err);
	}
	return rc < 0 ? rc : kx_fail(err, -ENOEXEC, "the tags of its Multiboot2 header have no end");
}
