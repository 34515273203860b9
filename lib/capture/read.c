/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads plans. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/capture/keys.h"

/** struct reading - of one text; @of is what the lines now belong to, @keys what they may be */
struct reading {
	struct kx_capture_plan *plan;
	const struct key *keys;
	void *of;
	size_t line;
	struct kx_err *err;
};

static int refuse(const struct reading *r, struct kx_span line, const char *why)
{
	return kx_fail(r->err, -EINVAL, "line %zu of the capture plan, \"%.*s\": %s", r->line,
		       line.len > 80 ? 80 : (int)line.len, line.base ? (const char *)line.base : "",
		       why);
}

static int no_memory(const struct reading *r)
{
	return kx_fail(r->err, -ENOMEM, "no memory for the capture plan");
}

static int begin_section(struct reading *r, struct kx_span line)
{
	if (kx_span_equal(line, "[target]")) {
		r->keys = capture_target_keys;
		r->of = kx_capture_add_target(r->plan, NULL);
	} else if (kx_span_equal(line, "[link]")) {
		r->keys = capture_link_keys;
		r->of = kx_capture_add_link(r->plan, NULL);
	} else if (kx_span_equal(line, "[disk]")) {
		r->keys = capture_disk_keys;
		r->of = kx_capture_add_disk(r->plan, NULL);
	} else if (kx_span_equal(line, "[volume]")) {
		r->keys = capture_volume_keys;
		r->of = kx_capture_add_volume(r->plan, NULL);
	} else {
		return refuse(r, line, "there is no such section");
	}
	return r->of ? 0 : no_memory(r);
}

static bool choose(const struct key *key, struct kx_span value, enum capture_choice *ret)
{
	for (int i = 0; key->choices[i]; i++) {
		if (!kx_span_equal(value, key->choices[i]))
			continue;
		*ret = (enum capture_choice)i;
		return true;
	}
	return false;
}

static int take_text(char **text, struct kx_span value)
{
	char *copy = strndup((const char *)value.base, value.len);

	free(*text);
	*text = copy;
	return copy ? 0 : -ENOMEM;
}

static int take_value(struct reading *r, const struct key *key, struct kx_span line,
		      struct kx_span value)
{
	void *member = key_member(key, r->of);

	switch (key->kind) {
	case KEY_TEXT:
		return take_text(member, value) < 0 ? no_memory(r) : 0;
	case KEY_NUMBER:
		return kx_span_number(value, 10, member) ? 0 : refuse(r, line, "is not a number");
	case KEY_CHOICE:
		return choose(key, value, member) ? 0 : refuse(r, line, "is none of its values");
	case KEY_FLAG:
		*(bool *)member = kx_span_equal(value, "yes");
		return *(bool *)member ? 0 : refuse(r, line, "is not \"yes\"");
	case KEY_LIST:
		return kx_capture_append(member, "%.*s", (int)value.len,
					 (const char *)value.base) < 0 ? no_memory(r) : 0;
	}
	return refuse(r, line, "has no kind");
}

/* Texts with NUL or without end are none that were written. */
static bool is_line(struct kx_span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.base[i] < 0x20 || line.base[i] == 0x7f)
			return false;
	}
	return line.len < (1 << 20);
}

static int take_line(struct reading *r, struct kx_span line)
{
	const uint8_t *blank = memchr(line.base, ' ', line.len);
	struct kx_span name = line, value = { NULL, 0 };

	if (line.base[0] == '[')
		return begin_section(r, line);
	if (blank) {
		name.len = (size_t)(blank - line.base);
		kx_span_slice(line, name.len, line.len - name.len, &value);
		value = kx_span_trim(value);
	}
	for (const struct key *key = r->keys; key->name; key++) {
		if (!kx_span_equal(name, key->name))
			continue;
		return value.len ? take_value(r, key, line, value) : refuse(r, line, "has no value");
	}
	return refuse(r, line, "there is no such key");
}

int kx_capture_read(struct kx_span text, struct kx_capture_plan *ret, struct kx_err *err)
{
	struct reading r = { .plan = ret, .keys = capture_plan_keys, .of = ret, .err = err };
	struct kx_span line;
	int rc = 0;

	kx_capture_init(ret);
	while (rc == 0 && kx_span_line(&text, &line)) {
		r.line++;
		if (!is_line(line))
			return refuse(&r, (struct kx_span){ NULL, 0 }, "has a control character");
		line = kx_span_trim(line);
		if (line.len && line.base[0] != '#')
			rc = take_line(&r, line);
	}
	return rc;
}
