/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How dumps are called where those of many machines are, and which of them are alike. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kdump/remote/place.h"
#include "kx/cleanup.h"
#include "kx/file.h"
#include "kx/sha256.h"

/* Numbers differ from one crash to the next, as addresses, times and processes do. */
static size_t put_plain(char *to, size_t room, const char *text)
{
	size_t len = 0;

	while (*text && len + 1 < room) {
		bool hex = isxdigit((unsigned char)*text) && strcspn(text, "0123456789") <
				   strspn(text, "0123456789abcdefABCDEF");

		if (hex) {
			text += strspn(text, "0123456789abcdefABCDEFx");
			to[len++] = '#';
		} else {
			to[len++] = *text++;
		}
	}
	to[len] = '\0';
	return len;
}

void upload_signature(const struct kx_manifest *m, char to[UPLOAD_SIGNATURE])
{
	uint8_t digest[KX_SHA256_SIZE];
	char text[1400];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s\n%s\n", m->release, m->machine);

	len += put_plain(text + len, sizeof(text) - len, m->panic);
	text[len++] = '\n';
	len += put_plain(text + len, sizeof(text) - len, m->trouble);
	kx_sha256(kx_sha256_blocks_best(), text, len, digest);
	for (size_t i = 0; i < (UPLOAD_SIGNATURE - 1) / 2; i++)
		snprintf(to + 2 * i, 3, "%02x", digest[i]);
}

/* A word of a path: what parts paths, or would lead out of them, has no place in it. */
static void put_word(char *to, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text && len + 1 < size; text++)
		to[len++] = isalnum((unsigned char)*text) || strchr("-_.:", *text) ? *text : '_';
	to[len] = '\0';
	if (to[strspn(to, ".")] == '\0')
		snprintf(to, size, "unknown");
}

static void machine_id(const char *root, char *to, size_t size)
{
	_cleanup_free_ char *text = NULL;
	struct kx_err ignored;
	size_t len;

	to[0] = '\0';
	if (kx_file_head(root, "etc/machine-id", 64, &text, &len, &ignored) == 0)
		snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
	if (!to[0] && gethostname(to, size) < 0)
		to[0] = '\0';
	to[size - 1] = '\0';
}

int upload_place(const struct kx_manifest *m, const char *host, const char *root,
		 const char *folder, uint64_t time, char to[UPLOAD_PLACE])
{
	time_t when = (time_t)(m->crash_time ? m->crash_time : time);
	char machine[128], tag[128], id[128], day[16];
	struct tm tm;

	machine_id(root, machine, sizeof(machine));
	if (m->capture.machine_id[0])
		snprintf(machine, sizeof(machine), "%s", m->capture.machine_id);
	put_word(tag, sizeof(tag), host && host[0] ? host : machine);
	put_word(id, sizeof(id), m->capture.id[0] ? m->capture.id : folder);
	if (!gmtime_r(&when, &tm) || !strftime(day, sizeof(day), "%Y/%m/%d", &tm))
		return -EINVAL;
	return snprintf(to, UPLOAD_PLACE, "%s/%s/%s", tag, day, id) >= UPLOAD_PLACE ? -EINVAL : 0;
}
