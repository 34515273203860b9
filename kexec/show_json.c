/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints plans as JSON. Addresses are strings: JSON numbers lose bits beyond 2^53. */
#include <errno.h>
#include <inttypes.h>

#include "kexec/plan/arch.h"
#include "kexec/show.h"
#include "kx/library.h"

#ifdef HAVE_JANSSON
#include <jansson.h>

#define JANSSON_CALLS(call)                                                          \
	call(json_array) call(json_array_append_new) call(json_delete) call(json_dumpf) \
		call(json_integer) call(json_object_set_new) call(json_pack) call(json_string)
KX_LIBRARY_FACE(jansson, JANSSON_CALLS);
KX_LIBRARY(jansson, JANSSON_CALLS, "libjansson4", "plans as JSON", "suggested",
	   "libjansson.so.4");

static json_t *address(uint64_t value)
{
	char text[2 + 16 + 1];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return jansson.json_string(text);
}

/* Command lines and paths may hold any byte; JSON strings are UTF-8. */
static json_t *text_of(const char *bytes)
{
	json_t *text = jansson.json_string(bytes), *list;

	if (text)
		return text;
	list = jansson.json_array();
	for (; list && *bytes; bytes++)
		jansson.json_array_append_new(list, jansson.json_integer((unsigned char)*bytes));
	return list;
}

static json_t *segments_of(const struct kx_plan *plan)
{
	json_t *list = jansson.json_array();

	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		jansson.json_array_append_new(
			list,
			jansson.json_pack("{s:s, s:o, s:I, s:I, s:b}", "what", s->what, "address",
					  address(s->addr), "memory_size", (json_int_t)s->memsz,
					  "bytes", (json_int_t)s->data.len, "verified",
					  !s->unverified && s->data.len > 0));
	}
	return list;
}

static json_t *plan_of(const struct kx_plan *plan)
{
	json_t *notes = jansson.json_array(), *object;

	for (size_t i = 0; i < plan->n_notes; i++)
		jansson.json_array_append_new(notes, text_of(plan->notes[i]));
	object = jansson.json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "syscall",
				   show_syscall(plan->syscall), "arch", plan->arch->isa->name,
				   "type", plan->image, "detail", text_of(plan->detail), "cmdline",
				   text_of(plan->cmdline), "flags", address(plan->flags), "notes",
				   notes);
	if (!object || plan->syscall != KX_SYSCALL_LOAD)
		return object;
	jansson.json_object_set_new(object, "entry", address(plan->entry));
	jansson.json_object_set_new(object, "kernel_entry", address(plan->purgatory->entry));
	jansson.json_object_set_new(object, "segments", segments_of(plan));
	return object;
}

int show_json(FILE *out, const struct kx_plan *plan, const struct kx_plan *fallback,
	      struct kx_err *err)
{
	json_t *object, *initrds;
	int rc;

	rc = kx_library_load(&jansson_library, err);
	if (rc < 0)
		return kx_context(err, rc, "--json");
	object = plan_of(plan);
	initrds = jansson.json_array();
	for (size_t i = 0; i < plan->files.n_initrds; i++)
		jansson.json_array_append_new(initrds, text_of(plan->files.initrds[i]));
	jansson.json_object_set_new(object, "kernel", text_of(plan->files.kernel));
	jansson.json_object_set_new(object, "initrds", initrds);
	if (fallback)
		jansson.json_object_set_new(object, "fallback", plan_of(fallback));
	if (!object)
		return kx_fail(err, -ENOMEM, "no memory for the JSON plan");
	rc = jansson.json_dumpf(object, out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	/* json_decref() is inline and calls this for the last reference, which is ours. */
	jansson.json_delete(object);
	if (rc < 0 || fputc('\n', out) == EOF)
		return kx_fail(err, -EIO, "the plan cannot be written");
	return 0;
}

#else

int show_json(FILE *out, const struct kx_plan *plan, const struct kx_plan *fallback,
	      struct kx_err *err)
{
	(void)out, (void)plan, (void)fallback;
	return kx_fail(err, -ENOTSUP, "--json: this kexec was built without jansson");
}

#endif
