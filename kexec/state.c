/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what --show tells, and prints it in either form; changes and decides nothing. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/json.h"
#include "kexec/state.h"
#include "kx/cleanup.h"
#include "kx/cmdline.h"
#include "kx/file.h"
#include "kx/machine.h"

/* Configurations of distributions have some 300 KiB. */
enum { CONFIG_MAX = 4 << 20, SMALL_MAX = 256 };

/** enum answer - what a question of yes or no has */
enum answer { UNKNOWN, NO, YES };

/**
 * struct state - all that is told
 * @config: the running kernel's configuration as text, owned; empty: unknown
 * @release: the running kernel's
 */
struct state {
	const char *root;
	struct kx_machine machine;
	struct kx_ranges regions;
	char *config_text;
	struct kx_span config;
	char release[SMALL_MAX];
	enum answer loaded, crash_loaded, hotplug_cpu, hotplug_memory;
};

static enum answer answer_of(int rc)
{
	return rc < 0 ? UNKNOWN : rc ? YES : NO;
}

/* The first word of a small file; "" where there is none. */
static void read_word(const char *root, const char *path, char to[SMALL_MAX])
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	struct kx_span word;
	size_t len;

	to[0] = '\0';
	if (kx_file_read(root, path, SMALL_MAX - 1, &text, &len, &ignored) < 0)
		return;
	word = kx_span_trim((struct kx_span){ (const uint8_t *)text, len });
	snprintf(to, SMALL_MAX, "%.*s", (int)word.len, word.base ? (const char *)word.base : "");
}

static enum answer read_answer(const char *root, const char *path)
{
	char word[SMALL_MAX];

	read_word(root, path, word);
	if (strcmp(word, "0") != 0 && strcmp(word, "1") != 0)
		return UNKNOWN;
	return word[0] == '1' ? YES : NO;
}

/* Where distributions keep it; /proc/config.gz is for those who can unpack it. */
static void read_config(struct state *s)
{
	static const char *const places[][2] = { { "boot/config-", "" }, { "lib/modules/", "/config" } };
	char path[SMALL_MAX + 32];
	struct kx_err ignored;

	if (!s->release[0] || strchr(s->release, '/'))
		return;
	for (size_t i = 0; i < 2 && !s->config_text; i++) {
		snprintf(path, sizeof(path), "%s%s%s", places[i][0], s->release, places[i][1]);
		kx_file_read(s->root, path, CONFIG_MAX, &s->config_text, &s->config.len, &ignored);
	}
	s->config.base = (const uint8_t *)s->config_text;
}

/* Was the kernel built with this option? @line is that of one that is: "CONFIG_KEXEC=y". */
static enum answer configured(const struct state *s, const char *line)
{
	if (!s->config.len)
		return UNKNOWN;
	return kx_span_has_line(s->config, line) ? YES : NO;
}

/* Which signatures kexec_file_load wants (Linux, kernel/kexec_file.c and security/lockdown). */
static const char *signatures(const struct state *s)
{
	if (configured(s, "CONFIG_KEXEC_SIG_FORCE=y") == YES)
		return "required by the kernel's configuration";
	if (s->machine.lockdown == KX_LOCKDOWN_INTEGRITY ||
	    s->machine.lockdown == KX_LOCKDOWN_CONFIDENTIALITY)
		return "required by lockdown";
	switch (configured(s, "CONFIG_KEXEC_SIG=y")) {
	case YES: return "checked, and not required";
	case NO: return "not checked";
	case UNKNOWN: break;
	}
	return NULL;
}

static const char *lockdown(const struct state *s)
{
	switch (s->machine.lockdown) {
	case KX_LOCKDOWN_NONE: return "none";
	case KX_LOCKDOWN_INTEGRITY: return "integrity";
	case KX_LOCKDOWN_CONFIDENTIALITY: return "confidentiality";
	case KX_LOCKDOWN_UNKNOWN: break;
	}
	return NULL;
}

/* Linux, Documentation/admin-guide/mm/kho.rst: "kho=on", and the kernel has to be built for it. */
static enum answer handover(const struct state *s)
{
	struct kx_span rest = s->machine.cmdline, word;
	enum answer on = NO;

	if (s->machine.cmdline_rc < 0)
		return UNKNOWN;
	while (kx_cmdline_word(&rest, &word)) {
		if (kx_span_equal(word, "kho=on") || kx_span_equal(word, "kho=1") ||
		    kx_span_equal(word, "kho=y"))
			on = YES;
	}
	return on == YES ? configured(s, "CONFIG_KEXEC_HANDOVER=y") : NO;
}

static enum answer live_update(const struct state *s)
{
	_cleanup_fd_ int dev = kx_file_open(s->root, "dev");

	if (dev < 0)
		return UNKNOWN;
	/* Opening it could take it from its owner: there can be one alone. */
	return faccessat(dev, "liveupdate", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? YES : NO;
}

static int gather(struct state *s, struct kx_err *err)
{
	struct kx_err ignored;
	int rc = kx_machine_read(&s->machine, s->root, err);

	if (rc < 0)
		return rc;
	read_word(s->root, "proc/sys/kernel/osrelease", s->release);
	read_config(s);
	s->loaded = answer_of(kx_machine_loaded(s->root, false, &ignored));
	s->crash_loaded = answer_of(kx_machine_loaded(s->root, true, &ignored));
	s->hotplug_cpu = read_answer(s->root, "sys/devices/system/cpu/crash_hotplug");
	s->hotplug_memory = read_answer(s->root, "sys/devices/system/memory/crash_hotplug");
	if (!kx_iomem_hidden(&s->machine.iomem) &&
	    kx_crash_regions(&s->machine.iomem, &s->regions) < 0)
		return kx_fail(err, -ENOMEM, "no memory for the memory map");
	return 0;
}

static const char *word_of(enum answer answer)
{
	return answer == UNKNOWN ? "unknown" : answer == YES ? "yes" : "no";
}

static void put(const char *label, const char *value)
{
	printf("%-24s %s\n", label, value ? value : "unknown");
}

static void put_limit(const char *label, int64_t limit)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, limit);
	put(label, limit < 0 ? "no limit" : text);
}

static void put_regions(const struct state *s)
{
	if (kx_iomem_hidden(&s->machine.iomem))
		put("crash kernel memory", "unknown: /proc/iomem shows no addresses; run as root");
	else if (!s->regions.count)
		put("crash kernel memory", "none: boot with crashkernel=");
	for (size_t i = 0; i < s->regions.count; i++) {
		const struct kx_range *r = &s->regions.item[i];
		char text[64];

		snprintf(text, sizeof(text), "0x%" PRIx64 "-0x%" PRIx64 " (%" PRIu64 " MiB)",
			 r->start, r->end - 1, (r->end - r->start) >> 20);
		put(i ? "" : "crash kernel memory", text);
	}
}

static void print_text(const struct state *s)
{
	put("running kernel", s->release[0] ? s->release : NULL);
	put("kernel loaded", word_of(s->loaded));
	put("crash kernel loaded", word_of(s->crash_loaded));
	put_regions(s);
	put("crash hotplug, CPUs", word_of(s->hotplug_cpu));
	put("crash hotplug, memory", word_of(s->hotplug_memory));
	put("loading disabled", s->machine.load_disabled ? "until the next boot" : "no");
	put_limit("loads left", s->machine.limit_reboot);
	put_limit("crash kernel loads left", s->machine.limit_panic);
	put("lockdown", lockdown(s));
	put("kexec_load", word_of(configured(s, "CONFIG_KEXEC=y")));
	put("kexec_file_load", word_of(configured(s, "CONFIG_KEXEC_FILE=y")));
	put("signatures", signatures(s));
	put("kexec handover (KHO)", word_of(handover(s)));
	put("live update", word_of(live_update(s)));
}

#ifdef HAVE_JANSSON
static json_t *json_answer(enum answer answer)
{
	return answer == UNKNOWN ? jansson.json_null() :
	       answer == YES     ? jansson.json_true() :
				   jansson.json_false();
}

static json_t *json_limit(int64_t limit)
{
	return limit < 0 ? jansson.json_null() : jansson.json_integer(limit);
}

static json_t *json_regions(const struct state *s)
{
	json_t *list;

	if (kx_iomem_hidden(&s->machine.iomem))
		return jansson.json_null();
	list = jansson.json_array();
	for (size_t i = 0; i < s->regions.count; i++) {
		const struct kx_range *r = &s->regions.item[i];

		jansson.json_array_append_new(
			list, jansson.json_pack("{s:o, s:I}", "address", json_address(r->start),
						"memory_size", (json_int_t)(r->end - r->start)));
	}
	return list;
}

static int print_json(const struct state *s, struct kx_err *err)
{
	int rc = kx_library_load(&jansson_library, err);

	if (rc < 0)
		return kx_context(err, rc, "--json");
	return json_print(
		jansson.json_pack(
			"{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			"release", json_text(s->release[0] ? s->release : NULL), "loaded",
			json_answer(s->loaded), "crash_loaded", json_answer(s->crash_loaded),
			"crash_memory", json_regions(s), "crash_hotplug_cpu",
			json_answer(s->hotplug_cpu), "crash_hotplug_memory",
			json_answer(s->hotplug_memory), "load_disabled", s->machine.load_disabled,
			"load_limit_reboot", json_limit(s->machine.limit_reboot),
			"load_limit_panic", json_limit(s->machine.limit_panic), "lockdown",
			json_text(lockdown(s)), "kexec_load",
			json_answer(configured(s, "CONFIG_KEXEC=y")), "kexec_file_load",
			json_answer(configured(s, "CONFIG_KEXEC_FILE=y")), "signatures",
			json_text(signatures(s)), "kexec_handover", json_answer(handover(s)),
			"live_update", json_answer(live_update(s))),
		stdout, "state", err);
}
#else
static int print_json(const struct state *s, struct kx_err *err)
{
	(void)s;
	return kx_fail(err, -ENOTSUP, "--json: this kexec was built without jansson");
}
#endif

int state_show(const struct options *options, struct kx_err *err)
{
	struct state s = { .root = options_root(options) };
	int rc = gather(&s, err);

	if (rc == 0 && options->json)
		rc = print_json(&s, err);
	else if (rc == 0)
		print_text(&s);
	free(s.config_text);
	kx_ranges_done(&s.regions);
	kx_machine_done(&s.machine);
	return rc;
}
