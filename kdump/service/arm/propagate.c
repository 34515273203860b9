/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump propagate: a key of kdump's own, the server's key pinned after somebody looked at it, and
 * the first taken to the server. All by OpenSSH's programs, which ask for passwords themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/remote/ssh.h"
#include "kdump/service/arm/options.h"
#include "kdump/service/arm/propagate.h"
#include "kdump/service/config/read.h"
#include "kdump/service/resolve/network.h"
#include "kdump/service/resolve/server.h"
#include "kdump/service/settings/settings.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"
#include "kx/out.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

extern char **environ;

enum { TEXT_MAX = 1 << 20, PATH_LEN = 1024, OPT_LEN = 1100 };

static const struct kx_option table[] = {
	{ "yes", ARM_OPT_YES, NULL, "take the server's key without asking", "How" },
	{ "json", ARM_OPT_JSON, NULL, "tell what came of it as a JSON object", NULL },
	ARM_OPTIONS_COMMON,
	{ NULL, 0, NULL, NULL, NULL },
};

/**
 * struct propagation - to one server
 * @out: where what is for people goes: standard output, unless that is for programs
 */
struct propagation {
	const struct target_config *from;
	struct network_place place;
	char key[PATH_LEN], known[PATH_LEN];
	bool yes;
	FILE *out;
};

/* A program of OpenSSH's with our terminal; its output to @out. */
static int run(char *const *argv, int out, struct kx_err *err)
{
	posix_spawn_file_actions_t actions;
	int rc, status;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return kx_fail(err, -ENOMEM, "no memory");
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc > 0)
		return kx_fail(err, -rc, "%s: %s: OpenSSH's client is needed", argv[0],
			       strerror(rc));
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return kx_fail(err, -errno, "%s: %s", argv[0], strerror(errno));
	}
	if (status == 0)
		return 0;
	return kx_fail(err, -EIO, "%s failed", argv[0]);
}

static int make_key(const struct propagation *p, struct kx_err *err)
{
	char program[] = "ssh-keygen", q[] = "-q", t[] = "-t", kind[] = "ed25519", n[] = "-N",
	     empty[] = "", c[] = "-C", comment[] = "kdump", f[] = "-f", path[PATH_LEN];
	char *argv[] = { program, q, t, kind, n, empty, c, comment, f, path, NULL };
	int rc;

	if (access(p->key, F_OK) == 0)
		return 0;
	snprintf(path, sizeof(path), "%s", p->key);
	rc = run(argv, fileno(p->out), err);
	if (rc == 0)
		say("%s: a new key", p->key);
	return rc;
}

static bool is_pinned(const struct propagation *p)
{
	_cleanup_free_ char *text = NULL, *keys = NULL;
	struct kx_err ignored;
	size_t len;

	return kx_file_read("/", p->known + 1, TEXT_MAX, &text, &len, &ignored) == 0 &&
	       network_known_keys((struct kx_span){ (uint8_t *)text, len }, p->known,
				  p->place.host, p->place.port, &keys, &ignored) == 0;
}

static int ask(const struct propagation *p, struct kx_err *err)
{
	char answer[16];

	if (p->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return kx_fail(err, -EINVAL, "nobody is there to look at the key: --yes takes it");
	fprintf(p->out, "Is this the key of %s? (yes/no) ", p->place.host);
	fflush(p->out);
	if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "yes\n") != 0)
		return kx_fail(err, -EPERM, "the key of %s was not taken", p->place.host);
	return 0;
}

/* What ssh-keyscan printed goes behind what is known, when somebody has looked at it. */
static int pin(const struct propagation *p, int scanned, const char *path, struct kx_err *err)
{
	char program[] = "ssh-keygen", l[] = "-l", f[] = "-f", file[PATH_LEN];
	char *argv[] = { program, l, f, file, NULL };
	_cleanup_free_ char *text = NULL;
	_cleanup_fd_ int fd = -1;
	struct stat st;
	size_t len;
	int rc;

	if (fstat(scanned, &st) < 0 || st.st_size == 0)
		return kx_fail(err, -ENOENT, "%s shows no key: is an ssh server there?",
			       p->place.host);
	snprintf(file, sizeof(file), "%s", path);
	rc = run(argv, fileno(p->out), err);
	if (rc == 0)
		rc = ask(p, err);
	if (rc == 0)
		rc = kx_file_read("/", path + 1, TEXT_MAX, &text, &len, err);
	if (rc < 0)
		return rc;
	fd = open(p->known, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	rc = fd < 0 ? -errno : kx_file_write(fd, text, len);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	return rc < 0 ? kx_fail(err, rc, "%s: %s", p->known, strerror(-rc)) : 0;
}

static int pin_server(const struct propagation *p, struct kx_err *err)
{
	char program[] = "ssh-keyscan", t[] = "-t", kinds[] = "ed25519,ecdsa", o[] = "-p", port[24],
	     host[256], path[] = "/tmp/kdump-keys-XXXXXX";
	char *argv[] = { program, t, kinds, o, port, host, NULL };
	_cleanup_fd_ int fd = -1;
	int rc;

	if (is_pinned(p))
		return 0;
	snprintf(port, sizeof(port), "%u", (unsigned int)p->place.port);
	snprintf(host, sizeof(host), "%s", p->place.host);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	rc = run(argv, fd, err);
	if (rc == 0)
		rc = pin(p, fd, path, err);
	unlink(path);
	return rc;
}

/* The first line, without its end. */
static int read_public(const struct propagation *p, char **ret, struct kx_err *err)
{
	char path[OPT_LEN];
	size_t len;
	int rc;

	snprintf(path, sizeof(path), "%s.pub", p->key);
	rc = kx_file_read("/", path + 1, TEXT_MAX, ret, &len, err);
	if (rc == 0)
		(*ret)[strcspn(*ret, "\n")] = '\0';
	return rc;
}

/* The key gets in once, and the folder is there. */
static int take_there(const struct propagation *p, struct kx_err *err)
{
	static const char script[] =
		"umask 077; mkdir -p ~/.ssh && { grep -qxF \"$1\" ~/.ssh/authorized_keys "
		"2> /dev/null || echo \"$1\" >> ~/.ssh/authorized_keys; } && mkdir -p \"$2\" && "
		"[ -w \"$2\" ]";
	char program[] = "ssh", i[] = "-i", key[PATH_LEN], o1[] = "-o", known[OPT_LEN], o2[] = "-o",
	     strict[] = "StrictHostKeyChecking=yes", o3[] = "-p", port[24], host[400];
	_cleanup_free_ char *public = NULL, *command = NULL;
	char *argv[] = { program, i, key, o1, known, o2, strict, o3, port, host, NULL, NULL };
	const char *user = p->from->user[0] ? p->from->user :
			   p->place.user[0] ? p->place.user : "root";
	int rc = read_public(p, &public, err);

	if (rc < 0)
		return rc;
	command = ssh_command(script, public, p->from->path, "");
	if (!command)
		return kx_fail(err, -ENOMEM, "no memory");
	argv[10] = command;
	snprintf(key, sizeof(key), "%s", p->key);
	snprintf(known, sizeof(known), "UserKnownHostsFile=%s", p->known);
	snprintf(port, sizeof(port), "%u", (unsigned int)p->place.port);
	snprintf(host, sizeof(host), "%s@%s", user, p->place.host);
	rc = run(argv, fileno(p->out), err);
	if (rc == 0)
		say("%s: %s takes kdump's key, and dumps in %s", p->from->name, host, p->from->path);
	return rc;
}

static int propagate(const struct arm_options *o, const struct target_config *from,
		     struct kx_err *err)
{
	struct propagation p = { .from = from, .yes = o->yes, .out = o->json ? stderr : stdout };
	const char *root = strcmp(o->root, "/") == 0 ? "" : o->root;
	int rc = network_place(KX_CAPTURE_SSH, from->where, &p.place, err);

	if (rc == 0 && from->path[0] != '/')
		rc = kx_fail(err, -EINVAL, "path = has to be a folder of the server, from / on");
	if (!p.place.port)
		p.place.port = NETWORK_SSH_PORT;
	snprintf(p.key, sizeof(p.key), "%s%s", root, from->secret[0] ? from->secret : NETWORK_KEY);
	snprintf(p.known, sizeof(p.known), "%s%s", root,
		 from->host_key[0] ? from->host_key : NETWORK_KNOWN);
	if (rc == 0 && (p.key[0] != '/' || p.known[0] != '/'))
		rc = kx_fail(err, -EINVAL, "secret and host_key have to be paths from / on");
	if (rc == 0)
		rc = make_key(&p, err);
	if (rc == 0)
		rc = pin_server(&p, err);
	return rc == 0 ? take_there(&p, err) : rc;
}

static void tell_target(struct kx_out *out, const char *between, const struct target_config *t,
			const char *error)
{
	kx_out_printf(out, "%s\n    {\"name\": ", between);
	kx_out_json(out, kx_span_of(t->name));
	kx_out_text(out, ", \"where\": ");
	kx_out_json(out, kx_span_of(t->where));
	kx_out_text(out, ", \"path\": ");
	kx_out_json(out, kx_span_of(t->path));
	kx_out_text(out, ", \"error\": ");
	kx_out_json_or_null(out, kx_span_of(error));
	kx_out_text(out, "}");
}

/* One behind the other, until one fails. */
static int propagate_to(const struct arm_options *o, const struct service_config *config,
			struct kx_out *out, struct kx_err *err)
{
	int status = SERVICE_NOTHING, rc = 0;

	for (size_t i = 0; rc == 0 && i < config->targets; i++) {
		const struct target_config *t = &config->target[i];

		if (t->type != KX_CAPTURE_SSH)
			continue;
		rc = propagate(o, t, err);
		if (o->json)
			tell_target(out, status == SERVICE_NOTHING ? "" : ",", t,
				    rc < 0 ? err->text : "");
		status = SERVICE_DONE;
		if (rc < 0)
			kx_context(err, rc, "target %s", t->name);
	}
	return rc < 0 ? rc : status;
}

static int propagate_all(const struct arm_options *o, struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	struct service_config config = { .enabled = false };
	int rc = out ? config_read(&config, o->root, err) : kx_fail(err, -ENOMEM, "no memory");
	int status;

	if (rc < 0) {
		config_done(&config);
		kx_context(err, rc, "propagate");
		return SERVICE_FAILED;
	}
	out->fd = STDOUT_FILENO;
	if (o->json)
		kx_out_text(out, "{\n  \"format\": 1,\n  \"targets\": [");
	rc = propagate_to(o, &config, out, err);
	status = rc < 0 ? SERVICE_FAILED : rc;
	if (o->json)
		kx_out_printf(out, "\n  ],\n  \"status\": %d\n}\n", status);
	if (kx_out_flush(out) < 0 && rc >= 0)
		status = SERVICE_FAILED;
	if (status == SERVICE_NOTHING)
		say("no target of the configuration has type = ssh");
	if (rc < 0)
		kx_context(err, rc, "propagate");
	config_done(&config);
	return status;
}

int propagate_main(int argc, char **argv)
{
	static const struct arm_verb verb = {
		.usage = "propagate [OPTION]...",
		.about = "Make kdump's key, look at the ssh servers' and take it to them.",
		.table = table,
		.run = propagate_all,
	};

	return arm_options_main(&verb, argc, argv);
}
