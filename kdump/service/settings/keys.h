/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of kdump.conf's keys: reading, "kdump config" and the manual page go by it.
 *
 * To add a key: a member in settings.h, a line in keys.c, and its place in kdump.conf(5).
 */
#ifndef KDUMP_SERVICE_SETTINGS_KEYS_H
#define KDUMP_SERVICE_SETTINGS_KEYS_H

#include "kdump/service/settings/settings.h"

/** enum config_kind - of values; the member's type is behind it */
enum config_kind {
	CONFIG_FLAG,	/* bool */
	CONFIG_NUMBER,	/* unsigned int */
	CONFIG_SIZE,	/* uint64_t */
	CONFIG_TIME,	/* uint64_t */
	CONFIG_SHARE,	/* struct config_share */
	CONFIG_WORD,	/* an enum, by its place in @words */
	CONFIG_TEXT,	/* char *; of @words, if there are any */
	CONFIG_TYPE,	/* enum kx_capture_type */
	CONFIG_LIST,	/* char **, with the number behind it */
};

/**
 * struct config_key - one of them
 * @offset: of its member in the section's struct
 * @standard: the default, as text
 * @zero: what 0 is called, if it has a name of its own
 * @max: of a number; @words: that it may be, the last one NULL
 * @least: of a number, bytes or seconds, but for a 0 that is called @zero
 * @fits: more that is asked of a value; NULL: nothing
 * @wanted: what a value that fits is; NULL: @help says so
 * @help: a line for people
 */
struct config_key {
	const char *name;
	enum config_kind kind;
	size_t offset;
	const char *standard, *zero;
	unsigned int max;
	uint64_t least;
	const char *const *words;
	bool (*fits)(const char *text);
	const char *wanted;
	const char *help;
};

/**
 * struct config_section - one of them; a line without a name ends the keys
 * @offset: of its struct in struct service_config; @origin: of its keys' origins in that struct
 * @target: there may be many, each with a name of its own, and they are in @target
 */
struct config_section {
	const char *name;
	const struct config_key *keys;
	size_t offset, origin;
	bool target;
};

/* A section without a name ends them. */
extern const struct config_section config_sections[];

/**
 * config_set() - give a key a value
 * @base: the section's struct
 *
 * Return: 0; -EINVAL it is no such value, and the member is as it was; -ENOMEM.
 */
int config_set(const struct config_key *key, void *base, const char *text);

/** config_say_wanted() - what values a key takes, for people, into @to */
void config_say_wanted(const struct config_key *key, char *to, size_t size);

/** config_value_text() - the value as text, cut at @size; items of lists are parted by blanks */
void config_value_text(const struct config_key *key, const void *base, char *to, size_t size);

/** config_free() - what the value owns */
void config_free(const struct config_key *key, void *base);

#endif
