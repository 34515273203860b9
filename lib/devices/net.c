/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces: down to hardware. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/devices/internal.h"

/* Linux, include/uapi/linux/if_arp.h: ARPHRD_INFINIBAND, ARPHRD_LOOPBACK. */
static const char infiniband[] = "32", loopback[] = "772";

static int walk_net(struct walk *w, const char *name);

static int refuse(struct walk *w, const char *name, const char *what)
{
	return kx_fail(w->err, -ENOTSUP, "%s is %s, which a crash kernel cannot set up; dump over "
		       "another interface or to a disk", name, what);
}

/* What it is, if that rules it out. */
static const char *refused(struct walk *w, const char *path)
{
	_cleanup_free_ char *kind = kx_devices_value(w->root, path, "uevent", "DEVTYPE=");
	_cleanup_free_ char *type = kx_devices_text(w->root, path, "type");

	if (kx_devices_has(w->root, path, "phy80211") || kx_devices_has(w->root, path, "wireless"))
		return "wireless";
	if (kx_devices_has(w->root, path, "tun_flags"))
		return "a tunnel of a program";
	if (type && strcmp(type, infiniband) == 0)
		return "InfiniBand";
	if (kind && strcmp(kind, "wireguard") == 0)
		return "WireGuard";
	return kind && strcmp(kind, "wwan") == 0 ? "a modem" : NULL;
}

/** struct lowers - the interfaces below one; @ports: of a bridge: some may be no hardware */
struct lowers {
	struct walk *w;
	bool ports;
	unsigned int count;
};

static int walk_lower(const char *name, void *data, struct kx_err *err)
{
	struct lowers *l = data;
	int rc;

	(void)err;
	if (strncmp(name, "lower_", strlen("lower_")) != 0)
		return 0;
	rc = walk_net(l->w, name + strlen("lower_"));
	/* A bridge's ports to guests are gone with these. */
	if (rc == -ENOTSUP && l->ports)
		return 0;
	l->count += rc == 0;
	return rc;
}

static int add_kind(struct walk *w, const char *name, const char *path, struct lowers *l)
{
	_cleanup_free_ char *kind = kx_devices_value(w->root, path, "uevent", "DEVTYPE=");

	l->ports = kx_devices_has(w->root, path, "bridge");
	if (kx_devices_has(w->root, path, "bonding"))
		return kx_devices_need(w->to, false, "bonding", name, w->err);
	if (kind && strcmp(kind, "vlan") == 0)
		return kx_devices_need(w->to, false, "8021q", name, w->err);
	return 0;
}

/*
 * The chip that drives the cable may have a driver of its own, which its bus alone names; with the
 * kernel's generic one many boards have no link (Linux, Documentation/networking/phy.rst).
 */
static int add_phy(struct walk *w, const char *path)
{
	_cleanup_free_ char *phy = NULL;
	int rc = kx_devices_real(w->root, path, "phydev", &phy);

	if (kx_file_unknowable(rc))
		return 0;
	if (rc < 0)
		return kx_fail(w->err, rc, "/%s/phydev: %s", path, strerror(-rc));
	return kx_devices_up(w, phy, NULL);
}

static int walk_found(struct walk *w, const char *name, const char *path)
{
	_cleanup_free_ char *type = kx_devices_text(w->root, path, "type");
	const char *what = refused(w, path);
	struct lowers lowers = { .w = w };
	bool driven = false;
	int rc;

	if (what)
		return refuse(w, name, what);
	if (kx_devices_has(w->root, path, "device")) {
		rc = kx_devices_up(w, path, &driven);
		if (rc == 0 && !driven)
			rc = kx_fail(w->err, -ENODEV, "%s: no driver is bound to it", name);
		return rc == 0 ? add_phy(w, path) : rc;
	}
	if (type && strcmp(type, loopback) == 0)
		return 0;
	rc = add_kind(w, name, path, &lowers);
	if (rc == 0)
		rc = kx_devices_each(w, path, walk_lower, &lowers);
	if (rc == 0 && lowers.count == 0)
		rc = refuse(w, name, "an interface without hardware");
	return rc;
}

static int walk_net(struct walk *w, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int rc = kx_devices_real(w->root, "sys/class/net", name, &path);

	if (rc < 0 || strchr(name, '/') || !path[0])
		return kx_fail(w->err, rc < 0 ? rc : -ENOENT, "%s: no such network interface", name);
	if (w->depth == DEPTH_MAX || w->visits == NODES_MAX)
		return kx_fail(w->err, -ELOOP, "%s: stands on too many others", name);
	w->visits++;
	w->depth++;
	rc = walk_found(w, name, path);
	w->depth--;
	return rc;
}

int kx_devices_add_net(struct kx_devices *devices, const char *root, const char *name,
		       struct kx_err *err)
{
	struct walk w = { .to = devices, .root = root, .err = err };
	int rc = walk_net(&w, name);

	/* Sockets for IPv6 and for DHCP's packets: a kernel may have them as modules. */
	if (rc == 0)
		rc = kx_devices_need(devices, true, "net-pf-10", name, err);
	return rc < 0 ? rc : kx_devices_need(devices, true, "net-pf-17", name, err);
}
