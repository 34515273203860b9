/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the running kernel's configuration and what it was told; decides nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec/policy.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/file.h"

/* Configurations of distributions have some 300 KiB. */
enum { CONFIG_MAX = 4 << 20, POLICY_MAX = 1 << 20 };

/* Where distributions keep it; /proc/config.gz is for those who can unpack it. */
static void read_config(struct policy *p)
{
	static const char *const places[][2] = { { "boot/config-", "" }, { "lib/modules/", "/config" } };
	char path[POLICY_RELEASE_MAX + 32];
	struct kx_err ignored;

	if (!p->release[0] || strchr(p->release, '/'))
		return;
	for (size_t i = 0; i < 2 && !p->config_text; i++) {
		snprintf(path, sizeof(path), "%s%s%s", places[i][0], p->release, places[i][1]);
		kx_file_read(p->root, path, CONFIG_MAX, &p->config_text, &p->config.len, &ignored);
	}
	p->config.base = (const uint8_t *)p->config_text;
}

void policy_read(struct policy *ret, const char *root, const struct kx_machine *machine)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	struct kx_span word;
	size_t len;

	*ret = (struct policy){ .root = root, .machine = machine };
	if (kx_file_read(root, "proc/sys/kernel/osrelease", POLICY_RELEASE_MAX - 1, &text, &len,
			 &ignored) == 0) {
		word = kx_span_trim((struct kx_span){ (const uint8_t *)text, len });
		snprintf(ret->release, sizeof(ret->release), "%.*s", (int)word.len,
			 word.base ? (const char *)word.base : "");
	}
	read_config(ret);
}

void policy_done(struct policy *policy)
{
	free(policy->config_text);
	*policy = (struct policy){ .root = NULL };
}

enum answer policy_configured(const struct policy *policy, const char *line)
{
	if (!policy->config.len)
		return UNKNOWN;
	return kx_span_has_line(policy->config, line) ? YES : NO;
}

static bool has_word(struct kx_span line, const char *text)
{
	struct kx_span word;

	while (kx_cmdline_word(&line, &word)) {
		if (kx_span_equal(word, text))
			return true;
	}
	return false;
}

/*
 * Linux, Documentation/ABI/testing/ima_policy: kernels to load are appraised, and only a signature
 * will do. The file can be read where CONFIG_IMA_READ_POLICY says so, and "ima_appraise=" of the
 * command line can make all of it a matter of the log.
 */
static bool ima_appraises(const struct policy *p)
{
	_cleanup_free_ char *text = NULL;
	struct kx_span rest = { NULL, 0 }, line;
	struct kx_err ignored;

	if (has_word(p->machine->cmdline, "ima_appraise=off") ||
	    has_word(p->machine->cmdline, "ima_appraise=log") ||
	    has_word(p->machine->cmdline, "ima_appraise=fix") ||
	    kx_file_read(p->root, "sys/kernel/security/ima/policy", POLICY_MAX, &text, &rest.len,
			 &ignored) < 0)
		return false;
	rest.base = (const uint8_t *)text;
	while (kx_span_line(&rest, &line)) {
		if (kx_span_starts(line, "appraise ") && has_word(line, "func=KEXEC_KERNEL_CHECK") &&
		    (has_word(line, "appraise_type=imasig") ||
		     has_word(line, "appraise_type=imasig|modsig")))
			return true;
	}
	return false;
}

/* Linux, kernel/kexec_file.c, kimage_validate_signature(), and security/lockdown. */
enum signatures policy_signatures(const struct policy *policy)
{
	enum answer checked = policy_configured(policy, "CONFIG_KEXEC_SIG=y");
	bool locked = policy->machine->lockdown == KX_LOCKDOWN_INTEGRITY ||
		      policy->machine->lockdown == KX_LOCKDOWN_CONFIDENTIALITY;

	if (policy_configured(policy, "CONFIG_KEXEC_SIG_FORCE=y") == YES)
		return SIGNATURES_BY_CONFIG;
	if (ima_appraises(policy))
		return SIGNATURES_BY_IMA;
	/* Without the option nothing looks at signatures, locked down or not. */
	if (locked && checked != NO)
		return SIGNATURES_BY_LOCKDOWN;
	return checked == YES ? SIGNATURES_CHECKED :
	       checked == NO  ? SIGNATURES_NOT_CHECKED :
				SIGNATURES_UNKNOWN;
}

bool policy_requires(enum signatures signatures)
{
	return signatures >= SIGNATURES_BY_CONFIG;
}

const char *policy_signatures_text(enum signatures signatures)
{
	switch (signatures) {
	case SIGNATURES_UNKNOWN: break;
	case SIGNATURES_NOT_CHECKED: return "not checked";
	case SIGNATURES_CHECKED: return "checked, and not required";
	case SIGNATURES_BY_CONFIG: return "required by the kernel's configuration";
	case SIGNATURES_BY_LOCKDOWN: return "required by lockdown";
	case SIGNATURES_BY_IMA: return "required by IMA's policy";
	}
	return NULL;
}

/* Linux, lib/kstrtox.c, kstrtobool(): the first letter, or two, count. */
static enum answer bool_of(struct kx_span value)
{
	char a = value.len > 0 ? (char)value.base[0] : 0;
	char b = value.len > 1 ? (char)value.base[1] : 0;

	if ((a && strchr("yYtT1", a)) || ((a == 'o' || a == 'O') && (b == 'n' || b == 'N')))
		return YES;
	return NO;
}

enum answer policy_kho_word(struct kx_span cmdline)
{
	struct kx_span word;
	enum answer said = UNKNOWN;

	while (kx_cmdline_word(&cmdline, &word)) {
		if (kx_span_starts(word, "kho=") &&
		    kx_span_slice(word, 4, word.len - 4, &word))
			said = bool_of(word);
	}
	return said;
}

enum answer policy_handover(const struct policy *policy)
{
	const struct kx_release *r = &policy->machine->release;
	enum answer said = policy_kho_word(policy->machine->cmdline);
	enum answer built = policy_configured(policy, "CONFIG_KEXEC_HANDOVER=y");
	bool older = r->major && (r->major < 6 || (r->major == 6 && r->minor < 16));

	if (policy->machine->cmdline_rc < 0)
		return UNKNOWN;
	if (said == NO || built == NO)
		return NO;
	if (said == YES)
		return built;
	/* Nothing is said: the default counts, which no kernel from before there was one has. */
	return older ? NO : policy_configured(policy, "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y");
}

enum answer policy_live_update(const struct policy *policy)
{
	_cleanup_fd_ int dev = kx_file_open(policy->root, "dev");

	if (dev < 0)
		return UNKNOWN;
	/* Opening it could take it from its owner: there can be one alone. */
	return faccessat(dev, "liveupdate", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? YES : NO;
}
