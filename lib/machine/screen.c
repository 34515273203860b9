/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out who drives the screen: decides whether the firmware's framebuffer is still alive. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kx/cleanup.h"
#include "kx/file.h"
#include "lib/machine/internal.h"

/*
 * Names in /proc/fb of drivers that only write into a framebuffer that the firmware set up: efifb,
 * vesafb, simplefb and the DRM drivers for the same (simpledrm; efidrm and vesadrm since v6.16).
 */
static const char *const firmware_fb[] = {
	"EFI VGA", "VESA VGA", "simple", "simpledrmdrmfb", "efidrmdrmfb", "vesadrmdrmfb",
	"ofdrmdrmfb",
};

/* The same as platform drivers, for kernels without framebuffer emulation. */
static const char *const firmware_driver[] = {
	"simple-framebuffer", "efi-framebuffer", "vesa-framebuffer", "simpledrm", "efidrm",
	"vesadrm",
};

static bool listed(struct kx_span name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (kx_span_equal(name, list[i]))
			return true;
	}
	return false;
}

/* The firmware's framebuffer lives as soon as one driver uses it: native drivers evict it. */
static void found_driver(struct kx_machine *m, struct kx_span name, bool firmware)
{
	if (m->screen == KX_SCREEN_FIRMWARE || name.len == 0)
		return;
	m->screen = firmware ? KX_SCREEN_FIRMWARE : KX_SCREEN_NATIVE;
	snprintf(m->screen_driver, sizeof(m->screen_driver), "%.*s",
		 (int)(name.len < sizeof(m->screen_driver) ? name.len : 63),
		 (const char *)name.base);
}

/* /proc/fb: "0 EFI VGA". */
static int read_fb(struct kx_machine *m, const char *root, struct kx_err *err)
{
	enum { COUNT = sizeof(firmware_fb) / sizeof(firmware_fb[0]) };
	char buffer[KX_SMALL_FILE + 1];
	struct kx_span text, line;
	int rc;

	rc = kx_machine_read_small(root, "proc/fb", buffer, &text, err);
	if (rc <= 0)
		return rc;
	while (kx_span_line(&text, &line)) {
		const uint8_t *blank = memchr(line.base, ' ', line.len);
		struct kx_span name = { 0 };

		if (!blank)
			continue;
		kx_span_slice(line, (uint64_t)(blank - line.base) + 1,
			      line.len - (size_t)(blank - line.base) - 1, &name);
		found_driver(m, name, listed(name, firmware_fb, COUNT));
	}
	return 0;
}

struct each_card {
	struct kx_machine *machine;
	const char *root;
};

static int look_at_card(const char *name, void *data, struct kx_err *err)
{
	enum { COUNT = sizeof(firmware_driver) / sizeof(firmware_driver[0]) };
	struct each_card *each = data;
	char path[300], target[256], *driver;
	_cleanup_fd_ int fd = -1;
	ssize_t len;

	(void)err;
	/* card0, but not its connectors card0-HDMI-A-1. */
	if (strncmp(name, "card", 4) != 0 || strchr(name, '-'))
		return 0;
	snprintf(path, sizeof(path), "sys/class/drm/%s/device", name);
	fd = kx_file_open(each->root, path);
	len = fd < 0 ? -1 : readlinkat(fd, "driver", target, sizeof(target) - 1);
	if (len <= 0)
		return 0;
	target[len] = '\0';
	driver = strrchr(target, '/');
	driver = driver ? driver + 1 : target;
	found_driver(each->machine, kx_span_of(driver),
		     listed(kx_span_of(driver), firmware_driver, COUNT));
	return 0;
}

int kx_machine_read_screen(struct kx_machine *m, const char *root, struct kx_err *err)
{
	struct each_card each = { m, root };
	int rc;

	rc = read_fb(m, root, err);
	if (rc < 0)
		return rc;
	rc = kx_file_each(root, "sys/class/drm", look_at_card, &each, err);
	return rc < 0 && !kx_file_unknowable(rc) ? rc : 0;
}
