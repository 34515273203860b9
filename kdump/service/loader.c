/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows boot loaders by the files that their tools have. Runs nothing. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/service/loader.h"
#include "kdump/service/state/state.h"
#include "kx/cleanup.h"
#include "kx/file.h"

#define GRUB_FILE   "/etc/default/grub.d/kdump.cfg"
#define KERNEL_FILE "/etc/kernel/cmdline"

enum { CMDLINE_MAX = 65536 };

static bool has(const char *root, const char *path)
{
	_cleanup_free_ char *name = NULL;

	if (asprintf(&name, "%s%s", strcmp(root, "/") == 0 ? "" : root, path) < 0) {
		name = NULL;
		return false;
	}
	return access(name, F_OK) == 0;
}

/* The shell script that update-grub reads last of ours; the kernel takes the last such word. */
static int write_grub(const char *root, const char *word, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "# Memory for the crash kernel: kdump reserve writes this file.\n"
		     "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT %s\"\n", word) < 0) {
		text = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	return state_put_path(root, GRUB_FILE, text, 0644, err);
}

/* All words but those of the same name, and ours behind them. */
static char *with_word(const char *line, const char *word)
{
	size_t name = strcspn(word, "=") + 1, len = 0;
	char *ret = malloc(strlen(line) + strlen(word) + 3);

	while (ret && *(line += strspn(line, " \t\n"))) {
		size_t one = strcspn(line, " \t\n");

		if (one < name || strncmp(line, word, name) != 0) {
			memcpy(ret + len, line, one);
			len += one;
			ret[len++] = ' ';
		}
		line += one;
	}
	if (ret)
		sprintf(ret + len, "%s\n", word);
	return ret;
}

static int write_cmdline(const char *root, const char *word, struct kx_err *err)
{
	_cleanup_free_ char *old = NULL, *line = NULL;
	size_t len;
	int rc = kx_file_read(root, &KERNEL_FILE[1], CMDLINE_MAX, &old, &len, err);

	if (rc < 0)
		return rc;
	line = with_word(old, word);
	return line ? state_put_path(root, KERNEL_FILE, line, 0644, err) :
		      kx_fail(err, -ENOMEM, "no memory");
}

int loader_add(const char *root, const char *word, char *ret, size_t size, struct kx_err *err)
{
	int rc;

	if (has(root, "/run/ostree-booted") && has(root, "/usr/bin/rpm-ostree")) {
		snprintf(ret, size, "run rpm-ostree kargs --delete-if-present=crashkernel "
			 "--append=%s, and reboot", word);
		return 0;
	}
	if (has(root, "/usr/sbin/grubby") || has(root, "/sbin/grubby")) {
		snprintf(ret, size, "run grubby --update-kernel=ALL --args=%s, and reboot", word);
		return 0;
	}
	if (has(root, "/etc/default/grub.d") && has(root, "/usr/sbin/update-grub")) {
		rc = write_grub(root, word, err);
		snprintf(ret, size, GRUB_FILE " is written: run update-grub, and reboot");
		return rc < 0 ? rc : 1;
	}
	if (has(root, KERNEL_FILE)) {
		rc = write_cmdline(root, word, err);
		snprintf(ret, size, KERNEL_FILE " is written: install the kernel again "
			 "(kernel-install add), and reboot");
		return rc < 0 ? rc : 1;
	}
	snprintf(ret, size, "add %s to the kernel's command line by your boot loader, and reboot",
		 word);
	return 0;
}
