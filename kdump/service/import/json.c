/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of other services' files, for programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/service/import/import.h"
#include "kx/cleanup.h"
#include "kx/out.h"

static void text(struct kx_out *out, const char *key, const char *value)
{
	kx_out_printf(out, "\"%s\": ", key);
	kx_out_json_or_null(out, kx_span_of(value ? value : ""));
}

static void tell_fate(struct kx_out *out, const struct import_fate *fate)
{
	static const char *const names[] = {
		[IMPORT_TAKEN] = "taken",
		[IMPORT_NOT_NEEDED] = "not needed",
		[IMPORT_LOST] = "lost",
	};

	kx_out_text(out, "{");
	text(out, "file", fate->file);
	kx_out_printf(out, ", \"line\": %u, ", fate->line);
	text(out, "key", fate->key);
	kx_out_text(out, ", ");
	text(out, "became", names[fate->became]);
	kx_out_text(out, ", ");
	text(out, fate->became == IMPORT_TAKEN ? "as" : "why", fate->what);
	kx_out_text(out, "}");
}

int import_json(const struct import *imp, const char *config, const char *written, int status,
		struct kx_err *err)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));
	int rc;

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory");
	out->fd = STDOUT_FILENO;
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d,\n  ", status);
	text(out, "written", written);
	kx_out_text(out, ",\n  \"keys\": [");
	for (size_t i = 0; i < imp->fates; i++) {
		kx_out_text(out, i ? ",\n    " : "\n    ");
		tell_fate(out, &imp->fate[i]);
	}
	kx_out_text(out, "\n  ],\n  \"passwords\": [");
	for (size_t i = 0; i < imp->secrets; i++) {
		kx_out_text(out, i ? ", " : "");
		kx_out_json(out, kx_span_of(imp->secret[i].path));
	}
	kx_out_text(out, "],\n  ");
	text(out, "configuration", config);
	kx_out_text(out, "\n}\n");
	rc = kx_out_flush(out);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
}
