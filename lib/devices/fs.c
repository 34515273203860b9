/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What file systems take besides their disks, much of which the kernel asks for by name only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/span.h"
#include "lib/devices/internal.h"

static int need(struct walk *w, bool optional, const char *fs, const char *word)
{
	char why[96];

	snprintf(why, sizeof(why), "file system %.60s", fs);
	return kx_devices_need(w->to, optional, word, why, w->err);
}

static bool is_one_of(const char *word, const char *const *list)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list;
}

static int refuse(struct walk *w, const char *fs)
{
	static const char *const memory[] = { "tmpfs", "ramfs", "rootfs", "devtmpfs", "hugetlbfs",
					      NULL };
	static const char *const readonly[] = { "squashfs", "erofs", "iso9660", "udf", "cramfs",
						"romfs", NULL };
	static const char *const others[] = { "zfs", "bcachefs", "overlay", "aufs", "ecryptfs",
					      "ceph", "afs", "gfs2", "ocfs2", "lustre", NULL };

	if (is_one_of(fs, memory))
		return kx_fail(w->err, -ENOTSUP, "%s is in memory, which is gone with a crash; dump "
			       "to a file system on a disk", fs);
	if (is_one_of(fs, readonly))
		return kx_fail(w->err, -ENOTSUP, "%s is read-only; dump to another file system", fs);
	if (is_one_of(fs, others) || strncmp(fs, "fuse", 4) == 0)
		return kx_fail(w->err, -ENOTSUP, "a crash kernel cannot mount %s by itself; dump to "
			       "ext4, xfs, btrfs or vfat, to a raw partition or over the network", fs);
	return 0;
}

/* ---- vfat: tables of characters ------------------------------------------------------------- */

/* The value of "NAME=VALUE" among options; empty: none. */
static struct kx_span option(const char *options, const char *name)
{
	struct kx_span found = { NULL, 0 };

	while (options && *options) {
		size_t len = strcspn(options, ","), n = strlen(name);

		if (len > n + 1 && strncmp(options, name, n) == 0 && options[n] == '=')
			found = (struct kx_span){ (const uint8_t *)options + n + 1, len - n - 1 };
		options += len + (options[len] == ',');
	}
	return found;
}

static int need_nls(struct walk *w, const char *fs, const char *prefix, struct kx_span name)
{
	char word[96];

	if (name.len > 60)
		return 0;
	snprintf(word, sizeof(word), "nls_%s%.*s", prefix, (int)name.len, (const char *)name.base);
	return need(w, false, fs, word);
}

static int add_vfat(struct walk *w, const char *fs, const char *options)
{
	/* What Debian's, Fedora's and SUSE's kernels take when nothing is said. */
	static const char *const usual[] = { "nls_cp437", "nls_ascii", "nls_iso8859_1", "nls_utf8" };
	struct kx_span page = option(options, "codepage"), set = option(options, "iocharset");
	int rc = 0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]) && rc == 0; i++) {
		if (i == 0 ? page.len == 0 : set.len == 0)
			rc = need(w, true, fs, usual[i]);
	}
	if (rc == 0 && page.len > 0)
		rc = need_nls(w, fs, "cp", page);
	return rc == 0 && set.len > 0 ? need_nls(w, fs, "", set) : rc;
}

/* ---- SMB: ciphers --------------------------------------------------------------------------- */

/* /proc/crypto: modules of what is in use, more than what registering it takes. */
static int add_ciphers_in_use(struct walk *w, const char *fs)
{
	enum { LIMIT = 1 << 20 };
	_cleanup_free_ char *text = NULL;
	struct kx_span rest, line, value, module = { NULL, 0 };
	struct kx_err ignored = { "" };
	char word[64];
	size_t len;
	uint64_t count;
	int rc = 0;

	if (kx_file_head(w->root, "proc/crypto", LIMIT, &text, &len, &ignored) < 0)
		return 0;
	rest = (struct kx_span){ (const uint8_t *)text, len };
	while (rc == 0 && kx_span_line(&rest, &line)) {
		const uint8_t *colon = line.len ? memchr(line.base, ':', line.len) : NULL;

		if (!colon)
			continue;
		kx_span_slice(line, (size_t)(colon + 1 - line.base),
			      line.len - (size_t)(colon + 1 - line.base), &value);
		value = kx_span_trim(value);
		if (kx_span_starts(line, "module"))
			module = value;
		if (!kx_span_starts(line, "refcnt") || !kx_span_number(value, 10, &count) ||
		    count < 2 || module.len == 0 || module.len > 60 ||
		    kx_span_equal(module, "kernel"))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)module.len, (const char *)module.base);
		rc = need(w, true, fs, word);
	}
	return rc;
}

static int add_smb(struct walk *w, const char *fs)
{
	/* SMB 2 and 3: signing (MS-SMB2 3.1.4.1), encryption (3.1.4.3); NTLMSSP's own. */
	static const char *const cipher[] = { "crypto-hmac", "crypto-sha256", "crypto-sha512",
					      "crypto-cmac", "crypto-aes", "crypto-ctr", "crypto-ccm",
					      "crypto-gcm", "crypto-ghash", "crypto-cbcmac",
					      "crypto-md5", "crypto-ecb", "nls_utf8" };
	int rc = 0;

	for (size_t i = 0; i < sizeof(cipher) / sizeof(cipher[0]) && rc == 0; i++)
		rc = need(w, true, fs, cipher[i]);
	return rc == 0 ? add_ciphers_in_use(w, fs) : rc;
}

/* ---- what the hypervisor shares ------------------------------------------------------------- */

static const char virtio_bus[] = "sys/bus/virtio/devices";

/** struct sharing - devices on virtio's bus of a type: VIRTIO, 5, "Device Types" */
struct sharing {
	struct walk *w;
	const char *modalias;
};

static int add_shared(const char *name, void *data, struct kx_err *err)
{
	struct sharing *s = data;
	_cleanup_free_ char *path = NULL, *alias = NULL;
	int rc = kx_devices_real(s->w->root, virtio_bus, name, &path);

	if (rc < 0)
		return kx_fail(err, rc, "%s: %s", name, strerror(-rc));
	alias = kx_devices_text(s->w->root, path, "modalias");
	if (!alias || strncmp(alias, s->modalias, strlen(s->modalias)) != 0)
		return 0;
	return kx_devices_up(s->w, path, NULL);
}

static int add_virtio(struct walk *w, const char *modalias)
{
	struct sharing sharing = { w, modalias };

	return kx_devices_each(w, virtio_bus, add_shared, &sharing);
}

/* ---- all of them ---------------------------------------------------------------------------- */

int kx_devices_add_fs(struct kx_devices *devices, const char *root, const char *fs,
		      const char *options, struct kx_err *err)
{
	struct walk w = { .to = devices, .root = root, .err = err };
	char alias[96];
	int rc = refuse(&w, fs);

	snprintf(alias, sizeof(alias), "fs-%.80s", fs);
	if (rc == 0)
		rc = need(&w, false, fs, alias);
	if (rc < 0)
		return rc;
	if (strcmp(fs, "vfat") == 0 || strcmp(fs, "exfat") == 0)
		return add_vfat(&w, fs, options);
	if (strcmp(fs, "cifs") == 0 || strcmp(fs, "smb3") == 0)
		return add_smb(&w, fs);
	/* The kernel asks for these by the version that is mounted. */
	if (strcmp(fs, "nfs4") == 0)
		return need(&w, false, fs, "nfsv4");
	if (strcmp(fs, "nfs") == 0) {
		rc = need(&w, true, fs, "nfsv3");
		return rc < 0 ? rc : need(&w, true, fs, "nfsv4");
	}
	if (strcmp(fs, "virtiofs") == 0)
		return add_virtio(&w, "virtio:d0000001A");
	return strcmp(fs, "9p") == 0 ? add_virtio(&w, "virtio:d00000009") : 0;
}
