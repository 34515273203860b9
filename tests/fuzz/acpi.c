/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ACPI tables: a console has an address, and no table holds more CPUs than there is room for. */
#include "kx/acpi.h"
#include "tests/fuzz/fuzz.h"

int fuzz_input(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "SPCR", "FACP", "APIC" };
	struct kx_span file = { data, size }, table;

	for (int i = 0; i < 3; i++) {
		struct kx_console console = { 0 };
		struct kx_err err = { "" };

		if (kx_acpi_table(file, names[i], &table, &err) < 0) {
			PROMISE(err.text[0] != '\0');
			continue;
		}
		PROMISE(table.base == data && table.len >= 36 && table.len <= size);
		/* Any of them may be taken for any other. */
		PROMISE(kx_acpi_console(table, &console) == (console.base != 0));
		PROMISE((console.base != 0) == (console.kind != KX_PURG_CONSOLE_NONE));
		PROMISE(kx_acpi_psci(table) <= KX_PSCI_HVC);
		PROMISE(kx_acpi_parked_cpus(table) <= size / 32);
	}
	return 0;
}
