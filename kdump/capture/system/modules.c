/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules by finit_module(2), and packed ones by init_module(2); the helper by Linux,
 * Documentation/admin-guide/sysctl/kernel.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kdump/capture/system/modules.h"
#include "kdump/capture/system/trace.h"
#include "kx/capture.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/modules.h"

static int load_packed(const char *path, const char *options, struct kx_err *err)
{
	struct kx_memfile plain;
	int rc = kx_modules_read("/", &path[1], &plain, err);

	if (rc < 0)
		return rc;
	if (syscall(SYS_init_module, plain.base, plain.len, options) < 0 && errno != EEXIST)
		rc = kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	kx_memfile_done(&plain);
	return rc;
}

int modules_load(const char *line, struct kx_err *err)
{
	size_t len = strcspn(line, " ");
	const char *options = line + len + strspn(line + len, " ");
	_cleanup_fd_ int fd = -1;
	char path[512];

	if (len == 0 || len > 400)
		return kx_fail(err, -EINVAL, "\"%.160s\" names no module", line);
	snprintf(path, sizeof(path), KX_CAPTURE_MODULES "/%.*s" KX_CAPTURE_PACKED, (int)len, line);
	if (access(path, F_OK) == 0)
		return load_packed(path, options, err);
	path[strlen(path) - strlen(KX_CAPTURE_PACKED)] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, options, 0) == 0 || errno == EEXIST)
		return 0;
	return kx_fail(err, -errno, "%.*s: %s", (int)len, line, strerror(errno));
}

uint64_t modules_patience(uint64_t spent)
{
	enum { ONE = 30000, ALL = 60000, LEAST = 3000 };

	if (spent >= ALL - LEAST)
		return LEAST;
	return ALL - spent < ONE ? ALL - spent : ONE;
}

/* ---- what the kernel asks for ---------------------------------------------------------------- */

static void unify(const char *from, char to[256])
{
	bool in_brackets = false;
	size_t i = 0;

	for (; from[i] && i < 255; i++) {
		in_brackets = (in_brackets || from[i] == '[') && from[i] != ']';
		to[i] = from[i] == '-' && !in_brackets ? '_' : from[i];
	}
	to[i] = '\0';
}

bool modules_fits(const char *pattern, const char *name)
{
	char own[256], asked[256];

	unify(pattern, own);
	unify(name, asked);
	return fnmatch(own, asked, 0) == 0;
}

static int load_all(char *files, const char *name)
{
	int rc = 0;

	for (char *file; (file = strsep(&files, " ")) != NULL;) {
		struct kx_err err = { "" };

		if (!file[0] || modules_load(file, &err) == 0)
			continue;
		capture_trace("the kernel asked for \"%s\": %s", name, err.text);
		rc = 1;
	}
	return rc;
}

static int probe(const char *name)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	bool found = false;
	size_t len;
	int rc = 0;

	kx_file_read("/", &KX_CAPTURE_ALIASES[1], 1 << 20, &text, &len, &ignored);
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *files = strchr(line, ' ');

		if (!files)
			continue;
		*files++ = '\0';
		if (!modules_fits(line, name))
			continue;
		found = true;
		rc |= load_all(files, name);
	}
	if (!found)
		capture_trace("the kernel asked for \"%s\", which is not in the image", name);
	return found ? rc : 1;
}

int modules_probe(int argc, char **argv)
{
	int status = 0;

	capture_trace_open();
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-')
			status |= probe(argv[i]);
	}
	return status;
}

void modules_be_probed(void)
{
	_cleanup_fd_ int fd = -1;

	mkdir("/sbin", 0755);
	if (symlink("/init", "/sbin/modprobe") < 0 && errno != EEXIST)
		return;
	fd = open("/proc/sys/kernel/modprobe", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		kx_file_write(fd, "/sbin/modprobe\n", 15);
}
