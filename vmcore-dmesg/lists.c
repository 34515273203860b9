/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses lists of levels and facilities. */
#include <errno.h>
#include <string.h>

#include "kx/names.h"
#include "kx/span.h"
#include "vmcore-dmesg/lists.h"

static int find(struct kx_span word, const char *(*name)(unsigned int), int count)
{
	for (int i = 0; i < count; i++) {
		const char *known = name((unsigned int)i);

		if (known && kx_span_equal(word, known))
			return i;
	}
	return -EINVAL;
}

/* The next word of *@list, which is moved behind its comma; false at the end. */
static bool next_word(const char **list, struct kx_span *ret)
{
	size_t len;

	if (!*list)
		return false;
	len = strcspn(*list, ",");
	*ret = (struct kx_span){ (const uint8_t *)*list, len };
	*list = (*list)[len] ? *list + len + 1 : NULL;
	return true;
}

static int bad_word(struct kx_span word, const char *what, struct kx_err *err)
{
	return kx_fail(err, -EINVAL, "\"%.*s\" is not a %s; --help lists them",
		       word.len > 40 ? 40 : (int)word.len, (const char *)word.base, what);
}

int level_list(const char *list, uint32_t *ret, struct kx_err *err)
{
	struct kx_span word;
	uint32_t mask = 0;

	while (next_word(&list, &word)) {
		bool up = word.len > 1 && word.base[word.len - 1] == '+';
		bool down = !up && word.len > 1 && word.base[0] == '+';
		struct kx_span name = { word.base + down, word.len - up - down };
		int level = find(name, kx_level_name, KX_LEVELS);

		if (level < 0)
			return bad_word(word, "level", err);
		if (up)
			mask |= (2U << level) - 1;
		else if (down)
			mask |= ((1U << KX_LEVELS) - 1) & ~((1U << level) - 1);
		else
			mask |= 1U << level;
	}
	*ret = mask;
	return 0;
}

int facility_list(const char *list, uint32_t *ret, struct kx_err *err)
{
	struct kx_span word;
	uint32_t mask = 0;

	while (next_word(&list, &word)) {
		int facility = find(word, kx_facility_name, KX_FACILITIES);

		if (facility < 0)
			return bad_word(word, "facility", err);
		mask |= 1U << facility;
	}
	*ret = mask;
	return 0;
}
