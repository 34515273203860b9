/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Android's boot and vendor boot images of every header version, on pages of 512 bytes. */
#include <string.h>

#include "tests/tools/mkwrap.h"

enum { PAGE = 512, NEW_PAGE = 4096 };

static void pad_to(struct mkelf_buffer *to, size_t page)
{
	mkelf_bytes(to, NULL, -to->len & (page - 1));
}

static void put(struct mkelf_buffer *to, uint64_t value)
{
	mkelf_number(to, false, 4, value);
}

static void field(struct mkelf_buffer *to, struct mkelf_buffer text, size_t from, size_t room)
{
	size_t len = text.len > from ? text.len - from : 0;

	len = len < room ? len : room;
	if (len)
		mkelf_bytes(to, text.base + from, len);
	mkelf_bytes(to, NULL, room - len);
}

static void part(struct mkelf_buffer *to, struct mkelf_buffer bytes, size_t page)
{
	if (bytes.len)
		mkelf_bytes(to, bytes.base, bytes.len);
	pad_to(to, page);
}

static void old_header(struct mkelf_buffer *to, uint64_t version, const struct mkwrap_android *p)
{
	static const struct mkelf_buffer none;

	put(to, p->kernel.len);
	put(to, 0x10008000);
	put(to, p->ramdisk.len);
	put(to, 0x11000000);
	put(to, p->second.len);
	mkelf_bytes(to, NULL, 8);
	put(to, PAGE);
	put(to, version);
	mkelf_bytes(to, NULL, 4);
	field(to, none, 0, 16);
	field(to, p->cmdline, 0, 512);
	mkelf_bytes(to, NULL, 32);
	field(to, p->cmdline, 512, 1024);
	put(to, 0);
	mkelf_bytes(to, NULL, 8);
	put(to, 1660);
	put(to, version >= 2 ? p->dtb.len : 0);
	mkelf_bytes(to, NULL, 8);
	/* Versions 0 and 1 end before what was only zeros. */
	to->len = version == 0 ? 1632 : version == 1 ? 1648 : to->len;
	pad_to(to, PAGE);
}

static void new_header(struct mkelf_buffer *to, uint64_t version, const struct mkwrap_android *p)
{
	put(to, p->kernel.len);
	put(to, p->ramdisk.len);
	put(to, 0);
	put(to, version >= 4 ? 1584 : 1580);
	mkelf_bytes(to, NULL, 16);
	put(to, version);
	field(to, p->cmdline, 0, 1536);
	put(to, 0);
	pad_to(to, NEW_PAGE);
}

void mkwrap_android(struct mkelf_buffer *to, uint64_t version, const struct mkwrap_android *parts)
{
	size_t page = version >= 3 ? NEW_PAGE : PAGE;

	mkelf_bytes(to, "ANDROID!", 8);
	(version >= 3 ? new_header : old_header)(to, version, parts);
	part(to, parts->kernel, page);
	part(to, parts->ramdisk, page);
	if (version < 3)
		part(to, parts->second, page);
	if (version == 2)
		part(to, parts->dtb, page);
}

/* One entry: all of the ramdisk, for any board unless the name is longer than a letter. */
static void table_entry(struct mkelf_buffer *to, const struct mkwrap_android *p)
{
	put(to, p->ramdisk.len);
	put(to, 0);
	put(to, 1);
	field(to, p->second, 0, 32);
	put(to, p->second.len > 1);
	mkelf_bytes(to, NULL, 60);
}

void mkwrap_vendor(struct mkelf_buffer *to, uint64_t version, const struct mkwrap_android *p)
{
	static const struct mkelf_buffer none;
	size_t table = p->second.len ? 108 : 0;

	mkelf_bytes(to, "VNDRBOOT", 8);
	put(to, version);
	put(to, PAGE);
	mkelf_bytes(to, NULL, 8);
	put(to, p->ramdisk.len);
	field(to, p->cmdline, 0, 2048);
	put(to, 0);
	field(to, none, 0, 16);
	put(to, version >= 4 ? 2128 : 2112);
	put(to, p->dtb.len);
	mkelf_bytes(to, NULL, 8);
	if (version >= 4) {
		put(to, table);
		put(to, table / 108);
		put(to, 108);
		put(to, p->bootconfig.len);
	}
	pad_to(to, PAGE);
	part(to, p->ramdisk, PAGE);
	part(to, p->dtb, PAGE);
	if (version >= 4 && table)
		table_entry(to, p);
	pad_to(to, PAGE);
	if (version >= 4)
		part(to, p->bootconfig, PAGE);
}
