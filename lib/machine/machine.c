/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the facts of a machine from /proc and /sys below one root. */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/file.h"
#include "kx/machine.h"
#include "kx/memmap.h"
#include "lib/machine/internal.h"

/* Sizes beyond which a file is not what its name says. /proc/iomem of the largest machines known
 * has some ten thousand lines.
 */
enum {
	IOMEM_LIMIT = 16 << 20,
	MEMINFO_LIMIT = 64 << 10,
	CPUINFO_HEAD = 16 << 10,
	CMDLINE_LIMIT = 64 << 10,
};

/* kernel.kexec_load_limit_*: -1 or a count. */
static int read_limit(const char *root, const char *path, int64_t *ret, struct kx_err *err)
{
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text;
	uint64_t value;
	int rc;

	*ret = -1;
	rc = kx_machine_read_small(root, path, buffer, &text, err);
	if (rc <= 0 || kx_span_equal(text, "-1"))
		return rc < 0 ? rc : 0;
	if (!kx_span_number(text, 10, &value) || value > INT64_MAX)
		return kx_fail(err, -EINVAL, "/%s: not a number", path);
	*ret = (int64_t)value;
	return 0;
}

static int read_iomem(struct kx_machine *m, const char *root, struct kx_err *err)
{
	char *text;
	size_t len;
	int rc;

	rc = kx_file_read(root, "proc/iomem", IOMEM_LIMIT, &text, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	rc = kx_iomem_parse((struct kx_span){ (uint8_t *)text, len }, &m->iomem, err);
	if (rc < 0) {
		free(text);
		return kx_context(err, rc, "/proc/iomem");
	}
	m->iomem.text = text;
	return 0;
}

struct each_entry {
	struct kx_machine *machine;
	const char *root;
};

static int add_memmap_entry(const char *name, void *data, struct kx_err *err)
{
	static const char *const fields[] = { "start", "end", "type" };
	struct each_entry *each = data;
	char buffer[3][KX_SMALL_FILE + 1], path[300];
	struct kx_span text[3];
	int rc;

	snprintf(path, sizeof(path), "sys/firmware/memmap/%s", name);
	rc = kx_machine_read_fields(each->root, path, fields, 3, buffer, text, err);
	if (rc <= 0)
		return rc;
	rc = kx_memmap_add(&each->machine->memmap, text[0], text[1], text[2], err);
	return rc < 0 ? kx_context(err, rc, "/%s", path) : 0;
}

static int read_memmap(struct kx_machine *m, const char *root, struct kx_err *err)
{
	struct each_entry each = { m, root };
	int rc;

	rc = kx_file_each(root, "sys/firmware/memmap", add_memmap_entry, &each, err);
	if (rc < 0 && !kx_file_unknowable(rc))
		return rc;
	kx_ranges_sort(&m->memmap);
	return 0;
}

static int read_boot_params(struct kx_machine *m, const char *root, struct kx_err *err)
{
	static const char path[] = "sys/kernel/boot_params/data";
	_cleanup_free_ char *data = NULL;
	size_t len;
	int rc;

	rc = kx_file_read(root, path, KX_BOOT_PARAMS_SIZE, &data, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	if (len != KX_BOOT_PARAMS_SIZE)
		return kx_fail(err, -EINVAL, "/%s: %zu bytes instead of %d", path, len,
			       KX_BOOT_PARAMS_SIZE);
	memcpy(m->boot_params, data, len);
	m->have_boot_params = true;
	return 0;
}

static int read_mem_total(struct kx_machine *m, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span value;
	size_t len;
	int rc;

	rc = kx_file_head(root, "proc/meminfo", MEMINFO_LIMIT, &text, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	if (!kx_span_find_line((struct kx_span){ (uint8_t *)text, len }, "MemTotal:", &value) ||
	    value.len < 3 || memcmp(value.base + value.len - 3, " kB", 3) != 0)
		return kx_fail(err, -EINVAL, "/proc/meminfo: no MemTotal in kB");
	value.len -= 3;
	if (!kx_span_number(value, 10, &m->mem_total) || m->mem_total > UINT64_MAX / 1024)
		return kx_fail(err, -EINVAL, "/proc/meminfo: MemTotal is not a number");
	m->mem_total *= 1024;
	return 0;
}

/* A vector read in the wrong way has no entry of that type, or one of another value. */
static uint64_t page_size_in(struct kx_span auxv, unsigned int word, bool big_endian)
{
	enum { PAGE_SIZE_MAX = 1 << 20 };
	uint64_t type, value;

	for (size_t at = 0; kx_span_get(auxv, at, word, big_endian, &type) &&
			    kx_span_get(auxv, at + word, word, big_endian, &value);
	     at += 2 * word) {
		if (type == AT_PAGESZ &&
		    value >= KX_PAGE_SIZE && value <= PAGE_SIZE_MAX && (value & (value - 1)) == 0)
			return value;
	}
	return 0;
}

/*
 * AT_PAGESZ of the auxiliary vector, whose entries are two words of the process's size and byte
 * order: a captured one need not have this program's.
 */
static int read_page_size(struct kx_machine *m, const char *root, struct kx_err *err)
{
	enum { AUXV_LIMIT = 64 << 10 };
	_cleanup_free_ char *data = NULL;
	struct kx_span auxv;
	size_t len;
	int rc;

	rc = kx_file_read(root, "proc/self/auxv", AUXV_LIMIT, &data, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	auxv = (struct kx_span){ (uint8_t *)data, len };
	for (unsigned int word = 8; word >= 4 && !m->page_size; word /= 2) {
		m->page_size = page_size_in(auxv, word, false);
		if (!m->page_size)
			m->page_size = page_size_in(auxv, word, true);
	}
	if (!m->page_size)
		return kx_fail(err, -EINVAL, "/proc/self/auxv: no page size");
	return 0;
}

/*
 * The kernel shows la57 only while it runs with 5 levels: "no5lvl" and kernels built without
 * clear the flag (Linux, Documentation/arch/x86/x86_64/5level-paging.rst).
 */
static int read_la57(struct kx_machine *m, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span flags;
	char *flag;
	size_t len;
	int rc;

	rc = kx_file_head(root, "proc/cpuinfo", CPUINFO_HEAD, &text, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	if (!kx_span_find_line((struct kx_span){ (uint8_t *)text, len }, "flags", &flags))
		return 0;
	flag = memmem(flags.base, flags.len, " la57", 5);
	m->la57 = flag && (flag[5] == ' ' || flag[5] == '\n' || flag[5] == '\0');
	return 0;
}

static int one_is_enough(const char *name, void *data, struct kx_err *err)
{
	(void)name, (void)data, (void)err;
	return 1;
}

/*
 * "6.12.43+deb13-amd64", "6.1.0-50-amd64"; what does not begin with two numbers leaves it unknown.
 * Where a distribution counts for itself, the third is no stable release, and 0 as a rule.
 */
static int read_release(struct kx_machine *m, const char *root, struct kx_err *err)
{
	char buffer[KX_SMALL_FILE + 1] = "";
	struct kx_span text;
	unsigned int major, minor, patch = 0;
	int rc;

	rc = kx_machine_read_small(root, "proc/sys/kernel/osrelease", buffer, &text, err);
	if (rc > 0 && sscanf(buffer, "%5u.%5u.%5u", &major, &minor, &patch) >= 2)
		m->release = (struct kx_release){ major, minor, patch };
	return rc < 0 ? rc : 0;
}

static int read_lockdown(struct kx_machine *m, const char *root, struct kx_err *err)
{
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text;
	int rc;

	rc = kx_machine_read_small(root, "sys/kernel/security/lockdown", buffer, &text, err);
	if (rc < 0)
		return rc;
	/* Mounted without that file, securityfs says that there is no lockdown at all. */
	if (rc == 0) {
		struct kx_err ignored;

		if (kx_file_each(root, "sys/kernel/security", one_is_enough, NULL, &ignored) == 1)
			m->lockdown = KX_LOCKDOWN_NONE;
		return 0;
	}
	/* All modes in a line, the current one in brackets. */
	if (memmem(text.base, text.len, "[none]", 6))
		m->lockdown = KX_LOCKDOWN_NONE;
	else if (memmem(text.base, text.len, "[integrity]", 11))
		m->lockdown = KX_LOCKDOWN_INTEGRITY;
	else if (memmem(text.base, text.len, "[confidentiality]", 17))
		m->lockdown = KX_LOCKDOWN_CONFIDENTIALITY;
	return 0;
}

static int read_permissions(struct kx_machine *m, const char *root, struct kx_err *err)
{
	uint64_t disabled = 0;
	int rc;

	rc = kx_machine_read_number(root, "proc/sys/kernel/kexec_load_disabled", &disabled, err);
	if (rc == 0)
		rc = read_limit(root, "proc/sys/kernel/kexec_load_limit_reboot", &m->limit_reboot,
				err);
	if (rc == 0)
		rc = read_limit(root, "proc/sys/kernel/kexec_load_limit_panic", &m->limit_panic,
				err);
	if (rc == 0)
		rc = read_lockdown(m, root, err);
	if (rc < 0)
		return rc;
	m->load_disabled = disabled != 0;
	return 0;
}

static int read_cmdline(struct kx_machine *m, const char *root, struct kx_err *err)
{
	struct kx_span rest, word;
	char *text;
	size_t len;
	int rc;

	rc = kx_file_read(root, "proc/cmdline", CMDLINE_LIMIT, &text, &len, err);
	m->cmdline_rc = rc;
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	m->cmdline = rest = (struct kx_span){ (uint8_t *)text, len };
	while (kx_cmdline_word(&rest, &word))
		m->efi_memmap_added |= kx_span_equal(word, "add_efi_memmap");
	return 0;
}

/* "0-3,8": the file lists ids in the order of their numbers, so the last one bounds them all. */
static int read_cpus(struct kx_machine *m, const char *root, struct kx_err *err)
{
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text, states;
	uint64_t last;
	size_t at;
	int rc;

	rc = kx_machine_read_small(root, "sys/devices/system/cpu/possible", buffer, &text, err);
	if (rc <= 0)
		return rc;
	for (at = text.len; at > 0 && text.base[at - 1] >= '0' && text.base[at - 1] <= '9'; at--)
		;
	if (!kx_span_slice(text, at, text.len - at, &text) || !kx_span_number(text, 10, &last) ||
	    last >= INT_MAX)
		return kx_fail(err, -EINVAL, "/sys/devices/system/cpu/possible: not a list of CPUs");
	m->cpus_possible = (unsigned int)last + 1;
	rc = kx_machine_read_small(root, "sys/devices/system/cpu/hotplug/states", buffer, &states,
				   err);
	/* It is longer than a small file on most kernels; that it exists is what counts. */
	m->cpu_hotplug = rc != 0;
	return rc == -EFBIG || rc > 0 ? 0 : rc;
}

/* How many a list as "0-3,8" names; 0: it is none. */
static uint64_t count_cpus(struct kx_span list)
{
	uint64_t count = 0, first, last;

	while (list.len) {
		const uint8_t *comma = memchr(list.base, ',', list.len);
		struct kx_span part = { list.base, comma ? (size_t)(comma - list.base) : list.len };
		const uint8_t *dash = memchr(part.base, '-', part.len);
		struct kx_span low = { part.base, dash ? (size_t)(dash - part.base) : part.len };
		struct kx_span high = low;

		if (dash)
			kx_span_slice(part, low.len + 1, part.len - low.len - 1, &high);
		if (!kx_span_number(low, 10, &first) || !kx_span_number(high, 10, &last) ||
		    last < first || last >= INT_MAX)
			return 0;
		count += last - first + 1;
		part.len += comma != NULL;
		kx_span_slice(list, part.len, list.len - part.len, &list);
	}
	return count;
}

/* What only known faults depend on: nothing of it stops a load. */
static int read_cpu_states(struct kx_machine *m, const char *root, struct kx_err *err)
{
	static const char cpu[] = "sys/devices/system/cpu/";
	uint64_t count[2] = { 0, 0 };
	char buffer[KX_SMALL_FILE + 1];
	struct kx_err ignored;
	struct kx_span text;
	char path[64];

	(void)err;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", cpu, i ? "online" : "present");
		if (kx_machine_read_small(root, path, buffer, &text, &ignored) > 0)
			count[i] = count_cpus(text);
	}
	if (count[1] && count[0] > count[1])
		m->cpus_offline = (unsigned int)(count[0] - count[1]);
	snprintf(path, sizeof(path), "%svulnerabilities/meltdown", cpu);
	if (kx_machine_read_small(root, path, buffer, &text, &ignored) > 0)
		m->pti = memmem(text.base, text.len, "PTI", 3) ? KX_PTI_ON : KX_PTI_OFF;
	return 0;
}

static void forget(struct kx_machine *m, const char *root)
{
	*m = (struct kx_machine){ .root = root, .limit_reboot = -1, .limit_panic = -1 };
}

int kx_machine_read_iomem(struct kx_machine *ret, const char *root, struct kx_err *err)
{
	forget(ret, root);
	return read_iomem(ret, root, err);
}

int kx_machine_read(struct kx_machine *ret, const char *root, struct kx_err *err)
{
	int (*const part[])(struct kx_machine *m, const char *root, struct kx_err *err) = {
		read_iomem, read_memmap, read_boot_params, read_cmdline, read_page_size,
		read_mem_total, read_la57, read_cpus, read_cpu_states,
		read_permissions, read_release,
		kx_machine_read_screen, kx_machine_read_efi,
	};
	int rc = 0;

	forget(ret, root);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]) && rc == 0; i++)
		rc = part[i](ret, root, err);
	return rc;
}

void kx_machine_done(struct kx_machine *m)
{
	kx_iomem_done(&m->iomem);
	/* The span is ours, though its type says borrowed. */
	free((void *)(uintptr_t)m->cmdline.base);
	kx_ranges_done(&m->memmap);
	kx_efi_map_done(&m->efi.runtime_map);
	kx_firmware_done(&m->firmware);
	kx_crash_done(&m->crash);
	*m = (struct kx_machine){ 0 };
}
