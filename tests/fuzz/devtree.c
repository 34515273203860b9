/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device trees: the running one, then one for --dtb, then an overlay, each as long as its header
 * says. What is made of them is well-formed and says what was asked; the rest stays as it was.
 */
#include <libfdt.h>
#include <string.h>

#include "kx/devtree.h"
#include "kx/firmware.h"
#include "lib/machine/internal.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/trees.h"

/* Memory for the facts, which want zero bytes behind a blob. */
static void look_for_facts(struct kx_span blob)
{
	struct kx_firmware f = { 0 };
	uint8_t *copy = calloc(1, blob.len + 8);

	PROMISE(copy);
	memcpy(copy, blob.base, blob.len);
	kx_devtree_facts(copy, &f);
	PROMISE((f.console.kind == KX_PURG_CONSOLE_NONE) == (f.console.from[0] == '\0'));
	free(copy);
}

static struct kx_span cut(struct kx_span *rest)
{
	struct kx_span blob = *rest;

	if (rest->len >= 8) {
		size_t size = (size_t)rest->base[4] << 24 | (size_t)rest->base[5] << 16 |
			      (size_t)rest->base[6] << 8 | rest->base[7];

		if (size < blob.len)
			blob.len = size;
	}
	kx_span_slice(*rest, blob.len, rest->len - blob.len, rest);
	return blob;
}

static void has(const void *fdt, const char *name, const void *bytes, int len)
{
	int node = fdt_path_offset(fdt, "/chosen"), found = -1;
	const void *value = fdt_getprop(fdt, node, name, &found);

	PROMISE(found == len && memcmp(value, bytes, (size_t)len) == 0);
}

static bool reserved(const void *fdt, uint64_t start, uint64_t size)
{
	uint64_t s, n;
	bool found = false;

	for (int i = 0; i < fdt_num_mem_rsv(fdt); i++)
		found |= fdt_get_mem_rsv(fdt, i, &s, &n) == 0 && s == start && n == size;
	return found;
}

static void check(const struct kx_devtree_request *request, const void *fdt, size_t size)
{
	static const uint8_t start[8] = { 0, 0, 0, 1 }, end[8] = { 0, 0, 0, 1, 0, 1, 0, 1 };
	struct kx_err err = { "" };

	PROMISE(kx_devtree_check((struct kx_span){ fdt, size }, &err) == 0);
	has(fdt, "bootargs", "console=x", 10);
	has(fdt, "linux,initrd-start", start, 8);
	has(fdt, "linux,initrd-end", end, 8);
	has(fdt, "kaslr-seed", "12345678", 8);
	PROMISE(!fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "rng-seed", NULL));
	PROMISE(reserved(fdt, 0x100000000, 0x10001) && reserved(fdt, 0x7000, 0x1000));
	if (request->file.len == 0 && request->n_overlay == 0 && request->running.len > 0) {
		void *copy = malloc(request->running.len);
		struct tree before, after = tree_of(fdt);

		PROMISE(copy);
		memcpy(copy, request->running.base, request->running.len);
		before = tree_of(copy);
		tree_without_loader(&before);
		tree_without_loader(&after);
		PROMISE(tree_difference(&before, &after) == NULL);
		tree_done(&before);
		tree_done(&after);
		free(copy);
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	static struct kx_range usable = { 0x80000000, 0x90000000, 0 }, kept = { 0x7000, 0x8000, 0 };
	const struct kx_ranges all_usable = { &usable, 1, 1 }, reserve = { &kept, 1, 1 };
	struct kx_span rest = { data, size }, overlay;
	struct kx_devtree_request request = {
		.running = cut(&rest), .file = cut(&rest), .overlay = &overlay,
		.cmdline = "console=x", .initrd = { 0x100000000, 0x100010001, 0 },
		.kaslr_seed = (const uint8_t *)"12345678", .usable = &all_usable,
		.elfcorehdr = { 0x8fff0000, 0x90000000, 0 }, .reserve = &reserve,
	};
	struct kx_err err = { "" };
	void *fdt = NULL;
	size_t fdt_size;

	overlay = rest;
	request.n_overlay = overlay.len > 0;
	request.crash = size & 1;
	if (request.running.len > 0 && kx_devtree_check(request.running, &err) == 0)
		look_for_facts(request.running);
	if (kx_devtree_make(&request, &fdt, &fdt_size, &err) < 0) {
		PROMISE(err.text[0] != '\0' && !fdt);
		return 0;
	}
	check(&request, fdt, fdt_size);
	free(fdt);
	return 0;
}
