/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the journal, and whoever is to be told. */
#ifndef KDUMP_SERVICE_DUMPS_TELL_H
#define KDUMP_SERVICE_DUMPS_TELL_H

/* Of the entries: journalctl MESSAGE_ID=... finds them. kdump(8) has them too. */
#define TELL_DUMP    "ba59b62fe5784272aa70e4a42932876f"
#define TELL_NO_DUMP "e20ab63476844892a78540d731041c47"

/**
 * tell_journal() - an entry with a fixed id; where there is no journal, syslog has its text
 * @root: "/", or a captured tree, whose sockets are used
 * @level: as for syslog(3)
 * @folder: of the dump; NULL: there is none
 *
 * What nobody takes is lost: standard error has it too.
 */
void tell_journal(const char *root, const char *id, int level, const char *folder,
		  const char *text);

/**
 * tell_command() - run @command by sh, with @folder as $1 and the report there on standard input
 * @folder: NULL: there is none, $1 is empty and @text comes on standard input
 *
 * What it prints goes to standard error, as does what it comes to if it fails. After two minutes it
 * is ended.
 */
void tell_command(const char *command, const char *folder, const char *text);

#endif
