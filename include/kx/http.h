/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends files to HTTP(S) servers, and to object storage that understands S3. libcurl speaks with
 * them; what is to be said, and what to do about what they answer, is here. No answer is trusted:
 * of what is too long the rest is not read, and no server keeps us waiting.
 */
#ifndef KX_HTTP_H
#define KX_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kx/error.h"

/**
 * struct kx_http_options - who we are, whom we trust, how patient we are; texts are borrowed
 * @user, @password: for basic authentication, or S3's key and its secret; NULL: none
 * @token: a bearer token, or S3's session token; NULL: none
 * @cert, @key: files in PEM of a client's certificate and its key; NULL: none
 * @cacert: file in PEM with those that sign servers' certificates; NULL: the system's
 * @endpoint: S3: URL of the server; NULL: Amazon's of the region
 * @region: S3; NULL: us-east-1
 * @connect: seconds for a connection; @stall: seconds without a byte; 0: 30 and 60
 * @tries: of each request that may go well later; 0: 6
 * @pause: milliseconds before the second try, then twice as long each time up to 30 s; 0: 1000
 * @part: bytes of a part of an object, 0: 8 MiB, or more where there would be too many; of
 *	kx_http_stream(), which has one in memory, 0: 5 MiB, the least that S3 takes
 * @part_max: bytes up to which kx_http_stream() may let them grow; 0: they do not
 * @address: numerical, where the server of the URL is; NULL: its name is looked up
 * @goes_on: asked now and then; false: stop; may be NULL
 */
struct kx_http_options {
	const char *user, *password, *token;
	const char *cert, *key, *cacert;
	const char *endpoint, *region;
	unsigned int connect, stall, tries, pause;
	uint64_t part, part_max;
	const char *address;
	bool (*goes_on)(void *data);
	void *data;
};

/**
 * kx_http_secret() - take a file's text for what identifies us
 * @path: of the file; @text: what it has; both are borrowed, and @text is changed
 *
 * With "-----BEGIN" in it, it is a certificate and its key. Else it has a line for each that is
 * lacking of S3's key, its secret, and a token if there is one; for HTTP the password of @user, or,
 * without one, a token.
 *
 * Return: 0; -EINVAL it has none of them.
 */
int kx_http_secret(struct kx_http_options *options, const char *url, const char *path, char *text,
		   struct kx_err *err);

/** struct kx_http - a server, or a bucket */
struct kx_http;

/** kx_http_known() - is @url one of those that kx_http_open() takes? */
bool kx_http_known(const char *url);

/**
 * kx_http_open() - prepare to send to @url
 * @url: http://HOST/PATH, https://HOST/PATH or s3://BUCKET/PREFIX; nothing is sent yet
 * @ret: for kx_http_close()
 *
 * Return: 0; -EINVAL no such URL, or options that do not fit it; -ENOTSUP no libcurl; -ENOMEM.
 */
int kx_http_open(struct kx_http **ret, const char *url, const struct kx_http_options *options,
		 struct kx_err *err);

/** kx_http_close() - end the connection; NULL is fine */
void kx_http_close(struct kx_http *http);

/**
 * kx_http_send() - make the first @size bytes of a file what is at URL/@name
 * @name: words of letters, digits, "-", "_", "." and others, parted by "/"
 * @fd: a file, not at any place
 *
 * What is there is written over. To S3 what is larger than a part goes in parts, each of which is
 * tried again by itself; if it does not come about nothing is left there.
 *
 * Return: 0; -EAGAIN the server cannot be reached or cannot do it now: it may later; -EACCES it
 * does not let us; -EKEYREJECTED its certificate, or ours, is not trusted; -EREMOTEIO it refuses;
 * -EINTR stopped; -ENOMEM; errno of reading @fd.
 */
int kx_http_send(struct kx_http *http, const char *name, int fd, uint64_t size,
		 struct kx_err *err);

/**
 * kx_http_stream() - make what comes from @fd until it ends what is at URL/@name
 * @fd: a pipe, or whatever can be read but once
 *
 * One part of it is in memory. What is smaller is sent as kx_http_send() does, and S3 gets larger
 * ones in such parts, each of which is tried again by itself. For HTTP what follows the first part
 * goes straight from @fd to the server, in chunks (RFC 9112, 7.1): once it begins to, nothing can
 * be tried again, and if it breaks a server may keep a piece. Of a socket whose other end is gone,
 * rather than shut down for writing, what came is not all.
 *
 * Return: as kx_http_send(), and -ECONNRESET then; -EFBIG there are more parts than S3 takes.
 */
int kx_http_stream(struct kx_http *http, const char *name, int fd, struct kx_err *err);

/**
 * kx_http_remove() - take URL/@name away, if that can be done within a few seconds
 *
 * Return: as kx_http_send(), but that nothing is tried twice; -ENOENT nothing is there.
 */
int kx_http_remove(struct kx_http *http, const char *name, struct kx_err *err);

/**
 * kx_http_size() - how many bytes are at URL/@name
 *
 * Return: 0; -ENOENT nothing is there; as kx_http_send().
 */
int kx_http_size(struct kx_http *http, const char *name, uint64_t *ret, struct kx_err *err);

#endif
