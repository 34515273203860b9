/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints plans as JSON. */
#include <errno.h>

#include "kexec/json.h"
#include "kexec/plan/arch.h"
#include "kexec/show.h"

#ifdef HAVE_JANSSON
static json_t *segments_of(const struct kx_plan *plan)
{
	json_t *list = jansson.json_array();

	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		jansson.json_array_append_new(
			list,
			jansson.json_pack("{s:s, s:o, s:I, s:I, s:b}", "what", s->what, "address",
					  json_address(s->addr), "memory_size", (json_int_t)s->memsz,
					  "bytes", (json_int_t)s->data.len, "verified",
					  !s->unverified && s->data.len > 0));
	}
	return list;
}

static json_t *plan_of(const struct kx_plan *plan)
{
	json_t *notes = jansson.json_array(), *object;

	for (size_t i = 0; i < plan->n_notes; i++)
		jansson.json_array_append_new(notes, json_bytes(plan->notes[i]));
	object = jansson.json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "syscall",
				   show_syscall(plan->syscall), "arch", plan->arch->isa->name,
				   "type", plan->image, "detail", json_bytes(plan->detail), "cmdline",
				   json_bytes(plan->cmdline), "flags", json_address(plan->flags), "notes",
				   notes);
	if (!object || plan->syscall != KX_SYSCALL_LOAD)
		return object;
	jansson.json_object_set_new(object, "entry", json_address(plan->entry));
	jansson.json_object_set_new(object, "kernel_entry", json_address(plan->purgatory->entry));
	jansson.json_object_set_new(object, "segments", segments_of(plan));
	return object;
}

static json_t *texts(const char *const *text, size_t count)
{
	json_t *list = jansson.json_array();

	for (size_t i = 0; i < count; i++)
		jansson.json_array_append_new(list, json_bytes(text[i]));
	return list;
}

int show_json(FILE *out, const struct kx_plan *plan, const struct kx_plan *fallback,
	      struct kx_err *err)
{
	json_t *object;
	int rc;

	rc = kx_library_load(&jansson_library, err);
	if (rc < 0)
		return kx_context(err, rc, "--json");
	object = plan_of(plan);
	jansson.json_object_set_new(object, "kernel", json_bytes(plan->files.kernel));
	jansson.json_object_set_new(object, "initrds",
				    texts(plan->files.initrds, plan->files.n_initrds));
	if (plan->files.n_modules)
		jansson.json_object_set_new(object, "modules",
					    texts(plan->files.modules, plan->files.n_modules));
	if (fallback)
		jansson.json_object_set_new(object, "fallback", plan_of(fallback));
	return json_print(object, out, "plan", err);
}

#else

int show_json(FILE *out, const struct kx_plan *plan, const struct kx_plan *fallback,
	      struct kx_err *err)
{
	(void)out, (void)plan, (void)fallback;
	return kx_fail(err, -ENOTSUP, "--json: this kexec was built without jansson");
}

#endif
