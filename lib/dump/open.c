/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens dumps by content. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dump/internal.h"

static const struct kx_dump_format *const formats[] = {
	&kx_dump_format_elf,
	&kx_dump_format_kdump,
};

enum {
	/* Split sets have one file per process that wrote them. */
	FILES_MAX = 4096,
};

static void name_format(struct kx_dump *dump)
{
	const char *codec = dump->codec;

	snprintf(dump->format_text, sizeof(dump->format_text), "%s%s%s%s%s",
		 dump->sources[0].flattened ? "flattened " : "", dump->format->name,
		 codec ? " (" : "", codec ? codec : "", codec ? ")" : "");
}

static int open_sources(struct kx_dump *dump, const char *const *path, size_t count,
			struct kx_err *err)
{
	dump->sources = calloc(count, sizeof(*dump->sources));
	if (!dump->sources)
		return kx_fail(err, -ENOMEM, "no memory");
	for (size_t i = 0; i < count; i++) {
		int rc = kx_source_open(&dump->sources[i], path[i], err);

		if (rc < 0)
			return kx_context(err, rc, "%s", path[i]);
		dump->count++;
		dump->incomplete = dump->incomplete || dump->sources[i].flat.cut;
	}
	return 0;
}

/* C2SP, age.md: how a file begins that was encrypted to public keys. */
static bool is_encrypted(struct kx_source *source)
{
	static const char magic[] = "age-encryption.org/";
	char bytes[sizeof(magic) - 1];
	struct kx_err ignored;

	return kx_source_read(source, 0, bytes, sizeof(bytes), &ignored) == 0 &&
	       memcmp(bytes, magic, sizeof(bytes)) == 0;
}

static int open_format(struct kx_dump *dump, struct kx_err *err)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->probe(&dump->sources[0])) {
			dump->format = formats[i];
			return formats[i]->open(dump, err);
		}
	}
	if (is_encrypted(&dump->sources[0]))
		return kx_fail(err, -ENOEXEC, "encrypted: \"age -d -i KEYFILE\" makes a dump of it");
	return kx_fail(err, -ENOEXEC, "neither ELF nor kdump-compressed nor flattened");
}

static int open_all(struct kx_dump *dump, const char *const *path, size_t count, struct kx_err *err)
{
	int rc = open_sources(dump, path, count, err);

	if (rc < 0)
		return rc;
	rc = open_format(dump, err);
	if (rc == 0) {
		dump->file_machine = dump->machine;
		dump->file_word = dump->long_size;
		name_format(dump);
		rc = kx_dump_learn(dump, err);
	}
	return rc < 0 ? kx_context(err, rc, "%s", path[0]) : 0;
}

int kx_dump_open(struct kx_dump **ret, const char *const *path, size_t count, struct kx_err *err)
{
	struct kx_dump *dump;
	int rc;

	if (count < 1 || count > FILES_MAX)
		return kx_fail(err, -EINVAL, "%zu files; a dump has 1 to %d", count, FILES_MAX);
	dump = calloc(1, sizeof(*dump));
	if (!dump)
		return kx_fail(err, -ENOMEM, "no memory");
	rc = open_all(dump, path, count, err);
	if (rc < 0) {
		kx_dump_close(dump);
		return rc;
	}
	*ret = dump;
	return 0;
}

void kx_dump_close(struct kx_dump *dump)
{
	if (!dump)
		return;
	if (dump->format)
		dump->format->close(dump);
	for (size_t i = 0; i < dump->count; i++)
		kx_source_done(&dump->sources[i]);
	kx_extents_done(&dump->vaddr);
	free(dump->sources);
	free(dump->info_text);
	free(dump->regs);
	free(dump->notes);
	free(dump);
}
