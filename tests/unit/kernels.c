/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels and machines for tests of the x86 loader. */
#include "tests/unit/kernels.h"

struct kx_machine machine_bios, machine_uefi, machine_large, machine_many, machine_native;
static struct kx_machine params_only, iomem_only, crash, overlap, e820;

const struct kernels_machine kernels_machines[] = {
	{ &machine_bios, "bios-1g" },
	{ &machine_uefi, "uefi-1g" },
	{ &machine_large, "bios-8g" },
	{ &machine_many, "200-entries" },
	{ &machine_native, "native-drm" },
	{ &params_only, "no-memmap" },
	{ &iomem_only, "iomem-only" },
	{ &crash, "crashkernel" },
	{ &overlap, "hostile-overlap" },
	{ &e820, "hostile-e820" },
};
const size_t kernels_n_machines = sizeof(kernels_machines) / sizeof(kernels_machines[0]);

int kernels_setup(void **state)
{
	(void)state;
	if (*kx_arch_by_name("x86_64")->purgatory_size == 0) {
		const char *ci = getenv("CI");

		printf("SKIP: built without a purgatory for x86_64\n");
		exit(ci && strcmp(ci, "true") == 0 ? 1 : 77);
	}
	for (size_t i = 0; i < kernels_n_machines; i++)
		machine_of_fixture(kernels_machines[i].machine, kernels_machines[i].name);
	return 0;
}

int kernels_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < kernels_n_machines; i++)
		kx_machine_done(kernels_machines[i].machine);
	return 0;
}

struct kx_span kernel_of(const char *a, const char *b, const char *c, const char *d)
{
	const char *const word[] = { a, b, c, d };
	struct kx_span file;
	uint8_t *bytes;
	size_t count = 0;

	while (count < 4 && word[count])
		count++;
	assert_int_equal(mkbzimage(word, count, &bytes, &file.len), 0);
	file.base = bytes;
	return file;
}

void kernel_drop(struct kx_span file)
{
	free((void *)(uintptr_t)file.base);
}

struct kx_plan assert_planned(const struct kx_request *req)
{
	struct kx_err err = { "" };
	struct kx_plan plan;

	if (plan_view_run("x86_64", req, &plan, &err) < 0)
		fail_msg("refused: %s", err.text);
	if (!sound_x86_plan(&plan, req, &err))
		fail_msg("not sound: %s", err.text);
	return plan;
}

bool refused_or_sound(const struct kx_request *req)
{
	struct kx_err err = { "" };
	struct kx_plan plan;
	bool refused;

	refused = plan_view_run("x86_64", req, &plan, &err) < 0;
	if (refused && strlen(err.text) < 10)
		fail_msg("no reason: \"%s\"", err.text);
	if (!refused && !sound_x86_plan(&plan, req, &err))
		fail_msg("not sound: %s", err.text);
	kx_plan_done(&plan);
	return refused;
}

void assert_refused(const struct kx_machine *machine, struct kx_span file, int code,
		    const char *says)
{
	struct kx_request req = plan_view_request(machine, file);
	struct kx_err err = { "" };
	struct kx_plan plan;

	assert_int_equal(plan_view_run("x86_64", &req, &plan, &err), code);
	assert_says(&err, says);
	kx_plan_done(&plan);
	kernel_drop(file);
}
