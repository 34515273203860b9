/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump initramfs: what arming would load, built and told, but not loaded. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/arm/initramfs.h"
#include "kdump/service/arm/prepare.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"
#include "kx/out.h"
#include "kx/text.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_INIT = KX_OPTION_LONG, OPT_JSON, OPT_KERNEL, OPT_ROOT };

static const struct kx_option table[] = {
	{ "output", 'o', "FILE", "write it there, for nobody else to read", "What is made" },
	{ "kernel", OPT_KERNEL, "RELEASE", "for this kernel (default: the one that captures)", NULL },
	{ "init", OPT_INIT, "PROGRAM", "that captures (default: the installed kdump-init)", NULL },
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" },
	{ "root", OPT_ROOT, "DIR", "take DIR for / (a captured tree)", "Where" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct initramfs_options - strings are borrowed from argv */
struct initramfs_options {
	bool help, json;
	const char *output, *release, *init, *root;
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct initramfs_options *o = data;

	(void)err;
	switch (id) {
	case 'h': o->help = true; break;
	case 'o': o->output = arg; break;
	case OPT_INIT: o->init = arg; break;
	case OPT_JSON: o->json = true; break;
	case OPT_KERNEL: o->release = arg; break;
	case OPT_ROOT: o->root = arg; break;
	default: break;
	}
	return 0;
}

static int parse(struct initramfs_options *o, int argc, char **argv, struct kx_err *err)
{
	int first, rc = kx_cli_parse(table, argc, argv, take, o, &first, err);

	if (rc == 0 && !o->help && first < argc)
		return kx_fail(err, -EINVAL, "\"%s\" is too much; --help shows how", argv[first]);
	return rc;
}

/* ---- told ----------------------------------------------------------------------------------- */

static void tell_parts(const char *head, const struct image_parts *parts, bool sizes)
{
	if (parts->count > 0)
		printf("%s:\n", head);
	for (size_t i = 0; i < parts->count; i++) {
		if (sizes)
			printf("  %10" PRIu64, parts->item[i].size);
		printf("  ");
		kx_text_print(stdout, kx_span_of(parts->item[i].name));
		printf("\n");
	}
}

static void tell(const struct image_report *r, const char *release)
{
	printf("For kernel ");
	kx_text_print(stdout, kx_span_of(release));
	printf(": %" PRIu64 " bytes, compressed by %s; %" PRIu64 " unpacked, of which /init has %"
	       PRIu64 "; built in %.2f s\n", r->packed, kx_pack_name(r->pack), r->plain, r->init,
	       r->seconds);
	tell_parts("Modules, in the order in which they are loaded", &r->module, true);
	tell_parts("Firmware", &r->firmware, true);
	tell_parts("Firmware that modules name and that is not installed", &r->missing, false);
	tell_parts("In the kernel itself", &r->builtin, false);
	tell_parts("Optional, and not there", &r->absent, false);
	tell_parts("Of extra_modules, and not there", &r->unknown, false);
}

static void json_parts(struct kx_out *out, const char *key, const struct image_parts *parts,
		       bool sizes)
{
	kx_out_printf(out, ",\n  \"%s\": [", key);
	for (size_t i = 0; i < parts->count; i++) {
		kx_out_text(out, i ? ",\n    " : "\n    ");
		if (sizes)
			kx_out_printf(out, "{\"bytes\": %" PRIu64 ", \"name\": ",
				      parts->item[i].size);
		kx_out_json(out, kx_span_of(parts->item[i].name));
		if (sizes)
			kx_out_text(out, "}");
	}
	kx_out_text(out, parts->count ? "\n  ]" : "]");
}

static int tell_json(const struct image_report *r, const char *release)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));

	if (!out)
		return -ENOMEM;
	out->fd = STDOUT_FILENO;
	kx_out_text(out, "{\n  \"format\": 1,\n  \"release\": ");
	kx_out_json(out, kx_span_of(release));
	kx_out_printf(out, ",\n  \"compressed_by\": \"%s\",\n  \"bytes\": %" PRIu64
		      ",\n  \"unpacked\": %" PRIu64 ",\n  \"init\": %" PRIu64
		      ",\n  \"seconds\": %.3f", kx_pack_name(r->pack), r->packed, r->plain, r->init,
		      r->seconds);
	json_parts(out, "modules", &r->module, true);
	json_parts(out, "firmware", &r->firmware, true);
	json_parts(out, "firmware_missing", &r->missing, false);
	json_parts(out, "builtin", &r->builtin, false);
	json_parts(out, "absent", &r->absent, false);
	json_parts(out, "unknown", &r->unknown, false);
	kx_out_text(out, "\n}\n");
	return kx_out_flush(out);
}

/* ---- made ----------------------------------------------------------------------------------- */

/* It has keys and passwords: what stands there with other permissions is not written into. */
static int write_image(const char *path, const struct kx_memfile *image, struct kx_err *err)
{
	_cleanup_free_ char *part = NULL;
	_cleanup_fd_ int fd = -1;
	int rc;

	if (asprintf(&part, "%s.XXXXXX", path) < 0) {
		part = NULL;
		return kx_fail(err, -ENOMEM, "no memory");
	}
	fd = mkostemp(part, O_CLOEXEC);
	if (fd < 0)
		return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	rc = kx_file_write(fd, image->base, image->len);
	if (rc == 0 && (fsync(fd) < 0 || rename(part, path) < 0))
		rc = -errno;
	if (rc < 0)
		unlink(part);
	return rc < 0 ? kx_fail(err, rc, "%s: %s", path, strerror(-rc)) : 0;
}

/* The kernel that arming would take, unless one is named. */
static int find_release(struct prepared *p, const struct initramfs_options *o,
			const char **ret, struct kx_err *err)
{
	int rc;

	*ret = o->release;
	if (o->release)
		return 0;
	rc = prepare_kernel(p, o->root, err);
	*ret = p->kernel.release;
	return rc;
}

static int run(struct prepared *p, const struct initramfs_options *o, struct kx_err *err)
{
	const struct prepare_request request = { .root = o->root, .init = o->init };
	const char *release = "";
	int rc = prepare_facts(p, o->root, err);

	if (rc == 0)
		rc = prepare_targets(p, &request, err);
	if (rc == 0)
		rc = find_release(p, o, &release, err);
	if (rc == 0)
		rc = prepare_image(p, &request, release, err);
	if (rc == 0 && o->output)
		rc = write_image(o->output, &p->initrd, err);
	if (rc < 0)
		return rc;
	if (!o->json) {
		tell(&p->report, release);
		return 0;
	}
	rc = tell_json(&p->report, release);
	return rc < 0 ? kx_fail(err, rc, "standard output: %s", strerror(-rc)) : 0;
}

int initramfs_main(int argc, char **argv)
{
	struct initramfs_options o = { .root = "/" };
	struct prepared p = { .words = NULL };
	struct kx_err err = { "" };
	int rc;

	if (parse(&o, argc, argv, &err) < 0) {
		say("initramfs: %s", err.text);
		return SERVICE_USAGE;
	}
	if (o.help) {
		printf("Usage: kdump initramfs [OPTION]...\n"
		       "Build what arming gives to the crash kernel, and tell what is in it.\n");
		kx_cli_help(table, stdout);
		printf("\nSee kdump(8).\n");
		return SERVICE_DONE;
	}
	rc = run(&p, &o, &err);
	if (rc < 0)
		say("initramfs: %s", err.text);
	prepare_done(&p);
	return rc < 0 ? SERVICE_FAILED : SERVICE_DONE;
}
