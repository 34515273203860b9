# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What tests of vmcore-dmesg share on top of tests/lib.sh: dumps, of real machines and made from text.
program_name=vmcore-dmesg
. "${srcdir:-.}/tests/lib.sh"
TZ=UTC
export TZ
unset TERM NO_COLOR
fixtures=$srcdir/tests/fixtures/vmcore

# What takes more than a second of a processor is a failure.
run_with=in_a_second
in_a_second()
(
	# shellcheck disable=SC3045 # dash has it
	ulimit -t 1 && exec timeout 30 "$@"
)

# core NAME OPTION...: $tmp/NAME from the text on standard input
core()
{
	name=$1
	shift
	"$tools/mkprb" "$@" "$tmp/$name" || exit 99
}

# unpack NAME: $tmp/NAME.vmcore and $tmp/NAME.records, from a real machine
unpack()
{
	zstd -dqf "$fixtures/$1.vmcore.zst" -o "$tmp/$1.vmcore" || exit 99
	xz -dc "$fixtures/$1.records.txt.xz" > "$tmp/$1.records" || exit 99
}

# expect_lines COUNT
expect_lines()
{
	same 'number of lines' "$(wc -l < "$tmp/out")" "$1"
}
