/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a page was used for, by its struct page and the next one. */
#include "kx/bytes.h"
#include "lib/pages/internal.h"

/*
 * Linux, include/linux/page-flags.h: bit 0 of mapping says anonymous memory; what is below -128 in
 * _mapcount is a type, known here or not.
 */
enum { MAPPING_ANON = 1, HEAD_TAIL = 1, MAPCOUNT_RESERVE = -128 };

const char *kx_page_class_name(enum kx_page_class class)
{
	static const char *const name[KX_PAGE_CLASSES] = {
		[KX_PAGE_KERNEL] = "kernel",
		[KX_PAGE_CACHE] = "cache",
		[KX_PAGE_CACHE_PRIVATE] = "private cache",
		[KX_PAGE_USER] = "user",
		[KX_PAGE_FREE] = "free",
		[KX_PAGE_OFFLINE] = "offline",
		[KX_PAGE_POISON] = "poison",
	};

	return name[class];
}

bool kx_page_excluded(enum kx_page_class class, unsigned int level)
{
	switch (class) {
	case KX_PAGE_CACHE: return level & (KX_LEVEL_CACHE | KX_LEVEL_CACHE_PRIVATE);
	case KX_PAGE_CACHE_PRIVATE: return level & KX_LEVEL_CACHE_PRIVATE;
	case KX_PAGE_USER: return level & KX_LEVEL_USER;
	case KX_PAGE_FREE: return level & KX_LEVEL_FREE;
	case KX_PAGE_OFFLINE:
	case KX_PAGE_POISON: return true;
	case KX_PAGE_KERNEL:
	case KX_PAGE_CLASSES: break;
	}
	return false;
}

/** struct view - a struct page as it is looked at */
struct view {
	const struct kx_pages *pages;
	const uint8_t *page, *tail;
	uint64_t flags, mapping;
	uint32_t mapcount;
};

static uint64_t number(const struct kx_pages *pages, const uint8_t *page, uint64_t at,
		       unsigned int width)
{
	return kx_get(page + at, width, pages->big_endian);
}

static bool has_flag(const struct view *v, const struct page_flag *flag)
{
	return flag->known && (v->flags & flag->mask);
}

static bool has_type(const struct view *v, const struct page_type *type)
{
	const struct page_keys *k = &v->pages->keys;

	if (!type->known || !k->has_mapcount)
		return false;
	if (k->by_top_byte)
		return v->mapcount >> 24 == type->value >> 24;
	return v->mapcount == type->value;
}

/* But for those of hugetlbfs, typed pages are the kernel's own, whatever else they have. */
static bool is_typed(const struct view *v)
{
	return v->pages->keys.has_mapcount && (int32_t)v->mapcount < MAPCOUNT_RESERVE;
}

static bool is_slab(const struct view *v)
{
	const struct page_keys *k = &v->pages->keys;

	return k->slab_type.known ? has_type(v, &k->slab_type) : has_flag(v, &k->slab_flag);
}

/* A block must be where blocks of its size begin: what is not is a page caught in between. */
static bool is_aligned(uint64_t pfn, unsigned int order)
{
	return (pfn & ((UINT64_C(1) << order) - 1)) == 0;
}

static unsigned int compound_order(const struct view *v, uint64_t pfn)
{
	const struct page_keys *k = &v->pages->keys;
	uint64_t order = 0;

	if (!has_flag(v, &k->compound) || !v->tail)
		return 0;
	if (k->compound_how == COMPOUND_BYTE)
		order = v->tail[k->order_at];
	else if (k->compound_how == COMPOUND_FLAGS)
		order = number(v->pages, v->tail, k->flags, v->pages->long_size) & 0xff;
	if (order > KX_PAGES_ORDER_MAX || !is_aligned(pfn, (unsigned int)order))
		return 0;
	return (unsigned int)order;
}

static bool is_hugetlb(const struct view *v, unsigned int order)
{
	const struct page_keys *k = &v->pages->keys;

	if (order == 0)
		return false;
	switch (k->hugetlb_how) {
	case HUGETLB_TYPE: return has_type(v, &k->hugetlb_type);
	case HUGETLB_FLAG:
		return number(v->pages, v->tail, k->flags, v->pages->long_size) &
		       k->hugetlb_flag.mask;
	case HUGETLB_DTOR: return v->tail[k->dtor_at] == k->hugetlb_dtor;
	case HUGETLB_UNKNOWN: break;
	}
	return false;
}

/* The buddy allocator's, and memory that a guest has not accepted, in the largest blocks. */
static bool is_free(const struct view *v, uint64_t pfn, unsigned int *ret_order)
{
	const struct page_keys *k = &v->pages->keys;
	uint64_t order;

	if (k->missing[KX_PAGE_FREE])
		return false;
	if (has_type(v, &k->buddy))
		order = number(v->pages, v->page, k->private, v->pages->long_size);
	else if (has_type(v, &k->unaccepted))
		order = k->max_order - 1;
	else
		return false;
	if (order >= k->max_order || !is_aligned(pfn, (unsigned int)order))
		return false;
	*ret_order = (unsigned int)order;
	return true;
}

static bool is_cache(const struct view *v)
{
	const struct page_keys *k = &v->pages->keys;

	if (k->missing[KX_PAGE_CACHE] || (v->mapping & MAPPING_ANON))
		return false;
	/* Since v4.10 the bit has another meaning for pages that swap does not back. */
	return has_flag(v, &k->lru) ||
	       (has_flag(v, &k->swapcache) && has_flag(v, &k->swapbacked));
}

bool kx_page_is_poisoned(const struct kx_pages *pages, const uint8_t *page)
{
	const struct page_keys *k = &pages->keys;

	return k->poison.known && number(pages, page, k->flags, pages->long_size) & k->poison.mask;
}

enum kx_page_class kx_page_classify_one(const struct kx_pages *pages, const uint8_t *page,
					const uint8_t *tail, uint64_t pfn,
					unsigned int *ret_order, bool *ret_listed)
{
	const struct page_keys *k = &pages->keys;
	struct view v = { .pages = pages, .page = page, .tail = tail };

	*ret_order = 0;
	*ret_listed = false;
	/* A tail that no head was seen for, as where the walk begins. */
	if (number(pages, page, k->head, pages->long_size) & HEAD_TAIL)
		return KX_PAGE_KERNEL;
	v.flags = number(pages, page, k->flags, pages->long_size);
	if (k->has_mapping)
		v.mapping = number(pages, page, k->mapping, pages->long_size);
	if (k->has_mapcount)
		v.mapcount = (uint32_t)number(pages, page, k->mapcount, 4);
	if (has_flag(&v, &k->poison))
		return KX_PAGE_POISON;
	if (is_slab(&v)) {
		*ret_order = compound_order(&v, pfn);
		return KX_PAGE_KERNEL;
	}
	if (is_free(&v, pfn, ret_order)) {
		*ret_listed = has_type(&v, &k->buddy);
		return KX_PAGE_FREE;
	}
	if (!k->missing[KX_PAGE_OFFLINE] && has_type(&v, &k->offline))
		return KX_PAGE_OFFLINE;
	*ret_order = compound_order(&v, pfn);
	if (is_hugetlb(&v, *ret_order))
		return k->missing[KX_PAGE_USER] ? KX_PAGE_KERNEL : KX_PAGE_USER;
	if (is_typed(&v))
		return KX_PAGE_KERNEL;
	if (is_cache(&v))
		return has_flag(&v, &k->private_flag) ? KX_PAGE_CACHE_PRIVATE : KX_PAGE_CACHE;
	if (!k->missing[KX_PAGE_USER] && (v.mapping & MAPPING_ANON))
		return KX_PAGE_USER;
	return KX_PAGE_KERNEL;
}
