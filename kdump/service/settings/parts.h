/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration is made of: defaults, targets, warnings; and all of it as text. */
#ifndef KDUMP_SERVICE_SETTINGS_PARTS_H
#define KDUMP_SERVICE_SETTINGS_PARTS_H

#include "kdump/service/settings/keys.h"

/** enum config_telling - keys alone, keys with where each was given, JSON */
enum config_telling { CONFIG_TELL_KEYS, CONFIG_TELL_ORIGINS, CONFIG_TELL_JSON };

/** config_tell() - all of it; failures are @out's */
void config_tell(const struct service_config *config, enum config_telling form, struct kx_out *out);

/** config_warn() - remember a warning; 0 or -ENOMEM */
int config_warn(struct service_config *config, struct config_origin at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** config_defaults() - give every key of a section its default; 0 or -ENOMEM */
int config_defaults(const struct config_section *section, void *base);

/** config_target_section() - the one of which there may be many */
const struct config_section *config_target_section(void);

/**
 * config_add_target() - a new one with the defaults
 * @ret: good until the next one is added
 *
 * Return: 0 or -ENOMEM.
 */
int config_add_target(struct service_config *config, const char *name, struct target_config **ret);

/** config_free_section() - what the keys of a section own in @base */
void config_free_section(const struct config_section *section, void *base);

/** config_free_target() - what a target owns */
void config_free_target(struct target_config *target);

/** config_check_targets() - leave out those that lack what their type needs; 0 or -ENOMEM */
int config_check_targets(struct service_config *config);

/** config_imply_targets() - those of a machine of which no file says anything; 0 or -ENOMEM */
int config_imply_targets(struct service_config *config, const char *root);

#endif
