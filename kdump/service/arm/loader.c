/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows boot loaders by the files that their tools have. Runs nothing. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/service/arm/loader.h"
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

/* The words of a line but those of the same name; Return: its bytes, 0: no word is left. */
static size_t put_others(char *to, const char *line, size_t len, const char *word)
{
	const size_t name = strcspn(word, "=") + 1;
	const char *end = line + len;
	size_t put = 0;

	while ((line += strspn(line, " \t")) < end) {
		size_t one = strcspn(line, " \t\n");

		if (one < name || strncmp(line, word, name) != 0) {
			if (put)
				to[put++] = ' ';
			memcpy(to + put, line, one);
			put += one;
		}
		line += one;
	}
	return put;
}

/*
 * All words but those of the same name, and ours behind them. Lines stay: what is behind "#" in one
 * is a comment to whoever reads it, as mkinitcpio and ukify do.
 */
static char *with_word(const char *text, const char *word)
{
	size_t len = 0, end = 0, size = strlen(word), line;
	char *ret = malloc(strlen(text) + size + 3);

	for (; ret && *text; text += line + (text[line] == '\n')) {
		const char first = text[strspn(text, " \t")];
		const bool words = first && first != '\n' && first != '#';

		line = strcspn(text, "\n");
		if (words) {
			size_t put = put_others(ret + len, text, line, word);

			if (put == 0)
				continue;
			len += put;
			end = len;
		} else {
			memcpy(ret + len, text, line);
			len += line;
		}
		ret[len++] = '\n';
	}
	if (!ret)
		return NULL;
	ret[len] = '\0';
	if (!end) {
		sprintf(ret + len, "%s\n", word);
		return ret;
	}
	memmove(ret + end + 1 + size, ret + end, len - end + 1);
	ret[end] = ' ';
	memcpy(ret + end + 1, word, size);
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
