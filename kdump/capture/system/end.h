/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a crash kernel ends. */
#ifndef KDUMP_CAPTURE_SYSTEM_END_H
#define KDUMP_CAPTURE_SYSTEM_END_H

#include "kx/capture.h"

/**
 * end_machine() - restart, halt or switch it off
 *
 * Where the kernel hangs on its way, another process asks it after 10 s to do it at once (sysrq),
 * and behind that there is the watchdog, if there is one.
 */
_Noreturn void end_machine(enum kx_capture_action action);

#endif
