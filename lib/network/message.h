/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to and from the kernel's network side: rtnetlink(7), and linux/netlink.h's layouts. */
#ifndef LIB_NETWORK_MESSAGE_H
#define LIB_NETWORK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/span.h"

/* All that we ask for fits by far; what would not is refused by message_ok(). */
enum { MESSAGE_MAX = 1024 };

/**
 * struct message - a request that is being made
 * @full: something did not fit
 */
struct message {
	_Alignas(8) uint8_t bytes[MESSAGE_MAX];
	size_t len;
	bool full;
};

/** message_begin() - a request of @type (RTM_...) and @flags (NLM_F_...) with its fixed part */
void message_begin(struct message *m, uint16_t type, uint16_t flags, const void *head, size_t len);

/** message_put() - one more attribute */
void message_put(struct message *m, uint16_t type, const void *from, size_t len);

/** message_put_number() - an attribute of 32 bits, in this machine's order */
void message_put_number(struct message *m, uint16_t type, uint32_t number);

/** message_nest() - an attribute made of those that follow; its place, for message_unnest() */
size_t message_nest(struct message *m, uint16_t type);

/** message_unnest() - it ends here */
void message_unnest(struct message *m, size_t place);

/** struct attribute - one that came; @type without flags */
struct attribute {
	uint16_t type;
	struct kx_span value;
};

/**
 * message_attribute() - take the next attribute off @rest
 *
 * Return: false at the end, or where what is left is none.
 */
bool message_attribute(struct kx_span *rest, struct attribute *ret);

/** message_number() - the number of @width bytes at offset @off in this machine's order */
bool message_number(struct kx_span s, uint64_t off, unsigned int width, uint64_t *ret);

/** struct reply - one message that came; @body without its header */
struct reply {
	uint16_t type, flags;
	struct kx_span body;
};

/**
 * message_reply() - take the next message off @rest, which is what one read gave
 *
 * Return: false at the end, or where what is left is none.
 */
bool message_reply(struct kx_span *rest, struct reply *ret);

#endif
