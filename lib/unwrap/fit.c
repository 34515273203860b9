/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FIT images (Flattened Image Tree specification; U-Boot, doc/usage/fit): a device tree whose
 * /images are files and whose /configurations say which of them start together. Load addresses are
 * for the boot loader that unpacks them: an Image runs where it is placed.
 */
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "kx/devtree.h"
#include "kx/devtree_nodes.h"
#include "lib/unwrap/internal.h"

/* Boards have some 20 parts each: some thousands of them. */
enum { PARTS_MAX = 1 << 16, HASHES_MAX = 8, LIST_MAX = 256 };

bool kx_fit_is(struct kx_span file)
{
	return kx_span_starts(file, KX_FDT_MAGIC);
}

static int number_of(const struct kx_fit *fit, int node, const char *name, uint64_t *ret)
{
	int len;
	const void *p = fdt_getprop(fit->fdt, node, name, &len);

	return p && kx_devtree_number(p, (size_t)len, len == 8 ? 2 : 1, ret) ? 0 : -ENOENT;
}

/* The string number @index of a list; NULL: there are not so many. */
static const char *item(const struct kx_fit *fit, const char *list, int index)
{
	int len;
	const char *text = fdt_stringlist_get(fit->fdt, fit->config, list, index, &len);

	return text && len > 0 ? text : NULL;
}

/* Inside the tree, or behind it. */
static int data_of(const struct kx_fit *fit, int node, struct kx_span *ret, struct kx_err *err)
{
	uint64_t size = 0, at = 0, tree = (fdt_totalsize(fit->fdt) + UINT64_C(3)) & ~UINT64_C(3);
	int len;
	const void *inside = fdt_getprop(fit->fdt, node, "data", &len);
	bool placed = number_of(fit, node, "data-position", &at) == 0;

	if (inside) {
		*ret = (struct kx_span){ inside, (size_t)len };
		return 0;
	}
	if ((!placed && number_of(fit, node, "data-offset", &at) < 0) ||
	    number_of(fit, node, "data-size", &size) < 0)
		return kx_fail(err, -ENOEXEC, "it has no data");
	if ((!placed && __builtin_add_overflow(at, tree, &at)) ||
	    !kx_span_slice(fit->file, at, size, ret))
		return kx_fail(err, -EBADMSG,
			       "its %" PRIu64 " bytes at %" PRIu64 " do not lie in the %zu of the "
			       "file: it is cut",
			       size, at, fit->file.len);
	return 0;
}

static int check_hash(const struct kx_fit *fit, int node, struct kx_span data, struct kx_err *err)
{
	const char *name = fdt_get_name(fit->fdt, node, NULL);
	const char *algorithm = kx_devtree_text(fit->fdt, node, "algo");
	uint8_t digest[KX_FIT_DIGEST_MAX];
	size_t size = 0;
	int len, rc;
	const void *value = fdt_getprop(fit->fdt, node, "value", &len);

	if (!algorithm || !value)
		return kx_fail(err, -ENOEXEC, "%.40s has no algo or no value", name);
	rc = kx_fit_digest(algorithm, data, digest, &size, err);
	if (rc < 0)
		return kx_context(err, rc, "%.40s (%.20s)", name, algorithm);
	if ((size_t)len != size || memcmp(value, digest, size) != 0)
		return kx_fail(err, -EBADMSG,
			       "%.40s (%.20s) is not that of its data: the file is damaged", name,
			       algorithm);
	return 0;
}

/* A node "hash", "hash-1" or "hash@1" for each. */
static int check_hashes(struct kx_fit *fit, int image, struct kx_span data, struct kx_err *err)
{
	int node, count = 0, known = 0, rc = 0;
	struct kx_err unknown = { "" };

	fdt_for_each_subnode(node, fit->fdt, image) {
		const char *name = fdt_get_name(fit->fdt, node, NULL);

		if (strncmp(name, "cipher", 6) == 0)
			return kx_fail(err, -ENOTSUP, "it is encrypted: decrypt it first");
		if (strncmp(name, "hash", 4) != 0 || fdt_getprop(fit->fdt, node, "uboot-ignore", NULL))
			continue;
		if (++count > HASHES_MAX)
			return kx_fail(err, -EFBIG, "it has more than %d hashes", HASHES_MAX);
		rc = check_hash(fit, node, data, err);
		if (rc < 0 && rc != -ENOTSUP)
			return rc;
		known += rc == 0;
		if (rc < 0 && !unknown.text[0]) {
			unknown = *err;
			snprintf(fit->unknown, sizeof(fit->unknown),
				 "%.20s (%.20s) of \"%.30s\", which cannot be computed here", name,
				 kx_devtree_text(fit->fdt, node, "algo"),
				 fdt_get_name(fit->fdt, image, NULL));
		}
	}
	if (!unknown.text[0] || known)
		return 0;
	/* A hash that nobody looks at is none. */
	*err = unknown;
	return -ENOTSUP;
}

static int check_type(const struct kx_fit *fit, int node, const char *type, struct kx_err *err)
{
	const char *is = kx_devtree_text(fit->fdt, node, "type");

	if (!is || strcmp(is, type) == 0 ||
	    (strcmp(type, "kernel") == 0 && strcmp(is, "kernel_noload") == 0))
		return 0;
	return kx_fail(err, -ENOEXEC, "its type is \"%.40s\", must be \"%s\"", is, type);
}

/* U-Boot's names of machines are numbers in its older format; boot/image.c, uimage_arch[]. */
static int check_arch(const struct kx_fit *fit, int node, struct kx_err *err)
{
	static const struct {
		const char *name;
		uint8_t number;
	} known[] = {
		{ "arm", 2 },  { "x86", 3 },	 { "mips", 5 },	  { "mips64", 6 }, { "powerpc", 7 },
		{ "ppc", 7 },  { "s390", 10 }, { "arm64", 22 }, { "x86_64", 24 }, { "riscv", 26 },
	};
	const char *arch = kx_devtree_text(fit->fdt, node, "arch");

	if (!fit->isa || !arch)
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, arch) == 0 && known[i].number == fit->isa->uimage_arch)
			return 0;
	}
	return kx_fail(err, -ENOEXEC, "it is for \"%.40s\", not for %s", arch, fit->isa->name);
}

/* What it is said to be compressed with is what its bytes start like. */
static int codec_of(const struct kx_fit *fit, int node, struct kx_fit_image *image,
		    struct kx_err *err)
{
	const char *name = kx_devtree_text(fit->fdt, node, "compression");
	const struct kx_codec *codec = kx_codec_of(image->data);

	image->codec = NULL;
	if (!name || strcmp(name, "none") == 0)
		return 0;
	/* "lzo" is lzop; "lz4" both of its forms. */
	if (!codec || strncmp(codec->name, name, strlen(name)) != 0)
		return kx_fail(err, -ENOEXEC, "it is said to be compressed with %.20s, and is not", name);
	image->codec = codec;
	return 0;
}

/* @type: as the image has to be. */
static int open_image(struct kx_fit *fit, const char *name, const char *type,
		      struct kx_fit_image *ret, struct kx_err *err)
{
	int node = fdt_subnode_offset(fit->fdt, fit->images, name), rc;

	if (node < 0)
		return kx_fail(err, -ENOEXEC, "image \"%.60s\" is not in it", name);
	*ret = (struct kx_fit_image){ .name = name, .node = node };
	rc = check_type(fit, node, type, err);
	if (rc == 0)
		rc = check_arch(fit, node, err);
	if (rc == 0)
		rc = data_of(fit, node, &ret->data, err);
	if (rc == 0)
		rc = check_hashes(fit, node, ret->data, err);
	if (rc == 0)
		rc = codec_of(fit, node, ret, err);
	return rc < 0 ? kx_context(err, rc, "image \"%.60s\"", name) : 0;
}

/* An Image starts with its first byte. Of kernels that are not loaded this is a distance. */
static int check_entry(const struct kx_fit *fit, const struct kx_fit_image *image,
		       struct kx_err *err)
{
	const char *type = kx_devtree_text(fit->fdt, image->node, "type");
	uint64_t load = 0, entry = 0;

	if ((type && strcmp(type, "kernel_noload") == 0) ||
	    number_of(fit, image->node, "load", &load) < 0 ||
	    number_of(fit, image->node, "entry", &entry) < 0 || entry == load || entry == 0)
		return 0;
	return kx_fail(err, -ENOTSUP,
		       "image \"%.60s\" starts 0x%" PRIx64 " bytes behind its load address 0x%" PRIx64
		       ", which cannot be honoured: take the kernel out with dumpimage",
		       image->name, entry - load, load);
}

int kx_fit_kernel(struct kx_fit *fit, struct kx_fit_image *ret, struct kx_err *err)
{
	const char *name = item(fit, "kernel", 0), *os;
	int rc;

	if (!name)
		return kx_fail(err, -ENODATA, "it has no kernel");
	if (fdt_getprop(fit->fdt, fit->config, "setup", NULL))
		return kx_fail(err, -ENOTSUP, "its kernel is a bzImage in two parts: give the bzImage");
	rc = open_image(fit, name, "kernel", ret, err);
	if (rc < 0)
		return rc;
	os = kx_devtree_text(fit->fdt, ret->node, "os");
	if (os && strcmp(os, "linux") != 0)
		return kx_fail(err, -ENOTSUP, "image \"%.60s\" is for \"%.40s\", not for linux", name, os);
	return check_entry(fit, ret, err);
}

int kx_fit_ramdisk(struct kx_fit *fit, struct kx_fit_image *ret, struct kx_err *err)
{
	const char *name = item(fit, "ramdisk", 0);

	*ret = (struct kx_fit_image){ .name = NULL };
	if (!name)
		return 0;
	/* U-Boot would take the first and pass over the others. */
	if (item(fit, "ramdisk", 1))
		return kx_fail(err, -ENOTSUP,
			       "it has several ramdisks (%.40s, %.40s): take them out with dumpimage "
			       "and give those that belong together with --initrd",
			       name, item(fit, "ramdisk", 1));
	return open_image(fit, name, "ramdisk", ret, err);
}

int kx_fit_devtree(struct kx_fit *fit, size_t index, struct kx_fit_image *ret,
		   struct kx_err *err)
{
	const char *name = index < LIST_MAX ? item(fit, "fdt", (int)index) : NULL;

	*ret = (struct kx_fit_image){ .name = NULL };
	return name ? open_image(fit, name, "flat_dt", ret, err) : 0;
}

void kx_fit_unused(const struct kx_fit *fit, char *to, size_t size)
{
	static const char *const names[] = { "loadables", "fpga", "firmware", "script" };
	int node;

	snprintf(to, size, "%s", fit->unknown);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = item(fit, names[i], 0), *kernel = item(fit, "kernel", 0);
		size_t len = strlen(to);

		/* mkimage -f auto lists the kernel there as well. */
		if (name && !(kernel && strcmp(name, kernel) == 0))
			snprintf(to + len, size - len, "%s%s \"%.30s\"", len ? ", " : "", names[i],
				 name);
	}
	fdt_for_each_subnode(node, fit->fdt, fit->config) {
		size_t len = strlen(to);

		if (strncmp(fdt_get_name(fit->fdt, node, NULL), "signature", 9) != 0)
			continue;
		snprintf(to + len, size - len, "%sits signature, which nothing here checks",
			 len ? ", " : "");
		break;
	}
}

/* libfdt's fdt_stringlist_contains() compares a byte more than a list may have. */
static bool is_listed(const char *list, size_t list_len, const char *name)
{
	for (size_t at = 0; at < list_len; at += strlen(list + at) + 1) {
		if (strcmp(list + at, name) == 0)
			return true;
	}
	return false;
}

/* The place of the first of @board's names that is in @list; -1: none is. */
static int rank_in(const char *list, size_t list_len, const char *board, size_t board_len)
{
	int rank = 0;

	for (size_t at = 0; at < board_len; at += strlen(board + at) + 1, rank++) {
		if (is_listed(list, list_len, board + at))
			return rank;
	}
	return -1;
}

/* struct looks - how many device trees may still be looked at, and how many bytes of them */
struct looks {
	size_t trees, bytes;
};

/*
 * How well a configuration fits the board, 0 best; -1: not at all. One that does not say for which
 * boards it is, has a device tree that does.
 */
static int rank_of(struct kx_fit *fit, int config, const char *board, size_t board_len,
		   struct looks *left)
{
	int len, node, rank;
	const char *list = kx_devtree_text(fit->fdt, config, "compatible"), *name;
	struct kx_span data = { NULL, 0 };
	struct kx_err ignored;
	char *own = NULL;
	size_t own_len = 0;

	if (list) {
		fdt_getprop(fit->fdt, config, "compatible", &len);
		return rank_in(list, (size_t)len, board, board_len);
	}
	if (left->trees == 0)
		return -1;
	left->trees--;
	fit->config = config;
	name = item(fit, "fdt", 0);
	node = name ? fdt_subnode_offset(fit->fdt, fit->images, name) : -1;
	if (node < 0 || data_of(fit, node, &data, &ignored) < 0 || data.len > left->bytes)
		return -1;
	left->bytes -= data.len;
	if (kx_devtree_compatible(data, &own, &own_len) < 0)
		return -1;
	rank = rank_in(own, own_len, board, board_len);
	free(own);
	return rank;
}

/* The one that fits the running board best; of those that fit as well, the first. */
static int config_of_board(struct kx_fit *fit, int configs, struct kx_span running)
{
	struct looks left = { 1024, 64 << 20 };
	_cleanup_free_ char *board = NULL;
	size_t len = 0;
	int config, found = -1, best = -1;

	if (kx_devtree_compatible(running, &board, &len) < 0)
		return -1;
	fdt_for_each_subnode(config, fit->fdt, configs) {
		int rank = rank_of(fit, config, board, len, &left);

		if (rank >= 0 && (found < 0 || rank < best)) {
			found = config;
			best = rank;
		}
	}
	return found;
}

/* Which there are, behind the reason why it is none of them. */
static int list_configs(const struct kx_fit *fit, int configs, int code, struct kx_err *err)
{
	const char *before = "there are";
	int config, count = 0;

	fdt_for_each_subnode(config, fit->fdt, configs) {
		if (count++ == 8)
			break;
		kx_advise(err, "%s %.40s", before, fdt_get_name(fit->fdt, config, NULL));
		before = "and";
	}
	if (count == 0)
		kx_advise(err, "there is none at all");
	return code;
}

static int choose_config(struct kx_fit *fit, int configs, const struct kx_unwrap_choice *choice,
			 struct kx_err *err)
{
	const char *name = choice->config;
	int first = fdt_first_subnode(fit->fdt, configs), config = -1;

	if (!name)
		config = config_of_board(fit, configs, choice->board);
	if (!name && config < 0)
		name = kx_devtree_text(fit->fdt, configs, "default");
	if (name)
		config = fdt_subnode_offset(fit->fdt, configs, name);
	else if (config < 0 && first >= 0 && fdt_next_subnode(fit->fdt, first) < 0)
		config = first;
	if (config < 0 && name) {
		kx_fail(err, -ENOENT, "it has no configuration \"%.60s\"", name);
		return list_configs(fit, configs, -ENOENT, err);
	}
	if (config < 0) {
		kx_fail(err, -ENOENT, "none of its configurations is for this board or the default: "
			"--config=NAME");
		return list_configs(fit, configs, -ENOENT, err);
	}
	fit->config = config;
	fit->name = fdt_get_name(fit->fdt, config, NULL);
	return 0;
}

int kx_fit_open(struct kx_span file, const struct kx_isa *isa,
		const struct kx_unwrap_choice *choice, struct kx_fit *ret, struct kx_err *err)
{
	struct kx_fit fit = { .file = file, .fdt = file.base, .isa = isa };
	int configs, rc = kx_devtree_check_in_place(file, PARTS_MAX, err);

	if (rc < 0)
		return kx_context(err, rc == -EFBIG ? rc : -ENOEXEC, "a device tree or FIT image");
	fit.images = fdt_path_offset(fit.fdt, "/images");
	configs = fdt_path_offset(fit.fdt, "/configurations");
	if (fit.images < 0)
		return kx_fail(err, -ENOTSUP, "a device tree and no FIT image, which would have a "
					      "kernel: --dtb is for it");
	if (configs < 0)
		return kx_fail(err, -ENOTSUP, "a FIT image without configurations: take kernel, "
					      "ramdisk and device tree out with dumpimage");
	rc = choose_config(&fit, configs, choice, err);
	if (rc == 0)
		*ret = fit;
	return rc;
}
