/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kexec's plan, of texts that hold any bytes: fields separated by "|" are the kernel's path, its
 * detail, the command line, an initrd and a note. What is promised: each fact is one line, nothing
 * commands a terminal, and JSON is JSON.
 */
#include <string.h>

#include "kexec/arch/arches.h"
#include "kexec/show.h"
#include "kx/text.h"
#include "tests/fuzz/fuzz.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

enum { TEXTS = 5 };

/* Lines of it begin with these, and the one of the segment. */
static const char *const label[] = { "syscall ", "arch ", "kernel ", "type ", "initrd ", "cmdline ",
				     "flags ", "entry ", "kernel@ ", "segment ", "note " };
enum { LABELS = sizeof(label) / sizeof(label[0]) };

static void check_text(struct kx_span text)
{
	struct kx_span line;
	size_t count = 0;
	bool plain;

	while (kx_span_line(&text, &line)) {
		PROMISE(count < LABELS && kx_span_starts(line, label[count]));
		count++;
		while (line.len) {
			size_t len = kx_text_step(line, &plain);

			PROMISE(plain);
			kx_span_slice(line, len, line.len - len, &line);
		}
	}
	PROMISE(count == LABELS);
}

static void check_json(struct kx_span text)
{
#ifdef HAVE_JANSSON
	json_t *plan = json_loadb((const char *)text.base, text.len, JSON_REJECT_DUPLICATES, NULL);

	/* Bytes that are not UTF-8 come as numbers. */
	PROMISE(json_is_string(json_object_get(plan, "cmdline")) ||
		json_is_array(json_object_get(plan, "cmdline")));
	PROMISE(json_array_size(json_object_get(plan, "notes")) == 1);
	PROMISE(json_is_object(json_object_get(plan, "fallback")));
	json_decref(plan);
#endif
	PROMISE(text.len > 0 && text.base[text.len - 1] == '\n');
}

static void show(const struct kx_plan *plan)
{
	struct kx_plan fallback = *plan;
	struct kx_err err = { "" };
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	out = open_memstream(&text, &len);
	PROMISE(out);
	show_text(out, plan);
	PROMISE(fclose(out) == 0);
	check_text((struct kx_span){ (uint8_t *)text, len });
	free(text);
	fallback.syscall = KX_SYSCALL_FILE_LOAD;
	out = open_memstream(&text, &len);
	PROMISE(out);
	if (show_json(out, plan, &fallback, &err) == 0) {
		PROMISE(fclose(out) == 0);
		check_json((struct kx_span){ (uint8_t *)text, len });
	} else {
		PROMISE(err.text[0] && fclose(out) == 0);
	}
	free(text);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span rest = { data, size };
	struct kx_segment segment = { .what = "kernel" };
	struct kx_purg_params purgatory = { .entry = size };
	struct kx_plan plan = {
		.arch = kx_arch_by_name("x86_64"),
		.image = "bzImage64",
		.syscall = KX_SYSCALL_LOAD,
		.purgatory = &purgatory,
		.segments = &segment,
		.n_segments = 1,
	};
	char *text[TEXTS], *initrds[1], *notes[1];

	for (size_t i = 0; i < TEXTS; i++) {
		struct kx_span field = fuzz_field(&rest);

		text[i] = strndup((const char *)field.base, field.len);
		PROMISE(text[i]);
	}
	snprintf(plan.detail, sizeof(plan.detail), "%s", text[1]);
	initrds[0] = text[3];
	notes[0] = text[4];
	plan.files.kernel = text[0];
	plan.files.initrds = (void *)initrds;
	plan.files.n_initrds = 1;
	plan.cmdline = text[2];
	plan.notes = notes;
	plan.n_notes = 1;
	show(&plan);
	for (size_t i = 0; i < TEXTS; i++)
		free(text[i]);
	return 0;
}
