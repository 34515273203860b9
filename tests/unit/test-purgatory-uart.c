/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purgatory's serial console over fake ports, and over arrays instead of device registers. */
#include "purgatory/uart.h"
#include "tests/unit/kxtest.h"

/* Line status of a 16550 and flags of a PL011, by their data sheets. */
enum { LSR = 5, THRE = 0x20, TEMT = 0x40, FLAGS = 0x18 / 4, FULL = 1 << 5, BUSY = 1 << 3 };

static struct {
	uint16_t port[16];
	uint8_t value[16];
	size_t writes;
	size_t reads;
	uint8_t status;
} ports;

static uint8_t port_in(uint16_t port)
{
	assert_int_equal(port, 0x3f8 + LSR);
	ports.reads++;
	return ports.status;
}

static void port_out(uint16_t port, uint8_t value)
{
	assert_true(ports.writes < 16);
	ports.port[ports.writes] = port;
	ports.value[ports.writes++] = value;
}

static bool init(uint32_t kind, const volatile void *base, uint32_t divisor)
{
	const struct kx_purg_params params = {
		.console_kind = kind,
		.console_base = kind == KX_PURG_CONSOLE_8250_IO ? 0x3f8 : (uintptr_t)base,
		.console_divisor = divisor,
	};

	memset(&ports, 0, sizeof(ports));
	return uart_init(&params, port_in, port_out);
}

TEST(ports_without_a_divisor_are_only_written_to)
{
	assert_true(init(KX_PURG_CONSOLE_8250_IO, NULL, 0));
	assert_int_equal(ports.writes, 0);
	ports.status = THRE;
	uart_putc('x');
	assert_int_equal(ports.writes, 1);
	assert_int_equal(ports.port[0], 0x3f8);
	assert_int_equal(ports.value[0], 'x');
	ports.status = TEMT;
	uart_drain();
	assert_int_equal(ports.writes, 1);
}

TEST(a_line_ends_with_both_characters)
{
	assert_true(init(KX_PURG_CONSOLE_8250_IO, NULL, 0));
	ports.status = THRE;
	uart_putc('\n');
	assert_int_equal(ports.writes, 2);
	assert_int_equal(ports.value[0], '\r');
	assert_int_equal(ports.value[1], '\n');
}

TEST(a_divisor_sets_the_line_up)
{
	static const uint8_t want[][2] = { { 3, 0x83 }, { 0, 0x34 }, { 1, 0x12 },
					   { 3, 0x03 }, { 1, 0 },    { 4, 3 } };
	const size_t n = sizeof(want) / sizeof(want[0]);

	assert_true(init(KX_PURG_CONSOLE_8250_IO, NULL, 0x1234));
	assert_int_equal(ports.writes, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(ports.port[i], 0x3f8 + want[i][0]);
		assert_int_equal(ports.value[i], want[i][1]);
	}
}

TEST(a_dead_line_is_waited_for_once)
{
	assert_true(init(KX_PURG_CONSOLE_8250_IO, NULL, 0));
	uart_putc('x');
	assert_int_equal(ports.writes, 0);
	assert_int_not_equal(ports.reads, 0);
	ports.reads = 0;
	ports.status = THRE | TEMT;
	uart_putc('y');
	uart_drain();
	assert_int_equal(ports.reads, 0);
	assert_int_equal(ports.writes, 0);
}

TEST(registers_in_memory_are_bytes_or_words)
{
	volatile uint8_t bytes[8] = { [LSR] = THRE };
	volatile uint32_t words[8] = { [LSR] = THRE };

	assert_true(init(KX_PURG_CONSOLE_8250_MMIO, bytes, 0));
	uart_putc('b');
	assert_int_equal(bytes[0], 'b');
	assert_true(init(KX_PURG_CONSOLE_8250_MMIO32, words, 0));
	uart_putc('w');
	assert_int_equal(words[0], 'w');
	assert_int_equal(ports.writes, 0);
}

TEST(pl011_is_written_when_it_has_room_and_never_set_up)
{
	volatile uint32_t registers[0x1000 / 4] = { 0 };

	assert_true(init(KX_PURG_CONSOLE_PL011, registers, 1));
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		assert_int_equal(registers[i], 0);
	registers[FLAGS] = BUSY;
	uart_putc('p');
	assert_int_equal(registers[0], 'p');
	registers[FLAGS] = FULL;
	uart_putc('q');
	assert_int_equal(registers[0], 'p');
	/* Given up. */
	registers[FLAGS] = 0;
	uart_putc('q');
	assert_int_equal(registers[0], 'p');
}

TEST(what_is_no_uart_here_is_refused)
{
	const struct kx_purg_params params = { .console_kind = KX_PURG_CONSOLE_8250_IO };

	assert_false(init(KX_PURG_CONSOLE_NONE, NULL, 0));
	assert_false(init(KX_PURG_CONSOLE_PL011 + 1, NULL, 0));
	assert_false(uart_init(&params, NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_without_a_divisor_are_only_written_to),
		cmocka_unit_test(a_line_ends_with_both_characters),
		cmocka_unit_test(a_divisor_sets_the_line_up),
		cmocka_unit_test(a_dead_line_is_waited_for_once),
		cmocka_unit_test(registers_in_memory_are_bytes_or_words),
		cmocka_unit_test(pl011_is_written_when_it_has_room_and_never_set_up),
		cmocka_unit_test(what_is_no_uart_here_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
