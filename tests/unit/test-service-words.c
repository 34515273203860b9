/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command lines of crash kernels, as a table. */
#include "kdump/service/machine/words.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"

#define X86 "irqpoll reset_devices panic=10 cgroup_disable=memory novmcoredd audit=0 " \
	"transparent_hugepage=never cma=0 hugetlb_cma=0 kfence.sample_interval=0 " \
	"initcall_blacklist=tracer_init_tracefs,event_trace_init rdinit=/init " \
	"numa=off mce=off acpi_no_memhotplug hest_disable nokaslr pcie_ports=compat"
#define RISCV "reset_devices panic=10 cgroup_disable=memory novmcoredd audit=0 " \
	"transparent_hugepage=never cma=0 hugetlb_cma=0 kfence.sample_interval=0 " \
	"initcall_blacklist=tracer_init_tracefs,event_trace_init rdinit=/init"

static void expect(struct words_request request, const char *expected)
{
	struct kx_err err = { "" };
	char *line, *lost;

	request.machine = request.machine ? request.machine : "x86_64";
	assert_int_equal(words_make(&request, &line, &lost, &err), 0);
	assert_string_equal(line, expected);
	assert_null(lost);
	free(line);
}

TEST(words_of_the_running_kernel_stay_or_go)
{
	expect((struct words_request){ .running = "" }, "nr_cpus=1 " X86);
	expect((struct words_request){ .running = "BOOT_IMAGE=/vmlinuz root=UUID=1 ro quiet splash "
		"crashkernel=96M console=ttyS0,115200 rd.luks.uuid=2 systemd.unit=x nomodeset "
		"log-buf-len=16M virtio_blk.queues=1 rootless=1 -- single" },
	       "console=ttyS0,115200 nomodeset virtio_blk.queues=1 rootless=1 nr_cpus=1 " X86);
	expect((struct words_request){ .running = "\"root=a b\" dyndbg=\"file x +p\" hugepages=4 "
		"panic_on_warn=1 iommu=pt" }, "dyndbg=\"file x +p\" iommu=pt nr_cpus=1 " X86);
	/* A quote that is never closed must not swallow what keeps the kernel alone. */
	expect((struct words_request){ .running = "a=\"b c" }, "a=\"b c\" nr_cpus=1 " X86);
}

TEST(what_the_configuration_says_counts)
{
	expect((struct words_request){ .running = "a b=1 c-d=2 rd.x", .remove = "b, c_d" },
	       "a nr_cpus=1 " X86);
	expect((struct words_request){ .running = "a", .instead = "root=/dev/x y" },
	       "root=/dev/x y nr_cpus=1 " X86);
	expect((struct words_request){ .running = "a", .append = "panic=30 z" },
	       "a nr_cpus=1 " X86 " panic=30 z");
}

TEST(machines_differ)
{
	expect((struct words_request){ .machine = "riscv64", .boot_cpu = 0 }, "nr_cpus=1 " RISCV);
	expect((struct words_request){ .machine = "aarch64" },
	       "nr_cpus=1 irqpoll " RISCV " swiotlb=noforce");
	expect((struct words_request){ .machine = "riscv64", .cpus = 4 }, "nr_cpus=4 " RISCV);
	expect((struct words_request){ .cpus = 4, .boot_cpu = 3 },
	       "nr_cpus=4 disable_cpu_apicid=3 " X86);
	expect((struct words_request){ .cpus = 4, .boot_cpu = -1 }, "nr_cpus=4 " X86);
	expect((struct words_request){ .xen = 1 }, "nr_cpus=1 " RISCV " numa=off mce=off "
	       "acpi_no_memhotplug hest_disable nokaslr pcie_ports=compat");
}

static char *fitted(struct words_request request, char **lost)
{
	struct kx_err err = { "" };
	char *line;

	request.machine = "x86_64";
	assert_int_equal(words_make(&request, &line, lost, &err), 0);
	return line;
}

/* What the kernel cannot take would keep the machine from being armed. */
TEST(a_line_that_is_too_long_loses_its_longest_words)
{
	const size_t ours = strlen("nr_cpus=1 " X86);
	char *line, *lost, long_word[400];

	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	line = fitted((struct words_request){ .running = "a middle_one=1 console=ttyS0,115200n8r b",
					      .max = ours + 31 }, &lost);
	assert_string_equal(line, "a console=ttyS0,115200n8r b nr_cpus=1 " X86);
	assert_string_equal(lost, "middle_one=1");
	free(line), free(lost);
	/* Exactly as many, and one less. */
	line = fitted((struct words_request){ .running = "ab cd", .max = ours + 6 }, &lost);
	assert_string_equal(line, "ab cd nr_cpus=1 " X86);
	assert_null(lost);
	free(line);
	line = fitted((struct words_request){ .running = "ab cd", .max = ours + 5 }, &lost);
	assert_string_equal(line, "cd nr_cpus=1 " X86);
	assert_string_equal(lost, "ab");
	free(line), free(lost);
	/* The configuration's go only where they alone are too long. */
	line = fitted((struct words_request){ .running = "ab", .append = "y=1", .max = ours + 4 },
		      &lost);
	assert_string_equal(line, "nr_cpus=1 " X86 " y=1");
	assert_string_equal(lost, "ab");
	free(line), free(lost);
	line = fitted((struct words_request){ .running = "ab", .append = long_word,
					      .instead = long_word, .max = ours + 10 }, &lost);
	assert_string_equal(line, "ab nr_cpus=1 " X86);
	assert_string_equal(lost, "append of kdump.conf, cmdline of kdump.conf");
	free(line), free(lost);
	line = fitted((struct words_request){ .running = long_word, .max = ours + 10 }, &lost);
	assert_string_equal(line, "nr_cpus=1 " X86);
	assert_int_equal(strlen(lost), 63);
	free(line), free(lost);
}

TEST(the_boot_processor_is_the_first_one)
{
	struct folder root = folder_of("== proc/cpuinfo\nprocessor\t: 0\ninitial apicid\t: 7\n"
				       "processor\t: 1\ninitial apicid\t: 9\n");

	assert_int_equal(words_boot_cpu(root.path), 7);
	folder_remove(&root);
	root = folder_of("== proc/cpuinfo = processor : 0\n");
	assert_int_equal(words_boot_cpu(root.path), -1);
	folder_remove(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_running_kernel_stay_or_go),
		cmocka_unit_test(what_the_configuration_says_counts),
		cmocka_unit_test(machines_differ),
		cmocka_unit_test(a_line_that_is_too_long_loses_its_longest_words),
		cmocka_unit_test(the_boot_processor_is_the_first_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
