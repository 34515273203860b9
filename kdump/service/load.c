/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs kexec and takes what it says for the reason. It never goes through a shell or PATH. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdump/service/load.h"
#include "kx/cleanup.h"
#include "kx/file.h"

extern char **environ;

/* Exit statuses of kexec(8): failed, and failed with what was loaded lost. */
enum { KEXEC_DONE = 0, KEXEC_UNPROTECTED = 3 };

int load_program(char **ret, struct kx_err *err)
{
	_cleanup_free_ char *self = realpath("/proc/self/exe", NULL);
	char *slash = self ? strrchr(self, '/') : NULL;

	if (!slash)
		return kx_fail(err, -ENOENT, "/proc/self/exe: where is this program? Say where kexec is "
			       "by --kexec=PROGRAM");
	if (asprintf(ret, "%.*s/kexec", (int)(slash - self), self) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	return 0;
}

/* All that it says goes into @out: --check gives its reasons on standard output. */
static int start(const char *program, char *const *argv, int out, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t pipe;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return -error;
	posix_spawnattr_init(&attributes);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	error = posix_spawn(ret, program, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

/* All that comes, of which the first part is kept; a program that is not read would wait. */
static void listen_to(int fd, char *text, size_t size)
{
	char more[512];
	size_t len = 0;
	ssize_t got;

	while ((got = kx_file_read_some(fd, more, sizeof(more))) > 0) {
		size_t take = (size_t)got < size - 1 - len ? (size_t)got : size - 1 - len;

		memcpy(text + len, more, take);
		len += take;
	}
	text[len] = '\0';
}

/* What --check says of the first call, else the last line, which is the error; without its name. */
static const char *reason(char *text)
{
	static const char name[] = "kexec: ", no[] = " no: ";
	char *line = strstr(text, no);
	size_t len = strlen(text);

	if (line) {
		line += sizeof(no) - 1;
		line[strcspn(line, "\n")] = '\0';
		return line;
	}
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	return strncmp(line, name, sizeof(name) - 1) == 0 ? line + sizeof(name) - 1 : line;
}

static int run(const char *program, char *const *argv, int *ret_status, char *text, size_t size,
	       struct kx_err *err)
{
	int ends[2], rc, status;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return kx_fail(err, -errno, "pipe: %s", strerror(errno));
	rc = start(program, argv, ends[1], &child);
	close(ends[1]);
	if (rc == 0)
		listen_to(ends[0], text, size);
	close(ends[0]);
	if (rc < 0)
		return kx_fail(err, rc, "%s: cannot be run: %s", program, strerror(-rc));
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return kx_fail(err, -errno, "waitpid: %s", strerror(errno));
	}
	if (!WIFEXITED(status))
		return kx_fail(err, -EIO, "%s was killed by signal %d", program, WTERMSIG(status));
	*ret_status = WEXITSTATUS(status);
	return 0;
}

/* How kexec ended, as ours: its own message is the reason. */
static int run_kexec(const char *program, char *const *argv, struct kx_err *err)
{
	char text[4096];
	int status = KEXEC_DONE, rc = run(program, argv, &status, text, sizeof(text), err);

	if (rc < 0 || status == KEXEC_DONE)
		return rc;
	rc = status == KEXEC_UNPROTECTED ? -ENOTRECOVERABLE : -EINVAL;
	return kx_fail(err, rc, "%s", text[0] ? reason(text) : "kexec failed and said nothing");
}

enum { LOAD_WORDS = 12 };

static int run_load(const struct load *load, bool check, struct kx_err *err)
{
	_cleanup_free_ char *initrd = NULL, *append = NULL, *kernel = strdup(load->kernel);
	/* -a is its default: kexec_file_load, and the other one only where there is no lockdown. */
	static char program[] = "kexec", panic[] = "-p", both[] = "-a", only_check[] = "--check",
		    hotplug[] = "--hotplug", end[] = "--";
	char *argv[LOAD_WORDS] = { program, panic, both };
	int n = 3;

	if (!kernel || asprintf(&initrd, "--initrd=%s", load->initrd) < 0 ||
	    asprintf(&append, "--append=%s", load->words) < 0)
		return kx_fail(err, -ENOMEM, "no memory");
	if (check)
		argv[n++] = only_check;
	if (load->hotplug)
		argv[n++] = hotplug;
	argv[n++] = initrd;
	argv[n++] = append;
	argv[n++] = end;
	argv[n++] = kernel;
	return run_kexec(load->kexec, argv, err);
}

int load_check(const struct load *load, struct kx_err *err)
{
	return run_load(load, true, err);
}

int load_crash(const struct load *load, struct kx_err *err)
{
	return run_load(load, false, err);
}

int load_unload(const char *kexec, struct kx_err *err)
{
	static char program[] = "kexec", panic[] = "-p", unload[] = "-u";
	char *const argv[] = { program, panic, unload, NULL };

	return run_kexec(kexec, argv, err);
}
