/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For a program that qemu-user runs on a machine where it is not registered. What a kernel's
 * binfmt_misc would do: programs of its own architecture that it starts go through $KX_FOREIGN,
 * words of a command; others are the machine's own. And qemu-user -L FOLDER takes FOLDER for /
 * where that itself is opened. Loaded by LD_PRELOAD, which of other programs none gets.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { WORDS = 64 };

/* EM_*, and where the file is, which the emulator finds in a folder of its own; -1: no program */
static int machine_of(const char *path, char real[PATH_MAX])
{
	char link[64];
	Elf64_Ehdr head;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, &head, sizeof(head)), len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, real, PATH_MAX - 1);
	real[len < 0 ? 0 : len] = '\0';
	if (fd >= 0)
		close(fd);
	if (got != sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return -1;
	return head.e_machine;
}

/* What is run in place of @path; what @to has of it is never freed. */
static const char *words_for(const char *path, char *const argv[], char *to[WORDS])
{
	const char *with = getenv("KX_FOREIGN");
	char *rest = with ? strdup(with) : NULL, *word, real[PATH_MAX], own[PATH_MAX];
	static char set[] = "-E", preload[PATH_MAX + 16];
	int n = 0;

	if (!rest || machine_of(path, real) != machine_of("/proc/self/exe", own)) {
		for (; argv[n] && n < WORDS - 1; n++)
			to[n] = argv[n];
		to[n] = NULL;
		return path;
	}
	while ((word = strsep(&rest, " ")) && n < WORDS / 2)
		to[n++] = word;
	if (strcmp(real, own) == 0) {
		snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", getenv("LD_PRELOAD"));
		to[n++] = set;
		to[n++] = preload;
	}
	to[n++] = strdup(real);
	for (int i = 1; argv[0] && argv[i] && n < WORDS - 1; i++)
		to[n++] = argv[i];
	to[n] = NULL;
	return to[0];
}

int execv(const char *path, char *const argv[])
{
	char *to[WORDS];
	const char *program = words_for(path, argv, to);

	unsetenv("LD_PRELOAD");
	return execve(program, to, environ);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	__typeof__(posix_spawn) *next = (__typeof__(posix_spawn) *)dlsym(RTLD_NEXT, "posix_spawn");
	char *to[WORDS], *preload = getenv("LD_PRELOAD");
	const char *program = words_for(path, argv, to);
	int error;

	(void)envp;
	preload = preload ? strdup(preload) : NULL;
	unsetenv("LD_PRELOAD");
	error = next(pid, program, actions, attributes, to, environ);
	if (preload)
		setenv("LD_PRELOAD", preload, 1);
	free(preload);
	return error;
}

static int open_as(const char *path, int flags, va_list rest)
{
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;

	return openat(AT_FDCWD, strcmp(path, "/") == 0 ? "/proc/self/root" : path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list rest;
	int fd;

	va_start(rest, flags);
	fd = open_as(path, flags, rest);
	va_end(rest);
	return fd;
}

int open64(const char *path, int flags, ...)
{
	va_list rest;
	int fd;

	va_start(rest, flags);
	fd = open_as(path, flags, rest);
	va_end(rest);
	return fd;
}
