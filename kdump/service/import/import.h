/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the importers of other services' files share: the configuration that comes of them. */
#ifndef KDUMP_SERVICE_IMPORT_IMPORT_H
#define KDUMP_SERVICE_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "kx/error.h"
#include "kx/span.h"

/** struct import_text - lines; zero-initialised is empty */
struct import_text {
	char *text;
	size_t len, room;
};

/** enum import_section - that is made; those of targets follow */
enum import_section { IMPORT_KDUMP, IMPORT_KEEP, IMPORT_NETWORK, IMPORT_RESERVE, IMPORT_TARGET };
enum { IMPORT_SECTIONS = IMPORT_TARGET + 8 };

/**
 * struct import_secret - a password that the file had: it is not printed
 * @path: where it belongs; @text: what it is
 */
struct import_secret {
	char *path, *text;
};

/** enum import_became - what became of a key */
enum import_became { IMPORT_TAKEN, IMPORT_NOT_NEEDED, IMPORT_LOST };

/**
 * struct import_fate - of a key; one that becomes several has several
 * @key: there; @line: of @file, 0: the file does not have it
 * @what: [SECTION] KEY = VALUE of ours, or why there is none
 */
struct import_fate {
	enum import_became became;
	const char *file;
	char *key, *what;
	unsigned int line;
};

/**
 * struct import - what comes of a file, or several
 * @file: that is read, for messages
 * @said: lines of each section, with comments; @notes: comments on what is in none
 * @target: names of the targets; @targets of them
 * @lost: lines for people on what has no equal
 * @secret: @secrets of them
 * @fate: of all keys, @fates of them, @fate_room for them
 * @said_line: of which the last comment is, in each section, from 1 on
 * @memory: there was none
 */
struct import {
	const char *file;
	struct import_text said[IMPORT_SECTIONS], notes, lost;
	char target[IMPORT_SECTIONS - IMPORT_TARGET][16];
	size_t targets;
	struct import_secret secret[4];
	size_t secrets;
	struct import_fate *fate;
	size_t fates, fate_room;
	unsigned int said_line[IMPORT_SECTIONS];
	bool memory;
};

/** struct import_setting - @key: there; @line: where; @used: others are made of it */
struct import_setting {
	const char *key, *value;
	unsigned int line;
	bool used;
};

/**
 * struct import_key - what becomes of a key; a line without a name ends them
 * @take: what does it
 * @to: our key, in @section for import_as(); @why: for import_ignore() and import_lose()
 */
struct import_key {
	const char *name;
	void (*take)(struct import *imp, const struct import_key *key,
		     const struct import_setting *setting);
	enum import_section section;
	const char *to, *why;
};

/** import_set() - KEY = VALUE of ours, from @setting; a value that ours cannot be is lost */
void import_set(struct import *imp, int section, const char *key, const char *value,
		const struct import_setting *setting);

/** import_note() - a comment: it is not needed, and why */
void import_note(struct import *imp, const struct import_setting *setting, const char *why);

/** import_lost() - it has no equal, and why */
void import_lost(struct import *imp, const struct import_setting *setting, const char *why);

/** import_target() - a new target; Return: its section, or -1: there are too many, it is told */
int import_target(struct import *imp, const char *name, const struct import_setting *setting);

/** import_secret() - a password, for target @section */
void import_secret(struct import *imp, int section, const char *password,
		   const struct import_setting *setting);

/** import_as() - take of struct import_key: the value is one of ours */
void import_as(struct import *imp, const struct import_key *key,
	       const struct import_setting *setting);

/** import_ignore() - the same: it is not needed */
void import_ignore(struct import *imp, const struct import_key *key,
		   const struct import_setting *setting);

/** import_lose() - the same: it has no equal */
void import_lose(struct import *imp, const struct import_key *key,
		 const struct import_setting *setting);

/** import_makedumpfile() - the same: its options, as far as there are such: level and codec */
void import_makedumpfile(struct import *imp, const struct import_key *key,
			 const struct import_setting *setting);

/** import_words() - the same: kernel words to add, without those for programs that are not there */
void import_words(struct import *imp, const struct import_key *key,
		  const struct import_setting *setting);

/** import_action() - the same: what the machine does; @to of @key is "final" or "failure" */
void import_action(struct import *imp, const struct import_key *key,
		   const struct import_setting *setting);

/** import_keep_all() - there nothing is ever removed, because of @setting or the lack of it */
void import_keep_all(struct import *imp, const struct import_setting *setting);

/** import_apply() - every setting by its key of @keys; what has none is lost */
void import_apply(struct import *imp, const struct import_key *keys,
		  const struct import_setting *setting);

/** import_rhel_conf() - a kdump.conf of RHEL and Fedora; -EINVAL: @err names the line */
int import_rhel_conf(struct import *imp, struct kx_span text, struct kx_err *err);

/**
 * import_guess() - whose assignments a text has
 * @comments: those in comments, too
 *
 * Return: as import_whose(); RHEL's kdump.conf has none.
 */
const char *import_guess(struct kx_span text, bool comments);

/** import_rhel_has_key() - is the line KEY VALUE, as in a kdump.conf of RHEL's? */
bool import_rhel_has_key(struct kx_span line);

/** import_rhel_sysconfig() - their sysconfig/kdump; as shell_read() */
int import_rhel_sysconfig(struct import *imp, struct kx_span text, struct kx_err *err);

/** import_debian() - Debian's default/kdump-tools; as shell_read() */
int import_debian(struct import *imp, struct kx_span text, struct kx_err *err);

/** import_suse() - SUSE's sysconfig/kdump; as shell_read() */
int import_suse(struct import *imp, struct kx_span text, struct kx_err *err);

/** import_text() - the configuration that came of all of it, for free(); NULL: no memory */
char *import_text(const struct import *imp);

/**
 * import_json() - all of it as a JSON object on standard output, without passwords
 * @config: of import_text(); @written: the file that has it, NULL: none; @status: how import ends
 */
int import_json(const struct import *imp, const char *config, const char *written, int status,
		struct kx_err *err);

/** import_done() - free it */
void import_done(struct import *imp);

#endif
