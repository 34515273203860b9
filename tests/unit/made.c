/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules and programs for tests, and what archives have. */
#include <elf.h>

#include "kx/bytes.h"
#include "kx/elf.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/made.h"

/* A number of the header: 8 hexadecimal digits, the first behind the magic. */
static unsigned long field(const uint8_t *header, unsigned int i)
{
	char digits[9] = "";

	memcpy(digits, header + 6 + 8 * i, 8);
	return strtoul(digits, NULL, 16);
}

enum { INODE, MODE, UID, GID, LINKS, MTIME, SIZE, NAMESIZE = 11, CHECK = 12 };

void made_list(const struct kx_memfile *file, char *to, size_t room)
{
	size_t at = 0, said = 0;

	assert_int_equal(file->len % 512, 0);
	for (;;) {
		const uint8_t *h = file->base + at;
		size_t name, bytes;

		assert_true(at + 110 < file->len);
		assert_memory_equal(h, "070701", 6);
		name = (at + 110 + field(h, NAMESIZE) + 3) & ~(size_t)3;
		bytes = field(h, SIZE);
		assert_true(name + bytes <= file->len);
		assert_int_equal(h[110 + field(h, NAMESIZE) - 1], 0);
		assert_int_equal(field(h, UID) + field(h, GID) + field(h, MTIME), 0);
		assert_int_equal(field(h, CHECK), 0);
		for (unsigned int i = 7; i < 11; i++)
			assert_int_equal(field(h, i), 0);
		if (strcmp((const char *)h + 110, "TRAILER!!!") == 0)
			return;
		said += (size_t)snprintf(to + said, room - said, "%s %lo %lu %.*s;",
					 (const char *)h + 110, field(h, MODE), field(h, INODE),
					 (int)bytes, (const char *)file->base + name);
		at = (name + bytes + 3) & ~(size_t)3;
	}
}

size_t made_module(uint8_t file[1024], bool wide, bool big, const char *info, size_t info_len)
{
	static const char names[] = "\0.shstrtab\0.modinfo";
	const unsigned int header = wide ? 64 : 52, section = wide ? 64 : 40, word = wide ? 8 : 4;
	const uint64_t table = 512, at[] = { 0, 128, 192 };
	const size_t len[] = { 0, sizeof(names), info_len };

	memset(file, 0, 1024);
	memcpy(file, ELFMAG, 4);
	file[4] = wide ? ELFCLASS64 : ELFCLASS32;
	file[5] = big ? ELFDATA2MSB : ELFDATA2LSB;
	file[6] = 1;
	kx_put(file + 16, 2, ET_REL, big);
	kx_put(file + 18, 2, EM_X86_64, big);
	kx_put(file + 20, 4, 1, big);
	kx_put(file + (wide ? 40 : 32), word, table, big);
	kx_put(file + (wide ? 52 : 40), 2, header, big);
	kx_put(file + (wide ? 58 : 46), 2, section, big);
	kx_put(file + (wide ? 60 : 48), 2, 3, big);
	kx_put(file + (wide ? 62 : 50), 2, 1, big);
	for (unsigned int i = 1; i < 3; i++) {
		uint8_t *s = file + table + i * section;

		kx_put(s, 4, i == 1 ? 1 : 11, big);
		kx_put(s + 4, 4, i == 1 ? SHT_STRTAB : SHT_PROGBITS, big);
		kx_put(s + (wide ? 24 : 16), word, at[i], big);
		kx_put(s + (wide ? 32 : 20), word, len[i], big);
	}
	memcpy(file + at[1], names, sizeof(names));
	memcpy(file + at[2], info, info_len);
	return table + 3 * section;
}

size_t made_program(uint8_t *to, size_t more)
{
	const struct kx_elf_segment all = { .type = PT_LOAD, .filesz = MADE_PROGRAM,
					    .memsz = 4096 };
	struct kx_elf elf = { .type = ET_EXEC, .phoff = 64, .phnum = 1 };

	kx_elf_class(&elf, true);
	kx_elf_put_header(&elf, to);
	kx_elf_put_segment(&elf, &all, to + elf.phoff);
	memset(to + MADE_PROGRAM, 0x5a, more);
	return MADE_PROGRAM + more;
}
