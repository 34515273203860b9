/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /sys tells of an interface: Linux, Documentation/ABI/testing/sysfs-class-net. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"
#include "lib/network/internal.h"

/* Interfaces have no slash in their names, but names come from messages, too. */
static bool is_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/');
}

/*
 * Cut what is counted: virtio devices have numbers in the order in which drivers found them, and a
 * crash kernel loads fewer. Before that comes the device on its bus.
 */
static void cut_counted(char *path)
{
	char *last = strrchr(path, '/');

	if (last && strncmp(last + 1, "virtio", 6) == 0 && isdigit((unsigned char)last[7]))
		*last = '\0';
}

void device_bus(const char *root, const char *name, char to[PATH_LEN])
{
	char path[PATH_LEN], target[PATH_LEN];
	const char *devices;
	ssize_t len;

	to[0] = '\0';
	if (!is_name(name))
		return;
	/* /sys/class/net/NAME is a link to .../devices/PATH/net/NAME. */
	snprintf(path, sizeof(path), "%s/sys/class/net/%s", root, name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	devices = strstr(target, "devices/");
	if (!devices || strncmp(devices + 8, "virtual/", 8) == 0)
		return;
	snprintf(to, PATH_LEN, "%s", devices + 8);
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(to, '/');

		if (!slash) {
			to[0] = '\0';
			return;
		}
		*slash = '\0';
	}
	cut_counted(to);
}

bool device_has(const char *root, const char *name, const char *file)
{
	char path[PATH_LEN];
	struct stat st;

	if (!is_name(name))
		return false;
	snprintf(path, sizeof(path), "%s/sys/class/net/%s/%s", root, name, file);
	return stat(path, &st) == 0;
}

struct mac device_mac(const char *root, const struct link *link, bool any)
{
	_cleanup_free_ char *text = NULL;
	struct mac none = { 0 };
	char path[PATH_LEN];
	struct kx_err err;
	size_t len;
	uint64_t type;

	if (any)
		return link->mac;
	if (link->permanent.known)
		return link->permanent;
	if (!is_name(link->name))
		return none;
	/* Before v5.6 the kernel did not tell it, but whether the present one is it: 0. */
	snprintf(path, sizeof(path), "sys/class/net/%s/addr_assign_type", link->name);
	if (kx_file_read(root, path, 32, &text, &len, &err) < 0 ||
	    !kx_span_number(kx_span_trim((struct kx_span){ (const uint8_t *)text, len }), 10,
			    &type) || type != 0)
		return none;
	return link->mac;
}
