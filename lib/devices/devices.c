/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hardware watchdogs, and the end of what was collected. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/cleanup.h"
#include "lib/devices/internal.h"

void kx_devices_done(struct kx_devices *d)
{
	for (size_t i = 0; i < d->nodes; i++) {
		free(d->node[i].path), free(d->node[i].driver);
		free(d->node[i].module), free(d->node[i].modalias);
	}
	for (size_t i = 0; i < d->needs; i++)
		free(d->need[i].word), free(d->need[i].why);
	for (size_t i = 0; i < d->mades; i++)
		free(d->made[i].name);
	for (size_t i = 0; i < d->watchdogs; i++)
		free(d->watchdog[i]);
	free(d->node), free(d->need), free(d->made), free(d->watchdog);
	*d = (struct kx_devices){ .able = 0 };
}

/* The driver of the nearest device above @path that has one. */
static const char *driver_of(const struct kx_devices *d, const char *path)
{
	const struct kx_devices_node *best = NULL;

	for (size_t i = 0; i < d->nodes; i++) {
		const char *above = d->node[i].path;
		size_t len = strlen(above);

		if (d->node[i].driver && strncmp(path, above, len) == 0 &&
		    (path[len] == '/' || !path[len]) && (!best || len > strlen(best->path)))
			best = &d->node[i];
	}
	return best ? best->driver : NULL;
}

static int add_name(struct kx_devices *d, const char *driver, struct kx_err *err)
{
	for (size_t i = 0; i < d->watchdogs; i++) {
		if (strcmp(d->watchdog[i], driver) == 0)
			return 0;
	}
	if (kx_array_grow(&d->watchdog, &d->watchdog_room, d->watchdogs) < 0)
		return kx_devices_no_memory(err);
	d->watchdog[d->watchdogs] = strdup(driver);
	if (!d->watchdog[d->watchdogs])
		return kx_devices_no_memory(err);
	d->watchdogs++;
	return 0;
}

static int add_watchdog(const char *name, void *data, struct kx_err *err)
{
	struct walk *w = data;
	_cleanup_free_ char *path = NULL, *state = NULL;
	const char *driver;
	int rc = kx_devices_real(w->root, "sys/class/watchdog", name, &path);

	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", name, strerror(-rc));
	/* One of software ends with the kernel that crashed. */
	if (strncmp(path, "sys/devices/virtual/", strlen("sys/devices/virtual/")) == 0)
		return 0;
	/* Without CONFIG_WATCHDOG_SYSFS nobody says whether it runs. */
	state = kx_devices_text(w->root, path, "state");
	if (state && strcmp(state, "inactive") == 0)
		return 0;
	rc = kx_devices_up(w, path, NULL);
	driver = rc == 0 ? driver_of(w->to, path) : NULL;
	return driver ? add_name(w->to, driver, err) : rc;
}

int kx_devices_add_watchdogs(struct kx_devices *devices, const char *root, struct kx_err *err)
{
	struct walk w = { .to = devices, .root = root, .err = err };

	return kx_devices_each(&w, "sys/class/watchdog", add_watchdog, &w);
}
