/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump import: whose file it is, and where what came of it goes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/config/import.h"
#include "kdump/service/config/read.h"
#include "kdump/service/import/import.h"
#include "kdump/service/settings/settings.h"
#include "kdump/service/state/state.h"
#include "kx/cleanup.h"
#include "kx/cli.h"
#include "kx/file.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_FROM = KX_OPTION_LONG, OPT_JSON, OPT_ROOT, OPT_WRITE };
enum { FILE_MAX = 1 << 20 };

#define CONFIGURATION "/etc/kdump/conf.d/50-imported.conf"

static const struct kx_option table[] = {
	{ "from", OPT_FROM, "SERVICE", "rhel, debian or suse (default: by what is in FILE)", "What is imported" },
	{ "write", OPT_WRITE, NULL, "into " CONFIGURATION ", instead of printing it", "Where it goes" },
	{ "root", OPT_ROOT, "DIR", "write below DIR instead of /", NULL },
	{ "json", OPT_JSON, NULL, "what became of each key, and the configuration, for programs", "How it is told" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct import_options - strings are borrowed from argv */
struct import_options {
	bool help, json, write;
	const char *from, *root;
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct import_options *o = data;

	switch (id) {
	case 'h': o->help = true; break;
	case OPT_JSON: o->json = true; break;
	case OPT_WRITE: o->write = true; break;
	case OPT_ROOT: o->root = arg; break;
	case OPT_FROM:
		if (strcmp(arg, "rhel") != 0 && strcmp(arg, "debian") != 0 && strcmp(arg, "suse") != 0)
			return kx_fail(err, -EINVAL, "--from=%.40s: must be rhel, debian or suse", arg);
		o->from = arg;
		break;
	default: break;
	}
	return 0;
}

/* ---- whose it is ---------------------------------------------------------------------------- */

static int import_text_of(struct import *imp, const char *from, struct kx_span text,
			  struct kx_err *err)
{
	const char *guessed = import_guess(text, true), *whose = from ? from : guessed;
	const char *name = strrchr(imp->file, '/');

	name = name ? name + 1 : imp->file;
	if (whose && strcmp(whose, "debian") == 0)
		return import_debian(imp, text, err);
	if (whose && strcmp(whose, "suse") == 0)
		return import_suse(imp, text, err);
	/* RHEL's two files: only sysconfig/kdump has assignments. */
	if (guessed)
		return import_rhel_sysconfig(imp, text, err);
	if (from || strcmp(name, "kdump.conf") == 0)
		return import_rhel_conf(imp, text, err);
	return kx_fail(err, -EINVAL, "whose configuration it is cannot be seen: --from=rhel, "
		       "debian or suse says it");
}

static int import_file(struct import *imp, const char *from, const char *path, struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int rc = kx_file_read(NULL, path, FILE_MAX, &text, &len, err);

	if (rc < 0)
		return rc;
	imp->file = path;
	rc = import_text_of(imp, from, (struct kx_span){ (const uint8_t *)text, len }, err);
	return rc < 0 ? kx_context(err, rc, "%s", path) : 0;
}

/* ---- where it goes -------------------------------------------------------------------------- */

static int check_free(const char *root, const char *path, struct kx_err *err)
{
	_cleanup_fd_ int there = kx_file_open(root, path + 1);

	return there == -ENOENT ? 0 : kx_fail(err, -EEXIST, "%s is there; remove it first", path);
}

static int make_folders(const char *root, struct kx_err *err)
{
	static const char *const folders[] = { "/etc/kdump", "/etc/kdump/conf.d" };
	char path[4096];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%.4000s%s", strcmp(root, "/") == 0 ? "" : root,
			 folders[i]);
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return kx_fail(err, -errno, "%s: %s", path, strerror(errno));
	}
	return 0;
}

static int write_all(const struct import *imp, const char *root, const char *text,
		     struct kx_err *err)
{
	int rc = make_folders(root, err);

	for (size_t i = 0; i < imp->secrets && rc == 0; i++)
		rc = check_free(root, imp->secret[i].path, err);
	if (rc == 0)
		rc = check_free(root, CONFIGURATION, err);
	for (size_t i = 0; i < imp->secrets && rc == 0; i++)
		rc = state_put_path(root, imp->secret[i].path, imp->secret[i].text, 0600, err);
	if (rc == 0)
		rc = state_put_path(root, CONFIGURATION, text, 0644, err);
	if (rc == 0)
		say(CONFIGURATION " is written; kdump config tells what is in force");
	return rc;
}

/* What we would say of our own configuration: it is not whole then. */
static bool is_sound(const char *text)
{
	struct service_config config;
	struct kx_err err = { "" };
	int rc = config_read_text(&config, kx_span_of(text), "what came of it", &err);
	bool sound = rc == 0 && config.warnings == 0;

	config_say_warnings(&config);
	if (rc < 0)
		say("what came of it: %s", err.text);
	config_done(&config);
	return sound;
}

static void say_lost(const struct import *imp, bool written)
{
	struct kx_span rest = { (const uint8_t *)imp->lost.text, imp->lost.len }, line;

	while (kx_span_line(&rest, &line))
		say("%.*s", (int)line.len, (const char *)line.base);
	for (size_t i = 0; i < imp->secrets && !written; i++)
		say("the password belongs into %s, mode 600", imp->secret[i].path);
}

static int import_all(const struct import_options *o, struct import *imp, char **file,
		      struct kx_err *err)
{
	_cleanup_free_ char *text = NULL;
	int rc = 0, status;

	for (; *file && rc == 0; file++)
		rc = import_file(imp, o->from, *file, err);
	if (rc < 0)
		return rc;
	text = import_text(imp);
	if (!text)
		return kx_fail(err, -ENOMEM, "no memory");
	if (!o->write && !o->json)
		fputs(text, stdout);
	say_lost(imp, o->write);
	status = is_sound(text) && imp->lost.len == 0 ? SERVICE_DONE : SERVICE_DEGRADED;
	if (o->write)
		rc = write_all(imp, o->root, text, err);
	if (rc == 0 && o->json)
		rc = import_json(imp, text, o->write ? CONFIGURATION : NULL, status, err);
	return rc < 0 ? rc : status;
}

int import_main(int argc, char **argv)
{
	struct import_options o = { .root = "/" };
	struct import imp = { .file = NULL };
	struct kx_err err = { "" };
	int first, rc = kx_cli_parse(table, argc, argv, take, &o, &first, &err);

	if (rc == 0 && first == argc && !o.help)
		rc = kx_fail(&err, -EINVAL, "which FILE? --help shows how");
	if (rc < 0) {
		say("import: %s", err.text);
		return SERVICE_USAGE;
	}
	if (o.help) {
		printf("Usage: kdump import [OPTION]... FILE...\n"
		       "Make a kdump.conf of another service's configuration: kdump.conf and\n"
		       "sysconfig/kdump of RHEL and Fedora, default/kdump-tools of Debian, sysconfig/kdump\n"
		       "of SUSE. Nothing in it is run.\n");
		kx_cli_help(table, stdout);
		printf("\nSee kdump(8).\n");
		return SERVICE_DONE;
	}
	rc = import_all(&o, &imp, argv + first, &err);
	import_done(&imp);
	if (rc < 0)
		say("%s", err.text);
	return rc < 0 ? SERVICE_FAILED : rc;
}
