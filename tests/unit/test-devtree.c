/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device trees: read as blob and from directories, completed, handed on with what must differ. */
#include <libfdt.h>
#include <unistd.h>

#include "kx/devtree.h"
#include "kx/devtree_nodes.h"
#include "tests/tools/mkdtb.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/trees.h"

#define HEAD "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; "
#define MEMORY "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x1000000>; }; "

static struct kx_span blob_of(const char *text)
{
	struct kx_err err = { "" };
	void *blob = NULL;
	size_t len = 0;

	if (mkdtb(kx_span_of(text), &blob, &len, &err) < 0)
		fail_msg("%s", err.text);
	return (struct kx_span){ blob, len };
}

static void blob_free(struct kx_span blob)
{
	free((void *)(uintptr_t)blob.base);
}

/* What is made of the request; its blobs are freed. */
static int make_rc(struct kx_devtree_request *request, void **ret, struct kx_err *err)
{
	size_t size = 0;
	int rc = kx_devtree_make(request, ret, &size, err);

	if (rc == 0)
		assert_int_equal(size, fdt_totalsize(*ret));
	blob_free(request->running);
	blob_free(request->file);
	return rc;
}

static void *make(struct kx_devtree_request request)
{
	struct kx_err err = { "" };
	void *fdt = NULL;

	if (make_rc(&request, &fdt, &err) < 0)
		fail_msg("%s", err.text);
	return fdt;
}

/* The same as text would give it. */
static void assert_tree(const void *fdt, const char *text)
{
	struct kx_span wanted = blob_of(text);
	struct tree a = tree_of(fdt), b = tree_of(wanted.base);
	const char *difference = tree_difference(&a, &b);

	if (difference)
		fail_msg("differs in %s", difference);
	tree_done(&a);
	tree_done(&b);
	blob_free(wanted);
}

static void assert_refused(struct kx_devtree_request request, int rc, const char *why)
{
	struct kx_err err = { "" };
	void *fdt = NULL;

	assert_int_equal(make_rc(&request, &fdt, &err), rc);
	assert_null(fdt);
	assert_says(&err, why);
}

static void assert_reserved(const void *fdt, const uint64_t *start_size, int count)
{
	uint64_t start, size;

	assert_int_equal(fdt_num_mem_rsv(fdt), count);
	for (int i = 0; i < count; i++) {
		assert_int_equal(fdt_get_mem_rsv(fdt, i, &start, &size), 0);
		assert_int_equal(start, start_size[2 * i]);
		assert_int_equal(size, start_size[2 * i + 1]);
	}
}

TEST(an_empty_tree_gets_what_was_asked)
{
	uint8_t kaslr[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, rng[32] = { 0xaa, [31] = 0xbb };
	void *fdt = make((struct kx_devtree_request){
		.cmdline = "a b", .initrd = { 0x123456789, 0x12345678a, 0 },
		.kaslr_seed = kaslr, .rng_seed = rng });
	const uint64_t wanted[] = { 0x123456789, 1 };

	assert_tree(fdt, HEAD "chosen { bootargs = \"a b\"; linux,booted-from-kexec;"
			 "linux,initrd-start = <1 0x23456789>; linux,initrd-end = <1 0x2345678a>;"
			 "kaslr-seed = <0x01020304 0x05060708>; rng-seed = <0xaa000000 0 0 0 0 0 0 "
			 "0xbb>; }; };");
	assert_reserved(fdt, wanted, 1);
	free(fdt);
}

TEST(what_an_earlier_loader_told_goes_away)
{
	static const char old[] = "/dts-v1/; /memreserve/ 0x1000 0x2000; /memreserve/ 0x5000 0x1000;"
		"/memreserve/ 0x7000 0x1000; /memreserve/ 0x9000 0x800; / { #address-cells = <1>; "
		"#size-cells = <1>; x { }; chosen { stdout-path = \"/x\"; linux,uefi-mmap-size = <1>;"
		"bootargs = \"old\"; linux,initrd-start = <0x1000>; linux,initrd-end = <0 0x2f00>; "
		"kaslr-seed = <0 0>; rng-seed = <0>; linux,elfcorehdr = <0x5000 0x1000>; "
		"linux,usable-memory-range = <0 1>; linux,kho-fdt = <1>; linux,kho-scratch = <1>; "
		"linux,dmcryptkeys = <1>; linux,ima-kexec-buffer = <0x7000 0x800>; }; };";
	void *fdt = make((struct kx_devtree_request){ .running = blob_of(old), .cmdline = "" });
	const uint64_t wanted[] = { 0x9000, 0x800 };

	assert_tree(fdt, "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; x { }; chosen { "
			 "stdout-path = \"/x\"; linux,uefi-mmap-size = <1>; "
			 "linux,booted-from-kexec; }; };");
	/* IMA's buffer is reserved up to whole pages, too. */
	assert_reserved(fdt, wanted, 1);
	free(fdt);
}

/* As a kernel reserves an initrd of 0x2f00 bytes: whole pages of its own. */
TEST(old_reservations_are_known_by_the_pages_of_any_kernel)
{
	static const struct {
		uint64_t size;
		int left;
	} some[] = {
		{ 0x2f00, 0 }, { 0x3000, 0 }, { 0x4000, 0 }, { 0x10000, 0 },
		{ 0x2eff, 1 }, { 0x2000, 1 }, { 0x8000, 1 }, { 0x20000, 1 },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		const uint64_t wanted[] = { 0x100000, some[i].size };
		char old[300];
		void *fdt;

		snprintf(old, sizeof(old), "/dts-v1/; /memreserve/ 0x100000 0x%x; / { chosen { "
			 "linux,initrd-start = <0x100000>; linux,initrd-end = <0x102f00>; }; };",
			 (unsigned int)some[i].size);
		fdt = make((struct kx_devtree_request){ .running = blob_of(old), .cmdline = "" });
		assert_reserved(fdt, wanted, some[i].left);
		free(fdt);
	}
}

TEST(a_reservation_that_both_trees_have_is_one)
{
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of("/dts-v1/; /memreserve/ 0x4000 0x1000; /memreserve/ 0x6000 0x1000;"
				   "/memreserve/ 0x4000 0x1000; / { };"),
		.file = blob_of("/dts-v1/; /memreserve/ 0x6000 0x1000; /memreserve/ 0x4000 0x800;"
				"/ { };") });
	/* What one tree says twice stays: it is compared with the other one's alone. */
	const uint64_t wanted[] = { 0x6000, 0x1000, 0x4000, 0x800, 0x4000, 0x1000, 0x4000, 0x1000 };

	assert_reserved(fdt, wanted, 4);
	free(fdt);
}

#define LONG_NAME "a23456789b123456789c123456789d123456789e123456789f123456789g123"

/* What is behind @len is not looked at. */
TEST(paths_may_begin_with_an_alias)
{
	struct kx_span blob = blob_of("/dts-v1/; / { aliases { bus = \"/soc/bus\"; me = \"me\"; "
				      LONG_NAME " = \"/soc\"; " LONG_NAME "a = \"/soc\"; }; "
				      "soc { bus { dev { port { }; }; }; }; };");
	const void *fdt = blob.base;
	int port = fdt_path_offset(fdt, "/soc/bus/dev/port");
	int dev = fdt_path_offset(fdt, "/soc/bus/dev");

	assert_true(port > 0 && dev > 0);
	assert_int_equal(kx_devtree_path(fdt, "/soc/bus/dev/port", 17), port);
	assert_int_equal(kx_devtree_path(fdt, "bus/dev/port", 12), port);
	assert_int_equal(kx_devtree_path(fdt, "bus/dev/port", 7), dev);
	assert_int_equal(kx_devtree_path(fdt, "bus/devices", 7), dev);
	assert_int_equal(kx_devtree_path(fdt, "bus/dev/port/x", 12), port);
	assert_true(kx_devtree_path(fdt, "bus/dev/port", 11) < 0);
	assert_true(kx_devtree_path(fdt, "bus/dev/none", 12) < 0);
	/* 63 characters are the longest alias; the one of 64 is another one's beginning. */
	assert_true(kx_devtree_path(fdt, LONG_NAME, 63) > 0);
	assert_true(kx_devtree_path(fdt, LONG_NAME "a", 64) < 0);
	assert_true(kx_devtree_path(fdt, "me", 2) < 0);
	assert_true(kx_devtree_path(fdt, "bus", 0) < 0);
	blob_free(blob);
}

TEST(a_crash_kernel_is_told_its_memory_high_first)
{
	struct kx_range range[] = { { 0x80000000, 0x90000000, 0 },
				    { 0x100000000, 0x110000000, 0 } };
	const struct kx_ranges usable = { range, 2, 2 };
	const uint64_t wanted[] = { 0x10fff0000, 0x10000 };
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of(HEAD "chosen { linux,elfcorehdr = <1 2 3 4>; }; };"),
		.crash = true, .elfcorehdr = { 0x10fff0000, 0x110000000, 0 }, .usable = &usable });

	assert_tree(fdt, HEAD "chosen { linux,booted-from-kexec; "
			 "linux,elfcorehdr = <1 0x0fff0000 0 0x10000>; linux,usable-memory-range = "
			 "<1 0 0 0x10000000 0 0x80000000 0 0x10000000>; }; };");
	assert_reserved(fdt, wanted, 1);
	free(fdt);
}

TEST(addresses_beyond_the_cells_are_refused)
{
	struct kx_range range = { 0x80000000, 0x90000000, 0 };
	const struct kx_ranges usable = { &range, 1, 1 }, none = { 0 };
	const char *small = "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; };";
	struct kx_devtree_request request = {
		.crash = true, .elfcorehdr = { 0x10fff0000, 0x110000000, 0 }, .usable = &usable };

	request.running = blob_of(small);
	assert_refused(request, -ERANGE, "linux,elfcorehdr [0x10fff0000, 0x110000000) does not fit "
		       "into the tree's #address-cells 1 and #size-cells 1");
	request.elfcorehdr = (struct kx_range){ 0x8fff0000, 0x90000000, 0 };
	request.running = blob_of(small);
	free(make(request));
	/* Without a word the kernel takes one cell each; three it cannot count in. */
	request.running = blob_of("/dts-v1/; / { };");
	free(make(request));
	request.running = blob_of("/dts-v1/; / { #address-cells = <3>; };");
	assert_refused(request, -ERANGE, "#address-cells 3 and #size-cells 1");
	request.usable = &none;
	request.running = blob_of(small);
	assert_refused(request, -EINVAL, "no memory that a crash kernel may use");
}

TEST(memory_that_hardware_uses_is_reserved_once)
{
	struct kx_range range[] = { { 0x1000, 0x3000, 0 }, { 0x8000, 0x9000, 0 } };
	const struct kx_ranges reserve = { range, 2, 2 };
	const uint64_t wanted[] = { 0x1000, 0x2000, 0x8000, 0x1000 };
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of("/dts-v1/; /memreserve/ 0x1000 0x2000; / { };"),
		.reserve = &reserve });

	assert_reserved(fdt, wanted, 2);
	free(fdt);
}

TEST(a_file_without_memory_gets_the_running_one)
{
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of("/dts-v1/; /memreserve/ 0x4000 0x1000; /memreserve/ 0x6000 0x1000;"
				   "/ { #address-cells = <2>; #size-cells = <2>; gone { }; " MEMORY
				   "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;"
				   "a@1 { reg = <0 1 0 2>; phandle = <1>; no-map; }; "
				   "b { size = <0 3>; alignment = <0 4>; alloc-ranges = <0 5 0 6>; "
				   "iommu-addresses = <1 0 0>; }; own { reg = <0 7 0 8>; }; }; "
				   "chosen { linux,initrd-start = <0x6000>; "
				   "linux,initrd-end = <0x7000>; linux,uefi-system-table = <0 9>; "
				   "linux,uefi-mmap-size = <2>; stdout-path = \"/gone\"; }; };"),
		.file = blob_of("/dts-v1/; /memreserve/ 0x8000 0x1000; / { "
				"memory { device_type = \"memory\"; reg = <0 0>; }; "
				"reserved-memory { own { reg = <1 1>; }; }; "
				"dev { phandle = <1>; }; };") });
	const uint64_t wanted[] = { 0x8000, 0x1000, 0x4000, 0x1000 };

	/* The file counts in single cells; its node of size 0 waits for a boot loader. */
	assert_tree(fdt, "/dts-v1/; / { "
			 "memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0x1000000>; };"
			 "reserved-memory { own { reg = <1 1>; }; a@1 { reg = <1 2>; no-map; }; "
			 "b { size = <3>; alignment = <4>; alloc-ranges = <5 6>; }; }; "
			 "dev { phandle = <1>; }; chosen { linux,booted-from-kexec; "
			 "linux,uefi-system-table = <0 9>; linux,uefi-mmap-size = <2>; }; };");
	assert_reserved(fdt, wanted, 2);
	free(fdt);
}

/* One of the two numbers is as wide in both trees. */
TEST(memory_is_written_in_the_files_cells)
{
#define CELLS(address, size) "/dts-v1/; / { #address-cells = <" address ">; #size-cells = <" size ">; "
#define WANTED(reg) "memory@40000000 { device_type = \"memory\"; reg = <" reg ">; }; " \
		    "chosen { linux,booted-from-kexec; }; };"
	static const char *const some[][2] = {
		{ CELLS("2", "1") "};", CELLS("2", "1") WANTED("0 0x40000000 0x1000000") },
		{ CELLS("1", "2") "};", CELLS("1", "2") WANTED("0x40000000 0 0x1000000") },
	};

	for (size_t i = 0; i < 2; i++) {
		void *fdt = make((struct kx_devtree_request){ .running = blob_of(HEAD MEMORY "};"),
							      .file = blob_of(some[i][0]) });

		assert_tree(fdt, some[i][1]);
		free(fdt);
	}
}

TEST(a_file_without_reserved_memory_gets_it_whole)
{
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of(HEAD MEMORY "reserved-memory { #address-cells = <2>; "
				   "#size-cells = <2>; ranges; a@1 { reg = <0 1 0 2>; }; }; };"),
		.file = blob_of(HEAD "};") });

	assert_tree(fdt, HEAD MEMORY "reserved-memory { #address-cells = <2>; #size-cells = <2>; "
			 "ranges; a@1 { reg = <0 1 0 2>; }; }; "
			 "chosen { linux,booted-from-kexec; }; };");
	free(fdt);
}

TEST(a_file_with_memory_stands_alone)
{
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of("/dts-v1/; /memreserve/ 1 2; / { reserved-memory { a { }; }; "
				   "memory { device_type = \"memory\"; reg = <5 5>; }; };"),
		.file = blob_of(HEAD MEMORY "};") });

	assert_tree(fdt, HEAD MEMORY "chosen { linux,booted-from-kexec; }; };");
	assert_int_equal(fdt_num_mem_rsv(fdt), 0);
	free(fdt);
}

TEST(memory_beyond_the_files_cells_is_refused)
{
	assert_refused((struct kx_devtree_request){
		.running = blob_of(HEAD "memory { device_type = \"memory\"; reg = <1 0 0 1>; }; };"),
		.file = blob_of("/dts-v1/; / { };") }, -ERANGE,
		"memory of the running device tree: reg: does not fit into #address-cells 1");
}

#define BASE HEAD "i2c@0 { phandle = <7>; }; __symbols__ { i2c0 = \"/i2c@0\"; }; };"

TEST(overlays_apply_one_after_another)
{
	struct kx_span overlay[] = {
		blob_of("/dts-v1/; / { fragment@0 { target = <0xffffffff>; __overlay__ { "
			"status = \"okay\"; a { phandle = <1>; }; b { friend = <1>; }; }; }; "
			"__symbols__ { a = \"/fragment@0/__overlay__/a\"; }; "
			"__fixups__ { i2c0 = \"/fragment@0:target:0\"; }; __local_fixups__ { "
			"fragment@0 { __overlay__ { b { friend = <0>; }; }; }; }; };"),
		blob_of("/dts-v1/; / { fragment@0 { target-path = \"/i2c@0/a\"; __overlay__ { "
			"x = <0xffffffff>; }; }; __fixups__ { a = "
			"\"/fragment@0/__overlay__:x:0\"; }; };"),
	};
	void *fdt = make((struct kx_devtree_request){
		.running = blob_of(BASE), .overlay = overlay, .n_overlay = 2 });

	assert_tree(fdt, HEAD "i2c@0 { phandle = <7>; status = \"okay\"; a { phandle = <8>; "
			 "x = <8>; }; b { friend = <8>; }; }; __symbols__ { i2c0 = \"/i2c@0\"; "
			 "a = \"/i2c@0/a\"; }; chosen { linux,booted-from-kexec; }; };");
	free(fdt);
	blob_free(overlay[0]);
	blob_free(overlay[1]);
}

TEST(wrong_overlays_are_refused_with_a_reason)
{
#define FRAGMENT "/dts-v1/; / { fragment@0 { target = <0xffffffff>; __overlay__ { x = <1 2>; }; }; "
	static const struct {
		const char *overlay, *why;
	} some[] = {
		{ FRAGMENT "__fixups__ { spi0 = \"/fragment@0:target:0\"; }; };",
		  "overlay 1: refers to \"spi0\", which the base does not have" },
		{ FRAGMENT "__fixups__ { i2c0 = \"/fragment@0:target:1\"; }; };",
		  "no reference at \"/fragment@0:target:1\"" },
		{ FRAGMENT "__fixups__ { i2c0 = \"/fragment@0:target:4294967292\"; }; };",
		  "no reference at" },
		{ FRAGMENT "__fixups__ { i2c0 = \"/fragment@0:target\"; }; };",
		  "is not PATH:PROPERTY:OFFSET" },
		{ FRAGMENT "__fixups__ { i2c0 = \"fragment:target:0\"; }; };", "has no path" },
		{ FRAGMENT "__fixups__ { i2c0 = <0x41414141>; }; };", "no string" },
		{ FRAGMENT "__local_fixups__ { fragment@0 { __overlay__ { x = <5>; }; }; }; };",
		  "__local_fixups__ of x: no reference at offset 5" },
		{ FRAGMENT "__local_fixups__ { fragment@0 { __overlay__ { x = <0xfffffffc>; }; }; }; };",
		  "no reference at offset 4294967292" },
		{ FRAGMENT "__local_fixups__ { fragment@0 { __overlay__ { y = <0>; }; }; }; };",
		  "no reference at offset 0" },
		{ FRAGMENT "__local_fixups__ { fragment@1 { x = <0>; }; }; };",
		  "fragment@1, which is not a node" },
		{ FRAGMENT "__local_fixups__ { __local_fixups__ { x = <0>; }; }; };",
		  "__local_fixups__, which is not a node" },
		{ FRAGMENT "__local_fixups__ { phandle = <0>; }; };", "bad __local_fixups__" },
		{ "/dts-v1/; / { fragment@0 { target-path = \"a\"; __overlay__ { }; }; };",
		  "target-path \"a\" does not start with /" },
		{ "/dts-v1/; / { fragment@0 { target-path = \"/a\"; __overlay__ { }; }; };",
		  "does not apply" },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct kx_span overlay = blob_of(some[i].overlay);

		assert_refused((struct kx_devtree_request){ .running = blob_of(BASE),
				.overlay = &overlay, .n_overlay = 1 }, -EINVAL, some[i].why);
		blob_free(overlay);
	}
}

TEST(a_base_without_labels_is_named_as_the_reason)
{
	struct kx_span overlay = blob_of(FRAGMENT "__fixups__ { x = \"/fragment@0:target:0\"; }; };");

	assert_refused((struct kx_devtree_request){ .running = blob_of(HEAD "};"),
			.overlay = &overlay, .n_overlay = 1 }, -EINVAL, "without dtc -@");
	blob_free(overlay);
}

TEST(malformed_trees_are_refused)
{
	struct kx_span good = blob_of(BASE);
	struct kx_err err = { "" };
	char deep[4000] = "/dts-v1/; / { ";
	uint8_t *copy = malloc(good.len + 1);

	assert_non_null(copy);
	assert_int_equal(kx_devtree_check(good, &err), 0);
	memcpy(copy + 1, good.base, good.len);
	assert_int_equal(kx_devtree_check((struct kx_span){ copy + 1, good.len }, &err), 0);
	for (size_t len = 0; len < good.len; len++)
		assert_true(kx_devtree_check((struct kx_span){ good.base, len }, &err) < 0);
	copy[1 + 4] = 2;
	assert_int_equal(kx_devtree_check((struct kx_span){ copy + 1, good.len }, &err), -EFBIG);
	copy[1 + 4] = 0;
	copy[1 + 23] = 15;
	copy[1 + 27] = 15;
	assert_int_equal(kx_devtree_check((struct kx_span){ copy + 1, good.len }, &err), -EINVAL);
	assert_says(&err, "version 15");
	copy[1 + 23] = copy[1 + 27] = 17;
	copy[1 + 11] |= 1;
	assert_int_equal(kx_devtree_check((struct kx_span){ copy + 1, good.len }, &err), -EINVAL);
	assert_says(&err, "not aligned");
	copy[1] = 'x';
	assert_int_equal(kx_devtree_check((struct kx_span){ copy + 1, good.len }, &err), -EINVAL);
	free(copy);
	blob_free(good);
	for (int i = 0; i < 64; i++)
		strcat(deep, "n { ");
	for (int i = 0; i < 65; i++)
		strcat(deep, "}; ");
	good = blob_of(deep);
	assert_int_equal(kx_devtree_check(good, &err), -EINVAL);
	assert_says(&err, "deeper than 64");
	blob_free(good);
}

TEST(a_property_of_negative_length_is_refused)
{
	struct kx_span blob = blob_of("/dts-v1/; / { a = <1>; };");
	uint8_t *bytes = (uint8_t *)(uintptr_t)blob.base;
	struct kx_err err = { "" };

	/* Behind the root's tag and name, and the property's tag. */
	bytes += fdt_off_dt_struct(bytes) + 12;
	assert_int_equal(bytes[3], 4);
	for (int len = -1; len > -32; len--) {
		memset(bytes, 0xff, 3);
		bytes[3] = (uint8_t)len;
		assert_int_equal(kx_devtree_check(blob, &err), -EINVAL);
	}
	blob_free(blob);
}

TEST(a_tree_grows_as_far_as_needed)
{
	enum { SIZE = 3 << 20 };
	char *line = malloc(SIZE + 1);
	void *fdt;

	assert_non_null(line);
	memset(line, 'x', SIZE);
	line[SIZE] = '\0';
	fdt = make((struct kx_devtree_request){ .running = blob_of(BASE), .cmdline = line });
	assert_string_equal(fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "bootargs", NULL), line);
	free(fdt);
	free(line);
}

static void put_blob(const struct folder *folder, struct kx_span blob)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/firmware/fdt", folder->path);
	file = fopen(path, "wb");
	assert_true(file && fwrite(blob.base, 1, blob.len, file) == blob.len && fclose(file) == 0);
}

TEST(the_blob_is_preferred_to_the_directories)
{
	struct folder folder = folder_of("== sys/firmware/x\n== proc/device-tree/no = 1\n");
	struct kx_span blob = blob_of(BASE);
	struct kx_err err = { "" };
	size_t size;
	void *fdt;

	put_blob(&folder, blob);
	assert_int_equal(kx_devtree_read(folder.path, &fdt, &size, &err), 0);
	assert_int_equal(size, blob.len);
	assert_tree(fdt, BASE);
	free(fdt);
	blob.len--;
	put_blob(&folder, blob);
	assert_int_equal(kx_devtree_read(folder.path, &fdt, &size, &err), -EINVAL);
	assert_says(&err, "/sys/firmware/fdt: device tree: FDT_ERR_TRUNCATED");
	blob.len++;
	blob_free(blob);
	folder_remove(&folder);
}

TEST(directories_become_a_tree)
{
	struct folder folder = folder_of(
		"== proc/device-tree -> ../sys/firmware/devicetree/base\n"
		"== sys/firmware/devicetree/base/#address-cells hex 4\n3: 02\n"
		"== sys/firmware/devicetree/base/empty hex 0\n"
		"== sys/firmware/devicetree/base/name hex 1\n"
		"== sys/firmware/devicetree/base/link -> /etc/passwd\n"
		"== sys/firmware/devicetree/base/cpus/cpu@10/reg hex 4\n3: 10\n"
		"== sys/firmware/devicetree/base/cpus/cpu@a/reg hex 4\n3: 0a\n"
		"== sys/firmware/devicetree/base/cpus/cpu@a/up -> ..\n"
		"== sys/firmware/devicetree/base/a/\n");
	struct kx_err err = { "" };
	size_t size;
	void *fdt;

	if (kx_devtree_read(folder.path, &fdt, &size, &err) < 0)
		fail_msg("%s", err.text);
	assert_tree(fdt, "/dts-v1/; / { #address-cells = <2>; empty; a { }; "
			 "cpus { cpu@a { reg = <10>; }; cpu@10 { reg = <16>; }; }; };");
	/* The first CPU is the boot CPU: their order counts. */
	assert_string_equal(fdt_get_name(fdt, fdt_first_subnode(fdt, fdt_path_offset(fdt, "/cpus")),
					 NULL), "cpu@a");
	free(fdt);
	folder_remove(&folder);
}

TEST(directories_of_more_than_a_tree_may_have_are_refused)
{
	/* All but the largest are within the limit by themselves. */
	static const off_t size[] = { KX_DEVTREE_LIMIT / 2, KX_DEVTREE_LIMIT,
				      KX_DEVTREE_LIMIT + 1, (off_t)1 << 32 };

	for (size_t i = 0; i < 4; i++) {
		struct folder folder = folder_of("== proc/device-tree/large = 1\n");
		struct kx_err err = { "" };
		void *fdt = NULL;
		char path[200];
		size_t found;

		snprintf(path, sizeof(path), "%s/proc/device-tree/large", folder.path);
		assert_int_equal(truncate(path, size[i]), 0);
		assert_int_equal(kx_devtree_read(folder.path, &fdt, &found, &err),
				 i == 0 ? 0 : -EFBIG);
		free(fdt);
		folder_remove(&folder);
	}
}

TEST(a_machine_without_a_tree_says_so)
{
	struct folder folder = folder_of("== proc/cmdline = x\n");
	struct kx_err err = { "" };
	size_t size;
	void *fdt;

	assert_int_equal(kx_devtree_read(folder.path, &fdt, &size, &err), -ENOENT);
	assert_says(&err, "no device tree");
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_tree_gets_what_was_asked),
		cmocka_unit_test(what_an_earlier_loader_told_goes_away),
		cmocka_unit_test(old_reservations_are_known_by_the_pages_of_any_kernel),
		cmocka_unit_test(a_reservation_that_both_trees_have_is_one),
		cmocka_unit_test(paths_may_begin_with_an_alias),
		cmocka_unit_test(a_crash_kernel_is_told_its_memory_high_first),
		cmocka_unit_test(addresses_beyond_the_cells_are_refused),
		cmocka_unit_test(memory_that_hardware_uses_is_reserved_once),
		cmocka_unit_test(a_file_without_memory_gets_the_running_one),
		cmocka_unit_test(memory_is_written_in_the_files_cells),
		cmocka_unit_test(a_file_without_reserved_memory_gets_it_whole),
		cmocka_unit_test(a_file_with_memory_stands_alone),
		cmocka_unit_test(memory_beyond_the_files_cells_is_refused),
		cmocka_unit_test(overlays_apply_one_after_another),
		cmocka_unit_test(wrong_overlays_are_refused_with_a_reason),
		cmocka_unit_test(a_base_without_labels_is_named_as_the_reason),
		cmocka_unit_test(malformed_trees_are_refused),
		cmocka_unit_test(a_property_of_negative_length_is_refused),
		cmocka_unit_test(a_tree_grows_as_far_as_needed),
		cmocka_unit_test(the_blob_is_preferred_to_the_directories),
		cmocka_unit_test(directories_become_a_tree),
		cmocka_unit_test(directories_of_more_than_a_tree_may_have_are_refused),
		cmocka_unit_test(a_machine_without_a_tree_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
