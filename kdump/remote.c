/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes to another machine by ssh. A shell there reads lines: "write OFFSET LENGTH", which that many
 * bytes follow, "sync" and "done", which it answers, and "drop". So the file is an ordinary one, and
 * what was acknowledged is on the disk there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/remote.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

extern char **environ;

enum { WORDS_MAX = 64, PATH_LEN = 4096 };

/*
 * One line without single quotes, for whatever shell gets it. dd reads exactly what it is told, so
 * that the next line is read as one.
 */
static const char script[] =
	"umask 077; f=\"$1-incomplete\"; "
	"if [ -e \"$1\" ] || [ -h \"$1\" ]; then "
	"echo \"$1 is there; nothing is written over\" >&2; exit 1; fi; "
	"set -C; : > \"$f\" || exit 1; set +C; echo ready; "
	"while read -r verb off len; do case $verb in "
	"write) e=$(dd of=\"$f\" bs=65536 iflag=fullblock,count_bytes oflag=seek_bytes conv=notrunc "
	"seek=\"$off\" count=\"$len\" 2>&1) || { echo \"$e\" >&2; exit 1; };; "
	"sync) { sync \"$f\" 2> /dev/null || sync; } && echo synced;; "
	"drop) rm \"$f\"; exit;; "
	"done) ln \"$f\" \"$1\" && rm \"$f\" && sync && echo done; exit;; "
	"*) exit 1;; esac; done; exit 1";

bool remote_is_url(const char *dest)
{
	return strncmp(dest, "ssh://", 6) == 0;
}

/* ---- the address ---------------------------------------------------------------------------- */

/** struct address - the parts of a URL; @port 0: not given */
struct address {
	char host[256];
	uint64_t port;
	const char *path;
};

static int parse_url(const char *url, struct address *ret, struct kx_err *err)
{
	const char *host = url + 6, *slash = strchr(host, '/'), *colon;
	size_t len;

	if (!slash || !slash[1] || strlen(slash) >= PATH_LEN)
		return kx_fail(err, -EINVAL, "%.160s: ssh://HOST/PATH names no file", url);
	colon = memchr(host, ':', (size_t)(slash - host));
	len = (size_t)((colon ? colon : slash) - host);
	/* ssh would take it for an option. */
	if (len == 0 || len >= sizeof(ret->host) || host[0] == '-')
		return kx_fail(err, -EINVAL, "%.160s: no host", url);
	memcpy(ret->host, host, len);
	ret->host[len] = '\0';
	ret->port = 0;
	ret->path = slash;
	if (colon &&
	    (!kx_span_number((struct kx_span){ (const uint8_t *)colon + 1,
					       (size_t)(slash - colon) - 1 }, 10, &ret->port) ||
	     ret->port == 0 || ret->port > 65535))
		return kx_fail(err, -EINVAL, "%.160s: no port", url);
	return 0;
}

/* sh -c 'SCRIPT' kdump 'PATH', each quote of the path written as '\'' */
static char *command_for(const char *path)
{
	size_t quotes = 0, len = 0;
	char *quoted, *command;

	for (const char *c = path; *c; c++)
		quotes += *c == '\'';
	quoted = malloc(strlen(path) + 3 * quotes + 1);
	if (!quoted)
		return NULL;
	for (const char *c = path; *c; c++) {
		if (*c == '\'') {
			memcpy(quoted + len, "'\\''", 4);
			len += 4;
		} else {
			quoted[len++] = *c;
		}
	}
	quoted[len] = '\0';
	if (asprintf(&command, "sh -c '%s' kdump '%s'", script, quoted) < 0)
		command = NULL;
	free(quoted);
	return command;
}

/* ---- the connection ------------------------------------------------------------------------- */

static int expect(struct remote *r, const char *answer)
{
	char line[32];

	/* What went wrong there was said on standard error. */
	if (!fgets(line, sizeof(line), r->from))
		return -ECONNRESET;
	if (strncmp(line, answer, strlen(answer)) != 0 || line[strlen(answer)] != '\n')
		return -EPROTO;
	return 0;
}

static int remote_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct remote *r = (struct remote *)target;
	char line[80];
	int rc;

	if (len == 0)
		return 0;
	snprintf(line, sizeof(line), "write %" PRIu64 " %zu\n", off, len);
	rc = kx_file_write(r->to, line, strlen(line));
	return rc < 0 ? rc : kx_file_write(r->to, from, len);
}

static int remote_sync(struct kx_save_target *target)
{
	struct remote *r = (struct remote *)target;
	int rc = kx_file_write(r->to, "sync\n", 5);

	return rc < 0 ? rc : expect(r, "synced");
}

int remote_finish(struct remote *r, struct kx_err *err)
{
	int rc = kx_file_write(r->to, "done\n", 5);

	if (rc == 0)
		rc = expect(r, "done");
	return rc < 0 ? kx_fail(err, rc, "the other machine does not say that the dump is there") : 0;
}

void remote_drop(struct remote *r)
{
	kx_file_write(r->to, "drop\n", 5);
}

static int spawn(struct remote *r, char *const *argv, int input, int output, struct kx_err *err)
{
	posix_spawn_file_actions_t actions;
	int rc;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return kx_fail(err, -ENOMEM, "no memory");
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	rc = posix_spawnp(&r->pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc > 0)
		r->pid = 0;
	return rc ? kx_fail(err, -rc, "%.160s: %s", argv[0], strerror(rc)) : 0;
}

static int connect_to(struct remote *r, char *const *argv, struct kx_err *err)
{
	int there[2], here[2], rc;

	if (pipe2(there, O_CLOEXEC) < 0)
		return kx_fail(err, -errno, "%s", strerror(errno));
	if (pipe2(here, O_CLOEXEC) < 0) {
		rc = kx_fail(err, -errno, "%s", strerror(errno));
		close(there[0]);
		close(there[1]);
		return rc;
	}
	rc = spawn(r, argv, there[0], here[1], err);
	close(there[0]);
	close(here[1]);
	r->to = there[1];
	r->from = fdopen(here[0], "r");
	if (!r->from) {
		close(here[0]);
		rc = kx_fail(err, -ENOMEM, "no memory");
	}
	return rc;
}

int remote_open(struct remote *r, const char *url, const char *ssh, struct kx_err *err)
{
	_cleanup_free_ char *words = strdup(ssh), *command = NULL;
	char *argv[WORDS_MAX + 5], port[24], *rest = words;
	static char option[] = "-p";
	struct address address;
	size_t count = 0;
	int rc;

	*r = (struct remote){ { remote_write, remote_sync, NULL }, 0, -1, NULL };
	rc = parse_url(url, &address, err);
	if (rc < 0)
		return rc;
	command = command_for(address.path);
	if (!words || !command)
		return kx_fail(err, -ENOMEM, "no memory");
	while (count < WORDS_MAX && (argv[count] = strsep(&rest, " ")) != NULL)
		count += argv[count][0] != '\0';
	if (count == 0)
		return kx_fail(err, -EINVAL, "--ssh names no program");
	if (address.port) {
		snprintf(port, sizeof(port), "%" PRIu64, address.port);
		argv[count++] = option;
		argv[count++] = port;
	}
	argv[count++] = address.host;
	argv[count++] = command;
	argv[count] = NULL;
	rc = connect_to(r, argv, err);
	if (rc == 0 && expect(r, "ready") < 0)
		rc = kx_fail(err, -EPROTO, "%.160s: nothing can be saved there", url);
	return rc;
}

void remote_done(struct remote *r)
{
	kx_cleanup_fd(&r->to);
	if (r->from)
		fclose(r->from);
	if (r->pid > 0)
		waitpid(r->pid, NULL, 0);
	*r = (struct remote){ .to = -1 };
}
