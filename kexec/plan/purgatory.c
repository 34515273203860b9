/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds purgatory to a plan, and writes down for it what it shall do and verify. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/plan/arch.h"
#include "kexec/plan/plan.h"
#include "kexec/plan/request.h"
#include "kx/bytes.h"
#include "kx/sha256.h"

static const uint64_t four_gib = UINT64_C(1) << 32;

static void describe(struct kx_purg_params *params, const struct kx_request *req)
{
	enum kx_psci psci = req->machine->firmware.psci;

	params->flags = (req->purgatory.no_checks ? 0 : KX_PURG_VERIFY) |
			(req->purgatory.halt_on_mismatch ? KX_PURG_HALT : 0) |
			(req->purgatory.reset_vga ? KX_PURG_RESET_VGA : 0) |
			(req->purgatory.console_vga ? KX_PURG_CONSOLE_VGA : 0) |
			(req->purgatory.quiet ? KX_PURG_QUIET : 0);
	params->console_kind = req->purgatory.console_kind;
	params->console_base = req->purgatory.console_base;
	params->console_divisor = req->purgatory.console_divisor;
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

static int add_purgatory(struct kx_plan *plan, const struct kx_request *req, struct kx_span image,
			 uint64_t memsz, struct kx_range limit, struct kx_err *err)
{
	const struct kx_arch *arch = plan->arch;
	size_t room = arch->purgatory_room ? arch->purgatory_room(plan, memsz) : 0;
	struct kx_purg_params *params = kx_plan_alloc(plan, sizeof(*params));
	uint8_t *copy = copy_purgatory(plan, image.base, image.len, memsz, room);
	uint64_t addr;
	int rc;

	if (!params || !copy || (arch->purgatory_room && room == 0))
		return kx_fail(err, -ENOMEM, "no memory for purgatory");
	*params = (struct kx_purg_params){ .magic = KX_PURG_MAGIC, .memsz = memsz };
	describe(params, req);
	rc = kx_plan_place(plan,
			   &(struct kx_place){
				   .what = "purgatory",
				   .data = { copy, room ? (size_t)memsz + room : image.len },
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
	plan->purgatory_image = copy;
	plan->entry = addr + KX_PURG_ENTRY;
	return 0;
}

int kx_plan_add_purgatory(struct kx_plan *plan, const struct kx_request *req,
			  struct kx_range limit, struct kx_err *err)
{
	const struct kx_arch *arch = plan->arch;
	struct kx_span image = { arch->purgatory, *arch->purgatory_size };
	uint64_t memsz;

	if (image.len <= KX_PURG_ENTRY ||
	    !kx_span_get(image, offsetof(struct kx_purg_params, memsz), 8, arch->isa->big_endian,
			 &memsz))
		image.base = missing_purgatory(plan, req, &image.len, &memsz);
	if (!image.base)
		return kx_fail(err, -ENOTSUP,
			       "this kexec was built without a purgatory for %s: configure found no "
			       "compiler for it",
			       arch->isa->name);
	return add_purgatory(plan, req, image, memsz, limit, err);
}

int kx_plan_add_purgatory_protected(struct kx_plan *plan, const struct kx_request *req,
				    struct kx_range limit, struct kx_err *err)
{
	int rc;

	if (!plan->arch->protected_mode)
		return kx_fail(err, -ENOTSUP, "purgatory for %s cannot enter 32-bit protected mode",
			       plan->arch->isa->name);
	if (limit.end > four_gib)
		limit.end = four_gib;
	rc = kx_plan_add_purgatory(plan, req, limit, err);
	if (rc == 0)
		plan->purgatory->mode = KX_PURG_MODE_PROTECTED;
	return rc;
}

/* What runs, and what is jumped to, once the processor has 32-bit addresses. */
static int check_protected(const struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_purg_params *params = plan->purgatory;

	if (params->mode == KX_PURG_MODE_OWN)
		return 0;
	if (params->entry >= four_gib)
		return kx_fail(err, -EINVAL, "entry 0x%" PRIx64 " is above 4 GiB, where 32-bit "
			       "protected mode cannot jump to",
			       params->entry);
	if (plan->entry >= four_gib || params->memsz > four_gib - (plan->entry - KX_PURG_ENTRY))
		return kx_fail(err, -EINVAL, "purgatory at 0x%" PRIx64 " is above 4 GiB, where 32-bit "
			       "protected mode cannot run it",
			       plan->entry - KX_PURG_ENTRY);
	return 0;
}

static int add_digests(struct kx_plan *plan, struct kx_err *err)
{
	struct kx_purg_params *params = plan->purgatory;
	kx_sha256_blocks_fn *blocks = kx_sha256_blocks_best();

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

/* Bytes are the same in every order; numbers are not. */
static void write_region(uint8_t *to, const struct kx_purg_region *region, bool big_endian)
{
	memcpy(to, region, sizeof(*region));
	kx_put(to + offsetof(struct kx_purg_region, start), 8, region->start, big_endian);
	kx_put(to + offsetof(struct kx_purg_region, len), 8, region->len, big_endian);
}

static void write_params(uint8_t *to, const struct kx_purg_params *p, bool big_endian)
{
	const struct {
		size_t at;
		unsigned int width;
		uint64_t value;
	} number[] = {
		{ offsetof(struct kx_purg_params, magic), 8, p->magic },
		{ offsetof(struct kx_purg_params, entry), 8, p->entry },
		{ offsetof(struct kx_purg_params, arg), 8, p->arg },
		{ offsetof(struct kx_purg_params, memsz), 8, p->memsz },
		{ offsetof(struct kx_purg_params, flags), 4, p->flags },
		{ offsetof(struct kx_purg_params, n_regions), 4, p->n_regions },
		{ offsetof(struct kx_purg_params, console_kind), 4, p->console_kind },
		{ offsetof(struct kx_purg_params, console_divisor), 4, p->console_divisor },
		{ offsetof(struct kx_purg_params, console_base), 8, p->console_base },
		{ offsetof(struct kx_purg_params, backup_src), 8, p->backup_src },
		{ offsetof(struct kx_purg_params, backup_dst), 8, p->backup_dst },
		{ offsetof(struct kx_purg_params, backup_len), 8, p->backup_len },
		{ offsetof(struct kx_purg_params, page_table), 8, p->page_table },
		{ offsetof(struct kx_purg_params, reset), 4, p->reset },
		{ offsetof(struct kx_purg_params, mode), 4, p->mode },
		{ offsetof(struct kx_purg_params, regs.edi), 4, p->regs.edi },
		{ offsetof(struct kx_purg_params, regs.esi), 4, p->regs.esi },
		{ offsetof(struct kx_purg_params, regs.ebp), 4, p->regs.ebp },
		{ offsetof(struct kx_purg_params, regs.esp), 4, p->regs.esp },
		{ offsetof(struct kx_purg_params, regs.ebx), 4, p->regs.ebx },
		{ offsetof(struct kx_purg_params, regs.edx), 4, p->regs.edx },
		{ offsetof(struct kx_purg_params, regs.ecx), 4, p->regs.ecx },
		{ offsetof(struct kx_purg_params, regs.eax), 4, p->regs.eax },
	};

	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		kx_put(to + number[i].at, number[i].width, number[i].value, big_endian);
	for (size_t i = 0; i < KX_PURG_REGIONS; i++)
		write_region(to + offsetof(struct kx_purg_params, region[i]), &p->region[i],
			     big_endian);
}

int kx_plan_seal(struct kx_plan *plan, struct kx_err *err)
{
	int rc;

	if (!plan->purgatory)
		return 0;
	rc = check_protected(plan, err);
	if (rc == 0 && plan->purgatory->flags & KX_PURG_VERIFY)
		rc = add_digests(plan, err);
	if (rc == 0)
		write_params(plan->purgatory_image, plan->purgatory, plan->arch->isa->big_endian);
	return rc;
}
