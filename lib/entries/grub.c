/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu in GRUB's configuration, as far as it says which kernels there are ("GNU GRUB manual",
 * Shell-like scripting; the environment block). It is read, never run: conditions are passed over,
 * so that what any of their branches says is a fact.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/array.h"
#include "kx/file.h"
#include "lib/entries/internal.h"

/* Of menus in menus; and of what a position is written with. */
enum { DEPTH_MAX = 16, POSITION_MAX = 24 };

/** struct words - of a line, owned */
struct words {
	char **item;
	size_t count, room;
};

/**
 * struct level - a menu that is open
 * @name: ways to it as of struct kx_entry, with ">" at the end; owned
 * @next: number of its next line
 */
struct level {
	char *name[3];
	unsigned int next;
};

/**
 * struct parse - of one configuration
 * @level, @depth: menus that are open, the first is the configuration itself
 * @braces: other blocks that are open
 * @entry: whose commands come now; NULL
 */
struct parse {
	const char *root;
	struct entries_grub *grub;
	struct kx_entries *entries;
	struct level level[DEPTH_MAX];
	size_t depth, braces;
	struct kx_entry *entry;
	const char *where;
};

/* --- the environment ------------------------------------------------------------------------- */

bool entries_grub_value(const struct entries_grub *grub, struct kx_span name, struct kx_span *ret)
{
	struct kx_span rest = grub->variables, line, key;

	while (kx_span_line(&rest, &line)) {
		if (line.len <= name.len || line.base[name.len] != '=')
			continue;
		key = (struct kx_span){ line.base, name.len };
		if (memcmp(key.base, name.base, name.len) != 0)
			continue;
		kx_span_slice(line, name.len + 1, line.len - name.len - 1, ret);
		return true;
	}
	return false;
}

static bool in_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* "$name" or "${name}" at the start of @s; 0: it is none, else its bytes. */
static size_t variable_at(struct kx_span s, struct kx_span *name)
{
	bool brace = s.len > 1 && s.base[1] == '{';
	size_t start = brace ? 2 : 1, end = start;

	while (end < s.len && in_name(s.base[end]))
		end++;
	if (end == start || (brace && (end == s.len || s.base[end] != '}')))
		return 0;
	*name = (struct kx_span){ s.base + start, end - start };
	return end + brace;
}

static void put_expanded(FILE *out, const struct entries_grub *grub, struct kx_span text)
{
	while (text.len) {
		struct kx_span name, value = { NULL, 0 };
		size_t len = text.base[0] == '$' ? variable_at(text, &name) : 0;

		if (len && entries_grub_value(grub, name, &value))
			fwrite(value.base, 1, value.len, out);
		else if (!len)
			fputc(text.base[0], out);
		len = len ? len : 1;
		kx_span_slice(text, len, text.len - len, &text);
	}
}

char *entries_grub_expand(const struct entries_grub *grub, struct kx_span text)
{
	char *result = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&result, &len);

	if (!out)
		return NULL;
	put_expanded(out, grub, text);
	if (fclose(out) == 0)
		return result;
	free(result);
	return NULL;
}

/* --- words ----------------------------------------------------------------------------------- */

static void free_words(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->item[i]);
	free(words->item);
	*words = (struct words){ 0 };
}

/* One word, without its quotes, its variables replaced but for those in '...'. */
static void put_word(FILE *out, const struct entries_grub *grub, struct kx_span *rest)
{
	uint8_t quote = 0;

	while (rest->len) {
		uint8_t c = rest->base[0];
		size_t len = 1;
		struct kx_span name, value = { NULL, 0 };

		if (!quote && (c == ' ' || c == '\t' || c == ';'))
			break;
		if (c == quote) {
			quote = 0;
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'' && rest->len > 1) {
			fputc(rest->base[1], out);
			len = 2;
		} else if (c == '$' && quote != '\'' && (len = variable_at(*rest, &name)) > 0) {
			if (entries_grub_value(grub, name, &value))
				fwrite(value.base, 1, value.len, out);
		} else {
			fputc(c, out);
			len = 1;
		}
		kx_span_slice(*rest, len, rest->len - len, rest);
	}
}

static int add_word(struct words *words, const struct entries_grub *grub, struct kx_span *rest)
{
	char *word = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&word, &len);

	if (!out)
		return -ENOMEM;
	put_word(out, grub, rest);
	if (fclose(out) != 0 || kx_array_grow(&words->item, &words->room, words->count) < 0) {
		free(word);
		return -ENOMEM;
	}
	words->item[words->count++] = word;
	return 0;
}

static int split(const struct entries_grub *grub, struct kx_span line, struct words *ret)
{
	int rc = 0;

	line = kx_span_trim(line);
	while (rc == 0 && line.len && line.base[0] != '#') {
		/* What comes behind it is a command of its own, which nobody here waits for. */
		if (line.base[0] == ';')
			break;
		rc = add_word(ret, grub, &line);
		line = kx_span_trim(line);
	}
	return rc;
}

/* --- the menu -------------------------------------------------------------------------------- */

/* Distributions write $menuentry_id_option, which is empty where GRUB is too old for --id. */
static const char *id_of(const struct words *words)
{
	for (size_t i = 2; i < words->count; i++) {
		if (strcmp(words->item[i], "--id") == 0 || strcmp(words->item[i], "") == 0)
			return i + 1 < words->count ? words->item[i + 1] : NULL;
		if (strncmp(words->item[i], "--id=", 5) == 0)
			return words->item[i] + 5;
	}
	return NULL;
}

/* The three ways to what the menu's next line is called. */
static int name_line(struct parse *p, const struct words *words, const char *tail, char *ret[3])
{
	struct level *level = &p->level[p->depth];
	const char *title = words->count > 1 ? words->item[1] : "", *id = id_of(words);
	char position[POSITION_MAX];
	const char *const name[3] = { position, id ? id : title, title };

	snprintf(position, sizeof(position), "%u", level->next++);
	for (size_t i = 0; i < 3; i++) {
		if (asprintf(&ret[i], "%s%s%s", level->name[i] ? level->name[i] : "", name[i],
			     tail) < 0)
			ret[i] = NULL;
	}
	return ret[0] && ret[1] && ret[2] ? 0 : -ENOMEM;
}

static int begin_menu(struct parse *p, const struct words *words)
{
	char *name[3];
	int rc = name_line(p, words, ">", name);

	/* Deeper than anybody nests: its lines are passed over with their braces. */
	if (rc < 0 || p->depth + 1 == DEPTH_MAX) {
		for (size_t i = 0; i < 3; i++)
			free(name[i]);
		p->braces += rc == 0;
		return rc;
	}
	p->depth++;
	p->level[p->depth].next = 0;
	memcpy(p->level[p->depth].name, name, sizeof(name));
	return 0;
}

static int begin_entry(struct parse *p, const struct words *words)
{
	const char *title = words->count > 1 ? words->item[1] : "", *id = id_of(words);
	struct kx_entry *e = entries_new(p->entries, KX_ENTRY_GRUB);

	if (!e)
		return -ENOMEM;
	p->entry = e;
	if (name_line(p, words, "", e->menu) < 0 || entries_set(&e->title, kx_span_of(title)) < 0 ||
	    entries_set(&e->where, kx_span_of(p->where)) < 0)
		return -ENOMEM;
	return entries_set(&e->id, kx_span_of(id && *id ? id : e->menu[0]));
}

static void end_menu(struct parse *p)
{
	for (size_t i = 0; i < 3; i++)
		free(p->level[p->depth].name[i]);
	p->level[p->depth--] = (struct level){ 0 };
}

static void end_block(struct parse *p)
{
	if (p->braces) {
		p->braces--;
	} else if (p->entry) {
		/* It starts something else: a program of the firmware, another boot loader. */
		if (!p->entry->kernel)
			entries_drop(p->entries);
		p->entry = NULL;
	} else if (p->depth) {
		end_menu(p);
	}
}

static int take_path(const struct parse *p, const char *word, char **ret)
{
	const char *end = word[0] == '(' ? strchr(word, ')') : NULL;
	char *path;
	int rc = entries_path(p->root, "boot", kx_span_of(end ? end + 1 : word), &path);

	if (rc < 0)
		return rc;
	free(*ret);
	*ret = path;
	return 0;
}

static int take_options(const struct words *words, char **ret)
{
	size_t len = 0;
	FILE *out = open_memstream(ret, &len);

	if (!out)
		return -ENOMEM;
	for (size_t i = 2; i < words->count; i++) {
		const char *quote = strchr(words->item[i], ' ') ? "\"" : "";

		if (words->item[i][0])
			fprintf(out, "%s%s%s%s", ftell(out) ? " " : "", quote, words->item[i], quote);
	}
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

static int take_initrds(const struct parse *p, const struct words *words)
{
	struct kx_entry *e = p->entry;
	int rc = 0;

	for (size_t i = 1; rc == 0 && i < words->count; i++) {
		char *path = NULL;

		if (!words->item[i][0])
			continue;
		rc = take_path(p, words->item[i], &path);
		if (rc == 0)
			rc = entries_append(&e->initrd, &e->n_initrds, &e->initrd_room, path);
		free(path);
	}
	return rc;
}

static int take_command(struct parse *p, const struct words *words)
{
	const char *command = words->item[0];
	struct kx_entry *e = p->entry;

	if (words->count < 2)
		return 0;
	if (!e->kernel && strncmp(command, "linux", 5) == 0) {
		int rc = take_path(p, words->item[1], &e->kernel);

		return rc < 0 ? rc : take_options(words, &e->options);
	}
	if (strncmp(command, "initrd", 6) == 0)
		return take_initrds(p, words);
	return strcmp(command, "devicetree") == 0 ? take_path(p, words->item[1], &e->devicetree) : 0;
}

/* The last one counts but for that of the next boot alone, which the environment has. */
static int take_default(struct parse *p, const struct words *words)
{
	static const char key[] = "default=";
	const char *value;

	if (words->count < 2 || strncmp(words->item[1], key, sizeof(key) - 1) != 0)
		return 0;
	value = words->item[1] + sizeof(key) - 1;
	return *value ? entries_set(&p->grub->default_is, kx_span_of(value)) : 0;
}

static int take_words(struct parse *p, const struct words *words)
{
	const char *command = words->item[0];
	bool opens = strcmp(words->item[words->count - 1], "{") == 0;

	if (strcmp(command, "}") == 0) {
		end_block(p);
		return 0;
	}
	if (p->braces || (opens && p->entry)) {
		p->braces += opens;
		return 0;
	}
	if (p->entry)
		return take_command(p, words);
	if (opens && strcmp(command, "menuentry") == 0)
		return begin_entry(p, words);
	if (opens && strcmp(command, "submenu") == 0)
		return begin_menu(p, words);
	p->braces += opens;
	p->grub->blscfg |= strcmp(command, "blscfg") == 0;
	return strcmp(command, "set") == 0 ? take_default(p, words) : 0;
}

static int parse_text(struct parse *p, struct kx_span text)
{
	struct kx_span line;
	int rc = 0;

	while (rc == 0 && kx_span_line(&text, &line)) {
		struct words words = { 0 };

		rc = split(p->grub, line, &words);
		if (rc == 0 && words.count)
			rc = take_words(p, &words);
		free_words(&words);
	}
	/* It ends in the middle of one. */
	if (p->entry)
		entries_drop(p->entries);
	while (p->depth)
		end_menu(p);
	return rc;
}

/* --- the files ------------------------------------------------------------------------------- */

static const char *const folders[] = { "boot/grub", "boot/grub2", "boot/efi/EFI/fedora" };
enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

/* The first of GRUB's folders that has @name; 0: none has. */
static int read_first(const char *root, const char *name, size_t limit, char *path, size_t room,
		      char **ret, size_t *len)
{
	struct kx_err ignored;
	int rc;

	for (size_t i = 0; i < FOLDERS; i++) {
		snprintf(path, room, "%s/%s", folders[i], name);
		rc = kx_file_read(root, path, limit, ret, len, &ignored);
		if (rc == 0 && !memchr(*ret, '\0', *len))
			return 1;
		if (rc == 0)
			free(*ret);
		if (rc == -ENOMEM)
			return rc;
		*ret = NULL;
	}
	return 0;
}

int entries_grub_read(const char *root, struct entries_grub *grub, struct kx_entries *entries,
		      struct kx_err *err)
{
	struct parse p = { .root = root, .grub = grub, .entries = entries };
	char path[64], *text = NULL;
	size_t len;
	int rc = read_first(root, "grubenv", ENV_MAX, path, sizeof(path), &grub->env, &len);

	if (rc > 0)
		grub->variables = (struct kx_span){ (const uint8_t *)grub->env, len };
	if (rc >= 0)
		rc = read_first(root, "grub.cfg", GRUB_MAX, path, sizeof(path), &text, &len);
	if (rc > 0) {
		grub->there = true;
		p.where = path;
		rc = parse_text(&p, (struct kx_span){ (const uint8_t *)text, len });
	}
	free(text);
	return rc < 0 ? kx_fail(err, rc, "no memory for GRUB's menu") : 0;
}

void entries_grub_done(struct entries_grub *grub)
{
	free(grub->env);
	free(grub->default_is);
	*grub = (struct entries_grub){ 0 };
}
