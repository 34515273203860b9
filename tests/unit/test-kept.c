/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of interfaces that go down, from messages of any content. */
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "kexec/kept.h"
#include "tests/unit/kxtest.h"

enum { OURS = 7, OTHER = 8, AN_INET = 2, AN_INET6 = 10 };
enum { NEXTHOP_ID_ATTRIBUTE = 30, NEW_NEXTHOP = 104 };

/* A message that is written from left to right. */
struct message {
	uint8_t bytes[512];
	size_t len;
};

static struct message message(uint16_t type, const void *body, size_t len)
{
	struct nlmsghdr head = { .nlmsg_len = (uint32_t)(sizeof(head) + len), .nlmsg_type = type };
	struct message m = { .len = sizeof(head) + len };

	memcpy(m.bytes, &head, sizeof(head));
	memcpy(m.bytes + sizeof(head), body, len);
	return m;
}

static void attribute(struct message *m, uint16_t type, const void *value, size_t len)
{
	struct rtattr head = { .rta_len = (uint16_t)(sizeof(head) + len), .rta_type = type };

	memcpy(m->bytes + m->len, &head, sizeof(head));
	memcpy(m->bytes + m->len + sizeof(head), value, len);
	m->len += RTA_ALIGN(sizeof(head) + len);
	memcpy(m->bytes, &(uint32_t){ (uint32_t)m->len }, 4);
}

static void attribute_number(struct message *m, uint16_t type, uint32_t value)
{
	attribute(m, type, &value, sizeof(value));
}

static struct message route(uint8_t family, uint8_t protocol, uint32_t link)
{
	struct rtmsg body = { .rtm_family = family, .rtm_protocol = protocol, .rtm_table = 254,
			      .rtm_type = RTN_UNICAST,
			      .rtm_flags = RTNH_F_LINKDOWN | RTNH_F_ONLINK };
	struct message m = message(RTM_NEWROUTE, &body, sizeof(body));

	if (link)
		attribute_number(&m, RTA_OIF, link);
	return m;
}

static struct kept_link link_ours;

static struct kept nothing(void)
{
	link_ours = (struct kept_link){ .index = OURS };
	return (struct kept){ .link = &link_ours, .links = 1 };
}

static int add(struct kept *kept, const struct message *m, size_t len)
{
	/* On the heap, where the sanitizer sees each byte beyond. */
	uint8_t *bytes = malloc(len + 1);
	int rc;

	assert_non_null(bytes);
	memcpy(bytes, m->bytes, len);
	bytes = realloc(bytes, len ? len : 1);
	rc = kept_add(kept, (struct kx_span){ bytes, len });
	free(bytes);
	return rc;
}

/* Is it kept? Forgets it again. */
static bool keeps(struct kept *kept, const struct message *m)
{
	size_t before = kept->len;
	bool more;

	assert_int_equal(add(kept, m, m->len), 0);
	more = kept->len > before;
	kept->len = before;
	return more;
}

TEST(a_route_becomes_a_request)
{
	struct kept kept = nothing();
	struct message m = route(AN_INET, RTPROT_STATIC, OURS);
	struct kx_span request;
	struct nlmsghdr head;
	struct rtmsg body;
	size_t at = 0;

	attribute_number(&m, RTA_CACHEINFO, 0);
	assert_int_equal(add(&kept, &m, m.len), 0);
	assert_true(kept_at(&kept, &at, &request));
	assert_false(kept_at(&kept, &at, &(struct kx_span){ 0 }));
	memcpy(&head, request.base, sizeof(head));
	memcpy(&body, request.base + sizeof(head), sizeof(body));
	/* Without the state, and without what a request may not have. */
	assert_int_equal(head.nlmsg_len, sizeof(head) + sizeof(body) + 8);
	assert_int_equal(head.nlmsg_len, request.len);
	assert_int_equal(head.nlmsg_type, RTM_NEWROUTE);
	assert_int_equal(head.nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND);
	assert_int_equal(body.rtm_flags, RTNH_F_ONLINK);
	kept_done(&kept);
}

/* Heap that was somebody else's is nothing for the kernel. */
TEST(what_pads_a_request_is_zero)
{
	static const uint8_t wanted[4] = { 'a' };
	struct kept kept = nothing();
	struct message m = route(AN_INET, RTPROT_STATIC, OURS);
	struct kx_span request;
	size_t at = 0;

	attribute(&m, RTA_PREFSRC, "a", 1);
	assert_int_equal(add(&kept, &m, m.len), 0);
	assert_true(kept_at(&kept, &at, &request));
	assert_memory_equal(request.base + request.len - 4, wanted, sizeof(wanted));
	kept_done(&kept);
}

/* A request says seconds (RTA_EXPIRES, 23), a dump hundredths of them; less than one is one. */
TEST(a_route_keeps_the_rest_of_its_time)
{
	static const uint32_t ticks[] = { 0, 1, 100, 101, 500, 59999 };
	static const uint32_t seconds[] = { 0, 1, 1, 2, 5, 600 };

	for (size_t i = 0; i < 6; i++) {
		const uint32_t cacheinfo[8] = { 0, 0, ticks[i] };
		const struct rtattr head = { .rta_len = 8, .rta_type = 23 };
		struct message m = route(AN_INET6, RTPROT_STATIC, OURS);
		size_t at = 0, plain = sizeof(struct nlmsghdr) + sizeof(struct rtmsg) + 8;
		struct kept kept = nothing();
		struct kx_span request;

		attribute(&m, RTA_CACHEINFO, cacheinfo, sizeof(cacheinfo));
		assert_int_equal(add(&kept, &m, m.len), 0);
		assert_true(kept_at(&kept, &at, &request));
		assert_int_equal(request.len, plain + (seconds[i] ? 8 : 0));
		if (seconds[i]) {
			assert_memory_equal(request.base + plain, &head, sizeof(head));
			assert_memory_equal(request.base + plain + 4, &seconds[i], 4);
		}
		kept_done(&kept);
		assert_null(kept.bytes);
	}
}

TEST(only_what_goes_down_and_stays_away_is_kept)
{
	struct kept kept = nothing();
	struct message m = route(AN_INET, RTPROT_STATIC, OTHER);
	uint32_t expires[8] = { 0, 0, 500 };

	assert_false(keeps(&kept, &m));
	m = route(AN_INET, RTPROT_STATIC, 0);
	assert_false(keeps(&kept, &m));
	m = route(28 /* AF_MPLS */, RTPROT_STATIC, OURS);
	assert_false(keeps(&kept, &m));
	m = route(AN_INET, RTPROT_KERNEL, OURS);
	assert_true(keeps(&kept, &m));
	m.bytes[sizeof(struct nlmsghdr) + offsetof(struct rtmsg, rtm_type)] = RTN_LOCAL;
	assert_false(keeps(&kept, &m));
	/* What a router said. */
	m = route(AN_INET6, RTPROT_RA, OURS);
	assert_true(keeps(&kept, &m));
	link_ours.asks_routers = true;
	assert_false(keeps(&kept, &m));
	m = route(AN_INET6, RTPROT_KERNEL, OURS);
	assert_true(keeps(&kept, &m));
	attribute(&m, RTA_CACHEINFO, expires, sizeof(expires));
	assert_false(keeps(&kept, &m));
	kept_done(&kept);
}

TEST(addresses_and_neighbours)
{
	struct kept kept = nothing();
	struct ifaddrmsg address = { .ifa_family = AN_INET6, .ifa_index = OURS };
	struct ndmsg neighbour = { .ndm_family = AN_INET, .ndm_ifindex = OURS,
				   .ndm_state = NUD_PERMANENT };
	struct message m = message(RTM_NEWADDR, &address, sizeof(address));

	assert_true(keeps(&kept, &m));
	address.ifa_family = AN_INET;
	m = message(RTM_NEWADDR, &address, sizeof(address));
	assert_false(keeps(&kept, &m));
	m = message(RTM_NEWNEIGH, &neighbour, sizeof(neighbour));
	assert_true(keeps(&kept, &m));
	neighbour.ndm_state = NUD_REACHABLE;
	m = message(RTM_NEWNEIGH, &neighbour, sizeof(neighbour));
	assert_false(keeps(&kept, &m));
	kept_done(&kept);
}

TEST(nexthops_take_their_groups_and_routes_along)
{
	static const uint8_t head[8] = { AN_INET };
	static const uint32_t members[] = { 4, 0, 5, 0 };
	struct kept kept = nothing();
	struct message group = message(NEW_NEXTHOP, head, sizeof(head)),
		       hop = message(NEW_NEXTHOP, head, sizeof(head)),
		       by_number = route(AN_INET, RTPROT_STATIC, 0);

	attribute_number(&group, 1, 6);
	attribute(&group, 2, members, sizeof(members));
	attribute_number(&hop, 1, 5);
	attribute_number(&hop, 5, OURS);
	attribute_number(&by_number, NEXTHOP_ID_ATTRIBUTE, 6);
	assert_false(keeps(&kept, &group));
	assert_int_equal(add(&kept, &hop, hop.len), 0);
	assert_false(keeps(&kept, &hop));
	assert_false(keeps(&kept, &by_number));
	assert_int_equal(add(&kept, &group, group.len), 0);
	assert_true(keeps(&kept, &by_number));
	kept_done(&kept);
}

static struct message many_ways(void)
{
	struct rtnexthop hop[2] = {
		{ .rtnh_len = sizeof(hop[0]), .rtnh_flags = RTNH_F_DEAD, .rtnh_ifindex = OTHER },
		{ .rtnh_len = sizeof(hop[0]), .rtnh_flags = RTNH_F_ONLINK, .rtnh_ifindex = OURS },
	};
	struct message m = route(AN_INET, RTPROT_STATIC, 0);

	attribute(&m, RTA_MULTIPATH, hop, sizeof(hop));
	return m;
}

TEST(hostile_lengths_end_at_once)
{
	struct kept kept = nothing();
	struct message whole[] = { many_ways(), route(AN_INET6, RTPROT_STATIC, OURS) };

	assert_true(keeps(&kept, &whole[0]));
	for (size_t i = 0; i < 2; i++) {
		for (size_t len = 0; len < whole[i].len; len++) {
			int rc = add(&kept, &whole[i], len);

			assert_true(rc == 0 || rc == -EBADMSG);
		}
		kept.len = 0;
		for (size_t at = sizeof(struct nlmsghdr); at < whole[i].len; at++) {
			for (unsigned int value = 0; value < 256; value++) {
				struct message m = whole[i];
				int rc;

				m.bytes[at] = (uint8_t)value;
				rc = add(&kept, &m, m.len);
				assert_true(rc == 0 || (rc == -EBADMSG && kept.len == 0));
				kept.len = 0;
			}
		}
	}
	kept_done(&kept);
}

TEST(a_hop_without_length_is_refused_and_leaves_nothing)
{
	struct kept kept = nothing();
	struct message m = many_ways();

	/* The second one, after which nothing is known to be a hop. */
	attribute_number(&m, RTA_OIF, OURS);
	m.bytes[sizeof(struct nlmsghdr) + sizeof(struct rtmsg) + 4 + sizeof(struct rtnexthop)] = 0;
	assert_int_equal(add(&kept, &m, m.len), -EBADMSG);
	assert_int_equal(kept.len, 0);
	kept_done(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_becomes_a_request),
		cmocka_unit_test(what_pads_a_request_is_zero),
		cmocka_unit_test(a_route_keeps_the_rest_of_its_time),
		cmocka_unit_test(only_what_goes_down_and_stays_away_is_kept),
		cmocka_unit_test(addresses_and_neighbours),
		cmocka_unit_test(nexthops_take_their_groups_and_routes_along),
		cmocka_unit_test(hostile_lengths_end_at_once),
		cmocka_unit_test(a_hop_without_length_is_refused_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
