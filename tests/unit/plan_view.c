/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a loader and looks at its plan: see the header. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "kexec/arch/arches.h"
#include "kexec/plan/preflight.h"
#include "tests/unit/plan_view.h"

struct kx_request plan_view_request(const struct kx_machine *machine, struct kx_span kernel)
{
	static const uint8_t seed[KX_RNG_SEED_SIZE] = "thirty-two bytes of a known seed";

	return (struct kx_request){
		.machine = machine,
		.files = { .kernel = kernel, .cmdline = "quiet" },
		.where.mem = { 0, UINT64_MAX, 0 },
		.seeds.rng = seed,
	};
}

int plan_view_run(const char *arch, const struct kx_request *req, struct kx_plan *plan,
		  struct kx_err *err)
{
	return plan_view_run_type(arch, NULL, req, plan, err);
}

int plan_view_run_type(const char *arch_name, const char *type, const struct kx_request *req,
		       struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_arch *arch = kx_arch_by_name(arch_name);
	const struct kx_image *image;
	int rc;

	*plan = (struct kx_plan){
		.arch = arch,
		.cmdline = req->files.cmdline,
		.page_size = req->machine->page_size,
	};
	rc = kx_image_find(arch, type, req->files.kernel, &image, err);
	if (rc == 0)
		rc = image->check(req, plan, err);
	if (rc == 0)
		rc = req->crash ? kx_plan_usable_crash(req->machine, &plan->usable, err) :
				  arch->usable(req->machine, &plan->usable, err);
	if (rc == 0)
		rc = image->load(req, plan, err);
	if (rc == 0)
		rc = kx_preflight_plan(plan, req->machine, err);
	return rc;
}

const struct kx_segment *plan_view_segment(const struct kx_plan *plan, const char *what)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		if (strcmp(plan->segments[i].what, what) == 0)
			return &plan->segments[i];
	}
	return NULL;
}

bool plan_view_bytes(const struct kx_plan *plan, uint64_t at, uint64_t len, struct kx_span *ret)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (at >= s->addr && kx_span_slice(s->data, at - s->addr, len, ret))
			return true;
	}
	return false;
}

uint64_t plan_view_number(const struct kx_plan *plan, uint64_t at, unsigned int width)
{
	struct kx_span bytes;
	uint64_t value = 0;

	if (plan_view_bytes(plan, at, width, &bytes))
		kx_span_le(bytes, 0, width, &value);
	return value;
}

struct plan_view_header plan_view_header(const struct kx_plan *plan, uint64_t i)
{
	uint64_t at = plan_view_segment(plan, "elfcorehdr")->addr + 64 + i * 56;

	return (struct plan_view_header){
		.type = plan_view_number(plan, at, 4),
		.offset = plan_view_number(plan, at + 8, 8),
		.virt = plan_view_number(plan, at + 16, 8),
		.physical = plan_view_number(plan, at + 24, 8),
		.size = plan_view_number(plan, at + 40, 8),
	};
}

uint64_t plan_view_header_count(const struct kx_plan *plan)
{
	return plan_view_number(plan, plan_view_segment(plan, "elfcorehdr")->addr + 56, 2);
}

bool plan_view_wrong(struct kx_err *err, const char *what, uint64_t value)
{
	kx_fail(err, -EINVAL, "%s: 0x%" PRIx64, what, value);
	return false;
}
