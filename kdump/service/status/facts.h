/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that kdump status tells, found out in one go. */
#ifndef KDUMP_SERVICE_STATUS_FACTS_H
#define KDUMP_SERVICE_STATUS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kdump/service/machine/machine.h"
#include "kdump/service/settings/settings.h"
#include "kdump/service/state/crashes.h"
#include "kdump/service/state/images.h"
#include "kdump/service/state/last.h"
#include "kx/error.h"

/**
 * enum status_armed - what protects the machine
 * @STATUS_NO: nothing is loaded
 * @STATUS_YES: what kdump arm loaded
 * @STATUS_CUT: arming was cut while the kernel was asked; something is loaded
 * @STATUS_OTHER: something that kdump arm did not load
 * @STATUS_LOST: nothing: what kdump arm loaded, something else has unloaded
 */
enum status_armed { STATUS_NO, STATUS_YES, STATUS_CUT, STATUS_OTHER, STATUS_LOST };

/**
 * struct status - all that is told
 * @record: of the image that is loaded, or NULL
 * @trouble: why the last arming failed, or NULL; @ended: how the boot before this one did, if that
 *	was no crash that left anything, or NULL; @again: as again_asked()
 * @found: what the last arming found of what is loaded
 * @need: bytes to reserve, 0: not known; @learned: a test told it
 * @check_outdated: what @check said of image and machine is left out: they are others now
 * @check_rc, @test_rc, @vm_rc: 0, or why there is no @check, no @test, no @vm: the last tests by a
 *	crash, and in a virtual machine
 * @why: for people: what is wrong, and what to do
 */
struct status {
	const char *root;
	enum status_armed armed;
	struct machine machine;
	struct service_config config;
	int config_rc;
	char image[IMAGE_NAME], *record, *trouble, *ended, *again;
	uint64_t need;
	bool learned;
	struct last_check check;
	int check_rc;
	struct last_test test, vm;
	int test_rc, vm_rc;
	struct crash crash;
	bool check_outdated;
	struct findings found, why;
	int exit_status;
};

/** status_gather() - find it all out; 0 or negative errno, and status_done() in any case */
int status_gather(struct status *status, const char *root, struct kx_err *err);

/** status_done() - free it */
void status_done(struct status *status);

/** status_triggers() - names of the sysctls that make a panic of a fault, separated by ", " */
void status_triggers(const char *root, char *ret, size_t size);

#endif
