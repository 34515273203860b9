/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a plan as text: tests and users compare it line by line, so its form stays. */
#include <inttypes.h>

#include "kexec/plan/arch.h"
#include "kexec/show.h"
#include "kx/cli.h"
#include "kx/text.h"

const char *show_syscall(enum kx_syscall syscall)
{
	return syscall == KX_SYSCALL_FILE_LOAD ? "kexec_file_load" : "kexec_load";
}

void show_message(const char *text)
{
	kx_cli_message("kexec", text);
}

static void show_segments(FILE *out, const struct kx_plan *plan)
{
	fprintf(out, "entry     0x%" PRIx64 "\n", plan->entry);
	if (plan->purgatory)
		fprintf(out, "kernel@   0x%" PRIx64 "\n", plan->purgatory->entry);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		fprintf(out, "segment   %-12s 0x%012" PRIx64 " memory 0x%-9" PRIx64 " bytes 0x%zx\n",
			s->what, s->addr, s->memsz, s->data.len);
	}
}

/* Paths, command lines and what files say of themselves may hold any byte. */
static void put_text(FILE *out, const char *label, const char *text)
{
	fprintf(out, "%-9s ", label);
	kx_text_print(out, kx_span_of(text));
	fputc('\n', out);
}

void show_note(FILE *out, const char *text)
{
	put_text(out, "note", text);
}

void show_found(FILE *out, const struct kx_plan *plan)
{
	put_text(out, "kernel", plan->files.kernel);
	fprintf(out, "%-9s %s%s", "type", plan->image, plan->detail[0] ? ", " : "");
	kx_text_print(out, kx_span_of(plan->detail));
	fputc('\n', out);
}

void show_verdict(FILE *out, enum kx_syscall syscall, const char *why_not)
{
	fprintf(out, "%-15s %s", show_syscall(syscall), why_not ? "no: " : "yes");
	kx_text_print(out, kx_span_of(why_not ? why_not : ""));
	fputc('\n', out);
}

void show_text(FILE *out, const struct kx_plan *plan)
{
	fprintf(out, "syscall   %s\n", show_syscall(plan->syscall));
	fprintf(out, "arch      %s\n", plan->arch->isa->name);
	show_found(out, plan);
	for (size_t i = 0; i < plan->files.n_initrds; i++)
		put_text(out, "initrd", plan->files.initrds[i]);
	for (size_t i = 0; i < plan->files.n_modules; i++)
		put_text(out, "module", plan->files.modules[i]);
	put_text(out, "cmdline", plan->cmdline);
	fprintf(out, "flags     0x%" PRIx64 "\n", plan->flags);
	if (plan->syscall == KX_SYSCALL_LOAD)
		show_segments(out, plan);
	for (size_t i = 0; i < plan->n_notes; i++)
		put_text(out, "note", plan->notes[i]);
}
