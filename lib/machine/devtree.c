/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers from a device tree: console, PSCI, spin tables, GICv3 LPIs, EFI. */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "kx/devtree_nodes.h"
#include "lib/machine/internal.h"

/* ---- console -------------------------------------------------------------------------------- */

/* Ports with the registers of an 8250; reg-shift and reg-io-width tell how far apart they are. */
static const char *const like_8250[] = {
	"ns8250", "ns16450", "ns16550", "ns16550a", "ns16750", "ns16850", "snps,dw-apb-uart",
	"nvidia,tegra20-uart", "mediatek,mt6577-uart",
};

/* devicetree-specification, 2.3.5: what a node's children use where it does not say. */
static const struct kx_devtree_cells usual = { 2, 1 };

/* A number of one cell; @other without the property. */
static uint64_t number(const void *fdt, int node, const char *name, uint64_t other)
{
	const void *p;
	int len;

	p = fdt_getprop(fdt, node, name, &len);
	if (p && !kx_devtree_number(p, len == 4 ? 4 : 0, 1, &other))
		return UINT64_MAX;
	return other;
}

static enum kx_purg_console_kind kind_of(const void *fdt, int node)
{
	uint64_t shift = number(fdt, node, "reg-shift", 0);
	uint64_t width = number(fdt, node, "reg-io-width", 1);
	bool is_8250 = false;

	if (fdt_node_check_compatible(fdt, node, "arm,pl011") == 0 ||
	    fdt_node_check_compatible(fdt, node, "arm,sbsa-uart") == 0)
		return KX_PURG_CONSOLE_PL011;
	for (size_t i = 0; i < sizeof(like_8250) / sizeof(like_8250[0]); i++)
		is_8250 |= fdt_node_check_compatible(fdt, node, like_8250[i]) == 0;
	if (!is_8250 || fdt_getprop(fdt, node, "big-endian", NULL))
		return KX_PURG_CONSOLE_NONE;
	if (shift == 0 && width == 1)
		return KX_PURG_CONSOLE_8250_MMIO;
	return shift == 2 && (width == 1 || width == 4) ? KX_PURG_CONSOLE_8250_MMIO32 :
							  KX_PURG_CONSOLE_NONE;
}

/* Translate @address below the bus @node, whose parent counts in @above, to the parent's. */
static bool translate(const void *fdt, int node, struct kx_devtree_cells above, uint64_t *address)
{
	struct kx_devtree_cells cells = kx_devtree_node_cells(fdt, node, usual);
	const uint8_t *p;
	int len, step;

	p = fdt_getprop(fdt, node, "ranges", &len);
	/* Empty: the same addresses. None: no way from above. */
	if (!p || len == 0 || cells.address > 2 || cells.size > 2 || above.address > 2)
		return p && len == 0;
	step = 4 * (int)(cells.address + above.address + cells.size);
	for (; step > 0 && len >= step; p += step, len -= step) {
		uint64_t child, parent, size;

		if (!kx_devtree_number(p, (size_t)len, cells.address, &child) ||
		    !kx_devtree_number(p + 4 * cells.address, 8, above.address, &parent) ||
		    !kx_devtree_number(p + 4 * (cells.address + above.address), 8, cells.size,
				       &size))
			return false;
		if (*address >= child && *address - child < size)
			return !__builtin_add_overflow(parent, *address - child, address);
	}
	return false;
}

/* The physical address of the first register of @node. */
static bool address_of(const void *fdt, int node, uint64_t *ret)
{
	int parent = fdt_parent_offset(fdt, node), len;
	struct kx_devtree_cells cells;
	uint64_t address;
	const void *reg;

	if (parent < 0)
		return false;
	cells = kx_devtree_node_cells(fdt, parent, usual);
	reg = fdt_getprop(fdt, node, "reg", &len);
	if (!kx_devtree_number(reg, reg ? (size_t)len : 0, cells.address, &address))
		return false;
	/* The root's addresses are physical ones. */
	for (node = parent; node > 0; node = parent) {
		parent = fdt_parent_offset(fdt, node);
		if (parent < 0 ||
		    !translate(fdt, node, kx_devtree_node_cells(fdt, parent, usual), &address))
			return false;
	}
	*ret = address;
	return true;
}

static void find_console(const void *fdt, struct kx_console *ret)
{
	int chosen = fdt_path_offset(fdt, "/chosen"), node;
	enum kx_purg_console_kind kind;
	uint64_t base, skip;
	const char *path;
	size_t len;

	path = chosen < 0 ? NULL : kx_devtree_text(fdt, chosen, "stdout-path");
	if (!path && chosen >= 0)
		path = kx_devtree_text(fdt, chosen, "linux,stdout-path");
	if (!path)
		return;
	/* "serial0:115200n8": options follow the first colon. */
	len = strcspn(path, ":");
	node = kx_devtree_path(fdt, path, len);
	if (node < 0)
		return;
	kind = kind_of(fdt, node);
	skip = number(fdt, node, "reg-offset", 0);
	if (kind == KX_PURG_CONSOLE_NONE || !address_of(fdt, node, &base) ||
	    __builtin_add_overflow(base, skip, &base))
		return;
	ret->kind = kind;
	ret->base = base;
	snprintf(ret->from, sizeof(ret->from), "/chosen stdout-path %.*s", (int)len, path);
}

/* ---- the rest ------------------------------------------------------------------------------- */

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
	find_console(fdt, &ret->console);
}

/*
 * OpenSBI keeps its own memory in M-mode, and tells so by nodes of this name; some releases leave
 * it to the kernel as RAM all the same (OpenSBI, docs/domain_support.md).
 */
int kx_devtree_firmware_memory(const void *fdt, struct kx_ranges *ret)
{
	const struct kx_devtree_cells root = kx_devtree_root_cells(fdt);
	int parent = fdt_path_offset(fdt, "/reserved-memory"), node;
	struct kx_devtree_cells cells;

	if (parent < 0)
		return 0;
	cells = kx_devtree_node_cells(fdt, parent, root);
	fdt_for_each_subnode(node, fdt, parent)
	{
		const char *name = fdt_get_name(fdt, node, NULL);
		uint64_t start, size;
		const uint8_t *reg;
		int len = 0;

		if (!name || strncmp(name, "mmode_resv", strlen("mmode_resv")) != 0)
			continue;
		reg = fdt_getprop(fdt, node, "reg", &len);
		if (!reg || !kx_devtree_number(reg, (size_t)len, cells.address, &start) ||
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
