/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads from device tree and ACPI tables what purgatory and the checks before a load must know. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/acpi.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/devtree.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

/* MADT has some ten bytes a CPU. */
enum { TABLE_LIMIT = 4 << 20 };

static int read_devtree(struct kx_firmware *f, const char *root, struct kx_err *err)
{
	size_t size;
	void *fdt;
	int rc;

	rc = kx_devtree_read(root, &fdt, &size, err);
	if (rc == -ENOENT) {
		f->no_devtree = true;
		return 0;
	}
	if (rc < 0)
		return rc;
	f->devtree = (struct kx_span){ fdt, size };
	kx_devtree_facts(fdt, f);
	if (kx_devtree_firmware_memory(fdt, &f->firmware_memory) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the firmware's memory ranges");
	return 0;
}

/* Return: 1 with the table in *@ret, whose memory is *@text; 0 when there is none; or an errno. */
static int read_table(const char *root, const char *name, char **text, struct kx_span *ret,
		      struct kx_err *err)
{
	char path[64];
	size_t len;
	int rc;

	snprintf(path, sizeof(path), "sys/firmware/acpi/tables/%s", name);
	rc = kx_file_read(root, path, TABLE_LIMIT, text, &len, err);
	if (rc < 0)
		return kx_file_unknowable(rc) ? 0 : rc;
	rc = kx_acpi_table((struct kx_span){ (uint8_t *)*text, len }, name, ret, err);
	return rc < 0 ? kx_context(err, rc, "/%s", path) : 1;
}

static int read_fadt(struct kx_firmware *f, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span table;
	int rc = read_table(root, "FACP", &text, &table, err);

	if (rc <= 0)
		return rc;
	f->acpi = true;
	if (f->psci == KX_PSCI_NONE)
		f->psci = kx_acpi_psci(table);
	return 0;
}

static int read_madt(struct kx_firmware *f, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span table;
	int rc = read_table(root, "APIC", &text, &table, err);

	if (rc > 0 && f->psci == KX_PSCI_NONE)
		f->spin_table_cpus += kx_acpi_parked_cpus(table);
	return rc < 0 ? rc : 0;
}

static int read_spcr(struct kx_firmware *f, const char *root, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span table;
	int rc = read_table(root, "SPCR", &text, &table, err);

	if (rc > 0 && f->console.kind == KX_PURG_CONSOLE_NONE)
		kx_acpi_console(table, &f->console);
	return rc < 0 ? rc : 0;
}

/* Linux, Documentation/admin-guide/kernel-parameters.txt: irqchip.gicv3_nolpi=; as kstrtobool(). */
static bool says_no_lpi(struct kx_span line)
{
	static const char name[] = "irqchip.gicv3_nolpi=";
	struct kx_span word, value;
	bool no = false;

	while (kx_cmdline_word(&line, &word)) {
		if (!kx_span_starts(word, name))
			continue;
		kx_span_slice(word, sizeof(name) - 1, word.len - (sizeof(name) - 1), &value);
		no = value.len > 0 && (strchr("yYtT1", value.base[0]) ||
				       kx_span_starts(value, "on") || kx_span_starts(value, "On") ||
				       kx_span_starts(value, "ON"));
	}
	return no;
}

static int read_lpi(struct kx_machine *m, struct kx_err *err)
{
	struct kx_firmware *f = &m->firmware;

	f->gicv3_lpi &= !f->acpi;
	if (!f->gicv3_lpi)
		return 0;
	if (says_no_lpi(m->cmdline)) {
		f->gicv3_lpi = false;
		return 0;
	}
	return kx_firmware_read_lpi(f, m->root, err);
}

int kx_machine_read_firmware(struct kx_machine *m, struct kx_err *err)
{
	int (*const part[])(struct kx_firmware *f, const char *root, struct kx_err *err) = {
		read_devtree, read_fadt, read_madt, read_spcr,
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]) && rc == 0; i++)
		rc = part[i](&m->firmware, m->root, err);
	m->firmware.efi |= m->efi.present;
	return rc < 0 ? rc : read_lpi(m, err);
}

void kx_firmware_done(struct kx_firmware *f)
{
	/* The span is ours, though its type says borrowed. */
	free((void *)(uintptr_t)f->devtree.base);
	kx_ranges_done(&f->lpi_tables);
	kx_ranges_done(&f->firmware_memory);
	*f = (struct kx_firmware){ 0 };
}
