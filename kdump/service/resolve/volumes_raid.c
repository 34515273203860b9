/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes lines of device-mapper's "raid" apart. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kdump/service/resolve/volumes_raid.h"

enum { PAIRS_MAX = 253 }; /* the kernel's limit */

static bool take_count(struct kx_span *rest, uint64_t max, uint64_t *ret)
{
	struct kx_span word;

	return kx_span_word(rest, &word) && kx_span_number(word, 10, ret) && *ret <= max;
}

uint64_t volumes_array_least(struct kx_span level, uint64_t disks, uint64_t copies)
{
	uint64_t spare = 0;

	if (kx_span_equal(level, "raid1"))
		return 1;
	if (kx_span_starts(level, "raid4") || kx_span_starts(level, "raid5"))
		spare = 1;
	else if (kx_span_starts(level, "raid6"))
		spare = 2;
	else if (kx_span_starts(level, "raid10") && copies)
		spare = copies - 1;
	return disks > spare ? disks - spare : disks;
}

/* ---- what it says of itself ------------------------------------------------------------------ */

static const struct {
	const char *word;
	bool valued;
} known[] = {
	{ "nosync", false },	       { "raid10_use_near_sets", false },
	{ "region_size", true },       { "daemon_sleep", true },
	{ "min_recovery_rate", true }, { "max_recovery_rate", true },
	{ "write_mostly", true },      { "max_write_behind", true },
	{ "stripe_cache", true },      { "raid10_copies", true },
	{ "raid10_format", true },
};

/*
 * Others tell the kernel to change what is on the disks: once, and not again after a crash. With
 * "sync" it would not look at superblocks, and take for good what is out of date.
 */
static int take_options(struct kx_span *rest, uint64_t count, uint64_t *copies, struct kx_err *err)
{
	while (count > 0) {
		struct kx_span word, value = { NULL, 0 };
		size_t i = 0;

		if (!kx_span_word(rest, &word))
			return kx_fail(err, -ENOTSUP, "its table ends too early");
		while (i < sizeof(known) / sizeof(known[0]) && !kx_span_equal(word, known[i].word))
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			return kx_fail(err, -ENOTSUP, "its table has \"%.*s\": LVM rebuilds or "
				       "reshapes it now; kdump reload once that has ended",
				       word.len > 40 ? 40 : (int)word.len, (const char *)word.base);
		count--;
		if (!known[i].valued)
			continue;
		if (!count-- || !kx_span_word(rest, &value))
			return kx_fail(err, -ENOTSUP, "its table ends too early");
		if (kx_span_equal(word, "raid10_copies") && !kx_span_number(value, 10, copies))
			return kx_fail(err, -ENOTSUP, "its table has no number of copies");
	}
	return 0;
}

/* Pairs of which the kernel has both, or neither: "-". */
static int take_pairs(struct kx_span *rest, uint64_t pairs, uint64_t *ret, struct kx_err *err)
{
	struct kx_span meta, data;
	uint64_t there = 0;

	for (uint64_t i = 0; i < pairs; i++) {
		if (!kx_span_word(rest, &meta) || !kx_span_word(rest, &data))
			return kx_fail(err, -ENOTSUP, "its table ends too early");
		if (kx_span_equal(meta, "-") != kx_span_equal(data, "-"))
			return kx_fail(err, -ENOTSUP, "it has parts without metadata; dump to a plain "
				       "partition or over the network");
		there += !kx_span_equal(meta, "-");
	}
	*ret = there;
	return 0;
}

static int need_level(struct kx_span level, struct kx_devices *need, const char *why,
		      struct kx_err *err)
{
	static const struct {
		const char *begin, *module;
	} levels[] = { { "raid10", "md-raid10" }, { "raid1", "md-raid1" }, { "raid4", "md-raid4" },
		       { "raid5", "md-raid5" },	  { "raid6", "md-raid6" } };

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		int rc;

		if (!kx_span_starts(level, levels[i].begin))
			continue;
		rc = kx_devices_need(need, false, "dm_raid", why, err);
		return rc < 0 ? rc : kx_devices_need(need, false, levels[i].module, why, err);
	}
	return kx_fail(err, -ENOTSUP, "it is LVM's \"%.*s\", which a crash kernel cannot set up; dump to "
		       "a plain partition or over the network", level.len > 40 ? 40 : (int)level.len,
		       (const char *)level.base);
}

int volumes_raid(struct kx_span words, struct kx_devices *need, const char *why, uint64_t *least,
		 struct kx_err *err)
{
	uint64_t options, pairs, there = 0, copies = 2, enough;
	struct kx_span level, chunk;
	int rc;

	if (!kx_span_word(&words, &level) || !take_count(&words, 64, &options) || !options ||
	    !kx_span_word(&words, &chunk))
		return kx_fail(err, -ENOTSUP, "its table is not one of LVM's");
	rc = need_level(level, need, why, err);
	if (rc == 0)
		rc = take_options(&words, options - 1, &copies, err);
	if (rc < 0)
		return rc;
	if (!take_count(&words, PAIRS_MAX, &pairs))
		return kx_fail(err, -ENOTSUP, "its table ends too early");
	rc = take_pairs(&words, pairs, &there, err);
	if (rc < 0)
		return rc;
	if (!there)
		return kx_fail(err, -ENODEV, "none of its parts is there");
	/* It is written to now, with those that are there. */
	enough = volumes_array_least(level, pairs, copies);
	*least = there < enough ? there : enough;
	return 0;
}

/* "raid1 2 AA 2048/2048 idle 0 0 -": "A" is in order, "a" is not up to date, "D" has failed. */
bool volumes_raid_health(struct kx_span status, unsigned int *lost, unsigned int *all)
{
	struct kx_span level, letters;
	uint64_t pairs;

	if (!kx_span_word(&status, &level) || !take_count(&status, PAIRS_MAX, &pairs) ||
	    !kx_span_word(&status, &letters) || letters.len != pairs)
		return false;
	*all = (unsigned int)pairs;
	*lost = 0;
	for (size_t i = 0; i < letters.len; i++)
		*lost += letters.base[i] != 'A';
	return true;
}
