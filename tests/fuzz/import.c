/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other services' files, by the first byte: whatever is accepted becomes a configuration of ours in
 * which every line means something, and no more of it than a file can have been asked for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/config/read.h"
#include "kdump/service/import/import.h"
#include "kdump/service/import/shell.h"
#include "kdump/service/settings/settings.h"
#include "tests/fuzz/fuzz.h"

typedef int importer(struct import *imp, struct kx_span text, struct kx_err *err);

static void look_at(const char *text)
{
	struct service_config config;
	struct kx_err err = { "" };
	int rc = config_read_text(&config, kx_span_of(text), "made", &err);

	PROMISE(rc == 0 || rc == -EDESTADDRREQ);
	/* What a target needs is known when all of it was read. */
	for (size_t i = 0; i < config.warnings; i++)
		PROMISE(strstr(config.warning[i].text, "is left out: type "));
	config_done(&config);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static importer *const importers[] = {
		import_rhel_conf, import_rhel_sysconfig, import_debian, import_suse,
	};
	struct import imp = { .file = "input" };
	struct kx_err err = { "" };
	char *text;
	int rc;

	if (size == 0)
		return 0;
	rc = importers[data[0] % 4](&imp, (struct kx_span){ data + 1, size - 1 }, &err);
	PROMISE(rc == 0 || ((rc == -EINVAL || rc == -EFBIG) && err.text[0]));
	text = import_text(&imp);
	PROMISE(text && !imp.memory);
	PROMISE(strlen(text) < 4 * (size_t)SHELL_TOTAL_MAX);
	if (rc == 0 && size < 4096)
		look_at(text);
	free(text);
	import_done(&imp);
	return 0;
}
