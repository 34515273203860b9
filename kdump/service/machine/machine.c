/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads /proc, /sys and /etc. A file that is missing is a fact that is not known, no error. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/machine/machine.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/file.h"
#include "kx/span.h"

enum { SMALL = 4096, CMDLINE_MAX = 1 << 20, IOMEM_MAX = 64 << 20 };

/* The first line of a file, cut to its room; empty if there is none. */
static void read_line(const char *root, const char *path, char *to, size_t size)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	size_t len;

	to[0] = '\0';
	if (kx_file_read(root, path, SMALL, &text, &len, &ignored) == 0)
		snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
}

bool machine_number(const char *root, const char *path, uint64_t *ret)
{
	char line[64];

	read_line(root, path, line, sizeof(line));
	return line[0] && kx_span_number(kx_span_of(line), 10, ret);
}

static bool flag(const char *root, const char *path)
{
	uint64_t value;

	return machine_number(root, path, &value) && value == 1;
}

/* Since v6.17 they are in a folder of their own, and the old names may go. */
static bool kexec_number(const char *root, const char *name, uint64_t *ret)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/kernel/kexec/%s", name);
	if (machine_number(root, path, ret))
		return true;
	snprintf(path, sizeof(path), "sys/kernel/kexec_%s", name);
	return machine_number(root, path, ret);
}

bool machine_loaded(const char *root)
{
	uint64_t value;

	return kexec_number(root, "crash_loaded", &value) && value == 1;
}

static int read_cmdline(struct machine *m, const char *root, struct kx_err *err)
{
	static const char name[] = "crashkernel=";
	struct kx_span rest, word;
	struct kx_err ignored;
	size_t len = 0;
	int rc = kx_file_read(root, "proc/cmdline", CMDLINE_MAX, &m->cmdline, &len, &ignored);

	if (rc < 0 && rc != -ENOMEM)
		m->cmdline = strdup("");
	if (!m->cmdline)
		return kx_fail(err, -ENOMEM, "no memory");
	m->cmdline[strcspn(m->cmdline, "\n")] = '\0';
	rest = kx_span_of(m->cmdline);
	while (kx_cmdline_word(&rest, &word)) {
		if (word.len < sizeof(name) || memcmp(word.base, name, sizeof(name) - 1) != 0)
			continue;
		snprintf(m->wanted, sizeof(m->wanted), "%.*s",
			 (int)(word.len < sizeof(m->wanted) ? word.len : sizeof(m->wanted) - 1),
			 (const char *)word.base);
	}
	return 0;
}

/* Memory as /proc/iomem has it, and CPUs: a change of them needs another load of the same image. */
static int read_hardware(struct machine *m, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *iomem = NULL;
	struct kx_err ignored;
	char cpus[1024] = "", *to;
	size_t len = 0;

	if (!m->updates_cpus)
		read_line(root, "sys/devices/system/cpu/present", cpus, sizeof(cpus));
	if (m->updates_memory ||
	    kx_file_read(root, "proc/iomem", IOMEM_MAX, &iomem, &len, &ignored) < 0)
		len = 0;
	m->hardware = to = malloc(strlen(cpus) + len + 2);
	if (!m->hardware)
		return kx_fail(err, -ENOMEM, "no memory");
	to += sprintf(to, "%s\n", cpus);
	for (const char *line = len ? iomem : ""; *line; line += strcspn(line, "\n") + 1) {
		size_t size = strcspn(line, "\n") + 1;

		if (memmem(line, size, "System RAM", 10)) {
			memcpy(to, line, size);
			to += size;
		}
		if (!line[size - 1])
			break;
	}
	*to = '\0';
	return 0;
}

int machine_read(struct machine *m, const char *root, struct kx_err *err)
{
	uint64_t value;

	*m = (struct machine){ .loaded = false };
	read_line(root, "proc/sys/kernel/random/boot_id", m->boot_id, sizeof(m->boot_id));
	read_line(root, "etc/machine-id", m->machine_id, sizeof(m->machine_id));
	read_line(root, "proc/sys/kernel/hostname", m->host, sizeof(m->host));
	read_line(root, "proc/sys/kernel/osrelease", m->release, sizeof(m->release));
	m->loaded = machine_loaded(root);
	m->reserved_known = kexec_number(root, "crash_size", &m->reserved);
	m->updates_memory = flag(root, "sys/devices/system/memory/crash_hotplug");
	m->updates_cpus = flag(root, "sys/devices/system/cpu/crash_hotplug");
	m->header = machine_number(root, "sys/kernel/crash_elfcorehdr_size", &value) ||
		    kexec_number(root, "crash_elfcorehdr_size", &value);
	return read_cmdline(m, root, err) < 0 ? -ENOMEM : read_hardware(m, root, err);
}

void machine_done(struct machine *machine)
{
	free(machine->cmdline);
	free(machine->hardware);
	machine->cmdline = machine->hardware = NULL;
}
