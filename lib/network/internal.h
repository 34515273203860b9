/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder have in common. */
#ifndef LIB_NETWORK_INTERNAL_H
#define LIB_NETWORK_INTERNAL_H

#include "kx/network.h"
#include "lib/network/view.h"

/* Paths below /sys/devices, and those of files of an interface. */
enum { PATH_LEN = 512 };

/**
 * device_bus() - where the device of an interface is
 * @to: its path below /sys/devices, without the numbers that the kernel counts in the order in
 *	which it finds devices; "" for an interface that has none
 */
void device_bus(const char *root, const char *name, char to[PATH_LEN]);

/** device_has() - has the interface such a file in /sys? */
bool device_has(const char *root, const char *name, const char *file);

/**
 * device_mac() - the address that the hardware came with
 * @any: the present one will do
 *
 * Return: one that is not @known where the kernel made it up or somebody set it.
 */
struct mac device_mac(const char *root, const struct link *link, bool any);

/**
 * record_way() - kx_network_record() of what the kernel told: @view, and in it the way to @server
 *
 * Return: as there.
 */
int record_way(struct kx_capture_plan *plan, const struct kx_network_question *question,
	       const struct ip *server, const struct view *view, struct kx_err *err);

/** struct route - a route of the plan; @gateway, @source: family 0: there is none */
struct route {
	struct ip to, gateway, source;
	uint8_t prefix;
};

/** address_parse() - ADDRESS/PREFIX; false: it is none */
bool address_parse(const char *text, struct ip *ret, uint8_t *ret_prefix);

/** route_parse() - a route as the plan has it; false: it is none */
bool route_parse(const char *text, struct route *ret);

/** neighbour_parse() - ADDRESS MAC; false: it is none */
bool neighbour_parse(const char *text, struct ip *ret, struct mac *ret_mac);

/**
 * struct up - the network while it is made
 * @index: of each interface of the plan, 0: not there, or given up
 * @usable: there is one with an address; @failed, @first: of what failed first
 */
struct up {
	const struct kx_capture_plan *plan;
	const struct kx_network_way *way;
	int fd;
	struct view view;
	uint32_t *index;
	bool usable;
	int failed;
	struct kx_err first, *err;
};

/** up_say() - a line for who looks */
void up_say(const struct up *up, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** up_note() - what @up->err says is said, and kept if it is the first; others may do without */
void up_note(struct up *up, int rc);

/** up_first() - the first failure that was noted, with its reason; Return: its errno */
int up_first(struct up *up);

/** up_find() - the place in the plan of the interface @name; false: there is none */
bool up_find(const struct up *up, const char *name, size_t *ret);

/** up_physical() - wait for the plan's physical interfaces; 0, or negative errno of asking */
int up_physical(struct up *up);

/** up_link() - the plan's interface @i as it was, but for addresses, and not yet up */
int up_link(struct up *up, size_t i);

/**
 * up_bond_option() - have the interface @bond do as @option says, NAME=VALUE as /sys has them
 *
 * Linux, Documentation/networking/bonding.rst. What this kernel does not take it does without,
 * which is said.
 */
void up_bond_option(struct up *up, const char *bond, const char *option);

/** up_start() - switch it on */
int up_start(struct up *up, size_t i);

/** up_carrier() - wait until one of those that have addresses has a link; 0 or -ENOLINK */
int up_carrier(struct up *up);

#endif
