/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wrappers around kernels: PE files, EFI zboot, UKI, uImage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#include "tests/tools/mkwrap.h"

enum { PE_AT = 64, SECTIONS_MAX = 128 };

struct section {
	const char *name;
	size_t name_len;
	struct mkelf_buffer bytes;
};

/* struct state - what words leave for words behind them */
struct state {
	struct mkelf_buffer *content;
	size_t compressed;
	struct section section[SECTIONS_MAX];
	size_t n_sections;
	bool vendor;
};

static void replace(struct mkelf_buffer *content, struct mkelf_buffer *by)
{
	free(content->base);
	*content = *by;
}

/* A number behind the @n-th comma of @list; @otherwise when there are fewer. */
static uint64_t number(const char *list, unsigned int n, uint64_t otherwise)
{
	while (n-- > 0 && list) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	return list && *list ? strtoull(list, NULL, 0) : otherwise;
}

/* PE32+ headers at PE_AT with room for @n_sections; the first 64 bytes are the caller's. */
static void pe_headers(struct mkelf_buffer *to, uint64_t machine, size_t n_sections)
{
	size_t optional;

	mkelf_set(to, 60, false, 4, PE_AT);
	mkelf_bytes(to, "PE\0\0", 4);
	mkelf_number(to, false, 2, machine);
	mkelf_number(to, false, 2, n_sections);
	mkelf_bytes(to, NULL, 12);
	mkelf_number(to, false, 2, 112 + 6 * 8);
	mkelf_number(to, false, 2, 0x206);
	optional = to->len;
	mkelf_number(to, false, 2, 0x20b);
	mkelf_bytes(to, NULL, 112 + 6 * 8 - 2);
	mkelf_set(to, optional + 108, false, 4, 6);
}

static void pe_section(struct mkelf_buffer *to, const char *name, size_t name_len, size_t size,
		       size_t at)
{
	mkelf_bytes(to, name, name_len < 8 ? name_len : 8);
	mkelf_bytes(to, NULL, name_len < 8 ? 8 - name_len : 0);
	mkelf_number(to, false, 4, size);
	mkelf_number(to, false, 4, at);
	/* In the file it is padded, as linkers do. */
	mkelf_number(to, false, 4, (size + 511) & ~(size_t)511);
	mkelf_number(to, false, 4, at);
	mkelf_bytes(to, NULL, 16);
}

static void pad(struct mkelf_buffer *to)
{
	mkelf_bytes(to, NULL, -to->len & 511);
}

static void forget_sections(struct state *state)
{
	while (state->n_sections > 0)
		free(state->section[--state->n_sections].bytes.base);
}

/* A PE file of all sections that came; they are forgotten. */
static bool wrap_sections(struct state *state, const char *machine)
{
	struct mkelf_buffer file = { 0 };
	size_t count = state->n_sections, at;

	mkelf_bytes(&file, "MZ", 2);
	mkelf_bytes(&file, NULL, PE_AT - 2);
	pe_headers(&file, number(machine, 0, 0), count);
	at = (file.len + count * 40 + 511) & ~(size_t)511;
	for (size_t i = 0; i < count; i++) {
		const struct section *s = &state->section[i];

		pe_section(&file, s->name, s->name_len, s->bytes.len, at);
		at += (s->bytes.len + 511) & ~(size_t)511;
	}
	for (size_t i = 0; i < count; i++) {
		pad(&file);
		mkelf_bytes(&file, state->section[i].bytes.base, state->section[i].bytes.len);
	}
	pad(&file);
	forget_sections(state);
	replace(state->content, &file);
	return true;
}

/* The content becomes section number @at; false: there are too many. */
static bool insert_linux(struct state *state, size_t at)
{
	struct section linux_section = { ".linux", 6, { 0 } };

	if (state->n_sections == SECTIONS_MAX)
		return false;
	mkelf_bytes(&linux_section.bytes, state->content->base, state->content->len);
	memmove(&state->section[at + 1], &state->section[at],
		(state->n_sections++ - at) * sizeof(state->section[0]));
	state->section[at] = linux_section;
	return true;
}

static bool wrap_uki(struct state *state, const char *value)
{
	return insert_linux(state, state->n_sections) && wrap_sections(state, value);
}

static bool wrap_uki_first(struct state *state, const char *value)
{
	return insert_linux(state, 0) && wrap_sections(state, value);
}

/* What is in the content becomes a section; 8 bytes of certificate end what was signed. */
static bool wrap_pe(struct state *state, const char *value)
{
	struct mkelf_buffer file = { 0 };

	mkelf_bytes(&file, "MZ", 2);
	mkelf_bytes(&file, NULL, PE_AT - 2);
	pe_headers(&file, number(value, 0, 0), 1);
	pe_section(&file, ".text", 5, state->content->len, 512);
	pad(&file);
	mkelf_bytes(&file, state->content->base, state->content->len);
	mkelf_set(&file, PE_AT + 24 + 112 + 4 * 8, false, 4, file.len);
	mkelf_set(&file, PE_AT + 24 + 112 + 4 * 8 + 4, false, 4, 8);
	mkelf_bytes(&file, "SIGNED!", 8);
	mkelf_bytes(&file, NULL, number(value, 1, 0));
	replace(state->content, &file);
	return true;
}

static bool wrap_zboot(struct state *state, const char *value)
{
	struct mkelf_buffer file = { 0 };
	size_t name_len = strcspn(value, ",");

	mkelf_bytes(&file, "MZ\0\0zimg", 8);
	mkelf_number(&file, false, 4, 512);
	mkelf_number(&file, false, 4, state->content->len);
	mkelf_bytes(&file, NULL, 8);
	mkelf_bytes(&file, value, name_len < 32 ? name_len : 32);
	mkelf_bytes(&file, NULL, PE_AT - file.len);
	pe_headers(&file, number(value, 1, 0xaa64), 1);
	pe_section(&file, ".text", 5, state->content->len, 512);
	pad(&file);
	mkelf_bytes(&file, state->content->base, state->content->len);
	/* As the kernel's build does: a size behind the payload, but not as part of it. */
	mkelf_number(&file, false, 4, state->compressed);
	pad(&file);
	replace(state->content, &file);
	return true;
}

/* Of all sections by name; they are forgotten. */
static bool wrap_android(struct state *state, const char *value)
{
	struct mkwrap_android parts = { .kernel = *state->content };
	const struct {
		const char *name;
		struct mkelf_buffer *part;
	} known[] = {
		{ ".initrd", &parts.ramdisk }, { ".second", &parts.second },
		{ ".cmdline", &parts.cmdline }, { ".dtb", &parts.dtb },
		{ ".bootconfig", &parts.bootconfig },
	};
	struct mkelf_buffer file = { 0 };
	bool vendor = state->vendor;

	for (size_t i = 0; i < state->n_sections; i++) {
		const struct section *s = &state->section[i];

		for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
			if (s->name_len == strlen(known[j].name) &&
			    memcmp(s->name, known[j].name, s->name_len) == 0)
				*known[j].part = s->bytes;
		}
	}
	if (vendor)
		parts.ramdisk = *state->content;
	(vendor ? mkwrap_vendor : mkwrap_android)(&file, number(value, 0, 0), &parts);
	forget_sections(state);
	replace(state->content, &file);
	return true;
}

static bool wrap_vendor(struct state *state, const char *value)
{
	state->vendor = true;
	return wrap_android(state, value);
}

static bool wrap_uimage(struct state *state, const char *value)
{
#ifdef HAVE_ZLIB
	struct mkelf_buffer file = { 0 };
	const struct mkelf_buffer *data = state->content;

	mkelf_number(&file, true, 4, 0x27051956);
	mkelf_bytes(&file, NULL, 8);
	mkelf_number(&file, true, 4, data->len);
	mkelf_bytes(&file, NULL, 8);
	mkelf_number(&file, true, 4, crc32_z(0, data->base, data->len));
	mkelf_number(&file, true, 1, number(value, 3, 5));
	mkelf_number(&file, true, 1, number(value, 0, 0));
	mkelf_number(&file, true, 1, number(value, 2, 2));
	mkelf_number(&file, true, 1, number(value, 1, 0));
	mkelf_bytes(&file, "kernel", 6);
	mkelf_bytes(&file, NULL, 26);
	mkelf_set(&file, 4, true, 4, crc32_z(0, file.base, file.len));
	mkelf_bytes(&file, data->base, data->len);
	replace(state->content, &file);
	return true;
#else
	(void)state;
	(void)value;
	return false;
#endif
}

static bool add_file(struct mkelf_buffer *to, const char *path)
{
	FILE *file = fopen(path, "re");
	uint8_t chunk[1 << 16];
	size_t got;

	if (!file)
		return false;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		mkelf_bytes(to, chunk, got);
	fclose(file);
	return true;
}

static bool add_section(struct state *state, const char *word)
{
	const char *text = strchr(word, '=');
	struct section *s = &state->section[state->n_sections];

	if (!text || state->n_sections == SECTIONS_MAX)
		return false;
	state->n_sections++;
	*s = (struct section){ .name = word, .name_len = (size_t)(text - word) };
	if (text[1] == '@')
		return add_file(&s->bytes, text + 2);
	mkelf_bytes(&s->bytes, text + 1, strlen(text + 1));
	return true;
}

static bool set_text(struct state *state, const char *value)
{
	/* libbz2 wants a place even for nothing: hence the NUL, which is not part of it. */
	state->content->len = 0;
	mkelf_bytes(state->content, value, strlen(value) + 1);
	state->content->len--;
	return true;
}

static bool add_zeros(struct state *state, const char *value)
{
	mkelf_bytes(state->content, NULL, number(value, 0, 0));
	return true;
}

static bool cut(struct state *state, const char *value)
{
	size_t len = number(value, 0, 0);

	state->content->len -= len < state->content->len ? len : state->content->len;
	return true;
}

static bool flip(struct state *state, const char *value)
{
	long long at = strtoll(value, NULL, 0);

	at += at < 0 ? (long long)state->content->len : 0;
	if (at < 0 || (size_t)at >= state->content->len)
		return false;
	state->content->base[at] ^= 0x55;
	return true;
}

static bool plain_word(struct state *state, const char *word)
{
	size_t len = state->content->len;

	if (strcmp(word, "tail") == 0) {
		mkelf_number(state->content, false, 4, state->compressed);
		return true;
	}
	if (strcmp(word, "twice") == 0) {
		mkelf_bytes(state->content, NULL, len);
		memcpy(state->content->base + len, state->content->base, len);
		state->compressed *= 2;
		return true;
	}
	state->compressed = len;
	return mkwrap_compress(state->content, word) == 0;
}

static bool apply(struct state *state, const char *word)
{
	static const struct {
		const char *name;
		bool (*run)(struct state *state, const char *value);
	} words[] = {
		{ "text=", set_text }, { "pe=", wrap_pe },	 { "zeros=", add_zeros },
		{ "cut=", cut },       { "flip=", flip },	 { "zboot=", wrap_zboot },
		{ "uki=", wrap_uki },  { "uki-first=", wrap_uki_first }, { "addon=", wrap_sections },
		{ "uimage=", wrap_uimage }, { "android=", wrap_android },
		{ "vendor=", wrap_vendor },
	};

	if (word[0] == '.')
		return add_section(state, word);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].name);

		if (strncmp(word, words[i].name, len) == 0)
			return words[i].run(state, word + len);
	}
	return plain_word(state, word);
}

int mkwrap(struct mkelf_buffer *content, const char *const *word, size_t count)
{
	struct state state = { .content = content };
	int wrong = 0;

	for (size_t i = 0; i < count && !wrong; i++) {
		if (!apply(&state, word[i]))
			wrong = (int)i + 1;
	}
	forget_sections(&state);
	return wrong;
}
