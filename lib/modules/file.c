/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of modules and firmware: their bytes, and what a module says of itself. */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/codec.h"
#include "kx/elf.h"
#include "kx/file.h"
#include "kx/modules.h"

enum { PACKED_MAX = 256 << 20, PLAIN_MAX = 256 << 20 };

/* ---- their bytes ---------------------------------------------------------------------------- */

/* ELF is never one of the codecs' beginnings; lzma has no mark and could be many things. */
static const struct kx_codec *codec_of(struct kx_span s)
{
	return kx_span_starts(s, ELFMAG) ? NULL : kx_codec_of(s);
}

static int unpack(struct kx_span in, struct kx_memfile *to, struct kx_err *err)
{
	const struct kx_codec *codec = codec_of(in);
	struct kx_span behind;

	if (codec)
		return kx_decompress(codec, in, to, &behind, err);
	if (in.len > to->room)
		return kx_memfile_full(to, err);
	if (in.len > 0)
		memcpy(to->base, in.base, in.len);
	to->len = in.len;
	return 0;
}

int kx_modules_read(const char *root, const char *path, struct kx_memfile *ret,
		    struct kx_err *err)
{
	_cleanup_free_ char *packed = NULL;
	struct kx_memfile to = { .fd = -1 };
	struct kx_span in;
	size_t len;
	int rc = kx_file_read(root, path, PACKED_MAX, &packed, &len, err);

	if (rc < 0)
		return rc;
	in = (struct kx_span){ (const uint8_t *)packed, len };
	rc = kx_memfile_init(&to, "module", codec_of(in) ? PLAIN_MAX : len + 1, PLAIN_MAX, err);
	if (rc == 0)
		rc = unpack(in, &to, err);
	if (rc == 0)
		rc = kx_memfile_keep(&to, to.len, err);
	if (rc < 0) {
		kx_memfile_done(&to);
		return kx_context(err, rc, "/%s", path);
	}
	*ret = to;
	return 0;
}

/* ---- .modinfo ------------------------------------------------------------------------------- */

/** struct section - a section header, whatever the class; @name: offset in the table of names */
struct section {
	uint64_t name, type, offset, size;
};

/* System V ABI, "Sections": where the members are in both classes. */
static bool section_at(const struct kx_elf *elf, struct kx_span file, uint64_t i,
		       struct section *ret)
{
	const unsigned int word = elf->wide ? 8 : 4;
	const bool big = elf->big_endian;
	struct kx_span s;

	/* @i is less than 2^16. */
	return elf->shoff <= file.len &&
	       kx_span_slice(file, elf->shoff + i * elf->section_size, elf->section_size, &s) &&
	       kx_span_get(s, 0, 4, big, &ret->name) && kx_span_get(s, 4, 4, big, &ret->type) &&
	       kx_span_get(s, elf->wide ? 24 : 16, word, big, &ret->offset) &&
	       kx_span_get(s, elf->wide ? 32 : 20, word, big, &ret->size);
}

static bool is_called(struct kx_span names, uint64_t at, const char *name)
{
	struct kx_span found;

	/* With its NUL. */
	return kx_span_slice(names, at, strlen(name) + 1, &found) &&
	       memcmp(found.base, name, strlen(name) + 1) == 0;
}

int kx_modules_info(struct kx_span file, struct kx_span *ret, struct kx_err *err)
{
	struct kx_span names, info = { NULL, 0 };
	uint64_t entsize, count, index;
	struct section s;
	struct kx_elf elf;
	int rc = kx_elf_header(file, &elf, err);

	if (rc < 0)
		return rc;
	if (!kx_span_get(file, elf.wide ? 58 : 46, 2, elf.big_endian, &entsize) ||
	    !kx_span_get(file, elf.wide ? 60 : 48, 2, elf.big_endian, &count) ||
	    !kx_span_get(file, elf.wide ? 62 : 50, 2, elf.big_endian, &index) ||
	    entsize != elf.section_size)
		return kx_fail(err, -EINVAL, "not a module: section headers are not %u bytes",
			       elf.section_size);
	if (!section_at(&elf, file, index, &s) || !kx_span_slice(file, s.offset, s.size, &names))
		return kx_fail(err, -EINVAL, "not a module: names of sections are not in the file");
	for (uint64_t i = 0; i < count; i++) {
		if (!section_at(&elf, file, i, &s))
			return kx_fail(err, -EINVAL, "not a module: sections are not in the file");
		if (s.type != SHT_PROGBITS || !is_called(names, s.name, ".modinfo"))
			continue;
		if (!kx_span_slice(file, s.offset, s.size, &info))
			return kx_fail(err, -EINVAL, "not a module: .modinfo is not in the file");
		break;
	}
	*ret = info;
	return 0;
}

bool kx_modules_info_next(struct kx_span *info, const char *key, struct kx_span *ret_value)
{
	const size_t len = strlen(key);

	while (info->len > 0) {
		const uint8_t *nul = memchr(info->base, 0, info->len);
		struct kx_span one = { info->base, nul ? (size_t)(nul - info->base) : info->len };

		kx_span_slice(*info, one.len + (nul != NULL), info->len - one.len - (nul != NULL),
			      info);
		if (one.len > len && kx_span_starts(one, key) && one.base[len] == '=')
			return kx_span_slice(one, len + 1, one.len - len - 1, ret_value);
	}
	return false;
}

/* ---- firmware ------------------------------------------------------------------------------- */

static bool is_firmware(struct kx_span name)
{
	return name.len <= 4000 && kx_file_stays_below(name) && !memchr(name.base, 0, name.len);
}

int kx_modules_firmware(const char *root, const char *release, struct kx_span name,
			char **ret_path)
{
	static const char *const suffix[] = { "", ".zst", ".xz" };
	const char *const folder[][3] = { { "updates/", release, "/" },
					  { "updates/", "", "" },
					  { "", release, "/" },
					  { "", "", "" } };

	if (!is_firmware(name))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++) {
		for (size_t k = 0; k < sizeof(suffix) / sizeof(suffix[0]); k++) {
			_cleanup_fd_ int fd = -1;
			char *path;

			if (asprintf(&path, "lib/firmware/%s%s%s%.*s%s", folder[i][0], folder[i][1],
				     folder[i][2], (int)name.len, (const char *)name.base,
				     suffix[k]) < 0)
				return -ENOMEM;
			fd = kx_file_open(root, path);
			if (fd >= 0) {
				*ret_path = path;
				return 0;
			}
			free(path);
		}
	}
	return -ENOENT;
}
