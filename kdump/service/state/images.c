/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps images; a folder has its name only when all of it is there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kdump/service/state/images.h"
#include "kx/cleanup.h"
#include "kx/sha256.h"

#define PREFIX	"image-"
#define PARTIAL "making"
#define LINK	"armed.new"

void image_name(const struct image_triple *parts, char ret[IMAGE_NAME])
{
	uint8_t digest[4 * KX_SHA256_SIZE], all[KX_SHA256_SIZE];
	kx_sha256_blocks_fn *blocks = kx_sha256_blocks_best();

	kx_sha256(blocks, parts->kernel.base, parts->kernel.len, digest);
	kx_sha256(blocks, parts->initrd.base, parts->initrd.len, digest + KX_SHA256_SIZE);
	kx_sha256(blocks, parts->words, strlen(parts->words), digest + 2 * KX_SHA256_SIZE);
	kx_sha256(blocks, parts->hardware, strlen(parts->hardware), digest + 3 * KX_SHA256_SIZE);
	kx_sha256(blocks, digest, sizeof(digest), all);
	snprintf(ret, IMAGE_NAME, PREFIX);
	for (size_t i = 0; i < 16; i++)
		snprintf(ret + sizeof(PREFIX) - 1 + 2 * i, 3, "%02x", all[i]);
}

static int open_image(const struct state *state, const char *name)
{
	enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
	int fd = state->run < 0 ? -1 : openat(state->run, name, FLAGS);

	return fd < 0 ? -ENOENT : fd;
}

/* Linux takes several archives in a row (early-userspace/buffer-format.rst). */
static int write_initrd(int dir, const struct image_triple *parts, struct kx_err *err)
{
	const struct kx_span *first = &parts->initrd, *second = &parts->seed;
	_cleanup_free_ uint8_t *both = malloc(first->len + second->len + 1);

	if (!both)
		return kx_fail(err, -ENOMEM, "no memory");
	memcpy(both, first->base, first->len);
	if (second->len)
		memcpy(both + first->len, second->base, second->len);
	return state_put(dir, IMAGE_INITRD, both, first->len + second->len, err);
}

static int write_parts(int dir, const struct image_triple *parts, struct kx_err *err)
{
	int rc = state_put(dir, IMAGE_KERNEL, parts->kernel.base, parts->kernel.len, err);

	if (rc == 0)
		rc = write_initrd(dir, parts, err);
	if (rc == 0)
		rc = state_put_text(dir, IMAGE_WORDS, parts->words, err);
	return rc == 0 ? state_put_text(dir, IMAGE_RECORD, parts->record, err) : rc;
}

int image_keep(const struct state *state, const char *name, const struct image_triple *parts,
	       struct kx_err *err)
{
	_cleanup_fd_ int there = open_image(state, name), dir = -1;
	int rc;

	if (there >= 0)
		return state_put_text(there, IMAGE_RECORD, parts->record, err);
	state_drop_folder(state->run, PARTIAL);
	if (mkdirat(state->run, PARTIAL, 0700) < 0)
		return kx_fail(err, -errno, "/run/kdump/" PARTIAL ": %s", strerror(errno));
	dir = open_image(state, PARTIAL);
	rc = dir < 0 ? kx_fail(err, dir, "/run/kdump/" PARTIAL ": %s", strerror(-dir)) :
		       write_parts(dir, parts, err);
	if (rc == 0 && renameat(state->run, PARTIAL, state->run, name) < 0)
		rc = kx_fail(err, -errno, "/run/kdump/%s: %s", name, strerror(errno));
	if (rc == 0)
		return 0;
	state_drop_folder(state->run, PARTIAL);
	return kx_context(err, rc, "/run/kdump");
}

int image_commit(const struct state *state, const char *name, struct kx_err *err)
{
	state_drop(state->run, LINK);
	if (symlinkat(name, state->run, LINK) < 0 ||
	    renameat(state->run, LINK, state->run, STATE_ARMED) < 0)
		return kx_fail(err, -errno, "/run/kdump/" STATE_ARMED ": %s", strerror(errno));
	return 0;
}

bool image_armed(const struct state *state, char ret[IMAGE_NAME])
{
	_cleanup_fd_ int dir = -1;
	ssize_t len = -1;

	if (state->run >= 0)
		len = readlinkat(state->run, STATE_ARMED, ret, IMAGE_NAME - 1);
	if (len < 0)
		return false;
	ret[len] = '\0';
	dir = open_image(state, ret);
	return strncmp(ret, PREFIX, sizeof(PREFIX) - 1) == 0 && !strchr(ret, '/') && dir >= 0;
}

void image_sweep(const struct state *state)
{
	int fd = openat(state->run, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	char armed[IMAGE_NAME] = "";

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return;
	}
	image_armed(state, armed);
	for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
		if (strcmp(e->d_name, PARTIAL) == 0 ||
		    (strncmp(e->d_name, PREFIX, sizeof(PREFIX) - 1) == 0 &&
		     strcmp(e->d_name, armed) != 0))
			state_drop_folder(state->run, e->d_name);
	}
	closedir(folder);
	state_drop(state->run, LINK);
}

char *image_path(const struct state *state, const char *name, const char *file)
{
	char *path;

	if (asprintf(&path, "%s/run/kdump/%s/%s", strcmp(state->root, "/") == 0 ? "" : state->root,
		     name, file) < 0)
		return NULL;
	return path;
}

int image_read(const struct state *state, const char *name, const char *file, char **ret)
{
	_cleanup_fd_ int dir = open_image(state, name);

	return dir < 0 ? dir : state_get(dir, file, ret, NULL);
}

bool record_value(const char *text, const char *key, char *ret, size_t size)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == '=') {
			line += len + 1;
			snprintf(ret, size, "%.*s", (int)strcspn(line, "\n"), line);
			return true;
		}
	}
	return false;
}
