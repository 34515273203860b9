/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads recipients, and says what is wrong with those that are none. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kx/age.h"
#include "lib/age/bech32.h"

/* What people take for one. */
static int wrong_kind(const char *text, struct kx_err *err)
{
	if (strncasecmp(text, "AGE-SECRET-KEY-", 15) == 0)
		return kx_fail(err, -EINVAL, "that is a private key: it is for whoever reads dumps and "
			       "does not belong here; \"age-keygen -y\" shows the recipient");
	if (strncmp(text, "ssh-", 4) == 0)
		return kx_fail(err, -ENOTSUP, "%.40s...: ssh keys are no recipients here; "
			       "\"age-keygen\" makes one", text);
	return kx_fail(err, -EINVAL, "%.80s: no recipient, which is age1 and 58 more characters", text);
}

int kx_age_parse(const char *text, struct kx_age_recipient *ret, struct kx_err *err)
{
	struct kx_age_recipient r = { .name = "" };
	struct bech32 b;
	int rc = bech32_parse(text, &b);

	if (rc == -EBADMSG && strcmp(b.prefix, "age") != 0)
		rc = -EINVAL;
	if (rc == 0 && strncmp(b.prefix, "age", 3) == 0 && strcmp(b.prefix, "age") != 0 &&
	    strcmp(b.prefix, "age-secret-key-") != 0)
		return kx_fail(err, -ENOTSUP, "%.80s: only X25519 recipients are known: age1 and 58 "
			       "more characters", text);
	if (rc == -EBADMSG)
		return kx_fail(err, -EINVAL, "%.80s: mistyped: its checksum is another one", text);
	if (rc < 0 || strcmp(b.prefix, "age") != 0)
		return wrong_kind(text, err);
	if (bech32_bytes(&b, r.key, sizeof(r.key)) != KX_AGE_KEY)
		return wrong_kind(text, err);
	snprintf(r.name, sizeof(r.name), "%s", text);
	*ret = r;
	return 0;
}
