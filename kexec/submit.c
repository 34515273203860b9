/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands plans over to the kernel: tries again what is worth it, and decides nothing. */
#include <errno.h>
#include <unistd.h>

#include "kexec/submit.h"
#include "kexec/sys.h"
#include "uapi/kexec.h"

/**
 * struct newer_flag - a flag that not every kernel knows
 * @instead: what an older one has for it, or 0
 */
struct newer_flag {
	uint64_t flag, instead;
};

/* Kernels before v6.8 do not know the flag that only makes them talk. */
static const struct newer_flag file_flags[] = { { KEXEC_FILE_DEBUG, 0 }, { 0, 0 } };

static const struct newer_flag load_flags[] = {
	/* As above; the kernels that know it came after v6.18. */
	{ KEXEC_DEBUG, 0 },
	/* v6.5 to v6.9 have an older flag for it. */
	{ KEXEC_CRASH_HOTPLUG_SUPPORT, KEXEC_UPDATE_ELFCOREHDR },
	{ 0, 0 },
};

static int once(const struct kx_plan *plan)
{
	if (plan->syscall == KX_SYSCALL_FILE_LOAD)
		return sys_file_load(plan->files.kernel_fd, plan->files.initrd_fd, plan->cmdline,
					plan->flags);
	return sys_load(plan->entry, plan->segments, plan->n_segments, plan->flags);
}

/* A kernel answers EINVAL to a flag that it does not know, without saying which. */
static int with_known_flags(struct kx_plan *plan)
{
	const struct newer_flag *newer = plan->syscall == KX_SYSCALL_FILE_LOAD ? file_flags :
										 load_flags;
	int rc = once(plan);

	for (; newer->flag && rc == -EINVAL && !plan->one_call; newer++) {
		if (!(plan->flags & newer->flag))
			continue;
		plan->flags = (plan->flags & ~newer->flag) | newer->instead;
		rc = once(plan);
	}
	return rc;
}

/* The kernel's lock is only tried, never waited for: a moment later it may be free. */
int submit(struct kx_plan *plan)
{
	enum { TRIES = 5, PAUSE_US = 100000 };
	int rc = -EBUSY;

	for (int i = 0; i < (plan->one_call ? 1 : TRIES) && rc == -EBUSY; i++) {
		if (i > 0)
			usleep(PAUSE_US);
		rc = with_known_flags(plan);
	}
	return rc;
}

/* Lockdown forbids kexec_load even for this, so it is only for kernels without the other. */
int submit_unload(bool crash, enum kx_syscall *ret_syscall)
{
	int rc;

	*ret_syscall = KX_SYSCALL_FILE_LOAD;
	rc = sys_file_load(-1, -1, "", KEXEC_FILE_UNLOAD | (crash ? KEXEC_FILE_ON_CRASH : 0));
	if (rc != -ENOSYS)
		return rc;
	*ret_syscall = KX_SYSCALL_LOAD;
	return sys_load(0, NULL, 0, crash ? KEXEC_ON_CRASH : 0);
}
