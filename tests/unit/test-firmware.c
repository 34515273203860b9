/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of device tree, ACPI and the kernel's log: console, PSCI, spin tables, LPI tables. */
#include "kx/acpi.h"
#include "tests/tools/mkdtb.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

#define TREE(body) "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; " body " };"
#define GIC "intc { compatible = \"arm,gic-v3\"; its { compatible = \"arm,gic-v3-its\"; " \
	    "msi-controller; }; }; "

/* A machine with the files of @root and the device tree @tree (NULL: none). */
static struct folder machine_with(const char *root, const char *tree)
{
	struct folder folder = folder_of(root);
	struct kx_err err = { "" };
	char path[200];
	void *blob;
	size_t len;
	FILE *file;

	if (!tree)
		return folder;
	if (mkdtb(kx_span_of(tree), &blob, &len, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(path, sizeof(path), "%s/sys/firmware/fdt", folder.path);
	file = fopen(path, "wb");
	assert_true(file && fwrite(blob, 1, len, file) == len && fclose(file) == 0);
	free(blob);
	return folder;
}

/* The facts alone; the caller releases them. */
static int read_firmware(struct kx_firmware *ret, const char *path, struct kx_err *err)
{
	struct kx_machine machine;
	int rc = kx_machine_read(&machine, path, err);

	if (rc == 0)
		rc = kx_machine_read_firmware(&machine, err);
	*ret = machine.firmware;
	machine.firmware = (struct kx_firmware){ .acpi = false };
	kx_machine_done(&machine);
	return rc;
}

static void firmware_of(struct kx_firmware *ret, const char *root, const char *tree)
{
	struct folder folder = machine_with(root, tree);
	struct kx_err err = { "" };
	int rc = read_firmware(ret, folder.path, &err);

	folder_remove(&folder);
	if (rc < 0)
		fail_msg("%s", err.text);
}

static void assert_console(const char *tree, enum kx_purg_console_kind kind, uint64_t base)
{
	struct kx_firmware f;

	firmware_of(&f, "== sys/firmware/x\n", tree);
	if (f.console.kind != kind || f.console.base != base)
		fail_msg("%s: console kind %d at 0x%llx", tree, (int)f.console.kind,
			 (unsigned long long)f.console.base);
	kx_firmware_done(&f);
}

TEST(nothing_is_known_of_an_empty_root)
{
	struct kx_firmware f;

	firmware_of(&f, "== proc/cmdline = x\n", NULL);
	assert_true(f.no_devtree && f.devtree.len == 0);
	assert_false(f.acpi || f.efi || f.gicv3_lpi || f.lpi_tables_known);
	assert_int_equal(f.psci, KX_PSCI_NONE);
	assert_int_equal(f.console.kind, KX_PURG_CONSOLE_NONE);
	assert_int_equal(f.spin_table_cpus, 0);
	kx_firmware_done(&f);
}

/* OpenSBI's own. The fourth lacks two bytes, the fifth wraps, the sixth is somebody else's. */
TEST(memory_of_the_firmware_is_known_by_its_name)
{
	struct kx_firmware f;

	firmware_of(&f, "== sys/firmware/x\n",
		    TREE("reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; "
			 "mmode_resv0@1 { reg = <0 0x80040000 0 0x20000>; }; "
			 "mmode_resv1@0 { reg = <0 0x80000000 0 0x40000>; }; "
			 "mmode_resv2@2 { reg = <1 0x10000000 0 0x1000>; }; "
			 "mmode_resv3@3 { reg = [00 00 00 00 90 00 00 00 00 00 00 00 10 00]; }; "
			 "mmode_resv4@4 { reg = <0xffffffff 0xfffff000 0 0x2000>; }; "
			 "other@5 { reg = <0 0xa0000000 0 0x1000>; }; };"));
	assert_int_equal(f.firmware_memory.count, 2);
	assert_range(&f.firmware_memory, 0, 0x80000000, 0x80060000, 0);
	assert_range(&f.firmware_memory, 1, 0x110000000, 0x110001000, 0);
	kx_firmware_done(&f);
}

TEST(consoles_of_a_device_tree)
{
#define PORT(extra) "u@1000 { compatible = \"ns16550a\"; reg = <0 0x1000 0 8>; " extra "}; " \
		    "chosen { stdout-path = \"/u@1000\"; };"
	assert_console(TREE("pl011@9000000 { compatible = \"arm,pl011\", \"arm,primecell\"; "
			    "reg = <1 0x9000000 0 0x1000>; }; "
			    "chosen { stdout-path = \"/pl011@9000000\"; };"),
		       KX_PURG_CONSOLE_PL011, 0x109000000);
	assert_console(TREE(PORT("")), KX_PURG_CONSOLE_8250_MMIO, 0x1000);
	assert_console(TREE(PORT("reg-shift = <2>; reg-io-width = <4>;")),
		       KX_PURG_CONSOLE_8250_MMIO32, 0x1000);
	assert_console(TREE(PORT("reg-shift = <2>;")), KX_PURG_CONSOLE_8250_MMIO32, 0x1000);
	assert_console(TREE(PORT("reg-offset = <0x40>;")), KX_PURG_CONSOLE_8250_MMIO, 0x1040);
	assert_console(TREE(PORT("reg-shift = <1>;")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(PORT("reg-io-width = <4>;")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(PORT("reg-shift = [00];")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(PORT("big-endian;")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE("u { compatible = \"other\"; reg = <0 1 0 1>; }; "
			    "chosen { stdout-path = \"/u\"; };"), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE("chosen { stdout-path = \"/u\"; };"), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE("chosen { stdout-path = \"\"; };"), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE("chosen { stdout-path = <1>; };"), KX_PURG_CONSOLE_NONE, 0);
}

TEST(console_aliases_have_options_and_end)
{
#define ALIAS(path) "aliases { s0 = \"/u@1000\"; loop = \"loop\"; odd = <5>; }; " \
		    "u@1000 { compatible = \"ns16550\"; reg = <0 0x1000 0 8>; }; " \
		    "chosen { stdout-path = \"" path "\"; };"
	struct kx_firmware f;

	assert_console(TREE(ALIAS("s0:115200n8")), KX_PURG_CONSOLE_8250_MMIO, 0x1000);
	assert_console(TREE(ALIAS("s0")), KX_PURG_CONSOLE_8250_MMIO, 0x1000);
	assert_console(TREE(ALIAS("s0/x")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(ALIAS("loop")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(ALIAS("odd")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(ALIAS("none")), KX_PURG_CONSOLE_NONE, 0);
	firmware_of(&f, "== sys/firmware/x\n", TREE(ALIAS("s0:115200n8")));
	assert_string_equal(f.console.from, "/chosen stdout-path s0");
	kx_firmware_done(&f);
}

TEST(console_addresses_go_through_all_buses)
{
#define BUS(outer, inner, reg) "outer { #address-cells = <2>; #size-cells = <1>; " outer \
	"inner { #address-cells = <1>; #size-cells = <1>; " inner \
	"u { compatible = \"ns16550\"; reg = <" reg " 8>; }; }; }; " \
	"chosen { stdout-path = \"/outer/inner/u\"; };"
	static const char two[] = TREE(BUS("ranges = <0 0 0xa 0 0x1000 1 0 0xb 0 0x1000>; ",
					   "ranges = <0x100 1 0x200 0x100>; ", "0x110"));

	assert_console(two, KX_PURG_CONSOLE_8250_MMIO, 0xb00000210);
	assert_console(TREE(BUS("ranges; ", "ranges; ", "0x110")), KX_PURG_CONSOLE_8250_MMIO, 0x110);
	/* Behind the end of the range, no range at all, a range cut short. */
	assert_console(TREE(BUS("ranges; ", "ranges = <0x100 1 0x200 0x100>; ", "0x200")),
		       KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(BUS("ranges; ", "", "0x110")), KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(BUS("ranges; ", "ranges = <0x100 1 0x200>; ", "0x110")),
		       KX_PURG_CONSOLE_NONE, 0);
	assert_console(TREE(BUS("ranges; ", "ranges = <0 0xffffffff 0xffffffff 0x1000>; ", "0x110")),
		       KX_PURG_CONSOLE_NONE, 0);
}

static void assert_psci(const char *node, enum kx_psci psci)
{
	struct kx_firmware f;
	char tree[500];

	snprintf(tree, sizeof(tree), TREE("psci { %s };"), node);
	firmware_of(&f, "== sys/firmware/x\n", tree);
	assert_int_equal(f.psci, psci);
	kx_firmware_done(&f);
}

TEST(psci_of_a_device_tree)
{
	assert_psci("compatible = \"arm,psci-1.0\", \"arm,psci-0.2\"; method = \"hvc\";",
		    KX_PSCI_HVC);
	assert_psci("compatible = \"arm,psci-0.2\"; method = \"smc\";", KX_PSCI_SMC);
	assert_psci("compatible = \"arm,psci-0.2\"; method = \"smc\"; status = \"ok\";", KX_PSCI_SMC);
	/* Version 0.1 cannot reset the machine. */
	assert_psci("compatible = \"arm,psci\"; method = \"smc\";", KX_PSCI_NONE);
	assert_psci("compatible = \"arm,psci-0.2\"; method = \"svc\";", KX_PSCI_NONE);
	assert_psci("compatible = \"arm,psci-0.2\";", KX_PSCI_NONE);
	assert_psci("compatible = \"arm,psci-0.2\"; method = \"smc\"; status = \"disabled\";",
		    KX_PSCI_NONE);
}

TEST(spin_tables_are_counted)
{
	struct kx_firmware f;

	firmware_of(&f, "== sys/firmware/x\n",
		    TREE("cpus { cpu@0 { device_type = \"cpu\"; enable-method = \"psci\"; }; "
			 "cpu@1 { device_type = \"cpu\"; enable-method = \"spin-table\"; }; "
			 "cpu@2 { device_type = \"cpu\"; enable-method = \"x\", \"spin-table\"; }; "
			 "cpu-map { enable-method = \"spin-table\"; }; };"));
	assert_int_equal(f.spin_table_cpus, 2);
	assert_false(f.efi);
	kx_firmware_done(&f);
}

TEST(efi_is_told_by_chosen_or_sysfs)
{
	struct kx_firmware f;

	firmware_of(&f, "== sys/firmware/x\n", TREE("chosen { linux,uefi-system-table = <0 1>; };"));
	assert_true(f.efi && !f.no_devtree && !f.acpi);
	kx_firmware_done(&f);
	firmware_of(&f, "== sys/firmware/efi/systab\n", TREE(""));
	assert_true(f.efi);
	kx_firmware_done(&f);
}

#define PROPERTY "6,90,0,-;GICv3: using LPI property table @0x0000000042190000\n"
#define PENDING(cpu, how, at) "6,9" cpu ",0,-;GICv3: CPU" cpu ": using " how \
			      " LPI pending table @0x00000000" at "\n"

static void lpi_of(struct kx_firmware *ret, const char *log)
{
	char root[2000];

	snprintf(root, sizeof(root), "== sys/firmware/x\n== sys/devices/system/cpu/online = 0-1\n"
		 "== dev/kmsg\n%s", log);
	firmware_of(ret, root, TREE(GIC));
}

TEST(lpi_tables_are_in_the_log)
{
	struct kx_firmware f;

	lpi_of(&f, "6,0,0,-;Booting Linux\n SUBSYSTEM=x\n" PROPERTY
		   PENDING("0", "allocated", "421a0000") PENDING("1", "reserved", "42000000"));
	assert_true(f.gicv3_lpi && f.lpi_tables_known);
	assert_int_equal(f.lpi_tables.count, 2);
	assert_range(&f.lpi_tables, 0, 0x42000000, 0x42010000, 0);
	assert_range(&f.lpi_tables, 1, 0x42190000, 0x421b0000, 0);
	kx_firmware_done(&f);
}

/* What a list or a log names later is added to what it named before. */
TEST(sets_of_cpus_grow)
{
	static const struct {
		const char *online, *pending;
		bool known;
	} some[] = {
		{ "0,7", PENDING("0", "allocated", "421a0000") PENDING("7", "reserved", "421b0000"),
		  true },
		{ "7,0", PENDING("0", "allocated", "421a0000") PENDING("7", "reserved", "421b0000"),
		  true },
		{ "0,7", PENDING("7", "allocated", "421a0000"), false },
		{ "0-1,7", PENDING("7", "allocated", "421a0000") PENDING("1", "reserved", "421b0000"),
		  false },
		{ "0,7", PENDING("0", "allocated", "421a0000"), false },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_firmware f;
		char root[2000];

		snprintf(root, sizeof(root), "== sys/firmware/x\n"
			 "== sys/devices/system/cpu/online = %s\n"
			 "== dev/kmsg\n6,0,0,-;Booting Linux\n" PROPERTY "%s",
			 some[i].online, some[i].pending);
		firmware_of(&f, root, TREE(GIC));
		if (!f.gicv3_lpi || f.lpi_tables_known != some[i].known)
			fail_msg("set %zu", i);
		kx_firmware_done(&f);
	}
}

TEST(incomplete_logs_are_not_known)
{
	static const char *const logs[] = {
		"", "6,5,0,-;later\n",
		PROPERTY PENDING("0", "allocated", "421a0000"),
		PENDING("0", "allocated", "421a0000") PENDING("1", "allocated", "421b0000"),
		PROPERTY,
		/* Not the kernel's voice, nor its words. */
		PROPERTY PENDING("0", "allocated", "421a0000")
		"12,91,0,-;GICv3: CPU1: using allocated LPI pending table @0x421b0000\n",
		PROPERTY PENDING("0", "allocated", "421a0000")
		"6,91,0,-;GICv3: CPU1: using allocated LPI pending table @0x421b0000x\n",
		PROPERTY PENDING("0", "allocated", "421a0000")
		"6,91,0,-;GICv3: CPU99999999: using allocated LPI pending table @0x421b0000\n",
		PROPERTY PENDING("0", "allocated", "421a0000")
		"GICv3: CPU1: using allocated LPI pending table @0x421b0000\n",
	};

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct kx_firmware f;

		lpi_of(&f, logs[i]);
		if (!f.gicv3_lpi || f.lpi_tables_known)
			fail_msg("log %zu", i);
		kx_firmware_done(&f);
	}
}

TEST(lpis_that_nobody_uses_do_not_matter)
{
	struct kx_firmware f;

	/* A whole log without a word of them. */
	lpi_of(&f, "6,0,0,-;Booting Linux\n6,1,0,-;the end\n");
	assert_false(f.gicv3_lpi || f.lpi_tables_known);
	kx_firmware_done(&f);
	firmware_of(&f, "== sys/firmware/x\n== proc/cmdline = a irqchip.gicv3_nolpi=1\n", TREE(GIC));
	assert_false(f.gicv3_lpi);
	kx_firmware_done(&f);
	firmware_of(&f, "== sys/firmware/x\n== proc/cmdline = irqchip.gicv3_nolpi=0\n", TREE(GIC));
	assert_true(f.gicv3_lpi);
	kx_firmware_done(&f);
	firmware_of(&f, "== sys/firmware/x\n",
		    TREE("intc { compatible = \"arm,gic-v3\"; its { status = \"disabled\"; "
			 "compatible = \"arm,gic-v3-its\"; msi-controller; }; };"));
	assert_false(f.gicv3_lpi);
	kx_firmware_done(&f);
}

TEST(lists_of_cpus_are_checked)
{
	static const char *const lists[] = { "x", "0-", "1-x", "0,,1", "0-99999999" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct kx_err err = { "" };
		struct kx_firmware f;
		struct folder folder;
		char root[200];

		snprintf(root, sizeof(root), "== sys/firmware/x\n"
			 "== sys/devices/system/cpu/online = %s\n", lists[i]);
		folder = machine_with(root, TREE(GIC));
		assert_int_equal(read_firmware(&f, folder.path, &err), -EINVAL);
		assert_says(&err, "/sys/devices/system/cpu/online: not a list of CPUs");
		kx_firmware_done(&f);
		folder_remove(&folder);
	}
}

#define ACPI "== sys/firmware/acpi/tables/"

TEST(an_acpi_machine)
{
	struct kx_firmware f;

	firmware_of(&f, ACPI "SPCR hex 80\n0: 53 50 43 52 50\n24: 03\n28: 00 20 00 03\n2f: 09\n"
			ACPI "FACP hex 276\n0: 46 41 43 50 14 01\n81: 03\n", TREE(GIC));
	assert_true(f.acpi && !f.gicv3_lpi);
	assert_int_equal(f.psci, KX_PSCI_HVC);
	assert_int_equal(f.console.kind, KX_PURG_CONSOLE_PL011);
	assert_int_equal(f.console.base, 0x9000000);
	assert_string_equal(f.console.from, "ACPI SPCR");
	kx_firmware_done(&f);
}

TEST(parked_cpus_count_without_psci)
{
#define MADT ACPI "APIC hex 164\n0: 41 50 49 43 a4\n" \
		"2c: 0b 28\n38: 01\n3c: 01\n45: 80\n" \
		"54: 0b 28\n60: 01\n" \
		"7c: 0b 28\n8c: 01\n95: 80\n"
	struct kx_firmware f;

	/* Three CPUs: parked, not parked, and parked but disabled. */
	firmware_of(&f, MADT ACPI "FACP hex 276\n0: 46 41 43 50 14 01\n", NULL);
	assert_int_equal(f.spin_table_cpus, 1);
	kx_firmware_done(&f);
	firmware_of(&f, MADT ACPI "FACP hex 276\n0: 46 41 43 50 14 01\n81: 01\n", NULL);
	assert_int_equal(f.spin_table_cpus, 0);
	assert_int_equal(f.psci, KX_PSCI_SMC);
	kx_firmware_done(&f);
}

TEST(spcr_consoles)
{
	static const struct {
		uint8_t type, space, access_size;
		uint64_t address;
		enum kx_purg_console_kind kind;
	} some[] = {
		{ 0x00, 0, 1, 0x1000, KX_PURG_CONSOLE_8250_MMIO },
		{ 0x01, 0, 0, 0x1000, KX_PURG_CONSOLE_8250_MMIO },
		{ 0x12, 0, 3, 0x1000, KX_PURG_CONSOLE_8250_MMIO32 },
		{ 0x12, 0, 2, 0x1000, KX_PURG_CONSOLE_NONE },
		{ 0x00, 1, 1, 0x3f8, KX_PURG_CONSOLE_8250_IO },
		{ 0x00, 1, 1, 0x10000, KX_PURG_CONSOLE_NONE },
		{ 0x0d, 0, 3, 0x1000, KX_PURG_CONSOLE_PL011 },
		{ 0x0e, 0, 3, 0x1000, KX_PURG_CONSOLE_PL011 },
		{ 0x0e, 1, 3, 0x1000, KX_PURG_CONSOLE_NONE },
		{ 0x03, 0, 3, 0, KX_PURG_CONSOLE_NONE },
		{ 0x13, 0, 3, 0x1000, KX_PURG_CONSOLE_NONE },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		uint8_t bytes[52] = { [36] = some[i].type, [40] = some[i].space,
				      [43] = some[i].access_size };
		/* Reserved bytes and those of other fields are not looked at. */
		static const uint8_t others[] = { 37, 38, 39, 41, 42 };
		struct kx_console console = { 0 };

		for (int k = 0; k < 8; k++)
			bytes[44 + k] = (uint8_t)(some[i].address >> 8 * k);
		for (size_t k = 0; k < sizeof(others); k++)
			bytes[others[k]] = 0xff;
		assert_int_equal(kx_acpi_console((struct kx_span){ bytes, 52 }, &console),
				 some[i].kind != KX_PURG_CONSOLE_NONE);
		assert_int_equal(console.kind, some[i].kind);
		assert_false(kx_acpi_console((struct kx_span){ bytes, 51 }, &console));
	}
}

TEST(malformed_acpi_tables_are_named)
{
	static const char *const trees[] = {
		ACPI "SPCR hex 80\n0: 53 50 43 52 51\n", ACPI "SPCR hex 80\n0: 53 50 43 53 50\n",
		ACPI "SPCR hex 80\n0: 53 50 43 52 23\n", ACPI "SPCR hex 0\n",
	};

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct folder folder = machine_with(trees[i], NULL);
		struct kx_err err = { "" };
		struct kx_firmware f;

		assert_int_equal(read_firmware(&f, folder.path, &err), -EINVAL);
		assert_says(&err, "/sys/firmware/acpi/tables/SPCR: ");
		kx_firmware_done(&f);
		folder_remove(&folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_of_an_empty_root),
		cmocka_unit_test(memory_of_the_firmware_is_known_by_its_name),
		cmocka_unit_test(consoles_of_a_device_tree),
		cmocka_unit_test(console_aliases_have_options_and_end),
		cmocka_unit_test(console_addresses_go_through_all_buses),
		cmocka_unit_test(psci_of_a_device_tree),
		cmocka_unit_test(spin_tables_are_counted),
		cmocka_unit_test(efi_is_told_by_chosen_or_sysfs),
		cmocka_unit_test(lpi_tables_are_in_the_log),
		cmocka_unit_test(sets_of_cpus_grow),
		cmocka_unit_test(incomplete_logs_are_not_known),
		cmocka_unit_test(lpis_that_nobody_uses_do_not_matter),
		cmocka_unit_test(lists_of_cpus_are_checked),
		cmocka_unit_test(an_acpi_machine),
		cmocka_unit_test(parked_cpus_count_without_psci),
		cmocka_unit_test(spcr_consoles),
		cmocka_unit_test(malformed_acpi_tables_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
