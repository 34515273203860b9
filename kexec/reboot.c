/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the loaded kernel, and undoes the preparations if the kernel refuses. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/reboot.h"
#include "kexec/sys.h"
#include "kx/machine.h"

/* What cannot be found out is not a no: the kernel knows, and starts nothing that is not there. */
static int check_loaded(struct kx_err *err)
{
	int rc = kx_machine_loaded(sys_root(), false, err);

	if (rc == 0)
		return kx_fail(err, -ENOENT, "no kernel is loaded; load one with -l first");
	return rc < 0 && rc != -ENODATA ? rc : 0;
}

/* Loopback stays, and so do aliases, which go down with their interface. */
static bool goes_down(const char *name)
{
	return strcmp(name, "lo") != 0 && !strchr(name, ':');
}

static void links_free(char **link)
{
	for (size_t i = 0; link && link[i]; i++)
		free(link[i]);
	free(link);
}

/*
 * A device that goes on receiving would write into the next kernel's memory. Only the names of
 * interfaces that were brought down stay in @link, so that they can be brought up again.
 */
static void links_down(char **link)
{
	size_t kept = 0;

	for (size_t i = 0; link[i]; i++) {
		char *name = link[i];
		int rc = -EALREADY;

		link[i] = NULL;
		if (goes_down(name) && sys_link_up(name) == 1)
			rc = sys_link_set(name, 0);
		if (rc < 0 && rc != -EALREADY)
			fprintf(stderr, "kexec: %s: cannot be brought down: %s\n", name,
				strerror(-rc));
		if (rc == 0)
			link[kept++] = name;
		else
			free(name);
	}
}

static void links_up(char **link)
{
	for (size_t i = 0; link[i]; i++) {
		if (sys_link_set(link[i], 1) < 0)
			fprintf(stderr, "kexec: %s: cannot be brought up again\n", link[i]);
	}
}

static int start_with_links_down(void)
{
	char **link = NULL;
	int rc = sys_links(&link);

	if (rc < 0)
		fprintf(stderr, "kexec: network interfaces cannot be listed and stay up: %s\n",
			strerror(-rc));
	else
		links_down(link);
	rc = sys_start();
	if (link)
		links_up(link);
	links_free(link);
	return rc;
}

int reboot_start(const struct options *options, struct kx_err *err)
{
	int rc;

	rc = check_loaded(err);
	if (rc < 0)
		return rc;
	if (!sys_privileged())
		return kx_fail(err, -EPERM, "CAP_SYS_BOOT is missing; run as root");
	if (!options->no_sync)
		sys_sync();
	rc = options->no_ifdown ? sys_start() : start_with_links_down();
	/* Linux, kernel/kexec_core.c, kernel_kexec(): EINVAL, there is no image. */
	return kx_fail(err, rc, "the loaded kernel cannot be started: %s%s", strerror(-rc),
		       rc == -EINVAL ? "; if none is loaded, load one with -l first" : "");
}

int reboot_shutdown(struct kx_err *err)
{
	int rc = check_loaded(err);

	if (rc < 0)
		return rc;
	rc = sys_shutdown();
	return kx_fail(err, rc,
		       "shutdown cannot be run: %s; the kernel stays loaded, kexec -e starts it",
		       strerror(-rc));
}
