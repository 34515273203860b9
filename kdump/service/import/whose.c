/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells whose a configuration is, by its keys. Reads none. */
#include <string.h>

#include "kdump/service/import/import.h"
#include "kdump/service/import/whose.h"

/* A key that only one of them has, at the beginning of a line, which with @comments may be one. */
static bool has_key(struct kx_span text, const char *key, bool comments)
{
	struct kx_span line;

	while (kx_span_line(&text, &line)) {
		size_t len = strlen(key);

		line = kx_span_trim(line);
		while (comments && line.len && (line.base[0] == '#' || line.base[0] == ' '))
			kx_span_slice(line, 1, line.len - 1, &line);
		if (kx_span_starts(line, key) && line.len > len &&
		    (line.base[len] == '=' || line.base[len] == '+'))
			return true;
	}
	return false;
}

const char *import_guess(struct kx_span text, bool comments)
{
	static const char *const keys[][2] = {
		{ "USE_KDUMP", "debian" },	   { "KDUMP_COREDIR", "debian" },
		{ "MAKEDUMP_ARGS", "debian" },	   { "KDUMP_NUM_DUMPS", "debian" },
		{ "KDUMP_SAVEDIR", "suse" },	   { "KDUMP_DUMPLEVEL", "suse" },
		{ "KDUMP_KEEP_OLD_DUMPS", "suse" }, { "KDUMP_CRASHKERNEL", "suse" },
		{ "KDUMP_DUMPFORMAT", "suse" },    { "KDUMP_IMG", "rhel" },
		{ "KEXEC_ARGS", "rhel" },	   { "KDUMP_COMMANDLINE_REMOVE", "rhel" },
		{ "KDUMP_KERNELVER", "rhel" },	   { "KDUMP_BOOTDIR", "rhel" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (has_key(text, keys[i][0], comments))
			return keys[i][1];
	}
	return NULL;
}

const char *import_whose(struct kx_span text)
{
	struct kx_span rest = text, line;
	const char *guessed = import_guess(text, false);
	bool rhel = false;

	while (kx_span_line(&rest, &line)) {
		line = kx_span_trim(line);
		if (kx_span_starts(line, "["))
			return NULL;
		rhel = rhel || import_rhel_has_key(line);
	}
	return guessed ? guessed : rhel ? "rhel" : NULL;
}
