/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what --show tells, and prints it in either form; changes and decides nothing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kexec/json.h"
#include "kexec/policy.h"
#include "kexec/state.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/machine.h"

enum { SMALL_MAX = 256 };

/**
 * struct state - all that is told
 * @policy: what the kernel was built with
 */
struct state {
	const char *root;
	struct kx_machine machine;
	struct kx_ranges regions;
	struct policy policy;
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

static enum answer configured(const struct state *s, const char *line)
{
	return policy_configured(&s->policy, line);
}

static const char *signatures(const struct state *s)
{
	return policy_signatures_text(policy_signatures(&s->policy));
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

static int gather(struct state *s, struct kx_err *err)
{
	struct kx_err ignored;
	int rc = kx_machine_read(&s->machine, s->root, err);

	if (rc < 0)
		return rc;
	policy_read(&s->policy, s->root, &s->machine);
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
	put("running kernel", s->policy.release[0] ? s->policy.release : NULL);
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
	put("kexec handover (KHO)", word_of(policy_handover(&s->policy)));
	put("live update", word_of(policy_live_update(&s->policy)));
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
			"release", json_text(s->policy.release[0] ? s->policy.release : NULL), "loaded",
			json_answer(s->loaded), "crash_loaded", json_answer(s->crash_loaded),
			"crash_memory", json_regions(s), "crash_hotplug_cpu",
			json_answer(s->hotplug_cpu), "crash_hotplug_memory",
			json_answer(s->hotplug_memory), "load_disabled", s->machine.load_disabled,
			"load_limit_reboot", json_limit(s->machine.limit_reboot),
			"load_limit_panic", json_limit(s->machine.limit_panic), "lockdown",
			json_text(lockdown(s)), "kexec_load",
			json_answer(configured(s, "CONFIG_KEXEC=y")), "kexec_file_load",
			json_answer(configured(s, "CONFIG_KEXEC_FILE=y")), "signatures",
			json_text(signatures(s)), "kexec_handover", json_answer(policy_handover(&s->policy)),
			"live_update", json_answer(policy_live_update(&s->policy))),
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
	policy_done(&s.policy);
	kx_ranges_done(&s.regions);
	kx_machine_done(&s.machine);
	return rc;
}
