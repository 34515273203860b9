/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump.conf: whatever a file says there is a configuration whose values are in bounds, and what is
 * told of it says the same when it is read again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/config/read.h"
#include "kdump/service/settings/parts.h"
#include "tests/fuzz/fuzz.h"

/* Escaped it becomes four times as long, and lines have a limit. */
enum { LONGEST = 16384 };

/** struct text - what was told */
struct text {
	char *bytes;
	size_t len;
};

static int add(void *data, const void *from, size_t len)
{
	struct text *text = data;

	text->bytes = realloc(text->bytes, text->len + len);
	PROMISE(text->bytes);
	memcpy(text->bytes + text->len, from, len);
	text->len += len;
	return 0;
}

static struct text tell(const struct service_config *config)
{
	struct text text = { NULL, 0 };
	struct kx_out *out = calloc(1, sizeof(*out));

	PROMISE(out);
	out->write = add;
	out->data = &text;
	config_tell(config, CONFIG_TELL_KEYS, out);
	PROMISE(kx_out_flush(out) == 0);
	free(out);
	return text;
}

static void look_at(const struct service_config *config)
{
	PROMISE(config->level <= 31 && config->cpus <= 256);
	PROMISE(config->final <= KX_CAPTURE_POWEROFF && config->failure <= KX_CAPTURE_POWEROFF);
	PROMISE(config->keep.min_free.percent < 100);
	PROMISE(config->targets > 0 && config->targets <= CONFIG_TARGETS_MAX);
	for (size_t i = 0; i < config->targets; i++) {
		PROMISE(config->target[i].type < KX_CAPTURE_TYPES);
		PROMISE(config->target[i].path[0] == '/' && config->target[i].where);
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct service_config config, again;
	struct kx_err err = { "" };
	struct text once, twice;
	struct kx_span told;
	int rc = config_read_text(&config, (struct kx_span){ data, size }, "input", &err);

	PROMISE(rc == 0 || (rc == -EDESTADDRREQ && err.text[0] && config.warnings > 0));
	PROMISE(config.compress && config.layout && config.upload.to);
	PROMISE(config.upload.when <= UPLOAD_DMESG_ONLY);
	once = tell(&config);
	if (rc == 0 && size <= LONGEST) {
		look_at(&config);
		told = (struct kx_span){ (uint8_t *)once.bytes, once.len };
		PROMISE(config_read_text(&again, told, "told", &err) == 0);
		PROMISE(again.warnings == 0 && again.targets == config.targets);
		twice = tell(&again);
		PROMISE(twice.len == once.len && memcmp(once.bytes, twice.bytes, once.len) == 0);
		free(twice.bytes);
		config_done(&again);
	}
	free(once.bytes);
	config_done(&config);
	return 0;
}
