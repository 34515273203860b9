/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a plan as text: tests and users compare it line by line, so its form stays. */
#include <inttypes.h>

#include "kexec/plan/arch.h"
#include "kexec/show.h"

const char *show_syscall(enum kx_syscall syscall)
{
	return syscall == KX_SYSCALL_FILE_LOAD ? "kexec_file_load" : "kexec_load";
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

void show_text(FILE *out, const struct kx_plan *plan)
{
	fprintf(out, "syscall   %s\n", show_syscall(plan->syscall));
	fprintf(out, "arch      %s\n", plan->arch->isa->name);
	fprintf(out, "kernel    %s\n", plan->files.kernel);
	fprintf(out, "type      %s, %s\n", plan->image, plan->detail);
	for (size_t i = 0; i < plan->files.n_initrds; i++)
		fprintf(out, "initrd    %s\n", plan->files.initrds[i]);
	fprintf(out, "cmdline   %s\n", plan->cmdline);
	fprintf(out, "flags     0x%" PRIx64 "\n", plan->flags);
	if (plan->syscall == KX_SYSCALL_LOAD)
		show_segments(out, plan);
	for (size_t i = 0; i < plan->n_notes; i++)
		fprintf(out, "note      %s\n", plan->notes[i]);
}
