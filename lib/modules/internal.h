/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of lib/modules share. */
#ifndef LIB_MODULES_INTERNAL_H
#define LIB_MODULES_INTERNAL_H

#include <stdint.h>

#include "kx/modules.h"

/* All patterns of a kernel against all devices of a machine are some ten millions. */
enum { STEPS_MAX = 1 << 28 };

/** struct pair - two words of a line; @order: its place among the others, for a stable order */
struct pair {
	struct kx_span key, value;
	size_t order;
};

/** struct pairs - they grow */
struct pairs {
	struct pair *item;
	size_t count, room;
};

/** enum visit - how far a line of modules.dep is: see lib/modules/order.c */
enum visit { VISIT_NOT, VISIT_OPEN, VISIT_DONE };

/**
 * struct dep_line - a line of modules.dep
 * @waits: it is, or was, one of those for later
 * @at: its number on the list, when it is done
 */
struct dep_line {
	struct kx_span name, path, needs;
	enum visit visit;
	bool waits;
	size_t at;
};

/**
 * struct kx_modules - all of it
 * @line: of modules.dep, by name
 * @alias, @builtin_alias: pattern and module, as they stand
 * @builtin: names, in order; @softdep, @option: name and rest, by name
 * @list: what came of it
 * @later: words that wait until what is being added is on the list; @word: the next one
 * @steps: see kx_modules_match()
 * @held: bytes of files, ours
 */
struct kx_modules {
	struct dep_line *line;
	size_t lines, line_room;
	struct pairs alias, builtin_alias, builtin, softdep, option;
	struct kx_span cmdline;
	struct kx_module *list;
	size_t count, room;
	struct kx_span *later;
	size_t n_later, later_room, word;
	uint64_t steps;
	char folder[320];
	char *held[6];
};

/** kx_modules_word() - cut the next word off @rest: what is between blanks; false: no more */
bool kx_modules_word(struct kx_span *rest, struct kx_span *word);

/** kx_modules_name() - of a file: without folders and what is behind the first ".ko" at the end */
struct kx_span kx_modules_name(struct kx_span path);

/** kx_modules_compare() - as strcmp(3), with "-" and "_" as the same */
int kx_modules_compare(struct kx_span a, struct kx_span b);

/** kx_modules_pair() - append one; 0 or -ENOMEM */
int kx_modules_pair(struct pairs *to, struct kx_span key, struct kx_span value);

/** kx_modules_sort() - by key, equal ones as they were */
void kx_modules_sort(struct pairs *pairs);

/** kx_modules_first() - the index of the first pair of @key, or @pairs->count */
size_t kx_modules_first(const struct pairs *pairs, struct kx_span key);

/** kx_modules_index() - take @texts apart into @to; 0 or -ENOMEM */
int kx_modules_index(const struct kx_modules_texts *texts, struct kx_modules *to);

/** kx_modules_line() - the line of a module; NULL: there is none */
struct dep_line *kx_modules_line(const struct kx_modules *modules, struct kx_span name);

/** kx_modules_options() - what the module @name is told, for the caller to free; NULL: no memory */
char *kx_modules_options(const struct kx_modules *modules, struct kx_span name);

#endif
