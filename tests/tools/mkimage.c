/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes small kernels, Image and vmlinux: see the header. */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kx/span.h"
#include "tests/tools/mkimage.h"

enum {
	HEADER_SIZE = 64,
	SIZE_MAX_WANTED = 64 << 20,
	ELF_HEADERS = 0x1000,	/* what comes before the first segment's bytes */
};

/* What every kernel says of itself (Linux, init/version.c). */
static const char banner[] = "Linux version 6.1.0-made (kx@kx) #1 SMP\n";

/* Numbers that words may give, in the order of names[]. */
enum {
	TEXT_OFFSET,
	IMAGE_SIZE,
	FLAGS,
	MAGIC,
	CODE,
	GAP,
	RELA,
	ZERO,
	EMPTY,
	PVH,
	PVH_MAX,
	N_NUMBERS,
};

static const char *const names[N_NUMBERS] = { "text_offset", "image_size", "flags", "magic",
					      "code", "gap", "rela", "zero", "empty", "pvh",
					      "pvh_max" };

/**
 * struct style - what an architecture's own build gives a kernel
 * @number: defaults
 * @virt, @physical: addresses that vmlinux is linked for
 */
struct style {
	const char *name;
	uint16_t machine;
	uint64_t number[N_NUMBERS];
	uint64_t virt, physical;
};

static const struct style styles[] = {
	{ "arm64", EM_AARCH64, { 0, 16 << 20, 0xa, 0x644d5241, 4096, 0x1000, 0, 0, 0 },
	  UINT64_C(0xffff800080000000), UINT64_C(0xffff800080000000) },
	{ "riscv64", EM_RISCV, { 2 << 20, 16 << 20, 0, 0x05435352, 4096, 0x1000, 0, 0, 0 },
	  UINT64_C(0xffffffff80000000), UINT64_C(0xffffffff80000000) },
	/* Linked for where it is put by default; there is no Image. */
	{ "x86_64", EM_X86_64, { 0, 16 << 20, 0, 0, 4096, 0x1000, 0, 0, 0 },
	  UINT64_C(0xffffffff81000000), 0x1000000 },
};

struct wish {
	const struct style *style;
	bool elf;
	uint64_t number[N_NUMBERS];
	bool given[N_NUMBERS];
};

static bool take_number(struct wish *wish, struct kx_span name, struct kx_span value)
{
	for (size_t i = 0; i < N_NUMBERS; i++) {
		if (!kx_span_equal(name, names[i]))
			continue;
		wish->given[i] = true;
		return kx_span_number(value, 0, &wish->number[i]) &&
		       (i < CODE || i == PVH_MAX || wish->number[i] <= SIZE_MAX_WANTED);
	}
	return false;
}

static bool take_word(struct wish *wish, const char *word)
{
	const char *equals = strchr(word, '=');
	struct kx_span name, value;

	if (!equals)
		return false;
	name = (struct kx_span){ (const uint8_t *)word, (size_t)(equals - word) };
	value = kx_span_of(equals + 1);
	if (kx_span_equal(name, "type")) {
		wish->elf = kx_span_equal(value, "vmlinux");
		return wish->elf || kx_span_equal(value, "Image");
	}
	if (!kx_span_equal(name, "arch"))
		return take_number(wish, name, value);
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		if (kx_span_equal(value, styles[i].name)) {
			wish->style = &styles[i];
			return true;
		}
	}
	return false;
}

static void put(uint8_t *at, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

/* The Image's bytes; as much of the header as they have room for. */
static void put_code(uint8_t *code, const struct wish *wish)
{
	uint8_t header[HEADER_SIZE] = { 0 };
	size_t len = wish->number[CODE];

	/* Bytes that differ from their neighbours, so that a wrong offset shows. */
	for (size_t i = 0; i < len; i++)
		code[i] = (uint8_t)(i * 7 + i / 256);
	put(header + 8, 8, wish->number[TEXT_OFFSET]);
	put(header + 16, 8, wish->number[IMAGE_SIZE]);
	put(header + 24, 8, wish->number[FLAGS]);
	put(header + 56, 4, wish->number[MAGIC]);
	memcpy(code, header, len < HEADER_SIZE ? len : HEADER_SIZE);
	if (len >= HEADER_SIZE + sizeof(banner))
		memcpy(code + HEADER_SIZE, banner, sizeof(banner));
}

static void put_program_header(uint8_t *file, unsigned int i, uint32_t type, uint64_t offset,
			       const struct style *style, uint64_t at, uint64_t filesz,
			       uint64_t memsz)
{
	uint8_t *p = file + sizeof(Elf64_Ehdr) + i * sizeof(Elf64_Phdr);

	put(p + offsetof(Elf64_Phdr, p_type), 4, type);
	put(p + offsetof(Elf64_Phdr, p_flags), 4, PF_R | PF_W | PF_X);
	put(p + offsetof(Elf64_Phdr, p_offset), 8, offset);
	put(p + offsetof(Elf64_Phdr, p_vaddr), 8, style->virt + at);
	put(p + offsetof(Elf64_Phdr, p_paddr), 8, style->physical + at);
	put(p + offsetof(Elf64_Phdr, p_filesz), 8, filesz);
	put(p + offsetof(Elf64_Phdr, p_memsz), 8, memsz);
	put(p + offsetof(Elf64_Phdr, p_align), 8, 0x1000);
}

static void put_elf_header(uint8_t *file, const struct wish *wish, unsigned int count)
{
	memcpy(file, "\x7f" "ELF\x02\x01\x01", 7);
	put(file + offsetof(Elf64_Ehdr, e_type), 2, ET_EXEC);
	put(file + offsetof(Elf64_Ehdr, e_machine), 2, wish->style->machine);
	put(file + offsetof(Elf64_Ehdr, e_version), 4, EV_CURRENT);
	put(file + offsetof(Elf64_Ehdr, e_entry), 8, wish->style->physical);
	put(file + offsetof(Elf64_Ehdr, e_phoff), 8, sizeof(Elf64_Ehdr));
	put(file + offsetof(Elf64_Ehdr, e_ehsize), 2, sizeof(Elf64_Ehdr));
	put(file + offsetof(Elf64_Ehdr, e_phentsize), 2, sizeof(Elf64_Phdr));
	put(file + offsetof(Elf64_Ehdr, e_phnum), 2, count);
}

static void put_dynamic(uint8_t *at, uint64_t rela, uint64_t size)
{
	const uint64_t words[] = { DT_RELA, rela, DT_RELASZ, size, DT_NULL, 0 };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		put(at + 8 * i, 8, words[i]);
}

static void put_note(uint8_t *at, uint32_t type, size_t len)
{
	put(at, 4, 4);
	put(at + 4, 4, len);
	put(at + 8, 4, type);
	memcpy(at + 12, "Xen", 4);
}

enum { PVH_NOTE = 24, PVH_RELOC_NOTE = 28 };

/* Xen's note of the entry, and behind it that of relocation, as Linux has them. */
static void put_pvh_notes(uint8_t *at, const struct wish *wish)
{
	const uint64_t reloc[] = { 2 << 20, wish->style->physical, wish->number[PVH_MAX] };

	put_note(at, 18, 8);
	put(at + 16, 8, wish->style->physical + wish->number[PVH]);
	if (!wish->number[PVH_MAX])
		return;
	at += PVH_NOTE;
	put_note(at, 19, 12);
	for (size_t i = 0; i < 3; i++)
		put(at + 16 + 4 * i, 4, reloc[i]);
}

static size_t pvh_notes(const struct wish *wish)
{
	if (!wish->number[PVH])
		return 0;
	return wish->number[PVH_MAX] ? PVH_NOTE + PVH_RELOC_NOTE : PVH_NOTE;
}

static int make_vmlinux(const struct wish *wish, const uint8_t *code, uint8_t **ret,
			size_t *ret_len)
{
	size_t all = wish->number[CODE], text = all / 2, rest = all - text;
	size_t rela = wish->number[RELA], dynamic = rela ? 6 * 8 : 0;
	size_t data = ELF_HEADERS + text, data_at = text + wish->number[GAP];
	size_t note = pvh_notes(wish), note_at = data + rest + rela + dynamic;
	size_t len = note_at + note;
	uint64_t size = wish->number[IMAGE_SIZE];
	const struct style *style = wish->style, nowhere = { .virt = 0 };
	unsigned int count = rela ? 3 : 2;
	uint8_t *file = calloc(1, len);

	if (!file)
		return -ENOMEM;
	put_elf_header(file, wish, count + wish->number[EMPTY] + !!note);
	put_program_header(file, 0, PT_LOAD, ELF_HEADERS, style, 0, text, text);
	put_program_header(file, 1, PT_LOAD, data, style, data_at, rest + rela + dynamic,
			   size > data_at ? size - data_at : 0);
	memcpy(file + ELF_HEADERS, code, text);
	memcpy(file + data, code + text, rest);
	if (rela) {
		put_program_header(file, 2, PT_DYNAMIC, data + rest + rela, style,
				   data_at + rest + rela, dynamic, dynamic);
		memset(file + data + rest, wish->number[ZERO] ? 0 : 0xa5, rela);
		put_dynamic(file + data + rest + rela, style->virt + data_at + rest, rela);
	}
	if (note) {
		put_program_header(file, count + wish->number[EMPTY], PT_NOTE, note_at, style, 0,
				   note, note);
		put_pvh_notes(file + note_at, wish);
	}
	if (wish->number[EMPTY])
		put_program_header(file, count, PT_LOAD, len, &nowhere, 0, 0, 0);
	*ret = file;
	*ret_len = len;
	return 0;
}

int mkimage(const char *const *word, size_t count, uint8_t **ret, size_t *ret_len)
{
	struct wish wish = { .style = &styles[0] };
	uint8_t *code;
	int rc;

	for (size_t i = 0; i < count; i++) {
		if (!take_word(&wish, word[i]))
			return -EINVAL;
	}
	for (size_t i = 0; i < N_NUMBERS; i++) {
		if (!wish.given[i])
			wish.number[i] = wish.style->number[i];
	}
	code = calloc(1, wish.number[CODE] + 1);
	if (!code)
		return -ENOMEM;
	put_code(code, &wish);
	if (!wish.elf) {
		*ret = code;
		*ret_len = wish.number[CODE];
		return 0;
	}
	rc = make_vmlinux(&wish, code, ret, ret_len);
	free(code);
	return rc;
}
