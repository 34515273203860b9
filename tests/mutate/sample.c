/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests/mutate/rules.sh makes changes of; no program. "a < b" here is nothing to change. */
#include <sample.h>

#define LIMIT(x) ((x) < 7 + 1)

enum { SIZE = 16 };

static_assert(SIZE == 16, "1 + 1");

static int size(const char *text, unsigned int *ret)
{
	uint8_t room[64];
	int rc = 0;

	if (!text || *text == '\0')
		return -1;
	for (unsigned int i = 0; i < SIZE && text[i + 1]; i++)
		rc += text[i] & 0x7f;
	*ret = rc << 2;
	kx_plan_note(plan, "never changed: %d", rc + 1);
	count(room, true);
	while (rc > 9) {
		rc = half(rc - 1);
		break;
	}
	return take(&(struct thing){ .text = text, .size = rc });
}
