/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines a plan is made of: one table, by which plans are written, read and freed. */
#ifndef LIB_CAPTURE_KEYS_H
#define LIB_CAPTURE_KEYS_H

#include <assert.h>
#include <stddef.h>

#include "kx/capture.h"

/** enum key_kind - how a value is written, and what its member is */
enum key_kind {
	KEY_TEXT,   /* char *; no line for NULL */
	KEY_NUMBER, /* uint64_t, decimal */
	KEY_CHOICE, /* an enum: one of @choices */
	KEY_FLAG,   /* bool: "yes"; no line for false */
	KEY_LIST,   /* struct kx_capture_list: a line an item */
};

/** struct key - a member; @choices ends with NULL */
struct key {
	const char *name;
	enum key_kind kind;
	size_t offset;
	const char *const *choices;
};

/* Of the plan itself and of its sections; each ends with an entry without a name. */
extern const struct key capture_plan_keys[], capture_target_keys[], capture_link_keys[],
	capture_disk_keys[], capture_volume_keys[];

/* Names of enum kx_capture_type; ends with NULL. */
extern const char *const capture_types[];

/* Every member of these sizes is an enum's. */
enum capture_choice { CAPTURE_CHOICE };
static_assert(sizeof(enum capture_choice) == sizeof(enum kx_capture_type), "enums have one size");

static inline void *key_member(const struct key *key, void *of)
{
	return (char *)of + key->offset;
}

static inline const void *key_value(const struct key *key, const void *of)
{
	return (const char *)of + key->offset;
}

#endif
