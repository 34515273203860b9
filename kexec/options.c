/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the command line from one table, which also makes --help. Does nothing else. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/arch/arches.h"
#include "kexec/options.h"
#include "kexec/sys.h"
#include "kx/cli.h"

/* Options without a short form; above every character. */
enum {
	OPT_INITRD = KX_OPTION_LONG, OPT_APPEND, OPT_REUSE_CMDLINE, OPT_CMDLINE_FILE,
	OPT_CMDLINE_REMOVE, OPT_MEM_MIN, OPT_MEM_MAX,
	OPT_ENTRY, OPT_RESET_VGA, OPT_SERIAL, OPT_SERIAL_BAUD, OPT_CONSOLE_VGA,
	OPT_CONSOLE_SERIAL, OPT_ON_MISMATCH, OPT_NOEFI, OPT_REUSE_VIDEO_TYPE, OPT_PRINT_CKR_SIZE,
	OPT_HOTPLUG, OPT_PASS_MEMMAP, OPT_NO_CMA, OPT_FORCE_DTB, OPT_DTB, OPT_DTBO, OPT_DRY_RUN,
	OPT_JSON, OPT_ROOT, OPT_ARCH, OPT_IGNORE_FAULTS, OPT_CHECK, OPT_SHOW, OPT_LIST_ENTRIES,
	OPT_ENTRY_ID, OPT_ENTRY_32BIT, OPT_REAL_MODE, OPT_PROFILE, OPT_ADDON, OPT_CONFIG,
	OPT_VENDOR_BOOT, OPT_REQUIRE_SIGNATURE, OPT_ARGS_LINUX, OPT_ARGS_ELF, OPT_ARGS_NONE,
	OPT_MODULE, OPT_IGNORED,
};

static const struct kx_option table[] = {
	{ "load", 'l', NULL, "load KERNEL; start nothing", "What to do" },
	{ "load-panic", 'p', NULL, "load KERNEL to be started when this one panics", NULL },
	{ "unload", 'u', NULL, "unload (with -p: the crash kernel)", NULL },
	{ "exec", 'e', NULL, "start the loaded kernel at once, without shutdown", NULL },
	{ "force", 'f', NULL, "load KERNEL and start it at once", NULL },
	{ "status", 'S', NULL, "exit 1 if a crash kernel (with -l: a kernel) is loaded, else 0", NULL },
	{ "show", OPT_SHOW, NULL, "tell what is loaded, and what the kernel allows", NULL },
	{ "list-entries", OPT_LIST_ENTRIES, NULL, "tell which kernels the boot loader could start", NULL },
	{ "print-ckr-size", OPT_PRINT_CKR_SIZE, NULL, "print the crash kernel region's bytes", NULL },
	{ "dry-run", OPT_DRY_RUN, NULL, "print what would be loaded; load nothing", NULL },
	{ "check", OPT_CHECK, NULL, "exit 0 if KERNEL could be loaded, and say what is found; load nothing", NULL },
	{ "help", 'h', NULL, "print this", NULL },
	{ "version", 'v', NULL, "print the version", NULL },

	{ "kexec-syscall-auto", 'a', NULL, "kexec_file_load, else kexec_load (default)", "How to load" },
	{ "kexec-file-syscall", 's', NULL, "only kexec_file_load", NULL },
	{ "kexec-syscall", 'c', NULL, "only kexec_load", NULL },
	{ "require-signature", OPT_REQUIRE_SIGNATURE, NULL, "load only what the kernel verifies, by kexec_file_load", NULL },
	{ "type", 't', "TYPE", "KERNEL must be of this type", NULL },
	{ "no-checks", 'i', NULL, "purgatory does not verify what was loaded", NULL },
	{ "mem-min", OPT_MEM_MIN, "ADDR", "place nothing below (kexec_load)", NULL },
	{ "mem-max", OPT_MEM_MAX, "ADDR", "place nothing above (kexec_load)", NULL },
	{ "entry", OPT_ENTRY, "ADDR", "jump there instead of KERNEL's entry (kexec_load)", NULL },
	{ "args-linux", OPT_ARGS_LINUX, NULL, "an ELF file gets what Linux gets (default)", NULL },
	{ "args-elf", OPT_ARGS_ELF, NULL, "an ELF file that is no Linux gets ELF boot notes (kexec_load)", NULL },
	{ "args-none", OPT_ARGS_NONE, NULL, "an ELF file that is no Linux gets nothing (kexec_load)", NULL },
	{ "entry-32bit", OPT_ENTRY_32BIT, NULL, "enter a bzImage by its 32-bit entry (kexec_load)", NULL },
	{ "real-mode", OPT_REAL_MODE, NULL, "start a bzImage by its setup code, which asks the BIOS (kexec_load)", NULL },
	{ "hotplug", OPT_HOTPLUG, NULL, "the kernel keeps a crash kernel's ELF header up to date", NULL },
	{ "pass-memmap-cmdline", OPT_PASS_MEMMAP, NULL, "tell a crash kernel its memory by memmap= words too", NULL },
	{ "no-cma", OPT_NO_CMA, NULL, "do not place segments in CMA (kexec_file_load)", NULL },
	{ "force-dtb", OPT_FORCE_DTB, NULL, "hand the device tree on (kexec_file_load)", NULL },
	{ "ignore-known-faults", OPT_IGNORE_FAULTS, NULL, "load in spite of known faults of the kernels", NULL },

	{ "entry-id", OPT_ENTRY_ID, "ID", "kernel, initrds and options of this boot entry, or \"default\"", "What to hand over" },
	{ "initrd", OPT_INITRD, "FILE", "initial RAM disk; repeat to join several", NULL },
	{ "ramdisk", OPT_INITRD, "FILE", NULL, NULL },
	{ "profile", OPT_PROFILE, "NAME", "profile of a UKI, by number or ID (default: the first)", NULL },
	{ "addon", OPT_ADDON, "FILE", "addon of a UKI, beside those in its folder; repeatable", NULL },
	{ "config", OPT_CONFIG, "NAME", "configuration of a FIT image (default: for this board, else its own)", NULL },
	{ "vendor-boot", OPT_VENDOR_BOOT, "FILE", "vendor boot image of an Android boot image", NULL },
	{ "module", OPT_MODULE, "FILE", "\"FILE ARGS\" for a Multiboot kernel, as Xen; repeat for several", NULL },
	{ "dtb", OPT_DTB, "FILE", "device tree instead of the running one, where kernels get one", NULL },
	{ "devicetreeblob", OPT_DTB, "FILE", NULL, NULL },
	{ "dtbo", OPT_DTBO, "FILE", "device tree overlay; repeat to apply several", NULL },
	{ "append", OPT_APPEND, "STRING", "command line of the new kernel", NULL },
	{ "command-line", OPT_APPEND, "STRING", "the same", NULL },
	{ "reuse-cmdline", OPT_REUSE_CMDLINE, NULL, "this kernel's command line before --append's", NULL },
	{ "cmdline-file", OPT_CMDLINE_FILE, "FILE", "FILE's command line before --append's", NULL },
	{ "cmdline-remove", OPT_CMDLINE_REMOVE, "NAME,...", "leave these parameters out of what --append is put behind", NULL },
	{ "noefi", OPT_NOEFI, NULL, "no EFI runtime services for the new kernel", NULL },
	{ "reuse-video-type", OPT_REUSE_VIDEO_TYPE, NULL, "hand over the firmware's framebuffer in any case", NULL },

	{ "no-ifdown", 'x', NULL, "leave network interfaces up before starting", "Starting" },
	{ "no-sync", 'y', NULL, "do not sync file systems before starting", NULL },
	{ "console-serial", OPT_CONSOLE_SERIAL, NULL, "purgatory prints on the serial line", NULL },
	{ "serial", OPT_SERIAL, "LINE", "ttyNAME, PORT, mmio,ADDR, mmio32,ADDR or pl011,ADDR", NULL },
	{ "serial-baud", OPT_SERIAL_BAUD, "RATE", "set it to RATE, a divisor of 115200 (0: as it is)", NULL },
	{ "console-vga", OPT_CONSOLE_VGA, NULL, "purgatory prints on the VGA text screen", NULL },
	{ "reset-vga", OPT_RESET_VGA, NULL, "purgatory puts the VGA into text mode", NULL },
	{ "on-mismatch", OPT_ON_MISMATCH, "WHAT", "after a failed check: reset (default) or halt", NULL },

	{ "debug", 'd', NULL, "say what is being done", "Telling" },
	{ "json", OPT_JSON, NULL, "--dry-run, --show, --list-entries: as JSON", NULL },
	{ "root", OPT_ROOT, "DIR", "read /proc and /sys below DIR (--dry-run, --show, --list-entries)", NULL },
	{ "arch", OPT_ARCH, "NAME", "plan for this architecture (--dry-run)", NULL },

	{ "elf32-core-headers", OPT_IGNORED, NULL, NULL, NULL },
	{ "elf64-core-headers", OPT_IGNORED, NULL, NULL, NULL },
	{ NULL, '?', NULL, NULL, NULL },
	{ NULL, 0, NULL, NULL, NULL },
};

void options_help(void)
{
	printf("Usage: kexec [OPTION]... KERNEL\n"
	       "Load another kernel into this one and start it. Without -l, -e, -f, -p or -u: load\n"
	       "KERNEL and call shutdown -r now.\n");
	kx_cli_help(table, stdout);
	printf("\nTypes of KERNEL:\n");
	for (const struct kx_arch *const *a = kx_arches; *a; a++) {
		for (const struct kx_image *const *image = (*a)->images; *image; image++)
			printf("  %s: %s\n", (*a)->isa->name, (*image)->name);
	}
	printf("\nSee kexec(8).\n");
}

static int parse_address(const char *name, const char *text, uint64_t *ret, struct kx_err *err)
{
	if (!kx_span_number(kx_span_of(text), 0, ret))
		return kx_fail(err, -EINVAL, "--%s=%s: not an address; 0x means hexadecimal", name,
			       text);
	return 0;
}

static int parse_serial(struct options *o, const char *text, struct kx_err *err)
{
	static const struct {
		const char *prefix;
		enum kx_purg_console_kind kind;
	} mmio[] = {
		{ "mmio,", KX_PURG_CONSOLE_8250_MMIO },
		{ "mmio32,", KX_PURG_CONSOLE_8250_MMIO32 },
		{ "pl011,", KX_PURG_CONSOLE_PL011 },
	};
	struct kx_span number = kx_span_of(text);
	bool known;

	o->serial_name = kx_span_starts(number, "tty") && number.len > 3 ? text : NULL;
	o->serial_kind = o->serial_name ? KX_PURG_CONSOLE_NONE : KX_PURG_CONSOLE_8250_IO;
	if (o->serial_name)
		return 0;
	for (size_t i = 0; i < sizeof(mmio) / sizeof(mmio[0]); i++) {
		size_t len = strlen(mmio[i].prefix);

		if (kx_span_starts(number, mmio[i].prefix)) {
			o->serial_kind = mmio[i].kind;
			kx_span_slice(number, len, number.len - len, &number);
			break;
		}
	}
	known = kx_span_number(number, 0, &o->serial_base);
	if (!known || (o->serial_kind == KX_PURG_CONSOLE_8250_IO && o->serial_base > 0xffff))
		return kx_fail(err, -EINVAL,
			       "--serial=%s: must be ttyS0, ttyAMA0, …, an I/O port up to 0xffff, "
			       "mmio,ADDR, mmio32,ADDR or pl011,ADDR",
			       text);
	return 0;
}

static int parse_baud(struct options *o, const char *text, struct kx_err *err)
{
	enum { BASE_RATE = 115200 };	/* 1.8432 MHz / 16: the 16550's rate at divisor 1 */
	uint64_t rate;

	if (!kx_span_number(kx_span_of(text), 10, &rate) || rate > BASE_RATE ||
	    (rate != 0 && BASE_RATE % rate != 0))
		return kx_fail(err, -EINVAL, "--serial-baud=%s: must be 0 or divide %d", text,
			       BASE_RATE);
	o->purgatory.console_divisor = rate ? (uint32_t)(BASE_RATE / rate) : 0;
	return 0;
}

static int add_path(const char ***list, size_t *count, const char *path, struct kx_err *err)
{
	const char **more = reallocarray(*list, *count + 1, sizeof(*more));

	if (!more)
		return kx_fail(err, -ENOMEM, "no memory for the options");
	*list = more;
	more[(*count)++] = path;
	return 0;
}

static int parse_memory(struct options *o, int id, const char *text, struct kx_err *err)
{
	uint64_t last;
	int rc;

	if (id == OPT_MEM_MIN)
		return parse_address("mem-min", text, &o->where.mem.start, err);
	rc = parse_address("mem-max", text, &last, err);
	if (rc == 0)
		o->where.mem.end = last == UINT64_MAX ? last : last + 1;
	return rc;
}

static int parse_mismatch(struct options *o, const char *text, struct kx_err *err)
{
	o->purgatory.halt_on_mismatch = strcmp(text, "halt") == 0;
	if (!o->purgatory.halt_on_mismatch && strcmp(text, "reset") != 0)
		return kx_fail(err, -EINVAL, "--on-mismatch=%s: must be reset or halt", text);
	return 0;
}

static int take_argument(struct options *o, int id, const char *text, struct kx_err *err)
{
	switch (id) {
	case 't': o->type = text; return 0;
	case OPT_INITRD: return add_path(&o->initrd, &o->n_initrd, text, err);
	case OPT_DTB: o->dtb = text; return 0;
	case OPT_DTBO: return add_path(&o->dtbo, &o->n_dtbo, text, err);
	case OPT_APPEND: o->append = text; return 0;
	case OPT_CMDLINE_FILE: o->cmdline_file = text; return 0;
	case OPT_PROFILE: o->profile = text; return 0;
	case OPT_ADDON: return add_path(&o->addon, &o->n_addon, text, err);
	case OPT_CONFIG: o->config = text; return 0;
	case OPT_VENDOR_BOOT: o->vendor_boot = text; return 0;
	case OPT_MODULE: return add_path(&o->module, &o->n_module, text, err);
	case OPT_ENTRY_ID: o->entry_id = text; return 0;
	case OPT_CMDLINE_REMOVE: o->cmdline_remove = text; return 0;
	case OPT_MEM_MIN:
	case OPT_MEM_MAX: return parse_memory(o, id, text, err);
	case OPT_ENTRY: o->where.has_entry = true; return parse_address("entry", text, &o->where.entry, err);
	case OPT_SERIAL: return parse_serial(o, text, err);
	case OPT_SERIAL_BAUD: return parse_baud(o, text, err);
	case OPT_ON_MISMATCH: return parse_mismatch(o, text, err);
	case OPT_ROOT: o->root = text; return 0;
	case OPT_ARCH: o->arch = text; return 0;
	default: return kx_fail(err, -EINVAL, "option %d has no meaning", id);
	}
}

static int take_mode(struct options *o, int id)
{
	switch (id) {
	case 'l': o->mode = MODE_LOAD; return 1;
	case 'p': o->mode = MODE_PANIC; o->panic = true; return 1;
	case 'e': o->mode = MODE_EXEC; return 1;
	case 'f': o->mode = MODE_FORCE; return 1;
	case 'a': o->method = METHOD_AUTO; return 1;
	case 's': o->method = METHOD_FILE; return 1;
	case 'c': o->method = METHOD_LOAD; return 1;
	case OPT_ARGS_LINUX: o->pc.args = KX_ARGS_LINUX; return 1;
	case OPT_ARGS_ELF: o->pc.args = KX_ARGS_ELF; return 1;
	case OPT_ARGS_NONE: o->pc.args = KX_ARGS_NONE; return 1;
	case OPT_IGNORED: return 1;
	default: return 0;
	}
}

/* The member that an option without argument sets, or NULL. */
static bool *switch_of(struct options *o, int id)
{
	switch (id) {
	case '?':
	case 'h': return &o->help;
	case 'v': return &o->version;
	case 'd': return &o->debug;
	case 'i': return &o->purgatory.no_checks;
	case 'x': return &o->no_ifdown;
	case 'y': return &o->no_sync;
	case 'u': return &o->unload;
	case 'S': return &o->status;
	case OPT_REUSE_CMDLINE: return &o->reuse_cmdline;
	case OPT_RESET_VGA: return &o->purgatory.reset_vga;
	case OPT_CONSOLE_VGA: return &o->purgatory.console_vga;
	case OPT_CONSOLE_SERIAL: return &o->console_serial;
	case OPT_NOEFI: return &o->pc.no_efi;
	case OPT_REAL_MODE: return &o->pc.real_mode;
	case OPT_ENTRY_32BIT: return &o->pc.entry_32bit;
	case OPT_REUSE_VIDEO_TYPE: return &o->pc.reuse_video_type;
	case OPT_PRINT_CKR_SIZE: return &o->print_ckr_size;
	case OPT_HOTPLUG: return &o->hotplug;
	case OPT_PASS_MEMMAP: return &o->pc.memmap_on_cmdline;
	case OPT_NO_CMA: return &o->no_cma;
	case OPT_FORCE_DTB: return &o->force_dtb;
	case OPT_REQUIRE_SIGNATURE: return &o->require_signature;
	case OPT_IGNORE_FAULTS: return &o->ignore_faults;
	case OPT_DRY_RUN: return &o->dry_run;
	case OPT_CHECK: return &o->check;
	case OPT_SHOW: return &o->show;
	case OPT_LIST_ENTRIES: return &o->list_entries;
	case OPT_JSON: return &o->json;
	default: return NULL;
	}
}

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct options *o = data;
	bool *flag = switch_of(o, id);

	if (flag)
		*flag = true;
	return flag || take_mode(o, id) ? 0 : take_argument(o, id, arg, err);
}

/* Combinations that have no meaning are refused: guessing could start the wrong kernel. */
static int check_combination(const struct options *o, struct kx_err *err)
{
	bool asks = o->status || o->print_ckr_size || o->show || o->list_entries;
	bool loads = o->mode != MODE_EXEC && !o->unload && !asks;

	if (o->help || o->version)
		return 0;
	if (o->mode == MODE_EXEC && o->kernel && !o->status)
		return kx_fail(err, -EINVAL,
			       "-e starts what is loaded already and takes no kernel file (%s); -f "
			       "loads and starts",
			       o->kernel);
	if (o->entry_id && (o->kernel || o->cmdline_file || o->reuse_cmdline))
		return kx_fail(err, -EINVAL, "--entry-id=%s names kernel and command line: no others",
			       o->entry_id);
	if (o->entry_id && !loads)
		return kx_fail(err, -EINVAL, "--entry-id is for loading: -l, -p or -f");
	if (loads && !o->kernel && !o->entry_id)
		return kx_fail(err, -EINVAL, "no kernel file given; --help shows how");
	if (o->unload && o->panic && o->kernel)
		return kx_fail(err, -EINVAL,
			       "-u -p unloads the crash kernel and takes no kernel file (%s)",
			       o->kernel);
	if (o->unload && o->kernel && o->mode == MODE_LOAD_AND_SHUTDOWN)
		return kx_fail(err, -EINVAL,
			       "-u takes no kernel file (%s); -u -l unloads and loads, -u -f also "
			       "starts",
			       o->kernel);
	if ((o->root || o->arch) && !o->dry_run && !o->check && !asks)
		return kx_fail(err, -EINVAL, "--root and --arch need --dry-run or --check: they describe "
					     "another machine than this one");
	if (o->reuse_cmdline && o->cmdline_file)
		return kx_fail(err, -EINVAL, "--reuse-cmdline and --cmdline-file are two command lines "
					     "to begin with: which?");
	if (o->require_signature && o->method == METHOD_LOAD)
		return kx_fail(err, -EINVAL, "--require-signature: kexec_load looks at no signature; "
					     "leave --kexec-syscall out");
	if (o->hotplug && !o->panic)
		return kx_fail(err, -EINVAL, "--hotplug is for crash kernels: it needs -p");
	if (o->check && (o->dry_run || o->unload || o->mode == MODE_EXEC || o->mode == MODE_FORCE))
		return kx_fail(err, -EINVAL, "--check only looks at a kernel file, for -l or -p");
	if ((o->show || o->list_entries) &&
	    (o->kernel || o->unload || o->status || o->dry_run || o->check))
		return kx_fail(err, -EINVAL, "--show and --list-entries only tell: no kernel file, no "
					     "other thing to do");
	if (o->json && !o->dry_run && !o->show && !o->list_entries)
		return kx_fail(err, -EINVAL, "--json needs --dry-run, --show or --list-entries");
	if (o->dry_run && (o->unload || o->mode == MODE_EXEC))
		return kx_fail(err, -EINVAL, "--dry-run needs a kernel file to plan for");
	if (o->where.mem.start >= o->where.mem.end)
		return kx_fail(err, -EINVAL, "--mem-min is above --mem-max");
	return 0;
}

int options_parse(struct options *ret, int argc, char **argv, struct kx_err *err)
{
	struct options *o = ret;
	int first, rc;

	*o = (struct options){
		.where.mem = { 0, UINT64_MAX, 0 },
	};
	rc = kx_cli_parse(table, argc, argv, take, o, &first, err);
	if (rc < 0)
		return rc;
	if (argc - first > 1 && !o->append)
		return kx_fail(err, -EINVAL, "one kernel file is enough: %s and %s were given",
			       argv[first], argv[first + 1]);
	o->kernel = argv[first];
	if (argc - first > 1)
		o->left_out = (const char *const *)(argv + first + 1);
	return check_combination(o, err);
}

void options_done(struct options *options)
{
	free(options->initrd);
	free(options->dtbo);
	free(options->addon);
	free(options->module);
	options->initrd = options->dtbo = options->addon = options->module = NULL;
}

const char *options_root(const struct options *options)
{
	return options->root ? options->root : sys_root();
}
