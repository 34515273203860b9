/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what a virtual machine boots, and what it loads for its crash. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kdump/service/image/program.h"
#include "kdump/service/test/image.h"
#include "kdump/service/test/machine.h"
#include "kdump/service/test/program.h"
#include "kx/cleanup.h"
#include "kx/initramfs.h"

static int make_plan(struct kx_capture_plan *plan, struct kx_err *err)
{
	struct kx_capture_target *target;

	while (plan->n_targets)
		kx_capture_drop_target(plan);
	kx_capture_keep_links(plan, 0);
	kx_capture_list_done(&plan->recipient);
	kx_capture_list_done(&plan->fence);
	plan->encrypt = KX_CAPTURE_PLAIN;
	plan->mode = KX_CAPTURE_FIRST;
	/* QEMU ends by the reset. */
	plan->final = plan->failure = KX_CAPTURE_REBOOT;
	target = kx_capture_add_target(plan, "vm");
	if (!target || kx_capture_append(&target->device, "serial=" VM_SERIAL) < 0)
		return kx_fail(err, -ENOMEM, "no memory for a plan");
	target->type = KX_CAPTURE_RAW;
	return 0;
}

int vm_image_crash(struct prepared *p, const struct arm_options *o, struct kx_memfile *ret,
		   struct kx_err *err)
{
	struct image_report report = { .plain = 0 };
	int rc = make_plan(&p->plan, err);

	if (rc == 0) {
		const struct image_request request = {
			.root = o->root,
			.release = p->kernel.release,
			.running = p->machine.release,
			.init = o->init,
			.plan = &p->plan,
			.devices = &p->resolved.devices,
			.modules = "virtio_pci virtio_blk",
			.extra = p->config.extra_modules,
			.cmdline = p->words,
		};

		rc = image_build(&request, ret, &report, err);
	}
	image_report_done(&report);
	return rc < 0 ? kx_context(err, rc, "the virtual machine's crash kernel") : 0;
}

static int add_files(struct kx_initramfs *files, const struct prepared *p,
		     const struct arm_options *o, const struct kx_memfile *crash,
		     const char *words, struct kx_err *err)
{
	static const char *const folder[] = { "dev", "proc", "sys" };
	const char *init = o->init ? o->init : KDUMP_INIT;
	const struct {
		const char *path;
		struct kx_span bytes;
	} file[] = {
		{ KX_CAPTURE_VM_KERNEL, { (const uint8_t *)p->kernel_bytes, p->kernel_len } },
		{ KX_CAPTURE_VM_INITRD, { crash->base, crash->len } },
		{ KX_CAPTURE_VM_WORDS, kx_span_of(words) },
	};
	uint64_t len;
	int rc = image_program_add(files, "init", o->root, init, &len, err);

	for (size_t i = 0; rc == 0 && i < sizeof(folder) / sizeof(folder[0]); i++)
		rc = kx_initramfs_add(files, folder[i], S_IFDIR | 0755, kx_span_of(""), err);
	for (size_t i = 0; rc == 0 && i < sizeof(file) / sizeof(file[0]); i++)
		rc = kx_initramfs_add(files, file[i].path + 1, S_IFREG | 0600, file[i].bytes, err);
	return rc < 0 ? rc : vm_program_add(files, o->kexec, &KX_CAPTURE_VM_KEXEC[1],
					    &KX_CAPTURE_VM_LIB[1], err);
}

int vm_image_first(const struct prepared *p, const struct arm_options *o,
		   const struct kx_memfile *crash, const char *words, struct kx_memfile *ret,
		   struct kx_err *err)
{
	struct kx_initramfs *files = NULL;
	int rc = kx_initramfs_new(&files, err);

	if (rc == 0)
		rc = add_files(files, p, o, crash, words, err);
	if (rc == 0)
		rc = kx_initramfs_write(files, KX_PACK_NONE, ret, NULL, err);
	kx_initramfs_free(files);
	return rc < 0 ? kx_context(err, rc, "the virtual machine's initramfs") : 0;
}
