/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads by kexec_file_load(2), as kexec -s does: no other program is in this initramfs. It must not
 * do so in a crash kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kdump/capture/end.h"
#include "kdump/capture/mounts.h"
#include "kdump/capture/trace.h"
#include "kdump/capture/vm.h"
#include "kx/capture.h"
#include "kx/cleanup.h"
#include "kx/file.h"

enum { WORDS_MAX = 1 << 16 };

bool vm_is_to_crash(void)
{
	return access(KX_CAPTURE_VM_WORDS, F_OK) == 0;
}

static int load(struct kx_err *err)
{
#ifdef SYS_kexec_file_load
	_cleanup_free_ char *words = NULL;
	_cleanup_fd_ int kernel = open(KX_CAPTURE_VM_KERNEL, O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int initrd = open(KX_CAPTURE_VM_INITRD, O_RDONLY | O_CLOEXEC);
	size_t len;
	int rc = kx_file_read("/", &KX_CAPTURE_VM_WORDS[1], WORDS_MAX, &words, &len, err);

	if (rc < 0)
		return rc;
	if (syscall(SYS_kexec_file_load, kernel, initrd, len + 1, words, KEXEC_FILE_ON_CRASH) < 0)
		return kx_fail(err, -errno, "kexec_file_load: %s", strerror(errno));
	return 0;
#else
	return kx_fail(err, -ENOSYS, "kexec_file_load: %s", strerror(ENOSYS));
#endif
}

static int panic(struct kx_err *err)
{
	_cleanup_fd_ int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || kx_file_write(fd, "c", 1) < 0)
		return kx_fail(err, -errno, "/proc/sysrq-trigger: %s", strerror(errno));
	return kx_fail(err, -EIO, "the kernel did not panic");
}

_Noreturn void vm_crash(void)
{
	struct kx_err err = { "" };

	mounts_begin();
	capture_trace_open();
	/* A crash kernel that was given this initramfs by mistake has something to lose. */
	if (access("/proc/vmcore", F_OK) == 0)
		kx_fail(&err, -EPERM, "this is a crash kernel");
	else if (load(&err) == 0) {
		capture_trace("test: the crash kernel is loaded; this one panics");
		panic(&err);
	}
	capture_trace("test: no crash: %s", err.text);
	end_machine(KX_CAPTURE_REBOOT);
}
