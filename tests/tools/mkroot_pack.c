/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns a folder into a machine file. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "tests/tools/mkroot.h"

enum { FILE_MAX = 1 << 20, PATH_ROOM = 4096 };

struct packing {
	const char *directory;
	FILE *out;
	struct kx_err *err;
};

static bool is_text(struct kx_span s)
{
	if (s.len > 0 && s.base[s.len - 1] != '\n')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		bool line_start = i == 0 || s.base[i - 1] == '\n';

		if (s.base[i] != '\n' && s.base[i] != '\t' &&
		    (s.base[i] < ' ' || s.base[i] >= 0x7f))
			return false;
		if (line_start && s.base[i] == '=')
			return false;
	}
	return true;
}

static void put_hex(FILE *out, struct kx_span s)
{
	enum { A_LINE = 16 };
	static const uint8_t zeros[A_LINE];

	for (size_t at = 0; at < s.len; at += A_LINE) {
		size_t len = s.len - at < A_LINE ? s.len - at : A_LINE;

		if (memcmp(s.base + at, zeros, len) == 0)
			continue;
		fprintf(out, "0x%03zx:", at);
		for (size_t i = 0; i < len; i++)
			fprintf(out, " %02x", s.base[at + i]);
		fputc('\n', out);
	}
}

static int pack_file(struct packing *p, const char *path)
{
	_cleanup_free_ char *bytes = NULL;
	struct kx_span s;
	size_t len;
	int rc;

	rc = kx_file_read(p->directory, path, FILE_MAX, &bytes, &len, p->err);
	if (rc < 0)
		return rc;
	s = (struct kx_span){ (uint8_t *)bytes, len };
	if (!is_text(s)) {
		fprintf(p->out, "== %s hex %zu\n", path, len);
		put_hex(p->out, s);
	} else if (len > 1 && memchr(bytes, '\n', len) == bytes + len - 1) {
		fprintf(p->out, "== %s = %s", path, bytes);
	} else {
		fprintf(p->out, "== %s\n%s", path, bytes);
	}
	return 0;
}

static int pack_link(struct packing *p, const char *real, const char *path)
{
	char target[PATH_ROOM];
	ssize_t len = readlink(real, target, sizeof(target) - 1);

	if (len < 0)
		return kx_fail(p->err, -errno, "%s: %s", real, strerror(errno));
	target[len] = '\0';
	fprintf(p->out, "== %s -> %s\n", path, target);
	return 0;
}

static int pack_folder(struct packing *p, const char *path);

static int pack_entry(struct packing *p, const char *path)
{
	char real[2 * PATH_ROOM];
	struct stat stat;

	snprintf(real, sizeof(real), "%s/%s", p->directory, path);
	if (lstat(real, &stat) < 0)
		return kx_fail(p->err, -errno, "%s: %s", real, strerror(errno));
	if (S_ISDIR(stat.st_mode))
		return pack_folder(p, path);
	if (S_ISLNK(stat.st_mode))
		return pack_link(p, real, path);
	return pack_file(p, path);
}

static int not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int pack_folder(struct packing *p, const char *path)
{
	char real[2 * PATH_ROOM], inner[PATH_ROOM];
	struct dirent **names;
	int count, rc = 0;

	snprintf(real, sizeof(real), "%s/%s", p->directory, path);
	count = scandir(real, &names, not_dots, versionsort);
	if (count < 0)
		return kx_fail(p->err, -errno, "%s: %s", real, strerror(errno));
	if (count == 0)
		fprintf(p->out, "== %s/\n", path);
	for (int i = 0; i < count; i++) {
		int len = snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "/" : "",
				   names[i]->d_name);

		if (rc == 0 && len >= (int)sizeof(inner))
			rc = kx_fail(p->err, -ENAMETOOLONG, "%s: the path is too long", inner);
		if (rc == 0)
			rc = pack_entry(p, inner);
		free(names[i]);
	}
	free(names);
	return rc;
}

int mkroot_pack(const char *directory, FILE *out, struct kx_err *err)
{
	struct packing p = { directory, out, err };
	int rc = pack_folder(&p, "");

	if (rc == 0 && (fflush(out) != 0 || ferror(out)))
		return kx_fail(err, -EIO, "the machine file cannot be written");
	return rc;
}
