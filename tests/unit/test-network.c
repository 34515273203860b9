/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a server is reached becomes lines of a capture plan: machines made of the kernel's messages
 * and of /sys. tests/net/network.sh asks a real kernel, but hardly one with bonds.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/network/internal.h"
#include "lib/network/message.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

/* Two cards, one of which has got another address. */
#define CARDS                                                                                      \
	"== sys/class/net/eth0 -> ../../devices/pci0000:00/0000:00:03.0/virtio7/net/eth0\n"        \
	"== sys/devices/pci0000:00/0000:00:03.0/virtio7/net/eth0/addr_assign_type = 0\n"           \
	"== sys/class/net/eth1 -> ../../devices/pci0000:00/0000:00:04.0/net/eth1\n"                \
	"== sys/devices/pci0000:00/0000:00:04.0/net/eth1/addr_assign_type = 3\n"

/** struct made - an interface as it is to be told; @permanent: 0: not told */
struct made {
	const char *name, *kind;
	uint32_t index, lower, master;
	uint16_t type, vlan, protocol;
	uint8_t mac, permanent;
};

static void take(struct view *view, const struct message *m)
{
	struct kx_err err = { "" };

	assert_false(m->full);
	assert_int_equal(view_take(view, (struct kx_span){ m->bytes, m->len }, &err), 0);
}

static void put_kind(struct message *m, const struct made *made)
{
	size_t info = message_nest(m, IFLA_LINKINFO), data;
	uint16_t protocol = htons(made->protocol);

	message_put(m, IFLA_INFO_KIND, made->kind, strlen(made->kind));
	if (made->vlan) {
		data = message_nest(m, IFLA_INFO_DATA);
		message_put(m, IFLA_VLAN_PROTOCOL, &protocol, 2);
		message_put(m, IFLA_VLAN_ID, &made->vlan, 2);
		message_unnest(m, data);
	}
	message_unnest(m, info);
}

static void add(struct view *view, struct made made)
{
	const struct ifinfomsg head = {
		.ifi_type = made.type ? made.type : ARPHRD_ETHER,
		.ifi_index = (int)made.index,
	};
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, made.mac };
	const uint8_t permanent[6] = { 2, 0, 0, 0, 0, made.permanent };
	struct message m;

	message_begin(&m, RTM_NEWLINK, 0, &head, sizeof(head));
	message_put(&m, IFLA_IFNAME, made.name, strlen(made.name) + 1);
	message_put_number(&m, IFLA_MTU, 9000);
	message_put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	if (made.permanent)
		message_put(&m, IFLA_PERM_ADDRESS, permanent, sizeof(permanent));
	if (made.lower)
		message_put_number(&m, IFLA_LINK, made.lower);
	if (made.master)
		message_put_number(&m, IFLA_MASTER, made.master);
	if (made.kind)
		put_kind(&m, &made);
	take(view, &m);
}

static void add_neighbour(struct view *view, int family, uint32_t index, const char *ip,
			  uint8_t last)
{
	const struct ndmsg head = { .ndm_family = (uint8_t)family, .ndm_ifindex = (int)index };
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, last };
	struct message m;
	struct ip to;

	message_begin(&m, RTM_NEWNEIGH, 0, &head, sizeof(head));
	if (ip && ip_parse(ip, &to))
		message_put(&m, NDA_DST, to.byte, ip_len(&to));
	message_put(&m, NDA_LLADDR, mac, sizeof(mac));
	take(view, &m);
}

/* 192.0.2.2/24 on @index, and by 192.0.2.1 to all others. */
static void add_way(struct view *view, uint32_t index)
{
	const struct ifaddrmsg head = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_index = index,
	};
	const struct rtmsg route = { .rtm_family = AF_INET, .rtm_type = RTN_UNICAST };
	const uint8_t own[4] = { 192, 0, 2, 2 }, gateway[4] = { 192, 0, 2, 1 };
	struct message m;

	message_begin(&m, RTM_NEWADDR, 0, &head, sizeof(head));
	message_put(&m, IFA_LOCAL, own, 4);
	take(view, &m);
	message_begin(&m, RTM_NEWROUTE, 0, &route, sizeof(route));
	message_put_number(&m, RTA_OIF, index);
	message_put(&m, RTA_GATEWAY, gateway, 4);
	message_put(&m, RTA_PREFSRC, own, 4);
	take(view, &m);
}

/* What the plan gets for 198.51.100.7; the text is for free(), NULL: it was refused, see @err. */
static char *recorded(const char *root, struct view *view, struct kx_err *err)
{
	struct folder folder = folder_of(root);
	const struct kx_network_question question = {
		.root = folder.path,
		.server = "198.51.100.7",
	};
	struct kx_capture_plan plan = { 0 };
	char *text = NULL, *links = NULL;
	struct ip server;
	size_t len;

	err->text[0] = '\0';
	assert_true(ip_parse(question.server, &server));
	if (record_way(&plan, &question, &server, view, err) == 0) {
		/* A second time nothing is added. */
		assert_int_equal(record_way(&plan, &question, &server, view, err), 0);
		assert_int_equal(kx_capture_write(&plan, &text, &len, err), 0);
		links = strdup(strstr(text, "[link]"));
		assert_non_null(links);
	} else {
		assert_int_equal(plan.n_links, 0);
	}
	free(text);
	kx_capture_done(&plan);
	view_done(view);
	folder_remove(&folder);
	return links;
}

static void assert_recorded(const char *root, struct view *view, const char *expected)
{
	struct kx_err err;
	char *text = recorded(root, view, &err);

	if (!text)
		fail_msg("%s", err.text);
	assert_string_equal(text, expected);
	free(text);
}

static void assert_refused(const char *root, struct view *view, const char *says)
{
	struct kx_err err;
	char *text = recorded(root, view, &err);

	assert_null(text);
	assert_says(&err, says);
}

TEST(a_card_is_known_by_its_own_address_and_place)
{
	struct view view = { 0 };

	add(&view, (struct made){ .name = "eth0", .index = 2, .mac = 1 });
	add_way(&view, 2);
	add_neighbour(&view, AF_INET, 2, "192.0.2.1", 0xee);
	add_neighbour(&view, AF_INET, 2, "192.0.2.9", 0xef);
	assert_recorded(CARDS, &view,
			"[link]\nname eth0\nkind physical\nmac 02:00:00:00:00:01\n"
			"bus pci0000:00/0000:00:03.0\nvlan 0\nmtu 9000\naddress 192.0.2.2/24\n"
			"route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n"
			"neighbour 192.0.2.1 02:00:00:00:00:ee\n");
	/* One that was set is not its own, unless the kernel tells that. */
	add(&view, (struct made){ .name = "eth1", .index = 2, .mac = 1 });
	add_way(&view, 2);
	assert_recorded(CARDS, &view,
			"[link]\nname eth1\nkind physical\nbus pci0000:00/0000:00:04.0\n"
			"hardware 02:00:00:00:00:01\nvlan 0\nmtu 9000\naddress 192.0.2.2/24\n"
			"route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n");
	add(&view, (struct made){ .name = "eth1", .index = 2, .mac = 1, .permanent = 9 });
	add_way(&view, 2);
	assert_recorded(CARDS, &view,
			"[link]\nname eth1\nkind physical\nmac 02:00:00:00:00:09\n"
			"bus pci0000:00/0000:00:04.0\nhardware 02:00:00:00:00:01\nvlan 0\n"
			"mtu 9000\naddress 192.0.2.2/24\n"
			"route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n");
}

TEST(a_vlan_on_a_bond_of_two_cards_is_written_from_below)
{
	struct view view = { 0 };

	add(&view, (struct made){ .name = "bond0.5", .kind = "vlan", .index = 9, .lower = 8,
				  .mac = 1, .vlan = 5, .protocol = ETH_P_8021Q });
	add(&view, (struct made){ .name = "bond0", .kind = "bond", .index = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth0", .index = 2, .master = 8, .mac = 1,
				  .permanent = 1 });
	add(&view, (struct made){ .name = "eth1", .index = 3, .master = 8, .mac = 1,
				  .permanent = 2 });
	add_way(&view, 9);
	assert_recorded(CARDS
			"== sys/class/net/bond0/bonding/mode = 802.3ad 4\n"
			"== sys/class/net/bond0/bonding/miimon = 100\n"
			"== sys/class/net/bond0/bonding/lacp_rate = fast 1\n"
			"== sys/class/net/bond0/bonding/ad_select = stable 0\n"
			"== sys/class/net/bond0/bonding/arp_missed_max = 2\n"
			"== sys/class/net/bond0/bonding/ad_actor_sys_prio = 65535\n"
			"== sys/class/net/bond0/bonding/ad_actor_system = 00:00:00:00:00:00\n"
			"== sys/class/net/bond0/bonding/updelay = 0\n"
			"== sys/class/net/bond0/bonding/arp_interval = 0\n"
			"== sys/class/net/bond0/bonding/arp_ip_target = \n"
			"== sys/class/net/bond0/bonding/arp_validate = none 0\n"
			"== sys/class/net/bond0/bonding/active_slave = eth1\n",
			&view,
			"[link]\nname eth1\nkind physical\nmac 02:00:00:00:00:02\n"
			"bus pci0000:00/0000:00:04.0\nvlan 0\nmtu 9000\n"
			"\n[link]\nname eth0\nkind physical\nmac 02:00:00:00:00:01\n"
			"bus pci0000:00/0000:00:03.0\nvlan 0\nmtu 9000\n"
			"\n[link]\nname bond0\nkind bond\nhardware 02:00:00:00:00:01\nlower eth1\n"
			"lower eth0\nvlan 0\nbond mode=802.3ad\nbond miimon=100\n"
			"bond lacp_rate=fast\nmtu 9000\n"
			"\n[link]\nname bond0.5\nkind vlan\nlower bond0\nvlan 5\nmtu 9000\n"
			"address 192.0.2.2/24\n"
			"route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n");
}

TEST(a_vlan_has_the_address_of_what_it_lies_on_or_its_own)
{
	struct view view = { 0 };

	add(&view, (struct made){ .name = "storage", .kind = "vlan", .index = 9, .lower = 2,
				  .mac = 7, .vlan = 5, .protocol = ETH_P_8021Q });
	add(&view, (struct made){ .name = "eth0", .index = 2, .mac = 1, .permanent = 1 });
	add_way(&view, 9);
	assert_recorded(CARDS, &view,
			"[link]\nname eth0\nkind physical\nmac 02:00:00:00:00:01\n"
			"bus pci0000:00/0000:00:03.0\nvlan 0\nmtu 9000\n"
			"\n[link]\nname storage\nkind vlan\nhardware 02:00:00:00:00:07\nlower eth0\n"
			"vlan 5\nmtu 9000\naddress 192.0.2.2/24\n"
			"route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n");
}

TEST(a_bond_that_watches_by_arp_does_so_again)
{
	struct view view = { 0 };

	add(&view, (struct made){ .name = "bond0", .kind = "bond", .index = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth0", .index = 2, .master = 8, .mac = 1,
				  .permanent = 1 });
	add_way(&view, 8);
	/* Only 802.3ad lets lacp_rate be set, but all modes show it. */
	assert_recorded(CARDS
			"== sys/class/net/bond0/bonding/mode = active-backup 1\n"
			"== sys/class/net/bond0/bonding/miimon = 0\n"
			"== sys/class/net/bond0/bonding/lacp_rate = slow 0\n"
			"== sys/class/net/bond0/bonding/arp_interval = 1000\n"
			"== sys/class/net/bond0/bonding/arp_ip_target = 192.0.2.1 192.0.2.9\n"
			"== sys/class/net/bond0/bonding/arp_all_targets = any 0\n"
			"== sys/class/net/bond0/bonding/arp_validate = active 1\n"
			"== sys/class/net/bond0/bonding/arp_missed_max = 3\n",
			&view,
			"[link]\nname eth0\nkind physical\nmac 02:00:00:00:00:01\n"
			"bus pci0000:00/0000:00:03.0\nvlan 0\nmtu 9000\n"
			"\n[link]\nname bond0\nkind bond\nhardware 02:00:00:00:00:01\nlower eth0\n"
			"vlan 0\nbond mode=active-backup\nbond miimon=0\nbond arp_interval=1000\n"
			"bond arp_ip_target=192.0.2.1 192.0.2.9\nbond arp_validate=active\n"
			"bond arp_missed_max=3\nmtu 9000\naddress 192.0.2.2/24\n"
			"route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n");
}

static void say_nothing(void *data, const char *text)
{
	(void)data;
	fail_msg("said: %s", text);
}

TEST(linux_takes_whom_to_ask_by_arp_one_at_a_time)
{
	static const char *const options[] = { "mode=active-backup",
					       "arp_ip_target=192.0.2.1 192.0.2.9" };
	static const char *const written[] = { "active-backup", "+192.0.2.1+192.0.2.9" };
	static const char *const files[] = { "mode", "arp_ip_target" };
	const struct folder root = folder_of("== sys/class/net/bond0/bonding/mode = none\n"
					     "== sys/class/net/bond0/bonding/arp_ip_target = none\n");
	const struct kx_network_way way = { .root = root.path, .log = say_nothing };
	struct up up = { .way = &way };

	for (size_t i = 0; i < 2; i++) {
		_cleanup_free_ char *text = NULL;
		struct kx_err err;
		char path[100];
		size_t len;

		up_bond_option(&up, "bond0", options[i]);
		snprintf(path, sizeof(path), "sys/class/net/bond0/bonding/%s", files[i]);
		assert_int_equal(kx_file_read(root.path, path, 100, &text, &len, &err), 0);
		assert_string_equal(text, written[i]);
	}
	folder_remove(&root);
}

TEST(of_what_joins_ports_the_one_that_leads_there_is_taken)
{
	static const char eth1[] = "[link]\nname eth1\nkind physical\nmac 02:00:00:00:00:02\n"
				   "bus pci0000:00/0000:00:04.0\nvlan 0\nmtu 9000\n"
				   "address 192.0.2.2/24\n"
				   "route 198.51.100.7/32 via 192.0.2.1 src 192.0.2.2\n";
	struct view view = { 0 };
	char expected[sizeof(eth1) + 64];

	/* A bridge has learned where the gateway is. */
	add(&view, (struct made){ .name = "br0", .kind = "bridge", .index = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth0", .index = 2, .master = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth1", .index = 3, .master = 8, .mac = 2,
				  .permanent = 2 });
	add(&view, (struct made){ .name = "tap0", .kind = "tun", .index = 4, .master = 8 });
	add_way(&view, 8);
	add_neighbour(&view, AF_INET, 8, "192.0.2.1", 0xee);
	add_neighbour(&view, AF_BRIDGE, 2, NULL, 0xef);
	add_neighbour(&view, AF_BRIDGE, 3, NULL, 0xee);
	snprintf(expected, sizeof(expected), "%sneighbour 192.0.2.1 02:00:00:00:00:ee\n", eth1);
	assert_recorded(CARDS, &view, expected);
	/* Of Open vSwitch it is the one whose address the bridge has. */
	add(&view, (struct made){ .name = "ovs", .kind = "openvswitch", .index = 7, .mac = 7 });
	add(&view, (struct made){ .name = "br0", .kind = "openvswitch", .index = 8, .mac = 2 });
	add(&view, (struct made){ .name = "eth0", .index = 2, .master = 7, .mac = 1 });
	add(&view, (struct made){ .name = "eth1", .index = 3, .master = 7, .mac = 2,
				  .permanent = 2 });
	add_way(&view, 8);
	assert_recorded(CARDS, &view, eth1);
	/* What lies on one has its network. */
	add(&view, (struct made){ .name = "mv", .kind = "macvlan", .index = 8, .lower = 3 });
	add(&view, (struct made){ .name = "eth1", .index = 3, .mac = 2, .permanent = 2 });
	add_way(&view, 8);
	assert_recorded(CARDS, &view, eth1);
	add(&view, (struct made){ .name = "br0", .kind = "bridge", .index = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth0", .index = 2, .master = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth1", .index = 3, .master = 8, .mac = 2 });
	add_way(&view, 8);
	assert_refused(CARDS, &view, "198.51.100.7: interface br0 joins several ports");
}

TEST(what_a_crash_kernel_cannot_have_is_refused_by_name)
{
	struct view view = { 0 };

	add(&view, (struct made){ .name = "wg0", .kind = "wireguard", .index = 2 });
	add_way(&view, 2);
	assert_refused(CARDS, &view, "interface wg0 is of the kind wireguard");
	add(&view, (struct made){ .name = "ib0", .index = 2, .type = ARPHRD_INFINIBAND });
	add_way(&view, 2);
	assert_refused(CARDS, &view, "interface ib0 is InfiniBand");
	add(&view, (struct made){ .name = "eth0", .index = 2, .mac = 1 });
	add_way(&view, 2);
	assert_refused(CARDS "== sys/devices/pci0000:00/0000:00:03.0/virtio7/net/eth0/wireless/\n",
		       &view, "interface eth0 is wireless");
	add(&view, (struct made){ .name = "none", .index = 2, .mac = 1 });
	add_way(&view, 2);
	assert_refused(CARDS, &view, "interface none has no device");
	add(&view, (struct made){ .name = "eth0.5", .kind = "vlan", .index = 2, .lower = 3,
				  .vlan = 5, .protocol = ETH_P_8021AD });
	add_way(&view, 2);
	assert_refused(CARDS, &view, "interface eth0.5 is a VLAN by 802.1ad");
	/* Nothing stays of what is below. */
	add(&view, (struct made){ .name = "bond0", .kind = "bond", .index = 8, .mac = 1 });
	add(&view, (struct made){ .name = "eth0", .index = 2, .master = 8, .mac = 1 });
	add(&view, (struct made){ .name = "tun0", .kind = "tun", .index = 3, .master = 8 });
	add_way(&view, 8);
	assert_refused(CARDS, &view, "interface tun0 is of the kind tun");
	/* A circle ends. */
	add(&view, (struct made){ .name = "a", .kind = "macvlan", .index = 2, .lower = 3 });
	add(&view, (struct made){ .name = "b", .kind = "macvlan", .index = 3, .lower = 2 });
	add_way(&view, 2);
	assert_refused(CARDS, &view, "lies on too many others");
	add_way(&view, 2);
	assert_refused(CARDS, &view, "198.51.100.7 cannot be reached");
}

TEST(damaged_messages_are_passed_over)
{
	const struct ifinfomsg head = { .ifi_index = 2, .ifi_type = ARPHRD_ETHER };
	struct view view = { 0 };
	struct kx_err err = { "" };
	struct message m;

	message_begin(&m, RTM_NEWLINK, 0, &head, sizeof(head));
	message_put(&m, IFLA_IFNAME, "a", 2);
	message_put(&m, IFLA_ADDRESS, "\1\2\3\4\5\6", 6);
	/* Whatever is cut off: there is no interface, or one with a name that ends. */
	for (size_t len = 0; len <= m.len; len++) {
		assert_int_equal(view_take(&view, (struct kx_span){ m.bytes, len }, &err), 0);
		assert_true(view.n_links == 0 || len == m.len);
	}
	assert_int_equal(view.n_links, 1);
	assert_string_equal(view.link[0].name, "a");
	view_done(&view);
	/* A name without end, and one that is too long. */
	message_begin(&m, RTM_NEWLINK, 0, &head, sizeof(head));
	message_put(&m, IFLA_IFNAME, "0123456789abcdef", 16);
	take(&view, &m);
	assert_int_equal(view.n_links, 0);
	/* A request that does not fit is not sent. */
	for (int i = 0; i < 200; i++)
		message_put_number(&m, IFLA_MTU, 1);
	assert_true(m.full);
	view_done(&view);
}

TEST(texts_of_the_plan_are_read_whole_or_not)
{
	static const char *const no_route[] = {
		"10.0.0.0/33", "10.0.0.0", "10.0.0.0/8 via", "10.0.0.0/8 via 2001:db8::1",
		"10.0.0.0/8 via 10.0.0.1 via 10.0.0.1", "10.0.0.0/8 dev eth0", "default", "",
		"2001:db8::/129",
	};
	struct route route;
	struct mac mac;
	uint8_t prefix;
	struct ip ip;

	assert_true(route_parse("2001:db8::/32 via fe80::1 src 2001:db8::2", &route));
	assert_int_equal(route.prefix, 32);
	assert_int_equal(route.gateway.family, AF_INET6);
	assert_int_equal(route.source.byte[15], 2);
	assert_true(route_parse("default via 10.0.0.1", &route));
	assert_int_equal(route.to.family, AF_INET);
	assert_int_equal(route.prefix, 0);
	for (size_t i = 0; i < sizeof(no_route) / sizeof(no_route[0]); i++)
		assert_false(route_parse(no_route[i], &route));
	assert_true(address_parse("10.0.0.2/8", &ip, &prefix));
	assert_false(address_parse("10.0.0.2", &ip, &prefix));
	assert_true(neighbour_parse("10.0.0.1 02:00:00:00:00:Ff", &ip, &mac));
	assert_int_equal(mac.byte[5], 0xff);
	assert_false(neighbour_parse("10.0.0.1 02:00:00:00:00", &ip, &mac));
	assert_false(neighbour_parse("10.0.0.1 02:00:00:00:00-01", &ip, &mac));
	assert_false(neighbour_parse("02:00:00:00:00:01", &ip, &mac));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_is_known_by_its_own_address_and_place),
		cmocka_unit_test(a_vlan_on_a_bond_of_two_cards_is_written_from_below),
		cmocka_unit_test(a_vlan_has_the_address_of_what_it_lies_on_or_its_own),
		cmocka_unit_test(a_bond_that_watches_by_arp_does_so_again),
		cmocka_unit_test(linux_takes_whom_to_ask_by_arp_one_at_a_time),
		cmocka_unit_test(of_what_joins_ports_the_one_that_leads_there_is_taken),
		cmocka_unit_test(what_a_crash_kernel_cannot_have_is_refused_by_name),
		cmocka_unit_test(damaged_messages_are_passed_over),
		cmocka_unit_test(texts_of_the_plan_are_read_whole_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
