/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what a crash kernel's load needs to know about the running kernel. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/crash.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

/* Linux, kernel/kexec_core.c: the size before crash_notes_size came to sysfs (v3.15). */
enum {
	CRASH_NOTES_SIZE = 1024,
	CMA_LIMIT = 64 << 10,
};

static int add_note(struct kx_crash *crash, uint64_t address, uint64_t size, const char *path,
		    struct kx_err *err)
{
	uint64_t end;

	if (__builtin_add_overflow(address, size, &end))
		return kx_fail(err, -EINVAL, "/%s: 0x%" PRIx64 " bytes at 0x%" PRIx64 " wrap", path,
			       size, address);
	if (kx_ranges_add(&crash->notes, address, end, 0) < 0)
		return kx_fail(err, -ENOMEM, "no memory for %zu notes", crash->notes.count + 1);
	return 0;
}

struct each_cpu {
	struct kx_crash *crash;
	const char *root;
};

/* CPU ids may have gaps, so all of them are looked up, not counted. */
static int add_cpu(const char *name, void *data, struct kx_err *err)
{
	struct each_cpu *each = data;
	uint64_t address = 0, size = CRASH_NOTES_SIZE, id;
	char path[300], text_buffer[KX_SMALL_FILE + 1];
	struct kx_span text;
	int rc;

	if (strncmp(name, "cpu", 3) != 0 || !kx_span_number(kx_span_of(name + 3), 10, &id))
		return 0;
	snprintf(path, sizeof(path), "sys/devices/system/cpu/%s/crash_notes", name);
	rc = kx_machine_read_small(each->root, path, text_buffer, &text, err);
	if (rc <= 0)
		return rc;
	if (!kx_span_number(text, 16, &address))
		return kx_fail(err, -EINVAL, "/%s: not an address", path);
	snprintf(path, sizeof(path), "sys/devices/system/cpu/%s/crash_notes_size", name);
	rc = kx_machine_read_number(each->root, path, &size, err);
	return rc < 0 ? rc : add_note(each->crash, address, size, path, err);
}

/* "address size", hexadecimal (Documentation/ABI/testing/sysfs-kernel-vmcoreinfo). */
static int add_vmcoreinfo(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	static const char path[] = "sys/kernel/vmcoreinfo";
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text, address, size;
	uint64_t at, len;
	const uint8_t *blank;
	int rc;

	rc = kx_machine_read_small(root, path, buffer, &text, err);
	if (rc < 0)
		return rc;
	blank = rc > 0 ? memchr(text.base, ' ', text.len) : NULL;
	if (!blank)
		return kx_fail(err, -ENODATA, "/%s cannot be read: run as root", path);
	address = (struct kx_span){ text.base, (size_t)(blank - text.base) };
	kx_span_slice(text, address.len, text.len - address.len, &size);
	if (!kx_span_number(address, 16, &at) || !kx_span_number(kx_span_trim(size), 16, &len))
		return kx_fail(err, -EINVAL, "/%s: not an address and a size", path);
	return add_note(crash, at, len, path, err);
}

static int read_notes(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	struct each_cpu each = { crash, root };
	int rc;

	rc = kx_file_each(root, "sys/devices/system/cpu", add_cpu, &each, err);
	if (rc < 0)
		return rc;
	if (crash->notes.count == 0)
		return kx_fail(err, -ENODATA,
			       "/sys/devices/system/cpu/cpu*/crash_notes cannot be read: run as root");
	return add_vmcoreinfo(crash, root, err);
}

int kx_crash_cma_parse(struct kx_span text, struct kx_ranges *ret, struct kx_err *err)
{
	struct kx_ranges found = { 0 };
	struct kx_span line;
	uint64_t first, last;
	int rc = 0;

	while (rc == 0 && kx_span_line(&text, &line)) {
		const uint8_t *dash;

		line = kx_span_trim(line);
		if (line.len == 0)
			continue;
		dash = memchr(line.base, '-', line.len);
		if (!dash ||
		    !kx_span_number((struct kx_span){ line.base, (size_t)(dash - line.base) }, 16,
				    &first) ||
		    !kx_span_number((struct kx_span){ dash + 1,
						      line.len - (size_t)(dash - line.base) - 1 },
				    16, &last) ||
		    last < first || last == UINT64_MAX)
			rc = kx_fail(err, -EINVAL, "a line is not \"start-end\"");
		else if (kx_ranges_add(&found, first, last + 1, 0) < 0)
			rc = kx_fail(err, -ENOMEM, "no memory for the ranges");
	}
	if (rc < 0) {
		kx_ranges_done(&found);
		return rc;
	}
	kx_ranges_merge(&found);
	*ret = found;
	return 0;
}

static int read_cma(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	/* The second name goes away after 2028 (ABI/obsolete/sysfs-kernel-kexec-kdump). */
	static const char *const path[] = { "sys/kernel/kexec/crash_cma_ranges",
					    "sys/kernel/kexec_crash_cma_ranges" };
	size_t len;
	int rc;

	for (size_t i = 0; i < 2; i++) {
		_cleanup_free_ char *text = NULL;

		rc = kx_file_read(root, path[i], CMA_LIMIT, &text, &len, err);
		if (kx_file_unknowable(rc))
			continue;
		if (rc == 0)
			rc = kx_crash_cma_parse((struct kx_span){ (uint8_t *)text, len },
						&crash->cma, err);
		return rc < 0 ? kx_context(err, rc, "/%s", path[i]) : 0;
	}
	return 0;
}

static int read_elfcorehdr_size(struct kx_crash *crash, const char *root, struct kx_err *err)
{
	int rc = kx_machine_read_number(root, "sys/kernel/crash_elfcorehdr_size",
					&crash->elfcorehdr_size, err);

	if (rc == 0)
		rc = kx_machine_read_number(root, "sys/kernel/kexec/crash_elfcorehdr_size",
					    &crash->elfcorehdr_size, err);
	return rc;
}

int kx_crash_regions(const struct kx_iomem *iomem, struct kx_ranges *ret)
{
	struct kx_ranges found = { 0 };
	int rc = 0;

	for (size_t i = 0; i < iomem->count && rc == 0; i++) {
		const struct kx_iomem_entry *e = &iomem->entry[i];

		if (e->means.kind == KX_LABEL_CRASH_KERNEL)
			rc = kx_ranges_add(&found, e->start, e->end, 0);
	}
	if (rc < 0) {
		kx_ranges_done(&found);
		return rc;
	}
	kx_ranges_merge(&found);
	*ret = found;
	return 0;
}

int kx_machine_read_crash(struct kx_machine *m, struct kx_err *err)
{
	if (kx_iomem_hidden(&m->iomem))
		return kx_fail(err, -ENODATA, "/proc/iomem shows no addresses; run as root");
	if (kx_crash_regions(&m->iomem, &m->crash.regions) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the memory map");
	if (m->crash.regions.count == 0)
		return kx_fail(err, -ENODATA,
			       "no memory is reserved for a crash kernel; boot with crashkernel=SIZE "
			       "(192M is a start)");
	return read_elfcorehdr_size(&m->crash, m->root, err);
}

/* "System RAM (kmem)" and "System RAM (virtio_mem)" hold the dead kernel's data as well. */
static int find_ram(struct kx_crash *crash, const struct kx_iomem *iomem)
{
	int rc = 0;

	for (size_t i = 0; i < iomem->count && rc == 0; i++) {
		const struct kx_iomem_entry *e = &iomem->entry[i];

		switch (e->means.kind) {
		case KX_LABEL_RAM:
		case KX_LABEL_DRIVER_RAM:
			rc = kx_ranges_add(&crash->ram, e->start, e->end, 0);
			break;
		case KX_LABEL_KERNEL_CODE:
			crash->image = (struct kx_range){ e->start, e->end, 0 };
			break;
		case KX_LABEL_KERNEL:
		case KX_LABEL_KERNEL_OTHER:
			if (crash->image.end && e->end > crash->image.end)
				crash->image.end = e->end;
			break;
		case KX_LABEL_CRASH_KERNEL:
		case KX_LABEL_OTHER:
			break;
		}
	}
	kx_ranges_merge(&crash->ram);
	return rc;
}

static int read_dump(struct kx_crash *crash, const struct kx_machine *m, struct kx_err *err)
{
	int rc;

	if (find_ram(crash, &m->iomem) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the memory map");
	if (crash->image.start >= crash->image.end)
		return kx_fail(err, -ENODATA, "/proc/iomem does not show the kernel's image");
	rc = read_notes(crash, m->root, err);
	if (rc < 0)
		return rc;
	rc = kx_kcore_read(crash, m->root, err);
	/* Whether there is another way to know the mapping is for kx_crash_mapping() to say. */
	if (kx_file_unknowable(rc))
		rc = 0;
	if (rc == 0)
		kx_kcore_locate(crash->kcore, crash->n_kcore, &crash->ram);
	if (rc == 0 && !crash->vmcoreinfo.text.len)
		rc = kx_kallsyms_read(crash, m->root, err);
	if (rc == 0)
		rc = read_cma(crash, m->root, err);
	return rc;
}

int kx_machine_read_dump(struct kx_machine *m, struct kx_err *err)
{
	struct kx_crash *crash = &m->crash, found = { 0 };
	int rc;

	if (crash->dump_read)
		return 0;
	/* What was read before a failure must not count as read on the next try. */
	rc = read_dump(&found, m, err);
	if (rc < 0) {
		kx_crash_done(&found);
		return rc;
	}
	found.regions = crash->regions;
	found.elfcorehdr_size = crash->elfcorehdr_size;
	found.dump_read = true;
	*crash = found;
	return 0;
}

void kx_crash_done(struct kx_crash *crash)
{
	kx_ranges_done(&crash->regions);
	kx_ranges_done(&crash->ram);
	kx_ranges_done(&crash->cma);
	kx_ranges_done(&crash->notes);
	free(crash->kcore);
	free(crash->vmcoreinfo_text);
	*crash = (struct kx_crash){ 0 };
}

int kx_machine_read_va_bits(struct kx_machine *m, struct kx_err *err)
{
	enum { T1SZ_MIN = 12, T1SZ_MAX = 28 };
	struct kx_crash crash = { 0 };
	uint64_t t1sz;
	int rc;

	rc = kx_kcore_read(&crash, m->root, err);
	if (rc == 0 && kx_vmcoreinfo_number(&crash.vmcoreinfo, "TCR_EL1_T1SZ", &t1sz) &&
	    t1sz >= T1SZ_MIN && t1sz <= T1SZ_MAX)
		m->va_bits = 64 - (unsigned int)t1sz;
	kx_crash_done(&crash);
	return kx_file_unknowable(rc) ? 0 : rc;
}
