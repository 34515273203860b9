/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a record in a word: level, facility, caller, state. */
#include <stdio.h>

#include "lib/dmesg/internal.h"

static const char *const levels[KX_LEVELS] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
};

/* RFC 5424, table 1; NULL where syslog(3) has no name. */
static const char *const facilities[KX_FACILITIES] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
	"uucp", "cron", "authpriv", "ftp", NULL, NULL, NULL, NULL,
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
};

const char *kx_level_name(unsigned int level)
{
	return level < KX_LEVELS ? levels[level] : NULL;
}

const char *kx_facility_name(unsigned int facility)
{
	return facility < KX_FACILITIES ? facilities[facility] : NULL;
}

void kx_caller_name(uint32_t caller_id, char *to, size_t size)
{
	/* printk_caller_id(): thread, or processor with the top bit set. */
	snprintf(to, size, "%c%u", caller_id >> 31 ? 'C' : 'T', caller_id & 0x7fffffff);
}

const char *kx_record_mark(const struct kx_printk_record *record)
{
	if (record->flags & KX_PRINTK_DAMAGED)
		return "damaged";
	return record->flags & KX_PRINTK_UNCOMMITTED ? "uncommitted" : NULL;
}
