/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects in parts, as the Amazon S3 API reference has them (CreateMultipartUpload, UploadPart,
 * CompleteMultipartUpload, AbortMultipartUpload). What does not come about is aborted, since parts
 * that nobody sees are paid for all the same.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kx/cleanup.h"
#include "lib/http/s3.h"
#include "lib/http/xml.h"

/* Parts that an object may have, with some to spare; bytes of one in the list of them; of an
 * upload's name, encoded. */
enum { PARTS_MAX = 9000, ENTRY = 256, ID_MAX = 1536 };

/** struct upload - one object; @list: what has arrived, as the server wants to be told it */
struct upload {
	struct kx_http *http;
	const char *path;
	int fd;
	uint64_t size, part;
	char id[ID_MAX];
	char *list;
	size_t list_len;
};

static uint64_t part_size(uint64_t part, uint64_t size)
{
	while ((size - 1) / part >= PARTS_MAX)
		part *= 2;
	return part;
}

static int create(struct upload *u, struct kx_err *err)
{
	const struct request post = { .method = "POST", .path = u->path, .query = "uploads=", .fd = -1,
				      .text = { (const uint8_t *)"", 0 } };
	struct answer answer;
	char id[512];
	int rc = http_ask(u->http, &post, &answer, err);

	if (rc < 0)
		return rc;
	if (!xml_text((struct kx_span){ answer.body, answer.body_len }, "UploadId", id,
		      sizeof(id)) || !id[0] || http_encode(id, false, u->id, sizeof(u->id)) < 0)
		return kx_fail(err, -EREMOTEIO, "it answers with no UploadId: is that S3?");
	return 0;
}

/* What it calls a part goes back as it is; it cannot mean anything else in a list. */
static bool add_part(struct upload *u, unsigned int number, const char *etag)
{
	if (!etag[0] || strpbrk(etag, "<>&"))
		return false;
	u->list_len += (size_t)snprintf(u->list + u->list_len, ENTRY,
					"<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>",
					number, etag);
	return true;
}

static int send_part(struct upload *u, unsigned int number, uint64_t off, struct kx_err *err)
{
	uint64_t left = u->size - off;
	char query[ID_MAX + 64];
	const struct request put = { .method = "PUT", .path = u->path, .query = query, .fd = u->fd,
				     .off = off, .len = left < u->part ? left : u->part };
	struct answer answer;
	int rc;

	snprintf(query, sizeof(query), "partNumber=%u&uploadId=%s", number, u->id);
	rc = http_ask(u->http, &put, &answer, err);
	if (rc == 0 && !add_part(u, number, answer.etag))
		rc = kx_fail(err, -EREMOTEIO, "it answers with no ETag: is that S3?");
	return rc < 0 ? kx_context(err, rc, "part %u", number) : 0;
}

/* Is all of it there? An answer may have been lost. */
static bool is_there(struct upload *u)
{
	const struct request head = { .method = "HEAD", .path = u->path, .fd = -1 };
	struct answer answer;
	struct kx_err ignored;

	return http_ask(u->http, &head, &answer, &ignored) == 0 && answer.length == u->size;
}

static int complete(struct upload *u, struct kx_err *err)
{
	char query[ID_MAX + 64], code[64];
	const struct request post = { .method = "POST", .path = u->path, .query = query, .fd = -1,
				      .type = "application/xml", .len = u->list_len,
				      .text = { (const uint8_t *)u->list, u->list_len } };
	struct answer answer;
	int rc;

	snprintf(query, sizeof(query), "uploadId=%s", u->id);
	rc = http_ask(u->http, &post, &answer, err);
	if (rc == -ENOENT)
		return is_there(u) ? 0 : -EREMOTEIO;
	/* It begins to answer before it knows. */
	if (rc == 0 && xml_text((struct kx_span){ answer.body, answer.body_len }, "Code", code,
				sizeof(code)))
		rc = kx_fail(err, -EAGAIN, "it could not put the parts together: %s", code);
	return rc;
}

static void abort_upload(struct upload *u)
{
	char query[ID_MAX + 64];
	const struct request gone = { .method = "DELETE", .path = u->path, .query = query, .fd = -1 };
	struct answer answer;
	struct kx_err ignored;

	snprintf(query, sizeof(query), "uploadId=%s", u->id);
	http_ask_once(u->http, &gone, &answer, &ignored);
}

#define LIST_BEGIN "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
#define LIST_END   "</CompleteMultipartUpload>"

static int send_parts(struct upload *u, struct kx_err *err)
{
	unsigned int number = 0;
	int rc = 0;

	u->list_len = (size_t)sprintf(u->list, LIST_BEGIN);
	for (uint64_t off = 0; off < u->size && rc == 0; off += u->part)
		rc = send_part(u, ++number, off, err);
	u->list_len += (size_t)sprintf(u->list + u->list_len, LIST_END);
	return rc < 0 ? rc : complete(u, err);
}

int s3_send(struct kx_http *http, const char *path, int fd, uint64_t size, struct kx_err *err)
{
	struct upload u = { .http = http, .path = path, .fd = fd, .size = size,
			    .part = part_size(http->options.part, size) };
	_cleanup_free_ char *list = NULL;
	int rc;

	list = malloc(sizeof(LIST_BEGIN LIST_END) + ((size - 1) / u.part + 1) * ENTRY);
	if (!list)
		return kx_fail(err, -ENOMEM, "no memory");
	u.list = list;
	rc = create(&u, err);
	if (rc < 0)
		return rc;
	rc = send_parts(&u, err);
	if (rc < 0)
		abort_upload(&u);
	return rc;
}
