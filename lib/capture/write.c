/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes plans as text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/text.h"
#include "lib/capture/keys.h"

/* Would it be read as what it is? */
static bool fits_line(const char *value)
{
	struct kx_span rest = kx_span_of(value), all = kx_span_trim(rest);

	if (!all.len || all.len != rest.len)
		return false;
	for (size_t i = 0; i < all.len; i++) {
		if (all.base[i] < 0x20 || all.base[i] == 0x7f)
			return false;
	}
	return true;
}

static int write_text(FILE *out, const char *name, const char *value, struct kx_err *err)
{
	if (!fits_line(value))
		return kx_fail(err, -EINVAL, "%s \"%.160s\": cannot stand in a capture plan", name,
			       value);
	fprintf(out, "%s %s\n", name, value);
	return 0;
}

static int write_list(FILE *out, const char *name, const struct kx_capture_list *list,
		      struct kx_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->count; i++)
		rc = write_text(out, name, list->item[i], err);
	return rc;
}

static int write_key(FILE *out, const struct key *key, const void *of, struct kx_err *err)
{
	const void *value = key_value(key, of);

	switch (key->kind) {
	case KEY_TEXT:
		if (*(char *const *)value)
			return write_text(out, key->name, *(char *const *)value, err);
		break;
	case KEY_NUMBER:
		fprintf(out, "%s %" PRIu64 "\n", key->name, *(const uint64_t *)value);
		break;
	case KEY_CHOICE:
		fprintf(out, "%s %s\n", key->name,
			key->choices[*(const enum capture_choice *)value]);
		break;
	case KEY_FLAG:
		if (*(const bool *)value)
			fprintf(out, "%s yes\n", key->name);
		break;
	case KEY_LIST:
		return write_list(out, key->name, value, err);
	}
	return 0;
}

static int write_keys(FILE *out, const struct key *keys, const void *of, struct kx_err *err)
{
	int rc = 0;

	for (const struct key *key = keys; rc == 0 && key->name; key++)
		rc = write_key(out, key, of, err);
	return rc;
}

static int write_plan(FILE *out, const struct kx_capture_plan *plan, struct kx_err *err)
{
	int rc = write_keys(out, capture_plan_keys, plan, err);

	for (size_t i = 0; rc == 0 && i < plan->n_targets; i++) {
		fprintf(out, "\n[target]\n");
		rc = write_keys(out, capture_target_keys, &plan->target[i], err);
	}
	for (size_t i = 0; rc == 0 && i < plan->n_links; i++) {
		fprintf(out, "\n[link]\n");
		rc = write_keys(out, capture_link_keys, &plan->link[i], err);
	}
	return rc;
}

int kx_capture_write(const struct kx_capture_plan *plan, char **ret, size_t *len,
		     struct kx_err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int rc;

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory for the capture plan");
	rc = write_plan(out, plan, err);
	if (fclose(out) != 0 && rc == 0)
		rc = kx_fail(err, -ENOMEM, "no memory for the capture plan");
	if (rc < 0) {
		free(text);
		return rc;
	}
	*ret = text;
	*len = size;
	return 0;
}
