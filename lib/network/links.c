/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the plan's interfaces: Linux, Documentation/networking/bonding.rst, linux/if_link.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/network/internal.h"
#include "lib/network/socket.h"

enum { CARRIER_SECONDS = 45, ALONE_SECONDS = 10, PAUSE_NS = 100000000 };

static void begin_change(struct message *m, uint32_t index, unsigned int flags,
			 unsigned int change)
{
	const struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)index,
		.ifi_flags = flags,
		.ifi_change = change,
	};

	message_begin(m, RTM_NEWLINK, 0, &head, sizeof(head));
}

static int refresh(struct up *up)
{
	return socket_view(up->fd, &up->view, up->err);
}

static const struct link *named(const struct up *up, const char *name)
{
	for (size_t i = 0; i < up->view.n_links; i++) {
		if (strcmp(up->view.link[i].name, name) == 0)
			return &up->view.link[i];
	}
	return NULL;
}

/* For eyes: what is refused here changes nothing else. */
static void try_change(struct up *up, const char *what, struct message *m, const char *name)
{
	struct kx_err err;

	if (socket_ask(up->fd, m, NULL, &err) < 0)
		up_say(up, "interface %s: %s: %s", name, what, err.text);
}

static void set_name(struct up *up, uint32_t index, const char *name)
{
	const struct link *link = view_link(&up->view, index);
	struct message m;

	if (!link || strcmp(link->name, name) == 0 || (link->flags & IFF_UP) ||
	    strlen(name) >= NAME_LEN || named(up, name))
		return;
	begin_change(&m, index, 0, 0);
	message_put(&m, IFLA_IFNAME, name, strlen(name) + 1);
	try_change(up, "its name", &m, name);
}

static void set_hardware(struct up *up, uint32_t index, const struct kx_capture_link *wanted)
{
	const struct link *link = view_link(&up->view, index);
	struct mac mac;
	struct message m;

	if (!wanted->hardware || !mac_parse(wanted->hardware, &mac) || !link ||
	    mac_equal(&mac, &link->mac))
		return;
	begin_change(&m, index, 0, 0);
	message_put(&m, IFLA_ADDRESS, mac.byte, sizeof(mac.byte));
	try_change(up, "its hardware address", &m, wanted->name);
}

static void set_mtu(struct up *up, uint32_t index, const struct kx_capture_link *wanted)
{
	const struct link *link = view_link(&up->view, index);
	struct message m;

	if (!wanted->mtu || wanted->mtu > UINT32_MAX || (link && link->mtu == wanted->mtu))
		return;
	begin_change(&m, index, 0, 0);
	message_put_number(&m, IFLA_MTU, (uint32_t)wanted->mtu);
	try_change(up, "its MTU", &m, wanted->name);
}

static int refused(struct up *up, int rc, const struct kx_capture_link *wanted)
{
	return kx_context(up->err, rc, "interface %s", wanted->name);
}

/* A new interface of a kind; one of that name and kind that is there is taken. */
static int create(struct up *up, const struct kx_capture_link *wanted, const char *kind,
		  uint32_t lower, uint32_t *ret)
{
	const struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	uint16_t vlan = (uint16_t)wanted->vlan;
	const struct link *link = named(up, wanted->name);
	size_t info, data;
	struct message m;
	int rc = 0;

	if (!link) {
		message_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
		message_put(&m, IFLA_IFNAME, wanted->name, strlen(wanted->name) + 1);
		if (lower)
			message_put_number(&m, IFLA_LINK, lower);
		info = message_nest(&m, IFLA_LINKINFO);
		message_put(&m, IFLA_INFO_KIND, kind, strlen(kind));
		if (lower) {
			data = message_nest(&m, IFLA_INFO_DATA);
			message_put(&m, IFLA_VLAN_ID, &vlan, sizeof(vlan));
			message_unnest(&m, data);
		}
		message_unnest(&m, info);
		rc = socket_ask(up->fd, &m, NULL, up->err);
		if (rc == 0)
			rc = refresh(up);
		if (rc < 0)
			return refused(up, rc, wanted);
		link = named(up, wanted->name);
	}
	if (!link || strcmp(link->kind, kind) != 0)
		return kx_fail(up->err, -EEXIST, "interface %s: another one is called so",
			       wanted->name);
	*ret = link->index;
	return 0;
}

/* Linux shows all that a bond asks by ARP, and takes one at a time. */
static int add_words(int fd, struct kx_span rest)
{
	struct kx_span word;
	char text[64];
	int rc = 0;

	while (rc == 0 && kx_span_word(&rest, &word))
		rc = kx_file_write(fd, text, (size_t)snprintf(text, sizeof(text), "+%.*s",
							      (int)(word.len < 48 ? word.len : 48),
							      (const char *)word.base));
	return rc;
}

void up_bond_option(struct up *up, const char *bond, const char *option)
{
	const char *equal = strchr(option, '=');
	_cleanup_fd_ int fd = -1;
	char path[PATH_LEN];
	int rc;

	if (!equal || memchr(option, '/', (size_t)(equal - option)) ||
	    strncmp(option, "..", 2) == 0)
		return;
	snprintf(path, sizeof(path), "%s/sys/class/net/%s/bonding/%.*s", up->way->root, bond,
		 (int)(equal - option), option);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		rc = -errno;
	else if (strncmp(option, "arp_ip_target=", (size_t)(equal + 1 - option)) == 0)
		rc = add_words(fd, kx_span_of(equal + 1));
	else
		rc = kx_file_write(fd, equal + 1, strlen(equal + 1));
	if (rc < 0)
		up_say(up, "interface %s: %s: %s", bond, option, strerror(-rc));
}

/* It has to be down to become part of a bond. */
static int enslave(struct up *up, const struct kx_capture_link *wanted, uint32_t bond,
		   const char *name)
{
	const struct link *slave;
	struct message m;
	size_t i;
	int rc;

	if (!up_find(up, name, &i) || !up->index[i])
		return -ENODEV;
	slave = view_link(&up->view, up->index[i]);
	if (slave && slave->master == bond)
		return 0;
	begin_change(&m, up->index[i], 0, IFF_UP);
	rc = socket_ask(up->fd, &m, NULL, up->err);
	if (rc == 0) {
		begin_change(&m, up->index[i], 0, 0);
		message_put_number(&m, IFLA_MASTER, bond);
		rc = socket_ask(up->fd, &m, NULL, up->err);
	}
	if (rc < 0)
		up_say(up, "interface %s does not become part of %s: %s", name, wanted->name,
		       up->err->text);
	return rc;
}

static int make_bond(struct up *up, size_t i)
{
	const struct kx_capture_link *wanted = &up->plan->link[i];
	const struct link *bond;
	size_t slaves = 0;
	uint32_t index;
	int rc = create(up, wanted, "bond", 0, &index);

	if (rc < 0)
		return rc;
	bond = view_link(&up->view, index);
	for (size_t n = 0; bond && n < wanted->bond.count && !(bond->flags & IFF_UP); n++)
		up_bond_option(up, bond->name, wanted->bond.item[n]);
	/* Else it has that of the first that becomes part of it, by which nobody knows it. */
	set_hardware(up, index, wanted);
	for (size_t n = 0; n < wanted->lower.count; n++)
		slaves += enslave(up, wanted, index, wanted->lower.item[n]) == 0;
	if (!slaves)
		return kx_fail(up->err, -ENODEV, "interface %s: none of what it is made of is there",
			       wanted->name);
	up->index[i] = index;
	return refresh(up);
}

/* Of those that are there the first that has a link, else the first. */
static size_t choose_alone(struct up *up, const struct kx_capture_link *wanted)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	size_t first = SIZE_MAX, i;

	for (unsigned int tries = 0; tries < ALONE_SECONDS * 10; tries++) {
		for (size_t n = 0; n < wanted->lower.count; n++) {
			const struct link *link;

			if (!up_find(up, wanted->lower.item[n], &i) || !up->index[i])
				continue;
			if (first == SIZE_MAX)
				first = i;
			if (tries == 0)
				up_start(up, i);
			link = view_link(&up->view, up->index[i]);
			if (link && (link->flags & IFF_RUNNING))
				return i;
		}
		if (refresh(up) < 0)
			break;
		nanosleep(&pause, NULL);
	}
	return first;
}

/* The bond goes, and one interface has its hardware address and place. */
static int make_alone(struct up *up, size_t i)
{
	const struct kx_capture_link *wanted = &up->plan->link[i];
	const struct link *bond = named(up, wanted->name);
	struct message m;
	size_t one;

	if (bond && strcmp(bond->kind, "bond") == 0) {
		const struct ifinfomsg head = {
			.ifi_family = AF_UNSPEC,
			.ifi_index = (int)bond->index,
		};

		message_begin(&m, RTM_DELLINK, 0, &head, sizeof(head));
		try_change(up, "to do without the bond", &m, wanted->name);
		if (refresh(up) < 0)
			return refused(up, -EIO, wanted);
	}
	one = choose_alone(up, wanted);
	if (one == SIZE_MAX)
		return kx_fail(up->err, -ENODEV, "interface %s: none of what it is made of is there",
			       wanted->name);
	up_say(up, "interface %s alone instead of %s", up->plan->link[one].name, wanted->name);
	up->index[i] = up->index[one];
	set_hardware(up, up->index[i], wanted);
	return 0;
}

static int make_vlan(struct up *up, size_t i)
{
	const struct kx_capture_link *wanted = &up->plan->link[i];
	size_t lower;

	if (wanted->lower.count != 1 || !up_find(up, wanted->lower.item[0], &lower) ||
	    wanted->vlan > 4094)
		return kx_fail(up->err, -EINVAL, "interface %s: no such VLAN", wanted->name);
	if (!up->index[lower])
		return kx_fail(up->err, -ENODEV, "interface %s: %s, on which it lies, is not there",
			       wanted->name, wanted->lower.item[0]);
	return create(up, wanted, "vlan", up->index[lower], &up->index[i]);
}

int up_link(struct up *up, size_t i)
{
	const struct kx_capture_link *wanted = &up->plan->link[i];
	int rc = 0;

	if (strlen(wanted->name) >= NAME_LEN)
		return kx_fail(up->err, -EINVAL, "interface %s: no such name", wanted->name);
	switch (wanted->kind) {
	case KX_CAPTURE_PHYSICAL:
		if (!up->index[i])
			return 0;
		set_name(up, up->index[i], wanted->name);
		set_hardware(up, up->index[i], wanted);
		break;
	case KX_CAPTURE_BOND:
		rc = up->way->alone ? make_alone(up, i) : make_bond(up, i);
		break;
	case KX_CAPTURE_VLAN:
		rc = make_vlan(up, i);
		if (rc == 0)
			set_hardware(up, up->index[i], wanted);
		break;
	}
	if (rc == 0)
		set_mtu(up, up->index[i], wanted);
	return rc;
}

int up_start(struct up *up, size_t i)
{
	struct message m;
	int rc;

	if (!up->index[i])
		return 0;
	begin_change(&m, up->index[i], IFF_UP, IFF_UP);
	rc = socket_ask(up->fd, &m, NULL, up->err);
	return rc < 0 ? refused(up, rc, &up->plan->link[i]) : 0;
}

/* One that waits for others below it has none itself. */
static bool wants_carrier(const struct kx_capture_link *link)
{
	return link->dhcp || link->address.count;
}

/** struct carriers - interfaces that want a link, those that are there, those that have one */
struct carriers {
	size_t wanted, there, with;
};

static struct carriers count_carriers(const struct up *up)
{
	struct carriers c = { 0 };

	for (size_t i = 0; i < up->plan->n_links; i++) {
		const struct link *link = view_link(&up->view, up->index[i]);

		if (!wants_carrier(&up->plan->link[i]))
			continue;
		c.wanted++;
		c.there += link != NULL;
		c.with += link && (link->flags & IFF_RUNNING);
	}
	return c;
}

int up_carrier(struct up *up)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	unsigned int tries = (up->way->carrier ? up->way->carrier : CARRIER_SECONDS) * 10;

	for (unsigned int n = 0; n <= tries; n++) {
		struct carriers c = count_carriers(up);

		if (c.wanted && !c.there)
			return kx_fail(up->err, -ENODEV, "no interface of the plan is there");
		/* Another target's network shall not hold up this one's for long. */
		if (c.with == c.there || (c.with && n >= tries / 2))
			return 0;
		if (refresh(up) < 0)
			break;
		nanosleep(&pause, NULL);
	}
	return kx_fail(up->err, -ENOLINK, "no interface has a link: is the cable there?");
}
