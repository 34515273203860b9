/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debian's and Ubuntu's kdump-tools: keys as kdump-tools(5) there describes them. */
#include <stdio.h>
#include <string.h>

#include "kdump/service/import/import.h"
#include "kdump/service/import/shell.h"

static void take_enabled(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting)
{
	(void)key;
	import_set(imp, IMPORT_KDUMP, "enabled", strcmp(setting->value, "1") == 0 ? "yes" : "no",
		   setting);
}

/* There it is a link that follows the kernel; only another file says anything. */
static void take_kernel(struct import *imp, const struct import_key *key,
			const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "/var/lib/kdump/vmlinuz") == 0)
		import_note(imp, setting, "the running kernel is the default");
	else
		import_set(imp, IMPORT_KDUMP, "kernel", setting->value, setting);
}

static void take_count(struct import *imp, const struct import_key *key,
		       const struct import_setting *setting)
{
	(void)key;
	import_keep_all(imp, setting);
	if (strcmp(setting->value, "0") != 0)
		import_set(imp, IMPORT_KEEP, "count", setting->value, setting);
}

static void take_tag(struct import *imp, const struct import_key *key,
		     const struct import_setting *setting)
{
	(void)key;
	if (strcmp(setting->value, "hostname") == 0)
		import_note(imp, setting, "so folders are called where host_tag says nothing");
	else
		import_lost(imp, setting, "folders are called by the host name; host_tag is another "
			    "word, the same at all times");
}

static const char ftp[] = "FTP sends passwords and dumps in the clear and is not spoken; use ssh, or "
	"kdump upload after the next boot";
static const char of_target[] = "see the target";
static const char retries[] = "limits are of time: prepare_time, stall_time, total_time";

static const struct import_key keys[] = {
	{ "USE_KDUMP", take_enabled, .to = NULL },
	{ "KDUMP_KERNEL", take_kernel, .to = NULL },
	{ "KDUMP_INITRD", import_ignore, .why = "the initramfs is made at every arming" },
	{ "KDUMP_COREDIR", import_ignore, .why = of_target },
	{ "KDUMP_FAIL_CMD", import_action, .to = "failure" },
	{ "KDUMP_DUMP_DMESG", import_ignore, .why = "the log is always saved" },
	{ "KDUMP_NUM_DUMPS", take_count, .to = NULL },
	{ "KDUMP_COMPRESSION", import_ignore, .why = "pages are compressed one by one, which crash can open" },
	{ "MAKEDUMP_ARGS", import_makedumpfile, .to = NULL },
	{ "KDUMP_KEXEC_ARGS", import_lose, .why = "kexec takes no options of the user's" },
	{ "KDUMP_CMDLINE", import_as, IMPORT_KDUMP, "cmdline", NULL },
	{ "KDUMP_CMDLINE_APPEND", import_words, .to = NULL },
	{ "HOSTTAG", take_tag, .to = NULL },
	{ "NFS", import_ignore, .why = of_target },
	{ "NFS_TIMEO", import_ignore, .why = of_target },
	{ "NFS_RETRANS", import_ignore, .why = of_target },
	{ "NFS_MOUNT_RETRY", import_ignore, .why = retries },
	{ "SSH", import_ignore, .why = of_target },
	{ "SSH_KEY", import_ignore, .why = of_target },
	{ "SSH_KDUMP_RETRY", import_ignore, .why = retries },
	{ "FTP", import_lose, .why = ftp },
	{ "FTP_USER", import_lose, .why = ftp },
	{ "FTP_PASSWORD", import_lose, .why = ftp },
	{ "FTP_PORT", import_lose, .why = ftp },
	{ "KDUMP_SYSCTL", import_lose, .why = "put it into /etc/sysctl.d" },
	{ "DEBUG_KERNEL", import_ignore, .why = "no debug information is needed" },
	{ .name = NULL },
};

static struct import_setting setting_of(const struct shell_vars *vars, const char *name)
{
	const struct shell_var *v = shell_find(vars, name);

	return v ? (struct import_setting){ v->name, v->value, v->line, v->used } :
		   (struct import_setting){ name, "", 0, false };
}

static void add_path(struct import *imp, int section, const struct shell_vars *vars)
{
	struct import_setting dir = setting_of(vars, "KDUMP_COREDIR");

	if (dir.value[0])
		import_set(imp, section, "path", dir.value, &dir);
}

static void add_ssh(struct import *imp, const struct shell_vars *vars)
{
	struct import_setting ssh = setting_of(vars, "SSH"), key = setting_of(vars, "SSH_KEY");
	int section = import_target(imp, "ssh", &ssh);

	if (section < 0)
		return;
	import_set(imp, section, "type", "ssh", &ssh);
	import_set(imp, section, "where", ssh.value, &ssh);
	if (key.value[0])
		import_set(imp, section, "secret", key.value, &key);
	add_path(imp, section, vars);
}

static void add_nfs(struct import *imp, const struct shell_vars *vars)
{
	struct import_setting nfs = setting_of(vars, "NFS"), timeo = setting_of(vars, "NFS_TIMEO"),
			      retrans = setting_of(vars, "NFS_RETRANS");
	int section = import_target(imp, "nfs", &nfs);
	char options[160];

	if (section < 0)
		return;
	import_set(imp, section, "type", "nfs", &nfs);
	import_set(imp, section, "where", nfs.value, &nfs);
	import_set(imp, section, "path", "/", &nfs);
	if (!timeo.value[0] && !retrans.value[0])
		return;
	snprintf(options, sizeof(options), "%s%.60s%s%s%.60s", timeo.value[0] ? "timeo=" : "",
		 timeo.value, timeo.value[0] && retrans.value[0] ? "," : "",
		 retrans.value[0] ? "retrans=" : "", retrans.value);
	import_set(imp, section, "options", options, timeo.value[0] ? &timeo : &retrans);
}

/* As they are written there: to each server that is named, and to a folder if NFS is not. */
static void add_targets(struct import *imp, const struct shell_vars *vars)
{
	struct import_setting ssh = setting_of(vars, "SSH"), nfs = setting_of(vars, "NFS"),
			      dir = setting_of(vars, "KDUMP_COREDIR");
	int section;

	if (ssh.value[0])
		add_ssh(imp, vars);
	if (nfs.value[0]) {
		add_nfs(imp, vars);
	} else if (dir.value[0] || ssh.value[0]) {
		section = import_target(imp, "local", dir.value[0] ? &dir : &ssh);
		if (section >= 0)
			add_path(imp, section, vars);
	}
	if (imp->targets > 1)
		import_set(imp, IMPORT_KDUMP, "mode", "all", &ssh);
}

int import_debian(struct import *imp, struct kx_span text, struct kx_err *err)
{
	struct shell_vars vars;
	struct import_setting count;
	int rc = shell_read(text, &vars, err);

	for (size_t i = 0; i < vars.count && rc == 0; i++) {
		struct import_setting setting = setting_of(&vars, vars.var[i].name);

		if (strcmp(setting.key, "FTP_PASSWORD") == 0 && setting.value[0])
			setting.value = "(a password)";
		import_apply(imp, keys, &setting);
	}
	count = setting_of(&vars, "KDUMP_NUM_DUMPS");
	if (rc == 0 && !count.value[0])
		import_keep_all(imp, &count);
	if (rc == 0)
		add_targets(imp, &vars);
	shell_done(&vars);
	return rc;
}
