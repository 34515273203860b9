/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Usage: kdump_image ROOT RELEASE INIT FILE FS WORD...
 *
 * The initramfs for a target of file system FS ("-": none) and modules or aliases WORD..., as the
 * service builds it, to FILE; prints what is in it. FS may be "disk:NAME" or "net:NAME" too, for what
 * that device below ROOT stands on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/image/image.h"
#include "kx/cleanup.h"
#include "kx/file.h"

static void print_parts(const char *what, const struct image_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		printf("%s %s %" PRIu64 "\n", what, parts->item[i].name, parts->item[i].size);
}

static void print_report(const struct image_report *r)
{
	print_parts("module", &r->module);
	print_parts("firmware", &r->firmware);
	print_parts("missing", &r->missing);
	print_parts("builtin", &r->builtin);
	print_parts("absent", &r->absent);
	printf("init %" PRIu64 "\nplain %" PRIu64 "\npacked %" PRIu64 "\npack %s\nseconds %.3f\n",
	       r->init, r->plain, r->packed, kx_pack_name(r->pack), r->seconds);
}

static int take_target(struct image_request *request, struct kx_devices *devices,
		       const char *word, struct kx_err *err)
{
	struct kx_capture_target *t;

	if (strncmp(word, "disk:", 5) == 0)
		return kx_devices_add_disk(devices, request->root, word + 5, err);
	if (strncmp(word, "net:", 4) == 0)
		return kx_devices_add_net(devices, request->root, word + 4, err);
	if (strcmp(word, "-") == 0)
		return 0;
	t = kx_capture_add_target(request->plan, "made");
	return t ? kx_capture_set(&t->fs, word) : kx_fail(err, -1, "no memory");
}

static int write_file(const char *path, const struct kx_memfile *file)
{
	FILE *out = fopen(path, "w");
	size_t done = out ? fwrite(file->base, 1, file->len, out) : 0;

	return out && fclose(out) == 0 && done == file->len ? 0 : -1;
}

static char *join(char **word, int count)
{
	size_t len = 1;
	char *ret;

	for (int i = 0; i < count; i++)
		len += strlen(word[i]) + 1;
	ret = calloc(1, len);
	for (int i = 0; ret && i < count; i++)
		strcat(strcat(ret, word[i]), " ");
	return ret;
}

int main(int argc, char **argv)
{
	struct kx_capture_plan plan;
	struct kx_devices devices = { .able = 0 };
	struct image_request request = { .plan = &plan, .devices = &devices };
	struct image_report report = { .plain = 0 };
	struct kx_memfile file;
	struct kx_err err = { "" };
	_cleanup_free_ char *words = NULL;
	int rc;

	if (argc < 6)
		return 2;
	kx_capture_init(&plan);
	words = join(argv + 6, argc - 6);
	request.root = argv[1];
	request.release = argv[2];
	request.init = argv[3];
	request.modules = words;
	rc = take_target(&request, &devices, argv[5], &err);
	if (rc == 0)
		rc = image_build(&request, &file, &report, &err);
	if (rc == 0) {
		print_report(&report);
		rc = write_file(argv[4], &file);
		kx_memfile_done(&file);
	}
	if (rc < 0)
		fprintf(stderr, "kdump_image: %s\n", err.text);
	image_report_done(&report);
	kx_devices_done(&devices);
	kx_capture_done(&plan);
	return rc < 0;
}
