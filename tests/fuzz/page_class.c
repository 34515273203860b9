/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A struct page and the one behind it, and VMCOREINFO. Byte 0: the era, since v6.9, of the keys;
 * byte 1: log2 of the page's number; 128 bytes of struct pages; then two bytes each for one changed
 * byte of VMCOREINFO. What is promised: one class for each page; a size that fits its place; and of
 * VMCOREINFO as kernels have it, that each line that is taken away only keeps more.
 */
#include <string.h>

#include "lib/pages/internal.h"
#include "tests/fuzz/fuzz.h"
#include "tests/tools/mkpages.h"

enum { STRUCT_PAGE = 64, PAGES = 2 + 2 * STRUCT_PAGE, TEXT = 4096 };

static enum kx_page_class classify(const struct kx_pages *pages, const uint8_t *data)
{
	uint64_t pfn = UINT64_C(1) << data[1] % 40;
	enum kx_page_class class, alone;
	unsigned int order;
	bool listed;

	class = kx_page_classify_one(pages, data + 2, data + 2 + STRUCT_PAGE, pfn, &order, &listed);
	PROMISE(class < KX_PAGE_CLASSES);
	PROMISE(order <= KX_PAGES_ORDER_MAX && pfn % (UINT64_C(1) << order) == 0);
	PROMISE(!listed || class == KX_PAGE_FREE);
	PROMISE(!pages->keys.missing[class]);
	alone = kx_page_classify_one(pages, data + 2, NULL, pfn, &order, &listed);
	PROMISE(alone < KX_PAGE_CLASSES && (class == KX_PAGE_FREE || order == 0));
	return class;
}

/* The line of VMCOREINFO at @line is as if it was not there. */
static void without(const struct kx_pages *full, const char *text, size_t line, const uint8_t *data)
{
	struct kx_pages less = *full;
	struct kx_vmcoreinfo info;
	struct kx_err err = { "" };
	char copy[TEXT];
	enum kx_page_class one, other;

	strcpy(copy, text);
	copy[line] = '-';
	info = (struct kx_vmcoreinfo){ kx_span_of(copy) };
	if (kx_page_keys_read(&info, &less.keys, &err) < 0) {
		PROMISE(err.text[0]);
		return;
	}
	one = classify(full, data);
	other = classify(&less, data);
	for (unsigned int level = 0; level <= KX_LEVEL_MAX; level++)
		PROMISE(!kx_page_excluded(other, level) || kx_page_excluded(one, level));
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_pages pages = { .shift = 12, .long_size = 8 };
	struct kx_vmcoreinfo info;
	struct kx_err err = { "" };
	char text[TEXT];
	size_t len;
	struct mkpages m;

	if (size < PAGES)
		return 0;
	mkpages_keys(&m, MKPAGES_6_9 + data[0] % (MKPAGES_ERAS - MKPAGES_6_9));
	len = m.dump.info.len;
	PROMISE(len < TEXT);
	memcpy(text, m.dump.info.base, len);
	text[len] = '\0';
	mkpages_done(&m);
	info = (struct kx_vmcoreinfo){ { (const uint8_t *)text, len } };
	PROMISE(kx_page_keys_read(&info, &pages.keys, &err) == 0);
	for (size_t at = 0; at < len; at += strcspn(text + at, "\n") + 1)
		without(&pages, text, at, data);
	for (size_t i = PAGES; i + 1 < size; i += 2)
		text[((size_t)data[i] << 4 | data[i + 1] >> 4) % len] =
			(char)(data[i + 1] % 96 + 32);
	if (size > PAGES + 1 && kx_page_keys_read(&info, &pages.keys, &err) == 0)
		classify(&pages, data);
	return 0;
}
