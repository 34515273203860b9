/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What device trees cost: libfdt goes through all of a tree for each question, so that one with
 * many parts of a kind must be refused, or be asked once. Where nothing but time would show it, the
 * processor's is taken: square is some hundred times what is allowed, linear a hundredth of it.
 */
#include <libfdt.h>

#include "kx/devtree.h"
#include "kx/firmware.h"
#include "lib/machine/internal.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

enum { ROOM = 12 << 20, BALLAST = 8 << 20 };

/* A tree that is being written, with cells of 2 and 2. */
static void *begin(int reservations)
{
	void *fdt = calloc(1, ROOM);

	assert_non_null(fdt);
	assert_int_equal(fdt_create(fdt, ROOM), 0);
	for (int i = 0; i < reservations; i++)
		assert_int_equal(fdt_add_reservemap_entry(fdt, 0x100000000 + i * 8192ULL, 4096), 0);
	assert_int_equal(fdt_finish_reservemap(fdt), 0);
	assert_int_equal(fdt_begin_node(fdt, ""), 0);
	return fdt;
}

/* So large that some hundred parts are too many. */
static void put_ballast(void *fdt)
{
	void *value;

	assert_int_equal(fdt_property_placeholder(fdt, "ballast", BALLAST, &value), 0);
	memset(value, 0, BALLAST);
}

static void put_cells(void *fdt)
{
	assert_int_equal(fdt_property_u32(fdt, "#address-cells", 2), 0);
	assert_int_equal(fdt_property_u32(fdt, "#size-cells", 2), 0);
}

static void put_empty(void *fdt, const char *name, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(fdt_property(fdt, name, NULL, 0), 0);
}

static void put_region(void *fdt, const char *name, uint64_t start, uint64_t size, bool memory)
{
	uint64_t reg[2] = { cpu_to_fdt64(start), cpu_to_fdt64(size) };

	assert_int_equal(fdt_begin_node(fdt, name), 0);
	if (memory)
		assert_int_equal(fdt_property_string(fdt, "device_type", "memory"), 0);
	assert_int_equal(fdt_property(fdt, "reg", reg, sizeof(reg)), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
}

static void put_regions(void *fdt, int count, const char *name, bool memory)
{
	for (int i = 0; i < count; i++) {
		char full[40];

		snprintf(full, sizeof(full), "%s@%x", name, (unsigned int)i);
		put_region(fdt, full, 0, 0, memory);
	}
}

static struct kx_span end(void *fdt)
{
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_finish(fdt), 0);
	return (struct kx_span){ fdt, fdt_totalsize(fdt) };
}

/* kx_devtree_make(); the blobs are freed. What comes out is not looked at. */
static int make(struct kx_span running, struct kx_span file, struct kx_span overlay,
		struct kx_err *err)
{
	struct kx_devtree_request request = { .running = running, .file = file,
					      .overlay = &overlay, .n_overlay = overlay.len > 0,
					      .initrd = { 0x1000, 0x2000, 0 }, .cmdline = "x" };
	void *fdt = NULL;
	size_t size;
	int rc = kx_devtree_make(&request, &fdt, &size, err);

	free(fdt);
	free((void *)(uintptr_t)running.base);
	free((void *)(uintptr_t)file.base);
	free((void *)(uintptr_t)overlay.base);
	return rc;
}

static const struct kx_span none = { NULL, 0 };

static void assert_made(struct kx_span running, struct kx_span file, struct kx_span overlay)
{
	struct kx_err err = { "" };

	if (make(running, file, overlay, &err) < 0)
		fail_msg("%s", err.text);
}

static void assert_too_much(struct kx_span running, struct kx_span file, struct kx_span overlay)
{
	struct kx_err err = { "" };

	assert_int_equal(make(running, file, overlay, &err), -EFBIG);
	assert_says(&err, "more to change in it than is sensible");
}

static struct kx_span with_memory(int reservations)
{
	void *fdt = begin(reservations);

	put_cells(fdt);
	put_region(fdt, "memory@80000000", 0x80000000, 0x40000000, true);
	return end(fdt);
}

static struct kx_span without_memory(int reservations, bool ballast)
{
	void *fdt = begin(reservations);

	if (ballast)
		put_ballast(fdt);
	put_cells(fdt);
	return end(fdt);
}

/* @cut: the name's end is the first byte behind all names. */
static void assert_named(size_t len, bool cut, int wanted)
{
	char name[300] = "";
	struct kx_err err = { "" };
	void *fdt = begin(0);
	struct kx_span blob;
	int rc;

	memset(name, 'n', len);
	/* libfdt puts the first of all names last. */
	put_empty(fdt, name, 3);
	put_cells(fdt);
	blob = end(fdt);
	if (cut)
		fdt_set_size_dt_strings(fdt, fdt_size_dt_strings(fdt) - 1);
	rc = make(none, blob, none, &err);
	assert_int_equal(rc, wanted);
	if (rc < 0)
		assert_says(&err, "has no name of up to 255 bytes");
}

TEST(names_of_properties_have_an_end)
{
	for (size_t len = 254; len < 258; len++) {
		assert_named(len, false, len < 256 ? 0 : -EINVAL);
		assert_named(len, true, -EINVAL);
	}
}

/* One after the other is deleted, and what is behind moves each time. */
static struct kx_span many_seeds(int count, bool ballast)
{
	void *fdt = begin(0);

	if (ballast)
		put_ballast(fdt);
	put_cells(fdt);
	assert_int_equal(fdt_begin_node(fdt, "chosen"), 0);
	put_empty(fdt, "rng-seed", count);
	assert_int_equal(fdt_end_node(fdt), 0);
	return end(fdt);
}

TEST(stale_properties_again_and_again)
{
	assert_made(none, many_seeds(1000, false), none);
	assert_too_much(none, many_seeds(1000, true), none);
}

static struct kx_span many_memories(int count, bool ballast)
{
	void *fdt = begin(0);

	if (ballast)
		put_ballast(fdt);
	put_cells(fdt);
	put_regions(fdt, count, "memory", true);
	return end(fdt);
}

TEST(memory_nodes_that_are_to_be_replaced)
{
	assert_made(with_memory(0), many_memories(1000, false), none);
	assert_too_much(with_memory(0), many_memories(1000, true), none);
}

static struct kx_span many_reserved(int count)
{
	void *fdt = begin(0);

	put_cells(fdt);
	put_region(fdt, "memory@80000000", 0x80000000, 0x40000000, true);
	assert_int_equal(fdt_begin_node(fdt, "reserved-memory"), 0);
	put_cells(fdt);
	put_regions(fdt, count, "r", false);
	assert_int_equal(fdt_end_node(fdt), 0);
	return end(fdt);
}

TEST(reserved_memory_that_is_to_be_copied)
{
	assert_made(many_reserved(500), without_memory(0, false), none);
	assert_too_much(many_reserved(500), without_memory(0, true), none);
}

TEST(reservations_that_are_to_be_merged)
{
	assert_made(with_memory(1000), without_memory(1000, false), none);
	assert_too_much(with_memory(1000), without_memory(0, true), none);
}

TEST(reservations_that_stay_cost_a_look_each)
{
	double start = processor_seconds();

	assert_made(none, without_memory(300000, false), none);
	if (processor_seconds() - start > 5)
		fail_msg("%g s", processor_seconds() - start);
}

/* Each new name is compared with all that there are. */
TEST(directories_of_long_names)
{
	enum { LONGEST = 250 };

	for (unsigned int count = 100; count <= 3100; count += 3000) {
		struct folder folder = folder_of("== proc/device-tree/empty hex 0\n");
		struct kx_err err = { "" };
		void *fdt = NULL;
		size_t size;
		int rc;

		for (unsigned int i = 0; i < count; i++) {
			char path[sizeof(folder.path) + 300];
			FILE *file;

			snprintf(path, sizeof(path), "%s/proc/device-tree/%0*u", folder.path,
				 LONGEST, i);
			file = fopen(path, "w");
			assert_non_null(file);
			fclose(file);
		}
		rc = kx_devtree_read(folder.path, &fdt, &size, &err);
		assert_int_equal(rc, count == 100 ? 0 : -EFBIG);
		free(fdt);
		folder_remove(&folder);
	}
}

/* ---- overlays ------------------------------------------------------------------------------- */

static void *begin_overlay(void)
{
	void *fdt = begin(0);

	assert_int_equal(fdt_begin_node(fdt, "fragment@0"), 0);
	assert_int_equal(fdt_property_string(fdt, "target-path", "/"), 0);
	assert_int_equal(fdt_begin_node(fdt, "__overlay__"), 0);
	return fdt;
}

static void end_nodes(void *fdt, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(fdt_end_node(fdt), 0);
}

static struct kx_span many_places(int count)
{
	static const char place[] = "/fragment@0/__overlay__:x:0";
	void *fdt = begin_overlay(), *value;

	assert_int_equal(fdt_property_u32(fdt, "x", 0), 0);
	end_nodes(fdt, 2);
	assert_int_equal(fdt_begin_node(fdt, "__fixups__"), 0);
	assert_int_equal(fdt_property_placeholder(fdt, "l", count * (int)sizeof(place), &value), 0);
	for (int i = 0; i < count; i++)
		memcpy((char *)value + i * sizeof(place), place, sizeof(place));
	end_nodes(fdt, 1);
	return end(fdt);
}

static struct kx_span with_label(void)
{
	void *fdt = begin(0);

	put_cells(fdt);
	assert_int_equal(fdt_begin_node(fdt, "a"), 0);
	assert_int_equal(fdt_property_u32(fdt, "phandle", 1), 0);
	end_nodes(fdt, 1);
	assert_int_equal(fdt_begin_node(fdt, "__symbols__"), 0);
	assert_int_equal(fdt_property_string(fdt, "l", "/a"), 0);
	end_nodes(fdt, 1);
	return end(fdt);
}

static struct kx_span many_nodes(int count)
{
	void *fdt = begin_overlay();

	for (int i = 0; i < count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%x", (unsigned int)i);
		assert_int_equal(fdt_begin_node(fdt, name), 0);
		end_nodes(fdt, 1);
	}
	end_nodes(fdt, 2);
	return end(fdt);
}

/* Each of @count offsets refers to the same 4 bytes. */
static struct kx_span many_offsets(int count)
{
	void *fdt = begin_overlay(), *value;

	assert_int_equal(fdt_property_u32(fdt, "x", 0), 0);
	end_nodes(fdt, 2);
	assert_int_equal(fdt_begin_node(fdt, "__local_fixups__"), 0);
	assert_int_equal(fdt_begin_node(fdt, "fragment@0"), 0);
	assert_int_equal(fdt_begin_node(fdt, "__overlay__"), 0);
	assert_int_equal(fdt_property_placeholder(fdt, "x", 4 * count, &value), 0);
	memset(value, 0, 4 * (size_t)count);
	end_nodes(fdt, 3);
	return end(fdt);
}

TEST(overlays_of_many_parts)
{
	assert_made(none, with_label(), many_places(500));
	assert_too_much(none, with_label(), many_places(15000));
	assert_made(none, with_label(), many_nodes(500));
	assert_too_much(none, with_label(), many_nodes(13000));
	assert_made(none, with_label(), many_offsets(500));
	assert_too_much(none, with_label(), many_offsets(30000));
}

/* ---- questions ------------------------------------------------------------------------------ */

TEST(cells_are_asked_once)
{
	enum { PARTS = 20000 };
	struct kx_ranges memory = { 0 };
	double start = processor_seconds();
	struct kx_span blob;
	void *fdt = begin(0);

	put_empty(fdt, "x", PARTS);
	put_cells(fdt);
	put_regions(fdt, PARTS, "memory", true);
	put_region(fdt, "memory@80000000", 0x80000000, 0x40000000, true);
	assert_made(with_memory(0), end(fdt), none);
	fdt = begin(0);
	put_cells(fdt);
	assert_int_equal(fdt_begin_node(fdt, "reserved-memory"), 0);
	put_empty(fdt, "x", PARTS);
	put_cells(fdt);
	put_regions(fdt, PARTS, "mmode_resv", false);
	end_nodes(fdt, 1);
	blob = end(fdt);
	assert_int_equal(kx_devtree_firmware_memory(blob.base, &memory), 0);
	kx_ranges_done(&memory);
	free(fdt);
	if (processor_seconds() - start > 5)
		fail_msg("%g s", processor_seconds() - start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_properties_have_an_end),
		cmocka_unit_test(stale_properties_again_and_again),
		cmocka_unit_test(memory_nodes_that_are_to_be_replaced),
		cmocka_unit_test(reserved_memory_that_is_to_be_copied),
		cmocka_unit_test(reservations_that_are_to_be_merged),
		cmocka_unit_test(reservations_that_stay_cost_a_look_each),
		cmocka_unit_test(directories_of_long_names),
		cmocka_unit_test(overlays_of_many_parts),
		cmocka_unit_test(cells_are_asked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
