/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses among the records of a log. */
#include <errno.h>
#include <string.h>

#include "vmcore-dmesg/filter.h"
#include "vmcore-dmesg/when.h"

static int set_bound(const struct kx_clock *clock, const char *option, const char *text,
		     int64_t *ret, struct kx_err *err)
{
	bool absolute;
	int64_t when;

	if (!text)
		return 0;
	if (when_parse(text, clock->now, &when, &absolute, err) < 0)
		return kx_context(err, -EINVAL, "--%s", option);
	if (absolute && !clock->known)
		return kx_fail(err, -ENODATA,
			       "--%s=%.60s: the dump does not tell when it was (no CRASHTIME in its "
			       "VMCOREINFO); \"-5min\" works",
			       option, text);
	if (__builtin_sub_overflow(when, clock->boot, ret))
		return kx_fail(err, -EINVAL, "--%s=%.60s is too far away", option, text);
	return 0;
}

int filter_init(struct filter *filter, const struct dmesg_options *options,
		const struct kx_clock *clock, struct kx_err *err)
{
	int rc;

	*filter = (struct filter){ .options = options };
	rc = set_bound(clock, "since", options->since, &filter->since, err);
	if (rc == 0)
		rc = set_bound(clock, "until", options->until, &filter->until, err);
	return rc;
}

/* A device is named "+usb:1-1" or "b8:1": a type before a name. */
static bool context_matches(const char *wanted, const struct kx_printk_record *record)
{
	struct kx_span device = record->device;
	const uint8_t *colon = device.len ? memchr(device.base, ':', device.len) : NULL;

	if (!wanted || kx_span_equal(record->subsystem, wanted) || kx_span_equal(device, wanted))
		return true;
	if (!colon || device.base[0] != '+')
		return false;
	device.len -= (size_t)(colon + 1 - device.base);
	device.base = colon + 1;
	return kx_span_equal(device, wanted);
}

bool filter_wants(const struct filter *filter, const struct kx_printk_record *record)
{
	const struct dmesg_options *o = filter->options;
	unsigned int facility = record->facility < 32 ? record->facility : 31;
	uint64_t ns = record->ts_nsec;

	if ((record->flags & KX_PRINTK_LOST) || !(o->levels >> record->level & 1) ||
	    (o->facilities && !(o->facilities >> facility & 1)) ||
	    (o->since_clear && (record->flags & KX_PRINTK_CLEARED)) ||
	    !context_matches(o->context_filter, record))
		return false;
	if (o->since && filter->since > 0 && ns < (uint64_t)filter->since)
		return false;
	return !o->until || (filter->until >= 0 && ns <= (uint64_t)filter->until);
}
