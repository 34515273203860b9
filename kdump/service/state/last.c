/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps results as JSON, for us and for whoever else wants them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/state/last.h"
#include "kx/array.h"
#include "kx/cleanup.h"
#include "kx/jansson.h"

/* ---- writing --------------------------------------------------------------------------------- */

static void member(struct kx_out *out, const char *key, const char *value)
{
	kx_out_json_member(out, key, kx_span_of(value));
}

void last_check_json(const struct last_check *check, struct kx_out *out)
{
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"time\": %" PRIu64 ",\n  \"written\": %s,\n"
		      "  \"worst\": \"%s\"", check->time, check->written ? "true" : "false",
		      finding_name(findings_worst(&check->findings)));
	member(out, "boot", check->boot);
	member(out, "image", check->image);
	kx_out_text(out, ",\n  \"targets\": [");
	for (size_t i = 0; i < check->targets; i++) {
		kx_out_printf(out, "%s\n    {\"name\": ", i ? "," : "");
		kx_out_json(out, kx_span_of(check->target[i].name));
		kx_out_text(out, ", \"mark\": ");
		kx_out_json(out, kx_span_of(check->target[i].mark));
		kx_out_text(out, "}");
	}
	kx_out_text(out, "\n  ],\n  \"findings\": [");
	findings_json(&check->findings, out);
	kx_out_text(out, "\n  ]\n}");
}

void last_test_json(const struct last_test *test, struct kx_out *out)
{
	kx_out_printf(out, "{\n  \"format\": 1,\n  \"begun\": %" PRIu64, test->begun);
	member(out, "id", test->id);
	member(out, "kind", test->kind);
	member(out, "result", test->result);
	member(out, "dump", test->dump);
	member(out, "text", test->text);
	kx_out_printf(out, ",\n  \"reserved\": %" PRIu64 ",\n  \"lowest\": %" PRIu64 "\n}",
		      test->reserved, test->lowest);
}

/** struct text - of output that is kept in memory */
struct text {
	char *base;
	size_t len;
};

static int add(void *data, const void *from, size_t len)
{
	struct text *t = data;
	char *more = realloc(t->base, t->len + len + 1);

	if (!more)
		return -ENOMEM;
	memcpy(more + t->len, from, len);
	t->base = more;
	t->len += len;
	return 0;
}

static int put(const struct state *state, const char *name, struct kx_out *out, struct text *text,
	       struct kx_err *err)
{
	int rc;

	kx_out_text(out, "\n");
	rc = kx_out_flush(out);
	if (rc < 0)
		kx_fail(err, rc, "no memory for %s", name);
	else
		rc = state_put(state->lib, name, text->base, text->len, err);
	free(text->base);
	free(out);
	return rc < 0 ? kx_context(err, rc, "/var/lib/kdump") : 0;
}

static struct kx_out *out_to(struct text *text)
{
	struct kx_out *out = calloc(1, sizeof(*out));

	if (out) {
		out->write = add;
		out->data = text;
	}
	return out;
}

int last_check_put(const struct state *state, const struct last_check *check, struct kx_err *err)
{
	struct text text = { NULL, 0 };
	struct kx_out *out = out_to(&text);

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory for " STATE_LAST_CHECK);
	last_check_json(check, out);
	return put(state, STATE_LAST_CHECK, out, &text, err);
}

int last_test_put(const struct state *state, const struct last_test *test, struct kx_err *err)
{
	const char *name = strcmp(test->kind, "vm") == 0 ? STATE_LAST_VM : STATE_LAST_TEST;
	struct text text = { NULL, 0 };
	struct kx_out *out = out_to(&text);

	if (!out)
		return kx_fail(err, -ENOMEM, "no memory for %s", name);
	last_test_json(test, out);
	return put(state, name, out, &text, err);
}

void last_check_add_target(struct last_check *check, const char *name, const char *mark)
{
	struct last_target *t;

	if (kx_array_grow(&check->target, &check->targets_room, check->targets) < 0)
		return;
	t = &check->target[check->targets++];
	snprintf(t->name, sizeof(t->name), "%s", name);
	snprintf(t->mark, sizeof(t->mark), "%s", mark);
}

void last_check_done(struct last_check *check)
{
	free(check->target);
	findings_done(&check->findings);
	*check = (struct last_check){ .time = 0 };
}

/* ---- reading --------------------------------------------------------------------------------- */

#ifdef HAVE_JANSSON

/* Whatever is not as we write it is not there. */
static const char *text_of(const json_t *object, const char *key)
{
	const json_t *value = kx_jansson.json_object_get(object, key);

	return value && json_is_string(value) ? kx_jansson.json_string_value(value) : "";
}

static uint64_t number_of(const json_t *object, const char *key)
{
	const json_t *value = kx_jansson.json_object_get(object, key);
	json_int_t number;

	if (!value || !json_is_integer(value))
		return 0;
	number = kx_jansson.json_integer_value(value);
	return number > 0 ? (uint64_t)number : 0;
}

static size_t size_of(const json_t *list)
{
	return list && json_is_array(list) ? kx_jansson.json_array_size(list) : 0;
}

static int load(const struct state *state, const char *name, json_t **ret, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	json_error_t why;
	size_t len;
	int rc = state_get(state->lib, name, &text, &len);

	if (rc < 0)
		return kx_fail(err, rc, "/var/lib/kdump/%s: %s", name, strerror(-rc));
	rc = kx_library_load(&kx_jansson_library, err);
	if (rc < 0)
		return rc;
	*ret = kx_jansson.json_loadb(text, len, 0, &why);
	if (*ret && json_is_object(*ret) && number_of(*ret, "format") == 1)
		return 0;
	if (*ret)
		kx_jansson.json_delete(*ret);
	return kx_fail(err, -EINVAL, "/var/lib/kdump/%s is not what kdump writes there: remove it",
		       name);
}

#define TAKE(to, text) snprintf(to, sizeof(to), "%s", text)

static void take_finding(struct findings *findings, const json_t *from)
{
	const char *name = text_of(from, "level");

	for (enum finding_level level = FINDING_GOOD; level < FINDING_LEVELS; level++) {
		if (strcmp(name, finding_name(level)) == 0)
			findings_add(findings, level, text_of(from, "check"),
				     text_of(from, "target"), "%s", text_of(from, "text"));
	}
}

int last_check_get(const struct state *state, struct last_check *ret, struct kx_err *err)
{
	const json_t *list;
	json_t *root;
	int rc = load(state, STATE_LAST_CHECK, &root, err);

	*ret = (struct last_check){ .time = 0 };
	if (rc < 0)
		return rc;
	ret->time = number_of(root, "time");
	list = kx_jansson.json_object_get(root, "written");
	ret->written = list && json_is_true(list);
	TAKE(ret->boot, text_of(root, "boot"));
	TAKE(ret->image, text_of(root, "image"));
	list = kx_jansson.json_object_get(root, "targets");
	for (size_t i = 0; i < size_of(list); i++) {
		const json_t *t = kx_jansson.json_array_get(list, i);

		last_check_add_target(ret, text_of(t, "name"), text_of(t, "mark"));
	}
	list = kx_jansson.json_object_get(root, "findings");
	for (size_t i = 0; i < size_of(list); i++)
		take_finding(&ret->findings, kx_jansson.json_array_get(list, i));
	kx_jansson.json_delete(root);
	return 0;
}

int last_test_get(const struct state *state, const char *name, struct last_test *ret,
		  struct kx_err *err)
{
	json_t *root;
	int rc = load(state, name, &root, err);

	*ret = (struct last_test){ .begun = 0 };
	if (rc < 0)
		return rc;
	ret->begun = number_of(root, "begun");
	TAKE(ret->id, text_of(root, "id"));
	TAKE(ret->kind, text_of(root, "kind"));
	TAKE(ret->result, text_of(root, "result"));
	TAKE(ret->dump, text_of(root, "dump"));
	TAKE(ret->text, text_of(root, "text"));
	ret->reserved = number_of(root, "reserved");
	ret->lowest = number_of(root, "lowest");
	kx_jansson.json_delete(root);
	return 0;
}

#else

static int cannot(const struct state *state, const char *name, struct kx_err *err)
{
	if (!state_has(state->lib, name))
		return kx_fail(err, -ENOENT, "/var/lib/kdump/%s: %s", name, strerror(ENOENT));
	return kx_fail(err, -ENOTSUP, "this kdump is built without libjansson, which reads %s", name);
}

int last_check_get(const struct state *state, struct last_check *ret, struct kx_err *err)
{
	*ret = (struct last_check){ .time = 0 };
	return cannot(state, STATE_LAST_CHECK, err);
}

int last_test_get(const struct state *state, const char *name, struct last_test *ret,
		  struct kx_err *err)
{
	*ret = (struct last_test){ .begun = 0 };
	return cannot(state, name, err);
}

#endif
