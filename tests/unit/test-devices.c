/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What disks, interfaces and file systems stand on, in made sysfs trees. */
#include "kx/devices.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

#define PCI(slot) "sys/devices/pci0000:00/0000:00:" slot
#define BOUND(device, up, bus, driver, module) \
	"== " device "/driver -> " up "bus/" bus "/drivers/" driver "\n" \
	"== sys/bus/" bus "/drivers/" driver "/module -> ../../../../module/" module "\n"

/* A disk of virtio with a partition; its drivers are modules, that of the bridge is built in. */
static const char virtio_disk[] =
	"== " PCI("01.0") "/driver -> ../../../bus/pci/drivers/pcieport\n"
	"== sys/bus/pci/drivers/pcieport/bind = x\n"
	"== " PCI("01.0") "/modalias = pci:v00001B36d0000000Csv00001B36sd00000000bc06sc04i00\n"
	BOUND(PCI("01.0") "/0000:01:00.0", "../../../../", "pci", "virtio-pci", "virtio_pci")
	"== " PCI("01.0") "/0000:01:00.0/modalias = pci:v00001AF4d00001042\n"
	BOUND(PCI("01.0") "/0000:01:00.0/virtio1", "../../../../../", "virtio", "virtio_blk",
	      "virtio_blk")
	"== " PCI("01.0") "/0000:01:00.0/virtio1/modalias = virtio:d00000002v00001AF4\n"
	"== " PCI("01.0") "/0000:01:00.0/virtio1/block/vda/serial = S1\n"
	"== " PCI("01.0") "/0000:01:00.0/virtio1/block/vda/size = 4096\n"
	"== " PCI("01.0") "/0000:01:00.0/virtio1/block/vda/vda2/partition = 2\n"
	"== " PCI("01.0") "/0000:01:00.0/virtio1/block/vda/vda2/size = 2048\n"
	"== " PCI("01.0") "/0000:01:00.0/virtio1/block/vda/vda2/dev = 254:2\n"
	"== " PCI("01.0") "/0000:01:00.0/virtio1/block/vda/vda2/uevent\nPARTN=2\nPARTUUID=ab-02\n"
	"== sys/class/block/vda -> ../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/virtio1/block/vda\n"
	"== sys/class/block/vda2 -> "
	"../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/virtio1/block/vda/vda2\n"
	"== sys/dev/block/254:2 -> "
	"../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/virtio1/block/vda/vda2\n"
	"== dev/vda2 = x\n";

static struct folder tree(const char *a, const char *b)
{
	char *text;
	struct folder ret;

	assert_true(asprintf(&text, "%s%s", a, b) > 0);
	ret = folder_of(text);
	free(text);
	return ret;
}

/* "DRIVER(MODULE)" of all devices that have a driver, then "+WORD" of all needs, "?" if optional. */
static void assert_found(const struct kx_devices *d, const char *expected)
{
	char said[2048] = "";

	for (size_t i = 0; i < d->nodes; i++) {
		const struct kx_devices_node *n = &d->node[i];

		if (n->driver)
			sprintf(said + strlen(said), "%s(%s) ", n->driver, n->module ? n->module : "");
	}
	for (size_t i = 0; i < d->needs; i++)
		sprintf(said + strlen(said), "+%s%s ", d->need[i].word,
			d->need[i].optional ? "?" : "");
	for (size_t i = 0; i < d->mades; i++)
		sprintf(said + strlen(said), "=%s%s ", d->made[i].name,
			d->made[i].kind == KX_DEVICES_MD ? "(md)" : "");
	assert_string_equal(said, expected);
}

static void assert_disk(const char *a, const char *b, unsigned int able, const char *name,
			const char *expected)
{
	struct folder root = tree(a, b);
	struct kx_devices d = { .able = able };
	struct kx_err err = { "" };

	if (kx_devices_add_disk(&d, root.path, name, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	assert_found(&d, expected);
	kx_devices_done(&d);
	folder_remove(&root);
}

static void assert_no_disk(const char *a, const char *b, const char *name, int code,
			   const char *says)
{
	struct folder root = tree(a, b);
	struct kx_devices d = { .able = 0 };
	struct kx_err err = { "" };

	assert_int_equal(kx_devices_add_disk(&d, root.path, name, &err), code);
	assert_says(&err, says);
	kx_devices_done(&d);
	folder_remove(&root);
}

TEST(a_partition_stands_on_all_that_is_above_its_disk)
{
	assert_disk(virtio_disk, "", 0, "vda2", "pcieport() virtio-pci(virtio_pci) "
					       "virtio_blk(virtio_blk) ");
	assert_disk(virtio_disk, "", 0, "vda", "pcieport() virtio-pci(virtio_pci) "
					      "virtio_blk(virtio_blk) ");
	assert_no_disk(virtio_disk, "", "vdb", -ENOENT, "vdb: no such block device");
	assert_no_disk(virtio_disk, "", "..", -ENOENT, "no such block device");
	assert_no_disk("== sys/devices/x/block/sda/size = 1\n",
		       "== sys/class/block/sda -> ../../devices/x/block/sda\n", "sda", -ENODEV,
		       "sda: no driver");
}

static const char lvm[] = "== sys/devices/virtual/block/dm-0/dm/uuid = LVM-abc\n"
			  "== sys/devices/virtual/block/dm-0/dm/name = vg-root\n"
			  "== sys/devices/virtual/block/dm-0/slaves/vda2 -> x\n"
			  "== sys/class/block/dm-0 -> ../../devices/virtual/block/dm-0\n";

TEST(what_has_to_be_made_again_is_refused_unless_init_can)
{
	assert_no_disk(virtio_disk, lvm, "dm-0", -ENOTSUP, "dm-0 is an LVM volume");
	assert_disk(virtio_disk, lvm, KX_DEVICES_LVM, "dm-0",
		    "pcieport() virtio-pci(virtio_pci) virtio_blk(virtio_blk) +dm_mod =dm-0 ");
	assert_no_disk(virtio_disk, "== sys/devices/virtual/block/md0/md/level = raid1\n"
				    "== sys/class/block/md0 -> ../../devices/virtual/block/md0\n",
		       "md0", -ENOTSUP, "md0 is a RAID array");
	assert_disk(virtio_disk, "== sys/devices/virtual/block/md0/md/level = raid1\n"
				 "== sys/devices/virtual/block/md0/slaves/vda -> x\n"
				 "== sys/class/block/md0 -> ../../devices/virtual/block/md0\n",
		    KX_DEVICES_MD, "md0", "pcieport() virtio-pci(virtio_pci) "
		    "virtio_blk(virtio_blk) +md_mod +md-raid1 =md0(md) ");
}

/* LVM's device @label, made of vda2. */
static void assert_lvm(const char *label, const char *uuid, const char *says)
{
	struct folder root;
	struct kx_devices d = { .able = KX_DEVICES_LVM };
	struct kx_err err = { "" };
	char text[512];

	snprintf(text, sizeof(text), "== sys/devices/virtual/block/dm-0/dm/uuid = %s\n"
		 "== sys/devices/virtual/block/dm-0/dm/name = %s\n"
		 "== sys/devices/virtual/block/dm-0/slaves/vda2 -> x\n"
		 "== sys/class/block/dm-0 -> ../../devices/virtual/block/dm-0\n", uuid, label);
	root = tree(virtio_disk, text);
	assert_int_equal(kx_devices_add_disk(&d, root.path, "dm-0", &err), says ? -ENOTSUP : 0);
	if (says)
		assert_says(&err, says);
	kx_devices_done(&d);
	folder_remove(&root);
}

TEST(what_lvm_keeps_for_itself_is_refused_with_advice)
{
	assert_lvm("vg-var_mimage_0", "LVM-abc", "old kind, which a crash kernel cannot set up; "
		   "lvconvert --type raid1");
	assert_lvm("vg-var_mlog", "LVM-abc", "old kind");
	assert_lvm("vg-pvmove0", "LVM-abc", "moves now, which a crash kernel cannot set up; kdump "
		   "reload once that has ended");
	assert_lvm("vg-var_rimage_1-missing_0_0", "LVM-abc-missing_0_0", "missing, which a crash "
		   "kernel cannot set up; lvconvert --repair");
	/* "x-pvmove" is what somebody called one. */
	assert_lvm("vg-x--pvmove", "LVM-abc", NULL);
	assert_lvm("vg-var_rimage_1", "LVM-abc", NULL);
}

TEST(arrays_of_levels_that_the_kernel_knows_by_superblocks_are_taken)
{
	static const char *const levels[] = { "raid1", "raid0", "linear", "raid10", "raid4", "raid5",
					      "raid6", NULL };

	for (size_t i = 0; levels[i]; i++) {
		char text[512], says[160];

		snprintf(text, sizeof(text), "== sys/devices/virtual/block/md0/md/level = %s\n"
			 "== sys/devices/virtual/block/md0/slaves/vda -> x\n"
			 "== sys/class/block/md0 -> ../../devices/virtual/block/md0\n", levels[i]);
		snprintf(says, sizeof(says), "pcieport() virtio-pci(virtio_pci) "
			 "virtio_blk(virtio_blk) +md_mod +md-%s =md0(md) ", levels[i]);
		assert_disk(virtio_disk, text, KX_DEVICES_MD, "md0", says);
	}
}

TEST(what_nobody_can_make_again_is_refused_by_name)
{
	static const struct {
		const char *uuid, *says;
	} kinds[] = { { "LVM-abc-tpool", "thin" },	  { "LVM-abc-cow", "snapshot" },
		      { "LVM-abc-cdata", "cache" },
		      { "CRYPT-LUKS2-1", "encrypted, which a crash kernel cannot set up; dump over "
			"the network, or to a partition that is not, with \"encrypt = dump\"" },
		      { "mpath-36", "multipath" },	  { "part1-mpath-36", "multipath" },
		      { "", "not known" },		  { "LVM-abc-vpool", "VDO" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), "== sys/devices/virtual/block/dm-0/dm/uuid = %s\n"
			 "== sys/class/block/dm-0 -> ../../devices/virtual/block/dm-0\n", kinds[i].uuid);
		assert_no_disk(text, "", "dm-0", -ENOTSUP, kinds[i].says);
	}
	assert_no_disk("== sys/devices/virtual/block/loop0/size = 1\n",
		       "== sys/class/block/loop0 -> ../../devices/virtual/block/loop0\n", "loop0",
		       -ENOTSUP, "a file on another");
	assert_no_disk("== sys/devices/virtual/block/other/size = 1\n",
		       "== sys/class/block/other -> ../../devices/virtual/block/other\n", "other",
		       -ENOTSUP, "not of hardware");
	assert_no_disk("== sys/devices/platform/host2/session1/iscsi_session/x = 1\n"
		       "== sys/devices/platform/host2/session1/target/block/sdb/size = 1\n",
		       "== sys/class/block/sdb -> "
		       "../../devices/platform/host2/session1/target/block/sdb\n", "sdb", -ENOTSUP,
		       "iSCSI");
}

static void assert_endless(const char *text)
{
	struct folder root = tree(text, virtio_disk);
	struct kx_devices d = { .able = KX_DEVICES_MD };
	struct kx_err err = { "" };

	assert_int_equal(kx_devices_add_disk(&d, root.path, "md0", &err), -ELOOP);
	assert_says(&err, "too many others");
	kx_devices_done(&d);
	folder_remove(&root);
}

/* Number @i stands on two others. */
static void add_md(char *text, int i, int a, int b)
{
	sprintf(text + strlen(text), "== sys/devices/virtual/block/md%d/md/level = raid0\n"
		"== sys/devices/virtual/block/md%d/slaves/md%d -> x\n"
		"== sys/devices/virtual/block/md%d/slaves/md%d -> x\n"
		"== sys/class/block/md%d -> ../../devices/virtual/block/md%d\n",
		i, i, a, i, b, i, i);
}

TEST(devices_that_stand_on_each_other_end)
{
	char text[16384] = "";

	assert_no_disk("== sys/devices/virtual/block/md0/md/level = raid1\n"
		       "== sys/devices/virtual/block/md0/slaves/md0 -> x\n",
		       "== sys/class/block/md0 -> ../../devices/virtual/block/md0\n", "md0", -ENOTSUP,
		       "RAID");
	for (int i = 0; i < 30; i++)
		add_md(text, i, (i + 1) % 30, (i + 2) % 30);
	assert_endless(text);
	/* No circle, but two to the power of 20 ways down. */
	text[0] = '\0';
	for (int i = 0; i < 40; i += 2) {
		add_md(text, i, i + 2, i + 3);
		add_md(text, i + 1, i + 2, i + 3);
	}
	for (int i = 40; i < 42; i++)
		sprintf(text + strlen(text), "== sys/devices/virtual/block/md%d/md/level = raid0\n"
			"== sys/devices/virtual/block/md%d/slaves/vda -> x\n"
			"== sys/class/block/md%d -> ../../devices/virtual/block/md%d\n", i, i, i, i);
	assert_endless(text);
}

TEST(nvme_with_several_paths_leads_to_its_controllers)
{
	static const char nvme[] =
		BOUND(PCI("05.0"), "../../../", "pci", "nvme", "nvme")
		"== " PCI("05.0") "/nvme/nvme0/transport = pcie\n"
		"== sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/size = 1\n"
		"== sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0 -> "
		"../../../pci0000:00/0000:00:05.0/nvme/nvme0\n"
		"== sys/class/block/nvme0n1 -> "
		"../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1\n";
	static const char tcp[] =
		"== sys/devices/virtual/nvme-fabrics/ctl/nvme1/transport = tcp\n"
		"== sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1/size = 1\n"
		"== sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1 -> "
		"../../nvme-fabrics/ctl/nvme1\n"
		"== sys/class/block/nvme1n1 -> "
		"../../devices/virtual/nvme-subsystem/nvme-subsys1/nvme1n1\n";

	assert_disk(nvme, "", 0, "nvme0n1", "nvme(nvme) ");
	assert_no_disk(tcp, "", "nvme1n1", -ENOTSUP, "NVMe");
}

TEST(what_a_device_says_that_it_needs_is_there_too)
{
	static const char supplied[] =
		BOUND("sys/devices/platform/mmc@1", "../../../", "platform", "sdhci", "sdhci_x")
		"== sys/devices/platform/mmc@1/block/mmcblk0/size = 1\n"
		"== sys/class/block/mmcblk0 -> ../../devices/platform/mmc@1/block/mmcblk0\n"
		"== sys/devices/platform/mmc@1/supplier:platform:clock -> "
		"../../virtual/devlink/clock--mmc\n"
		"== sys/devices/virtual/devlink/clock--mmc/supplier -> ../../../platform/clock\n"
		BOUND("sys/devices/platform/clock", "../../../", "platform", "clk", "clk_x")
		"== sys/devices/platform/clock/supplier:platform:mmc -> "
		"../../virtual/devlink/mmc--clock\n"
		"== sys/devices/virtual/devlink/mmc--clock/supplier -> ../../../platform/mmc@1\n";

	assert_disk(supplied, "", 0, "mmcblk0", "sdhci(sdhci_x) clk(clk_x) ");
}

TEST(a_pool_of_btrfs_is_all_of_its_disks)
{
	static const char pool[] =
		BOUND(PCI("06.0"), "../../../", "pci", "ahci", "ahci")
		"== " PCI("06.0") "/ata1/block/sda/size = 1\n"
		"== sys/class/block/sda -> ../../devices/pci0000:00/0000:00:06.0/ata1/block/sda\n"
		"== sys/fs/btrfs/1234/devices/vda2 -> ../../../../class/block/vda2\n"
		"== sys/fs/btrfs/1234/devices/sda -> ../../../../class/block/sda\n"
		"== sys/fs/btrfs/features/x = 1\n";

	assert_disk(virtio_disk, pool, 0, "vda2", "pcieport() virtio-pci(virtio_pci) "
		    "virtio_blk(virtio_blk) ahci(ahci) ");
}

/* ---- networks ------------------------------------------------------------------------------- */

static const char nics[] =
	BOUND(PCI("03.0"), "../../../", "pci", "e1000", "e1000")
	"== " PCI("03.0") "/net/eth0/type = 1\n"
	"== " PCI("03.0") "/net/eth0/device -> ../../../0000:00:03.0\n"
	"== sys/class/net/eth0 -> ../../devices/pci0000:00/0000:00:03.0/net/eth0\n"
	"== sys/devices/virtual/net/bond0/bonding/mode = x\n"
	"== sys/devices/virtual/net/bond0/lower_eth0 -> x\n"
	"== sys/class/net/bond0 -> ../../devices/virtual/net/bond0\n"
	"== sys/devices/virtual/net/v5/uevent\nDEVTYPE=vlan\n"
	"== sys/devices/virtual/net/v5/lower_bond0 -> x\n"
	"== sys/class/net/v5 -> ../../devices/virtual/net/v5\n"
	"== sys/devices/virtual/net/br0/bridge/x = 1\n"
	"== sys/devices/virtual/net/br0/lower_v5 -> x\n"
	"== sys/devices/virtual/net/br0/lower_tap0 -> x\n"
	"== sys/class/net/br0 -> ../../devices/virtual/net/br0\n"
	"== sys/devices/virtual/net/tap0/tun_flags = 1\n"
	"== sys/class/net/tap0 -> ../../devices/virtual/net/tap0\n"
	"== sys/devices/virtual/net/wg0/uevent = DEVTYPE=wireguard\n"
	"== sys/class/net/wg0 -> ../../devices/virtual/net/wg0\n"
	"== sys/devices/virtual/net/lo/type = 772\n"
	"== sys/class/net/lo -> ../../devices/virtual/net/lo\n"
	"== sys/devices/virtual/net/dummy0/type = 1\n"
	"== sys/class/net/dummy0 -> ../../devices/virtual/net/dummy0\n"
	"== " PCI("07.0") "/net/wlan0/phy80211/x = 1\n"
	"== sys/class/net/wlan0 -> ../../devices/pci0000:00/0000:00:07.0/net/wlan0\n"
	"== sys/devices/platform/mac/net/eth2/device/x = 1\n"
	"== sys/class/net/eth2 -> ../../devices/platform/mac/net/eth2\n"
	"== sys/devices/platform/mac/net/eth2/phydev -> ../../../mdio/mii/mii:01\n"
	"== sys/bus/mdio_bus/drivers/M88E1510/module -> ../../../../module/marvell\n"
	"== sys/module/marvell/x = 1\n"
	"== sys/devices/platform/mdio/mii/mii:01/driver -> ../../../../../bus/mdio_bus/drivers/M88E1510\n"
	"== sys/bus/platform/drivers/stmmaceth/module -> ../../../../module/dwmac\n"
	"== sys/module/dwmac/x = 1\n"
	"== sys/devices/platform/mac/driver -> ../../../bus/platform/drivers/stmmaceth\n";

static int add_net(const struct folder *root, const char *name, struct kx_devices *d,
		   struct kx_err *err)
{
	*d = (struct kx_devices){ .able = 0 };
	return kx_devices_add_net(d, root->path, name, err);
}

static void assert_net(const struct folder *root, const char *name, const char *expected)
{
	struct kx_devices d;
	struct kx_err err = { "" };

	if (add_net(root, name, &d, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	assert_found(&d, expected);
	kx_devices_done(&d);
}

static void assert_no_net(const struct folder *root, const char *name, int code, const char *says)
{
	struct kx_devices d;
	struct kx_err err = { "" };

	assert_int_equal(add_net(root, name, &d, &err), code);
	assert_says(&err, says);
	kx_devices_done(&d);
}

#define SOCKETS "+net-pf-10? +net-pf-17? "

TEST(interfaces_stand_on_hardware)
{
	struct folder root = tree(nics, "");

	assert_net(&root, "eth0", "e1000(e1000) " SOCKETS);
	assert_net(&root, "bond0", "e1000(e1000) +bonding " SOCKETS);
	assert_net(&root, "v5", "e1000(e1000) +8021q +bonding " SOCKETS);
	assert_net(&root, "br0", "e1000(e1000) +8021q +bonding " SOCKETS);
	assert_net(&root, "lo", SOCKETS);
	assert_net(&root, "eth2", "stmmaceth(dwmac) M88E1510(marvell) " SOCKETS);
	assert_no_net(&root, "wlan0", -ENOTSUP, "wlan0 is wireless");
	assert_no_net(&root, "tap0", -ENOTSUP, "tunnel");
	assert_no_net(&root, "wg0", -ENOTSUP, "WireGuard");
	assert_no_net(&root, "dummy0", -ENOTSUP, "without hardware");
	assert_no_net(&root, "eth1", -ENOENT, "eth1: no such network interface");
	folder_remove(&root);
}

/* ---- file systems, watchdogs ---------------------------------------------------------------- */

static void assert_fs(const char *text, const char *fs, const char *options, const char *expected)
{
	struct folder root = tree(text, "");
	struct kx_devices d = { .able = 0 };
	struct kx_err err = { "" };

	if (kx_devices_add_fs(&d, root.path, fs, options, &err) < 0)
		fail_msg("%s: %s", fs, err.text);
	assert_found(&d, expected);
	kx_devices_done(&d);
	folder_remove(&root);
}

TEST(file_systems_need_more_than_their_driver)
{
	struct kx_devices d = { .able = 0 };
	struct kx_err err = { "" };

	assert_fs("== etc/x = 1\n", "ext4", NULL, "+fs-ext4 ");
	assert_fs("== etc/x = 1\n", "nfs4", NULL, "+fs-nfs4 +nfsv4 ");
	assert_fs("== etc/x = 1\n", "vfat", "rw", "+fs-vfat +nls_cp437? +nls_ascii? "
						 "+nls_iso8859_1? +nls_utf8? ");
	assert_fs("== etc/x = 1\n", "vfat", "rw,codepage=850,iocharset=utf8",
		  "+fs-vfat +nls_cp850 +nls_utf8 ");
	assert_fs("== proc/crypto\nname : gcm\nmodule : gcm_x\nrefcnt : 2\n\n"
		  "name : a\nmodule : idle\nrefcnt : 1\nname : b\nmodule : kernel\nrefcnt : 9\n",
		  "cifs", NULL,
		  "+fs-cifs +crypto-hmac? +crypto-sha256? +crypto-sha512? +crypto-cmac? "
		  "+crypto-aes? +crypto-ctr? +crypto-ccm? +crypto-gcm? +crypto-ghash? "
		  "+crypto-cbcmac? +crypto-md5? +crypto-ecb? +nls_utf8? +gcm_x? ");
	assert_int_equal(kx_devices_add_fs(&d, "/", "zfs", NULL, &err), -ENOTSUP);
	assert_says(&err, "zfs");
	assert_int_equal(kx_devices_add_fs(&d, "/", "overlay", NULL, &err), -ENOTSUP);
	assert_int_equal(kx_devices_add_fs(&d, "/", "tmpfs", NULL, &err), -ENOTSUP);
	assert_int_equal(kx_devices_add_fs(&d, "/", "fuse.x", NULL, &err), -ENOTSUP);
	assert_int_equal(kx_devices_add_fs(&d, "/", "erofs", NULL, &err), -ENOTSUP);
	kx_devices_done(&d);
}

TEST(what_the_host_shares_is_on_a_bus)
{
	assert_fs(BOUND(PCI("08.0"), "../../../", "pci", "virtio-pci", "virtio_pci")
		  "== " PCI("08.0") "/virtio3/modalias = virtio:d0000001Av00001AF4\n"
		  "== sys/bus/virtio/devices/virtio3 -> "
		  "../../../devices/pci0000:00/0000:00:08.0/virtio3\n"
		  BOUND(PCI("09.0"), "../../../", "pci", "other", "other")
		  "== " PCI("09.0") "/virtio4/modalias = virtio:d00000001v00001AF4\n"
		  "== sys/bus/virtio/devices/virtio4 -> "
		  "../../../devices/pci0000:00/0000:00:09.0/virtio4\n",
		  "virtiofs", NULL, "virtio-pci(virtio_pci) +fs-virtiofs ");
}

TEST(watchdogs_of_hardware_that_run)
{
	static const char dogs[] =
		BOUND(PCI("1f.0"), "../../../", "pci", "lpc_ich", "lpc_ich")
		BOUND(PCI("1f.0") "/iTCO_wdt.1", "../../../../", "platform", "iTCO_wdt", "iTCO_wdt")
		"== " PCI("1f.0") "/iTCO_wdt.1/watchdog/watchdog0/state = active\n"
		"== sys/class/watchdog/watchdog0 -> "
		"../../devices/pci0000:00/0000:00:1f.0/iTCO_wdt.1/watchdog/watchdog0\n"
		"== sys/devices/virtual/watchdog/watchdog1/state = active\n"
		"== sys/class/watchdog/watchdog1 -> ../../devices/virtual/watchdog/watchdog1\n"
		BOUND(PCI("1d.0"), "../../../", "pci", "i6300", "i6300esb")
		"== " PCI("1d.0") "/watchdog/watchdog2/state = inactive\n"
		"== sys/class/watchdog/watchdog2 -> "
		"../../devices/pci0000:00/0000:00:1d.0/watchdog/watchdog2\n";
	struct folder root = tree(dogs, "");
	struct kx_devices d = { .able = 0 };
	struct kx_err err = { "" };

	assert_int_equal(kx_devices_add_watchdogs(&d, root.path, &err), 0);
	assert_found(&d, "lpc_ich(lpc_ich) iTCO_wdt(iTCO_wdt) ");
	assert_int_equal(d.watchdogs, 1);
	assert_string_equal(d.watchdog[0], "iTCO_wdt");
	kx_devices_done(&d);
	folder_remove(&root);
	root = tree("== etc/x = 1\n", "");
	assert_int_equal(kx_devices_add_watchdogs(&d, root.path, &err), 0);
	assert_int_equal(d.watchdogs, 0);
	folder_remove(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_stands_on_all_that_is_above_its_disk),
		cmocka_unit_test(what_has_to_be_made_again_is_refused_unless_init_can),
		cmocka_unit_test(what_lvm_keeps_for_itself_is_refused_with_advice),
		cmocka_unit_test(arrays_of_levels_that_the_kernel_knows_by_superblocks_are_taken),
		cmocka_unit_test(what_nobody_can_make_again_is_refused_by_name),
		cmocka_unit_test(devices_that_stand_on_each_other_end),
		cmocka_unit_test(nvme_with_several_paths_leads_to_its_controllers),
		cmocka_unit_test(what_a_device_says_that_it_needs_is_there_too),
		cmocka_unit_test(a_pool_of_btrfs_is_all_of_its_disks),
		cmocka_unit_test(interfaces_stand_on_hardware),
		cmocka_unit_test(file_systems_need_more_than_their_driver),
		cmocka_unit_test(what_the_host_shares_is_on_a_bus),
		cmocka_unit_test(watchdogs_of_hardware_that_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
