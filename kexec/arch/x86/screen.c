/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides what the next kernel is told about the screen. */
#include <string.h>

#include "kexec/arch/x86/kernel.h"
#include "uapi/bootparam_x86.h"

/*
 * A framebuffer that the firmware set up stays usable as long as nothing reprogrammed the graphics
 * hardware. A native driver has: the next kernel would write into memory that no screen shows, or
 * that the device uses for something else, so it is told of no framebuffer.
 */
void x86_copy_screen(uint8_t *bp, const struct kx_request *req, struct kx_plan *plan)
{
	const struct kx_machine *machine = req->machine;
	uint8_t type = machine->boot_params[BP_ORIG_VIDEO_ISVGA];
	bool framebuffer = type == VIDEO_TYPE_VLFB || type == VIDEO_TYPE_EFI;

	if (!machine->have_boot_params)
		return;
	memcpy(bp + BP_SCREEN_INFO, machine->boot_params + BP_SCREEN_INFO, BP_SCREEN_INFO_SIZE);
	if (!framebuffer || machine->screen != KX_SCREEN_NATIVE || req->pc.reuse_video_type)
		return;
	bp[BP_ORIG_VIDEO_ISVGA] = 0;
	kx_plan_note(plan,
		     "screen: %s drives it now, so the firmware's framebuffer is not handed over and "
		     "the screen stays dark until the next kernel loads such a driver "
		     "(--reuse-video-type hands it over)",
		     machine->screen_driver);
}
