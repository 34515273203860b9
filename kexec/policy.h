/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel was built with and told to do, as far as it matters to loads. */
#ifndef KEXEC_POLICY_H
#define KEXEC_POLICY_H

#include <stdbool.h>

#include "kx/error.h"
#include "kx/machine.h"
#include "kx/span.h"

/** enum answer - what a question of yes or no has */
enum answer { UNKNOWN, NO, YES };

/** enum signatures - what kexec_file_load makes of a kernel's signature */
enum signatures {
	SIGNATURES_UNKNOWN,	/* its configuration is nowhere to be found */
	SIGNATURES_NOT_CHECKED,
	SIGNATURES_CHECKED,	/* but kernels without one are loaded, too */
	/* Required, by: */
	SIGNATURES_BY_CONFIG,
	SIGNATURES_BY_LOCKDOWN,
	SIGNATURES_BY_IMA,
};

enum { POLICY_RELEASE_MAX = 256 };

/**
 * struct policy - the facts; policy_done() frees them
 * @root: directory that holds proc and sys, borrowed
 * @machine: borrowed
 * @config_text, @config: the running kernel's configuration as text; empty: unknown
 * @release: the running kernel's
 */
struct policy {
	const char *root;
	const struct kx_machine *machine;
	char *config_text;
	struct kx_span config;
	char release[POLICY_RELEASE_MAX];
};

/** policy_read() - read the configuration; what cannot be read is unknown */
void policy_read(struct policy *ret, const char *root, const struct kx_machine *machine);

/** policy_done() - free it */
void policy_done(struct policy *policy);

/** policy_configured() - was the kernel built with this option? @line: "CONFIG_KEXEC=y" */
enum answer policy_configured(const struct policy *policy, const char *line);

/** policy_signatures() - see enum signatures */
enum signatures policy_signatures(const struct policy *policy);

/** policy_requires() - would a kernel without a valid signature be refused by kexec_file_load? */
bool policy_requires(enum signatures signatures);

/** policy_signatures_text() - for people; NULL: unknown */
const char *policy_signatures_text(enum signatures signatures);

/**
 * policy_handover() - does the running kernel hand memory on to the next one (KHO)?
 *
 * Linux, Documentation/admin-guide/mm/kho.rst, v6.16: it is built for it, and told so by "kho=on" or
 * CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT.
 */
enum answer policy_handover(const struct policy *policy);

/** policy_kho_word() - what the last "kho=" of a command line says; UNKNOWN: there is none */
enum answer policy_kho_word(struct kx_span cmdline);

/** policy_live_update() - is there /dev/liveupdate? */
enum answer policy_live_update(const struct policy *policy);

#endif
