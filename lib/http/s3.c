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

#include "lib/http/s3.h"
#include "lib/http/xml.h"

/*
 * Parts that an object may have, with some to spare where its size is known; after how many those
 * of a stream grow, and how often then; bytes of a part in the list of them; of an upload's name,
 * encoded.
 */
enum {
	PARTS_MOST = 10000, PARTS_MAX = 9000, GROW_FROM = 5000, GROW_EACH = 500, ENTRY = 256,
	ID_MAX = 1536,
};

/** struct upload - one object; @list: what has arrived, as the server wants to be told it */
struct upload {
	struct kx_http *http;
	const char *path;
	uint64_t size;
	unsigned int parts;
	char id[ID_MAX];
	char *list;
	size_t list_len, list_room;
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

static int put_list(struct upload *u, const char *text, struct kx_err *err)
{
	size_t len = strlen(text);

	if (u->list_room - u->list_len <= len) {
		char *more = realloc(u->list, 2 * u->list_room + len + 1);

		if (!more)
			return kx_fail(err, -ENOMEM, "no memory");
		u->list = more;
		u->list_room = 2 * u->list_room + len + 1;
	}
	memcpy(u->list + u->list_len, text, len + 1);
	u->list_len += len;
	return 0;
}

/* What it calls a part goes back as it is; it cannot mean anything else in a list. */
static int add_part(struct upload *u, const char *etag, struct kx_err *err)
{
	char text[ENTRY];

	if (!etag[0] || strpbrk(etag, "<>&"))
		return kx_fail(err, -EREMOTEIO, "it answers with no ETag: is that S3?");
	snprintf(text, sizeof(text), "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>",
		 u->parts, etag);
	return put_list(u, text, err);
}

/* @body: its own path and query are set here. */
static int send_part(struct upload *u, struct request *body, struct kx_err *err)
{
	char query[ID_MAX + 64];
	struct answer answer;
	int rc;

	if (u->parts == PARTS_MOST)
		return kx_fail(err, -EFBIG, "it would be more than the %d parts that S3 takes",
			       PARTS_MOST);
	snprintf(query, sizeof(query), "partNumber=%u&uploadId=%s", ++u->parts, u->id);
	body->method = "PUT";
	body->path = u->path;
	body->query = query;
	rc = http_ask(u->http, body, &answer, err);
	if (rc == 0)
		rc = add_part(u, answer.etag, err);
	u->size += body->len;
	return rc < 0 ? kx_context(err, rc, "part %u", u->parts) : 0;
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

/* After create(): what was sent becomes the object, or goes. */
static int end(struct upload *u, int rc, struct kx_err *err)
{
	if (rc == 0)
		rc = put_list(u, LIST_END, err);
	if (rc == 0)
		rc = complete(u, err);
	if (rc < 0)
		abort_upload(u);
	free(u->list);
	return rc;
}

int s3_send(struct kx_http *http, const char *path, int fd, uint64_t size, uint64_t part,
	    struct kx_err *err)
{
	struct upload u = { .http = http, .path = path };
	int rc = create(&u, err);

	if (rc < 0)
		return rc;
	part = part_size(part, size);
	rc = put_list(&u, LIST_BEGIN, err);
	for (uint64_t off = 0; off < size && rc == 0; off += part) {
		struct request body = { .fd = fd, .off = off,
					.len = size - off < part ? size - off : part };

		rc = send_part(&u, &body, err);
	}
	return end(&u, rc, err);
}

int s3_stream(struct stream *stream, const char *path, struct kx_err *err)
{
	struct upload u = { .http = stream->http, .path = path };
	int rc = create(&u, err);

	if (rc < 0)
		return rc;
	rc = put_list(&u, LIST_BEGIN, err);
	while (rc == 0 && stream->len > 0) {
		struct request body = { .fd = -1, .len = stream->len,
					.text = { stream->buffer, stream->len } };

		rc = send_part(&u, &body, err);
		if (u.parts >= GROW_FROM && u.parts % GROW_EACH == 0)
			stream_grow(stream);
		if (rc == 0)
			rc = stream_next(stream, err);
	}
	return end(&u, rc, err);
}
