/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RHEL's and Fedora's kdump.conf and sysconfig/kdump: keys as their kdump.conf(5) has them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kdump/service/import/import.h"
#include "kdump/service/import/shell.h"
#include "kx/cleanup.h"

enum { LINE = 4096 };

/* ---- kdump.conf ----------------------------------------------------------------------------- */

/* There is one target, whose other keys may come first: its section is made when one does. */
static int target(struct import *imp, const struct import_setting *setting)
{
	return imp->targets ? IMPORT_TARGET : import_target(imp, "imported", setting);
}

static void take_target(struct import *imp, const struct import_key *key,
			const struct import_setting *setting)
{
	int section = target(imp, setting);

	if (section < 0)
		return;
	import_set(imp, section, "type", key->to, setting);
	import_set(imp, section, "where", setting->value, setting);
}

static void take_of_target(struct import *imp, const struct import_key *key,
			   const struct import_setting *setting)
{
	int section = target(imp, setting);

	if (section >= 0)
		import_set(imp, section, key->to, setting->value, setting);
}

static void take_path(struct import *imp, const struct import_key *key,
		      const struct import_setting *setting)
{
	char path[LINE + 2];

	snprintf(path, sizeof(path), "%s%s", setting->value[0] == '/' ? "" : "/", setting->value);
	take_of_target(imp, key,
		       &(struct import_setting){ setting->key, path, setting->line, false });
}

static void take_collector(struct import *imp, const struct import_key *key,
			   const struct import_setting *setting)
{
	if (strncmp(setting->value, "makedumpfile", 12) == 0) {
		import_makedumpfile(imp, key, setting);
	} else if (strncmp(setting->value, "cp", 2) == 0 || strncmp(setting->value, "scp", 3) == 0) {
		import_set(imp, IMPORT_KDUMP, "level", "0", setting);
		import_set(imp, IMPORT_KDUMP, "compress", "none", setting);
	} else {
		import_lost(imp, setting, "no other program saves the dump");
	}
}

static void take_failure(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting)
{
	int section;

	if (strcmp(setting->value, "dump_to_rootfs") != 0) {
		import_action(imp, key, setting);
		return;
	}
	/* The first one stays the first, also if the file names it later. */
	target(imp, setting);
	section = import_target(imp, "rootfs", setting);
	if (section >= 0)
		import_set(imp, section, "path", "/var/crash", setting);
}

static const char *type_of(const char *fs)
{
	static const char *const types[][2] = {
		{ "ext2", "file" }, { "ext3", "file" }, { "ext4", "file" }, { "xfs", "file" },
		{ "btrfs", "file" }, { "vfat", "file" }, { "nfs", "nfs" }, { "nfs4", "nfs" },
		{ "cifs", "smb" }, { "virtiofs", "virtiofs" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(fs, types[i][0]) == 0)
			return types[i][1];
	}
	return NULL;
}

/* --mount "DEVICE MOUNTPOINT FS OPTIONS" is the way to name a target that kdump.conf has no key for. */
static void take_dracut(struct import *imp, const struct import_key *key,
			const struct import_setting *setting)
{
	char device[256], fs[32], options[256];
	const char *mount = strstr(setting->value, "--mount");
	int section;

	(void)key;
	if (!mount || sscanf(mount + 7, " %*1[\"']%255s %*s %31s %255[^ \"']", device, fs, options) < 2 ||
	    !type_of(fs)) {
		import_lost(imp, setting, "there is no dracut; of its options only --mount is known");
		return;
	}
	section = target(imp, setting);
	if (section < 0)
		return;
	import_set(imp, section, "type", type_of(fs), setting);
	import_set(imp, section, "where", device, setting);
	if (strcmp(mount, setting->value) != 0)
		import_lost(imp, setting, "there is no dracut: only --mount is taken");
}

/* Options of fence_kdump_send(8). */
static void take_fence_args(struct import *imp, const struct import_key *key,
			    const struct import_setting *setting)
{
	char option, seconds[40], value[32], rest[2];
	const char *at = setting->value;
	int len;

	(void)key;
	while (sscanf(at, " -%c %31s%n", &option, value, &len) == 2) {
		at += len;
		if (option == 'p') {
			import_set(imp, IMPORT_NETWORK, "fence_port", value, setting);
		} else if (option == 'i') {
			snprintf(seconds, sizeof(seconds), "%ss", value);
			import_set(imp, IMPORT_NETWORK, "fence_interval", seconds, setting);
		} else if (option == 'c' && strcmp(value, "0") != 0) {
			import_lost(imp, setting, "they are told until the machine ends (-c)");
		} else if (option == 'f' && strcmp(value, "auto") != 0) {
			import_lost(imp, setting, "all addresses are told, of whatever family (-f)");
		} else if (option != 'c' && option != 'f') {
			import_lost(imp, setting, "of its options -p, -f, -c and -i are known");
			return;
		}
	}
	if (sscanf(at, " %1s", rest) == 1)
		import_lost(imp, setting, "of its options -p, -f, -c and -i are known");
}

static void take_fence_nodes(struct import *imp, const struct import_key *key,
			     const struct import_setting *setting)
{
	_cleanup_free_ char *nodes = strdup(setting->value);

	(void)key;
	imp->memory = imp->memory || !nodes;
	for (char *rest = nodes, *node; (node = strsep(&rest, " \t")) != NULL;) {
		if (node[0])
			import_set(imp, IMPORT_NETWORK, "fence", node, setting);
	}
}

static const char hooks[] = "nothing of the user's runs in the crash kernel; [notify] runs a command "
	"after the next boot";
static const char old[] = "it means nothing any more, there as here";

static const struct import_key conf_keys[] = {
	{ "raw", take_target, .to = "raw" },
	{ "nfs", take_target, .to = "nfs" },
	{ "ssh", take_target, .to = "ssh" },
	{ "ext2", take_target, .to = "file" },
	{ "ext3", take_target, .to = "file" },
	{ "ext4", take_target, .to = "file" },
	{ "xfs", take_target, .to = "file" },
	{ "btrfs", take_target, .to = "file" },
	{ "minix", import_lose, .why = "a dump does not fit into minix" },
	{ "virtiofs", take_target, .to = "virtiofs" },
	{ "sshkey", take_of_target, .to = "secret" },
	{ "path", take_path, .to = "path" },
	{ "core_collector", take_collector, .to = NULL },
	{ "kdump_pre", import_lose, .why = hooks },
	{ "kdump_post", import_lose, .why = hooks },
	{ "kdump_emergency", import_lose, .why = hooks },
	{ "extra_bins", import_lose, .why = hooks },
	{ "extra_modules", import_as, IMPORT_KDUMP, "extra_modules", NULL },
	{ "failure_action", take_failure, .to = "failure" },
	{ "default", take_failure, .to = "failure" },
	{ "final_action", import_action, .to = "final" },
	{ "auto_reset_crashkernel", import_ignore, .why = "kdump reserve auto tells what is needed" },
	{ "force_rebuild", import_ignore, .why = "the initramfs is built at every arming" },
	{ "force_no_rebuild", import_ignore, .why = "the initramfs is built at every arming" },
	{ "dracut_args", take_dracut, .to = NULL },
	{ "fence_kdump_args", take_fence_args, .to = NULL },
	{ "fence_kdump_nodes", take_fence_nodes, .to = NULL },
	{ "net", import_lose, .why = "it became nfs and ssh: say which" },
	{ "options", import_lose, .why = old },
	{ "link_delay", import_ignore, .why = old },
	{ "disk_timeout", import_ignore, .why = old },
	{ "debug_mem_level", import_ignore, .why = old },
	{ "blacklist", import_ignore, .why = "only modules that the targets need are loaded" },
	{ .name = NULL },
};

/* A comment may stand behind a value, with a blank before it. */
static size_t value_end(struct kx_span line)
{
	for (size_t i = 1; i < line.len; i++) {
		if (line.base[i] == '#' && (line.base[i - 1] == ' ' || line.base[i - 1] == '\t'))
			return i;
	}
	return line.len;
}

bool import_rhel_has_key(struct kx_span line)
{
	struct kx_span word = { NULL, 0 };

	if (!kx_span_word(&line, &word) || kx_span_starts(kx_span_trim(line), "="))
		return false;
	for (const struct import_key *key = conf_keys; key->name; key++) {
		if (kx_span_equal(word, key->name))
			return true;
	}
	return false;
}

int import_rhel_conf(struct import *imp, struct kx_span text, struct kx_err *err)
{
	struct kx_span line;

	for (unsigned int number = 1; kx_span_line(&text, &line); number++) {
		char copy[LINE], *value;

		line.len = value_end(line);
		line = kx_span_trim(line);
		if (line.len == 0 || line.base[0] == '#')
			continue;
		if (line.len >= sizeof(copy) || memchr(line.base, '\0', line.len))
			return kx_fail(err, -EINVAL, "line %u: too long, or not a text", number);
		memcpy(copy, line.base, line.len);
		copy[line.len] = '\0';
		value = copy + strcspn(copy, " \t");
		if (*value)
			*value++ = '\0';
		value += strspn(value, " \t");
		import_apply(imp, conf_keys,
			     &(struct import_setting){ copy, value, number, false });
	}
	import_keep_all(imp, &(struct import_setting){ "(all dumps are kept)", "", 0, false });
	return 0;
}

/* ---- sysconfig/kdump ------------------------------------------------------------------------ */

/* Files are loaded by the kernel itself first, whatever this says. */
static void take_kexec_args(struct import *imp, const struct import_key *key,
			    const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "-s") == 0)
		import_note(imp, setting, "it always does so first");
	else
		import_lost(imp, setting, "kexec takes no options of the user's");
}

static void take_image(struct import *imp, const struct import_key *key,
		       const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "vmlinuz") == 0)
		import_note(imp, setting, "so it is called where nothing else is said");
	else
		import_lost(imp, setting, "say kernel = FILE");
}

static const char always_told[] = "a dump is always told of";
static const char log_level[] = "all is logged; the journal filters";

static const struct import_key sysconfig_keys[] = {
	{ "KDUMP_KERNELVER", import_as, IMPORT_KDUMP, "kernel", NULL },
	{ "KDUMP_COMMANDLINE", import_as, IMPORT_KDUMP, "cmdline", NULL },
	{ "KDUMP_COMMANDLINE_REMOVE", import_as, IMPORT_KDUMP, "remove", NULL },
	{ "KDUMP_COMMANDLINE_APPEND", import_words, .to = NULL },
	{ "FADUMP_COMMANDLINE_APPEND", import_lose, .why = "dumps by the firmware are not ours" },
	{ "KEXEC_ARGS", take_kexec_args, .to = NULL },
	{ "KDUMP_BOOTDIR", import_lose, .why = "say kernel = FILE" },
	{ "KDUMP_IMG", take_image, .to = NULL },
	{ "KDUMP_IMG_EXT", import_lose, .why = "say kernel = FILE" },
	{ "MKDUMPRD_ARGS", import_lose, .why = "there is no mkdumprd" },
	{ "VMCORE_CREATION_NOTIFICATION", import_ignore, .why = always_told },
	{ "KDUMP_STDLOGLVL", import_ignore, .why = log_level },
	{ "KDUMP_SYSLOGLVL", import_ignore, .why = log_level },
	{ "KDUMP_KMSGLOGLVL", import_ignore, .why = log_level },
	{ .name = NULL },
};

int import_rhel_sysconfig(struct import *imp, struct kx_span text, struct kx_err *err)
{
	struct shell_vars vars;
	int rc = shell_read(text, &vars, err);

	for (size_t i = 0; i < vars.count && rc == 0; i++) {
		const struct shell_var *v = &vars.var[i];

		import_apply(imp, sysconfig_keys,
			     &(struct import_setting){ v->name, v->value, v->line, v->used });
	}
	shell_done(&vars);
	return rc;
}
