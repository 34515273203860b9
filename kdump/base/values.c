/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes values apart and prints them again. Knows no keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kdump/base/values.h"
#include "kx/span.h"

bool value_flag(const char *text, bool *ret)
{
	static const char *const words[][2] = {
		{ "no", "yes" }, { "off", "on" }, { "false", "true" }, { "0", "1" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int k = 0; k < 2; k++) {
			if (strcasecmp(text, words[i][k]) == 0) {
				*ret = k;
				return true;
			}
		}
	}
	return false;
}

/* The decimal number that *@text begins with, which is moved behind it and blanks. */
static bool take_number(const char **text, uint64_t *ret)
{
	size_t digits = strspn(*text, "0123456789");

	if (!kx_span_number((struct kx_span){ (const uint8_t *)*text, digits }, 10, ret))
		return false;
	*text += digits;
	*text += strspn(*text, " ");
	return true;
}

bool value_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGTPE";
	uint64_t value;
	const char *unit;
	unsigned int shift = 0;

	if (!take_number(&text, &value))
		return false;
	unit = *text && *text != 'b' && *text != 'B' ?
		strchr(units, *text & ~0x20) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		text++;
		text += *text == 'i' && (text[1] & ~0x20) == 'B';
	}
	text += (*text & ~0x20) == 'B';
	if (*text || value > (uint64_t)INT64_MAX >> shift)
		return false;
	*ret = value << shift;
	return true;
}

static const struct {
	const char *name;
	uint64_t seconds;
} time_units[] = {
	{ "min", 60 }, { "w", 604800 }, { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 },
};

enum { TIME_UNITS = sizeof(time_units) / sizeof(time_units[0]) };

/* How many seconds the unit is that *@text begins with, which is moved behind it; 0: none. */
static uint64_t take_unit(const char **text)
{
	for (size_t i = 0; i < TIME_UNITS; i++) {
		size_t len = strlen(time_units[i].name);

		if (strncmp(*text, time_units[i].name, len) == 0) {
			*text += len;
			*text += strspn(*text, " ");
			return time_units[i].seconds;
		}
	}
	return **text ? 0 : 1;
}

bool value_time(const char *text, uint64_t *ret)
{
	uint64_t sum = 0, value, unit;

	do {
		if (!take_number(&text, &value))
			return false;
		unit = take_unit(&text);
		if (unit == 0 || value > (uint64_t)INT64_MAX / unit ||
		    value * unit > (uint64_t)INT64_MAX - sum)
			return false;
		sum += value * unit;
	} while (*text);
	*ret = sum;
	return true;
}

bool value_share(const char *text, struct config_share *ret)
{
	const char *rest = text;
	struct config_share share = { 0 };
	uint64_t value;

	if (take_number(&rest, &value) && strcmp(rest, "%") == 0) {
		if (value >= 100)
			return false;
		share.percent = (unsigned int)value;
	} else if (!value_size(text, &share.bytes)) {
		return false;
	}
	*ret = share;
	return true;
}

void value_print_size(uint64_t bytes, char to[VALUE_TEXT])
{
	static const char units[] = "KMGT";
	int unit = -1;

	while (bytes && bytes % 1024 == 0 && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	snprintf(to, VALUE_TEXT, "%" PRIu64 "%.*s", bytes, unit >= 0, units + (unit < 0 ? 0 : unit));
}

void value_print_time(uint64_t seconds, char to[VALUE_TEXT])
{
	/* Weeks are for people who write; days are read more easily. */
	for (size_t i = 2; i < TIME_UNITS; i++) {
		if (seconds && seconds % time_units[i].seconds == 0) {
			snprintf(to, VALUE_TEXT, "%" PRIu64 "%s", seconds / time_units[i].seconds,
				 time_units[i].name);
			return;
		}
	}
	snprintf(to, VALUE_TEXT, "0");
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* A letter as it counts: the C library's own would go by the locale. */
static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

unsigned int value_distance(const char *a, const char *b)
{
	enum { MAX = 40 };
	unsigned int cost[MAX + 1][MAX + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > MAX || n > MAX)
		return 99;
	for (unsigned int k = 0; k <= n; k++)
		cost[0][k] = k;
	for (unsigned int i = 1; i <= m; i++) {
		cost[i][0] = i;
		for (unsigned int k = 1; k <= n; k++) {
			cost[i][k] = least(cost[i - 1][k] + 1, cost[i][k - 1] + 1,
					   cost[i - 1][k - 1] + (low(a[i - 1]) != low(b[k - 1])));
			if (i > 1 && k > 1 && low(a[i - 1]) == low(b[k - 2]) &&
			    low(a[i - 2]) == low(b[k - 1]))
				cost[i][k] = least(cost[i][k], cost[i - 2][k - 2] + 1, cost[i][k]);
		}
	}
	return cost[m][n];
}
