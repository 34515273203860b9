/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries targets on other machines as a crash kernel will: NFS, SMB and HTTP by its own code, in a
 * process with mounts of its own; ssh by the program, the key and the server's keys that are in the
 * image.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/capture/target.h"
#include "kdump/service/check_login.h"
#include "kdump/service/network.h"
#include "kdump/service/program.h"
#include "kdump/ssh.h"
#include "kx/cleanup.h"
#include "kx/file.h"

/* A server that says nothing is found out sooner by the kernel, but not by all of its versions. */
enum { TRY_MS = 90000 };

static void tell(const struct checking *c, const struct kx_capture_target *to, int rc,
		 const char *why)
{
	if (rc == 0)
		findings_add(c->findings, FINDING_GOOD, "write", to->name,
			     "the server took a login and a byte in %s", to->path ? to->path : "/");
	else
		findings_add(c->findings, FINDING_FAULT, "write", to->name, "%s", why);
}

/* The file below the image's secrets. */
static const struct image_secret *secret(const struct checking *c, const char *name)
{
	for (size_t i = 0; name && i < c->made->resolved.secrets; i++) {
		if (strcmp(c->made->resolved.secret[i].name, name) == 0)
			return &c->made->resolved.secret[i];
	}
	return NULL;
}

/* ---- what is mounted ------------------------------------------------------------------------- */

/* Mounts that nobody else sees, and that go with the process; secrets in one of them. */
static int own_mounts(const struct checking *c, char folder[32], struct kx_err *err)
{
	const struct resolved *r = &c->made->resolved;

	snprintf(folder, 32, "/tmp");
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("kdump", "/tmp", "tmpfs", 0, "mode=0700") < 0 ||
	    mount("kdump", "/run", "tmpfs", 0, "mode=0700") < 0)
		return kx_fail(err, -errno, "mounts of its own: %s", strerror(errno));
	for (size_t i = 0; i < r->secrets; i++) {
		_cleanup_fd_ int fd = -1;
		char path[300];

		snprintf(path, sizeof(path), "%s/%.200s", folder, r->secret[i].name);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 ||
		    kx_file_write(fd, r->secret[i].bytes.base, r->secret[i].bytes.len) < 0)
			return kx_fail(err, -EIO, "%s: %s", path, strerror(errno));
	}
	return 0;
}

/* Errors of a server may come when what was written is synced, or when it is closed. */
static int write_byte(const char *folder, struct kx_err *err)
{
	char path[4200];
	int fd, rc = 0;

	snprintf(path, sizeof(path), "%s/.kdump-check", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return kx_fail(err, -errno, "nothing can be made there: %s", strerror(errno));
	if (write(fd, "x", 1) != 1 || fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (unlink(path) < 0 && rc == 0)
		rc = -errno;
	return rc < 0 ? kx_fail(err, rc, "nothing can be written there: %s", strerror(-rc)) : 0;
}

/* By the program as it is here, with what the crash kernel would give it. */
static int push_byte(const struct save_options *options, struct kx_err *err)
{
	const char *operand[] = { options->dest, ".kdump-check", NULL };
	char words[4200];
	struct ssh program;
	int rc;

	snprintf(words, sizeof(words), "%s -t%s", KDUMP_HTTP,
		 options->http + strlen(KX_CAPTURE_HTTP_PROGRAM));
	rc = ssh_run(&program, words, operand, err);
	return rc < 0 ? rc : ssh_result(&program, err);
}

static int try_mount(const struct checking *c, const struct kx_capture_target *to,
		     struct kx_err *err)
{
	struct capture_target target = {
		.plan = &c->made->plan,
		.from = to,
		.kind = capture_kind_find(to->type),
		.shared = capture_shared_new(),
	};
	struct save_options options = { .help = false };
	char folder[32];
	int rc = own_mounts(c, folder, err);

	target.secrets = folder;
	if (rc == 0 && !target.shared)
		rc = kx_fail(err, -ENOMEM, "no memory");
	if (rc == 0)
		rc = target.kind->prepare(&target, err);
	if (rc == 0)
		rc = target.kind->dest(&target, &options, err);
	if (rc == 0)
		rc = options.http ? push_byte(&options, err) : write_byte(options.dest, err);
	/* It goes with the process; but a server that is gone would hold that up. */
	if (target.mount[0])
		umount2(target.mount, MNT_DETACH);
	return rc;
}

/* In the child: nothing on the pipe, or why not. */
_Noreturn static void child(const struct checking *c, const struct kx_capture_target *to, int fd)
{
	struct kx_err err = { "" };
	int rc = try_mount(c, to, &err);

	if (rc < 0 && err.text[0])
		kx_file_write(fd, err.text, strlen(err.text));
	_exit(rc < 0);
}

static void check_mount(const struct checking *c, const struct kx_capture_target *to)
{
	struct kx_err why = { "" };
	struct pollfd wait = { .events = POLLIN };
	int fd[2], status = 1;
	ssize_t n = 0;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(c, to, fd[1]);
	close(fd[1]);
	wait.fd = fd[0];
	if (pid > 0 && poll(&wait, 1, TRY_MS) == 1) {
		n = kx_file_read_some(fd[0], why.text, sizeof(why.text) - 1);
		waitpid(pid, &status, 0);
	} else if (pid > 0) {
		kx_fail(&why, -ETIMEDOUT, "the server said nothing for %d s", TRY_MS / 1000);
		kill(pid, SIGKILL);
	}
	close(fd[0]);
	if (n > 0)
		why.text[n] = '\0';
	if (status != 0 && !why.text[0])
		kx_fail(&why, -EIO, "trying it failed");
	tell(c, to, status, why.text);
}

/* ---- ssh ------------------------------------------------------------------------------------- */

/* A file that only this process and its children have, and its path for them. */
static int lend(const struct image_secret *from, char path[40])
{
	int fd = from ? memfd_create("kdump-check", 0) : -1;

	if (fd >= 0 && kx_file_write(fd, from->bytes.base, from->bytes.len) < 0) {
		close(fd);
		fd = -1;
	}
	snprintf(path, 40, "/proc/self/fd/%d", fd);
	return fd;
}

static int try_address(const struct kx_capture_target *to, const char *address, char *key,
		       char *known, char *command, struct kx_err *err)
{
	char program[] = "kdump-ssh", a[] = "-a", i[] = "-i", k[] = "-k", p[] = "-p";
	char server[64], port[24], host[400], text[400];
	char *argv[] = { program, a, server, i, key, k, known, p, port, host, command, NULL };
	int status = 0, rc;

	snprintf(server, sizeof(server), "%s", address);
	snprintf(port, sizeof(port), "%u", (unsigned int)(to->port ? to->port : NETWORK_SSH_PORT));
	snprintf(host, sizeof(host), "%s@%s", to->user ? to->user : "root",
		 to->share);
	rc = program_run(KDUMP_SSH, argv, &status, text, sizeof(text), err);
	if (rc < 0 || status == 0)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	return kx_fail(err, -EIO, "%s", text[0] ? text : "nothing can be written there");
}

static void check_ssh(const struct checking *c, const struct kx_capture_target *to)
{
	static const char script[] = "umask 077; cd \"$1\" && : > .kdump-check && "
				     "echo x >> .kdump-check && rm .kdump-check";
	_cleanup_free_ char *command = ssh_command(script, to->path ? to->path : "/", "", "");
	struct kx_err err = { "no address" };
	char key[40], known[40];
	_cleanup_fd_ int key_fd = lend(secret(c, to->secret), key);
	_cleanup_fd_ int known_fd = lend(secret(c, to->host_key), known);
	int rc = -EIO;

	if (!command || key_fd < 0 || known_fd < 0) {
		tell(c, to, -ENOKEY, "the image has no key for it, or there is no memory");
		return;
	}
	for (size_t n = 0; rc < 0 && n < to->server.count; n++)
		rc = try_address(to, to->server.item[n], key, known, command, &err);
	tell(c, to, rc, err.text);
}

void check_login(const struct checking *c, const struct kx_capture_target *to)
{
	if (to->type == KX_CAPTURE_SSH)
		check_ssh(c, to);
	else
		check_mount(c, to);
}
