/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What VMCOREINFO says of struct page (Linux, Documentation/admin-guide/kdump/vmcoreinfo.rst). A
 * key that is missing makes a class unknown, never another one.
 */
#include <errno.h>

#include "lib/pages/internal.h"

static bool flag(const struct kx_vmcoreinfo *info, const char *name, struct page_flag *ret)
{
	uint64_t bit;

	if (!kx_vmcoreinfo_number(info, name, &bit) || bit > 63)
		return false;
	*ret = (struct page_flag){ true, UINT64_C(1) << bit };
	return true;
}

static bool type(const struct kx_vmcoreinfo *info, const char *name, struct page_type *ret)
{
	uint64_t value;

	/* They are printed as signed numbers of 32 bits. */
	if (!kx_vmcoreinfo_number(info, name, &value))
		return false;
	*ret = (struct page_type){ true, (uint32_t)value };
	return true;
}

/* An offset of a number of @width bytes that lies in a struct page. */
static bool offset(const struct kx_vmcoreinfo *info, const char *name, uint64_t size,
		   unsigned int width, uint64_t *ret)
{
	uint64_t at;

	if (!kx_vmcoreinfo_offset(info, name, &at) || at > size || width > size - at)
		return false;
	*ret = at;
	return true;
}

/* Offsets of struct folio go on behind the head's struct page: these are in the first tail. */
static bool tail_offset(const struct kx_vmcoreinfo *info, const char *name, uint64_t size,
			uint64_t *ret)
{
	uint64_t at;

	if (!kx_vmcoreinfo_offset(info, name, &at) || at < size || at - size >= size)
		return false;
	*ret = at - size;
	return true;
}

static void read_compound(const struct kx_vmcoreinfo *info, struct page_keys *k)
{
	uint64_t mask;

	if (kx_vmcoreinfo_number(info, "PG_head_mask", &mask) && mask)
		k->compound = (struct page_flag){ true, mask };
	if (k->hugetlb_flag.known || k->hugetlb_type.known)
		k->compound_how = COMPOUND_FLAGS;
	else if (tail_offset(info, "folio._folio_order", k->size, &k->order_at) ||
		 offset(info, "page.compound_order", k->size, 1, &k->order_at))
		k->compound_how = COMPOUND_BYTE;
}

static void read_hugetlb(const struct kx_vmcoreinfo *info, struct page_keys *k)
{
	if (type(info, "PAGE_HUGETLB_MAPCOUNT_VALUE", &k->hugetlb_type))
		k->hugetlb_how = HUGETLB_TYPE;
	else if (flag(info, "PG_hugetlb", &k->hugetlb_flag))
		k->hugetlb_how = HUGETLB_FLAG;
	else if (kx_vmcoreinfo_number(info, "HUGETLB_PAGE_DTOR", &k->hugetlb_dtor) &&
		 (tail_offset(info, "folio._folio_dtor", k->size, &k->dtor_at) ||
		  offset(info, "page.compound_dtor", k->size, 1, &k->dtor_at)))
		k->hugetlb_how = HUGETLB_DTOR;
}

static void first_missing(struct page_keys *k, enum kx_page_class class, bool known,
			  const char *key)
{
	if (!known && !k->missing[class])
		k->missing[class] = key;
}

/* What each class cannot do without. */
static void find_missing(struct page_keys *k)
{
	static const enum kx_page_class cache[] = { KX_PAGE_CACHE, KX_PAGE_CACHE_PRIVATE };
	bool slab = k->slab_flag.known || (k->slab_type.known && k->has_mapcount);

	for (size_t i = 0; i < 2; i++) {
		first_missing(k, cache[i], k->lru.known, "NUMBER(PG_lru)");
		first_missing(k, cache[i], k->has_mapping, "OFFSET(page.mapping)");
		first_missing(k, cache[i], k->swapcache.known, "NUMBER(PG_swapcache)");
		first_missing(k, cache[i], k->swapbacked.known, "NUMBER(PG_swapbacked)");
		first_missing(k, cache[i], k->private_flag.known, "NUMBER(PG_private)");
		/* What has a type, or is slab's, is none whatever its flags are. */
		first_missing(k, cache[i], k->has_mapcount, "OFFSET(page._mapcount)");
		first_missing(k, cache[i], slab, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)");
	}
	first_missing(k, KX_PAGE_USER, k->has_mapping, "OFFSET(page.mapping)");
	first_missing(k, KX_PAGE_USER, k->has_mapcount, "OFFSET(page._mapcount)");
	/* Since v6.2 slab pages have something else where others have their mapping. */
	first_missing(k, KX_PAGE_USER, slab, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)");
	first_missing(k, KX_PAGE_USER, k->compound.known, "NUMBER(PG_head_mask)");
	first_missing(k, KX_PAGE_USER, k->hugetlb_how, "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)");
	first_missing(k, KX_PAGE_USER, k->compound_how, "OFFSET(page.compound_order)");
	first_missing(k, KX_PAGE_FREE, k->has_mapcount, "OFFSET(page._mapcount)");
	first_missing(k, KX_PAGE_FREE, k->has_private, "OFFSET(page.private)");
	first_missing(k, KX_PAGE_FREE, k->buddy.known, "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)");
	first_missing(k, KX_PAGE_FREE, k->max_order, "LENGTH(zone.free_area)");
	first_missing(k, KX_PAGE_FREE, slab, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)");
	first_missing(k, KX_PAGE_OFFLINE, slab, "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)");
	first_missing(k, KX_PAGE_OFFLINE, k->offline.known && k->has_mapcount,
		      "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)");
	first_missing(k, KX_PAGE_POISON, k->poison.known, "NUMBER(PG_hwpoison)");
}

static void read_flags_and_types(const struct kx_vmcoreinfo *info, struct page_keys *k)
{
	flag(info, "PG_lru", &k->lru);
	flag(info, "PG_private", &k->private_flag);
	flag(info, "PG_swapcache", &k->swapcache);
	flag(info, "PG_swapbacked", &k->swapbacked);
	flag(info, "PG_hwpoison", &k->poison);
	flag(info, "PG_slab", &k->slab_flag);
	type(info, "PAGE_BUDDY_MAPCOUNT_VALUE", &k->buddy);
	type(info, "PAGE_OFFLINE_MAPCOUNT_VALUE", &k->offline);
	type(info, "PAGE_SLAB_MAPCOUNT_VALUE", &k->slab_type);
	type(info, "PAGE_UNACCEPTED_MAPCOUNT_VALUE", &k->unaccepted);
	/*
	 * commit 4ffca5a96678c (in v6.12): one type a page, in the highest byte; what is below
	 * belongs to the owner. Before, all bits but one were set.
	 */
	k->by_top_byte = k->buddy.known && (k->buddy.value & 0xffffff) == 0;
}

int kx_page_keys_read(const struct kx_vmcoreinfo *info, struct page_keys *ret, struct kx_err *err)
{
	struct page_keys k = { .size = 0 };
	uint64_t max_order;

	if (!kx_vmcoreinfo_size(info, "page", &k.size) || k.size < 32 || k.size > 512)
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks SIZE(page)");
	if (!offset(info, "page.flags", k.size, 8, &k.flags))
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks OFFSET(page.flags)");
	/* commit d50569612c29 (in v7.1) renamed it; bit 0 still says "tail". */
	if (!offset(info, "page.compound_head", k.size, 8, &k.head) &&
	    !offset(info, "page.compound_info", k.size, 8, &k.head))
		return kx_fail(err, -ENODATA, "VMCOREINFO lacks OFFSET(page.compound_head)");
	k.has_mapping = offset(info, "page.mapping", k.size, 8, &k.mapping);
	k.has_mapcount = offset(info, "page._mapcount", k.size, 4, &k.mapcount);
	k.has_private = offset(info, "page.private", k.size, 8, &k.private);
	if (kx_vmcoreinfo_length(info, "zone.free_area", &max_order) &&
	    max_order <= KX_PAGES_ORDER_MAX)
		k.max_order = max_order;
	read_flags_and_types(info, &k);
	read_hugetlb(info, &k);
	read_compound(info, &k);
	find_missing(&k);
	*ret = k;
	return 0;
}

uint64_t kx_pages_block_max(const struct kx_pages *pages)
{
	return pages->keys.max_order ? UINT64_C(1) << (pages->keys.max_order - 1) : 0;
}
