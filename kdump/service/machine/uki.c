/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads UKIs whole, and never maps them: a package's update may cut a file while it is read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/service/machine/header.h"
#include "kdump/service/machine/uki.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/unwrap.h"

/* Whoever fills a folder with files is not waited for. */
enum { READ_MAX = 16 };

bool uki_is(struct kx_span file)
{
	struct kx_span ignored;

	return kx_uki_section(file, 0, ".linux", &ignored);
}

/* It becomes a part of paths. */
static bool is_release(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at <= ' ' || *at >= 0x7f || *at == '/')
			return false;
	}
	return text[0] && text[0] != '.';
}

static void release_in(struct kx_span file, char *ret, size_t size)
{
	struct kx_span text, kernel;

	ret[0] = '\0';
	if (!kx_uki_section(file, 0, ".linux", &kernel))
		return;
	if (kx_uki_section(file, 0, ".uname", &text)) {
		text.len = strnlen((const char *)text.base, text.len);
		text = kx_span_trim(text);
		if (text.len < size)
			snprintf(ret, size, "%.*s", (int)text.len, (const char *)text.base);
	}
	if (!is_release(ret))
		kernel_release_of(kernel, ret, size);
	if (!is_release(ret))
		ret[0] = '\0';
}

/* 1: it is one; 0: it is none. */
static int look(const char *root, const char *path, char *ret, size_t size, struct kx_err *err)
{
	_cleanup_free_ char *bytes = NULL;
	struct kx_span file;
	struct stat st;
	size_t len;
	int rc = kx_file_stat(root, path + 1, &st);

	ret[0] = '\0';
	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", path, strerror(-rc));
	/* Devices do things when they are opened. */
	if (!S_ISREG(st.st_mode))
		return 0;
	/* Known before half a gigabyte is read; what grows meanwhile is found by reading. */
	if (st.st_size > (off_t)KERNEL_FILE_MAX)
		return kx_fail(err, -EFBIG, "%s: larger than %zu bytes", path, KERNEL_FILE_MAX);
	rc = kx_file_read(root, path + 1, KERNEL_FILE_MAX, &bytes, &len, err);
	if (rc < 0)
		return rc;
	file = (struct kx_span){ (const uint8_t *)bytes, len };
	release_in(file, ret, size);
	return uki_is(file);
}

int uki_release(const char *root, const char *path, char *ret, size_t size, struct kx_err *err)
{
	int rc = look(root, path, ret, size, err);

	return rc < 0 ? rc : 0;
}

bool uki_is_for(const char *root, const char *path, const char *release)
{
	struct kx_err ignored;
	char says[128];

	return look(root, path, says, sizeof(says), &ignored) == 1 &&
	       (!says[0] || strcmp(says, release) == 0);
}

/** struct search - through one folder; @left: files that may still be read */
struct search {
	const char *root, *folder, *release;
	char *path;
	size_t size;
	unsigned int left;
};

/* 1: this is it. */
static int each_file(const char *name, void *data, struct kx_err *err)
{
	struct search *s = data;
	int len;

	(void)err;
	if (!kx_span_ends(kx_span_of(name), ".efi") || s->left == 0)
		return 0;
	len = snprintf(s->path, s->size, "%s/%s", s->folder, name);
	if (len < 0 || (size_t)len >= s->size)
		return 0;
	s->left--;
	return uki_is_for(s->root, s->path, s->release) ? 1 : 0;
}

bool uki_in_folder(const char *root, const char *folder, const char *release, char *ret,
		   size_t size)
{
	struct search search = { root, folder, release, ret, size, READ_MAX };
	struct kx_err ignored;

	return kx_file_each(root, folder + 1, each_file, &search, &ignored) == 1;
}
