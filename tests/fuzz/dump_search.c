/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search for VMCOREINFO in a dump's memory: what is accepted has the lines that prove it, lies
 * in the dump where it is said to be, and is the text that the dump has from then on.
 */
#include "tests/fuzz/dumping.h"

/* Each is good, so that what is accepted depends on the search alone. Calls are few. */
static unsigned int judge(struct kx_reader *reader, void *data)
{
	const struct kx_vmcoreinfo *info = kx_dump_vmcoreinfo(kx_reader_dump(reader));
	unsigned int *calls = data;

	PROMISE(++*calls <= 32);
	PROMISE(kx_vmcoreinfo_prove(info->text) == info->text.len && info->text.len > 0);
	fuzz_virtual(reader, "prb");
	return 1;
}

static void check_found(struct kx_dump *dump, struct kx_span found)
{
	uint8_t *bytes = malloc(found.len);
	struct kx_err err = { "" };
	struct kx_reader *reader;

	PROMISE(bytes && kx_reader_new(dump, &reader, &err) == 0);
	PROMISE(kx_dump_place(dump)->in_memory);
	PROMISE(kx_reader_phys(reader, kx_dump_place(dump)->addr, bytes, found.len, &err) == 0);
	PROMISE(memcmp(bytes, found.base, found.len) == 0);
	PROMISE(kx_vmcoreinfo_prove((struct kx_span){ bytes, found.len }) == found.len);
	kx_reader_free(reader);
	free(bytes);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_err err = { "" };
	struct kx_dump *dump;
	char name[64];
	const char *path = name;
	unsigned int calls = 0;
	int fd = fuzz_file(data, size, name);

	if (kx_dump_open(&dump, &path, 1, &err) == 0) {
		struct kx_span before = kx_dump_vmcoreinfo(dump)->text, after;
		int rc = kx_dump_search(dump, judge, &calls, &err);

		after = kx_dump_vmcoreinfo(dump)->text;
		PROMISE(rc <= 1 && (rc >= 0 || err.text[0]));
		if (rc == 1)
			check_found(dump, after);
		else
			PROMISE(after.base == before.base && after.len == before.len);
		PROMISE(rc != 1 || calls > 0);
		kx_dump_close(dump);
	}
	close(fd);
	return 0;
}
