/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plan of a kernel with a device tree must satisfy: see the header. */
#include <errno.h>
#include <libfdt.h>
#include <string.h>

#include "kx/sha256.h"
#include "tests/unit/sound_dt.h"

/* Offsets in an Image's header (Linux, Documentation/arch/arm64/booting.rst). */
enum { TEXT_OFFSET_AT = 8, IMAGE_SIZE_AT = 16 };

static const uint64_t mib2 = 2 << 20, gib = 1 << 30;

struct kx_request dt_view_request(const struct kx_machine *machine, struct kx_span kernel)
{
	static const uint8_t kaslr_seed[KX_KASLR_SEED_SIZE] = "8 bytes";
	struct kx_request req = plan_view_request(machine, kernel);

	req.seeds.kaslr = kaslr_seed;
	req.plan_only = true;
	return req;
}

static bool is_arm64(const struct kx_plan *plan)
{
	return strcmp(plan->arch->isa->name, "arm64") == 0;
}

static bool overlap(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
	return a < b_end && b < a_end;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* By /proc/iomem: inside "System RAM", and in nothing below it but the running kernel itself. */
static bool is_free(const struct kx_iomem *iomem, uint64_t start, uint64_t end)
{
	bool inside = false, ram = false;
	unsigned int depth = 0;

	for (size_t i = 0; i < iomem->count; i++) {
		const struct kx_iomem_entry *e = &iomem->entry[i];

		if (kx_span_equal(e->label, "System RAM")) {
			ram = true;
			depth = e->depth;
			inside |= e->start <= start && end <= e->end;
			continue;
		}
		ram &= e->depth > depth;
		if (ram && !kx_span_starts(e->label, "Kernel ") &&
		    overlap(start, end, e->start, e->end))
			return false;
	}
	return inside;
}

static bool segment_sound(const struct kx_plan *plan, const struct kx_request *req,
			  const struct kx_segment *s, struct kx_err *err)
{
	uint64_t end = s->addr + s->memsz, page = kx_plan_page_size(plan);
	const struct kx_ranges *tables = &req->machine->firmware.lpi_tables;

	if (s->memsz == 0 || end <= s->addr || (s->addr | s->memsz) % page)
		return plan_view_wrong(err, "segment of no whole pages", s->addr);
	if (s->addr < req->where.mem.start || end > req->where.mem.end)
		return plan_view_wrong(err, "segment outside its limits", s->addr);
	if (req->crash) {
		const struct kx_ranges *r = &req->machine->crash.regions;

		return (s->addr >= r->item[r->count - 1].start &&
			end <= r->item[r->count - 1].end) ||
		       plan_view_wrong(err, "segment outside the crash region", s->addr);
	}
	if (!is_free(&req->machine->iomem, s->addr, end))
		return plan_view_wrong(err, "segment in memory that is not free", s->addr);
	for (size_t i = 0; !req->machine->firmware.efi && i < tables->count; i++) {
		if (overlap(s->addr, end, tables->item[i].start, tables->item[i].end))
			return plan_view_wrong(err, "segment in the LPI tables", s->addr);
	}
	return true;
}

static bool segments_sound(const struct kx_plan *plan, const struct kx_request *req,
			   struct kx_err *err)
{
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (!segment_sound(plan, req, s, err))
			return false;
		for (size_t k = 0; k < i; k++) {
			const struct kx_segment *other = &plan->segments[k];

			if (overlap(s->addr, s->addr + s->memsz, other->addr,
				    other->addr + other->memsz))
				return plan_view_wrong(err, "segments overlap", s->addr);
		}
	}
	return true;
}

/* ---- kernel and initrd ----------------------------------------------------------------------- */

static bool kernel_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	uint64_t offset, size;

	if (!kernel || !kx_span_le(kernel->data, TEXT_OFFSET_AT, 8, &offset) ||
	    !kx_span_le(kernel->data, IMAGE_SIZE_AT, 8, &size))
		return plan_view_wrong(err, "no kernel", 0);
	if (kernel->addr % mib2 != offset % mib2)
		return plan_view_wrong(err, "kernel at the wrong offset", kernel->addr);
	if (kernel->memsz < size || kernel->data.len > size)
		return plan_view_wrong(err, "kernel with less room than image_size", kernel->memsz);
	if (plan->purgatory->entry != (req->where.has_entry ? req->where.entry : kernel->addr))
		return plan_view_wrong(err, "kernel entered at", plan->purgatory->entry);
	return true;
}

/* Linux, Documentation/arch/arm64/booting.rst: one window of 32 GiB, 1 GiB aligned, for both. */
static bool initrd_sound(const struct kx_plan *plan, const struct kx_request *req,
			 struct kx_err *err)
{
	const struct kx_segment *initrd = plan_view_segment(plan, "initrd");
	const struct kx_segment *kernel = plan_view_segment(plan, "kernel");
	const struct kx_segment *low = kernel, *high = initrd;

	if ((initrd != NULL) != (req->files.initrd.len > 0))
		return plan_view_wrong(err, "initrd wanted and not there, or the reverse",
				       req->files.initrd.len);
	if (!initrd)
		return true;
	if (initrd->data.len != req->files.initrd.len ||
	    memcmp(initrd->data.base, req->files.initrd.base, req->files.initrd.len) != 0)
		return plan_view_wrong(err, "another initrd", initrd->data.len);
	if (initrd->addr < kernel->addr) {
		low = initrd;
		high = kernel;
	}
	if (is_arm64(plan) && high->addr + high->memsz > low->addr / gib * gib + 32 * gib)
		return plan_view_wrong(err, "initrd out of the kernel's reach", initrd->addr);
	return true;
}

/* ---- device tree ----------------------------------------------------------------------------- */

const void *dt_view_tree(const struct kx_plan *plan)
{
	const struct kx_segment *s = plan_view_segment(plan, "devicetree");
	struct kx_err ignored;

	if (!s || kx_devtree_check(s->data, &ignored) < 0 ||
	    fdt_totalsize(s->data.base) != s->data.len)
		return NULL;
	return s->data.base;
}

/* A property of @cells 32-bit numbers each; false behind its end. */
static bool numbers(const void *property, int len, int at, int cells, uint64_t *ret)
{
	const uint8_t *bytes = property;

	if (cells < 1 || cells > 2 || 4 * (at + cells) > len)
		return false;
	*ret = 0;
	for (int i = 4 * at; i < 4 * (at + cells); i++)
		*ret = *ret << 8 | bytes[i];
	return true;
}

/* The addresses and sizes of "reg" or the like, merged into @ret. */
static void add_reg(const void *tree, int node, const char *name, struct kx_ranges *ret)
{
	int len = 0, a = fdt_address_cells(tree, 0), s = fdt_size_cells(tree, 0);
	const void *reg = fdt_getprop(tree, node, name, &len);
	uint64_t start, size;

	for (int at = 0;
	     reg && numbers(reg, len, at, a, &start) && numbers(reg, len, at + a, s, &size);
	     at += a + s)
		kx_ranges_add(ret, start, start + size, 0);
	kx_ranges_merge(ret);
}

static bool memory_sound(const struct kx_plan *plan, const struct kx_request *req, const void *tree,
			 struct kx_err *err)
{
	struct kx_ranges memory = { 0 }, reserved = { 0 };
	bool sound = true;
	int node;

	for (node = fdt_node_offset_by_prop_value(tree, -1, "device_type", "memory", 7); node >= 0;
	     node = fdt_node_offset_by_prop_value(tree, node, "device_type", "memory", 7))
		add_reg(tree, node, "reg", &memory);
	if (fdt_path_offset(tree, "/reserved-memory") >= 0) {
		fdt_for_each_subnode(node, tree, fdt_path_offset(tree, "/reserved-memory"))
			add_reg(tree, node, "reg", &reserved);
	}
	for (size_t i = 0; i < plan->n_segments && sound; i++) {
		const struct kx_segment *s = &plan->segments[i];

		/* With EFI its memory map counts, which a test cannot see. */
		if (!req->machine->firmware.efi &&
		    !kx_ranges_contain(&memory, s->addr, s->addr + s->memsz))
			sound = plan_view_wrong(err, "segment outside the tree's memory", s->addr);
		for (size_t k = 0; k < reserved.count && sound; k++) {
			if (overlap(s->addr, s->addr + s->memsz, reserved.item[k].start,
				    reserved.item[k].end))
				sound = plan_view_wrong(err, "segment in reserved-memory", s->addr);
		}
	}
	kx_ranges_done(&memory);
	kx_ranges_done(&reserved);
	return sound;
}

static bool is_reserved(const void *tree, const struct kx_range *range)
{
	uint64_t start, size;

	for (int i = 0; i < fdt_num_mem_rsv(tree); i++) {
		if (fdt_get_mem_rsv(tree, i, &start, &size) == 0 && start <= range->start &&
		    range->end <= start + size)
			return true;
	}
	return false;
}

/* The property is there with that content, or, when @want is NULL, not there. */
static bool chosen_is(const void *tree, const char *name, const void *want, size_t size,
		      struct kx_err *err)
{
	int len = 0, node = fdt_path_offset(tree, "/chosen");
	const void *value = node < 0 ? NULL : fdt_getprop(tree, node, name, &len);

	if (!want ? value == NULL : value && (size_t)len == size && memcmp(value, want, size) == 0)
		return true;
	kx_fail(err, -EINVAL, "/chosen %s has %d bytes, or others than wanted", name,
		value ? len : -1);
	return false;
}

static bool chosen_number(const void *tree, const char *name, bool wanted, uint64_t value,
			  struct kx_err *err)
{
	int len = 0, node = fdt_path_offset(tree, "/chosen");
	const void *p = node < 0 ? NULL : fdt_getprop(tree, node, name, &len);
	uint64_t found = 0;

	if (!wanted)
		return p == NULL || plan_view_wrong(err, name, 0);
	/* Readers take 4 bytes or 8, by the length. */
	return (p && (len == 4 || len == 8) && numbers(p, len, 0, len / 4, &found) &&
		found == value) ||
	       plan_view_wrong(err, name, found);
}

static bool chosen_crash(const struct kx_plan *plan, const struct kx_request *req, const void *tree,
			 struct kx_err *err)
{
	const struct kx_segment *header = plan_view_segment(plan, "elfcorehdr");
	int chosen = fdt_path_offset(tree, "/chosen");
	struct kx_ranges told = { 0 }, usable = { 0 };
	bool sound;

	if (!req->crash)
		return chosen_is(tree, "linux,elfcorehdr", NULL, 0, err) &&
		       chosen_is(tree, "linux,usable-memory-range", NULL, 0, err);
	add_reg(tree, chosen, "linux,elfcorehdr", &told);
	add_reg(tree, chosen, "linux,usable-memory-range", &usable);
	sound = header && told.count == 1 && told.item[0].start == header->addr &&
		told.item[0].end >= header->addr + header->data.len &&
		told.item[0].end <= header->addr + header->memsz;
	if (!sound)
		plan_view_wrong(err, "linux,elfcorehdr", told.count ? told.item[0].start : 0);
	for (size_t i = 0; i < req->machine->crash.regions.count && sound; i++) {
		const struct kx_range *r = &req->machine->crash.regions.item[i];

		if (usable.count != req->machine->crash.regions.count ||
		    usable.item[i].start != r->start || usable.item[i].end != r->end)
			sound = plan_view_wrong(err, "linux,usable-memory-range", usable.count);
	}
	kx_ranges_done(&told);
	kx_ranges_done(&usable);
	return sound;
}

static bool tree_sound(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	const struct kx_segment *s = plan_view_segment(plan, "devicetree");
	const struct kx_segment *initrd = plan_view_segment(plan, "initrd");
	const void *tree = dt_view_tree(plan);
	const struct kx_firmware *f = &req->machine->firmware;

	if (!tree || plan->purgatory->arg != s->addr)
		return plan_view_wrong(err, "device tree is not at", plan->purgatory->arg);
	if (is_arm64(plan) && s->data.len > mib2)
		return plan_view_wrong(err, "device tree too large", s->data.len);
	for (size_t i = 0; f->gicv3_lpi && !f->efi && !req->crash && i < f->lpi_tables.count; i++) {
		if (!is_reserved(tree, &f->lpi_tables.item[i]))
			return plan_view_wrong(err, "LPI tables not reserved",
					       f->lpi_tables.item[i].start);
	}
	return memory_sound(plan, req, tree, err) &&
	       chosen_is(tree, "bootargs", *req->files.cmdline ? req->files.cmdline : NULL,
			 strlen(req->files.cmdline) + 1, err) &&
	       chosen_is(tree, "kaslr-seed", req->seeds.kaslr, KX_KASLR_SEED_SIZE, err) &&
	       chosen_is(tree, "rng-seed", req->seeds.rng, KX_RNG_SEED_SIZE, err) &&
	       chosen_number(tree, "linux,initrd-start", initrd, initrd ? initrd->addr : 0, err) &&
	       chosen_number(tree, "linux,initrd-end", initrd,
			     initrd ? initrd->addr + initrd->data.len : 0, err) &&
	       chosen_crash(plan, req, tree, err);
}

/* ---- purgatory ------------------------------------------------------------------------------- */

static bool verified(const struct kx_plan *plan, const struct kx_segment *s)
{
	const struct kx_purg_params *p = plan->purgatory;
	uint8_t digest[sizeof(p->region[0].digest)];

	kx_sha256(kx_sha256_blocks_best(), s->data.base, s->data.len, digest);
	for (size_t i = 0; i < p->n_regions; i++) {
		if (p->region[i].start == s->addr && p->region[i].len == s->data.len)
			return memcmp(p->region[i].digest, digest, sizeof(digest)) == 0;
	}
	return false;
}

static bool regions_sound(const struct kx_plan *plan, const struct kx_request *req,
			  struct kx_err *err)
{
	const struct kx_segment *purgatory = plan_view_segment(plan, "purgatory");
	size_t count = 0;

	if (!purgatory || plan->entry < purgatory->addr ||
	    plan->entry > purgatory->addr + purgatory->data.len)
		return plan_view_wrong(err, "entry outside purgatory", plan->entry);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (s == purgatory || req->purgatory.no_checks)
			continue;
		count++;
		if (!verified(plan, s))
			return plan_view_wrong(err, "segment that purgatory does not verify",
					       s->addr);
	}
	return plan->purgatory->n_regions == count ||
	       plan_view_wrong(err, "regions to verify", plan->purgatory->n_regions);
}

/* Arm ARM, D8.3: descriptors of a block or page. The level is that of the table. */
enum { VALID = 1, TABLE = 2, READ_ONLY = 1 << 7 };
static const uint64_t address_bits = 0x0000fffffffff000, never_executed = UINT64_C(3) << 53;

/* What the tables map, by permission; false when a descriptor maps to another address. */
static bool collect(const struct kx_plan *plan, uint64_t table, uint64_t at, unsigned int level,
		    struct kx_ranges *read, struct kx_ranges *code)
{
	uint64_t size = UINT64_C(1) << (39 - 9 * level);
	bool sound = true;

	for (unsigned int i = 0; i < 512 && sound; i++, at += size) {
		uint64_t e = plan_view_number(plan, table + 8 * i, 8);
		bool for_reading = (e & READ_ONLY) && (e & never_executed) == never_executed;

		if (!(e & VALID))
			continue;
		if (level < 3 && (e & TABLE))
			sound = collect(plan, e & address_bits, at, level + 1, read, code);
		else
			sound = (e & address_bits) == at &&
				kx_ranges_add(for_reading ? read : code, at, at + size, 0) == 0;
	}
	return sound;
}

static bool same_ranges(const struct kx_ranges *a, const struct kx_ranges *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = a->item[i].start == b->item[i].start && a->item[i].end == b->item[i].end;
	return same;
}

static bool tables_sound(const struct kx_plan *plan, struct kx_err *err)
{
	const struct kx_segment *purgatory = plan_view_segment(plan, "purgatory");
	struct kx_ranges read = { 0 }, code = { 0 }, expected = { 0 };
	uint64_t table = plan->purgatory->page_table;
	bool sound;

	if (!is_arm64(plan))
		return table == 0 || plan_view_wrong(err, "page tables at", table);
	/* Memory beyond 48 bits is verified without them. */
	if (table == 0)
		return true;
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct kx_segment *s = &plan->segments[i];

		if (s != purgatory)
			kx_ranges_add(&expected, s->addr,
				      s->addr + (s->data.len + 4095) / 4096 * 4096, 0);
	}
	kx_ranges_merge(&expected);
	sound = table > purgatory->addr && collect(plan, table, 0, 0, &read, &code);
	kx_ranges_merge(&read);
	kx_ranges_merge(&code);
	sound = sound && same_ranges(&read, &expected) && code.count == 1 &&
		code.item[0].start == purgatory->addr && code.item[0].end == table;
	kx_ranges_done(&read);
	kx_ranges_done(&code);
	kx_ranges_done(&expected);
	return sound || plan_view_wrong(err, "page tables map something else, at", table);
}

bool sound_dt_plan(const struct kx_plan *plan, const struct kx_request *req, struct kx_err *err)
{
	return segments_sound(plan, req, err) && kernel_sound(plan, req, err) &&
	       initrd_sound(plan, req, err) && tree_sound(plan, req, err) &&
	       regions_sound(plan, req, err) && tables_sound(plan, err);
}
