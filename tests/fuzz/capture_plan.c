/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture plans: whatever is accepted can be written, and is the same when it is read and written
 * again.
 */
#include <string.h>

#include "kx/capture.h"
#include "tests/fuzz/fuzz.h"

static char *write_it(const struct kx_capture_plan *plan, size_t *len)
{
	struct kx_err err = { "" };
	char *text = NULL;

	PROMISE(kx_capture_write(plan, &text, len, &err) == 0);
	return text;
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_capture_plan plan, again;
	struct kx_err err = { "" };
	char *once, *twice;
	size_t len, more;

	if (kx_capture_read((struct kx_span){ data, size }, &plan, &err) < 0) {
		PROMISE(err.text[0]);
		kx_capture_done(&plan);
		return 0;
	}
	once = write_it(&plan, &len);
	PROMISE(kx_capture_read((struct kx_span){ (const uint8_t *)once, len }, &again, &err) == 0);
	PROMISE(again.n_targets == plan.n_targets && again.n_links == plan.n_links &&
		again.n_disks == plan.n_disks && again.n_volumes == plan.n_volumes);
	twice = write_it(&again, &more);
	PROMISE(more == len && memcmp(once, twice, len) == 0);
	free(once);
	free(twice);
	kx_capture_done(&plan);
	kx_capture_done(&again);
	return 0;
}
