/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of memory that is handed over (Linux, Documentation/admin-guide/mm/kho.rst). Only
 * kexec_file_load tells the next kernel of it, and that has to be told to look.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kexec/handover.h"
#include "kexec/policy.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/machine.h"

/* Who has something to hand on, as far as debugfs tells: "memblock, LUO"; "": nobody knows. */
static void list_owners(const char *root, char *to, size_t size)
{
	int fd = kx_file_open(root, "sys/kernel/debug/kho/out/sub_fdts");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	to[0] = '\0';
	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(to);

		if (entry->d_name[0] != '.')
			snprintf(to + len, size - len, "%s%.40s", len ? ", " : "", entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* Up to v6.18 nothing is handed on before this is 1; later kernels do not have it. */
static bool unfinished(const char *root)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	size_t len;

	return kx_file_read(root, "sys/kernel/debug/kho/out/finalize", 16, &text, &len,
			    &ignored) == 0 && len > 0 && text[0] == '0';
}

static void warn_of_syscall(const struct job *job, const struct policy *policy,
			    struct kx_plan *plan)
{
	char owners[100];

	list_owners(job->root, owners, sizeof(owners));
	kx_plan_warn(plan,
		     "the running kernel hands memory on (KHO)%s%s, which kexec_load drops: what is "
		     "preserved%s is lost; use --kexec-file-syscall",
		     owners[0] ? " for " : "", owners,
		     policy_live_update(policy) == YES ? ", live update's sessions included," : "");
}

/* By what the next one is told; the default of its build is taken to be that of the running one. */
static bool next_looks(const struct job *job, const struct policy *policy)
{
	enum answer said = policy_kho_word(kx_span_of(job->cmdline));

	if (said != UNKNOWN)
		return said == YES;
	return policy_configured(policy, "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y") == YES;
}

void handover_warn(const struct job *job, struct kx_plan *plan)
{
	enum answer said = policy_kho_word(job->machine.cmdline), on;
	const struct kx_release *r = &job->machine.release;
	struct policy policy;

	/* No kernel before v6.16 has it: nor is its configuration read. */
	if (job_for_crash(job) || r->major < 6 || (r->major == 6 && r->minor < 16))
		return;
	policy_read(&policy, job->root, &job->machine);
	on = policy_handover(&policy);
	if (on == YES || (on == UNKNOWN && said == YES)) {
		if (plan->syscall != KX_SYSCALL_FILE_LOAD)
			warn_of_syscall(job, &policy, plan);
		else if (!next_looks(job, &policy))
			kx_plan_warn(plan, "the running kernel hands memory on (KHO), which the next one "
					   "drops unless its command line says kho=on");
		else if (unfinished(job->root))
			kx_plan_warn(plan, "nothing is handed on yet (KHO): write 1 to "
					   "/sys/kernel/debug/kho/out/finalize, and load again");
	}
	policy_done(&policy);
}
