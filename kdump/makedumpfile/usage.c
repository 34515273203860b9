/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --mem-usage: what the pages of a running kernel are used for. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kdump/makedumpfile/internal.h"
#include "kx/estimate.h"
#include "kx/page_codec.h"

/* Some of those that were looked at are of zeros: as many, in proportion, are in all of them. */
static uint64_t zeros_of(const struct kx_estimate_class *c)
{
	return c->sampled ? (uint64_t)((double)c->pages * (double)c->zero / (double)c->sampled) : 0;
}

static void put_row(const char *name, uint64_t pages, const char *excludable, const char *text)
{
	printf("%-15s %-23" PRIu64 " %-15s %s\n", name, pages, excludable, text);
}

/* By the words that scripts know. */
static void put_table(const struct kx_estimate *estimate)
{
	uint64_t pages[KX_PAGE_CLASSES], zeros = 0, all = 0;
	uint64_t size = kx_estimate_page_size(estimate);

	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		struct kx_estimate_class found = kx_estimate_class(estimate, c);
		uint64_t zero = c == KX_PAGE_FREE ? 0 : zeros_of(&found);

		pages[c] = found.pages - zero;
		zeros += zero;
		all += found.pages;
	}
	printf("\nTYPE            PAGES                   EXCLUDABLE      DESCRIPTION\n"
	       "----------------------------------------------------------------------\n");
	put_row("ZERO", zeros, "yes", "Pages filled with zero, estimated");
	put_row("NON_PRI_CACHE", pages[KX_PAGE_CACHE], "yes", "Cache pages without private flag");
	put_row("PRI_CACHE", pages[KX_PAGE_CACHE_PRIVATE], "yes", "Cache pages with private flag");
	put_row("USER", pages[KX_PAGE_USER], "yes", "User process pages");
	put_row("FREE", pages[KX_PAGE_FREE], "yes", "Free pages");
	put_row("KERN_DATA", pages[KX_PAGE_KERNEL], "no", "Dumpable kernel data");
	printf("\npage size:              %" PRIu64 "\n"
	       "Total pages on system:  %" PRIu64 "\n"
	       "Total size on system:   %" PRIu64 " Byte\n",
	       size, all, all * size);
}

int mdf_mem_usage(struct kx_dump *dump, struct kx_err *err)
{
	static const struct kx_estimate_codec codec = { KX_PAGE_CODEC_NONE, 0 };
	struct kx_estimate *estimate = NULL;
	int rc = kx_estimate_new(dump, &codec, 1, NULL, NULL, &estimate, err);

	if (rc < 0)
		return rc;
	if (kx_estimate_unfiltered(estimate)[0])
		rc = kx_fail(err, -ENODATA, "pages are not told apart: %.200s",
			     kx_estimate_unfiltered(estimate));
	else
		put_table(estimate);
	kx_estimate_free(estimate);
	return rc;
}
