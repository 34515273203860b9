# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What tests of vmcore-dmesg share: a folder of their own, dumps made from text, and expectations.
#
# A test is a plain sh script that sources this file first and calls finish last. Each expectation
# that fails says so, and the test goes on: one run shows all that is wrong.
set -u
LC_ALL=C
TZ=UTC
export LC_ALL TZ
unset TERM NO_COLOR

srcdir=$(cd "${srcdir:-.}" && pwd)
: "${builddir:=$PWD}"
fixtures=$srcdir/tests/fixtures/vmcore
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kx-dmesg.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 99' HUP INT TERM
failures=0
checks=0
program=$builddir/vmcore-dmesg/vmcore-dmesg

# core NAME OPTION...: $tmp/NAME from the text on standard input
core()
{
	name=$1
	shift
	"$builddir/tests/tools/mkprb" "$@" "$tmp/$name" || exit 99
}

# run ARGUMENT...: the program; what takes more than a second of a processor is a failure
run()
{
	ran="vmcore-dmesg $*"
	status=0
	# shellcheck disable=SC3045 # dash has it
	(ulimit -t 1 && exec timeout 30 "$program" "$@") > "$tmp/out" 2> "$tmp/err" < /dev/null ||
		status=$?
}

bad()
{
	failures=$((failures + 1))
	echo "FAILED: $ran"
	echo "  $*"
	sed 's/^/  stderr: /' "$tmp/err"
}

expect_status()
{
	checks=$((checks + 1))
	[ "$status" = "$1" ] || bad "exit status $status, expected $1"
}

# expect_stdout TEXT: all of it
expect_stdout()
{
	checks=$((checks + 1))
	[ "$(cat "$tmp/out")" = "$1" ] || bad "stdout should be: $1; it is: $(head -n 20 "$tmp/out")"
}
expect_stderr()
{
	checks=$((checks + 1))
	[ "$(cat "$tmp/err")" = "$1" ] || bad "stderr should be: $1"
}

# expect_error PATTERN: exactly one line on stderr, from us, that holds PATTERN (grep -E)
expect_error()
{
	checks=$((checks + 1))
	if [ "$(wc -l < "$tmp/err")" != 1 ] || ! grep -q '^vmcore-dmesg: ' "$tmp/err"; then
		bad "stderr should be one line from vmcore-dmesg"
	elif ! grep -qE -e "$1" "$tmp/err"; then
		bad "stderr should hold: $1"
	fi
}

# expect_out PATTERN, expect_no_out PATTERN: a line of stdout (grep -E)
expect_out()
{
	checks=$((checks + 1))
	grep -qE -e "$1" "$tmp/out" || bad "stdout should hold: $1; it is: $(head -n 20 "$tmp/out")"
}
expect_no_out()
{
	checks=$((checks + 1))
	! grep -qE -e "$1" "$tmp/out" || bad "stdout should not hold: $1"
}

# expect_lines COUNT
expect_lines()
{
	checks=$((checks + 1))
	lines=$(wc -l < "$tmp/out")
	[ "$lines" = "$1" ] || bad "$lines lines, expected $1"
}

# same WHAT FILE FILE
same()
{
	checks=$((checks + 1))
	if ! diff -u "$2" "$3" > "$tmp/diff"; then
		bad "$1 differs"
		head -40 "$tmp/diff"
	fi
}

# need PROGRAM PACKAGE: a missing tool skips the test, but fails it where it has to be there
need()
{
	command -v "$1" > /dev/null && return
	echo "$1 is missing (package $2)"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

# unpack NAME: $tmp/NAME.vmcore and $tmp/NAME.records, from a real machine
unpack()
{
	zstd -dqf "$fixtures/$1.vmcore.zst" -o "$tmp/$1.vmcore" || exit 99
	xz -dc "$fixtures/$1.records.txt.xz" > "$tmp/$1.records" || exit 99
}

finish()
{
	[ "$checks" -gt 0 ] || exit 99
	echo "$checks checks, $failures of them failed"
	[ "$failures" = 0 ]
	exit
}
