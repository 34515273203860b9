/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enters the kernel to load and start; kexec/links.c does it for the network. Decides nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kexec/sys.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"

/* UAPI linux/reboot.h: LINUX_REBOOT_CMD_KEXEC; the C library's header lacks it. */
enum { REBOOT_CMD_KEXEC = 0x45584543 };

/* struct kexec_segment of UAPI linux/kexec.h: the running kernel's pointers and sizes. */
struct kernel_segment {
	const void *buf;
	size_t bufsz;
	const void *mem;
	size_t memsz;
};

const char *sys_root(void)
{
	return "/";
}

bool sys_privileged(void)
{
	enum { CAP_SYS_BOOT_BIT = 22, STATUS_HEAD = 16 << 10 };	/* UAPI linux/capability.h */
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	struct kx_span value;
	uint64_t capabilities;
	size_t len;

	return kx_file_head("/", "proc/self/status", STATUS_HEAD, &text, &len, &ignored) == 0 &&
	       kx_span_find_line((struct kx_span){ (uint8_t *)text, len }, "CapEff:", &value) &&
	       kx_span_number(value, 16, &capabilities) &&
	       (capabilities >> CAP_SYS_BOOT_BIT & 1);
}

int sys_load(uint64_t entry, const struct kx_segment *segments, size_t count, uint64_t flags)
{
	_cleanup_free_ struct kernel_segment *list = calloc(count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		list[i] = (struct kernel_segment){
			.buf = segments[i].data.base,
			.bufsz = segments[i].data.len,
			.mem = (const void *)(uintptr_t)segments[i].addr,
			.memsz = (size_t)segments[i].memsz,
		};
	}
	return syscall(SYS_kexec_load, (unsigned long)entry, (unsigned long)count, list,
		       (unsigned long)flags) < 0 ?
		       -errno :
		       0;
}

int sys_file_load(int kernel_fd, int initrd_fd, const char *cmdline, uint64_t flags)
{
#ifdef SYS_kexec_file_load
	return syscall(SYS_kexec_file_load, kernel_fd, initrd_fd,
		       (unsigned long)strlen(cmdline) + 1, cmdline, (unsigned long)flags) < 0 ?
		       -errno :
		       0;
#else
	(void)kernel_fd, (void)initrd_fd, (void)cmdline, (void)flags;
	return -ENOSYS;
#endif
}

void sys_sync(void)
{
	sync();
}

int sys_start(void)
{
	return reboot(REBOOT_CMD_KEXEC) < 0 ? -errno : -EINVAL;
}

int sys_shutdown(void)
{
	static const char *const program[] = { "/sbin/shutdown", "/usr/sbin/shutdown",
					       "/etc/shutdown", "/bin/shutdown" };

	for (size_t i = 0; i < sizeof(program) / sizeof(program[0]); i++)
		execl(program[i], "shutdown", "-r", "now", (char *)NULL);
	return -errno;
}
