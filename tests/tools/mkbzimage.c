/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes small bzImages for tests (Linux, Documentation/arch/x86/boot.rst). */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/span.h"
#include "tests/tools/mkbzimage.h"

enum {
	SECTOR = 512,
	DEFAULT_SETUP_SECTS = 4,	/* what 0 means */
	HEADER_END = 0x26c,
	TEXT_AT = 0x280,
	TEXT_ROOM = 0x80,
	CODE_MAX = 64 << 20,
};

/* In the order of the header. jump is a short jump over it: 0xeb and the distance. */
const struct mkbzimage_field mkbzimage_fields[] = {
	{ "setup_sects", 0x1f1, 1, 1 },
	{ "root_flags", 0x1f2, 2, 1 },
	{ "syssize", 0x1f4, 4, 0 },
	{ "ram_size", 0x1f8, 2, 0 },
	{ "vid_mode", 0x1fa, 2, 0xffff },
	{ "root_dev", 0x1fc, 2, 0 },
	{ "boot_flag", 0x1fe, 2, 0xaa55 },
	{ "jump", 0x200, 2, 0xeb | (HEADER_END - 0x202) << 8 },
	{ "header", 0x202, 4, 0x53726448 },
	{ "version", 0x206, 2, 0x20f },
	{ "realmode_swtch", 0x208, 4, 0 },
	{ "start_sys_seg", 0x20c, 2, 0x1000 },
	{ "kernel_version", 0x20e, 2, TEXT_AT - 0x200 },
	{ "type_of_loader", 0x210, 1, 0 },
	{ "loadflags", 0x211, 1, 1 },
	{ "setup_move_size", 0x212, 2, 0x8000 },
	{ "code32_start", 0x214, 4, 0x100000 },
	{ "ramdisk_image", 0x218, 4, 0 },
	{ "ramdisk_size", 0x21c, 4, 0 },
	{ "bootsect_kludge", 0x220, 4, 0 },
	{ "heap_end_ptr", 0x224, 2, 0x5690 },
	{ "ext_loader_ver", 0x226, 1, 0 },
	{ "ext_loader_type", 0x227, 1, 0 },
	{ "cmd_line_ptr", 0x228, 4, 0 },
	{ "initrd_addr_max", 0x22c, 4, 0x7fffffff },
	{ "kernel_alignment", 0x230, 4, 0x200000 },
	{ "relocatable_kernel", 0x234, 1, 1 },
	{ "min_alignment", 0x235, 1, 21 },
	{ "xloadflags", 0x236, 2, 0x7f },
	{ "cmdline_size", 0x238, 4, 2047 },
	{ "hardware_subarch", 0x23c, 4, 0 },
	{ "hardware_subarch_data", 0x240, 8, 0 },
	{ "payload_offset", 0x248, 4, 0x300 },
	{ "payload_length", 0x24c, 4, 0 },
	{ "setup_data", 0x250, 8, 0 },
	{ "pref_address", 0x258, 8, 0x1000000 },
	{ "init_size", 0x260, 4, 0x2000000 },
	{ "handover_offset", 0x264, 4, 0x190 },
	{ "kernel_info_offset", 0x268, 4, 0x400 },
};
const size_t mkbzimage_n_fields = sizeof(mkbzimage_fields) / sizeof(mkbzimage_fields[0]);

enum { N_FIELDS = sizeof(mkbzimage_fields) / sizeof(mkbzimage_fields[0]) };

struct wish {
	uint64_t field[N_FIELDS];
	bool given[N_FIELDS];
	uint64_t code, tail;
	struct kx_span text;
};

static size_t field_index(struct kx_span name)
{
	size_t i = 0;

	while (i < N_FIELDS && !kx_span_equal(name, mkbzimage_fields[i].name))
		i++;
	return i;
}

static bool take_word(struct wish *wish, const char *word)
{
	const char *equals = strchr(word, '=');
	struct kx_span name, value;
	uint64_t number = 0;
	size_t i;

	if (!equals)
		return false;
	name = (struct kx_span){ (const uint8_t *)word, (size_t)(equals - word) };
	value = kx_span_of(equals + 1);
	if (kx_span_equal(name, "text")) {
		wish->text = value;
		return value.len < TEXT_ROOM;
	}
	if (!kx_span_number(value, 0, &number))
		return false;
	if (kx_span_equal(name, "code") || kx_span_equal(name, "tail")) {
		*(word[0] == 'c' ? &wish->code : &wish->tail) = number;
		return number <= CODE_MAX;
	}
	i = field_index(name);
	if (i == N_FIELDS)
		return false;
	wish->field[i] = number;
	wish->given[i] = true;
	return true;
}

static void derive(struct wish *wish, const char *name, uint64_t value)
{
	size_t i = field_index(kx_span_of(name));

	if (!wish->given[i])
		wish->field[i] = value;
}

static void put(uint8_t *file, const struct mkbzimage_field *field, uint64_t value)
{
	for (unsigned int i = 0; i < field->width; i++)
		file[field->offset + i] = (uint8_t)(value >> 8 * i);
}

int mkbzimage(const char *const *word, size_t count, uint8_t **ret, size_t *ret_len)
{
	struct wish wish = { .code = 4096, .text = kx_span_of("6.1.0-test (a test kernel)") };
	size_t setup, len;
	uint8_t *file;

	for (size_t i = 0; i < N_FIELDS; i++)
		wish.field[i] = mkbzimage_fields[i].value;
	for (size_t i = 0; i < count; i++) {
		if (!take_word(&wish, word[i]))
			return -EINVAL;
	}
	derive(&wish, "syssize", (wish.code + 15) / 16);
	derive(&wish, "payload_length", wish.code > 0x400 ? wish.code - 0x400 : 0);
	setup = (uint8_t)wish.field[0] ? (uint8_t)wish.field[0] : DEFAULT_SETUP_SECTS;
	setup = (setup + 1) * SECTOR;
	len = setup + (wish.code + 15) / 16 * 16 + wish.tail;
	file = calloc(1, len);
	if (!file)
		return -ENOMEM;
	for (size_t i = 0; i < N_FIELDS; i++)
		put(file, &mkbzimage_fields[i], wish.field[i]);
	memcpy(file + TEXT_AT, wish.text.base, wish.text.len);
	/* Bytes that differ from their neighbours, so that a wrong offset shows. */
	for (size_t i = setup; i < len; i++)
		file[i] = (uint8_t)(i * 7 + i / 256);
	*ret = file;
	*ret_len = len;
	return 0;
}
