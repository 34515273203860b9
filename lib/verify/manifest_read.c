/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads manifests. The library sees to it that it is JSON; what is in it is looked at here. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/jansson.h"
#include "kx/manifest.h"
#include "lib/verify/phase.h"

void kx_manifest_done(struct kx_manifest *m)
{
	free(m->sum);
	*m = (struct kx_manifest){ .sums = 0 };
}

int kx_manifest_take_sums(struct kx_manifest *m, const struct kx_sums *sums, struct kx_err *err)
{
	size_t count = kx_sums_count(sums);

	m->sum = calloc(count ? count : 1, sizeof(*m->sum));
	if (!m->sum)
		return kx_fail(err, -ENOMEM, "no memory for checksums");
	for (m->sums = 0; m->sums < count; m->sums++)
		m->sum[m->sums].known = kx_sums_get(sums, m->sums, &m->sum[m->sums].sum);
	m->size = kx_sums_size(sums);
	m->chunk = kx_sums_chunk(sums);
	return 0;
}

#ifdef HAVE_JANSSON

/**
 * struct parse - a manifest being taken apart
 * @root: its object
 * @rc: the first thing that is wrong, which @err says; nothing is taken after it
 */
struct parse {
	const json_t *root;
	int rc;
	struct kx_err *err;
};

/* A value of @object; NULL: none, or "null", or it is of another type, which is an error. */
static const json_t *find(struct parse *p, const json_t *object, const char *key, json_type type)
{
	const json_t *value = p->rc == 0 ? kx_jansson.json_object_get(object, key) : NULL;

	if (!value || json_is_null(value))
		return NULL;
	if (json_typeof(value) == type || (type == JSON_REAL && json_is_integer(value)))
		return value;
	p->rc = kx_fail(p->err, -EINVAL, "\"%s\" is not of the kind that it should be", key);
	return NULL;
}

/* Texts are cut where a character begins. */
static void take_text(struct parse *p, const json_t *object, const char *key, char *to, size_t size)
{
	const json_t *value = find(p, object, key, JSON_STRING);
	const char *text = value ? kx_jansson.json_string_value(value) : "";
	size_t len = value ? kx_jansson.json_string_length(value) : 0;

	if (len >= size) {
		len = size - 1;
		while (len > 0 && (text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}

static void take_number(struct parse *p, const json_t *object, const char *key, uint64_t max,
			uint64_t *ret)
{
	const json_t *value = find(p, object, key, JSON_INTEGER);
	json_int_t number = value ? kx_jansson.json_integer_value(value) : 0;

	*ret = 0;
	if (number < 0 || (uint64_t)number > max)
		p->rc = kx_fail(p->err, -EINVAL, "\"%s\" is less than 0 or more than %" PRIu64,
				key, max);
	else
		*ret = (uint64_t)number;
}

/* Half of what a signed number has: as much as a dump may count, and sums of two do not wrap. */
static const uint64_t MANY = UINT64_C(1) << 62;

static void take_seconds(struct parse *p, const json_t *object, const char *key, double *ret)
{
	const json_t *value = find(p, object, key, JSON_REAL);
	double seconds = value ? kx_jansson.json_number_value(value) : 0;

	*ret = 0;
	/* Rounded when it is written again, it is still one. */
	if (!(seconds >= 0 && seconds <= 999999999))
		p->rc = kx_fail(p->err, -EINVAL, "\"%s\" is no time that saving takes", key);
	else
		*ret = seconds;
}

static void take_level(struct parse *p, const char *key, unsigned int *ret)
{
	uint64_t level;

	take_number(p, p->root, key, KX_LEVEL_MAX, &level);
	*ret = (unsigned int)level;
}

static void take_page_size(struct parse *p, struct kx_manifest *m)
{
	uint64_t size;

	take_number(p, p->root, "page_size", 256 << 10, &size);
	if (size & (size - 1))
		p->rc = kx_fail(p->err, -EINVAL, "\"page_size\" is %" PRIu64 ", no power of 2",
				size);
	m->page_size = size;
}

static void take_classes(struct parse *p, struct kx_manifest *m)
{
	const json_t *pages = find(p, p->root, "pages", JSON_OBJECT);
	const json_t *missing = find(p, p->root, "missing_keys", JSON_OBJECT);

	for (enum kx_page_class c = 0; c < KX_PAGE_CLASSES; c++) {
		const char *name = kx_page_class_name(c);

		/* In bytes, too, they are numbers. */
		take_number(p, pages, name, MANY >> 18, &m->pages[c]);
		take_text(p, missing, name, m->missing[c], sizeof(m->missing[c]));
	}
}

/* -1: there is none. */
static json_int_t integer_at(const json_t *list, size_t i)
{
	const json_t *value = kx_jansson.json_array_get(list, i);

	return json_is_integer(value) ? kx_jansson.json_integer_value(value) : -1;
}

static void take_lost(struct parse *p, struct kx_manifest *m)
{
	const json_t *list = find(p, p->root, "lost_ranges", JSON_ARRAY);
	size_t count = list ? kx_jansson.json_array_size(list) : 0;

	take_number(p, p->root, "lost", MANY, &m->lost);
	if (count > KX_SAVE_LOST_MAX)
		p->rc = kx_fail(p->err, -EINVAL, "\"lost_ranges\" has %zu, at most %d", count,
				KX_SAVE_LOST_MAX);
	for (size_t i = 0; i < count && p->rc == 0; i++) {
		const json_t *range = kx_jansson.json_array_get(list, i);
		json_int_t from = integer_at(range, 0), to = integer_at(range, 1);

		if (from < 0 || to < from)
			p->rc = kx_fail(p->err, -EINVAL, "\"lost_ranges\" has what is no range");
		m->lost_range[i] = (struct kx_save_range){ (uint64_t)from, (uint64_t)to };
	}
	m->lost_ranges = p->rc == 0 ? count : 0;
}

/* What is no text is an empty one. */
static void take_recipients(struct parse *p, struct kx_manifest *m)
{
	const json_t *list = find(p, p->root, "recipients", JSON_ARRAY);
	size_t count = list ? kx_jansson.json_array_size(list) : 0;

	if (count > KX_MANIFEST_RECIPIENTS)
		p->rc = kx_fail(p->err, -EINVAL, "\"recipients\" has %zu, at most %d", count,
				KX_MANIFEST_RECIPIENTS);
	for (size_t i = 0; i < count && p->rc == 0; i++) {
		const json_t *name = kx_jansson.json_array_get(list, i);

		snprintf(m->recipient[i], sizeof(m->recipient[i]), "%.63s",
			 json_is_string(name) ? kx_jansson.json_string_value(name) : "");
	}
	m->recipients = p->rc == 0 ? count : 0;
}

static void take_sum(struct parse *p, const json_t *value, struct kx_manifest_sum *to)
{
	const char *text = json_is_string(value) ? kx_jansson.json_string_value(value) : "";
	uint64_t sum = 0;

	to->known = !json_is_null(value);
	if (to->known && (strspn(text, "0123456789abcdef") != 8 || text[8] ||
			  !kx_span_number(kx_span_of(text), 16, &sum)))
		p->rc = kx_fail(p->err, -EINVAL, "\"list\" has what is no checksum");
	to->sum = (uint32_t)sum;
}

/* The numbers of a file are its size's alone, so that nothing else bounds what they cost. */
static void take_sums(struct parse *p, struct kx_manifest *m)
{
	const json_t *sums = find(p, p->root, "sums", JSON_OBJECT), *list;
	uint64_t chunk, count;
	char kind[16];

	take_number(p, p->root, "bytes", MANY, &m->size);
	if (!sums || p->rc < 0)
		return;
	take_text(p, sums, "kind", kind, sizeof(kind));
	take_number(p, sums, "chunk", MANY, &chunk);
	list = find(p, sums, "list", JSON_ARRAY);
	if (p->rc == 0 && strcmp(kind, "crc32") != 0)
		p->rc = kx_fail(p->err, -ENOTSUP, "checksums of kind \"%s\" are not known", kind);
	count = (m->size + kx_sums_chunk_for(m->size) - 1) / kx_sums_chunk_for(m->size);
	if (p->rc == 0 && (chunk != kx_sums_chunk_for(m->size) || !list ||
			   kx_jansson.json_array_size(list) != count))
		p->rc = kx_fail(p->err, -EINVAL,
				"checksums are not those of a file of %" PRIu64 " bytes", m->size);
	if (p->rc < 0)
		return;
	m->sum = calloc(count ? count : 1, sizeof(*m->sum));
	if (!m->sum)
		p->rc = kx_fail(p->err, -ENOMEM, "no memory for checksums");
	for (; m->sums < count && p->rc == 0; m->sums++)
		take_sum(p, kx_jansson.json_array_get(list, m->sums), &m->sum[m->sums]);
	m->chunk = chunk;
}

static void take_texts(struct parse *p, struct kx_manifest *m)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} texts[] = {
		{ "dump", m->dump, sizeof(m->dump) },
		{ "dump_format", m->format, sizeof(m->format) },
		{ "codec", m->codec, sizeof(m->codec) },
		{ "source", m->source, sizeof(m->source) },
		{ "machine", m->machine, sizeof(m->machine) },
		{ "release", m->release, sizeof(m->release) },
		{ "build_id", m->build_id, sizeof(m->build_id) },
		{ "panic", m->panic, sizeof(m->panic) },
		{ "trouble", m->trouble, sizeof(m->trouble) },
		{ "incomplete", m->incomplete, sizeof(m->incomplete) },
		{ "doubt", m->doubt, sizeof(m->doubt) },
		{ "unchecked", m->unchecked, sizeof(m->unchecked) },
		{ "unfiltered", m->unfiltered, sizeof(m->unfiltered) },
		{ "no_sums", m->no_sums, sizeof(m->no_sums) },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		take_text(p, p->root, texts[i].key, texts[i].to, texts[i].size);
}

static void take_numbers(struct parse *p, struct kx_manifest *m)
{
	const json_t *phases = find(p, p->root, "phase_seconds", JSON_OBJECT);

	take_number(p, p->root, "crash_time", UINT64_C(1) << 40, &m->crash_time);
	take_level(p, "level", &m->level_asked);
	take_level(p, "level_used", &m->level);
	take_page_size(p, m);
	take_number(p, p->root, "absent", MANY, &m->absent);
	take_number(p, p->root, "kept", MANY, &m->kept);
	take_number(p, p->root, "kept_for_room", MANY, &m->joined);
	take_number(p, p->root, "zero", MANY, &m->zero);
	take_number(p, p->root, "shared", MANY, &m->shared);
	take_number(p, p->root, "written", MANY, &m->written);
	take_number(p, p->root, "unclassified", MANY, &m->unclassified);
	take_number(p, p->root, "free_found", MANY, &m->free_found);
	take_number(p, p->root, "free_counted", MANY, &m->free_counted);
	take_number(p, p->root, "peak_kib", MANY, &m->peak_kib);
	take_seconds(p, p->root, "seconds", &m->seconds);
	for (size_t i = 0; i < KX_SAVE_PHASES; i++)
		take_seconds(p, phases, kx_phase_name[i], &m->phase[i]);
}

static void take_tried(struct parse *p, const json_t *capture, struct kx_manifest_capture *c)
{
	const json_t *list = find(p, capture, "targets", JSON_ARRAY);
	size_t count = list ? kx_jansson.json_array_size(list) : 0;

	for (; c->n_tried < count && c->n_tried < KX_MANIFEST_TRIED_MAX; c->n_tried++) {
		const json_t *one = kx_jansson.json_array_get(list, c->n_tried);
		struct kx_manifest_tried *tried = &c->tried[c->n_tried];

		if (!json_is_object(one))
			p->rc = kx_fail(p->err, -EINVAL, "\"targets\" has what is none");
		take_text(p, one, "name", tried->name, sizeof(tried->name));
		take_text(p, one, "type", tried->type, sizeof(tried->type));
		take_text(p, one, "error", tried->error, sizeof(tried->error));
		take_seconds(p, one, "seconds", &tried->seconds);
	}
}

static void take_capture(struct parse *p, struct kx_manifest_capture *c)
{
	const json_t *from = find(p, p->root, "capture", JSON_OBJECT);

	c->known = from != NULL;
	if (!from)
		return;
	take_text(p, from, "id", c->id, sizeof(c->id));
	take_text(p, from, "test", c->test, sizeof(c->test));
	take_text(p, from, "machine_id", c->machine_id, sizeof(c->machine_id));
	take_text(p, from, "host", c->host, sizeof(c->host));
	take_number(p, from, "memory_kib", MANY, &c->memory_kib);
	take_number(p, from, "low_kib", MANY, &c->low_kib);
	take_seconds(p, from, "boot_seconds", &c->boot);
	take_seconds(p, from, "modules_seconds", &c->modules);
	take_seconds(p, from, "log_seconds", &c->log);
	take_seconds(p, from, "prepare_seconds", &c->prepare);
	take_number(p, from, "failed_modules", MANY, &c->failed_modules);
	take_tried(p, from, c);
}

static int check_format(struct parse *p)
{
	uint64_t format;

	if (!json_is_object(p->root))
		p->rc = kx_fail(p->err, -EINVAL, "no object");
	take_number(p, p->root, "format", MANY, &format);
	if (p->rc == 0 && format == 0)
		p->rc = kx_fail(p->err, -EINVAL, "it has no \"format\"");
	if (p->rc == 0 && format != 1)
		p->rc = kx_fail(p->err, -ENOTSUP, "format %" PRIu64 ", known: 1", format);
	return p->rc;
}

int kx_manifest_parse(struct kx_span json, struct kx_manifest *ret, struct kx_err *err)
{
	struct parse p = { NULL, kx_library_load(&kx_jansson_library, err), err };
	struct kx_manifest m = { .sums = 0 };
	json_error_t why;
	json_t *root;

	if (p.rc < 0)
		return p.rc;
	/* It goes as deep as 2048 brackets, and a name may not come twice. */
	root = kx_jansson.json_loadb((const char *)json.base, json.len, JSON_REJECT_DUPLICATES,
				     &why);
	if (!root)
		return kx_fail(err, -EINVAL, "line %d: %s", why.line, why.text);
	p.root = root;
	if (check_format(&p) == 0) {
		take_texts(&p, &m);
		take_numbers(&p, &m);
		take_classes(&p, &m);
		take_lost(&p, &m);
		take_capture(&p, &m.capture);
		take_recipients(&p, &m);
		take_sums(&p, &m);
	}
	kx_jansson.json_delete(root);
	if (p.rc < 0)
		kx_manifest_done(&m);
	else
		*ret = m;
	return p.rc;
}

#else

int kx_manifest_parse(struct kx_span json, struct kx_manifest *ret, struct kx_err *err)
{
	(void)json, (void)ret;
	return kx_fail(err, -ENOTSUP, "this build has no jansson (configure --with-jansson)");
}

#endif

int kx_manifest_read(const char *path, struct kx_manifest *ret, struct kx_err *err)
{
	_cleanup_free_ char *bytes = malloc(KX_MANIFEST_MAX + 1);
	_cleanup_fd_ int fd = -1;
	size_t len = 0;
	ssize_t n = 1;
	int rc;

	if (!bytes)
		return kx_fail(err, -ENOMEM, "no memory");
	/* What is no file, as a pipe, could keep us waiting. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	while (n > 0 && len <= KX_MANIFEST_MAX) {
		n = kx_file_read_some(fd, bytes + len, KX_MANIFEST_MAX + 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return kx_fail(err, (int)n, "%s: %s", path, strerror((int)-n));
	if (len > KX_MANIFEST_MAX)
		return kx_fail(err, -EFBIG, "%s: larger than a manifest is", path);
	rc = kx_manifest_parse((struct kx_span){ (const uint8_t *)bytes, len }, ret, err);
	return rc < 0 ? kx_context(err, rc, "%s", path) : 0;
}
