/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what a Multiboot kernel is told: Multiboot Specification 0.6.96, 3.3, and Multiboot2 2.0,
 * 3.6. Each part is written by the same lines that count its bytes.
 */
#include <string.h>

#include "kexec/image/multiboot.h"
#include "kx/bytes.h"
#include "kx/label.h"
#include "uapi/multiboot.h"

/** struct out - where to; with @to NULL bytes are only counted */
struct out {
	uint8_t *to;
	uint64_t physical;
	size_t at;
};

static void put(struct out *out, size_t at, unsigned int width, uint64_t value)
{
	if (out->to)
		kx_put_le(out->to + at, width, value);
}

static void put_bytes(struct out *out, size_t at, const void *bytes, size_t len)
{
	if (out->to && len)
		memcpy(out->to + at, bytes, len);
}

/* Zeroed room, the next one begins at a multiple of 8. */
static size_t take(struct out *out, size_t len)
{
	size_t at = out->at;

	out->at += (len + MB2_ALIGN - 1) & ~(size_t)(MB2_ALIGN - 1);
	if (out->to)
		memset(out->to + at, 0, out->at - at);
	return at;
}

/* As its loader saw it: the file's name, and what it is given. */
static size_t put_cmdline(struct out *out, size_t at, const struct multiboot_facts *facts)
{
	const char *part[] = { facts->name, *facts->cmdline ? " " : "", facts->cmdline };
	size_t len = 0;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		put_bytes(out, at + len, part[i], strlen(part[i]));
		len += strlen(part[i]);
	}
	return len;
}

static size_t cmdline_size(const struct multiboot_facts *facts)
{
	struct out count = { .to = NULL };

	return put_cmdline(&count, 0, facts) + 1;
}

/* KiB of memory from 0 and from 1 MiB, without holes. */
static void amounts(const struct kx_ranges *memory, uint64_t *ret_lower, uint64_t *ret_upper)
{
	enum { LOWER_MAX = 640 };
	const uint64_t upper = 1 << 20;
	uint64_t low = 0, high = upper;

	for (size_t i = 0; i < memory->count; i++) {
		const struct kx_range *r = &memory->item[i];

		if (r->type != KX_E820_RAM)
			continue;
		/* The first page may be called reserved: nobody has ever meant that here. */
		if (r->start <= low + 4096 && r->end > low)
			low = r->end;
		if (r->start <= high && r->end > high)
			high = r->end;
	}
	low >>= 10;
	high = (high - upper) >> 10;
	*ret_lower = low < LOWER_MAX ? low : LOWER_MAX;
	*ret_upper = high < UINT32_MAX ? high : UINT32_MAX;
}

/* E820 has more types since; a kernel that does not know one must not use that memory. */
static uint32_t memory_type(uint32_t e820)
{
	return e820 >= MBI_MEMORY_RAM && e820 <= MBI_MEMORY_BAD ? e820 : MBI_MEMORY_RESERVED;
}

static void put_screen(struct out *out, size_t at, size_t colours,
		       const struct multiboot_screen *screen)
{
	put(out, at + MBI_FB_ADDR, 8, screen->address);
	put(out, at + MBI_FB_PITCH, 4, screen->pitch);
	put(out, at + MBI_FB_WIDTH, 4, screen->width);
	put(out, at + MBI_FB_HEIGHT, 4, screen->height);
	put(out, at + MBI_FB_DEPTH, 1, screen->depth);
	put(out, at + MBI_FB_TYPE, 1, screen->text ? MBI_FB_TEXT : MBI_FB_RGB);
	if (!screen->text)
		put_bytes(out, at + colours, screen->colour, sizeof(screen->colour));
}

/* A string behind all the rest, and a pointer to it at @at. */
static void point_at_text(struct out *out, size_t at, const char *text)
{
	size_t to = take(out, strlen(text) + 1);

	put_bytes(out, to, text, strlen(text));
	put(out, at, 4, out->physical + to);
}

static void put_modules1(struct out *out, const struct multiboot_facts *facts)
{
	size_t count = facts->files->n_module, list = take(out, count * MBI_MOD_SIZE);

	put(out, MBI_MODS_COUNT, 4, count);
	put(out, MBI_MODS_ADDR, 4, out->physical + list);
	for (size_t i = 0; i < count; i++, list += MBI_MOD_SIZE) {
		const struct kx_module *m = &facts->files->module[i];

		put(out, list + MBI_MOD_START, 4, facts->modules + m->at);
		put(out, list + MBI_MOD_END, 4, facts->modules + m->at + m->len);
		point_at_text(out, list + MBI_MOD_STRING, m->text);
	}
}

static void put_memory1(struct out *out, const struct kx_ranges *memory)
{
	size_t map = take(out, memory->count * MBI_MMAP_SIZE);
	uint64_t lower, upper;

	amounts(memory, &lower, &upper);
	put(out, MBI_MEM_LOWER, 4, lower);
	put(out, MBI_MEM_UPPER, 4, upper);
	put(out, MBI_MMAP_ADDR, 4, out->physical + map);
	put(out, MBI_MMAP_LENGTH, 4, memory->count * MBI_MMAP_SIZE);
	for (size_t i = 0; i < memory->count; i++, map += MBI_MMAP_SIZE) {
		const struct kx_range *r = &memory->item[i];

		put(out, map, 4, MBI_MMAP_SIZE - MBI_MMAP_BASE);
		put(out, map + MBI_MMAP_BASE, 8, r->start);
		put(out, map + MBI_MMAP_LEN, 8, r->end - r->start);
		put(out, map + MBI_MMAP_TYPE, 4, memory_type(r->type));
	}
}

static void info1(struct out *out, const struct multiboot_facts *facts)
{
	size_t at = take(out, MBI_SIZE);

	put(out, at + MBI_FLAGS, 4,
	    MBI_HAS_MEMORY | MBI_HAS_CMDLINE | MBI_HAS_MODULES | MBI_HAS_MMAP |
		    MBI_HAS_LOADER_NAME | (facts->screen.address ? MBI_HAS_FRAMEBUFFER : 0));
	put_memory1(out, facts->memory);
	at = take(out, cmdline_size(facts));
	put_cmdline(out, at, facts);
	put(out, MBI_CMDLINE, 4, out->physical + at);
	point_at_text(out, MBI_LOADER_NAME, facts->loader);
	put_modules1(out, facts);
	if (facts->screen.address)
		put_screen(out, MBI_FRAMEBUFFER, MBI_FB_COLOURS1, &facts->screen);
}

/* Return: where the tag's @len bytes go. */
static size_t tag(struct out *out, enum kx_multiboot2_info type, size_t len)
{
	size_t at = take(out, MBI2_TAG_DATA + len);

	put(out, at + MBI2_TAG_TYPE, 4, type);
	put(out, at + MBI2_TAG_SIZE, 4, MBI2_TAG_DATA + len);
	return at + MBI2_TAG_DATA;
}

static void put_modules2(struct out *out, const struct multiboot_facts *facts)
{
	for (size_t i = 0; i < facts->files->n_module; i++) {
		const struct kx_module *m = &facts->files->module[i];
		size_t len = strlen(m->text) + 1;
		size_t at = tag(out, MBI2_MODULE, MBI2_MODULE_TEXT - MBI2_TAG_DATA + len);

		put(out, at, 4, facts->modules + m->at);
		put(out, at + 4, 4, facts->modules + m->at + m->len);
		put_bytes(out, at + MBI2_MODULE_TEXT - MBI2_TAG_DATA, m->text, len);
	}
}

static void put_memory2(struct out *out, const struct kx_ranges *memory)
{
	size_t at = tag(out, MBI2_MEMORY, 8);
	uint64_t lower, upper;

	amounts(memory, &lower, &upper);
	put(out, at, 4, lower);
	put(out, at + 4, 4, upper);
	at = tag(out, MBI2_MMAP, 8 + memory->count * MBI2_MMAP_ENTRY);
	put(out, at, 4, MBI2_MMAP_ENTRY);
	at += MBI2_MMAP_ENTRIES - MBI2_TAG_DATA;
	for (size_t i = 0; i < memory->count; i++, at += MBI2_MMAP_ENTRY) {
		const struct kx_range *r = &memory->item[i];

		put(out, at, 8, r->start);
		put(out, at + 8, 8, r->end - r->start);
		put(out, at + 16, 4, memory_type(r->type));
	}
}

static void put_efi(struct out *out, const struct multiboot_facts *facts)
{
	const struct kx_efi_map *map = facts->efi_map;
	unsigned int width = facts->efi32 ? 4 : 8;
	size_t at;

	if (!facts->efi_table)
		return;
	at = tag(out, facts->efi32 ? MBI2_EFI32 : MBI2_EFI64, width);
	put(out, at, width, facts->efi_table);
	if (!map)
		return;
	at = tag(out, MBI2_EFI_MAP, 8 + map->count * sizeof(struct kx_efi_desc));
	put(out, at, 4, sizeof(struct kx_efi_desc));
	put(out, at + 4, 4, 1);
	at += MBI2_EFI_DESCRIPTORS - MBI2_TAG_DATA;
	for (size_t i = 0; i < map->count; i++, at += sizeof(struct kx_efi_desc)) {
		const struct kx_efi_desc *d = &map->desc[i];

		put(out, at, 4, d->type);
		put(out, at + 8, 8, d->phys_addr);
		put(out, at + 16, 8, d->virt_addr);
		put(out, at + 24, 8, d->num_pages);
		put(out, at + 32, 8, d->attribute);
	}
}

/* ACPI 6.5, 5.2.5.3: the older one has 20 bytes. */
static void put_rsdp(struct out *out, const struct multiboot_facts *facts)
{
	struct kx_span rsdp = facts->rsdp;
	size_t at;

	if (rsdp.len == 0)
		return;
	at = tag(out, rsdp.len > KX_RSDP_OLD_SIZE ? MBI2_RSDP_NEW : MBI2_RSDP_OLD, rsdp.len);
	if (rsdp.base)
		put_bytes(out, at, rsdp.base, rsdp.len);
	else
		*facts->rsdp_at = out->physical + at;
}

static void info2(struct out *out, const struct multiboot_facts *facts)
{
	const struct multiboot_screen *screen = &facts->screen;
	size_t at = take(out, MBI2_TAGS), text;

	text = tag(out, MBI2_CMDLINE, cmdline_size(facts));
	put_cmdline(out, text, facts);
	put_bytes(out, tag(out, MBI2_LOADER_NAME, strlen(facts->loader) + 1), facts->loader,
		  strlen(facts->loader));
	put_modules2(out, facts);
	put_memory2(out, facts->memory);
	if (screen->address)
		put_screen(out, tag(out, MBI2_FRAMEBUFFER,
				    MBI_FB_COLOURS2 + (screen->text ? 0 : MBI_FB_COLOURS_SIZE)),
			   MBI_FB_COLOURS2, screen);
	put_efi(out, facts);
	put_rsdp(out, facts);
	if (facts->relocated)
		put(out, tag(out, MBI2_LOAD_BASE, 4), 4, facts->base);
	tag(out, MBI2_END, 0);
	put(out, at + MBI2_SIZE, 4, out->at);
}

size_t multiboot_info(const struct multiboot_facts *facts, uint64_t at, uint8_t *to)
{
	struct out out = { .to = to, .physical = at };

	(facts->version == 1 ? info1 : info2)(&out, facts);
	return out.at;
}
