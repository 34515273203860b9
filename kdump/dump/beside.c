/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds dumps in their folders, and manifests beside dumps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/dump/beside.h"
#include "kdump/dump/log.h"
#include "kdump/dump/manifest.h"
#include "kx/cli.h"

#define INCOMPLETE "-incomplete"

static void find_dump(struct beside *b, const char *dump)
{
	struct stat st;

	snprintf(b->dump, sizeof(b->dump), "%s", dump);
	if (stat(dump, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	snprintf(b->dump, sizeof(b->dump), "%.4300s/vmcore", dump);
	if (access(b->dump, F_OK) < 0)
		snprintf(b->dump, sizeof(b->dump), "%.4300s/vmcore" INCOMPLETE, dump);
}

static size_t without(const char *name, size_t len, const char *end)
{
	size_t more = strlen(end);

	return len > more && memcmp(name + len - more, end, more) == 0 ? len - more : len;
}

/* Bytes of a file's name without what it has while it is not whole, and while it is encrypted. */
static size_t stem(const char *name)
{
	size_t len = without(name, without(name, strlen(name), INCOMPLETE), SEALED);

	/* Who decrypts a part of one may keep the end. */
	return without(name, len, INCOMPLETE);
}

static void find_manifest(struct beside *b)
{
	const char *slash = strrchr(b->dump, '/'), *name = slash ? slash + 1 : b->dump;
	struct kx_err err = { "" };

	snprintf(b->manifest, sizeof(b->manifest), "%.*s" MANIFEST_NAME, (int)(name - b->dump),
		 b->dump);
	if (access(b->manifest, F_OK) < 0) {
		b->manifest[0] = '\0';
		return;
	}
	if (kx_manifest_read(b->manifest, &b->read, &err) < 0) {
		kx_cli_say("kdump", "%s; it is done without", err.text);
		b->manifest[0] = '\0';
	} else if (stem(b->read.dump) != stem(name) || strncmp(b->read.dump, name, stem(name))) {
		kx_cli_say("kdump", "%s is that of %s, not of %s; it is done without", b->manifest,
			   b->read.dump, name);
		kx_manifest_done(&b->read);
		b->manifest[0] = '\0';
	}
}

int beside_open(struct beside *ret, const char *dump, const char *manifest, struct kx_err *err)
{
	*ret = (struct beside){ .dump = "" };
	find_dump(ret, dump);
	if (!manifest) {
		find_manifest(ret);
		return 0;
	}
	snprintf(ret->manifest, sizeof(ret->manifest), "%s", manifest);
	return kx_manifest_read(manifest, &ret->read, err);
}

void beside_done(struct beside *beside)
{
	kx_manifest_done(&beside->read);
}
