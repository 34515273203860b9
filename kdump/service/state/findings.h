/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What arming and checking find: a line each, in words that can be understood at night. */
#ifndef KDUMP_SERVICE_STATE_FINDINGS_H
#define KDUMP_SERVICE_STATE_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "kx/out.h"

/**
 * enum finding_level - how bad it is
 * @FINDING_GOOD: as it should be
 * @FINDING_NOTE: worth knowing, nothing to be done
 * @FINDING_WARNING: a dump may come about, but not for certain, or not all of it: degraded
 * @FINDING_FAULT: no dump will come about there
 */
enum finding_level { FINDING_GOOD, FINDING_NOTE, FINDING_WARNING, FINDING_FAULT, FINDING_LEVELS };

/** struct finding - @check: what was looked at, one word; @target: whose, "" of none */
struct finding {
	enum finding_level level;
	char check[32], target[64], text[512];
};

/** struct findings - a list; zero-initialised is empty */
struct findings {
	struct finding *item;
	size_t count, room;
};

/** findings_add() - one more; where there is no memory the last one tells so */
void findings_add(struct findings *findings, enum finding_level level, const char *check,
		  const char *target, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** findings_done() - free it */
void findings_done(struct findings *findings);

/** findings_worst() - the worst level among them; FINDING_GOOD for none */
enum finding_level findings_worst(const struct findings *findings);

/** finding_name() - "good", "note", "warning", "fault" */
const char *finding_name(enum finding_level level);

/** findings_print() - those of at least @level, a line each */
void findings_print(const struct findings *findings, enum finding_level level, struct kx_out *out);

/** findings_json() - all, as the members of a JSON array */
void findings_json(const struct findings *findings, struct kx_out *out);

#endif
