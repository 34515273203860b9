/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a kernel file, or as a vendor boot image: nothing beyond the limit is unpacked, what
 * is found lies in the file or in memory that is held, the file in memory has the kernel's bytes,
 * and unwrapping what was unwrapped finds nothing more.
 */
#include <libfdt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kx/unwrap.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1 << 20 };

static void lies_inside(const struct kx_unwrapped *u, struct kx_span file, struct kx_span s)
{
	bool inside = s.len == 0 || (s.base >= file.base && s.len <= file.len &&
				     (size_t)(s.base - file.base) <= file.len - s.len);
	size_t sum = 0;

	for (size_t i = 0; i < u->n_held && !inside; i++) {
		const uint8_t *base = u->held[i].base;

		inside = base && s.base >= base && s.len <= u->held[i].room &&
			 (size_t)(s.base - base) <= u->held[i].room - s.len;
	}
	/* Android's is put together. */
	if (!inside && s.base == u->cmdline.base && u->made_cmdline)
		inside = s.len <= 1536;
	PROMISE(inside);
	/* Every byte can be read. */
	for (size_t i = 0; i < s.len; i++)
		sum += s.base[i];
	PROMISE(s.len == 0 || sum <= s.len * 255);
}

static void is_in_file(const struct kx_unwrapped *u)
{
	uint8_t chunk[4096];
	struct stat stat;
	ssize_t got;

	PROMISE(fstat(u->kernel_fd, &stat) == 0 && (uint64_t)stat.st_size == u->kernel.len);
	for (size_t at = 0; at < u->kernel.len; at += (size_t)got) {
		got = pread(u->kernel_fd, chunk, sizeof(chunk), (off_t)at);
		PROMISE(got > 0 && memcmp(chunk, u->kernel.base + at, (size_t)got) == 0);
	}
}

static void is_bare(struct kx_span kernel)
{
	struct kx_unwrapped again;
	struct kx_err err = { "" };

	PROMISE(kx_unwrap(kernel, NULL, LIMIT, &again, &err) == 0);
	PROMISE(again.kernel_fd == -1 && again.kernel.base == kernel.base);
	kx_unwrapped_done(&again);
}

/* Every profile that is told can be asked for by its number; an addon's parts are the file's. */
static void look_at_uki(struct kx_span file)
{
	struct kx_uki_addon addon;
	struct kx_span id, title;
	struct kx_err err = { "" };
	size_t count = 0;

	while (kx_uki_profile(file, count, &id, &title)) {
		PROMISE(id.len <= file.len && title.len <= file.len);
		count++;
	}
	PROMISE(count <= file.len / 40);
	if (kx_uki_addon(file, NULL, &addon, &err) < 0) {
		PROMISE(err.text[0]);
		return;
	}
	PROMISE(count == 0 && addon.initrd.len <= file.len && addon.cmdline.len <= file.len);
}

/* What is in a vendor boot image lies in it, and one behind the other. */
static void look_at_vendor(struct kx_span file)
{
	struct kx_unwrapped none = { .kernel_fd = -1 };
	struct kx_android_vendor v;
	struct kx_err err = { "" };
	size_t trees = 0;

	if (kx_android_vendor(file, &v, &err) < 0) {
		PROMISE(err.text[0]);
		return;
	}
	PROMISE(v.n_ramdisks <= KX_VENDOR_RAMDISKS && v.n_dtbs <= KX_UNWRAP_DTBAUTO);
	lies_inside(&none, file, v.cmdline);
	lies_inside(&none, file, v.bootconfig);
	for (size_t i = 0; i < v.n_ramdisks; i++)
		lies_inside(&none, file, v.ramdisk[i]);
	for (size_t i = 0; i < v.n_dtbs; i++) {
		lies_inside(&none, file, v.dtb[i]);
		trees += v.dtb[i].len;
	}
	/* Tables may name a tree twice. */
	PROMISE(trees <= file.len * KX_UNWRAP_DTBAUTO);
}

/* Some configuration by name, the board's, or the default: as the file's last byte has it. */
static struct kx_unwrap_choice choice_of(struct kx_span file)
{
	static uint8_t board[256];
	uint8_t last = file.len ? file.base[file.len - 1] : 0;

	PROMISE(fdt_create_empty_tree(board, sizeof(board)) == 0);
	PROMISE(fdt_setprop(board, 0, "compatible", "kx,b\0kx,any", 12) == 0);
	return (struct kx_unwrap_choice){
		.config = last & 1 ? "a" : NULL,
		.board = { board, last & 2 ? sizeof(board) : 0 },
	};
}

int fuzz_input(const uint8_t *data, size_t size)
{
	struct kx_span file = { data, size };
	struct kx_unwrapped u;
	struct kx_err err = { "" };
	size_t held = 0;

	const struct kx_unwrap_choice choice = choice_of(file);

	look_at_uki(file);
	look_at_vendor(file);
	if (kx_unwrap_chosen(file, NULL, LIMIT, &choice, &u, &err) < 0) {
		PROMISE(err.text[0]);
		return 0;
	}
	for (size_t i = 0; i < u.n_held; i++)
		held += u.held[i].room;
	PROMISE(held <= LIMIT + u.n_held * 65536);
	lies_inside(&u, file, u.kernel);
	lies_inside(&u, file, u.initrd);
	lies_inside(&u, file, u.ucode);
	lies_inside(&u, file, u.cmdline);
	lies_inside(&u, file, u.dtb);
	lies_inside(&u, file, u.uname);
	PROMISE(u.n_dtbauto <= KX_UNWRAP_DTBAUTO);
	for (size_t i = 0; i < u.n_dtbauto; i++)
		lies_inside(&u, file, u.dtbauto[i]);
	PROMISE(u.n_overlay <= KX_UNWRAP_OVERLAYS);
	for (size_t i = 0; i < u.n_overlay; i++)
		lies_inside(&u, file, u.overlay[i]);
	PROMISE((u.kernel_fd >= 0) == (u.how[0] != '\0'));
	if (u.kernel_fd >= 0)
		is_in_file(&u);
	else
		PROMISE(u.kernel.base == data && u.kernel.len == size);
	is_bare(u.kernel);
	kx_unwrapped_done(&u);
	return 0;
}
