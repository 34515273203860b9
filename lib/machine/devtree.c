/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers from a device tree: PSCI, spin tables, GICv3 LPIs, EFI. */
#include <errno.h>
#include <string.h>

#include "lib/devtree/internal.h"
#include "lib/machine/firmware_parts.h"

/* devicetree-specification, 2.3.4: no status is "okay". */
static bool available(const void *fdt, int node)
{
	const char *status = kx_devtree_text(fdt, node, "status");

	if (!fdt_getprop(fdt, node, "status", NULL))
		return true;
	return status && (strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0);
}

/* Linux, Documentation/devicetree/bindings/arm/psci.yaml; "arm,psci" alone is PSCI 0.1. */
static enum kx_psci find_psci(const void *fdt)
{
	static const char *const versions[] = { "arm,psci-1.0", "arm,psci-0.2" };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		int node = -1;

		while ((node = fdt_node_offset_by_compatible(fdt, node, versions[i])) >= 0) {
			const char *method = kx_devtree_text(fdt, node, "method");

			if (!method || !available(fdt, node))
				continue;
			if (strcmp(method, "smc") == 0)
				return KX_PSCI_SMC;
			if (strcmp(method, "hvc") == 0)
				return KX_PSCI_HVC;
		}
	}
	return KX_PSCI_NONE;
}

static unsigned int count_spin_tables(const void *fdt)
{
	int cpus = fdt_path_offset(fdt, "/cpus"), node;
	unsigned int count = 0;

	if (cpus < 0)
		return 0;
	fdt_for_each_subnode(node, fdt, cpus)
	{
		const char *type = kx_devtree_text(fdt, node, "device_type");

		count += type && strcmp(type, "cpu") == 0 &&
			 fdt_stringlist_search(fdt, node, "enable-method", "spin-table") >= 0;
	}
	return count;
}

/* As Linux looks for them: drivers/irqchip/irq-gic-v3-its.c, its_of_probe(). */
static bool has_lpi(const void *fdt)
{
	int node = -1;

	if (fdt_node_offset_by_compatible(fdt, -1, "arm,gic-v3") < 0)
		return false;
	while ((node = fdt_node_offset_by_compatible(fdt, node, "arm,gic-v3-its")) >= 0) {
		if (available(fdt, node) && fdt_getprop(fdt, node, "msi-controller", NULL))
			return true;
	}
	return false;
}

void kx_devtree_facts(const void *fdt, struct kx_firmware *ret)
{
	int chosen = fdt_path_offset(fdt, "/chosen");

	ret->efi = chosen >= 0 && fdt_getprop(fdt, chosen, "linux,uefi-system-table", NULL);
	ret->psci = find_psci(fdt);
	ret->spin_table_cpus = count_spin_tables(fdt);
	ret->gicv3_lpi = has_lpi(fdt);
	kx_devtree_console(fdt, &ret->console);
}

/*
 * OpenSBI keeps its own memory in M-mode, and tells so by nodes of this name; some releases leave
 * it to the kernel as RAM all the same (OpenSBI, docs/domain_support.md).
 */
int kx_devtree_firmware_memory(const void *fdt, struct kx_ranges *ret)
{
	const struct kx_devtree_cells root = kx_devtree_root_cells(fdt);
	int parent = fdt_path_offset(fdt, "/reserved-memory"), node;

	if (parent < 0)
		return 0;
	fdt_for_each_subnode(node, fdt, parent)
	{
		const struct kx_devtree_cells cells = kx_devtree_node_cells(fdt, parent, root);
		const char *name = fdt_get_name(fdt, node, NULL);
		uint64_t start, size;
		const uint8_t *reg;
		int len = 0;

		if (!name || strncmp(name, "mmode_resv", strlen("mmode_resv")) != 0)
			continue;
		reg = fdt_getprop(fdt, node, "reg", &len);
		if (!reg || !kx_devtree_number(reg, (size_t)len, cells.address, &start) ||
		    (size_t)len < 4 * cells.address ||
		    !kx_devtree_number(reg + 4 * cells.address, (size_t)len - 4 * cells.address,
				       cells.size, &size) ||
		    start + size < start)
			continue;
		if (kx_ranges_add(ret, start, start + size, 0) < 0)
			return -ENOMEM;
	}
	kx_ranges_merge(ret);
	return 0;
}
