/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows a status to people, and as JSON to programs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kdump/service/status/show.h"

static void head(struct kx_out *out, const char *what)
{
	kx_out_printf(out, "%-12s ", what);
}

static void text(struct kx_out *out, const char *what, const char *value)
{
	head(out, what);
	kx_out_escaped(out, kx_span_of(value));
	kx_out_text(out, "\n");
}

static void when(struct kx_out *out, uint64_t seconds)
{
	enum { A_MINUTE = 60 };
	const time_t now = time(NULL), then = (time_t)seconds;
	char line[64];
	struct tm tm;

	if (seconds < UINT64_C(1) << 40 && gmtime_r(&then, &tm) &&
	    strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S UTC", &tm))
		kx_out_text(out, line);
	/* Clocks of two kernels may differ a little. */
	if (then > now && then - now > A_MINUTE)
		kx_out_text(out, " (in the future: is the clock right?)");
}

/* Of the record of what is loaded; empty: it does not say. */
static const char *fact(const struct status *s, const char *key, char *to, size_t size)
{
	to[0] = '\0';
	if (s->record)
		record_value(s->record, key, to, size);
	return to;
}

static uint64_t number(const struct status *s, const char *key)
{
	char value[32];

	return strtoull(fact(s, key, value, sizeof(value)), NULL, 10);
}

static const char *const armed_text[] = {
	[STATUS_NO] = "no", [STATUS_YES] = "yes", [STATUS_CUT] = "perhaps",
	[STATUS_OTHER] = "by another program", [STATUS_LOST] = "no",
};

static void show_image(const struct status *s, struct kx_out *out)
{
	char value[1024];

	if (!s->record)
		return;
	text(out, "Kernel:", fact(s, "kernel", value, sizeof(value)));
	head(out, "Initramfs:");
	kx_out_printf(out, "%" PRIu64 " KiB, unpacked %" PRIu64 " KiB, %" PRIu64 " modules\n",
		      (number(s, "initrd") + 1023) >> 10, (number(s, "unpacked") + 1023) >> 10,
		      number(s, "modules"));
}

static void show_reserved(const struct status *s, struct kx_out *out)
{
	head(out, "Reserved:");
	if (!s->machine.reserved_known)
		kx_out_text(out, "the kernel does not say: it is built without kexec");
	else
		kx_out_printf(out, "%" PRIu64 " MiB", s->machine.reserved >> 20);
	if (s->machine.wanted[0]) {
		kx_out_text(out, " by ");
		kx_out_escaped(out, kx_span_of(s->machine.wanted));
	}
	if (s->need)
		kx_out_printf(out, ", needed are %" PRIu64 " MiB%s", s->need >> 20,
			      s->learned ? " by the last test" : "");
	kx_out_text(out, "\n");
}

/* Of the last check what is wrong with it, else that it is good, if that looked at it at all. */
static void show_target(const struct status *s, const struct target_config *t, struct kx_out *out)
{
	enum finding_level worst = FINDING_GOOD;
	const char *volume = NULL;
	bool seen = false;

	head(out, "Target:");
	kx_out_escaped(out, kx_span_of(t->name));
	kx_out_printf(out, ", %s ", kx_capture_type_name(t->type));
	kx_out_escaped(out, kx_span_of(t->where));
	kx_out_text(out, t->where[0] && t->path[0] ? " " : "");
	kx_out_escaped(out, kx_span_of(t->path));
	kx_out_text(out, t->what == KX_CAPTURE_DMESG ? ", the log alone: " : ": ");
	for (size_t i = 0; i < s->check.findings.count; i++) {
		const struct finding *f = &s->check.findings.item[i];

		if (strcmp(f->target, t->name) != 0)
			continue;
		seen = true;
		if (f->level > worst)
			worst = f->level;
		if (strcmp(f->check, "volume") == 0)
			volume = f->text;
	}
	kx_out_text(out, s->check_rc < 0 || !s->check.time || !seen ? "not checked yet" :
			 worst >= FINDING_WARNING		    ? "see the last check" :
								      "good");
	if (volume) {
		kx_out_text(out, ", on ");
		kx_out_escaped(out, kx_span_of(volume));
	}
	kx_out_text(out, "\n");
}

static void show_check(const struct status *s, struct kx_out *out)
{
	if (s->check_rc < 0 || !s->check.time) {
		text(out, "Last check:", "never; kdump check checks");
		return;
	}
	head(out, "Last check:");
	when(out, s->check.time);
	if (s->check.written)
		kx_out_text(out, ", with --write");
	if (s->check_outdated)
		kx_out_text(out, ", of what was loaded then; kdump check checks again");
	if (findings_worst(&s->check.findings) >= FINDING_WARNING)
		kx_out_text(out, ":\n");
	else
		kx_out_text(out, s->check_outdated ? "\n" : ": good\n");
	findings_print(&s->check.findings, FINDING_WARNING, out);
}

static void show_test(const struct last_test *t, const char *label, struct kx_out *out)
{
	head(out, label);
	when(out, t->begun);
	kx_out_printf(out, ", by %s: ", strcmp(t->kind, "vm") == 0 ? "a virtual machine" : "a crash");
	kx_out_escaped(out, kx_span_of(t->result));
	if (t->dump[0]) {
		kx_out_text(out, " ");
		kx_out_escaped(out, kx_span_of(t->dump));
	}
	if (t->lowest)
		kx_out_printf(out, ", at least %" PRIu64 " MiB stayed free", t->lowest >> 20);
	kx_out_text(out, "\n");
}

/* That in a virtual machine is one more, which has none of this machine's devices. */
static void show_tests(const struct status *s, struct kx_out *out)
{
	bool crash = s->test_rc == 0 && s->test.begun, vm = s->vm_rc == 0 && s->vm.begun;

	if (crash)
		show_test(&s->test, "Last test:", out);
	if (vm)
		show_test(&s->vm, crash ? "" : "Last test:", out);
	if (!crash && !vm)
		text(out, "Last test:", "never; kdump test tests");
}

static void show_crash(const struct status *s, struct kx_out *out)
{
	if (!s->crash.found) {
		text(out, "Last crash:", "none is saved here");
		return;
	}
	head(out, "Last crash:");
	when(out, s->crash.time);
	kx_out_text(out, ", ");
	kx_out_escaped(out, kx_span_of(s->crash.path));
	kx_out_text(out, s->crash.incomplete[0] ? ", incomplete\n" : "\n");
	if (s->crash.panic[0])
		text(out, "", s->crash.panic);
}

void status_show(const struct status *s, struct kx_out *out)
{
	char triggers[256];

	head(out, "Armed:");
	kx_out_text(out, armed_text[s->armed]);
	if (number(s, "time") && s->armed == STATUS_YES) {
		kx_out_text(out, ", since ");
		when(out, number(s, "time"));
	}
	kx_out_text(out, "\n");
	findings_print(&s->why, FINDING_NOTE, out);
	show_image(s, out);
	show_reserved(s, out);
	for (size_t i = 0; s->config_rc == 0 && i < s->config.targets; i++)
		show_target(s, &s->config.target[i], out);
	show_check(s, out);
	show_tests(s, out);
	show_crash(s, out);
	status_triggers(s->root, triggers, sizeof(triggers));
	text(out, "Triggers:", triggers[0] ? triggers : "a panic alone; no sysctl makes one of an oops");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void member(struct kx_out *out, const char *key, const char *value)
{
	kx_out_json_member(out, key, kx_span_of(value ? value : ""));
}

static void json_targets(const struct status *s, struct kx_out *out)
{
	kx_out_text(out, ",\n  \"targets\": [");
	for (size_t i = 0; s->config_rc == 0 && i < s->config.targets; i++) {
		const struct target_config *t = &s->config.target[i];

		kx_out_printf(out, "%s\n    {\"name\": ", i ? "," : "");
		kx_out_json(out, kx_span_of(t->name));
		kx_out_printf(out, ", \"type\": \"%s\", \"where\": ", kx_capture_type_name(t->type));
		kx_out_json(out, kx_span_of(t->where));
		kx_out_text(out, ", \"path\": ");
		kx_out_json(out, kx_span_of(t->path));
		kx_out_printf(out, ", \"what\": \"%s\"}",
			      t->what == KX_CAPTURE_DMESG ? "dmesg" : "dump");
	}
	kx_out_text(out, "\n  ]");
}

static void json_last(const struct status *s, struct kx_out *out)
{
	if (s->check_rc == 0)
		kx_out_printf(out, ",\n  \"last_check_is_current\": %s",
			      s->check_outdated ? "false" : "true");
	kx_out_text(out, ",\n  \"last_check\": ");
	if (s->check_rc == 0)
		last_check_json(&s->check, out);
	else
		kx_out_text(out, "null");
	kx_out_text(out, ",\n  \"last_test\": ");
	if (s->test_rc == 0)
		last_test_json(&s->test, out);
	else
		kx_out_text(out, "null");
	kx_out_text(out, ",\n  \"last_vm_test\": ");
	if (s->vm_rc == 0)
		last_test_json(&s->vm, out);
	else
		kx_out_text(out, "null");
	kx_out_text(out, ",\n  \"last_crash\": ");
	if (!s->crash.found) {
		kx_out_text(out, "null");
		return;
	}
	kx_out_printf(out, "{\n    \"time\": %" PRIu64 ",\n    \"path\": ", s->crash.time);
	kx_out_json(out, kx_span_of(s->crash.path));
	kx_out_text(out, ",\n    \"panic\": ");
	kx_out_json(out, kx_span_of(s->crash.panic));
	kx_out_printf(out, ",\n    \"complete\": %s\n  }", s->crash.incomplete[0] ? "false" : "true");
}

void status_json(const struct status *s, struct kx_out *out)
{
	const struct machine *m = &s->machine;
	char value[1024];

	kx_out_printf(out, "{\n  \"format\": 1,\n  \"status\": %d,\n  \"armed\": %s,\n  "
		      "\"armed_by\": %s,\n  \"reboot_required\": %s", s->exit_status,
		      m->loaded ? "true" : "false",
		      s->armed == STATUS_YES   ? "\"kdump\"" :
		      s->armed == STATUS_OTHER ? "\"other\"" :
		      s->armed == STATUS_CUT   ? "\"unknown\"" :
						 "null",
		      m->reserved_known && !m->reserved ? "true" : "false");
	kx_out_printf(out, ",\n  \"reservation\": %" PRIu64 ",\n  \"needed\": %" PRIu64
		      ",\n  \"needed_is_learned\": %s", m->reserved, s->need,
		      s->learned ? "true" : "false");
	member(out, "crashkernel", m->wanted);
	member(out, "kernel", fact(s, "kernel", value, sizeof(value)));
	member(out, "release", fact(s, "release", value, sizeof(value)));
	kx_out_printf(out, ",\n  \"armed_since\": %" PRIu64 ",\n  \"initramfs\": %" PRIu64
		      ",\n  \"unpacked\": %" PRIu64, number(s, "time"), number(s, "initrd"),
		      number(s, "unpacked"));
	status_triggers(s->root, value, sizeof(value));
	member(out, "triggers", value);
	kx_out_text(out, ",\n  \"why\": [");
	findings_json(&s->why, out);
	kx_out_text(out, "\n  ]");
	json_targets(s, out);
	json_last(s, out);
	kx_out_text(out, "\n}\n");
}
