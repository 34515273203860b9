/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrapped kernels for tests, from words: each one wraps what the words before it made. */
#ifndef TESTS_TOOLS_MKWRAP_H
#define TESTS_TOOLS_MKWRAP_H

#include <stddef.h>

#include "tests/tools/mkelf.h"

/**
 * mkwrap() - apply @count words to @content
 *
 *	text=TEXT		instead of the content
 *	pe=MACHINE[,PADDING]	a PE file with a certificate, and zeros behind that
 *	gzip bzip2 xz lzma zstd lz4 lz4-linked lz4-legacy lzop lzop-crc		compress
 *	tail			the size of what was compressed last, 4 bytes little-endian
 *	zeros=N			N bytes
 *	cut=N			without the last N bytes
 *	flip=OFFSET		change a byte; from the end when negative
 *	twice			the content two times
 *	zboot=CODEC[,MACHINE]	the content as payload of an EFI zboot
 *	.NAME=TEXT .NAME=@FILE	a section of the UKI that comes, before .linux
 *	uki=MACHINE		the content as .linux, behind all sections
 *	uki-first=MACHINE	the content as .linux, before them: what a .profile does not hide
 *	addon=MACHINE		the sections instead of the content
 *	android=VERSION		the content as kernel, sections .initrd .cmdline .dtb .second
 *	vendor=VERSION		the content as ramdisk, sections .cmdline .dtb .bootconfig; .second
 *				is the name of the one entry of version 4's table: for one board
 *				if it is longer than a letter
 *	uimage=ARCH,COMPRESSION[,TYPE[,OS]]	numbers
 *
 * Return: 0, and @content is wrapped; the number of the word that is not known or whose library
 * this build lacks, counted from 1.
 */
int mkwrap(struct mkelf_buffer *content, const char *const *word, size_t count);

/** struct mkwrap_android - parts of an Android image */
struct mkwrap_android {
	struct mkelf_buffer kernel, ramdisk, second, cmdline, dtb, bootconfig;
};

/** mkwrap_android(), mkwrap_vendor() - append such an image */
void mkwrap_android(struct mkelf_buffer *to, uint64_t version, const struct mkwrap_android *parts);
void mkwrap_vendor(struct mkelf_buffer *to, uint64_t version, const struct mkwrap_android *parts);

/**
 * mkwrap_compress() - replace @content by its compressed form
 *
 * Return: 0; -1 when there is no codec @name in this build.
 */
int mkwrap_compress(struct mkelf_buffer *content, const char *name);

#endif
