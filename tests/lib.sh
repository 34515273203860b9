# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What all shell tests share: a folder of their own, expectations, and what to do about missing tools.
#
# A test is a plain sh script that sources this file, or its program's own that does, first and
# calls finish last. Each expectation that fails says so, and the test goes on: one run shows all
# that is wrong.
#
#	program_name=vmcore-dmesg
#	. "${srcdir:-.}/tests/lib.sh"
#	run --version
#	expect_status 0
#	finish
set -u
LC_ALL=C
# glibc fills memory that is new, or given back, so that nobody reads zeros there by luck.
MALLOC_PERTURB_=165
export LC_ALL MALLOC_PERTURB_

srcdir=$(cd "${srcdir:-.}" && pwd) || exit 99
builddir=$(cd "${builddir:-.}" && pwd) || exit 99
tools=$builddir/tests/tools
: "${program_name:=}"
program=$builddir/$program_name/$program_name
# A function to run the program by, as one that sets limits; or nothing.
run_with=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kx-${program_name:-test}.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 99' HUP INT PIPE TERM
checks=0
failures=0
# What was run last, and the files in $tmp that tell how it went.
ran=
evidence=err
: > "$tmp/err"

# Programs must not leave files behind; this is where they would put them.
mkdir "$tmp/left" || exit 99
TMPDIR=$tmp/left
export TMPDIR

# run ARGUMENT...: the program; leaves its exit status in $status, what it printed in $tmp/out and
# $tmp/err
run()
{
	ran="$program_name $*"
	status=0
	$run_with "$program" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null || status=$?
}

# --- expectations ----------------------------------------------------------------------------------

# bad REASON: something is not as expected
bad()
{
	failures=$((failures + 1))
	echo "FAILED: ${ran:+$ran: }$*"
	for bad_file in $evidence; do
		sed "s/^/  $bad_file: /" "$tmp/$bad_file"
	done
}

# check REASON COMMAND...: COMMAND has to succeed
check()
{
	checks=$((checks + 1))
	check_reason=$1
	shift
	"$@" || bad "$check_reason"
}

# same WHAT FOUND EXPECTED
same()
{
	check "$1 is '$2', expected '$3'" [ "$2" = "$3" ]
}

# like WHAT FOUND PATTERN: a pattern as in case
like()
{
	checks=$((checks + 1))
	# shellcheck disable=SC2254 # it is a pattern
	case $2 in
	$3) ;;
	*) bad "$1 is '$2', expected '$3'" ;;
	esac
}

# same_file WHAT FOUND EXPECTED: two files
same_file()
{
	checks=$((checks + 1))
	cmp -s "$3" "$2" && return
	bad "$1 differs"
	diff -u "$3" "$2" | head -n 40
}

# expect_clean_page FILE: a manual page that neither formatter has a word about
expect_clean_page()
{
	need mandoc mandoc
	need groff groff
	for lint in 'mandoc -T lint -W warning' 'groff -man -ww -z'; do
		$lint "$1" > "$tmp/lint" 2>&1
		same "$lint ${1##*/}" "$(cat "$tmp/lint")" ''
	done
}

# appears FILE: waits until something is in it; whoever has not come in a minute does not come
appears()
{
	appears_tries=0
	until [ -s "$1" ] || [ $appears_tries = 1200 ]; do
		sleep 0.05
		appears_tries=$((appears_tries + 1))
	done
	check "nothing came in $1" [ -s "$1" ]
}

expect_status()
{
	check "exit status $status, expected $1" [ "$status" = "$1" ]
}

# expect_stderr TEXT, expect_stdout TEXT: all of it; empty for silence
expect_stderr()
{
	check "stderr should be: $1" [ "$(cat "$tmp/err")" = "$1" ]
}
expect_stdout()
{
	checks=$((checks + 1))
	[ "$(cat "$tmp/out")" = "$1" ] || bad "stdout should be: $1; it is: $(head -n 20 "$tmp/out")"
}

# expect_error PATTERN: exactly one line on stderr, from the program, that holds PATTERN (grep -E)
expect_error()
{
	checks=$((checks + 1))
	if [ "$(wc -l < "$tmp/err")" != 1 ] || ! grep -q "^$program_name: " "$tmp/err"; then
		bad "stderr should be one line from $program_name"
	elif ! grep -qE -e "$1" "$tmp/err"; then
		bad "stderr should hold: $1"
	fi
}

# expect_err PATTERN: a line of stderr (grep -E)
expect_err()
{
	checks=$((checks + 1))
	grep -qE -e "$1" "$tmp/err" || bad "stderr should hold: $1"
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

# --- beginning and end -----------------------------------------------------------------------------

# skip REASON: what this host lacks skips the test, but fails it where all has to be there
skip()
{
	echo "SKIP: $*"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

# need PROGRAM PACKAGE, need_purgatory ARCH
need()
{
	command -v "$1" > /dev/null || skip "$1 is missing (package $2)"
}
need_purgatory()
{
	[ -s "$builddir/purgatory/purgatory-$1.bin" ] || skip "no compiler for the $1 purgatory"
}

finish()
{
	left=$(find "$tmp/left" -mindepth 1)
	[ -z "$left" ] || bad "files were left in TMPDIR: $left"
	[ "$checks" -gt 0 ] || exit 99
	echo "$checks checks, $failures of them failed"
	[ "$failures" = 0 ]
	exit
}
