/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual memory of a dump. Three ways lead from an address to bytes: the segment that says it has
 * it, the architecture's formula, the page tables. Each is tried on the kernel's release, which
 * VMCOREINFO repeats as OSRELEASE; what reads something else there is not used for the image.
 *
 * For other addresses a walk that was proved goes first: no segment's p_vaddr of the direct map can
 * be checked, and several producers write wrong ones.
 */
#include <errno.h>
#include <string.h>

#include "kx/bytes.h"
#include "lib/dump/internal.h"

/* release in struct new_utsname: behind sysname and nodename, 65 bytes each. */
enum { RELEASE_OFFSET = 130, RELEASE_SIZE = 65 };

/* Where bytes are: @len of them adjacent. */
struct place {
	enum kx_space space;
	uint64_t addr, len;
};

static int memory_read(void *data, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	return kx_dump_read_phys(data, addr, to, len, err);
}

static int by_segment(struct kx_dump *dump, uint64_t addr, struct place *ret, struct kx_err *err)
{
	const struct kx_extent *extent = kx_extents_find(&dump->vaddr, addr);

	if (!extent)
		return kx_fail(err, -EFAULT, "no segment has address 0x%llx",
			       (unsigned long long)addr);
	ret->space = KX_SPACE_FILE;
	ret->addr = kx_extent_place(extent, addr, &ret->len);
	return 0;
}

/* The last page is remembered: rings are read front to back. */
static int by_walk(struct kx_dump *dump, uint64_t addr, struct place *ret, struct kx_err *err)
{
	uint64_t phys, len;
	int rc;

	if (addr - dump->leaf >= dump->leaf_len) {
		rc = kx_virt_walk(&dump->virt, addr, &phys, &len, err);
		if (rc < 0)
			return rc;
		dump->leaf = addr;
		dump->leaf_phys = phys;
		dump->leaf_len = len;
	}
	*ret = (struct place){ KX_SPACE_PHYS, dump->leaf_phys + (addr - dump->leaf),
			       dump->leaf_len - (addr - dump->leaf) };
	return 0;
}

static int by_formula(struct kx_dump *dump, uint64_t addr, struct place *ret, struct kx_err *err)
{
	const struct kx_virt_linear *linear = kx_virt_formula(&dump->virt, addr);

	if (!linear)
		return kx_fail(err, -EFAULT, "no formula covers address 0x%llx",
			       (unsigned long long)addr);
	*ret = (struct place){ KX_SPACE_PHYS, addr - linear->first + linear->phys,
			       linear->last - addr };
	/* Both ends count; the last address of all has nothing behind it to overflow into. */
	ret->len += ret->len < UINT64_MAX;
	return 0;
}

static int locate(struct kx_dump *dump, enum kx_way way, uint64_t addr, struct place *ret,
		  struct kx_err *err)
{
	switch (way) {
	case KX_WAY_SEGMENT: return by_segment(dump, addr, ret, err);
	case KX_WAY_WALK: return by_walk(dump, addr, ret, err);
	case KX_WAY_FORMULA: return by_formula(dump, addr, ret, err);
	case KX_WAYS: break;
	}
	return kx_fail(err, -ENOTSUP, "no such way");
}

/* Up to @len bytes by one way; *@ret_len: how many it was. Never crosses a page. */
static int read_way(struct kx_dump *dump, enum kx_way way, uint64_t addr, void *to, size_t len,
		    size_t *ret_len, struct kx_err *err)
{
	struct place place;
	uint64_t page;
	int rc;

	rc = locate(dump, way, addr, &place, err);
	if (rc < 0)
		return rc;
	page = dump->page_size - place.addr % dump->page_size;
	if (len > place.len)
		len = (size_t)place.len;
	if (len > page)
		len = (size_t)page;
	rc = kx_dump_cached(dump, place.space, place.addr, to, len, err);
	if (rc < 0)
		return kx_context(err, rc, "virtual address 0x%llx", (unsigned long long)addr);
	*ret_len = len;
	return 0;
}

/* ---- proof ---------------------------------------------------------------------------------- */

/*
 * Kernels that do not tell the offset (v5.10 and before) have a 4-byte counter there. That is good
 * enough to prove a way, but not to disprove one: then @ret_sure is false.
 */
static bool release_address(const struct kx_dump *dump, uint64_t *ret, bool *ret_sure)
{
	uint64_t addr, offset = 4;

	if (!kx_vmcoreinfo_symbol(&dump->info, "init_uts_ns", &addr))
		return false;
	*ret_sure = kx_vmcoreinfo_offset(&dump->info, "uts_namespace.name", &offset);
	*ret = addr + offset + RELEASE_OFFSET;
	return true;
}

static int prove(struct kx_dump *dump, enum kx_way way, uint64_t addr, struct kx_span release,
		 bool sure, struct kx_err *err)
{
	char text[RELEASE_SIZE + 1] = "";
	size_t done = 0, part;

	while (done < release.len + 1) {
		int rc = read_way(dump, way, addr + done, text + done, release.len + 1 - done,
				  &part, err);

		if (rc < 0)
			return rc;
		done += part;
	}
	if (kx_span_equal(release, text))
		dump->proof[way] = KX_PROOF_GOOD;
	else if (sure)
		dump->proof[way] = KX_PROOF_BAD;
	return 0;
}

int kx_dump_virt_open(struct kx_dump *dump, struct kx_err *err)
{
	struct kx_span release;
	uint64_t addr;
	bool sure;

	dump->virt.memory = (struct kx_virt_memory){ memory_read, dump };
	kx_virt_init(&dump->virt, kx_virt_arch_of(dump->machine), dump->big_endian, &dump->info,
		     &dump->hints);
	if (!release_address(dump, &addr, &sure) ||
	    !kx_vmcoreinfo_line(&dump->info, "OSRELEASE", &release) || release.len == 0 ||
	    release.len >= RELEASE_SIZE)
		return 0;
	for (enum kx_way way = 0; way < KX_WAYS; way++) {
		struct kx_err why;

		/* A build without the codec cannot read anything, and should say so at once. */
		if (prove(dump, way, addr, release, sure, &why) == -ENOTSUP && dump->lacks_codec) {
			*err = why;
			return -ENOTSUP;
		}
	}
	return 0;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Is it the image's, whose ways were proved, or anything else's? */
static bool in_image(const struct kx_dump *dump, uint64_t addr)
{
	const struct kx_virt_linear *linear = kx_virt_formula(&dump->virt, addr);

	return linear && linear->kind == KX_VIRT_IMAGE;
}

/*
 * The ways for @addr, best first. What was disproved is left out, except for segments outside of
 * the image: each segment is on its own.
 */
static size_t order_ways(const struct kx_dump *dump, uint64_t addr, enum kx_way *ret)
{
	const enum kx_proof *proof = dump->proof;
	bool image = in_image(dump, addr);
	size_t count = 0;

	if (image) {
		for (enum kx_way way = 0; way < KX_WAYS; way++) {
			if (proof[way] == KX_PROOF_GOOD)
				ret[count++] = way;
		}
		for (enum kx_way way = 0; way < KX_WAYS; way++) {
			if (proof[way] == KX_PROOF_NONE)
				ret[count++] = way;
		}
		return count;
	}
	if (proof[KX_WAY_WALK] == KX_PROOF_GOOD)
		ret[count++] = KX_WAY_WALK;
	ret[count++] = KX_WAY_SEGMENT;
	ret[count++] = KX_WAY_FORMULA;
	if (proof[KX_WAY_WALK] == KX_PROOF_NONE)
		ret[count++] = KX_WAY_WALK;
	return count;
}

/* A piece by the first way that has it. The error is the first way's that got to a place. */
static int read_piece(struct kx_dump *dump, uint64_t addr, void *to, size_t len, size_t *ret_len,
		      struct kx_err *err)
{
	enum kx_way way[KX_WAYS];
	size_t count = order_ways(dump, addr, way);
	int first = 0;

	for (size_t i = 0; i < count; i++) {
		struct kx_err why;
		int rc = read_way(dump, way[i], addr, to, len, ret_len, &why);

		if (rc == 0)
			return 0;
		if (first == 0) {
			first = rc;
			*err = why;
		}
	}
	if (first == 0)
		return kx_fail(
			err, -EFAULT,
			"virtual address 0x%llx: no way of translation agrees with OSRELEASE",
			(unsigned long long)addr);
	/* That one way is not known is no reason of its own. */
	return first == -ENOTSUP && !dump->lacks_codec ? -EFAULT : first;
}

int kx_dump_read_virt(struct kx_dump *dump, uint64_t addr, void *to, size_t len, struct kx_err *err)
{
	uint8_t *out = to;

	if (len > 0 && len - 1 > UINT64_MAX - addr)
		return kx_fail(err, -EFAULT, "%zu bytes at virtual address 0x%llx", len,
			       (unsigned long long)addr);
	addr = kx_virt_strip(&dump->virt, addr);
	while (len > 0) {
		size_t part;
		int rc = read_piece(dump, addr, out, len, &part, err);

		if (rc < 0)
			return rc;
		out += part;
		addr += part;
		len -= part;
	}
	return 0;
}

int kx_dump_read_uint(struct kx_dump *dump, uint64_t addr, unsigned int width, uint64_t *ret,
		      struct kx_err *err)
{
	uint8_t bytes[8];
	int rc;

	if (width != 1 && width != 2 && width != 4 && width != 8)
		return kx_fail(err, -EINVAL, "a number of %u bytes", width);
	rc = kx_dump_read_virt(dump, addr, bytes, width, err);
	if (rc < 0)
		return rc;
	*ret = kx_get(bytes, width, dump->big_endian);
	return 0;
}
