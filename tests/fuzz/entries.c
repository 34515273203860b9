/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot entries: files of a boot loader, separated by bytes 0xff. Every entry that comes out has a
 * name, a kernel and the file that says so, is found by its name, and stands where the order says.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/entries.h"
#include "tests/fuzz/fuzz.h"

static const char *const files[] = {
	"boot/grub/grub.cfg", "boot/grub/grubenv", "boot/loader/entries/a+1.conf",
	"boot/loader/entries/b.conf", "boot/loader/loader.conf", "boot/EFI/Linux/c.efi",
};
enum { FILES = sizeof(files) / sizeof(files[0]) };

static char root[] = "/tmp/fuzz-entries-XXXXXX";

static void remove_root(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	PROMISE(system(command) == 0);
}

static void make_root(void)
{
	static const char *const folders[] = { "boot", "boot/grub", "boot/loader", "boot/EFI",
					       "boot/loader/entries", "boot/EFI/Linux" };
	char path[128];

	PROMISE(mkdtemp(root) != NULL);
	atexit(remove_root);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
		PROMISE(mkdir(path, 0700) == 0);
	}
}

static void put(const char *name, const uint8_t *data, size_t len)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	PROMISE(fd >= 0 && write(fd, data, len) == (ssize_t)len && close(fd) == 0);
}

static void look_at(const struct kx_entries *entries)
{
	struct kx_err err = { "" };

	PROMISE(entries->preferred < entries->count || entries->count == 0);
	PROMISE(!kx_entries_find(entries, "default", &err) == (entries->count == 0));
	for (size_t i = 0; i < entries->count; i++) {
		const struct kx_entry *e = &entries->item[i], *found;

		PROMISE(e->id && e->kernel && e->where && e->kernel[0] != '/');
		found = kx_entries_find(entries, e->id, &err);
		PROMISE(found || strcmp(e->id, "default") == 0);
		PROMISE(e->kind == KX_ENTRY_GRUB || i == 0 ||
			entries->item[i - 1].kind != KX_ENTRY_GRUB);
		PROMISE(e->kind != KX_ENTRY_UKI ||
			(e->own_options && (e->profile == 0) == !strstr(e->id, ".efi@")));
		PROMISE(e->kind != KX_ENTRY_UKI || !e->options || strlen(e->options) <= 64 << 10);
		PROMISE(i == 0 || e->tries_left == 0 || entries->item[i - 1].tries_left != 0);
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_entries entries;
	struct kx_err err = { "" };

	if (root[sizeof(root) - 2] == 'X')
		make_root();
	for (size_t i = 0; i < FILES; i++) {
		const uint8_t *end = size ? memchr(data, 0xff, size) : NULL;
		size_t len = end ? (size_t)(end - data) : size;

		put(files[i], data, len);
		data += end ? len + 1 : len;
		size -= end ? len + 1 : len;
	}
	PROMISE(kx_entries_read(root, NULL, &entries, &err) == 0);
	look_at(&entries);
	kx_entries_done(&entries);
	return 0;
}
