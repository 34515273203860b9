/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the verbs of the service have in common: how they end. */
#ifndef KDUMP_BASE_SERVICE_H
#define KDUMP_BASE_SERVICE_H

/** enum service_status - exit statuses, as documented in kdump(8); one that is new goes there */
enum service_status {
	SERVICE_DONE = 0,
	SERVICE_FAILED = 1,
	SERVICE_USAGE = 2,
	SERVICE_NOT_ARMED = 3,
	SERVICE_DEGRADED = 4,
	SERVICE_NEEDS_REBOOT = 5,
	SERVICE_NOTHING = 6,
	SERVICE_TRY_AGAIN = 75,
};

#endif
