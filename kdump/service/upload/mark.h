/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was sent of a dump, remembered beside it. */
#ifndef KDUMP_SERVICE_UPLOAD_MARK_H
#define KDUMP_SERVICE_UPLOAD_MARK_H

#include <stdbool.h>

#include "kdump/remote/place.h"
#include "kx/error.h"

/* Beside an uploaded dump; nothing else remembers it. */
#define UPLOAD_MARK ".uploaded"

/**
 * struct upload_mark - texts are empty where they are not known
 * @to: URL; @place: below it; @signature: see upload_signature()
 * @whole: all of it was sent, not only the log
 * @crashed: seconds since 1970
 */
struct upload_mark {
	char to[1024], place[UPLOAD_PLACE], signature[UPLOAD_SIGNATURE];
	bool whole;
	uint64_t crashed;
};

/** upload_mark_read() - that of the folder @dir; false: there is none that can be read */
bool upload_mark_read(int dir, struct upload_mark *ret);

/** upload_mark_write() - it is on the disk, or errno and @err */
int upload_mark_write(int dir, const struct upload_mark *mark, struct kx_err *err);

#endif
