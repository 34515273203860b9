/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of kexec. */
#ifndef KEXEC_OPTIONS_H
#define KEXEC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kexec/plan/request.h"
#include "kx/error.h"

/** enum mode - what is asked for; of several, the last one given counts */
enum mode {
	MODE_LOAD_AND_SHUTDOWN,	/* no mode option: load, then shutdown -r now */
	MODE_LOAD,			/* -l */
	MODE_PANIC,			/* -p */
	MODE_EXEC,			/* -e */
	MODE_FORCE,			/* -f: load and start at once */
};

/** enum method - -a, -s, -c */
enum method { METHOD_AUTO, METHOD_FILE, METHOD_LOAD };

/**
 * struct options - the parsed command line; strings are borrowed from argv
 * @initrd, @n_initrd: in the order given; @initrd is owned
 * @dtb: NULL when not given; @dtbo, @n_dtbo: overlays in the order given; @dtbo is owned
 * @serial_name: of a tty, or NULL; @serial_kind: KX_PURG_CONSOLE_NONE when no address was given
 * @profile: of a UKI, NULL; @addon, @n_addon: files for it, in order; @addon is owned
 * @config: of a FIT image, NULL; @vendor_boot: file that goes with an Android boot image, NULL
 * @module, @n_module: texts of --module, in order; @module is owned
 * @append: NULL when not given
 * @cmdline_file: where the command line begins; NULL when not given
 * @cmdline_remove: names that go out of what it begins with; NULL
 * @entry_id: of a boot entry, NULL; @entry_cmdline: its command line, borrowed, once it was looked
 *	up
 * @left_out: words behind the kernel that a command line without quotes leaves; NULL ends them;
 *	itself NULL: there are none
 * @where, @purgatory, @pc: groups of the request that they become
 * @arch: NULL for the host's
 */
struct options {
	enum mode mode;
	enum method method;
	bool unload, status, print_ckr_size, show, list_entries, help, version;
	bool panic;
	bool debug, no_ifdown, no_sync;
	bool dry_run, check, json, hotplug, no_cma, force_dtb, ignore_faults;
	bool require_signature;
	const char *kernel;
	const char **initrd;
	size_t n_initrd;
	const char *dtb;
	const char **dtbo;
	size_t n_dtbo;
	const char *profile;
	const char **addon;
	size_t n_addon;
	const char *config, *vendor_boot;
	const char **module;
	size_t n_module;
	const char *append;
	const char *const *left_out;
	bool reuse_cmdline;
	const char *cmdline_file, *cmdline_remove;
	const char *entry_id, *entry_cmdline;
	const char *type;
	struct kx_where where;
	struct kx_purg_wishes purgatory;
	struct kx_pc_wishes pc;
	bool console_serial;
	const char *serial_name;
	enum kx_purg_console_kind serial_kind;
	uint64_t serial_base;
	const char *root;
	const char *arch;
};

/**
 * options_parse() - take argv apart
 *
 * Return: 0; -EINVAL for a usage error with @err; -ENOMEM. options_done() in either case.
 */
int options_parse(struct options *ret, int argc, char **argv, struct kx_err *err);

/** options_done() - free what @options owns */
void options_done(struct options *options);

/** options_root() - the folder that has the machine's files: that of --root, or sys_root() */
const char *options_root(const struct options *options);

/** options_help() - print the usage on stdout */
void options_help(void);

#endif
