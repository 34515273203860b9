/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was made to be loaded, kept in /run/kdump: a folder an image with kernel, initrd, words and
 * a record of facts. The link STATE_ARMED leads to the one that is loaded, which can be loaded
 * again from there when the next one is refused, whatever became of the files it was made from.
 */
#ifndef KDUMP_SERVICE_STATE_IMAGES_H
#define KDUMP_SERVICE_STATE_IMAGES_H

#include <stdbool.h>

#include "kdump/service/state/state.h"
#include "kx/error.h"
#include "kx/span.h"

/* Files of a folder. */
#define IMAGE_KERNEL "kernel"
#define IMAGE_INITRD "initrd"
#define IMAGE_WORDS  "words"
#define IMAGE_RECORD "record"

/* "image-" and 32 hexadecimal digits. */
enum { IMAGE_NAME = 40 };

/**
 * struct image_triple - what one is made of
 * @words: the command line
 * @seed: another initramfs that goes behind @initrd; it does not make another image
 * @hardware: what a load puts into memory besides: which memory and CPUs there are; "": nothing
 * @record: facts, a line "KEY=VALUE" each; they do not make another image
 */
struct image_triple {
	struct kx_span kernel, initrd, seed;
	const char *words, *hardware;
	const char *record;
};

/** image_name() - how an image of these parts is called: the same parts, the same name */
void image_name(const struct image_triple *parts, char ret[IMAGE_NAME]);

/**
 * image_keep() - write its folder, under the lock; one that is there gets the new record alone
 *
 * Return: 0; negative errno with @err, and there is no part of it.
 */
int image_keep(const struct state *state, const char *name, const struct image_triple *parts,
	       struct kx_err *err);

/** image_commit() - @name is what is loaded from now on; 0 or negative errno */
int image_commit(const struct state *state, const char *name, struct kx_err *err);

/** image_armed() - the name of what is loaded; false: nothing is, by us */
bool image_armed(const struct state *state, char ret[IMAGE_NAME]);

/** image_sweep() - remove all folders but what is loaded, and what was left of writing others */
void image_sweep(const struct state *state);

/** image_path() - where @file of @name is; for free(), NULL: no memory */
char *image_path(const struct state *state, const char *name, const char *file);

/**
 * image_read() - a small text of an image: IMAGE_WORDS or IMAGE_RECORD
 *
 * Return: as state_get().
 */
int image_read(const struct state *state, const char *name, const char *file, char **ret);

/** record_value() - of a line "KEY=VALUE" in @text, cut to @size; false: there is none */
bool record_value(const char *text, const char *key, char *ret, size_t size);

#endif
