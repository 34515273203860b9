/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talks to a DHCP server by packet(7): there is no address yet to have another socket with. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "lib/network/dhcp.h"

/* It is asked again after 1 s, then after twice as long each time (RFC 2131, 4.1: from 4 s on). */
enum { FIRST_MS = 1000, LONGEST_MS = 8000 };

/** struct talk - with whoever answers; @sent: what became of the last packet */
struct talk {
	int fd;
	const struct link *link;
	uint32_t xid;
	int64_t began, end;
	int sent;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int open_socket(const struct link *link, struct kx_err *err)
{
	struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_IP),
		.sll_ifindex = (int)link->index,
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETHERTYPE_IP)), rc;

	if (fd < 0)
		return kx_fail(err, -errno, "no packet socket: %s", strerror(errno));
	if (bind(fd, (const struct sockaddr *)&here, sizeof(here)) == 0)
		return fd;
	rc = kx_fail(err, -errno, "packet socket: %s", strerror(errno));
	close(fd);
	return rc;
}

static int send_packet(const struct talk *talk, enum dhcp_type type,
		       const struct dhcp_lease *offer, struct kx_err *err)
{
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_IP),
		.sll_ifindex = (int)talk->link->index,
		.sll_halen = MAC_LEN,
		.sll_addr = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	uint8_t packet[DHCP_PACKET];
	size_t len = dhcp_write(packet, type, talk->xid,
				(uint16_t)((now_ms() - talk->began) / 1000), &talk->link->mac,
				offer);

	if (sendto(talk->fd, packet, len, 0, (const struct sockaddr *)&all, sizeof(all)) < 0)
		return kx_fail(err, -errno, "DHCP: %s", strerror(errno));
	return 0;
}

/* One answer, until @until; false: none came. */
static bool next_answer(const struct talk *talk, int64_t until, struct dhcp_lease *ret)
{
	struct pollfd fd = { .fd = talk->fd, .events = POLLIN };
	uint8_t packet[2048];

	for (;;) {
		int64_t left = until - now_ms();
		ssize_t n;

		if (left <= 0 || (poll(&fd, 1, (int)left) < 0 && errno != EINTR))
			return false;
		if (!(fd.revents & (POLLIN | POLLERR)))
			continue;
		n = recv(talk->fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (n > 0 && dhcp_read((struct kx_span){ packet, (size_t)n }, talk->xid,
				       &talk->link->mac, ret))
			return true;
	}
}

/* Send one message and wait for the answer to it, again and again; 1 it came, 0 it did not. */
static int ask(struct talk *talk, enum dhcp_type type, struct dhcp_lease *lease,
	       struct kx_err *err)
{
	const struct dhcp_lease offer = *lease;
	int64_t wait = FIRST_MS;

	while (now_ms() < talk->end) {
		int64_t until = now_ms() + wait;

		/* A link that goes for a moment takes no more than packets with it. */
		talk->sent = send_packet(talk, type, &offer, err);
		while (next_answer(talk, until < talk->end ? until : talk->end, lease)) {
			if (type == DHCP_DISCOVER && lease->type == DHCP_OFFER)
				return 1;
			if (type == DHCP_REQUEST && lease->type == DHCP_ACK)
				return 1;
			/* It was given to another one meanwhile: from the beginning. */
			if (type == DHCP_REQUEST && lease->type == DHCP_NAK)
				return 0;
		}
		wait = 2 * wait > LONGEST_MS ? LONGEST_MS : 2 * wait;
		/* That server may have gone. */
		if (type == DHCP_REQUEST && wait == LONGEST_MS)
			return 0;
	}
	return 0;
}

int dhcp_ask(const struct link *link, unsigned int seconds, struct dhcp_lease *ret,
	     struct kx_err *err)
{
	struct talk talk = { .link = link, .began = now_ms() };
	struct dhcp_lease lease = { 0 };
	int rc = 0;

	talk.fd = open_socket(link, err);
	if (talk.fd < 0)
		return talk.fd;
	if (getrandom(&talk.xid, sizeof(talk.xid), GRND_NONBLOCK) != sizeof(talk.xid))
		talk.xid = (uint32_t)talk.began ^ (uint32_t)getpid();
	talk.end = talk.began + (int64_t)seconds * 1000;
	while (rc == 0 && now_ms() < talk.end) {
		rc = ask(&talk, DHCP_DISCOVER, &lease, err);
		if (rc == 0)
			continue;
		rc = ask(&talk, DHCP_REQUEST, &lease, err);
		/* Who offers and refuses may do so for ever. */
		if (rc == 0)
			sleep(1);
	}
	close(talk.fd);
	if (rc == 0 && talk.sent < 0)
		return talk.sent;
	if (rc == 0)
		return kx_fail(err, -ETIMEDOUT, "no DHCP server answered in %u s", seconds);
	*ret = lease;
	return 0;
}
