/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recipients of encrypted dumps: what is taken has one spelling but for its case, a private key is
 * never shown, and a changed letter is noticed.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "kx/age.h"
#include "tests/fuzz/fuzz.h"

static void change(const struct kx_age_recipient *r)
{
	static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	struct kx_age_recipient other;
	struct kx_err err;
	char name[KX_AGE_NAME];

	for (size_t i = 4; r->name[i]; i++) {
		const char *at = strchr(letters, tolower((unsigned char)r->name[i]));

		PROMISE(at);
		memcpy(name, r->name, sizeof(name));
		name[i] = letters[(size_t)(at - letters + 1) % 32];
		if (isupper((unsigned char)r->name[i]))
			name[i] = (char)toupper((unsigned char)name[i]);
		PROMISE(kx_age_parse(name, &other, &err) < 0);
	}
}

int fuzz_input(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct kx_age_recipient r = { .name = "" };
	struct kx_err err = { "" };

	PROMISE(text);
	if (kx_age_parse(text, &r, &err) == 0) {
		PROMISE(strcmp(r.name, text) == 0 && strlen(text) == 62);
		PROMISE(strncasecmp(text, "age1", 4) == 0);
		change(&r);
	} else {
		PROMISE(err.text[0] && !r.name[0]);
		PROMISE(strncasecmp(text, "AGE-SECRET-KEY-", 15) != 0 || strlen(text) < 40 ||
			!strstr(err.text, text + 15));
	}
	free(text);
	return 0;
}
