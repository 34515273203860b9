/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the log through age where it is not for everybody. */
#include <string.h>

#include "kdump/dump/sealed.h"
#include "kx/age.h"

bool sealed_log(const struct save_options *options)
{
	return options->recipients && options->encrypt_all;
}

/** struct place - what is being written, and how far */
struct place {
	struct kx_save_target *to;
	uint64_t off;
};

static int put_some(void *data, const void *from, size_t len)
{
	struct place *place = data;
	int rc = place->to->write(place->to, from, len, place->off);

	place->off += len;
	return rc;
}

int sealed_put_log(const struct save_options *options, struct kx_save_target *to,
		   struct kx_reader *reader, struct log_facts *facts, struct kx_err *err)
{
	struct kx_age_target age = { .age = NULL };
	struct place place = { to, 0 };
	int rc = 0, end;

	if (sealed_log(options)) {
		rc = kx_age_target_init(&age, to, options->recipient, options->recipients, err);
		if (rc < 0)
			return rc;
		place.to = &age.target;
	}
	rc = log_write(reader, put_some, &place, facts, err) < 0;
	end = age.age ? kx_age_target_end(&age) : 0;
	kx_age_target_done(&age);
	return end < 0 ? kx_fail(err, end, "%s: %s", LOG_NAME SEALED, strerror(-end)) : rc;
}
