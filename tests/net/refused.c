/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A start that the kernel refuses, with the real kexec/reboot.c and kexec/links.c. There is no code
 * to start anything in this program: at that point it runs the command that it is given. It touches
 * no interfaces but a test's own, which are called kx….
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/reboot.h"
#include "kexec/sys.h"

enum { BROKEN = 99 };

static const char *root, *at_start;

const char *sys_root(void)
{
	return root;
}

bool sys_privileged(void)
{
	return true;
}

void sys_sync(void)
{
}

int sys_start(void)
{
	return system(at_start) == 0 ? -EBUSY : -EIO;
}

int sys_shutdown(void)
{
	return -ENOSYS;
}

static bool only_ours(void)
{
	bool ours = true;
	char **link;

	if (sys_links(&link) < 0)
		return false;
	for (size_t i = 0; link[i]; i++) {
		if (strcmp(link[i], "lo") != 0 && strncmp(link[i], "kx", 2) != 0 &&
		    sys_link_up(link[i]) != 0)
			ours = false;
		free(link[i]);
	}
	free(link);
	return ours;
}

int main(int argc, char **argv)
{
	struct options options = { .no_sync = true };
	struct kx_err err = { "" };
	int rc;

	if (argc != 3) {
		fprintf(stderr, "usage: refused ROOT COMMAND\n");
		return BROKEN;
	}
	root = argv[1];
	at_start = argv[2];
	if (!only_ours()) {
		fprintf(stderr, "refused: there are interfaces here that no test has made\n");
		return BROKEN;
	}
	rc = reboot_start(&options, &err);
	fprintf(stderr, "kexec: %s\n", err.text);
	return rc == -EBUSY ? 0 : 1;
}
