/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a kernel can unpack its initramfs: by its configuration. */
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

/* CONFIG_IKCONFIG_PROC: false where it is not, or cannot be unpacked. */
static bool judge_packed(const char *root, enum kx_pack *ret)
{
	_cleanup_free_ char *text = NULL;
	struct kx_memfile plain;
	struct kx_span in, behind;
	struct kx_err ignored;
	bool done = false;
	size_t len;

	if (kx_file_read(root, "proc/config.gz", LIMIT, &text, &len, &ignored) < 0)
		return false;
	in = (struct kx_span){ (const uint8_t *)text, len };
	if (!kx_codec_of(in) || kx_memfile_init(&plain, "config", LIMIT, LIMIT, &ignored) < 0)
		return false;
	if (kx_decompress(kx_codec_of(in), in, &plain, &behind, &ignored) == 0) {
		*ret = judge((struct kx_span){ plain.base, plain.len });
		done = true;
	}
	kx_memfile_done(&plain);
	return done;
}

enum kx_pack image_pack(const char *root, const char *release)
{
	static const char *const place[] = { "boot/config-%s", "lib/modules/%s/config",
					     "usr/lib/modules/%s/config", "lib/modules/%s/build/.config" };
	enum kx_pack ret = KX_PACK_NONE;

	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		const char *split = strstr(place[i], "%s");
		_cleanup_free_ char *path = NULL, *text = NULL;
		struct kx_err ignored;
		size_t len;

		if (asprintf(&path, "%.*s%s%s", (int)(split - place[i]), place[i], release,
			     split + 2) < 0) {
			path = NULL;
			break;
		}
		if (kx_file_read(root, path, LIMIT, &text, &len, &ignored) == 0)
			return judge((struct kx_span){ (const uint8_t *)text, len });
	}
	if (is_running(root, release) && judge_packed(root, &ret))
		return ret;
	/* Every distribution's kernel has it. */
	return kx_pack_usable(KX_PACK_GZIP) ? KX_PACK_GZIP : KX_PACK_NONE;
}
