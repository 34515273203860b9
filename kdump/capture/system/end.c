/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last thing that is done; see the header. */
#include <fcntl.h>
#include <linux/reboot.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "kdump/capture/system/end.h"
#include "kdump/capture/system/trace.h"
#include "kx/file.h"

enum { PATIENCE = 10 };

static void press_sysrq(char key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		kx_file_write(fd, &key, 1);
}

_Noreturn void end_machine(enum kx_capture_action action)
{
	static const unsigned int commands[] = {
		[KX_CAPTURE_REBOOT] = LINUX_REBOOT_CMD_RESTART,
		[KX_CAPTURE_HALT] = LINUX_REBOOT_CMD_HALT,
		[KX_CAPTURE_POWEROFF] = LINUX_REBOOT_CMD_POWER_OFF,
	};

	/* Whoever is left when devices do not shut down. */
	if (action != KX_CAPTURE_HALT && fork() == 0) {
		sleep(PATIENCE);
		if (action == KX_CAPTURE_POWEROFF)
			press_sysrq('o');
		sleep(action == KX_CAPTURE_POWEROFF ? PATIENCE : 0);
		press_sysrq('b');
		_exit(1);
	}
	reboot((int)commands[action]);
	capture_trace("the kernel does not do what it was asked for");
	for (;;)
		pause();
}
