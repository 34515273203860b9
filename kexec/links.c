/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces through the kernel: the part of kexec/sys.h that can be undone. */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "kexec/kept.h"
#include "kexec/sys.h"
#include "kx/cleanup.h"
#include "kx/file.h"

enum {
	GET_NEXTHOP = 106, NEXTHOP_HEAD = 8,	/* UAPI linux/rtnetlink.h, linux/nexthop.h */
	/* A part of a dump is at most 32 KiB (Linux, netlink_recvmsg()). */
	PART = 64 << 10,
	DUMP_TRIES = 3,
	/* Until a cable is seen, and until an IPv6 address can be a route's source: two seconds
	 * (Linux, addrconf.c). */
	SETTLE_STEPS = 40,
};

static const struct timespec settle_step = { .tv_nsec = 100000000 };

struct sys_kept {
	struct kept kept;
	struct kept_link *link;
	int rc;		/* why it is not all */
};

int sys_links(char ***ret)
{
	struct if_nameindex *link = if_nameindex();
	size_t count = 0;
	char **names;

	if (!link)
		return -errno;
	while (link[count].if_name)
		count++;
	names = calloc(count + 1, sizeof(*names));
	/* A name that finds no memory ends the list early: the others are still worth having. */
	for (size_t i = 0; names && i < count; i++)
		names[i] = strdup(link[i].if_name);
	if_freenameindex(link);
	if (!names)
		return -ENOMEM;
	*ret = names;
	return 0;
}

static int link_request(const char *name, unsigned long request, struct ifreq *ifr)
{
	/* A netlink socket takes interface requests even where IPv4 is not built in. */
	_cleanup_fd_ int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	memset(ifr->ifr_name, 0, sizeof(ifr->ifr_name));
	memcpy(ifr->ifr_name, name, strnlen(name, sizeof(ifr->ifr_name) - 1));
	return ioctl(fd, request, ifr) < 0 ? -errno : 0;
}

int sys_link_up(const char *name)
{
	struct ifreq ifr = { 0 };
	int rc = link_request(name, SIOCGIFFLAGS, &ifr);

	return rc < 0 ? rc : (ifr.ifr_flags & IFF_UP) != 0;
}

int sys_link_set(const char *name, int up)
{
	struct ifreq ifr = { 0 };
	int rc = link_request(name, SIOCGIFFLAGS, &ifr);

	if (rc < 0)
		return rc;
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	return link_request(name, SIOCSIFFLAGS, &ifr);
}

/* --- rtnetlink -------------------------------------------------------------------------------- */

static int route_socket(void)
{
	struct timeval patience = { .tv_sec = 2 };
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), rc;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* One datagram of the kernel's. Other processes may send to this socket, too. */
static int receive(int fd, uint8_t *buffer, struct kx_span *ret)
{
	for (;;) {
		struct sockaddr_nl from = { 0 };
		struct iovec room = { buffer, PART };
		struct msghdr what = { .msg_name = &from, .msg_namelen = sizeof(from),
				       .msg_iov = &room, .msg_iovlen = 1 };
		ssize_t len = recvmsg(fd, &what, 0);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		if (what.msg_namelen != sizeof(from) || from.nl_pid != 0)
			continue;
		if (what.msg_flags & MSG_TRUNC)
			return -EMSGSIZE;
		*ret = (struct kx_span){ buffer, (size_t)len };
		return 0;
	}
}

/* Cuts the next message off @rest. */
static bool next_message(struct kx_span *rest, struct nlmsghdr *head, struct kx_span *message)
{
	size_t step;

	if (rest->len < sizeof(*head))
		return false;
	memcpy(head, rest->base, sizeof(*head));
	if (head->nlmsg_len < sizeof(*head) || !kx_span_slice(*rest, 0, head->nlmsg_len, message))
		return false;
	step = NLMSG_ALIGN(message->len);
	if (step > rest->len)
		step = rest->len;
	return kx_span_slice(*rest, step, rest->len - step, rest);
}

/* What an NLMSG_ERROR, or the end of a dump, says; both start with a number. */
static int code_of(struct kx_span message)
{
	struct kx_span number;
	int32_t code;

	if (!kx_span_slice(message, sizeof(struct nlmsghdr), sizeof(code), &number))
		return -EBADMSG;
	memcpy(&code, number.base, sizeof(code));
	return code < 0 ? code : 0;
}

static int send_request(int fd, const void *request, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(fd, request, len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

/* A dump is of these bytes behind the header: all families, and one flag in neighbours'. */
struct dump {
	uint16_t type;
	uint8_t body, flags;
};

static int read_dump(int fd, uint32_t seq, uint8_t *buffer, struct kept *kept, bool *torn)
{
	struct kx_span part = { NULL, 0 }, message;
	struct nlmsghdr head;
	int rc, kept_rc = 0;

	for (;;) {
		rc = receive(fd, buffer, &part);
		if (rc < 0)
			return rc;
		while (next_message(&part, &head, &message)) {
			if (head.nlmsg_seq != seq)
				continue;
			*torn |= head.nlmsg_flags & NLM_F_DUMP_INTR;
			if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) {
				rc = code_of(message);
				return rc < 0 ? rc : kept_rc;
			}
			/* Read on, so that nothing is left for who reads next. */
			rc = kept_add(kept, message);
			kept_rc = kept_rc < 0 ? kept_rc : rc;
		}
	}
}

static int dump(int fd, const struct dump *what, uint8_t *buffer, struct kept *kept)
{
	static uint32_t seq;
	struct {
		struct nlmsghdr head;
		union {
			struct ndmsg neighbour;
			uint8_t bytes[16];
		} body;
	} request = {
		.head = { .nlmsg_len = NLMSG_LENGTH(what->body), .nlmsg_type = what->type,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	size_t start = kept->len;
	bool torn = true;
	int rc = 0;

	if (what->type == RTM_GETNEIGH)
		request.body.neighbour.ndm_flags = what->flags;
	/* One that changed meanwhile may lack something, which after some tries is all there is. */
	for (int i = 0; i < DUMP_TRIES && torn && rc == 0; i++) {
		torn = false;
		kept->len = start;
		request.head.nlmsg_seq = ++seq;
		rc = send_request(fd, &request, request.head.nlmsg_len);
		if (rc == 0)
			rc = read_dump(fd, seq, buffer, kept, &torn);
	}
	return rc;
}

static const struct dump link_dump = { RTM_GETLINK, sizeof(struct ifinfomsg), 0 };

/* Fills @kept in the order in which things can be put back. */
static int dump_all(int fd, uint8_t *buffer, struct kept *kept)
{
	static const struct dump dumps[] = {
		{ RTM_GETADDR, sizeof(struct ifaddrmsg), 0 },
		{ RTM_GETNEIGH, sizeof(struct ndmsg), 0 },
		{ RTM_GETNEIGH, sizeof(struct ndmsg), NTF_PROXY },
		/* Once more for groups with a lower number than their members. */
		{ GET_NEXTHOP, NEXTHOP_HEAD, 0 },
		{ GET_NEXTHOP, NEXTHOP_HEAD, 0 },
		{ RTM_GETROUTE, sizeof(struct rtmsg), 0 },
	};
	int first = 0;

	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		int rc = dump(fd, &dumps[i], buffer, kept);

		/* Linux before 5.3 has no nexthops. */
		if (rc < 0 && first == 0 && !(dumps[i].type == GET_NEXTHOP && rc == -EOPNOTSUPP))
			first = rc;
	}
	return first;
}

/* --- keeping and putting back ----------------------------------------------------------------- */

/* Is what routers say of the interface for the kernel? Programs that listen themselves say no. */
static bool asks_routers(const char *name)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	struct kx_err ignored;
	size_t len;

	return asprintf(&path, "proc/sys/net/ipv6/conf/%s/accept_ra", name) >= 0 &&
	       kx_file_head("/", path, 16, &text, &len, &ignored) == 0 && text[0] != '0';
}

static int keep(struct sys_kept *kept)
{
	_cleanup_free_ uint8_t *buffer = malloc(PART);
	_cleanup_fd_ int fd = route_socket();
	int rc;

	if (fd < 0)
		return fd;
	if (!buffer)
		return -ENOMEM;
	rc = dump(fd, &link_dump, buffer, &kept->kept);
	if (rc == 0)
		rc = dump_all(fd, buffer, &kept->kept);
	return rc;
}

void sys_links_forget(struct sys_kept *kept)
{
	if (!kept)
		return;
	kept_done(&kept->kept);
	free(kept->link);
	free(kept);
}

int sys_links_keep(char *const *names, struct sys_kept **ret)
{
	struct sys_kept *kept = calloc(1, sizeof(*kept));
	size_t count = 0;

	while (names[count])
		count++;
	if (!kept)
		return -ENOMEM;
	kept->link = calloc(count + 1, sizeof(*kept->link));
	if (!kept->link) {
		sys_links_forget(kept);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		kept->link[i].index = if_nametoindex(names[i]);
		kept->link[i].asks_routers = asks_routers(names[i]);
	}
	kept->kept.link = kept->link;
	kept->kept.links = count;
	kept->rc = keep(kept);
	*ret = kept;
	return 0;
}

/* Asks for one change, and waits for the answer. */
static int change(int fd, uint8_t *buffer, struct kx_span request, uint16_t type)
{
	static uint32_t seq = UINT32_C(1) << 31;
	_cleanup_free_ uint8_t *copy = malloc(request.len);
	struct kx_span part = { NULL, 0 }, message;
	struct nlmsghdr head;
	int rc;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, request.base, request.len);
	memcpy(&head, copy, sizeof(head));
	/* What makes a new thing has other meanings where one is removed. */
	if (head.nlmsg_type != type)
		head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	head.nlmsg_type = type;
	head.nlmsg_seq = ++seq;
	memcpy(copy, &head, sizeof(head));
	rc = send_request(fd, copy, request.len);
	while (rc == 0) {
		rc = receive(fd, buffer, &part);
		while (rc == 0 && next_message(&part, &head, &message)) {
			if (head.nlmsg_seq == seq && head.nlmsg_type == NLMSG_ERROR)
				return code_of(message);
		}
	}
	return rc;
}

static uint16_t type_of(struct kx_span request)
{
	struct nlmsghdr head;

	memcpy(&head, request.base, sizeof(head));
	return head.nlmsg_type;
}

/* A request that is done has 1 for its sender, which no kernel looks at. */
static uint8_t *done_mark(struct kept *kept, struct kx_span request)
{
	return kept->bytes + (request.base - kept->bytes) + offsetof(struct nlmsghdr, nlmsg_pid);
}

/*
 * Asks once for all that is not done, of @type unless that is 0.
 * Return: how many more are done now; *@failed is the errno of the first that is not.
 */
static size_t put_back(int fd, uint8_t *buffer, struct kept *kept, uint16_t type, int *failed)
{
	struct kx_span request;
	size_t done = 0;

	*failed = 0;
	for (size_t at = 0; kept_at(kept, &at, &request);) {
		uint8_t *mark = done_mark(kept, request);
		int rc;

		if (*mark || (type && type_of(request) != type))
			continue;
		rc = change(fd, buffer, request, type_of(request));
		if (rc == 0 || rc == -EEXIST) {
			*mark = 1;
			done++;
		} else if (*failed == 0) {
			*failed = rc;
		}
	}
	return done;
}

/* What the kernel made of its own when a link went up, and had been removed before. */
static void remove_surplus(int fd, uint8_t *buffer, const struct kept *before)
{
	struct kept now = { .link = before->link, .links = before->links };
	struct kx_span request;

	if (dump_all(fd, buffer, &now) == 0) {
		for (size_t at = 0; kept_at(&now, &at, &request);) {
			uint16_t removal = type_of(request) == RTM_NEWADDR ? RTM_DELADDR :
									     RTM_DELROUTE;

			if (kept_surplus(before, request))
				change(fd, buffer, request, removal);
		}
	}
	kept_done(&now);
}

/* Are all interfaces ready that were? What cannot be found out is not worth waiting for. */
static bool ready(int fd, uint8_t *buffer, const struct sys_kept *kept)
{
	_cleanup_free_ struct kept_link *link = calloc(kept->kept.links + 1, sizeof(*link));
	struct kept now = { .link = link, .links = kept->kept.links };

	if (!link)
		return true;
	memcpy(link, kept->link, now.links * sizeof(*link));
	if (dump(fd, &link_dump, buffer, &now) < 0)
		return true;
	for (size_t i = 0; i < now.links; i++) {
		if (kept->link[i].ready && !link[i].ready)
			return false;
	}
	return true;
}

int sys_links_restore(struct sys_kept *kept)
{
	_cleanup_free_ uint8_t *buffer = malloc(PART);
	_cleanup_fd_ int fd = route_socket();
	int rc = 0;

	if (!buffer || fd < 0)
		return fd < 0 ? fd : -ENOMEM;
	for (int i = 0; i < SETTLE_STEPS && !ready(fd, buffer, kept); i++)
		nanosleep(&settle_step, NULL);
	/* Routes come with addresses, too, and may be in the way of those that replaced them. */
	put_back(fd, buffer, &kept->kept, RTM_NEWADDR, &rc);
	if (kept->rc == 0)
		remove_surplus(fd, buffer, &kept->kept);
	for (int i = 0; i < SETTLE_STEPS; i++) {
		/* Routes through a gateway want the route to it, in whatever order they came. */
		while (put_back(fd, buffer, &kept->kept, 0, &rc) > 0 && rc < 0)
			;
		if (rc == 0)
			break;
		nanosleep(&settle_step, NULL);
	}
	return rc < 0 ? rc : kept->rc;
}
