/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes what a boot loader tells a kernel: /chosen and the memory reservations. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/devtree/internal.h"

/*
 * What Linux' own loader replaces or removes (drivers/of/kexec.c), and linux,dmcryptkeys, the keys
 * for a crash kernel's encrypted disks, which only the kernel can hand on.
 */
static const char *const ours[] = {
	"bootargs", "linux,initrd-start", "linux,initrd-end", "kaslr-seed", "rng-seed",
	"linux,elfcorehdr", "linux,usable-memory-range", "linux,booted-from-kexec",
	"linux,ima-kexec-buffer", "linux,kho-fdt", "linux,kho-scratch", "linux,dmcryptkeys",
};

/* A whole property as one number of 32 or 64 bits. */
static bool whole_number(const void *fdt, int node, const char *name, uint64_t *ret)
{
	const void *p;
	int len;

	p = fdt_getprop(fdt, node, name, &len);
	return p && (len == 4 || len == 8) &&
	       kx_devtree_number(p, (size_t)len, (unsigned int)len / 4, ret);
}

static int stale_range(const void *fdt, int node, const char *name, struct kx_ranges *ret)
{
	struct kx_devtree_cells cells = kx_devtree_root_cells(fdt);
	uint64_t start, size, end;
	const uint8_t *p;
	int len;

	p = fdt_getprop(fdt, node, name, &len);
	if (!p || !kx_devtree_number(p, (size_t)len, cells.address, &start) ||
	    !kx_devtree_number(p + 4 * cells.address, (size_t)len - 4 * cells.address, cells.size,
			       &size) ||
	    __builtin_add_overflow(start, size, &end))
		return 0;
	return kx_ranges_add(ret, start, end, 0);
}

int kx_devtree_stale(const void *fdt, struct kx_ranges *ret, struct kx_err *err)
{
	int node = fdt_path_offset(fdt, "/chosen"), rc = 0;
	uint64_t start, end;

	if (node < 0)
		return 0;
	if (whole_number(fdt, node, "linux,initrd-start", &start) &&
	    whole_number(fdt, node, "linux,initrd-end", &end) && start < end)
		rc = kx_ranges_add(ret, start, end, 0);
	if (rc == 0)
		rc = stale_range(fdt, node, "linux,elfcorehdr", ret);
	if (rc == 0)
		rc = stale_range(fdt, node, "linux,ima-kexec-buffer", ret);
	return rc < 0 ? kx_fail(err, rc, "no memory for memory reservations") : 0;
}

/* A kexec reserves the exact size, firmware whole pages of any size that Linux runs with. */
static bool reserves(uint64_t start, uint64_t size, const struct kx_range *what)
{
	static const uint64_t page[] = { 1, 4 << 10, 16 << 10, 64 << 10 };

	if (start != what->start)
		return false;
	for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++) {
		uint64_t mask = page[i] - 1, exact = what->end - what->start;

		if (exact <= UINT64_MAX - mask && size == ((exact + mask) & ~mask))
			return true;
	}
	return false;
}

/*
 * The reservation of the running kernel's device tree stays too, since nothing tells its address to
 * user space. It covers some pages, and does not grow from kexec to kexec.
 */
static int drop_reservations(void *fdt, const struct kx_ranges *stale, struct kx_devtree_work *work,
			     struct kx_err *err)
{
	uint64_t start, size;
	int rc = 0;

	for (int i = fdt_num_mem_rsv(fdt) - 1; i >= 0 && rc == 0; i--) {
		bool drop = false;

		rc = fdt_get_mem_rsv(fdt, i, &start, &size);
		for (size_t k = 0; k < stale->count && rc == 0; k++)
			drop |= reserves(start, size, &stale->item[k]);
		if (drop && kx_devtree_spend(work, fdt, 1, 0, err) < 0)
			return -EFBIG;
		if (drop)
			rc = fdt_del_mem_rsv(fdt, i);
	}
	return rc < 0 ? kx_devtree_fail(err, rc, "memory reservations") : 0;
}

static int reserve(void *fdt, const struct kx_range *range, struct kx_devtree_work *work,
		   struct kx_err *err)
{
	uint64_t start, size;
	int count, rc;

	if (range->start >= range->end)
		return 0;
	rc = kx_devtree_spend(work, fdt, 1, 0, err);
	if (rc < 0)
		return rc;
	/* Counted once, since each time goes through all of them. */
	count = fdt_num_mem_rsv(fdt);
	for (int i = 0; i < count; i++) {
		if (fdt_get_mem_rsv(fdt, i, &start, &size) == 0 && start == range->start &&
		    size == range->end - range->start)
			return 0;
	}
	rc = fdt_add_mem_rsv(fdt, range->start, range->end - range->start);
	return rc < 0 ? kx_devtree_fail(err, rc, "memory reservations") : 0;
}

static int clear_chosen(void *fdt, int node, struct kx_devtree_work *work, struct kx_err *err)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		int rc;

		/* A hostile tree may have a name twice. */
		do {
			if (kx_devtree_spend(work, fdt, 1, 0, err) < 0)
				return kx_context(err, -EFBIG, "/chosen: %s", ours[i]);
			rc = fdt_delprop(fdt, node, ours[i]);
		} while (rc == 0);
		if (rc != -FDT_ERR_NOTFOUND)
			return kx_devtree_fail(err, rc, "/chosen: %s", ours[i]);
	}
	return 0;
}

static int set(void *fdt, int node, const char *name, const void *bytes, size_t len,
	       struct kx_err *err)
{
	int rc;

	if (len > KX_DEVTREE_LIMIT)
		return kx_fail(err, -EFBIG, "/chosen: %s has %zu bytes, at most %d are sensible",
			       name, len, KX_DEVTREE_LIMIT);
	rc = fdt_setprop(fdt, node, name, bytes, (int)len);
	return rc < 0 ? kx_devtree_fail(err, rc, "/chosen: %s", name) : 0;
}

static int append_range(void *fdt, int node, const char *name, const struct kx_range *range,
			struct kx_err *err)
{
	struct kx_devtree_cells cells = kx_devtree_root_cells(fdt);
	uint8_t bytes[16];
	int rc;

	if (range->start >= range->end)
		return kx_fail(err, -EINVAL, "/chosen: %s is empty", name);
	if (!kx_devtree_put(bytes, cells.address, range->start) ||
	    !kx_devtree_put(bytes + 4 * cells.address, cells.size, range->end - range->start))
		return kx_fail(err, -ERANGE,
			       "/chosen: %s [0x%" PRIx64 ", 0x%" PRIx64 ") does not fit into the "
			       "tree's #address-cells %u and #size-cells %u",
			       name, range->start, range->end, cells.address, cells.size);
	rc = fdt_appendprop(fdt, node, name, bytes, 4 * (int)(cells.address + cells.size));
	return rc < 0 ? kx_devtree_fail(err, rc, "/chosen: %s", name) : 0;
}

/*
 * Linux, drivers/of/fdt.c, early_init_dt_check_for_usable_mem_range(): "low region is always the
 * last", since older kernels read the first alone.
 */
static int set_usable(void *fdt, int node, const struct kx_ranges *usable, struct kx_err *err)
{
	struct kx_ranges sorted = { 0 };
	int rc = 0;

	for (size_t i = 0; usable && i < usable->count && rc == 0; i++)
		rc = kx_ranges_add(&sorted, usable->item[i].start, usable->item[i].end, 0);
	if (rc < 0)
		rc = kx_fail(err, rc, "no memory for %zu ranges", usable->count);
	else if (sorted.count == 0)
		rc = kx_fail(err, -EINVAL, "no memory that a crash kernel may use");
	kx_ranges_sort(&sorted);
	for (size_t i = sorted.count; i > 0 && rc == 0; i--)
		rc = append_range(fdt, node, "linux,usable-memory-range", &sorted.item[i - 1], err);
	kx_ranges_done(&sorted);
	return rc;
}

static int set_crash(void *fdt, int node, const struct kx_devtree_request *request,
		     struct kx_devtree_work *work, struct kx_err *err)
{
	int rc = append_range(fdt, node, "linux,elfcorehdr", &request->elfcorehdr, err);

	/* Linux' own loader reserves it as well: older kernels do not on every architecture. */
	if (rc == 0)
		rc = reserve(fdt, &request->elfcorehdr, work, err);
	if (rc == 0)
		rc = set_usable(fdt, node, request->usable, err);
	return rc;
}

static int set_initrd(void *fdt, int node, const struct kx_range *initrd,
		      struct kx_devtree_work *work, struct kx_err *err)
{
	uint8_t start[8], end[8];
	int rc;

	if (initrd->start >= initrd->end)
		return 0;
	kx_devtree_put(start, 2, initrd->start);
	kx_devtree_put(end, 2, initrd->end);
	rc = set(fdt, node, "linux,initrd-end", end, 8, err);
	if (rc == 0)
		rc = set(fdt, node, "linux,initrd-start", start, 8, err);
	return rc == 0 ? reserve(fdt, initrd, work, err) : rc;
}

static int set_all(void *fdt, int node, const struct kx_devtree_request *request,
		   struct kx_err *err)
{
	int rc = set(fdt, node, "linux,booted-from-kexec", NULL, 0, err);

	if (rc == 0 && request->rng_seed)
		rc = set(fdt, node, "rng-seed", request->rng_seed, KX_RNG_SEED_SIZE, err);
	if (rc == 0 && request->kaslr_seed)
		rc = set(fdt, node, "kaslr-seed", request->kaslr_seed, KX_KASLR_SEED_SIZE, err);
	if (rc == 0 && request->cmdline && request->cmdline[0])
		rc = set(fdt, node, "bootargs", request->cmdline, strlen(request->cmdline) + 1,
			 err);
	return rc;
}

int kx_devtree_hand_over(void *fdt, const struct kx_devtree_request *request,
			 const struct kx_ranges *stale, struct kx_devtree_work *work,
			 struct kx_err *err)
{
	int node, rc;

	rc = drop_reservations(fdt, stale, work, err);
	for (size_t i = 0; request->reserve && i < request->reserve->count && rc == 0; i++)
		rc = reserve(fdt, &request->reserve->item[i], work, err);
	if (rc < 0)
		return rc;
	node = fdt_path_offset(fdt, "/chosen");
	if (node == -FDT_ERR_NOTFOUND)
		node = fdt_add_subnode(fdt, 0, "chosen");
	if (node < 0)
		return kx_devtree_fail(err, node, "/chosen");
	rc = clear_chosen(fdt, node, work, err);
	if (rc == 0)
		rc = set_all(fdt, node, request, err);
	if (rc == 0)
		rc = set_initrd(fdt, node, &request->initrd, work, err);
	if (rc == 0 && request->crash)
		rc = set_crash(fdt, node, request, work, err);
	return rc;
}
