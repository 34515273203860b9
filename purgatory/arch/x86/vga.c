/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VGA's text screen as console, and the way back to it from a graphics mode.
 *
 * Only what every VGA has is programmed. The characters' shapes in plane 2 came from the BIOS and
 * cannot be restored if a graphics mode has overwritten them; a card in a mode beyond VGA may
 * ignore it all.
 */
#include "purgatory/arch/x86/x86.h"

enum { COLUMNS = 80, ROWS = 25, BLANK = 0x0700 | ' ', LIGHT_GREY = 0x0700 };

/* Ports: IBM PS/2 Hardware Interface Technical Reference, Video Subsystem. */
enum {
	ATTRIBUTE = 0x3c0,		/* index and data in turn, after reading STATUS */
	MISC_OUTPUT = 0x3c2,
	SEQUENCER = 0x3c4,
	DAC_MASK = 0x3c6,
	DAC_WRITE_INDEX = 0x3c8,
	DAC_DATA = 0x3c9,
	GRAPHICS = 0x3ce,
	CRTC = 0x3d4,
	STATUS = 0x3da,
};

enum {
	SEQUENCER_RESET = 0,
	SEQUENCER_RUN = 3,
	CRTC_VSYNC_END = 0x11,		/* bit 7 protects registers 0 to 7 */
	ATTRIBUTE_ENABLE = 0x20,
	MISC_MODE_3 = 0x67,		/* colour ports, 28 MHz clock, 400 lines */
};

/* The same reference, mode 3 with 9x16 characters; the cursor stays at the top left. */
static const uint8_t sequencer[] = { 0x01, 0x00, 0x03, 0x00, 0x02 };
static const uint8_t crtc[] = {
	0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00,
	0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
};
static const uint8_t graphics[] = { 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff };
static const uint8_t attribute[] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a,
	0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00,
};

/*
 * An address of type uintptr_t hides from the compiler that it is a constant, which some
 * versions take for an access near NULL.
 */
static volatile uint16_t *screen(void)
{
	uintptr_t addr = 0xb8000;

	__asm__("" : "+r"(addr));
	return (volatile uint16_t *)addr;
}

static void write_indexed(uint16_t port, uint8_t index, uint8_t value)
{
	outb(port, index);
	outb(port + 1, value);
}

static void write_table(uint16_t port, const uint8_t *table, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		write_indexed(port, i, table[i]);
}

/* Of a 6-bit EGA colour the lower three bits are two thirds of blue, green and red. */
static uint8_t intensity(unsigned int colour, unsigned int bit)
{
	return (uint8_t)((colour >> bit & 1) * 0x2a + (colour >> (bit + 3) & 1) * 0x15);
}

static void write_palette(void)
{
	outb(DAC_MASK, 0xff);
	outb(DAC_WRITE_INDEX, 0);
	for (unsigned int colour = 0; colour < 64; colour++) {
		outb(DAC_DATA, intensity(colour, 2));
		outb(DAC_DATA, intensity(colour, 1));
		outb(DAC_DATA, intensity(colour, 0));
	}
}

void x86_vga_reset(void)
{
	/* Held in reset while the clock changes. */
	write_table(SEQUENCER, sequencer, sizeof(sequencer));
	outb(MISC_OUTPUT, MISC_MODE_3);
	write_indexed(SEQUENCER, SEQUENCER_RESET, SEQUENCER_RUN);

	write_indexed(CRTC, CRTC_VSYNC_END, 0);
	write_table(CRTC, crtc, sizeof(crtc));
	write_table(GRAPHICS, graphics, sizeof(graphics));

	inb(STATUS);
	for (uint8_t i = 0; i < sizeof(attribute); i++) {
		outb(ATTRIBUTE, i);
		outb(ATTRIBUTE, attribute[i]);
	}
	write_palette();
	inb(STATUS);
	outb(ATTRIBUTE, ATTRIBUTE_ENABLE);

	for (unsigned int i = 0; i < COLUMNS * ROWS; i++)
		screen()[i] = BLANK;
}

static void scroll(void)
{
	volatile uint16_t *const cell = screen();

	for (unsigned int i = 0; i < COLUMNS * (ROWS - 1); i++)
		cell[i] = cell[i + COLUMNS];
	for (unsigned int i = COLUMNS * (ROWS - 1); i < COLUMNS * ROWS; i++)
		cell[i] = BLANK;
}

void x86_vga_putc(char c)
{
	static unsigned int column = COLUMNS;

	if (column == COLUMNS || c == '\n') {
		scroll();
		column = 0;
	}
	if (c != '\n')
		screen()[COLUMNS * (ROWS - 1) + column++] = LIGHT_GREY | (uint8_t)c;
}
