/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives members values by the table's kinds, and prints them again. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdump/base/values.h"
#include "kdump/service/settings/keys.h"

/** struct list - as a member of kind CONFIG_LIST is, with what follows it */
struct list {
	char **item;
	size_t count;
};

_Static_assert(offsetof(struct service_config, recipients) ==
	       offsetof(struct service_config, recipient) + sizeof(char **), "a list and its number");
_Static_assert(offsetof(struct service_config, network.fences) ==
	       offsetof(struct service_config, network.fence) + sizeof(char **), "the same");

static void *member(const struct config_key *key, void *base)
{
	return (char *)base + key->offset;
}

static const void *value(const struct config_key *key, const void *base)
{
	return (const char *)base + key->offset;
}

static bool find_word(const char *const *words, const char *text, unsigned int *ret)
{
	for (unsigned int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static void free_list(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct list){ NULL, 0 };
}

static int add_item(struct list *list, const char *text, size_t len)
{
	char **more = reallocarray(list->item, list->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	list->item = more;
	more[list->count] = strndup(text, len);
	if (!more[list->count])
		return -ENOMEM;
	list->count++;
	return 0;
}

/* Every item of @text, or none of them; an empty text takes away those that are there. */
static int set_list(const struct config_key *key, struct list *list, const char *text)
{
	static const char blanks[] = " \t,";
	struct list more = { NULL, 0 };
	int rc = 0;

	if (!text[0])
		free_list(list);
	while (text += strspn(text, blanks), *text && rc == 0) {
		size_t len = strcspn(text, blanks);

		rc = add_item(&more, text, len);
		if (rc == 0 && key->fits && !key->fits(more.item[more.count - 1]))
			rc = -EINVAL;
		text += len;
	}
	for (size_t i = 0; i < more.count && rc == 0; i++)
		rc = add_item(list, more.item[i], strlen(more.item[i]));
	free_list(&more);
	return rc;
}

/* Nothing that is told, or handed on by lines, may have them; between words a TAB is a blank. */
static bool has_control(const char *text)
{
	for (; *text; text++) {
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return true;
	}
	return false;
}

static int set_text(const struct config_key *key, char **to, const char *text)
{
	unsigned int ignored;
	char *copy;

	if (has_control(text))
		return -EINVAL;
	/* Nothing is what most keys have; where it is not, something is asked of them. */
	if (key->words && text[0] && !find_word(key->words, text, &ignored))
		return -EINVAL;
	if ((key->fits && !key->fits(text)) || (key->words && !text[0] && key->standard[0]))
		return -EINVAL;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static bool is_enough(const struct config_key *key, uint64_t amount)
{
	return amount >= key->least || (key->zero && amount == 0);
}

static bool set_number(const struct config_key *key, unsigned int *to, const char *text)
{
	uint64_t number;

	if (!kx_span_number(kx_span_of(text), 10, &number) || number > key->max ||
	    !is_enough(key, number))
		return false;
	*to = (unsigned int)number;
	return true;
}

static bool set_amount(const struct config_key *key, bool (*take)(const char *, uint64_t *),
		       uint64_t *to, const char *text)
{
	uint64_t amount;

	if (!take(text, &amount) || !is_enough(key, amount))
		return false;
	*to = amount;
	return true;
}

int config_set(const struct config_key *key, void *base, const char *text)
{
	void *to = member(key, base);
	bool good = false;

	if (key->zero && strcmp(text, key->zero) == 0)
		text = "0";
	switch (key->kind) {
	case CONFIG_FLAG: good = value_flag(text, to); break;
	case CONFIG_NUMBER: good = set_number(key, to, text); break;
	case CONFIG_SIZE: good = set_amount(key, value_size, to, text); break;
	case CONFIG_TIME: good = set_amount(key, value_time, to, text); break;
	case CONFIG_SHARE: good = value_share(text, to); break;
	case CONFIG_WORD: good = find_word(key->words, text, to); break;
	case CONFIG_TYPE: good = kx_capture_type_find(kx_span_of(text), to); break;
	case CONFIG_TEXT: return set_text(key, to, text);
	case CONFIG_LIST: return set_list(key, to, text);
	}
	return good ? 0 : -EINVAL;
}

/* ", at least 8M" behind what kind of value it is */
static void say_least(const struct config_key *key, char *to, size_t size)
{
	const size_t len = strlen(to);
	char text[VALUE_TEXT];

	if (key->least == 0 || len >= size)
		return;
	switch (key->kind) {
	case CONFIG_NUMBER: snprintf(to, size, "a number from %" PRIu64 " to %u", key->least,
				     key->max);
		return;
	case CONFIG_SIZE: value_print_size(key->least, text); break;
	case CONFIG_TIME: value_print_time(key->least, text); break;
	case CONFIG_FLAG:
	case CONFIG_SHARE:
	case CONFIG_WORD:
	case CONFIG_TEXT:
	case CONFIG_TYPE:
	case CONFIG_LIST: return;
	}
	snprintf(to + len, size - len, ", at least %s", text);
}

void config_say_wanted(const struct config_key *key, char *to, size_t size)
{
	size_t len = 0;

	to[0] = '\0';
	switch (key->kind) {
	case CONFIG_FLAG: snprintf(to, size, "yes or no"); break;
	case CONFIG_NUMBER: snprintf(to, size, "a number up to %u", key->max); break;
	case CONFIG_SIZE: snprintf(to, size, "a size, as 512M"); break;
	case CONFIG_TIME: snprintf(to, size, "a time, as 90s or 1h30m"); break;
	case CONFIG_SHARE: snprintf(to, size, "a size, as 2G, or a percentage, as 10%%"); break;
	case CONFIG_TYPE: snprintf(to, size, "%s", key->help); break;
	case CONFIG_LIST:
	case CONFIG_WORD:
	case CONFIG_TEXT:
		for (size_t i = 0; key->words && key->words[i] && len < size; i++)
			len += (size_t)snprintf(to + len, size - len, "%s%s", i ? ", " : "one of ",
						key->words[i]);
		if (!key->words)
			snprintf(to, size, "%s", key->wanted ? key->wanted :
				 key->fits ? key->help : "a text without control characters");
		break;
	}
	say_least(key, to, size);
	len = strlen(to);
	if (key->zero && len < size)
		snprintf(to + len, size - len, ", or %s", key->zero);
}

static void list_text(const struct list *list, char *to, size_t size)
{
	size_t len = 0;

	to[0] = '\0';
	for (size_t i = 0; i < list->count && len < size; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%s", i ? " " : "", list->item[i]);
}

static void share_text(const struct config_share *share, char *to, size_t size)
{
	char text[VALUE_TEXT];

	if (share->percent) {
		snprintf(to, size, "%u%%", share->percent);
		return;
	}
	value_print_size(share->bytes, text);
	snprintf(to, size, "%s", text);
}

void config_value_text(const struct config_key *key, const void *base, char *to, size_t size)
{
	const void *from = value(key, base);
	char text[VALUE_TEXT] = "";

	switch (key->kind) {
	case CONFIG_FLAG: snprintf(text, sizeof(text), "%s", *(const bool *)from ? "yes" : "no"); break;
	case CONFIG_NUMBER: snprintf(text, sizeof(text), "%u", *(const unsigned int *)from); break;
	case CONFIG_SIZE: value_print_size(*(const uint64_t *)from, text); break;
	case CONFIG_TIME: value_print_time(*(const uint64_t *)from, text); break;
	case CONFIG_SHARE: share_text(from, text, sizeof(text)); break;
	case CONFIG_WORD: snprintf(text, sizeof(text), "%s", key->words[*(const unsigned int *)from]); break;
	case CONFIG_TYPE:
		snprintf(text, sizeof(text), "%s",
			 kx_capture_type_name(*(const enum kx_capture_type *)from));
		break;
	case CONFIG_TEXT: snprintf(to, size, "%s", *(char *const *)from); return;
	case CONFIG_LIST: list_text(from, to, size); return;
	}
	snprintf(to, size, "%s", key->zero && strcmp(text, "0") == 0 ? key->zero : text);
}

void config_free(const struct config_key *key, void *base)
{
	void *from = member(key, base);

	if (key->kind == CONFIG_LIST) {
		free_list(from);
	} else if (key->kind == CONFIG_TEXT) {
		free(*(char **)from);
		*(char **)from = NULL;
	}
}
