/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What device tree and ACPI tables say about consoles, CPUs and the interrupt controller. */
#ifndef KX_FIRMWARE_H
#define KX_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "kx/purgatory_abi.h"
#include "kx/ranges.h"
#include "kx/span.h"

/** enum kx_psci - how the firmware is called that can reset the machine (Arm DEN 0022) */
enum kx_psci {
	KX_PSCI_NONE,	/* not there, or PSCI 0.1, which cannot reset */
	KX_PSCI_SMC,
	KX_PSCI_HVC,
};

/**
 * struct kx_console - a serial port that purgatory can print on
 * @kind: KX_PURG_CONSOLE_NONE when none was found or none that purgatory can drive
 * @base: physical address of its registers
 * @from: where this comes from, for messages: "/chosen stdout-path /pl011@9000000", "ACPI SPCR"
 */
struct kx_console {
	enum kx_purg_console_kind kind;
	uint64_t base;
	char from[128];
};

/**
 * struct kx_firmware - facts of struct kx_machine; zero-initialised is "nothing known"
 * @devtree: the running kernel's flattened device tree, owned; empty when there is none
 * @no_devtree: no /sys/firmware/fdt and no /proc/device-tree, or not for this user
 * @acpi: the running kernel uses ACPI: its device tree, if any, has /chosen alone
 * @efi: booted by EFI, or handed on by a kexec that kept EFI (linux,uefi-system-table)
 * @psci: from the device tree, else from ACPI's FADT
 * @console: from the device tree's stdout-path, else from ACPI's SPCR
 * @spin_table_cpus: CPUs that wait in a loop of the firmware's for an address to jump to (device
 *	tree "spin-table", ACPI parking protocol without PSCI). Linux on arm64 cannot give them
 *	back, and refuses to kexec (EBUSY) when there are more CPUs than one
 * @gicv3_lpi: a GICv3 with an interrupt translation service is in use. Once the kernel has enabled
 *	LPIs, the interrupt controller goes on using tables in RAM, also after a kexec. With @efi
 *	the kernel reserves them across it; otherwise @lpi_tables has to be kept out of the plan
 *	and reserved in the next kernel's device tree. Always false with @acpi, which implies EFI
 * @lpi_tables: those tables as far as the kernel's log tells them, merged
 * @firmware_memory: RAM that only the firmware can read, merged (riscv: OpenSBI's own)
 * @lpi_tables_known: the log tells the property table and the pending table of every CPU online
 */
struct kx_firmware {
	struct kx_span devtree;
	bool no_devtree;
	bool acpi;
	bool efi;
	enum kx_psci psci;
	struct kx_console console;
	unsigned int spin_table_cpus;
	bool gicv3_lpi;
	struct kx_ranges lpi_tables;
	bool lpi_tables_known;
	struct kx_ranges firmware_memory;
};

/** kx_firmware_done() - free what @f owns; it is empty afterwards */
void kx_firmware_done(struct kx_firmware *f);

#endif
