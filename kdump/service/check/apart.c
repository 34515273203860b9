/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process with mounts of its own, and with the targets' secrets in one of them. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kdump/base/child.h"
#include "kdump/service/check/apart.h"
#include "kx/cleanup.h"
#include "kx/file.h"

#define FOLDER "/tmp"

const struct image_secret *check_secret(const struct checking *c, const char *name)
{
	for (size_t i = 0; name && i < c->made->resolved.secrets; i++) {
		if (strcmp(c->made->resolved.secret[i].name, name) == 0)
			return &c->made->resolved.secret[i];
	}
	return NULL;
}

static int own_mounts(const struct checking *c, struct kx_err *err)
{
	const struct resolved *r = &c->made->resolved;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("kdump", FOLDER, "tmpfs", 0, "mode=0700") < 0 ||
	    mount("kdump", "/run", "tmpfs", 0, "mode=0700") < 0)
		return kx_fail(err, -errno, "mounts of its own: %s", strerror(errno));
	for (size_t i = 0; i < r->secrets; i++) {
		_cleanup_fd_ int fd = -1;
		char path[300];

		snprintf(path, sizeof(path), FOLDER "/%.200s", r->secret[i].name);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 ||
		    kx_file_write(fd, r->secret[i].bytes.base, r->secret[i].bytes.len) < 0)
			return kx_fail(err, -EIO, "%s: %s", path, strerror(errno));
	}
	return 0;
}

/* What a worker says on its way is told when that leads to nothing. */
static void tell_rest(int said, int to)
{
	char text[4096];
	ssize_t n;

	lseek(said, 0, SEEK_SET);
	while ((n = kx_file_read_some(said, text, sizeof(text))) > 0)
		kx_file_write(to, text, (size_t)n);
}

/* In the child: nothing on the pipe, or why not. */
_Noreturn static void child(const struct checking *c, const struct kx_capture_target *to,
			    check_run *run, bool apart, int fd)
{
	const int said = memfd_create("kdump-check", MFD_CLOEXEC);
	const int all = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	struct kx_err err = { "" };
	int rc;

	/* Where a disk or a server hangs it is left to itself, and would be at work for ever. */
	if (c->alone && c->alone->lock >= 0)
		close(c->alone->lock);
	rc = apart ? own_mounts(c, &err) : 0;
	if (said >= 0 && all >= 0)
		dup2(said, STDERR_FILENO);
	if (rc == 0)
		rc = run(c, to, apart ? FOLDER : NULL, &err);
	fflush(stderr);
	if (rc < 0 && said >= 0 && all >= 0)
		tell_rest(said, all);
	if (rc < 0 && err.text[0])
		kx_file_write(fd, err.text, strlen(err.text));
	child_end(rc);
}

/* It may be one that never comes to an end, and it may be one that would have. */
int check_late(const struct kx_capture_target *to, unsigned int ms, struct kx_err *err)
{
	return kx_fail(err, -ETIMEDOUT, "given up after %u s: %s, or is too slow", ms / 1000,
		       to->server.count			 ? "the server says nothing" :
		       to->type == KX_CAPTURE_VIRTIOFS ? "the host says nothing" :
							 "the disk hangs");
}

static int try(const struct checking *c, const struct kx_capture_target *to, check_run *run,
	       bool apart, unsigned int ms, struct kx_err *err)
{
	int fd[2], rc, status = 0;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return kx_fail(err, -errno, "pipe: %s", strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(c, to, run, apart, fd[1]);
	close(fd[1]);
	err->text[0] = '\0';
	rc = pid < 0 ? -errno : child_listen(pid, fd[0], ms, err->text, sizeof(err->text), &status);
	close(fd[0]);
	if (rc == -ETIMEDOUT)
		return check_late(to, ms, err);
	if (rc == 0)
		rc = child_result(status);
	if (rc < 0 && !err->text[0])
		return kx_fail(err, -EIO, "trying it failed");
	return rc;
}

int check_apart(const struct checking *c, const struct kx_capture_target *to, check_run *run,
		unsigned int ms, struct kx_err *err)
{
	return try(c, to, run, true, ms, err);
}

int check_here(const struct checking *c, const struct kx_capture_target *to, check_run *run,
	       unsigned int ms, struct kx_err *err)
{
	return try(c, to, run, false, ms, err);
}
