/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs, and what their loaders list: a loader is an absolute path that the file has, each
 * library a path that the text has, with a name that leads into no other folder; what is loaded
 * later are names that the file has, which lead into none and need no quoting.
 */
#include <string.h>

#include "kdump/service/test/program.h"
#include "tests/fuzz/fuzz.h"

static void look_at_later(struct kx_span file)
{
	char names[64] = "?", *rest = names, *name;

	vm_program_later(file, names, sizeof(names));
	PROMISE(strlen(names) < sizeof(names));
	while (names[0] && (name = strsep(&rest, ":")) != NULL) {
		PROMISE(name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
						"VWXYZ0123456789._+-")]);
		PROMISE(memmem(file.base, file.len, name, strlen(name)));
	}
}

static void look_at(struct kx_span file)
{
	char path[64] = "?";
	struct kx_err err = { "" };

	if (vm_program_loader(file, path, sizeof(path), &err) < 0) {
		PROMISE(err.text[0] && strcmp(path, "?") == 0);
		return;
	}
	PROMISE(strlen(path) < sizeof(path) && (!path[0] || path[0] == '/'));
	PROMISE(memmem(file.base, file.len, path, path[0] ? strlen(path) + 1 : 0));
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span rest = { data, size };
	struct kx_err err = { "" };
	struct vm_needed n;
	size_t before = size;
	int rc;

	look_at(rest);
	look_at_later(rest);
	while ((rc = vm_program_needed(&rest, &n, &err)) > 0) {
		PROMISE(rest.len < before);
		PROMISE(n.name.base >= data && n.name.base + n.name.len <= data + size - rest.len);
		PROMISE(n.path.base >= data && n.path.base + n.path.len <= data + size - rest.len);
		PROMISE(n.name.len && !memchr(n.name.base, '/', n.name.len));
		PROMISE(n.path.len > 1 && n.path.base[0] == '/');
		PROMISE(!memchr(n.path.base, '\n', n.path.len));
		before = rest.len;
	}
	PROMISE(rc == 0 ? !err.text[0] && rest.len == 0 : err.text[0] != '\0');
	return 0;
}
