/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames in bytes, and the only gate through which a frame comes in. */
#include <errno.h>
#include <string.h>

#include "kx/bytes.h"
#include "kx/sha256.h"
#include "lib/wire/frame.h"

enum { LENGTH = 4, SUM = 8, SUMMED = 16, TYPE = 16, NUMBER = 24, ARG = 32, SUM_SIZE = 8 };

static void sum_of(const uint8_t *frame, size_t len, uint8_t ret[SUM_SIZE])
{
	uint8_t digest[KX_SHA256_SIZE];

	kx_sha256(kx_sha256_blocks_best(), frame + SUMMED, len - SUMMED, digest);
	memcpy(ret, digest, SUM_SIZE);
}

size_t kx_wire_put(uint8_t *to, const struct kx_wire_frame *frame)
{
	size_t len = KX_WIRE_HEADER + frame->data.len;

	memset(to, 0, KX_WIRE_HEADER);
	memcpy(to, KX_WIRE_MAGIC, LENGTH);
	kx_put_le(to + LENGTH, 4, frame->data.len);
	kx_put_le(to + TYPE, 4, frame->type);
	kx_put_le(to + NUMBER, 8, frame->number);
	kx_put_le(to + ARG, 8, frame->arg);
	if (frame->data.len)
		memcpy(to + KX_WIRE_HEADER, frame->data.base, frame->data.len);
	sum_of(to, len, to + SUM);
	return len;
}

int kx_wire_get(struct kx_span bytes, size_t max, struct kx_wire_frame *ret)
{
	uint64_t len, type, number, arg;
	uint8_t sum[SUM_SIZE];
	struct kx_span data;

	/* What is no frame is known by its first byte, and waits for no more. */
	if (memcmp(bytes.base, KX_WIRE_MAGIC, bytes.len < LENGTH ? bytes.len : LENGTH) != 0)
		return -EBADMSG;
	if (!kx_span_le(bytes, LENGTH, 4, &len))
		return 0;
	if (len > max)
		return -EMSGSIZE;
	if (!kx_span_le(bytes, TYPE, 4, &type) || !kx_span_le(bytes, NUMBER, 8, &number) ||
	    !kx_span_le(bytes, ARG, 8, &arg) ||
	    !kx_span_slice(bytes, KX_WIRE_HEADER, len, &data))
		return 0;
	sum_of(bytes.base, KX_WIRE_HEADER + (size_t)len, sum);
	if (memcmp(bytes.base + SUM, sum, SUM_SIZE) != 0)
		return -EBADMSG;
	*ret = (struct kx_wire_frame){ (enum kx_wire_type)type, number, arg, data };
	return KX_WIRE_HEADER + (int)len;
}

size_t frame_of_ours(const uint8_t *at, struct kx_wire_frame *ret)
{
	size_t len = (size_t)kx_get(at + LENGTH, 4, false);

	*ret = (struct kx_wire_frame){
		(enum kx_wire_type)kx_get(at + TYPE, 4, false), kx_get(at + NUMBER, 8, false),
		kx_get(at + ARG, 8, false), { at + KX_WIRE_HEADER, len },
	};
	return KX_WIRE_HEADER + len;
}

bool frame_is_answered(enum kx_wire_type type)
{
	return type == KX_WIRE_SYNC || type == KX_WIRE_FINISH || type == KX_WIRE_DROP;
}
