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

/* Moves the interfaces that are down from @link to a new list, which is NULL without memory. */
static char **links_split(char **link)
{
	size_t count = 0, ups = 0, downs = 0;
	char **down;

	while (link[count])
		count++;
	down = calloc(count + 1, sizeof(*down));
	for (size_t i = 0; i < count; i++) {
		char *name = link[i];
		int up = goes_down(name) ? sys_link_up(name) : -ENODEV;

		link[i] = NULL;
		if (up == 1)
			link[ups++] = name;
		else if (up == 0 && down)
			down[downs++] = name;
		else
			free(name);
	}
	return down;
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
		int rc = sys_link_set(name, 0);

		link[i] = NULL;
		if (rc < 0)
			fprintf(stderr, "kexec: %s: cannot be brought down: %s\n", name,
				strerror(-rc));
		if (rc == 0)
			link[kept++] = name;
		else
			free(name);
	}
}

/* Brings up what is in @link; what fails stays there. Returns how many are up now. */
static size_t links_up(char **link)
{
	size_t kept = 0, done = 0;

	for (size_t i = 0; link[i]; i++) {
		char *name = link[i];

		link[i] = NULL;
		if (sys_link_set(name, 1) < 0) {
			link[kept++] = name;
		} else {
			free(name);
			done++;
		}
	}
	return done;
}

/* A VLAN goes up with its device, even one that had been down, and cannot go up before it. */
static void links_as_before(char **up, char **down)
{
	while (*up && links_up(up) > 0)
		;
	for (size_t i = 0; up[i]; i++)
		fprintf(stderr, "kexec: %s: cannot be brought up again\n", up[i]);
	for (size_t i = 0; down && down[i]; i++) {
		if (sys_link_up(down[i]) == 1 && sys_link_set(down[i], 0) < 0)
			fprintf(stderr, "kexec: %s: cannot be brought down again\n", down[i]);
	}
}

static int start_with_links_down(void)
{
	char **link = NULL, **down = NULL;
	struct sys_kept *kept = NULL;
	int listed = sys_links(&link), rc, restored;

	if (listed < 0) {
		fprintf(stderr, "kexec: network interfaces cannot be listed and stay up: %s\n",
			strerror(-listed));
		return sys_start();
	}
	down = links_split(link);
	restored = sys_links_keep(link, &kept);
	links_down(link);
	rc = sys_start();
	links_as_before(link, down);
	if (restored == 0)
		restored = sys_links_restore(kept);
	if (restored < 0)
		fprintf(stderr, "kexec: not all addresses and routes are as they were: %s\n",
			strerror(-restored));
	sys_links_forget(kept);
	links_free(link);
	links_free(down);
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
