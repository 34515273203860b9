/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs kexec, by its path, and takes what it says for the reason. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/load.h"
#include "kdump/base/program.h"
#include "kx/cleanup.h"

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

/* How kexec ended, as ours: its own message is the reason. */
static int run_kexec(const char *program, char *const *argv, unsigned int seconds,
		     struct kx_err *err)
{
	char text[4096];
	int status = KEXEC_DONE, rc;

	rc = program_run(program, argv, seconds, &status, text, sizeof(text), err);
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
	return run_kexec(load->kexec, argv, LOAD_SECONDS, err);
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

	return run_kexec(kexec, argv, UNLOAD_SECONDS, err);
}
