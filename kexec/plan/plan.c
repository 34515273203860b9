/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds plans: memory for their bytes, room for their segments, digests for purgatory. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/plan/arch.h"
#include "kexec/plan/plan.h"
#include "kx/sha256.h"

uint64_t kx_plan_page_size(const struct kx_plan *plan)
{
	return plan->page_size ? plan->page_size : KX_PAGE_SIZE;
}

void kx_plan_done(struct kx_plan *plan)
{
	kx_ranges_done(&plan->usable);
	free(plan->segments);
	for (size_t i = 0; i < plan->n_notes; i++)
		free(plan->notes[i]);
	free(plan->notes);
	for (size_t i = 0; i < plan->n_owned; i++)
		free(plan->owned[i]);
	free(plan->owned);
	*plan = (struct kx_plan){ 0 };
}

void *kx_plan_alloc(struct kx_plan *plan, size_t size)
{
	void **owned = reallocarray(plan->owned, plan->n_owned + 1, sizeof(*owned));
	void *memory;

	if (!owned)
		return NULL;
	plan->owned = owned;
	memory = calloc(1, size ? size : 1);
	if (memory)
		owned[plan->n_owned++] = memory;
	return memory;
}

void kx_plan_note(struct kx_plan *plan, const char *format, ...)
{
	char **notes = reallocarray(plan->notes, plan->n_notes + 1, sizeof(*notes));
	va_list args;
	char *text;
	int len;

	if (!notes)
		return;
	plan->notes = notes;
	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len >= 0)
		notes[plan->n_notes++] = text;
}

static int add_segment(struct kx_plan *plan, const struct kx_segment *segment)
{
	if (plan->n_segments == plan->room) {
		size_t room = plan->room ? plan->room * 2 : KX_SEGMENT_MAX;
		struct kx_segment *more = reallocarray(plan->segments, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		plan->segments = more;
		plan->room = room;
	}
	plan->segments[plan->n_segments++] = *segment;
	return 0;
}

/* The segment that [start, start + size) would touch, or NULL. */
static const struct kx_segment *in_the_way(const struct kx_plan *plan, uint64_t start,
					   uint64_t size)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (s->addr < start + size && start < s->addr + s->memsz)
			return s;
	}
	return NULL;
}

/* The highest start in [low, high) of the wanted alignment whose @size bytes are free. */
static bool fit_below(const struct kx_plan *plan, uint64_t low, uint64_t high, uint64_t size,
		      const struct kx_place *place, uint64_t *ret)
{
	const struct kx_segment *other;
	uint64_t start;

	while (low < high && high - low >= size && high - size >= place->skew) {
		start = ((high - size - place->skew) & ~(place->align - 1)) + place->skew;
		if (start < low)
			return false;
		other = in_the_way(plan, start, size);
		if (!other) {
			*ret = start;
			return true;
		}
		high = other->addr;
	}
	return false;
}

/* The lowest such start. */
static bool fit_above(const struct kx_plan *plan, uint64_t low, uint64_t high, uint64_t size,
		      const struct kx_place *place, uint64_t *ret)
{
	const struct kx_segment *other;
	uint64_t start;

	while (low < high && low <= UINT64_MAX - place->align) {
		start = low < place->skew ? 0 : low - place->skew;
		start = ((start + place->align - 1) & ~(place->align - 1)) + place->skew;
		if (start >= high || high - start < size)
			return false;
		other = in_the_way(plan, start, size);
		if (!other) {
			*ret = start;
			return true;
		}
		low = other->addr + other->memsz;
	}
	return false;
}

static uint64_t page_up(uint64_t address, uint64_t page_size)
{
	uint64_t mask = page_size - 1;

	return address > UINT64_MAX - mask ? ~mask : (address + mask) & ~mask;
}

/* Whole pages of @range that lie in @limit; empty when there are none. */
static struct kx_range window(const struct kx_plan *plan, const struct kx_range *range,
			      const struct kx_range *limit)
{
	uint64_t start = range->start > limit->start ? range->start : limit->start;
	uint64_t end = range->end < limit->end ? range->end : limit->end;
	uint64_t page = kx_plan_page_size(plan);

	return (struct kx_range){ page_up(start, page), end & ~(page - 1), 0 };
}

/* @w and the segments allow the address that @place fixes. */
static bool fits_fixed(const struct kx_plan *plan, const struct kx_range *w,
		       const struct kx_place *place, uint64_t size)
{
	return place->at >= w->start && place->at <= w->end && w->end - place->at >= size &&
	       !in_the_way(plan, place->at, size);
}

static bool find_room(const struct kx_plan *plan, const struct kx_place *place, uint64_t size,
		      uint64_t *ret)
{
	size_t count = plan->usable.count;

	for (size_t i = 0; i < count; i++) {
		const struct kx_range *range =
			&plan->usable.item[place->lowest ? i : count - 1 - i];
		struct kx_range w = window(plan, range, &place->limit);

		if (place->fixed) {
			if (!fits_fixed(plan, &w, place, size))
				continue;
			*ret = place->at;
			return true;
		}
		if ((place->lowest ? fit_above : fit_below)(plan, w.start, w.end, size, place, ret))
			return true;
	}
	return false;
}

/* For the error text: the largest free piece inside @limit. */
static uint64_t largest_hole(const struct kx_plan *plan, const struct kx_range *limit)
{
	struct kx_ranges taken = { 0 }, rest = { 0 };
	uint64_t largest = 0;
	int rc = 0;

	for (size_t i = 0; i < plan->n_segments && rc == 0; i++)
		rc = kx_ranges_add(&taken, plan->segments[i].addr,
				   plan->segments[i].addr + plan->segments[i].memsz, 0);
	for (size_t i = 0; i < plan->usable.count && rc == 0; i++) {
		struct kx_range w = window(plan, &plan->usable.item[i], limit);

		rc = kx_ranges_add(&rest, w.start, w.end, 0);
	}
	kx_ranges_merge(&taken);
	if (rc == 0)
		rc = kx_ranges_subtract(&rest, &taken);
	for (size_t i = 0; i < rest.count && rc == 0; i++) {
		if (rest.item[i].end - rest.item[i].start > largest)
			largest = rest.item[i].end - rest.item[i].start;
	}
	kx_ranges_done(&taken);
	kx_ranges_done(&rest);
	return largest;
}

static int check_place(const struct kx_plan *plan, const struct kx_place *place, uint64_t size,
		       struct kx_err *err)
{
	uint64_t mask = kx_plan_page_size(plan) - 1;

	if (place->align & (place->align - 1))
		return kx_fail(err, -EINVAL, "%s: alignment 0x%" PRIx64 " is not a power of two",
			       place->what, place->align);
	if (place->skew & mask)
		return kx_fail(err, -EINVAL, "%s: offset 0x%" PRIx64 " is not a number of pages",
			       place->what, place->skew);
	if (size == 0 || size > UINT64_MAX - mask)
		return kx_fail(err, -EINVAL, "%s: %" PRIu64 " bytes are not a size", place->what,
			       size);
	return 0;
}

static int no_room(const struct kx_plan *plan, const struct kx_place *place, uint64_t size,
		   struct kx_err *err)
{
	return kx_fail(err, -EADDRNOTAVAIL,
		       "no room for the %s: 0x%" PRIx64 " bytes wanted%s in [0x%" PRIx64
		       ", 0x%" PRIx64 "), the largest free range there has 0x%" PRIx64,
		       place->what, size, place->fixed ? " at a fixed address" : "",
		       place->limit.start, place->limit.end, largest_hole(plan, &place->limit));
}

int kx_plan_place(struct kx_plan *plan, const struct kx_place *wanted, uint64_t *ret_addr,
		  struct kx_err *err)
{
	struct kx_place place = *wanted;
	uint64_t page = kx_plan_page_size(plan);
	struct kx_segment segment = {
		.what = place.what,
		.data = place.data,
		.unverified = place.unverified,
		.memsz = place.memsz > place.data.len ? place.memsz : place.data.len,
	};
	int rc;

	if (place.align < page)
		place.align = page;
	rc = check_place(plan, &place, segment.memsz, err);
	if (rc < 0)
		return rc;
	segment.memsz = page_up(segment.memsz, page);
	if (!find_room(plan, &place, segment.memsz, &segment.addr))
		return no_room(plan, &place, segment.memsz, err);
	if (place.fixed && (segment.addr & (place.align - 1)))
		return kx_fail(err, -EINVAL, "%s: its fixed address 0x%" PRIx64 " is not aligned",
			       place.what, segment.addr);
	if (add_segment(plan, &segment) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the list of segments");
	*ret_addr = segment.addr;
	return 0;
}

static void describe(struct kx_purg_params *params, const struct kx_request *req)
{
	enum kx_psci psci = req->firmware ? req->firmware->psci : KX_PSCI_NONE;

	params->flags = (req->no_checks ? 0 : KX_PURG_VERIFY) |
			(req->halt_on_mismatch ? KX_PURG_HALT : 0) |
			(req->reset_vga ? KX_PURG_RESET_VGA : 0) |
			(req->console_vga ? KX_PURG_CONSOLE_VGA : 0) |
			(req->quiet_purgatory ? KX_PURG_QUIET : 0);
	params->console_kind = req->console_kind;
	params->console_base = req->console_base;
	params->console_divisor = req->console_divisor;
	params->reset = psci == KX_PSCI_SMC ? KX_PURG_RESET_PSCI_SMC :
			psci == KX_PSCI_HVC ? KX_PURG_RESET_PSCI_HVC :
					      KX_PURG_RESET_DEFAULT;
}

/* For a plan that is only looked at: the room that every purgatory so far fits in. */
static const uint8_t *missing_purgatory(struct kx_plan *plan, const struct kx_request *req,
					size_t *ret_size, uint64_t *ret_memsz)
{
	enum { ROOM = 32 << 10 };

	if (!req->plan_only)
		return NULL;
	kx_plan_note(plan, "this kexec was built without a purgatory for %s: it can plan, not load",
		     plan->arch->isa->name);
	*ret_size = KX_PURG_ENTRY;
	*ret_memsz = ROOM;
	return kx_plan_alloc(plan, KX_PURG_ENTRY);
}

/*
 * A copy of the image with its memory and what the architecture wants behind it, or just the bytes
 * of the image when that is nothing.
 */
static uint8_t *copy_purgatory(struct kx_plan *plan, const uint8_t *image, size_t size,
			       uint64_t memsz, size_t room)
{
	uint8_t *copy = kx_plan_alloc(plan, room ? (size_t)memsz + room : size);

	if (copy)
		memcpy(copy, image, size);
	return copy;
}

int kx_plan_add_purgatory(struct kx_plan *plan, const struct kx_request *req,
			  struct kx_range limit, struct kx_err *err)
{
	const struct kx_arch *arch = plan->arch;
	const uint8_t *image = arch->purgatory;
	size_t size = *arch->purgatory_size, room;
	struct kx_purg_params *params;
	uint64_t addr, memsz;
	uint8_t *copy;
	int rc;

	/* The image has its target's byte order, which need not be the host's. */
	if (size <= KX_PURG_ENTRY ||
	    !kx_span_le((struct kx_span){ image, size }, offsetof(struct kx_purg_params, memsz), 8,
			&memsz))
		image = missing_purgatory(plan, req, &size, &memsz);
	if (!image)
		return kx_fail(err, -ENOTSUP,
			       "this kexec was built without a purgatory for %s: configure found no "
			       "compiler for it",
			       arch->isa->name);
	room = arch->purgatory_room ? arch->purgatory_room(plan, memsz) : 0;
	copy = copy_purgatory(plan, image, size, memsz, room);
	if (!copy)
		return kx_fail(err, -ENOMEM, "no memory for purgatory");
	params = (struct kx_purg_params *)(void *)copy;
	describe(params, req);
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "purgatory",
				   .data = { copy, room ? (size_t)memsz + room : size },
				   .memsz = memsz + room,
				   .unverified = true,
				   .limit = limit,
			   },
			   &addr, err);
	if (rc == 0 && room)
		rc = arch->purgatory_fill(plan, (struct kx_range){ addr, addr + memsz, 0 },
					  addr + memsz, copy + memsz, room, params, err);
	if (rc < 0)
		return rc;
	plan->purgatory = params;
	plan->entry = addr + KX_PURG_ENTRY;
	return 0;
}

int kx_plan_seal(struct kx_plan *plan, struct kx_err *err)
{
	struct kx_purg_params *params = plan->purgatory;
	kx_sha256_blocks_fn *blocks = kx_sha256_blocks_best();

	if (!params || !(params->flags & KX_PURG_VERIFY))
		return 0;
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];
		struct kx_purg_region *region;

		if (s->unverified || s->data.len == 0)
			continue;
		if (params->n_regions == KX_PURG_REGIONS)
			return kx_fail(err, -E2BIG, "more than %d segments to verify",
				       KX_PURG_REGIONS);
		region = &params->region[params->n_regions++];
		region->start = s->addr;
		region->len = s->data.len;
		memcpy(region->name, s->what, strnlen(s->what, sizeof(region->name)));
		kx_sha256(blocks, s->data.base, s->data.len, region->digest);
	}
	return 0;
}
