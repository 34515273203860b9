/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel whether an image is loaded. */
#include <errno.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

static bool sys_is_there(const char *root)
{
	_cleanup_fd_ int fd = kx_file_open(root, "sys/kernel");

	return fd >= 0;
}

int kx_machine_loaded(const char *root, bool crash, struct kx_err *err)
{
	/* The second name of each goes away after 2028 (ABI/obsolete/sysfs-kernel-kexec-kdump). */
	static const char *const names[2][2] = {
		{ "sys/kernel/kexec/loaded", "sys/kernel/kexec_loaded" },
		{ "sys/kernel/kexec/crash_loaded", "sys/kernel/kexec_crash_loaded" },
	};
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text;

	for (int i = 0; i < 2; i++) {
		int rc = kx_machine_read_small(root, names[crash][i], buffer, &text, err);

		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		if (kx_span_equal(text, "0") || kx_span_equal(text, "1"))
			return text.base[0] == '1';
		return kx_fail(err, -EINVAL, "/%s: neither 0 nor 1", names[crash][i]);
	}
	if (!sys_is_there(root))
		return kx_fail(err, -ENODATA,
			       "whether a kernel is loaded cannot be seen: /sys is not mounted");
	return kx_fail(err, -ENOENT, "/%s cannot be read: this kernel is built without kexec",
		       names[crash][1]);
}
