/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the plan's physical interfaces among those that the kernel has. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <time.h>

#include "lib/network/internal.h"
#include "lib/network/socket.h"

/*
 * Firmware that is loaded first may take a minute; where there are others already, who is not there
 * by then will hardly come.
 */
enum { APPEAR_SECONDS = 20, NONE_TIMES = 3, PAUSE_NS = 100000000 };

/*
 * How well an interface fits, 0: it does not. Both hardware address and place are the best; the
 * address alone, where a card was moved; the place alone only if the plan has no address, since
 * another card may be there. A virtual function has the address of the synthetic interface that it
 * belongs to (Hyper-V): then the place decides.
 */
static unsigned int fit(const struct up *up, const struct kx_capture_link *wanted,
			const struct link *link)
{
	struct mac mac = { 0 }, own = device_mac(up->way->root, link, up->way->virtual_links);
	char bus[PATH_LEN];
	bool same_mac, same_bus;

	if (link->flags & IFF_LOOPBACK)
		return 0;
	device_bus(up->way->root, link->name, bus);
	if (!bus[0] && !up->way->virtual_links)
		return 0;
	same_mac = wanted->mac && mac_parse(wanted->mac, &mac) && mac_equal(&mac, &own);
	same_bus = wanted->bus && strcmp(wanted->bus, bus) == 0;
	if (same_mac)
		return same_bus ? 3 : 2;
	return same_bus && !wanted->mac ? 1 : 0;
}

static uint32_t best(const struct up *up, const struct kx_capture_link *wanted)
{
	unsigned int most = 0, n = 0;
	uint32_t index = 0;

	for (size_t i = 0; i < up->view.n_links; i++) {
		unsigned int fits = fit(up, wanted, &up->view.link[i]);

		if (fits > most) {
			most = fits;
			index = up->view.link[i].index;
			n = 0;
		}
		n += fits == most;
	}
	/* Which of several is not to be guessed. */
	if (most && n > 1)
		up_say(up, "interface %s: %u fit equally well", wanted->name, n);
	return n == 1 ? index : 0;
}

/** struct physical - interfaces of that kind that the plan has, and those that are there */
struct physical {
	size_t wanted, there;
};

static struct physical find_physical(struct up *up)
{
	struct physical p = { 0 };

	for (size_t i = 0; i < up->plan->n_links; i++) {
		if (up->plan->link[i].kind != KX_CAPTURE_PHYSICAL)
			continue;
		up->index[i] = best(up, &up->plan->link[i]);
		p.wanted++;
		p.there += up->index[i] != 0;
	}
	return p;
}

int up_physical(struct up *up)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	unsigned int tries = (up->way->appear ? up->way->appear : APPEAR_SECONDS) * 10;
	int rc;

	for (unsigned int i = 0;; i++) {
		struct physical p;

		rc = socket_view(up->fd, &up->view, up->err);
		if (rc < 0)
			return rc;
		p = find_physical(up);
		if (p.there == p.wanted || i >= (p.there ? tries : NONE_TIMES * tries))
			break;
		nanosleep(&pause, NULL);
	}
	for (size_t i = 0; i < up->plan->n_links; i++) {
		const struct kx_capture_link *link = &up->plan->link[i];

		if (link->kind == KX_CAPTURE_PHYSICAL && !up->index[i])
			up_say(up, "interface %s (%s, %s) is not there", link->name,
			       link->mac ? link->mac : "no address of its own",
			       link->bus ? link->bus : "no device");
	}
	return 0;
}
