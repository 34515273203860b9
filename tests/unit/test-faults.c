/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known faults of kernels: each with a machine that has it, and neighbours that do not. */
#include "kexec/arch/arches.h"
#include "kexec/plan/faults.h"
#include "kx/file.h"
#include "tests/unit/kxtest.h"

/* A load that runs into a fault, to be changed in one point. */
struct load {
	const char *arch;
	struct kx_machine machine;
	enum kx_syscall syscall;
	bool crash, ignore;
	uint64_t initrd;
};

static const struct kx_arch *arch_named(const char *name)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		if (strcmp((*a)->isa->name, name) == 0)
			return *a;
	}
	fail_msg("no architecture %s", name);
	return NULL;
}

/* The fault called @name of the architecture that it begins with. */
static const struct kx_known_fault *fault_named(const char *name)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		for (const struct kx_known_fault *f = (*a)->faults; f && f->name; f++) {
			if (strcmp(f->name, name) == 0)
				return f;
		}
	}
	fail_msg("no fault %s", name);
	return NULL;
}

static enum kx_fault_here here(const char *name, const struct load *load)
{
	/* Nobody looks at the bytes. */
	const struct kx_request req = { .machine = &load->machine, .crash = load->crash,
					.files.initrd = { NULL, load->initrd } };
	const struct kx_plan plan = { .arch = arch_named(load->arch), .syscall = load->syscall };

	return kx_fault_here(fault_named(name), &req, &plan);
}

/* What kx_faults_check() says, in @err, and the first note, in @ret_note. */
static int check(const struct load *load, char *ret_note, size_t size, struct kx_err *err)
{
	const struct kx_request req = { .machine = &load->machine, .crash = load->crash,
					.ignore_faults = load->ignore };
	struct kx_plan plan = { .arch = arch_named(load->arch), .syscall = load->syscall };
	int rc = kx_faults_check(&req, &plan, err);

	snprintf(ret_note, size, "%s", plan.n_notes ? plan.notes[0] : "");
	assert_true(plan.n_notes <= 1);
	kx_plan_done(&plan);
	return rc;
}

static void assert_on(const char *name, const struct load *has, struct kx_release release,
		      enum kx_fault_here how)
{
	struct load load = *has;

	load.machine.release = release;
	if (here(name, &load) != how)
		fail_msg("%s on %u.%u.%u is %d", name, release.major,
			 release.minor, release.patch, here(name, &load));
}

/* The release right before one. */
static struct kx_release before(struct kx_release r)
{
	if (r.patch)
		r.patch--;
	else if (r.minor)
		r = (struct kx_release){ r.major, r.minor - 1, 999 };
	else
		r = (struct kx_release){ r.major - 1, 999, 999 };
	return r;
}

/* The releases of @name have it, from the first to the last, and their neighbours do not. */
static void assert_releases(const char *name, const struct load *has, enum kx_fault_here how)
{
	const struct kx_releases *r = fault_named(name)->releases;

	for (; r->fixed.major; r++) {
		assert_on(name, has, r->since, how);
		assert_on(name, has, before(r->fixed), how);
		assert_on(name, has, before(r->since), KX_FAULT_NO);
		assert_on(name, has, r->fixed, KX_FAULT_NO);
	}
	assert_on(name, has, (struct kx_release){ 0 }, KX_FAULT_NO);
	assert_on(name, has, (struct kx_release){ 8, 0, 0 }, KX_FAULT_NO);
}

static struct load arm64_52_bit(void)
{
	return (struct load){ .arch = "arm64", .machine = { .release = { 6, 12, 0 },
							    .page_size = 4096, .va_bits = 52 } };
}

TEST(every_entry_is_complete)
{
	size_t count = 0;

	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		for (const struct kx_known_fault *f = (*a)->faults; f && f->name; f++) {
			size_t len = strlen((*a)->isa->name);

			assert_true(strncmp(f->name, (*a)->isa->name, len) == 0 &&
				    f->name[len] == '-');
			assert_ptr_equal(fault_named(f->name), f);
			assert_true(f->what && f->advice && f->source);
			assert_true((f->in == KX_FAULT_IN_RUNNING) == !!f->here);
			assert_true(f->syscall_load || f->syscall_file);
			assert_true(f->releases[0].fixed.major);
			count++;
		}
	}
	assert_true(count >= 8);
}

TEST(arm64_52_bit_has_neighbours_that_are_well)
{
	struct load load = arm64_52_bit();

	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_YES);
	assert_releases("arm64-52-bit", &load, KX_FAULT_YES);
	load.machine.release.minor = 15;
	load.syscall = KX_SYSCALL_FILE_LOAD;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_YES);
	load.crash = true;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_NO);
	load = arm64_52_bit();
	load.machine.va_bits = 48;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_NO);
	for (load = arm64_52_bit(); load.machine.page_size < 65536;) {
		load.machine.page_size *= 4;
		assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_NO);
	}
}

TEST(arm64_52_bit_is_possible_where_the_machine_does_not_tell)
{
	struct load load = arm64_52_bit();

	load.machine.va_bits = 0;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_MAYBE);
	load.machine.page_size = 0;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_MAYBE);
	load.machine.va_bits = 52;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_MAYBE);
	load.machine.va_bits = 48;
	assert_int_equal(here("arm64-52-bit", &load), KX_FAULT_NO);
}

TEST(arm64_read_only_is_only_possible)
{
	struct load load = arm64_52_bit();

	load.machine.release = (struct kx_release){ 6, 18, 5 };
	assert_int_equal(here("arm64-read-only", &load), KX_FAULT_MAYBE);
	assert_releases("arm64-read-only", &load, KX_FAULT_MAYBE);
	load.machine.page_size = 65536;
	load.syscall = KX_SYSCALL_FILE_LOAD;
	assert_int_equal(here("arm64-read-only", &load), KX_FAULT_MAYBE);
	load.crash = true;
	assert_int_equal(here("arm64-read-only", &load), KX_FAULT_NO);
}

static struct load x86_64(void)
{
	return (struct load){ .arch = "x86_64", .syscall = KX_SYSCALL_FILE_LOAD };
}

TEST(big_files_are_hashed_by_the_kernel_alone)
{
	static const char *const names[] = { "x86_64-big-file", "riscv64-big-file" };

	for (size_t i = 0; i < 2; i++) {
		struct load load = x86_64();

		load.arch = i ? "riscv64" : "x86_64";
		load.initrd = UINT64_C(1) << 31;
		assert_releases(names[i], &load, KX_FAULT_YES);
		load.machine.release = (struct kx_release){ 6, 12, 50 };
		assert_int_equal(here(names[i], &load), KX_FAULT_YES);
		load.crash = true;
		assert_int_equal(here(names[i], &load), KX_FAULT_YES);
		load.initrd--;
		assert_int_equal(here(names[i], &load), KX_FAULT_NO);
		load.initrd++;
		load.syscall = KX_SYSCALL_LOAD;
		assert_int_equal(here(names[i], &load), KX_FAULT_NO);
	}
}

TEST(x86_64_efi_tables_are_there_with_efi)
{
	struct load load = x86_64();

	load.machine.efi.present = true;
	assert_releases("x86_64-efi-tables", &load, KX_FAULT_MAYBE);
	load.machine.release = (struct kx_release){ 6, 8, 0 };
	assert_int_equal(here("x86_64-efi-tables", &load), KX_FAULT_MAYBE);
	load.syscall = KX_SYSCALL_LOAD;
	assert_int_equal(here("x86_64-efi-tables", &load), KX_FAULT_MAYBE);
	load.machine.efi.present = false;
	assert_int_equal(here("x86_64-efi-tables", &load), KX_FAULT_NO);
}

TEST(x86_64_offline_cpus_do_not_touch_a_crash_kernel)
{
	struct load load = x86_64();

	load.machine.cpus_offline = 1;
	assert_releases("x86_64-offline-cpus", &load, KX_FAULT_MAYBE);
	load.machine.release = (struct kx_release){ 5, 10, 1 };
	assert_int_equal(here("x86_64-offline-cpus", &load), KX_FAULT_MAYBE);
	load.crash = true;
	assert_int_equal(here("x86_64-offline-cpus", &load), KX_FAULT_NO);
	load.crash = false;
	load.machine.cpus_offline = 0;
	assert_int_equal(here("x86_64-offline-cpus", &load), KX_FAULT_NO);
}

TEST(x86_64_page_tables_are_apart_or_not)
{
	struct load load = x86_64();

	assert_releases("x86_64-page-tables", &load, KX_FAULT_MAYBE);
	load.machine.release = (struct kx_release){ 6, 1, 130 };
	load.machine.pti = KX_PTI_ON;
	assert_int_equal(here("x86_64-page-tables", &load), KX_FAULT_MAYBE);
	load.machine.pti = KX_PTI_OFF;
	assert_int_equal(here("x86_64-page-tables", &load), KX_FAULT_NO);
}

/* "6.12.56 to 6.12.78", and without a patch level of 0; "5.19 on" where nothing has mended it. */
static void say_releases(char *to, size_t size, const struct kx_releases *r)
{
	const struct kx_release *end[] = { &r->since, &r->fixed }, never = KX_NOT_MENDED;

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(to);

		if (end[i]->major == never.major) {
			snprintf(to + len, size - len, " on");
			break;
		}
		len += (size_t)snprintf(to + len, size - len, "%s%u.%u", i ? " to " : "",
					end[i]->major, end[i]->minor);
		if (end[i]->patch)
			snprintf(to + len, size - len, ".%u", end[i]->patch);
	}
}

/* The page's entry of @fault up to its releases: "\n.B arm64\\-52\\-bit\n6.9 to 6.16.\n" */
static void say_entry(char *to, size_t size, const struct kx_known_fault *fault)
{
	size_t len = (size_t)snprintf(to, size, "\n.B ");

	for (const char *c = fault->name; *c; c++)
		len += (size_t)snprintf(to + len, size - len, *c == '-' ? "\\-" : "%c", *c);
	snprintf(to + len, size - len, "\n");
	for (const struct kx_releases *r = fault->releases; r->fixed.major; r++) {
		say_releases(to, size, r);
		strcat(to, r[1].fixed.major ? ", " : ".\n");
	}
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

TEST(the_man_page_has_these_faults_and_no_others)
{
	const char *srcdir = getenv("srcdir");
	struct kx_err err = { "" };
	char *page, *section, *end;
	size_t len, n = 0;

	assert_int_equal(kx_file_read(srcdir ? srcdir : ".", "man/kexec.8", MIB, &page, &len, &err), 0);
	section = strstr(page, "\n.SH \"KNOWN FAULTS\"\n");
	assert_non_null(section);
	end = strstr(section + 1, "\n.SH ");
	assert_non_null(end);
	*end = '\0';
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		for (const struct kx_known_fault *f = (*a)->faults; f && f->name; f++, n++) {
			char text[400];

			say_entry(text, sizeof(text), f);
			if (!strstr(section, text))
				fail_msg("%s: man/kexec.8 does not say%s", f->name, text);
		}
	}
	assert_int_equal(count_of(section, "\n.TP\n"), n);
	free(page);
}

TEST(a_fault_of_the_file_is_not_one_of_the_running_kernel)
{
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		struct load load = { .arch = (*a)->isa->name,
				     .machine = { .release = { 6, 12, 0 }, .page_size = 4096 } };

		for (const struct kx_known_fault *f = (*a)->faults; f && f->name; f++) {
			if (f->in == KX_FAULT_IN_RUNNING)
				continue;
			assert_int_equal(here(f->name, &load), KX_FAULT_NO);
			assert_releases(f->name, &load, KX_FAULT_NO);
		}
	}
}

TEST(an_architecture_has_no_faults_of_another)
{
	struct load load = arm64_52_bit();
	struct kx_err err = { "" };
	char note[500];

	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		load.arch = (*a)->isa->name;
		if (strcmp(load.arch, "arm64") == 0)
			continue;
		assert_int_equal(check(&load, note, sizeof(note), &err), 0);
		assert_string_equal(note, "");
		assert_false(kx_faults_ask_va_bits(*a, &load.machine));
	}
}

TEST(what_takes_the_machine_down_is_refused_with_all_that_is_known)
{
	struct load load = arm64_52_bit();
	struct kx_err err = { "" };
	char note[500];

	assert_int_equal(check(&load, note, sizeof(note), &err), -ECANCELED);
	assert_string_equal(note, "");
	assert_says(&err, "known fault arm64-52-bit (takes the running kernel down): Linux 6.12 has it, "
			  "as from 6.9 to before 6.16: ");
	assert_says(&err, "oopses in trans_pgd_create_copy()");
	assert_says(&err, "; boot it with arm64.nolva, or boot a newer one, or use "
			  "--ignore-known-faults if this kernel has been mended");
}

TEST(what_is_ignored_is_a_warning)
{
	struct load load = arm64_52_bit();
	struct kx_err err = { "" };
	char note[500];

	load.ignore = true;
	assert_int_equal(check(&load, note, sizeof(note), &err), 0);
	assert_string_equal(err.text, "");
	assert_non_null(strstr(note, "warning: known fault arm64-52-bit ("));
	load.machine.release.minor = 16;
	assert_int_equal(check(&load, note, sizeof(note), &err), 0);
	assert_string_equal(note, "");
}

TEST(what_is_only_possible_is_no_reason_to_refuse)
{
	struct load load = arm64_52_bit();
	struct kx_err err = { "" };
	char note[500];

	load.machine.va_bits = 0;
	assert_int_equal(check(&load, note, sizeof(note), &err), 0);
	assert_non_null(strstr(note, "warning: known fault arm64-52-bit"));
	assert_non_null(strstr(note, "Linux 6.12 may have it, "));
	load.machine.release = (struct kx_release){ 6, 18, 5 };
	assert_int_equal(check(&load, note, sizeof(note), &err), 0);
	assert_non_null(strstr(note, "warning: known fault arm64-read-only (the next kernel does not "
				     "start): Linux 6.18.5 may have it, as from 6.17.6 to before "
				     "6.18.19: "));
}

TEST(address_bits_are_asked_for_only_where_a_fault_depends_on_them)
{
	struct kx_machine m = { .release = { 6, 12, 0 } };

	assert_true(kx_faults_ask_va_bits(arch_named("arm64"), &m));
	m.release.minor = 16;
	assert_false(kx_faults_ask_va_bits(arch_named("arm64"), &m));
	m.release = (struct kx_release){ 0, 0, 0 };
	assert_false(kx_faults_ask_va_bits(arch_named("arm64"), &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_is_complete),
		cmocka_unit_test(arm64_52_bit_has_neighbours_that_are_well),
		cmocka_unit_test(arm64_52_bit_is_possible_where_the_machine_does_not_tell),
		cmocka_unit_test(arm64_read_only_is_only_possible),
		cmocka_unit_test(big_files_are_hashed_by_the_kernel_alone),
		cmocka_unit_test(x86_64_efi_tables_are_there_with_efi),
		cmocka_unit_test(x86_64_offline_cpus_do_not_touch_a_crash_kernel),
		cmocka_unit_test(x86_64_page_tables_are_apart_or_not),
		cmocka_unit_test(the_man_page_has_these_faults_and_no_others),
		cmocka_unit_test(a_fault_of_the_file_is_not_one_of_the_running_kernel),
		cmocka_unit_test(an_architecture_has_no_faults_of_another),
		cmocka_unit_test(what_takes_the_machine_down_is_refused_with_all_that_is_known),
		cmocka_unit_test(what_is_ignored_is_a_warning),
		cmocka_unit_test(what_is_only_possible_is_no_reason_to_refuse),
		cmocka_unit_test(address_bits_are_asked_for_only_where_a_fault_depends_on_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
