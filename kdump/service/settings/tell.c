/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells a configuration, for people in the form in which it can be read again, or as JSON. */
#include <errno.h>
#include <stdlib.h>

#include "kdump/service/settings/parts.h"
#include "kx/cleanup.h"

/* As much as a file has. */
enum { VALUE_ROOM = 1 << 20 };

/** struct telling - where it goes, and how; @first: nothing was told of an array yet */
struct telling {
	struct kx_out *out;
	enum config_telling form;
	bool first;
};

/* As a comment: what is told can be read again. */
static void tell_origin(struct kx_out *out, struct config_origin at)
{
	if (at.file)
		kx_out_printf(out, " ; %.900s:%u", at.file, at.line);
	else
		kx_out_text(out, " ; default");
}

static void tell_key(struct telling *t, const char *section, const char *name,
		     const struct config_key *key, const char *value, struct config_origin at)
{
	struct kx_out *out = t->out;

	if (t->form != CONFIG_TELL_JSON) {
		kx_out_printf(out, "%s =%s", key->name, value[0] ? " " : "");
		kx_out_escaped(out, kx_span_of(value));
		if (t->form == CONFIG_TELL_ORIGINS)
			tell_origin(out, at);
		kx_out_text(out, "\n");
		return;
	}
	kx_out_printf(out, "%s\n    {\"section\": \"%s\"", t->first ? "" : ",", section);
	t->first = false;
	if (name) {
		kx_out_text(out, ", \"name\": ");
		kx_out_json(out, kx_span_of(name));
	}
	kx_out_printf(out, ", \"key\": \"%s\", \"value\": ", key->name);
	kx_out_json(out, kx_span_of(value));
	kx_out_text(out, ", \"file\": ");
	kx_out_json_or_null(out, kx_span_of(at.file ? at.file : ""));
	kx_out_printf(out, ", \"line\": %u}", at.line);
}

static void tell_section(struct telling *t, const struct config_section *section, const void *base,
			 const char *name)
{
	const struct config_origin *origin = (const void *)((const char *)base + section->origin);
	_cleanup_free_ char *value = malloc(VALUE_ROOM);

	if (!value) {
		t->out->error = -ENOMEM;
		return;
	}
	if (t->form != CONFIG_TELL_JSON) {
		kx_out_printf(t->out, "[%s%s", section->name, name ? " " : "");
		kx_out_escaped(t->out, kx_span_of(name ? name : ""));
		kx_out_text(t->out, "]\n");
	}
	for (const struct config_key *key = section->keys; key->name; key++, origin++) {
		config_value_text(key, base, value, VALUE_ROOM);
		tell_key(t, section->name, name, key, value, *origin);
	}
	if (t->form != CONFIG_TELL_JSON)
		kx_out_text(t->out, "\n");
}

static void tell_warnings(struct kx_out *out, const struct service_config *config)
{
	kx_out_text(out, "\n  ],\n  \"warnings\": [");
	for (size_t i = 0; i < config->warnings; i++) {
		const struct config_warning *w = &config->warning[i];

		kx_out_printf(out, "%s\n    {\"file\": ", i ? "," : "");
		kx_out_json_or_null(out, kx_span_of(w->origin.file ? w->origin.file : ""));
		kx_out_printf(out, ", \"line\": %u, \"text\": ", w->origin.line);
		kx_out_json(out, kx_span_of(w->text));
		kx_out_text(out, "}");
	}
	kx_out_printf(out, "\n  ],\n  \"usable\": %s\n}\n", config->targets ? "true" : "false");
}

void config_tell(const struct service_config *config, enum config_telling form, struct kx_out *out)
{
	struct telling t = { .out = out, .form = form, .first = true };

	out->escape = true;
	if (form == CONFIG_TELL_JSON)
		kx_out_text(out, "{\n  \"format\": 1,\n  \"values\": [");
	for (const struct config_section *s = config_sections; s->name; s++) {
		if (!s->target) {
			tell_section(&t, s, (const char *)config + s->offset, NULL);
			continue;
		}
		for (size_t i = 0; i < config->targets; i++)
			tell_section(&t, s, &config->target[i], config->target[i].name);
	}
	if (form == CONFIG_TELL_JSON)
		tell_warnings(out, config);
}
