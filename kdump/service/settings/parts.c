/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds to a configuration that is being read: targets, defaults, warnings. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/settings/parts.h"
#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/sha256.h"

/* More are not told. */
enum { WARNINGS_MAX = 200 };

int config_warn(struct service_config *config, struct config_origin at, const char *format, ...)
{
	struct config_warning *w;
	va_list args;

	if (config->warnings == WARNINGS_MAX)
		return 0;
	if (kx_array_grow(&config->warning, &config->warnings_room, config->warnings) < 0)
		return -ENOMEM;
	w = &config->warning[config->warnings++];
	w->origin = at;
	va_start(args, format);
	vsnprintf(w->text, sizeof(w->text), format, args);
	va_end(args);
	return 0;
}

int config_defaults(const struct config_section *section, void *base)
{
	for (const struct config_key *key = section->keys; key->name; key++) {
		if (config_set(key, base, key->standard) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

const struct config_section *config_target_section(void)
{
	const struct config_section *section = config_sections;

	while (!section->target)
		section++;
	return section;
}

void config_free_section(const struct config_section *section, void *base)
{
	for (const struct config_key *key = section->keys; key->name; key++)
		config_free(key, base);
}

void config_free_target(struct target_config *target)
{
	config_free_section(config_target_section(), target);
	free(target->name);
}

int config_add_target(struct service_config *config, const char *name, struct target_config **ret)
{
	struct target_config *target;

	if (kx_array_grow(&config->target, &config->targets_room, config->targets) < 0)
		return -ENOMEM;
	target = &config->target[config->targets];
	*target = (struct target_config){ .name = strdup(name) };
	if (!target->name)
		return -ENOMEM;
	config->targets++;
	*ret = target;
	return config_defaults(config_target_section(), target);
}

int config_target_mark(const struct target_config *target, char ret[CONFIG_MARK])
{
	enum { ROOM = 1 << 16 };
	_cleanup_free_ char *value = malloc(ROOM), *all = NULL;
	uint8_t digest[KX_SHA256_SIZE];
	size_t len = 0;
	FILE *to = value ? open_memstream(&all, &len) : NULL;
	bool bad;

	if (!to)
		return -ENOMEM;
	for (const struct config_key *key = config_target_section()->keys; key->name; key++) {
		config_value_text(key, target, value, ROOM);
		fprintf(to, "%s=%s\n", key->name, value);
	}
	bad = ferror(to);
	if (fclose(to) != 0 || bad)
		return -ENOMEM;
	kx_sha256(kx_sha256_blocks_best(), all, len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
	return 0;
}
