/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects findings and writes them down. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/state/findings.h"
#include "kx/array.h"

static const char *const level_name[FINDING_LEVELS] = {
	[FINDING_GOOD] = "good",
	[FINDING_NOTE] = "note",
	[FINDING_WARNING] = "warning",
	[FINDING_FAULT] = "fault",
};

const char *finding_name(enum finding_level level)
{
	return level_name[level];
}

void findings_add(struct findings *findings, enum finding_level level, const char *check,
		  const char *target, const char *format, ...)
{
	struct finding *f;
	va_list args;

	if (kx_array_grow(&findings->item, &findings->room, findings->count) < 0) {
		if (findings->count)
			findings->item[findings->count - 1].level = FINDING_FAULT;
		return;
	}
	f = &findings->item[findings->count++];
	f->level = level;
	snprintf(f->check, sizeof(f->check), "%s", check);
	snprintf(f->target, sizeof(f->target), "%s", target ? target : "");
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

void findings_done(struct findings *findings)
{
	free(findings->item);
	*findings = (struct findings){ .item = NULL };
}

enum finding_level findings_worst(const struct findings *findings)
{
	enum finding_level worst = FINDING_GOOD;

	for (size_t i = 0; i < findings->count; i++) {
		if (findings->item[i].level > worst)
			worst = findings->item[i].level;
	}
	return worst;
}

void findings_print(const struct findings *findings, enum finding_level level, struct kx_out *out)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->item[i];

		if (f->level < level)
			continue;
		kx_out_printf(out, "%-8s ", level_name[f->level]);
		if (f->target[0]) {
			kx_out_escaped(out, kx_span_of(f->target));
			kx_out_text(out, ": ");
		}
		kx_out_escaped(out, kx_span_of(f->text));
		kx_out_text(out, "\n");
	}
}

void findings_json(const struct findings *findings, struct kx_out *out)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->item[i];

		kx_out_printf(out, "%s\n    {\"level\": \"%s\", \"check\": ", i ? "," : "",
			      level_name[f->level]);
		kx_out_json(out, kx_span_of(f->check));
		kx_out_text(out, ", \"target\": ");
		kx_out_json_or_null(out, kx_span_of(f->target));
		kx_out_text(out, ", \"text\": ");
		kx_out_json(out, kx_span_of(f->text));
		kx_out_text(out, "}");
	}
}
