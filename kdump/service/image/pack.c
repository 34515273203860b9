/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel can do with its initramfs: by its configuration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/image/pack.h"
#include "kx/cleanup.h"
#include "kx/codec.h"
#include "kx/file.h"

enum { LIMIT = 4 << 20 };

static bool is_running(const char *root, const char *release)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	size_t len;

	return kx_file_read(root, "proc/sys/kernel/osrelease", 256, &text, &len, &ignored) == 0 &&
	       kx_span_equal(kx_span_trim(kx_span_of(text)), release);
}

static enum kx_pack judge(struct kx_span config)
{
	if (kx_span_has_line(config, "CONFIG_RD_ZSTD=y") && kx_pack_usable(KX_PACK_ZSTD))
		return KX_PACK_ZSTD;
	if (kx_span_has_line(config, "CONFIG_RD_GZIP=y") && kx_pack_usable(KX_PACK_GZIP))
		return KX_PACK_GZIP;
	return KX_PACK_NONE;
}

static char *copy_of(const void *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, bytes, len);
		copy[len] = '\0';
	}
	return copy;
}

/* CONFIG_IKCONFIG_PROC: NULL where it is not, or cannot be unpacked. */
static char *unpack_running(const char *root, size_t *len)
{
	_cleanup_free_ char *text = NULL;
	struct kx_memfile plain;
	struct kx_span in, behind;
	struct kx_err ignored;
	char *ret = NULL;

	if (kx_file_read(root, "proc/config.gz", LIMIT, &text, len, &ignored) < 0)
		return NULL;
	in = (struct kx_span){ (const uint8_t *)text, *len };
	if (!kx_codec_of(in) || kx_memfile_init(&plain, "config", LIMIT, LIMIT, &ignored) < 0)
		return NULL;
	if (kx_decompress(kx_codec_of(in), in, &plain, &behind, &ignored) == 0) {
		ret = copy_of(plain.base, plain.len);
		*len = plain.len;
	}
	kx_memfile_done(&plain);
	return ret;
}

/* For free(); NULL: nobody knows it. */
static char *read_config(const char *root, const char *release, struct kx_span *ret)
{
	static const char *const place[] = { "boot/config-%s", "lib/modules/%s/config",
					     "usr/lib/modules/%s/config", "lib/modules/%s/build/.config" };
	char *text = NULL;
	size_t len;

	for (size_t i = 0; !text && i < sizeof(place) / sizeof(place[0]); i++) {
		const char *split = strstr(place[i], "%s");
		_cleanup_free_ char *path = NULL;
		struct kx_err ignored;

		if (asprintf(&path, "%.*s%s%s", (int)(split - place[i]), place[i], release,
			     split + 2) < 0) {
			path = NULL;
			return NULL;
		}
		if (kx_file_read(root, path, LIMIT, &text, &len, &ignored) < 0)
			text = NULL;
	}
	if (!text && is_running(root, release))
		text = unpack_running(root, &len);
	*ret = (struct kx_span){ (const uint8_t *)text, text ? len : 0 };
	return text;
}

enum kx_pack image_pack(const char *root, const char *release)
{
	struct kx_span config;
	_cleanup_free_ char *text = read_config(root, release, &config);

	if (text)
		return judge(config);
	/* Every distribution's kernel has it. */
	return kx_pack_usable(KX_PACK_GZIP) ? KX_PACK_GZIP : KX_PACK_NONE;
}

const char *image_lacks(const char *root, const char *release)
{
	static const char *const needed[] = { "CONFIG_PROC_VMCORE", "CONFIG_BLK_DEV_INITRD",
					      "CONFIG_DEVTMPFS" };
	struct kx_span config;
	_cleanup_free_ char *text = read_config(root, release, &config);

	/* What is no whole configuration tells nothing by what is not in it. */
	if (!text || !kx_span_has_line(config, "CONFIG_PROC_FS=y"))
		return NULL;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		char line[40];

		snprintf(line, sizeof(line), "%s=y", needed[i]);
		if (!kx_span_has_line(config, line))
			return needed[i];
	}
	return NULL;
}
