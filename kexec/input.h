/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files a load is made of: mapped once, never copied. */
#ifndef KEXEC_INPUT_H
#define KEXEC_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "kx/error.h"
#include "kx/span.h"

/**
 * struct input_file - one opened file
 * @path: borrowed, for messages
 * @stat: as it was when opened, to notice a change while it is loaded
 */
struct input_file {
	const char *path;
	int fd;
	struct stat stat;
};

/**
 * struct input - files whose bytes are one run in memory; zero-initialised is empty
 * @bytes: the files one after the other; each starts on a page, with zeros before it
 * @mapped: bytes of address space behind @bytes
 * @joined: several files as one, see input_fd(); 0: not yet
 */
struct input {
	struct input_file *file;
	size_t count;
	struct kx_span bytes;
	size_t mapped;
	int joined;
};

/**
 * struct input_part - what to open
 * @path: of the file; with @bytes: what they came from, for messages
 * @bytes: not empty: these instead of a file, copied into memory that is kept as one
 */
struct input_part {
	const char *path;
	struct kx_span bytes;
};

/**
 * input_open() - open and map @count files
 * @limit: a pipe that delivers more bytes than this is refused
 *
 * Regular files are mapped, pipes are read into memory that is kept as a file. Zeros between
 * initrds are what their format allows (Linux, Documentation/driver-api/early-userspace/
 * buffer-format.rst).
 *
 * Return: 0; a negative errno with the path in @err. input_done() in either case.
 */
int input_open(struct input *ret, const struct input_part *part, size_t count,
		  uint64_t limit, struct kx_err *err);

/** input_bytes() - those of file number @i, where they are in @input->bytes */
struct kx_span input_bytes(const struct input *input, size_t i);

/** input_done() - unmap and close */
void input_done(struct input *input);

/**
 * input_fd() - one descriptor for all of @input, as kexec_file_load wants it
 * @ret: the file's own descriptor if there is just one, else one in memory with the files joined at
 *       multiples of 4 bytes, made on the first call; -1 when @input is empty. Owned by @input
 *
 * Return: 0; a negative errno with @err.
 */
int input_fd(struct input *input, int *ret, struct kx_err *err);

/**
 * input_unchanged() - are all files still what they were when opened?
 *
 * Return: true; false with the file's name in @err.
 */
bool input_unchanged(const struct input *input, struct kx_err *err);

/**
 * input_guard() - from now on a file that shrinks while it is read ends the program with a line
 * on stderr and status 1, instead of a bare SIGBUS
 */
void input_guard(void);

#endif
