/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines of kdump test --vm, each architecture's on every host, and what images have. */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/service/test/arch.h"
#include "kdump/service/test/image.h"
#include "kdump/service/test/machine.h"
#include "kdump/service/test/program.h"
#include "kx/elf.h"
#include "kx/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/kxtest.h"
#include "tests/unit/made.h"

static const char *const architectures[] = { "x86_64", "aarch64", "riscv64" };
enum { ARCHITECTURES = sizeof(architectures) / sizeof(architectures[0]) };

/* ---- their machines -------------------------------------------------------------------------- */

TEST(each_has_all_that_a_machine_takes)
{
	const struct vm_arch *arch;
	size_t n;

	for (n = 0; (arch = vm_arch_at(n)) != NULL; n++) {
		assert_non_null(arch->isa);
		assert_ptr_equal(vm_arch_of(arch->isa->uname), arch);
		assert_int_equal(strncmp(arch->qemu, "qemu-system-", 12), 0);
		assert_int_equal(strncmp(arch->words, "console=tty", 11), 0);
		assert_true(arch->packages[0] && arch->machine[0] && arch->cpu[0]);
	}
	assert_int_equal(n, ARCHITECTURES);
	assert_null(vm_arch_of("s390x"));
	assert_null(vm_arch_of(""));
}

/* What stands behind @option. */
static const char *behind(const struct vm_line *line, const char *option)
{
	for (size_t i = 0; line->argv[i]; i++) {
		if (strcmp(line->argv[i], option) == 0)
			return line->argv[i + 1];
	}
	fail_msg("there is no %s", option);
	return "";
}

TEST(qemu_is_told_what_the_architecture_is_like)
{
	static const struct {
		const char *uname, *machine, *cpu;
	} expected[] = {
		{ "x86_64", "q35", "max,la57=off" },
		{ "aarch64", "virt,gic-version=max", "max,pauth-impdef=on" },
		{ "riscv64", "virt", "max,sv57=off" },
	};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct vm_machine machine = {
			.arch = vm_arch_of(expected[i].uname),
			.qemu = "/q", .accel = "tcg", .words = "a b",
			.memory = UINT64_C(768) * MIB,
		};
		struct vm_line line;

		vm_machine_line(&machine, &line);
		assert_string_equal(line.argv[0], "/q");
		assert_string_equal(behind(&line, "-machine"), expected[i].machine);
		assert_string_equal(behind(&line, "-cpu"), expected[i].cpu);
		assert_string_equal(behind(&line, "-accel"), "tcg,thread=single");
		assert_string_equal(behind(&line, "-append"), "a b");
		assert_string_equal(behind(&line, "-m"), "768M");
		machine.accel = "kvm";
		vm_machine_line(&machine, &line);
		assert_string_equal(behind(&line, "-accel"), "kvm");
		assert_string_equal(behind(&line, "-cpu"), "host");
	}
}

/* ---- what a loader says ---------------------------------------------------------------------- */

/* Its libraries, as "NAME=PATH;" each, and the code that ends them. */
static void assert_lists(const char *text, int code, const char *expected)
{
	struct kx_span rest = kx_span_of(text);
	struct kx_err err = { "" };
	struct vm_needed needed;
	char got[512] = "";
	size_t len = 0;
	int rc;

	while ((rc = vm_program_needed(&rest, &needed, &err)) > 0)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%.*s=%.*s;", (int)needed.name.len,
					(const char *)needed.name.base, (int)needed.path.len,
					(const char *)needed.path.base);
	assert_int_equal(rc, code);
	assert_string_equal(got, expected);
	assert_int_equal(rc < 0, err.text[0] != '\0');
}

TEST(libraries_are_those_that_each_loader_lists)
{
	assert_lists("\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x1)\n"
		     "\t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n", 0,
		     "libc.so.6=/lib/x86_64-linux-gnu/libc.so.6;ld-linux-x86-64.so.2=/lib64/ld-linux-x86-64.so.2;");
	assert_lists("\tlinux-vdso.so.1 (0x0000ffff)\n\tlibz.so.1 => /usr/lib64/a b (c)/libz.so.1 (0x0000)\n"
		     "\t/lib/ld-linux-aarch64.so.1 (0x0000)\n", 0,
		     "libz.so.1=/usr/lib64/a b (c)/libz.so.1;ld-linux-aarch64.so.1=/lib/ld-linux-aarch64.so.1;");
	assert_lists("\tlibc.musl-riscv64.so.1 => /lib/ld-musl-riscv64.so.1 (0x3f)\n"
		     "\t/opt/x/libelf.so.1 => /opt/x/libelf.so.1 (0x40)", 0,
		     "libc.musl-riscv64.so.1=/lib/ld-musl-riscv64.so.1;libelf.so.1=/opt/x/libelf.so.1;");
	assert_lists("ERROR: ld.so: object 'x' from LD_PRELOAD cannot be preloaded: ignored.\n\n => \n"
		     "linux-vdso.so.1 =>  (0x1)\na => b (0x1)\n => /x (0x1)\nx/ => /x (0x1)\n", 0, "");
	assert_lists("", 0, "");
}

TEST(a_library_that_is_not_there_is_named)
{
	struct kx_span rest = kx_span_of("libfoo.so.1 => not found\n");
	struct kx_err err = { "" };
	struct vm_needed needed;

	assert_int_equal(vm_program_needed(&rest, &needed, &err), -ENOENT);
	assert_says(&err, "libfoo.so.1: its loader does not find it");
	assert_lists("a.so => /a.so (0x1)\nb.so => not found\nc.so => /c.so (0x1)\n", -ENOENT,
		     "a.so=/a.so;");
}

/* ---- a program ------------------------------------------------------------------------------- */

enum { PROGRAM_SIZE = 256 };

/* One of @uname's architecture that names @loader, @len bytes; none: it is static. */
static void make_program(uint8_t file[PROGRAM_SIZE], const char *uname, const char *loader,
			 size_t len)
{
	const struct kx_isa *isa = vm_arch_of(uname)->isa;
	struct kx_elf elf = { .type = ET_DYN, .machine = isa->elf_machine, .phnum = 1 };
	struct kx_elf_segment segment = { .type = len ? PT_INTERP : PT_LOAD, .offset = 128,
					  .filesz = len, .memsz = len };

	memset(file, 0, PROGRAM_SIZE);
	kx_elf_class(&elf, isa->long_size == 8);
	elf.phoff = elf.header_size;
	elf.phentsize = elf.segment_size;
	kx_elf_put_header(&elf, file);
	kx_elf_put_segment(&elf, &segment, file + elf.phoff);
	memcpy(file + 128, loader, len < 128 ? len : 0);
}

static int loader_of(const char *loader, size_t len, char *ret, size_t size, struct kx_err *err)
{
	uint8_t file[PROGRAM_SIZE];

	make_program(file, "aarch64", loader, len);
	return vm_program_loader((struct kx_span){ file, sizeof(file) }, ret, size, err);
}

TEST(the_loader_is_the_one_that_the_program_names)
{
	char path[32] = "x";
	struct kx_err err = { "" };

	assert_int_equal(loader_of("/lib/ld.so", 11, path, sizeof(path), &err), 0);
	assert_string_equal(path, "/lib/ld.so");
	assert_int_equal(loader_of("", 0, path, sizeof(path), &err), 0);
	assert_string_equal(path, "");
}

TEST(one_that_makes_no_sense_is_refused)
{
	char path[32] = "x";
	struct kx_err err = { "" };

	assert_int_equal(loader_of("/lib/ld.so", 10, path, sizeof(path), &err), -ENOEXEC);
	assert_int_equal(loader_of("lib/ld.so", 10, path, sizeof(path), &err), -ENOEXEC);
	assert_int_equal(loader_of("/lib\0d.so", 10, path, sizeof(path), &err), -ENOEXEC);
	assert_int_equal(loader_of("/lib/ld.so", 129, path, sizeof(path), &err), -ENOEXEC);
	assert_says(&err, "cut off");
	assert_int_equal(loader_of("/lib/ld.so", 11, path, 10, &err), -ENAMETOOLONG);
	assert_int_equal(vm_program_loader(kx_span_of("#!/bin/sh"), path, sizeof(path), &err), -ENOEXEC);
	assert_string_equal(path, "x");
}

/* ---- what it loads later --------------------------------------------------------------------- */

/* In a file with one note of that type, owner and text. */
static void assert_later(uint32_t type, const char *owner, const char *text, size_t size,
			 const char *expected)
{
	uint8_t file[512] = { 0 };
	uint32_t head[3] = { (uint32_t)strlen(owner) + 1, (uint32_t)strlen(text) + 1, type };
	const size_t len = sizeof(head) + 4 + (head[1] + 3) / 4 * 4;
	struct kx_elf elf = { .type = ET_DYN, .machine = EM_X86_64, .phnum = 1 };
	struct kx_elf_segment segment = { .type = PT_NOTE, .offset = 128, .filesz = len };
	char ret[512] = "?";

	kx_elf_class(&elf, true);
	elf.phoff = elf.header_size;
	elf.phentsize = elf.segment_size;
	kx_elf_put_header(&elf, file);
	kx_elf_put_segment(&elf, &segment, file + elf.phoff);
	for (size_t i = 0; i < 12; i++)
		file[128 + i] = (uint8_t)(head[i / 4] >> 8 * (i % 4));
	memcpy(file + 128 + 12, owner, head[0]);
	memcpy(file + 128 + 16, text, head[1]);
	vm_program_later((struct kx_span){ file, sizeof(file) }, ret, size);
	assert_string_equal(ret, expected);
}

TEST(what_is_loaded_later_is_named_by_notes)
{
	static const char two[] = "[{\"soname\":[\"liba.so.1\",\"liba+b_c-d.so\"],\"x\":[\"libno.so\"]},"
				  "{\"priority\":\"required\",\"soname\":[\"libz.so\"]}]";
	const uint32_t type = 0x407c0c0a;

	assert_later(type, "FDO", two, 512, "liba.so.1:liba+b_c-d.so:libz.so");
	assert_later(type, "FDO", two, 18, "liba.so.1:libz.so");
	assert_later(type + 1, "FDO", two, 512, "");
	assert_later(type, "GNU", two, 512, "");
	assert_later(type, "FDO", "[{\"soname\":[\"../a.so\",\"\",\"a:b\",\"a b\",\"c.so\",\"d.so", 512, "c.so");
	assert_later(type, "FDO", "{\"soname\":[", 512, "");
	assert_later(type, "FDO", "", 512, "");
}

/* ---- the image of the machine that panics ---------------------------------------------------- */

static void put(const struct folder *folder, const char *name, const void *bytes, size_t len)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

/* A folder with these files, and a program for /init. */
static struct folder machine(const char *files)
{
	struct folder root = folder_of(files);
	uint8_t init[MADE_PROGRAM];

	put(&root, "init", init, made_program(init, 0));
	return root;
}

/* What is in it with such a program to load by, as made_list() tells it; "": none, as @err says. */
static void list_image(const struct folder *root, char *kexec, char *to, size_t room,
		       struct kx_err *err)
{
	static char kernel[] = "kernel";
	static uint8_t initrd[] = "initrd";
	const struct prepared p = { .kernel_bytes = kernel, .kernel_len = sizeof(kernel) - 1 };
	const struct arm_options o = { .root = root->path, .init = "/init", .kexec = kexec };
	const struct kx_memfile crash = { .base = initrd, .len = sizeof(initrd) - 1 };
	struct kx_memfile file = { .base = NULL };

	to[0] = '\0';
	if (vm_image_first(&p, &o, &crash, "words", &file, err) == 0)
		made_list(&file, to, room);
	kx_memfile_done(&file);
}

TEST(it_has_what_loads_the_crash_kernel_on_each_architecture)
{
	for (size_t i = 0; i < ARCHITECTURES; i++) {
		struct folder root = machine("");
		char kexec[128], list[4096];
		struct kx_err err = { "" };
		uint8_t file[PROGRAM_SIZE];

		snprintf(kexec, sizeof(kexec), "%s/kexec", root.path);
		make_program(file, architectures[i], "", 0);
		put(&root, "kexec", file, sizeof(file));
		list_image(&root, kexec, list, sizeof(list), &err);
		assert_string_equal(err.text, "");
		for (const char *const *name = (const char *const[]){
			     "init 100755", "kdump/vm/kernel 100600", "kdump/vm/initrd 100600",
			     "kdump/vm/words 100600", "kdump/vm/kexec 100755", NULL }; *name; name++) {
			if (!strstr(list, *name))
				fail_msg("%s: no %s in %s", architectures[i], *name, list);
		}
		assert_null(strstr(list, "kdump/vm/lib"));
		folder_remove(&root);
	}
}

TEST(it_has_the_loader_and_libraries_of_what_is_linked_with_some)
{
	struct folder root = machine("");
	struct kx_err err = { "" };
	char self[PATH_MAX], list[8192];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(len > 0);
	self[len] = '\0';
	list_image(&root, self, list, sizeof(list), &err);
	assert_string_equal(err.text, "");
	assert_non_null(strstr(list, "kdump/vm/lib/libcmocka.so"));
	assert_non_null(strstr(list, "kdump/vm/lib/libc."));
	assert_non_null(strstr(list, "/ld-"));
	folder_remove(&root);
}

/* As far as this machine has it; this program has the notes of what unpacks kernels, or none. */
TEST(it_has_what_is_loaded_later)
{
	struct folder root = machine("");
	struct kx_err err = { "" };
	char list[8192], later[1024], *rest = later, *name, *bytes, wanted[128], self[PATH_MAX];
	ssize_t self_len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t len;

	assert_true(self_len > 0);
	self[self_len] = '\0';
	assert_int_equal(kx_file_read(NULL, self, SIZE_MAX - 1, &bytes, &len, &err), 0);
	vm_program_later((struct kx_span){ (const uint8_t *)bytes, len }, later, sizeof(later));
	free(bytes);
	assert_int_equal(setenv("LD_PRELOAD", "libno-such.so", 1), 0);
	list_image(&root, self, list, sizeof(list), &err);
	assert_string_equal(err.text, "");
	assert_string_equal(getenv("LD_PRELOAD"), "libno-such.so");
	unsetenv("LD_PRELOAD");
	list_image(&root, self, list, sizeof(list), &err);
	assert_string_equal(err.text, "");
	assert_null(getenv("LD_PRELOAD"));
#ifdef KX_DLOPEN
	assert_non_null(strstr(later, "libz.so.1"));
#endif
	while ((name = strsep(&rest, ":")) != NULL) {
		snprintf(wanted, sizeof(wanted), "kdump/vm/lib/%s ", name);
		if (name[0] && dlopen(name, RTLD_LAZY) && !strstr(list, wanted))
			fail_msg("no %s in %s", wanted, list);
	}
	folder_remove(&root);
}

TEST(what_cannot_be_run_there_is_refused)
{
	struct folder root = machine("== script = #!/bin/sh\n");
	struct kx_err err = { "" };
	char path[128], list[64];
	uint8_t file[PROGRAM_SIZE];

	snprintf(path, sizeof(path), "%s/script", root.path);
	list_image(&root, path, list, sizeof(list), &err);
	assert_says(&err, "script: no program");
	snprintf(path, sizeof(path), "%s/kexec", root.path);
	list_image(&root, path, list, sizeof(list), &err);
	assert_says(&err, "kexec: No such file");
	make_program(file, "riscv64", "/nowhere/ld.so", 15);
	put(&root, "kexec", file, sizeof(file));
	list_image(&root, path, list, sizeof(list), &err);
	assert_says(&err, "/nowhere/ld.so: No such file");
	folder_remove(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_all_that_a_machine_takes),
		cmocka_unit_test(qemu_is_told_what_the_architecture_is_like),
		cmocka_unit_test(libraries_are_those_that_each_loader_lists),
		cmocka_unit_test(a_library_that_is_not_there_is_named),
		cmocka_unit_test(the_loader_is_the_one_that_the_program_names),
		cmocka_unit_test(one_that_makes_no_sense_is_refused),
		cmocka_unit_test(it_has_what_loads_the_crash_kernel_on_each_architecture),
		cmocka_unit_test(it_has_the_loader_and_libraries_of_what_is_linked_with_some),
		cmocka_unit_test(what_is_loaded_later_is_named_by_notes),
		cmocka_unit_test(it_has_what_is_loaded_later),
		cmocka_unit_test(what_cannot_be_run_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
