/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for unit tests, unpacked into folders that go away. */
#include <ftw.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "tests/tools/mkroot.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

struct folder folder_make(void)
{
	struct folder folder = { "kxtest-XXXXXX" };

	/* Below the build folder, where make check runs. */
	assert_non_null(mkdtemp(folder.path));
	return folder;
}

static struct folder folder_of_span(struct kx_span text)
{
	struct folder folder = folder_make();
	struct kx_err err = { "" };

	if (mkroot_unpack(text, folder.path, &err) < 0)
		fail_msg("%s", err.text);
	return folder;
}

struct folder folder_of(const char *text)
{
	return folder_of_span(kx_span_of(text));
}

struct folder folder_of_fixture(const char *name)
{
	return folder_of_machine("x86_64", name);
}

struct folder folder_of_machine(const char *arch, const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct kx_err err = { "" };
	struct folder folder;
	char path[256];
	char *text;
	size_t len;

	snprintf(path, sizeof(path), "tests/fixtures/%s/%s.machine", arch, name);
	if (kx_file_read(srcdir ? srcdir : ".", path, 4 * MIB, &text, &len, &err) < 0)
		fail_msg("%s (below $srcdir)", err.text);
	folder = folder_of_span((struct kx_span){ (uint8_t *)text, len });
	free(text);
	return folder;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)stat, (void)type, (void)at;
	return remove(path);
}

void folder_remove(const struct folder *folder)
{
	assert_int_equal(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void read_and_remove(struct kx_machine *ret, const struct folder *folder)
{
	struct kx_err err = { "" };
	int rc = kx_machine_read(ret, folder->path, &err);

	folder_remove(folder);
	if (rc < 0)
		fail_msg("%s", err.text);
}

void machine_of(struct kx_machine *ret, const char *text)
{
	struct folder folder = folder_of(text);

	read_and_remove(ret, &folder);
}

void machine_of_fixture(struct kx_machine *ret, const char *name)
{
	struct folder folder = folder_of_fixture(name);

	read_and_remove(ret, &folder);
}
