/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kdump config: every key as it is, and where that was said. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdump/base/service.h"
#include "kdump/service/config/main.h"
#include "kdump/service/config/read.h"
#include "kdump/service/settings/parts.h"
#include "kx/cleanup.h"
#include "kx/cli.h"

#define say(...) kx_cli_say("kdump", __VA_ARGS__)

enum { OPT_JSON = KX_OPTION_LONG, OPT_ROOT, OPT_SAMPLE };

static const struct kx_option table[] = {
	{ "json", OPT_JSON, NULL, "for programs", "How it is told" },
	{ "sample", OPT_SAMPLE, NULL, "all keys with their defaults, as a file to begin with", NULL },
	{ "root", OPT_ROOT, "DIR", "read below DIR instead of /", "What is read" },
	{ "help", 'h', NULL, "print this", "Help" },
	{ NULL, 0, NULL, NULL, NULL },
};

/** struct config_options - strings are borrowed from argv */
struct config_options {
	bool help, json, sample;
	const char *root;
};

static int take(void *data, int id, const char *arg, struct kx_err *err)
{
	struct config_options *o = data;

	(void)err;
	switch (id) {
	case 'h': o->help = true; break;
	case OPT_JSON: o->json = true; break;
	case OPT_SAMPLE: o->sample = true; break;
	case OPT_ROOT: o->root = arg; break;
	default: break;
	}
	return 0;
}

static void tell_sample(void)
{
	char standard[80];

	printf("# Configuration of the kdump service: kdump.conf(5).\n"
	       "# What is behind # is the default; kdump config tells what is in force.\n");
	for (const struct config_section *s = config_sections; s->name; s++) {
		printf("\n%s[%s%s]\n", s->target ? "#" : "", s->name, s->target ? " NAME" : "");
		for (const struct config_key *key = s->keys; key->name; key++) {
			bool zero = key->zero && strcmp(key->standard, "0") == 0;

			snprintf(standard, sizeof(standard), "%s", zero ? key->zero : key->standard);
			printf("# %s\n#%s =%s%s\n", key->help, key->name, standard[0] ? " " : "",
			       standard);
		}
	}
}

static int tell(const struct service_config *config, bool json)
{
	_cleanup_free_ struct kx_out *out = calloc(1, sizeof(*out));

	if (!out)
		return -ENOMEM;
	out->fd = STDOUT_FILENO;
	config_tell(config, json ? CONFIG_TELL_JSON : CONFIG_TELL_ORIGINS, out);
	return kx_out_flush(out);
}

static int show(const struct config_options *o)
{
	struct service_config config = { .enabled = false };
	struct kx_err err = { "" };
	int rc = config_read(&config, o->root, &err), status = SERVICE_DONE, written = 0;

	if (rc != -ENOMEM)
		written = tell(&config, o->json);
	if (!o->json)
		config_say_warnings(&config);
	if (rc < 0) {
		say("%s", err.text);
		status = rc == -ENOMEM ? SERVICE_FAILED : SERVICE_USAGE;
	} else if (written < 0) {
		say("standard output: %s", strerror(-written));
		status = SERVICE_FAILED;
	} else if (config.warnings) {
		status = SERVICE_DEGRADED;
	}
	config_done(&config);
	return status;
}

int config_main(int argc, char **argv)
{
	struct config_options o = { .root = "/" };
	struct kx_err err = { "" };
	int first, rc = kx_cli_parse(table, argc, argv, take, &o, &first, &err);

	if (rc == 0 && first != argc && !o.help)
		rc = kx_fail(&err, -EINVAL, "it takes no argument; --help shows how");
	if (rc < 0) {
		say("config: %s", err.text);
		return SERVICE_USAGE;
	}
	if (o.help) {
		printf("Usage: kdump config [OPTION]...\n"
		       "Tell every key of the configuration, and where its value was given.\n");
		kx_cli_help(table, stdout);
		printf("\nSee kdump.conf(5).\n");
		return SERVICE_DONE;
	}
	if (o.sample) {
		tell_sample();
		return SERVICE_DONE;
	}
	return show(&o);
}
