/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds an architecture by name and the format of a kernel file, and names files that are none. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kexec/arch/arches.h"
#include "kx/elf.h"

const struct kx_arch *kx_arch_by_name(const char *name)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		if (strcmp((*a)->isa->name, name) == 0 || strcmp((*a)->isa->uname, name) == 0)
			return *a;
	}
	return NULL;
}

static bool called(const struct kx_image *image, const char *name)
{
	return strcmp(image->name, name) == 0 || (image->alias && strcmp(image->alias, name) == 0);
}

static const char *elf_machine(struct kx_span file, char *text, size_t size)
{
	const struct kx_isa *isa = NULL;
	struct kx_err ignored;
	struct kx_elf elf;

	if (kx_elf_ident(file, &elf, &ignored) == 0)
		isa = kx_isa_of_elf(elf.machine);
	snprintf(text, size, "an ELF file%s%s", isa ? " for " : "", isa ? isa->elf_name : "");
	return text;
}

static const struct kx_image *format_of(const struct kx_arch *arch, struct kx_span file)
{
	const struct kx_image *const *image = arch->images;

	while (*image && !(*image)->probe(arch, file))
		image++;
	return *image;
}

/* The first format of any architecture that takes @file. */
static const struct kx_image *format_of_others(struct kx_span file, const struct kx_arch **ret)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		const struct kx_image *image = format_of(*a, file);

		if (image) {
			*ret = *a;
			return image;
		}
	}
	return NULL;
}

/* Files that are often given by mistake, by file(1)'s names for most of them. */
#define MAGIC(bytes) bytes, sizeof(bytes) - 1
static const struct {
	uint64_t at;
	const char *magic;
	size_t len;
	const char *what;
} known[] = {
	{ 0, MAGIC("070701"), "a cpio archive (an initrd?)" },
	{ 0, MAGIC("070702"), "a cpio archive (an initrd?)" },
	{ 0, MAGIC("070707"), "a cpio archive (an initrd?)" },
	{ 0, MAGIC("\xc7\x71"), "a cpio archive (an initrd?)" },
	{ 0, MAGIC("\xd0\x0d\xfe\xed"), "a device tree" },
	{ 0, MAGIC("VNDRBOOT"), "an Android vendor boot image, which holds no kernel" },
	{ 0, MAGIC("\x3a\xff\x26\xed"), "an Android sparse image" },
	{ 0, MAGIC("hsqs"), "a squashfs file system" },
	{ 0, MAGIC("\x36\x13\x03\x1b"), "a tagged image for network booting (nbi)" },
	{ 0, MAGIC("!<arch>\n"), "an ar archive (a Debian package?)" },
	{ 0, MAGIC("\xed\xab\xee\xdb"), "an RPM package" },
	{ 0, MAGIC("PK\x03\x04"), "a zip archive" },
	{ 0, MAGIC("KDUMP   "), "a dump of a crashed kernel" },
	{ 0, MAGIC("makedumpfile\0"), "a dump of a crashed kernel" },
	{ 0, MAGIC("#!"), "a script" },
	{ 257, MAGIC("ustar"), "a tar archive" },
	{ 1080, MAGIC("\x53\xef"), "an ext2, ext3 or ext4 file system" },
	{ 32769, MAGIC("CD001"), "an ISO 9660 image" },
};
#undef MAGIC

/* Wrappers have been taken off by now. */
static const char *what_it_is(struct kx_span file, char *text, size_t size)
{
	const struct kx_arch *arch = NULL;
	const struct kx_image *image;
	struct kx_span magic;

	if (kx_span_starts(file, "\x7f""ELF"))
		return elf_machine(file, text, size);
	image = format_of_others(file, &arch);
	if (image) {
		snprintf(text, size, "%s %s kernel %s",
			 strchr("aeiox", arch->isa->elf_name[0]) ? "an" : "a", arch->isa->elf_name,
			 image->name);
		return text;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (kx_span_slice(file, known[i].at, known[i].len, &magic) &&
		    memcmp(magic.base, known[i].magic, known[i].len) == 0)
			return known[i].what;
	}
	return kx_span_starts(file, "MZ") ? "a PE program" : NULL;
}

int kx_image_find(const struct kx_arch *arch, const char *type, struct kx_span file,
		  const struct kx_image **ret, struct kx_err *err)
{
	const struct kx_image *const *image = arch->images, *fit = NULL;
	bool named = false;
	const char *what;
	char text[40];

	for (; *image && !fit; image++) {
		if (type && !called(*image, type))
			continue;
		named = true;
		if ((*image)->probe(arch, file))
			fit = *image;
	}
	if (type && !named)
		return kx_fail(err, -EINVAL, "--type=%s: no such type for %s; --help lists them",
			       type, arch->isa->name);
	if (type && !fit && format_of(arch, file))
		return kx_fail(err, -ENOEXEC, "--type=%s: the file is of type %s", type,
			       format_of(arch, file)->name);
	what = fit ? NULL : what_it_is(file, text, sizeof(text));
	if (what)
		return kx_fail(err, -ENOEXEC, "not a kernel for %s: the file is %s", arch->isa->name,
			       what);
	if (!fit)
		return kx_fail(err, -ENOEXEC, "not a kernel: %zu bytes without a signature known for %s",
			       file.len, arch->isa->name);
	*ret = fit;
	return 0;
}
