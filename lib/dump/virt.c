/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual memory of a dump. There are three ways of address translation: the segment that says it
 * has the address, the architecture's formula, the page tables. Each is tried on the kernel's
 * release, which VMCOREINFO repeats as OSRELEASE; a way that reads something else there is not used
 * for the image.
 *
 * For other addresses page tables that were proved go first: a segment's p_vaddr in the direct map
 * cannot be checked, and several producers write wrong ones.
 */
#include <errno.h>
#include <inttypes.h>
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

static int by_segment(const struct kx_dump *dump, uint64_t addr, struct place *ret,
		      struct kx_err *err)
{
	const struct kx_extent *extent = kx_extents_find(&dump->vaddr, addr);

	if (!extent)
		return kx_fail(err, -EFAULT, "no segment has address 0x%" PRIx64, addr);
	ret->space = KX_SPACE_FILE;
	ret->addr = kx_extent_place(extent, addr, &ret->len);
	return 0;
}

/* The last page is remembered: rings are read front to back. */
static int by_walk(struct kx_reader *reader, uint64_t addr, struct place *ret, struct kx_err *err)
{
	uint64_t phys, len;
	int rc;

	if (addr - reader->leaf >= reader->leaf_len) {
		rc = kx_virt_walk(&reader->virt, addr, &phys, &len, err);
		if (rc < 0)
			return rc;
		reader->leaf = addr;
		reader->leaf_phys = phys;
		reader->leaf_len = len;
	}
	*ret = (struct place){ KX_SPACE_PHYS, reader->leaf_phys + (addr - reader->leaf),
			       reader->leaf_len - (addr - reader->leaf) };
	return 0;
}

static int by_formula(const struct kx_dump *dump, uint64_t addr, struct place *ret,
		      struct kx_err *err)
{
	const struct kx_virt_linear *linear = kx_virt_formula(&dump->virt, addr);

	if (!linear)
		return kx_fail(err, -EFAULT, "no formula covers address 0x%" PRIx64, addr);
	*ret = (struct place){ KX_SPACE_PHYS, addr - linear->first + linear->phys,
			       linear->last - addr };
	/* Both ends are included; all 2^64 addresses would be one more than can be counted. */
	ret->len += ret->len < UINT64_MAX;
	return 0;
}

static int locate(struct kx_reader *reader, enum kx_way way, uint64_t addr, struct place *ret,
		  struct kx_err *err)
{
	switch (way) {
	case KX_WAY_SEGMENT: return by_segment(reader->dump, addr, ret, err);
	case KX_WAY_WALK: return by_walk(reader, addr, ret, err);
	case KX_WAY_FORMULA: return by_formula(reader->dump, addr, ret, err);
	case KX_WAYS: break;
	}
	return kx_fail(err, -ENOTSUP, "no such way");
}

/* More than a page, of pages that are adjacent there. */
static int read_adjacent(struct kx_reader *reader, const struct place *place, void *to, size_t len,
			 struct kx_err *err)
{
	if (place->space == KX_SPACE_PHYS)
		return kx_reader_phys(reader, place->addr, to, len, err);
	return kx_reader_read(reader, &reader->dump->sources[0], place->addr, to, len, err);
}

/* Up to @len bytes by one way; *@ret_len: how many it was. */
static int read_way(struct kx_reader *reader, enum kx_way way, uint64_t addr, void *to, size_t len,
		    size_t *ret_len, struct kx_err *err)
{
	uint32_t page_size = reader->dump->page_size;
	struct place place;
	uint64_t page;
	int rc;

	reader->work += KX_READER_STEP;
	rc = locate(reader, way, addr, &place, err);
	if (rc < 0)
		return rc;
	page = page_size - place.addr % page_size;
	if (len > place.len)
		len = (size_t)place.len;
	/* Where one is missing the first goes by itself, and other ways are tried for it. */
	if (len > page && read_adjacent(reader, &place, to, len, err) == 0) {
		*ret_len = len;
		return 0;
	}
	if (len > page)
		len = (size_t)page;
	rc = kx_reader_cached(reader, place.space, place.addr, to, len, err);
	if (rc < 0)
		return kx_context(err, rc, "virtual address 0x%" PRIx64, addr);
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

static int prove(struct kx_reader *reader, enum kx_way way, uint64_t addr, struct kx_span release,
		 bool sure, enum kx_proof *ret, struct kx_err *err)
{
	char text[RELEASE_SIZE + 1] = "";
	size_t done = 0, part = 0;

	while (done < release.len + 1) {
		int rc = read_way(reader, way, addr + done, text + done, release.len + 1 - done,
				  &part, err);

		if (rc < 0)
			return rc;
		done += part;
	}
	if (kx_span_equal(release, text))
		*ret = KX_PROOF_GOOD;
	else if (sure)
		*ret = KX_PROOF_BAD;
	return 0;
}

int kx_dump_prove(struct kx_dump *dump, struct kx_reader *reader, struct kx_err *err)
{
	struct kx_span release;
	uint64_t addr;
	bool sure;

	memset(dump->proof, 0, sizeof(dump->proof));
	if (!release_address(dump, &addr, &sure) ||
	    !kx_vmcoreinfo_line(&dump->info, "OSRELEASE", &release) || release.len == 0 ||
	    release.len >= RELEASE_SIZE)
		return 0;
	for (enum kx_way way = 0; way < KX_WAYS; way++) {
		enum kx_proof proof = KX_PROOF_NONE;
		struct kx_err why;

		/* A build without the codec cannot read anything, and should say so at once. */
		if (prove(reader, way, addr, release, sure, &proof, &why) == -ENOTSUP &&
		    reader->lacks_codec) {
			*err = why;
			return -ENOTSUP;
		}
		dump->proof[way] = proof;
	}
	return 0;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Does the address belong to the image, for which the ways were proved? */
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

/* Is there no way at all that could say where @addr is? */
static bool is_nowhere(const struct kx_dump *dump, uint64_t addr)
{
	return !dump->virt.has_root && !kx_virt_formula(&dump->virt, addr) &&
	       !kx_extents_find(&dump->vaddr, addr);
}

/* Why nothing is known about an address, which none of the ways can tell. */
static int explain(const struct kx_dump *dump, uint64_t addr, struct kx_err *err)
{
	const char *name = kx_dump_machine_name(dump);
	const char *format = dump->format->name;

	if (!dump->virt.arch)
		return kx_fail(err, -EFAULT,
			       "virtual address 0x%" PRIx64
			       ": how %s translates addresses is not known here; segments of an ELF "
			       "file can tell them, and this %s file does not",
			       addr, name ? name : "this machine", format);
	if (dump->virt.lacks)
		return kx_fail(err, -EFAULT,
			       "virtual address 0x%" PRIx64
			       ": addresses of %s cannot be translated: VMCOREINFO has no %s, and this "
			       "%s file does not tell it either",
			       addr, name, dump->virt.lacks, format);
	return kx_fail(err, -EFAULT,
		       "virtual address 0x%" PRIx64 " is not one of a kernel's image or of the direct "
		       "map of %s, and no segment has it",
		       addr, name);
}

/* A piece by the first way that works. Where none does, the error is that of the first. */
static int read_piece(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		      size_t *ret_len, struct kx_err *err)
{
	enum kx_way way[KX_WAYS];
	size_t count = order_ways(reader->dump, addr, way);
	int first = 0;

	if (is_nowhere(reader->dump, addr))
		return explain(reader->dump, addr, err);
	for (size_t i = 0; i < count; i++) {
		struct kx_err why;
		int rc = read_way(reader, way[i], addr, to, len, ret_len, &why);

		if (rc == 0)
			return 0;
		if (first == 0) {
			first = rc;
			*err = why;
		}
	}
	if (first == 0)
		return kx_fail(err, -EFAULT,
			       "virtual address 0x%" PRIx64
			       ": no way of translation agrees with OSRELEASE",
			       addr);
	/* A way that the architecture lacks is not what is wrong with the address. */
	return first == -ENOTSUP && !reader->lacks_codec ? -EFAULT : first;
}

int kx_reader_virt(struct kx_reader *reader, uint64_t addr, void *to, size_t len,
		   struct kx_err *err)
{
	uint8_t *out = to;

	if (len > 0 && len - 1 > UINT64_MAX - addr)
		return kx_fail(err, -EFAULT, "%zu bytes at virtual address 0x%" PRIx64, len, addr);
	addr = kx_virt_strip(&reader->virt, addr);
	while (len > 0) {
		size_t part;
		int rc = read_piece(reader, addr, out, len, &part, err);

		if (rc < 0)
			return rc;
		out += part;
		addr += part;
		len -= part;
	}
	return 0;
}

int kx_reader_uint(struct kx_reader *reader, uint64_t addr, unsigned int width, uint64_t *ret,
		   struct kx_err *err)
{
	uint8_t bytes[8];
	int rc;

	if (width != 1 && width != 2 && width != 4 && width != 8)
		return kx_fail(err, -EINVAL, "a number of %u bytes", width);
	rc = kx_reader_virt(reader, addr, bytes, width, err);
	if (rc < 0)
		return rc;
	*ret = kx_get(bytes, width, reader->dump->big_endian);
	return 0;
}
