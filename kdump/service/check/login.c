/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries targets on other machines as a crash kernel will: NFS, SMB and HTTP by its own code, in a
 * process with mounts of its own; ssh by the program, the key and the server's keys that are in the
 * image.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kdump/base/program.h"
#include "kdump/capture/target/target.h"
#include "kdump/remote/ssh.h"
#include "kdump/service/check/apart.h"
#include "kdump/service/check/login.h"
#include "kdump/service/resolve/network.h"
#include "kx/cleanup.h"
#include "kx/file.h"

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
	struct ssh program;
	int rc = ssh_run(&program, options->http, operand, SSH_SOCKET, err);

	return rc < 0 ? rc : ssh_result(&program, err);
}

static int try_byte(const struct checking *c, const struct kx_capture_target *to,
		    const char *folder, struct kx_err *err)
{
	const struct capture_here here = { folder, KDUMP_SSH, KDUMP_HTTP " -t" };
	struct capture_target target = {
		.plan = &c->made->plan,
		.from = to,
		.kind = capture_kind_find(to->type),
		.shared = capture_shared_new(),
		.here = &here,
	};
	struct save_options options = { .help = false };
	int rc = target.shared ? 0 : kx_fail(err, -ENOMEM, "no memory");

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
	rc = program_run(KDUMP_SSH, argv, CHECK_TRY_MS / 1000, &status, text, sizeof(text), err);
	if (rc < 0 || status == 0)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	return kx_fail(err, -EIO, "%s", text[0] ? text : "nothing can be written there");
}

int check_ssh_script(const struct checking *c, const struct kx_capture_target *to,
		     const char *script, struct kx_err *err)
{
	_cleanup_free_ char *command = ssh_command(script, to->path ? to->path : "/", "", "");
	char key[40], known[40];
	_cleanup_fd_ int key_fd = lend(check_secret(c, to->secret), key);
	_cleanup_fd_ int known_fd = lend(check_secret(c, to->host_key), known);
	int rc = kx_fail(err, -EIO, "no address");

	if (!command || key_fd < 0 || known_fd < 0)
		return kx_fail(err, -ENOKEY, "the image has no key for it, or there is no memory");
	for (size_t n = 0; rc < 0 && n < to->server.count; n++)
		rc = try_address(to, to->server.item[n], key, known, command, err);
	return rc;
}

int check_login(const struct checking *c, const struct kx_capture_target *to)
{
	static const char script[] = "umask 077; cd \"$1\" && : > .kdump-check && "
				     "echo x >> .kdump-check && rm .kdump-check";
	struct kx_err err = { "" };
	int rc = to->type == KX_CAPTURE_SSH ? check_ssh_script(c, to, script, &err) :
					      check_apart(c, to, try_byte, CHECK_TRY_MS, &err);

	if (rc == 0)
		findings_add(c->findings, FINDING_GOOD, "write", to->name, "%s took %s in %s",
			     to->server.count ? "the server" : "it",
			     to->server.count ? "a login and a byte" : "a byte",
			     to->path ? to->path : "/");
	else
		findings_add(c->findings, FINDING_FAULT, "write", to->name, "%s", err.text);
	return rc;
}
