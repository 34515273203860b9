/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the initramfs of a crash kernel. What is in it, and where, include/kx/capture.h says. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "kdump/service/image/drivers.h"
#include "kdump/service/image/image.h"
#include "kdump/service/image/pack.h"
#include "kdump/service/image/program.h"
#include "kx/cleanup.h"
#include "kx/initramfs.h"
#include "kx/modules.h"
#include "kx/pack.h"

#ifdef KX_INIT_ZSTD
static const bool init_unpacks = true;
#else
static const bool init_unpacks;
#endif

/** struct building - an image that is being made */
struct building {
	const struct image_request *request;
	struct image_report *report;
	struct kx_modules *modules;
	struct kx_initramfs *files;
	struct kx_err *err;
};

static int no_memory(const struct building *b)
{
	return kx_fail(b->err, -ENOMEM, "no memory for an initramfs");
}

/* ---- which modules -------------------------------------------------------------------------- */

static const char *fs_of(const struct kx_capture_target *t)
{
	if (t->fs)
		return t->fs;
	/* Not an exhaustive switch: the others have none of their own. */
	if (t->type == KX_CAPTURE_NFS)
		return "nfs4";
	if (t->type == KX_CAPTURE_SMB)
		return "cifs";
	return t->type == KX_CAPTURE_VIRTIOFS ? "virtiofs" : NULL;
}

static int choose_file_systems(struct building *b)
{
	const struct kx_capture_plan *plan = b->request->plan;
	struct kx_devices found = { .able = 0 };
	int rc = 0;

	for (size_t i = 0; i < plan->n_targets && rc == 0; i++) {
		const struct kx_capture_target *t = &plan->target[i];

		if (fs_of(t))
			rc = kx_devices_add_fs(&found, b->request->root, fs_of(t), t->options,
					       b->err);
		if (rc < 0)
			kx_context(b->err, rc, "target %s", t->name);
	}
	if (rc == 0)
		rc = image_drivers_add(b->request, &found, b->modules, b->report, b->err);
	kx_devices_done(&found);
	return rc;
}

static int choose_modules(struct building *b)
{
	int rc = image_drivers_open(b->request, &b->modules, b->err);

	if (rc == 0 && b->request->devices)
		rc = image_drivers_add(b->request, b->request->devices, b->modules, b->report,
				       b->err);
	if (rc == 0)
		rc = choose_file_systems(b);
	return rc == 0 ? image_drivers_add_words(b->request, b->modules, b->report, b->err) : rc;
}

/* ---- their files ---------------------------------------------------------------------------- */

static int add_bytes(struct building *b, const char *path, mode_t mode, struct kx_span bytes)
{
	return kx_initramfs_add(b->files, path, S_IFREG | mode, bytes, b->err);
}

static int add_firmware(struct building *b, struct kx_span name)
{
	struct image_parts *there = &b->report->firmware, *missing = &b->report->missing;
	_cleanup_free_ char *copy = strndup((const char *)name.base, name.len), *path = NULL;
	_cleanup_free_ char *to = NULL;
	struct kx_memfile file;
	int rc;

	if (!copy || asprintf(&to, "lib/firmware/%s", copy) < 0) {
		to = NULL;
		return no_memory(b);
	}
	if (image_parts_have(there, copy))
		return 0;
	rc = kx_modules_firmware(b->request->root, b->request->release, name, &path);
	if (rc == -ENOENT || rc == -EINVAL)
		return image_parts_note(missing, copy, b->err);
	if (rc < 0)
		return no_memory(b);
	/* The kernel need not know how to unpack it. */
	rc = kx_modules_read(b->request->root, path, &file, b->err);
	if (rc < 0)
		return rc;
	rc = add_bytes(b, to, 0644, (struct kx_span){ file.base, file.len });
	if (rc == 0)
		rc = image_parts_add(there, copy, file.len, b->err);
	kx_memfile_done(&file);
	return rc;
}

static int add_all_firmware(struct building *b, struct kx_span module)
{
	struct kx_span info, name;
	int rc = kx_modules_info(module, &info, b->err);

	while (rc == 0 && kx_modules_info_next(&info, "firmware", &name))
		rc = add_firmware(b, name);
	return rc;
}

/* "NAME.ko OPTIONS", for the plan; the report says the same. */
static int list_module(struct building *b, const struct kx_module *m, size_t size)
{
	struct kx_capture_list *list = &b->request->plan->module;
	int rc = kx_capture_append(list, "%s.ko%s%s", m->name, m->options[0] ? " " : "", m->options);

	if (rc < 0)
		return no_memory(b);
	return image_parts_add(&b->report->module, list->item[list->count - 1], size, b->err);
}

/*
 * What the initramfs unpacks to stays in memory until the machine is reset, and a module is there a
 * second time once it is loaded: so its file is compressed, if /init can unpack it.
 */
static int add_module_file(struct building *b, const struct kx_module *m, struct kx_span plain)
{
	const bool packs = init_unpacks && kx_pack_usable(KX_PACK_ZSTD);
	_cleanup_free_ char *to = NULL;
	struct kx_memfile packed;
	int rc;

	if (asprintf(&to, "lib/modules/%s.ko%s", m->name, packs ? KX_CAPTURE_PACKED : "") < 0) {
		to = NULL;
		return no_memory(b);
	}
	if (!packs)
		return add_bytes(b, to, 0644, plain);
	rc = kx_pack(plain, KX_PACK_ZSTD, &packed, b->err);
	if (rc < 0)
		return kx_context(b->err, rc, "%s", m->name);
	rc = add_bytes(b, to, 0644, (struct kx_span){ packed.base, packed.len });
	kx_memfile_done(&packed);
	return rc;
}

static int add_module(struct building *b, const struct kx_module *m)
{
	_cleanup_free_ char *from = NULL;
	struct kx_memfile file;
	struct kx_span bytes;
	int rc;

	if (asprintf(&from, "%s/%s", kx_modules_folder(b->modules), m->path) < 0) {
		from = NULL;
		return no_memory(b);
	}
	rc = kx_modules_read(b->request->root, from, &file, b->err);
	if (rc < 0)
		return rc;
	bytes = (struct kx_span){ file.base, file.len };
	rc = add_module_file(b, m, bytes);
	if (rc == 0)
		rc = list_module(b, m, file.len);
	if (rc == 0) {
		rc = add_all_firmware(b, bytes);
		if (rc < 0)
			kx_context(b->err, rc, "/%s", from);
	}
	kx_memfile_done(&file);
	return rc;
}

static int add_modules(struct building *b)
{
	int rc = 0;

	for (size_t i = 0; i < kx_modules_count(b->modules) && rc == 0; i++)
		rc = add_module(b, kx_modules_at(b->modules, i));
	return rc;
}

/* ---- what the kernel may ask for ------------------------------------------------------------ */

/** struct aliases - the file of them while it is written */
struct aliases {
	const struct kx_modules *modules;
	FILE *out;
};

/* "ALIAS FILE FILE", those first that the last one needs. */
static void put_alias(const struct aliases *a, struct kx_span alias, size_t i)
{
	fprintf(a->out, "%.*s", (int)alias.len, (const char *)alias.base);
	for (size_t k = 0; k < i; k++) {
		if (kx_modules_needs(a->modules, i, k))
			fprintf(a->out, " %s.ko", kx_modules_at(a->modules, k)->name);
	}
	fprintf(a->out, " %s.ko\n", kx_modules_at(a->modules, i)->name);
}

static int each_alias(struct kx_span alias, size_t i, void *data)
{
	/* With a colon it is a device's, whose driver is loaded before anybody asks. */
	if (!memchr(alias.base, ':', alias.len))
		put_alias(data, alias, i);
	return 0;
}

static int add_aliases(struct building *b)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	struct aliases a = { b->modules, open_memstream(&text, &len) };

	if (!a.out)
		return no_memory(b);
	for (size_t i = 0; i < kx_modules_count(b->modules); i++)
		put_alias(&a, kx_span_of(kx_modules_at(b->modules, i)->name), i);
	kx_modules_each_alias(b->modules, each_alias, &a);
	if (fclose(a.out) != 0)
		return no_memory(b);
	return add_bytes(b, "kdump/aliases", 0644, (struct kx_span){ (uint8_t *)text, len });
}

/* ---- the rest ------------------------------------------------------------------------------- */

static int add_init(struct building *b)
{
	static const char *const folder[] = { "dev", "mnt", "proc", "run", "sys", "tmp" };
	const char *init = b->request->init ? b->request->init : KDUMP_INIT;
	int rc = 0;

	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]) && rc == 0; i++)
		rc = kx_initramfs_add(b->files, folder[i], S_IFDIR | 0755, kx_span_of(""), b->err);
	if (rc < 0)
		return rc;
	rc = image_program_add(b->files, "init", b->request->root, init, &b->report->init, b->err);
	return rc < 0 ? kx_context(b->err, rc, "/init of the crash kernel") : 0;
}

/* A program beside /init, that the target @i needs. */
static int add_program(struct building *b, size_t i, const char *from, const char *to,
		       const char *lacking)
{
	uint64_t len;
	int rc = image_program_add(b->files, to + 1, b->request->root, from, &len, b->err);

	return rc < 0 ? kx_context(b->err, rc, "target %s needs %s", b->request->plan->target[i].name,
				   lacking) : 0;
}

/* Those that are ssh there, and that send by HTTP, if a target is reached by them. */
static int add_programs(struct building *b)
{
	const struct kx_capture_plan *plan = b->request->plan;
	bool ssh = false, http = false;
	int rc = 0;

	for (size_t i = 0; i < plan->n_targets && rc == 0; i++) {
		const enum kx_capture_type type = plan->target[i].type;

		if (type == KX_CAPTURE_SSH && !ssh) {
			ssh = true;
			rc = add_program(b, i, KDUMP_SSH, KX_CAPTURE_SSH_PROGRAM,
					 "kdump-ssh, which is built where libssh2 is there as an "
					 "archive");
		}
		if ((type == KX_CAPTURE_HTTP || type == KX_CAPTURE_S3) && !http) {
			http = true;
			rc = add_program(b, i, KDUMP_HTTP, KX_CAPTURE_HTTP_PROGRAM,
					 "kdump-http, which is built where libcurl is there as an "
					 "archive");
		}
	}
	return rc;
}

static int add_secrets(struct building *b)
{
	const struct image_request *r = b->request;
	int rc = 0;

	if (r->secrets > 0)
		rc = kx_initramfs_add(b->files, &KX_CAPTURE_SECRETS[1], S_IFDIR | 0700, kx_span_of(""),
				      b->err);
	for (size_t i = 0; i < r->secrets && rc == 0; i++) {
		_cleanup_free_ char *path = NULL;

		if (strchr(r->secret[i].name, '/'))
			return kx_fail(b->err, -EINVAL, "\"%s\" is no name of a secret",
				       r->secret[i].name);
		if (asprintf(&path, "%s/%s", &KX_CAPTURE_SECRETS[1], r->secret[i].name) < 0) {
			path = NULL;
			return no_memory(b);
		}
		rc = add_bytes(b, path, 0600, r->secret[i].bytes);
	}
	return rc;
}

/* Last, when all that it has is known. */
static int add_plan(struct building *b)
{
	struct kx_capture_plan *plan = b->request->plan;
	const struct kx_devices *devices = b->request->devices;
	_cleanup_free_ char *text = NULL;
	size_t len;
	int rc = kx_capture_set(&plan->release, b->request->release);

	for (size_t i = 0; devices && i < devices->watchdogs && rc == 0; i++)
		rc = kx_capture_append(&plan->watchdog, "%s", devices->watchdog[i]);
	if (rc < 0)
		return no_memory(b);
	rc = kx_capture_write(plan, &text, &len, b->err);
	if (rc < 0)
		return kx_context(b->err, rc, "capture plan");
	return add_bytes(b, &KX_CAPTURE_PLAN[1], 0600, (struct kx_span){ (uint8_t *)text, len });
}

static int build(struct building *b, struct kx_memfile *ret)
{
	struct kx_initramfs_size size;
	int rc = kx_initramfs_new(&b->files, b->err);

	if (rc == 0)
		rc = choose_modules(b);
	if (rc == 0)
		rc = add_init(b);
	if (rc == 0)
		rc = add_modules(b);
	if (rc == 0)
		rc = add_aliases(b);
	if (rc == 0)
		rc = add_programs(b);
	if (rc == 0)
		rc = add_secrets(b);
	if (rc == 0)
		rc = add_plan(b);
	if (rc < 0)
		return rc;
	b->report->pack = image_pack(b->request->root, b->request->release);
	rc = kx_initramfs_write(b->files, b->report->pack, ret, &size, b->err);
	if (rc == 0) {
		b->report->plain = size.plain;
		b->report->packed = size.packed;
	}
	return rc;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int image_build(const struct image_request *request, struct kx_memfile *ret,
		struct image_report *ret_report, struct kx_err *err)
{
	struct image_report report = { .pack = KX_PACK_NONE };
	struct building b = { .request = request, .report = &report, .err = err };
	double start = seconds();
	int rc;

	/* Whatever an image before this one had. */
	kx_capture_list_done(&request->plan->module);
	kx_capture_list_done(&request->plan->watchdog);
	rc = build(&b, ret);
	kx_initramfs_free(b.files);
	kx_modules_free(b.modules);
	report.seconds = seconds() - start;
	*ret_report = report;
	return rc;
}
