/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captured machines of every architecture, and kernels for them; see the header. */
#include "kexec/arch/arches.h"
#include "tests/tools/mkbzimage.h"
#include "tests/tools/mkimage.h"
#include "tests/unit/boards.h"
#include "tests/unit/sound_dt.h"
#include "tests/unit/sound_x86.h"

enum { BOARDS_MAX = 32, WORDS_MAX = 8 };

const struct board_kind board_x86 = { .make_kernel = mkbzimage, .sound = sound_x86_plan };
const struct board_kind board_dt = {
	.make_kernel = mkimage,
	.arch_word = true,
	.devicetree = true,
	.sound = sound_dt_plan,
};

const struct board_arch board_arches[] = {
	{
		.name = "x86_64",
		.kind = &board_x86,
		.machine = { "bios-1g", "uefi-1g", "bios-8g", "200-entries", "native-drm",
			     "no-memmap", "iomem-only", "crashkernel", "hostile-overlap",
			     "hostile-e820" },
	},
	{
		.name = "arm64",
		.kind = &board_dt,
		.cmdline_max = 2047,
		.tree_max = 2 * MIB,
		.initrd_window = UINT64_C(32) * GIB,
		.late_iomem = "40000000-7fffffff : System RAM\n"
			      "  40210000-4157ffff : Kernel code\n"
			      "  60000000-7fffffff : reserved\n",
		.late = { 0x60000000, 0x80000000, 0 },
		.machine = { "virt-1g", "virt-1g-nokaslr", "virt3-6g-high", "el2-1g",
			     "virt3-1g-16k", "virt-1g-64k", "uefi-1g-nokaslr", "uefi-6g-high",
			     "uefi-6g-64k-high" },
	},
	{
		.name = "riscv64",
		.kind = &board_dt,
		.cmdline_max = 1023,
		.late_iomem = "80200000-bfffffff : System RAM\n"
			      "  80202000-80ffffff : Kernel code\n"
			      "  a0000000-bfffffff : Reserved\n",
		.late = { 0xa0000000, 0xc0000000, 0 },
		.machine = { "virt-1g", "virt-6g-high", "uefi-1g", "uefi-dt-1g" },
	},
	{ .name = NULL },
};

struct board boards[BOARDS_MAX];
size_t n_boards;

static void read_facts(struct board *board)
{
	struct folder folder = folder_of_machine(board->arch->name, board->name);
	struct kx_err err = { "" };
	int rc;

	rc = kx_machine_read(&board->machine, folder.path, &err);
	if (rc == 0 && board->arch->kind->devicetree)
		rc = kx_machine_read_firmware(&board->machine, &err);
	if (rc == 0 && board->has_crash)
		rc = kx_machine_read_crash(&board->machine, &err);
	if (rc == 0 && board->has_crash)
		rc = kx_machine_read_dump(&board->machine, &err);
	folder_remove(&folder);
	if (rc < 0)
		fail_msg("%s %s: %s", board->arch->name, board->name, err.text);
}

void board_read(struct board *board, const char *arch, const char *name)
{
	board->arch = board_arch_named(arch);
	board->name = name;
	read_facts(board);
}

void board_drop(struct board *board)
{
	kx_machine_done(&board->machine);
}

static void need_purgatory(const char *arch)
{
	const char *ci = getenv("CI");

	if (*kx_arch_by_name(arch)->purgatory_size > 0)
		return;
	printf("SKIP: built without a purgatory for %s\n", arch);
	exit(ci && strcmp(ci, "true") == 0 ? 1 : 77);
}

static int setup(const struct board_kind *kind)
{
	const struct board_arch *arch = NULL;

	n_boards = 0;
	while ((arch = board_arch_next(arch, kind))) {
		if (!kind->devicetree)
			need_purgatory(arch->name);
		for (const char *const *name = arch->machine; *name; name++) {
			assert_true(n_boards < BOARDS_MAX);
			boards[n_boards].arch = arch;
			boards[n_boards].name = *name;
			boards[n_boards].has_crash = kind->devicetree;
			read_facts(&boards[n_boards++]);
		}
	}
	return 0;
}

int boards_setup_x86(void **state)
{
	(void)state;
	return setup(&board_x86);
}

int boards_setup_dt(void **state)
{
	(void)state;
	return setup(&board_dt);
}

int boards_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_boards; i++)
		board_drop(&boards[i]);
	return 0;
}

const struct board_arch *board_arch_named(const char *arch)
{
	for (const struct board_arch *a = board_arches; a->name; a++) {
		if (strcmp(a->name, arch) == 0)
			return a;
	}
	fail_msg("no architecture %s among the boards", arch);
	return NULL;
}

const struct board_arch *board_arch_next(const struct board_arch *arch,
					 const struct board_kind *kind)
{
	arch = arch ? arch + 1 : board_arches;
	while (arch->name && arch->kind != kind)
		arch++;
	return arch->name ? arch : NULL;
}

struct board *board_named(const char *arch, const char *name)
{
	for (size_t i = 0; i < n_boards; i++) {
		if (strcmp(boards[i].arch->name, arch) == 0 && strcmp(boards[i].name, name) == 0)
			return &boards[i];
	}
	fail_msg("no board %s %s", arch, name);
	return NULL;
}

struct board *board_first(const struct board_arch *arch)
{
	return board_named(arch->name, arch->machine[0]);
}

struct kx_machine board_reserved(const struct kx_machine *of, uint64_t start, uint64_t end)
{
	static struct kx_kcore_part kcore[] = {
		{ UINT64_C(0xffffffff82000000), 0x2000000, 0x3000000 },
		{ UINT64_C(0xffff888000001000), 0x1000, 0x9e000 },
	};
	struct kx_machine machine = *of;

	machine.crash = (struct kx_crash){
		.image = { 0x2000000, 0x5000000, 0 },
		.kcore = kcore,
		.n_kcore = 2,
	};
	assert_int_equal(kx_ranges_add(&machine.crash.regions, start, end, 0), 0);
	assert_int_equal(kx_ranges_add(&machine.crash.ram, 0x1000, 0x9f000, 0), 0);
	assert_int_equal(kx_ranges_add(&machine.crash.ram, 0x100000, 0x3e000000, 0), 0);
	return machine;
}

struct kx_request board_request(const struct board *board, struct kx_span kernel)
{
	if (board->arch->kind->devicetree)
		return dt_view_request(&board->machine, kernel);
	return plan_view_request(&board->machine, kernel);
}

struct kx_span kernel_of_words(const char *const *word)
{
	const struct board_arch *arch = board_arch_named(word[0]);
	const char *words[WORDS_MAX];
	char arch_word[32];
	struct kx_span file;
	uint8_t *bytes;
	size_t count = 0;

	snprintf(arch_word, sizeof(arch_word), "arch=%s", arch->name);
	if (arch->kind->arch_word)
		words[count++] = arch_word;
	while (*++word) {
		assert_true(count < WORDS_MAX);
		words[count++] = *word;
	}
	assert_int_equal(arch->kind->make_kernel(words, count, &bytes, &file.len), 0);
	file.base = bytes;
	return file;
}

void kernel_drop(struct kx_span file)
{
	free((void *)(uintptr_t)file.base);
}

/* Of the board that the request is for, or of a machine that a test made. */
static const char *machine_name(const struct kx_request *req)
{
	for (size_t i = 0; i < n_boards; i++) {
		if (req->machine == &boards[i].machine)
			return boards[i].name;
	}
	return "(a machine of the test)";
}

static int plan_and_seal(const struct board_arch *arch, const char *type,
			 const struct kx_request *req, struct kx_plan *plan, struct kx_err *err)
{
	int rc = plan_view_run_type(arch->name, type, req, plan, err);

	if (rc == 0 && arch->kind->devicetree)
		rc = kx_plan_seal(plan, err);
	return rc;
}

struct kx_plan assert_planned(const char *arch, const struct kx_request *req)
{
	return assert_planned_type(arch, NULL, req);
}

struct kx_plan assert_planned_type(const char *arch_name, const char *type,
				   const struct kx_request *req)
{
	const struct board_arch *arch = board_arch_named(arch_name);
	struct kx_err err = { "" };
	struct kx_plan plan;

	if (plan_and_seal(arch, type, req, &plan, &err) < 0)
		fail_msg("%s %s refused: %s", arch_name, machine_name(req), err.text);
	if (!arch->kind->sound(&plan, req, &err))
		fail_msg("%s %s not sound: %s", arch_name, machine_name(req), err.text);
	return plan;
}

void assert_refused(const char *arch, const struct kx_request *req, int code, const char *says)
{
	assert_refused_type(arch, NULL, req, code, says);
}

void assert_refused_type(const char *arch, const char *type, const struct kx_request *req,
			 int code, const char *says)
{
	struct kx_err err = { "" };
	struct kx_plan plan;

	assert_int_equal(plan_view_run_type(arch, type, req, &plan, &err), code);
	assert_says(&err, says);
	kx_plan_done(&plan);
}

bool refused_or_sound(const char *arch_name, const struct kx_request *req)
{
	const struct board_arch *arch = board_arch_named(arch_name);
	struct kx_err err = { "" };
	struct kx_plan plan;
	bool refused;

	refused = plan_and_seal(arch, NULL, req, &plan, &err) < 0;
	if (refused && strlen(err.text) < 10)
		fail_msg("no reason: \"%s\"", err.text);
	if (!refused && !arch->kind->sound(&plan, req, &err))
		fail_msg("%s not sound: %s", machine_name(req), err.text);
	kx_plan_done(&plan);
	return refused;
}
