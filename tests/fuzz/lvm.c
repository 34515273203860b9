/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical volumes of LVM. The input's first byte says what the rest is: '0' a text of metadata,
 * which a label and a header are put before, anything else the device from its beginning. Promised:
 * a text gives the same mark wherever in the ring it begins, and a mark is 64 digits.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kx/bytes.h"
#include "kx/devices.h"
#include "tests/fuzz/fuzz.h"

enum { AREA = 4096, AREA_SIZE = 1 << 16, SECTOR = 512 };

static const char uuid[] = "LVM-gggggggggggggggggggggggggggggggg"
			   "abcdefghijklmnopqrstuvwxyzABCDEF";

static int mark_of(const uint8_t *device, size_t size, char ret[KX_DEVICES_MARK])
{
	int fd = memfd_create("lvm", 0), rc;

	PROMISE(fd >= 0 && write(fd, device, size) == (ssize_t)size);
	rc = kx_devices_lvm_mark(fd, uuid, ret);
	close(fd);
	PROMISE(rc <= 1);
	if (rc == 1)
		PROMISE(strspn(ret, "0123456789abcdef") == KX_DEVICES_MARK - 1 &&
			strlen(ret) == KX_DEVICES_MARK - 1);
	return rc;
}

/* One with @text at @offset of its area. */
static int mark_at(const uint8_t *text, size_t len, size_t offset, char ret[KX_DEVICES_MARK])
{
	static uint8_t device[AREA + AREA_SIZE];
	uint8_t *label = device + SECTOR, *area = device + AREA;

	memset(device, 0, sizeof(device));
	memcpy(label, "LABELONE", 8);
	kx_put(label + 20, 4, 32, false);
	memcpy(label + 24, "LVM2 001", 8);
	kx_put(label + 32 + 40, 8, 1 << 20, false);
	kx_put(label + 32 + 40 + 32, 8, AREA, false);
	kx_put(label + 32 + 40 + 40, 8, AREA_SIZE, false);
	memcpy(area + 4, " LVM2 x[5A%r0N*>", 16);
	kx_put(area + 40, 8, offset, false);
	kx_put(area + 48, 8, len, false);
	for (size_t i = 0; i < len; i++)
		area[SECTOR + (offset - SECTOR + i) % (AREA_SIZE - SECTOR)] = text[i];
	return mark_of(device, sizeof(device), ret);
}

int fuzz_input(const uint8_t *data, size_t size)
{
	char one[KX_DEVICES_MARK] = "", two[KX_DEVICES_MARK] = "";
	int rc;

	if (size == 0)
		return 0;
	if (data[0] != '0') {
		mark_of(data + 1, size - 1, one);
		return 0;
	}
	size = size - 1 > AREA_SIZE - SECTOR ? AREA_SIZE - SECTOR : size - 1;
	rc = mark_at(data + 1, size, SECTOR, one);
	PROMISE(mark_at(data + 1, size, AREA_SIZE - 1 - size / 2, two) == rc);
	PROMISE(strcmp(one, two) == 0);
	return 0;
}
