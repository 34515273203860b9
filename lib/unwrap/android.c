/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Android's boot and vendor boot images (AOSP, system/tools/mkbootimg, include/bootimg/bootimg.h):
 * a header, and parts behind it that start on pages of the header's or a fixed size. All numbers
 * are little-endian.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/bytes.h"
#include "lib/unwrap/internal.h"

enum {
	BOOT_VERSION = 40,	/* of the header, in every version */

	/* Versions 0 to 2. */
	BOOT_KERNEL_SIZE = 8,
	BOOT_RAMDISK_SIZE = 16,
	BOOT_SECOND_SIZE = 24,
	BOOT_PAGE_SIZE = 36,
	BOOT_CMDLINE = 64,
	BOOT_EXTRA_CMDLINE = 608,
	BOOT_RECOVERY_DTBO_SIZE = 1632,
	BOOT_DTB_SIZE = 1648,
	CMDLINE_LEN = 512,
	EXTRA_CMDLINE_LEN = 1024,

	/* Versions 3 and 4. */
	BOOT3_RAMDISK_SIZE = 12,
	BOOT3_CMDLINE = 44,
	CMDLINE3_LEN = 1536,
	BOOT3_PAGE = 4096,

	VENDOR_VERSION = 8,
	VENDOR_PAGE_SIZE = 12,
	VENDOR_RAMDISK_SIZE = 24,
	VENDOR_CMDLINE = 28,
	VENDOR_CMDLINE_LEN = 2048,
	VENDOR_DTB_SIZE = 2100,
	VENDOR_HEADER = 2112,
	VENDOR_TABLE_SIZE = 2112,
	VENDOR_TABLE_COUNT = 2116,
	VENDOR_TABLE_ENTRY_SIZE = 2120,
	VENDOR_BOOTCONFIG_SIZE = 2124,
	VENDOR_HEADER4 = 2128,

	/* An entry of the table of ramdisks. */
	ENTRY_SIZE = 0,
	ENTRY_OFFSET = 4,
	ENTRY_TYPE = 8,
	ENTRY_NAME = 12,
	ENTRY_NAME_LEN = 32,
	ENTRY_BOARD = 44,
	ENTRY_BOARD_LEN = 64,
	ENTRY_LEN = 108,
	TYPE_RECOVERY = 2,
};

/* struct cursor - where the next part begins */
struct cursor {
	struct kx_span file;
	uint64_t at, page;
	struct kx_err *err;
};

bool kx_android_is(struct kx_span file)
{
	return kx_span_starts(file, "ANDROID!");
}

/* Header and parts fill whole pages; the last one need not. */
static bool skip(struct cursor *c, uint64_t len)
{
	return !__builtin_add_overflow(c->at, (len + c->page - 1) / c->page * c->page, &c->at);
}

/* The part whose size is the number at @field of the header. */
static int part(struct cursor *c, const char *what, uint64_t field, struct kx_span *ret)
{
	uint64_t size = 0;

	if (!kx_span_le(c->file, field, 4, &size) || !kx_span_slice(c->file, c->at, size, ret) ||
	    !skip(c, size))
		return kx_fail(c->err, -EBADMSG,
			       "the %s has %" PRIu64 " bytes at %" PRIu64 ", the file has %zu: it is cut",
			       what, size, c->at, c->file.len);
	return 0;
}

static int text_at(struct cursor *c, uint64_t field, size_t room, struct kx_span *ret)
{
	if (!kx_span_slice(c->file, field, room, ret))
		return kx_fail(c->err, -EBADMSG, "its header is cut");
	ret->len = strnlen((const char *)ret->base, ret->len);
	return 0;
}

static int page_of(struct cursor *c, uint64_t field)
{
	enum { PAGE_MAX = 1 << 20 };

	if (!kx_span_le(c->file, field, 4, &c->page))
		return kx_fail(c->err, -EBADMSG, "its header is cut");
	if (c->page < 512 || c->page > PAGE_MAX || (c->page & (c->page - 1)))
		return kx_fail(c->err, -ENOEXEC, "its pages have %" PRIu64
			       " bytes, which no such image has", c->page);
	return 0;
}

static void unused(struct kx_unwrapped *u, const char *what)
{
	size_t len = strlen(u->unused), room = sizeof(u->unused);

	snprintf(u->unused + len, room - len, "%s%s", len ? ", " : "", what);
}

/* What goes on in the second field goes on in the same word. */
static int join(struct kx_unwrapped *u, struct kx_span cmdline, struct kx_span extra,
		struct kx_err *err)
{
	char *joined = malloc(cmdline.len + extra.len + 1);

	if (!joined)
		return kx_fail(err, -ENOMEM, "no memory for the command line");
	memcpy(joined, cmdline.base, cmdline.len);
	memcpy(joined + cmdline.len, extra.base, extra.len);
	u->made_cmdline = joined;
	u->cmdline = kx_span_trim((struct kx_span){ (uint8_t *)joined, cmdline.len + extra.len });
	return 0;
}

/* Versions 0 to 2: all is in one file. */
static int open_old(struct cursor *c, uint64_t version, struct kx_unwrapped *u,
		    struct kx_span *ret_kernel)
{
	struct kx_span cmdline = { NULL, 0 }, extra = { NULL, 0 }, second = { NULL, 0 };
	struct kx_span recovery = { NULL, 0 }, trees = { NULL, 0 };
	int rc = page_of(c, BOOT_PAGE_SIZE);

	if (rc == 0)
		rc = text_at(c, BOOT_CMDLINE, CMDLINE_LEN, &cmdline);
	if (rc == 0)
		rc = text_at(c, BOOT_EXTRA_CMDLINE, EXTRA_CMDLINE_LEN, &extra);
	if (rc < 0)
		return rc;
	skip(c, BOOT_EXTRA_CMDLINE + EXTRA_CMDLINE_LEN);
	rc = part(c, "kernel", BOOT_KERNEL_SIZE, ret_kernel);
	if (rc == 0)
		rc = part(c, "ramdisk", BOOT_RAMDISK_SIZE, &u->initrd);
	if (rc == 0)
		rc = part(c, "second stage", BOOT_SECOND_SIZE, &second);
	if (rc == 0 && version >= 1)
		rc = part(c, "recovery overlay", BOOT_RECOVERY_DTBO_SIZE, &recovery);
	if (rc == 0 && version >= 2)
		rc = part(c, "device tree", BOOT_DTB_SIZE, &trees);
	if (rc < 0)
		return rc;
	u->n_dtbauto = kx_devtrees_split(trees, u->dtbauto, KX_UNWRAP_DTBAUTO);
	if (u->n_dtbauto == 1) {
		u->dtb = u->dtbauto[0];
		u->n_dtbauto = 0;
	}
	if (second.len)
		unused(u, "a second stage loader");
	if (recovery.len)
		unused(u, "a device tree overlay for recovery");
	return join(u, cmdline, extra, c->err);
}

/* Versions 3 and 4: what is for one device is in its vendor boot image. */
static int open_new(struct cursor *c, struct kx_unwrapped *u, struct kx_span *ret_kernel)
{
	int rc = text_at(c, BOOT3_CMDLINE, CMDLINE3_LEN, &u->cmdline);

	if (rc < 0)
		return rc;
	u->cmdline = kx_span_trim(u->cmdline);
	u->wants_vendor = true;
	c->page = c->at = BOOT3_PAGE;
	rc = part(c, "kernel", BOOT_KERNEL_SIZE, ret_kernel);
	return rc < 0 ? rc : part(c, "ramdisk", BOOT3_RAMDISK_SIZE, &u->initrd);
}

int kx_android_open(struct kx_span file, struct kx_unwrapped *u, struct kx_span *ret_kernel,
		    struct kx_err *err)
{
	struct cursor c = { .file = file, .err = err };
	uint64_t version = 0;
	int rc;

	if (!kx_span_le(file, BOOT_VERSION, 4, &version))
		return kx_fail(err, -EBADMSG, "its header is cut");
	if (version > 4)
		return kx_fail(err, -ENOTSUP,
			       "header version %" PRIu64 ", known are 0 to 4%s: unpack it and give "
			       "kernel, --initrd and --dtb",
			       version, version >= 512 ? "; older Qualcomm images have the size of "
							 "their device trees there" : "");
	rc = version >= 3 ? open_new(&c, u, ret_kernel) : open_old(&c, version, u, ret_kernel);
	if (rc == 0 && ret_kernel->len == 0)
		rc = kx_fail(err, -ENODATA, "it has no kernel: an init_boot or recovery image; give "
			     "boot.img");
	return rc;
}

/*
 * struct entry - of the table of ramdisks
 * @bytes: the ramdisk
 */
struct entry {
	struct kx_span name, bytes;
	uint64_t type;
	bool for_a_board;
};

static bool read_entry(struct kx_span table, uint64_t at, struct kx_span ramdisks,
		       struct entry *ret)
{
	uint64_t size = 0, offset = 0;
	struct kx_span board;

	if (!kx_span_le(table, at + ENTRY_SIZE, 4, &size) ||
	    !kx_span_le(table, at + ENTRY_OFFSET, 4, &offset) ||
	    !kx_span_le(table, at + ENTRY_TYPE, 4, &ret->type) ||
	    !kx_span_slice(table, at + ENTRY_NAME, ENTRY_NAME_LEN, &ret->name) ||
	    !kx_span_slice(table, at + ENTRY_BOARD, ENTRY_BOARD_LEN, &board) ||
	    !kx_span_slice(ramdisks, offset, size, &ret->bytes))
		return false;
	ret->name.len = strnlen((const char *)ret->name.base, ENTRY_NAME_LEN);
	ret->for_a_board = false;
	for (size_t i = 0; i < board.len; i++)
		ret->for_a_board |= board.base[i] != 0;
	return true;
}

/* All that are not for recovery go one behind the other; which board this is nobody says. */
static int take_ramdisks(struct kx_span file, struct kx_span table, struct kx_span ramdisks,
			 struct kx_android_vendor *v, struct kx_err *err)
{
	uint64_t count = 0, entry_size = 0;

	if (!kx_span_le(file, VENDOR_TABLE_COUNT, 4, &count) ||
	    !kx_span_le(file, VENDOR_TABLE_ENTRY_SIZE, 4, &entry_size) || entry_size < ENTRY_LEN ||
	    count > table.len / entry_size)
		return kx_fail(err, -EBADMSG, "its table of ramdisks makes no sense");
	for (uint64_t i = 0; i < count; i++) {
		struct entry e;

		if (!read_entry(table, i * entry_size, ramdisks, &e))
			return kx_fail(err, -EBADMSG, "ramdisk %" PRIu64 " does not lie in it", i);
		if (e.type == TYPE_RECOVERY)
			continue;
		if (e.for_a_board)
			return kx_fail(err, -ENOTSUP,
				       "ramdisk \"%.*s\" is for one of several boards, and which "
				       "this is cannot be told: unpack_bootimg, and give it with "
				       "--initrd",
				       (int)e.name.len, (const char *)e.name.base);
		if (v->n_ramdisks == KX_VENDOR_RAMDISKS)
			return kx_fail(err, -EFBIG, "more than %d ramdisks", KX_VENDOR_RAMDISKS);
		if (e.bytes.len)
			v->ramdisk[v->n_ramdisks++] = e.bytes;
	}
	return 0;
}

int kx_android_vendor(struct kx_span file, struct kx_android_vendor *ret, struct kx_err *err)
{
	struct cursor c = { .file = file, .err = err };
	struct kx_span ramdisks = { NULL, 0 }, trees = { NULL, 0 }, table = { NULL, 0 };
	struct kx_android_vendor v = { .n_ramdisks = 0 };
	uint64_t version = 0;
	int rc;

	if (!kx_span_starts(file, "VNDRBOOT"))
		return kx_fail(err, -ENOEXEC, "is no Android vendor boot image");
	kx_span_le(file, VENDOR_VERSION, 4, &version);
	if (version != 3 && version != 4)
		return kx_fail(err, -ENOTSUP, "header version %" PRIu64 ", known are 3 and 4", version);
	rc = page_of(&c, VENDOR_PAGE_SIZE);
	if (rc == 0)
		rc = text_at(&c, VENDOR_CMDLINE, VENDOR_CMDLINE_LEN, &v.cmdline);
	if (rc < 0)
		return rc;
	v.cmdline = kx_span_trim(v.cmdline);
	skip(&c, version == 3 ? VENDOR_HEADER : VENDOR_HEADER4);
	rc = part(&c, "ramdisk", VENDOR_RAMDISK_SIZE, &ramdisks);
	if (rc == 0)
		rc = part(&c, "device tree", VENDOR_DTB_SIZE, &trees);
	if (rc == 0 && version >= 4)
		rc = part(&c, "table of ramdisks", VENDOR_TABLE_SIZE, &table);
	if (rc == 0 && version >= 4)
		rc = part(&c, "bootconfig", VENDOR_BOOTCONFIG_SIZE, &v.bootconfig);
	if (rc < 0)
		return rc;
	if (table.len)
		rc = take_ramdisks(file, table, ramdisks, &v, err);
	else if (ramdisks.len)
		v.ramdisk[v.n_ramdisks++] = ramdisks;
	if (rc < 0)
		return rc;
	v.n_dtbs = kx_devtrees_split(trees, v.dtb, KX_UNWRAP_DTBAUTO);
	*ret = v;
	return 0;
}

int kx_bootconfig_make(struct kx_span text, uint8_t **ret, size_t *ret_len)
{
	static const char magic[] = "#BOOTCONFIG\n";
	size_t padded = (text.len + 3) & ~(size_t)3, len = padded + 8 + sizeof(magic) - 1;
	uint8_t *made = calloc(1, len);
	uint32_t sum = 0;

	if (!made)
		return -ENOMEM;
	memcpy(made, text.base, text.len);
	for (size_t i = 0; i < padded; i++)
		sum += made[i];
	kx_put_le(made + padded, 4, padded);
	kx_put_le(made + padded + 4, 4, sum);
	memcpy(made + padded + 8, magic, sizeof(magic) - 1);
	*ret = made;
	*ret_len = len;
	return 0;
}
