/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the last check and the last test came to, as they are kept in /var/lib/kdump. */
#ifndef KDUMP_SERVICE_STATE_LAST_H
#define KDUMP_SERVICE_STATE_LAST_H

#include <stdbool.h>
#include <stdint.h>

#include "kdump/service/state/findings.h"
#include "kdump/service/state/state.h"
#include "kx/error.h"

/** struct last_target - @name: as in findings; @mark: of its keys then, config_target_mark() */
struct last_target {
	char name[64], mark[80];
};

/**
 * struct last_check - zeros: none
 * @time: seconds since 1970; 0: never
 * @written: it was asked to write a dump, by --write
 * @boot: id of the boot, and @image: name of the image that was loaded then: what the check says of
 *	the machine is true of that boot alone, what it says of the image of it alone
 * @target: @targets of them: what it says of one is true of it as it was configured
 */
struct last_check {
	uint64_t time;
	bool written;
	char boot[64], image[64];
	struct last_target *target;
	size_t targets, targets_room;
	struct findings findings;
};

/** last_check_add_target() - one more; without memory it is not there, and counts as not checked */
void last_check_add_target(struct last_check *check, const char *name, const char *mark);

/**
 * struct last_test - zeros: none
 * @id: of it; @kind: "crash" or "vm"
 * @begun: seconds since 1970; 0: never
 * @result: "saved", "incomplete", "nothing", or "running" until it is known
 * @dump: folder of what it left; @text: why, for people
 * @reserved: bytes for the crash kernel then; @lowest: bytes that were free at least; 0: not known
 */
struct last_test {
	uint64_t begun;
	char id[64], kind[16], result[16], dump[1024], text[512];
	uint64_t reserved, lowest;
};

/** last_check_put() - keep it; 0 or negative errno */
int last_check_put(const struct state *state, const struct last_check *check, struct kx_err *err);

/**
 * last_check_get() - the last one
 *
 * Return: 0, with @ret for last_check_done(); -ENOENT there was none; -EINVAL the file is not one;
 * -ENOTSUP no library that reads JSON; errno of reading.
 */
int last_check_get(const struct state *state, struct last_check *ret, struct kx_err *err);

/** last_check_done() - free it */
void last_check_done(struct last_check *check);

/** last_check_json() - as the JSON object that is kept, without a newline behind it */
void last_check_json(const struct last_check *check, struct kx_out *out);

/** last_test_put() - keep it, as the last one of its kind; 0 or negative errno */
int last_test_put(const struct state *state, const struct last_test *test, struct kx_err *err);

/**
 * last_test_get() - the last one of a kind; as last_check_get(), and nothing has to be freed
 * @name: STATE_LAST_TEST or STATE_LAST_VM
 */
int last_test_get(const struct state *state, const char *name, struct last_test *ret,
		  struct kx_err *err);

/** last_test_json() - the same of a test */
void last_test_json(const struct last_test *test, struct kx_out *out);

#endif
