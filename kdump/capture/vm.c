/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads by the same call of the same program as arming: not all kernels have kexec_file_load. It
 * must not do so in a crash kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/base/load.h"
#include "kdump/capture/system/end.h"
#include "kdump/capture/system/mounts.h"
#include "kdump/capture/system/trace.h"
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
	_cleanup_free_ char *words = NULL;
	size_t len;
	int rc = kx_file_read("/", &KX_CAPTURE_VM_WORDS[1], WORDS_MAX, &words, &len, err);
	const struct load what = {
		.kexec = KX_CAPTURE_VM_KEXEC,
		.kernel = KX_CAPTURE_VM_KERNEL,
		.initrd = KX_CAPTURE_VM_INITRD,
		.words = words,
	};

	if (rc < 0)
		return rc;
	setenv("LD_LIBRARY_PATH", KX_CAPTURE_VM_LIB, 1);
	rc = load_crash(&what, err);
	return rc < 0 ? kx_context(err, rc, "kexec") : 0;
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
