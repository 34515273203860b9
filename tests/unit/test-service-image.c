/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The crash kernel's initramfs: what is in it for a machine, and for which it is refused. */
#include <stdio.h>
#include <sys/stat.h>

#include "kdump/service/image/image.h"
#include "kdump/service/image/pack.h"
#include "kx/codec.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/made.h"

static const char machine[] =
	"== lib/modules/6.1/modules.dep\n"
	"k/virtio.ko:\nk/virtio_blk.ko: k/virtio.ko\nk/ext4.ko: k/crc16.ko\nk/crc16.ko:\n"
	"k/crc32c-intel.ko:\nk/nic.ko:\n"
	"== lib/modules/6.1/modules.alias\n"
	"alias fs-ext4 ext4\nalias crypto-crc32c crc32c_intel\nalias virtio:d00000002v* virtio_blk\n"
	"== lib/modules/6.1/modules.softdep = softdep ext4 pre: crypto-crc32c\n"
	"== lib/modules/6.1/modules.builtin\nk/virtio_pci.ko\nk/xfs.ko\n"
	"== lib/firmware/nic/a.bin = firmware\n"
	"== etc/modprobe.d/x.conf = options virtio_blk queues=1\n"
	"== boot/config-6.1\nCONFIG_RD_GZIP=y\nCONFIG_RD_ZSTD=y\n"
	"== proc/modules = x\n"
	"== proc/filesystems\nnodev\tproc\n\tvfat\n";

static struct folder root;
static const char no_firmware[] = "license=GPL";
static const char two_firmwares[] = "firmware=nic/a.bin\0firmware=nic/b.bin\0firmware=nic/a.bin\0"
				    "firmware=../../etc/x";

static void put(const char *name, const void *bytes, size_t len)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", root.path, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static int make(void **state)
{
	static const char *const name[] = { "virtio", "virtio_blk", "ext4", "crc16", "crc32c-intel" };
	char path[256];
	uint8_t file[1024];
	size_t len;

	(void)state;
	root = folder_of(machine);
	snprintf(path, sizeof(path), "%s/lib/modules/6.1/k", root.path);
	assert_int_equal(mkdir(path, 0755), 0);
	put("init", file, made_program(file, 100));
	len = made_module(file, true, false, no_firmware, sizeof(no_firmware));
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		snprintf(path, sizeof(path), "lib/modules/6.1/k/%s.ko", name[i]);
		put(path, file, len);
	}
	len = made_module(file, true, false, two_firmwares, sizeof(two_firmwares));
	put("lib/modules/6.1/k/nic.ko", file, len);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	folder_remove(&root);
	return 0;
}

/* ---- one image ------------------------------------------------------------------------------ */

static char bus[] = "sys/devices/pci", disk[] = "sys/devices/pci/virtio1";
static char pci[] = "virtio-pci", blk[] = "virtio_blk", blk_alias[] = "virtio:d00000002v1";
static char pci_module[] = "virtio_pci";

/** struct making - a request with its plan and devices */
struct making {
	struct kx_capture_plan plan;
	struct kx_devices devices;
	struct kx_devices_node node[2];
	struct image_request request;
	struct image_report report;
	struct kx_memfile file;
	struct kx_err err;
};

static void begin(struct making *m, const char *fs)
{
	struct kx_capture_target *t;

	*m = (struct making){ .err = { "" } };
	kx_capture_init(&m->plan);
	t = kx_capture_add_target(&m->plan, "disk");
	assert_non_null(t);
	assert_int_equal(kx_capture_set(&t->fs, fs), 0);
	m->node[0] = (struct kx_devices_node){ bus, pci, pci_module, NULL };
	m->node[1] = (struct kx_devices_node){ disk, blk, blk, blk_alias };
	m->devices = (struct kx_devices){ .node = m->node, .nodes = 2 };
	m->request = (struct image_request){ .root = root.path, .release = "6.1", .running = "6.1",
					     .init = "/init", .plan = &m->plan,
					     .devices = &m->devices };
}

static void end(struct making *m)
{
	image_report_done(&m->report);
	kx_capture_done(&m->plan);
	kx_memfile_done(&m->file);
}

static int build(struct making *m)
{
	return image_build(&m->request, &m->file, &m->report, &m->err);
}

static void assert_builds(struct making *m)
{
	if (build(m) < 0)
		fail_msg("%s", m->err.text);
}

static void assert_refused(struct making *m, int code, const char *says)
{
	assert_int_equal(build(m), code);
	assert_says(&m->err, says);
	end(m);
}

static bool modules_are_packed(void)
{
#ifdef KX_INIT_ZSTD
	return kx_pack_usable(KX_PACK_ZSTD);
#else
	return false;
#endif
}

/* "PATH MODE INODE BYTES;", unpacked. */
static void unpack(const struct making *m, char *to, size_t size)
{
	struct kx_span in = { m->file.base, m->file.len }, behind;
	const struct kx_codec *codec = kx_codec_of(in);
	struct kx_memfile plain;
	struct kx_err err = { "" };

	assert_non_null(codec);
	assert_int_equal(kx_memfile_init(&plain, "plain", MIB, MIB, &err), 0);
	assert_int_equal(kx_decompress(codec, in, &plain, &behind, &err), 0);
	assert_int_equal(plain.len, m->report.plain);
	made_list(&plain, to, size);
	kx_memfile_done(&plain);
}

static void assert_modules(const struct making *m, const char *expected)
{
	char said[512] = "";

	for (size_t i = 0; i < m->report.module.count; i++)
		sprintf(said + strlen(said), "%s;", m->report.module.item[i].name);
	assert_string_equal(said, expected);
	said[0] = '\0';
	for (size_t i = 0; i < m->plan.module.count; i++)
		sprintf(said + strlen(said), "%s;", m->plan.module.item[i]);
	assert_string_equal(said, expected);
}

static void assert_names(const struct image_parts *parts, const char *expected)
{
	char said[512] = "";

	for (size_t i = 0; i < parts->count; i++)
		sprintf(said + strlen(said), "%s;", parts->item[i].name);
	assert_string_equal(said, expected);
}

TEST(what_a_target_stands_on_is_in_it)
{
	const struct image_secret secret = { "key", kx_span_of("secret") };
	struct making m;
	char said[65536] = "";

	begin(&m, "ext4");
	m.request.secret = &secret;
	m.request.secrets = 1;
	m.request.cmdline = "ext4.a=1 quiet";
	assert_builds(&m);
	assert_modules(&m, "virtio.ko;virtio_blk.ko queues=1;crc16.ko;crc32c_intel.ko;ext4.ko a=1;");
	assert_names(&m.report.builtin, "virtio_pci;");
	assert_int_equal(m.report.packed, m.file.len);
	/* Without what no segment has. */
	assert_int_equal(m.report.init, MADE_PROGRAM);
	unpack(&m, said, sizeof(said));
	assert_non_null(strstr(said, "init 100755"));
	assert_non_null(strstr(said, "dev 40755"));
	assert_non_null(strstr(said, "kdump/secrets 40700"));
	assert_non_null(strstr(said, "kdump/secrets/key 100600"));
	assert_non_null(strstr(said, "kdump/plan 100600"));
	assert_non_null(strstr(said, "\nmodule ext4.ko a=1\n"));
	assert_non_null(strstr(said, "release 6.1\n"));
	assert_non_null(strstr(said, modules_are_packed() ? "lib/modules/virtio_blk.ko.zst 100644" :
							    "lib/modules/virtio_blk.ko 100644"));
	assert_non_null(strstr(said, "\nfs-ext4 crc16.ko ext4.ko\n"));
	assert_non_null(strstr(said, "\ncrypto-crc32c crc32c_intel.ko\n"));
	assert_null(strstr(said, "virtio:d"));
	end(&m);
}

TEST(the_same_request_makes_the_same_bytes)
{
	struct making m, again;

	begin(&m, "ext4");
	assert_builds(&m);
	begin(&again, "ext4");
	assert_builds(&again);
	assert_int_equal(m.file.len, again.file.len);
	assert_memory_equal(m.file.base, again.file.base, m.file.len);
	/* And so does the same plan once more. */
	kx_memfile_done(&again.file);
	image_report_done(&again.report);
	assert_builds(&again);
	assert_int_equal(m.file.len, again.file.len);
	assert_memory_equal(m.file.base, again.file.base, m.file.len);
	end(&again);
	end(&m);
}

TEST(what_has_no_driver_is_refused_by_name)
{
	struct making m;
	char gone[] = "gone", other[] = "other";
	uint8_t file[128];

	begin(&m, "btrfs");
	assert_refused(&m, -ENODEV, "file system btrfs: kernel 6.1 has no fs-btrfs");
	begin(&m, "zfs");
	assert_refused(&m, -ENOTSUP, "target disk: a crash kernel cannot mount zfs");
	begin(&m, "ext4");
	m.node[1] = (struct kx_devices_node){ disk, other, gone, NULL };
	assert_refused(&m, -ENODEV, "/sys/devices/pci/virtio1: kernel 6.1 has no driver for it: gone");
	begin(&m, "ext4");
	m.request.modules = "nic, nobody";
	assert_refused(&m, -ENOENT, "kernel 6.1 has no module nobody");
	begin(&m, "ext4");
	m.request.release = "6.2";
	assert_refused(&m, -ENOENT, "/lib/modules/6.2/modules.dep");
	begin(&m, "ext4");
	m.request.init = "/none";
	assert_refused(&m, -ENOENT, "/init of the crash kernel");
	begin(&m, "ext4");
	m.request.init = "/proc/modules";
	assert_refused(&m, -ENOEXEC, "/proc/modules: not an ELF file");
	/* As an installation that ended early left it. */
	put("cut", file, made_program(file, 0) - 1);
	begin(&m, "ext4");
	m.request.init = "/cut";
	assert_refused(&m, -ENOEXEC, "/init of the crash kernel: /cut: 1 program headers");
}

TEST(what_is_built_in_is_no_module)
{
	struct making m;

	begin(&m, "xfs");
	assert_builds(&m);
	assert_modules(&m, "virtio.ko;virtio_blk.ko queues=1;");
	assert_names(&m.report.builtin, "virtio_pci;xfs;");
	end(&m);
	/* No file of modules names it, but the kernel that runs has it. */
	begin(&m, "vfat");
	assert_builds(&m);
	assert_names(&m.report.builtin, "virtio_pci;fs-vfat;");
	assert_names(&m.report.absent, "nls_cp437;nls_ascii;nls_iso8859_1;nls_utf8;");
	end(&m);
	begin(&m, "vfat");
	m.request.running = "6.2";
	assert_refused(&m, -ENODEV, "fs-vfat");
}

TEST(another_kernels_driver_is_found_by_the_device)
{
	struct making m;
	char built_in[] = "virtio_blk_of_6.2";

	begin(&m, "ext4");
	m.request.running = "6.2";
	m.node[1] = (struct kx_devices_node){ disk, built_in, NULL, blk_alias };
	assert_builds(&m);
	assert_modules(&m, "virtio.ko;virtio_blk.ko queues=1;crc16.ko;crc32c_intel.ko;ext4.ko;");
	end(&m);
}

TEST(firmware_comes_with_its_module)
{
	struct making m;
	char said[65536] = "";

	begin(&m, "ext4");
	m.request.modules = "nic";
	assert_builds(&m);
	assert_names(&m.report.firmware, "nic/a.bin;");
	assert_names(&m.report.missing, "nic/b.bin;../../etc/x;");
	unpack(&m, said, sizeof(said));
	assert_non_null(strstr(said, "lib/firmware/nic/a.bin 100644"));
	end(&m);
}

TEST(names_of_secrets_stay_in_their_folder)
{
	const struct image_secret secret = { "a/b", kx_span_of("x") };
	struct making m;

	begin(&m, "ext4");
	m.request.secret = &secret;
	m.request.secrets = 1;
	assert_refused(&m, -EINVAL, "\"a/b\" is no name");
}

static void assert_pack(const char *config, enum kx_pack expected)
{
	char text[256];
	struct folder other;

	snprintf(text, sizeof(text), "== lib/modules/6/config\n%s", config);
	other = folder_of(text);
	assert_int_equal(image_pack(other.path, "6"), expected);
	folder_remove(&other);
}

TEST(it_is_packed_as_the_kernel_can_unpack_it)
{
	assert_pack("CONFIG_RD_ZSTD=y\nCONFIG_RD_GZIP=y\n", KX_PACK_ZSTD);
	assert_pack("# CONFIG_RD_ZSTD is not set\nCONFIG_RD_GZIP=y\n", KX_PACK_GZIP);
	assert_pack("CONFIG_RD_ZSTD=yes\n", KX_PACK_NONE);
	assert_int_equal(image_pack(root.path, "unknown"), KX_PACK_GZIP);
}

static void assert_lacks(const char *config, const char *expected)
{
	char text[256];
	struct folder other;
	const char *found;

	snprintf(text, sizeof(text), "== boot/config-6\n%s", config);
	other = folder_of(text);
	found = image_lacks(other.path, "6");
	assert_string_equal(found ? found : "nothing", expected);
	folder_remove(&other);
}

TEST(a_kernel_that_can_save_no_dump_is_known)
{
	static const char all[] = "CONFIG_PROC_FS=y\nCONFIG_PROC_VMCORE=y\nCONFIG_BLK_DEV_INITRD=y\n"
				  "CONFIG_DEVTMPFS=y\n";

	assert_lacks(all, "nothing");
	assert_lacks("CONFIG_RD_ZSTD=y\n", "nothing");
	assert_lacks("CONFIG_PROC_FS=y\n# CONFIG_CRASH_DUMP is not set\nCONFIG_BLK_DEV_INITRD=y\n",
		     "CONFIG_PROC_VMCORE");
	assert_lacks("CONFIG_PROC_FS=y\nCONFIG_PROC_VMCORE=y\n# CONFIG_BLK_DEV_INITRD is not set\n",
		     "CONFIG_BLK_DEV_INITRD");
	assert_null(image_lacks(root.path, "unknown"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_target_stands_on_is_in_it),
		cmocka_unit_test(the_same_request_makes_the_same_bytes),
		cmocka_unit_test(what_has_no_driver_is_refused_by_name),
		cmocka_unit_test(what_is_built_in_is_no_module),
		cmocka_unit_test(another_kernels_driver_is_found_by_the_device),
		cmocka_unit_test(firmware_comes_with_its_module),
		cmocka_unit_test(names_of_secrets_stay_in_their_folder),
		cmocka_unit_test(it_is_packed_as_the_kernel_can_unpack_it),
		cmocka_unit_test(a_kernel_that_can_save_no_dump_is_known),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
