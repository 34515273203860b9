/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses points in time. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "kx/clock.h"
#include "vmcore-dmesg/when.h"

#define SECOND INT64_C(1000000000)

enum {
	DAY = 86400,
	/* Years that keep nanoseconds since 1970 inside 63 bits. */
	YEAR_MIN = 1970, YEAR_MAX = 2200,
};

static void skip_space(const char **s)
{
	while (isspace((unsigned char)**s))
		(*s)++;
}

/* Up to @max digits. */
static bool number(const char **s, int max, int64_t *ret)
{
	int n = 0;

	*ret = 0;
	while (n < max && isdigit((unsigned char)**s)) {
		*ret = *ret * 10 + (*(*s)++ - '0');
		n++;
	}
	return n > 0;
}

static bool word(const char **s, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*s, text, len) != 0 || isalpha((unsigned char)(*s)[len]))
		return false;
	*s += len;
	return true;
}

/* ".5" or ",500000" in nanoseconds; nothing is 0. */
static int64_t fraction_of(const char **s)
{
	int64_t ns = 0, unit = SECOND / 10;

	if (**s != '.' && **s != ',')
		return 0;
	for ((*s)++; isdigit((unsigned char)**s); (*s)++, unit /= 10)
		ns += unit * (**s - '0');
	return ns;
}

static bool unit_of(const char **s, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {
		{ "seconds", 1 }, { "second", 1 }, { "sec", 1 }, { "s", 1 },
		{ "minutes", 60 }, { "minute", 60 }, { "min", 60 }, { "m", 60 },
		{ "hours", 3600 }, { "hour", 3600 }, { "hr", 3600 }, { "h", 3600 },
		{ "days", DAY }, { "day", DAY }, { "d", DAY },
		{ "weeks", 7 * DAY }, { "week", 7 * DAY }, { "w", 7 * DAY },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (word(s, units[i].name)) {
			*ret = units[i].seconds;
			return true;
		}
	}
	return false;
}

/* "5min", "1h 30min", "2.5 s"; the sign or "ago" was or will be taken by the caller. */
static bool span_of(const char **s, int64_t *ret)
{
	int64_t total = 0;
	bool any = false;

	for (;;) {
		int64_t n, fraction, unit;

		skip_space(s);
		if (!number(s, 9, &n))
			break;
		fraction = fraction_of(s);
		skip_space(s);
		if (!unit_of(s, &unit)) {
			if (**s != '\0')
				return false;
			unit = 1;		/* a bare number: seconds */
		}
		/* Nine digits of weeks do not fit into 63 bits of nanoseconds. */
		if (n > INT64_MAX / SECOND / 4 / unit)
			return false;
		total += n * unit * SECOND + fraction * unit;
		if (total > INT64_MAX / 4)
			return false;
		any = true;
	}
	*ret = total;
	return any;
}

static bool clock_of(const char **s, struct tm *tm, int64_t *fraction)
{
	int64_t hour, minute, second = 0;

	if (!number(s, 2, &hour) || *(*s)++ != ':' || !number(s, 2, &minute))
		return false;
	if (**s == ':') {
		(*s)++;
		if (!number(s, 2, &second))
			return false;
		*fraction = fraction_of(s);
	}
	tm->tm_hour = (int)hour;
	tm->tm_min = (int)minute;
	tm->tm_sec = (int)second;
	return hour < 24 && minute < 60 && second < 61;
}

static bool date_of(const char **s, struct tm *tm)
{
	int64_t year, month, day;

	if (!number(s, 4, &year) || *(*s)++ != '-' || !number(s, 2, &month) || *(*s)++ != '-' ||
	    !number(s, 2, &day))
		return false;
	tm->tm_year = (int)year - 1900;
	tm->tm_mon = (int)month - 1;
	tm->tm_mday = (int)day;
	return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
	       day <= 31;
}

/* Z, UTC, +hh:mm or nothing. */
static bool zone_of(const char **s, bool *has_zone, int64_t *offset)
{
	const char *sign;
	int64_t hour, minute;

	*offset = 0;
	skip_space(s);
	*has_zone = word(s, "Z") || word(s, "UTC");
	if (*has_zone || (**s != '+' && **s != '-'))
		return true;
	*has_zone = true;
	sign = (*s)++;
	if (!number(s, 2, &hour))
		return false;
	if (**s == ':')
		(*s)++;
	if (!number(s, 2, &minute))
		return false;
	*offset = (hour * 3600 + minute * 60) * (*sign == '-' ? -1 : 1);
	return true;
}

static bool absolute(const char **s, int64_t now, int64_t *ret)
{
	int64_t fraction = 0, offset, ignored;
	const char *start = *s;
	struct tm tm = { 0 };
	bool has_zone;
	time_t sec;

	if (!kx_clock_split(now, &tm, &ignored))
		return false;
	if (!clock_of(s, &tm, &fraction)) {
		*s = start;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		fraction = 0;
		if (!date_of(s, &tm))
			return false;
		if ((**s == 'T' || **s == ' ') && isdigit((unsigned char)(*s)[1])) {
			(*s)++;
			if (!clock_of(s, &tm, &fraction))
				return false;
		}
	}
	if (!zone_of(s, &has_zone, &offset))
		return false;
	tm.tm_isdst = -1;
	sec = has_zone ? timegm(&tm) : mktime(&tm);
	*ret = ((int64_t)sec - offset) * SECOND + fraction;
	return true;
}

static bool midnight(int64_t now, int days, int64_t *ret)
{
	int64_t ignored;
	struct tm tm;

	if (!kx_clock_split(now, &tm, &ignored))
		return false;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday += days;
	tm.tm_isdst = -1;
	*ret = (int64_t)mktime(&tm) * SECOND;
	return true;
}

static bool named(const char **s, int64_t now, int64_t *ret, bool *ret_absolute)
{
	*ret_absolute = false;
	if (word(s, "now")) {
		*ret = now;
		return true;
	}
	*ret_absolute = true;
	return (word(s, "today") && midnight(now, 0, ret)) ||
	       (word(s, "yesterday") && midnight(now, -1, ret)) ||
	       (word(s, "tomorrow") && midnight(now, 1, ret));
}

static bool relative(const char **s, int64_t now, int64_t *ret)
{
	int sign = **s == '-' ? -1 : 1;
	bool has_sign = **s == '-' || **s == '+';
	int64_t span;

	*s += has_sign;
	if (!span_of(s, &span))
		return false;
	skip_space(s);
	if (word(s, "ago")) {
		if (has_sign)
			return false;
		sign = -1;
	} else if (!has_sign) {
		return false;
	}
	return !__builtin_add_overflow(now, sign * span, ret);
}

int when_parse(const char *text, int64_t now, int64_t *ret, bool *ret_absolute, struct kx_err *err)
{
	const char *s = text;
	int64_t sec, value = 0;
	bool ok;

	skip_space(&s);
	if (*s == '@') {
		s++;
		*ret_absolute = true;
		ok = number(&s, 10, &sec) && sec < INT64_MAX / SECOND;
		value = ok ? sec * SECOND + fraction_of(&s) : 0;
	} else if (isalpha((unsigned char)*s)) {
		ok = named(&s, now, &value, ret_absolute);
	} else {
		const char *start = s;

		*ret_absolute = true;
		ok = absolute(&s, now, &value);
		if (!ok) {
			s = start;
			*ret_absolute = false;
			ok = relative(&s, now, &value);
		}
	}
	skip_space(&s);
	if (!ok || *s != '\0')
		return kx_fail(err, -EINVAL,
			       "\"%.60s\" is not a time; try \"2026-11-22 18:21:46\", \"18:21\", "
			       "\"@1795372204\", \"-5min\" or \"2 hours ago\"",
			       text);
	*ret = value;
	return 0;
}
