/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes plans as text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/text.h"
#include "lib/capture/keys.h"

bool kx_capture_fits(const char *value)
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
	if (!kx_capture_fits(value))
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

/* Sections of a kind: @count of them, each of @size bytes. */
static int write_sections(FILE *out, const char *name, const struct key *keys, const void *first,
			  size_t count, size_t size, struct kx_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		fprintf(out, "\n[%s]\n", name);
		rc = write_keys(out, keys, (const char *)first + i * size, err);
	}
	return rc;
}

static int write_plan(FILE *out, const struct kx_capture_plan *plan, struct kx_err *err)
{
	int rc = write_keys(out, capture_plan_keys, plan, err);

	if (rc == 0)
		rc = write_sections(out, "target", capture_target_keys, plan->target,
				    plan->n_targets, sizeof(*plan->target), err);
	if (rc == 0)
		rc = write_sections(out, "link", capture_link_keys, plan->link, plan->n_links,
				    sizeof(*plan->link), err);
	if (rc == 0)
		rc = write_sections(out, "disk", capture_disk_keys, plan->disk, plan->n_disks,
				    sizeof(*plan->disk), err);
	if (rc == 0)
		rc = write_sections(out, "volume", capture_volume_keys, plan->volume,
				    plan->n_volumes, sizeof(*plan->volume), err);
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
