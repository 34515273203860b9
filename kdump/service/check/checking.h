/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kdump check is made of.
 *
 * To check one more type of target: a function check_one in a file of its own, declared below, and
 * its line in the table of targets.c.
 */
#ifndef KDUMP_SERVICE_CHECK_CHECKING_H
#define KDUMP_SERVICE_CHECK_CHECKING_H

#include <stdbool.h>
#include <stdint.h>

#include "kdump/service/arm/prepare.h"
#include "kdump/service/settings/settings.h"
#include "kdump/service/state/crashes.h"
#include "kdump/service/state/findings.h"
#include "kdump/service/state/state.h"

/**
 * struct checking - what is checked
 * @made: what kdump arm would load now
 * @alone: has the lock of those who check, which who is left to himself may not keep; NULL: none
 * @dump: bytes that a dump will probably take, 0: not known
 * @learned: what the newest one took, of those in the folders that were tried before
 * @write: a small dump is to be written, too
 */
struct checking {
	const char *root;
	const struct state *state, *alone;
	const struct prepared *made;
	uint64_t dump;
	struct crash_size *learned;
	bool write;
	struct findings *findings;
};

/**
 * check_one - a target of one type: log in, and write a byte that is removed again
 * @from: as the configuration has it; @to: as the crash kernel will find it
 *
 * Whatever it finds becomes findings of the check "write" and its like, FINDING_GOOD if it works.
 */
typedef void check_one(const struct checking *checking, const struct target_config *from,
		       const struct kx_capture_target *to);

/** check_targets() - all targets that can be resolved; those that cannot are findings already */
void check_targets(const struct checking *checking);

/** check_machine() - what is loaded, memory, clock, watchdog, triggers, the last test */
void check_machine(const struct checking *checking);

/** check_estimate() - bytes that a dump of this machine would take now; 0: that is not known */
uint64_t check_estimate(const struct prepared *made, const char *root);

#endif
