/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens dumps by content. What is known of an open one. */
#include <elf.h>
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

static int open_format(struct kx_dump *dump, struct kx_err *err)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->probe(&dump->sources[0])) {
			dump->format = formats[i];
			return formats[i]->open(dump, err);
		}
	}
	return kx_fail(err, -ENOEXEC, "neither ELF nor kdump-compressed nor flattened");
}

/* Is there a machine of that number with words of that width? */
static bool has_width(uint16_t machine, unsigned int width)
{
	const struct kx_virt_arch *arch;
	bool found = false;

	for (size_t i = 0; (arch = kx_virt_arch_at(i)) != NULL; i++)
		found |= arch->isa->elf_machine == machine && arch->isa->long_size == width;
	return found;
}

/*
 * The width of the kernel's long. An ELF64 file may hold a 32-bit kernel (PAE, LPAE), so VMCOREINFO
 * is asked first, then the architecture; else it stays at what the file says.
 */
static void find_long_size(struct kx_dump *dump, const struct kx_virt_arch *arch)
{
	uint64_t size;

	dump->long_size = dump->file_word;
	if (kx_vmcoreinfo_size(&dump->info, "atomic_long_t", &size) && (size == 4 || size == 8))
		dump->long_size = (unsigned int)size;
	else if (arch && !has_width(dump->machine, dump->file_word))
		dump->long_size = arch->isa->long_size;
}

/* Addresses are translated by @arch from here on, as far as they can be. */
static int use_arch(struct kx_dump *dump, const struct kx_virt_arch *arch, struct kx_err *err)
{
	struct kx_reader *reader;
	int rc;

	find_long_size(dump, arch);
	kx_virt_init(&dump->virt, arch, dump->big_endian, &dump->info, &dump->hints);
	rc = kx_reader_new(dump, &reader, err);
	if (rc < 0)
		return rc;
	rc = kx_dump_prove(dump, reader, err);
	dump->incomplete = kx_reader_incomplete(reader);
	kx_reader_free(reader);
	return rc;
}

/*
 * The machine of a file that does not say it, as those that QEMU compresses for most machines: the
 * one by whose rules the kernel's release is where VMCOREINFO says.
 */
static int guess_arch(struct kx_dump *dump, struct kx_err *err)
{
	const struct kx_virt_arch *arch;

	for (size_t i = 0; (arch = kx_virt_arch_at(i)) != NULL; i++) {
		int rc;

		if (!has_width(arch->isa->elf_machine, dump->file_word))
			continue;
		dump->machine = arch->isa->elf_machine;
		rc = use_arch(dump, arch, err);
		if (rc < 0 || dump->proof[KX_WAY_WALK] == KX_PROOF_GOOD ||
		    dump->proof[KX_WAY_FORMULA] == KX_PROOF_GOOD)
			return rc;
	}
	dump->machine = dump->file_machine;
	return use_arch(dump, NULL, err);
}

int kx_dump_learn(struct kx_dump *dump, struct kx_err *err)
{
	dump->machine = dump->file_machine;
	if (dump->machine == EM_NONE && dump->info.text.len > 0)
		return guess_arch(dump, err);
	return use_arch(dump, kx_virt_arch_of(dump->machine), err);
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

const struct kx_vmcoreinfo *kx_dump_vmcoreinfo(const struct kx_dump *dump)
{
	return &dump->info;
}

uint16_t kx_dump_machine(const struct kx_dump *dump)
{
	return dump->machine;
}

bool kx_dump_big_endian(const struct kx_dump *dump)
{
	return dump->big_endian;
}

unsigned int kx_dump_long_size(const struct kx_dump *dump)
{
	return dump->long_size;
}

const char *kx_dump_format(const struct kx_dump *dump)
{
	return dump->format_text;
}

size_t kx_dump_cpus(const struct kx_dump *dump)
{
	return dump->cpus;
}

uint64_t kx_dump_stored(const struct kx_dump *dump)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < dump->count; i++) {
		if (__builtin_add_overflow(sum, kx_dump_file_stored(&dump->sources[i].file), &sum))
			return UINT64_MAX;
	}
	return sum;
}

bool kx_dump_incomplete(const struct kx_dump *dump)
{
	return dump->incomplete;
}
