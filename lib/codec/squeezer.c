/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compresses single pages of dumps: which library does it, and with what memory. */
#include <errno.h>
#include <stdlib.h>

#include "kx/cleanup.h"
#include "kx/page_codec.h"
#include "lib/codec/page.h"
#include "lib/codec/squeeze.h"

/**
 * struct kx_page_squeezer - see kx/page_codec.h
 * @way: NULL: nothing gets smaller
 * @room: for what @way makes of a page that does not
 * @out: of that size
 */
struct kx_page_squeezer {
	const struct kx_squeeze *way;
	size_t page_size, room;
	void *work;
	uint8_t *out;
};

static int squeeze_failed(int rc, struct kx_err *err)
{
	if (rc == -ENOMEM)
		return kx_fail(err, rc, "no memory to compress pages");
	return kx_fail(err, rc, "the library that compresses pages failed");
}

/* The first whose library is there; what is said where none is, is said of the last. */
static int load_one(const struct kx_squeeze *way, const struct kx_squeeze **ret, struct kx_err *err)
{
	int rc = kx_library_load(way->needs, err);

	while (rc < 0 && way->instead) {
		way = way->instead;
		rc = kx_library_load(way->needs, err);
	}
	*ret = way;
	return rc;
}

static int find_way(uint32_t flag, int level, const struct kx_squeeze **ret, struct kx_err *err)
{
	const struct kx_codec_of_pages *codec = kx_codec_of_pages(flag);
	const struct kx_squeeze *way = kx_squeeze_of(flag, level);

	if (!codec)
		return kx_fail(err, -ENOTSUP, "no codec of pages has the flag 0x%x", flag);
	if (!way)
		return kx_fail(err, -ENOTSUP,
			       "this build has no %s to compress pages with (configure %s)",
			       codec->name, codec->option);
	if (level != 0 && way->level_max == 0)
		return kx_fail(err, -EINVAL, "%s has no levels", codec->name);
	if (level != 0 && (level < way->level_min || level > way->level_max))
		return kx_fail(err, -EINVAL, "%s has levels %d to %d, not %d", codec->name,
			       way->level_min, way->level_max, level);
	return load_one(way, ret, err);
}

/* Compress a page of zeros: some libraries take their memory only then. */
static int prepare(struct kx_page_squeezer *squeezer, int level)
{
	const struct kx_squeeze *way = squeezer->way;
	_cleanup_free_ uint8_t *page = calloc(1, squeezer->page_size);
	size_t len;
	int rc = 0;

	squeezer->room = way->bound(squeezer->page_size);
	squeezer->out = malloc(squeezer->room);
	if (!page || !squeezer->out)
		return -ENOMEM;
	if (way->open)
		rc = way->open(&squeezer->work, level, squeezer->page_size);
	if (rc == 0)
		rc = way->run(squeezer->work, page, squeezer->page_size, squeezer->out, &len);
	return rc;
}

int kx_page_squeezer_new(uint32_t codec, int level, size_t page_size, struct kx_page_squeezer **ret,
			 struct kx_err *err)
{
	const struct kx_squeeze *way = NULL;
	struct kx_page_squeezer *squeezer;
	int rc = 0;

	if (codec != KX_PAGE_CODEC_NONE)
		rc = find_way(codec, level, &way, err);
	if (rc < 0)
		return rc;
	squeezer = calloc(1, sizeof(*squeezer));
	if (!squeezer)
		return squeeze_failed(-ENOMEM, err);
	squeezer->way = way;
	squeezer->page_size = page_size;
	if (way)
		rc = prepare(squeezer, level);
	if (rc < 0) {
		kx_page_squeezer_free(squeezer);
		return squeeze_failed(rc, err);
	}
	*ret = squeezer;
	return 0;
}

void kx_page_squeezer_free(struct kx_page_squeezer *squeezer)
{
	if (!squeezer)
		return;
	if (squeezer->way && squeezer->way->close)
		squeezer->way->close(squeezer->work);
	free(squeezer->out);
	free(squeezer);
}

size_t kx_page_squeezer_room(const struct kx_page_squeezer *squeezer)
{
	return squeezer->room;
}

int kx_page_squeeze_into(struct kx_page_squeezer *squeezer, const uint8_t *page, uint8_t *to,
			 size_t *ret_len, struct kx_err *err)
{
	size_t len;
	int rc;

	if (!squeezer->way)
		return 1;
	rc = squeezer->way->run(squeezer->work, page, squeezer->page_size, to, &len);
	if (rc < 0)
		return squeeze_failed(rc, err);
	if (len >= squeezer->page_size)
		return 1;
	*ret_len = len;
	return 0;
}

int kx_page_squeeze(struct kx_page_squeezer *squeezer, const uint8_t *page, struct kx_span *ret,
		    struct kx_err *err)
{
	size_t len = 0;
	int rc = kx_page_squeeze_into(squeezer, page, squeezer->out, &len, err);

	if (rc == 0)
		*ret = (struct kx_span){ squeezer->out, len };
	return rc;
}
