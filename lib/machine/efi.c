/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what /sys/firmware/efi says of the firmware that started the first kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kx/file.h"
#include "lib/machine/internal.h"

static const char efi_dir[] = "sys/firmware/efi";

/* Linux, Documentation/ABI/testing/sysfs-firmware-efi: a line "NAME=0x…" for each table. */
static int read_systab(struct kx_efi *efi, const char *root, struct kx_err *err)
{
	static const char path[] = "sys/firmware/efi/systab";
	const struct {
		const char *key;
		uint64_t *value;
	} table[] = {
		{ "ACPI20=", &efi->acpi20 },
		{ "ACPI=", &efi->acpi },
		{ "SMBIOS=", &efi->smbios },
	};
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text, value;
	int rc;

	rc = kx_machine_read_small(root, path, buffer, &text, err);
	for (size_t i = 0; rc > 0 && i < sizeof(table) / sizeof(table[0]); i++) {
		if (kx_span_find_line(text, table[i].key, &value) &&
		    !kx_span_number(value, 0, table[i].value))
			return kx_fail(err, -EINVAL, "/%s: %s is not a number", path, table[i].key);
	}
	return rc < 0 ? rc : 0;
}

struct each_entry {
	struct kx_efi_map *map;
	const char *root;
};

static int add_runtime_range(const char *name, void *data, struct kx_err *err)
{
	static const char *const fields[] = { "type", "phys_addr", "virt_addr", "num_pages",
					      "attribute" };
	struct each_entry *each = data;
	char buffer[5][KX_SMALL_FILE + 1], path[300];
	struct kx_span text[5];
	int rc;

	snprintf(path, sizeof(path), "%s/runtime-map/%s", efi_dir, name);
	rc = kx_machine_read_fields(each->root, path, fields, 5, buffer, text, err);
	if (rc <= 0)
		return rc;
	rc = kx_efi_map_add(each->map, text, err);
	return rc < 0 ? kx_context(err, rc, "/%s", path) : 0;
}

int kx_machine_read_efi(struct kx_machine *m, const char *root, struct kx_err *err)
{
	struct each_entry each = { &m->efi.runtime_map, root };
	const struct {
		const char *path;
		uint64_t *value;
	} number[] = {
		{ "sys/firmware/efi/fw_vendor", &m->efi.fw_vendor },
		{ "sys/firmware/efi/runtime", &m->efi.runtime },
		{ "sys/firmware/efi/config_table", &m->efi.config_table },
	};
	int rc = kx_file_open(root, efi_dir);

	if (rc < 0)
		return kx_file_unknowable(rc) ?
			       0 :
			       kx_fail(err, rc, "/%s: %s", efi_dir, strerror(-rc));
	close(rc);
	m->efi.present = true;
	rc = read_systab(&m->efi, root, err);
	for (size_t i = 0; rc == 0 && i < sizeof(number) / sizeof(number[0]); i++)
		rc = kx_machine_read_number(root, number[i].path, number[i].value, err);
	if (rc < 0)
		return rc;
	rc = kx_file_each(root, "sys/firmware/efi/runtime-map", add_runtime_range, &each, err);
	return rc < 0 && !kx_file_unknowable(rc) ? rc : 0;
}
