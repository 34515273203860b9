/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enters the kernel for everything that changes this machine. Decides nothing. */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
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

int sys_links(char ***ret)
{
	struct if_nameindex *link = if_nameindex();
	size_t count = 0;
	char **names;

	if (!link)
		return -errno;
	while (link[count].if_name)
		count++;
	names = calloc(count + 1, sizeof(*names));
	/* A name that finds no memory ends the list early: the others are still worth having. */
	for (size_t i = 0; names && i < count; i++)
		names[i] = strdup(link[i].if_name);
	if_freenameindex(link);
	if (!names)
		return -ENOMEM;
	*ret = names;
	return 0;
}

static int link_request(const char *name, unsigned long request, struct ifreq *ifr)
{
	/* A netlink socket takes interface requests even where IPv4 is not built in. */
	_cleanup_fd_ int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	memset(ifr->ifr_name, 0, sizeof(ifr->ifr_name));
	memcpy(ifr->ifr_name, name, strnlen(name, sizeof(ifr->ifr_name) - 1));
	return ioctl(fd, request, ifr) < 0 ? -errno : 0;
}

int sys_link_up(const char *name)
{
	struct ifreq ifr = { 0 };
	int rc = link_request(name, SIOCGIFFLAGS, &ifr);

	return rc < 0 ? rc : (ifr.ifr_flags & IFF_UP) != 0;
}

int sys_link_set(const char *name, int up)
{
	struct ifreq ifr = { 0 };
	int rc = link_request(name, SIOCGIFFLAGS, &ifr);

	if (rc < 0)
		return rc;
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	return link_request(name, SIOCSIFFLAGS, &ifr);
}
