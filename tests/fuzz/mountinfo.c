/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of mounts: what is found lies above the path, and point and rest together are the path. */
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/devices.h"
#include "tests/fuzz/fuzz.h"

static char root[] = "/tmp/kx-fuzz-XXXXXX";

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void remove_root(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_root(void)
{
	char path[64];

	PROMISE(mkdtemp(root) && atexit(remove_root) == 0);
	for (const char *const *name = (const char *const[]){ "proc", "proc/self", "a", "a/b", NULL };
	     *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", root, *name);
		PROMISE(mkdir(path, 0700) == 0);
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static const char path[] = "/a/b/c/d";
	static bool ready;
	struct kx_devices_mount m;
	struct kx_err err = { "" };
	char name[64], *disk;
	size_t len;
	FILE *out;

	if (!ready)
		make_root();
	ready = true;
	snprintf(name, sizeof(name), "%s/proc/self/mountinfo", root);
	out = fopen(name, "w");
	PROMISE(out && fwrite(data, 1, size, out) == size && fclose(out) == 0);
	if (kx_devices_mount(root, path, &m, &err) < 0) {
		PROMISE(err.text[0]);
		return 0;
	}
	len = strlen(m.point);
	len -= len > 0 && m.point[len - 1] == '/';
	PROMISE(strncmp(path, m.point, len) == 0 && (path[len] == '/' || !path[len]));
	PROMISE(strcmp(m.below, path + len + (path[len] == '/')) == 0);
	PROMISE(m.fs[0] && m.source && m.root && m.options && m.super);
	/* There is no disk in that tree. */
	PROMISE(kx_devices_mount_disk(root, &m, &disk, &err) < 0);
	kx_devices_mount_done(&m);
	return 0;
}
