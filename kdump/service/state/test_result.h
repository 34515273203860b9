/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a test crash: known only after the reboot, by the dump that it left. */
#ifndef KDUMP_SERVICE_STATE_TEST_RESULT_H
#define KDUMP_SERVICE_STATE_TEST_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "kdump/service/settings/settings.h"
#include "kdump/service/state/last.h"
#include "kdump/service/state/state.h"
#include "kx/error.h"

/**
 * test_result_begin() - a crash is about to be made: remember it, on the disk
 * @test: its id and what is known of it; kept as STATE_LAST_TEST, with the result "running"
 * @boot_id: of the boot that will crash
 *
 * Return: 0 or negative errno.
 */
int test_result_begin(const struct state *state, const struct last_test *test, const char *boot_id,
		      struct kx_err *err);

/** test_result_forget() - there will be no crash, after all */
void test_result_forget(const struct state *state);

/**
 * test_result_settle() - if a test was begun in another boot than @boot_id: find what it left
 *
 * Looks for the dump with its id in the folders of file targets, writes STATE_LAST_TEST, and is
 * done with it. Of a raw device or another machine there is nothing to be seen here before it was
 * recovered; then the result is "nothing", with that as its text.
 *
 * Return: 1 a test was settled; 0 there was none; negative errno.
 */
int test_result_settle(const struct service_config *config, const char *root, const char *boot_id,
		       struct kx_err *err);

/**
 * test_result_folder() - where in the running system the dumps of a file target are
 *
 * Return: false: nowhere, as its file system is not mounted.
 */
bool test_result_folder(const struct target_config *target, const char *root, char *ret,
			size_t size);

#endif
