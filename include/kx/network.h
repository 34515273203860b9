/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network as it was. In the running system kx_network_record() writes into the capture plan how
 * a server is reached now, since what works now is what has to work after a crash; there
 * kx_network_up() makes the same of what the kernel has found. Both ask the kernel by rtnetlink(7)
 * and need no other program.
 *
 * Interfaces are known by their permanent hardware address and the place of their device, never by
 * name: names come from udev, which is not there. What is above physical ones and carries no data
 * of other machines after a crash (bridges, Open vSwitch, teams, macvlan) is left out: the address
 * goes to the port below. What cannot be had without other programs is refused by name.
 */
#ifndef KX_NETWORK_H
#define KX_NETWORK_H

#include "kx/capture.h"
#include "kx/error.h"

/**
 * struct kx_network_question - how is a server reached?
 * @root: where /sys is, "/" but in tests
 * @server: its address, numerical
 * @dhcp: the crash kernel shall ask for its own address, if @server has one of IPv4; DHCP of IPv6
 *	is not spoken, and what the running system has is taken
 * @virtual_links: for tests: interfaces without a device are taken as physical ones
 */
struct kx_network_question {
	const char *root, *server;
	bool dhcp, virtual_links;
};

/**
 * kx_network_record() - add to @plan the interfaces, the address and the route by which @server is
 *	reached; what the plan has already it gets no second time
 *
 * Return: 0; -EINVAL @server is no numerical address; -EHOSTUNREACH there is no route; -ENOTSUP it
 * goes by something that a crash kernel cannot make, which @err names; -ENOMEM; negative errno of
 * asking the kernel.
 */
int kx_network_record(struct kx_capture_plan *plan, const struct kx_network_question *question,
		      struct kx_err *err);

/**
 * struct kx_network_way - how it is made
 * @root: where /sys and /proc are, "/" but in tests
 * @log: gets lines about what is done and what could not be, without newline; may be NULL
 * @appear, @carrier, @lease: seconds that may pass until interfaces are there, until they have a
 *	link, until DHCP servers answered; 0: 20, 45, 60. While none is there it is thrice @appear.
 * @alone: of each bond one interface alone, for where the other side does not play its part
 * @virtual_links: as in struct kx_network_question
 */
struct kx_network_way {
	const char *root;
	void (*log)(void *data, const char *text);
	void *data;
	unsigned int appear, carrier, lease;
	bool alone, virtual_links;
};

/**
 * kx_network_up() - make the plan's interfaces, addresses and routes; those that are there are kept
 *
 * It may be called again, also with another @alone. What fails is said, and goes with no other
 * interface: which of them a target needs is for its connection to show.
 *
 * Return: 0 there is one with an address; if there is none, what failed first: -ENODEV no interface
 * of the plan is there; -ENOLINK none has a link; -ETIMEDOUT no DHCP server answered; -EINVAL the
 * plan says nonsense; -ENOMEM; negative errno of what the kernel refused. @err says which.
 */
int kx_network_up(const struct kx_capture_plan *plan, const struct kx_network_way *way,
		  struct kx_err *err);

/** kx_network_may_differ() - may there be more of it the next time, or with @alone? */
bool kx_network_may_differ(const struct kx_capture_plan *plan);

/**
 * kx_network_connect() - a TCP connection to a numerical address
 * @seconds: that may pass
 *
 * Return: a descriptor for the caller to close; -EINVAL no address or port; -ETIMEDOUT; negative
 * errno of connect(2). @err names server and reason.
 */
int kx_network_connect(const char *server, uint64_t port, unsigned int seconds, struct kx_err *err);

/**
 * kx_network_tell() - a UDP datagram to a numerical address; whether it arrives nobody knows
 *
 * Return: 0; -EINVAL no address or port; negative errno of sendto(2). @err names server and reason.
 */
int kx_network_tell(const char *server, uint64_t port, const void *bytes, size_t size,
		    struct kx_err *err);

#endif
