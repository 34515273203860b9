/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SUSE's sysconfig/kdump: keys as kdump(5) there describes them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kdump/service/import/import.h"
#include "kdump/service/import/shell.h"

enum { PART = 512 };

/* Booleans there: yes, 1, true; everything else is no. */
static bool is_true(const char *value)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
}

/* ---- where dumps go ------------------------------------------------------------------------- */

/** struct url - parts of SCHEME://[USER[:PASSWORD]@]HOST[:PORT]/PATH */
struct url {
	char scheme[16], user[PART], password[PART], host[PART], path[PART];
};

static void copy_part(char *to, size_t size, const char *from, size_t len)
{
	snprintf(to, size, "%.*s", (int)(len < size ? len : size - 1), from);
}

static bool split_url(const char *text, struct url *ret)
{
	const char *rest = strstr(text, "://"), *slash, *at, *colon;

	*ret = (struct url){ .scheme = "file" };
	if (!rest || strlen(text) >= PART) {
		copy_part(ret->path, sizeof(ret->path), text, strlen(text));
		return strlen(text) < PART;
	}
	copy_part(ret->scheme, sizeof(ret->scheme), text, (size_t)(rest - text));
	rest += 3;
	slash = rest + strcspn(rest, "/");
	copy_part(ret->path, sizeof(ret->path), slash[0] ? slash : "/", strlen(slash) + !slash[0]);
	/* A password may have an @ in it; a host has none. */
	at = memrchr(rest, '@', (size_t)(slash - rest));
	if (at) {
		colon = memchr(rest, ':', (size_t)(at - rest));
		copy_part(ret->user, sizeof(ret->user), rest,
			  (size_t)((colon ? colon : at) - rest));
		if (colon)
			copy_part(ret->password, sizeof(ret->password), colon + 1,
				  (size_t)(at - colon - 1));
		rest = at + 1;
	}
	copy_part(ret->host, sizeof(ret->host), rest, (size_t)(slash - rest));
	return true;
}

static void add_ssh(struct import *imp, int section, const struct url *url,
		    const struct import_setting *s)
{
	char where[2 * PART + 2];

	snprintf(where, sizeof(where), "%s%s%s", url->user, url->user[0] ? "@" : "", url->host);
	import_set(imp, section, "type", "ssh", s);
	import_set(imp, section, "where", where, s);
	import_set(imp, section, "path", url->path, s);
	if (url->password[0])
		import_lost(imp, s, "no password is used for ssh, only a key: kdump propagate makes "
			    "one and takes it there");
}

static void add_nfs(struct import *imp, int section, const struct url *url,
		    const struct import_setting *s)
{
	char where[2 * PART + 2];

	snprintf(where, sizeof(where), "%s:%s", url->host, url->path);
	import_set(imp, section, "type", "nfs", s);
	import_set(imp, section, "where", where, s);
	import_set(imp, section, "path", "/", s);
}

static void add_smb(struct import *imp, int section, const struct url *url,
		    const struct import_setting *s)
{
	size_t share = strcspn(url->path + 1, "/") + 1;
	char where[2 * PART + 4];

	snprintf(where, sizeof(where), "//%s%.*s", url->host, (int)share, url->path);
	import_set(imp, section, "type", "smb", s);
	import_set(imp, section, "where", where, s);
	import_set(imp, section, "path", url->path[share] ? url->path + share : "/", s);
	if (url->user[0])
		import_set(imp, section, "user", url->user, s);
	if (url->password[0])
		import_secret(imp, section, url->password, s);
}

static const struct {
	const char *scheme, *name;
	void (*add)(struct import *imp, int section, const struct url *url,
		    const struct import_setting *s);
} schemes[] = {
	{ "ssh", "ssh", add_ssh }, { "sftp", "ssh", add_ssh }, { "scp", "ssh", add_ssh },
	{ "nfs", "nfs", add_nfs }, { "cifs", "smb", add_smb }, { "smb", "smb", add_smb },
};

static void take_savedir(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting)
{
	struct import_setting quiet = *setting;
	struct url url;
	int section;

	(void)key;
	if (!split_url(setting->value, &url)) {
		quiet.value = "(a long value)";
		import_lost(imp, &quiet, "it is too long");
		return;
	}
	if (url.password[0])
		quiet.value = "(with a password)";
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strcmp(url.scheme, schemes[i].scheme) != 0)
			continue;
		section = import_target(imp, schemes[i].name, &quiet);
		if (section >= 0)
			schemes[i].add(imp, section, &url, &quiet);
		return;
	}
	if (strcmp(url.scheme, "file") != 0) {
		import_lost(imp, &quiet, "there is no such kind of target; use ssh, nfs or smb, or kdump "
			    "upload after the next boot");
		return;
	}
	section = import_target(imp, "local", &quiet);
	if (section >= 0)
		import_set(imp, section, "path", url.path, &quiet);
}

/* ---- the other keys ------------------------------------------------------------------------- */

static void take_reserve(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "auto") == 0)
		import_set(imp, IMPORT_RESERVE, "size", "auto", setting);
	else
		import_lost(imp, setting, "say [reserve] size, one for all of it");
}

static void take_cpus(struct import *imp, const struct import_key *key,
		      const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "0") == 0)
		import_lost(imp, setting, "say cpus = N: each takes memory of what is reserved");
	else
		import_set(imp, IMPORT_KDUMP, "cpus", setting->value, setting);
}

static void take_format(struct import *imp, const struct import_key *key,
			const struct import_setting *setting)
{
	static const char *const formats[][2] = {
		{ "compressed", "zlib" }, { "lzo", "lzo" }, { "snappy", "snappy" }, { "zstd", "zstd" },
	};

	(void)key;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(setting->value, formats[i][0]) == 0) {
			import_set(imp, IMPORT_KDUMP, "compress", formats[i][1], setting);
			return;
		}
	}
	if (strcmp(setting->value, "none") == 0)
		import_lost(imp, setting, "what = dmesg saves the log alone");
	else
		import_lost(imp, setting, "dumps are kdump-compressed; kdump convert makes ELF of them");
}

static void take_reboot(struct import *imp, const struct import_key *key,
			const struct import_setting *setting)
{
	char why[100];

	if (is_true(setting->value)) {
		import_set(imp, IMPORT_KDUMP, key->to, "reboot", setting);
		return;
	}
	snprintf(why, sizeof(why), "there is no shell in our initramfs: say %s = halt or poweroff",
		 key->to);
	import_lost(imp, setting, why);
}

/* There the new one does not count. */
static void take_count(struct import *imp, const struct import_key *key,
		       const struct import_setting *setting)
{
	char count[24];
	uint64_t old;

	(void)key;
	if (strcmp(setting->value, "0") == 0)
		snprintf(count, sizeof(count), "all");
	else if (strcmp(setting->value, "-1") == 0)
		snprintf(count, sizeof(count), "1");
	else if (kx_span_number(kx_span_of(setting->value), 10, &old) && old < 1000000)
		snprintf(count, sizeof(count), "%" PRIu64, old + 1);
	else
		snprintf(count, sizeof(count), "?");
	import_keep_all(imp, setting);
	import_set(imp, IMPORT_KEEP, "count", count, setting);
}

static void take_free(struct import *imp, const struct import_key *key,
		      const struct import_setting *setting)
{
	char size[PART];

	(void)key;
	snprintf(size, sizeof(size), "%.80sM", setting->value);
	import_set(imp, IMPORT_KEEP, "min_free", size, setting);
}

static void take_network(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "auto") == 0)
		import_set(imp, IMPORT_NETWORK, "mode", "snapshot", setting);
	else if (strstr(setting->value, ":dhcp"))
		import_set(imp, IMPORT_NETWORK, "mode", "dhcp", setting);
	else
		import_lost(imp, setting, "interfaces and addresses are as they are when it is armed");
}

static void take_fadump(struct import *imp, const struct import_key *key,
			const struct import_setting *setting)
{
	(void)key;
	if (is_true(setting->value))
		import_lost(imp, setting, "dumps by the firmware are not ours");
	else
		import_note(imp, setting, "dumps by the firmware are not ours");
}

/* "*" means no check, which nobody gets. */
static void take_host_key(struct import *imp, const struct import_key *key,
			  const struct import_setting *setting)
{
	(void)key;
	import_lost(imp, setting, "kdump propagate takes the server's key down, and it is always checked");
}

static void take_identity(struct import *imp, const struct import_key *key,
			  const struct import_setting *setting)
{
	(void)key;
	if (imp->targets && strcmp(imp->target[0], "ssh") == 0)
		import_set(imp, IMPORT_TARGET, "secret", setting->value, setting);
	else
		import_note(imp, setting, "no target is by ssh");
}

static const char hooks[] = "nothing of the user's runs in the crash kernel; [notify] runs a command "
	"after the next boot";
static const char mail[] = "[notify] command = ... can send the report";

static const struct import_key keys[] = {
	/* First, since others speak of its target. */
	{ "KDUMP_SAVEDIR", take_savedir, .to = NULL },
	{ "KDUMP_CRASHKERNEL", take_reserve, .to = NULL },
	{ "KDUMP_UPDATE_BOOTLOADER", import_ignore, .why = "kdump reserve writes it when it is asked to" },
	{ "KDUMP_AUTO_RESIZE", import_ignore, .why = "what is reserved stays as it is" },
	{ "KDUMP_KERNELVER", import_as, IMPORT_KDUMP, "kernel", NULL },
	{ "KDUMP_CPUS", take_cpus, .to = NULL },
	{ "KDUMP_COMMANDLINE", import_as, IMPORT_KDUMP, "cmdline", NULL },
	{ "KDUMP_COMMANDLINE_APPEND", import_words, .to = NULL },
	{ "KEXEC_OPTIONS", import_lose, .why = "kexec takes no options of the user's" },
	{ "KDUMP_FADUMP", take_fadump, .to = NULL },
	{ "KDUMP_FADUMP_SHELL", take_fadump, .to = NULL },
	{ "FADUMP_COMMANDLINE_APPEND", import_lose, .why = "dumps by the firmware are not ours" },
	{ "MAKEDUMPFILE_OPTIONS", import_makedumpfile, .to = NULL },
	{ "KDUMP_DUMPLEVEL", import_as, IMPORT_KDUMP, "level", NULL },
	{ "KDUMP_DUMPFORMAT", take_format, .to = NULL },
	{ "KDUMP_IMMEDIATE_REBOOT", take_reboot, .to = "final" },
	{ "KDUMP_CONTINUE_ON_ERROR", take_reboot, .to = "failure" },
	{ "KDUMP_KEEP_OLD_DUMPS", take_count, .to = NULL },
	{ "KDUMP_FREE_DISK_SIZE", take_free, .to = NULL },
	{ "KDUMP_VERBOSE", import_ignore, .why = "all is logged; the journal filters" },
	{ "KDUMP_REQUIRED_PROGRAMS", import_lose, .why = hooks },
	{ "KDUMP_PRESCRIPT", import_lose, .why = hooks },
	{ "KDUMP_POSTSCRIPT", import_lose, .why = hooks },
	{ "KDUMP_TRANSFER", import_lose, .why = hooks },
	{ "KDUMP_NETCONFIG", take_network, .to = NULL },
	{ "KDUMP_NET_TIMEOUT", import_ignore, .why = "limits are of time: prepare_time of the target" },
	{ "KDUMP_SMTP_SERVER", import_lose, .why = mail },
	{ "KDUMP_SMTP_USER", import_lose, .why = mail },
	{ "KDUMP_SMTP_PASSWORD", import_lose, .why = mail },
	{ "KDUMP_NOTIFICATION_TO", import_lose, .why = mail },
	{ "KDUMP_NOTIFICATION_CC", import_lose, .why = mail },
	{ "KDUMP_HOST_KEY", take_host_key, .to = NULL },
	{ "KDUMP_SSH_IDENTITY", take_identity, .to = NULL },
	{ "KDUMP_COPY_KERNEL", import_ignore, .why = "kernels stay where they are" },
	{ "KDUMPTOOL_FLAGS", import_ignore, .why = "there is no kdumptool" },
	{ .name = NULL },
};

static void apply(struct import *imp, const struct shell_var *v)
{
	struct import_setting setting = { v->name, v->value, v->line, v->used };

	if (strcmp(v->name, "KDUMP_SMTP_PASSWORD") == 0 && v->value[0])
		setting.value = "(a password)";
	import_apply(imp, keys, &setting);
}

int import_suse(struct import *imp, struct kx_span text, struct kx_err *err)
{
	struct shell_vars vars;
	int rc = shell_read(text, &vars, err);
	const struct shell_var *first = rc == 0 ? shell_find(&vars, keys[0].name) : NULL;

	if (first)
		apply(imp, first);
	for (size_t i = 0; i < vars.count && rc == 0; i++) {
		if (&vars.var[i] != first)
			apply(imp, &vars.var[i]);
	}
	shell_done(&vars);
	return rc;
}
