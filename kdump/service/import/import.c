/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects what becomes of other services' keys; what many of them have in common. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/service/import/import.h"
#include "kdump/service/settings/keys.h"
#include "kx/array.h"
#include "kx/cleanup.h"

/* ---- text ----------------------------------------------------------------------------------- */

static void put(struct import *imp, struct import_text *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len && !imp->memory; i++) {
		if (kx_array_grow(&to->text, &to->room, to->len) < 0)
			imp->memory = true;
		else
			to->text[to->len++] = text[i];
	}
}

static void say(struct import *imp, struct import_text *to, const char *text)
{
	put(imp, to, text, strlen(text));
}

/* What anybody wrote, as a part of one line. */
static void say_plain(struct import *imp, struct import_text *to, const char *text)
{
	for (; *text; text++) {
		char c = (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;

		put(imp, to, &c, 1);
	}
}

/* "# KEY VALUE: why" */
static void comment(struct import *imp, struct import_text *to, const struct import_setting *s,
		    const char *why)
{
	say(imp, to, "# ");
	say_plain(imp, to, s->key);
	say(imp, to, s->value[0] ? " " : "");
	say_plain(imp, to, s->value);
	say(imp, to, why[0] ? ": " : "");
	say(imp, to, why);
	say(imp, to, "\n");
}

/* ---- what becomes of a setting -------------------------------------------------------------- */

static void add_fate(struct import *imp, enum import_became became,
		     const struct import_setting *s, const char *what)
{
	struct import_fate *fate;

	if (kx_array_grow(&imp->fate, &imp->fate_room, imp->fates) < 0) {
		imp->memory = true;
		return;
	}
	fate = &imp->fate[imp->fates++];
	*fate = (struct import_fate){ became, imp->file, strdup(s->key), strdup(what), s->line };
	imp->memory = imp->memory || !fate->key || !fate->what;
}

void import_note(struct import *imp, const struct import_setting *setting, const char *why)
{
	add_fate(imp, IMPORT_NOT_NEEDED, setting, why);
	comment(imp, &imp->notes, setting, why);
}

void import_lost(struct import *imp, const struct import_setting *setting, const char *why)
{
	char number[16];

	add_fate(imp, IMPORT_LOST, setting, why);
	comment(imp, &imp->notes, setting, why);
	say_plain(imp, &imp->lost, imp->file);
	snprintf(number, sizeof(number), ":%u: ", setting->line);
	say(imp, &imp->lost, number);
	say_plain(imp, &imp->lost, setting->key);
	say(imp, &imp->lost, ": ");
	say(imp, &imp->lost, why);
	say(imp, &imp->lost, "\n");
}

static const struct config_section *section_of(int section)
{
	static const char *const names[] = { "kdump", "keep", "network", "reserve", "target" };
	const char *name = names[section < IMPORT_TARGET ? section : IMPORT_TARGET];
	const struct config_section *s = config_sections;

	while (strcmp(s->name, name) != 0)
		s++;
	return s;
}

/* Can the value be in a line of ours, and is it one of the key's? */
static bool fits(int section, const char *key, const char *value)
{
	_cleanup_free_ struct service_config *scratch = calloc(1, sizeof(*scratch));
	const struct config_section *s = section_of(section);
	const struct config_key *k = s->keys;
	struct target_config target = { .name = NULL };
	void *base = s->target ? (char *)&target : (char *)scratch + s->offset;
	size_t len = strlen(value);
	bool good;

	if (!scratch || value[0] == ';' || value[0] == ' ' || (len && value[len - 1] == ' '))
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)value[i] < ' ' || (value[i] == ';' && value[i - 1] == ' '))
			return false;
	}
	while (strcmp(k->name, key) != 0)
		k++;
	good = config_set(k, base, value) == 0;
	config_free(k, base);
	return good;
}

static void add_taken(struct import *imp, int section, const char *key, const char *value,
		      const struct import_setting *setting)
{
	bool target = section >= IMPORT_TARGET;
	_cleanup_free_ char *what = NULL;

	if (asprintf(&what, "[%s%s%s] %s = %s", section_of(section)->name, target ? " " : "",
		     target ? imp->target[section - IMPORT_TARGET] : "", key, value) < 0) {
		what = NULL;
		imp->memory = true;
		return;
	}
	add_fate(imp, IMPORT_TAKEN, setting, what);
}

void import_set(struct import *imp, int section, const char *key, const char *value,
		const struct import_setting *setting)
{
	struct import_text *to = &imp->said[section];
	char why[160];

	if (!fits(section, key, value)) {
		snprintf(why, sizeof(why), "\"%s\" cannot have such a value", key);
		import_lost(imp, setting, why);
		return;
	}
	if (imp->said_line[section] != setting->line + 1)
		comment(imp, to, setting, "");
	imp->said_line[section] = setting->line + 1;
	add_taken(imp, section, key, value, setting);
	say(imp, to, key);
	say(imp, to, value[0] ? " = " : " =");
	say(imp, to, value);
	say(imp, to, "\n");
}

int import_target(struct import *imp, const char *name, const struct import_setting *setting)
{
	size_t n = imp->targets;

	if (n == IMPORT_SECTIONS - IMPORT_TARGET) {
		import_lost(imp, setting, "there are too many targets");
		return -1;
	}
	snprintf(imp->target[n], sizeof(imp->target[n]), "%s", name);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(imp->target[i], imp->target[n]) == 0)
			snprintf(imp->target[n], sizeof(imp->target[n]), "%.10s%u", name,
				 (unsigned int)n % 10);
	}
	imp->targets++;
	return IMPORT_TARGET + (int)n;
}

void import_secret(struct import *imp, int section, const char *password,
		   const struct import_setting *setting)
{
	struct import_secret *s = &imp->secret[imp->secrets];
	struct import_setting quiet = { setting->key, "(with a password)", setting->line, false };
	const char *name = imp->target[section - IMPORT_TARGET];

	if (imp->secrets == sizeof(imp->secret) / sizeof(imp->secret[0])) {
		import_lost(imp, &quiet, "there are too many passwords");
		return;
	}
	s->text = strdup(password);
	imp->memory = imp->memory || !s->text;
	imp->secrets++;
	if (asprintf(&s->path, "/etc/kdump/%s.secret", name) < 0) {
		s->path = NULL;
		imp->memory = true;
		return;
	}
	import_set(imp, section, "secret", s->path, &quiet);
}

void import_as(struct import *imp, const struct import_key *key,
	       const struct import_setting *setting)
{
	import_set(imp, key->section, key->to, setting->value, setting);
}

void import_ignore(struct import *imp, const struct import_key *key,
		   const struct import_setting *setting)
{
	import_note(imp, setting, key->why);
}

void import_lose(struct import *imp, const struct import_key *key,
		 const struct import_setting *setting)
{
	import_lost(imp, setting, key->why);
}

void import_apply(struct import *imp, const struct import_key *keys,
		  const struct import_setting *setting)
{
	for (; keys->name; keys++) {
		if (strcmp(keys->name, setting->key) != 0)
			continue;
		if (setting->value[0])
			keys->take(imp, keys, setting);
		else
			import_note(imp, setting, "empty: the default");
		return;
	}
	if (setting->used)
		import_note(imp, setting, "other values are made of it");
	else
		import_lost(imp, setting, "no such key is known");
}

/* ---- what several have ---------------------------------------------------------------------- */

/* The next word of @rest into @to, as far as it has room; false: there is none. */
static bool next_word(const char **rest, char *to, size_t size)
{
	size_t len;

	*rest += strspn(*rest, " \t\n");
	len = strcspn(*rest, " \t\n");
	snprintf(to, size, "%.*s", (int)(len < size ? len : size - 1), *rest);
	*rest += len;
	return len > 0;
}

static const struct {
	const char *word, *key, *value;
} dump_words[] = {
	{ "-c", "compress", "zlib" }, { "-l", "compress", "lzo" },
	{ "-p", "compress", "snappy" }, { "-z", "compress", "zstd" },
};

/* One option; true: it was, or has no meaning here. @rest may lose its argument. */
static bool take_dump_word(struct import *imp, const char *word, const char **rest,
			   const struct import_setting *setting)
{
	char argument[64];

	for (size_t i = 0; i < sizeof(dump_words) / sizeof(dump_words[0]); i++) {
		if (strcmp(word, dump_words[i].word) == 0) {
			import_set(imp, IMPORT_KDUMP, dump_words[i].key, dump_words[i].value,
				   setting);
			return true;
		}
	}
	if (strncmp(word, "-d", 2) == 0) {
		snprintf(argument, sizeof(argument), "%s", word + 2);
		if (argument[0] || next_word(rest, argument, sizeof(argument)))
			import_set(imp, IMPORT_KDUMP, "level", argument, setting);
		return true;
	}
	if (strcmp(word, "--message-level") == 0 || strcmp(word, "--num-threads") == 0) {
		next_word(rest, argument, sizeof(argument));
		return true;
	}
	return strcmp(word, "-F") == 0 || strcmp(word, "makedumpfile") == 0 ||
	       strncmp(word, "--message-level=", 16) == 0;
}

void import_makedumpfile(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting)
{
	const char *rest = setting->value;
	char word[64], why[160];

	(void)key;
	while (next_word(&rest, word, sizeof(word))) {
		if (take_dump_word(imp, word, &rest, setting))
			continue;
		snprintf(why, sizeof(why), "the option \"%s\" of makedumpfile has no equal", word);
		import_lost(imp, setting, why);
	}
}

void import_words(struct import *imp, const struct import_key *key,
		  const struct import_setting *setting)
{
	static const char *const others[] = { "systemd.", "rd.", "udev.", "initramfs_options=", "root=" };
	_cleanup_free_ char *kept = calloc(1, strlen(setting->value) + 2);
	const char *rest = setting->value;
	char word[1024];
	size_t len = 0;

	(void)key;
	if (!kept) {
		imp->memory = true;
		return;
	}
	while (next_word(&rest, word, sizeof(word))) {
		bool drop = false;

		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			drop = drop || strncmp(word, others[i], strlen(others[i])) == 0;
		if (!drop)
			len += (size_t)sprintf(kept + len, "%s%s", len ? " " : "", word);
	}
	import_set(imp, IMPORT_KDUMP, "append", kept, setting);
}

void import_keep_all(struct import *imp, const struct import_setting *setting)
{
	static const char *const keys[] = { "count", "bytes", "age" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		import_set(imp, IMPORT_KEEP, keys[i], "all", setting);
	import_set(imp, IMPORT_KEEP, "min_free", "0", setting);
}

void import_action(struct import *imp, const struct import_key *key,
		   const struct import_setting *setting)
{
	static const char *const actions[][2] = {
		{ "reboot", "reboot" }, { "reboot -f", "reboot" }, { "halt", "halt" },
		{ "halt -f", "halt" }, { "poweroff", "poweroff" }, { "poweroff -f", "poweroff" },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(setting->value, actions[i][0]) == 0) {
			import_set(imp, IMPORT_KDUMP, key->to, actions[i][1], setting);
			return;
		}
	}
	import_lost(imp, setting, "there is no shell and no other program in our initramfs; the "
		    "machine reboots");
}

static void say_section(struct import *imp, struct import_text *to, const struct import *from,
			int section)
{
	if (section < IMPORT_TARGET && !from->said[section].len)
		return;
	say(imp, to, "\n[");
	say(imp, to, section_of(section)->name);
	if (section >= IMPORT_TARGET) {
		say(imp, to, " ");
		say(imp, to, from->target[section - IMPORT_TARGET]);
	}
	say(imp, to, "]\n");
	put(imp, to, from->said[section].text, from->said[section].len);
}

char *import_text(const struct import *from)
{
	struct import scratch = { .file = NULL };
	struct import_text to = { NULL, 0, 0 };

	say(&scratch, &to, "# Made by kdump import; see kdump.conf(5).\n");
	for (int i = 0; i < IMPORT_TARGET + (int)from->targets; i++)
		say_section(&scratch, &to, from, i);
	if (from->notes.len) {
		say(&scratch, &to, "\n# Not taken over:\n");
		put(&scratch, &to, from->notes.text, from->notes.len);
	}
	put(&scratch, &to, "", 1);
	if (!scratch.memory && !from->memory)
		return to.text;
	free(to.text);
	return NULL;
}

void import_done(struct import *imp)
{
	for (int i = 0; i < IMPORT_SECTIONS; i++)
		free(imp->said[i].text);
	for (size_t i = 0; i < imp->secrets; i++)
		free(imp->secret[i].path), free(imp->secret[i].text);
	for (size_t i = 0; i < imp->fates; i++)
		free(imp->fate[i].key), free(imp->fate[i].what);
	free(imp->fate);
	free(imp->notes.text);
	free(imp->lost.text);
	*imp = (struct import){ .file = NULL };
}
