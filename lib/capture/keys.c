/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a plan's keys. */
#include <string.h>

#include "lib/capture/keys.h"

const char *const capture_types[] = { "file", "raw", "nfs", "smb", "ssh",
				      "http", "s3",  "virtiofs", NULL };
static_assert(sizeof(capture_types) / sizeof(capture_types[0]) == KX_CAPTURE_TYPES + 1,
	      "each type has a name");

static const char *const whats[] = { "dump", "dmesg", NULL };
static const char *const modes[] = { "first", "all", NULL };
static const char *const actions[] = { "reboot", "halt", "poweroff", NULL };
static const char *const encrypts[] = { "off", "dump", "all", NULL };
static const char *const link_kinds[] = { "physical", "vlan", "bond", NULL };
static const char *const volume_kinds[] = { "dm", "md", NULL };

#define TEXT(of, key, member)   { key, KEY_TEXT, offsetof(struct of, member), NULL }
#define NUMBER(of, key, member) { key, KEY_NUMBER, offsetof(struct of, member), NULL }
#define FLAG(of, key, member)   { key, KEY_FLAG, offsetof(struct of, member), NULL }
#define LIST(of, key, member)   { key, KEY_LIST, offsetof(struct of, member), NULL }
#define CHOICE(of, key, member, choices) \
	{ key, KEY_CHOICE, offsetof(struct of, member), choices }

const struct key capture_plan_keys[] = {
	TEXT(kx_capture_plan, "id", id),
	TEXT(kx_capture_plan, "test", test),
	TEXT(kx_capture_plan, "machine", machine),
	TEXT(kx_capture_plan, "host", host),
	TEXT(kx_capture_plan, "release", release),
	NUMBER(kx_capture_plan, "level", level),
	TEXT(kx_capture_plan, "compress", compress),
	NUMBER(kx_capture_plan, "memory", memory),
	NUMBER(kx_capture_plan, "jobs", jobs),
	CHOICE(kx_capture_plan, "mode", mode, modes),
	CHOICE(kx_capture_plan, "final", final, actions),
	CHOICE(kx_capture_plan, "failure", failure, actions),
	NUMBER(kx_capture_plan, "total-time", total_time),
	NUMBER(kx_capture_plan, "clock", clock),
	FLAG(kx_capture_plan, "clock-is-negative", clock_is_negative),
	TEXT(kx_capture_plan, "layout", layout),
	CHOICE(kx_capture_plan, "encrypt", encrypt, encrypts),
	LIST(kx_capture_plan, "recipient", recipient),
	LIST(kx_capture_plan, "module", module),
	LIST(kx_capture_plan, "watchdog", watchdog),
	LIST(kx_capture_plan, "fence", fence),
	NUMBER(kx_capture_plan, "fence-port", fence_port),
	NUMBER(kx_capture_plan, "fence-interval", fence_interval),
	{ NULL, KEY_TEXT, 0, NULL },
};

const struct key capture_target_keys[] = {
	TEXT(kx_capture_target, "name", name),
	CHOICE(kx_capture_target, "type", type, capture_types),
	CHOICE(kx_capture_target, "what", what, whats),
	NUMBER(kx_capture_target, "prepare-time", prepare_time),
	NUMBER(kx_capture_target, "stall-time", stall_time),
	LIST(kx_capture_target, "device", device),
	LIST(kx_capture_target, "volume", volume),
	TEXT(kx_capture_target, "fs", fs),
	TEXT(kx_capture_target, "options", options),
	TEXT(kx_capture_target, "subdir", subdir),
	TEXT(kx_capture_target, "path", path),
	LIST(kx_capture_target, "server", server),
	NUMBER(kx_capture_target, "port", port),
	TEXT(kx_capture_target, "share", share),
	TEXT(kx_capture_target, "user", user),
	TEXT(kx_capture_target, "secret", secret),
	TEXT(kx_capture_target, "host-key", host_key),
	TEXT(kx_capture_target, "cacert", cacert),
	TEXT(kx_capture_target, "url", url),
	TEXT(kx_capture_target, "region", region),
	NUMBER(kx_capture_target, "limit", limit),
	NUMBER(kx_capture_target, "min-free", min_free),
	{ NULL, KEY_TEXT, 0, NULL },
};

const struct key capture_link_keys[] = {
	TEXT(kx_capture_link, "name", name),
	CHOICE(kx_capture_link, "kind", kind, link_kinds),
	TEXT(kx_capture_link, "mac", mac),
	TEXT(kx_capture_link, "bus", bus),
	TEXT(kx_capture_link, "hardware", hardware),
	LIST(kx_capture_link, "lower", lower),
	NUMBER(kx_capture_link, "vlan", vlan),
	LIST(kx_capture_link, "bond", bond),
	NUMBER(kx_capture_link, "mtu", mtu),
	FLAG(kx_capture_link, "dhcp", dhcp),
	LIST(kx_capture_link, "address", address),
	LIST(kx_capture_link, "route", route),
	LIST(kx_capture_link, "neighbour", neighbour),
	{ NULL, KEY_TEXT, 0, NULL },
};

const struct key capture_disk_keys[] = {
	TEXT(kx_capture_disk, "name", name),
	LIST(kx_capture_disk, "device", device),
	{ NULL, KEY_TEXT, 0, NULL },
};

const struct key capture_volume_keys[] = {
	TEXT(kx_capture_volume, "name", name),
	CHOICE(kx_capture_volume, "kind", kind, volume_kinds),
	TEXT(kx_capture_volume, "label", label),
	TEXT(kx_capture_volume, "uuid", uuid),
	LIST(kx_capture_volume, "segment", segment),
	TEXT(kx_capture_volume, "mark", mark),
	TEXT(kx_capture_volume, "metadata", metadata),
	LIST(kx_capture_volume, "member", member),
	NUMBER(kx_capture_volume, "least", least),
	{ NULL, KEY_TEXT, 0, NULL },
};

const char *kx_capture_type_name(enum kx_capture_type type)
{
	return (unsigned int)type < KX_CAPTURE_TYPES ? capture_types[type] : NULL;
}

bool kx_capture_type_find(struct kx_span name, enum kx_capture_type *ret)
{
	for (enum kx_capture_type i = 0; i < KX_CAPTURE_TYPES; i++) {
		if (!kx_span_equal(name, capture_types[i]))
			continue;
		*ret = i;
		return true;
	}
	return false;
}
