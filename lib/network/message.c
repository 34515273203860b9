/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes requests and takes replies apart; sends nothing. */
#include <linux/netlink.h>
#include <string.h>

#include "kx/span.h"
#include "lib/network/message.h"

/* Headers, attributes and their values begin at multiples of this. */
enum { ALIGN = 4 };

static size_t aligned(size_t len)
{
	return (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Room for @len bytes, which are zeros; NULL, and the message is no good, when there is none. */
static uint8_t *more(struct message *m, size_t len)
{
	size_t at = aligned(m->len);

	if (len > sizeof(m->bytes) || aligned(len) > sizeof(m->bytes) - at) {
		m->full = true;
		return NULL;
	}
	m->len = at + len;
	return m->bytes + at;
}

static void set_length(struct message *m)
{
	uint32_t len = (uint32_t)m->len;

	memcpy(m->bytes + offsetof(struct nlmsghdr, nlmsg_len), &len, sizeof(len));
}

void message_begin(struct message *m, uint16_t type, uint16_t flags, const void *head, size_t len)
{
	struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = flags | NLM_F_REQUEST };
	uint8_t *to;

	memset(m, 0, sizeof(*m));
	memcpy(more(m, sizeof(header)), &header, sizeof(header));
	to = more(m, len);
	if (to)
		memcpy(to, head, len);
	set_length(m);
}

void message_put(struct message *m, uint16_t type, const void *from, size_t len)
{
	struct nlattr header = { .nla_len = (uint16_t)(sizeof(header) + len), .nla_type = type };
	uint8_t *to = more(m, sizeof(header) + len);

	if (!to)
		return;
	memcpy(to, &header, sizeof(header));
	if (len)
		memcpy(to + sizeof(header), from, len);
	set_length(m);
}

void message_put_number(struct message *m, uint16_t type, uint32_t number)
{
	message_put(m, type, &number, sizeof(number));
}

size_t message_nest(struct message *m, uint16_t type)
{
	size_t place = aligned(m->len);

	message_put(m, type | NLA_F_NESTED, NULL, 0);
	return place;
}

void message_unnest(struct message *m, size_t place)
{
	uint16_t len = (uint16_t)(m->len - place);

	if (!m->full)
		memcpy(m->bytes + place + offsetof(struct nlattr, nla_len), &len, sizeof(len));
}

bool message_number(struct kx_span s, uint64_t off, unsigned int width, uint64_t *ret)
{
	return kx_span_get(s, off, width, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, ret);
}

/* What is left behind the first @len bytes and what aligns the next. */
static void advance(struct kx_span *rest, size_t len)
{
	size_t step = aligned(len);

	if (step > rest->len)
		step = rest->len;
	kx_span_slice(*rest, step, rest->len - step, rest);
}

bool message_attribute(struct kx_span *rest, struct attribute *ret)
{
	uint64_t len, type;

	if (!message_number(*rest, offsetof(struct nlattr, nla_len), 2, &len) ||
	    !message_number(*rest, offsetof(struct nlattr, nla_type), 2, &type) ||
	    len < sizeof(struct nlattr) ||
	    !kx_span_slice(*rest, sizeof(struct nlattr), len - sizeof(struct nlattr), &ret->value))
		return false;
	ret->type = (uint16_t)(type & NLA_TYPE_MASK);
	advance(rest, len);
	return true;
}

bool message_reply(struct kx_span *rest, struct reply *ret)
{
	uint64_t len, type, flags;

	if (!message_number(*rest, offsetof(struct nlmsghdr, nlmsg_len), 4, &len) ||
	    !message_number(*rest, offsetof(struct nlmsghdr, nlmsg_type), 2, &type) ||
	    !message_number(*rest, offsetof(struct nlmsghdr, nlmsg_flags), 2, &flags) ||
	    len < sizeof(struct nlmsghdr) ||
	    !kx_span_slice(*rest, sizeof(struct nlmsghdr), len - sizeof(struct nlmsghdr),
			   &ret->body))
		return false;
	ret->type = (uint16_t)type;
	ret->flags = (uint16_t)flags;
	advance(rest, len);
	return true;
}
