/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a shell at the other end of ssh is told and answers. It reads lines: "open NAME", in a folder
 * of its own; "write OFFSET LENGTH", which that many bytes follow; "sync", "room" and "done",
 * which it answers; and "drop". So the file is an ordinary one, and what was acknowledged is on the disk there.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kdump/remote/shell.h"
#include "kx/file.h"

/*
 * One line without single quotes, for whatever shell gets it. Where kdump is there, and understood,
 * it becomes that. dd reads exactly what it is told, so that the next line is read as one; and it
 * tells whether the file came to the disk, as a sync(1) that knows no files does not. Names are
 * synced by that: to sync all takes as long as whatever others have written there.
 */
const char shell_script[] =
	"umask 077; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; if [ $3 = shell ]; then :; "
	"elif kdump receive --speaks=1 > /dev/null 2>&1 < /dev/null; then "
	"exec kdump receive \"$1\"; elif [ $3 = kdump ]; then "
	"echo \"there is no kdump that understands version 1\" >&2; exit 1; fi; "
	"t=$1; d=; i=1; if [ -d \"$1\" ]; then d=${1%/}/$2; "
	"until mkdir \"$d\" 2> /dev/null; do [ -e \"$d\" ] && [ $i -lt 100 ] || "
	"{ mkdir \"$d\"; exit 1; }; i=$((i + 1)); d=${1%/}/$2.$i; done; else "
	"case $1 in */) echo \"$1: no such folder\" >&2; exit 1;; esac; "
	"if [ -e \"$1\" ] || [ -h \"$1\" ]; then "
	"echo \"$1 is there; nothing is written over\" >&2; exit 1; fi; "
	"f=$1-incomplete; set -C; : > \"$f\" || exit 1; set +C; fi; echo \"ready $d\"; "
	"fail() { echo \"failed ${1#*dd: }\"; exit 1; }; "
	"save() { dd if=/dev/null of=\"$f\" conv=notrunc,fsync 2>&1; }; "
	"call() { { ln \"$f\" \"$t\" && rm \"$f\" || { [ ! -e \"$t\" ] && mv \"$f\" \"$t\"; }; } 2>&1 && "
	"{ sync \"${t%/*}\" 2> /dev/null || sync; }; }; "
	"while read -r verb off len; do case $verb in "
	"open) t=$d/$off; f=$t-incomplete; set -C; : > \"$f\" || exit 1; set +C;; "
	"write) e=$(dd of=\"$f\" bs=65536 iflag=fullblock,count_bytes oflag=seek_bytes conv=notrunc "
	"seek=\"$off\" count=\"$len\" 2>&1) || fail \"$e\";; "
	"sync) e=$(save) || fail \"$e\"; echo synced;; "
	"room) e=$(df -Pk \"$f\" 2> /dev/null < /dev/null | "
	"sed -n \"2s/.* \\([0-9][0-9]*\\)  *[0-9][0-9]*% .*/\\1/p\"); echo \"room $e\";; "
	"drop) rm \"$f\"; f=;; "
	"done) e=$(save && call) || fail \"$e\"; f=; echo done;; "
	"*) exit 1;; esac; done; [ -z \"$f\" ]";

static_assert(KX_WIRE_VERSION == 1, "the script asks for version 1");

static bool next_byte(struct remote *r, char *ret)
{
	if (r->seen_len == 0)
		return ssh_wait(&r->ssh) == 0 && kx_file_read_some(r->ssh.from, ret, 1) == 1;
	*ret = (char)r->seen[0];
	memmove(r->seen, r->seen + 1, --r->seen_len);
	return true;
}

/* A line without its end; a byte at a time, since there are few. false: there is none. */
static bool read_line(struct remote *r, char *to, size_t size)
{
	size_t len = 0;
	char c;

	while (next_byte(r, &c)) {
		if (c == '\n') {
			to[len] = '\0';
			return true;
		}
		if (len + 1 < size)
			to[len++] = c;
	}
	return false;
}

/* What it says instead of @answer is why; @rest: what stands behind that. */
static int expect(struct remote *r, const char *answer, char *rest, size_t size)
{
	char line[sizeof(r->path)];
	size_t len = strlen(answer);

	/* What else went wrong there was said on standard error. */
	if (!read_line(r, line, sizeof(line)))
		return kx_fail(&r->why, -ECONNRESET, "%.160s: the connection ended",
			       r->address.host);
	if (strncmp(line, "failed ", 7) == 0)
		return kx_fail(&r->why, -EREMOTEIO, "%.160s: %.200s", r->address.host, line + 7);
	if (strncmp(line, answer, len) != 0 || (line[len] && line[len] != ' '))
		return kx_fail(&r->why, -EPROTO, "%.160s: no receiver answers, but \"%.60s\"",
			       r->address.host, line);
	snprintf(rest, size, "%s", line[len] ? line + len + 1 : "");
	return 0;
}

/* Whoever does not read any more may have said why. */
static int send(struct remote *r, const void *from, size_t len)
{
	char rest[16];
	int rc;

	if (r->why.text[0])
		return -ECONNRESET;
	rc = kx_file_write(r->ssh.to, from, len);
	if (rc == -EPIPE)
		expect(r, "end", rest, sizeof(rest));
	else if (rc < 0)
		kx_fail(&r->why, rc, "%.160s: %s", r->address.host, strerror(-rc));
	return rc;
}

static int ask(struct remote *r, const char *line, const char *answer)
{
	char rest[16];
	int rc = send(r, line, strlen(line));

	return rc < 0 ? rc : expect(r, answer, rest, sizeof(rest));
}

static int shell_write(struct kx_save_target *target, const void *from, size_t len, uint64_t off)
{
	struct remote *r = (struct remote *)target;
	char line[80];
	int rc;

	if (len == 0)
		return 0;
	snprintf(line, sizeof(line), "write %" PRIu64 " %zu\n", off, len);
	rc = send(r, line, strlen(line));
	return rc < 0 ? rc : send(r, from, len);
}

static int shell_sync(struct kx_save_target *target)
{
	return ask((struct remote *)target, "sync\n", "synced");
}

/* As df has it, whose numbers POSIX says: KiB, in the fourth column, before a percentage. */
static int shell_room(struct kx_save_target *target, uint64_t *ret)
{
	struct remote *r = (struct remote *)target;
	char rest[32];
	uint64_t kib;
	int rc = send(r, "room\n", 5);

	if (rc == 0)
		rc = expect(r, "room", rest, sizeof(rest));
	if (rc < 0)
		return rc;
	if (!kx_span_number(kx_span_of(rest), 10, &kib) || kib > UINT64_MAX >> 10)
		return -ENODATA;
	*ret = kib << 10;
	return 0;
}

static int shell_open(struct remote *r, enum kx_wire_file file)
{
	char line[80];

	snprintf(line, sizeof(line), "open %s\n", receiver_name(file));
	return r->own ? send(r, line, strlen(line)) : 0;
}

static int shell_finish(struct remote *r)
{
	return ask(r, "done\n", "done");
}

static int shell_stop(struct remote *r)
{
	return shell_sync(&r->target);
}

static void shell_drop(struct remote *r)
{
	send(r, "drop\n", 5);
}

static const struct remote_ops shell_ops = {
	.open = shell_open,
	.finish = shell_finish,
	.stop = shell_stop,
	.drop = shell_drop,
};

int shell_begin(struct remote *r)
{
	char folder[sizeof(r->path) - 16];
	int rc = expect(r, "ready", folder, sizeof(folder));

	if (rc < 0)
		return rc;
	r->target = (struct kx_save_target){ .write = shell_write, .sync = shell_sync,
					      .room = shell_room, .costly = true };
	r->ops = &shell_ops;
	r->own = folder[0] != '\0';
	if (r->own)
		snprintf(r->path, sizeof(r->path), "%s/%s", folder, receiver_name(KX_WIRE_DUMP));
	else
		snprintf(r->path, sizeof(r->path), "%s", r->address.path);
	return 0;
}
