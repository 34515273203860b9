/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joins a test crash and the dump that tells its id. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/machine/disk.h"
#include "kdump/service/state/crashes.h"
#include "kdump/service/state/images.h"
#include "kdump/service/state/test_result.h"
#include "kx/cleanup.h"
#include "kx/devices.h"

int test_result_begin(const struct state *state, const struct last_test *test, const char *boot_id,
		      struct kx_err *err)
{
	char text[160];
	int rc;

	snprintf(text, sizeof(text), "id=%s\nboot=%s\n", test->id, boot_id);
	rc = last_test_put(state, test, err);
	return rc == 0 ? state_put_text(state->lib, STATE_TEST, text, err) : rc;
}

void test_result_forget(const struct state *state)
{
	state_drop(state->lib, STATE_TEST);
	state_drop(state->lib, STATE_LAST_TEST);
}

/* Of the options of a mount the subvolume that it is of; false: only a number tells. */
static bool take_subvolume(const char *options, char *to, size_t size)
{
	static const char key[] = "subvol=", number[] = "subvolid=";
	bool named = true;

	to[0] = '\0';
	for (size_t len; *options; options += len + (options[len] == ',')) {
		len = strcspn(options, ",");
		if (strncmp(options, number, sizeof(number) - 1) == 0)
			named = to[0];
		if (strncmp(options, key, sizeof(key) - 1) != 0)
			continue;
		named = true;
		snprintf(to, size, "%.*s", (int)(len - (sizeof(key) - 1)),
			 options + sizeof(key) - 1);
	}
	return named;
}

bool test_result_folder(const struct target_config *target, const char *root, char *ret,
			size_t size)
{
	_cleanup_free_ char *disk = NULL, *folder = NULL;
	char subvolume[1024];
	struct kx_err ignored;
	int len;

	if (target->where[0] &&
	    (!take_subvolume(target->options, subvolume, sizeof(subvolume)) ||
	     disk_find(root, target->where, &disk, &ignored) < 0 ||
	     kx_devices_folder(root, disk, target->path, subvolume, &folder, &ignored) < 0))
		return false;
	len = snprintf(ret, size, "%s", folder ? folder : target->path);
	return len > 0 && (size_t)len < size;
}

static void find_dump(const struct service_config *config, const char *root, const char *id,
		      struct crash *crash, bool *elsewhere)
{
	char folder[1024];

	for (size_t i = 0; i < config->targets && !crash->found; i++) {
		const struct target_config *t = &config->target[i];

		if (t->type == KX_CAPTURE_FILE &&
		    test_result_folder(t, root, folder, sizeof(folder)))
			crash_look(crash, root, folder, id);
		else
			*elsewhere = true;
	}
}

static void judge(struct last_test *test, const struct crash *crash, bool elsewhere)
{
	if (!crash->found) {
		snprintf(test->result, sizeof(test->result), "nothing");
		snprintf(test->text, sizeof(test->text), "%s", elsewhere ?
			 "no dump of it is in a folder of this machine; look at the other targets" :
			 "no dump of it is there: the console of the crash tells why");
		return;
	}
	snprintf(test->result, sizeof(test->result), crash->incomplete[0] ? "incomplete" : "saved");
	snprintf(test->text, sizeof(test->text), "%s", crash->incomplete);
	snprintf(test->dump, sizeof(test->dump), "%s", crash->path);
	test->lowest = crash->lowest;
}

static int settle(const struct service_config *config, const struct state *state, const char *id,
		  struct kx_err *err)
{
	struct crash crash = { .found = false };
	struct last_test test;
	bool elsewhere = false;
	int rc = last_test_get(state, STATE_LAST_TEST, &test, err);

	/* Whatever is wrong with what was kept, the id alone is enough. */
	if (rc < 0 && rc != -ENOENT && rc != -EINVAL)
		return rc;
	snprintf(test.id, sizeof(test.id), "%s", id);
	snprintf(test.kind, sizeof(test.kind), "crash");
	find_dump(config, state->root, id, &crash, &elsewhere);
	judge(&test, &crash, elsewhere);
	rc = last_test_put(state, &test, err);
	if (rc == 0)
		rc = state_drop(state->lib, STATE_TEST);
	return rc < 0 ? rc : 1;
}

int test_result_settle(const struct service_config *config, const char *root, const char *boot_id,
		       struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	char id[64], boot[64];
	struct state state;
	int rc = state_open(&state, root, false, err);

	if (rc == 0 && state_get(state.lib, STATE_TEST, &text, NULL) == 0 &&
	    record_value(text, "id", id, sizeof(id)) &&
	    record_value(text, "boot", boot, sizeof(boot)) && strcmp(boot, boot_id) != 0)
		rc = settle(config, &state, id, err);
	state_done(&state);
	return rc;
}
